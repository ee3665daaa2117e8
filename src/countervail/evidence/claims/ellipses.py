"""What is said again of somebody else: ellipsis, gapping ("and Peru in May"); refusals and denials."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from countervail.evidence.claims.actors import kind_of, several_people
from countervail.evidence.claims.clause import Clause, Span, reports
from countervail.evidence.claims.copulas import Copulas
from countervail.evidence.claims.modality import negated
from countervail.evidence.claims.outcomes import asked_for, said_again, spurned, untrue
from countervail.evidence.claims.owners import owners_of
from countervail.evidence.claims.phrases import head_word, kind, listed_from, phrase_from, text_of
from countervail.evidence.claims.references import MEMBERSHIP, UNKNOWN, UNNAMED, Filled, one_or_many, pronoun_alone
from countervail.evidence.claims.repeats import unfinished
from countervail.evidence.claims.speech import Parsed
from countervail.evidence.claims.units import CLOSED, SELVES

REPEATED = MEMBERSHIP | CLOSED["repeated"]
_GAPPED = REPEATED | {"approved"}
_OF_WHOM = MEMBERSHIP - {"suspended", "founded", "left"} | {"be_invited"}
"""What is claimed of whom it is done to: "was invited"."""
_REFUSING = frozenset(["refuse", "decline", "stop", "cease"])
_SERVING = CLOSED["serving"]
"""What a bank or carrier that stops doing it refuses."""
_GRANTING = frozenset(["accept", "grant", "admit", "adopt", "approve", "allow", "endorse"])
_ASKING = frozenset(["question", "questions", "letter", "letters", "questionnaire", "query", "queries"])
_ANSWERING = CLOSED["answering"]
_ASKED = CLOSED["requests"]
_NORMS = frozenset(["should", "must", "ought", "shall", "may", "might"])
"""Modals that say what is right or possible: nobody refuses what he should not accept."""


_REPORTS = CLOSED["reported_words"]
_ANYBODY = frozenset(["state", "body", "person"])
_CALLING = frozenset(["call", "describe", "label", "brand", "term"])
_POINTING = frozenset(["this", "that", "it"])
_MONEY = frozenset(["dollars", "dollar", "euros", "euro", "sterling"])


class Ellipses(Copulas):
    """Claims of clauses that leave out what was said before."""

    def gapped(self, parsed: Parsed, made: Filled) -> Iterator[Filled]:
        """ "Bolivia joined in 2006, Chad in 2008 and Nicaragua in May": the same of the others, each at its time."""
        units, clause = parsed.units, made.clause
        if made.predicate == "appointed" and "as" in made.roles and not clause.verb.passive and clause.objects:
            yield from self._appointed_too(parsed, made)
        if made.predicate == "supplied" and "with" in {p for p, _ in clause.phrases}:
            yield from self._supplied_too(parsed, made)
        i, done_to = clause.end, clause.verb.passive and made.predicate not in _OF_WHOM
        while made.predicate in _GAPPED and i < len(units):
            start = i
            i += units[i].tag in {",", ";"}
            i += i < len(units) and units[i].tag == "C"
            i += i > start and i + 1 < len(units) and units[i].lower == "the"
            if i == start or i + 2 >= len(units):
                return
            capital = units[i].tag == "N" and units[i].text[:1].isupper() and units[i - 1].tag == "C"
            at = next((k for k in range(i + 1, min(i + 4, len(units))) if units[k].tag not in {"P", "B"}), i)
            if at == i or units[at].tag != "T" or not (units[i].tag == "E" or capital):
                return  # "delisted it in May, and London in June"
            who = self.ids(parsed, clause, [(i, i + 1)])
            if units[i].tag != "E" and {kind_of(w) for w in who} != {"state"}:
                return
            other = replace(clause, times=[at], subjects=[(i, i + 1)], coordinated=True)
            pair = (made.subjects, who) if done_to else (who, made.objects)  # "A was listed in May, B in June"
            yield Filled(other, made.predicate, *pair, {}, None, [(i, at + 1)])
            i = at + 1

    def _appointed_too(self, parsed: Parsed, made: Filled) -> Iterator[Filled]:
        """ "appointed A (Chad) Registrar and B (Togo) Treasurer", "A as chair and B as treasurer": the second."""
        units, first = parsed.units, made.clause.objects[-1][1]
        k = next((k for k in range(first, len(units)) if units[k].mention and kind(units[k]) == "person"), 0)
        between = {u.tag for u in units[first:k]}
        if not k or k + 2 >= len(units) or between & {"V", "A", "R", "S", "O", ";"} or not between & {"C", ","}:
            return
        close = next((m for m in range(k + 1, min(len(units), k + 9)) if units[m].tag == ")"), 0)
        start = close + 1 if units[k + 1].tag == "(" and close else k + 2 if units[k + 1].lower == "as" else 0
        end = phrase_from(units, start, len(units)) if start else 0
        if end <= start or (end < len(units) and units[end].tag in {"V", "A"}):
            return
        who = [i for i in [self.actors.mention(units[k])] if i]
        yield Filled(
            made.clause, "appointed", made.subjects, who, {"as": text_of(units, (start, end))}, None, [(k, end)]
        )

    def _supplied_too(self, parsed: Parsed, made: Filled) -> Iterator[Filled]:
        """ "supplies Azerbaijan with drones and Uzbekistan with buses": the second receiver and its goods."""
        units, clause = parsed.units, made.clause
        spans = [s for p, many in clause.phrases if p == "with" for s in many]
        other = next((s for s in spans[1:] if units[s[0]].tag == "E" and units[s[1] - 1].tag == "E"), None)
        if other is None or units[other[1] : other[1] + 1] == [] or units[other[1]].lower != "with":
            return
        goods = spans[spans.index(other) + 1 :] or listed_from(units, other[1] + 1, len(units))[:1]
        made.roles["what"] = text_of(units, spans[0])
        if not goods:
            return
        who = self.ids(parsed, clause, [other])
        yield Filled(clause, "supplied", made.subjects, who, {"what": text_of(units, goods[0])}, None, [other, *goods])

    def as_much(self, parsed: Parsed, clause: Clause, filled: dict[int, Filled]) -> Filled | None:
        """ "Oman gave the fund five million, Chad gave three": what is given, and to whom, as before."""
        units, said = parsed.units, clause.objects
        before = [filled[id(c)] for c in parsed.clauses if id(c) in filled] or self.last
        giving = {clause.verb.lemma, before[-1].clause.verb.lemma} <= CLOSED["contributing"] if before else False
        if not giving or before[-1].predicate not in {"paid", "supplied"} or len(said) != 1 or clause.phrases:
            return None
        number = [u.tag == "#" or u.lower in {"nothing", "none", "another"} for u in units[slice(*said[0])]]
        who = [i for i in self.ids(parsed, clause, clause.subjects) if kind_of(i) in {"state", "body"}]
        if not all(number) or clause.second or UNKNOWN in who or not who:
            return None
        same, spans = before[-1], [*clause.subjects, *said]
        made = Filled(clause, same.predicate, who, same.objects, {"what": text_of(units, said[0])}, same.frame, spans)
        made.denied = units[said[0][0]].lower in {"nothing", "none"}
        return made

    def taken_off(self, parsed: Parsed, clause: Clause, before: Sequence[Filled]) -> Filled | None:
        """ "put X on its list and removed it later": off the list; "struck X off its list and added Y": on it."""
        added = clause.coordinated and clause.verb.lemma in {"add", "include", "insert"} and not clause.phrases
        if added and before and before[-1].predicate in {"delisted", "listed"} and clause.objects:
            whom = [i for i in self.ids(parsed, clause, clause.objects) if kind_of(i) != "thing"]
            listed = Filled(clause, "listed", before[-1].subjects, whom, {}, None, [*clause.objects])
            return listed if whom else None
        off = any(p == "off" for p, _ in clause.phrases)
        if not before or before[-1].predicate != "listed" or not (clause.coordinated or off):
            return None
        if clause.verb.lemma not in {"remove", "drop", "delete", "strike", "take"}:
            return None
        gone = clause.verb.passive and (off or any(p == "from" for p, _ in clause.phrases))  # "was taken off it"
        if not clause.objects and not gone:
            return None
        again = all(parsed.units[a].tag in {"O", "D", "P"} for a, _ in clause.objects)  # not "removed one", "dropped X"
        whom = before[-1].objects if again else self.ids(parsed, clause, clause.objects)
        lists = [s for p, spans in clause.phrases if p in {"off", "from"} for s in spans]
        theirs = [o for s in lists for o in owners_of(parsed.units, s) if parsed.units[o[0]].tag != "O"]
        by = self.ids(parsed, clause, theirs) or before[-1].subjects  # "listed by X and taken off Y's list"
        return Filled(clause, "delisted", by, whom, {}, None, [*clause.objects])

    def refused(self, parsed: Parsed, filled: dict[int, Filled]) -> None:
        """ "refused to open accounts for X", "stopped accepting X": what is refused is what was to be done it to."""
        for clause in parsed.clauses:
            lemma = clause.verb.lemma
            unwilling = negated(clause) and ("longer" in clause.verb.words or clause.verb.modal in {"would", "will"})
            serving = (lemma == "accept" and clause.verb.modal not in _NORMS) or (lemma in _SERVING and unwilling)
            what = spurned(parsed, clause)
            if (serving and negated(clause) and clause.objects and not clause.verb.passive) or what:
                self._not_accepted(parsed, clause, filled, what)
            offered = lemma in _GRANTING and negated(clause) and clause.verb.passive and not clause.verb.modal
            once = bool({"was", "were"} & clause.verb.words) and "yet" not in clause.verb.words
            offered = offered and (lemma == "accept" or once)  # not "has not been granted"
            if offered and all(head_word(parsed.units, s) in _ASKED for s in clause.subjects) and clause.subjects:
                objects = self.ids(parsed, clause, clause.subjects)  # "the offer was not accepted"
                made = Filled(clause, "refused", [UNKNOWN], objects, {}, None, [*clause.subjects])
                made.certain, filled[id(clause)] = True, made
            alone = not (clause.objects or clause.phrases or clause.complements or clause.verb.passive)
            told = clause.verb.kind != "gerund" and "neither" not in clause.verb.words  # "since accepting it would"
            if lemma == "accept" and alone and told and id(clause) not in filled:
                who = [i for i in self.ids(parsed, clause, clause.subjects) if kind_of(i) in _ANYBODY]
                if who and UNKNOWN not in who:  # "was invited; Egypt accepted"
                    filled[id(clause)] = Filled(clause, "agreed", who, self.invited, {}, None, [*clause.subjects])
            if lemma not in _REFUSING or clause.verb.passive:
                continue
            how = {"infinitive"} if lemma in {"refuse", "decline"} else {"gerund"}
            inner = next((c for c in clause.complements if c.verb.kind in how), None)
            if inner is not None and lemma in {"stop", "cease"} and inner.verb.lemma not in _SERVING:
                continue
            if inner is None or (inner.noun in _ASKED and id(inner) not in filled):
                continue  # "declined an invitation to link its name with theirs": the invitation
            words = {u.lower for a, b in inner.objects for u in parsed.units[a:b]}
            if inner.verb.lemma in _ANSWERING and not _ASKING & words:  # "declined to say"
                filled.pop(id(clause), None)
                continue
            known = filled.get(id(inner))
            spans = inner.objects or [s for _, many in inner.phrases[:1] for s in many]
            spans = [s for s in spans if head_word(parsed.units, s) not in {"time", "moment", "stage", "point"}]
            let = [c for c in inner.complements if inner.verb.lemma in {"let", "allow", "permit"} and not inner.objects]
            spans = spans or [s for c in let[:1] for s in c.subjects]
            objects = known.objects if known is not None and known.objects else self.ids(parsed, inner, spans)
            if self.thing and len(spans) == 1 and parsed.units[spans[0][0]].lower == "it":
                objects = [self.thing]
            if known is None and pronoun_alone(parsed.units, spans) and not asked_for(objects):
                word = parsed.units[spans[0][0]].lower  # "refused to give it": what, we do not know
                objects = [f"n.{word}"] if word not in SELVES else []
            if objects == [self.actors.state] and parsed.units[spans[0][0]].lower == "us":
                objects = ["n.us"]  # "declined to meet us": those who write
            subjects = self.ids(parsed, clause, clause.subjects)
            if known is not None and known.predicate not in MEMBERSHIP | {"signed"}:
                filled.pop(id(inner))
            if id(inner) not in filled and subjects:
                roles = {"what": inner.verb.lemma} if objects or not spans else {}
                filled[id(clause)] = Filled(
                    clause, "refused", subjects, objects, roles, None, [*clause.subjects, *spans]
                )

        for clause in parsed.clauses:
            known = filled.get(id(clause))
            inner = next((c for c in clause.complements if c.verb.lemma in {"deal", "trade", "transact", "do"}), None)
            if known is None or known.predicate != "blocked":
                pass
            elif inner is not None and any(head_word(parsed.units, s) in _MONEY for s in inner.after("in")):
                known.predicate, known.roles = "sanctioned", {}  # "two banks were barred from dealing in dollars"
            elif not (negated(clause) or clause.verb.passive):
                ended = clause.verb.lemma == "suspend" and bool(clause.objects)  # "suspended its pact with X"
                with_whom = inner.after("with") if inner is not None else [] if ended else clause.after("with")
                whom = [s for s in with_whom if parsed.units[s[1] - 1].tag == "E"]
                if whom and all(kind_of(s) in {"state", "body"} for s in known.subjects):
                    # "forbids its banks to deal with X"
                    known.predicate, known.objects, known.roles = "sanctioned", self.ids(parsed, clause, whom), {}
                    filled.pop(id(inner), None)
            if (
                clause.noun != "refusal"
                or clause.link != "to"
                or not clause.subjects
                or clause.verb.lemma in _ANSWERING
            ):
                continue
            who = [i for i in self.ids(parsed, clause, clause.subjects) if kind_of(i) != "thing"]
            if who and clause.objects and (known is None or known.predicate not in MEMBERSHIP | {"signed"}):
                objects = known.objects if known is not None else self.ids(parsed, clause, clause.objects)
                roles = {"what": clause.verb.lemma}  # "the refusal by X to open the border"
                made = Filled(clause, "refused", who, objects, roles, None, [*clause.subjects, *clause.objects])
                made.certain, filled[id(clause)] = True, made

    def _not_accepted(self, parsed: Parsed, clause: Clause, filled: dict[int, Filled], what: Sequence[Span]) -> None:
        """ "no longer accepts such payments": refuses them; an offer that is not accepted is not agreed to."""
        known = filled.get(id(clause))
        subjects = [i for i in self.ids(parsed, clause, clause.subjects) if kind_of(i) != "thing" and i != UNKNOWN]
        if (known is not None and known.predicate == "agreed") or not subjects or "neither" in clause.verb.words:
            return  # "neither accepted nor refused it"
        spans = what or clause.objects
        objects = self.ids(parsed, clause, spans)
        if pronoun_alone(parsed.units, spans) and not asked_for(objects):
            objects, what = [], spans
        clause.second = [*what] or clause.second
        roles = {} if what else {"what": clause.verb.lemma}
        made = Filled(clause, "refused", subjects, objects, roles, None, [*clause.subjects, *spans])
        made.certain = True
        filled[id(clause)] = made

    def called_untrue(self, parsed: Parsed, clause: Clause) -> Filled | None:
        """ "X said the reports were false", "X called the charge baseless": X denies them, as does who speaks in an
        interview or a quotation."""
        units, verb = parsed.units, clause.verb
        calling = verb.lemma in _CALLING and not verb.passive
        if not (calling or verb.lemma in {"be", "have"}) or any(c.untrue for c in parsed.clauses):
            return None
        said = [*clause.objects, *clause.second, *clause.after("as", "without")]
        words = [u.lower for a, b in said for u in units[a:b]]
        about = (clause.objects if calling else clause.subjects)[:1]
        pointed = not about and verb.start > 0 and units[verb.start - 1].lower in {"this", "that"}
        about = [(verb.start - 1, verb.start)] if pointed else about
        if not about or not words or not untrue(clause, words):
            return None
        a, b = about[0]
        b = next((k + 1 for k in range(a, b) if units[k].lower in _REPORTS), b) if calling else b
        report = head_word(units, (a, b)) in _REPORTS
        before = [c for c in parsed.clauses if c.verb.end == a and reports(c)] if pointed else []
        by = clause if calling else next(iter(before), clause.governor or clause.reported)
        if by is None:
            told = report and units[a].lower in {"the", "these", "those", "such"}
            who = list(parsed.speakers[-1:]) if told else []
        else:
            told = (report or units[a].lower in _POINTING) and (calling or reports(by)) and not negated(by)
            who = self.ids(parsed, by, by.subjects) if told else []
        if not who or set(who) & {UNKNOWN, UNNAMED}:
            return None
        clause.second = [(a, b)]
        made = Filled(clause, "denied", who, [], {}, None, [*clause.subjects, *clause.objects])
        made.certain = True
        return made

    def invited_by(self, parsed: Parsed) -> list[Filled]:
        """ "At the invitation of X, Y will visit Z": X has invited Y."""
        units = parsed.units
        k = next((k for k, u in enumerate(units) if u.lower == "invitation"), 0)
        if k < 2 or units[k - 2].lower != "at" or [u.lower for u in units[k + 1 : k + 2]] != ["of"]:
            return []
        main = [c for c in parsed.clauses if c.verb.kind == "finite" and c.subjects and not c.verb.negated]
        before = [c for c in main if c.verb.start < k][-1:] or main[:1]
        host = listed_from(units, k + 2, len(units))[:1]
        if not before or not host or before[0].verb.modal not in {"", "will"} or before[0].condition:
            return []
        clause = replace(before[0], verb=replace(before[0].verb, modal="", passive=True))
        who = [i for i in self.ids(parsed, clause, clause.subjects) if i[:2] in {"c.", "o.", "p."} and i != UNKNOWN]
        roles = {"by": one_or_many(self.ids(parsed, clause, host))}
        return [Filled(clause, "be_invited", who, [], roles, None, [*clause.subjects, *host])] if who else []

    def unfinished(self, parsed: Parsed, clause: Clause, filled: dict[int, Filled]) -> Filled | None:
        """ "Bosnia would like to", "Latvia has yet to", "means to do so in May": the same as before, not yet done."""
        units, verb, spans = parsed.units, clause.verb, clause.subjects
        before = [filled[id(c)] for c in parsed.clauses if id(c) in filled and c is not clause.governor] or self.last
        if not before or not spans or not unfinished(clause) or before[-1].predicate not in REPEATED:
            return None
        over = clause.governor if clause.link == "that" else None
        named = [*(over.subjects if over is not None else []), *spans]
        who = [s for s in self.ids(parsed, clause, spans) if kind_of(s) in {kind_of(i) for i in before[-1].subjects}]
        if not who or UNKNOWN in who or all(units[a].tag == "O" for a, _ in named):
            return None
        ever = verb.lemma in {"refuse", "decline", "fail", "have"}
        times = [*clause.times, *(t for c in clause.complements for t in c.times)]
        again = replace(clause, verb=replace(verb, modal="" if ever else "will"), times=times, complements=[])
        same = before[-1]
        roles = {k: v for k, v in same.roles.items() if k in {"as", "to", "on", "what", "through"}}
        made = Filled(again, same.predicate, who, same.objects, roles, same.frame, [*spans])
        made.denied = ever != (verb.negated and ever)
        return made

    def elliptic(self, parsed: Parsed, clause: Clause, filled: dict[int, Filled]) -> Filled | None:
        """ "India has not", "so did Belarus", "Peru could follow": the same as before, of somebody else."""
        units, verb = parsed.units, clause.verb
        if (again := said_again(clause)) is None:
            return None
        inverted, by, said = again
        beside = [c for c in parsed.clauses if c is clause.governor or (c.relative and c.subjects == clause.subjects)]
        before = [filled[id(c)] for c in parsed.clauses if id(c) in filled and c not in beside]
        earlier = [c for c in parsed.earlier(clause) if c not in beside]
        finite = [c for c in earlier if c.verb.kind == "finite"]
        before = self.last if not before and not finite else before
        if finite and not finite[-1].relative and id(finite[-1]) not in filled and finite[-1].operator is None:
            return None  # "X left the board; it remains a party, as does Y"
        broken = verb.modal and not inverted and [u.tag for u in units[verb.end : verb.end + 1]] == [","]
        if broken and finite and finite[-1].subjects == clause.subjects and negated(clause) == negated(finite[-1]):
            return None  # "Peru left and may, X said, come back"
        spans = by or clause.subjects
        if inverted and (not spans or clause.objects):
            spans = listed_from(units, verb.end, len(units))
        known = [s for s in before[-1].subjects if s not in {UNKNOWN, UNNAMED}] if before else []
        people = bool(known) and all(kind_of(s) == "person" and not several_people(s) for s in known)
        kinds = {"person"} if people else {"state", "body"}
        subjects = [s for s in self.ids(parsed, clause, spans) if kind_of(s) in kinds]
        if any(u.lower in {"those", "these"} for s in spans for u in units[max(0, s[0] - 2) : s[0] + 1]):
            return None  # "those in Sarajevo did not"
        told = clause.link == "that" and clause.governor is not None and bool(clause.governor.subjects)
        told = told and clause.governor is not None and units[clause.governor.subjects[-1][1] - 1].tag == "E"
        pronoun = all(b - a == 1 and units[a].lower in {"it", "he", "she", "i", "we", "you"} for a, b in spans)
        answer = self.questioned and before is self.last and bool(parsed.turn)
        ours = bool(subjects) and UNKNOWN not in subjects and units[spans[0][0]].lower in {"i", "we"}
        if answer and pronoun and spans and not ours:
            subjects = [s for s in before[-1].subjects if s not in {UNKNOWN, UNNAMED}] if before else []
        if self.questioned and not answer:
            return None
        last = before[-1].clause.verb if before and before is self.last and pronoun and verb.negated else None
        meant = last is not None and (verb.lemma == "have" if last.perfect else last.modal in {"will", "would"})
        subjects = before[-1].subjects if meant else subjects  # "said that it would join. It never did"
        if not before or not subjects or clause.complements or (pronoun and not (told or answer or meant)):
            return None
        same = before[-1]
        if clause.coordinated and same.clause.link == "to" and same.clause.subjects != clause.subjects:
            return None  # "asked Chad to join and will not do so": ask again
        if same.predicate == "refused" and verb.modal and not (verb.negated or inverted):
            return None  # "Chad has refused to sign it. Mali will": sign it
        over, too = same.clause.governor, {"too", "likewise"} & {u.lower for u in units[verb.start : verb.end + 1]}
        spurned = over is not None and over.verb.lemma in {"refuse", "decline"} and not over.verb.negated
        as_well = inverted or too or verb.lemma == "follow"
        if spurned and same.clause.verb.kind == "infinitive" and as_well and not verb.negated:
            what = {"what": same.clause.verb.lemma}  # "X refused to sign, as did Y", "and Y followed"
            return Filled(clause, "refused", subjects, same.objects, what, None, spans)
        if verb.lemma == "be" and same.clause.verb.lemma == "be" and same.predicate in {"sanctioned", "listed"}:
            return Filled(clause, same.predicate, same.subjects, subjects, {}, None, spans)
        passive = verb.lemma == "have" and same.clause.verb.passive and not (said or self.questioned)
        if (verb.lemma == "be" or passive) and same.clause.verb.lemma not in {"be", "become"}:
            if not same.clause.verb.passive:
                return None
            alike = same.objects and kind_of(same.objects[0]) == kind_of(subjects[0])
            if same.frame is None or (same.predicate not in MEMBERSHIP | {"be_invited"} and not alike):
                return None
            if same.predicate not in MEMBERSHIP | {"be_invited"}:  # "X was listed; Y was not": to whom it is done
                return Filled(clause, same.predicate, same.subjects, subjects, {}, same.frame, spans)
        if same.predicate == "be_invited" and not same.clause.verb.passive:  # "Would you invite X? Y might": by Y
            return Filled(clause, same.predicate, same.subjects, same.objects, {"by": subjects[0]}, same.frame, spans)
        roles = {k: v for k, v in same.roles.items() if k in {"as", "to", "on", "what", "through"}}
        done = "joined" if same.predicate == "founded" and verb.lemma == "follow" else same.predicate
        on = clause.after("against", "on") if verb.lemma == "follow" else []
        whom = on if same.predicate in {"sanctioned", "listed"} else []  # "and Peru followed with measures on Y"
        objects = self.ids(parsed, clause, whom) if whom else same.objects
        return Filled(clause, done, subjects, objects, roles, same.frame, [*spans, *whom])
