"""What a reader of documents gives: a text with its pages, what is hidden and what to warn of; bytes to text."""

from __future__ import annotations

import codecs
import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import Any

from countervail.errors import InputError

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
    metadata: dict[str, str] = field(default_factory=dict)
    """What the file says of itself: `date` (a day), `publisher`."""


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
        encoding = _guess(data[:200_000])
        warnings.append(f"not UTF-8; read as {encoding}")
        return _lenient(data, encoding, warnings)
    return _lenient(data, "utf-8", warnings)


_COMMON = {
    **dict.fromkeys(("cp1251", "koi8-r", "iso8859_5", "cp866"), "оеаинтсрвл"),
    "cp1256": "اینرمهدو",
    "cp1253": "αοιετσνρ",
    "cp1255": "יוהלאתמר",
}
"""Encodings of other scripts and the most frequent small letters of a language in them."""
_MULTIBYTE = (
    ("gb18030", "的是在不了有和人这中国一"),
    ("shift_jis", "のにはをたがでとし"),
    ("euc_kr", "의이다에는을를가"),
)


def _guess(data: bytes) -> str:
    """The encoding of text that is not UTF-8: that of another script where its frequent letters are frequent, else
    Western European, or Central European where only that reads well."""
    letters = sum(b >= 0x80 or chr(b).isalpha() for b in data)
    high = sum(b >= 0x80 for b in data)
    if high > 0.3 * letters:
        for encoding, frequent in _MULTIBYTE:
            text = data.decode(encoding, "replace")
            share = sum(map(text.count, frequent)) / max(1, sum(c > "\x7f" for c in text))
            if share > 0.06 and text.count("\ufffd") < 0.02 * len(text):
                return encoding
        scores = {}
        for encoding, frequent in _COMMON.items():
            text = data.decode(encoding, "replace")
            scores[encoding] = sum(map(text.count, frequent)) / high
        best = max(scores, key=scores.__getitem__)
        if scores[best] > 0.3:
            return best
    return "cp1250" if _central(data) else "cp1252"


def _central(data: bytes) -> bool:
    """Whether letters of Central Europe are likelier than what Western Europe has at their places."""
    central, western = data.decode("cp1250", "replace"), data.decode("cp1252", "replace")
    return sum(map(central.count, "ąęłśżźćńčřěšžůőű")) > 3 * sum(map(western.count, "éèàçñüöäêôîâóíáú"))


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


# -- limits ------------------------------------------------------------------------------------------------------------


MAX_BYTES = 50 * 1024 * 1024
MAX_RATIO = 100
MAX_EXPANDED = 200 * 1024 * 1024
MAX_ENTRIES = 10_000
MAX_PAGES = 2_000
MAX_CHARACTERS = 5_000_000
MEMORY = 2 * 1024**3
SECONDS = 60.0
_SMALL = 256 * 1024  # entries under this may compress better than MAX_RATIO without harm


@contextmanager
def opened(path: Path, name: str | None = None) -> Iterator[BufferedReader]:
    """An ordinary file of at most 50 MB, open for reading; InputError names what is wrong, and the file by `name`."""
    name = path.name if name is None else name
    try:
        if not path.is_file():
            there = os.path.lexists(path)
            what = "not an ordinary file" if there else "no such file; name a document to read"
            raise InputError(f"{name}: {what}", file=name)
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > MAX_BYTES:
                raise InputError(
                    f"{name}: {size / 1e6:.0f} MB; the limit is {MAX_BYTES // 1024**2} MB. Split the document",
                    file=name,
                )
            if size == 0:
                raise InputError(f"{name}: the file is empty", file=name)
            yield stream
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}", file=name) from None


def read_bytes(path: Path, name: str | None = None) -> bytes:
    """The bytes of a file; InputError as `opened`."""
    with opened(path, name) as stream:
        return stream.read(os.fstat(stream.fileno()).st_size)


def check_archive(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse archives that are encrypted or that would expand beyond the limits."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise InputError(f"{name}: {len(entries)} parts in the file; the limit is {MAX_ENTRIES}")
    total = 0
    for entry in entries:
        if entry.flag_bits & 1:
            raise InputError(f"{name}: the file is encrypted; remove the password and read it again")
        total += entry.file_size
        if entry.file_size > _SMALL and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise InputError(
                f"{name}: part {entry.filename!r} expands more than {MAX_RATIO} times; it looks like an archive bomb"
            )
    if total > MAX_EXPANDED:
        raise InputError(f"{name}: expands to {total / 1e6:.0f} MB; the limit is {MAX_EXPANDED // 1024**2} MB")


def read_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes:
    """The bytes of a part, never more than it declares."""
    with archive.open(entry) as stream:
        data = stream.read(entry.file_size + 1)
    if len(data) > entry.file_size:
        raise InputError(f"{name}: part {entry.filename!r} is larger than the file says; it looks like an archive bomb")
    return data


def check_length(text: str, name: str) -> None:
    """Refuse texts of more than five million characters."""
    if len(text) > MAX_CHARACTERS:
        raise InputError(f"{name}: {len(text)} characters; the limit is {MAX_CHARACTERS}. Split the document")
