"""The parts of a letter: letterhead, header fields, addressees, body paragraphs, signatory, copies; and of an
article."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from countervail.evidence.names import name_words as w
from countervail.evidence.names.listed import ENTRY_HEAD
from countervail.evidence.names.name_words import POST_WORDS
from countervail.evidence.names.persian_names import persian
from countervail.evidence.text import Folded
from countervail.evidence.text.segments import Line, Segment, headline, prose
from countervail.evidence.text.tokens import Mention

_POST = re.compile(rf"\b(?:{w.OWNERS}|{POST_WORDS}|{w.MORE_POSTS})\b", re.IGNORECASE)
_TITLE = re.compile(
    r"^(?:(?:Mrs?|Ms|Madame|Monsieur|Mme|Se[nñ]ora?|Sra?|Sheikh|Colonel|Dr|Prof|Eng|Engineer|Gen|General"
    r"|H\.?E|His Excellency|Her Excellency|Brother|Sardar"
    r"|Ayatollah|Hojjatoleslam)\.? )+",
    re.IGNORECASE,
)
_EXCELLENCY = re.compile(r"(?:His|Her) Excellency\b|H\.E\.")
_SENTENCE = re.compile(
    r"^(?=.*?\b[a-z]{2,} .*\b[a-z]{2,}\b|.*[\u0600-\u06ff])(?:\S+ ){3,}\S+(?<! Co)(?<! Ltd)(?<! Inc)(?<! Corp)[.؟!]$"
)
"""A short line that is a sentence."""
_OF = re.compile(r"[ ,]*(?:of|at|in|for|to|from)?(?: the)?[ ,]*$", re.IGNORECASE)


@dataclass(slots=True)
class Parts:
    """What a letter is made of; spans are folded."""

    header: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    letterhead: list[str] = field(default_factory=list)
    title: str | None = None
    addressees: list[dict[str, Any]] = field(default_factory=list)
    copies: list[dict[str, Any]] = field(default_factory=list)
    signatory: dict[str, Any] | None = None
    paragraphs: list[tuple[int, int]] = field(default_factory=list)
    date_line: tuple[int, int] | None = None


class Names:
    """The people and organisations of a text by folded place."""

    def __init__(self, mentions: Sequence[tuple[Mention, int, int]]) -> None:
        self.people = [(a, b, m) for m, a, b in mentions if m.type == "person"]
        self.bodies = [(a, b, m) for m, a, b in mentions if m.type == "organisation"]

    def person(self, start: int, end: int) -> tuple[int, int, Mention] | None:
        """The first person named in [start, end)."""
        return next((p for p in self.people if start <= p[0] and p[1] <= end), None)

    def organisation(self, start: int, end: int) -> tuple[int, int, Mention] | None:
        """The first organisation named in [start, end)."""
        return next((p for p in self.bodies if start <= p[0] and p[1] <= end), None)


def post_of(text: str, after: int, end: int, names: Names) -> tuple[str | None, str | None]:
    """Post and organisation in text[after:end]: `Deputy Minister of X of the Ministry Y` is (Deputy Minister of X,
    Ministry Y)."""
    part = text[after:end]
    offset = len(part) - len(part.lstrip(" ,;–-|()"))
    body = names.organisation(after, end)
    stop = body[0] if body else end
    post = text[after + offset : stop].strip(" ,;–-|()")
    post = w.FOR_INFORMATION.sub("", post).strip(" ,.;")
    post = w.HONORIFIC.sub("", re.sub(r"^(?:and|of|for|then) ", "", post))
    if body:
        post = _OF.sub("", post)
    if post.startswith(("محترم ",)):
        post = post[6:]
    known = bool(_POST.search(post)) or any(p in post for p in persian().posts)
    return (post if known and len(post) < 200 else None), (body[2].value if body else None)


def _entry(line_start: int, line_end: int, text: str, names: Names) -> dict[str, Any] | None:
    """A person with post and organisation on a line, or an office alone."""
    person = names.person(line_start, line_end)
    if person:
        post, body = post_of(text, person[1], line_end, names)
        if post is None:  # "Deputy Minister Hasan X"
            before, inside = post_of(text, line_start, person[0], names)
            post, body = before, body or inside
        return {"name": person[2].value, "post": post, "organisation": body, "start": person[0], "end": person[1]}
    post, body = post_of(text, line_start, line_end, names)
    if post:
        return {"name": None, "post": post, "organisation": body, "start": line_start, "end": line_end}
    return None


def _looks_addressed(line: Line, names: Names) -> bool:
    text = line.text.strip()
    if len(text) > 260 or (text.endswith(".") and len(text) > 120):
        return False
    person = names.person(line.start, line.end)
    if not person:
        return False
    lead = line.text[: person[0] - line.start].strip()
    rest = line.text[person[1] - line.start :]
    titled = bool(_TITLE.match(lead + " ")) or any(lead.startswith(t) for t in persian().titles)
    titled = titled or lead.lower() in {"", "to", "dear"}
    return titled and (
        bool(_POST.search(rest)) or any(p in rest for p in persian().posts) or bool(re.fullmatch(r"[ ,:.]*", rest))
    )


def parts(segment: Segment, folded: Folded, names: Names) -> Parts:
    """The parts of one letter."""
    rows = [piece for line in segment.lines if not line.blank for piece in _split_labels(line, folded)]
    return _Letter(rows, folded.text, names).read()


class _Letter:
    """Reads a letter line by line, from its header to its copies."""

    def __init__(self, rows: list[Line], text: str, names: Names) -> None:
        self.rows, self.text, self.names = rows, text, names
        self.found = Parts()
        self.stage = "header"
        self.last_label: str | None = None
        self.quoting = False  # below "On 3 May, X wrote:" an earlier mail is quoted
        self.styled = False  # below "His Excellency", alone on its line

    def read(self) -> Parts:
        """What the letter is made of; a line is tried as a label, a copy, a part of the header, then of the body."""
        for n, line in enumerate(self.rows):
            bare = line.text.strip()
            below = self.rows[n + 1] if n + 1 < len(self.rows) else None
            if self._labelled(line):
                continue
            if self.stage == "header" and (bare_field := _bare_field(line)):
                self.found.header.setdefault(*bare_field)
                self.last_label = bare_field[0]
                continue
            if self.stage == "copies" and self._copied(line, bare):
                continue
            self.stage = "contacts" if self.stage != "header" and w.CONTACTS.match(bare) else self.stage
            if self.stage == "contacts" and len(bare) < 120:
                continue  # whom the press may ask: nobody who signs
            if self.stage == "header" and self._heading(line, bare, below):
                continue
            self._body(line, bare, below)
        return self.found

    def _labelled(self, line: Line) -> bool:
        """Whether the line is a labelled field, which is taken."""
        match = w.LETTER_LABEL.match(line.text) if len(line.text) < 420 else None
        label = next((k for k in w.LABELS if match and match.group(k)), None) if match else None
        found = self.found
        late = label in {"copy", "signed"} or (label == "subject" and not found.paragraphs)
        if not match or not label or not (self.stage == "header" or late):
            return False
        start, rest = line.start + match.start("rest"), match.group("rest").strip()
        self.last_label = label
        entries = [e for piece in _pieces(start, line.end, self.text) if (e := _entry(*piece, self.text, self.names))]
        if label == "copy":
            if found.paragraphs or self.stage != "header":  # above the body it is a field among others
                self.stage = "copies"
            found.copies += entries
        elif label == "signed":
            found.signatory = _entry(start, line.end, self.text, self.names) or found.signatory
        elif label in {"to", "from"}:
            if label == "to":
                found.addressees += entries
            elif found.signatory is None:
                found.signatory = next(iter(entries), None)
            if rest:
                found.header[label] = (rest, start, line.end)
        elif rest:
            found.header[label] = (rest, start, start + len(rest))
        return True

    def _copied(self, line: Line, bare: str) -> bool:
        """Whether the line belongs to the list of copies; a long one begins a body again."""
        if w.PUBLISHER.match(bare) or w.RULE.match(bare):
            return True
        sentence = _SENTENCE.match(bare) is not None and self.names.person(line.start, line.end) is None
        entry = None if sentence else _entry(line.start, line.end, self.text, self.names)
        if entry:
            self.found.copies.append(entry)
            return True
        ends = len(bare) > 200 or sentence
        self.stage = "body" if ends else self.stage
        return not ends

    def _heading(self, line: Line, bare: str, below: Line | None) -> bool:
        """Whether the line belongs to what stands above the body: addressees, greeting, date, letterhead, title."""
        found = self.found
        plain = (w.RULE, w.INVOCATION, w.MARKER)
        if any(p.match(bare) for p in plain) or w.FOR_INFORMATION.fullmatch(bare.rstrip(",")):
            return True
        if re.fullmatch(r"For your information,?", bare):
            return True
        if _looks_addressed(line, self.names):
            self._addressed(line, bare, below)
            return True
        if w.GREETING.match(bare) and len(bare) < 90:
            self.stage = "body"
            dear = bare.lower().startswith("dear") and not found.addressees
            if dear and (entry := _entry(line.start, line.end, self.text, self.names)):
                found.addressees.append(entry)
            return True
        if w.SECTION.match(bare):
            self.stage = "body"
            return True
        if re.fullmatch(r"[\d\s./-]{6,20}", bare) or _is_date_line(bare):
            found.date_line = (line.start, line.end)
            return True
        sentence = found.header and _SENTENCE.search(bare) and not self._fields_below(line)
        if len(bare) > 130 or (bare.endswith(".") and len(bare) > 50) or sentence:
            self.stage = "body"
            return False
        if not found.header and not found.addressees and found.date_line is None:
            found.letterhead.append(bare)
        elif found.title is None and self.last_label is None and headline(line.text):
            found.title = bare
        elif not found.addressees:
            found.letterhead.append(bare)
        return True

    def _fields_below(self, line: Line) -> bool:
        """Whether the header goes on right below a line: "Not to be copied." above "To: Mr. X"."""
        below = (w.LETTER_LABEL.match(r.text) for r in self.rows if line.end < r.start <= line.end + 90)
        return any(m and (m.group("to") or m.group("from")) for m in below)

    def _addressed(self, line: Line, bare: str, below: Line | None) -> None:
        """Take an addressee; "Dear Dr X," after a full address line names the same person."""
        found, dear = self.found, bare.lower().startswith("dear")
        entry = _entry(line.start, line.end, self.text, self.names)
        alone = below is not None and len(below.text) < 120 and not self.names.person(below.start, below.end)
        if entry and entry["post"] is None and alone and below is not None:
            entry["post"], entry["organisation"] = post_of(self.text, below.start, below.end, self.names)
        known = entry and any((entry["name"] or "?") in (a["name"] or "") for a in found.addressees)
        if entry and not known and not (dear and found.addressees):
            found.addressees.append(entry)
        if dear:
            self.stage = "body"

    def _body(self, line: Line, bare: str, below: Line | None) -> None:
        """A paragraph, the closing words, or the signature and its post."""
        found = self.found
        if w.SECTION.match(bare) or w.RULE.match(bare) or w.PUBLISHER.match(bare):
            return
        if w.LETTER_CLOSING.match(bare) and len(bare) < 80:
            self.stage = "end"
            return
        entry = _signature(line, below, self.text, self.names)
        written = found.header.get("from")
        self.quoting = self.quoting or bare.endswith(" wrote:")
        quoted = self.quoting or bare.startswith(">")
        if entry and written and entry["name"] and entry["name"].split()[-1] not in written[0] and quoted:
            return  # the signature of a mail that this one quotes
        styled, self.styled = self.styled, bool(_EXCELLENCY.match(bare))
        if entry and found.signatory and (styled or self.styled):  # who is written to, at the foot of the letter
            self._addressed(line, bare, below)
            return
        if entry and found.paragraphs:
            found.signatory = _same_person(entry, found.signatory)
            self.stage = "end"
            return
        if self.stage == "end":
            if found.signatory and found.signatory.get("post") is None and _POST.search(bare) and len(bare) < 160:
                found.signatory["post"], body = post_of(self.text, line.start, line.end, self.names)
                found.signatory["organisation"] = found.signatory.get("organisation") or body
                return
            if len(bare) < 60:
                return
            self.stage = "body"
        if len(bare) >= 40 or bare.endswith(".") or bare.endswith(" that:"):
            found.paragraphs.append((line.start, line.end))


_GREETS = re.compile(
    r"\s*(?:Dear|Greetings|Hello|(?:Your )?Excellency|Sir|Madam)\b[^,:.!\n]{0,60}(?:(?<=[DM]r|Ms)\.[^,:.\n]{1,50}"
    r"|(?<=Mrs)\.[^,:.\n]{1,50})?[,:!] "
    r"(?=[^\n]{0,80}\b(?i:is|are|was|were|has|have|had|will|would|can|please|thank|i|we|it|this)\b[^\n]*[.?!]\s*$)"
)
"""A greeting before a sentence on one line."""
_DEAR = re.compile(r"\s*(?:Dear|(?:Your )?Excellency|Sir|Madam)\b[^,:!\n]{0,60}[,:!] ")


def _split_labels(line: Line, folded: Folded) -> list[Line]:
    """A line of several labelled fields as one line each, a greeting apart from what it greets with."""
    dear = _DEAR.match(line.text)
    alone = dear is not None and folded.raw[folded.offsets[line.start + dear.end() - 1]] == "\n"
    if greeting := dear if alone else _GREETS.match(line.text):  # "Dear Mr. X, the members are A and B."
        at = line.start + greeting.end()
        return [Line(greeting.group(), line.start, at), Line(line.text[greeting.end() :], at, line.end)]
    if len(line.text) > 300 or not w.LETTER_LABEL.match(line.text):
        return [line]
    pieces, position = [], 0
    for match in w.SECOND_LABEL.finditer(line.text):
        pieces.append(Line(line.text[position : match.start()], line.start + position, line.start + match.start()))
        position = match.end()
    return [*pieces, Line(line.text[position:], line.start + position, line.end)]


def _bare_field(line: Line) -> tuple[str, tuple[str, int, int]] | None:
    """A header field that stands without a label or colon: a number, a classification, an urgency."""
    match = w.BARE_NUMBER.match(line.text) if len(line.text) < 60 else None
    if match:
        return "number", (match.group("rest"), line.start + match.start("rest"), line.start + match.end("rest"))
    for name, pattern in (("classification", w.BARE_CLASS), ("urgency", w.BARE_URGENCY)):
        if len(line.text) < 60 and pattern.match(line.text):
            bare = line.text.strip(" .")
            start = line.start + line.text.index(bare)
            return name, (bare, start, start + len(bare))
    return None


def _same_person(entry: dict[str, Any], sender: dict[str, Any] | None) -> dict[str, Any]:
    """The signatory, with the post that the letter's head gives to the same name."""
    if sender and entry.get("post") is None and (entry["name"] or "?") in (sender["name"] or ""):
        return {**sender, "start": entry["start"], "end": entry["end"]}
    return entry


def _is_date_line(bare: str) -> bool:
    return (
        len(bare) < 40
        and bool(re.search(r"\d", bare))
        and not re.search(r"[a-z]{3,} [a-z]{3,} [a-z]{3,}", bare)
        and bool(
            re.fullmatch(r"(?:\d{1,2}(?:st|nd|rd|th)? )?[^\W\d]{3,12},? ?(?:\d{1,2},? )?\d{4}|[\d /.–-]{8,16}", bare)
        )
    )


def _pieces(start: int, end: int, text: str) -> list[tuple[int, int]]:
    """The parts of a list on one line, at semicolons."""
    found, position = [], start
    for part in text[start:end].split(";"):
        if part.strip():
            found.append((position, position + len(part)))
        position += len(part) + 1
    return found


def _signature(line: Line, following: Line | None, text: str, names: Names) -> dict[str, Any] | None:
    """The signatory where the line is a name, a name and a post, or a name above a post."""
    bare = line.text.strip()
    if bare[-1:] in {":", "?", "!"} or ENTRY_HEAD.pattern.match(text, line.start):
        return None  # "X, director of Y, said:"; an entry of a notice
    if not 3 < len(bare) <= 170 or (bare.endswith(".") and len(bare) > 40) or re.search(r"\b(?:born|died)\b", bare):
        return None
    person = names.person(line.start, line.end)
    if not person:
        return None
    lead = line.text[: person[0] - line.start].strip()
    rest = text[person[1] : line.end]
    if re.search(r"\b(?:born|died)\b", rest):
        return None  # the last line of an obituary
    if (
        lead
        and not _TITLE.fullmatch(lead + " ")
        and lead not in persian().titles
        and not re.fullmatch(r"(?:/s/|\(?[Ss]igned\)?:?|[Ee]ngineer|.{0,24}\bDr\.?|[A-Z][a-z]+\.?)", lead)
    ):
        return None
    if rest.strip(" .,)") and not (
        rest.strip()[:1] in "-–,|(" and (_POST.search(rest) or any(p in rest for p in persian().posts))
    ):
        return None
    post, body = post_of(text, person[1], line.end, names)
    below = following is not None and len(following.text) < 170 and not w.LETTER_LABEL.match(following.text)
    if post is None and following is not None and below and not names.person(following.start, following.end):
        post, body = post_of(text, following.start, following.end, names)
    return {"name": person[2].value, "post": post, "organisation": body, "start": person[0], "end": person[1]}


_CREDITED = re.compile(r"[a-z)][.!?][\"']? (?:\([^()]{3,60}\)|- [A-Z][^.]{2,60})$")
"""A sentence with the agency that it is from behind it: no title."""


def article_paragraphs(segment: Segment) -> tuple[str | None, list[tuple[int, int]]]:
    """Headline and body paragraphs of an article: what is prose."""
    title: str | None = None
    found: list[tuple[int, int]] = []
    filled = [line for line in segment.lines if not line.blank]
    for line, below in zip(filled, [*filled, None][1:], strict=True):
        bare = line.text.strip()
        if w.PUBLISHER.match(bare) or w.RULE.match(bare):
            continue
        if (
            not found
            and title is None
            and not _CREDITED.search(bare)
            and (headline(line.text) or (len(bare) < 120 and bare[-1] not in '.:;!?"' and len(bare) > 12))
        ):
            title = bare
            continue
        if prose(bare, below.text if below is not None else ""):
            found.append((line.start, line.end))
    return title, found
