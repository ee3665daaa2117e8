"""The text of a document, by its content and not its file name: text, HTML, PDF, docx, picture."""

from __future__ import annotations

import codecs
import io
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from countervail.errors import InputError
from countervail.evidence import limits

_PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
    b"BM": "image/bmp",
}
_REFUSED = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Office file, or an encrypted one; save it as docx without a password",
    b"{\\rtf": "RTF; save it as docx or PDF",
    b"\x1f\x8b": "a compressed file; unpack it first",
    b"7z\xbc\xaf": "an archive; unpack it first",
    b"Rar!": "an archive; unpack it first",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"SQLite format 3": "a database",
}
_HTML = re.compile(
    rb"^\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,500}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_HTML_PART = re.compile(
    rb"<(?:p|div|table|span|article|section|br|h[1-6])\b[^>]{0,300}>.{0,4000}?</(?:p|div|table|span|article"
    rb"|section|h[1-6])>",
    re.IGNORECASE | re.DOTALL,
)


HIDDEN = 2000
"""Characters kept of a piece of hidden text (some more until what is private is masked)."""


@dataclass(slots=True)
class Extracted:
    """What a document says, before anything is understood: its text, where pages begin, what is hidden, what to warn
    of."""

    text: str
    media_type: str
    extractor: str
    pages: list[int] = field(default_factory=list)
    hidden: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    scanned: bool = False


def hide(hidden: list[dict[str, Any]], reason: str, text: str, at: int) -> None:
    """Note hidden text: why, what, and before which offset of the text it stood."""
    bare = " ".join(text.split())
    if bare:
        hidden.append({"reason": reason, "text": bare[: HIDDEN + 100], "at": at})


def ranges(numbers: list[int]) -> str:
    """Ascending numbers in words: `1, 4-6`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join("-".join(map(str, run)) for run in runs)


def decode(data: bytes, name: str, charset: str | None = None) -> tuple[str, str, list[str]]:
    """Text of bytes, the encoding, and warnings: invalid bytes become U+FFFD and are counted, never dropped."""
    warnings: list[str] = []
    for bom, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(bom):
            return _lenient(data[len(bom) :], encoding, warnings)
    if data[:2000].count(0) > len(data[:2000]) // 4:
        sample = data[:2000]
        encoding = "utf-16-le" if sample[1::2].count(0) > sample[0::2].count(0) else "utf-16-be"
        warnings.append(f"no byte order mark; read as {encoding}")
        return _lenient(data, encoding, warnings)
    for encoding in [charset, "utf-8"] if charset else ["utf-8"]:
        try:
            text = data.decode(encoding or "utf-8")
        except (UnicodeDecodeError, LookupError):
            continue
        return _nul(text, encoding or "utf-8", warnings)
    high = sum(b >= 0x80 for b in data)
    wrong = data.decode("utf-8", "replace").count("\ufffd")
    if high and wrong > 0.5 * high:
        persian = sum(b in b"\xc7\xe4\xe5\xcf\xd1\xe3\xed\xe6" for b in data) > 0.3 * high and high > 0.2 * len(data)
        encoding = "cp1256" if persian else "cp1252"
        warnings.append(f"not UTF-8; read as {encoding}")
        return _lenient(data, encoding, warnings)
    return _lenient(data, "utf-8", warnings)


def _lenient(data: bytes, encoding: str, warnings: list[str]) -> tuple[str, str, list[str]]:
    text = data.decode(encoding, "replace")
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        warnings.append(
            f"{text.count(chr(0xFFFD))} invalid bytes shown as U+FFFD, the first at byte {error.start} ({encoding})"
        )
    return _nul(text, encoding, warnings)


def _nul(text: str, encoding: str, warnings: list[str]) -> tuple[str, str, list[str]]:
    if "\x00" in text:
        warnings.append(f"{text.count(chr(0))} NUL characters shown as U+FFFD")
        text = text.replace("\x00", "\ufffd")
    if any("\ud800" <= c <= "\udfff" for c in text):
        text = re.sub(r"[\ud800-\udfff]", "\ufffd", text)
        warnings.append("lone surrogates shown as U+FFFD")
    return text, encoding, warnings


def extract(path: Path, name: str) -> Extracted:
    """The text of a file; see `extract_bytes`."""
    return extract_bytes(limits.read_bytes(path, name), name)


def extract_bytes(data: bytes, name: str) -> Extracted:
    """The text of a document; InputError says what is refused and why. Runs in a child process (see `pool`)."""
    found = _extract(data, name)
    if any("\ud800" <= c <= "\udfff" or c == "\0" for c in found.text):
        found.text = re.sub(r"[\ud800-\udfff\x00]", "\ufffd", found.text)
        found.warnings.append("what is no character shown as U+FFFD")
    for row in found.hidden:
        row["text"] = re.sub(r"[\ud800-\udfff\x00]", "\ufffd", row["text"])
    limits.check_length(found.text, name)
    if not found.text.strip():
        raise InputError(f"{name}: no text in it" + (" that a reader would see" if found.hidden else ""))
    found.warnings += _controls(found.text)
    return found


def _extract(data: bytes, name: str) -> Extracted:
    if b"%PDF-" in data[:1024]:
        from countervail.evidence.extract_pdf import extract_pdf

        return extract_pdf(data, name)
    if data[:4] in {b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"}:
        try:
            archive = zipfile.ZipFile(io.BytesIO(data))
        except Exception:  # zipfile raises many kinds on damaged files
            raise InputError(f"{name}: a damaged archive; save the document again") from None
        with archive:
            limits.check_archive(archive, name)
            names = set(archive.namelist())
            if "word/document.xml" not in names:
                raise InputError(f"{name}: an archive that is no docx; unpack it, or save the document as docx or PDF")
            from countervail.evidence.extract_docx import extract_docx

            return extract_docx(data, archive, name)
    for magic, media_type in _PICTURES.items():
        if data.startswith(magic):
            from countervail.evidence.extract_scan import extract_picture

            return extract_picture(data, media_type, name)
    for magic, what in _REFUSED.items():
        if data.startswith(magic):
            raise InputError(f"{name}: {what}")
    head = (
        data[:6000].replace(b"\x00", b"")
        if data[:2] in {b"\xff\xfe", b"\xfe\xff"}
        else data[:6000].removeprefix(codecs.BOM_UTF8)
    )
    if _HTML.match(head) or len(_HTML_PART.findall(head)) >= 2:
        from countervail.evidence.extract_html import charset_of, extract_html

        text, _, warnings = decode(data, name, charset_of(data))
        try:
            found = extract_html(text)
        except (RecursionError, MemoryError):
            raise
        except Exception as error:  # the parser of the standard library trips over some damaged pages
            raise InputError(f"{name}: the page cannot be read ({type(error).__name__}); save it again") from None
        found.warnings = warnings + found.warnings
        return found
    text, encoding, warnings = decode(data, name)
    strange = sum((c < " " and c not in "\n\r\t\x0c\x1b") or c == "\ufffd" for c in text[:20000])
    if strange > 0.1 * len(text[:20000]):
        raise InputError(
            f"{name}: neither text nor a document type known here (text, HTML, PDF, docx, PNG, JPEG, TIFF)"
        )
    return Extracted(text, f"text/plain; charset={encoding}", "plain-text/1", warnings=warnings)


def _controls(text: str) -> list[str]:
    from countervail.evidence.fold import BIDI_CONTROLS

    found = []
    bidi = sum(text.count(c) for c in BIDI_CONTROLS)
    if bidi:
        found.append(f"{bidi} bidirectional control characters: what is shown may not be the order of the text")
    zero = sum(text.count(c) for c in "\u200b\u2060\ufeff\u00ad")
    if zero:
        found.append(f"{zero} zero-width characters; ignored in matching, kept in the text")
    if re.search(r"[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]|[A-Za-z][\u0370-\u03ff]", text):
        found.append("letters of two scripts inside one word (look-alikes); matched on folded text only")
    return found
