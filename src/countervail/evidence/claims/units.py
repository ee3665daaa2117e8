"""Words of a sentence with their part of speech, and its noun phrases: what the grammar of clauses works on.

There is no dictionary of English behind it: closed classes (articles, prepositions, auxiliaries ...) and the verbs of
`languages/english/verbs.txt` are known, what stands between them is taken for nouns. Names, dates and quotations count
as one word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from countervail.evidence.tables import frames
from countervail.evidence.text.tokens import Mention, data_sections

_TOKEN = re.compile(
    r"(?P<word>[^\W\d_](?:[\w&]|[.](?=[A-Za-z]\b)|-(?=\w)|'(?!s\b)(?=\w))*)|(?P<poss>'s\b|'(?= ))"
    r"|(?P<number>[$€£]?\d(?:[\d,.:/-]*\d)?%?)|(?P<mark>[^\s\w])"
)
CLOSED = {name: frozenset(words) for name, words in data_sections("english/grammar.txt").items()}
_WORDS = {word: tag for tag, words in CLOSED.items() if len(tag) == 1 for word in words}
_WORDS.update({"one": "#", "once": "S", "that": "R", "before": "S", "after": "S", "since": "S"})
_TITLES = CLOSED["titles"]
_ING_NOUNS = CLOSED["ing_nouns"]
_NOT_ADVERBS = CLOSED["not_adverbs"]
_DOUBLED = CLOSED["doubled"]


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


@cache
def verb_forms() -> dict[str, dict[str, str]]:
    """Word -> form -> lemma for every verb known."""
    sections = data_sections("english/verbs.txt", lines=True)
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
    for base in sorted(({verb[0] for frame in frames() for verb in frame.verbs} | nounlike()) - known):
        add(inflect(base), base)
    for american in ("traveling", "canceling", "labeling", "signaling", "traveled", "canceled", "labeled", "signaled"):
        lemma = re.sub(r"(ing|ed)$", "", american)
        add({"g" if american.endswith("g") else "d": american}, lemma)
        add({} if american.endswith("g") else {"n": american}, lemma)
    return found


@cache
def nounlike() -> frozenset[str]:
    """Verbs whose forms are also nouns."""
    return frozenset(w for row in data_sections("english/verbs.txt", lines=True)["nounlike"] for w in row.split())


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
        if (
            tag == "E"
            and text[b : b + 1] == "-"
            and text[b + 1 : b + 2].islower()
            and mention
            and mention.type == "country"
        ):
            tag, mention = "N", None  # "a Panama-flagged tanker"
        units.append(Unit(text[a:b], text[a:b].lower(), tag, a, b, mention))
        position = b
    _words(text, position, end, units)
    _settle(units)
    return units


_SHORT_FORMS = frozenset({"Co", "Ltd", "Inc", "Corp", "St", "No", "Bros"})


def _settle(units: list[Unit]) -> None:
    """Give the words that are of two kinds their tag from the words beside them."""
    for i, unit in enumerate(units):
        following = units[i + 1] if i + 1 < len(units) else None
        before = units[i - 1] if i else None
        if unit.lower == "since" and before is not None and before.tag == "A" and following and following.forms:
            unit.tag = "B"  # "have since proposed"
        elif unit.lower == "well" and before is not None and before.lower == "as":
            if following is None or following.lower != "as":
                unit.tag = before.tag = "B"
        elif unit.lower in {"both", "once"} and before is not None and following is not None and following.forms:
            if before.tag in {"A", "E", "N"}:
                unit.tag = "B"  # "have both applied", "X once proposed"
        elif unit.lower == "both" and (following is None or following.tag not in {"N", "E", "D", "#"}):
            unit.tag = "N"
        elif unit.lower in {"last", "first"} and before is not None and before.forms and following is not None:
            if following.tag in {",", ".", "P"}:
                unit.tag = "B"  # "signed last"
        elif (
            unit.tag == "D"
            and unit.lower in {"all", "some", "most", "many", "several", "both"}
            and following is not None
        ):
            if following.lower == "of":
                unit.tag = "N"  # "all of its troops"
        elif unit.lower == "further" and following is not None and before is not None and before.tag == "#":
            unit.tag = "N"  # "two further licences"
        elif unit.lower == "per" and following is not None and following.lower == "cent":
            unit.tag = "N"
        elif unit.lower == "there" and before is not None and before.tag in {"N", "E"}:
            unit.tag = "B"
    for i in range(len(units) - 2, 0, -1):
        dot, named = units[i], units[i - 1]
        goes_on = units[i + 1].tag == "," or units[i + 1].text[:1].islower()
        short = named.tag == "E" and named.end == dot.start and named.text.split()[-1] in _SHORT_FORMS
        if dot.tag == "." and short and goes_on:
            del units[i]  # "Nile Basin Refining Co., registered in ..."


def _words(text: str, start: int, end: int, units: list[Unit]) -> None:
    forms = verb_forms()
    shouted = text[start:end].isupper()
    for match in _TOKEN.finditer(text, start, end):
        word = match.group().lower() if shouted else match.group()
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


# -- noun phrases ------------------------------------------------------------------------------------------------------


def phrase_from(units: Sequence[Unit], i: int, stop: int) -> int:
    """Index after the noun phrase that begins at unit i (i itself where none does); "of" and what follows belongs to
    it."""
    j = i
    nouns = False
    while j < stop:
        tag = units[j].tag
        if tag == "#" and nouns and units[j - 1].tag == "E":
            break  # "lent Mali two tankers"
        if nouns and _time_follows(units, j, stop):
            break  # "suspended its membership weeks later"
        if tag in {"N", "E", "#"} or (tag == "Q" and j == i):
            nouns = True
        elif tag == "O" and j == i:
            return j + 1
        elif tag == "T" and j + 1 < stop and units[j + 1].tag == "N" and units[j + 1].lower not in {"this", "last"}:
            pass  # "the July summit"
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


def _time_follows(units: Sequence[Unit], j: int, stop: int) -> bool:
    """Whether "weeks later", "five years earlier" begins at unit j."""
    k = j + 1 if units[j].tag == "#" else j
    return (
        k + 1 < stop
        and units[k].lower in {"days", "weeks", "months", "years", "day", "week", "month", "year", "hours"}
        and units[k + 1].lower in {"later", "earlier", "ago", "before", "after"}
    )


def phrase_to(units: Sequence[Unit], end: int, floor: int) -> int:
    """Where the noun phrase that ends before unit `end` begins (`end` itself where none does)."""
    j = end
    if j > floor and units[j - 1].tag == "O":
        return j - 2 if j - 1 > floor and units[j - 2].tag == "#" else j - 1  # "six others"
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
        if (units[k - 1].tag == "C" and units[k - 1].lower != "but") or units[k - 1].lower == "nor":
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
    if len(found) == 2 and units[found[0][1]].tag == "," and _verb_before(units, found[0][0], floor):
        return found[1:]  # "... oil to India, and India paid": a clause of its own
    return found


def _verb_before(units: Sequence[Unit], start: int, floor: int) -> bool:
    """Whether a phrase follows a verb: at once, or after a preposition."""
    return any(u.tag in {"A", "V"} for u in units[:start]) and (
        start == floor or units[start - 1].tag in {"P", "V", "A", "S", "B"} or units[start - 1].lower == "of"
    )


def head_word(units: Sequence[Unit], span: tuple[int, int]) -> str:
    """The word that a phrase is about, in small letters: the last one before an "of"."""
    end = next((k for k in range(*span) if units[k].lower == "of" and k > span[0]), span[1])
    return str(units[end - 1].lower)


def words_of(units: Sequence[Unit], span: tuple[int, int]) -> set[str]:
    """The words of a phrase in small letters."""
    return {u.lower for u in units[span[0] : span[1]]}


def text_of(units: Sequence[Unit], span: tuple[int, int]) -> str:
    """A phrase as it is read."""
    parts: list[str] = []
    for unit in units[span[0] : span[1]]:
        if parts and unit.tag not in {"G", ","}:
            parts.append(" ")
        parts.append(unit.text)
    return "".join(parts)
