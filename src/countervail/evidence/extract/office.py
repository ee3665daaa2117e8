"""The text of OpenDocument text (.odt) and of workbooks (.xlsx, .ods), read from their XML by the standard library.

Macros, encryption, embedded files and any DOCTYPE are refused; hidden sheets, hidden text and tracked deletions are
flagged and left out.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from countervail.errors import InputError
from countervail.evidence.extract import parts as limits
from countervail.evidence.extract.parts import Extracted, hide

_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ROWS, _CELLS = 200_000, 2_000_000
_MAX_REPEATED = 1000
_MAX_DEPTH = 200
_O = "{urn:oasis:names:tc:opendocument:xmlns:"
_TEXT, _TABLE, _OFFICE, _DRAW = (f"{_O}{part}:1.0}}" for part in ("text", "table", "office", "drawing"))
_M = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DATE_FORMATS = {*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)}
_DAY_ONE = dt.date(1899, 12, 30)


def _xml(archive: zipfile.ZipFile, part: str, name: str) -> Element:
    """A part parsed; InputError where it is missing, damaged, has a DOCTYPE or is nested too deeply."""
    try:
        data = limits.read_part(archive, archive.getinfo(part), name)
    except KeyError:
        raise InputError(f"{name}: part {part!r} is missing; save the document again") from None
    if _DOCTYPE.search(data.replace(b"\x00", b"")):
        raise InputError(f"{name}: part {part!r} has a DOCTYPE; no office program writes one. The file is refused")
    depth = 0
    root: Element | None = None
    try:
        for event, element in ElementTree.iterparse(io.BytesIO(data), ("start", "end")):
            root = element if root is None else root
            depth += 1 if event == "start" else -1
            if depth > _MAX_DEPTH:
                raise InputError(f"{name}: nested too deeply; save it again from an office program")
    except ElementTree.ParseError:
        raise InputError(f"{name}: part {part!r} is damaged; save the document again") from None
    if root is None:
        raise InputError(f"{name}: part {part!r} is empty; save the document again")
    return root


def is_office(names: set[str]) -> bool:
    """Whether an archive with these parts is a file read here."""
    return "xl/workbook.xml" in names or {"content.xml", "META-INF/manifest.xml"} <= names


def extract_office(archive: zipfile.ZipFile, names: set[str], name: str) -> Extracted:
    """The text of an OpenDocument text or a workbook; InputError where it is refused or damaged."""
    try:
        return _extract(archive, names, name)
    except (InputError, RecursionError, MemoryError):
        raise
    except Exception as error:  # zipfile and zlib raise many kinds on damaged files
        raise InputError(f"{name}: the file cannot be read ({type(error).__name__}); save it again") from None


def _extract(archive: zipfile.ZipFile, names: set[str], name: str) -> Extracted:
    for part in names:
        lower = part.lower()
        if "vbaproject" in lower or lower.startswith(("basic/", "scripts/")):
            raise InputError(f"{name}: holds macros; save it without them")
        if re.search(r"embeddings/|activex/|oleobject|^object \d+/?$", lower):
            raise InputError(f"{name}: holds an embedded file ({part}); remove it, or read that file by itself")
    if "xl/workbook.xml" in names:
        return _workbook(archive, names, name)
    if b"encryption-data" in limits.read_part(archive, archive.getinfo("META-INF/manifest.xml"), name):
        raise InputError(f"{name}: the file is encrypted; remove the password and read it again")
    kind = archive.read("mimetype")[:100].decode("ascii", "replace").strip() if "mimetype" in names else ""
    return _open_document(_xml(archive, "content.xml", name), kind, name)


# -- OpenDocument ------------------------------------------------------------------------------------------------------


class _OpenDocument:
    """Turns the paragraphs, lists and tables of an OpenDocument file into lines."""

    def __init__(self, root: Element, name: str) -> None:
        self.name = name
        self.parts: list[str] = []
        self.length = 0
        self.cells = 0
        self.hidden: list[dict[str, Any]] = []
        self.invisible = {
            str(style.get(f"{_O}style:1.0}}name"))
            for style in root.iter(f"{_O}style:1.0}}style")
            for look in style
            if look.get(f"{_TEXT}display") == "none" or look.get(f"{_TABLE}display") == "false"
        }

    def line(self, text: str) -> None:
        self.parts.append(text + "\n")
        self.length += len(text) + 1

    def inline(self, element: Element) -> str:
        """The text of a paragraph."""
        pieces = [element.text or ""]
        for child in element:
            tag = child.tag
            if tag == f"{_TEXT}s":
                count = child.get(f"{_TEXT}c", "1")
                pieces.append(" " * (min(int(count), 100) if count.isdigit() else 1))
            elif tag == f"{_TEXT}tab":
                pieces.append("\t")
            elif tag == f"{_TEXT}line-break":
                pieces.append("\n")
            elif tag in {f"{_TEXT}hidden-text", f"{_TEXT}hidden-paragraph"} or self._unseen(child):
                hide(self.hidden, "hidden text", "".join(child.itertext()), self.length)
            elif tag == f"{_OFFICE}annotation":
                hide(self.hidden, "comment", " ".join(child.itertext()), self.length)
            elif tag == f"{_TEXT}note":
                body = child.find(f"{_TEXT}note-body")
                pieces.append(f" ({' '.join(''.join(body.itertext()).split())})" if body is not None else "")
            else:
                pieces.append(self.inline(child))
            pieces.append(child.tail or "")
        return "".join(pieces)

    def _unseen(self, element: Element) -> bool:
        styles = (element.get(f"{_TEXT}style-name"), element.get(f"{_TABLE}style-name"))
        return element.get(f"{_TEXT}display") == "none" or any(s in self.invisible for s in styles if s)

    def blocks(self, element: Element, item: bool = False) -> None:
        """Write the paragraphs, lists and tables under an element."""
        for child in element:
            tag = child.tag
            if self._unseen(child):
                hide(self.hidden, "hidden text", " ".join(child.itertext()), self.length)
            elif tag == f"{_TEXT}tracked-changes":
                hide(self.hidden, "deleted text", " ".join(child.itertext()), self.length)
            elif tag in {f"{_TEXT}p", f"{_TEXT}h"}:
                text = self.inline(child)
                self.line(("- " if item and text.strip() else "") + text)
            elif tag == f"{_TABLE}table":
                self.table(child)
            else:
                self.blocks(child, item or tag == f"{_TEXT}list-item")

    def table(self, table: Element) -> None:
        """A line a row, with ` | ` between the cells."""
        title = table.get(f"{_TABLE}name")
        if title and self.name.lower().endswith(".ods"):
            self.line(title)
        for row in table.iter(f"{_TABLE}table-row"):
            texts: list[str] = []
            for cell in row:
                self.cells += 1
                if self.cells > _CELLS:
                    raise InputError(f"{self.name}: more than {_CELLS} cells; split the table")
                text = " ".join(" ".join(self.inline(p).split()) for p in cell.iter(f"{_TEXT}p"))
                repeated = cell.get(f"{_TABLE}number-columns-repeated", "1")
                count = int(repeated) if repeated.isdigit() and int(repeated) <= _MAX_REPEATED else 1
                texts += [text] * count
            while texts and not texts[-1]:
                texts.pop()
            if texts:
                self.line(" | ".join(texts))
        self.line("")


def _open_document(root: Element, kind: str, name: str) -> Extracted:
    body = root.find(f"{_OFFICE}body")
    writer = _OpenDocument(root, name)
    writer.blocks(body if body is not None else root)
    text = re.sub(r"\n{3,}", "\n\n", "".join(writer.parts)).strip("\n")
    warnings = [f"{len(writer.hidden)} pieces of hidden, deleted or commented text left out"] if writer.hidden else []
    media = kind if kind.startswith("application/vnd.oasis.opendocument.") else "application/vnd.oasis.opendocument"
    return Extracted(text, media, "open-document/1", hidden=writer.hidden, warnings=warnings)


# -- workbooks ---------------------------------------------------------------------------------------------------------


def _workbook(archive: zipfile.ZipFile, names: set[str], name: str) -> Extracted:
    shared = _shared(archive, names, name)
    dates = _date_styles(archive, names, name)
    found = Extracted("", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "workbook/1")
    lines: list[str] = []
    length = 0
    for title, hidden, part in _sheets(archive, names, name):
        rows = [row for row in _rows(_xml(archive, part, name), shared, dates, name) if row]
        if hidden:
            hide(found.hidden, "hidden sheet", " ".join(rows), length)
            continue
        for line in [title, *rows, ""]:
            lines.append(line)
            length += len(line) + 1
        if length > limits.MAX_CHARACTERS:
            limits.check_length("x" * length, name)
    found.text = "\n".join(lines).strip("\n")
    if found.hidden:
        found.warnings.append(f"{len(found.hidden)} hidden sheets left out")
    return found


def _shared(archive: zipfile.ZipFile, names: set[str], name: str) -> list[str]:
    """The table of strings, without phonetic readings."""
    if "xl/sharedStrings.xml" not in names:
        return []
    root = _xml(archive, "xl/sharedStrings.xml", name)
    return ["".join(_texts(item)) for item in root.iter(f"{_M}si")]


def _texts(item: Element) -> Iterator[str]:
    for child in item:
        if child.tag == f"{_M}t":
            yield child.text or ""
        elif child.tag == f"{_M}r":
            yield from (t.text or "" for t in child.iter(f"{_M}t"))


def _date_styles(archive: zipfile.ZipFile, names: set[str], name: str) -> set[int]:
    """The numbers of the cell styles that show a number as a date."""
    if "xl/styles.xml" not in names:
        return set()
    root = _xml(archive, "xl/styles.xml", name)
    formats = {
        number.get("numFmtId")
        for number in root.iter(f"{_M}numFmt")
        if re.search(r"[yd]", re.sub(r'"[^"]{0,80}"|\[[^\]]{0,40}\]', "", number.get("formatCode") or "").lower())
    }
    styles = root.find(f"{_M}cellXfs")
    return {
        n
        for n, style in enumerate(styles if styles is not None else ())
        if style.get("numFmtId") in formats or int(style.get("numFmtId") or 0) in _DATE_FORMATS
    }


def _sheets(archive: zipfile.ZipFile, names: set[str], name: str) -> Iterator[tuple[str, bool, str]]:
    """Title, whether hidden, and part of each sheet, in order."""
    root = _xml(archive, "xl/workbook.xml", name)
    relations = {}
    if "xl/_rels/workbook.xml.rels" in names:
        for relation in _xml(archive, "xl/_rels/workbook.xml.rels", name):
            relations[relation.get("Id")] = (relation.get("Target") or "").removeprefix("/xl/")
    for number, sheet in enumerate(root.iter(f"{_M}sheet"), 1):
        target = relations.get(sheet.get(f"{_R}id")) or f"worksheets/sheet{number}.xml"
        part = f"xl/{target}"
        if part in names:
            yield sheet.get("name") or f"Sheet {number}", sheet.get("state") in {"hidden", "veryHidden"}, part


def _rows(root: Element, shared: list[str], dates: set[int], name: str) -> Iterator[str]:
    """A line a row, with ` | ` between the cells that hold something; formulas by their last value."""
    cells = 0
    for number, row in enumerate(root.iter(f"{_M}row")):
        texts = []
        for cell in row.iter(f"{_M}c"):
            cells += 1
            if cells > _CELLS or number > _ROWS:
                raise InputError(f"{name}: more than {_ROWS} rows or {_CELLS} cells; split the table")
            if text := " ".join(_cell(cell, shared, dates).split()):
                texts.append(text)
        yield " | ".join(texts)


def _cell(cell: Element, shared: list[str], dates: set[int]) -> str:
    kind = cell.get("t")
    if kind == "inlineStr":
        item = cell.find(f"{_M}is")
        return "".join(_texts(item)) if item is not None else ""
    value = cell.findtext(f"{_M}v") or ""
    if kind == "s":
        return shared[int(value)] if value.isdigit() and int(value) < len(shared) else ""
    style = cell.get("s") or ""
    if kind in {None, "n"} and style.isdigit() and int(style) in dates:
        try:
            days = float(value)
            if 1 <= days < 110_000:
                return (_DAY_ONE + dt.timedelta(days=int(days))).isoformat()
        except (ValueError, OverflowError):
            pass
    return {"1": "TRUE", "0": "FALSE"}.get(value, value) if kind == "b" else value
