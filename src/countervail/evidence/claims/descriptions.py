"""Which body a description stands for, as "the league" or "the company"; whose an entry is, whom an official serves."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from countervail.evidence.claims.actors import (
    BODIES,
    CLUBS,
    GROUPING,
    GROUPS,
    NOUNS,
    ORGANS,
    Named,
    headed,
    initialled,
    world_bodies,
)
from countervail.evidence.claims.phrases import kind
from countervail.evidence.claims.units import CLOSED, Unit
from countervail.evidence.model import slug
from countervail.evidence.names.listed import ENTRY_HEAD
from countervail.evidence.text.documents import Reading
from countervail.evidence.text.tokens import Mention, country_names, data_sections

_THE_CLUB = re.compile(rf"\b(?:the|this) ({'|'.join(sorted(CLUBS))})\b(?! of (?-i:[A-Z]))", re.IGNORECASE)
_NEAR = 300  # characters back that "the club" may be which a membership without a name is of
_PUBLIC = CLUBS | CLOSED["public"]
_VESSELS = frozenset(["ship", "ships", "vessel", "vessels", "tanker", "tankers", "carrier", "carriers", "aircraft"])
SYSTEMS = CLOSED["systems"]
_ANY_KIND = CLOSED["any_kind"]  # what before "bloc" or "union" says nothing of which one
_LAWYERS = frozenset(["llp", "lawyers", "solicitors", "attorneys", "advocates", "avocats", "abogados"])
_OF_STATE = frozenset(["ministry", "department", "office", "mission", "embassy", "consulate"])
_UN_LETTER = re.compile(r"\b[Ll]etter dated [^\n]{4,40}? from the (?P<who>[^\n]{10,100}?) to the United Nations\b")
_AMERICAN_CABLE = re.compile(r"\b(?:SECSTATE|AMEMBASSY|AMCONSUL|USMISSION)\b|\bE\.O\. 1(?:2958|3526)")
"""What only cables of the United States have in their heads."""
_FROM_STATE = re.compile(r"\b[Ll]etters? dated [^\n]{4,40} from the [^\n]{4,80}? of ([^\n]{4,60}?) (?:to|addressed)\b")
_MINISTER = re.compile(r"(?i)\b(?:Minister|President|Permanent Representative|Ambassador) (?:of|for|to) ")
_PAPER = re.compile(
    r"(?:the )?(?:president(?:ial|'s)|prime minister's|(?:[a-z]+ )?office of the (?:president|prime minister|premier)"
    r"|government|cabinet|[a-z ]{0,60}(?:ministry|(?:republic|kingdom) of))\b"
)
"""How the paper of a state begins."""
_ROLE_BEFORE = re.compile(r"\b(?:[Tt]he|[Aa]n?|[Ii]ts|[Tt]heir|[Oo]ur) (?:[a-z-]+ ){0,2}?([a-z-]{4,}), \Z")
_ROLE_AFTER = re.compile(
    r", (?:an?|the|its|their) (?:[\w-]+ ){0,2}?([a-z-]{4,})(?=[,.]| (?:in|of|based|registered|that|which)\b)"
)
_SECTION = re.compile(
    r"(?m)^[ ]{0,3}(?:[A-Z0-9]{1,2}[.)] ?)?(?:"
    r"(?P<listed>(?i:(?:new |further )?(?:listings?|designations?|additions?|entries)|(?:newly )?(?:listed|added)))"
    r"|(?P<delisted>(?i:removals?|removed|deletions?|deleted|de-?list(?:ings?|ed)|revocations?|revoked))"
    r"|(?P<other>(?i:(?:amend|variation|correct|change|update|contact|question|permit|exemption)\w*|en?quiries|inquiries"
    r"|further information|press|media|(?:explanatory )?notes?|background|guidance|licen[cs]es?)))\b[^\n.;]{0,70}$"
)
"""A line above the entries of a notice that says what is done with them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a notice: the folded span of its name, where it ends, whose it is, and what is done with it."""

    start: int
    end: int
    stop: int
    mention: Mention | None
    fate: str
    """Listed, delisted, or "" where no heading says it."""


def entries(reading: Reading) -> list[Entry]:
    """The entries of a notice: names with labelled lines below them, and paragraphs that begin with a name set in
    capitals."""
    text = reading.folded.text
    sections = [*_SECTION.finditer(text)]
    places, fates = [m.start() for m in sections], [(m.lastgroup or "").removeprefix("other") for m in sections]
    heads = {m.start("n"): m.end("n") for m in ENTRY_HEAD.finditer(text)}
    stops = dict.fromkeys(heads, "\n\n")
    for mention, (a, b) in zip(reading.mentions, reading.spans, strict=True):
        opens = not text[text.rfind("\n", 0, a) + 1 : a].strip(" 0123456789.)-*•")
        beside = text[b : b + 1] in {".", ","} or text[b : b + 5] in {" (a.k", " (f.k", " (n.k", " (aka"}
        set_so = text[a:b].split(",")[0].isupper() and " " in text[a:b] and beside
        if mention.type in {"person", "organisation"} and opens and set_so and "alias" not in mention.detail:
            heads.setdefault(a, b)
            stops.setdefault(a, "\n")
    found, starts = list[Entry](), sorted(heads)
    for start, following in zip(starts, [*starts[1:], len(text)], strict=False):
        end = heads[start]
        below = end
        while text[below : below + 1] == "\n":
            below += 1
        stop = text.find(stops[start], below, following)
        named = [m for m, a, _ in reading.within(start, end) if m.type in {"person", "organisation"} and a == start]
        above = bisect_left(places, start)
        fate = fates[above - 1] if above and stops[start] != "\n" else ""
        found.append(Entry(start, end, following if stop < 0 else stop, named[0] if named else None, fate))
    return found


class Described(Named):
    """The bodies of one text that descriptions stand for."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self.entries = entries(reading)
        self.state = self._state_of_text()
        """The state whose mission or ministry writes the text."""
        letter = _FROM_STATE.search(reading.folded.text, 0, 1500)
        self.sender = self._state_named(letter.group(1).casefold()) if letter else None
        """The state whose envoy writes the letter: "Letter dated 3 May 2021 from the Permanent Representative of X"."""
        if letter and self.house and not _OF_STATE.intersection(self.house[2:].split("-")):
            self.house = None  # "General Assembly" above a letter that it circulates
        self.envoys = dict(self._envoys())
        """Who signs a letter on the paper of a state, with that state, which is "we"."""
        self.states_of_people = served(reading, self.state)
        self.roles = self._roles()
        """Noun -> where a body is introduced as that, and which: "the wholesaler, Maison Verlinden"."""

    def _roles(self) -> dict[str, list[tuple[int, str]]]:
        found: dict[str, list[tuple[int, str]]] = {}
        text = self.reading.folded.text
        for mention, (a, b) in zip(self.reading.mentions, self.reading.spans, strict=True):
            if mention.type != "organisation":
                continue
            before, after = _ROLE_BEFORE.search(text, max(0, a - 60), a), _ROLE_AFTER.match(text, b)
            for match in filter(None, (before, after)):
                found.setdefault(match.group(1), []).append((a, self.body(mention.value or "")))
        return found

    def _state_of_text(self) -> str | None:
        text = self.reading.folded.text
        if _AMERICAN_CABLE.search(text, 0, 900):
            return "c.USA"
        if self.house is not None and _OF_STATE.intersection(self.house[2:].split("-")):
            first = next((a for a, i, _ in self.bodies if i == self.house), 0)
        elif self.author is not None and (byline := _MINISTER.search(text, 0, 500)):
            first = byline.start()
        elif heading := _UN_LETTER.search(text, 0, 1500):
            first = heading.start("who")
        else:
            return None
        line, below = f"{text[first:]}\n".casefold().split("\n", 2)[:2]
        above = text[:first].rstrip("\n").rsplit("\n", 1)[-1].casefold() if first < 200 else ""
        around = [a for a in (above, below) if a.startswith(("republic of", "kingdom of", "government of"))]
        return self._state_named(" ".join([*around, line.split(" to the united nations", 1)[0]]))

    def _envoys(self) -> Iterator[tuple[str, str]]:
        for document in self.reading.documents:
            name = (document.signatory or {}).get("name")
            head = [*(line.casefold() for line in document.letterhead if len(line) > 5 and line[0] != "["), ""][:3]
            if name and _PAPER.match(head[0]) and (state := self._state_named(" ".join(head))):
                yield f"p.{slug(self.reading.full_name(name))}", state

    @staticmethod
    def _state_named(line: str) -> str | None:
        """The state with the longest name in a line in small letters."""
        words = f"-{slug(line)}-"  # no Iran in "Ms Altamirano"
        named = [(n, row.codes) for row in country_names() for n in row.english if f"-{slug(n)}-" in words]
        codes = max(named, key=lambda pair: len(pair[0]))[1] if named else ()
        return f"c.{codes[0]}" if len(codes) == 1 else None

    def speaking(self, word: str, speaker: str | None) -> str:
        """Whom "we" or "I" stands for: who speaks, the body or state that speaks through him, the writer."""
        if word in {"i", "my", "me"}:
            return speaker or self.author or "p.unknown"
        if speaker and speaker.startswith(("o.", "c.")):
            return speaker  # '"We have never sold it," the firm said'
        envoy = self.envoys.get(speaker or "") if speaker not in self.guests else None
        ours = self.bodies_of_people.get(speaker or "")
        if ours is None and speaker in self.states_of_people:
            return self.states_of_people[speaker]  # an ambassador, of whose state the text says that he is
        if envoy or (ours is None and speaker in self.guests):
            return envoy or "p.unknown"  # who a speaker speaks for is not said
        official = ours is not None and bool(_OF_STATE.intersection(ours[2:].split("-")))
        if self.state and speaker not in self.guests and (ours is None or official):
            return self.state
        if official:
            return speaker or ours or "p.unknown"  # a minister speaks for the state
        if self.house and not _OF_STATE.intersection(self.house[2:].split("-")):
            return ours or self.house  # the Alliance on whose paper its secretary writes
        return ours or speaker or self.house or self.author or "p.unknown"

    def ours(self, units: Sequence[Unit], a: int, b: int, speaker: str | None) -> str | None:
        """The state or body that "my Government", "our firm", "this Mission", "your Bank" is in a text of its own."""
        whose, word = units[a].lower, units[b - 1].lower
        if b - a != 2 or whose not in {"my", "our", "this", "your"}:
            return None
        state = {"government", "country", "delegation", "nation"} if whose in {"my", "our"} else {"mission", "embassy"}
        spoken = speaker in self.guests or speaker == "p.unknown"
        if word in state and whose != "your":
            return None if spoken else self.envoys.get(speaker or "") or self.state or self.sender
        if spoken and whose == "your":
            return None
        own = word in {"organisation", "organization"} and all(kind(u) != "organisation" for u in units[:a])
        if whose in {"this", "your"} and not (units[b - 1].text[:1].isupper() or (a > 1 and own and whose == "this")):
            return None  # "He accused this organisation of lying"
        body = self.bodies_of_people.get(speaker or "") if spoken else self.house
        if body is None or _OF_STATE.intersection(body[2:].split("-")):
            return None
        named = word in body[2:].split("-") or (not spoken and self.of_house(word))
        return body if named or own or (whose in {"my", "our"} and word in {"firm", "company"}) else None

    def paired(self, ids: Sequence[str]) -> None:
        """Keep in mind two states of which a sentence speaks one after the other, for "both": "Laos was listed; Chad
        was not. Both are members of X"."""
        if len(set(ids)) == 2 and all(i.startswith("c.") for i in ids):
            fresh = self.fresh
            self.group(list(ids))
            self.fresh = fresh  # "they" are not these

    def described(self, units: Sequence[Unit], a: int, b: int, head: int) -> str | None:
        """The body that "the league" stands for: the last one named that is called so, else the topic."""
        definite = units[a].lower in {"the", "this", "that", "its", "their"} and head - a <= 2
        if not definite:
            return None
        place, word = units[a].start, units[head].lower
        if any(u.text[0].isupper() and u.tag == "N" and u is not units[head] for u in units[a + 1 : head]):
            return None
        if word not in GROUPING | BODIES | SYSTEMS:  # "the Entente", the name cut short
            return next((i for at, i, _ in reversed(self.bodies) if at < place and i.endswith(f"-{word}")), None)
        if units[a].lower == "the" and units[head].text[:1].isupper() and self.of_house(word) and b - a == 2:
            return self.house  # "the Bank" in its own report
        relative = [u.tag for u in units[b : b + 2]] == ["P", "R"] or [u.tag for u in units[b : b + 1]] == ["R"]
        if a > 1 and units[a - 1].tag == "," and word in SYSTEMS and relative:
            named = units[a - 2]  # "X, the platform from which Y withdrew"
            if named.mention is not None or any(c.isupper() for c in named.text):
                return self.mention(named) if named.mention is not None else None
        listed = self.entry_at(place)
        name = (listed.value or "") if listed is not None and b - a == 2 and listed.type == "organisation" else ""
        if name and word in {"company", "firm", "entity", *name.lower().split()}:
            return self.body(name)  # "the company" below its name
        fresh = word not in self.called
        first = self.called.setdefault(word, place)
        titled = units[head].text[:1].isupper() and units[a].lower == "the" and b - a == 2 and head > 0
        if titled and fresh and all(at >= place or word not in words for at, _, words in self.bodies):
            self.of_the_text.add(word)
        if titled and word in self.of_the_text:
            return f"o.{word}"  # "the Bank" of a text that names no bank before it
        central = "central" in {u.lower for u in units[a:head]}
        kinds = {u.lower for u in units[a + 1 : head] if u.tag == "N" and u.text.islower() and word in GROUPING}
        kinds -= _ANY_KIND
        lent = [i for i in self.recent[:4] if word == "bank" and self.is_firm(i)]  # "Vela Trust was fined. The bank"
        kin = [k for k in self.bodies if k[0] < place]
        kin = [k for k in kin if (word in k[2] and not kinds - k[2]) or (k[1] in lent and k[2] & CLOSED["lending"])]
        kin = [k for k in kin if "central" in k[2] or not central]  # "the customs union" is not the European Union
        roles = [r for r in self.roles.get(word, ()) if r[0] < place and b - a == 2 and kin]
        if roles and roles[-1][0] > kin[-1][0]:
            return roles[-1][1]  # "listed X Company; Y, a company in Oslo, paid it, and the company"
        called = [i for at, i, _ in kin if at < first or i not in world_bodies()]
        # one named after "the Council" was first written is another council
        if called:
            return self.meant(called, place) if word in GROUPING else called[-1]
        counted = b - head > 2 and units[head + 1].lower == "of" and units[head + 2].tag == "#"
        plain = head - a == 1 and (b - head == 1 or counted)
        if plain and word in {"bloc", "group", "grouping", "organisation", "organization", "body", "alliance", "club"}:
            before = self.reading.folded.text[:place].rpartition("\n")[2]
            for at, identifier, words in () if f" a {word} of " in before else reversed(self.bodies):
                if at < place and (words & GROUPING or identifier in GROUPS) and word not in {"alliance", "club"}:
                    return identifier
            return f"o.{word}"
        if counted and word in CLUBS:
            return f"o.{word}"  # "the Compact of 14 states"
        if plain and word == "bank":  # not the central bank that speaks of it
            banks = [i for at, i, words in self.bodies if at < place and "bank" in words and "central" not in words]
            if banks and "central" in next((w for at, _, w in reversed(self.bodies) if at < place and "bank" in w), ()):
                return banks[-1]
        if plain and word in {"company", "firm", "bank", "agency", "ministry", *SYSTEMS}:
            line = self.reading.folded.text.rfind("\n", 0, place)
            alone = word == "firm" and all(not line < at < place for at, _, _ in self.bodies)
            if alone and _LAWYERS.intersection((self.house or "").split("-")):
                return self.house  # "X joined the firm", of lawyers who write
            if told := self._unnamed(word, place):
                return told
            subjects = [i for i in self.recent[:4] if word in {"company", "firm"} and self.is_firm(i)]
            if subjects and all(not place - 50 < at < place for at, _, _ in self.bodies):
                return subjects[0]
            family = {"company", "firm", "ltd", "llc", "inc", "shipping", "trading", "corp", "holding"}
            for at, identifier, words in reversed(self.bodies):
                if at < place and (words & family if word in {"company", "firm"} else word in words):
                    return self._nearer_firm(place, at) or identifier if word in {"company", "firm"} else identifier
            rail = word in {"system", "mechanism", "platform", "network", "link"}
            if rail and (rails := [i for at, i, w in self.bodies if at < place and (w & SYSTEMS or initialled(i))]):
                return rails[-1]
            if word in {"company", "firm"}:
                firms = (b for b in reversed(self.bodies) if b[0] < place and b[1] not in world_bodies())
                return next((i for _, i, words in firms if not words & _PUBLIC), None)
        return None

    def entry_at(self, place: int) -> Mention | None:
        """Whose entry a place is in, below the name."""
        before = self.entries[: bisect_left(self.entries, place, key=lambda e: e.end + 1)][-1:]
        return before[0].mention if before and before[0].end <= place < before[0].stop else None

    def only_club(self) -> str | None:
        """The one body of the text that states are members of, by name or "the club"; None for several, or none."""
        named = self._clubs()
        return (next(iter(named)) if len(named) == 1 else None) if named else self.the_club()

    def _clubs(self) -> set[str]:
        """The bodies named so far that states are members of, by their names."""
        return {i for _, i, _ in self.bodies if i in GROUPS or headed(i) in CLUBS}

    @cached_property
    def _the_clubs(self) -> list[tuple[int, str]]:
        """Where the text says "the club", "this league", and which."""
        return [(m.start(), m.group(1).lower()) for m in _THE_CLUB.finditer(self.reading.folded.text)]

    def the_club(self, place: int | None = None) -> str | None:
        """ "The club" of a text that names none and speaks of no other, where it does so shortly before a place."""
        words = {word for _, word in self._the_clubs}
        if len(words) != 1 or self._clubs():
            return None
        near = place is None or any(0 < place - at < _NEAR for at, _ in self._the_clubs)
        return f"o.{words.pop()}" if near else None

    def by_role(self, units: Sequence[Unit], a: int, b: int) -> str | None:
        """The body that was introduced as what "the claimant", "the wholesaler" is: "The claimant, Sabre Shipping"."""
        if b - a != 2 or units[a].lower not in {"the", "this"}:
            return None
        noun = units[b - 1].lower
        if noun not in NOUNS["parties"] and (noun not in NOUNS["persons"] or noun in NOUNS["plurals"]):
            return None
        known = [i for at, i in self.roles.get(noun, ()) if at < units[a].start]
        return known[-1] if known else None

    def is_firm(self, identifier: str) -> bool:
        """Whether somebody spoken of is a body that can be a firm: named, of no state, and no grouping."""
        words = next((w for _, i, w in self.bodies if i == identifier), None)
        return words is not None and identifier not in world_bodies() and not words & (_PUBLIC | GROUPING | ORGANS)

    def rarely_listed(self, identifier: str) -> int:
        """How rarely somebody of a kind is put on a list: a firm or person, another body, a state."""
        vessel = _VESSELS.intersection(identifier[2:].split("-"))
        if vessel or identifier.startswith(("p.", "g.")) or self.is_firm(identifier):
            return 0
        body = identifier.startswith("o.") and identifier not in world_bodies()
        return 1 if body and identifier[2:].split("-", 1)[0].rsplit("-", 1)[-1] not in ORGANS else 2

    def several_firms(self, identifier: str) -> bool:
        """Whether somebody spoken of is several, and no states: whom "them" stands for where they are listed."""
        members = self.several(identifier)
        if len(members) > 1:
            return not all(i.startswith("c.") for i in members)
        return not identifier.startswith("c.") and identifier.rsplit("-", 1)[-1].split(".")[-1].endswith("s")

    def _unnamed(self, word: str, place: int) -> str | None:
        """The firm without a name that the sentence has spoken of after all others: "one Oslo firm ...; the firm"."""
        text = self.reading.folded.text
        start = max(text.rfind(". ", 0, place), text.rfind("\n", 0, place), 0)
        found = [*re.finditer(rf"\b(?:an? (?=\w)|(?=one ))((?:[\w-]+ ){{0,3}}{word}\b)(?!,)", text[start:place])][-1:]
        after = [at for at, i, _ in self.bodies if found and start + found[0].end() < at < place and self.is_firm(i)]
        return f"o.{slug(found[0][1])}" if found and not after else None

    def _nearer_firm(self, place: int, at: int) -> str | None:
        """A body named between two places that can be a firm: of nobody's state, and no grouping."""
        public = _PUBLIC | GROUPING
        between = [b for b in self.bodies if max(at, place - 160) < b[0] < place]
        return next((i for _, i, w in reversed(between) if i not in world_bodies() and not w & public), None)


FINDING = frozenset(["identify", "name", "investigate", "trace", "examine", "visit", "interview", "study"])
"""What the author of a report does to whom it is about."""
_POST_OF_STATE = r"(?:minister|ambassador|envoy|negotiator|delegate|representative|president|premier)"
_OFFICIAL = re.compile(r"(?:Ambassador|Minister|President|Envoy|Consul) $")


def served(reading: Reading, state: str | None) -> dict[str, str]:
    """The state of each official, "Ambassador X served Moldova"; that of the text for a spokesperson without a name."""
    found: dict[str, str] = {f"p.spokes{who}": state for who in ("person", "man", "woman") if state}
    text = reading.folded.text
    places = list(zip(reading.mentions, reading.spans, strict=True))
    for (m, (a, b)), (other, (c, _)) in pairwise([p for p in places if p[0].type in {"person", "country"}]):
        if {m.type, other.type} != {"person", "country"} or c - b > 70:
            continue
        person, whose = (m, other) if m.type == "person" else (other, m)
        between, lead = text[b:c], text[max(0, a - 30) : a]
        if m.type == "country":
            told = re.fullmatch(rf"'s (?:[\w-]+ ){{0,4}}?{_POST_OF_STATE},? (?:[A-Z][a-z]*\.? )?", between)
        else:
            served = _OFFICIAL.search(lead) and re.match(r" (?:has )?served (?:as \w+ of )?$", between)
            told = served or re.fullmatch(rf", (?:the )?(?:[\w-]+ ){{0,4}}?{_POST_OF_STATE}(?: of)? ", between)
        if whose.value and told:
            found.setdefault(f"p.{slug(reading.full_name(person.value or ''))}", f"c.{whose.value}")
    return found


_SHE_WOULD = re.compile(r"(?: [a-z]+){1,3}; (he|she)\b")
_NAMES = {name: word for word in ("he", "she") for name in data_sections("english/lexicon.txt")[word]}


def sexes(reading: Reading) -> Iterator[tuple[str, str]]:
    """People with the pronoun that their given name has, or their sentence for them: "Deputy X disagreed; he would"."""
    for mention, (_, b) in zip(reading.mentions, reading.spans, strict=True):
        told, name = _SHE_WOULD.match(reading.folded.text, b), reading.full_name(mention.value or "")
        if mention.type == "person" and (word := told.group(1) if told else _NAMES.get(name.split(" ")[0])):
            yield f"p.{slug(name)}", word
