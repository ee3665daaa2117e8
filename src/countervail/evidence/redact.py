"""Private numbers and addresses: found before anything else is read, and masked at equal length.

Telephone numbers, e-mail addresses, IBANs, payment cards, passports and national numbers are found in the folded text,
whatever digits, dashes, spaces and invisible characters write them, and masked at their raw offsets. Everything else
(documents, mentions, claims, quotes, exports) is made from the masked text. What tells a telephone number from a date,
a sum, a count or the number of a document is a prefix (+, 00, 0, 8, an area code) or a label before it.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.resources import files

import yaml

from countervail.evidence.model import MASK
from countervail.evidence.text import Folded, fold

_ROUNDS = 8
"""Masking is repeated until nothing more is found: a mask may lay open what stood beside it."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """A masked span of the raw text, with a keyed digest of what stood there (empty where no key was given)."""

    start: int
    end: int
    kind: str
    digest: str = ""

    def to_json(self) -> dict[str, object]:
        """The JSON object of the source."""
        row: dict[str, object] = {"start": self.start, "end": self.end, "kind": self.kind}
        return {**row, "sha256": self.digest} if self.digest else row


# -- words and pieces of the expressions -------------------------------------------------------------------------------


_PRIVATE = yaml.safe_load((files("countervail.evidence") / "data" / "private.yaml").read_text(encoding="utf-8"))


def _words(languages: dict[str, list[str]]) -> str:
    """A list of words as one alternative; those of Latin and Cyrillic begin at a word boundary, those of Arabic script
    may have an article before and an ending after them."""
    latin = [w for language in ("en", "eu", "ru") for w in languages.get(language, ())]
    arabic = [w for language in ("fa", "ar") for w in languages.get(language, ())]
    return "|".join(
        [rf"(?:\b(?:{'|'.join(latin)})", rf"(?:{'|'.join(arabic)})[\u0621-\u06cc]{{0,4}})" if arabic else "(?!))"]
    )


_WORDS = {name: _words(languages) for name, languages in _PRIVATE.items() if name != "forms"}
_S = r"(?: ?[-.\n] ?| )?"
"""What may stand between two groups of one number; a line may break there."""
_LOOSE = r"(?:[ .\-/()]{0,3}|[ .\-/()]?\n[ ]?)"
_NOT_BEFORE = r"(?<![\w/.,-])"
_NOT_AFTER = r"(?![\w-]|[.,/]\d)"
_IS = (
    r"[ \n]{0,2}(?:(?:numbers?|nos?|num|nr|code|card|series|holder|id|номер|серия|شماره|رقم|کد|n[o°º]|№|#"
    r"|is|are|was|us|me|at|on|на|по|با|ما)[.:]?[ \n]){0,4}"
    r"[ \n]{0,2}(?:\([^()\d\n]{1,20}\)[ :]{0,2})?[.:#№=|-]{0,2}[ \n]{0,3}"
)
"""What may stand between a label and its number."""


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_NUMBER_LABEL = _compiled(rf"(?:{_WORDS['document']}|№|#)[ .:#№/-]{{0,4}}$")
_UNIT_AFTER = _compiled(rf" ?(?:%|€|£|\$|₽|﷼|{_WORDS['unit']})")
_MONEY_BEFORE = _compiled(rf"(?:[$€£¥₽﷼]|{_WORDS['currency']})[ :]{{0,2}}$")
_MONTH_AFTER = _compiled(rf" ?{_WORDS['month']}")
_DATE = re.compile(
    r"(?<!\d)(?:(?:0?[1-9]|[12]\d|3[01])[./ -](?:0?[1-9]|1[0-2])[./ -](?:1[34]|19|20)\d\d"
    r"|(?:0?[1-9]|1[0-2])[./ -](?:0?[1-9]|[12]\d|3[01])[./ -](?:19|20)\d\d"
    r"|(?:1[34]|19|20)\d\d[./ -](?:0?[1-9]|1[0-2])[./ -](?:0?[1-9]|[12]\d|3[01]))(?!\d)"
)
_YEAR_AFTER = re.compile(r"[ \n](?:1[34]|19|20)\d\d$")
_CLOCK = re.compile(r"(?:[01]\d|2[0-4])[0-5]\d ?[- ] ?(?:[01]\d|2[0-4])[0-5]\d")
_THOUSANDS = re.compile(r"\+? ?\d{1,3}(?:[ .]\d{3})+")
_EDGE = " .-/(\n"
_YEAR = re.compile(r"(?:1[34]|19|20)\d\d")
_YEARS = re.compile(r"((?:19|20)\d\d) ?[-/] ?((?:19|20)\d\d)")


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _trim(text: str, start: int, end: int, most: int) -> str:
    """The number text[start:end] without a date, a year or a line that only follows it, and with `most` digits at
    most."""
    number = text[start:end]
    international = number.lstrip("( ")[:1] == "+" or number.startswith("00")
    if (line := number.find("\n")) > 0:
        before = len(_digits(number[:line]))
        alone = re.match(r"\n\d{1,2} [^\W\d_]", text[start + line : start + line + 5])
        if before >= (11 if international else 8) or (before >= 7 and alone):
            number = number[:line]
    if not international:
        for date in _DATE.finditer(number):
            if date.start() and date.end() == len(number) and len(_digits(number[: date.start()])) >= 5:
                number = number[: date.start()].rstrip(_EDGE)
    if (year := _YEAR_AFTER.search(number)) and len(_digits(number[: year.start()])) >= 10:
        number = number[: year.start()]
    day = re.search(r"[ \n]\d{1,2}$", number)
    if day and len(_digits(number[: day.start()])) >= 7 and _MONTH_AFTER.match(text, start + len(number)):
        number = number[: day.start()]
    if number.rfind("(") > max(number.rfind(")"), 2) and len(_digits(number[: number.rfind("(")])) >= 7:
        number = number[: number.rfind("(")]
    if len(_digits(number)) > most and (other := re.search(r"(?<=\d) ?[-/] (?=\(?[+\d])", number[7:])):
        number = number[: 7 + other.start()]
    while len(_digits(number)) > most and (cut := max(number.rfind(c) for c in " -./\n(")) > 0:
        number = number[:cut]
    return number.rstrip(_EDGE)


Check = Callable[[str, re.Match[str]], int]
"""From the folded text and a match whose group `n` is a number: where the mask ends, -1 where there is none."""


# -- telephone numbers -------------------------------------------------------------------------------------------------


def _labelled(text: str, match: re.Match[str], fewest: int) -> int:
    """After a label: nearly anything of five digits or more that is no date."""
    number = _trim(text, *match.span("n"), 15)
    digits = len(_digits(number))
    start = match.start("n")
    if not fewest <= digits <= 15 or _DATE.fullmatch(number.strip("() ")):
        return -1
    if fewest > 5 and (years := _YEARS.fullmatch(number)) and years[1] < years[2]:
        return -1  # "Basin F: 2008-2011"; right after "Tel." it is a number
    if fewest > 5 and (_THOUSANDS.fullmatch(number) or _UNIT_AFTER.match(text, start + len(number))):
        return -1
    if fewest > 7 and (_NUMBER_LABEL.search(text[max(0, start - 30) : start]) or _DATE.search(number)):
        return -1
    return start + len(number)


def _prefixed(text: str, match: re.Match[str], fewest: int, most: int, sure: bool, no_year: bool) -> int:
    """With a prefix that telephone numbers have, unless its shape or its neighbours say that it is something else."""
    number = _trim(text, *match.span("n"), most)
    digits = _digits(number)
    start = match.start("n")
    end = start + len(number)
    if not fewest <= len(digits) <= most or len(set(digits)) == 1:
        return -1
    grouped = _THOUSANDS.fullmatch(number)
    if (grouped and len(digits) < 10) or ((grouped or number.isdigit()) and _UNIT_AFTER.match(text, end)):
        return -1
    if sure:
        return end
    before = text[max(0, start - 30) : start]
    if _NUMBER_LABEL.search(before) or _MONEY_BEFORE.search(before):
        return -1
    if re.fullmatch(r"\d{5}-\d{4}", number):  # a ZIP code
        return -1
    if no_year and re.fullmatch(r"[\d ]+", number) and _YEAR.fullmatch(number[-4:]):  # figures and a year
        return -1
    if re.fullmatch(r"\d{3}(?: \d{3,4})+", number) and (before[-2:-1].isdigit() or text[end + 1 : end + 2].isdigit()):
        return -1  # a column of figures, or the rest of a larger one
    if (
        _DATE.search(number)
        or _CLOCK.fullmatch(number)
        or (_YEAR.fullmatch(number.strip("() ")[:4]) and number[0] == "(")
    ):
        return -1
    return end


_ANY = r"(?P<n>(?:\( ?)?\+? ?\(?\d(?:" + _LOOSE + r"\d){4,24})"
_MORE = re.compile(
    r"[ \n]{0,2}(?:[,;/،-]|\bor\b|\band\b|\bund\b|\bet\b|\bи\b|\bили\b|و|یا|او|أو)[ \n]{0,2}"
    r"(?P<n>\+?\(?\d(?:[ .\-()]{0,3}\d){4,14})(?![\w]|[.,/]\d)"
)
_EXTENSION = re.compile(r"[ ,]{0,2}(?:ext(?:ension)?\.?|x|доб\.?|داخلی|تحویله)[ :.]{0,2}\d{1,6}(?!\d)", re.IGNORECASE)


def _forms() -> Iterator[tuple[re.Pattern[str], Check]]:
    """The forms of numbers without a label."""
    for entry in _PRIVATE["forms"]:
        form = entry["form"].replace("~", _S)
        pattern = f"{entry.get('before', _NOT_BEFORE)}(?P<n>{form}){entry.get('after', _NOT_AFTER)}"
        fewest, most = entry["digits"]
        sure, no_year = entry.get("sure", False), entry.get("no_year", False)
        yield re.compile(pattern), partial(_prefixed, fewest=fewest, most=most, sure=sure, no_year=no_year)


_TEL = _WORDS["telephone"]
_PHONES: tuple[tuple[re.Pattern[str], Check], ...] = (
    (_compiled(rf"{_TEL}{_IS}{_ANY}(?!\d)"), partial(_labelled, fewest=5)),
    (_compiled(rf"{_TEL}[^\d\n:]{{1,30}}:[ ]{{0,3}}{_ANY}(?!\d|,\d)"), partial(_labelled, fewest=7)),
    (_compiled(rf"{_TEL}(?!\w)[^\d\n]{{1,25}}{_ANY}(?!\d|,\d)"), partial(_labelled, fewest=9)),
    (_compiled(rf"{_WORDS['call']}{_IS}{_ANY}(?!\d|,\d)"), partial(_labelled, fewest=7)),
    (_compiled(rf"{_WORDS['link']}[:/?=&\w.+]{{1,40}}?(?P<n>\+?\d{{7,15}})(?!\d)"), partial(_labelled, fewest=7)),
    (_compiled(rf"(?<![\w,.]){_ANY} ?\({_TEL}[^()\d]{{0,12}}\)"), partial(_labelled, fewest=7)),
    *_forms(),
)


# -- the other kinds ---------------------------------------------------------------------------------------------------

_AT = r"(?:@| ?[\[({] ?at ?[\])}] ?)"
_DOT = r"(?:\.| ?[\[({] ?dot ?[\])}] ?)"
_AT_SIGN = re.compile(_AT, re.IGNORECASE)
_SOME_DIGITS = re.compile(r"\d+")
_FIVE_DIGITS = re.compile(r"\d(?:\W{0,5}\d){4}")
_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.!#$%&'*+=?^`{|}~-]{1,64}" + _AT + r"(?:[\w-]{1,63}" + _DOT + r"){1,6}[^\W\d_]{2,24}(?![\w])",
    re.IGNORECASE,
)
_IBAN = re.compile(r"(?<![^\W_])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,3})?(?![A-Za-z0-9])")
_CARD = re.compile(
    r"(?<![\w.,/-])(?<!\d )(?:\d{4}(?P<s>[ -]?)\d{4}(?P=s)\d{4}(?P=s)\d{4}(?:(?P=s)\d{3})?"
    r"|3\d{3}(?P<t>[ -]?)\d{6}(?P=t)\d{5})(?![\w-]|[.,/]\d| \d+(?![\d/]))"
)
"""Grouped as cards are, and not among other figures."""


def _iban_end(text: str) -> int:
    """Length of the longest beginning of a text whose check digits are right; 0 where there is none."""
    kept = [(i, c.upper()) for i, c in enumerate(text) if c.isalnum()]
    for size in range(min(34, len(kept)), 14, -1):
        plain = "".join(c for _, c in kept[:size])
        if 2 * len(_digits(plain)) >= size and int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1:
            return kept[size - 1][0] + 1
    return 0


def _luhn(digits: str) -> bool:
    total = sum(int(d) if i % 2 == 0 else sum(divmod(2 * int(d), 10)) for i, d in enumerate(reversed(digits)))
    return total % 10 == 0


_LABELLED = tuple(
    (kind, _compiled(rf"{_WORDS[kind]}{_IS}(?P<n>{number})"))
    for kind, number in (
        ("passport", r"[a-zа-я]{0,3}[ -]?\d(?:(?:[ №-]{0,3}| номер )\d){4,11}[a-z]?(?!\w)"),
        ("national number", r"[a-z]{0,4}[ -]?\d(?:[ ./-]{0,2}\d){4,17}[a-z]?(?!\w)"),
        ("card", r"\d(?:[ -]{0,2}\d){11,18}(?!\w)"),
        ("iban", r"(?:[a-z]{2}[ -]?)?\d(?:[ -]{0,2}[a-z0-9]){13,30}(?!\w)"),
        ("account", r"\d(?:[ ./-]?\d){7,27}(?!\w|[.,]\d)"),
    )
)

_LABELLED_IBAN = tuple(row for row in _LABELLED if row[0] == "iban")
_LONG_NUMBER = re.compile(r"\d(?:(?:[ №./-]{0,3}| номер )\d){4}", re.IGNORECASE)
"""Five digits: no number behind a label has fewer, or more between two of them, but an IBAN, which has letters."""
_BEGINS_IBAN = re.compile(r"\d\d(?<=[A-Za-z]{2}\d\d)")
"""Two letters and two digits, sought by the digits, which are rarer."""


def _windows(text: str, pattern: re.Pattern[str], before: int, after: int) -> list[tuple[int, int]]:
    """The stretches of a text round the matches of a pattern; elsewhere nothing can be private."""
    result: list[tuple[int, int]] = []
    for match in pattern.finditer(text):
        start, end = max(0, match.start() - before), match.end() + after
        if result and start <= result[-1][1]:
            result[-1] = result[-1][0], end
        else:
            result.append((start, end))
    return result


def _spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Every span of the folded text to be masked, with its kind, in no order."""
    for window in _windows(text, _AT_SIGN, 70, 300):
        for match in _EMAIL.finditer(text, *window):
            yield *match.span(), "e-mail"
    for window in _windows(text, _SOME_DIGITS, 160, 80):
        yield from _numbers(text, window)
        if _FIVE_DIGITS.search(text, *window):  # no number of a telephone has fewer, or more between two of them
            yield from _telephones(text, window)


def _numbers(text: str, window: tuple[int, int]) -> Iterator[tuple[int, int, str]]:
    """IBANs, cards, and what is private behind a label."""
    for match in _IBAN.finditer(text, *window) if _BEGINS_IBAN.search(text, *window) else ():
        if length := _iban_end(match.group()):
            yield match.start(), match.start() + length, "iban"
    long = _LONG_NUMBER.search(text, *window)
    for kind, pattern in _LABELLED if long else _LABELLED_IBAN:
        for match in pattern.finditer(text, *window):
            number = match["n"]
            counted = _THOUSANDS.fullmatch(number) or _UNIT_AFTER.match(text, match.end("n"))
            if not (_DATE.fullmatch(number) or (kind == "account" and counted)):
                yield *match.span("n"), kind
    for match in _CARD.finditer(text, *window) if long else ():
        digits = _digits(match.group())
        years = all(_YEAR.fullmatch(digits[n : n + 4]) for n in range(0, len(digits), 4))
        if digits[0] in "234569" and _luhn(digits) and not years:
            yield *match.span(), "card"


def _telephones(text: str, window: tuple[int, int]) -> Iterator[tuple[int, int, str]]:
    """Telephone numbers, each with its extension and the further numbers that follow it."""
    for pattern, check in _PHONES:
        position = window[0]
        while match := pattern.search(text, position, window[1]):
            end = check(text, match)
            position = max(end, match.start() + 1)
            if end < 0:
                continue
            yield match.start("n"), end, "telephone"
            if extension := _EXTENSION.match(text, end):
                yield *extension.span(), "telephone"
                end = extension.end()
            while (more := _MORE.match(text, end)) is not None:
                length = len(_trim(text, *more.span("n"), 15))
                if _DATE.fullmatch(more["n"]) or _THOUSANDS.fullmatch(more["n"]) or _UNIT_AFTER.match(text, more.end()):
                    break
                yield more.start("n"), more.start("n") + length, "telephone"
                end = more.start("n") + length
            position = max(position, end)


def _plain(raw: str) -> Folded:
    """The text numbers are looked for in: digits of any script and full-width signs as ASCII, then folded."""
    return fold(raw if raw.isascii() else "".join(_ascii(c) if c > "\x7f" else c for c in raw))


def _ascii(char: str) -> str:
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    return chr(ord(char) - 0xFEE0) if "\uff01" <= char <= "\uff5e" else _SIGNS.get(char, char)


_SIGNS = {"﹢": "+", "⁺": "+", "﹫": "@", "﹙": "(", "﹚": ")", "⁄": "/", "∕": "/", "。": "."}


def find(raw: str, key: bytes = b"") -> tuple[Redaction, ...]:
    """What of a raw text is masked, in order, without overlaps; with a key, each with an HMAC-SHA-256 of it."""
    masked = raw
    spans: list[tuple[int, int, str]] = []
    for _ in range(_ROUNDS):
        folded = _plain(masked)
        found = sorted((*folded.span(a, b), kind) for a, b, kind in _spans(folded.text) if b > a)
        if not found:
            break
        spans = _merged(sorted([*spans, *found]))
        masked = _masked(raw, spans)

    def digest(text: str) -> str:
        return hmac.new(key, text.encode("utf-8", "surrogatepass"), "sha256").hexdigest() if key else ""

    return tuple(Redaction(a, b, kind, digest(raw[a:b])) for a, b, kind in spans)


def _merged(spans: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    result: list[tuple[int, int, str]] = []
    for a, b, kind in spans:
        if result and a < result[-1][1]:
            first, last, name = result[-1]
            result[-1] = (first, max(last, b), name)
        else:
            result.append((a, b, kind))
    return result


def _masked(raw: str, spans: list[tuple[int, int, str]]) -> str:
    parts, position = [], 0
    for start, end, _ in spans:
        parts += [raw[position:start], re.sub(r"[^\r\n]", MASK, raw[start:end])]
        position = end
    return "".join([*parts, raw[position:]])


def mask(raw: str, redactions: tuple[Redaction, ...]) -> str:
    """The raw text with every redacted character replaced (line ends stay); the length stays."""
    return _masked(raw, [(r.start, r.end, r.kind) for r in redactions])


def masked(text: str) -> str:
    """A text (a name, a message) with what is private in it masked."""
    return mask(text, find(text))
