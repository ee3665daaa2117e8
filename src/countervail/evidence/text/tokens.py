"""The words of a folded text with what the name rules ask of them, and places in a text: mentions, spans already used,
and the pattern that finds the longest of many names in one linear pass."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple

# -- word lists --------------------------------------------------------------------------------------------------------


def _data(name: str) -> str:
    """A list by its name in `data/`, or in `languages/` with its language before it ("english/verbs.txt")."""
    folder = "languages" if "/" in name else "data"
    return (files("countervail.evidence") / folder / name).read_text(encoding="utf-8")


def data_lines(name: str) -> list[str]:
    """The lines of a list in `data/` without comments."""
    return [line for line in _data(name).splitlines() if line and not line.startswith("#")]


def data_sections(name: str, lines: bool = False) -> dict[str, list[str]]:
    """The sections of a word list in `data/`: its words, or its lines."""
    sections: dict[str, list[str]] = {}
    current: list[str] = []
    for line in _data(name).splitlines():
        if line.startswith("["):
            current = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            current.extend([line] if lines else line.split("|") if "|" in line else line.split())
    return sections


class _Unaccented(frozenset[str]):
    """Words that are found with accents too: Lucía as Lucia."""

    def __contains__(self, word: object) -> bool:
        if super().__contains__(word):
            return True
        if not isinstance(word, str) or word.isascii():
            return False
        return super().__contains__(_unaccented(word))


def _unaccented(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Word lists of English: titles, ranks, posts, heads of organisation names, known bodies, and what is never a
    name."""

    titles: frozenset[str]
    ranks: frozenset[str]
    posts: frozenset[str]
    org_heads: frozenset[str]
    weak_heads: frozenset[str]
    orgs: tuple[str, ...]
    rails: frozenset[str]
    not_names: frozenset[str]
    capitals: frozenset[str]
    given: frozenset[str]
    function: frozenset[str]
    not_initials: frozenset[str]
    trades: frozenset[str]
    specific: frozenset[str]


@dataclass(frozen=True, slots=True)
class CountryName:
    """One row of the gazetteer: its ISO codes (two where the name is ambiguous) and names."""

    codes: tuple[str, ...]
    english: tuple[str, ...]
    persian: tuple[str, ...]
    adjectives: tuple[str, ...]


@cache
def lexicon() -> Lexicon:
    """The English word lists."""
    s = data_sections("english/lexicon.txt")
    given = _Unaccented(
        form
        for line in _data("english/given_names.txt").splitlines()
        if not line.startswith("#")
        for word in line.split()
        for form in (word, _unaccented(word))
    )
    return Lexicon(
        titles=frozenset(s["titles"]),
        ranks=frozenset(s["ranks"]),
        posts=frozenset(s["posts"]),
        org_heads=frozenset(s["org_heads"]),
        weak_heads=frozenset(s["weak_heads"]),
        orgs=tuple(sorted(set(s["orgs"]), key=len, reverse=True)),
        rails=frozenset(s["rails"]),
        not_names=frozenset(s["not_names"]),
        capitals=frozenset(s["capitals"]),
        given=given,
        function=frozenset(s["function"]),
        not_initials=frozenset(s["not_initials"]),
        trades=frozenset(s["trades"]),
        specific=frozenset(s["specific"]),
    )


@cache
def country_names() -> tuple[CountryName, ...]:
    """The gazetteer's rows. `Congo` and `Korea` alone have two codes and stay so."""
    rows = []
    lines = _data("country_names.tsv").splitlines()[1:]
    for line in lines:
        # the code column of an ambiguous name holds two codes
        code, english, farsi, adjectives = (*line.split("\t"), "", "", "")[:4]
        rows.append(
            CountryName(
                tuple(code.split("|")),
                tuple(english.split("|")),
                tuple(n.replace("\u200c", " ") for n in farsi.split("|") if n),
                tuple(a for a in adjectives.split("|") if a),
            )
        )
    return tuple(rows)


# -- tokens ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mention:
    """A half-open span of code points, its type and value (ISO3, EDTF or surface text; None where open or
    ambiguous)."""

    start: int
    end: int
    type: str
    value: str | None
    detail: dict[str, Any] = field(default_factory=dict, compare=False)

    def row(self, source: str) -> dict[str, Any]:
        """The line of `mentions.jsonl`, with what is known beyond the five fixed fields."""
        return {
            "source": source,
            "start": self.start,
            "end": self.end,
            "type": self.type,
            "value": self.value,
            **self.detail,
        }


class Taken:
    """Spans already used: non-overlapping intervals with a fast test."""

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._spans = sorted(spans)
        self._starts = [s for s, _ in self._spans]

    def overlaps(self, start: int, end: int) -> bool:
        """Whether [start, end) touches a taken span."""
        i = bisect_right(self._starts, start)
        return (i > 0 and self._spans[i - 1][1] > start) or (i < len(self._spans) and self._spans[i][0] < end)

    def add(self, start: int, end: int) -> None:
        """Take [start, end)."""
        i = bisect_right(self._starts, start)
        self._spans.insert(i, (start, end))
        self._starts.insert(i, start)


_Node = dict[str, "_Node"]


def _build(node: _Node) -> str:
    branches = [re.escape(char) + _build(child) for char, child in node.items() if char]
    if not branches:
        return ""
    body = branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
    if "" in node:
        return f"(?:{body})?"
    return body


def alternatives(names: Iterable[str]) -> str:
    """The pattern of any of the names, longest first, with shared prefixes merged so that matching does not retry each
    name."""
    root: _Node = {}
    for name in names:
        node = root
        for char in name:
            node = node.setdefault(char, {})
        node[""] = {}
    return _build(root)


def occurrences(names: set[str], text: str, after: str = r"[\w-]") -> Iterator[tuple[int, int]]:
    """Where names stand as words of their own, the longest at a place, and not before what `after` matches."""
    found = list[tuple[int, int]]()
    if len(names) > 50:  # an expression of so many takes less time than they do one by one
        pattern = re.compile(rf"(?<![\w@-]){alternatives(names)}(?!{after})")
        found = [(m.start(), -m.end()) for m in pattern.finditer(text)]
    else:
        for name in names:
            at = text.find(name)
            while at >= 0:
                end, before = at + len(name), text[at - 1 : at]
                if not (before.isalnum() or before in _JOINING) and not re.match(after, text[end : end + 2]):
                    found.append((at, -end))
                at = text.find(name, at + 1)
    last = 0
    for start, minus in sorted(found):
        if start >= last:
            last = -minus
            yield start, last


_JOINING = frozenset("_@-")


class Sought:
    """An expression that is tried only where one of some pieces of text is, "one|other", of which every match has one.

    To look for the pieces takes a small part of the time that the expression takes to find nothing.
    """

    def __init__(self, pieces: str, pattern: str, flags: int = 0) -> None:
        self.pattern, self._pieces = re.compile(pattern, flags), tuple(pieces.split("|"))

    def _may(self, text: str) -> bool:
        """Whether a piece is there; other letters than ASCII may be small in their own way."""
        if self.pattern.flags & re.IGNORECASE:
            if not text.isascii():
                return True
            text = text.lower()
        return any(map(text.__contains__, self._pieces))

    def finditer(self, text: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
        """The matches in text[start:end]."""
        end = len(text) if end is None else end
        return self.pattern.finditer(text, start, end) if self._may(text[start:end]) else iter(())

    def search(self, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        """The first match in text[start:end]."""
        return next(self.finditer(text, start, end), None)


# -- words


@cache
def adjectives() -> frozenset[str]:
    """Words for the people and things of a country, singular and plural."""
    words = {a for row in country_names() for a in row.adjectives}
    return frozenset(words | {w + "s" for w in words})


@cache
def country_words() -> frozenset[str]:
    """Single-word names of countries."""
    return frozenset(name for row in country_names() for name in row.english if " " not in name)


@cache
def two_word_countries() -> frozenset[str]:
    """Names of countries in two words: Viet Nam."""
    return frozenset(name for row in country_names() for name in row.english if name.count(" ") == 1)


_WORD = re.compile(r"[^\W_](?:[\w'&-]*\w)?")
_PARTICLE = re.compile(r"(?:al|el|ul|as|ad|ash|at|an|az|ar|bin|abu|ben|ol|ud|d'|l'|dell'|de')-?(?=[A-Z])")
"""A particle that is written in one with a name: al-Assad, d'Escoto."""
FUNCTION = lexicon().function


class Token(NamedTuple):
    """A word with its folded span, whether it begins with a capital, and what stands between it and the word before."""

    text: str
    start: int
    end: int
    capital: bool
    gap: str
    first: bool  # of its sentence or line

    @property
    def bare(self) -> str:
        """The word without a possessive ending, with a head noun or post that an OCR misread put right ("Cornpany")."""
        return _bare(self.text, self.capital)


_CONFUSED = str.maketrans({"l": "i", "1": "i", "|": "i", "!": "i", "0": "o", "5": "s", "8": "b", "e": "c"})


def _shape(word: str) -> str:
    """What is left of a word when the letters that an OCR confuses are made equal."""
    return word.lower().replace("rn", "m").translate(_CONFUSED)


@cache
def _heads() -> dict[str, str]:
    words = lexicon()
    return {_shape(w): w for w in words.org_heads | words.posts | words.titles if len(w) >= 5}


_SHORTENED = ("'m", "'d", "'ve", "'ll", "'re")


@lru_cache(maxsize=50_000)
def _bare(text: str, capital: bool) -> str:
    word = text[:-2] if text.endswith("'s") else text.rstrip("'")
    if word.endswith(_SHORTENED):
        word = word[: word.index("'")]  # "I'm Fergus": "I" is no part of the name
    if capital and len(word) >= 5:
        repaired = _heads().get(_shape(word))
        if repaired is not None and repaired.lower() != word.lower():
            return repaired
    return word


def _misread_capital(word: str) -> bool:
    """Whether a small l stands for the capital I of a word that is always written with one ("lranian")."""
    if word[0] != "l" or len(word) < 4:
        return False
    whole = "I" + word[1:]
    return (
        whole in adjectives()
        or whole in country_words()
        or whole
        in {
            "Islamic",
            "International",
            "Investment",
            "Institute",
            "Industry",
            "Industries",
            "Interior",
            "Information",
            "Infrastructure",
        }
    )


def tokenise(text: str) -> list[Token]:
    """The words of a text in order; linear."""
    tokens: list[Token] = []
    end = 0
    for match in _WORD.finditer(text):
        word = match.group()
        gap = text[end : match.start()]
        abbreviation = bool(tokens) and gap == ". " and len(tokens[-1].text) <= 3 and tokens[-1].capital
        first = (
            not tokens
            or "\n" in gap
            or (any(c in ".!?" for c in gap) and not abbreviation)
            or (gap[-1:] in '"' and gap[:1] != " ")
        )
        capital = word[0].isupper() or (not word.islower() and bool(_PARTICLE.match(word))) or _misread_capital(word)
        tokens.append(Token(word, match.start(), match.end(), capital, gap, first))
        end = match.end()
    return tokens


@cache
def names_of_states() -> frozenset[str]:
    """The English names of all states."""
    return frozenset(name for row in country_names() for name in row.english)


@cache
def broken_names() -> frozenset[tuple[str, str]]:
    """Words of names of states that a line may break between: "Papua New", "Guinea"; not where the first is a name."""
    names = names_of_states()
    pairs = {p for name in names for p in pairwise(name.split()) if p[0] not in names and p[0][0].isupper()}
    return frozenset((a, b) for a, b in pairs if b[0].isupper() and a not in {"The", "Republic"})
