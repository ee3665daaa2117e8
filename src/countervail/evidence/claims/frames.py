"""Claims of verbs: the frames of the table laid over the clauses of every sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from countervail.evidence.claims.bodies import _SMALL, GROUPING, adjective_codes, kind_of
from countervail.evidence.claims.clauses import modality_of, negated, own_modality
from countervail.evidence.claims.context import Context, person
from countervail.evidence.claims.memberships import STATUSES, role_of
from countervail.evidence.claims.quantities import quantity_in
from countervail.evidence.claims.shapes import UNKNOWN, Filled, shaped
from countervail.evidence.claims.speech import Parsed, chain
from countervail.evidence.claims.subjects import Clause, Span
from countervail.evidence.claims.units import head_word, listed_from, phrase_from, text_of, words_of
from countervail.evidence.model import Claim, slug
from countervail.evidence.tables import Frame, frames_of
from countervail.evidence.text.tokens import lexicon

MEMBERSHIP = frozenset(
    ["joined", "left", "listed_in", "observer_of", "partner_of", "founded", "applied_to", "suspended", "founder_of"]
)
_STATE_OF_BODY = frozenset(["membership", "accession", "entry", "admission", "status"])
_BODYLIKE = GROUPING | frozenset(
    """measures treaty agreement accord convention ranks summit scheme system team desk guard link mechanism panel committee council
    commission programme program project statute pool fund bank platform register arrangement corridor mission market process
    pact protocol memorandum charter board secretariat company consortium chamber court tribunal parliament facility window
    register cartel""".split()
)
_BY_CLAUSE = frozenset(
    ["agreed", "announced", "denied", "demanded", "promised", "proposed", "refused", "threatened", "voted", "warned"]
)
_ABOUT_NOUNS = frozenset(["condemned", "opposed", "refused", "supported", "welcomed"])
_GIVING = frozenset(["lent", "offered", "owes", "paid", "sold", "supplied"])
EVENTS = MEMBERSHIP | frozenset(
    """be_invited refused signed agreed proposed sanctioned froze listed delisted lifted evaded accused denied announced appointed
    resigned paid supplied""".split()
)
"""The events that documents of this kind are about; a report of another one is a claim of its own."""
_REPEATED = MEMBERSHIP | {"sanctioned", "listed", "signed", "supplied", "agreed", "refused", "lifted", "froze", "supported"}
_OF_THINGS = frozenset(
    "signed approved refused lifted published supported opposed blocked extended held imposed proposed agreed welcomed".split()
)
"""What is done to texts, plans and measures, so that "it" is no state."""
_ASKED = frozenset({"request", "application", "proposal", "offer", "demand", "bid", "appeal", "invitation", "requests"})
_ENTRIES = frozenset({"persons", "individuals", "entities", "following", "vessels", "names", "below", "annex", "people"})
_OTHER_LIST = re.compile(r"(?im)^[ \t]*(?:[A-Z0-9]{1,2}[.)] ?)?(?:removals?|revocations?|delet\w+|de-?list\w+|variations?|amend\w+)\b")
_PLACES = frozenset({"in", "at", "near", "inside", "outside", "within", "across"})


class Reader:
    """Reads the clauses of one text in order and remembers who was spoken of."""

    def __init__(self, shared: Context) -> None:
        self.shared = shared
        self.actors = shared.actors
        self.pronouns: dict[tuple[int, Span], str] = {}
        self.punished: list[str] = []
        """Who was last put under sanctions."""
        self.thing: str | None = None
        """What was last done something to that is neither a state nor a person."""
        self.last: list[Filled] = []
        """What the sentence before said."""
        self.clubs: list[str] = []
        """Bodies that somebody was said to be in, to enter or to leave, the last one last."""

    def ids(self, parsed: Parsed, clause: Clause, spans: Sequence[Span], body: bool = False) -> list[str]:
        """The identifiers of phrases of a clause."""
        before = self.shared.before(parsed, clause)
        signed = (parsed.sentence.document.signatory or {}).get("name")
        writer = person(self.shared.reading.full_name(signed)) if signed else None
        speaker = next(iter(parsed.speakers[::-1]), writer)
        found: list[str] = []
        if len(spans) == 1 and (listed := self._spelt_out(parsed, spans[0])):
            return listed
        if len(spans) > 2 and self._announces(parsed, spans):
            spans = spans[1:]  # "two companies, A and B"
        for span in spans:
            if len(found) > 1 and self._in_shared(parsed, spans, span):
                continue
            key = (id(parsed), span)
            if body and units_it(parsed, span) and (club := self._joined_before(parsed, clause)):
                self.pronouns[key] = club
            if key not in self.pronouns:
                self.pronouns[key] = self.actors.of(parsed.units, span, before, speaker, body)
            found += self.actors.several(self.pronouns[key])
        return found

    def _joined_before(self, parsed: Parsed, clause: Clause) -> str | None:
        """The body that "it" is where somebody enters or leaves it: the object of a verb before in the sentence."""
        for other in reversed(parsed.clauses[: parsed.clauses.index(clause)]):
            for span in other.objects:
                if not units_it(parsed, span) and self._is_body(parsed.units, span):
                    return self.actors.of(parsed.units, span, self.actors.recent)
        return None

    def _spelt_out(self, parsed: Parsed, span: Span) -> list[str]:
        """The states after "namely" or a colon that a counted phrase stands for: "six States ..., namely A, B ..."."""
        units = parsed.units
        words = [u.lower for u in units[span[0] : span[1]]]
        number = next((_SMALL.get(w, int(w) if w.isdigit() and len(w) < 3 else 0) for w in words[:2]), 0)
        if number < 2 or not words[-1].endswith("s"):
            return []
        at = span[1]
        while at + 1 < len(units) and units[at].tag == "P" and (end := phrase_from(units, at + 1, len(units))) > at + 1:
            at = end
        words_after = [u.lower for u in units[at : at + 3]]
        if words_after[:1] == [","] and words_after[1:] in (["among", "them"], ["including", "the"]):
            names = listed_from(units, at + 3, len(units))
            if names and all(any(units[k].tag == "E" for k in range(*s)) for s in names):
                return [self.actors.of(units, s, self.actors.recent) for s in names]
        if at + 1 < len(units) and units[at].tag == ",":  # "two firms in X, A and B"
            names = listed_from(units, at + 1, len(units))
            if len(names) == number and all(any(units[k].tag == "E" for k in range(*s)) for s in names):
                return [self.actors.of(units, s, self.actors.recent) for s in names]
        for k in range(span[1], len(units) - 2):
            if units[k].lower not in {"namely", ":"}:
                continue
            start = k + 1 + 2 * (units[k + 1].lower == "those" and units[k + 2].lower == "of")
            names = [
                units[m]
                for a, b in listed_from(units, start, len(units))
                for m in range(a, b)
                if units[m].tag == "E" and units[m].mention and units[m].mention.type == "country"
            ]
            if len(names) != number:
                return []
            if words[-1] == "banks":
                bank = " ".join(w for w in words[1:])[:-1]
                return [f"o.{slug(f'{bank} of {u.text}')}" for u in names]
            return [i for u in names if (i := self.actors.mention(u))]
        return []

    @staticmethod
    def _announces(parsed: Parsed, spans: Sequence[Span]) -> bool:
        """Whether the first phrase counts the names after it."""
        units = parsed.units
        words = [u.lower for u in units[spans[0][0] : spans[0][1]]]
        number = next((_SMALL.get(w, int(w) if w.isdigit() and len(w) < 3 else 0) for w in words[:2]), 0)
        number = number or next((_SMALL[w] for w in words[:2] if w in _SMALL), 0)
        return number == len(spans) - 1 and all(any(units[k].tag == "E" for k in range(*s)) for s in spans[1:])

    def _in_shared(self, parsed: Parsed, spans: Sequence[Span], span: Span) -> bool:
        """Whether a state is named as one of those whose bodies the first phrase is about."""
        first = self.pronouns.get((id(parsed), spans[0]), "")
        name = parsed.units[span[1] - 1].text
        return first.startswith("g.") and any(i.endswith(f"of-{slug(name)}") for i in self.actors.several(first))

    def read(self, parsed: Parsed) -> Iterator[Claim]:
        """The claims of one sentence."""
        filled: dict[int, Filled] = {}
        opening = next((i for i, u in enumerate(parsed.units[:9]) if u.lower == "whether"), None)
        asked = parsed.sentence.text.endswith("?") or (
            opening is not None and not any(c.verb.start < opening for c in parsed.clauses)
        )
        if parsed.quote is None and asked:
            self.actors.remember(parsed.units, parsed.clauses)
            return  # a question asserts nothing
        for clause in parsed.clauses:
            made = self._fill(parsed, clause) or self._elliptic(parsed, clause, filled)
            made = made or self._taken_off(clause, list(filled.values()))
            if made is not None and all(s.endswith(".unknown") for s in made.subjects):
                if clause.verb.lemma != "be" and not clause.verb.passive or (clause.verb.kind == "participle" and made.predicate == "founded"):
                    continue  # an unresolved pronoun; "the committee established pursuant to ..."
            if made is not None and (_telling(made) or made.clause.complements):
                filled[id(clause)] = made
                if len(made.objects) > 1 and all(kind_of(o) != "thing" for o in made.objects):
                    self.actors.group(made.objects)
                self.punished = made.objects if made.predicate in {"sanctioned", "imposed"} else self.punished
                self.thing = next((o for o in made.objects if o[:2] in {"n.", "o."} and o != "n.unknown"), self.thing)
                self.actors.spoken += [i for i in (*made.subjects, *made.objects) if i.startswith("o.")]
                if made.predicate in MEMBERSHIP:
                    self.clubs += [i for i in made.objects if i.startswith("o.")]
        self.last = [
            made
            for c in parsed.clauses
            if (made := filled.get(id(c))) is not None and made.predicate in _REPEATED
        ] or self.last
        _asked_in(parsed.clauses, filled, self, parsed)
        _absorb(parsed.clauses, filled)
        self._refused(parsed, filled)
        _of_nouns(parsed.clauses, filled)
        for clause in parsed.clauses:
            made = filled.get(id(clause))
            gapped = self._gapped(parsed, made) if made is not None else None
            if gapped is not None:
                yield from self._claims(parsed, gapped)
            if made is not None and _telling(made) and not clause.asked and not self._spoken_for(clause, made, filled):
                yield from self._claims(parsed, made)
        for nominal in self._applications(parsed):
            yield from self._claims(parsed, nominal)
        self.actors.remember(parsed.units, parsed.clauses)

    def _applications(self, parsed: Parsed) -> Iterator[Filled]:
        """ "Pakistan's application to the bank", "an application by X": X has applied."""
        units = parsed.units
        for k, unit in enumerate(units):
            if unit.lower not in {"application", "bid"} or not parsed.clauses:
                continue
            owner = (k - 2, k - 1) if k > 1 and units[k - 1].tag == "G" and units[k - 2].tag == "E" else None
            end, target = k + 1, None
            while end + 1 < len(units) and units[end].lower in {"by", "to", "for"}:
                stop = phrase_from(units, end + 1, len(units))
                if stop == end + 1:
                    break
                if units[end].lower == "by" and owner is None:
                    owner = (end + 1, stop)
                elif units[end].lower == "to" and self._is_body(units, (end + 1, stop)):
                    target = (end + 1, stop)
                end = stop
            if owner is None or (unit.lower == "bid" and target is None):
                continue
            clause = next((c for c in parsed.clauses if c.verb.start > k), parsed.clauses[-1])
            plain = replace(clause, objects=[], phrases=[], times=[], subjects=[owner], verb=replace(clause.verb, negated=False))
            plain = replace(plain, untrue=False, noun="", unwilling=False, condition=False)
            who = [i for i in self.ids(parsed, clause, [owner]) if kind_of(i) in {"state", "body"}]
            bodies = self.ids(parsed, clause, [target], True) if target else []
            if who:
                made = Filled(plain, "applied_to", who, bodies, {}, None, [owner, (k, end)])
                made.certain = True
                yield made

    def _spoken_for(self, clause: Clause, made: Filled, filled: dict[int, Filled]) -> bool:
        """Whether what the verb claims is said by the clauses that it governs."""
        operator = made.frame.operator if made.frame is not None else None
        return (operator is not None and not operator.keep) and any(
            id(c) in filled and _telling(filled[id(c)]) and filled[id(c)].predicate in EVENTS for c in _below(clause)
        )

    def _gapped(self, parsed: Parsed, made: Filled) -> Filled | None:
        """ "Bolivia joined in 2006 and Nicaragua in January": the same of the second, at its own time."""
        units, clause = parsed.units, made.clause
        i = clause.end + (clause.end < len(units) and units[clause.end].tag in {",", ";"})
        i += i < len(units) and units[i].tag == "C"
        if made.predicate not in _REPEATED or i == clause.end or i + 2 >= len(units) or units[i].tag != "E":
            return None
        dated = units[i + 1].tag == "T" or (units[i + 1].tag == "P" and units[i + 2].tag == "T")
        if not dated:
            return None
        at = i + 1 if units[i + 1].tag == "T" else i + 2
        other = replace(clause, times=[at], subjects=[(i, i + 1)], coordinated=True)
        return Filled(other, made.predicate, self.ids(parsed, clause, [(i, i + 1)]), made.objects, {}, None, [(i, at + 1)])

    @staticmethod
    def _taken_off(clause: Clause, before: Sequence[Filled]) -> Filled | None:
        """ "put X on its list and removed it later": off the list."""
        if not before or before[-1].predicate != "listed" or not clause.coordinated:
            return None
        if clause.verb.lemma not in {"remove", "drop", "delete", "strike"} or not clause.objects:
            return None
        return Filled(clause, "delisted", before[-1].subjects, before[-1].objects, {}, None, [*clause.objects])

    def _refused(self, parsed: Parsed, filled: dict[int, Filled]) -> None:
        """ "refused to open accounts for X": what is refused is what was to be done it to."""
        for clause in parsed.clauses:
            if clause.verb.lemma not in {"refuse", "decline"} or clause.verb.passive:
                continue
            inner = next((c for c in clause.complements if c.verb.kind == "infinitive"), None)
            if inner is None:
                continue
            known = filled.get(id(inner))
            spans = inner.objects or [s for _, many in inner.phrases[:1] for s in many]
            objects = known.objects if known is not None and known.objects else self.ids(parsed, inner, spans)
            if self.thing and len(spans) == 1 and parsed.units[spans[0][0]].lower == "it":
                objects = [self.thing]
            subjects = self.ids(parsed, clause, clause.subjects)
            if known is not None and known.predicate not in MEMBERSHIP | {"signed"}:
                filled.pop(id(inner))
            if id(inner) not in filled and subjects:
                roles = {"what": inner.verb.lemma}
                filled[id(clause)] = Filled(
                    clause, "refused", subjects, objects, roles, None, [*clause.subjects, *spans]
                )

    # -- filling ---------------------------------------------------------------------------------------------------

    def _fill(self, parsed: Parsed, clause: Clause) -> Filled | None:
        if clause.verb.lemma in {"be", "become", "remain"}:
            return self._copula(parsed, clause)
        if clause.verb.lemma in {"hold", "have", "enjoy", "retain", "keep", "grant", "give"}:
            status = self._status(parsed, clause)
            if status is not None:
                return status
        for words, frame in frames_of(clause.verb.lemma):
            if not frame.predicate or frame.internal or not self._follows(clause, words):
                continue
            made = self._frame(parsed, clause, frame)
            if made is not None:
                return made
        return None

    @staticmethod
    def _follows(clause: Clause, words: tuple[str, ...]) -> bool:
        return not words or clause.particle == " ".join(words) or (len(words) == 1 and bool(clause.after(words[0])))

    def _frame(self, parsed: Parsed, clause: Clause, frame: Frame) -> Filled | None:
        units, verb = parsed.units, clause.verb
        direct = clause.subjects if verb.passive else clause.objects
        receiver: list[Span] = []
        if verb.passive and clause.objects and frame.predicate in _GIVING:  # "was offered gas"
            receiver, direct = direct, clause.objects
        agents = clause.after("by") if verb.passive else clause.subjects
        if not self._fits(units, clause, frame, direct):
            return None
        target = self._target(parsed, clause, frame, direct)
        topic = self.topic(parsed, clause, verb.passive) if frame.topic and not target else None
        if not target and not (frame.bare or topic or frame.topic or self._governs(clause, frame)):
            return None
        if topic and not verb.passive and all(i.startswith("p.") for i in self.ids(parsed, clause, agents)):
            if frame.predicate != "left" or verb.lemma != "quit":
                return None
            return Filled(clause, "resigned", self.ids(parsed, clause, agents), [], {}, frame, [*agents])
        if frame.kind == "body" and target and not all(self._is_body(units, s) for s in target):
            return None
        if frame.kind == "body" or frame.predicate == "applied_to":
            target = [self._membership(units, s, clause) for s in target]
        target = [_named_entry(units, s) for s in target]
        if target and frame.predicate in MEMBERSHIP and head_word(units, target[0]) in _STATE_OF_BODY:
            topic, target = self.topic(parsed, clause, True), []
        if frame.predicate == "denied" and len(target) == 1 and units[target[0][0]].lower in {"it", "this", "that", "them"}:
            target = []
        objects = self.ids(parsed, clause, target, frame.kind == "body") or ([topic] if topic else [])
        measure = len(target) == 1 and units[target[0][0]].lower in {"it", "them"}
        if frame.predicate == "lifted" and measure and self.punished:
            objects = self.punished
        elif self.thing and frame.predicate in _OF_THINGS and measure:
            objects = [self.thing]  # "signed it but never ratified it"
        if frame.kind == "body" and objects and all(kind_of(o) in {"state", "person"} for o in objects):
            return None
        if frame.kind == "actor" and objects and all(kind_of(o) == "thing" for o in objects):
            return None
        if frame.kind == "person" and objects and not all(kind_of(o) == "person" for o in objects):
            return None
        subjects = self.ids(parsed, clause, agents)
        pronoun = len(target) == 1 and units[target[0][0]].tag == "O" and target[0][1] - target[0][0] == 1
        if pronoun and objects == subjects and units[target[0][0]].lower not in {"itself", "themselves", "himself"}:
            return None  # nobody does it to himself without the text saying so
        if frame.subject == "actor" and subjects and all(kind_of(s) == "thing" for s in subjects):
            return None
        roles = self._roles(parsed, clause, frame, target)
        if receiver:
            roles["to"] = _one_or_many(self.ids(parsed, clause, receiver))
        if clause.second and not verb.passive and objects:
            given = self.ids(parsed, clause, clause.second)
            if frame.post:
                roles["as"] = text_of(units, clause.second[0])
            elif frame.predicate in _GIVING:
                roles["to"], objects = objects, given
        if frame.post and "as" not in roles and not verb.passive and clause.objects:
            later = next((k for k in range(clause.end, min(len(units) - 1, clause.end + 18)) if units[k].lower == "as"), None)
            if later is not None and units[later - 1].tag == "," and not any(u.tag in {"V", "A"} for u in units[clause.end : later]):
                roles["as"] = text_of(units, (later + 1, phrase_from(units, later + 1, len(units))))
        if frame.post and verb.passive and clause.objects:
            roles["as"] = text_of(units, clause.objects[0])
        if not subjects and verb.passive and "direct" not in frame.object and frame.what != "direct":
            subjects = self.ids(parsed, clause, direct)
        if not subjects and not verb.passive:
            return None
        if not subjects:
            subjects = [s for s in _as_list(roles.get("from")) if kind_of(s) == "body"][:1] if verb.passive else []
            subjects = subjects or [UNKNOWN]
        made = Filled(clause, frame.predicate, subjects, objects, roles, frame, [*agents, *target, *direct])
        if verb.passive and agents and head_word(units, agents[0]) in {"votes", "vote", "majority", "consensus"}:
            made.subjects = [UNKNOWN]
        if made.predicate in {"refused", "denied"} and not objects and negated(clause):
            return None
        if objects and all(o.endswith(".unknown") for o in objects):
            return None
        named = any(u.tag in {"E", "O"} for s in agents for u in units[s[0] : s[1]]) or "state" in map(kind_of, subjects)
        if frame.bare and not objects and frame.predicate in {"agreed", "signed", "refused"} and not named:
            return None
        if made.predicate == "founded" and "with" in roles and own_modality(clause) == "asserted":  # "founded the bloc with X"
            made.subjects += [i for i in _as_list(roles.pop("with")) if kind_of(i) in {"state", "person"}]
        shape = shaped(made, parsed)
        if shape is None:
            return None
        made = shape
        infinitive = any(c.link == "to" for c in clause.complements) or self._to_follows(units, clause)
        if made.predicate in {"be_invited", "joined"} and not made.objects and not infinitive:
            topic = self.topic(parsed, clause, True)
            made.objects = [topic] if topic else []
        return made

    @staticmethod
    def _to_follows(units: Sequence[Any], clause: Clause) -> bool:
        return any(u.lower == "to" for u in units[clause.end : clause.end + 2])

    @staticmethod
    def _fits(units: Sequence[Any], clause: Clause, frame: Frame, direct: list[Span]) -> bool:
        """Whether the words that a frame asks for are there, and none that it excludes."""
        if frame.passive and not clause.verb.passive and frame.operator is None:
            return False
        text = " ".join(u.lower for s in direct for u in units[s[0] : s[1]])
        if frame.words is not None and not frame.words.search(text):
            return False
        named = bool(direct) and any(u.tag == "E" for u in units[direct[0][0] : direct[0][1]])
        if frame.excluded is not None and direct and not named and frame.excluded.search(head_word(units, direct[0])):
            return False
        if frame.predicate == "applied_to" and clause.verb.lemma == "apply" and clause.objects and not clause.verb.passive:
            return False
        if frame.needs and not any(frame.roles.get(p) == frame.needs for p, _ in clause.phrases):
            return False
        if frame.to is None:
            return True
        return any(
            p in {"to", "on", "in", "from", "off", "under", "for"} and frame.to.search(" ".join(u.lower for u in units[a:b]))
            for p, spans in clause.phrases
            for a, b in spans
        )

    def topic(self, parsed: Parsed, clause: Clause, stated: bool = False) -> str | None:
        """The grouping that a membership is of where no name stands beside the verb: the last one spoken of; `stated`
        says that the clause speaks of a membership."""
        if clause.objects and not clause.verb.passive and not stated:
            return None
        for unit in parsed.units[: clause.verb.start][::-1]:  # "In the SCO, Belarus became a full member"
            if unit.mention is not None and unit.mention.type == "organisation" and not _inside(clause.subjects, unit, parsed):
                body = self.actors.mention(unit) or ""
                if body in self.clubs or self.actors.is_club(body):
                    return body
        return self.actors.last_of(self.clubs[-1:], parsed.units[clause.verb.start].start)

    def _target(self, parsed: Parsed, clause: Clause, frame: Frame, direct: list[Span]) -> list[Span]:
        """Where the object of a frame stands."""
        for source in frame.object:
            if source == "direct":
                if direct:
                    return direct
                continue
            spans = clause.after(source)
            if not spans and " of" in source and (rest := clause.after(source.split()[0])):
                a, b = rest[0]
                if parsed.units[a].lower == source.split()[1] and b - a > 2:
                    spans = [(a + 2, b)]
            if not spans and direct:
                spans = _attached(parsed.units, direct[-1], source)
            if spans:
                return spans
        return []

    def _governs(self, clause: Clause, frame: Frame) -> bool:
        return frame.predicate in _BY_CLAUSE and bool(clause.complements) and clause.verb.lemma != "suggest"

    @staticmethod
    def _membership(units: Sequence[Any], span: Span, clause: Clause) -> Span:
        """The body in "membership of BRICS", "membership in the league"."""
        if head_word(units, span) not in _STATE_OF_BODY:
            return span
        named = next((k for k in range(*span) if units[k].tag == "E"), None)
        if named is not None and units[span[1] - 1].lower in _STATE_OF_BODY:  # "EU membership"
            return named, named + 1
        inner = next((k + 1 for k in range(*span) if units[k].lower == "of"), None)
        if inner is not None and inner < span[1]:
            return inner, span[1]
        return next(iter(clause.after("in", "to", "of")), span)

    @staticmethod
    def _is_body(units: Sequence[Any], span: Span) -> bool:
        for unit in units[span[0] : span[1]]:
            if unit.mention is not None and unit.mention.type == "organisation":
                return True
        word = head_word(units, span)
        return (
            word in _BODYLIKE
            or units[span[0]].tag == "O"
            or (units[span[1] - 1].text[:1].isupper() and units[span[1] - 1].tag == "N")
        )

    def _roles(self, parsed: Parsed, clause: Clause, frame: Frame, used: list[Span]) -> dict[str, Any]:
        units, roles = parsed.units, dict[str, Any]()
        for preposition, spans in clause.phrases:
            if spans == used or (preposition == "by" and clause.verb.passive):
                continue
            name = frame.roles.get(preposition, "place" if preposition in _PLACES else preposition)
            if name in roles or (frame.predicate == "applied_to" and preposition in {"for", "to"}):
                continue
            if name in {"as", "post", "for", "of", "by"} or preposition in _PLACES:
                roles[name] = text_of(units, (spans[0][0], spans[-1][1]))
            else:
                roles[name] = _one_or_many(self.ids(parsed, clause, spans, name in {"through", "via"}))
        amount = next((q for s in [*clause.objects, *used] if (q := quantity_in(units, s))), None)
        if amount:
            roles["amount"] = amount
        if frame.what == "direct":
            direct = clause.subjects if clause.verb.passive else clause.objects
            if direct:
                roles["what"] = _one_or_many(self.ids(parsed, clause, direct))
        return roles

    def _elliptic(self, parsed: Parsed, clause: Clause, filled: dict[int, Filled]) -> Filled | None:
        """ "India has not", "so did Belarus", "Peru could follow": the same as before, of somebody else."""
        units, verb = parsed.units, clause.verb
        said = " ".join(u.lower for s in clause.objects for u in units[s[0] : s[1]])
        if verb.lemma == "follow":
            if said not in {"", "suit"} or verb.passive:
                return None
        elif verb.lemma not in {"have", "do"} or said not in {"", "done", "the same", "so"} or clause.phrases:
            return None
        before = [filled[id(c)] for c in parsed.clauses if id(c) in filled and c is not clause.governor]
        earlier = parsed.clauses[: parsed.clauses.index(clause)]
        if not before and not any(c.verb.kind == "finite" and c is not clause.governor for c in earlier):
            before = self.last
        spans = clause.subjects
        if verb.start and units[verb.start - 1].lower in {"so", "as", "neither", "nor"} and not spans:
            spans = listed_from(units, verb.end, len(units))
        subjects = [s for s in self.ids(parsed, clause, spans) if kind_of(s) in {"state", "body"}]
        pronoun = all(b - a == 1 and units[a].lower in {"it", "he", "she"} for a, b in spans)
        if not before or not subjects or clause.complements or pronoun:
            return None
        same = before[-1]
        roles = {k: v for k, v in same.roles.items() if k in {"as", "to", "on", "what", "through"}}
        return Filled(clause, same.predicate, subjects, same.objects, roles, same.frame, spans)

    # -- "is", "has" -----------------------------------------------------------------------------------------------

    def _copula(self, parsed: Parsed, clause: Clause) -> Filled | None:
        """`X is a member of Y`, `the members of Y are A and B`, `X is under sanctions`, `X is on the list of Y`."""
        units = parsed.units
        if not clause.subjects:
            return None
        if not clause.objects:
            return self._state_of(parsed, clause)
        role = role_of(units, clause.objects[0])
        post = self._post(parsed, clause)
        if post is not None:
            return post
        if role is not None:
            return self._member(parsed, clause, role, clause.subjects)
        role = role_of(units, clause.subjects[0])
        if role is not None and role[1] is not None:
            listed = self.ids(parsed, clause, clause.objects)
            if all(kind_of(s) in {"state", "body"} for s in listed):
                return self._member(parsed, clause, role, clause.objects)
        return None

    def _member(
        self, parsed: Parsed, clause: Clause, role: tuple[str, Span | None], who: Sequence[Span]
    ) -> Filled | None:
        """Somebody is a member, observer, partner ... of a body that is named, or of the one spoken of."""
        units = parsed.units
        if role[1] is not None and self._is_body(units, role[1]):
            self.clubs += [i for i in self.ids(parsed, clause, [role[1]], True) if i.startswith("o.")]
        subjects = self.ids(parsed, clause, who)
        predicate = "joined" if clause.verb.lemma == "become" and role[0] == "listed_in" else role[0]
        named = self.topic(parsed, clause, True) if role[1] is None else None
        bodies = self.ids(parsed, clause, [role[1]], True) if role[1] is not None else [named] if named else []
        if all(kind_of(s) == "thing" for s in subjects) or (
            role[1] is not None
            and predicate in {"listed_in", "joined"}
            and kind_of(bodies[0]) != "body"
            and not self._is_body(units, role[1])
        ):
            return None
        if role[1] is None and (not bodies or any(kind_of(s) not in {"state", "body"} for s in subjects)):
            return None
        words = words_of(units, clause.objects[0]) if clause.objects else set()
        roles = {"founding": True} if "founding" in words else {}
        roles.update({"as": "associate"} if "associate" in words else {})
        return Filled(clause, predicate, subjects, bodies, roles, None, [*clause.subjects, *clause.objects])

    def _post(self, parsed: Parsed, clause: Clause) -> Filled | None:
        """ "X was deputy governor of Y until 2020"."""
        units = parsed.units
        a, b = clause.objects[0]
        subjects = [s for s in self.ids(parsed, clause, clause.subjects) if s.startswith("p.") and s != UNKNOWN]
        named = [u for s in clause.subjects for u in units[s[0] : s[1]] if u.mention and u.mention.type == "person"]
        if not subjects or clause.verb.lemma != "be" or not (named or units[clause.subjects[0][0]].tag == "O"):
            return None
        while a < b and units[a].tag in {"D", "B"}:
            a += 1
        former = clause.verb.past or units[a].lower in {"former", "ex"} or "previously" in clause.verb.words
        a += units[a].lower in {"former", "ex"} if a < b else 0
        head = head_word(units, (a, b)) if a < b else ""
        if head.title() not in lexicon().posts or any(u.tag == "X" for u in units[clause.verb.start : clause.verb.end]):
            return None
        value: dict[str, Any] = {"post": text_of(units, (a, b)), "organisation": None}
        if former:
            value["former"] = True
        return Filled(clause, "holds_post", subjects, [], value, None, [*clause.subjects, (a, b)])

    def _state_of(self, parsed: Parsed, clause: Clause) -> Filled | None:
        """ "is under sanctions", "is on the sanctions list of X"."""
        units = parsed.units
        for preposition, spans in clause.phrases:
            head = head_word(units, spans[0])
            subjects = self.ids(parsed, clause, clause.subjects)
            if preposition == "under" and head in {"sanctions", "embargo"}:
                owner = self.ids(parsed, clause, [s for s in [_owner(units, spans[0])] if s]) or [UNKNOWN]
                return Filled(clause, "sanctioned", owner, subjects, {}, None, [*clause.subjects, *spans])
            if preposition == "on" and head in {"list", "register", "blacklist"}:
                owner = self.ids(parsed, clause, [s for s in [_owner(units, spans[0])] if s]) or [UNKNOWN]
                return Filled(clause, "listed", owner, subjects, {}, None, [*clause.subjects, *spans])
        return None

    def _status(self, parsed: Parsed, clause: Clause) -> Filled | None:
        """ "holds observer status", "was granted partner status"."""
        units = parsed.units
        for span in clause.objects:
            kind = next((role_of(units, (k, k + 1), True) for k in range(*span) if units[k].lower in STATUSES), None)
            if head_word(units, span) != "status" or kind is None:
                continue
            inner = next((k + 1 for k in range(*span) if units[k].lower == "of"), None)
            body = next(iter(clause.after("in", "with", "at")), (inner, span[1]) if inner is not None else None)
            who = clause.subjects
            return self._member(parsed, clause, (kind[0], body), who)
        return None

    # -- claims ----------------------------------------------------------------------------------------------------

    def _claims(self, parsed: Parsed, made: Filled) -> Iterator[Claim]:
        clause, shared = made.clause, self.shared
        units = parsed.units
        if made.predicate == "listed" and made.objects and _ENTRIES.intersection(made.objects[0][2:].split("-")):
            made.objects = self._entries(parsed) or made.objects
        time = self._time(parsed, clause)
        modality = modality_of(clause, parsed.clauses)
        polarity = "negated" if negated(clause) or made.denied else "affirmed"
        modality = "asserted" if made.denied or made.certain else modality
        polarity = "affirmed" if made.certain else polarity
        speakers = self.shared.speakers(parsed, clause)
        roles = dict(made.roles)
        objects = [o for o in dict.fromkeys(made.objects) if o != "n.nothing"]
        text = None
        if not objects and "what" not in roles and made.predicate not in MEMBERSHIP | {"be_invited", "resigned", "signed"}:
            text = _complement_text(clause, units)
        span = self._span(units, made)
        n = shared.index(parsed.sentence)
        for subject in dict.fromkeys(made.subjects):
            content: dict[str, Any]
            if made.predicate == "holds_post":
                content, roles = {"value": made.roles}, {}
            elif objects:
                content = {"object": objects[0] if len(objects) == 1 else tuple(objects)}
            else:
                content = {"value": {"text": text} if text else {"verb": units[clause.verb.main].text}}
            yield shared.claim(
                subject,
                made.predicate,
                [span],
                parsed.sentence,
                **content,
                qualifier=roles or None,
                time=time,
                modality=modality,
                polarity=polarity,
                attribution=chain(shared.reading, parsed.sentence, shared.cited.get(n), speakers),
                speaker=speakers[-1] if speakers else None,
                extractor="rules/frame@1",
            )

    def _entries(self, parsed: Parsed) -> list[str]:
        """Who stands on the list below "the persons below were added": entries set in capitals, up to the removals."""
        reading = self.shared.reading
        text, start = reading.folded.text, parsed.sentence.end
        stop = _OTHER_LIST.search(text, start)
        found: list[str] = []
        for mention, (a, b) in zip(reading.mentions, reading.spans, strict=True):
            if a < start or (stop is not None and a > stop.start()) or "alias" in mention.detail:
                continue
            opens = not text[text.rfind("\n", 0, a) + 1 : a].strip(" 0123456789.)-*•")
            words = text[a:b].split(",")[0]
            if not opens or mention.type not in {"person", "organisation"}:
                continue
            listed = mention.type == "person" and "," in text[a:b]
            if listed or (words.isupper() and " " in words) or (stop is not None and text[a - 3 : a - 1].strip(" .").isdigit()):
                name = mention.value or ""
                found.append(f"p.{slug(name)}" if mention.type == "person" else self.actors.body(name))
        return list(dict.fromkeys(found))

    @staticmethod
    def _time(parsed: Parsed, clause: Clause) -> dict[str, Any] | None:
        """The date in the clause: after its verb, else before its subject."""
        units = parsed.units
        places = (
            clause.times or []
            if clause.coordinated
            else clause.times
            or [
                i
                for i in range(
                    max(0, (clause.subjects[0][0] if clause.subjects else clause.verb.start) - 4), clause.verb.start
                )
                if units[i].tag == "T" and not any(u.tag in {"V", "A", "C", "R"} for u in units[i : clause.verb.start])
            ]
        )
        for i in places:
            mention = units[i].mention
            if mention is not None and mention.value:
                detail = mention.detail
                return {
                    "edtf": mention.value,
                    "raw": detail.get("raw", ""),
                    "calendar": detail.get("calendar", "gregorian"),
                    "basis": detail.get("basis", "stated"),
                }
        return None

    @staticmethod
    def _span(units: Sequence[Any], made: Filled) -> tuple[int, int]:
        clause = made.clause
        spans = [*made.spans, *(s for _, many in clause.phrases for s in many)]
        first = min([clause.verb.start, *(s[0] for s in spans)])
        last = max([clause.verb.end, clause.end, *(s[1] for s in spans), *(t + 1 for t in clause.times)])
        return units[first].start, units[last - 1].end


def _asked_in(clauses: Sequence[Clause], filled: dict[int, Filled], reader: Reader, parsed: Parsed) -> None:
    """ "Kazakhstan was asked to take part in the talks": invited."""
    for clause in clauses:
        if clause.verb.lemma != "ask" or not clause.verb.passive:
            continue
        inner = next((c for c in clause.complements if c.verb.lemma in {"join", "take", "participate", "attend"}), None)
        if inner is None:
            continue
        spans = inner.objects or inner.after("in", "at", "to")
        spans = [s for s in spans if head_word(parsed.units, s) != "part"] or inner.after("in")
        made = Filled(clause, "be_invited", reader.ids(parsed, clause, clause.subjects), reader.ids(parsed, inner, spans))
        filled.pop(id(inner), None)
        filled[id(clause)] = made


def _absorb(clauses: Sequence[Clause], filled: dict[int, Filled]) -> None:
    """ "applied to join the league", "invited to join": one claim, of the verb that governs."""
    for clause in clauses:
        made = filled.get(id(clause))
        inner = next((c for c in clause.complements if id(c) in filled and filled[id(c)].predicate == "joined"), None)
        lemma = clause.verb.lemma
        if inner is None or lemma not in {"apply", "ask", "invite", "request"} or (lemma != "apply" and made is None):
            continue
        joined = filled.pop(id(inner))
        if lemma == "apply":
            filled[id(clause)] = Filled(clause, "applied_to", joined.subjects, joined.objects, {}, None, joined.spans)
        elif made is not None:
            made.roles["to"] = _one_or_many(joined.objects)


def _of_nouns(clauses: Sequence[Clause], filled: dict[int, Filled]) -> None:
    """ "rejected calls to cut imports" is about the calls: nothing is claimed of the cut."""
    for clause in clauses:
        governor = clause.governor
        made = filled.get(id(governor)) if governor is not None else None
        if clause.noun and made is not None and made.predicate in _ABOUT_NOUNS and made.objects:
            inner = filled.get(id(clause))
            if inner is not None and inner.predicate == "joined" and made.predicate == "refused":
                inner.denied = True
                filled.pop(id(governor))
            else:
                filled.pop(id(clause), None)


def _telling(made: Filled) -> bool:
    """Whether a claim names an actor: the subject, or what it is done to or with."""
    if made.predicate == "supplied" and "what" in made.roles:
        return True
    if made.predicate == "paid" and "through" in made.roles:
        return True
    if made.predicate in {"listed", "delisted"} and made.objects and made.objects[0] != "n.unknown":
        return True
    if made.predicate == "refused" and any(o.rsplit("-", 1)[-1].removeprefix("n.") in _ASKED for o in made.objects):
        return True
    named = [*made.objects, *(i for v in made.roles.values() if isinstance(v, str | list) for i in _as_list(v))]
    subject = any(kind_of(s) != "thing" and s != UNKNOWN for s in made.subjects)
    return subject or any(i[:2] in {"c.", "o.", "p."} and i != UNKNOWN for i in named)


def _below(clause: Clause) -> Iterator[Clause]:
    for inner in clause.complements:
        if inner.link in {"that", "to", "ing", "of", "from", "on", "against", "for", "with"}:
            yield inner
            yield from _below(inner)


def _named_entry(units: Sequence[Any], span: Span) -> Span:
    """Who "the name of X", "the entry for X" on a list is."""
    if head_word(units, span) not in {"name", "names", "entry", "entries", "designation", "listing"}:
        return span
    inner = next((k + 1 for k in range(*span) if units[k].lower == "of"), None)
    if inner is not None and inner < span[1]:
        return inner, span[1]
    return next(iter(_attached(units, span, "for") or _attached(units, span, "of")), span)


def units_it(parsed: Parsed, span: Span) -> bool:
    """Whether a phrase is "it"."""
    return span[1] - span[0] == 1 and parsed.units[span[0]].lower == "it"


def _inside(spans: Sequence[Span], unit: Any, parsed: Parsed) -> bool:
    return any(any(u is unit for u in parsed.units[a:b]) for a, b in spans)


def _owner(units: Sequence[Any], span: Span) -> Span | None:
    """Whose something is: "the sanctions list of X", "EU sanctions", "the Treasury's list"."""
    inner = next((k + 1 for k in range(*span) if units[k].lower == "of"), None)
    if inner is not None and inner < span[1]:
        return inner, span[1]
    named = next((k for k in range(*span) if units[k].tag == "E" or adjective_codes(units[k].text)), None)
    return (named, named + 1) if named is not None else None


def _attached(units: Sequence[Any], span: Span, preposition: str) -> list[Span]:
    """What a preposition directly after a phrase leads to: "sanctions on the club"."""
    if span[1] < len(units) and units[span[1]].lower == preposition:
        return listed_from(units, span[1] + 1, len(units))
    return []


def _complement_text(clause: Clause, units: Sequence[Any]) -> str | None:
    """The words after a verb without object: what is agreed, announced."""
    end = max([clause.end, *(c.end for c in clause.complements)])
    if not clause.complements:
        return None
    start = next((k for k in range(clause.verb.end, min(end, clause.verb.end + 12)) if units[k].lower == "that"), None)
    start = start if start is not None and clause.complements[0].link == "that" else clause.verb.end
    words = text_of(units, (start, min(end, start + 24)))
    return words or None


def _one_or_many(ids: list[str]) -> str | list[str]:
    return ids[0] if len(ids) == 1 else ids


def _as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def claims(shared: Context) -> Iterator[Claim]:
    """What the verbs of a text claim."""
    reader = Reader(shared)
    document = None
    for parsed in shared.speech.parsed:
        if parsed.sentence.document is not document:
            document = parsed.sentence.document
            shared.actors.recent.clear()
        yield from reader.read(parsed)
