"""The sample documents in other formats: HTML with hidden text, docx with a header table, PDF, picture; and OCR noise.

Everything is made from the marked-up texts, so no binary file is kept.
"""

from __future__ import annotations

import html
import io
import random
import re
import textwrap
from typing import Any

HIDDEN = "Hidden: Peru and Chile signed on 1 January 1999."


def to_html(text: str) -> bytes:
    """A page with the text as paragraphs, tables for `|` lines, and hidden text in several ways."""
    parts = []
    for block in text.split("\n"):
        if " | " in block:
            cells = "".join(f"<td>{html.escape(c)}</td>" for c in block.split(" | "))
            parts.append(f"<table><tr>{cells}</tr></table>")
        elif block.strip():
            words = html.escape(block).replace(" and ", " <b>and</b> ")
            parts.append(f"<p>{words}</p>")
    hidden = (
        f'<div style="display:none">{HIDDEN}</div><p class="ghost">{HIDDEN}</p>'
        f'<span style="color:#ffffff">{HIDDEN}</span><span style="font-size:0">{HIDDEN}</span>'
    )
    page = (
        "<!DOCTYPE html><html><head><meta charset='utf-8'><title></title><style>.ghost{visibility:hidden}</style>"
        f"<script>var x='{HIDDEN}';</script></head><body>{hidden}{''.join(parts)}<!-- {HIDDEN} --></body></html>"
    )
    return page.encode()


def to_docx(text: str) -> bytes:
    """A docx whose first lines stand in a table in the page header, the rest in the body, with a hidden run."""
    import docx
    from docx.oxml import OxmlElement

    document = docx.Document()
    lines = text.split("\n")
    cut = next((i for i, line in enumerate(lines) if not line.strip()), 0)
    header = document.sections[0].header
    if cut:
        header.is_linked_to_previous = False
        table = header.add_table(rows=cut, cols=1, width=document.sections[0].page_width)
        for row, line in zip(table.rows, lines[:cut], strict=True):
            row.cells[0].text = line
    for line in lines[cut:]:
        if " | " in line:
            cells = line.split(" | ")
            body = document.add_table(rows=1, cols=len(cells))
            for cell, value in zip(body.rows[0].cells, cells, strict=True):
                cell.text = value
        else:
            document.add_paragraph(line)
    run = document.add_paragraph().add_run(HIDDEN)
    properties = run._r.get_or_add_rPr()
    properties.append(OxmlElement("w:vanish"))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf(pages: list[str], extra: str = "") -> bytes:
    """A PDF of content streams in Helvetica (F1), WinAnsi; `extra` goes into the catalogue."""
    objects: list[bytes] = []
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects.append(f"<< /Type /Catalog /Pages 2 0 R {extra} >>".encode())
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode())
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    for i, page in enumerate(pages):
        stream = page.encode("cp1252", "replace")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * i} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n" % len(stream) + stream + b"\nendstream")
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n" % number + body + b"\nendobj\n")
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % p for p in places))
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()


def wrap(text: str, width: int = 88) -> list[str]:
    """Lines of a page."""
    return [piece for line in text.split("\n") for piece in (textwrap.wrap(line, width) or [""])]


def show(lines: list[str], before: str = "") -> str:
    """Operators that show lines down a page."""
    escaped = (re.sub(r"([()\\])", r"\\\1", line) for line in lines)
    return f"BT /F1 10 Tf {before} 50 800 Td 14 TL " + " ".join(f"({line}) Tj T*" for line in escaped) + " ET"


def to_pdf(text: str) -> bytes:
    """A PDF of the text, wrapped, with white text on the first page."""
    lines = wrap(text)
    pages = [lines[i : i + 50] for i in range(0, len(lines), 50)]
    return pdf([show(page) + (" " + show([HIDDEN], "1 1 1 rg") if i == 0 else "") for i, page in enumerate(pages)])


def to_picture(text: str) -> bytes:
    """A page as a picture."""
    from PIL import Image, ImageDraw, ImageFont

    lines = wrap(text, 90)
    font: Any = ImageFont.load_default(26)
    picture = Image.new("L", (1500, 60 + 40 * len(lines)), 255)
    draw = ImageDraw.Draw(picture)
    for i, line in enumerate(lines):
        draw.text((40, 30 + 40 * i), line, font=font, fill=0)
    out = io.BytesIO()
    picture.save(out, "PNG", dpi=(200, 200))
    return out.getvalue()


_NOISE = {"m": "rn", "l": "1", "O": "0", "o": "0", "I": "l", "i": "l", "S": "5", "B": "8", "e": "c", "1": "l", "0": "O"}


def noise(text: str, rate: float, seed: int) -> tuple[str, list[int]]:
    """The text with look-alikes put for some characters, and where each old character now begins."""
    chance = random.Random(seed)
    out: list[str] = []
    places: list[int] = []
    length = 0
    for char in text:
        places.append(length)
        new = _NOISE[char] if char in _NOISE and chance.random() < rate else char
        out.append(new)
        length += len(new)
    return "".join(out), [*places, length]
