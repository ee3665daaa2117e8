"""A frame of the table laid over a clause: who does it, to whom or what, and the other roles."""

from __future__ import annotations

from typing import Any

from countervail.evidence.claims.actors import kind_of
from countervail.evidence.claims.copulas import Copulas
from countervail.evidence.claims.fitting import fits, follows, to_follows, with_post
from countervail.evidence.claims.modality import negated, own_modality
from countervail.evidence.claims.phrases import head_word, phrase_from, text_of
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
    target_of,
)
from countervail.evidence.claims.shapes import shaped
from countervail.evidence.claims.speech import Parsed
from countervail.evidence.claims.subjects import Clause, Span, antecedent
from countervail.evidence.claims.units import CLOSED
from countervail.evidence.tables import Frame, frames_of

_BY_CLAUSE = frozenset(
    ["agreed", "announced", "denied", "demanded", "promised", "proposed", "refused", "threatened", "voted", "warned"]
)
_GIVING = frozenset(["lent", "offered", "owes", "paid", "sold", "supplied"])
_OF_THINGS = CLOSED["of_things"]
"""What is done to texts, plans and measures, so that "it" is no state."""
_TO_ACTORS = frozenset(["listed", "delisted", "sanctioned", "suspended"])
_LICENCES = frozenset(["licence", "license", "registration", "accreditation", "rights", "credentials", "seat"])
"""What is suspended where somebody is."""
_PLACES = frozenset({"in", "at", "near", "inside", "outside", "within", "across"})


class Framing(Copulas):
    """Lays the frames of a verb over its clause, the first that fits."""

    def _fill(self, parsed: Parsed, clause: Clause) -> Filled | None:
        if clause.verb.lemma in {"be", "become", "remain"}:
            return self.copula(parsed, clause)
        if clause.verb.lemma in {"hold", "have", "enjoy", "retain", "keep", "grant", "give"}:
            status = self.status(parsed, clause)
            if status is not None:
                return status
        taken = self.taken_in(parsed, clause)
        if taken is not None:
            return taken
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
        agents = clause.every("by") if verb.passive else clause.subjects
        if not fits(units, clause, frame, direct):
            return None
        target = target_of(units, clause, frame, direct)
        if target and units[target[0][0]].lower.endswith(("self", "selves")):
            return None  # "Peru appointed itself guardian of the river"
        stated = verb.passive or frame.words is not None
        topic = self.topic(parsed, clause, stated) if frame.topic and not target else None
        if not target and not (frame.bare or topic or frame.topic or self._governs(clause, frame)):
            return None
        if topic and not verb.passive and all(i.startswith("p.") for i in self.ids(parsed, clause, agents)):
            if frame.predicate != "left" or verb.lemma != "quit":
                return None
            return Filled(clause, "resigned", self.ids(parsed, clause, agents), [], {}, frame, [*agents])
        if frame.predicate in {"left", "applied_to"} and verb.passive and not agents:
            return None  # "was left with four members", "its application was submitted"
        if frame.topic and not target and not topic and clause.objects and not verb.passive:
            return None  # "withdrew its application"
        status = frame.predicate == "left" and bool(target) and head_word(units, target[0]) == "status"
        if frame.kind == "body" and target and not status and not all(self.is_body(units, s) for s in target):
            return None
        if frame.predicate == "suspended" and target:  # "Yemen's membership was suspended"
            a, b = target[0]
            owned = b - a > 2 and units[a].tag == "E" and units[a + 1].tag == "G"
            if units[a].lower == "whose":  # "Gabon, whose membership was frozen"
                target = antecedent(units, a) or target
            target = [(a, a + 1)] if owned and units[b - 1].lower in STATE_OF_BODY | _LICENCES else target
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
        nobody_joins = {"state", "person"} if frame.kind == "body" else {"state"} if a_body else set()
        if objects and nobody_joins and all(kind_of(o) in nobody_joins for o in objects):
            return None
        if frame.kind == "actor" and objects and all(kind_of(o) == "thing" for o in objects):
            return None
        if frame.kind == "person" and objects and not all(kind_of(o) == "person" for o in objects):
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
        if frame.post and "as" not in roles and not verb.passive and clause.objects:
            later = next(
                (k for k in range(clause.end, min(len(units) - 1, clause.end + 18)) if units[k].lower == "as"), None
            )
            if (
                later is not None
                and units[later - 1].tag == ","
                and not any(u.tag in {"V", "A"} for u in units[clause.end : later])
            ):
                roles["as"] = text_of(units, (later + 1, phrase_from(units, later + 1, len(units))))
        if frame.post and verb.passive and clause.objects:
            roles["as"] = text_of(units, clause.objects[0])
        if not subjects and verb.passive and "direct" not in frame.object and frame.what != "direct":
            subjects = self.ids(parsed, clause, direct)
        if not subjects and not verb.passive:
            return None
        if not subjects:
            subjects = [s for s in as_list(roles.get("from")) if kind_of(s) == "body"][:1] if verb.passive else []
            subjects = subjects or [UNKNOWN]
        made = Filled(clause, frame.predicate, subjects, objects, roles, frame, [*agents, *target, *direct])
        if verb.passive and agents and head_word(units, agents[0]) in {"votes", "vote", "majority", "consensus"}:
            made.subjects = [UNKNOWN]
        if made.predicate in {"refused", "denied"} and not objects and negated(clause):
            return None
        if made.predicate == "refused" and verb.lemma == "dismiss" and any(o.startswith("p.") for o in objects):
            return None
        if made.predicate == "refused" and not objects and self.invited:  # "was invited to join and declined"
            made.objects, made.roles = self.invited, {**roles, "what": "join"}
        unresolved = objects and all(o.endswith(".unknown") for o in objects)
        if unresolved or (frame.predicate == "imposed" and str(roles.get("on", "")).endswith(".unknown")):
            return None
        if not agents and subjects == [UNKNOWN] and frame.predicate in {"accused", "signed"}:
            return None  # by whom?
        if pronoun and subjects == [UNKNOWN] and (measure and frame.predicate in _OF_THINGS | _TO_ACTORS):
            return None  # "it will be signed": what, by whom?
        named = any(u.tag in {"E", "O"} for s in agents for u in units[s[0] : s[1]]) or "state" in map(
            kind_of, subjects
        )
        if frame.bare and not objects and frame.predicate in {"agreed", "signed", "refused"} and not named:
            return None
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

    def _governs(self, clause: Clause, frame: Frame) -> bool:
        return frame.predicate in _BY_CLAUSE and bool(clause.complements) and clause.verb.lemma != "suggest"

    def _roles(self, parsed: Parsed, clause: Clause, frame: Frame, used: list[Span]) -> dict[str, Any]:
        units, roles = parsed.units, dict[str, Any]()
        for preposition, spans in clause.phrases:
            if not spans or spans == used or (preposition == "by" and clause.verb.passive):
                continue
            name = frame.roles.get(preposition, "place" if preposition in _PLACES else preposition)
            invited = frame.predicate == "be_invited" and name == "to"
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
