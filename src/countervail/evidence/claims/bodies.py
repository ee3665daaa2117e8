"""Who is meant: a name, description or pronoun as the identifier of a state (`c.`), body (`o.`), person (`p.`) or
other thing (`n.`).

Every organisation and grouping is an actor of its own. Names of one body are brought together where the text says so
("X (ABC)", "renamed ABC", "ABC stands for X") or `data/bodies.txt` or a profile does. "The league" is the last body
that is called so; "it" is the subject before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from countervail.evidence.claims.actors import (
    BODIES,
    CALLED,
    GROUPING,
    NOUNS,
    PLURAL_BODIES,
    adjective_codes,
    is_one,
    kind_of,
    several_people,
    vessels,
)
from countervail.evidence.claims.complements import unmarked_person
from countervail.evidence.claims.descriptions import FINDING, SYSTEMS, Described
from countervail.evidence.claims.owners import against, of_speaker, phrase_head, relative_after, several_things
from countervail.evidence.claims.participles import acts
from countervail.evidence.claims.phrases import kind, listed_from, phrase_from, text_of
from countervail.evidence.claims.tellers import tells_last
from countervail.evidence.claims.units import CLOSED, Unit
from countervail.evidence.model import slug
from countervail.evidence.tables import capitals
from countervail.evidence.text.tokens import data_sections, lexicon

Span = tuple[int, int]
NEAR_GROUP = 3
"""How many sentences back actors may be named together that "the two governments" are."""
SMALL = {word: number for number, word in enumerate(data_sections("english/grammar.txt")["counting"], 2)}
_OF_STATES = frozenset(["Chair", "President", "Member", "Partner", "Leader", "Founder", "Coordinator"])
_APPOSED = {
    "person": NOUNS["persons"],
    "organisation": BODIES | {"member", "subsidiary", "unit", "entity", "enterprise", "affiliate"},
    "country": frozenset({"member", "founder", "observer", "candidate", "signatory", "neighbour", "neighbor", "ally"}),
}
"""What a description after a name and a comma is called, by what the name is of."""
_THE = frozenset(["the", "his", "her", "its"])
_OWNED = frozenset(["ministry", "government", "embassy", "parliament", "secretariat", "board", "council"])
"""What a body or state has and is not."""
_SEX = {"he": "he", "him": "he", "his": "he", "she": "she", "her": "she"}
_DESCRIBING = CALLED | SYSTEMS
_THEY = frozenset({"they", "them", "their"})
_PLURAL_STATES = frozenset(f"c.{code}" for code in ("ARE", "USA", "NLD", "PHL", "BHS", "MDV", "SYC", "SLB", "MHL"))
PRONOUNS = {
    **dict.fromkeys(("it", "itself", "its"), "thing"),
    **dict.fromkeys(("they", "them", "their", "who"), "any"),
    **dict.fromkeys(("he", "she", "him", "her", "his"), "person"),
    **dict.fromkeys(("we", "i", "us", "our", "my", "me"), "speaker"),
    "you": "reader",
}
"""What each pronoun stands for."""


class Actors(Described):
    """The actors of one text."""

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
        if b - a == 1 and units[a].tag == "E" and (found := self.mention(units[a])):
            return found  # most are a name
        if together := self._together(units, a, b):
            return together
        if b - a == 1 and units[a].lower in PRONOUNS and units[a].tag != "E":
            return self._pronoun(units[a].lower, before, speaker, body)
        core = units[head := phrase_head(units, a, b) if b - a > 1 else a]
        if core.tag == "E" and (found := self.mention(core)):
            return found
        if mine := self.ours(units, a, b, speaker):
            return mine
        owned = units[a].lower in {"its", "their", "our"}
        apposed = self._apposed(units, b, core, owned) or self._in_apposition(units, a, b, core)
        if apposed:
            return apposed
        person = unmarked_person(units, a, b) or self._described_person(units, a, b)
        if person:
            return f"p.{slug(person)}"
        if role := self.by_role(units, a, b):
            return role
        if owned and b - a > 2 and core.text.title() in lexicon().posts:  # "its energy minister"
            person = self.reading.holder(text_of(units, (a + 1, b)))
            if person:
                return f"p.{slug(person)}"
        if shared := self._shared_head(units, a, b):
            return shared
        owner = next((u for u in units[a:head] if u.tag == "E" and u.mention and u.mention.type == "country"), None)
        state = self._state(units, a, b, head, owner)
        if state:
            return state
        grouped = head > a and core.text.islower() and core.lower in {*CLOSED["any_group"], "system"}
        named = self.mention(units[head - 1]) if grouped else None
        if named and (self.is_club(named) or (core.lower == "system" and named[0] == "o")):
            return named  # "the BRICS group of emerging economies"
        if core.lower in GROUPING and (opposed := against(units, b)):
            return f"o.{core.lower}-{opposed}"
        titled = b - a == 2 and units[a].tag == "D" and core.tag == "N" and core.text.istitle()
        titled = titled and core.text not in lexicon().trades
        if core.lower == "bank" and head > a and units[head - 1].lower in {"left", "right", "west"}:
            return f"n.{units[head - 1].lower}-bank"  # of a river
        if core.lower in _DESCRIBING or titled:
            described = self.described(units, a, b, head)
            if described:
                return described
        joined_up = core.lower in SYSTEMS and head > a and units[head - 1].tag == "N"
        kind = "o" if core.lower in BODIES or joined_up else "p" if core.lower in NOUNS["persons"] else "n"
        if kind == "n" and core.lower in CLOSED["counted"] and units[a].tag == "#":
            kind = "o"  # "eleven states"
        if kind == "n" and core.tag == "N" and core.text[0].isupper() and (head > 0 or b - a > 1):
            kind = "o"
        if kind == "o" and core.lower in GROUPING and core.text[0].isupper() and b - a > 1 + (units[a].tag == "D"):
            self._introduce(units[a].start, f"o.{slug(self._words(units, a, b))[:80]}", core)
        made = f"{kind}.{slug(self._words(units, a, b))[:80]}"
        self.titled |= {made} if kind == "n" and core.text[:1].isupper() else set()
        return made

    @staticmethod
    def _words(units: Sequence[Unit], a: int, b: int) -> str:
        """The words of a phrase that identify it."""
        while a < b - 1 and (units[a].tag in {"O", "P", "X"} or units[a].lower in NOUNS["determiners"]):
            a += 1  # "none of the members", "some of them"
        kept = [u for u in units[a:b] if u.tag in {"N", "E", "#", "V", "P", "-", "C", "Q"}]
        if b - a == 1 and units[a].lower == "everything":
            return "everything"
        return " ".join(u.text for u in kept if u.lower not in NOUNS["determiners"])

    def _together(self, units: Sequence[Unit], a: int, b: int) -> str | None:
        """The actors that "the three governments", "both countries", "all three" stand for: the last so many named."""
        words = [u.lower for u in units[a:b]]
        words = ["both", "states"] if words in (["neither", "country"], ["neither", "state"]) else words
        if words[0] not in CLOSED["of_several"] or b - a > 4 or any(u.tag == "E" for u in units[a:b]):
            return None
        number = 2 if words[0] == "both" else next((SMALL.get(w, 0) for w in words[:3]), 0)
        number = number or next((SMALL[w] for w in words[1:3] if w in SMALL), 0)
        plural = words[-1] in SMALL or (words[-1].endswith("s") and words[-1] not in {"sanctions", "times", "years"})
        plural = plural or words == ["both"]
        if number < 2 or not plural:
            return None
        alike = slug(" ".join(words[1:]).removesuffix("s"))  # "both central banks", however far back
        called = len(words) > 2 and words[-1] not in SMALL
        for group in reversed(self.order) if called else ():
            if len(self.groups[group]) == number and all(alike in i for i in self.groups[group]):
                return group
        firms = not CLOSED["no_states"].isdisjoint(words)
        groups = [g for g in reversed(self.order) if len(self.groups[g]) == number]
        made = next((g for g in groups if not (firms and all(i.startswith("c.") for i in self.groups[g]))), None)
        if made is not None and self.sentence - self.seen.get(made, self.sentence) > NEAR_GROUP:
            return "n.unknown"  # spoken of too long ago
        return made

    def _shared_head(self, units: Sequence[Unit], a: int, b: int) -> str | None:
        """The bodies of several states at once: "the central banks of Paraguay and Bolivia"."""
        of = next((k for k in range(a + 1, b) if units[k].lower == "of"), None)
        if of is None or units[of - 1].lower not in PLURAL_BODIES or of + 1 >= len(units):
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

    def _apposed(self, units: Sequence[Unit], b: int, core: Unit, owned: bool = False) -> str | None:
        """The name after "its owner, X": what a description is of."""
        while (
            b + 1 < len(units)
            and units[b].tag == "P"
            and units[b + 1].lower != "behalf"
            and (end := phrase_from(units, b + 1, len(units))) > b + 1
        ):
            b = end  # "the envoy in Beijing, X"
            last = units[b - 1].mention  # "the Under Secretary for Financial Intelligence X"
            own = units[b - 2].tag == "N" and units[b - 2].lower not in NOUNS["persons"]  # not "an aide to Minister X"
            if core.lower in NOUNS["persons"] and last and last.type == "person" and own:
                return self.mention(units[b - 1])
        if b + 1 >= len(units) or units[b].tag != ",":
            return None
        k = b + 1 + (units[b + 1].lower == "the" and b + 2 < len(units))
        while k < len(units) - 1 and k < b + 5 and units[k].tag in {"N", "."} and not units[k].text[0].islower():
            k += 1  # "the master, Captain X"
        named = units[k].mention
        if named is None and core.lower in GROUPING and units[k].tag in {",", "."} and units[k - 1].text[0].isupper():
            return f"o.{slug(self._words(units, b + 1, k))}"  # "from one such grouping, the Commonwealth, in 2016"
        post = core.text.title().removesuffix("s") in lexicon().posts - _OF_STATES  # no person is a state
        if named is None or named.type in {"date", kind(units[b - 1])} or (named.type == "country" and post):
            return None  # "owners from Denmark, Finland and Norway"
        described = core.lower in NOUNS["persons"] | BODIES | GROUPING | SYSTEMS or (
            named.type == "person" and core.tag == "N" and not tells_last(units, k + 1)
        )
        described = described or (named.type == "organisation" and (owned or core.lower.endswith("est")))
        closed = k + 1 >= len(units) or units[k + 1].tag in {",", ".", ";", "(", ")"}
        return self.mention(units[k]) if described and closed else None

    def _in_apposition(self, units: Sequence[Unit], a: int, b: int, core: Unit) -> str | None:
        """The name before ", a bank representative": who a description after a comma is of; not in "Ms. X, the
        ambassador wrote to us"."""
        if a < 2 or units[a - 1].tag != ",":
            return None
        article = units[a].lower in {"a", "an", "the", "its", "one"}
        if not article and core.text.title() not in lexicon().posts:
            return None
        k = a - 2
        if units[k].tag == ")":
            k = next((n - 1 for n in range(k, 0, -1) if units[n].tag == "("), k)
        named = units[k].mention
        if named is None or named.type == "date" or (units[a].lower == "its" and core.lower in _OWNED):
            return None  # "has applied to the club, its ministry said"
        addressed = named.type != "person" or (k < 3 and units[0].text in lexicon().titles)
        fits = core.lower in _APPOSED[named.type] and not (addressed and acts(units, b))
        made = named.type == "organisation" and core.lower in CLOSED["makers"] and units[a].lower in {"a", "an"}
        fits = fits or (made and relative_after(units, b))  # "X, a maker of pumps in Oslo that Chad has listed"
        return self.mention(units[k]) if fits else None

    def _pronoun(self, word: str, before: Sequence[str], speaker: str | None, body: bool) -> str:
        kind = PRONOUNS[word]
        if kind == "reader" or (ship := self.aboard(word, before)):
            return "p.unnamed" if kind == "reader" else ship
        if (
            body
            and kind != "person"
            and not (kind == "speaker" and speaker not in self.guests)
            and (found := next((i for i in [*before, *self.spoken[::-1]] if i.startswith("o.") and is_one(i)), None))
        ):
            return found
        if kind == "speaker":
            return self.speaking(word, speaker)
        if word in _THEY and self.fresh > 0 and self.order and not any(i in self.groups for i in before[:3]):
            return self.order[-1]
        several: set[str] = set()  # named together last: none of them is "it"
        for identifier in before:
            if identifier in self.groups:
                if word in _THEY:
                    return identifier
                several = several or set(self.groups[identifier])
                continue
            one = not identifier.endswith("s") if identifier[:2] == "n." else not several_people(identifier)
            if word in _THEY and one and identifier.startswith(("n.", "p.")):
                continue
            plural = identifier in self.peoples or identifier in _PLURAL_STATES - {"c.USA"}
            if word in _THEY and identifier.startswith("c.") and not plural:
                continue  # a state is "it"
            if kind == "person" and identifier in {"p.man", "p.woman"}:
                continue  # somebody who is only "a man"
            if kind == "person" and self.sex.get(identifier, _SEX[word]) != _SEX[word]:
                continue
            if kind == "person" and several_people(identifier):
                continue
            end = identifier.rsplit("-", 1)[-1]
            if kind == "thing" and (identifier in several or end in PLURAL_BODIES or several_things(identifier)):
                continue
            if kind == "any" or (kind == "person") == identifier.startswith("p."):
                return identifier
        states = [i for i in before if word in _THEY and i in _PLURAL_STATES]
        return states[0] if states else {"person": "p.unknown"}.get(kind, "n.unknown")

    def _state(self, units: Sequence[Unit], a: int, b: int, head: int, owner: Unit | None) -> str | None:
        """The state that "the Iranian government", "Iran's authorities" or "Tehran" stands for."""
        core = units[head]
        if region := self.reading.of_region(" ".join(u.lower for u in units[a:b]), units[a].start):
            return f"c.{region}"  # "the Gulf state"
        beside = kind(units[b + 1]) if [u.tag for u in units[b : b + 3]] == ["(", "E", ")"] else ""
        if beside == "country" and self.mention(units[b + 1]) != f"c.{capitals().get(core.text)}":
            return None  # "Tripoli (Lebanon)": a city
        if b - a == 2 and (code := capitals().get(f"{units[a].text} {units[a + 1].text}")):
            return f"c.{code}"  # "Abu Dhabi denied it"
        if b - a == 1 or (b - a == 2 and units[a].lower == "the"):
            code = capitals().get(core.text)
            if code or core.text in {"Brussels", "European"}:
                return f"c.{code}" if code else "o.european-union"
            if b - a == 2 and core.text[:1].isupper():  # "the Americans", "the British"
                codes = adjective_codes(core.text) or adjective_codes(core.text.removesuffix("s"))
                if len(codes) == 1:
                    self.peoples.add(f"c.{codes[0]}")
                    return f"c.{codes[0]}"
        if b - a == 1 and core.tag == "N" and len(codes := adjective_codes(core.text)) == 1:
            return f"c.{codes[0]}"  # of "the Canadian list"
        plain = units[a].lower in _THE and all(u.lower in CLOSED["of_any_state"] for u in units[a + 1 : head])
        if core.lower in CLOSED["country_words"] and plain and head == b - 1:
            states = [k for k in range(a) if kind(units[k]) == "country"]
            states = [k for k in states if units[k + 1].tag not in {"N", "G"}] or states  # not "US sanctions", "Mali's"
            before = units[states[-1]] if states else None
            found = self.mention(before) if before is not None else None
            own = units[a].lower in {"his", "her"}  # whose country, the text has not said
            return found or (None if own else next((i for i in self.recent if i.startswith("c.")), None))
        named = core.lower in CLOSED["country_words"] and [u.lower for u in units[head + 1 : head + 2]] == ["of"]
        both = head > a + 2 and core.lower == "governments"  # "the French and German governments"
        if core.lower not in NOUNS["states"] and not (named or both):  # "the island nation of Malta"
            return None
        if owner is not None:
            return self.mention(owner)
        of = next((u for u in units[head:b] if u.tag == "E" and u.mention and u.mention.type == "country"), None)
        if of is not None:
            return self.mention(of)
        if CLOSED["regional"].intersection(u.lower for u in units[a:head]) - {"american"}:
            return None  # "the European and Latin American governments"
        owners = ["c." + "|".join(codes) for u in units[a:head] if (codes := adjective_codes(u.text))]
        if owners:
            return self.group(owners) if len(owners) > 1 else owners[0]
        if b - a == 2 and units[a].lower in _THE and core.lower in {"government", "authorities", "leadership"}:
            first = next((k for k in range(a) if [u.lower for u in units[k : k + 2]] == ["the", core.lower]), a)
            states = [k for k in range(first) if kind(units[k]) == "country" and not _named_on(units, k)]
            before = units[states[-1]] if states else None  # "accused the government of helping Chad; the government"
            before = (of_speaker(units, a) if units[a].lower in {"his", "her"} else None) or before
            return self.mention(before) if before is not None else None
        return None

    def _described_person(self, units: Sequence[Unit], a: int, b: int) -> str | None:
        """The last person before who was introduced as what "the ambassador" says."""
        if b - a != 2 or units[a].lower not in {"the", "this", "that"} or units[b - 1].lower not in NOUNS["persons"]:
            return None
        if units[b - 1].lower in NOUNS["plurals"]:
            return None
        place, word = units[a].start, units[b - 1].lower
        text = self.reading.folded.text
        for at, name, words in reversed(self.people):
            here = place - at < len(name) + 60 and word not in text[max(0, at - 50) : place].lower().split(". ")[-1]
            if at < place and word in words and not here:  # not "X, a deputy, accuses the minister"
                return self.reading.full_name(name)
        return None

    def remember(self, units: Sequence[Unit], clauses: Sequence[Any]) -> None:
        """Keep in mind who a sentence spoke of: its main subjects, then a person it names."""
        self.fresh, self.sentence = self.fresh - 1, self.sentence + 1
        if not clauses and "".join(u.tag for u in units[:5]) in {"N.E.", "NE."}:
            return  # "Mr. SMITH.", who has the word
        main = [c for c in clauses if c.verb.kind == "finite" and c.subjects and c.governor is None and not c.inserted]
        about = {x + k for c in main for x, _ in c.subjects for k in range(3)}  # "The crude tanker X left"
        for span in (s for s in vessels(units) if not clauses or s[0] in about):
            self.ship = self.of(units, span)
            self.recent[:0] = [self.ship][len(main) :]
        known = list(self.recent)  # whom "it" is of, not whom the same sentence names after it
        pair: list[str] = []
        for clause in main[:2][::-1]:
            is_who = clause.objects[0] if clause.verb.lemma == "be" and clause.objects else (0, 0)
            named = next((u for u in units[slice(*is_who)] if u.mention and u.mention.type == "person"), None)
            identifier = self.of(units, clause.subjects[0], known if clause is main[0] else self.recent)
            identifier = (named and self.mention(named)) or identifier  # "The acting secretary is X. He ..."
            if is_who[1] and len(clause.objects) > 1 and all(units[b - 1].tag == "E" for _, b in clause.objects):
                identifier = self.group([self.of(units, s, self.recent) for s in clause.objects])  # "Its members are"
            body = next((u for u in units[::-1] if u.mention and u.mention.type == "organisation"), None)
            if len(clause.subjects) > 1 and body and (meant := self.mention(body)):
                self.recent.insert(0, meant)  # "A and B joined the league": "it" is the league
            pair.insert(0, identifier)
            if not identifier.endswith((".unknown", ".what", ".who", ".you", ".which")):
                self.recent.insert(0, identifier)
            found = clause.objects[:1] if clause.verb.lemma in FINDING and not clause.verb.passive else []
            if any(u.tag == "E" for a, b in found for u in units[a:b]):  # "The Group identified X as the buyer. It"
                self.recent.insert(1, self.of(units, found[0], self.recent))
            if len(clause.subjects) > 1:
                self.recent.insert(0, self.group([self.of(units, s, self.recent) for s in clause.subjects]))
        self.paired(pair if len(main) == 2 and all(len(c.subjects) == 1 for c in main) else [])
        for clause in clauses:  # "I read that Qatar may leave": Qatar, after those of whom the sentence is
            if clause.subjects and clause not in main and clause.verb.kind == "finite":
                identifier = self.of(units, clause.subjects[0], self.recent)
                if kind_of(identifier) in {"state", "body"} and identifier not in self.recent[:3]:
                    self.recent.insert(len(main[:2]), identifier)
        if person := next((u for u in units if u.mention is not None and u.mention.type == "person"), None):
            identifier = self.mention(person) or ""
            if identifier not in self.recent[:2]:
                told = [c for c in main[:2] if c.subjects and units[c.subjects[0][0]].lower not in {"i", "we"}]
                self.recent.insert(len(told), identifier)  # "I asked X whether ...": X
            owner = next((i for i in self.recent[:4] if i.startswith("o.")), None)
            k = next(k for k, u in enumerate(units) if u is person)
            if owner and 1 < k < 6 and units[0].lower in {"its", "their"}:  # "Its director, X"
                self.bodies_of_people.setdefault(identifier, owner)
        del self.recent[8:]


def _named_on(units: Sequence[Unit], k: int) -> bool:
    """Whether a name goes on after a state: "the Barbados Treaty"."""
    return units[k + 1].tag == "N" and units[k + 1].text[:1].isupper()
