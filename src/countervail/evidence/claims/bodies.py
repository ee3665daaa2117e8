"""Who is meant: a name, description or pronoun as the identifier of a state (`c.`), body (`o.`), person (`p.`) or
other thing (`n.`).

Every organisation and grouping is an actor of its own. Names of one body are brought together where the text says so
("X (ABC)", "renamed ABC", "ABC stands for X") or `data/bodies.txt` or a profile does. "The league" is the last body
that is called so; "it" is the subject before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from countervail import countries
from countervail.evidence.claims.units import Unit, listed_from, phrase_from
from countervail.evidence.model import slug
from countervail.evidence.names.name_words import POST_WORDS
from countervail.evidence.tables import profile
from countervail.evidence.text.documents import Reading
from countervail.evidence.text.tokens import country_names, data_lines, data_sections, lexicon

Span = tuple[int, int]
_NOUNS = {name: frozenset(words) for name, words in data_sections("nouns.txt").items()}
GROUPING = _NOUNS["grouping"]
CLUBS = _NOUNS["clubs"]
"""Nouns of groupings that states are members of."""
_BODIES = GROUPING | _NOUNS["bodies"]
"""Nouns by which a text refers to a grouping of states."""
_SMALL = dict(zip(("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), range(2, 11), strict=True))
_PUBLIC = CLUBS | {"ministry", "bank", "court", "committee", "commission", "council", "parliament", "agency", "treasury"}
_SYSTEMS = frozenset({"system", "mechanism", "pool", "link", "platform", "facility", "scheme", "corridor", "desk", "window"})
_PLURAL_BODIES = frozenset({"banks", "ministries", "treasuries", "parliaments", "embassies", "authorities", "regulators", "firms", "companies"})
_PRONOUNS = {
    "it": "thing",
    "itself": "thing",
    "they": "any",
    "them": "any",
    "he": "person",
    "she": "person",
    "him": "person",
    "her": "person",
    "we": "speaker",
    "i": "speaker",
    "us": "speaker",
    "who": "any",
}
_SHORT_BESIDE = re.compile(r'"? ?\((?:the |or |also |hereafter )?"?')
_OTHER_BESIDE = re.compile(
    r'"?,? ?\(?(?:was |which |that |later |since |is |being ){0,3}(?:renamed|changed to|changing to|also known as'
    r"|also called"
    r'|formerly known as|formerly|previously known as|stands for|standing for|short for|or)(?: as)?,? (?:the )?"?'
)


@cache
def _capitals() -> dict[str, str]:
    found = {c.capital: iso for iso, c in countries.load().items() if c.capital}
    found.update({"Washington": "USA", "Kremlin": "RUS", "Kyiv": "UKR", "Kiev": "UKR", "Delhi": "IND", "Brussels": ""})
    return {k: v for k, v in found.items() if v and k not in {"Victoria", "Kingston", "Georgetown", "San José"}}


@cache
def _adjectives() -> dict[str, tuple[str, ...]]:
    return {a: row.codes for row in country_names() for a in row.adjectives}


def adjective_codes(word: str) -> tuple[str, ...]:
    """The states that an adjective is of; several where it is ambiguous."""
    return _adjectives().get(word, ())


@cache
def _known() -> dict[str, str]:
    """Name of a body of the world -> its full name."""
    rows = [line.split("|") for line in data_lines("bodies.txt")] + [list(row) for row in profile().bodies]
    return {_plain(name): row[0] for row in rows for name in row}


@cache
def _world() -> frozenset[str]:
    """Bodies of the world, which are not what a text is about because it names them."""
    return frozenset(f"o.{_plain(line.split('|')[0])}" for line in data_lines("bodies.txt"))


def _plain(name: str) -> str:
    """A name as compared: without articles and marks."""
    return slug(re.sub(r"\b[Tt]he\b", " ", name).replace("+", " plus"))


def body_id(name: str) -> str:
    """The identifier of a body by any name of it that the world knows."""
    return f"o.{_plain(_known().get(_plain(name), name))}"


_GROUPS = frozenset(
    f"o.{_plain(name)}"
    for name in (
        "BRICS",
        "Organization of the Petroleum Exporting Countries",
        "OPEC+",
        "Shanghai Cooperation Organization",
        "Association of Southeast Asian Nations",
        "North Atlantic Treaty Organization",
        "Gulf Cooperation Council",
        "Economic Community of West African States",
        "Commonwealth of Independent States",
        "Collective Security Treaty Organization",
        "Mercosur",
        "Bolivarian Alliance for the Peoples of Our America",
    )
)
"""Groupings of states whose names have no noun that says so."""


class Actors:
    """The actors of one text."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.alias: dict[str, str] = {}
        self.bodies: list[tuple[int, str, frozenset[str]]] = []
        """Bodies named, in order: folded place, id, words of the name in small letters."""
        names = [
            (a, b, " ".join((m.value or "").split()))
            for m, (a, b) in zip(reading.mentions, reading.spans, strict=True)
            if m.type == "organisation" and m.value
        ]
        self.names = list(dict.fromkeys(name for _, _, name in names))
        self._learn(names)
        for a, _, name in names:
            identifier = self.body(name)
            full = identifier[2:].split("-") if identifier in _world() else ()
            self.bodies.append((a, identifier, frozenset([*name.lower().replace("-", " ").split(), *full])))
        folded = reading.folded.text
        self.people = [
            (
                a,
                m.value or "",
                frozenset(re.findall(r"[a-z-]+", (folded[max(0, a - 50) : a] + " " + folded[b : b + 60]).lower())),
            )
            for m, (a, b) in zip(reading.mentions, reading.spans, strict=True)
            if m.type == "person"
        ]
        """People named, in order: folded place, name, the words round it."""
        self.bodies_of_people = self._employers(folded)
        counts: dict[str, int] = {}
        for _, identifier, words in self.bodies:
            if words & CLUBS and identifier not in _world():
                counts[identifier] = counts.get(identifier, 0) + 1
        self.recent: list[str] = []
        """Who was spoken of, the last one first; for pronouns."""
        self.groups: dict[str, list[str]] = {}
        """Actors that were spoken of together, by the id (`g.`) that stands for them."""
        self.fresh = 0
        """For how many sentences more "they" may mean the actors that were last spoken of together."""
        self.spoken: list[str] = []
        """Bodies that something was claimed of, the last one last."""
        self.topic = max(counts, key=lambda k: counts[k]) if counts else None
        """The grouping that the text names most often."""

    def _employers(self, text: str) -> dict[str, str]:
        """The body that each person speaks for: the one named right after a post of theirs, where it is no state's."""
        found: dict[str, str] = {}
        places = list(zip(self.reading.mentions, self.reading.spans, strict=True))
        for (m, (_, b)), (other, (c, _)) in pairwise([p for p in places if p[0].type in {"person", "organisation"}]):
            between = text[b:c]
            if m.type != "person" or other.type != "organisation" or c - b > 70 or re.search(r"[.;:!?]\s", between):
                continue
            if re.search(rf"\b(?:{POST_WORDS})\b", between, re.IGNORECASE) and not re.search(r"\b(?:former|said|who)", between):
                found.setdefault(f"p.{slug(self.reading.full_name(m.value or ''))}", self.body(other.value or ""))
        return found

    def _learn(self, names: Sequence[tuple[int, int, str]]) -> None:
        text = self.reading.folded.text
        for (_, b, name), (c, _, other) in pairwise(names):
            between = text[b:c] if c - b < 60 else ""
            if _SHORT_BESIDE.fullmatch(between) and (other.isupper() or name.isupper()):
                self.join(*((other, name) if other.isupper() else (name, other)))
            elif (match := _OTHER_BESIDE.fullmatch(between)) and (" or " not in match.group() or name.isupper()):
                self.join(*((name, other) if name.isupper() and not other.isupper() else (other, name)))
        for short in {n for _, _, n in names if n.isupper() and 2 < len(n) < 7}:
            if _plain(short) in self.alias or _plain(short) in _known():
                continue
            spelt = {n for _, _, n in names if _initials(n) == short}
            if len(spelt) == 1:
                self.join(short, spelt.pop())

        for short in {n for _, _, n in names if " " not in n and not n.isupper()}:
            if _plain(short) in self.alias or _plain(short) in _known():
                continue
            longer = {n for _, _, n in names if n.split()[0] == short and " " in n}
            if len({_plain(n) for n in longer}) == 1:
                self.join(short, longer.pop())

    def join(self, other: str, name: str) -> None:
        """Say that two names are of one body; the second is the one kept."""
        if _plain(other) != _plain(name):
            self.alias[_plain(other)] = name

    def body(self, name: str) -> str:
        """The identifier of a body by a name in the text."""
        for _ in range(4):
            longer = self.alias.get(_plain(name))
            if longer is None or longer == name:
                break
            name = longer
        return body_id(name)

    def mention(self, unit: Unit) -> str | None:
        """The identifier of a name."""
        mention = unit.mention
        if mention is None:
            return None
        if mention.type == "country":
            if not mention.value and not mention.detail.get("candidates"):  # a state that is no more
                return f"o.{slug(unit.text)}"
            return f"c.{mention.value}" if mention.value else "c." + "|".join(mention.detail["candidates"])
        if mention.type == "person":
            short = (mention.value or "").split()
            body = next(
                (n for n in self.names if n.split()[: len(short)] == short and len(n.split()) > len(short)), None
            )
            if body is not None:  # "Halcyon Marine" of "Halcyon Marine Ltd"
                return self.body(body)
            return f"p.{slug(self.reading.full_name(mention.value or ''))}"
        if mention.type == "organisation":
            return self.body(mention.value or "")
        return None

    def of(
        self,
        units: Sequence[Unit],
        span: Span,
        before: Sequence[str] = (),
        speaker: str | None = None,
        body: bool = False,
    ) -> str:
        """The identifier of a phrase; `before` is who was spoken of, the last one first, for pronouns, which stand for
        a body where `body` asks for one."""
        a, b = span
        head = _head(units, a, b)
        together = self._together(units, a, b)
        if together:
            return together
        if b - a == 1 and units[a].lower in _PRONOUNS:
            return self._pronoun(units[a].lower, before, speaker, body)
        if units[head].tag == "E":
            found = self.mention(units[head])
            if found:
                return found
        core = units[head]
        apposed = self._apposed(units, b, core) or self._in_apposition(units, a, core)
        if apposed:
            return apposed
        person = _unmarked_person(units, a, b) or self._described_person(units, a, b)
        if person:
            return f"p.{slug(person)}"
        shared = self._shared_head(units, a, b)
        if shared:
            return shared
        owner = next((u for u in units[a:head] if u.tag == "E" and u.mention and u.mention.type == "country"), None)
        state = self._state(units, a, b, head, owner)
        if state:
            return state
        if core.lower in GROUPING or core.lower in _BODIES or core.lower in _SYSTEMS:
            described = self._described(units, a, b, head)
            if described:
                return described
        joined_up = core.lower in _SYSTEMS and head > a and units[head - 1].tag == "N"
        kind = "o" if core.lower in _BODIES or joined_up else "p" if core.lower in _NOUNS["persons"] else "n"
        if kind == "n" and core.tag == "N" and core.text[0].isupper() and (head > 0 or b - a > 1):
            kind = "o"
        if kind == "o" and core.lower in GROUPING and core.text[0].isupper() and b - a > 1 + (units[a].tag == "D"):
            self._introduce(units[a].start, f"o.{slug(self._words(units, a, b))[:80]}", core)
        return f"{kind}.{slug(self._words(units, a, b))[:80]}"

    @staticmethod
    def _words(units: Sequence[Unit], a: int, b: int) -> str:
        """The words of a phrase that identify it."""
        kept = [u for u in units[a:b] if u.tag in {"N", "E", "#", "V", "P", "-", "C", "Q"}]
        return " ".join(u.text for u in kept if u.lower not in _NOUNS["determiners"])

    def is_club(self, identifier: str) -> bool:
        """Whether a body is one that states are members of, by its name."""
        return identifier in _GROUPS or any(i == identifier and words & CLUBS for _, i, words in self.bodies)

    def last_of(self, clubs: Sequence[str], place: int) -> str | None:
        """Of bodies spoken of as having members, and of those whose names say so, the one named last before a place."""
        for at, identifier, words in reversed(self.bodies):
            if at < place and (words & CLUBS or identifier in _GROUPS or identifier in clubs):
                return identifier
        return clubs[-1] if clubs else None

    def club_before(self, place: int) -> str | None:
        """The grouping that was named last before a place, of those that states are members of."""
        for at, identifier, words in reversed(self.bodies):
            if at < place and (words & CLUBS or identifier in _GROUPS):
                return identifier
        return None

    def group(self, ids: Sequence[str]) -> str:
        """The id of several actors together."""
        for known, members in self.groups.items():
            if members == list(ids):
                del self.groups[known]
                self.groups[known] = list(ids)  # the last one spoken of stands last
                return known
        self.fresh = 2
        made = f"g.{len(self.groups) + 1}"
        self.groups[made] = list(ids)
        return made

    def several(self, identifier: str) -> list[str]:
        """Every actor that an identifier stands for."""
        return self.groups.get(identifier, [identifier])

    def _together(self, units: Sequence[Unit], a: int, b: int) -> str | None:
        """The actors that "the three governments", "both countries", "all three" stand for: the last so many named."""
        words = [u.lower for u in units[a:b]]
        if words[0] not in {"the", "these", "those", "both", "all"} or any(u.tag == "E" for u in units[a:b]):
            return None
        number = 2 if words[0] == "both" else next((_SMALL.get(w, 0) for w in words[:3]), 0)
        number = number or next((_SMALL[w] for w in words[1:3] if w in _SMALL), 0)
        plural = words[-1] in _SMALL or (words[-1].endswith("s") and words[-1] not in {"sanctions", "times", "years"})
        plural = plural or words == ["both"]
        if number < 2 or not plural or b - a > 4:
            return None
        return next((g for g, members in reversed(self.groups.items()) if len(members) == number), None)

    def _shared_head(self, units: Sequence[Unit], a: int, b: int) -> str | None:
        """The bodies of several states at once: "the central banks of Paraguay and Bolivia"."""
        of = next((k for k in range(a + 1, b) if units[k].lower == "of"), None)
        if of is None or units[of - 1].lower not in _PLURAL_BODIES or of + 1 >= len(units):
            return None
        start = of + 2 if units[of + 1].tag == "D" else of + 1
        states = [units[k] for k in range(start, min(len(units), start + 24)) if units[k].tag == "E"]
        listed = listed_from(units, of + 1, len(units))
        owners = [u for u in states if any(units[s].start <= u.start < units[e - 1].end for s, e in listed)]
        if len(owners) < 2 or any(u.mention is None or u.mention.type != "country" for u in owners):
            return None
        words = [u.text for u in units[a:of] if u.tag == "N"]
        name = " ".join([*words[:-1], words[-1][:-1] if not words[-1].endswith("ies") else words[-1][:-3] + "y"])
        return self.group([f"o.{slug(f'{name} of {u.text}')}" for u in owners])

    def _introduce(self, place: int, identifier: str, core: Unit) -> None:
        """Take note of a grouping that no mention marks, so that "the pact" can stand for it."""
        if all(identifier != known for _, known, _ in self.bodies):
            self.bodies.append((place, identifier, frozenset({core.lower})))
            self.bodies.sort(key=lambda b: b[0])

    def _apposed(self, units: Sequence[Unit], b: int, core: Unit) -> str | None:
        """The name after "its owner, X": what a description is of."""
        while b + 1 < len(units) and units[b].tag == "P" and (end := phrase_from(units, b + 1, len(units))) > b + 1:
            b = end  # "the envoy in Beijing, X"
        if b + 1 >= len(units) or units[b].tag != ",":
            return None
        k = b + 1 + (units[b + 1].lower == "the" and b + 2 < len(units))
        while k < len(units) - 1 and k < b + 4 and units[k].tag == "N" and units[k].text[0].isupper():
            k += 1  # "the master, Captain X"
        named = units[k].mention
        if named is None or named.type == "date":
            return None
        described = core.lower in _NOUNS["persons"] | _BODIES or (named.type == "person" and core.tag == "N")
        described = described or (named.type == "organisation" and core.lower.endswith("est"))
        closed = k + 1 >= len(units) or units[k + 1].tag in {",", ".", ";", ")"}
        return self.mention(units[k]) if described and closed else None

    def _in_apposition(self, units: Sequence[Unit], a: int, core: Unit) -> str | None:
        """The name before ", a bank representative": who a description after a comma is of."""
        if a < 2 or units[a - 1].tag != "," or units[a].lower not in {"a", "an", "the", "its", "one"}:
            return None
        k = a - 2
        if units[k].tag == ")":
            k = next((n - 1 for n in range(k, 0, -1) if units[n].tag == "("), k)
        named = units[k].mention
        if named is None or named.type not in {"person", "organisation"}:
            return None
        fits = core.lower in (_NOUNS["persons"] if named.type == "person" else _BODIES)
        return self.mention(units[k]) if fits else None

    def _pronoun(self, word: str, before: Sequence[str], speaker: str | None, body: bool) -> str:
        kind = _PRONOUNS[word]
        if (
            body
            and kind != "person"
            and (found := next((i for i in [*before, *self.spoken[::-1]] if i.startswith("o.") and _single(i)), None))
        ):
            return found
        if kind == "speaker":
            ours = self.bodies_of_people.get(speaker or "") if word in {"we", "us"} else None
            return ours or speaker or "p.unknown"
        if word in {"they", "them"} and self.fresh > 0 and self.groups and not any(i in self.groups for i in before[:3]):
            return next(reversed(self.groups))
        for identifier in before:
            if identifier in self.groups:
                if word in {"they", "them"}:
                    return identifier
                continue
            if word in {"they", "them"} and identifier[:2] == "n." and not identifier.endswith("s"):
                continue
            if word in {"they", "them"} and identifier.startswith("p.") and not _people(identifier):
                continue
            if kind == "person" and identifier.rsplit("-", 1)[-1].removeprefix("p.") in _NOUNS["plurals"]:
                continue
            if kind == "thing" and identifier.rsplit("-", 1)[-1] in _PLURAL_BODIES:
                continue
            if kind == "any" or (kind == "person") == identifier.startswith("p."):
                return identifier
        return {"person": "p.unknown"}.get(kind, "n.unknown")

    def _state(self, units: Sequence[Unit], a: int, b: int, head: int, owner: Unit | None) -> str | None:
        """The state that "the Iranian government", "Iran's authorities" or "Tehran" stands for."""
        core = units[head]
        if b - a == 1 or (b - a == 2 and units[a].lower == "the"):
            code = _capitals().get(core.text)
            if code:
                return f"c.{code}"
            if b - a == 2 and core.text[:1].isupper() and core.text.endswith("s"):  # "the Americans"
                codes = adjective_codes(core.text) or adjective_codes(core.text[:-1])
                if len(codes) == 1:
                    return f"c.{codes[0]}"
        if b - a == 1 and core.tag == "N" and len(codes := adjective_codes(core.text)) == 1:
            return f"c.{codes[0]}"  # of "the Canadian list"
        if core.lower in {"country", "nation", "kingdom", "republic"} and units[a].lower == "the" and b - a == 2:
            before = next((u for u in units[:a][::-1] if u.mention and u.mention.type == "country"), None)
            found = self.mention(before) if before is not None else None
            return found or next((i for i in self.recent if i.startswith("c.")), None)
        if core.lower not in _NOUNS["states"]:
            return None
        if owner is not None:
            return self.mention(owner)
        of = next((u for u in units[head:b] if u.tag == "E" and u.mention and u.mention.type == "country"), None)
        if of is not None:
            return self.mention(of)
        for unit in units[a:head]:
            codes = _adjectives().get(unit.text)
            if codes:
                return "c." + "|".join(codes)
        if units[a].lower in {"the", "its"} and core.lower in {"government", "authorities", "leadership"} and b - a == 2:
            before = next((u for u in units[:a][::-1] if u.mention and u.mention.type == "country"), None)
            return self.mention(before) if before is not None else None
        return None

    def _described_person(self, units: Sequence[Unit], a: int, b: int) -> str | None:
        """The last person before who was introduced as what "the ambassador" says."""
        if b - a != 2 or units[a].lower not in {"the", "this", "that"} or units[b - 1].lower not in _NOUNS["persons"]:
            return None
        place, word = units[a].start, units[b - 1].lower
        for at, name, words in reversed(self.people):
            if at < place and word in words:
                return self.reading.full_name(name)
        return None

    def remember(self, units: Sequence[Unit], clauses: Sequence[Any]) -> None:
        """Keep in mind who a sentence spoke of: its main subjects, then a person it names."""
        self.fresh -= 1
        main = [c for c in clauses if c.verb.kind == "finite" and c.subjects and c.governor is None]
        for clause in main[:2][::-1]:
            identifier = self.of(units, clause.subjects[0], self.recent)
            if not identifier.endswith((".unknown", ".what", ".who", ".you", ".which")):
                self.recent.insert(0, identifier)
            if len(clause.subjects) > 1:
                self.recent.insert(0, self.group([self.of(units, s, self.recent) for s in clause.subjects]))
        for clause in clauses:  # "I read that Qatar may leave": Qatar, after those of whom the sentence is
            if clause.subjects and clause not in main and clause.verb.kind == "finite":
                identifier = self.of(units, clause.subjects[0], self.recent)
                if kind_of(identifier) in {"state", "body"} and identifier not in self.recent[:3]:
                    self.recent.insert(len(main[:2]), identifier)
        person = next((u for u in units if u.mention is not None and u.mention.type == "person"), None)
        if person is not None:
            identifier = self.mention(person) or ""
            if identifier not in self.recent[:2]:
                self.recent.insert(len(main[:2]), identifier)
        del self.recent[8:]

    def _described(self, units: Sequence[Unit], a: int, b: int, head: int) -> str | None:
        """The body that "the league" stands for: the last one named that is called so, else the topic."""
        definite = units[a].lower in {"the", "this", "that", "its", "their"} and head - a <= 2
        if not definite:
            return None
        place, word = units[a].start, units[head].lower
        if any(u.text[0].isupper() and u.tag == "N" and u is not units[head] for u in units[a + 1 : head]):
            return None
        for at, identifier, words in reversed(self.bodies):
            if at < place and word in words:
                return identifier
        counted = b - head > 2 and units[head + 1].lower == "of" and units[head + 2].tag == "#"
        plain = head - a == 1 and (b - head == 1 or counted)
        if plain and word in {"bloc", "group", "grouping", "organisation", "organization", "body", "alliance", "club"}:
            for at, identifier, words in reversed(self.bodies):
                if at < place and (words & GROUPING or identifier in _GROUPS) and word not in {"alliance", "club"}:
                    return identifier
            return f"o.{word}"
        if plain and word in {"company", "firm", "bank", "agency", "ministry", *_SYSTEMS}:
            family = {"company", "firm", "ltd", "llc", "inc", "shipping", "trading", "corp", "holding"}
            for at, identifier, words in reversed(self.bodies):
                if at < place and (words & family if word in {"company", "firm"} else word in words):
                    return identifier
            if word in _SYSTEMS:
                rails = [i for at, i, words in self.bodies if at < place and (words & _SYSTEMS or _initialled(i))]
                if rails:
                    return rails[-1]
            if word in {"company", "firm"}:
                counts = [i for at, i, words in self.bodies if at < place and i not in _world() and not words & _PUBLIC]
                if counts:
                    return max(dict.fromkeys(reversed(counts)), key=counts.count)
        return None


def _people(identifier: str) -> bool:
    """Whether an identifier of persons is of several, by its words."""
    return identifier.rsplit("-", 1)[-1].removeprefix("p.") in _NOUNS["plurals"]


def _initialled(identifier: str) -> bool:
    """Whether a body is called by initials: CIPS, SPFS."""
    return "-" not in identifier and len(identifier) <= 8


def _single(identifier: str) -> bool:
    """Whether a body is one, and not several banks or firms."""
    return identifier.rsplit("-", 1)[-1] not in _PLURAL_BODIES


def _head(units: Sequence[Unit], a: int, b: int) -> int:
    """The unit that a phrase is about: the last noun or name before an "of", a person's name after a post."""
    end = next((k for k in range(a, b) if units[k].lower == "of" and k > a), b)
    for k in range(a, end):
        mention = units[k].mention
        if mention is not None and mention.type == "person" and (k + 1 >= b or units[k + 1].tag != "G"):
            return k
    last = end - 1
    final = units[b - 1]
    named = final.mention is not None and final.mention.type == "person" and b - 1 > end + 1
    if end < b and named and units[last].lower in _NOUNS["persons"]:  # "Deputy Minister of Petroleum X"
        return b - 1
    while last > a and units[last].tag not in {"N", "E", "Q"}:
        last -= 1
    return last


def _unmarked_person(units: Sequence[Unit], a: int, b: int) -> str | None:
    """The name after a post that no mention marks: "Deputy Minister of Petroleum Reza Kamrani"."""
    if not any(u.lower in _NOUNS["persons"] for u in units[a : max(a, b - 2)]) or b - a < 3:
        return None
    last = units[b - 2 : b]
    known = lexicon()
    if all(
        u.tag == "N"
        and u.text[0].isupper()
        and u.text not in known.not_names
        and u.text not in known.posts
        and u.text not in known.org_heads
        and u.lower not in _NOUNS["persons"]
        for u in last
    ):
        return " ".join(u.text for u in last)
    return None


def _initials(name: str) -> str:
    return "".join(w[0] for w in re.split(r"[\s-]+", name) if w[:1].isupper())


def kind_of(identifier: str) -> str:
    """state, body, person or thing."""
    return {"c": "state", "o": "body", "p": "person", "g": "group"}.get(identifier.split(".", 1)[0], "thing")
