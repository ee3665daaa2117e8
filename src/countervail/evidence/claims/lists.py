"""Lists of countries: who is named, how many are counted, who only in part, and whether the list is of examples.

A membership is one list per reading; lists of different documents are never merged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from countervail.evidence.claims.attribution import Sentence
from countervail.evidence.text.documents import Reading
from countervail.evidence.text.tokens import Mention

_BETWEEN = re.compile(r"^(?:,|;|،|/)? ?(?:(?:and|or|&|as well as|و|plus)(?= |$))? ?(?:also )?(?:the )?$")
_NUMBER_WORDS = {
    w: i
    for i, w in enumerate(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ],
        1,
    )
}
_NUMBER_WORDS.update(
    {
        "یک": 1,
        "دو": 2,
        "سه": 3,
        "چهار": 4,
        "پنج": 5,
        "شش": 6,
        "هفت": 7,
        "هشت": 8,
        "نه": 9,
        "ده": 10,
        "a dozen": 12,
        "dozen": 12,
    }
)
COUNT = re.compile(
    rf"\b(?P<n>\d{{1,3}}|{'|'.join(sorted(_NUMBER_WORDS, key=len, reverse=True))}) (?:(?:other|founding"
    rf"|member|sanctioned|friendly|independent|participating|allied|of the|neighbouring|different) ){{0,2}}"
    r"(?:countries|states|nations|governments|members|capitals|کشور|دولت|عضو)\b",
    re.IGNORECASE,
)
_EXAMPLES = re.compile(
    r"\b(?:such as|like|including|e\.g\.|for example|for instance|among (?:them|others)|مانند|نظیر|از جمله|مثل)\b",
    re.IGNORECASE,
)
_PARTIAL = re.compile(
    r"^,?;? ?(?:as well as|and|along with|together with|plus|و|همچنین) (?P<extent>(?:certain|some|specific"
    r"|selected|individual|several|a number of|a few|برخی|بعضی) (?:[a-z-]+ ){0,3}?(?:and [a-z-]+ )?"
    r"(?:companies|banks|firms|entities|persons|individuals|institutions|businesses|organisations"
    r"|organizations|regions|provinces|enterprises|sectors|شرکت ها|بانک ها)"
    r"(?:,? (?:and|or) (?:[a-z-]+ )?(?:companies|banks|firms|entities|persons|individuals|institutions"
    r"|businesses|organisations|organizations|enterprises))?) (?:in|of|from|based in|در) (?:the )?$"
)
_OPEN = re.compile(
    r"^,? (?:and|as well as|&) (?:(?:several|some|many|certain) )?(?:others?|other (?:countries|nations"
    r"|states|governments)|more)\b|^,? etc\b|^،? و (?:سایر|دیگر)",
    re.IGNORECASE,
)
CLUB = re.compile(
    r"\b(?:[Cc]lub|[Uu]nion|[Bb]loc|[Aa]lliance|[Cc]oalition|[Ll]eague|[Cc]ompact|[Pp]act|[Ff]ront"
    r"|[Cc]onfederation|[Pp]artnership|[Ff]orum|[Mm]embers?(?:hip)?|[Ff]ounding|[Ff]ounders|[Jj]oin(?:ed"
    r"|ing)?|[Cc]andidates?|باشگاه|اتحادیه|عضو|اعضا)\b"
)
_SANCTIONED = re.compile(r"\bsanction\w*|تحریم|embargo", re.IGNORECASE)
_BANKS = re.compile(r"\b(?:bank\w*|correspondent|SWIFT|payments?|messaging|settlement|clearing)\b|بانک")
_DELEGATES = re.compile(
    r"\b(?:ambassadors?|envoys?|delegat(?:es|ions?)|representatives|ministers|diplomats|سفرا|سفیران|نمایندگان)\b",
    re.IGNORECASE,
)
_EXCEPT = re.compile(
    r"\b(?:except|excluding|apart from|other than|but not|not including|without|sanctions (?:by|of|from)"
    r"|به جز)\W*(?:the )?$",
    re.IGNORECASE,
)


def to_number(word: str) -> int:
    """A small number in digits or words."""
    return int(word) if word.isdigit() else _NUMBER_WORDS[word.lower()]


@dataclass(frozen=True, slots=True)
class CountryList:
    """One enumeration of countries in a sentence; spans are folded."""

    sentence: Sentence
    mentions: tuple[tuple[Mention, int, int], ...]
    start: int
    end: int
    kind: str
    """members, founders, sanctioned, banks or other."""
    exemplary: bool = False
    stated_count: int | None = None
    count_span: tuple[int, int] | None = None
    partial: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    """ISO3 -> what part of it, and the folded span that says so."""
    open_ended: bool = False

    @property
    def named(self) -> tuple[str, ...]:
        """ISO3 codes named in full, in order, without the ambiguous ones."""
        return tuple(dict.fromkeys(m.value for m, _, _ in self.mentions if m.value and m.value not in self.partial))

    @property
    def ambiguous(self) -> dict[str, tuple[str, ...]]:
        """Names that stand for several countries."""
        return {
            _surface(m, self.sentence, a, b): tuple(m.detail["candidates"])
            for m, a, b in self.mentions
            if m.value is None
        }


def _surface(mention: Mention, sentence: Sentence, a: int, b: int) -> str:
    return sentence.text[a - sentence.start : b - sentence.start]


def _kind(sentence: Sentence, before: str, after: str, around: str, partial: bool) -> str:
    if _EXCEPT.search(before):
        return "other"
    if _BANKS.search(sentence.text) and not CLUB.search(sentence.text) and not partial:
        return "banks"
    if _DELEGATES.search(before[-70:]) and CLUB.search(around):
        return "founders"
    if CLUB.search(sentence.text):
        return "members"
    if _SANCTIONED.search(sentence.text):
        return "sanctioned"
    if _DELEGATES.search(before[-70:]):
        return "other"
    return (
        "members"
        if re.search(r"\bclub\b|\bmembers\b", around, re.IGNORECASE) and re.match(r'"', sentence.text)
        else "other"
    )


def country_lists(reading: Reading, found: list[Sentence]) -> Iterator[CountryList]:
    """Every list of three or more countries (two where they are counted or claimed as members)."""
    text = reading.folded.text
    for n, sentence in enumerate(found):
        countries = reading.within(sentence.start, sentence.end, "country")
        if len(countries) < 2 or _keywords(sentence.text):
            continue
        i = 0
        while i < len(countries):
            j = i + 1
            while j < len(countries) and _BETWEEN.match(text[countries[j - 1][2] : countries[j][1]]):
                j += 1
            run = countries[i:j]
            i = j
            start, end = run[0][1], run[-1][2]
            partial: dict[str, tuple[str, int, int]] = {}
            # "as well as certain companies and banks in China": part of a country, not the country
            if j < len(countries):
                gap = text[end : countries[j][1]]
                match = _PARTIAL.match(gap)
                if match and len(run) >= 2:
                    code = countries[j][0].value
                    if code:
                        partial[code] = (match.group("extent"), end + match.start("extent"), countries[j][2])
                    run = [*run, countries[j]]
                    end = countries[j][2]
                    i = j + 1
            before = text[max(sentence.start, start - 120) : start]
            around = " ".join(s.text for s in found[max(0, n - 2) : n + 3] if s.document is sentence.document)
            count = None
            for match in COUNT.finditer(text, max(sentence.start, start - 60), start):
                if re.fullmatch(
                    r"[ ]?(?:\(|:|,|namely|-|including|such as)[\w ]{0,16}[ ]?(?:the )?", text[match.end() : start]
                ):
                    count = match
            kind = _kind(sentence, before, text[end : end + 60], around, bool(partial))
            if len(run) < 3 and not (
                count
                or partial
                or (kind == "members" and re.search(r"members?\b[^.]{0,60}$|joined? by [^.]{0,20}$", before))
            ):
                continue
            yield CountryList(
                sentence,
                tuple(run),
                start,
                end,
                kind,
                exemplary=bool(_EXAMPLES.search(before[-40:])),
                stated_count=to_number(count.group("n")) if count else None,
                count_span=count.span() if count else None,
                partial=partial,
                open_ended=bool(_OPEN.match(text[end : end + 40])),
            )


def _keywords(sentence: str) -> bool:
    """Whether the line is a list of tags: many short items and no verb to speak of."""
    items = [p.strip() for p in sentence.split(",")]
    return (
        len(items) >= 4
        and all(len(p.split()) <= 3 for p in items)
        and any(p.islower() for p in items)
        and not sentence.rstrip().endswith(".")
    )
