"""Which claims are of one witness: one text in two sources, one house, one speaker however named, one letter.

Of every text a small sketch is kept: the lowest hashes of its runs of words (bottom-k of shingles), and of its runs
of countries and dates, which a translation keeps. A source that shares enough of either with an earlier one is of its
group. Time and memory grow with the number of different texts, not with their pairs.

Beside the texts it is compared who speaks: the speaker of the claim, whoever the article credits (`credits`), the
signatory of the letter. A paper is one under the names "The Dunmere Post" and "dunmerepost.com", a person under "Toma
Velisar", "Secretary Velisar" and other spellings, a body where its office or spokesman speaks.
"""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any, Literal

from countervail.evidence.claims.actors import NOUNS
from countervail.evidence.credits import wires
from countervail.evidence.model import slug
from countervail.evidence.text.tokens import data_sections

Sameness = Literal["same", "perhaps", "other"]
"""Whether two voices are one."""

_TABLES = data_sections("english/credits.txt")
_EDITION, _ORGANS = frozenset(_TABLES["editions"]), frozenset(_TABLES["organs"])
_TEXTS = frozenset(_TABLES["texts"])
_LINKING = frozenset(["of", "the", "for", "s", "and", "in", "at", "to", "a", "an"])
_LEAST = 5  # letters of a name that may be spelled in several ways
_LONG = 6  # words of a quotation that two papers do not find each for itself


@lru_cache(maxsize=20_000)
def house(name: str) -> str:
    """A publisher's name, or the slug of one, without what differs between its editions."""
    plain = wires().get(slug(name), slug(name))
    words = [w for w in re.split(r"[-.]+", plain) if w]
    return "".join(w for w in words if w not in _EDITION) or plain


def voices(
    claim: Mapping[str, Any], credits: Sequence[str], document: Mapping[str, Any], posts: Mapping[str, Sequence[str]]
) -> list[str]:
    """Who says a claim, each as an identifier with the posts that its source gives: the persons and bodies of its
    attribution, whom an article credits, and the letter it stands in by number and day."""
    found = [a for a in claim.get("attribution", ()) if a[:2] in {"o.", "p.", "c.", "n."}]
    if speaker := claim.get("speaker"):
        found.append(speaker)
    if document.get("kind", "article") == "article":
        found += credits
    else:
        found += [i for i in (_letter(document), "d.letter") if i]
    return ["|".join([i, *posts.get(i, ())]) for i in dict.fromkeys(found)]


def _letter(document: Mapping[str, Any]) -> str:
    """A letter by its number and day."""
    header = document.get("header") or {}
    number = header.get("number")
    value = _digits(str(number.get("value", ""))) if isinstance(number, Mapping) else ""
    day = (document.get("date") or {}).get("edtf") or ""
    return f"l.{value}@{day}" if len(value) >= 3 and day else ""


_NUMBERED = re.compile(r"\b(?:[Nn]os?\.?|[Nn]umber|[Rr]ef(?:erence|\.)?):? ?(?P<n>\d[\w/.-]*\d[\w/-]*)")


def numbers_in(text: str) -> list[str]:
    """The letters that an article speaks of by their numbers."""
    return [f"l.{_digits(m.group('n'))}@" for m in _NUMBERED.finditer(text[:200_000])][:20]


def words_quoted(mentions: Iterable[Mapping[str, Any]]) -> list[str]:
    """The longer quotations of an article: two that have one of them were told by one speaker on one occasion."""
    said = [re.findall(r"\w+", str(m["value"]).lower()) for m in mentions if m["type"] == "quote" and m["value"]]
    return [f"q.{zlib.crc32(' '.join(words).encode()):x}" for words in said if len(words) >= _LONG][:20]


def _digits(number: str) -> str:
    plain = re.sub(r"\W+", "", number).lower()
    return "".join(str(int(c)) if c.isdigit() else c for c in plain)


def posts_of(claims: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The posts and bodies of the persons of a source."""
    found: dict[str, list[str]] = {}
    for claim in claims:
        value = claim.get("value")
        if claim["predicate"] == "holds_post" and isinstance(value, Mapping):
            words = " ".join(str(value[k]) for k in ("post", "organisation") if value.get(k))
            found.setdefault(str(claim["subject"]), []).append(slug(words))
    return found


def same_house(a: str, b: str) -> bool:
    """Whether two publishers, as slugs, are one, in one script or in two."""
    return bool(a and b) and _bodies(f"o.{a}", f"o.{b}") == "same"


def named_by(voices: Sequence[str], people: Iterable[str]) -> bool:
    """Whether a person among the voices of a claim is one of those whom another source names, as slugs."""
    said = [i for v in voices if (i := v.split("|")[0])[:2] == "p." and not _is_role(i)]
    return any(_persons(i[2:], p) == "same" for i in said for p in people)


@lru_cache(maxsize=200_000)
def one_voice(a: tuple[str, ...], b: tuple[str, ...]) -> Sameness:
    """Whether any of the voices of two claims are one."""
    found: Sameness = "other"
    for x in a:
        for y in b:
            same = _alike(x, y)
            if same == "same":
                return same
            found = same if same == "perhaps" else found
    return found


@lru_cache(maxsize=200_000)
def of_house(publisher: str, voices: tuple[str, ...]) -> Sameness:
    """Whether any of the voices of a claim is the publisher of another source, a slug."""
    found = [_bodies(f"o.{publisher}", v.split("|")[0]) for v in voices if publisher and v.startswith("o.")]
    office = {"minister" if w == "ministry" else w for w in _words(f"o.{publisher}")}
    posts = [_words(f"p.{post}") for v in voices for post in v.split("|")[1:]]
    found += ["perhaps" for words in posts if publisher and len(words) > 1 and (words <= office or office <= words)]
    return max(found, key=_ORDER.index, default="other")


def _office(voice: str) -> str:
    """A voice, an office that is read as a thing as the person who holds it."""
    role = voice.startswith("n.") and not _words(voice).isdisjoint(NOUNS["persons"] | _ORGANS)
    return f"p.{voice[2:]}" if role and _words(voice).isdisjoint(_TEXTS) else voice


@lru_cache(maxsize=200_000)
def _alike(x: str, y: str) -> Sameness:
    (a, *posts_a), (b, *posts_b) = _office(x).split("|"), _office(y).split("|")
    kinds = {a[:2], b[:2]}
    if a == b and kinds == {"d."}:
        return "other"  # two letters, not one
    if a == b:
        return "perhaps" if _vague(a) else "same"
    if not kinds.isdisjoint({"l.", "c.", "d.", "n.", "q."}):
        return _things(a, b, kinds)
    role_a, role_b = _is_role(a), _is_role(b)
    if not role_a and not role_b:
        if a[0] == b[0]:
            return _persons(a[2:], b[2:]) if a[0] == "p" else _bodies(a, b)
        posts, body = (posts_a, b) if a[0] == "p" else (posts_b, a)
        words, person = _words(body), a if a[0] == "p" else b
        if words - _ORGANS == _words(person):
            return "same"  # "the office of X"
        return "perhaps" if words and any(words <= _words(f"o.{p}") for p in posts) else "other"
    if role_a and role_b:
        return _roles(a, b)
    role, posts, named = (a, posts_b, b) if role_a else (b, posts_a, a)
    if named[0] == "o":
        return _roles(role, named)
    return max((_roles(role, f"p.{p}") for p in posts), key=_ORDER.index, default="other")


_ORDER: tuple[Sameness, ...] = ("other", "perhaps", "same")


def _things(a: str, b: str, kinds: set[str]) -> Sameness:
    """Two voices of which one is a text, a state, or somebody of whom it is not known what he is."""
    if kinds == {"l."}:
        (x, day), (y, other) = a.split("@"), b.split("@")
        return "same" if x == y and (not day or not other) else "other"
    thing, rest = (a, b) if a[0] == "n" else (b, a)
    if thing[0] != "n":
        return "other"
    if rest[0] == "d":
        return "other" if _words(thing).isdisjoint(_TEXTS) else "perhaps"
    if rest[0] == "n":
        some, others = _words(a), _words(b)
        return "perhaps" if some <= others or others <= some else "other"
    if rest[0] == "p" and "-" not in thing:
        return "same" if thing[2:] == rest[2:].split("-")[-1] else "other"
    return "other"


def _words(identifier: str) -> frozenset[str]:
    """The words of an identifier that tell it from others of its kind."""
    return frozenset(identifier[2:].split("-")) - _LINKING


def _is_role(identifier: str) -> bool:
    """Whether somebody is known by an office alone: "the foreign minister of X", "officials"."""
    return identifier[0] == "p" and not _words(identifier).isdisjoint(NOUNS["persons"] | NOUNS["plurals"] | _ORGANS)


def _vague(identifier: str) -> bool:
    """Whether a description fits many: "officials", "a source", nobody named."""
    words = _words(identifier)
    return identifier in {"p.unnamed", "p.unknown"} or (_is_role(identifier) and len(words) < 3 and not words - _bare())


def _bare() -> frozenset[str]:
    return NOUNS["persons"] | NOUNS["plurals"] | _ORGANS | {"senior", "former", "several", "some", "two", "three"}


def _roles(a: str, b: str) -> Sameness:
    """Two offices, or an office and the body that it speaks for."""
    x, y = _words(a), _words(b)
    if x == y:
        return "perhaps" if _vague(a) else "same"
    rest_a, rest_b = x - _ORGANS, y - _ORGANS
    if rest_a == rest_b and rest_a:
        return "same"
    return "perhaps" if rest_a and rest_b and (rest_a <= rest_b or rest_b <= rest_a) else "other"


_PAPERS = frozenset(_TABLES["papers"])


def _called(identifier: str) -> str:
    """The name of a paper or agency without what it is: "Darya" of "Darya News Agency", in two scripts."""
    return "-".join(w for w in identifier[2:].split("-") if w not in _PAPERS)


def _bodies(a: str, b: str) -> Sameness:
    """Two bodies or papers: one where only the edition, or the office that speaks, differs."""
    if house(a[2:]) == house(b[2:]) or (
        a.isascii() != b.isascii() and len(skeleton(a[2:])) >= _LEAST - 1 and skeleton(a[2:]) == skeleton(b[2:])
    ):
        return "same"
    if a.isascii() != b.isascii():
        bare = skeleton(_called(a)), skeleton(_called(b))
        return "other" if bare[0] != bare[1] or not bare[0] else "same" if len(bare[0]) >= _LEAST - 1 else "perhaps"
    x, y = _words(a) - _EDITION, _words(b) - _EDITION
    rest_a, rest_b = x - _ORGANS, y - _ORGANS
    if rest_a and rest_a == rest_b:
        return "same"
    return "perhaps" if (x and x < y) or (y and y < x) else "other"


# -- persons -----------------------------------------------------------------------------------------------------------

_SOUNDS = (("kh", "k"), ("gh", "g"), ("q", "g"), ("sh", "s"), ("ch", "c"), ("zh", "z"), ("ph", "f"), ("x", "ks"))
_PERSIAN = str.maketrans(
    "بپتطثسصجچحهخدذزضظرژشعغقفکكگلمنوىیيءآا",
    "bpttssscc\0\0kdzzzzrzs\0ggfkkglmn\0\0\0\0\0\0\0",
)


def skeleton(name: str) -> str:
    """The consonants of a name, the same in the spellings of two scripts: "Moshirpour" and its Persian letters."""
    text = re.sub(r"c(?![eiyh])", "k", name.lower())
    for letters, sound in _SOUNDS:
        text = text.replace(letters, sound)
    text = text.translate(_PERSIAN).replace("\0", "").replace("j", "c")
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouywhv\W_]", "", text))


def _spelled(a: str, b: str) -> bool:
    """Whether two words are one name, in two spellings at most."""
    if a == b:
        return True
    if min(len(a), len(b)) < _LEAST or a[0] != b[0]:
        return False
    return skeleton(a) == skeleton(b) or SequenceMatcher(None, a, b).ratio() >= 0.85


def _persons(a: str, b: str) -> Sameness:
    """Two persons by their names: the last names agree, and the first ones, where both have one."""
    x, y = a.split("-"), b.split("-")
    if not (a.isascii() and b.isascii()):
        if a.isascii() == b.isascii():
            return "same" if x[-1] == y[-1] and (len(x) == 1 or len(y) == 1) else "other"
        return "same" if len(skeleton(a)) >= 4 and skeleton(a) == skeleton(b) else "other"
    if len(skeleton(a)) >= _LEAST and skeleton(a) == skeleton(b):
        return "same"
    if not _spelled(x[-1], y[-1]):
        return "other"
    if len(x) == 1 or len(y) == 1:
        return "same"
    first, other = x[0], y[0]
    short = min(len(first), len(other)) == 1 and first[0] == other[0]
    return (
        "same"
        if short or _spelled(first, other) or (first[0] == other[0] and skeleton(first) == skeleton(other))
        else "other"
    )


# -- texts -------------------------------------------------------------------------------------------------------------

_WORDS = 4  # of a run of words
_FACTS = 2  # of a run of countries, dates and numbers
_KEPT = 48  # hashes of a text
_ALIKE = 0.35  # share of the hashes of two texts that are one; half of the words changed give about 0.2
_TRANSLATED = 0.5
_FEWEST = 8  # runs that a text must have to be told from others
_FEWEST_SHORT = 5  # runs of facts of a short text that names two days or more
_FULL, _BRIEF = 24, 0.5  # runs of a text of more than a sentence or two, and the share where there are fewer
_SHORT = 0.8  # share of those that a translation of it keeps
_NOTE = range(16, 65)  # words of content of a text so short that few runs survive an editor
_EDITED = 0.7  # share of those that an edited copy keeps; two reports of one event have about a third in common


def sketch(items: Sequence[str], run: int, fewest: int = _FEWEST) -> frozenset[int]:
    """The lowest hashes of the runs of some items; none where there are too few."""
    runs = {zlib.crc32(" ".join(items[i : i + run]).encode()) for i in range(len(items) - run + 1)}
    return frozenset(sorted(runs)[:_KEPT]) if len(runs) >= fewest else frozenset()


def _content(text: str) -> frozenset[int]:
    """The hashes of the longer words and the numbers of a short text; none of a longer one."""
    words = {w for w in re.findall(r"\w+", text.lower()) if len(w) > 3 or w.isdigit()}
    return frozenset(zlib.crc32(w.encode()) for w in words) if len(words) in _NOTE else frozenset()


class Witnesses:
    """Groups sources as they come; the sketches are kept in a database."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        db.execute("create table sketches(hash integer, kind integer, persian integer, source text)")
        db.execute("create index by_hash on sketches(hash, kind)")
        self._sizes: dict[tuple[str, int], int] = {}

    def group(self, source: str, text: str, mentions: Iterable[Mapping[str, Any]] = ()) -> str:
        """The group of a source: the first source that says the same, or the source itself."""
        persian = int(len(re.findall(r"[\u0600-\u06ff]", text[:4000])) > 200)
        words = sketch(re.findall(r"\w+", text.lower()), _WORDS)
        told = [m for m in mentions if m["type"] in {"country", "date"} and m["value"]]
        days = {str(m["value"]) for m in told if m["type"] == "date" and len(str(m["value"])) == 10}
        facts = sketch([str(m["value"]) for m in told], _FACTS, _FEWEST_SHORT if len(days) > 1 else _FEWEST)
        note = _content(text)
        found = (
            self._match(words, 0, _ALIKE, persian)
            or self._match(facts, 1, _TRANSLATED, 1 - persian)
            or self._match(note, 2, _EDITED, persian)
        )
        if found is None:
            for kind, hashes in enumerate((words, facts, note)):
                self._sizes[source, kind] = len(hashes)
                rows = [(value, kind, persian, source) for value in hashes]
                self.db.executemany("insert into sketches values(?,?,?,?)", rows)
        return found or source

    def _match(self, hashes: frozenset[int], kind: int, share: float, persian: int) -> str | None:
        """The earlier source with the most hashes in common; a translation is in the other script."""
        if not hashes:
            return None
        marks = ",".join("?" * len(hashes))
        query = (
            f"select source, count(*) from sketches where hash in ({marks}) and kind = ? and persian = ? "
            "group by source order by 2 desc limit 1"
        )
        for source, count in self.db.execute(query, (*hashes, kind, persian)):
            least = min(len(hashes), self._sizes[source, kind])
            if count >= (_SHORT if least < _FEWEST else max(share, _BRIEF) if least < _FULL else share) * least:
                return str(source)
        return None


class OriginGroups:
    """The sources of one origin each, by what they have in common, in linear time."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}
        self._parent: dict[str, str] = {}
        self._why: dict[str, set[str]] = {}

    def add(self, source: Mapping[str, Any], group: str, quotations: Iterable[str]) -> None:
        """Take in a source with the group of its text and what it quotes."""
        name = str(source["name"])
        self._parent[name] = name
        marks = [(f"text {group}", "one text or its translation")]
        marks += [(f"leak {source['origin']}", "one leak")] if str(source["origin"]).startswith("leak:") else []
        marks += [(mark, "the same words quoted") for mark in quotations]
        who = [c for c in source.get("credits", ()) if c[:2] in {"o.", "p."}]
        marks += [(f"{c[0]} {house(c[2:])}", f"both credit {c[2:].replace('-', ' ')}") for c in who]
        if source.get("publisher"):
            marks.append((f"o {house(slug(source['publisher']))}", f"of or from {source['publisher']}"))
        for mark, reason in marks:
            one, other = self._root(self._first.setdefault(mark, name)), self._root(name)
            if one != other:
                self._parent[other] = one
                self._why.setdefault(one, set()).update({reason}, self._why.pop(other, set()))

    def _root(self, name: str) -> str:
        while self._parent[name] != name:
            self._parent[name] = name = self._parent[self._parent[name]]
        return name

    def rows(self) -> list[tuple[tuple[str, ...], str]]:
        """The names of the sources of each origin, and why they are one."""
        found: dict[str, list[str]] = {}
        for name in self._parent:
            found.setdefault(self._root(name), []).append(name)
        return [(tuple(names), "; ".join(sorted(self._why.get(root, ())))) for root, names in found.items()]
