"""The word lists that the rules look for, read once from `data/`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files


def _data(name: str) -> str:
    return (files("countervail.evidence") / "data" / name).read_text(encoding="utf-8")


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
class PersianLexicon:
    """Word lists of Persian; entries with several words are kept longest first."""

    titles: tuple[str, ...]
    posts: tuple[str, ...]
    honorifics: frozenset[str]
    org_heads: frozenset[str]
    org_words: frozenset[str]
    stop: frozenset[str]
    given: frozenset[str]


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
    s = data_sections("lexicon.txt")
    given = frozenset(
        w for line in _data("given_names.txt").splitlines() if not line.startswith("#") for w in line.split()
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
def persian() -> PersianLexicon:
    """The Persian word lists, in folded spelling."""
    s = {
        key: [w.replace("\u200c", " ").replace("أ", "ا").replace("ة", "ه") for w in words]
        for key, words in data_sections("persian.txt").items()
    }
    by_length = {key: tuple(sorted(set(words), key=len, reverse=True)) for key, words in s.items()}
    return PersianLexicon(
        titles=by_length["titles"],
        posts=by_length["posts"],
        honorifics=frozenset(s["honorifics"]),
        org_heads=frozenset(s["org_heads"]),
        org_words=frozenset(s["org_words"]),
        stop=frozenset(s["stop"]),
        given=frozenset(s["given"]),
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
