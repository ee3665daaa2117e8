"""The text of pictures of pages, by tesseract where it is installed; every date and digit of it is to be checked."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from typing import Any

from countervail.errors import InputError
from countervail.evidence import limits
from countervail.evidence.extract import Extracted, ranges

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
