"""Private telephone numbers: found, and masked at equal length in everything that leaves."""

from __future__ import annotations

import re
from dataclasses import dataclass

from countervail.evidence.model import sha256

MASK = "█"
_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
_DASHES = str.maketrans("‐‑‒–—−\u00a0\u2009", "------  ")
_PHONE = re.compile(
    r"(?<![\w/.-])(?:\+|00)\d{1,3}[ .-]?\(?\d{1,4}\)?(?:[ .-]?\d{2,4}){2,4}(?![\w-]|\.\d)"
    r"|(?<![\w/.-])\(?0\d{2,4}\)?(?:[ .-]?\d{2,4}){2,4}(?![\w-]|/|\.\d)"
    r"|(?<=[Tt]el)[.: ]{1,3}\(?\d{2,4}\)?(?:[ .-]?\d{2,4}){1,4}(?![\w-])|(?<=[Pp]hone)[.: "
    r"]{1,3}\(?\d{2,4}\)?(?:[ .-]?\d{2,4}){1,4}(?![\w-])"
    r"|(?<=[Mm]obile)[.: ]{1,3}\(?\d{2,4}\)?(?:[ .-]?\d{2,4}){1,4}(?![\w-])|(?<![\w/.-])\(\d{2,4}\) "
    r"?\d{3,4}[ -]\d{3,4}(?![\w-])"
)


@dataclass(frozen=True, slots=True)
class Redaction:
    """A masked span of the raw text, with the hash of what stood there."""

    start: int
    end: int
    kind: str
    sha256: str

    def to_json(self) -> dict[str, object]:
        """The JSON object of the source."""
        return {"start": self.start, "end": self.end, "kind": self.kind, "sha256": self.sha256}


def find(raw: str) -> tuple[Redaction, ...]:
    """Telephone numbers in a raw text: 7 to 15 digits with an international or trunk prefix, or after a label."""
    text = raw.translate(_DIGITS).translate(_DASHES)
    found = []
    for match in _PHONE.finditer(text):
        start, end = match.span()
        while start < end and text[start] in ".: ":
            start += 1
        digits = sum(c.isdigit() for c in text[start:end])
        if 7 <= digits <= 15 and not re.fullmatch(
            r"0?\d[-.]0?\d{1,2}[-.]\d{4}|\d{4}[-.]\d\d[-.]\d\d|\d\d[-. ]\d\d[-. ]\d{4}", text[start:end]
        ):
            found.append(Redaction(start, end, "telephone", sha256(raw[start:end])))
    return tuple(found)


def mask(raw: str, redactions: tuple[Redaction, ...]) -> str:
    """The raw text with every redacted character replaced; the length stays."""
    parts, position = [], 0
    for item in redactions:
        parts += [raw[position : item.start], MASK * (item.end - item.start)]
        position = item.end
    return "".join([*parts, raw[position:]])
