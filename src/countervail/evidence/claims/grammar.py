"""Words of a sentence with their part of speech, its verb groups and noun phrases: the little grammar that clauses need.

There is no dictionary of English behind it: closed classes (articles, prepositions, auxiliaries ...) and the verbs of
`data/verbs.txt` are known, what stands between them is taken for nouns. Names, dates and quotations count as one word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from countervail.evidence.claims.frame_table import frames, frames_of
from countervail.evidence.lexicon import data_sections
from countervail.evidence.text.tokens import Mention

_TOKEN = re.compile(
    r"(?P<word>[^\W\d_](?:[\w&]|[.](?=[A-Za-z]\b)|-(?=\w)|'(?!s\b)(?=\w))*)|(?P<poss>'s\b|'(?= ))"
    r"|(?P<number>[$€£]?\d(?:[\d,.:/-]*\d)?%?)|(?P<mark>[^\s\w])"
)
_CLOSED = {name: frozenset(words) for name, words in data_sections("grammar.txt").items()}
_WORDS = {word: tag for tag, words in _CLOSED.items() if len(tag) == 1 for word in words}
_WORDS.update({"one": "#", "once": "S", "that": "R", "before": "S", "after": "S", "since": "S"})
_TITLES = frozenset("Mr Mrs Ms Dr Prof Eng Gen Col Lt Maj Capt Adm Sen Rep Gov St".split(" "))
_ING_NOUNS = _CLOSED["ing_nouns"]
_NOT_ADVERBS = _CLOSED["not_adverbs"]
BE = _CLOSED["be"]
HAVE = _CLOSED["have"]
MODALS = _CLOSED["modals"]
_PLURAL = _CLOSED["plural"]
_BARE = frozenset({"help", "let", "make", "see", "have"})
_GERUND_NEXT = frozenset("DEN#OPBTQR")
OBJECT_NEXT = frozenset("DEO#Q")


@dataclass(slots=True)
class Unit:
    """A word, name, date, quotation or mark of a sentence, with folded span and tag.

    Tags: D article or determiner, P preposition, C conjunction, S subordinator, R relative, O pronoun, A auxiliary,
    X negation, B adverb, # number, N noun or adjective, V verb, E name, T date, Q quotation, G possessive 's, or the
    mark itself.
    """

    text: str
    lower: str
    tag: str
    start: int
    end: int
    mention: Mention | None = None
    forms: dict[str, str] | None = None
    """Verb form (b base, s third person, d past, n participle, g -ing) -> lemma."""


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


def inflect(base: str, past: str = "", participle: str = "") -> dict[str, str]:
    """Forms of a verb by name."""
    stem = base
    if base.endswith("e") and not base.endswith(("ee", "ye", "oe")):
        stem = base[:-1]
    elif re.search(r"[^aeiou][aeiou][bdglmnprt]$", base) and (
        (len(base) <= 4 and len(re.findall("[aeiou]", base)) == 1) or base in _DOUBLED
    ):
        stem = base + base[-1]
    if re.search(r"[^aeiou]y$", base):
        third, ed = base[:-1] + "ies", base[:-1] + "ied"
    elif base.endswith(("s", "x", "z", "ch", "sh", "o")):
        third, ed = base + "es", stem + "ed"
    else:
        third, ed = base + "s", base + "d" if base.endswith("e") else stem + "ed"
    return {"b": base, "s": third, "d": past or ed, "n": participle or past or ed, "g": stem + "ing"}


_DOUBLED = _CLOSED["doubled"]


@cache
def verb_forms() -> dict[str, dict[str, str]]:
    """Word -> form -> lemma for every verb known."""
    sections = data_sections("verbs.txt", lines=True)
    found: dict[str, dict[str, str]] = {}

    def add(forms: dict[str, str], lemma: str) -> None:
        for form, word in forms.items():
            found.setdefault(word, {}).setdefault(form, lemma)

    for row in sections["irregular"]:
        base, past, participle = row.split()
        if base not in {"be", "have", "do"}:
            add(inflect(base, past, participle), base)
    for row in sections["regular"]:
        for base in row.split():
            add(inflect(base), base)
    known = {lemma for word in found.values() for lemma in word.values()} | {"be", "have", "do"}
    for base in sorted({verb[0] for frame in frames() for verb in frame.verbs} - known):
        add(inflect(base), base)
    for american in ("traveling", "canceling", "labeling", "signaling", "traveled", "canceled", "labeled", "signaled"):
        lemma = re.sub(r"(ing|ed)$", "", american)
        add({"g" if american.endswith("g") else "d": american}, lemma)
        add({} if american.endswith("g") else {"n": american}, lemma)
    return found


@cache
def _nounlike() -> frozenset[str]:
    return frozenset(w for row in data_sections("verbs.txt", lines=True)["nounlike"] for w in row.split())


@cache
def _closed(lower: str) -> str:
    tag = _WORDS.get(lower)
    if tag:
        return tag
    if lower.endswith("ly") and len(lower) > 4 and lower not in _NOT_ADVERBS:
        return "B"
    if lower.endswith("n't"):
        return "A"
    return "N"


def units_of(
    text: str, start: int, end: int, mentions: Sequence[tuple[Mention, int, int]], quotes: Sequence[tuple[int, int]]
) -> list[Unit]:
    """The units of folded text[start:end]; `quotes` are folded spans that count as one word."""
    special = sorted(
        [(max(a, start), -b, "Q", None) for a, b in quotes if a < end and b > start]
        + [(a, -b, "T" if m.type == "date" else "E", m) for m, a, b in mentions if m.type != "quote"],
        key=lambda s: (s[0], s[1]),
    )
    units: list[Unit] = []
    position = start
    for a, minus, tag, mention in special:
        b = min(-minus, end)
        if a < position:
            continue
        _words(text, position, a, units)
        units.append(Unit(text[a:b], text[a:b].lower(), tag, a, b, mention))
        position = b
    _words(text, position, end, units)
    return units


def _words(text: str, start: int, end: int, units: list[Unit]) -> None:
    forms = verb_forms()
    for match in _TOKEN.finditer(text, start, end):
        word = match.group()
        kind = match.lastgroup
        if kind == "mark":
            titled = word == "." and units and units[-1].end == match.start() and units[-1].text in _TITLES
            if word != '"' and not titled:
                word = "," if word == "—" else word
                units.append(Unit(word, word, word, match.start(), match.end()))
            continue
        lower = word.lower()
        tag = "G" if kind == "poss" else "#" if kind == "number" else _closed(lower)
        verb = (forms.get(lower) or _guessed(word)) if tag == "N" else None
        units.append(Unit(word, lower, tag, match.start(), match.end(), None, verb))


@cache
def _guessed(word: str) -> dict[str, str] | None:
    """The past form that a word in small letters which ends in -ed is likely to be."""
    if not word.islower() or "-" in word or len(word) < 6 or word in {"hundred", "indeed"}:
        return None
    if word.endswith("ing") and len(word) > 6 and word not in _ING_NOUNS:
        return {"g": word}
    if not word.endswith("ed"):
        return None
    return {"d": word, "n": word} if word[-3] not in "e" else None


def _previous(units: Sequence[Unit], i: int) -> Unit | None:
    while i > 0:
        i -= 1
        if units[i].tag not in "BX":
            return units[i]
    return None


def _next(units: Sequence[Unit], i: int) -> Unit | None:
    for unit in units[i + 1 : i + 4]:
        if unit.tag not in "BX":
            return unit
    return None


def verb_form(units: Sequence[Unit], i: int) -> str | None:
    """The form in which unit i is a verb, or None where it is taken for a noun or adjective."""
    unit = units[i]
    forms = unit.forms
    if not forms:
        return None
    before, after = _previous(units, i), _next(units, i)
    left = before.tag if before else "^"
    right = after.tag if after else "$"
    if before is not None and before.lower == "to" and "b" in forms:
        return None if forms["b"] in _nounlike() and right in {"$", ",", ".", "P"} and unit.lower != "join" else "b"
    if left in {"D", "G", "#"} or (left == "P" and "g" not in forms) or (unit.text[0].isupper() and left not in {"^"}):
        return None
    if "g" in forms:
        return _gerund(unit, left, right)
    nounlike = forms.get("s", forms.get("b", "")) in _nounlike()
    if "s" in forms and "d" not in forms:
        if nounlike:
            asks = right in OBJECT_NEXT or (after is not None and after.lower in {"that", "to"})
            asks = asks or (after is not None and after.tag == "P" and _takes(forms.get("s", ""), after.lower))
            if left == "N" and before is not None and not before.lower.endswith("s") and after is not None:
                if after.lower == "to" and _next_is_verb(units, i):
                    return "s"
            return (
                "s"
                if (left in {"E", "O", "R"} and (asks or (left != "E" and right == "N")))
                or (left == "N" and (right in {"D", "E"} or (after is not None and after.lower == "that")))
                else None
            )
        return "s" if left not in {"^", "P"} else None
    if "d" in forms or "n" in forms:
        if left == "V" and right == "N":
            return None  # "used forged papers"
        if left == "^" and right not in {"P", "E", "T"}:
            return None
        return "d" if "d" in forms else "n"
    return _base(units, i, before, left, right, nounlike)


@cache
def _takes(lemma: str, preposition: str) -> bool:
    """Whether a verb of the table of frames goes with a preposition: "calls on"."""
    return any(words[:1] == (preposition,) for words, _ in frames_of(lemma))


def _gerund(unit: Unit, left: str, right: str) -> str | None:
    if unit.lower in _ING_NOUNS:
        return "g" if left in {",", "P", "C", "^"} and right in OBJECT_NEXT else None
    return "g" if right in _GERUND_NEXT or unit.lower == "joining" or left in {"P", ","} else None


def _base(units: Sequence[Unit], i: int, before: Unit | None, left: str, right: str, nounlike: bool) -> str | None:
    """A base form: the plural present, or after "help", "let"."""
    if before is None:
        return None
    plural = before.lower in _PLURAL or left == "R" or (left == "N" and before.lower.endswith("s"))
    coordinated = left == "E" and any(u.tag == "C" for u in units[max(0, i - 4) : i])
    if left in {"E", "N"} and right in {"D", "E", "N", "#", "O"}:
        for unit in units[max(0, i - 7) : i - 1]:
            if unit.forms and _BARE.intersection(unit.forms.values()):
                return "b"
    if nounlike and not (before.lower in _PLURAL or right in OBJECT_NEXT):
        return None
    if plural or (coordinated and right in {"D", "E", "N", "#", "O", "P"}):
        return "b"
    return "b" if left == "C" and not nounlike and right in {"D", "E", "#", "N"} and _verbal_before(units, i) else None


def _verbal_before(units: Sequence[Unit], i: int) -> bool:
    """Whether an infinitive or modal stands before: "to leave and join", "will leave and join"."""
    return any(
        u.lower in MODALS or (u.lower == "to" and n + 1 < len(units) and units[n + 1].forms)
        for n, u in enumerate(units[max(0, i - 9) : i], max(0, i - 9))
    )


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


def _plain(units: Sequence[Unit], i: int, form: str) -> Verb:
    unit = units[i]
    lemma = (unit.forms or {})[form]
    after = _next(units, i)
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
    reduced = form in {"d", "n"} and "n" in (unit.forms or {})
    if (
        reduced
        and after is not None
        and after.lower == "by"
        and (before is None or before.tag in {"N", "E", ",", "T", ")", "-"})
    ):
        kind = "participle"
    if reduced and _opens(units, i, lemma, before, after):
        kind = "participle"
    return Verb(start, i + 1, lemma, kind, kind == "participle", negated, "", form in {"d", "n"}, False, i, words)


def _opens(units: Sequence[Unit], i: int, lemma: str, before: Unit | None, after: Unit | None) -> bool:
    """Whether a participle opens the sentence or a parenthesis: "Founded in 2021, ...", "The League, founded in"."""
    if after is None or after.tag not in {"P", "T"} or (after.lower == "to" and _next_is_verb(units, i)):
        return False
    if before is None:
        return True
    if before.tag == "(":
        return True
    if before.tag != ",":
        return False
    commas = sum(u.tag == "," for u in units[:i])
    verbs = any(u.tag in {"A", "V"} for u in units[:i])
    later = any(u.tag == "," for u in units[i + 1 :]) and any(u.tag == "A" or u.forms for u in units[i + 2 :])
    return lemma in _POST_MODIFIERS if verbs else commas == 1 and later


def _next_is_verb(units: Sequence[Unit], i: int) -> bool:
    return i + 2 < len(units) and bool(units[i + 2].forms) and "b" in (units[i + 2].forms or {})


_POST_MODIFIERS = _CLOSED["post_modifiers"]


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


def _with_auxiliaries(units: Sequence[Unit], i: int) -> Verb | None:
    """A verb group that begins with an auxiliary: "had not been sanctioned", "is", "will join"."""
    start, j = i, i
    while start > 0 and units[start - 1].tag in {"B", "X"}:
        start -= 1
    words = {u.lower for u in units[start:i]}
    negated = any(u.tag == "X" for u in units[start:i])
    modal, be, have, being = "", False, False, False
    while j < len(units) and units[j].tag in {"A", "B", "X"}:
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
    if forms and be and "n" in forms and not (units[j].text[0].isupper()):
        return Verb(start, j + 1, forms["n"], "finite", True, *common, have, j, words)
    if forms and be and "g" in forms:
        return Verb(start, j + 1, forms["g"], "finite", False, *common, have, j, words)
    if forms and have and "n" in forms:
        return Verb(start, j + 1, forms["n"], "finite", False, *common, True, j, words)
    if forms and not be and not have and "b" in forms:
        return Verb(start, j + 1, forms["b"], "finite", False, *common, False, j, words)
    end = j
    while end > i + 1 and units[end - 1].tag in {"B", "X"} and units[end - 1].lower not in {"not", "never"}:
        end -= 1
    if be or have:
        return Verb(start, end, "be" if be else "have", "finite", False, *common, have and be, i, words)
    return None


NOMINAL = frozenset("DN#EGTV")


def phrase_from(units: Sequence[Unit], i: int, stop: int) -> int:
    """Index after the noun phrase that begins at unit i (i itself where none does); "of" and what follows belongs to
    it."""
    j = i
    nouns = False
    while j < stop:
        tag = units[j].tag
        if tag == "#" and nouns and units[j - 1].tag == "E":
            break  # "lent Mali two tankers"
        if tag in {"N", "E", "#"} or (tag == "Q" and j == i):
            nouns = True
        elif tag == "O" and j == i:
            return j + 1
        elif tag == "R" and units[j].lower == "that" and j == i and j + 1 < stop and units[j + 1].tag == "N":
            pass  # "that country"
        elif (
            (tag in {"D", "X"} and not nouns)
            or (tag == "G" and nouns)
            or (tag == "B" and not nouns and j + 1 < stop and units[j + 1].tag in {"N", "#", "V"})
            or (
                tag == "-"
                and nouns
                and j + 1 < stop
                and units[j + 1].tag in {"N", "E"}
                and units[j].start == units[j - 1].end
            )
        ):
            pass
        else:
            break
        j += 1
    if not nouns:
        return i
    if j < stop and units[j].lower == "of":
        end = phrase_from(units, j + 1, stop)
        if end > j + 1:
            return end
    return j


def phrase_to(units: Sequence[Unit], end: int, floor: int) -> int:
    """Where the noun phrase that ends before unit `end` begins (`end` itself where none does)."""
    j = end
    if j > floor and units[j - 1].tag == "O":
        return j - 1
    nouns = False
    while j > floor:
        tag = units[j - 1].tag
        if tag in {"N", "E", "#"}:
            nouns = True
        elif tag == "G" and nouns:
            pass
        elif tag in {"D"} and nouns:
            j -= 1
            while j > floor and units[j - 1].tag == "D":
                j -= 1
            break
        elif tag == "X" and units[j - 1].lower in {"no", "neither"} and nouns:
            j -= 1
            break
        else:
            break
        j -= 1
    if not nouns:
        return end
    if j - 1 > floor and units[j - 1].lower == "of":
        start = phrase_to(units, j - 1, floor)
        if start < j - 1:
            return start
    return j


def listed_from(units: Sequence[Unit], i: int, stop: int) -> list[tuple[int, int]]:
    """The coordinated noun phrases that begin at unit i: "A, B and C"."""
    found: list[tuple[int, int]] = []
    j = i
    while j < stop:
        end = phrase_from(units, j, stop)
        if end == j:
            break
        found.append((j, end))
        k = end
        if k < stop and units[k].tag == ",":
            k += 1
        if k < stop and units[k].tag == "C" and units[k].lower != "but":
            k += 1
        if k == end or k >= stop or phrase_from(units, k, stop) == k:
            break
        comma = units[end].tag == "," and units[k - 1].tag != "C"
        if comma and not _more_follows(units, k, stop, end - 1):
            break
        j = k
    return found


def _more_follows(units: Sequence[Unit], k: int, stop: int, last: int) -> bool:
    """Whether what follows a comma is the next entry of a list and not an apposition: names, or an "and" further on."""
    end = phrase_from(units, k, stop)
    if units[last].tag == "E" and units[k].tag in {"E"} and _kind(units[last]) == _kind(units[k]):
        return True
    while end < stop and units[end].tag == ",":
        following = phrase_from(units, end + 1, stop)
        if following == end + 1:
            break
        end = following
    if end < stop and units[end].tag == ",":
        end += 1
    return end < stop and units[end].tag == "C" and phrase_from(units, end + 1, stop) > end + 1 and units[k].tag != "D"


def _kind(unit: Unit) -> str:
    return unit.mention.type if unit.mention is not None else ""


def listed_to(units: Sequence[Unit], end: int, floor: int) -> list[tuple[int, int]]:
    """The coordinated noun phrases that end before unit `end`, in order."""
    start = phrase_to(units, end, floor)
    if start == end:
        return []
    found = [(start, end)]
    conjoined = False
    while start > floor:
        k = start
        if units[k - 1].tag == "C" and units[k - 1].lower != "but":
            k -= 1
            conjoined = True
            if k > floor and units[k - 1].tag == ",":
                k -= 1
        elif units[k - 1].tag == "," and conjoined:
            k -= 1
        else:
            break
        before = phrase_to(units, k, floor)
        if before == k or (units[k].tag == "," and units[k - 1].tag == "T"):
            break
        found.insert(0, (before, k))
        start = before
    return found


def words_of(units: Sequence[Unit], span: tuple[int, int]) -> Iterator[str]:
    """The words of a phrase in small letters."""
    for unit in units[span[0] : span[1]]:
        yield unit.lower
