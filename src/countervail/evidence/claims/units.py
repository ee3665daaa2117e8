"""Words of a sentence with their part of speech.

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
    r"(?P<sum>(?:[A-Z]{0,3}\$|[€£])\d(?:[\d,.]*\d)?(?:(?:m|bn|tn|k)\b)?)|(?P<word>(?:US|U\.S\.) dollars?\b|"
    r"[^\W\d_](?:[\w&]|[.](?=[A-Za-z]\b)|-(?=\w)|'(?!s\b)(?=\w))*)|(?P<poss>'s\b|'(?= ))"
    r"|(?P<number>[$€£]?\d(?:[\d,.:/-]*\d)?(?:%|-?[A-Z]\b)?)|(?P<mark>[^\s\w])"
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
    elif base in _DOUBLED or (
        re.search(r"[^aeiou][aeiou][bdglmnprt]$", base) and len(base) <= 4 and len(re.findall("[aeiou]", base)) == 1
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
        hyphened = text[b : b + 1] == "-" and text[b + 1 : b + 2].islower()
        if tag == "E" and hyphened and mention and mention.type == "country":
            tag, mention = "N", None  # "a Panama-flagged tanker"
        units.append(Unit(text[a:b], text[a:b].lower(), tag, a, b, mention))
        position = b + (tag == "Q" and text[b : b + 1] == "'")  # a mark, no genitive
    _words(text, position, end, units)
    _settle(units)
    return units


_TWO_WORDS = frozenset(tuple(pair.split("-")) for pair in CLOSED["two_words"])
"""Adverbs of two words."""
SELVES = frozenset(["himself", "herself", "itself", "themselves"])
_EMPHATIC = SELVES | {"alone"}
_SHORT_FORMS = frozenset({"Co", "Ltd", "Inc", "Corp", "St", "No", "Bros", "Pte", "Sdn", "Bhd", "Pty", "Pvt"})


_ONE = frozenset(["a", "an"])


def _settle(units: list[Unit]) -> None:
    """Give the words that are of two kinds their tag from the words beside them."""
    for i, unit in enumerate(units):
        following = units[i + 1] if i + 1 < len(units) else None
        before = units[i - 1] if i else None
        if unit.tag == "A" and unit.text[0] == "'":
            unit.lower = _spelt_out(units, i)
        if unit.text == "$" and before is not None and before.text == "US":
            unit.tag = before.tag = "B"  # "US$ 45 million"
        if before is not None and before.tag == "-" and "n" in (unit.forms or {}) and _hyphened(units, i):
            unit.tag, unit.forms = "N", None  # "a Panama-flagged ship"
        if unit.lower == "since" and before is not None and before.tag == "A" and following and following.forms:
            unit.tag = "B"  # "have since proposed"
        elif unit.lower == "like" and before and following and before.lower in {"would", "'d", "to"}:
            if following.tag in {"D", "E"} or following.lower == "to":
                unit.tag, unit.forms = "N", {"b": "like"}  # "would like to join"
        elif unit.lower == "well" and before is not None and before.lower == "as":
            if following is None or following.lower != "as":
                unit.tag = before.tag = "B"
            elif (
                i > 1
                and i + 2 < len(units)
                and units[i + 2].tag in {"N", "D", "#"}
                and (units[i - 2].text.islower() or units[i + 2].lower in {"a", "an", "its", "their"})
            ):
                following.tag = "C"  # "oil as well as gas"
        elif (
            unit.lower in {"all", "each"}
            and before is not None
            and following is not None
            and (before.tag == "A" or (before.tag == "E" and "d" in (following.forms or {})))
            and following.forms
        ):
            unit.tag = "B"  # "have all agreed", "Mali and Chad all refused"
        elif (
            unit.lower in {"all", "both", "each"} and before is not None and before.tag == "," and following is not None
        ):
            if "n" in (following.forms or {}) and i + 2 < len(units) and units[i + 2].tag == "P":
                unit.tag = "B"  # "Iran, Belarus and Malaysia, all invited by China"
        elif unit.lower == "both" and _left_over(units, i):
            unit.tag = "O"  # "the text, which both refused"
        elif unit.lower == "both" and before is None and "d" in ((following and following.forms) or {}):
            unit.tag = "O" if [u.tag for u in units[i + 2 : i + 3]] != ["N"] else unit.tag  # "Both declined to"
        elif unit.lower in {"both", "once"} and before and following and (following.forms or following.lower in _ONE):
            if before.tag == "A" or (before.tag in {"E", "N"} and following.forms):
                unit.tag = "B"  # "have both applied", "X once proposed", "was once a member"
        elif unit.lower == "both" and (following is None or following.tag not in {"N", "E", "D", "#"}):
            unit.tag = "N"
        elif unit.tag == "N" and unit.lower in verb_forms() and _joins_a_verb(units, i):
            unit.tag, unit.forms = "V", verb_forms()[unit.lower]  # "buy oil from X and pay for it"
        elif unit.lower == "back" and i and units[i - 1].tag == "D":
            unit.tag = "N"  # "turned its back on"
        elif unit.lower == "either" and i > 1 and (following is None or following.tag in {".", ",", ";", "C"}):
            unit.tag = "B"  # "did not join the pact either"
        elif unit.lower == "her" and unit.tag == "D" and _alone(following):
            unit.tag = "O"  # "invited her to join"
        elif [u.lower for u in units[max(0, i - 1) : i + 2]] == ["the", "first", "of"]:
            unit.tag = "N"  # "enacted the first of these measures"
        elif unit.lower in {"last", "first"} and before is not None and before.forms and following is not None:
            if following.tag in {",", ".", "P"}:
                unit.tag = "B"  # "signed last"
        elif (
            unit.tag == "D"
            and unit.lower in {"all", "any", "some", "most", "many", "several", "both"}
            and following is not None
        ):
            if following.lower == "of":
                unit.tag = "N"  # "all of its troops"
        elif unit.lower == "further" and following is not None and before is not None and before.tag == "#":
            unit.tag = "N"  # "two further licences"
        elif unit.lower == "per" and following is not None and following.lower == "cent":
            unit.tag = "N"
        elif following is not None and (unit.lower, following.lower) in _TWO_WORDS and not _compared(units, i):
            unit.tag = following.tag = "B"
            unit.forms = following.forms = None
        elif following is not None and _BOUNDS.get(unit.lower) == following.lower:
            number = units[i + 2] if i + 2 < len(units) else None
            if number is not None and (number.tag == "#" or (number.lower in {"a", "half"} and unit.lower != "up")):
                unit.tag = following.tag = "B"  # "more than two thousand people", "up to 150 megawatts"
                if before is not None and before.lower == "no":
                    before.tag = "B"
        elif unit.lower in _POINTING and (following is None or following.tag in _ENDS) and unit.tag == "D":
            unit.tag = "O"  # "the office denies this"
        elif unit.lower == "as" and before is not None and before.tag == "," and _does_so(units, i + 1):
            unit.tag = "S"
        elif (
            unit.lower == "up"
            and following
            and following.lower == "to"
            and [u.tag for u in units[i + 2 :][:1]] == ["#"]
        ):
            unit.tag = following.tag = "B"  # "with up to 150 ships"
        elif unit.lower in {"about", "around"} and following and re.match(r"\d|half$", following.lower):
            unit.tag = "B"  # "supplied about 2 million tonnes"
        elif unit.lower == "no" and following is not None and following.lower == "longer":
            following.tag = "X"
        elif unit.lower == "no" and following is not None and following.lower == "other":
            following.tag = "N"  # "No other government has paid"
        elif unit.lower == "subject" and before is not None and [u.lower for u in units[i + 1 : i + 2]] == ["to"]:
            under = before.tag in {"N", "E"} and before.lower not in {"remains", "remain", "remained", "became"}
            unit.tag = (
                "P" if under and not (units[i + 2 : i + 3] or [unit])[0].forms else unit.tag
            )  # "signed subject to"
        elif unit.lower in _EMPHATIC and before is not None and (_emphasised(before) or _set_off(before, following)):
            unit.tag = "B"  # "who was himself on the list"
        elif unit.lower == "alone" and before is not None and before.forms and _alone(following):
            unit.tag = "B"  # "Iceland signed alone"
        elif unit.lower == "following" and before is not None and before.lower == "the":
            unit.tag = "N"  # "the following persons"
        elif unit.lower == "once" and following is not None and following.tag == "D" and before is not None:
            largest = before.tag == "," and any(u.lower.endswith("est") for u in units[i + 2 : i + 3])
            unit.tag = "P" if largest else unit.tag  # "importers, once the largest buyers, now pay"
        elif unit.lower == "that" and before is not None and before.forms and _ends_soon(units, i + 1):
            unit.tag = "O"  # "disputed that."
        elif unit.lower == "that" and before is not None and before.lower == "of" and following is not None:
            unit.tag = "O" if following.tag in {"P", "T", "."} else unit.tag  # "paid half of that on 3 May"
        elif unit.lower == "provided" and following is not None and following.lower != "that":
            unit.tag, unit.forms = "N", verb_forms()["provided"]
        elif unit.lower == "there" and before is not None and before.tag in {"N", "E", "O"}:
            unit.tag = "B"
    for i in range(len(units) - 2, 0, -1):
        dot, named = units[i], units[i - 1]
        goes_on = units[i + 1].tag in {",", "("} or units[i + 1].text[:1].islower() or units[i + 1].text in _SHORT_FORMS
        short = named.tag == "E" and named.end == dot.start and named.text.split()[-1] in _SHORT_FORMS
        if dot.tag == "." and short and goes_on:
            del units[i]  # "Nile Basin Refining Co., registered in ..."
            if units[i].text in _SHORT_FORMS:  # "Telok Marine Pte. Ltd."
                named.end = units.pop(i).end
                del units[i : i + (i + 1 < len(units) and units[i].tag == ".")]
        if (named.lower, dot.lower, units[i + 1].tag) == ("as", "well", "C") and units[i + 1].lower == "as":
            del units[i - 1 : i + 1]
        elif named.lower == "both" and dot.lower == "of" and units[i + 1].lower == "them":
            del units[i : i + 2]  # "listed both of them"


def _joins_a_verb(units: Sequence[Unit], i: int) -> bool:
    """Whether "and" stands before a word, and a preposition with a pronoun behind it."""
    return i > 0 and units[i - 1].tag == "C" and [u.tag for u in units[i + 1 : i + 3]] == ["P", "O"]


def _set_off(before: Unit, following: Unit | None) -> bool:
    """Whether a word stands between a comma and a participle: "Guinea, itself suspended since May,"."""
    return before.tag == "," and following is not None and "n" in (following.forms or {})


def _ends_soon(units: Sequence[Unit], i: int) -> bool:
    """Whether no clause follows "that": "disputed that", "refused that on Friday"."""
    return [u.tag for u in units[i : i + 3]] in ([], ["."], ["P", "T", "."], ["P", "T"])


def _left_over(units: Sequence[Unit], i: int) -> bool:
    """Whether "both" stands between "which", of one thing, and a verb in the past."""
    past = i > 2 and i + 1 < len(units) and "d" in (units[i + 1].forms or {})
    return past and [units[i - 1].lower, units[i - 2].tag] == ["which", ","] and not units[i - 3].lower.endswith("s")


def _hyphened(units: Sequence[Unit], i: int) -> bool:
    """Whether a hyphen joins the word at i to the one before it."""
    return i > 1 and units[i - 2].end == units[i - 1].start and units[i - 1].end == units[i].start


def _emphasised(before: Unit) -> bool:
    """Whether "itself" after a word only stresses it: "was himself on the list", "the company itself sold it"."""
    return before.tag in {"A", "E"} or before.lower in {"he", "she"} or (before.tag == "N" and not before.forms)


_GOING = frozenset(["leave", "go", "come", "become", "agree", "resign", "withdraw", "get", "say", "quit"])


def _spelt_out(units: Sequence[Unit], i: int) -> str:
    """The auxiliary that "'d" and "'s" stand for: had or would, has or is."""
    k = i + 1
    while k < len(units) and units[k].tag in {"B", "X"}:
        k += 1
    forms = (units[k].forms or {}) if k < len(units) else {}
    word = units[k].lower if k < len(units) else ""
    if units[i].lower == "would":
        return "had" if word in {"been", "had", "done"} or ("n" in forms and "b" not in forms) else "would"
    if units[i].lower == "is" and "n" in forms and word != "been":
        after = units[k + 1].tag if k + 1 < len(units) else ""
        return "has" if after in {"D", "E", "O", "#"} or forms["n"] in _GOING else "is"
    return units[i].lower


def _alone(following: Unit | None) -> bool:
    """Whether what follows "her" is no noun that she owns."""
    return following is None or following.tag not in {"N", "E", "#", "B", "Q", "D", "T"} or following.lower == "that"


_BOUNDS = {"more": "than", "fewer": "than", "less": "than", "up": "to"}
_POINTING = frozenset(["this", "these", "those"])
_ENDS = frozenset([".", ",", ";", "P", "C", "!", ")", "T"])
_DOING = frozenset(["did", "do", "does", "have", "has", "had", "are", "is", "was", "were", "will"])


def _does_so(units: Sequence[Unit], i: int) -> bool:
    """Whether "X and Y have done", "have X and Y" stands at unit i: others do the same."""
    k = i
    while k < min(len(units), i + 10) and units[k].tag in {"D", "N", "E", "C", ","}:
        k += 1
    return k < len(units) and units[k].lower in _DOING and (k > i or units[k + 1 : k + 2] != [])


def _compared(units: Sequence[Unit], i: int) -> bool:
    """Whether "as well" goes on with "as": a conjunction; and whether "in future" leads to a noun."""
    if units[i + 1].lower == "future":
        return units[i - 1].tag != "A" and i + 2 < len(units) and units[i + 2].tag == "N"
    return i + 2 < len(units) and units[i + 2].lower == "as" == units[i].lower


_SHORT_VERBS = {"'m": "am", "'d": "would", "'ve": "have", "'ll": "will", "'re": "are"}
_BEFORE_IS = frozenset(["it", "he", "she", "that", "there", "who", "what", "here", "this", "everyone", "nobody"])


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
        lower = word.lower().removeprefix("us ").removeprefix("u.s. ")  # "US dollars"
        mark = lower.find("'")
        if mark > 0 and lower[mark:] in _SHORT_VERBS and lower[:mark] in _WORDS:
            at = match.start() + mark
            units.append(Unit(word[:mark], lower[:mark], _WORDS[lower[:mark]], match.start(), at))
            units.append(Unit(word[mark:], _SHORT_VERBS[lower[mark:]], "A", at, match.end()))
            continue
        if kind == "poss" and word != "'" and units and units[-1].lower in _BEFORE_IS:
            units.append(Unit(word, "is", "A", match.start(), match.end()))
            continue
        tag = "G" if kind == "poss" else "#" if kind in {"number", "sum"} else _closed(lower)
        verb = (forms.get(lower) or _guessed(word)) if tag == "N" else None
        units.append(Unit(word, lower, tag, match.start(), match.end(), None, verb))


@cache
def _guessed(word: str) -> dict[str, str] | None:
    """The past form that a word in small letters which ends in -ed is likely to be."""
    if not word.islower() or "-" in word or len(word) < 6 or word in {"hundred", "indeed"}:
        return None
    if word.endswith("ing") and len(word) > 6 and word not in _ING_NOUNS:
        return {"g": word}
    return {"d": word, "n": word} if word.endswith("ed") and word[-3] != "e" else None
