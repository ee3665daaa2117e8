"""Verb groups and noun phrases of a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from countervail.evidence.claims.forms import BARE, BE, next_word, opens_reduced, previous_word, verb_form
from countervail.evidence.claims.phrases import kind, listed_to, phrase_to
from countervail.evidence.claims.units import CLOSED, SELVES, Unit

HAVE = CLOSED["have"]
MODALS = CLOSED["modals"]


@dataclass(slots=True)
class Verb:
    """A verb group: units [start, end), its main verb, voice and what its auxiliaries say."""

    start: int
    end: int
    lemma: str
    kind: str
    """finite, infinitive, gerund or participle (a passive one without auxiliary)."""
    passive: bool = False
    negated: bool = False
    modal: str = ""
    past: bool = False
    perfect: bool = False
    main: int = 0
    words: set[str] = field(default_factory=set)
    """Adverbs and auxiliaries inside, in small letters."""


def verbs_of(units: Sequence[Unit]) -> list[Verb]:
    """The verb groups of a sentence, in order."""
    found: list[Verb] = []
    i = 0
    while i < len(units):
        unit = units[i]
        verb: Verb | None = None
        if unit.tag == "A":
            verb = _after_nor(units, i) or _with_auxiliaries(units, i)
        elif unit.lower == "having" and (done := _done_after(units, i)):
            lemma = (units[done].forms or {})["n"]
            negated, been = any(u.tag == "X" for u in units[i:done]), any(u.lower == "been" for u in units[i:done])
            verb = Verb(i, done + 1, lemma, "gerund", been, negated, past=True, perfect=True, main=done)
        elif unit.lower == "to" and i + 1 < len(units):
            verb = _infinitive(units, i)
        elif unit.forms and (form := verb_form(units, i)):
            verb = _plain(units, i, form)
        if verb is None:
            i += 1
            continue
        found.append(verb)
        for unit in units[verb.start : verb.end]:
            if unit.tag == "N":
                unit.tag = "V"
        i = max(verb.end, i + 1)
    return found


def _after_nor(units: Sequence[Unit], i: int) -> Verb | None:
    """The verb after its subject where "nor" or "never" stands before the auxiliary: "nor would Chile pay its dues"."""
    fronted = i > 2 and [units[i - 3].tag, units[i - 2].lower, units[i - 1].tag] == ["P", "no", "N"]
    fronted = fronted and (i == 3 or units[i - 4].tag in {",", ";", "C", "R", "-", ":"})  # "At no time has X paid"
    after = i > 0 and units[i - 1].lower in {"nor", "neither", "never"}
    after = after and not (i > 1 and units[i - 2].tag in {"A", "N", "E"})
    if not (fronted or after):
        return None
    aux = units[i].lower
    wanted = "n" if aux in BE or aux in HAVE else "b"
    for k in range(i + 1, min(len(units), i + 8)):
        if wanted in (units[k].forms or {}) and k > i + 1:
            past, passive = aux in {"was", "were", "had", "did"}, aux in BE
            lemma = (units[k].forms or {})[wanted]
            modal = aux if aux in MODALS else ""
            return Verb(k, k + 1, lemma, "finite", passive, True, modal, past, aux in HAVE, k, {"nor"})
        if units[k].tag not in {"O", "D", "E", "N", "G", "#", "B"} and units[k].lower != "of":
            return None
    return None


def _done_after(units: Sequence[Unit], i: int) -> int:
    """Where the participle of "having signed", "having twice threatened" stands; 0 where there is none."""
    k = i + 1
    while k < len(units) and (units[k].tag in {"B", "X", "T"} or units[k].lower == "been"):
        k += 1
    if k + 2 < len(units) and units[k].tag == "P" and units[k + 1].tag == "T":
        k += 2  # "having in June proposed"
    return k if k < len(units) and "n" in (units[k].forms or {}) else 0


PARTICLES = frozenset(["forward", "up", "out", "down", "back"])


def _founding(units: Sequence[Unit], i: int) -> bool:
    """Whether "found" is the present of what founders do, in a chronicle: "Belarus and Syria found the Union"."""
    k = i + 1 + (units[i + 1].tag == "D") if i + 1 < len(units) else i
    named = i < k < len(units) and kind(units[k]) == "organisation"
    two = i > 2 and units[i - 1].tag == "E" and units[i - 2].lower == "and" and units[i - 3].tag == "E"
    several = i > 0 and units[i - 1].tag == "N" and units[i - 1].lower in {"states", "countries", "governments"}
    ends = k + 1 >= len(units) or units[k + 1].tag in {".", ",", ";", "P", "T"}
    return named and ends and (two or several)


def _plain(units: Sequence[Unit], i: int, form: str) -> Verb:
    unit = units[i]
    form = "b" if unit.lower == "found" and _founding(units, i) else form
    lemma = (unit.forms or {})[form]
    after = next_word(units, i)
    before = units[i - 1] if i else None
    start = i
    negated = False
    words: set[str] = set()
    while start > 0 and units[start - 1].tag in {"B", "X"}:
        start -= 1
        negated = negated or units[start].tag == "X"
        words.add(units[start].lower)
    kind = {"g": "gerund", "n": "participle", "b": "finite"}.get(form, "finite")
    if form == "b" and before is not None and before.tag in {"E", "N"} and lemma not in {"be"}:
        led = (u.forms for u in units[max(0, i - 7) : i - 1] if u.forms and set(u.forms) != {"n"})  # not "seen by"
        kind = "infinitive" if any(BARE.intersection(forms.values()) for forms in led) else kind
    done = (after.forms or {}).get("n") if after is not None and units[i + 1] is after else None
    accused = lemma == "stand" and after is not None and after.lower in {"accused", "indicted"}
    if done and (lemma in {"remain", "stay"} or accused):
        return Verb(start, i + 2, done, "finite", True, negated, "", form == "d", False, i + 1, words)
    reduced = form in {"d", "n"} and "n" in (unit.forms or {})
    gap = before is not None and i > 1 and units[i - 1] is before and units[i - 2].tag == "R"
    gap = gap and before is not None and (before.tag == "E" or before.text[:1].isupper())  # "that Ottawa imposed on"
    votes = i + 3 < len(units) and units[i + 2].tag == "#" and units[i + 3].lower == "votes"  # "rejected by 26 votes"
    reduced = reduced and not gap  # "the measures that Norway introduced by decree"
    if after is not None and (after.lower in PARTICLES or (after.tag == "T" and units[i + 1] is after)):
        beyond = next_word(units, i + 1)
        if after.tag != "T" or (beyond is not None and beyond.tag != ","):  # but "X, listed 4 May, was removed"
            after = beyond  # "set up by", "announced yesterday by"
    means = {u.lower for u in units[i + 2 : i + 3]} & CLOSED["means"] and lemma in CLOSED["telling"] | {"add", "reply"}
    if (
        reduced
        and not (votes or means)  # "said by phone"
        and after is not None
        and after.lower == "by"
        and (before is None or before.tag in {"N", "E", ",", "T", ")", "-"})
    ):
        kind = "participle"
    selves = before is not None and before.lower in SELVES and i > 1 and units[i - 2].tag == ","
    opening = before if negated else previous_word(units, i)  # "Togo, long rumoured to", but not "it never agreed to"
    if reduced and (selves or opens_reduced(units, i, lemma, opening, after)):  # "Guinea, itself suspended since May"
        kind = "participle"
    passive = kind == "participle" or (reduced and "not" in words and not _beside_done(units, start))
    return Verb(start, i + 1, lemma, kind, passive, negated, "", form in {"d", "n"}, False, i, words)


def _beside_done(units: Sequence[Unit], start: int) -> bool:
    """Whether a form in -ed with "not" goes on with "has": "has signed but not ratified it", not "Mali not invited"."""
    k = start - 3
    while k > 0 and units[k].tag == "B":
        k -= 1
    return k > 0 and units[start - 1].tag == "C" and bool(units[start - 2].forms) and units[k].lower in HAVE


def _infinitive(units: Sequence[Unit], i: int) -> Verb | None:
    j = i + 1
    negated = i > 0 and units[i - 1].tag == "X"
    words: set[str] = set()
    while j < len(units) and units[j].tag in {"B", "X"}:
        negated = negated or units[j].tag == "X"
        words.add(units[j].lower)
        j += 1
    if j >= len(units):
        return None
    if units[j].lower in {"be", "have"}:
        verb = _with_auxiliaries(units, j)
        if verb is None:
            return None
        verb.start, verb.kind, verb.negated = i, "infinitive", verb.negated or negated
        return verb
    unit = units[j]
    if unit.lower == "do" and units[j + 1 : j + 2] and units[j + 1].lower in {"so", "the", "this", "that", "it"}:
        so = units[j + 1].lower == "so"
        return Verb(i, j + 1 + so, "do", "infinitive", False, negated, "", False, False, j, words)
    if unit.forms and "b" in unit.forms and (j > i + 1 or verb_form(units, j) == "b"):
        return Verb(i, j + 1, unit.forms["b"], "infinitive", False, negated, "", False, False, j, words)
    return None


_SEMI = {
    **dict.fromkeys(["due", "set", "about", "poised", "bound", "ready", "willing", "prepared", "keen"], "will"),
    **dict.fromkeys(["eager", "anxious", "impatient", "desperate", "destined", "slated", "tipped"], "will"),
    **dict.fromkeys(["certain", "determined"], "will"),
    **dict.fromkeys(["able", "free", "eligible", "entitled", "welcome"], "could"),
    **dict.fromkeys(["unable", "unwilling", "reluctant", "loath"], "not"),
    "likely": "might",
    "unlikely": "might not",
}
"""Adjectives that make a modal of "to be", and which."""


def _semi_modal(units: Sequence[Unit], j: int, be: bool, have: bool, words: set[str]) -> tuple[Verb, str] | None:
    """The verb after "is to", "is able to", "had to", with the modal that it amounts to."""
    if j >= len(units):
        return None
    adjective = _SEMI.get(units[j].lower) if be else None
    at = j + 1
    if adjective and at < len(units) and units[at].tag == ",":  # "would be ready, if that were done, to appoint"
        at = next((k + 1 for k in range(at + 2, min(len(units) - 1, at + 12)) if units[k].tag == ","), at)
    if adjective and at < len(units) and units[at].lower == "to":
        verb = _infinitive(units, at)
        return (verb, adjective) if verb is not None else None
    if units[j].lower == "to" and "yet" not in words:
        verb = _infinitive(units, j)
        plain = words & BE and not words & {"being", "been", "be"}
        if verb is not None and be and not have and plain:
            return verb, "will"
        if verb is not None and have and not be:
            return verb, "must"
        if verb is not None and "ought" in words:
            return verb, "should"
    return None


def _inserted(units: Sequence[Unit], j: int) -> int:
    """How many units stand at j between auxiliary and verb: "has today designated", "was not itself listed", "has once
    more refused", "has since 2020 led", "had not, in its view, been admitted", "has not, for want of money, joined",
    "has at the same time removed"."""
    lower, end = units[j].lower, j
    if units[j].tag == "P" and lower != "since":
        end = _time_phrase(units, j)
    elif units[j].tag == "T" or lower in SELVES:
        end = j + 1
    elif lower == "once" and [u.lower for u in units[j + 1 : j + 2]] in (["more"], ["again"]):
        end = j + 2
    elif lower == "since":
        end = j + 1 + [u.tag for u in units[j + 1 : j + 2]].count("T")
    elif units[j].tag == ",":
        closing = next((k for k in range(j + 2, min(len(units), j + 14)) if units[k].tag == ","), j)
        told = any(u.tag in {"A", "R", "C", ";"} or {"d", "s"} & (u.forms or {}).keys() for u in units[j + 1 : closing])
        end = j if told or closing == j else closing + 1
    if end == j or end >= len(units):
        return 0
    been = units[end].tag == "A" and (lower == "since" or (lower == "," and units[end].lower in {"be", "been"}))
    done = end + (units[end].tag == "B" and end + 1 < len(units))  # "has today formally applied"
    return end - j if been or {"n", "b"} & (units[done].forms or {}).keys() else 0


_LASTING = CLOSED["lasting"]


def _time_phrase(units: Sequence[Unit], j: int) -> int:
    """Where a phrase that says when ends, which a preposition opens at j: "in March", "at the same time"."""
    k = j + 1
    while k < min(len(units), j + 5) and units[k].tag in {"D", "#", "N", "B"} and units[k].lower not in _LASTING:
        k += 1
    ends = k < len(units) and units[j].lower in _WHEN and (units[k].tag == "T" or units[k].lower in _LASTING)
    return k + 1 if ends else j


_WHEN = frozenset(["in", "at", "on", "for", "during", "over", "by", "within", "before", "after"])


def _with_auxiliaries(units: Sequence[Unit], i: int) -> Verb | None:
    """A verb group that begins with an auxiliary: "had not been sanctioned", "is", "will join"."""
    start, j = i, i
    while start > 0 and units[start - 1].tag in {"B", "X"}:
        start -= 1
    words = {u.lower for u in units[start:i]}
    negated = any(u.tag == "X" for u in units[start:i])
    modal, be, have, being = "", False, False, False
    while j < len(units) and (units[j].tag in {"A", "B", "X"} or (inside := _inserted(units, j))):
        if units[j].tag not in {"A", "B", "X"}:
            j += inside
            continue
        lower = units[j].lower
        words.add(lower)
        negated = negated or units[j].tag == "X" or lower.endswith("n't") or lower in {"cannot"}
        if lower in MODALS or lower[:-3] in MODALS or lower in {"won't", "can't"}:
            modal = {"'ll": "will", "wo": "will", "won't": "will"}.get(lower, lower.removesuffix("n't"))
        if units[j].tag == "A":
            bare = lower.removesuffix("n't")
            be, have = (True, have) if bare in BE else (be, have or bare in HAVE)
            being = being or bare == "being"
        j += 1
    past = bool(words & {"was", "were", "had", "did", "wasn't", "weren't", "didn't", "hadn't"})
    if have and j < len(units) and units[j].lower == "to" and "yet" in words:  # "has yet to join"
        verb = _infinitive(units, j)
        if verb is not None:
            return Verb(start, verb.end, verb.lemma, "finite", verb.passive, True, modal, past, False, verb.main, words)
    unit = units[j] if j < len(units) else None
    forms = unit.forms if unit is not None else None
    common = (negated, modal, past)
    if units[i].lower == "being" and forms and "n" in forms:
        return Verb(start, j + 1, forms["n"], "gerund", True, negated, main=j)
    semi = _semi_modal(units, j, be, have, words)
    if semi is not None:
        verb, inner = semi
        verb.start, verb.kind, verb.past, verb.words = start, "finite", past, words | verb.words
        verb.negated = negated != inner.endswith("not")
        verb.modal = modal or inner.removesuffix("not").strip()
        return verb
    if forms and be and "n" in forms and not (units[j].text[0].isupper()):
        return Verb(start, j + 1, forms["n"], "finite", True, *common, have, j, words)
    noun = units[j + 1] if j + 1 < len(units) else None
    if (
        forms
        and be
        and "g" in forms
        and not (unit is not None and unit.lower in {"founding", "acting"} and noun and noun.tag == "N")
    ):
        return Verb(start, j + 1, forms["g"], "finite", False, *common, have, j, words)
    if forms and have and "n" in forms:
        return Verb(start, j + 1, forms["n"], "finite", False, *common, True, j, words)
    if forms and not be and not have and "b" in forms:
        return Verb(start, j + 1, forms["b"], "finite", False, *common, False, j, words)
    end = j
    while end > i + 1 and units[end - 1].tag in {"B", "X"} and units[end - 1].lower not in {"not", "never"}:
        end -= 1
    if not be and not have and (modal or words & {"do", "does", "did", "don't", "doesn't", "didn't"}):
        return Verb(start, j, "do", "finite", False, *common, False, i, words)
    if be or have:
        kind = "gerund" if units[i].lower == "being" else "finite"  # "Peru, being one of its founders, objected"
        return Verb(start, end, "be" if be else "have", kind, False, *common, have and be, i, words)
    return None


def one_of(units: Sequence[Unit], spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a phrase is "one of its banks"."""
    return bool(spans) and [u.lower for u in units[spans[0][0] : spans[0][0] + 2]] == ["one", "of"]


def opens(units: Sequence[Unit], spans: Sequence[tuple[int, int]]) -> bool:
    """Whether the first phrase opens the sentence and is none of those after it: "At the summit, A and B agreed"."""
    if len(spans) < 3 or spans[1][0] != spans[0][1] + 1 or units[spans[0][1]].tag != ",":
        return False
    start = spans[0][0] - 1
    led = start >= 0 and (units[start].tag == "P" or (units[start].tag == "S" and units[start + 1].tag != "E"))
    return led and (start == 0 or units[start - 1].tag in {";", ":", "-", "Q"})


def in_list(units: Sequence[Unit], comma: int, closing: int) -> bool:
    """Whether a comma stands in a list of a relative clause: "the Bank, which serves A, B and C, joined"."""
    spans = listed_to(units, closing, 0)
    inside = len(spans) > 2 and spans[0][1] <= comma < spans[-1][0]
    start = spans[0][0] if inside else comma if between_names(units, comma) else 0
    return any(units[k].tag == "R" and units[k - 1].tag == "," for k in range(1, start))


def opens_parenthesis(units: Sequence[Unit], i: int) -> bool:
    """Whether the verb at unit i stands in a parenthesis (after a relative pronoun or as its first word)."""
    for k in range(i - 1, max(-1, i - 12), -1):
        if between_names(units, k):
            continue
        if units[k].tag == ",":
            first = units[k + 1]
            begun = k + 1 == i or first.lower == "having" or (first.tag == "D" and reduced(units, i))
            return begun or first.tag in {"R", "S", "B", "P"}
    return False


def between_names(units: Sequence[Unit], k: int) -> bool:
    """Whether a comma stands in a list of names: ", which owners from X, Y and Z founded, forbids"."""
    names = units[k].tag == "," and k + 2 < len(units) and units[k - 1].tag == "E" == units[k + 1].tag
    return names and units[k + 2].tag in {",", "C"} and kind(units[k - 1]) == kind(units[k + 1])


def reduced(units: Sequence[Unit], i: int) -> bool:
    """Whether the verb at unit i belongs to a noun before it: "a firm belonging to X", "a yard registered in Y"."""
    if units[i].lower.endswith("ing"):
        return units[i - 1].tag == "N"
    return units[i - 1].tag == "N" and "n" in (units[i].forms or {}) and units[i + 1].tag == "P"


def all_of_it(units: Sequence[Unit], floor: int, start: int) -> bool:
    """Whether nothing but phrases stands between an infinitive and a noun: "the offer to pay in yuan was accepted"."""
    phrases = units[floor].tag == "P" and all(u.tag in {"P", "N", "E", "D"} for u in units[floor:start])
    return start == floor or phrases


def after_object(units: Sequence[Unit], spans: list[tuple[int, int]], spoken: bool) -> list[tuple[int, int]]:
    """The subject of what follows an object: "sanctioned Cuba, and Japan, Canada and Israel have done so"; after a verb
    that reports all of them may be its subject: "said Cuba, Japan and Israel have"."""
    for n in range(1, len(spans) - 1):
        if [u.tag for u in units[spans[n - 1][1] : spans[n][0]]][:2] == [",", "C"]:
            return spans[n:]
    thing = units[spans[0][0]].lower in {"a", "an"} and units[spans[0][1]].tag == ","
    return spans if spoken and not (thing and len(spans) == 2) else spans[-1:]


def described(units: Sequence[Unit], start: int, floor: int) -> int:
    """Where a subject begins that is a name after a description: "and its former manager, X, agreed"."""
    if start - 2 <= floor or units[start - 1].tag != "," or units[start].tag != "E":
        return start
    before = phrase_to(units, start - 1, floor)
    described = before < start - 1 and units[before].tag == "D" and units[before - 1].tag in {"C", ";"}
    return before if described else start
