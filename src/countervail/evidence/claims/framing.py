"""The frames of a verb laid over its clause, the first that fits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from countervail.evidence.claims.actors import kind_of, world_bodies
from countervail.evidence.claims.appositions import Appositions
from countervail.evidence.claims.clause import Clause, Laid, Span, by_somebody, doers
from countervail.evidence.claims.copulas import EVENTS, GRANTING
from countervail.evidence.claims.fitting import TO_ACTORS, decided_by, fits, follows, spoken_words, vague, wrong_kind
from countervail.evidence.claims.memberships import lapsed
from countervail.evidence.claims.modality import own_modality
from countervail.evidence.claims.outcomes import bodily, bound_for, is_list, parties, taken_out
from countervail.evidence.claims.owners import (
    attached,
    lifted_by,
    named_entry,
    of_member,
    of_ones_own,
    owner_in,
    owner_of,
    owners_of,
    with_post,
)
from countervail.evidence.claims.phrases import antecedent, head_word, text_of
from countervail.evidence.claims.quantities import amount_of, named_of
from countervail.evidence.claims.references import (
    MEMBERSHIP,
    STATE_OF_BODY,
    UNKNOWN,
    UNNAMED,
    Filled,
    as_list,
    one_or_many,
)
from countervail.evidence.claims.repeats import led_states
from countervail.evidence.claims.shapes import post_role, shaped, target_of, whose
from countervail.evidence.claims.speech import Parsed
from countervail.evidence.claims.units import CLOSED, SELVES
from countervail.evidence.model import slug
from countervail.evidence.tables import Frame, frames_of
from countervail.evidence.text.tokens import lexicon

_ASKED = CLOSED["requests"]
_OFFERED = frozenset(["proposed", "offered", "be_invited"])
_OF_STATUS = GRANTING | frozenset(["hold", "have", "enjoy", "retain", "keep", "offer"])
_GIVING = frozenset(["lent", "offered", "owes", "paid", "refused", "sold", "supplied"])
_BY_STATES = frozenset(["founded", "signed", "joined", "left"])
_AGREEMENTS = CLOSED["agreements"] | CLOSED["bodylike"]
_KEEPING_OUT = frozenset(["suspended", "expelled"])
_PLACES = frozenset({"in", "at", "near", "inside", "outside", "within", "across"})


class Framing(Appositions):
    """Lays the frames of a verb over its clause, the first that fits."""

    def _fill(self, parsed: Parsed, clause: Clause) -> Filled | None:
        if (denied := self.called_untrue(parsed, clause)) is not None:
            return denied
        if clause.verb.lemma in {"be", "become", "remain"}:
            made = self.copula(parsed, clause) or self._among_those(parsed, clause)
            made = made or self._new_entries(parsed, clause)
            return made or (self._by_frames(parsed, clause) if clause.verb.lemma == "remain" else None)
        off = [s for s in clause.after("off") if head_word(parsed.units, s) in CLOSED["lists"]]
        if clause.verb.lemma in {"come", "fall"} and off:  # "came off the list"
            who = self.ids(parsed, clause, clause.subjects)
            by = self.ids(parsed, clause, owners_of(parsed.units, off[0])) or [UNKNOWN]
            return Filled(clause, "delisted", by, who, {}, None, [*clause.subjects, *off])
        stands = {"come", "fall", "appear", "feature", "figure", "stay"}
        on_list = clause.verb.lemma in stands and clause.after("on", "in", "under")
        if on_list and (listed := self._state_of(parsed, clause)) is not None:
            return listed  # "figures on the list of X"
        granted = clause.verb.lemma in _OF_STATUS
        if (status := self.status(parsed, clause) if granted else lapsed(self, parsed, clause)) is not None:
            return status
        taken = self.taken_in(parsed, clause) or self._new_entries(parsed, clause)
        if taken is None and clause.verb.lemma in {"include", "comprise"}:
            taken = self._among_those(parsed, clause)  # "Those designated include X"
        return taken if taken is not None else self._by_frames(parsed, clause)

    def _by_frames(self, parsed: Parsed, clause: Clause) -> Filled | None:
        for words, frame in frames_of(clause.verb.lemma):
            stays = frame.moved and (clause.verb.passive or clause.objects)
            if not frame.predicate or frame.internal or stays or not follows(clause, words):
                continue
            done = replace(clause, verb=replace(clause.verb, passive=True)) if frame.moved else clause
            made = self._frame(parsed, done, frame)
            if made is not None:
                return made
        return None

    def _frame(self, parsed: Parsed, clause: Clause, frame: Frame) -> Filled | None:
        laid = self._begun(parsed, clause, frame)
        if laid is None:
            return None
        people = self._people_alone(parsed, laid)
        if people:
            return self._gone(laid, people)
        if not (self._aimed(parsed, laid) and self._objects(parsed, laid) and self._subjects(parsed, laid)):
            return None
        self._given(parsed, laid)
        if not self._doers(parsed, laid):
            return None
        return self._claimed(parsed, laid)

    def _begun(self, parsed: Parsed, clause: Clause, frame: Frame) -> Laid | None:
        """The frame with whom or what its verb is aimed at; None where it does not fit."""
        units, verb = parsed.units, clause.verb
        direct = clause.subjects if verb.passive else clause.objects
        receiver: list[Span] = []
        if verb.passive and clause.objects and frame.predicate in _GIVING:  # "was offered gas"
            receiver, direct = direct, clause.objects
        agents = doers(clause) if verb.passive else clause.subjects
        if not fits(units, clause, frame, direct):
            return None
        target = [s for s in target_of(units, clause, frame, direct) if not spoken_words(units, s)]
        if target and target != direct and frame.excluded and frame.excluded.search(head_word(units, target[0])):
            return None  # "took part in the summit": in no body
        if target and units[target[0][0]].lower.endswith(("self", "selves")):
            return None  # "Peru appointed itself guardian of the river"
        stated = verb.passive or frame.words is not None
        topic = self.topic(parsed, clause, stated) if frame.topic and not target else None
        posted = frame.post and not verb.passive and bool(with_post(units, clause, [])[0])  # "appointed as its head X"
        if not (target or frame.bare or topic or frame.topic or posted or self._governs(clause, frame)):
            return None
        return Laid(clause, frame, direct, receiver, list(agents), target, topic)

    def _people_alone(self, parsed: Parsed, laid: Laid) -> list[str]:
        """The people who do what nothing else is said of; nobody where somebody else does, or there is more."""
        alone = laid.frame.topic and not laid.target and not laid.clause.verb.passive and laid.agents
        who = self.ids(parsed, laid.clause, laid.agents) if alone and not laid.clause.objects else []
        return who if all(i.startswith("p.") for i in who) else []

    def _gone(self, laid: Laid, who: list[str]) -> Filled | None:
        """A person who quits resigns, one who leaves may travel."""
        clause = laid.clause
        walked = clause.verb.lemma in {"walk", "go"} or clause.verb.kind != "finite"  # "asked two brokers to leave"
        left = "left" if laid.frame.predicate == "left" and not laid.topic and not walked else ""
        dates = [m.value or "" for t in clause.times if (m := clause.units[t].mention) is not None]
        moved = bool(clause.phrases or clause.complements or clause.particle or clause.governor)
        dated = any(4 <= len(d) <= 7 for d in dates) and not moved  # "left in 2023": not a room
        gone = "resigned" if clause.verb.lemma == "quit" or (left and dated) else left
        post = [f"n.{slug(text_of(clause.units, s))}" for s in clause.after("as")] if gone == "resigned" else []
        return Filled(clause, gone, who, post, {}, laid.frame, [*laid.agents]) if gone else None

    def _aimed(self, parsed: Parsed, laid: Laid) -> bool:
        """Narrow the target to what the frame is about; whether it can be."""
        units, clause, frame, verb = parsed.units, laid.clause, laid.frame, laid.clause.verb
        target = named_of(units, clause, laid.target) if frame.predicate in TO_ACTORS else laid.target
        if frame.predicate in {"left", "applied_to"} and verb.passive and not laid.agents:
            return False  # "was left with four members", "its application was submitted"
        out = frame.predicate == "left" and "from" in frame.object and not frame.words and taken_out(clause)
        if out or (verb.lemma == "leave" and [u.lower for u in units[verb.end : verb.end + 1]] == ["out"]):
            return False  # "withdrew its flag from the ship", "was not suspended, merely left out"
        if frame.topic and not target and not laid.topic and clause.objects and not verb.passive:
            return False  # "withdrew its application"
        status = frame.predicate == "left" and bool(target) and head_word(units, target[0]) == "status"
        if frame.kind == "body" and target and not status and not all(self.is_body(units, s) for s in target):
            return False
        if frame.predicate == "left" and target and not bodily(units, target[0]) and bound_for(clause):
            return False  # "left Puerto Ayala for Bamako"
        if frame.predicate in _KEEPING_OUT and target:
            target = (of_ones_own(units, target[0]) if verb.passive else []) or whose(units, target)
        if frame.kind == "body" or frame.predicate in MEMBERSHIP:
            target = [self.membership(units, of_member(units, s), clause) for s in target]
        target = [named_entry(units, s) for s in target]
        if frame.predicate in TO_ACTORS and len(target) == 2 and units[target[0][0]].tag == "#":
            (first, _), (more, end) = target  # "nine judges and police officers": nine of both together
            target = [(first, end)] if all(u.tag == "N" and u.text.islower() for u in units[more:end]) else target
        if frame.predicate == "froze":
            said = [b > 1 and units[b - 2].tag == "N" and units[b - 2].text.islower() for _, b in target]
            target = [
                owner_in(units, s) if name else s for s, name in zip(target, said, strict=True)
            ]  # "of the trader X"
        if frame.predicate in {"froze", "sanctioned"} and target and units[target[0][0]].lower == "whose":
            target = antecedent(units, target[0][0]) or target  # "X, whose assets were frozen"
        if clause.relative and frame.predicate in {"listed", "delisted", "sanctioned"}:
            target = [owner_in(units, s) for s in target]
        if target and frame.predicate in MEMBERSHIP and head_word(units, target[0]) in STATE_OF_BODY:
            laid.topic, target = self.topic(parsed, clause, True), []
        spoken = frame.predicate == "denied" and verb.kind == "finite"
        pointing = {"this", "that", *(("it", "them") if spoken else ())}
        if frame.predicate in {"denied", "refused"} and len(target) == 1 and units[target[0][0]].lower in pointing:
            clause.second, target = target, []
        if frame.predicate == "denied" and verb.passive and clause.objects:
            return False  # "was denied entry"
        if frame.predicate == "refused" and clause.second and len(target) == 1 and units[target[0][0]].tag == "O":
            laid.receiver, target, clause.second = target, clause.second, []  # "refused it interim relief"
        offered = any(m.predicate in _OFFERED for m in (*self.here, *self.before_this))
        if frame.predicate == "denied" and verb.lemma in {"reject", "dismiss"} and clause.second and offered:
            clause.second, laid.target = [], []
            return False  # "the plan was proposed by X, and the board rejected it": refused
        laid.target, laid.post = with_post(units, clause, target) if frame.post else (target, "")
        return True

    def _objects(self, parsed: Parsed, laid: Laid) -> bool:
        """Who or what the target is; whether the frame can be about it."""
        units, clause, frame, verb, target = parsed.units, laid.clause, laid.frame, laid.clause.verb, laid.target
        a_body = frame.kind == "body" or (frame.predicate == "founded" and not verb.passive)
        objects = self.ids(parsed, clause, target, a_body, frame.predicate in TO_ACTORS)
        objects = objects or ([laid.topic] if laid.topic else [])
        measure = len(target) == 1 and units[target[0][0]].lower in {"it", "them", "him", "her"}
        thing = measure and units[target[0][0]].lower in {"it", "them"}
        lifts = frame.predicate == "lifted" and measure
        if lifts and (meant := self.punished or self.measures_meant(parsed, target[0][0])):
            objects = meant
        elif measure and frame.predicate in TO_ACTORS and not verb.passive and self.done.get(frame.predicate):
            objects = self.done[frame.predicate]  # "A listed X; B has not listed it"
        elif thing and frame.predicate == "evaded":
            objects = [self.measure] if self.measure else objects
        elif measure and frame.predicate == "signed" and self.signable:
            objects = [self.signable]
        elif self.thing and thing and self._done_to(frame) and not (clause.coordinated and objects):
            objects = [self.thing]  # "signed it but never ratified it"
        if frame.predicate == "evaded" and measure:
            objects = self.measures_meant(parsed, target[0][0])
            if not objects:
                return False  # "got round it": the text speaks of no measures
        pronoun = measure and units[target[0][0]].lower == "it"
        if pronoun and frame.predicate == "refused" and not any(_ASKED.intersection(o[2:].split("-")) for o in objects):
            # "was offered money to open the gate and has refused it"; "called the proposal rash, urged us to reject it"
            asked = [s for c in parsed.earlier(clause) for s in c.objects if head_word(units, s) in _ASKED]
            objects = self.ids(parsed, clause, asked[-1:])
        if pronoun and frame.predicate == "refused":
            own = [m for m in self.here if m.predicate in _OFFERED and m.clause.subjects == clause.subjects]
            offers = own or ([] if objects else [*self.before_this, *self.here])
            made = [m for m in offers if m.predicate in _OFFERED and (m.objects or own)][-1:]
            objects = [o for m in made for o in m.objects or self.ids(parsed, m.clause, m.clause.objects)] or objects
        if frame.predicate == "paid" and objects in (["n.payments"], ["o.payments"]):
            objects = self.ids(parsed, clause, attached(units, target[-1], "to"))  # "Payments to X are settled"
        laid.objects = objects
        them = thing and units[target[0][0]].lower == "them" and frame.predicate == "refused"
        if them and len(objects) == 1 and kind_of(objects[0]) == "body" and not objects[0].endswith("s"):
            return False  # "stopped serving its cards; the lenders had refused them": not the one body
        if wrong_kind(frame, objects) or (pronoun and frame.predicate == "admitted" and not clause.after("to", "into")):
            return False  # "if Bolivia accepts it"
        if pronoun and frame.predicate in {"listed", "delisted"} and all(kind_of(o) == "thing" for o in objects):
            return any(self.actors.rarely_listed(o) == 0 for o in objects)  # not the dispute spoken of
        again = any(m.predicate == "listed" and m.objects == objects for m in self.here)
        state = all(kind_of(o) == "state" for o in objects) and not again
        if measure and frame.predicate in {"listed", "delisted"} and state:
            return False  # "Washington has not listed it": whom, we do not know
        if frame.post and verb.lemma == "name" and verb.kind == "participle" and not clause.after("as", "to"):
            return False  # "a Dane named Henrik Falkenberg"
        named = clause.objects or laid.agents or clause.after("as")
        elected = verb.lemma == "elect" and any(u.tag == "E" for a, b in target for u in units[a:b])
        if frame.post and verb.lemma != "appoint" and verb.passive and not (named or elected):
            return False  # "asked not to be named"
        # not "every time it elects a new president"
        return not (verb.lemma == "elect" and target and units[target[0][0]].lower in {"a", "an", "its", "their"})

    def _subjects(self, parsed: Parsed, laid: Laid) -> bool:
        """Who does it; whether they can."""
        units, clause, frame, target, verb = parsed.units, laid.clause, laid.frame, laid.target, laid.clause.verb
        laid.subjects = self.ids(parsed, clause, laid.agents, acting=frame.predicate in EVENTS)
        if by_somebody(clause):
            laid.subjects = [UNNAMED]
        idea = clause.noun.rstrip("s") in CLOSED["ideas"] and clause.link == "to"
        if idea and frame.predicate in {"founded", "listed", "lifted"}:
            laid.subjects = [UNNAMED]  # "its proposal to found a bank": who is to found it, it does not say
        led = led_states(units, laid.agents) if frame.predicate in _BY_STATES and not verb.passive else []
        laid.subjects = self.ids(parsed, clause, led) or laid.subjects
        subjects = laid.subjects
        if laid.topic and not target and subjects and all(s.startswith("n.") for s in subjects):
            return False  # "the host's brochure left"
        laid.pronoun = len(target) == 1 and units[target[0][0]].tag == "O" and target[0][1] - target[0][0] == 1
        reflexive = laid.pronoun and units[target[0][0]].lower in SELVES
        if laid.pronoun and laid.objects == subjects and not reflexive:
            return False  # nobody does it to himself without the text saying so
        if frame.post and clause.verb.passive and subjects and subjects == laid.objects:
            laid.subjects = subjects = [f"p.{slug(text_of(units, laid.agents[0]))}"]  # "was appointed by the minister"
        if laid.agents and (by := decided_by(self.actors, units, laid.agents[0])) and (verb.passive or by != UNKNOWN):
            laid.subjects = subjects = [by]  # "was voted in by a majority": of whom, it does not say
        things = bool(subjects) and all(kind_of(s) == "thing" and s != UNKNOWN for s in subjects)
        if things and frame.predicate in TO_ACTORS and [units[a].lower for a, _ in laid.agents] == ["they"]:
            laid.subjects = [UNKNOWN]  # "They listed the bank": somebody did
        elif things and frame.subject == "actor":
            return False
        if frame.subject == "list":
            owners = [o for s in laid.agents if head_word(units, s) in CLOSED["lists"] for o in owners_of(units, s)]
            laid.subjects = subjects = self.ids(parsed, clause, owners)
            return bool(subjects) and not clause.verb.passive  # "the UN list names X"
        if frame.subject == "power" and not all(kind_of(s) == "state" or s in world_bodies() for s in subjects):
            return False
        return frame.subject != "state" or all(kind_of(s) in {"state", "body"} for s in subjects)

    def _given(self, parsed: Parsed, laid: Laid) -> None:
        """The other roles, what is given apart from whom it is given to."""
        units, clause, frame = parsed.units, laid.clause, laid.frame
        laid.roles = self._roles(parsed, clause, frame, laid.target)
        if laid.post:
            laid.roles["as"] = laid.post
        if laid.receiver:
            laid.roles["to"] = one_or_many(self.ids(parsed, clause, laid.receiver))
        if clause.second and not clause.verb.passive and laid.objects:
            helps = [s for s in clause.second[1:] if [u.lower for u in units[s[0] : s[1] + 1]] == ["help", "to"]]
            given = self.ids(parsed, clause, [s for s in clause.second if s not in helps])  # "and help to diversify"
            if frame.post:
                laid.roles["as"] = text_of(units, clause.second[0])
            elif frame.predicate in _GIVING:
                laid.roles["to"], laid.objects = laid.objects, given
        if frame.post:
            laid.roles.update(post_role(units, clause, laid.roles))

    def _doers(self, parsed: Parsed, laid: Laid) -> bool:
        """Who does it where the subject does not say; whether anybody may."""
        clause, frame, verb, units = laid.clause, laid.frame, laid.clause.verb, parsed.units
        aimed = "direct" not in frame.object and frame.what != "direct"
        if not laid.subjects and verb.passive and aimed and frame.words is None:
            laid.subjects = self.ids(parsed, clause, laid.direct)
        elif verb.passive and aimed and not laid.agents and frame.predicate in MEMBERSHIP - {"applied_to"}:
            return False  # "its accession was announced": what the noun says
        if not laid.subjects and not verb.passive:
            return False
        if not laid.subjects:
            subjects = [s for s in as_list(laid.roles.get("from")) if kind_of(s) == "body" and not is_list(s)][:1]
            if verb.lemma in {"receive", "accept", "obtain"}:  # "no payment was received from A, B or any other State"
                subjects = self.ids(parsed, clause, [s for s in clause.after("from") if units[s[0]].lower != "any"])
            moved = laid.direct[0] if frame.moved and laid.direct and not subjects else None
            if moved and (by := attached(units, moved, "by")):
                subjects = self.ids(parsed, clause, by)  # "payments by X went through a bank"
            elif moved and (own := owner_of(units, moved)) and units[own[1]].tag == "G":
                subjects = self.ids(parsed, clause, [own])  # "X's payments"
            if frame.predicate in {"listed", "delisted"} and not subjects:  # "was put on the UK list"
                lists = next((s for p, s in clause.phrases if p in CLOSED["on_lists"]), [])  # "on British lists"
                lists = [] if any(head_word(parsed.units, s) == "behalf" for s in lists) else lists
                owners = list(dict.fromkeys(o for s in lists for o in owners_of(parsed.units, s)))
                owners = [o for o in owners if head_word(parsed.units, o) not in CLOSED["counted"]]
                subjects = [self.actors.of(parsed.units, o, self.actors.recent) for o in owners]
            if frame.predicate in {"lifted", "sanctioned"} and verb.passive and not subjects:
                measures = laid.target if frame.predicate == "lifted" else clause.after("with", "under")
                subjects = self.ids(parsed, clause, lifted_by(parsed.units, measures))
            laid.subjects = subjects or [UNKNOWN]
        return True

    def _claimed(self, parsed: Parsed, laid: Laid) -> Filled | None:
        """The claim, with what the text before it settles."""
        clause, verb, roles = laid.clause, laid.clause.verb, laid.roles
        agents, objects, subjects = laid.agents, laid.objects, laid.subjects
        used = [*agents, *laid.target, *laid.direct]
        made = Filled(clause, laid.frame.predicate, subjects, objects, roles, laid.frame, used)
        if made.predicate in {"agreed", "signed"} and verb.passive and not agents and (by := parties(parsed, laid)):
            made.subjects = subjects = self.ids(parsed, clause, by)  # "a deal between X and Y was signed"
        kept_out = made.predicate in _KEEPING_OUT and subjects == [UNKNOWN] and not agents
        if kept_out and all(o.startswith("c.") for o in objects):
            made.subjects = [i for i in [self.topic(parsed, clause, True)] if i] or subjects  # "Mali remains suspended"
        if vague(made, agents, laid.direct, laid.pronoun):
            return None
        for_it = clause.after("for", "on")  # "now signs for the account"
        text = None if "with" in roles and self.signable == "n.letter" else self.signable  # no letter is signed with X
        if text and all(i.startswith("c.") for i in subjects) and _AGREEMENTS.isdisjoint(text[2:].split("-")):
            text = None  # states sign no letters and bills
        if made.predicate == "signed" and not (objects or for_it or verb.passive) and text:
            made.objects = objects = [text]  # "Romania has yet to sign"
        if made.predicate == "refused" and not objects and self.invited:  # "was invited to join and declined"
            made.objects, made.roles = self.invited, {**roles, "what": "join"}
        if made.predicate == "founded" and "with" in roles and own_modality(clause) == "asserted":  # "with X"
            made.subjects += [i for i in as_list(roles.pop("with")) if kind_of(i) in {"state", "person"}]
        shape = shaped(made, parsed)
        return None if shape is None else self.to_the_topic(parsed, shape)

    def _roles(self, parsed: Parsed, clause: Clause, frame: Frame, used: list[Span]) -> dict[str, Any]:
        units, roles = parsed.units, dict[str, Any]()
        for preposition, spans in clause.phrases:
            if not spans or spans == used or (preposition == "by" and clause.verb.passive):
                continue
            if (preposition, head_word(units, spans[0])) in {("with", "effect"), ("as", "well")}:
                continue  # "with effect from May", "by A as well as by B"
            name = frame.roles.get(preposition, "place" if preposition in _PLACES else preposition)
            account = frame.predicate == "paid" and head_word(units, spans[0]) in {"account", "accounts"}
            if preposition in {"into", "to"} and frame.predicate == "paid":
                name = "through" if account else "to"
            if account and name == "through":  # "into an account at the bank": through the bank
                kept = [s for p, s in clause.phrases if p in {"at", "with"} and s and s[0][0] == spans[-1][1] + 1]
                of = next((k for k in range(*spans[0]) if units[k].lower == "of"), spans[0][0] - 1)
                spans = kept[0] if kept else [(of + 1, spans[0][1])]
            if name == "through" and head_word(units, spans[0]) in {"years", "months", "weeks", "days", "decade"}:
                continue  # "pays 140 million over five years"
            invited = frame.predicate == "be_invited" and name == "to"
            if name == "as" and preposition == "to" and head_word(units, spans[0]).title() not in lexicon().posts:
                continue  # "elected by nine votes to four"
            if name in roles or (frame.predicate == "applied_to" and preposition in {"for", "to"}):
                continue
            if name == "as":  # not "A as chair and B as treasurer"
                spans = spans[: next((n for n, s in enumerate(spans) if n and units[s[0]].tag == "E"), len(spans))]
            if name in {"as", "post", "for", "of", "by"} or preposition in _PLACES:
                roles[name] = text_of(units, (spans[0][0], spans[-1][1]))
            else:
                roles[name] = one_or_many(self.ids(parsed, clause, spans, name in {"through", "via"} or invited))
        if amount := amount_of(units, clause, used, frame.predicate):
            roles["amount"] = amount
        direct = clause.subjects if clause.verb.passive else clause.objects
        if frame.what == "direct" and direct:
            roles["what"] = one_or_many(self.ids(parsed, clause, direct))
        return roles
