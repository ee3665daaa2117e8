"""The text of an HTML page that a reader would see, block by block; hidden text is flagged and left out."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

from countervail.evidence.extract.parts import Extracted, hide

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


_CELLS = frozenset({"td", "th"})
_ROWS = frozenset({"tbody", "thead", "tfoot"})
_ITEMS = frozenset({"dt", "dd"})
_STARTS = _BLOCK | _CELLS | {"option", "optgroup"}
_OPTIONAL = frozenset({"html", "body", "head", "p", "li", "tr", "option", "optgroup"}) | _ITEMS | _CELLS | _ROWS
"""Elements whose end need not be written."""
_OF_HEAD = frozenset({"title", "meta", "link", "script", "style", "base", "noscript", "template", "head", "html"})
_CLOSES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "menu"})),
    **dict.fromkeys(_ITEMS, (_ITEMS, frozenset({"dl"}))),
    **dict.fromkeys(_CELLS, (_CELLS, frozenset({"tr", "table"}))),
    "tr": (_CELLS | {"tr"}, frozenset({"table"})),
    **dict.fromkeys(_ROWS, (_CELLS | _ROWS | {"tr"}, frozenset({"table"}))),
    "option": (frozenset({"option"}), frozenset({"select"})),
}
"""Elements that a start tag ends, and the elements whose inside it does not reach out of."""
_P = (frozenset({"p"}), frozenset({"table", "button", "object"}) | _CELLS)
_HEAD = (frozenset({"head"}), frozenset({"body"}))
_NOTHING: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
_DEPTH = 60

Event = tuple[str, str, dict[str, str]]
"""What the parser met: `start`, `end`, `data` or `comment`; the tag or the text; attributes."""


class _Events(HTMLParser):
    """Everything a page holds, in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.events: list[Event] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.events.append(("start", tag, {k.lower(): v or "" for k, v in attrs}))

    def handle_endtag(self, tag: str) -> None:
        self.events.append(("end", tag, {}))

    def handle_data(self, data: str) -> None:
        self.events.append(("data", data, {}))

    def handle_comment(self, data: str) -> None:
        self.events.append(("comment", data, {}))

    def parse_html_declaration(self, i: int) -> int:
        try:
            return super().parse_html_declaration(i)
        except AssertionError:  # `<![` and no name after it: a comment up to the next >, as browsers have it
            return self.parse_bogus_comment(i)


def _ends(events: list[Event]) -> tuple[list[int], set[int]]:
    """Where each element ends, by the number of its start, and those whose end is missing: they end where the next
    block begins, so that they hide nothing but themselves."""
    ends = [len(events)] * len(events)
    unclosed: set[int] = set()
    stack: list[tuple[int, str]] = []
    open_tags: Counter[str] = Counter()

    def close(depth: int, at: int) -> None:
        while len(stack) > depth:
            number, tag = stack.pop()
            open_tags[tag] -= 1
            ends[number] = at
            if tag not in _OPTIONAL and (len(stack) > depth or at == len(events)):
                unclosed.add(number)

    for at, (kind, tag, _) in enumerate(events):
        if kind == "start" and tag not in _VOID:
            for closed, boundary in (
                _HEAD if tag not in _OF_HEAD else _NOTHING,
                _CLOSES.get(tag, _NOTHING),
                _P if tag in _BLOCK else _NOTHING,
            ):
                if any(open_tags[t] for t in closed) and (depth := _outermost(stack, closed, boundary)) is not None:
                    close(depth, at)
            stack.append((at, tag))
            open_tags[tag] += 1
        elif kind == "end" and open_tags[tag]:
            depth = len(stack) - 1
            while stack[depth][1] != tag:
                depth -= 1
            close(depth, at)
    close(0, len(events))
    following = len(events)
    for at in range(len(events) - 1, -1, -1):
        if at in unclosed:
            ends[at] = min(ends[at], following)
        if events[at][0] == "start" and events[at][1] in _STARTS:
            following = at
    return ends, unclosed


def _outermost(stack: list[tuple[int, str]], closed: frozenset[str], boundary: frozenset[str]) -> int | None:
    """The outermost open element of some tags inside the boundary."""
    found = None
    for depth in range(len(stack) - 1, max(-1, len(stack) - _DEPTH), -1):
        if stack[depth][1] in closed:
            found = depth
        elif stack[depth][1] in boundary:
            break
    return found


def _rules(events: list[Event], ends: list[int]) -> dict[str, str]:
    """The declarations of a page's style sheets, by simple selector."""
    rules: dict[str, str] = {}
    for at, (kind, tag, _) in enumerate(events):
        if kind == "start" and tag == "style":
            sheet = "".join(text for kind, text, _ in events[at + 1 : ends[at]] if kind == "data")
            for rule in sheet.split("}"):
                selectors, _, body = rule.partition("{")
                for selector in selectors.split(","):
                    key = selector.strip()
                    if re.fullmatch(r"[.#]?[A-Za-z][\w-]*", key):
                        rules[key] = rules.get(key, "") + ";" + body
    return rules


class _Page:
    """Collects visible text and notes hidden text."""

    def __init__(self, rules: dict[str, str]) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.hidden: list[dict[str, Any]] = []
        self.rules = rules
        self.until = dict.fromkeys(("hidden", "silent", "pre", "ground"), -1)
        """Up to which event the text is hidden, is none for readers, is preformatted, has a background of its own."""
        self.reason = ""

    def _emit(self, text: str) -> None:
        if text:
            self.parts.append(text)
            self.length += len(text)

    def _newline(self) -> None:
        if self.parts and not self.parts[-1].endswith("\n"):
            self._emit("\n")

    def _mark(self, what: str, end: int) -> None:
        self.until[what] = max(self.until[what], end)

    def start(self, at: int, end: int, tag: str, values: dict[str, str]) -> None:
        """An element begins at one event and ends at another."""
        shows = at >= self.until["hidden"]
        if tag == "br":
            self._emit("\n")
            return
        if tag in _BLOCK:
            self._newline()
            if tag == "li" and shows:
                self._emit("- ")
        elif tag in _CELLS and shows and self.parts and not self.parts[-1].endswith("\n"):
            self._emit(" | ")
        if tag in _VOID:
            return
        style = ";".join(
            [
                values.get("style", ""),
                self.rules.get(tag, ""),
                self.rules.get("#" + values.get("id", ""), ""),
                *(self.rules.get("." + c, "") for c in values.get("class", "").split()),
            ]
        )
        if _BACKGROUND.search(style) or "bgcolor" in values:
            self._mark("ground", end)
        if tag in _SILENT:
            self._mark("silent", end)
        if tag == "pre":
            self._mark("pre", end)
        reason = _reason(style)
        white = reason == "white text" or (
            tag == "font" and values.get("color", "").lower() in {"white", "#fff", "#ffffff"}
        )
        if white:
            reason = None if at < self.until["ground"] else "white text"
        if "hidden" in values:
            reason = "hidden attribute"
        if reason and not (tag == "details" and "open" not in values):  # those are closed, but shown at a click
            if shows:
                self.reason = reason
            self._mark("hidden", end)

    def end(self, tag: str) -> None:
        """The end of an element."""
        if tag in _BLOCK:
            self._newline()
            if tag in {"p", "table", "h1", "h2", "h3", "blockquote", "div"} and not "".join(self.parts[-2:]).endswith(
                "\n\n"
            ):
                self._emit("\n")

    def data(self, at: int, data: str) -> None:
        """Text."""
        if at < self.until["silent"]:
            return
        if at < self.until["hidden"]:
            hide(self.hidden, self.reason, data, self.length)
        elif at < self.until["pre"]:
            self._emit(data)
        else:
            text = re.sub(r"[ \t\r\n\f]+", " ", data)
            if text.startswith(" ") and (not self.parts or self.parts[-1][-1:] in " \n"):
                text = text[1:]
            self._emit(text)

    def comment(self, data: str) -> None:
        """A comment, which is hidden text."""
        if len(data.strip()) > 3 and not data.startswith("["):
            hide(self.hidden, "comment", data, self.length)


def extract_html(markup: str) -> Extracted:
    """The visible text of a page."""
    parser = _Events()
    parser.feed(markup)
    parser.close()
    if parser.rawdata:  # after a script without an end, which some versions of the parser keep to themselves
        parser.events.append(("data", parser.rawdata, {}))
    ends, unclosed = _ends(parser.events)
    page = _Page(_rules(parser.events, ends))
    warnings = []
    for at, (kind, content, values) in enumerate(parser.events):
        if kind == "start":
            page.start(at, ends[at], content, values)
            if at in unclosed and content in {"script", "style"}:
                rest = "".join(text for kind, text, _ in parser.events[at + 1 : ends[at]] if kind == "data")
                hide(page.hidden, f"<{content}> without an end", rest, page.length)
                warnings.append(f"<{content}> has no end: the {len(rest)} characters after it are not read")
        elif kind == "end":
            page.end(content)
        elif kind == "data":
            page.data(at, content)
        else:
            page.comment(content)
    text = re.sub(r"[ \t]+\n", "\n", "".join(page.parts)).strip("\n")
    text = re.sub(r"\n{3,}", "\n\n", text)
    if page.hidden:
        warnings.insert(0, f"{len(page.hidden)} pieces of hidden text left out")
    return Extracted(text, "text/html", "html-visible/1", hidden=page.hidden, warnings=warnings)
