"""The actors that a text names: states, bodies and people, the names of one body brought together, groups of actors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from countervail.evidence.claims.units import CLOSED, Unit
from countervail.evidence.model import slug
from countervail.evidence.names.name_words import POST_WORDS
from countervail.evidence.tables import profile
from countervail.evidence.text.documents import Reading
from countervail.evidence.text.tokens import country_names, data_lines, data_sections

NOUNS = {name: frozenset(words) for name, words in data_sections("english/nouns.txt").items()}
PLURAL_BODIES = CLOSED["plural_bodies"]
GROUPING = NOUNS["grouping"]
CLUBS = NOUNS["clubs"]
"""Nouns of groupings that states are members of."""
BODIES = GROUPING | NOUNS["bodies"]
"""Nouns by which a text refers to a grouping of states."""
CALLED = BODIES | CLOSED["bodylike"]
"""Nouns of bodies, and of what states have between them, by which those are called for short."""
_SHORT_BESIDE = re.compile(r'"? ?\((?:the |or |also |hereafter )?"?')
_OTHER_BESIDE = re.compile(
    r'"?,? ?\(?(?:was |which |that |later |since |is |being ){0,3}(?:renamed|changed to|changing to|also known as'
    r"|also called"
    r'|formerly known as|formerly|previously known as|stands for|standing for|short for|or)(?: as)?,? (?:the )?"?'
)


@cache
def _adjectives() -> dict[str, tuple[str, ...]]:
    rows = [(a, row.codes) for row in country_names() for a in row.adjectives]
    return {a: tuple(code for b, codes in rows if b == a for code in codes) for a, _ in rows}


def adjective_codes(word: str) -> tuple[str, ...]:
    """The states that an adjective is of; several where it is ambiguous."""
    return _adjectives().get(word, ())


@cache
def _known() -> dict[str, str]:
    """Name of a body of the world -> its full name."""
    rows = [line.split("|") for line in data_lines("bodies.txt")] + [list(row) for row in profile().bodies]
    return {_plain(name): row[0] for row in rows for name in row}


@cache
def world_bodies() -> frozenset[str]:
    """Bodies of the world, which are not what a text is about because it names them."""
    return frozenset(f"o.{_plain(line.split('|')[0])}" for line in data_lines("bodies.txt"))


def _plain(name: str) -> str:
    """A name as compared: without articles and marks."""
    return slug((re.sub(r"\b[Tt]he\b", " ", name) if "he" in name else name).replace("+", " plus"))


def body_id(name: str) -> str:
    """The identifier of a body by any name of it that the world knows."""
    return f"o.{_plain(_known().get(_plain(name), name))}"


_KNOWN = data_sections("english/memberships.txt")
GROUPS = frozenset(f"o.{name}" for name in _KNOWN["groupings"])
"""Groupings of states whose names have no noun that says so."""
_FIRMS = tuple(_KNOWN["not clubs"])
"""How names end that are built on the noun of a grouping and are of none."""


class Named:
    """The actors named in one text."""

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
            full = identifier[2:].split("-") if identifier in world_bodies() else ()
            said = {*name.lower().replace("-", " ").split(), *full}
            said |= {"bank"} if _BANKS & said else set()  # "the bank" of Banco Litoral
            self.bodies.append((a, identifier, frozenset(said)))
        folded = reading.folded.text
        self.people = [
            (
                a,
                m.value or "",
                _words_round(folded, a, b),
            )
            for m, (a, b) in zip(reading.mentions, reading.spans, strict=True)
            if m.type == "person"
        ]
        """People named, in order: folded place, name, the words round it."""
        self.bodies_of_people = self._employers(folded)
        self.states_of_people: dict[str, str] = {}
        self.sex = {
            f"p.{slug(reading.full_name(name))}": "he" if title.group() in _MEN else "she"
            for a, name, _ in self.people
            if (title := _TITLE.search(folded, max(0, a - 10), a + 10)) is not None
        }
        """Person -> the pronoun that fits a title given."""
        counts: dict[str, int] = {}
        for _, identifier, _ in self.bodies:
            if headed(identifier) in CLUBS and identifier not in world_bodies():
                counts[identifier] = counts.get(identifier, 0) + 1
        self.peoples: set[str] = set()
        """States that were called by their people: "the Americans", who are "they"."""
        self.titled: set[str] = set()  # what no mention marks, but a capital: it may be an actor
        self.recent: list[str] = []
        """Who was spoken of, the last one first; for pronouns."""
        self.groups: dict[str, list[str]] = {}
        """Actors that were spoken of together, by the id (`g.`) that stands for them."""
        self.order: list[str] = []
        """Those groups in the order in which they were spoken of so far."""
        self.guests: set[str] = set()
        """People who speak in turns or are quoted, and did not write the text."""
        self.of_the_text: set[str] = set()
        """Nouns with a capital that no name explains: "the Bank" in its own report."""
        self.called: dict[str, int] = {}
        """Where each noun first stands for a body."""
        self.seen: dict[str, int] = {}
        """In which sentence each group was last spoken of."""
        self.sentence = 0
        self.ship = ""
        """The ship that was named last."""
        self.fresh = 0
        """For how many sentences more "they" may mean the actors that were last spoken of together."""
        self.spoken: list[str] = []
        """Bodies that something was claimed of, the last one last."""
        self.house = self._masthead(folded)
        """The body in whose name a text is written that says "we"."""
        self.author = self._author(folded)
        """Who the head says that a speech or essay is by, and who says "I"."""
        self.topic = max(counts, key=lambda k: counts[k]) if counts else None
        """The grouping that the text names most often."""

    def _employers(self, text: str) -> dict[str, str]:
        """The body that each person speaks for: the one named right after a post of theirs, where it is no state's."""
        found: dict[str, str] = {}
        places = list(zip(self.reading.mentions, self.reading.spans, strict=True))
        for (m, (_, b)), (other, (c, d)) in pairwise([p for p in places if p[0].type in {"person", "organisation"}]):
            between = text[b:c]
            if m.type != "person" or other.type != "organisation" or c - b > 70 or re.search(r"[.;:!?]\s", between):
                continue
            if (other.value or "").split()[0].lower() in ORGANS:
                continue  # the chairman of the Board of Directors speaks for the house
            beside = between == " (" and text[d : d + 1] == ")"  # "Mr X (Bank of Y) objected"
            if beside or (
                re.search(rf"\b(?:{POST_WORDS})\b", between, re.IGNORECASE)
                and not re.search(r"\b(?:former|said|who|was|were)\b", between)
            ):
                found.setdefault(f"p.{slug(self.reading.full_name(m.value or ''))}", self.body(other.value or ""))
        return found

    def _author(self, text: str) -> str | None:
        """The person of "Remarks by X", "Essay by X", "By X", "X's weekly briefing" in the head of a text."""
        found: list[str] = []
        for a, name, _ in self.people:
            line = text[text.rfind("\n", 0, a) + 1 : a]
            after = text[a + len(name) : a + len(name) + 40]
            if a > 500:
                break
            if _BYLINE.search(line) or re.match(r"'s (?:\w+ )?(?:briefing|remarks|speech|statement|address)\b", after):
                found.append(f"p.{slug(self.reading.full_name(name))}")
        return found[0] if len(set(found)) == 1 else None

    def _masthead(self, text: str) -> str | None:
        """The body that a line of the head begins with: "BALTIC MONITOR - ANNUAL REPORT", "Ministry of Trade"."""
        for mention, (a, b) in zip(self.reading.mentions, self.reading.spans, strict=True):
            if a > 400 or text.count("\n", 0, a) > 6:
                return None
            start = text.rfind("\n", 0, a) + 1
            line = text[start : text.find("\n", b) if text.find("\n", b) > 0 else len(text)].strip()
            alone = (
                len(line) - (b - a) < 5 or line.isupper() or re.match(r" [-|] | (?:[A-Z]\.){2,5}\s", text[b : b + 13])
            )
            lead = text[start:a].strip().lower()
            issued = bool(_ISSUED.search(lead))
            if mention.type == "organisation" and (issued or (alone and lead in {"", "the"})):
                return self.body(mention.value or "")
        return None

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

        if len(self.names) > 400:  # a list of names, each in full
            return
        for n, (_, _, short) in enumerate(names):
            if short.lower() in CALLED and _plain(short) not in self.alias:  # "the Community", named in full before
                longer = {name for _, _, name in names[:n] if " " in name}
                full = {name for name in longer if headed(f"o.{_plain(name)}") == short.lower()}
                if len(full) == 1:
                    self.join(short, full.pop())
        for short in {n for _, _, n in names if " " in n}:
            longer = {n for _, _, n in names if n.startswith(f"{short} ") and _one_more(n[len(short) + 1 :])}
            if len(longer) == 1 and _plain(short) not in _known():  # "Halcyon Marine" of "Halcyon Marine Ltd"
                self.join(short, longer.pop())
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
            if body is not None and self.reading.full_name(mention.value or "") == mention.value:
                # "Halcyon Marine" of "Halcyon Marine Ltd", and nobody's surname
                return self.body(body)
            return f"p.{slug(self.reading.full_name(mention.value or ''))}"
        if mention.type == "organisation":
            name = mention.value or ""
            cut = name.lower() in CALLED and _plain(name) not in self.alias
            before = [i for at, i, _ in self.bodies if at < unit.start and cut and headed(i) == name.lower()]
            before = [i for i in before if i != f"o.{_plain(name)}"]
            longer = self.meant([i for i in before if i not in world_bodies()] or before, unit.start)
            if cut and self.of_house(name.lower()):
                return self.house  # "the Bank" in the report of a bank
            return longer or self.body(name)  # "the Pact" of "the Gulf of Guinea Pact"
        return None

    def meant(self, before: Sequence[str], place: int) -> str | None:
        """Of bodies that a short form fits, the one named last in its paragraph, else the one the text is about."""
        start = self.reading.folded.text.rfind("\n\n", 0, place)
        named = [i for at, i, _ in self.bodies if i in before]
        near = next((i for at, i, _ in reversed(self.bodies) if start < at < place and i in before), None)
        return near or max(dict.fromkeys(before), key=named.count, default=None)

    def of_house(self, word: str) -> bool:
        """Whether the body that issues the text is called so: "the Bank" of a Banque."""
        words = self.house[2:].split("-") if self.house else []
        return word in words or (word == "bank" and not _BANKS.isdisjoint(words))

    @staticmethod
    def admits(identifier: str) -> bool:
        """Whether a body of the world has states as members, by its name."""
        other = {"bank", "fund", "corps", "corporation", "company", "group", "swift", "council"}
        return headed(identifier) not in other

    def is_club(self, identifier: str) -> bool:
        """Whether a body is one that states are members of, by its name."""
        return identifier in GROUPS or any(i == identifier and headed(i) in CLUBS for _, i, _ in self.bodies)

    def aboard(self, word: str, before: Sequence[str]) -> str:
        """The ship that "she" is where it was spoken of last."""
        near = before[: {"she": 1, "her": 2}.get(word, 0)]
        return self.ship if self.ship in near else ""

    def club_before(self, place: int) -> str | None:
        """The grouping that was named last before a place, of those that states are members of."""
        for at, identifier, _ in reversed(self.bodies):
            if at < place and (headed(identifier) in CLUBS or identifier in GROUPS):
                return identifier
        return None

    def group(self, ids: Sequence[str]) -> str:
        """The id of several actors together."""
        made = next((known for known, members in self.groups.items() if members == list(ids)), None)
        if made is None or made not in self.order:
            self.fresh = 2
        made = made or f"g.{len(self.groups) + 1}"
        self.seen[made] = self.sentence
        self.groups[made] = list(ids)
        self.order = [*(known for known in self.order if known != made), made]  # the last one spoken of stands last
        return made

    def several(self, identifier: str) -> list[str]:
        """Every actor that an identifier stands for."""
        return self.groups.get(identifier, [identifier])


_ISSUED = re.compile(
    r"\b(?:bulletin|newsletter|journal|statement|communiqu[ée]|declaration|minutes|session|meeting|summit|government"
    r"|leaders|members) of(?: the)?$"
)
"""What stands before the name of the body that issues a text."""
ORGANS = frozenset({"board", "committee", "secretariat", "assembly", "panel", "summit"})
"""Organs of a body, which is meant where they are named."""
_BANKS = frozenset({"bank", "banque", "banco", "banca", "bankhaus", "banka", "bancorp", "bankasi"})
_MEN = frozenset(["Mr", "Sir", "Lord", "King", "Prince", "Father", "Brother"])
_TITLE = re.compile(
    rf"\b(?:{'|'.join(sorted(_MEN))}|Mrs|Ms|Miss|Madame|Mme|Lady|Baroness|Dame|Queen|Princess|Sister)\b(?=\.? [A-Z])"
)
_SENTENCE_ENDS = re.compile(r"(?<=[a-z)\]])(?<!Mr)(?<!Ms)(?<!Mrs)(?<!Dr)(?<!Prof)[.!?]\s|[;:]\s|\n")
_OF_ANOTHER = re.compile(r"\b(?:to|for|of) (?:the|its|his|her) (?:(?:prime|foreign|deputy|former|vice) )?[a-z-]+")


def _words_round(text: str, a: int, b: int) -> frozenset[str]:
    """The words beside a name in its sentence, in small letters; not whom an aide "to the minister" helps."""
    before = _SENTENCE_ENDS.split(text[max(0, a - 50) : a])[-1]
    after = _SENTENCE_ENDS.split(text[b : b + 60])[0]
    return frozenset(re.findall(r"[a-z-]+", _OF_ANOTHER.sub(" ", f"{before} {after}".lower())))


_BYLINE = re.compile(
    r"^[Bb]y (?:[\w.]+ ){0,3}$|\b(?:[Ee]ssay|[Oo]pinion) by (?:[\w.]+ ){0,3}$"
    r"|\b(?i:remarks|speech|statement|address|lecture|keynote|testimony)(?: delivered| given)? (?i:by|of) "
    r"(?:[\w.'-]+,? ){0,12}$"
)
"""What stands before the name of who a text is by."""


def _one_more(rest: str) -> bool:
    """Whether what a longer name has more is one word, or one and a legal form in capitals: "Bullion DMCC"."""
    words = rest.split()
    return len(words) == 1 or (len(words) == 2 and words[1].isupper())


def _initials(name: str) -> str:
    return "".join(w[0] for w in re.split(r"[\s-]+", name) if w[:1].isupper())


def headed(identifier: str) -> str:
    """The noun that the name of a body is built on: "league" of the League of Ports, "bank" of the Settlement Bank."""
    if identifier[2:].endswith(_FIRMS):
        return "company"
    first = identifier[2:].split("-of-")[0].split("-for-")[0].rsplit("-", 1)[-1]
    return first if first in BODIES else identifier[2:].rsplit("-", 1)[-1]


def kind_of(identifier: str) -> str:
    """state, body, person or thing."""
    return {"c": "state", "o": "body", "p": "person", "g": "group"}.get(identifier.split(".", 1)[0], "thing")


def several_people(identifier: str) -> bool:
    """Whether an identifier of persons is of several, by its words."""
    word = identifier.rsplit("-", 1)[-1].removeprefix("p.")
    return word in NOUNS["plurals"] or (word.endswith("s") and word in NOUNS["persons"])


def initialled(identifier: str) -> bool:
    """Whether a body is called by initials: CIPS, SPFS."""
    return "-" not in identifier and len(identifier) <= 8


def is_one(identifier: str) -> bool:
    """Whether a body is one, and not several banks or firms."""
    return identifier.rsplit("-", 1)[-1] not in PLURAL_BODIES and not identifier.startswith("o.members-")


def vessels(units: Sequence[Unit]) -> Iterator[tuple[int, int]]:
    """The ships that are named in a sentence: "the tanker Sea Lark"."""
    for k, unit in enumerate(units):
        end = k + 1
        while end < len(units) and units[end].tag in {"N", "E"} and units[end].text[:1].isupper():
            end += 1
        if unit.lower in CLOSED["vessels"] and end > k + 1:
            yield k, end
