"""The folded text that rules match on, with the way back to the raw offsets.

Typography is folded (quotes, dashes, digits of Persian and Arabic, Arabic letter variants, runs of space, lines that
were only wrapped), and what is invisible (bidi controls, zero-width characters) is dropped. The stored text is never
changed: a match on the folded text is reported at its raw offsets.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from dataclasses import dataclass
from functools import cache, lru_cache

from countervail.evidence.text.lines import ruled, unwrap
from countervail.evidence.text.tokens import Lexicon, country_names, lexicon

INVISIBLE = (
    "\u00ad\u061c\u180e\u200b\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064"
    "\u2066\u2067\u2068\u2069\ufeff\ufe0f"
)
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\x0b"
BIDI_CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

_ONE_TO_ONE = {
    **{ord(c): "'" for c in "‘’‚‛ʼ′`´"},
    **{ord(c): '"' for c in "“”„‟«»″"},
    **{ord(c): "-" for c in "‐‑‒–—―−﹣－"},
    **dict.fromkeys(map(ord, _SPACES), " "),
    **{ord("۰") + d: str(d) for d in range(10)},
    **{ord("٠") + d: str(d) for d in range(10)},
    **{ord("０") + d: str(d) for d in range(10)},
    ord("ي"): "ی",
    ord("ى"): "ی",
    ord("ك"): "ک",
    ord("ة"): "ه",
    ord("ۀ"): "ه",
    ord("أ"): "ا",
    ord("إ"): "ا",
    ord("\u2028"): "\n",
    ord("\u2029"): "\n",
    ord("\x0c"): "\n",
    ord("\x85"): "\n",
    ord("…"): "…",
}
# letters of other scripts that look Latin: folded only inside words that also hold Latin letters
_LOOK_ALIKE = str.maketrans("АВЕКМНОРСТХУІЈЅаеорсухіјѕԁɡΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEKMHOPCTXYIJSaeopcyxijsdgABEZHIKMNOPTYXo")
_MIXED_WORD = re.compile(r"[A-Za-z\u0370-\u03ff\u0400-\u04ff\u0261]+")
_ARABIC = "\u0621-\u064a\u066e-\u06d3\u06fa-\u06ff"
_COMPOUND = "well self long half non so state third cross anti semi high ex vice"
"""Words that keep their hyphen at the end of a line: well-known, state-owned, third-country."""
_KEEPS_NONE = "".join(rf"(?<!\b{first})" for first in _COMPOUND.split())
_SECOND = r"(?:led|owned|based|backed|flagged|run|wide|style|registered|controlled|linked|born|level|border)\b"
"""Words that are joined by a hyphen to the one before: Saudi-led."""
LOW = "a-z\u00df-\u00f6\u00f8-\u00ff\u0101-\u017f"
_CHANGE = re.compile(
    rf"(?P<zwnj>\u200c)|(?P<soft>\u00ad[ ]?\r?\n[ ]*(?=[{LOW}]))"
    rf"|(?P<invisible>[{INVISIBLE}\u064b-\u0655\u0640\x00]+)|(?P<cr>\r\n?)"
    rf"|(?P<hyphen>(?<=[{LOW}]){_KEEPS_NONE}-[ ]?\r?\n[ ]*(?=[{LOW}])(?!{_SECOND}))"
    rf"|(?P<broken>(?<=[{LOW}]-)[ ]?\r?\n[ ]*(?=[{LOW}])|(?<=[A-Za-z]-)\r?\n(?=[A-Z]))"
    r"|(?P<space> {2,})|(?P<form>[\ufb1d-\ufdff\ufe70-\ufefc])|(?P<lig>[\ufb00-\ufb06])"
)


def clean(text: str) -> str:
    """The text with typography folded and without invisible characters, wrapping and double spaces: for comparing and
    showing."""
    return " ".join(fold(text).text.split())


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; `offsets[i]` is where its character i begins in the raw text, with one more entry for the end."""

    text: str
    offsets: array[int]
    raw: str

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The raw half-open span of the folded one; empty spans stay empty."""
        if end <= start:
            return self.offsets[start], self.offsets[start]
        first, last = self.offsets[start], self.offsets[end - 1] + 1
        return first, last


_CAPITALS = re.compile(r"[A-Z\u00c0-\u00d6\u00d8-\u00de\u0160\u017d][A-Z\u00c0-\u00d6\u00d8-\u00de\u0160\u017d'-]*")
_PARTICLES = frozenset({"da", "de", "di", "do", "dos", "du", "van", "von", "der", "den", "la", "el", "bin", "al"})
_OF_STATES = re.compile(r"\b(?:THE|BY|OF|AND) $")


@cache
def _kept() -> tuple[frozenset[str], frozenset[str]]:
    """Words that are written with a capital wherever they stand, and initials that stay all capitals ("WHO" is rather
    the pronoun)."""
    words = lexicon()
    countries = {part for row in country_names() for name in row.english for part in name.split()}
    bodies = {name for name in words.orgs if " " not in name} | {"Reserve"}  # of longer ones the words are ordinary
    offices = words.titles | words.posts | words.ranks | (words.org_heads - words.trades)
    return words.given | words.capitals | countries | offices | bodies | _MONTHS, words.rails | (
        set(words.orgs) - {"WHO"}
    )


def _spoken(text: str) -> str:
    """A text set all in capitals, as cables are, with the capitals of ordinary writing: of names, titles, months and
    heads of bodies, and of what follows a title or given name (same length)."""
    upper = sum(map(text.count, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    lower = sum(map(text.count, "abcdefghijklmnopqrstuvwxyz"))
    if upper < 150 or lower > 0.1 * upper:
        return text
    names = _introduced(text)
    first = _recased(text, names, frozenset(names))
    return first if not names else _recased(text, set(), frozenset(names))


@cache
def _introductions() -> re.Pattern[str]:
    """What leads to a name in a text in capitals: a post with its place, or being appointed."""
    posts = "|".join(
        sorted({w.upper() for w in lexicon().posts} | {"CHARGE", "DIRECTOR GENERAL"}, key=len, reverse=True)
    )
    name = r"(?P<{0}>[A-Z][A-Z'-]+(?: [A-Z][A-Z'-]+){{1,3}})"
    place = r"(?: (?:OF|FOR|TO|IN|AT) (?:THE )?[A-Z-]+(?: AFFAIRS| [A-Z-]+)?| HERE)?"
    after = r"(?=,| (?:TOLD|SAID|SAYS|IS|WAS|HAS|HAD|WILL|WOULD|DID|DENIED|ADDED|REPLIED|ARGUED|CLAIMED)\b)"
    return re.compile(
        rf"\b(?:{posts}){place}, {name.format('a')}{after}"
        rf"|\b(?:APPOINTED|NAMED|NOMINATED) (?:U |DAW |MR\.? |DR\.? )?{name.format('b')} (?:AS|TO)\b"
        rf"|\b(?:{posts}){place} {name.format('c')} (?=(?:TOLD|SAID|SAYS|IS|WAS|HAS|DENIED|ADDED)\b)"
    )


def _introduced(text: str) -> set[str]:
    """The words of the names that a post or an appointment introduces in a text in capitals, none of them known as
    another word."""
    words, found = lexicon(), set[str]()
    kept, bodies = _kept()
    known = {w for w in kept if w not in words.given} | words.not_names | words.org_heads | words.posts
    for match in _introductions().finditer(text):
        parts = (match["a"] or match["b"] or match["c"]).split()
        while match["c"] and len(parts) > 2:
            parts = parts[1:]  # "MINISTER OF THAILAND X Y": the last two
        plain = any(p.lower() in words.function | _VERBS or p in bodies or p.title() in known for p in parts)
        if not plain:
            found |= {p.title().removeprefix("Al-").removeprefix("El-") for p in parts} | {p.title() for p in parts}
    return found


def _recased(text: str, names: set[str], learnt: frozenset[str] = frozenset()) -> str:
    """The text with ordinary capitals; what follows a title or given name is added to `names`, so that a surname keeps
    its capital where it stands alone."""
    words = lexicon()
    leads = words.titles | words.posts | words.ranks | words.given
    kept, bodies = _kept()
    out, position, after = [], 0, False
    for match in _CAPITALS.finditer(text):
        owned = "'s" if match.group().endswith("'S") else ""
        word = match.group().removesuffix("'S")
        small, title = word.lower(), word.title()
        out.append(text[position : match.start()])
        gap = out[-1]
        first = not position or "\n" in gap or any(c in ".?!:" for c in gap)
        after = after and gap in {" ", ". "}
        past = len(word) > 5 and word.endswith("ED") and title not in kept
        common = small in words.function or small in _VERBS or word == "FM" or past
        if after and small in _PARTICLES:
            out.append(small)
            position = match.end()
            continue
        known = (title in kept or title in learnt) and not common
        dated = word == "MAY" and (gap[-2:-1].isdigit() or text[match.end() + 1 : match.end() + 2].isdigit())
        if gap[-1:].isdigit() or dated:
            new = word if not dated else title
        elif word in bodies or (word in {"US", "UK", "UN", "EU"} and gap[-1:] in " -/("):
            new = (
                word
                if word != "US" or (gap == " " and _OF_STATES.search(text, max(0, match.start() - 5), match.start()))
                else small
            )
        elif (
            known
            or first
            or (after and not common)
            or (title in words.not_names and _beside_head(text, match, words))
            or (len(word) > 4 and not common and _opens_body(text, match, words))
        ):
            new = title
        else:
            new = small
        out.append(new + owned)
        if after and new == title and len(word) > 3 and title not in kept and title not in words.not_names:
            names |= {title, title.removeprefix("Al-").removeprefix("El-")}
        after = not owned and ((title in leads and not common) or (after and new == title and len(word) > 2))
        position = match.end()
    return "".join(out) + text[position:]


_MONTHS = (
    frozenset(["January", "February", "March", "April", "June", "July", "August", "September"])
    | frozenset(["October", "November", "December", "Monday", "Tuesday", "Wednesday", "Thursday"])
    | frozenset(["Friday", "Saturday", "Sunday"])
)
_VERBS = frozenset(["told", "said", "met", "agreed", "denied", "will", "would", "has", "had", "was", "is"]) | frozenset(
    ["asked", "added", "noted", "confirmed", "reported"]
)


def _beside_head(text: str, match: re.Match[str], words: Lexicon) -> bool:
    """Whether a word stands before the head of a body's name, or in what it is of: Central Bank, Ministry of Foreign
    Affairs."""
    following = _CAPITALS.match(text, match.end() + 1)
    if following and following.group().title() in words.org_heads and match.group().lower() not in words.function:
        return True
    before = re.search(r"([A-Z]+) (?:OF|FOR) (?:THE )?(?:[A-Z]+ )?$", text[max(0, match.start() - 40) : match.start()])
    return bool(before and before.group(1).title() in words.org_heads and match.group().lower() not in words.function)


def _opens_body(text: str, match: re.Match[str], words: Lexicon) -> bool:
    """Whether a word that is not known opens a body's name: MYAWADDY FOREIGN TRADE BANK."""
    between = 0
    following = _CAPITALS.match(text, match.end() + 1)
    while following and following.group().title() in words.not_names | words.specific and between < 3:
        if following.group().lower() in words.function:
            return False
        following, between = _CAPITALS.match(text, following.end() + 1), between + 1
    return bool(between and following and following.group().title() in words.org_heads - words.trades)


def _latinise(word: re.Match[str]) -> str:
    token = word.group()
    if token.isascii() or not any("A" <= c <= "z" for c in token):
        return token
    return token.translate(_LOOK_ALIKE)


def arabic(text: str) -> bool:
    """Whether a text has letters of the Arabic script, in which Persian is written."""
    return not text.isascii() and re.search("[\u0600-\u06ff]", text) is not None


def fold(raw: str) -> Folded:
    """Fold a raw text for matching; linear in its length. The last short texts are kept: a text is folded to find what
    is private in it, and again to be read."""
    return _fold_short(raw) if len(raw) < _SHORT else _fold(raw)


_SHORT = 100_000


@lru_cache(maxsize=4)
def _fold_short(raw: str) -> Folded:
    return _fold(raw)


def _fold(raw: str) -> Folded:
    text = raw.translate(_ONE_TO_ONE)
    if not text.isascii():
        text = _MIXED_WORD.sub(_latinise, text)
    text = unwrap(_spoken(ruled(text)))
    parts: list[str] = []
    offsets = array("l")
    position = 0
    plain = text.isascii() and not any(map(text.__contains__, ("\r", "\x00", "  ", "-\n", "- \n")))
    for match in () if plain else _CHANGE.finditer(text):
        start, end = match.span()
        parts.append(text[position:start])
        offsets.extend(range(position, start))
        kind = match.lastgroup
        if kind == "zwnj":
            around = text[max(start - 1, 0) : start] + text[end : end + 1]
            new = " " if len(around) == 2 and re.fullmatch(rf"[{_ARABIC}]{{2}}", around) else ""
        elif kind == "cr":
            new = "\n"
        elif kind == "space":
            new = " "
        elif kind in {"form", "lig"}:
            new = unicodedata.normalize("NFKC", match.group()).translate(_ONE_TO_ONE)
        else:
            new = ""
        parts.append(new)
        offsets.extend([start] * len(new))
        position = end
    parts.append(text[position:])
    offsets.extend(range(position, len(raw)))
    offsets.append(len(raw))
    return Folded("".join(parts), offsets, raw)
