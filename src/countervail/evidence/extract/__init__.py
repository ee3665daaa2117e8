"""The text of a document, by its content and not its file name: text, HTML, PDF, docx, picture."""

from __future__ import annotations

import codecs
import io
import re
import zipfile
from pathlib import Path

from countervail.errors import InputError
from countervail.evidence.extract import office, plain
from countervail.evidence.extract import parts as limits
from countervail.evidence.extract.parts import Extracted, decode
from countervail.evidence.extract.reading_order import text_in_columns

_PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
    b"BM": "image/bmp",
}
_REFUSED = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Office file, or an encrypted one; save it as docx without a password",
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
        from countervail.evidence.extract.pages import extract_pdf

        return extract_pdf(data, name)
    if data[:4] in {b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"}:
        return _archive(data, name)
    for magic, media_type in _PICTURES.items():
        if data.startswith(magic):
            from countervail.evidence.extract.pages import extract_picture

            return extract_picture(data, media_type, name)
    for magic, what in _REFUSED.items():
        if data.startswith(magic):
            raise InputError(f"{name}: {what}")
    if data.startswith(b"{\\rtf"):
        return plain.extract_rtf(data, name)
    if plain.is_mail(data):
        return plain.extract_mail(data, name)
    head = (
        data[:6000].replace(b"\x00", b"")
        if data[:2] in {b"\xff\xfe", b"\xfe\xff"}
        else data[:6000].removeprefix(codecs.BOM_UTF8)
    )
    if _HTML.match(head) or len(_HTML_PART.findall(head)) >= 2:
        return _page(data, name)
    text, encoding, warnings = decode(data, name)
    strange = sum((c < " " and c not in "\n\r\t\x0c\x1b") or c == "\ufffd" for c in text[:20000])
    if strange > 0.1 * len(text[:20000]):
        raise InputError(
            f"{name}: neither text nor a document type known here (text, HTML, PDF, docx, odt, RTF, xlsx, CSV, e-mail, "
            f"PNG, JPEG, TIFF)"
        )
    if table := plain.table_of(text, name):
        table.warnings = warnings
        return table
    if "  " in text and (ordered := text_in_columns(text)):
        warnings = [*warnings, "two columns read one after the other"]
        return Extracted(ordered, f"text/plain; charset={encoding}", "plain-text/1 columns", warnings=warnings)
    return Extracted(text, f"text/plain; charset={encoding}", "plain-text/1", warnings=warnings)


def _archive(data: bytes, name: str) -> Extracted:
    """The text of a docx, an OpenDocument file or a workbook."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except Exception:  # zipfile raises many kinds on damaged files
        raise InputError(f"{name}: a damaged archive; save the document again") from None
    with archive:
        limits.check_archive(archive, name)
        names = set(archive.namelist())
        if office.is_office(names):
            return office.extract_office(archive, names, name)
        if "word/document.xml" not in names:
            raise InputError(
                f"{name}: an archive that is no docx, odt, ods or xlsx; unpack it, or save the document as one of"
                f" these or PDF"
            )
        from countervail.evidence.extract.word import extract_docx

        return extract_docx(data, archive, name)


def _page(data: bytes, name: str) -> Extracted:
    """The text of an HTML page."""
    from countervail.evidence.extract.web import charset_of, extract_html

    text, _, warnings = decode(data, name, charset_of(data))
    try:
        found = extract_html(text)
    except (RecursionError, MemoryError):
        raise
    except Exception as error:  # the parser of the standard library trips over some damaged pages
        raise InputError(f"{name}: the page cannot be read ({type(error).__name__}); save it again") from None
    found.warnings = warnings + found.warnings
    return found


def _controls(text: str) -> list[str]:
    from countervail.evidence.text import BIDI_CONTROLS

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
