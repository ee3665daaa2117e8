"""The text of a docx: headers with their tables, body, text boxes, notes; hidden and deleted runs flagged and left
out."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from countervail.errors import InputError
from countervail.evidence.extract import parts as limits
from countervail.evidence.extract.parts import Extracted, hide

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_EMBEDDED = re.compile(r"word/(?:embeddings|activeX)/|oleObject|\.bin$|afchunk", re.IGNORECASE)


def _refuse(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse macros, embedded files and parts with a DOCTYPE before anything is parsed."""
    for entry in archive.infolist():
        lower = entry.filename.lower()
        if "vbaproject" in lower or "vbadata" in lower:
            raise InputError(f"{name}: holds macros; save it as a docx without them")
        if _EMBEDDED.search(entry.filename) and not lower.endswith("printersettings1.bin"):
            raise InputError(
                f"{name}: holds an embedded file ({entry.filename}); remove it, or read that file by itself"
            )
        if lower.endswith((".xml", ".rels")):
            data = limits.read_part(archive, entry, name)
            plain = data.replace(b"\x00", b"")
            if _DOCTYPE.search(plain):
                raise InputError(
                    f"{name}: part {entry.filename!r} has a DOCTYPE; no word processor writes one. The file "
                    f"is refused, not shortened"
                )
            if lower == "[content_types].xml" and b"macroEnabled" in data:
                raise InputError(f"{name}: a macro-enabled document; save it as a docx without macros")


class _Walker:
    """Turns paragraphs and tables into lines, keeping what is hidden apart."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.hidden: list[dict[str, Any]] = []

    def line(self, text: str) -> None:
        self.parts.append(text + "\n")
        self.length += len(text) + 1

    def _hidden(self, run: Any) -> str | None:
        properties = run.find(f"{_W}rPr")
        if properties is None:
            return None
        vanish = properties.find(f"{_W}vanish")
        if vanish is not None and vanish.get(f"{_W}val") not in {"0", "false"}:
            return "hidden font"
        color = properties.find(f"{_W}color")
        shaded = properties.find(f"{_W}shd") is not None or properties.find(f"{_W}highlight") is not None
        if color is not None and str(color.get(f"{_W}val", "")).upper() in {"FFFFFF", "WHITE"} and not shaded:
            return "white text"
        size = properties.find(f"{_W}sz")
        if size is not None and str(size.get(f"{_W}val", "20")).isdigit() and int(size.get(f"{_W}val")) <= 2:
            return "font size 0"
        return None

    def paragraph(self, element: Any) -> tuple[str, list[Any]]:
        """Visible text of a paragraph, and the text boxes anchored in it."""
        pieces: list[str] = []
        boxes: list[Any] = []
        self._runs(element, pieces, boxes, None)
        return "".join(pieces), boxes

    def _runs(self, element: Any, pieces: list[str], boxes: list[Any], reason: str | None) -> None:
        for child in element:
            tag = child.tag
            if not isinstance(tag, str) or tag in {f"{_W}rPr", f"{_W}pPr", f"{_MC}Fallback"}:
                continue
            if tag == f"{_W}txbxContent":
                boxes.append(child)
            elif tag in {f"{_W}del", f"{_W}moveFrom"}:
                hide(
                    self.hidden,
                    "deleted text",
                    "".join(t.text or "" for t in child.iter(f"{_W}delText", f"{_W}t")),
                    self.length,
                )
            elif tag == f"{_W}r":
                self._runs(child, pieces, boxes, self._hidden(child))
            elif tag in {f"{_W}t"}:
                if reason:
                    hide(self.hidden, reason, child.text or "", self.length)
                else:
                    pieces.append(child.text or "")
            elif tag in {f"{_W}tab", f"{_W}ptab"}:
                pieces.append("\t")
            elif tag in {f"{_W}br", f"{_W}cr"}:
                pieces.append("\n")
            elif tag == f"{_W}noBreakHyphen":
                pieces.append("-")
            elif tag == f"{_W}instrText":
                continue
            else:
                self._runs(child, pieces, boxes, reason)

    def blocks(self, element: Any) -> None:
        """Write the paragraphs and tables under an element, in order."""
        for child in element:
            if child.tag == f"{_W}p":
                text, boxes = self.paragraph(child)
                numbered = child.find(f"{_W}pPr/{_W}numPr") is not None
                self.line(("- " if numbered and text.strip() else "") + text)
                for box in boxes:
                    self.blocks(box)
            elif child.tag == f"{_W}tbl":
                for row in child.iter(f"{_W}tr"):
                    if next(row.iterancestors(f"{_W}tbl"), None) is child:
                        cells = list(self._cells(row))
                        self.line(" | ".join(cells) if any(cells) else "")
                self.line("")
            elif isinstance(child.tag, str) and child.tag not in {f"{_W}sectPr", f"{_W}pPr"}:
                self.blocks(child)

    def _cells(self, row: Any) -> Iterator[str]:
        for cell in row.iter(f"{_W}tc"):
            if next(cell.iterancestors(f"{_W}tr"), None) is row:
                yield " ".join(t for t in (self.paragraph(p)[0].strip() for p in cell.iter(f"{_W}p")) if t)


def extract_docx(data: bytes, archive: zipfile.ZipFile, name: str) -> Extracted:
    """The text of a docx; needs python-docx (extra `documents`)."""
    try:
        _refuse(archive, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise InputError(f"{name}: a damaged archive ({type(error).__name__}); save the document again") from None
    try:
        import docx
    except ImportError:
        raise InputError(f"{name}: reading docx needs python-docx; install countervail[documents]") from None
    try:
        document = docx.Document(io.BytesIO(data))
        walker = _Walker()
        seen: set[int] = set()
        footers: list[Any] = []
        for section in document.sections:
            for part in (section.header, section.first_page_header, section.even_page_header):
                if not part.is_linked_to_previous and id(part._element) not in seen:
                    seen.add(id(part._element))
                    walker.blocks(part._element)
            footers += [p for p in (section.footer, section.first_page_footer) if not p.is_linked_to_previous]
        walker.blocks(document.element.body)
        for footer in footers:
            walker.blocks(footer._element)
        for relation in document.part.rels.values():
            kind = relation.reltype.rsplit("/", 1)[-1]
            if kind in {"footnotes", "endnotes", "comments"} and not relation.is_external:
                from docx.oxml import parse_xml

                root = parse_xml(relation.target_part.blob)
                for note in root:
                    if note.get(f"{_W}type") in {"separator", "continuationSeparator"}:
                        continue
                    if kind == "comments":
                        hide(
                            walker.hidden, "comment", "".join(t.text or "" for t in note.iter(f"{_W}t")), walker.length
                        )
                    else:
                        walker.blocks(note)
    except InputError:
        raise
    except Exception as error:  # python-docx raises many kinds on damaged files
        raise InputError(f"{name}: the docx cannot be read ({type(error).__name__}); save it again") from None
    text = re.sub(r"\n{3,}", "\n\n", "".join(walker.parts)).strip("\n")
    warnings = [f"{len(walker.hidden)} pieces of hidden, deleted or commented text left out"] if walker.hidden else []
    return Extracted(
        text,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        f"python-docx/{docx.__version__}",
        hidden=walker.hidden,
        warnings=warnings,
    )
