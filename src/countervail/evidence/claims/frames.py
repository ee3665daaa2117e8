"""Claims of verbs: the frames of the table laid over the clauses of every sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from countervail.evidence.claims.actors import kind_of
from countervail.evidence.claims.appositions import Appositions
from countervail.evidence.claims.context import CLUB, Context, chain
from countervail.evidence.claims.copulas import ENTRIES, EVENTS, REPEATED, owner_of
from countervail.evidence.claims.fitting import (
    absorb,
    asked_in,
    complement_text,
    counted,
    eventful,
    fits,
    follows,
    known_speaker,
    named_subjects,
    nobody,
    of_nouns,
    sure,
    telling,
    to_follows,
    vague,
    with_post,
)
from countervail.evidence.claims.modality import modality_of, negated, own_modality, speaker_clause
from countervail.evidence.claims.nominals import covers
from countervail.evidence.claims.phrases import head_word, text_of
from countervail.evidence.claims.quantities import quantity_in
from countervail.evidence.claims.references import (
    MEMBERSHIP,
    STATE_OF_BODY,
    UNKNOWN,
    UNNAMED,
    Filled,
    as_list,
    named_entry,
    one_or_many,
    span_of,
    target_of,
    time_of,
)
from countervail.evidence.claims.shapes import doers, post_role, shaped, whose, wrong_kind
from countervail.evidence.claims.speech import Parsed
from countervail.evidence.claims.subjects import Clause, Span
from countervail.evidence.claims.units import CLOSED
from countervail.evidence.model import Claim
from countervail.evidence.tables import Frame, frames_of
from countervail.evidence.text.tokens import lexicon

_BELOW = re.compile(
    r"\b(?:following|below|set out|Part|Annex|Schedule|Appendix|these|are (?:added|listed|designated))\b"
)
"""What says that a list of entries follows."""
_BY_CLAUSE = frozenset(
    ["agreed", "announced", "denied", "demanded", "promised", "proposed", "refused", "threatened", "voted", "warned"]
)
_GIVING = frozenset(["lent", "offered", "owes", "paid", "refused", "sold", "supplied"])
_OF_THINGS = CLOSED["of_things"]
"""What is done to texts, plans and measures, so that "it" is no state."""
_TO_ACTORS = frozenset(["listed", "delisted", "sanctioned", "suspended"])
_ON_LISTS = frozenset(["on", "to", "from", "off"])
_PLACES = frozenset({"in", "at", "near", "inside", "outside", "within", "across"})


class Framing(Appositions):
    """Lays the frames of a verb over its clause, the first that fits."""

    def _fill(self, parsed: Parsed, clause: Clause) -> Filled | None:
        if clause.verb.lemma in {"be", "become", "remain"}:
            return self.copula(parsed, clause) or self._among_those(parsed, clause)
        if clause.verb.lemma in {"appear", "feature", "figure", "stay"} and clause.after("on", "in"):
            listed = self._state_of(parsed, clause)
            if listed is not None:
                return listed  # "figures on the list of X"
        if clause.verb.lemma in {"hold", "have", "enjoy", "retain", "keep", "grant", "give"}:
            status = self.status(parsed, clause)
            if status is not None:
                return status
        taken = self.taken_in(parsed, clause)
        if taken is not None:
            return taken
        return self._by_frames(parsed, clause)

    def _by_frames(self, parsed: Parsed, clause: Clause) -> Filled | None:
        for words, frame in frames_of(clause.verb.lemma):
            if not frame.predicate or frame.internal or not follows(clause, words):
                continue
            made = self._frame(parsed, clause, frame)
            if made is not None:
                return made
        return None

    def _frame(self, parsed: Parsed, clause: Clause, frame: Frame) -> Filled | None:
        units, verb = parsed.units, clause.verb
        direct = clause.subjects if verb.passive else clause.objects
        receiver: list[Span] = []
        if verb.passive and clause.objects and frame.predicate in _GIVING:  # "was offered gas"
            receiver, direct = direct, clause.objects
        agents = doers(clause) if verb.passive else clause.subjects
        if not fits(units, clause, frame, direct):
            return None
        target = target_of(units, clause, frame, direct)
        if target and units[target[0][0]].lower.endswith(("self", "selves")):
            return None  # "Peru appointed itself guardian of the river"
        stated = verb.passive or frame.words is not None
        topic = self.topic(parsed, clause, stated) if frame.topic and not target else None
        if not (target or frame.bare or topic or frame.topic or self._governs(clause, frame)):
            return None
        alone = frame.topic and not target and not verb.passive and agents
        who = self.ids(parsed, clause, agents) if alone else []
        if who and all(i.startswith("p.") for i in who):  # a person who quits resigns, one who leaves may travel
            gone = "resigned" if verb.lemma == "quit" else "left" if frame.predicate == "left" and not topic else ""
            return Filled(clause, gone, who, [], {}, frame, [*agents]) if gone else None
        if frame.predicate in {"left", "applied_to"} and verb.passive and not agents:
            return None  # "was left with four members", "its application was submitted"
        if frame.topic and not target and not topic and clause.objects and not verb.passive:
            return None  # "withdrew its application"
        status = frame.predicate == "left" and bool(target) and head_word(units, target[0]) == "status"
        if frame.kind == "body" and target and not status and not all(self.is_body(units, s) for s in target):
            return None
        if frame.predicate == "suspended" and target:
            target = whose(units, target)
        if frame.kind == "body" or frame.predicate in MEMBERSHIP:
            target = [self.membership(units, s, clause) for s in target]
        target = [named_entry(units, s) for s in target]
        if target and frame.predicate in MEMBERSHIP and head_word(units, target[0]) in STATE_OF_BODY:
            topic, target = self.topic(parsed, clause, True), []
        if (
            frame.predicate == "denied"
            and len(target) == 1
            and units[target[0][0]].lower in {"it", "this", "that", "them"}
        ):
            clause.second = target
            target = []
        if frame.predicate == "denied" and verb.passive and clause.objects:
            return None  # "was denied entry"
        target, post = with_post(units, clause, target) if frame.post else (target, "")
        a_body = frame.kind == "body" or frame.predicate == "founded"
        objects = self.ids(parsed, clause, target, a_body) or ([topic] if topic else [])
        measure = len(target) == 1 and units[target[0][0]].lower in {"it", "them", "him", "her"}
        if frame.predicate == "lifted" and measure and self.punished:
            objects = self.punished
        elif measure and frame.predicate in _TO_ACTORS and not verb.passive and self.done.get(frame.predicate):
            objects = self.done[frame.predicate]  # "A listed X; B has not listed it"
        elif measure and frame.predicate == "signed" and self.signable:
            objects = [self.signable]
        elif self.thing and frame.predicate in _OF_THINGS and measure and not (clause.coordinated and objects):
            objects = [self.thing]  # "signed it but never ratified it"
        if wrong_kind(frame, objects):
            return None
        if (
            frame.post
            and verb.lemma != "appoint"
            and verb.passive
            and not (clause.objects or agents or clause.after("as"))
        ):
            return None  # "asked not to be named"
        if verb.lemma == "elect" and target and units[target[0][0]].lower in {"a", "an", "its", "their"}:
            return None  # "every time it elects a new president"
        subjects = self.ids(parsed, clause, agents)
        by_whom = clause.governor if verb.kind == "gerund" and clause.link == "ing" else None
        if by_whom is not None and by_whom.verb.lemma in {"propose", "suggest", "recommend", "advocate"}:
            subjects = [UNNAMED]  # "proposed adding X to the list": somebody is to add it
        if topic and not target and subjects and all(s.startswith("n.") for s in subjects):
            return None  # "the host's brochure left"
        pronoun = len(target) == 1 and units[target[0][0]].tag == "O" and target[0][1] - target[0][0] == 1
        if pronoun and objects == subjects and units[target[0][0]].lower not in {"itself", "themselves", "himself"}:
            return None  # nobody does it to himself without the text saying so
        if frame.subject == "actor" and subjects and all(kind_of(s) == "thing" for s in subjects):
            return None
        if frame.subject == "state" and not all(kind_of(s) in {"state", "body"} for s in subjects):
            return None
        roles = self._roles(parsed, clause, frame, target)
        if post:
            roles["as"] = post
        if receiver:
            roles["to"] = one_or_many(self.ids(parsed, clause, receiver))
        if clause.second and not verb.passive and objects:
            given = self.ids(parsed, clause, clause.second)
            if frame.post:
                roles["as"] = text_of(units, clause.second[0])
            elif frame.predicate in _GIVING:
                roles["to"], objects = objects, given
        if frame.post:
            roles.update(post_role(units, clause, roles))
        aimed = "direct" not in frame.object and frame.what != "direct"
        if not subjects and verb.passive and aimed and frame.words is None:
            subjects = self.ids(parsed, clause, direct)
        elif verb.passive and aimed and not agents and frame.predicate in MEMBERSHIP - {"applied_to"}:
            return None  # "its accession was announced": what the noun says
        if not subjects and not verb.passive:
            return None
        if not subjects:
            subjects = [s for s in as_list(roles.get("from")) if kind_of(s) == "body"][:1] if verb.passive else []
            if frame.predicate in {"listed", "delisted"} and not subjects:  # "was put on the UK list"
                owner = next((owner_of(units, s[0]) for p, s in clause.phrases if p in _ON_LISTS), None)
                subjects = self.ids(parsed, clause, [owner] if owner else [])
            subjects = subjects or [UNKNOWN]
        made = Filled(clause, frame.predicate, subjects, objects, roles, frame, [*agents, *target, *direct])
        if made.predicate == "agreed" and verb.passive and not agents and clause.after("between"):
            made.subjects = subjects = self.ids(parsed, clause, clause.after("between"))
        if made.predicate == "suspended" and subjects == [UNKNOWN] and all(o.startswith("c.") for o in objects):
            topic = self.topic(parsed, clause, True)  # "Mali remains suspended": by the body spoken of
            made.subjects = [topic] if topic else subjects
        if verb.passive and agents and head_word(units, agents[0]) in {"votes", "vote", "majority", "consensus"}:
            made.subjects = [UNKNOWN]
        if vague(made, agents, direct, pronoun):
            return None
        if made.predicate == "signed" and not objects and self.signable and not verb.passive:
            made.objects = objects = [self.signable]  # "Romania has yet to sign"
        if made.predicate == "refused" and not objects and self.invited:  # "was invited to join and declined"
            made.objects, made.roles = self.invited, {**roles, "what": "join"}
        if (
            made.predicate == "founded" and "with" in roles and own_modality(clause) == "asserted"
        ):  # "founded the bloc with X"
            made.subjects += [i for i in as_list(roles.pop("with")) if kind_of(i) in {"state", "person"}]
        shape = shaped(made, parsed)
        if shape is None:
            return None
        made = shape
        infinitive = any(c.link == "to" for c in clause.complements) or to_follows(units, clause)
        if made.predicate in {"be_invited", "joined", "observer_of"} and not made.objects and not infinitive:
            states = all(kind_of(s) in {"state", "body"} for s in made.subjects)
            topic = self.topic(parsed, clause, True) if states else None
            made.objects = [topic] if topic else []
        return made

    def _among_those(self, parsed: Parsed, clause: Clause) -> Filled | None:
        """ "Those admitted in May were A and B", "A and B are among those delisted": what the participle says."""
        units = parsed.units
        sides = [(s, clause.objects) for s in clause.subjects[:1]]
        sides += [(s, clause.subjects) for s in [*clause.objects[:1], *clause.after("among")[:1]]]
        for (a, b), who in sides:
            k = next((k for k in range(a + 1, b) if "n" in (units[k].forms or {})), None)
            named = who and all(any(units[m].tag == "E" for m in range(*s)) for s in who)
            if k is None or not named or units[a].lower not in {"those", "the"} or clause.verb.passive:
                continue
            verb = replace(clause.verb, lemma=(units[k].forms or {})["n"], passive=True)
            phrases = [(p, spans) for p, spans in clause.phrases if p != "among"]
            made = self._by_frames(parsed, replace(clause, verb=verb, subjects=who, objects=[], phrases=phrases))
            if made is not None:
                return made
        return None

    def _governs(self, clause: Clause, frame: Frame) -> bool:
        return frame.predicate in _BY_CLAUSE and bool(clause.complements) and clause.verb.lemma != "suggest"

    def _roles(self, parsed: Parsed, clause: Clause, frame: Frame, used: list[Span]) -> dict[str, Any]:
        units, roles = parsed.units, dict[str, Any]()
        for preposition, spans in clause.phrases:
            if not spans or spans == used or (preposition == "by" and clause.verb.passive):
                continue
            name = frame.roles.get(preposition, "place" if preposition in _PLACES else preposition)
            invited = frame.predicate == "be_invited" and name == "to"
            if name == "as" and preposition == "to" and head_word(units, spans[0]).title() not in lexicon().posts:
                continue  # "elected by nine votes to four"
            if name in roles or (frame.predicate == "applied_to" and preposition in {"for", "to"}):
                continue
            if name in {"as", "post", "for", "of", "by"} or preposition in _PLACES:
                roles[name] = text_of(units, (spans[0][0], spans[-1][1]))
            else:
                roles[name] = one_or_many(self.ids(parsed, clause, spans, name in {"through", "via"} or invited))
        amount = next((q for s in [*clause.objects, *used] if (q := quantity_in(units, s))), None)
        if amount:
            roles["amount"] = amount
        if frame.what == "direct":
            direct = clause.subjects if clause.verb.passive else clause.objects
            if direct:
                roles["what"] = one_or_many(self.ids(parsed, clause, direct))
        return roles


class Reader(Framing):
    """Reads the clauses of one text in order and remembers who was spoken of."""

    def read(self, parsed: Parsed) -> Iterator[Claim]:
        """The claims of one sentence."""
        filled: dict[int, Filled] = {}
        self.beside(parsed)
        self.opens(parsed)
        opening = next((i for i, u in enumerate(parsed.units[:9]) if u.lower == "whether"), None)
        asked = parsed.sentence.text.endswith("?") or (
            opening is not None and not any(c.verb.start < opening for c in parsed.clauses)
        )
        if parsed.quote is None and asked:
            self.actors.remember(parsed.units, parsed.clauses)
            self.end = parsed.sentence.end
            self.last = []
            return  # a question asserts nothing
        for clause in parsed.clauses:
            made = self._fill(parsed, clause) or self.elliptic(parsed, clause, filled)
            made = made or self.taken_off(clause, list(filled.values()))
            if (
                made is not None
                and made.predicate == "joined"
                and clause.noun in {"application", "applications", "bid"}
            ):
                made.predicate, made.certain = "applied_to", True  # "our application to join it was accepted"
            if made is not None and nobody(made):
                self.note(made, parsed)
                continue  # an unresolved pronoun; "the committee established pursuant to ..."
            if made is not None and (telling(made) or made.clause.complements):
                filled[id(clause)] = made
                if len(made.objects) > 1 and all(kind_of(o) != "thing" for o in made.objects):
                    self.actors.group(made.objects)
                self.invited = made.objects if made.predicate == "be_invited" else self.invited
                self.punished = made.objects if made.predicate in {"sanctioned", "imposed"} else self.punished
                self.note(made, parsed)
                self.actors.spoken += [i for i in (*made.subjects, *made.objects) if i.startswith("o.")]
                if made.predicate in MEMBERSHIP:
                    self.clubs += [i for i in made.objects if i.startswith("o.") and i != CLUB]
            elif clause.verb.lemma in {"have", "count", "comprise", "be"}:
                self.clubs += counted(parsed, clause, self.actors)
        self.last = [
            made
            for c in parsed.clauses
            if (made := filled.get(id(c))) is not None and made.predicate in REPEATED and c.verb.kind == "finite"
        ]
        asked_in(parsed.clauses, filled, self, parsed)
        absorb(parsed.clauses, filled)
        self.refused(parsed, filled)
        of_nouns(parsed.clauses, filled)
        nouns = [*self.nominal(parsed, list(filled.values())), *self.beside_names(parsed)]
        for key, made in list(filled.items()):  # "announced its withdrawal": what the noun says
            if made.predicate == "announced" and any(covers(made, noun.spans[0][1] - 1) for noun in nouns):
                del filled[key]
        for clause in parsed.clauses:
            made = filled.get(id(clause))
            gapped = self.gapped(parsed, made) if made is not None else None
            if gapped is not None:
                yield from self._claims(parsed, gapped)
            if made is None or clause.asked or not telling(made):
                continue
            if not sure(parsed, made, self.named, self.actors):
                they = clause.subjects and parsed.units[clause.subjects[0][0]].lower == "they"
                if not they or made.predicate not in _TO_ACTORS or not made.objects:
                    continue
                made.subjects = [UNKNOWN]  # "they listed the bank": the bank was listed
            report = speaker_clause(clause)
            if report is not None and not known_speaker(parsed, report, self.named, self.shared):
                continue
            if not self._spoken_for(clause, made, filled):
                yield from self._claims(parsed, made)
        for noun in nouns:
            yield from self._claims(parsed, noun)
        self.named = named_subjects(parsed, self.actors)
        people = {i for u in parsed.units if u.mention is not None and u.mention.type == "person" and (i := self.actors.mention(u))}
        self.named |= people if len(people) == 1 else frozenset()
        self.actors.remember(parsed.units, parsed.clauses)
        self.end = parsed.sentence.end

    def _spoken_for(self, clause: Clause, made: Filled, filled: dict[int, Filled]) -> bool:
        """Whether what the verb claims is said by the clauses that it governs."""
        operator = made.frame.operator if made.frame is not None else None
        told = [c for c in _below(clause) if c.link == "that"]
        if made.predicate == "denied" and not made.objects and any(map(eventful, told)):
            return True  # "denied that her client had evaded them": whose, we do not know
        return (operator is not None and not operator.keep) and any(
            id(c) in filled and not c.asked and telling(filled[id(c)]) and filled[id(c)].predicate in EVENTS for c in _below(clause)
        )

    # -- claims ----------------------------------------------------------------------------------------------------

    def _claims(self, parsed: Parsed, made: Filled) -> Iterator[Claim]:
        clause, shared = made.clause, self.shared
        units = parsed.units
        entries = made.objects and ENTRIES.intersection(made.objects[0][2:].split("-"))
        if made.predicate == "listed" and entries and _BELOW.search(parsed.sentence.text):
            made.objects = self.entries(parsed) or made.objects
        time = time_of(parsed, clause)
        modality = modality_of(clause, parsed.clauses)
        polarity = "negated" if negated(clause) or made.denied else "affirmed"
        modality = "asserted" if made.denied or made.certain else modality
        polarity = "affirmed" if made.certain else polarity
        speakers = self.shared.speakers(parsed, clause)
        roles = dict(made.roles)
        objects = [o for o in dict.fromkeys(made.objects) if o != "n.nothing"]
        text = None
        if (
            not objects
            and "what" not in roles
            and made.predicate not in MEMBERSHIP | {"be_invited", "resigned", "signed"}
        ):
            text = complement_text(clause, units)
            if text is None and made.predicate == "paid" and not made.roles.keys() & {"through", "to", "amount"}:
                text = made.roles.get("for")
            if text is None and made.predicate == "denied" and clause.second:
                text = text_of(units, clause.second[0])  # "denies this"
        span = span_of(units, made)
        span = (max(span[0], parsed.sentence.start) if span[1] > parsed.sentence.start else span[0], span[1])
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


def _below(clause: Clause) -> Iterator[Clause]:
    for inner in clause.complements:
        if inner.link in {"that", "to", "ing", "of", "from", "on", "against", "for", "with"}:
            yield inner
            yield from _below(inner)


def claims(shared: Context) -> Iterator[Claim]:
    """What the verbs of a text claim."""
    reader = Reader(shared)
    shared.actors.order.clear()
    document = None
    for parsed in shared.speech.parsed:
        if parsed.sentence.document is not document:
            document = parsed.sentence.document
            shared.actors.recent.clear()
        yield from reader.read(parsed)
