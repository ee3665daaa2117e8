"""The events of an HTML page: elements with where they end, also where their end is missing, and its style rules."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

BLOCK = frozenset(
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
VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
CELLS = frozenset({"td", "th"})
_ROWS = frozenset({"tbody", "thead", "tfoot"})
_ITEMS = frozenset({"dt", "dd"})
_STARTS = BLOCK | CELLS | {"option", "optgroup"}
_OPTIONAL = frozenset({"html", "body", "head", "p", "li", "tr", "option", "optgroup"}) | _ITEMS | CELLS | _ROWS
"""Elements whose end need not be written."""
_OF_HEAD = frozenset({"title", "meta", "link", "script", "style", "base", "noscript", "template", "head", "html"})
_CLOSES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "menu"})),
    **dict.fromkeys(_ITEMS, (_ITEMS, frozenset({"dl"}))),
    **dict.fromkeys(CELLS, (CELLS, frozenset({"tr", "table"}))),
    "tr": (CELLS | {"tr"}, frozenset({"table"})),
    **dict.fromkeys(_ROWS, (CELLS | _ROWS | {"tr"}, frozenset({"table"}))),
    "option": (frozenset({"option"}), frozenset({"select"})),
}
"""Elements that a start tag ends, and the elements whose inside it does not reach out of."""
_P = (frozenset({"p"}), frozenset({"table", "button", "object"}) | CELLS)
_HEAD = (frozenset({"head"}), frozenset({"body"}))
_NOTHING: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
_DEPTH = 60

Event = tuple[str, str, dict[str, str]]
"""What the parser met: `start`, `end`, `data` or `comment`; the tag or the text; attributes."""


class Events(HTMLParser):
    """Everything a page holds, in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.events: list[Event] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.events.append(("start", tag, {k.lower(): v or "" for k, v in attrs}))

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        self.events.append(("end", tag, {}))

    def handle_data(self, data: str) -> None:
        """Text."""
        self.events.append(("data", data, {}))

    def handle_comment(self, data: str) -> None:
        """A comment."""
        self.events.append(("comment", data, {}))

    def parse_html_declaration(self, i: int) -> int:
        """A declaration."""
        try:
            return super().parse_html_declaration(i)
        except AssertionError:  # `<![` and no name after it: a comment up to the next >, as browsers have it
            return self.parse_bogus_comment(i)


def element_ends(events: list[Event]) -> tuple[list[int], set[int]]:
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
        if kind == "start" and tag not in VOID:
            for closed, boundary in (
                _HEAD if tag not in _OF_HEAD else _NOTHING,
                _CLOSES.get(tag, _NOTHING),
                _P if tag in BLOCK else _NOTHING,
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


def style_rules(events: list[Event], ends: list[int]) -> dict[str, str]:
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
