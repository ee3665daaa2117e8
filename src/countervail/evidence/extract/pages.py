"""The text of a PDF page by page, and of pictures of pages by tesseract where it is installed.

Invisible, white and zero-size text is flagged and left out. Every date and digit that an OCR read is to be checked.
"""

from __future__ import annotations

import io
import logging
import os
import re
import shutil
import subprocess
import warnings as python_warnings
from functools import cache
from typing import Any

from countervail.errors import InputError
from countervail.evidence.extract import parts as limits
from countervail.evidence.extract.parts import Extracted, hide, ranges
from countervail.evidence.extract.reading_order import read_page, runs_on, without_furniture

_SHOW = {b"Tj", b"TJ", b"'", b'"'}
_MAX_OPERATIONS = 400_000


def _white(operator: bytes, operands: list[Any]) -> bool | None:
    """Whether a colour operator sets white fill; None for other operators."""
    try:
        values = [float(v) for v in operands]
    except (TypeError, ValueError):
        return None if operator not in {b"scn", b"sc"} else False
    if operator == b"g" or (operator in {b"sc", b"scn"} and len(values) == 1):
        return values[0] >= 0.98
    if operator == b"rg" or (operator in {b"sc", b"scn"} and len(values) == 3):
        return min(values) >= 0.98
    if operator == b"k" or (operator in {b"sc", b"scn"} and len(values) == 4):
        return max(values) <= 0.02
    return None


def _split(operations: list[tuple[list[Any], bytes]]) -> tuple[list[Any], list[Any], set[str], bool]:
    """Operations that show visible text, those that show hidden text, why, and whether all hidden text is the
    invisible layer of a scan."""
    visible, hidden, reasons = [], [], set()
    mode, white, size = 0, False, 12.0
    stack: list[tuple[int, bool, float]] = []
    shown = 0
    for operands, operator in operations:
        if operator == b"q":
            stack.append((mode, white, size))
        elif operator == b"Q" and stack:
            mode, white, size = stack.pop()
        elif operator == b"Tr" and operands:
            mode = int(operands[0])
        elif operator == b"Tf" and len(operands) > 1:
            size = float(operands[1])
        elif (colour := _white(operator, operands)) is not None:
            white = colour
        if operator in _SHOW:
            reason = (
                "invisible text" if mode == 3 else "white text" if white else "font size 0" if abs(size) < 0.5 else None
            )
            if reason:
                reasons.add(reason)
                hidden.append((operands, operator))
                continue
            shown += 1
            visible.append((operands, operator))
        else:
            visible.append((operands, operator))
            hidden.append((operands, operator))
    return visible, hidden, reasons, shown == 0


def _page_text(page: Any, reader: Any, notes: list[dict[str, Any]], at: int) -> tuple[str, bool]:
    """Visible text of a page, and whether it is the text layer of a scan."""
    from pypdf.generic import ContentStream, NameObject

    contents = page.get_contents()
    if contents is None:
        return "", False
    stream = ContentStream(contents, reader)
    operations = stream.operations
    if len(operations) > _MAX_OPERATIONS:
        raise InputError(f"a page has {len(operations)} drawing operations; the limit is {_MAX_OPERATIONS}")
    visible, hidden, reasons, nothing_shown = _split(operations)
    if not reasons:
        return read_page(page), False
    pictures = "/XObject" in (page.get("/Resources") or {})
    if nothing_shown and reasons == {"invisible text"} and pictures:
        return str(page.extract_text()), True
    stream.operations = hidden
    page[NameObject("/Contents")] = stream
    hide(notes, ", ".join(sorted(reasons)), str(page.extract_text()), at)
    stream.operations = visible
    page[NameObject("/Contents")] = stream
    return read_page(page), False


def _refuse(reader: Any, name: str) -> None:
    if reader.is_encrypted:
        raise InputError(f"{name}: the PDF is encrypted; remove the password and read it again")
    root = reader.trailer["/Root"].get_object()
    names = root.get("/Names")
    names = names.get_object() if names is not None else {}
    if "/EmbeddedFiles" in names or "/AF" in root or "/Collection" in root:
        raise InputError(f"{name}: the PDF has files embedded in it; remove them, or read them by themselves")
    action = root.get("/OpenAction")
    action = action.get_object() if action is not None and hasattr(action, "get_object") else action
    launches = isinstance(action, dict) and action.get("/S") in {"/JavaScript", "/Launch"}
    if "/JavaScript" in names or launches or "/AA" in root:
        raise InputError(f"{name}: the PDF runs a script when opened; print it to a new PDF and read that")
    if len(reader.pages) > limits.MAX_PAGES:
        raise InputError(f"{name}: {len(reader.pages)} pages; the limit is {limits.MAX_PAGES}")


def extract_pdf(data: bytes, name: str) -> Extracted:
    """The text of a PDF; needs pypdf (extra `documents`), and tesseract where pages are pictures."""
    try:
        import pypdf
    except ImportError:
        raise InputError(f"{name}: reading PDF needs pypdf; install countervail[documents]") from None
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    found = Extracted("", "application/pdf", f"pypdf/{pypdf.__version__}")
    try:
        with python_warnings.catch_warnings():
            python_warnings.simplefilter("ignore")
            reader = pypdf.PdfReader(io.BytesIO(data))
            _refuse(reader, name)
            pictures = _read_pages(reader, found, name)
            if pictures and len(pictures) == len(reader.pages):
                return extract_pages(pictures, name)
    except InputError as error:
        raise InputError(str(error) if str(error).startswith(name) else f"{name}: {error}") from None
    except (RecursionError, MemoryError):
        raise
    except Exception as error:  # pypdf raises many kinds on damaged files
        raise InputError(f"{name}: the PDF cannot be read ({type(error).__name__}); print it to a new PDF") from None
    if hidden := {row["at"] for row in found.hidden if row["reason"] != "page furniture"}:
        found.warnings.append(f"hidden text on {len(hidden)} pages left out")
    if found.scanned:
        found.warnings.append("the text is the OCR layer of a scan: check every date and number against the picture")
    return found


def _read_pages(reader: Any, found: Extracted, name: str) -> list[tuple[int, Any]]:
    """Read the pages into `found`; those that are pictures are returned with their numbers."""
    pictures: list[tuple[int, Any]] = []
    blank: list[int] = []
    texts: list[str] = []
    length = 0
    for number, page in enumerate(reader.pages, 1):
        noted = len(found.hidden)
        text, layer = _page_text(page, reader, found.hidden, length)
        found.scanned = found.scanned or layer
        if not text.strip():
            blank.append(number)
            if len(found.hidden) == noted:
                pictures.append((number, page))
        texts.append(re.sub(r"[ \t]+\n", "\n", text).strip("\n"))
        length += len(texts[-1]) + 2
        if length > limits.MAX_CHARACTERS:
            limits.check_length("x" * length, name)
    if blank and len(blank) < len(reader.pages):
        found.warnings.append(f"pages without text: {ranges(blank)}; if they are pictures, read them as images")
    furniture: list[tuple[int, str]] = []
    texts = without_furniture(texts, lambda number, line: furniture.append((number, line)))
    at = 0
    for number, text in enumerate(texts):
        found.pages.append(at)
        for _, line in (row for row in furniture if row[0] == number + 1):
            hide(found.hidden, "page furniture", line, at)
        last = number + 1 == len(texts)
        found.text += text if last else text + ("\n" if runs_on(text, texts[number + 1]) else "\n\n")
        at = len(found.text)
    found.text = found.text.rstrip("\n")
    if furniture:
        pages = sorted({number for number, _ in furniture})
        found.warnings.append(f"running titles and page numbers left out on pages {ranges(pages)}")
    return pictures


WARNING = "read by OCR: check every date and number against the picture (a 1402 may have been 1403)"
_SECONDS = 50
_PICTURES = 4


@cache
def _tesseract() -> tuple[str, str, str] | None:
    """Path, version and languages of tesseract; None where it is not installed."""
    path = shutil.which("tesseract")
    if path is None:
        return None
    version = (
        subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=False)
        .stdout.split("\n", 1)[0]
        .split()
    )
    listed = subprocess.run(
        [path, "--list-langs"], capture_output=True, text=True, timeout=20, check=False
    ).stdout.split()
    languages = "+".join(lang for lang in ("eng", "fas") if lang in listed) or "eng"
    return path, version[-1] if version else "?", languages


def available() -> bool:
    """Whether an OCR is installed."""
    return _tesseract() is not None


def _read(picture: bytes, name: str) -> tuple[str, str]:
    found = _tesseract()
    if found is None:
        raise InputError(
            f"{name}: a scan; install tesseract (with the languages eng and fas) to read it, or give its text"
        )
    path, version, languages = found
    try:
        done = subprocess.run(
            [path, "stdin", "stdout", "-l", languages],
            input=picture,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired:
        raise InputError(f"{name}: the OCR took more than {_SECONDS} s; give smaller pictures") from None
    if done.returncode:
        raise InputError(
            f"{name}: the OCR cannot read the picture: {done.stderr.decode('utf-8', 'replace').strip()[:200]}"
        )
    return done.stdout.decode("utf-8", "replace").replace("\x0c", "\n").strip("\n"), f"tesseract/{version} {languages}"


def extract_picture(data: bytes, media_type: str, name: str) -> Extracted:
    """The text of one picture."""
    text, extractor = _read(data, name)
    return Extracted(text, media_type, extractor, pages=[0], warnings=[WARNING], scanned=True)


def extract_pages(pages: list[tuple[int, Any]], name: str) -> Extracted:
    """The text of a PDF whose pages are pictures."""
    parts, starts, length, extractor = [], [], 0, "tesseract"
    warnings, blank, more = [WARNING], [], []
    for number, page in pages:
        images = list(page.images)
        texts = []
        for image in images[:_PICTURES]:
            text, extractor = _read(image.data, f"{name}, page {number}")
            texts.append(text)
        text = "\n".join(texts) + "\n\n"
        if not text.strip():
            blank.append(number)
        if len(images) > _PICTURES:
            more.append(number)
        starts.append(length)
        parts.append(text)
        length += len(text)
    if blank:
        warnings.append(f"pages without text: {ranges(blank)}")
    if more:
        warnings.append(f"pages of which only the first {_PICTURES} pictures are read: {ranges(more)}")
    joined = "".join(parts).rstrip("\n")
    limits.check_length(joined, name)
    return Extracted(joined, "application/pdf", extractor, pages=starts, warnings=warnings, scanned=True)
