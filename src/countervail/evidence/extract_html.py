"""The text of an HTML page that a reader would see, block by block; hidden text is flagged and left out."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from countervail.evidence.extract import Extracted, hide

_BLOCK = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_SILENT = frozenset({"script", "style", "template", "head", "noscript", "svg", "math", "iframe", "object"})
_WHITE = re.compile(
    r"(?<![-\w])color\s*:\s*(?:#fff(?:fff)?\b|white\b|rgba?\(\s*255\s*,\s*255\s*,\s*255|transparent"
    r"|rgba\([^)]*,\s*0(?:\.0+)?\s*\))",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(
    r"background(?:-color)?\s*:\s*(?!\s*(?:#fff(?:fff)?\b|white|transparent|none|inherit|initial))\S", re.IGNORECASE
)
_HIDING = (
    (re.compile(r"display\s*:\s*none", re.IGNORECASE), "display:none"),
    (re.compile(r"visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE), "visibility:hidden"),
    (
        re.compile(r"font-size\s*:\s*0*(?:\.0+|0|0?\.\d+px|1px)(?![\d.])(?:px|pt|em|rem|%)?", re.IGNORECASE),
        "font size 0",
    ),
    (re.compile(r"opacity\s*:\s*0(?:\.0+)?\s*(?:;|$|!)", re.IGNORECASE), "opacity 0"),
    (re.compile(r"(?:left|top|text-indent|right)\s*:\s*-\s*\d{3,}", re.IGNORECASE), "off the page"),
    (re.compile(r"clip\s*:\s*rect\(\s*0|clip-path\s*:\s*inset\(\s*(?:50|100)%", re.IGNORECASE), "clipped away"),
    (re.compile(r"(?<![-\w])(?:height|width)\s*:\s*0(?:px)?\s*(?:;|$)", re.IGNORECASE), "size 0"),
)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,30})", re.IGNORECASE)


def charset_of(data: bytes) -> str | None:
    """The encoding a page declares."""
    match = _CHARSET.search(data[:4096])
    return match.group(1).decode("ascii") if match else None


def _reason(style: str) -> str | None:
    for pattern, reason in _HIDING:
        if pattern.search(style):
            return reason
    if _WHITE.search(style) and not _BACKGROUND.search(style):
        return "white text"
    return None


class _Page(HTMLParser):
    """Collects visible text and notes hidden text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.length = 0
        self.stack: list[tuple[str, str | None, bool]] = []  # tag, why hidden (inherited), whether a background is set
        self.hidden: list[dict[str, Any]] = []
        self.rules: dict[str, str] = {}
        self.pending: list[str] = []
        self.style: list[str] | None = None

    def _emit(self, text: str) -> None:
        if text:
            self.parts.append(text)
            self.length += len(text)

    def _newline(self) -> None:
        if self.parts and not self.parts[-1].endswith("\n"):
            self._emit("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {k.lower(): v or "" for k, v in attrs}
        if tag == "br":
            self._emit("\n")
            return
        if tag in _BLOCK:
            self._newline()
            if tag == "li":
                self._say("- ")
        elif tag in {"td", "th"} and self.parts and not self.parts[-1].endswith("\n"):
            self._say(" | ")
        if tag in _VOID:
            if tag == "hr":
                self._newline()
            return
        style = ";".join(
            [
                values.get("style", ""),
                self.rules.get(tag, ""),
                self.rules.get("#" + values.get("id", ""), ""),
                *(self.rules.get("." + c, "") for c in values.get("class", "").split()),
            ]
        )
        above = self.stack[-1] if self.stack else ("", None, False)
        reason = above[1]
        ground = above[2] or bool(_BACKGROUND.search(style)) or "bgcolor" in values
        if reason is None:
            reason = _reason(style)
            if reason == "white text" and ground:
                reason = None
            if "hidden" in values:
                reason = "hidden attribute"
            if tag == "font" and values.get("color", "").lower() in {"white", "#fff", "#ffffff"} and not ground:
                reason = "white text"
            if tag == "details" and "open" not in values:
                reason = None  # closed, but shown at a click
        if tag == "style":
            self.style = []
        self.stack.append((tag, reason, ground))

    def handle_endtag(self, tag: str) -> None:
        if tag == "style" and self.style is not None:
            for rule in "".join(self.style).split("}"):
                selectors, _, body = rule.partition("{")
                for selector in selectors.split(","):
                    key = selector.strip()
                    if re.fullmatch(r"[.#]?[A-Za-z][\w-]*", key):
                        self.rules[key] = self.rules.get(key, "") + ";" + body
            self.style = None
        for depth in range(len(self.stack) - 1, max(-1, len(self.stack) - 60), -1):
            if self.stack[depth][0] == tag:
                del self.stack[depth:]
                break
        if tag in _BLOCK:
            self._newline()
            if tag in {"p", "table", "h1", "h2", "h3", "blockquote", "div"} and not "".join(self.parts[-2:]).endswith(
                "\n\n"
            ):
                self._emit("\n")

    def _say(self, text: str) -> None:
        if not (self.stack and self.stack[-1][1]):
            self._emit(text)

    def handle_data(self, data: str) -> None:
        if self.style is not None:
            self.style.append(data)
            return
        if any(t in _SILENT for t, _, _ in self.stack[-4:]):
            return
        reason = self.stack[-1][1] if self.stack else None
        if reason:
            hide(self.hidden, reason, data, self.length)
            return
        if any(t == "pre" for t, _, _ in self.stack[-4:]):
            self._emit(data)
            return
        text = re.sub(r"[ \t\r\n\f]+", " ", data)
        if text.startswith(" ") and (not self.parts or self.parts[-1][-1:] in " \n"):
            text = text[1:]
        self._emit(text)

    def handle_comment(self, data: str) -> None:
        if len(data.strip()) > 3 and not data.startswith("["):
            hide(self.hidden, "comment", data, self.length)


def extract_html(markup: str) -> Extracted:
    """The visible text of a page."""
    page = _Page()
    page.feed(markup)
    page.close()
    text = re.sub(r"[ \t]+\n", "\n", "".join(page.parts)).strip("\n")
    text = re.sub(r"\n{3,}", "\n\n", text)
    warnings = [f"{len(page.hidden)} pieces of hidden text left out"] if page.hidden else []
    return Extracted(text, "text/html", "html-visible/1", hidden=page.hidden, warnings=warnings)
