"""Verb groups and noun phrases of a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from countervail.evidence.claims.units import (
    CLOSED,
    Unit,
    many_before,
    many_of_a_place,
    next_is_verb,
    next_word,
    nounlike,
    opens_reduced,
    previous_word,
    titled,
    verbal_before,
)
from countervail.evidence.tables import frames_of

BE = CLOSED["be"]
HAVE = CLOSED["have"]
MODALS = CLOSED["modals"]
_PLURAL = CLOSED["plural"]
_BARE = frozenset({"help", "let", "make", "see", "have"})
_GERUND_NEXT = frozenset("DEN#OPBTQR")
OBJECT_NEXT = frozenset("DEO#Q")
_ING_NOUNS = CLOSED["ing_nouns"]
_TITLES = CLOSED["titles"]


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


def verb_form(units: Sequence[Unit], i: int) -> str | None:
    """The form in which unit i is a verb, or None where it is taken for a noun or adjective."""
    unit = units[i]
    forms = unit.forms
    if not forms:
        return None
    before, after = previous_word(units, i), next_word(units, i)
    left = before.tag if before else "^"
    right = after.tag if after else "$"
    if before is not None and before.lower == "to" and "b" in forms:
        governed = i > 1 and any(u.forms for u in units[max(0, i - 3) : i - 1] if u.tag in {"N", "V"})
        governed = governed or (i > 1 and units[i - 2].lower in BE)
        governed = governed or (after is not None and _takes(forms["b"], after.lower))
        noun = forms["b"] in nounlike() and right in {"$", ",", ".", "P"} and unit.lower != "join" and not governed
        return None if noun else "b"
    if i and units[i - 1].lower == "no":
        return None  # "no sanctioned bank"
    alone = left == "#" and "d" in forms and (i < 2 or units[i - 2].tag in {",", ";", "C"}) and right != "N"
    if (
        (left in {"D", "G", "#"} and not alone)
        or (left == "P" and "g" not in forms)
        or (unit.text[0].isupper() and left not in {"^"})
    ):
        return None
    if "g" in forms:
        return None if left == "P" and _before_finite(units, i) else _gerund(unit, left, right)
    noun_form = forms.get("s", forms.get("b", "")) in nounlike()
    if "s" in forms and "d" not in forms:
        if left == "V" and i and units[i - 1].tag == "V":
            return None  # "has been supplying shells"
        if noun_form and left == "R" and i > 1 and units[i - 1].lower == "that" and units[i - 2].forms:
            return None  # "proposed that loans to Managua be suspended"
        if noun_form:
            asks = right in OBJECT_NEXT or (after is not None and after.lower in {"that", "to"})
            asks = asks or (after is not None and after.tag == "P" and _takes(forms.get("s", ""), after.lower))
            closes = asks and any(u.tag == "R" for u in units[max(0, i - 12) : i])
            if left == "," and i > 2 and (right in {"D", "O"} or closes):
                return "s"  # "X, the only member that ..., refuses any", "the text, which Y did not sign, calls on"
            k = i - 1
            while k > 0 and units[k].tag == "N" and not units[k].forms:
                k -= 1
            if left == "N" and k < i - 1 and units[k].forms and units[k].tag in {"N", "V"}:
                return None  # "denied press reports that"
            singular = left == "N" and before is not None and not before.lower.endswith("s")
            if (singular or left == "C") and after is not None and after.lower == "to" and next_is_verb(units, i):
                return "s"
            if left == "C" and after is not None and after.lower == "that":
                return "s"  # "accuses X and regrets that"
            named = i + 2 < len(units) and units[i + 2].tag == "E"
            if left == "C" and named and after is not None and _takes(forms.get("s", ""), after.lower):
                return "s"  # "urges an inquiry and calls on Italy"
            return (
                "s"
                if (
                    left in {"E", "O", "R"}
                    and (asks or (right == "N" and (left != "E" or (_does(forms) and not (after and after.forms)))))
                )
                or (
                    left == "N"
                    and (
                        right in {"D", "E"}
                        or (right == "#" and titled(before))
                        or (after is not None and after.lower == "that")
                    )
                )
                else None
            )
        return "s" if left not in {"^", "P"} else None
    if "d" in forms or "n" in forms:
        if left == "V" and right == "N":
            return None  # "used forged papers"
        if left == "^" and right not in {"P", "E", "T"}:
            return None
        return "d" if "d" in forms else "n"
    return _base(units, i, before, left, right, noun_form)


def _does(forms: Mapping[str, str]) -> bool:
    """Whether a form in -s after a name and before a noun is rather a verb: "Serbia holds observer status"."""
    return forms.get("s", "") in {"hold", "host", "supply", "export", "import", "fund", "own", "need", "control"}


@cache
def _takes(lemma: str, preposition: str) -> bool:
    """Whether a verb of the table of frames goes with a preposition: "calls on"."""
    return any(words[:1] == (preposition,) for words, _ in frames_of(lemma))


def _before_finite(units: Sequence[Unit], i: int) -> bool:
    """Whether a finite verb follows a form in -ing, which is a noun then: "the office for de-listing rejected it"."""
    if i < 2 or i + 2 >= len(units) or not any(u.tag in {"N", "E"} for u in units[: i - 1]):
        return False
    after, then = units[i + 1], units[i + 2]
    return after.tag == "A" or (after.tag == "N" and "d" in (after.forms or {}) and then.tag == "D")


def _gerund(unit: Unit, left: str, right: str) -> str | None:
    if unit.lower in _ING_NOUNS:
        return "g" if left in {",", "P", "C", "^", *("V" if right == "D" else "")} and right in OBJECT_NEXT else None
    return "g" if right in _GERUND_NEXT or unit.lower == "joining" or left in {"P", ",", "V"} else None


def _base(units: Sequence[Unit], i: int, before: Unit | None, left: str, right: str, noun_form: bool) -> str | None:
    """A base form: the plural present, or after "help", "let"."""
    if before is None:
        return None
    if (
        units[0].lower == "should"
        and i < 8
        and not any(u.tag == "V" for u in units[:i])
        and right in {"D", "E", "N", "#"}
    ):
        return "b"
    object_next = right in OBJECT_NEXT or (i + 1 < len(units) and units[i + 1].text in _TITLES)
    if left in {"N", "E", "O", ","} and (object_next or not noun_form) and _subjunctive(units, i):
        return "b"  # "recommends that the Council appoint an auditor"
    if left == "," and not noun_form and right in {"D", "E"} and many_before(units, i):
        return "b"  # "Rights groups in Norway, including X, accuse Y"
    that = i + 1 < len(units) and units[i + 1].lower == "that"
    if that and left in {"N", "E"} and (not noun_form or (left == "N" and before.lower.endswith("s"))):
        return "b"  # "the members of the League propose that"
    plural = before.lower in _PLURAL or left == "R" or (left == "N" and before.lower.endswith("s"))
    if left in {"N", "E"} and right in {"D", "E", "O", "N"} and many_of_a_place(units, i):
        return "b"
    coordinated = left == "E" and any(u.tag == "C" for u in units[max(0, i - 4) : i])
    if left in {"E", "N"} and (right in {"D", "E", "N", "#", "O"} or _with_preposition(units, i)):
        for unit in units[max(0, i - 7) : i - 1]:
            if unit.forms and _BARE.intersection(unit.forms.values()):
                return "b"
    helps = left == "N" and before.lower.endswith("s") and _BARE.intersection((units[i].forms or {}).values())
    if helps and any(u.forms and "b" in u.forms for u in units[i + 2 : i + 5]):
        return "b"  # "traders help firms evade"
    many = coordinated or (left == "N" and before.lower.endswith("s"))
    if many and next_is_verb(units, i) and units[i + 1].lower == "to":
        return "b"  # "Cuba and Nicaragua plan to create"
    if noun_form and not (before.lower in _PLURAL or right in OBJECT_NEXT):
        return None
    if plural or (coordinated and right in {"D", "E", "N", "#", "O", "P"}):
        return "b"
    return "b" if left == "C" and not noun_form and right in {"D", "E", "#", "N"} and verbal_before(units, i) else None


def _with_preposition(units: Sequence[Unit], i: int) -> bool:
    """Whether a preposition that goes with the verb follows: "helped Mali get around the embargo"."""
    after = next_word(units, i)
    return after is not None and after.tag == "P" and _takes((units[i].forms or {}).get("b", ""), after.lower)


_WISHES = CLOSED["wishes"]


def _subjunctive(units: Sequence[Unit], i: int) -> bool:
    """Whether a verb that wishes something and "that" stand before: "we propose that the bank appoint"."""
    k = next((k for k in range(i - 1, max(0, i - 10), -1) if units[k].lower == "that"), None)
    if k is None or any(u.tag in {"A", "V"} for u in units[k:i]):
        return False
    near = 24 if units[k - 1].tag == "C" else 3  # "that the Council delist X and that it list Y"
    return any(u.forms and _WISHES.intersection(u.forms.values()) for u in units[max(0, k - near) : k])


def verbs_of(units: Sequence[Unit]) -> list[Verb]:
    """The verb groups of a sentence, in order."""
    found: list[Verb] = []
    i = 0
    while i < len(units):
        unit = units[i]
        verb: Verb | None = None
        if unit.tag == "A":
            verb = _with_auxiliaries(units, i)
        elif unit.lower == "having" and i + 1 < len(units) and "n" in (units[i + 1].forms or {}):
            verb = Verb(i, i + 2, (units[i + 1].forms or {})["n"], "gerund", past=True, perfect=True, main=i + 1)
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


_PARTICLES = frozenset(["forward", "up", "out", "down", "back"])


def _plain(units: Sequence[Unit], i: int, form: str) -> Verb:
    unit = units[i]
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
        kind = (
            "infinitive"
            if any(u.forms and _BARE.intersection(u.forms.values()) for u in units[max(0, i - 7) : i - 1])
            else kind
        )
    if lemma in {"remain", "stay"} and after is not None and "n" in (after.forms or {}) and units[i + 1] is after:
        return Verb(
            start, i + 2, (after.forms or {})["n"], "finite", True, negated, "", form == "d", False, i + 1, words
        )
    reduced = form in {"d", "n"} and "n" in (unit.forms or {})
    if after is not None and after.lower in _PARTICLES:
        after = next_word(units, i + 1)
    if (
        reduced
        and after is not None
        and after.lower == "by"
        and (before is None or before.tag in {"N", "E", ",", "T", ")", "-"})
    ):
        kind = "participle"
    if reduced and opens_reduced(units, i, lemma, before, after):
        kind = "participle"
    passive = kind == "participle" or (reduced and "not" in words)  # "Taliban not invited"
    return Verb(start, i + 1, lemma, kind, passive, negated, "", form in {"d", "n"}, False, i, words)


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
    if unit.forms and "b" in unit.forms and (j > i + 1 or verb_form(units, j) == "b"):
        return Verb(i, j + 1, unit.forms["b"], "infinitive", False, negated, "", False, False, j, words)
    return None


_SEMI = {
    **dict.fromkeys(["due", "set", "about", "poised", "bound", "ready", "willing", "prepared", "keen"], "will"),
    **dict.fromkeys(["able", "free", "eligible"], "could"),
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
    if adjective and j + 1 < len(units) and units[j + 1].lower == "to":
        verb = _infinitive(units, j + 1)
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


def _dated_inside(units: Sequence[Unit], j: int) -> bool:
    """Whether a date stands between auxiliary and verb: "has today designated"."""
    following = units[j + 1] if j + 1 < len(units) else None
    return units[j].tag == "T" and following is not None and bool({"n", "b"} & (following.forms or {}).keys())


def _with_auxiliaries(units: Sequence[Unit], i: int) -> Verb | None:
    """A verb group that begins with an auxiliary: "had not been sanctioned", "is", "will join"."""
    start, j = i, i
    while start > 0 and units[start - 1].tag in {"B", "X"}:
        start -= 1
    words = {u.lower for u in units[start:i]}
    negated = any(u.tag == "X" for u in units[start:i])
    modal, be, have, being = "", False, False, False
    while j < len(units) and (units[j].tag in {"A", "B", "X"} or _dated_inside(units, j)):
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
        return Verb(start, end, "be" if be else "have", "finite", False, *common, have and be, i, words)
    return None
