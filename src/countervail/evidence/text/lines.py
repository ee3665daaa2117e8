"""How the lines of a text lie: which breaks only wrap a paragraph, tables that only blanks set apart, lines of tags."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from countervail.evidence.text.tokens import broken_names, names_of_states

_WRAP_WIDTH = 45
_LIST_START = re.compile(r"[ ]*(?:[-*•·–]|\d{1,2}[.)]|[A-Za-z][.)])[ ]")
_TITLE_START = re.compile(r"[ ]*(?:Mrs?|Ms|Dr|Eng|Prof|Messrs)\b")
_GOES_ON = re.compile(
    r"(?<=[a-z)\d] )(?:and|or|of|the|a|an|in|on|at|by|for|to|with|from|as|are|is|was|were|that|which|who|has|have|had"
    r"|will|would|be|been|including|between|than|but|its|their|his|her|into|through)$|[a-z]{2},$"
)
_CLOSES = re.compile(r"[ ]*(?:Yours|Sincerely|Respectfully|Regards|Best|Dear|With |Faithfully|Signed)\b")
_LABEL_START = re.compile(r"[ ]*[A-Z][A-Za-z.]{1,14}(?: [A-Za-z]{1,12}){0,2} ?:")


def ruled(text: str) -> str:
    """A text whose tables only blanks set apart with a bar in each gap (same length): three lines and more of as many
    short cells, none of them labels or days."""
    if not _GAP.search(text):
        return text
    lines, start = text.split("\n"), 0
    counts = [len(_GAP.findall(line)) for line in lines]
    for end in range(1, len(lines) + 1):
        if end < len(lines) and counts[end] == counts[start]:
            continue
        block = [_GAP.split(line) for line in lines[start:end]] if counts[start] and end - start > 2 else []
        short = all(len(cell) <= _CELL and not cell.endswith(":") for cells in block for cell in cells)
        if block and short and not all(cells[0][:1].isdigit() for cells in block[1:]):
            lines[start:end] = [_GAP.sub(lambda m: f" |{' ' * (len(m[0]) - 2)}", line) for line in lines[start:end]]
        start = end
    return "\n".join(lines)


_GAP = re.compile(r"(?<=\S)(?: {3,}|[ \t]*\t[ \t]{2,})(?=\S)")
_CELL = 40


def unwrap(text: str) -> str:
    """Turn the line breaks that only wrap a paragraph into spaces (same length).

    A break wraps when its line is long, does not end a sentence at a short line, and what follows is not a label, a
    list item or another paragraph. Letters put one addressee a line: those lines start with a title and end in a post.
    """
    if "\n" not in text:
        return text
    lines = text.split("\n")
    longest = max((len(line) for line in lines), default=0)
    sure = list[int]()
    if 130 < longest <= 260:  # set ragged: as wide as its lines that surely go on
        sure = sorted(len(a.rstrip()) for a, b in pairwise(lines) if len(a) > 80 and b.lstrip()[:1].islower())
        longest = sure[len(sure) // 2] if len(sure) > 3 else longest
    page = _Page(longest, (longest <= 130 and len(lines) > 3) or len(sure) > 3, text.count("\n\n") >= 2)
    prose = _prose(lines)
    out = [
        line + (" " if _wraps(line, following, page, prose[i]) else "\n")
        for i, (line, following) in enumerate(pairwise(lines))
    ]
    return "".join(out) + lines[-1]


class _Page(NamedTuple):
    """How the lines of a text lie."""

    longest: int
    wrapped: bool
    spaced: bool  # paragraphs are set apart, so that a full line goes on whatever it ends in


def _prose(lines: list[str]) -> list[bool]:
    """For each line whether it is of a paragraph of wrapped lines, most of which go on in small letters."""
    found = [False] * len(lines)
    start = 0
    for end in range(len(lines) + 1):
        if end < len(lines) and lines[end].strip():
            continue
        block = [line.strip() for line in lines[start:end]]
        small = sum(line[:1].islower() for line in block[1:])
        if len(block) >= 3 and small >= 0.4 * (len(block) - 1):
            found[start:end] = [True] * (end - start)
        start = end + 1
    return found


_BRACKETS = "()[]\"',.;:"


_NUMBERED = re.compile(r"\s*\d{1,2}(?:\.\d{1,2})*[.)]?\s{1,4}[^\W\d]")

_INITIAL = re.compile(r"\b[A-Z]\w+(?<!\bNo) (?:[A-Z]\. ?)*[A-Z]\.$|\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Sen|Rep|Hon)\.$")
"""An initial or title at the end of a line, whose name stands on the next."""


_DAY_ENDS = re.compile(r"[a-z,] \d{1,2}$")
FULL_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_MONTH_BEGINS = re.compile(rf"{FULL_MONTH}\b")
"""A date broken after its day."""
_NAME_AND_DAY = re.compile(
    rf"(?<![\w'&.-])[A-Z][\w'&.-]{{1,20}}(?: [\w'&.-]{{1,20}}){{0,6}}, (?:\w{{6,9}},? )?\d{{1,2}} {FULL_MONTH} \d{{4}}"
)
"""A line that is a paper and its day, and goes on with nothing."""


def _wraps(line: str, following: str, page: _Page, prose: bool) -> bool:
    """Whether the break between two lines only wraps a paragraph."""
    bare, head = line.rstrip(), following.lstrip()
    if not bare or not head or " | " in line or _LIST_START.match(following):
        return False
    small = head[0].islower()
    if bare[-1] == "\u00ad" or head.rstrip() in names_of_states() or _NAME_AND_DAY.fullmatch(head.rstrip()):
        return False  # the fold joins it; a list of one state a line; a paper and its day
    if _DAY_ENDS.search(bare) and _MONTH_BEGINS.match(head):
        return True
    if (bare.rsplit(" ", 1)[-1].strip(_BRACKETS), head.split(" ", 1)[0].strip(_BRACKETS)) in broken_names():
        return True
    if _NUMBERED.match(bare) and not small and len(bare) < 0.6 * page.longest and bare[-1] != ",":
        return False  # "4  What should be done" above its paragraph
    if small and bare[-1] == "-" and bare[-2:-1].islower():
        return False  # a word broken at a hyphen: the fold joins it
    full = page.wrapped and len(bare) + len(head.split(" ", 1)[0]) + 1 >= 0.88 * page.longest
    starts = _TITLE_START.match(following) or _LABEL_START.match(following)
    ends = bare[-1] in '.:;?!"'
    if not starts and len(bare) >= _WRAP_WIDTH and _INITIAL.search(bare) and not small:
        return True
    if not starts and len(bare) >= _WRAP_WIDTH and (not ends or (page.spaced and full and bare[-1] != ":")):
        if small:
            return True
        if full and (not _LABEL_START.match(line) or (len(bare) > 70 and bare[-1].islower())):
            return True
    # a line that breaks in the middle of a phrase, however short, and goes on in small letters
    if small and (bare[-1].islower() or bare[-1].isdigit() or bare[-1] == ",") and " " in bare:
        return True
    headed = len(bare) < 100 and (_LABEL_START.match(line) or _TITLE_START.match(line))  # a longer one is a turn
    if starts or ends or headed or bare.count(" ") < 2:
        return False
    return bool(_GOES_ON.search(bare)) or (prose and bare[-1].islower() and not _CLOSES.match(line))


def tag_line(sentence: str) -> bool:
    """Whether the line is a list of tags: many short items and no verb to speak of."""
    items = [p.strip() for p in sentence.split(",")]
    return (
        len(items) >= 4
        and all(len(p.split()) <= 3 for p in items)
        and any(p.islower() for p in items)
        and not sentence.rstrip().endswith(".")
    )
