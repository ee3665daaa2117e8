"""The text of files that are text with marks in it: RTF, e-mail (.eml) and tables of separated values (CSV).

Small parsers of our own: nothing in such a file is run, opened or fetched, and what is embedded is named, not read.
"""

from __future__ import annotations

import csv
import email
import email.policy
import io
import re
from email.message import EmailMessage
from typing import Any

from countervail.errors import InputError
from countervail.evidence.extract import parts as limits
from countervail.evidence.extract.parts import Extracted, decode, hide

# -- RTF ---------------------------------------------------------------------------------------------------------------

_RTF = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z'])"
    rb"|(?P<open>\{)|(?P<close>\})|(?P<text>[^\\{}\r\n]+)",
    re.DOTALL,
)
_MAX_DEPTH = 500
_DESTINATIONS = frozenset(
    b"fonttbl colortbl stylesheet info pict themedata colorschememapping listtable listoverridetable rsidtbl generator"
    b" latentstyles datastore xmlnstbl mmathPr wgrffmtfilter fldinst pgdsctbl revtbl bkmkstart bkmkend filetbl".split()
)
"""Groups that hold no text of the document."""
_MARKS = {
    b"par": "\n",
    b"line": "\n",
    b"sect": "\n",
    b"page": "\n",
    b"row": "\n",
    b"tab": "\t",
    b"cell": " | ",
    b"emdash": "—",
    b"endash": "–",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"bullet": "•",
}
_SIGNS = {b"~": "\u00a0", b"_": "-", b"-": "", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n", b"\r": "\n"}
_CODE_PAGES = {0: "cp1252", 10000: "mac_roman", 65001: "utf-8"}


class _Rtf:
    """Turns RTF into text, with hidden and deleted text apart."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.parts: list[str] = []
        self.hidden: list[dict[str, Any]] = []
        self.length = 0
        self.page = "cp1252"
        self.state: dict[str, Any] = {"skip": False, "hidden": None, "fallback": 1}
        self.stack: list[dict[str, Any]] = []
        self.pending = bytearray()
        self.drop = 0  # characters to leave out after a \u, which stand for readers that do not know it
        self.star = False

    def emit(self, text: str) -> None:
        if self.drop:
            self.drop, text = max(0, self.drop - len(text)), text[self.drop :]
        if self.state["skip"] or not text:
            return
        if self.state["hidden"]:
            hide(self.hidden, self.state["hidden"], text, self.length)
            return
        self.parts.append(text)
        self.length += len(text)

    def flush(self) -> None:
        if self.pending:
            text = self.pending.decode(self.page, "replace")
            self.pending.clear()
            self.emit(text)

    def feed(self, data: bytes) -> None:
        """Read the whole file."""
        for match in _RTF.finditer(data):
            kind = match.lastgroup
            if kind == "hex":
                self.pending.append(int(match.group("hex"), 16))
                continue
            self.flush()
            if kind == "open":
                self.stack.append(dict(self.state))
                if len(self.stack) > _MAX_DEPTH:
                    raise InputError(f"{self.name}: nested too deeply; save it again from a word processor")
            elif kind == "close":
                if self.stack:
                    self.state = self.stack.pop()
            elif kind == "text":
                self.emit(match.group("text").decode(self.page, "replace"))
            elif kind == "sign":
                if match.group("sign") == b"*":
                    self.star = True
                    continue
                self.emit(_SIGNS.get(match.group("sign"), ""))
            else:
                self.word(match.group("word") or b"", match.group("number"))
            self.star = False
        self.flush()

    def word(self, word: bytes, number: bytes | None) -> None:
        """A control word."""
        value = int(number) if number else None
        if word in {b"object", b"objdata", b"objemb", b"objocx"}:
            raise InputError(f"{self.name}: holds an embedded file; remove it, or read that file by itself")
        if word in _DESTINATIONS or (self.star and word not in {b"shptxt", b"shpinst"}):
            self.state["skip"] = True
        elif word == b"ansicpg" and value:
            self.page = _page(value)
        elif word == b"uc" and value is not None:
            self.state["fallback"] = min(max(value, 0), 8)
        elif word == b"u" and value is not None:
            code = value % 65536
            self.emit("\ufffd" if 0xD800 <= code < 0xE000 else chr(code))
            self.drop = self.state["fallback"]
        elif word in {b"v", b"deleted"}:
            reason = "hidden font" if word == b"v" else "deleted text"
            self.state["hidden"] = None if value == 0 else reason
        elif word == b"plain":
            self.state["hidden"] = None
        elif word == b"bin":
            raise InputError(f"{self.name}: holds binary data; save it again from a word processor")
        elif word in _MARKS:
            self.emit(_MARKS[word])


def _page(number: int) -> str:
    name = _CODE_PAGES.get(number, f"cp{number}")
    try:
        "".encode(name)
    except LookupError:
        return "cp1252"
    return name


def extract_rtf(data: bytes, name: str) -> Extracted:
    """The text of an RTF file."""
    reader = _Rtf(name)
    reader.feed(data)
    text = re.sub(r" \| ?\n", "\n", "".join(reader.parts))
    text = re.sub(r"[ \t]+\n", "\n", text)
    text = re.sub(r"\n{3,}", "\n\n", text).strip("\n")
    warnings = [f"{len(reader.hidden)} pieces of hidden or deleted text left out"] if reader.hidden else []
    return Extracted(text, "application/rtf", "rtf/1", hidden=reader.hidden, warnings=warnings)


# -- e-mail ------------------------------------------------------------------------------------------------------------

_HEADER = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]{1,60}:[^\n]{0,998}\n(?:[ \t][^\n]{0,998}\n){0,100}){2,}\r?\n")
_OF_MAIL = re.compile(
    rb"^(?:MIME-Version|Message-ID|Received|Return-Path|Content-Type|Content-Transfer-Encoding|X-[\w-]{1,40}"
    rb"|DKIM-Signature):",
    re.IGNORECASE | re.MULTILINE,
)
_WHO = re.compile(rb"^(?:From|To|Subject|Date):", re.IGNORECASE | re.MULTILINE)
_SHOWN = ("From", "To", "Cc", "Date", "Subject")
_MAX_PARTS = 500


def is_mail(data: bytes) -> bool:
    """Whether a file begins with the header of an e-mail."""
    head = data[:20_000].replace(b"\r\n", b"\n")
    match = _HEADER.match(head)
    return bool(match and _OF_MAIL.search(match.group()) and len(_WHO.findall(match.group())) >= 2)


def extract_mail(data: bytes, name: str) -> Extracted:
    """The text of an e-mail: sender, receivers, date, subject and body. What is attached is named, not read."""
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        if sum(1 for _ in message.walk()) > _MAX_PARTS:
            raise InputError(f"{name}: an e-mail of more than {_MAX_PARTS} parts; save its text")
        head = "\n".join(f"{label}: {' '.join(str(message[label]).split())}" for label in _SHOWN if message[label])
        body = message.get_body(preferencelist=("plain", "html")) if isinstance(message, EmailMessage) else None
        found = _body(body, name)
        warnings = _attached(message, body)
    except InputError:
        raise
    except (RecursionError, MemoryError):
        raise
    except Exception as error:  # the parser of the standard library trips over some damaged headers
        raise InputError(f"{name}: the e-mail cannot be read ({type(error).__name__}); save its text") from None
    lead = len(head) + 2
    quoted = re.sub(r"^(?:> ?){1,20}", "", found.text.replace("\r\n", "\n"), flags=re.MULTILINE)
    for row in found.hidden:
        row["at"] += lead
    return Extracted(
        f"{head}\n\n{quoted.strip()}".strip(),
        "message/rfc822",
        "mail/1",
        hidden=found.hidden,
        warnings=found.warnings + warnings,
    )


def _body(part: Any, name: str) -> Extracted:
    if part is None:
        return Extracted("", "text/plain", "", warnings=["an e-mail without a text"])
    data = part.get_payload(decode=True) or b""
    text, _, warnings = decode(data, name, part.get_content_charset())
    if part.get_content_type() == "text/html":
        from countervail.evidence.extract.web import extract_html

        page = extract_html(text)
        page.warnings[:0] = warnings
        return page
    return Extracted(text, "text/plain", "", warnings=warnings)


def _attached(message: Any, body: Any) -> list[str]:
    """A sentence for each attachment, which is not read."""
    found = []
    for part in message.walk():
        if part is body or part.is_multipart() or part.get_content_type() in {"text/plain", "text/html"}:
            continue
        label = part.get_filename() or "without a name"
        found.append(f"attachment {label} ({part.get_content_type()}) not read; read that file by itself")
    return found


# -- separated values --------------------------------------------------------------------------------------------------

_ROWS = 200_000


def table_of(text: str, name: str) -> Extracted | None:
    """The rows of a table of separated values as lines with ` | ` between the cells; None where the text is no such
    table. The first line decides, and every line must agree with it."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:50]
    if len(lines) < 3:
        return None
    for sign in ("\t", ";", ","):
        if lines[0].count(sign) >= (1 if sign == "\t" else 2) and (rows := _rows(text, sign, name)):
            body = "\n".join(" | ".join(" ".join(cell.split()) for cell in row) for row in rows)
            media = "text/tab-separated-values" if sign == "\t" else "text/csv"
            return Extracted(body, media, "separated-values/1")
    return None


def _rows(text: str, sign: str, name: str) -> list[list[str]] | None:
    """The rows, where all have as many cells as the first and the first looks like a heading."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True):
            if len(rows) >= _ROWS:
                raise InputError(f"{name}: more than {_ROWS} rows; split the table")
            if any(cell.strip() for cell in row):
                rows.append(row)
    except csv.Error:
        return None
    width = len(rows[0]) if rows else 0
    heading = (
        all(cell.strip() and len(cell) <= 60 and cell.strip()[-1] not in ".!?" for cell in rows[0]) if rows else False
    )
    same = sum(len(row) == width for row in rows)
    if not heading or len(rows) < 3 or same < len(rows):
        return None
    limits.check_length(text, name)
    return rows
