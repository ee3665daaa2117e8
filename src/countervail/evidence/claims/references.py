"""Whom the phrases of a clause name, several at once and the grouping that is meant; and a frame laid over a clause in
the terms of its predicate: who is invited to what, who gets what from whom, who is paid through what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from countervail.evidence.claims.actors import GROUPING, world_bodies
from countervail.evidence.claims.bodies import PRONOUNS, SMALL
from countervail.evidence.claims.clause import SEASONS, Clause, Span
from countervail.evidence.claims.context import Context, person
from countervail.evidence.claims.owners import of_member
from countervail.evidence.claims.phrases import head_word, listed_from, listed_to, phrase_from
from countervail.evidence.claims.speech import Parsed
from countervail.evidence.claims.units import CLOSED, SELVES, Unit
from countervail.evidence.model import slug
from countervail.evidence.tables import Frame

MEMBERSHIP = frozenset(
    ["joined", "left", "listed_in", "observer_of", "partner_of", "founded", "applied_to", "suspended"]
)
STATE_OF_BODY = frozenset(["membership", "accession", "entry", "admission", "status", "participation", "leave"])
BODYLIKE = GROUPING | CLOSED["bodylike"]
SIGNABLE = CLOSED["signable"] | {f"{word}s" for word in CLOSED["signable"]}
MEASURES = frozenset(
    ["sanctions", "measures", "embargo", "restrictions", "cap", "ban", "blockade", "controls", "quota", "bans"]
)
UNKNOWN = "p.unknown"
UNNAMED = "p.unnamed"


@dataclass(slots=True)
class Filled:
    """A frame laid over a clause: ids of those who do it and of what it is done to, and the other roles."""

    clause: Clause
    predicate: str
    subjects: list[str]
    objects: list[str]
    roles: dict[str, Any] = field(default_factory=dict)
    frame: Frame | None = None
    spans: list[Span] = field(default_factory=list)
    certain: bool = False
    """Whether it is so whatever the verb of the sentence says ("X's application was not approved")."""
    denied: bool = False
    """Whether what governs it says that it did not come about ("declined the invitation to join")."""


def as_list(value: Any) -> list[str]:
    """One identifier or several, as a list."""
    return [value] if isinstance(value, str) else list(value or ())


def one_or_many(ids: list[str]) -> str | list[str]:
    """An identifier alone, several as a list."""
    return ids[0] if len(ids) == 1 else ids


def span_of(units: Sequence[Any], made: Filled) -> tuple[int, int]:
    """The folded span of what a claim is read from: its phrases, verb and dates."""
    clause = made.clause
    spans = [*made.spans, *(s for _, many in clause.phrases for s in many)]
    first = min([clause.verb.start, *(s[0] for s in spans)])
    last = max([clause.verb.end, clause.end, *(s[1] for s in spans), *(t + 1 for t in clause.times)])
    return units[first].start, units[last - 1].end


_OF_MEASURES = frozenset(["sanctioned", "imposed", "froze", "lifted"])


class References:
    """Resolves phrases while the clauses of one text are read in order."""

    def __init__(self, shared: Context) -> None:
        self.shared = shared
        self.actors = shared.actors
        self.pronouns: dict[tuple[int, Span], str] = {}
        self.invited: list[str] = []
        """What somebody was last invited to."""
        self.done: dict[str, list[str]] = {}
        """To whom or what each predicate was last claimed, in the sentence before or in this one."""
        self.signable: str | None = None
        """The letter, treaty or contract that was last spoken of."""
        self.stated: list[Parsed] = []
        """Questions as statements, kept because what their pronouns stand for is."""
        self.questioned = False
        """Whether the sentence before is a question."""
        self.before_this: list[Filled] = []
        self.here: list[Filled] = []
        """What the sentence has claimed so far."""
        self.punished: list[str] = []
        """Who was last put under sanctions."""
        self.measure: str | None = None
        """The sanctions that were last spoken of."""
        self.thing: str | None = None
        """What was last done something to that is neither a state nor a person."""
        self.last: list[Filled] = []
        """What the sentence before said."""
        self.named: frozenset[str] = frozenset()
        """Who the sentence before names as doing something."""
        self.alone: frozenset[str] = frozenset()
        """Who was named last in a sentence that speaks of no other person."""
        self.mains: frozenset[str] = frozenset()
        """Whom its main clauses are about, where it stands in the same paragraph."""
        self.lead: tuple[str, ...] = ()
        """Whom a line is about that ends with a colon, for "it" of the items below."""
        self.item, self.paragraph = False, -1
        self.end = 0
        """Where the sentence before ends."""
        self.clubs: list[str] = []
        """Bodies that somebody was said to be in, to enter or to leave, the last one last."""

    def beside(self, parsed: Parsed) -> None:
        """Keep in mind who is named right before a sentence where no sentence is: "6. Mr. X, Poland. He ..."."""
        start = parsed.sentence.start
        if not 0 < start - self.end < 300:
            return
        reading = self.shared.reading
        for mention, a, _ in reading.within(self.end, start, "person")[-1:]:
            if "\n\n" not in reading.folded.text[a:start] and ":" not in reading.folded.text[a:start]:
                self.actors.recent.insert(0, f"p.{slug(reading.full_name(mention.value or ''))}")

    def opens(self, parsed: Parsed) -> None:
        """Forget what is too far back for a pronoun, and keep in mind what can be signed."""
        self.done = {m.predicate: m.objects for m in self.before_this if m.objects}
        self.here, self.before_this = [], []
        for clause in parsed.clauses:
            for span in [*clause.subjects, *clause.objects, *(s for _, spans in clause.phrases for s in spans)]:
                if head_word(parsed.units, span) in MEASURES and parsed.units[span[0]].tag != "O":
                    self.measure = self.actors.of(parsed.units, span, self.actors.recent)
                words = parsed.units[span[0] : span[1]]  # not "cannot sign treaties", "three orders"
                several = words[0].tag in "#O" or (len(words) == 1 and words[0].lower.endswith("s"))
                titled = any(u.lower in CLOSED["treaties"] and u.text.istitle() for u in words)
                if (titled or head_word(parsed.units, span) in SIGNABLE) and not several:
                    self.signable = self.actors.of(parsed.units, span, self.actors.recent)

    def note(self, made: Filled, parsed: Parsed) -> None:
        """Keep in mind what something was done to, for "it"."""
        self.here.append(made)
        self.before_this.append(made)
        spans = made.clause.subjects if made.clause.verb.passive else made.clause.objects
        if len(spans) == 1 and spans[0][1] - spans[0][0] == 1 and parsed.units[spans[0][0]].tag == "O":
            return
        self.thing = next((o for o in made.objects if o[:2] in {"n.", "o."} and o != "n.unknown"), self.thing)
        self.done[made.predicate] = made.objects or self.done.get(made.predicate, [])
        if made.predicate == "signed" and made.objects and (made.objects[0][-1] != "s" or "-" in made.objects[0]):
            self.signable = made.objects[0]

    def ids(
        self, parsed: Parsed, clause: Clause, spans: Sequence[Span], body: bool = False, acting: bool = False
    ) -> list[str]:
        """The identifiers of phrases of a clause; `acting` says that a pronoun stands for somebody who can act."""
        units = parsed.units
        pronoun = any(b - a == 1 and units[a].lower in PRONOUNS and units[a].tag != "E" for a, b in spans)  # not "US"
        before = self.shared.before(parsed, clause) if pronoun else []
        before = [*(self._spoken_before(parsed, clause, spans) if pronoun else []), *before]
        for a, b in spans if pronoun else ():
            if b - a == 1 and units[a].lower in {"him", "her"}:  # "fined X's partner, Y; A barred him"
                people = [u for u in units[:a] if u.mention is not None and u.mention.type == "person"]
                before = [*before, *(i for u in people[::-1] if (i := self.actors.mention(u)) and i not in before)]
        if pronoun and self.item and spans == clause.subjects and not parsed.earlier(clause):
            before = [*self.lead, *before]
        owner = self._owner_of_doer(parsed, spans) if pronoun else None
        before = [owner, *before] if owner else before
        if pronoun and spans == clause.objects and not clause.verb.passive:  # nobody does it to himself
            doing = {self.actors.of(units, s, self.actors.recent) for s in clause.subjects if units[s[0]].tag != "O"}
            before = [i for i in before if i not in doing]
        again = clause.relative and any(units[a].lower == "it" for m in self.here for a, _ in m.clause.subjects)
        done = [b - 1 for c in parsed.earlier(clause)[-1:] for _, b in c.objects if clause.coordinated and pronoun]
        named = any(units[k].tag != "E" and not units[k].text.islower() for k in done[:1])  # "held the Tern, listed it"
        again = again or named or clause.verb.lemma == "suspend"
        if acting and pronoun and spans == clause.objects and not again:  # who is put on a list is rather a firm
            before = sorted(before, key=self.actors.rarely_listed)
            if parsed.units[spans[0][0]].lower == "them" and len(spans) == 1:
                firms = next((i for i in before if self.actors.several_firms(i)), "n.unknown")
                return self.actors.several(firms)
        elif acting and not named and any(i[:2] in {"c.", "o.", "p.", "g."} for i in before):
            before = [i for i in before if not i.startswith("n.") or i in self.actors.titled]
        signed = (parsed.sentence.document.signatory or {}).get("name")
        writer = person(self.shared.reading.full_name(signed)) if signed else None
        speaker = next(iter(parsed.speakers[::-1]), writer) or (UNKNOWN if parsed.quote is not None else None)
        found: list[str] = []
        counted = bool(spans) and (len(spans) == 1 or (units[spans[0][0]].tag == "#" and len(spans) == 2))
        if counted and (listed := self._spelt_out(parsed, (spans[0][0], spans[-1][1]))):
            return listed  # "six banks and wallets ..., among them A and B"
        last = spans[1:] and [units[a].tag == "#" for a, _ in spans] == [*(False for _ in spans[1:]), True]
        if last and (listed := self._spelt_out(parsed, spans[-1])):  # "A and two firms, namely B and C"
            return [*self.ids(parsed, clause, spans[:-1], body, acting), *listed]
        if len(spans) > 2 and self._announces(parsed, spans):
            spans = spans[1:]  # "two companies, A and B"
        for span in spans:
            if len(found) > 1 and self._in_shared(parsed, spans, span):
                continue
            key = (id(parsed), span)
            if (
                body
                and [u.lower for u in units[slice(*span)]] == ["it"]
                and (club := self._joined_before(parsed, clause) or self._joinable(before))
            ):
                self.pronouns[key] = club
            if body and spans == clause.objects and units[span[0]].lower == "them" and span[1] - span[0] == 1:
                clubs = [i for i in before if i in self.actors.groups or self.actors.is_club(i)]
                self.pronouns[key] = clubs[0] if clubs else "n.unknown"  # "Chad will join them"
            if key not in self.pronouns:
                self.pronouns[key] = self.actors.of(parsed.units, span, before, speaker, body)
            found += self.actors.several(self.pronouns[key])
        return found

    def _spoken_before(self, parsed: Parsed, clause: Clause, spans: Sequence[Span]) -> list[str]:
        """What a pronoun can stand for that a verb before in the sentence was claimed of."""
        units, found = parsed.units, list[str]()
        if clause.coordinated and spans == clause.objects:  # "listed X and took him off the list"
            earlier = [c for c in parsed.earlier(clause) if c.objects][-1:]
            it = units[spans[0][0]].lower
            again = [self.pronouns.get((id(parsed), s)) for c in earlier for s in c.objects if units[s[0]].lower == it]
            if again and again[0]:
                return [again[0]]  # "to grant it observer status and to invite it"
            doer = [(a, a + 1) for c in earlier for a, _ in c.after("by") if units[a].tag == "E"]
            if doer and any(c.link == "to" for c in clause.complements):
                return [self.actors.of(units, doer[0], self.actors.recent)]  # "decried the raid by X and urged it to"
            known = [m for m in self.here[-1:] if m.objects and any(c is m.clause for c in earlier)]
            found = [o for m in known for o in m.objects[:1]]
            found = found or [self.actors.of(units, s, self.actors.recent) for c in earlier for s in c.objects[:1]]
        if clause.relative and spans == clause.objects:  # "It has left the pact, which had suspended it"
            word = units[spans[0][0]].lower
            alike = [m for m in self.here if any(units[a].lower == word for a, _ in m.clause.subjects)]
            found += [i for m in alike for i in m.subjects]
        return found

    def _owner_of_doer(self, parsed: Parsed, spans: Sequence[Span]) -> str | None:
        """Whom "it" stands for where those who do something to it are its own: "The bank's lawyers advised it"."""
        units = parsed.units
        clause = next((c for c in parsed.clauses if c.objects == spans and not c.verb.passive), None)
        for a, b in clause.subjects[:1] if clause is not None else ():
            k = next((k for k in range(a + 1, b) if units[k].tag == "G"), None)
            if k is not None and (units[k - 1].tag == "E" or units[a].tag == "D"):
                return self.actors.of(units, (a, k), self.actors.recent)
        return None

    def _joined_before(self, parsed: Parsed, clause: Clause) -> str | None:
        """The body that "it" is where somebody enters or leaves it: the object of a verb before in the sentence."""
        for other in reversed(parsed.earlier(clause)):
            entering = any(head_word(parsed.units, s) in STATE_OF_BODY for s in other.objects)
            for span in [*(other.after("to") if entering else []), *other.objects, *other.subjects]:
                named = parsed.units[span[0]].tag != "O" and span not in clause.subjects
                span = of_member(parsed.units, span)
                if named and self.is_body(parsed.units, span):
                    return self.actors.of(parsed.units, span, self.actors.recent)
        return None

    def _joinable(self, before: Sequence[str]) -> str | None:
        """The agreement last signed, or the body somebody was last said to be in; None where the sentence before is
        about a body."""
        first = before[0] if before else ""
        grouping = BODYLIKE.intersection(first[2:].split("-")) or self.actors.is_club(first) or first in world_bodies()
        if first.startswith("o.") and grouping:
            return None
        if self.thing is not None and self.thing.rsplit("-", 1)[-1].removeprefix("n.") in BODYLIKE:
            return self.thing
        return self.clubs[-1] if self.clubs else None

    def _spelt_out(self, parsed: Parsed, span: Span) -> list[str]:
        """The states after "namely" or a colon that a counted phrase stands for: "six States ..., namely A, B ..."."""
        units = parsed.units
        words = [u.lower for u in units[span[0] : span[1]]]
        words = words[3:] if words[:3] == ["the", "assets", "of"] and words[3:] else words
        number = next((SMALL[w] if w in SMALL else int(w) for w in words[:2] if w in SMALL or w.isdecimal()), 0)
        if not 2 <= number < 100 or not words[-1].endswith(("s", "people", "men", "women")):
            return []
        if span[1] < len(units) and units[span[1]].tag == "," and "of" in words:  # "two of its members, A and a firm"
            beside = [u for a, b in listed_from(units, span[1] + 1, len(units)) for u in units[a:b] if u.tag == "E"]
            firms = [i for u in beside if u.mention and u.mention.type != "country" and (i := self.actors.mention(u))]
            if firms:
                return firms
        if among := self._among_them(parsed, span):
            return among
        at = span[1]
        while at + 1 < len(units) and units[at].tag == "P" and (end := phrase_from(units, at + 1, len(units))) > at + 1:
            at = end
        words_after = [u.lower for u in units[at : at + 3]]
        named = words_after[1:] == ["among", "them"] or words_after[1:2] == ["including"]
        if words_after[:1] == [","] and named:
            names = listed_from(units, at + 2 + (words_after[1] == "among"), len(units))
            if names and all(any(units[k].tag == "E" for k in range(*s)) for s in names):
                return [self.actors.of(units, s, self.actors.recent) for s in names]
        if at + 1 < len(units) and units[at].tag in {",", "("}:  # "two firms in X, A and B"
            those = [u.lower for u in units[at + 1 : at + 3]] == ["those", "of"]
            names = listed_from(units, at + 1 + 2 * those + (units[at + 1].lower == "namely"), len(units))
            if len(names) == number and all(any(units[k].text[:1].isupper() for k in range(*s)) for s in names):
                return [self.actors.of(units, s, self.actors.recent) for s in names]
        for k in range(span[1], len(units) - 2):
            if units[k].lower not in {"namely", ":"}:
                continue
            start = k + 1 + 2 * (units[k + 1].lower == "those" and units[k + 2].lower == "of")
            given = [s for s in listed_from(units, start, len(units)) if any(units[m].tag == "E" for m in range(*s))]
            firms = [self.actors.of(units, s, self.actors.recent) for s in given] if units[k].lower == ":" else []
            if len(firms) == number and all(i.startswith(("o.", "p.")) for i in firms):
                return firms  # "three banks: A, B and C"
            states = [
                units[m]
                for a, b in listed_from(units, start, len(units))
                for m in range(a, b)
                if (mention := units[m].mention) is not None and mention.type == "country"
            ]
            end = max((b for _, b in listed_from(units, start, len(units))), default=0)
            nearly = units[k].lower == ":" and len(states) > 1 and end >= len(units) - 1
            if len(states) != number and not nearly:
                return []  # "Six states signed it: A, B, C, D and E" names five
            if words[-1] == "banks":
                bank = " ".join(w for w in words[1:])[:-1]
                return [f"o.{slug(f'{bank} of {u.text}')}" for u in states]
            return [i for u in states if (i := self.actors.mention(u))]
        return []

    def _among_them(self, parsed: Parsed, span: Span) -> list[str]:
        """The names round "among them": "Eight names were removed, among them X", "Ten states joined, X among them"."""
        units = parsed.units
        for k in range(span[1], len(units) - 1):
            if units[k].tag in {";", "S", "R"} or units[k].lower == "but":
                return []
            if units[k].lower == "among" and units[k + 1].lower in {"them", "these"}:
                ends = k + 2 >= len(units) or units[k + 2].tag in {".", ",", ";", ")"}
                names = listed_to(units, k, span[1])[-2:] if ends else listed_from(units, k + 2, len(units))
                apposed = len(names) == 1 and [u.tag for u in units[names[0][1] :][:2]] == [",", "E"]
                if not ends and apposed and not any(u.mention for u in units[slice(*names[0])]):
                    names = listed_from(units, names[0][1] + 1, len(units))  # "among them its president, X"
                called = [s for s in names if any(units[m].tag == "E" for m in range(*s))]
                known = [*([span] if ends else []), *called] if called and (ends or called == names) else []
                return [self.actors.of(units, s, self.actors.recent) for s in known]
        return []

    @staticmethod
    def _announces(parsed: Parsed, spans: Sequence[Span]) -> bool:
        """Whether the first phrase counts the names after it."""
        units = parsed.units
        words = [u.lower for u in units[spans[0][0] : spans[0][1]]]
        number = next((SMALL.get(w, int(w) if w.isdigit() and len(w) < 3 else 0) for w in words[:2]), 0)
        number = number or next((SMALL[w] for w in words[:2] if w in SMALL), 0)
        named = (any(units[k].tag == "E" for k in range(*s)) or units[s[0]].text[:1].isupper() for s in spans[1:])
        return number == len(spans) - 1 and all(named)

    def _in_shared(self, parsed: Parsed, spans: Sequence[Span], span: Span) -> bool:
        """Whether a state is named as one of those whose bodies the first phrase is about."""
        first = self.pronouns.get((id(parsed), spans[0]), "")
        name = parsed.units[span[1] - 1].text
        return first.startswith("g.") and any(i.endswith(f"of-{slug(name)}") for i in self.actors.several(first))

    @staticmethod
    def membership(units: Sequence[Any], span: Span, clause: Clause) -> Span:
        """The body in "membership of BRICS", "membership in the league"."""
        if head_word(units, span) not in STATE_OF_BODY:
            return span
        named = next((k for k in range(*span) if units[k].tag == "E"), None)
        if named is not None and units[span[1] - 1].lower in STATE_OF_BODY:  # "EU membership"
            return named, named + 1
        inner = next((k + 1 for k in range(*span) if units[k].lower == "of"), None)
        if inner is not None and inner < span[1]:
            return inner, span[1]
        bodies = [s for s in clause.after("in", "to", "of") if head_word(units, s) not in SEASONS]
        bare = [[u.tag for u in units[slice(*s)]] == ["N"] and units[s[0]].text.islower() for s in bodies]
        return next((s for s, plain in zip(bodies, bare, strict=True) if not plain), span)  # not "left it in protest"

    @staticmethod
    def is_body(units: Sequence[Any], span: Span) -> bool:
        """Whether a phrase can be what somebody joins or leaves."""
        for unit in units[span[0] : span[1]]:
            if unit.mention is not None and unit.mention.type == "organisation":
                return True
        word = head_word(units, span)
        return (
            word in BODYLIKE
            or units[span[0]].tag == "O"
            or (units[span[1] - 1].text[:1].isupper() and units[span[1] - 1].tag == "N")
        )

    def measures_meant(self, parsed: Parsed, at: int) -> list[str]:
        """The measures that a pronoun at unit `at` stands for: those that the sentence names before it, or the last of
        which something was claimed."""
        units = parsed.units
        k = next((k for k in range(at - 1, -1, -1) if units[k].lower in MEASURES), None)
        if k is not None:
            return [f"n.{units[k].lower}"]
        recent = {m.predicate for m in self.here} | self.done.keys()
        return [f"n.{units[at].lower}"] if recent & _OF_MEASURES else []


def pronoun_alone(units: Sequence[Unit], spans: Sequence[Span]) -> bool:
    """Whether a phrase is "it", "them" or "itself" and no more."""
    return [units[k].lower for a, b in spans for k in range(a, b)] in [["it"], ["them"], *([s] for s in SELVES)]
