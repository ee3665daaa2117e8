"""Text that leaves the program: for terminals, as JSON or as words; for spreadsheets.

Names, quotes and paths may come from hostile documents. In a terminal they must not move the cursor, hide text or
change its order; in a spreadsheet they must not be formulas. A limited encoding and a closed pipe are no errors.
"""

from __future__ import annotations

import json
import os
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TextIO

OBEYED: Final = dict.fromkeys(
    (
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        0x200E,
        0x200F,
        0x061C,
        *range(9),
        *range(11, 32),
        *range(127, 160),
    )
)
"""For `str.translate`: removes marks and overrides of the writing direction, with which a hostile name passes for
another, and the control characters that a terminal obeys, except tab and line feed."""
_SUSPECT: Final = re.compile("[" + "".join(re.escape(chr(code)) for code in OBEYED) + "]")
_COLOUR: Final = r"\x1b\[(?:(?:0|1|2|3|4|2[234]|39|[39][0-7])?;?)*m"
"""What the command itself sends to a terminal: bold, dim and plain colours; nothing that conceals."""
_DRAWING: Final = r"\x1b\[[0-9;?]*[A-HJKhlm]|\r"
"""What a progress bar sends besides: it moves the cursor."""
_RIGHT_TO_LEFT: Final = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc](?:[^A-Za-z\u00c0-\u024f\n]*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc])?"
)
# The characters of the package's own texts, for a terminal that lacks them
_NEAREST: Final = {
    "−": "-", "–": "-", "—": "-", "\u00a0": " ", "\u202f": " ", "“": '"', "”": '"', "‘": "'", "’": "'", "…": "...",
    "→": "->", "█": "#", "·": ".", "×": "x", "━": "-", "─": "-", "│": "|", "≥": ">=", "≤": "<=", "≈": "~",
}  # fmt: skip
_LEADS: Final = "=+-@\N{MINUS SIGN}"


def plain(text: str) -> str:
    """`text` without anything that a terminal obeys."""
    return text.translate(OBEYED)


def isolated(text: str) -> str:
    """`text` with isolates around Arabic, Persian and Hebrew, so that these do not reorder what is beside them."""
    return _RIGHT_TO_LEFT.sub(lambda match: f"\u2068{match[0]}\u2069", text)


def encodable(text: str, encoding: str) -> str:
    """`text` in the characters that an encoding has: the nearest ones, else a question mark."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(_encodable(character, encoding) for character in text)
    return text


def _encodable(character: str, encoding: str) -> str:
    for attempt in (character, _NEAREST.get(character, ""), unicodedata.normalize("NFKD", character)[:1]):
        try:
            if attempt.encode(encoding):
                return attempt
        except UnicodeEncodeError:
            pass
    return "?"


def json_safe(text: str, encoding: str = "utf-8") -> str:
    """JSON text of the same value, with escapes for what a terminal obeys and what `encoding` does not have."""

    def escaped(match: re.Match[str]) -> str:
        return json.dumps(match[0])[1:-1] if match[0] > "\x7e" else f"\\u{ord(match[0]):04x}"

    text = _SUSPECT.sub(escaped, text)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return re.sub(r"[^\x00-\x7e]", escaped, text)
    return text


def cell(value: Any) -> str:
    """A CSV cell that no spreadsheet takes for a formula: numbers as they are, other values as text or JSON.

    A text that begins with `=`, `+`, `-` or `@` gets an apostrophe, also where that is a full-width form or comes after
    white space, control or zero-width characters.
    """
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if text[:1].isascii() and text[:1].isalnum():  # nearly all are: this spares the search
        return text
    lead = next((c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf")), "")
    leads = unicodedata.normalize("NFKC", lead)[:1]
    return f"'{text}" if text[:1] in ("\t", "\r", "\n") or (leads and leads in _LEADS) else text


_QUOTED = re.compile('[",\r\n]')


def csv_text(rows: Iterable[Iterable[Any]]) -> str:
    """Rows as CSV, every value as `cell` has it; a line end of any kind in a value is inside quotes."""
    return "".join(",".join(_quoted(cell(value)) for value in row) + "\n" for row in rows)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


# -- the command's streams ---------------------------------------------------------------------------------------------


class Stream:
    """A text stream that shows only what is safe: JSON documents as the same JSON, other text as words.

    When its reader has gone (`countervail schema | head`), the rest is dropped, and `closed_early` is true.
    """

    def __init__(self, inner: TextIO, sent: str) -> None:
        self._inner = inner
        self._terminal = inner.isatty()
        self._sent = re.compile(f"({sent})" if self._terminal else "((?!))")
        self.encoding = inner.encoding or "utf-8"
        self.errors = inner.errors
        self.closed_early = False

    def write(self, text: str) -> int:
        """Write text; the number of its characters."""
        self._attempt(lambda: self._inner.write(self._safe(text)))
        return len(text)

    def flush(self) -> None:
        """Bring what was written to the reader."""
        self._attempt(self._inner.flush)

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._terminal

    def fileno(self) -> int:
        """The descriptor."""
        return self._inner.fileno()

    def writable(self) -> bool:
        """It is."""
        return True

    def _attempt(self, act: Callable[[], object]) -> None:
        try:
            act()
        except BrokenPipeError:
            self.closed_early = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._inner.fileno())

    def _safe(self, text: str) -> str:
        if not _SUSPECT.search(text) and text.isascii():
            return text
        if _is_json(text):
            return json_safe(text, self.encoding)
        parts = self._sent.split(text)  # words and, between them, what the command itself sends to a terminal
        return "".join(part if k % 2 else self._words(part) for k, part in enumerate(parts))

    def _words(self, text: str) -> str:
        shown = encodable(plain(text), self.encoding)
        return isolated(shown) if self._terminal and self.encoding.lower().startswith("utf") else shown


def _is_json(text: str) -> bool:
    if text[:1] not in ("{", "["):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


@contextmanager
def safe_streams() -> Iterator[Callable[[], bool]]:
    """Let `sys.stdout` and `sys.stderr` show only what is safe; the value is whether the reader of stdout has gone."""
    before = sys.stdout, sys.stderr
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # for a stream that was closed before the start
        out = Stream(before[0] or nowhere, _COLOUR)
        sys.stdout, sys.stderr = out, Stream(before[1] or nowhere, f"{_COLOUR}|{_DRAWING}")
        try:
            yield lambda: out.closed_early
        finally:
            sys.stdout, sys.stderr = before
