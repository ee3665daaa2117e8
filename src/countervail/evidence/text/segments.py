"""The documents inside one text: an article, the letters it prints, an annex; each with its lines.

A letter begins at its letterhead and header labels, at a line that is only a date, at an invocation, or at a marker
("Annex 2").
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from countervail.evidence.names import name_words as w
from countervail.evidence.text import Folded
from countervail.evidence.text.tokens import Mention


@dataclass(frozen=True, slots=True)
class Line:
    """One logical line (wrapped lines joined), with its folded span."""

    text: str
    start: int
    end: int

    @property
    def blank(self) -> bool:
        """Whether nothing stands on it."""
        return not self.text.strip()


_HEADLINE_VERB = re.compile(
    r"\b(?:Says?|Said|Urges?|Proposes?|Calls?|Warns?|Vows?|Signs?|Meets?|Backs?|Rejects?|Seeks?|Plans?"
    r"|Wants?|Joins?|Launch(?:es)?|Agrees?|Den(?:y|ies)|Confirms?|Hails?|Condemns?|Threatens?"
    r"|Will|Is|Are|Was|Were|Has|Have|Could|Would|May|Must|Should|Shows?|Reveals?|Leaves?|Makes?|Takes?"
    r"|Gets?|Goes|Holds?|Offers?|Opens?|Moves?|Turns?|Sends?|Tells?|Asks?|Eyes|Looks?|Aims?|Faces?|Drops?"
    r"|Cuts?|Ends?|Lifts?|Imposes?|Begins?|Starts?|Stops?|Resists?|How|Why|What|Amid|Despite|After|Before"
    r"|Welcomes|Visits|Defends|Criticizes|Criticises|Slams|Praises|Resigns|Wins|Unveils|Announces|Reports|Accuses|Orders"
    r"|Targets|Disrupts|Exposes|Strikes|Hits|Designates|Removes|Expands|Tightens|Widens|Freezes|Extends|Renews|Suspends"
    r"|Admits|Withdraws|Sanctions(?= Network| Firm| Compan| Trader| Individual| Ship)|Launch(?:es)? (?=[A-Z])|Halts?"
    r"|Bans|Blocks|Seizes|Fines|Sues|Charges|Names|Appoints|Replaces|Arrives|Addresses|Discusses|Approves|Adopts|Reaches"
    r"|As|says?|urges?|proposes?|calls?|warns?|joins?|to [A-Z])\b"
)
_TAGGED_LINE = re.compile(
    r"\s*(?:[-*•–] ?)?(?:[A-Z][\w. ]{1,18}:|(?:Mrs?|Ms|Dr|Eng|Prof|Engineer|His Excellency|Her Excellency)\b)"
)


def headline_verb(word: str) -> bool:
    """Whether a word is a verb of headlines."""
    return len(word) > 3 and word[-1] == "s" and bool(_HEADLINE_VERB.fullmatch(word))


def headline(line: str) -> bool:
    """Whether a line is a headline: set in title case, with a verb, and no sentence, label or address."""
    if len(line) > 250:
        return False
    words = re.findall(r"[A-Za-z][\w'-]*", line)
    long = [w for w in words if len(w) > 3]
    bare = line.rstrip()
    if (
        len(words) < 5
        or _TAGGED_LINE.match(line)
        or (bare.endswith((".", ",", ":", ";")) and not bare.endswith("U.S."))
    ):
        return False
    return bool(long) and sum(w[0].isupper() for w in long) >= 0.8 * len(long) and bool(_HEADLINE_VERB.search(line))


def line_of(text: str, at: int) -> str:
    """The line of a place, no more than 200 characters to each side."""
    start = max(text.rfind("\n", max(0, at - 200), at) + 1, at - 200, 0)
    end = text.find("\n", at, at + 200)
    return text[start : end if end >= 0 else at + 200]


def shouted(line: str) -> bool:
    """Whether a line is set in capitals."""
    letters = [c for c in line if c.isalpha()]
    return len(letters) > 8 and sum(c.isupper() for c in letters) > 0.6 * len(letters)


@dataclass(frozen=True, slots=True)
class Segment:
    """A document's lines, and how it was seen to begin."""

    kind: str  # article | letter
    lines: tuple[Line, ...]
    begins: str  # labels | date | invocation | marker | start


def lines(text: str) -> list[Line]:
    """The logical lines of a folded text."""
    found, position = [], 0
    for part in text.split("\n"):
        found.append(Line(part, position, position + len(part)))
        position += len(part) + 1
    return found


def _label(line: Line) -> str | None:
    match = w.LETTER_LABEL.match(line.text) if len(line.text) < 420 else None
    return (
        match.lastgroup
        if match and match.lastgroup != "rest"
        else next((k for k in w.LABELS if match and match.group(k)), None)
    )


def _date_only(line: Line, dates: Sequence[tuple[int, int]]) -> bool:
    """Whether the line is one exact date and nothing else."""
    bare = line.text.strip(" .,()[]")
    if not 6 <= len(bare) <= 40:
        return False
    first = bisect_left(dates, (line.start, 0))
    return any(b <= line.end and b - a >= len(bare) - 2 for a, b in dates[first : first + 2])


def _heading(line: Line) -> bool:
    text = line.text.strip()
    return (
        bool(text)
        and len(text) <= 110
        and text[-1] not in '.:;!?"'
        and _label(line) is None
        and not w.FOR_INFORMATION.search(text)
        and not w.GREETING.match(text)
        and not w.LETTER_CLOSING.match(text)
        and not w.PUBLISHER.match(text)
    )


def _begins(
    n: int, filled: Sequence[int], all_lines: Sequence[Line], exact: Sequence[tuple[int, int]], body: int
) -> str | None:
    """How a letter begins at the n-th filled line, if one does; `body` are the characters of body before it."""
    line = all_lines[filled[n]]
    if w.MARKER.match(line.text):
        return "marker"
    if w.INVOCATION.match(line.text):
        return "invocation"
    if _label(line) in {"number", "date", "classification", "from", "to", "subject", "time"}:
        near = {_label(all_lines[k]) for k in filled[n : n + 7]} - {None, "copy", "signed", "attachment"}
        return "labels" if len(near) >= 2 else None
    if _date_only(line, exact):
        following = [all_lines[k] for k in filled[n + 1 : n + 5]]
        if following and (
            any(w.GREETING.match(f.text) or _label(f) in {"subject", "to", "from", "number"} for f in following)
            or (body > 400 and _heading(following[0]))
        ):
            return "date"
    return None


def _letterhead(
    n: int, filled: Sequence[int], all_lines: Sequence[Line], starts: dict[int, str], current: int | None
) -> int:
    """The line at which the letterhead above the labels of a letter begins."""
    start, k, taken = filled[n], n - 1, 0
    while (
        k >= 0
        and taken < 6
        and _heading(all_lines[filled[k]])
        and filled[k] not in starts
        and (current is None or filled[k] > current)
        and len(all_lines[filled[k]].text) <= 80
    ):
        start = filled[k]
        taken += 1
        k -= 1
    return start


_OPENS = (" that:", " to:", " called on:", " calls on:", " call on:", " urged:", " urges:", " urge:")
"""How a short line ends that a list of demands follows."""
_BREAKS_OFF = re.compile(
    r"(?:call(?:s|ed)? (?:up)?on|urged?s?|"
    r"(?:ask|request|invite|recommend|propose|decide|agree|demand)(?:s|e?d)?(?: that| to)?"
    r"|[Tt]hat the [A-Z]\w+(?: [A-Z]\w+){0,3}|(?<=\w )(?:should|must|shall)"
    r"|\ATo (?:the )?[A-Z][^.;:\n]{3,80}(?=:)) *:?\Z"
)
"""How it ends where it has no colon, or says who should: "We call on", "The Panel recommends that the Board"."""
_MARKER = re.compile(r" *(?:[-*•–—]|\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})[.)]) +(?=[A-Za-z])")
_DOING = re.compile(r" (?:[a-z]{3,20}ed|has|have|had|is|are|was|were|will|left|sold|paid|froze|met|made|took|said) ")
"""What makes a point of a list a sentence without its full stop: "- Japan imposed sanctions on Belarus"."""


def breaks_off(line: str, below: str) -> bool:
    """Whether a line ends before the points of a list that go on with it: "We call on", "The Council decides"."""
    return len(line) < 300 and bool(_MARKER.match(below)) and bool(_BREAKS_OFF.search(line))


def prose(line: str, below: str) -> bool:
    """Whether a line is of the body of an article, to be read as sentences; `below` is the line after it."""
    if len(line) >= 40 or breaks_off(line, below):
        return True
    if len(line) < 15 or " " not in line:
        return False
    point = _MARKER.match(line)
    stops = line[-1] in '.!?"' or line.endswith(_OPENS)
    return stops or (point is not None and (line[-1] == ";" or bool(_DOING.search(line))))


_SIGNS = re.compile(r"\s*(?:\((?:[Ss]igned|sgd|SIGNED)\)|/s/)")


def _exchanged(filled: Sequence[int], all_lines: Sequence[Line]) -> dict[int, str]:
    """Where the letters of an exchange begin that have no labels: below the signature of the one before, each with a
    greeting on a line of its own."""
    starts: dict[int, str] = {}
    closed: int | None = None
    for n, i in enumerate(filled):
        line = all_lines[i]
        bare = line.text.strip()
        if w.GREETING.match(bare) and len(bare) < 60 and bare[-1] in ",:":
            if closed is not None:
                between = [k for k in filled[closed + 1 : n] if all_lines[k - 1].blank] or [i]
                # what stands apart the furthest is where the next letter begins; a line more is the signature's
                gaps = {k: k - max(j for j in filled if j < k) for k in between}
                starts[max(between, key=lambda k: gaps[k])] = "greeting"
            starts.setdefault(filled[0], "greeting")
            closed = None
        elif (w.LETTER_CLOSING.match(bare) or _SIGNS.match(bare) or _label(line) in {"signed", "copy"}) and starts:
            closed = n
    return starts if len(starts) > 1 else {}


def split(folded: Folded, dates: Sequence[Mention], spans: Sequence[tuple[int, int]]) -> list[Segment]:
    """The documents of a text; `spans` are the folded spans of `dates`."""
    all_lines = lines(folded.text)
    exact = [s for s, d in zip(spans, dates, strict=True) if d.value and len(d.value) >= 10]
    filled = [i for i, line in enumerate(all_lines) if not line.blank]
    starts: dict[int, str] = {}
    current: int | None = None  # index of the first line of the letter in hand
    body = 0  # characters of body seen in it
    for n, i in enumerate(filled):
        line = all_lines[i]
        begins = _begins(n, filled, all_lines, exact, body)
        if begins is None:
            body += len(line.text) if len(line.text) > 60 else 0
            continue
        if current is not None and body < 60:
            body = 0
            continue  # still in the header of the letter in hand
        if (
            current is not None
            and begins == "labels"
            and _label(line) in {"date", "subject", "from", "to"}
            and body < 200
            and i - current < 6
        ):
            continue
        start = _letterhead(n, filled, all_lines, starts, current) if begins == "labels" else i
        starts[start] = begins
        current, body = start, 0
    starts = max(starts, _exchanged(filled, all_lines), key=len)
    segments: list[Segment] = []
    bounds = sorted(starts)
    first = bounds[0] if bounds else len(all_lines)
    head = all_lines[:first]
    tail: list[Line] = []
    # what follows the last letter and says where the text comes from belongs to the article
    if bounds and (last := [i for i in filled if i >= bounds[-1]]) and w.PUBLISHER.match(all_lines[last[-1]].text):
        tail = [all_lines[last[-1]]]
        all_lines = all_lines[: last[-1]]
    if any(len(line.text) > 100 for line in head) or (not bounds and any(not line.blank for line in head)):
        segments.append(Segment("article", tuple(head + tail), "start"))
    elif bounds and head and any(not line.blank for line in head):
        starts[0] = starts.pop(bounds[0])
        bounds[0] = 0
    for a, b in zip(bounds, [*bounds, len(all_lines)][1:], strict=True):
        segments.append(Segment("letter", tuple(all_lines[a:b]), starts[a]))
    return segments


# -- language ----------------------------------------------------------------------------------------------------------


READ = frozenset({"English", "Persian"})

_SCRIPTS = (
    ("Latin", re.compile(r"[A-Za-z\u00c0-\u024f]+")),
    ("Cyrillic", re.compile(r"[\u0400-\u04ff]+")),
    ("Arabic", re.compile(r"[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufefc]+")),
    ("Greek", re.compile(r"[\u0370-\u03ff]+")),
    ("Hebrew", re.compile(r"[\u0590-\u05ff]+")),
    ("Devanagari", re.compile(r"[\u0900-\u097f]+")),
    ("Chinese", re.compile(r"[\u4e00-\u9fff]+")),
    ("Japanese", re.compile(r"[\u3040-\u30ff]+")),
    ("Korean", re.compile(r"[\uac00-\ud7af]+")),
    ("Armenian", re.compile(r"[\u0530-\u058f]+")),
    ("Georgian", re.compile(r"[\u10a0-\u10ff]+")),
    ("Thai", re.compile(r"[\u0e00-\u0e7f]+")),
)
_WORD = re.compile(r"[^\W\d_]+(?:\u200c[^\W\d_]+)*")
_ENOUGH = 8  # words below which a Latin or Arabic text is taken for what is read


@cache
def _small() -> dict[str, dict[str, frozenset[str]]]:
    """The small words, and -letters of its own, of each folder in `languages/` by script and language; the first
    language of a script is the one that is read, or the likeliest."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    folders = [f for f in (files("countervail.evidence") / "languages").iterdir() if f.is_dir()]
    for folder in sorted(folders, key=lambda f: (f.name.title() not in READ, f.name != "russian", f.name)):
        head, *lists = (folder / "small_words.txt").read_text(encoding="utf-8").splitlines()
        script = head.rsplit("script: ", 1)[1]
        found.setdefault(script, {})[folder.name.title()] = frozenset(" ".join(lists).split())
    return found


def script_of(text: str) -> str:
    """The script of most letters of a text."""
    if text.isascii():
        return "Latin"
    count = {name: sum(map(len, pattern.findall(text))) for name, pattern in _SCRIPTS}
    if count["Japanese"] > 0.1 * count["Chinese"] > 0:
        count["Japanese"] += count["Chinese"]
    return max(count, key=count.__getitem__)


_IN_NAMES = frozenset(
    ["de", "da", "di", "do", "dos", "das", "del", "della", "der", "den", "van", "von", "la", "le", "el", "al", "e", "y"]
)
"""Small words that stand in names, which a text of names alone has as well."""


def language_of(text: str) -> str:
    """The language of a text: that of the script of most letters with most small words; of a few words, the language
    that is read in that script."""
    script = script_of(text[:50_000])
    if script not in _small():
        return script
    words = Counter(w.lower() for w in _WORD.findall(text[:50_000]))
    seen = words + Counter(f"-{letter}" for letter in text[:50_000] if not letter.isascii())  # "ы" is Russian
    hits = {lang: sum(seen[w] for w in small) for lang, small in _small()[script].items()}
    first = next(iter(hits))
    if sum(words.values()) < _ENOUGH and script != "Cyrillic":
        return first
    best = max(hits, key=hits.__getitem__)
    letters = sum(not c.isascii() and c.isalpha() for c in text[:50_000])
    told = any(w not in _IN_NAMES and words[w] for w in _small()[script][best])
    if hits[first] == 0 and told and letters > _ENOUGH:
        return best  # a note without one English small word, in letters that English has not
    # names of bodies and places make another language look near: it must be clearly ahead
    return best if hits[best] > 1.5 * hits[first] + 2 or best == first or script == "Cyrillic" else first


@lru_cache(maxsize=1)
def _of_start(start: str) -> tuple[str, str]:
    """Script and language of the beginning of a text, which only lines ask for that are not plainly English."""
    return script_of(start), language_of(start)


def unread(text: str) -> tuple[list[tuple[int, int]], Counter[str]]:
    """The paragraphs in languages that are not read, as spans of the text, and how many there are of each language.

    A paragraph of a few words is read as the text around it is.
    """
    spans: list[tuple[int, int]] = []
    languages: Counter[str] = Counter()
    position = 0
    english, start = _small()["Latin"]["English"], text[:5000]
    for line in text.split("\n"):
        end = position + len(line)
        if line.strip():
            words = _WORD.findall(line)
            if line.isascii() and sum(w.lower() in english for w in words) > 0.2 * len(words):
                position = end + 1
                continue
            short = len(words) < 2 * _ENOUGH and script_of(line) == _of_start(start)[0]
            language = _of_start(start)[1] if short else language_of(line)
            if language not in READ:
                spans.append((position, end))
                languages[language] += 1
        position = end + 1
    return spans, languages


def unread_languages(languages: Counter[str], spans: list[tuple[int, int]], text: str) -> list[str]:
    """A warning for what is not read: the whole text, or some paragraphs of it."""
    if not languages:
        return []
    names = " and ".join(sorted(languages))
    if sum(b - a for a, b in spans) > 0.9 * len(text.strip()):
        return [f"language not supported: {names}; nothing was read from it (English and Persian are read)"]
    return [f"{len(spans)} paragraphs in languages not supported ({names}) were not read"]
