"""What "to be", "to become" and "to hold the status of" claim: memberships, posts, lists and sanctions; and what is
said again of somebody else: ellipsis, gapping, refusals, applications as nouns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from countervail.evidence.claims.actors import CLUBS, kind_of
from countervail.evidence.claims.bodies import SMALL
from countervail.evidence.claims.clause import Clause, Span, to_follows
from countervail.evidence.claims.memberships import STATUSES, last_club, out_of, put_out, role_of, said_before, whole_of
from countervail.evidence.claims.owners import country_of, its_club, owners_of
from countervail.evidence.claims.phrases import head_left, head_word, kind, text_of, words_of
from countervail.evidence.claims.references import MEMBERSHIP, UNKNOWN, Filled, References
from countervail.evidence.claims.speech import Parsed
from countervail.evidence.claims.units import CLOSED
from countervail.evidence.text.tokens import lexicon

_OTHER_EVENTS = (
    "be_invited refused signed agreed proposed sanctioned froze listed delisted lifted evaded accused denied announced "
    "appointed resigned paid supplied"
)
EVENTS = MEMBERSHIP | frozenset(_OTHER_EVENTS.split())
"""The events that documents of this kind are about; a report of another one is a claim of its own."""
_ASKED = CLOSED["requests"]
ENTRIES = CLOSED["entries"]

NEAR = 150
"""How many characters back the grouping may be named that a membership without one is of."""


_ENTERING = frozenset(["join", "apply", "enter"])
_MEASURES = frozenset(["asset", "assets", "travel", "visa", "entry", "export", "import", "transaction"])
_LISTED = frozenset(["person", "organisation"])
_DONE_TO = frozenset(["listed", "delisted", "sanctioned"])
GRANTING = frozenset(["grant", "give", "accord", "award", "extend"])


class Copulas(References):
    """Claims of clauses without a frame of their own."""

    def copula(self, parsed: Parsed, clause: Clause) -> Filled | None:
        """`X is a member of Y`, `the members of Y are A and B`, `X is under sanctions`, `X is on the list of Y`."""
        units = parsed.units
        if not clause.subjects:
            return None
        if (told := self._they_are(parsed, clause)) is not None:
            return told
        if clause.verb.negated and not clause.objects:
            clause.objects = said_before(parsed, clause)
        if clause.following == "out" and not clause.objects:
            return out_of(self, parsed, clause)
        if not clause.objects or units[clause.objects[0][1] - 1].lower == "subject":
            return self._state_of(parsed, clause)
        is_what = clause.objects[0]
        role = role_of(units, is_what) or country_of(units, is_what) or self._part(parsed, clause)
        post = self._post(parsed, clause)
        if post is not None:
            return post
        if role is not None:
            placed = next(
                (s for s in clause.after("in", "at", "to", "of") if role[1] is None and self.is_body(units, s)), None
            )
            made = self._member(parsed, clause, (role[0], role[1] or placed), clause.subjects)
            return ceased(made) if made is not None and made.predicate == "listed_in" else made
        role = role_of(units, clause.subjects[0])
        start = clause.subjects[0][0]
        owned = start > 1 and (
            units[start - 1].tag == "G" or (units[start].lower == "whose" and kind(units[start - 2]))
        )
        if role is not None and role[1] is None and owned:
            role = role[0], (start - 2, start - 1)  # "the Fund's other members", "the Fund, whose members"
        if role is not None and (role[1] is not None or units[clause.subjects[0][0]].lower in {"its", "the", "whose"}):
            listed = self.ids(parsed, clause, clause.objects)
            if all(kind_of(s) in {"state", "body"} for s in listed):
                return self._member(parsed, clause, role, clause.objects)
        return None

    def _they_are(self, parsed: Parsed, clause: Clause) -> Filled | None:
        """ "Peru listed two firms. They are X, a trader; and Y": the same of as many as were counted."""
        units, same = parsed.units, self.last[-1] if self.last else None
        they = [units[a].lower for a, _ in clause.subjects] == ["they"] and clause.verb.kind == "finite"
        if same is None or not they or clause.verb.negated or same.predicate not in _DONE_TO:
            return None
        counted = [u.lower for a, b in same.spans for u in same.clause.units[a:b]]
        number = next((SMALL.get(w) or int(w) for w in counted if w in SMALL or w.isdecimal()), 0)
        named = [k for k in range(clause.verb.end, len(units)) if (m := units[k].mention) and m.type in _LISTED]
        named = [k for k in named if units[k - 1].tag in {"A", "V", "C", "D", ",", ";", ":"}]
        if len(named) != number or number < 2:
            return None
        spans = [(k, k + 1) for k in named]
        done = replace(clause, verb=replace(clause.verb, passive=True), subjects=spans, objects=[])
        return Filled(done, same.predicate, same.subjects, self.ids(parsed, clause, spans), {}, None, spans)

    def _member(
        self, parsed: Parsed, clause: Clause, role: tuple[str, Span | None], who: Sequence[Span]
    ) -> Filled | None:
        """Somebody is a member, observer, partner ... of a body that is named, or of the one spoken of."""
        units = parsed.units
        if role[1] is not None and self.is_body(units, role[1]):
            self.clubs += [i for i in self.ids(parsed, clause, [role[1]], True) if i.startswith("o.")]
        if len(who) > 1 and role[0] in {"listed_in", "joined"}:
            who = [s for s in who if not put_out(units, s[1])] or who
        subjects = self.ids(parsed, clause, who)
        predicate = "joined" if clause.verb.lemma == "become" and role[0] == "listed_in" else role[0]
        named = (self._own(parsed, clause) or self.topic(parsed, clause, True)) if role[1] is None else None
        bodies = self.ids(parsed, clause, [role[1]], True) if role[1] is not None else [named] if named else []
        its = bool(clause.objects) and units[clause.objects[0][0]].lower == "its" and role == ("partner_of", None)
        if its and (not bodies or clause.after("in", "for", "on")):
            return None  # "is its partner in the talks"
        plain = all(units[k].tag not in {"E", "O"} for s in who for k in range(*s))
        if any(units[a + 1].lower == "following" for a, _ in who if a + 1 < len(units)):
            return None  # "the following States are members": those below
        if clause.relative and plain and subjects and kind_of(subjects[0]) != "state":
            return None  # "firms that are members of it"
        if all(kind_of(s) == "thing" for s in subjects) or (
            role[1] is not None
            and predicate in {"listed_in", "joined"}
            and kind_of(bodies[0]) != "body"
            and not self.is_body(units, role[1])
        ):
            return None
        if role[1] is None and any(kind_of(s) not in {"state", "body"} for s in subjects):
            return None
        if role[1] is None and not bodies:
            if any(kind_of(s) != "state" for s in subjects):
                return None
            only, place = self.actors.only_club(), units[clause.verb.start].start
            only = only if any(at < place for at, i, _ in self.actors.bodies if i == only) else None
            bodies = [only] if only and {only}.issuperset(self.clubs) else []  # which of several, it does not say here
        words = {w for s in [*clause.objects[:1], *clause.second] for w in words_of(units, s)}
        roles: dict[str, Any] = {"founding": True} if "founding" in words else {}
        if words & {"associate", "associates"}:
            if all(kind_of(s) == "person" for s in subjects):
                return None  # "is an associate of the Institute"
            roles["as"] = "associate"
        return Filled(clause, predicate, subjects, bodies, roles, None, [*clause.subjects, *clause.objects])

    def _part(self, parsed: Parsed, clause: Clause) -> tuple[str, Span | None] | None:
        """ "is part of the pact", "is a party to the convention": a member of it."""
        units = parsed.units
        a, b = clause.objects[0]
        head = head_word(units, (a, b))
        inner = next((k + 1 for k in range(a, b) if units[k].lower == "of"), b)
        of = [(inner, b)] if inner < b else []
        if head in {"candidate", "applicant"}:  # "is a candidate for membership of the pact"
            wanted = [self.membership(units, s, clause) for s in clause.after("for", "to")][:1]
            state = {kind_of(i) for i in self.ids(parsed, clause, clause.subjects)} == {"state"}
            plain = bool(wanted) and all(
                units[k].tag not in "PG" for k in range(*wanted[0])
            )  # not "the chair of the pact"
            return ("applied_to", wanted[0]) if state and plain and self.is_body(units, wanted[0]) else None
        spans = of if head == "part" else clause.after("to") if head in {"party", "parties"} else []
        if head == "party" and b - a == 2 and not spans and units[a].lower == "a":
            return "listed_in", None  # "Eritrea is not a party"
        if spans and clause.inserted and not self.is_body(units, spans[0]):
            spans = head_left(units, spans, 0)  # "a protocol on fishing, to which Peru is a party"
        return ("listed_in", spans[0]) if spans and self.is_body(units, spans[0]) else None

    def _own(self, parsed: Parsed, clause: Clause) -> str | None:
        """The body that says that somebody "would become its eighth member"."""
        governor = clause.governor
        if not clause.objects or parsed.units[clause.objects[0][0]].lower != "its":
            return None
        if governor is None:
            return its_club(self.shared, parsed.sentence)
        return next((i for i in self.ids(parsed, governor, governor.subjects[:1]) if i.startswith("o.")), None)

    def _post(self, parsed: Parsed, clause: Clause) -> Filled | None:
        """ "X was deputy governor of Y until 2020"."""
        units = parsed.units
        (a, b), who = clause.objects[0], clause.subjects
        last = units[b - 1].mention
        if last is not None and last.type == "person" and len(clause.objects) == 1 and b - a < 3:
            (a, b), who = clause.subjects[0], clause.objects  # "her deputy is X"
        subjects = [s for s in self.ids(parsed, clause, who) if s.startswith("p.") and s != UNKNOWN]
        named = [u for s in who for u in units[s[0] : s[1]] if u.mention and u.mention.type == "person"]
        if (
            not subjects
            or clause.condition
            or clause.verb.lemma not in {"be", "become"}
            or not (named or units[clause.subjects[0][0]].tag == "O")
        ):
            return None
        while a < b and (units[a].tag in {"D", "B"} or units[a].lower in {"new", "current", "present"}):
            a += 1
        ended = clause.governor is not None and clause.governor.verb.lemma in {"cease", "stop", "use"}
        former = (
            ended
            or (clause.verb.past and clause.verb.lemma == "be")
            or units[a].lower in {"former", "ex"}
            or "previously" in clause.verb.words
        )
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
        subject_to = any(units[s[1] - 1].lower == "subject" for s in clause.objects)
        for preposition, spans in clause.phrases:
            head = head_word(units, spans[-1])  # "under EU and British sanctions"
            owners = list(dict.fromkeys(o for s in spans for o in owners_of(units, s)))
            subjects = self.ids(parsed, clause, clause.subjects)
            under = preposition == "under" or (preposition == "to" and subject_to)
            measure = head in {"freeze", "ban", "bans"} and _MEASURES.intersection(words_of(units, spans[-1]))
            if under and (measure or head in {"sanctions", "embargo"}):
                by = clause.after("by") if preposition == "under" else []
                owner = [self.actors.of(units, o, self.actors.recent) for o in owners or by] or [UNKNOWN]
                plain = not any(u.tag == "E" or u.text[:1].isupper() for a, b in clause.subjects for u in units[a:b])
                if (clause.relative and plain) or "whose" in {units[s[0]].lower for s in clause.subjects}:
                    continue  # "a vessel whose owner is under sanctions"
                return Filled(clause, "sanctioned", owner, subjects, {}, None, [*clause.subjects, *spans])
            role = role_of(units, spans[0]) if preposition == "among" else None
            if role is not None and (role[1] is not None or units[spans[0][0]].lower in {"the", "its"}):
                # "is among the members of the bank", "are among the observers"
                return self._member(parsed, clause, role, clause.subjects)
            inside = preposition in {"in", "inside"} and len(spans) == 1 and self.is_body(units, spans[0])
            if inside and subjects and all(kind_of(s) == "state" for s in subjects) and not clause.objects:
                bodies = self.ids(parsed, clause, spans, True)
                club = (
                    self.actors.is_club(bodies[0])
                    or bodies[0] in self.clubs
                    or (head in CLUBS and "own" not in words_of(units, spans[0]))
                )
                if len(bodies) == 1 and club:
                    seated = next((r[0] for s in clause.after("as") if (r := role_of(units, s))), "listed_in")
                    return Filled(clause, seated, subjects, bodies, {}, None, [*clause.subjects, *spans])
            if preposition == "on" and head in CLOSED["seats"] and {i[:2] for i in subjects} == {"p."}:
                value: dict[str, Any] = {"post": f"member of {text_of(units, spans[0])}", "organisation": None}
                value |= {"former": True} if clause.verb.past else {}
                return Filled(clause, "holds_post", subjects, [], value, None, [*clause.subjects, *spans])
            if preposition == "on" and head in {"list", "lists", "register", "blacklist"}:
                if clause.relative and not any(units[k].tag == "E" for s in clause.subjects for k in range(*s)):
                    continue  # "banks that are not on its list"
                sailing = any(CLOSED["vessels"] & words_of(units, s) for s in clause.subjects)
                if head == "register" and (sailing or self.actors.ship in subjects):
                    continue  # "the dhow was on its register": under its flag
                owner = self.ids(parsed, clause, owners) or [UNKNOWN]
                if "waiting" in words_of(units, spans[-1]):  # "is on the waiting list of the league"
                    return Filled(clause, "applied_to", subjects, owner, {}, None, [*clause.subjects, *spans])
                return Filled(clause, "listed", owner, subjects, {}, None, [*clause.subjects, *spans])
        return None

    def status(self, parsed: Parsed, clause: Clause) -> Filled | None:
        """ "holds observer status", "was granted partner status", "has a seat as an observer", "was offered a seat"."""
        units, offered, granted = parsed.units, clause.verb.lemma == "offer", clause.verb.lemma in GRANTING
        granted = granted and (clause.verb.lemma != "extend" or bool(clause.after("to")))  # "extended its membership"
        granted = granted and CLOSED["giving_up"].isdisjoint([clause.particle, clause.following])
        seated = next((r for s in clause.after("as") if (r := role_of(units, s))), None)
        plain = {"seat", "membership"} if offered else {"membership"} if granted else set[str]()
        for span in [*clause.objects, *clause.second]:
            kind = next((role_of(units, (k, k + 1), True) for k in range(*span) if units[k].lower in STATUSES), None)
            head = head_word(units, span)
            if head in {"seat", "membership"}:
                kind = seated or (("listed_in", None) if head in plain else None)
            if head not in {"status", "seat", "membership"} or kind is None:
                continue
            inner = next((k + 1 for k in range(*span) if units[k].lower == "of"), None)
            if inner is not None and role_of(units, (inner, span[1]), True) is not None:
                inner = None  # "the status of a dialogue partner"
            placed = [s for s in clause.after("in", "with", "at") if self.is_body(units, s)]  # not "with effect from"
            body = next(iter(placed), (inner, span[1]) if inner is not None else None)
            given = span in clause.second and not clause.verb.passive  # "granted Nepal observer status"
            persons = {kind_of(i) for i in self.ids(parsed, clause, clause.subjects)} == {"person"}  # "Ministers gave"
            body = body or (clause.subjects[0] if given and clause.subjects and not persons else None)
            to = clause.after("to", "upon", "on") if clause.verb.lemma in GRANTING and not clause.verb.passive else []
            who = clause.objects if given else to or clause.subjects
            made = self._member(parsed, clause, (kind[0], body), who)
            if made is not None and (offered or (granted and made.predicate == "listed_in")):
                made.predicate = "be_invited" if offered else "joined"
            return made
        return None

    def taken_in(self, parsed: Parsed, clause: Clause) -> Filled | None:
        """ "admitted X as a partner", "welcomed X as the eighth member of the bank": X is one now."""
        if clause.verb.lemma in {"count", "number", "include", "list"} and clause.after("among"):
            return self._among(parsed, clause)
        sits = clause.verb.lemma == "sit" and not (
            clause.verb.passive or clause.after("at")
        )  # "sits in it as an observer"
        if clause.verb.lemma not in {"welcome", "admit", "accept", "readmit"} and not sits:
            return None
        role = next((r for s in clause.after("as") if (r := role_of(parsed.units, s))), None)
        who = clause.subjects if clause.verb.passive or sits else clause.objects
        if role is None or not who or (sits and {kind_of(i) for i in self.ids(parsed, clause, who)} != {"state"}):
            return None
        by = [s for s in clause.after("by") if clause.verb.passive and self.is_body(parsed.units, s)]
        to = next(iter([*clause.after("to", "into", *(["in"] * sits)), *by]), None)
        role = (role[0], to) if to is not None and role[1] is None else role  # "to the sessions of X as an observer"
        if role[1] is None and not (clause.verb.passive or sits):
            inside = [i for i in self.ids(parsed, clause, clause.subjects) if self.actors.is_club(i)]
            self.clubs += inside[:1]
        made = self._member(parsed, clause, role, who)
        if made is not None and made.predicate == "listed_in" and not sits:
            made.predicate = "joined"
        return made

    def _among(self, parsed: Parsed, clause: Clause) -> Filled | None:
        """ "counts Benin and Togo among its members": they are members of who counts them."""
        role = next((r for s in clause.after("among") if (r := role_of(parsed.units, s))), None)
        if role is None or clause.verb.passive or len(clause.subjects) != 1 or not clause.objects:
            return None
        return self._member(parsed, clause, (role[0], clause.subjects[0]), clause.objects)

    def topic(self, parsed: Parsed, clause: Clause, stated: bool = False) -> str | None:
        """The grouping that a membership is of where no name stands beside the verb: the last one spoken of; `stated`
        says that the clause speaks of a membership."""
        if clause.objects and not clause.verb.passive and not stated:
            return None
        units = parsed.units
        inside = [c for c in parsed.earlier(clause) if c.relative and clause.subjects and c.subjects == clause.subjects]
        start = min((c.verb.start for c in inside), default=clause.verb.start)  # "Oman, which is in the SCO, applied"
        for unit in units[:start][::-1]:  # "In the SCO, Belarus became a full member"
            if (
                unit.mention is not None
                and unit.mention.type == "organisation"
                and not about(parsed.units, clause.subjects, unit)
                and not any(parsed.units[a] is not unit and unit in parsed.units[a:b] for a, b in clause.subjects[1:])
            ):
                body = whole_of(self.actors, self.actors.mention(unit) or "")
                if body in self.clubs or self.actors.is_club(body):
                    return body
        place = parsed.units[clause.verb.start].start
        found = last_club(self.actors, self.clubs[-1:], place)
        if found and self._plain(found, place, "" if stated else clause.verb.lemma):
            return found
        named = [u.mention for s in (*clause.subjects, *clause.objects) for u in parsed.units[slice(*s)]]
        state = any(m and m.type == "country" for m in named)
        if not state and clause.subjects and units[clause.subjects[0][0]].lower == "it":
            state = all(kind_of(i) == "state" for i in self.ids(parsed, clause, clause.subjects, acting=True))
        club = self.actors.the_club(place) or (
            self._of_the_title(place) if stated and clause.verb.lemma != "come" else None  # "came in through the door"
        )
        return club if state else None

    def _of_the_title(self, place: int) -> str | None:
        """The grouping that the first line of a text names, where it is named again and no other is before a place."""
        actors = self.actors
        named = [(at, i) for at, i, _ in actors.bodies if at < place and (i in self.clubs or actors.is_club(i))]
        titled = len(named) > 1 and "\n" not in actors.reading.folded.text[: named[0][0]]
        return named[0][1] if titled and len({i for _, i in named}) == 1 else None

    def to_the_topic(self, parsed: Parsed, made: Filled) -> Filled:
        """The claim, with the body spoken of where none is named: "was invited"."""
        clause = made.clause
        infinitive = to_follows(clause)
        there = clause.verb.lemma == "attend"  # who attends as an observer is one of the meeting
        if made.predicate in {"be_invited", "joined", "observer_of"} and not (made.objects or infinitive or there):
            states = all(kind_of(s) in {"state", "body"} for s in made.subjects)
            topic = self.topic(parsed, clause, True) if states else None
            made.objects = [topic] if topic else []
        return made

    def _plain(self, body: str, place: int, verb: str) -> bool:
        """Whether it is plain that a body is meant: it is named right before, and no other grouping is before it."""
        actors = self.actors
        named = [
            (at, i) for at, i, _ in actors.bodies if at < place and (i == body or i in self.clubs or actors.is_club(i))
        ]
        entered = bool(named) and named[-1][1] in self.clubs[-1:]
        near = {i for at, i, _ in actors.bodies if actors.reading.folded.text.rfind("\n", 0, place) < at < place}
        alone = len({i for _, i in named}) == 1 or near == {body}  # no other in its paragraph
        doubtful = not alone if verb in _ENTERING else verb == "leave" and not actors.is_club(body)
        if doubtful and named and "\n\n" in actors.reading.folded.text[named[-1][0] : place]:
            return False  # "Oman joined in 2020", a paragraph after several bodies
        far = NEAR * (2 if entered else alone)
        return bool(named) and place - named[-1][0] < far


def about(units: Sequence[Any], spans: Sequence[Span], unit: Any) -> bool:
    """Whether a name is what one of the phrases is about, and not whose organ or minister it is."""
    places = [(a, k) for a, b in spans for k in range(a, b) if units[k] is unit]
    return any(not (k > a and "of" in {u.lower for u in units[a:k]}) and units[k + 1 : k + 2] != [] for a, k in places)


def ceased(made: Filled) -> Filled:
    """What "will cease to be a member" and "was once a member" say: somebody leaves, or left."""
    clause, ending = made.clause, made.clause.governor
    if clause.following in {"once", "formerly", "previously"} and clause.verb.past and not clause.verb.negated:
        made.predicate = "left"
    if ending is not None and ending.verb.lemma in {"cease", "stop"} and clause.link == "to":
        clause.verb.modal, clause.verb.negated = ending.verb.modal, ending.verb.negated
        clause.verb.past = ending.verb.past
        clause.governor, clause.link, clause.times = ending.governor, ending.link, [*clause.times, *ending.times]
        made.predicate = "left"
    return made
