"""What nouns claim: "Moldova's accession to the pact", "the listing of X by Y", by the table of nominal events."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from countervail.evidence.claims.actors import kind_of
from countervail.evidence.claims.clause import OPEN_EVENTS, Clause, Span, before_as, names_after, noun_over, unreal
from countervail.evidence.claims.ellipses import Ellipses
from countervail.evidence.claims.fitting import decided_by, whose_own
from countervail.evidence.claims.owners import OWN, lifted_by, owner_before, owner_of
from countervail.evidence.claims.phrases import listed_to, phrase_to, text_of, words_of
from countervail.evidence.claims.references import UNKNOWN, UNNAMED, Filled, one_or_many
from countervail.evidence.claims.speech import Parsed
from countervail.evidence.claims.subjects import next_clause, ruled_out
from countervail.evidence.claims.units import CLOSED
from countervail.evidence.claims.verbs import Verb
from countervail.evidence.model import slug
from countervail.evidence.tables import noun_effect

_LISTS = re.compile(r"\b(?:lists?|register|blacklist|annex)\b")
_PUT_IN = frozenset(["submitted", "made", "filed", "lodged", "presented", "received", "issued", "announced"])
_WANTED = CLOSED["wanted_events"]
_AWAITED = CLOSED["awaited_events"]
_WHATEVER = frozenset(["make", "publish", "announce", "publicise", "explain", "tighten", "extend", "renew", "prolong"])
"""What may or may not be done about something that is so: "the listing of X was not made public"."""
_LASTING = frozenset(["listed", "sanctioned", "suspended", "founded"])
_HANDLING = frozenset(["carry", "process", "handle", "clear", "execute", "effect", "settle", "route"])
"""What a bank does to the payments of others."""


@dataclass(frozen=True, slots=True)
class Nominal:
    """A row of the table; see its head for the fields."""

    predicate: str
    subject: tuple[str, ...]
    object: tuple[str, ...]
    first: str = "subject"
    kind: str = "any"
    whose: str = "actor"
    needs: str = ""
    words: re.Pattern[str] | None = None
    excluded: re.Pattern[str] | None = None
    wish: re.Pattern[str] | None = None
    listed: bool = False
    roles: dict[str, str] = field(default_factory=dict)
    certain: bool = False
    topic: bool = False


_FIELDS = {"is": "kind", "except": "excluded", "for": "wish", "list": "listed"}
"""Fields of the table that are called otherwise here."""


def _field(name: str, value: Any) -> Any:
    """What a field of the table says: a pattern, the places in order, or the value itself."""
    if name in {"words", "except", "for"}:
        return re.compile(rf"\b(?:{value})")
    return tuple(value) if name in {"subject", "object"} else value


@cache
def nominals() -> dict[str, tuple[Nominal, ...]]:
    """The rows of each noun."""
    text = (files("countervail.evidence") / "languages" / "english" / "nominals.yaml").read_text(encoding="utf-8")
    found: dict[str, tuple[Nominal, ...]] = {}
    for row in yaml.safe_load(text):
        fields = {_FIELDS.get(k, k): _field(k, v) for k, v in row.items() if k != "nouns"}
        made = Nominal(**fields)
        for noun in row["nouns"]:
            found[noun] = (*found.get(noun, ()), made)
    return found


@dataclass(slots=True)
class Phrase:
    """The phrase round a noun: who owns it, what its prepositions lead to, when."""

    at: int
    start: int
    end: int
    own: list[Span]
    parts: dict[str, list[Span]]
    times: list[int]

    def of(self, sources: Sequence[str], used: set[str]) -> tuple[str, list[Span]]:
        """The first of the places that is filled and not used for something else."""
        for source in sources:
            spans = self.own if source == "own" else self.parts.get(source, [])
            if spans and source not in used:
                return source, spans
        return "", []


def phrase_round(units: Sequence[Any], k: int, stop: int) -> Phrase:
    """Owner and parts of the phrase whose noun stands at unit k, before unit `stop`."""
    start = phrase_to(units, k + 1, 0)
    inner = (j + 1 for j in range(k - 1, start, -1) if units[j].lower == "of")
    start = next(inner, start)  # "notice of its withdrawal"
    parts: dict[str, list[Span]] = {}
    times: list[int] = []
    if start > 1 and units[start - 1].tag == "T" and units[start - 2].tag == "G":  # "OFAC's May 2024 designation of X"
        times, start = [start - 1], phrase_to(units, start - 2, 0)
    i = k + 1
    while i + 1 < stop:
        dated = units[i].tag == "P" and units[i + 1].tag == "T"
        if dated or units[i].tag == "T":
            times.append(i + dated)
            i += 1 + dated
        elif units[i].tag == "," and units[i + 1].tag == "P" and i + 3 < len(units) and units[i + 3].tag == ",":
            i += 1  # "the resignation, on 1 September, of"
        elif units[i].tag == "," and times and times[-1] == i - 1 and units[i + 1].lower in {"of", "by", "as"}:
            i += 1
        elif units[i].tag == "," and "of" in parts and (described := before_as(units, i)):
            i = described  # "of X, former minister of Y, as"
        elif units[i].tag == "(" and (
            bracket := next((m for m in range(i, min(len(units), i + 9)) if units[m].tag == ")"), 0)
        ):
            i = bracket + 1  # "the appointment of X (Ghana) as president"
        elif units[i].lower in _PUT_IN and units[i + 1].lower in {"by", "from"}:
            i += 1  # "the applications submitted by X"
        elif units[i].tag == "P" and units[i].lower not in parts:
            spans = names_after(units, i + 1, stop, "of" not in parts)
            if not spans:
                break
            parts[units[i].lower], i = spans, spans[-1][1]
        else:
            break
    return Phrase(k, start, i, owner_before(units, start, k), parts, times)


class Nominals(Ellipses):
    """Claims of the nouns of a sentence."""

    def nominal(self, parsed: Parsed, filled: Sequence[Filled]) -> Iterator[Filled]:
        """What the nouns of a sentence claim that no verb has claimed."""
        table, units = nominals(), parsed.units
        for k, unit in enumerate(units):
            if unit.tag != "N" or unit.lower not in table:
                continue
            phrase = phrase_round(units, k, next_clause(units, parsed.clauses, k))
            clause, inside = self._holder(parsed, phrase)
            done = any(covers(made, k) and _alike(made, table[unit.lower]) for made in filled)
            if done or unreal(units, k, self.shared.reading.folded.text, clause, inside):
                continue
            ruled = ruled_out(clause, inside) if all(units[a].lower in OWN for a, _ in phrase.own) else []
            if not ruled and unit.lower == "participation":
                continue  # who takes part in the work of a body is not always in it
            phrase.own = ruled or phrase.own
            for row in table[unit.lower]:
                row = replace(row, certain=True, whose="state") if ruled else row
                made = self._nominal(parsed, row, phrase, clause, inside)
                if made is not None:
                    made.certain, made.denied = made.certain and not ruled, bool(ruled)
                    yield made
                    break

    @staticmethod
    def _holder(parsed: Parsed, phrase: Phrase) -> tuple[Clause, str]:
        """The clause that a noun stands in, and as what."""
        for clause in reversed(parsed.clauses):
            for role, spans in (("subject", clause.subjects), ("object", clause.objects), *clause.phrases):
                if any(a <= phrase.at < b for a, b in spans) and not (role == "subject" and clause.relative):
                    return clause, role
        before = [c for c in parsed.clauses if c.verb.end <= phrase.at]
        if before or parsed.clauses:
            return (before[-1] if before else parsed.clauses[0]), ""
        return Clause(Verb(0, 0, "", "none"), parsed.units), ""  # "Kenya's accession to the pact" as a heading

    def _nominal(self, parsed: Parsed, row: Nominal, phrase: Phrase, clause: Clause, inside: str) -> Filled | None:
        units = parsed.units
        used: set[str] = set()
        sources = {"subject": row.subject, "object": row.object}
        spans: dict[str, list[Span]] = {}
        for role in (row.first, "object" if row.first == "subject" else "subject"):
            source, spans[role] = phrase.of(sources[role], used)
            used.add(source)
        who, whom = spans["subject"], spans["object"]
        text = " ".join(u.lower for a, b in whom for u in units[a:b])
        if (row.words and not row.words.search(text)) or (row.excluded and row.excluded.search(text)):
            return None
        wish = " ".join(u.lower for p in ("for", "of") for a, b in phrase.parts.get(p, []) for u in units[a:b])
        if row.wish and not row.wish.search(wish):
            return None
        if row.wish and not whom:  # "its bid for membership of the pact"
            wanted_of = phrase.parts.get("for", [])
            whom = [(k + 1, b) for a, b in wanted_of for k in range(a, b - 1) if units[k].lower == "of"][:1]
        on_list = next((s for p in ("on", "in", "to", "from") for s in phrase.parts.get(p, [])), None)
        if row.listed and not (on_list and _LISTS.search(" ".join(words_of(units, on_list)))):
            return None
        told = [c for c in parsed.clauses if c.noun == units[phrase.at].lower and c.link == "that"]
        if row.predicate == "accused" and not whom and told:
            whom = told[0].subjects  # "the accusation by X that Y had paid"
        wanted = inside == "object" and clause.verb.lemma in _WANTED and not who and row.predicate == "sanctioned"
        breaking = row.predicate == "evaded" and not who and bool(whom) and units[phrase.start - 1].lower == "in"
        if breaking and phrase.start and inside and not clause.verb.passive:
            who = clause.subjects  # "acted in breach of the embargo"
        missing = row.needs in {"object", "both"} and not whom
        going = bool(whom) and not who and _under_way(row, phrase, clause, inside)
        alone = row.needs in {"subject", "both"} and not (who or wanted or going) and row.predicate != "suspended"
        by = row.predicate == "listed" and not who and [units[a].tag for a, b in whom if b <= phrase.at] == ["N"]
        if alone or by or (missing and not row.topic):  # "the Canadian listing"
            return None
        if row.certain and not whom and units[who[0][0]].tag != "E" and units[who[0][0]].lower in OWN:
            return None  # "withdrew its application"
        if row.kind in {"body", "named"} and not all(self.is_body(units, s) for s in whom):
            return None
        if row.predicate == "joined" and who == phrase.own and who and units[who[0][0]].text.isupper():
            return None  # "EAEU accession": whose?
        who = who or (lifted_by(units, whom, own=True) if row.predicate == "lifted" else [])
        subjects = self._whose(parsed, clause, who, inside)
        if wanted:
            subjects = [UNNAMED]  # "proposed sanctions against X"
        if row.predicate == "suspended" and (not who or CLOSED["organs"].intersection(words_of(units, who[0]))):
            subjects = self._suspending(parsed, clause, who, inside)
        if not who and row.listed and on_list and (owner := owner_of(units, on_list)):
            subjects = self.ids(parsed, clause, [owner])
        whole = self._whose(parsed, clause, whom, inside) if whom == phrase.own else None
        objects = whole if whole is not None else self.ids(parsed, clause, whom, row.kind == "body")
        if row.predicate == "resigned" and whom:
            objects = [text_of(units, whom[0])] if "as" in used else objects
        elif row.predicate == "resigned" and len(who) == 1 and units[who[0][1] - 1].tag == "E":
            post = text_of(units, (who[0][0] + (units[who[0][0]].tag == "D"), who[0][1] - 1))
            objects = [f"n.{slug(post)}"] if post.islower() else []  # "the resignation of trade minister X"
        elif row.predicate == "resigned" and len(who) == 1 and units[who[0][1]].tag == "," and "p." in str(subjects):
            post = text_of(units, (who[0][0] + (units[who[0][0]].tag == "D"), who[0][1]))
            apposed = post.islower() and subjects != [f"p.{slug(post)}"]
            objects = [f"n.{slug(post)}"] if apposed else objects  # "the resignation of its chair, X"
        if missing:
            topic = self.topic(parsed, clause, True)
            objects = [topic] if topic else []
            if not topic or not all(kind_of(s) == "state" for s in subjects):
                return None
        organs = [w for s in phrase.parts.get("from", []) for w in words_of(units, s)]
        if row.predicate == "suspended" and not subjects and CLOSED["organs"].intersection(organs):
            row = replace(row, needs="object", whose="any")  # "the suspension of X from its services"
        if going:
            row, subjects = replace(row, needs="object"), [UNKNOWN]
        if not _right(row, subjects, objects):
            return None
        return self._made(parsed, row, phrase, clause, inside, subjects or [UNKNOWN], objects)

    def _suspending(self, parsed: Parsed, clause: Clause, who: list[Span], inside: str) -> list[str]:
        """Which body suspends where its organs are named, or none: "maintain the suspension of X from all organs"."""
        units = parsed.units
        of = [(k + 1, b) for a, b in who for k in range(a, b) if units[k].lower == "of"][:1]
        doing = clause.subjects if inside == "object" and not clause.verb.passive else []
        found = [i for i in self.ids(parsed, clause, [*doing, *of]) if kind_of(i) == "body"]
        topic = self.topic(parsed, clause, True)
        return found[:1] or ([topic] if topic else [])

    def _whose(self, parsed: Parsed, clause: Clause, spans: list[Span], inside: str) -> list[str]:
        """Whose an event is; "its" beside the object is of who does what the verb says."""
        own = len(spans) == 1 and parsed.units[spans[0][0]].lower in OWN
        if own and spans[0][0] > 1 and parsed.units[spans[0][0] - 1].lower == "of":
            by = listed_to(parsed.units, spans[0][0] - 1, 0)
            if by and by[0][0] and parsed.units[by[0][0] - 1].lower in {"by", "from"}:
                both = self.actors.group(self.ids(parsed, clause, by))
                return self.actors.several(both)  # "the notification by A and B of their withdrawal"
        if own and inside not in {"subject", ""}:
            doing = whose_own(clause, inside)
            return self.ids(parsed, clause, doing) if doing else []
        if len(spans) == 1 and parsed.units[spans[0][0]].lower in OWN and clause.condition:
            later = [c for c in parsed.clauses if c.verb.start > clause.verb.start and c.verb.kind == "finite"]
            ahead = [c.subjects for c in later if c.subjects and c.subjects[-1][1] < spans[0][0]]
            spans = ahead[0] if ahead else spans  # "Kenya, if its application is approved, will"
        decided = decided_by(self.actors, parsed.units, spans[0]) if len(spans) == 1 else None
        return [decided] if decided else self.ids(parsed, clause, spans)

    def _made(
        self,
        parsed: Parsed,
        row: Nominal,
        phrase: Phrase,
        clause: Clause,
        inside: str,
        subjects: list[str],
        objects: list[str],
    ) -> Filled | None:
        units = parsed.units
        verb = Verb(phrase.at, phrase.at + 1, units[phrase.at].lower, "noun", main=phrase.at)
        event = Clause(verb, units, times=phrase.times, end=phrase.end)
        verb.negated = inside == "subject" and row.predicate == "supplied" and clause.verb.lemma in {"stop", "cease"}
        verb.negated = verb.negated or units[phrase.start].lower == "no"  # "no breach of it by X was found"
        event.source, event.reported = clause.source, clause.reported
        event.governor, event.link = (clause.governor, clause.link) if inside else (None, "")
        event.noun, event.untrue = (clause.noun, clause.untrue) if inside else ("", False)
        before = [u.lower for u in units[max(0, phrase.start - 2) : phrase.start]]
        governing = before[0] if len(before) == 2 and units[phrase.start - 1].tag == "P" else ""
        governing = (noun_over(units, phrase.start - 1) if governing else "") or governing
        if not row.certain:
            led = units[phrase.start - 1 : phrase.start]
            against = any(u.lower == "against" or OPEN_EVENTS.intersection((u.forms or {}).values()) for u in led)
            verbs = {clause.verb.lemma, *(f"{clause.verb.lemma}-{u.lower}" for u in units[clause.verb.end :][:1])}
            if against or governing in OPEN_EVENTS or (inside and OPEN_EVENTS & verbs) or clause.asked:
                return None
            if noun_effect(governing):
                event.noun = governing
            stands = inside == "subject" and clause.verb.lemma in _WHATEVER and row.predicate in _LASTING
            over = clause.governor if clause.link == "to" and row.predicate in _LASTING else None
            if inside == "subject" and over is not None and over.verb.lemma in CLOSED["meant"]:
                event.governor, event.link = over.governor, over.link  # "its founding by Y was meant to help": Y did
            if inside and not stands and (clause.verb.negated or clause.condition or clause.verb.modal):
                event.condition = clause.condition or clause.verb.modal in {"would", "could", "might", "may"}
                standing = inside == "subject" and clause.verb.lemma in {"lift", *CLOSED["ending"]}
                if clause.verb.negated and not (standing and row.predicate == "suspended"):
                    return None  # but "the suspension of X has not been lifted"
                event.verb.modal = "" if clause.verb.modal in {"should", "must"} else clause.verb.modal
            if inside and inside != "subject" and clause.operator is not None:
                event.governor, event.link = clause, "that"
            lemma = clause.verb.lemma if inside else ""
            if row.predicate == "joined" and lemma in CLOSED["ending"]:
                return None  # "its accession was reversed"
            event.verb.negated |= row.predicate == "listed_in" and lemma in CLOSED["ending"]
            told = [u for u in units if u.lower == "you" and u.start == u.end]  # "Approve X and the entry of Y"
            wanted = (told and not inside) or lemma in _WANTED
            event.verb.modal = "should" if wanted else "will" if lemma in _AWAITED else event.verb.modal
        roles = {
            role: one_or_many([text_of(units, s) for s in phrase.parts[p]])
            for p, role in row.roles.items()
            if p in phrase.parts
        }
        if row.predicate == "paid" and "through" in roles:
            roles["through"] = one_or_many(self.ids(parsed, clause, phrase.parts.get("through") or phrase.parts["via"]))
        elif row.predicate == "paid" and inside != "subject" and clause.verb.lemma in _HANDLING:
            doing = clause.after("by") if clause.verb.passive else clause.subjects
            banks = [i for i in self.ids(parsed, clause, doing) if kind_of(i) == "body" and i not in subjects]
            roles |= {"through": one_or_many(banks)} if banks and inside else {}  # "handled payments by X to Y"
        spans = [(phrase.start, phrase.end)]
        made = Filled(event, row.predicate, subjects, objects, roles, None, spans)
        made.certain = row.certain and not verb.negated
        return made


def _under_way(row: Nominal, phrase: Phrase, clause: Clause, inside: str) -> bool:
    """Whether goods or money go to somebody, from whom is not said: "deliveries of gas to X continue", "a payment of
    two million to X", or measures stand: "the sanctions in force against X"."""
    if row.predicate == "supplied":
        return "of" in phrase.parts and inside == "subject" and clause.verb.lemma in CLOSED["going_on"]
    units = clause.units
    if row.predicate == "sanctioned":  # "the sanctions in force against X"
        return any(units[a].lower == "force" for a, _ in phrase.parts.get("in", []))
    counted = any(
        units[k].tag == "#" or "$" in units[k].text for a, b in phrase.parts.get("of", []) for k in range(a, b)
    )
    return row.predicate == "paid" and counted


def _right(row: Nominal, subjects: Sequence[str], objects: Sequence[str]) -> bool:
    """Whether those that a noun needs are somebody, and of the kind that it asks for."""
    known = [i for i in subjects if not i.endswith((".unknown", ".unnamed"))]
    kinds, done = {kind_of(i) for i in known}, {kind_of(i) for i in objects}
    wanted = list(subjects) == [UNNAMED]
    things = kinds <= {"thing"} and row.whose != "any"
    if row.needs in {"subject", "both"} and (not known or things) and not wanted:
        return False
    if row.whose == "person" and kinds and kinds != {"person"}:
        return False
    if row.whose in {"state", "body"} and not kinds <= {"state", "body"}:
        return False
    if row.kind == "person" and done != {"person"}:
        return False
    if row.kind in {"actor", "member"} and (
        not done or done <= {"thing"} or any(i.endswith(".unknown") for i in objects)
    ):
        return False
    if row.kind == "member" and not done <= {"state", "body"}:
        return False
    return not (row.kind in {"body", "named"} and objects and done <= {"state", "person"}) and list(subjects) != list(
        objects
    )


def covers(made: Filled, k: int) -> bool:
    """Whether a claim is read from the phrase of the noun at unit k, or from the infinitive after it."""
    clause = made.clause
    if clause.link == "to" and clause.verb.start - k in {1, 2}:
        return True  # "its application to join the pact"
    spans = [*clause.subjects, *clause.objects, *clause.second, *made.spans]
    spans += [s for _, many in clause.phrases for s in many]
    return any(a <= k < b for a, b in spans)


_OF_MEMBERS = frozenset(["suspended", "expelled", "be_invited", "left", "applied_to", "joined", "refused", "founded"])
_OF_LISTINGS = frozenset(["delisted", "sanctioned"])
_OF_MEASURES = frozenset(["lifted", "imposed", "sanctioned", "evaded", "extended", "opposed", "supported", "approved"])


def _alike(made: Filled, rows: Sequence[Nominal]) -> bool:
    """Whether a verb has claimed what the noun claims, or something of the measures that it names."""
    undone = {"sanctioned": _OF_MEASURES, "listed": _OF_LISTINGS, "listed_in": _OF_MEMBERS}
    return any(made.predicate == r.predicate or made.predicate in undone.get(r.predicate, ()) for r in rows)
