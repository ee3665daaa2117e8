"""The text of an HTML page that a reader would see, block by block; hidden text is flagged and left out."""

from __future__ import annotations

import re
from typing import Any

from countervail.evidence.dates.heads import PRESS
from countervail.evidence.extract.markup import BLOCK, CELLS, VOID, Event, Events, element_ends, style_rules
from countervail.evidence.extract.parts import Extracted, hide

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


_FURNITURE = frozenset({"nav", "footer", "aside", "menu", "dialog"})
_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "complementary", "menu", "menubar", "dialog"})
_CLASSES = re.compile(
    r"(?:^|[-_ ])(?:nav|navbar|navigation|menu|breadcrumbs?|footer|sidebar|cookies?|consent|share|sharing|social"
    r"|related|newsletter|subscribe|signup|comments?|advert|advertisement|ads?|promo|skip|pagination|toolbar"
    r"|popup|most-read|trending|tags)(?:$|[-_ ])",
    re.IGNORECASE,
)
_MAIN = 0.3  # share of the visible text below which what is left without navigation is not the whole article


def _is_furniture(tag: str, values: dict[str, str], inside: bool) -> bool:
    """Whether an element is navigation and not text: by its name, role or class. `inside` is for the article itself,
    where heads are text."""
    if tag in {"html", "body", "main", "article"}:
        return False
    if tag in _FURNITURE or values.get("role", "").lower() in _ROLES:
        return True
    if tag == "header" and not inside:
        return values.get("role", "").lower() == "banner" or bool(_CLASSES.search(values.get("class", "")))
    named = f"{values.get('class', '')} {values.get('id', '')}"
    return tag in {"div", "section", "ul", "ol", "form", "p", "span"} and bool(_CLASSES.search(named))


class _Page:
    """Collects visible text and notes hidden text; `whole` keeps navigation too."""

    def __init__(self, rules: dict[str, str], whole: bool = False) -> None:
        self.whole = whole
        self.parts: list[str] = []
        self.length = 0
        self.hidden: list[dict[str, Any]] = []
        self.rules = rules
        self.until = dict.fromkeys(("hidden", "silent", "pre", "ground", "aside", "article"), -1)
        """Up to which event the text is hidden, is none for readers, is preformatted, has a background of its own."""
        self.reason = ""
        self.left_out = 0  # characters of navigation

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
        shows = at >= self.until["hidden"] and at >= self.until["aside"]
        if tag == "br":
            self._emit("\n")
            return
        if tag in BLOCK:
            self._newline()
            if tag == "li" and shows:
                self._emit("- ")
        elif tag in CELLS and shows and self.parts and not self.parts[-1].endswith("\n"):
            self._emit(" | ")
        if tag in VOID:
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
        if tag in {"article", "main"}:
            self._mark("article", end)
        elif not self.whole and at >= self.until["aside"] and _is_furniture(tag, values, at < self.until["article"]):
            self._mark("aside", end)
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
        if tag in BLOCK:
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
        elif at < self.until["aside"]:
            self.left_out += len(data.strip())
            hide(self.hidden, "navigation", data, self.length)
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
    """The visible text of a page, without its navigation where an article is left."""
    parser = Events()
    parser.feed(markup)
    parser.close()
    if parser.rawdata:  # after a script without an end, which some versions of the parser keep to themselves
        parser.events.append(("data", parser.rawdata, {}))
    events = parser.events
    ends, unclosed = element_ends(events)
    rules = style_rules(events, ends)
    page, warnings = _read(events, ends, unclosed, _Page(rules))
    text = _tidy(page.parts)
    if page.left_out and (len(text) < 200 or len(text) < _MAIN * (len(text) + page.left_out)):
        page, warnings = _read(events, ends, unclosed, _Page(rules, whole=True))
        text = _tidy(page.parts)
    aside = sum(row["reason"] == "navigation" for row in page.hidden)
    if len(page.hidden) > aside:
        warnings.insert(0, f"{len(page.hidden) - aside} pieces of hidden text left out")
    if aside:
        warnings.append(f"{aside} pieces of navigation left out")
    return Extracted(
        text, "text/html", "html-visible/2", hidden=page.hidden, warnings=warnings, metadata=_metadata(events, ends)
    )


def _read(events: list[Event], ends: list[int], unclosed: set[int], page: _Page) -> tuple[_Page, list[str]]:
    """A page that has met every event, and warnings."""
    warnings = []
    for at, (kind, content, values) in enumerate(events):
        if kind == "start":
            page.start(at, ends[at], content, values)
            if at in unclosed and content in {"script", "style"}:
                rest = "".join(text for kind, text, _ in events[at + 1 : ends[at]] if kind == "data")
                hide(page.hidden, f"<{content}> without an end", rest, page.length)
                warnings.append(f"<{content}> has no end: the {len(rest)} characters after it are not read")
        elif kind == "end":
            page.end(content)
        elif kind == "data":
            page.data(at, content)
        else:
            page.comment(content)
    return page, warnings


def _tidy(parts: list[str]) -> str:
    text = re.sub(r"[ \t]+\n", "\n", "".join(parts)).strip("\n")
    return re.sub(r"\n{3,}", "\n\n", text)


_OF_DATE = frozenset(
    [
        "article:published_time",
        "datepublished",
        "date",
        "dc.date",
        "dc.date.issued",
        "dcterms.date",
        "dcterms.created",
        "pubdate",
        "publishdate",
        "publish-date",
        "parsely-pub-date",
        "sailthru.date",
        "og:published_time",
    ]
)
_OF_PUBLISHER = frozenset({"og:site_name", "dc.publisher", "dcterms.publisher", "publisher", "application-name"})
_LD_DATE = re.compile(r'"datePublished"\s{0,4}:\s{0,4}"(\d{4}-\d\d-\d\d)')
_LD_PUBLISHER = re.compile(r'"publisher"\s{0,4}:\s{0,4}\{[^{}]{0,400}?"name"\s{0,4}:\s{0,4}"([^"\\]{2,60})"')


def _metadata(events: list[Event], ends: list[int]) -> dict[str, str]:
    """The day and the publisher that a page says of itself; nothing where it says two."""
    dates: list[str] = []
    publishers: list[str] = []
    titles: list[str] = []
    for at, (kind, tag, values) in enumerate(events):
        if kind != "start":
            continue
        name = (values.get("property") or values.get("name") or values.get("itemprop") or "").lower()
        if tag == "meta" and name in _OF_DATE:
            dates.append(values.get("content", "")[:10])
        elif tag == "meta" and name in _OF_PUBLISHER:
            publishers.append(" ".join(values.get("content", "").split())[:80])
        elif tag == "time" and (name == "datepublished" or "pubdate" in values):
            dates.append(values.get("datetime", "")[:10])
        elif tag == "script" and "ld+json" in values.get("type", ""):
            text = "".join(data for kind, data, _ in events[at + 1 : ends[at]] if kind == "data")[:100_000]
            dates += _LD_DATE.findall(text)[:1]
            publishers += _LD_PUBLISHER.findall(text)[:1]
        elif tag == "title":  # "Headline - Name of the paper"
            text = " ".join("".join(data for kind, data, _ in events[at + 1 : ends[at]] if kind == "data").split())
            last = re.split(r" [-|–—·»] ", text[:300])[-1]
            titles += [last] if last != text and len(last.split()) <= 5 and PRESS.search(last) else []
    days = {day for day in dates if re.fullmatch(r"\d{4}-\d\d-\d\d", day)}
    found = {"date": days.pop()} if len(days) == 1 else {}
    names = [name for name in [*publishers, *titles] if name]
    return {**found, "publisher": names[0]} if names else found
