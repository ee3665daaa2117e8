"""Claims of verbs: the frames of the table laid over the clauses of every sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from countervail.evidence.claims.actors import kind_of
from countervail.evidence.claims.chronicles import listed_below, under_headings
from countervail.evidence.claims.clause import Clause, Span, complement_text
from countervail.evidence.claims.clauses import clauses_of
from countervail.evidence.claims.commands import heading
from countervail.evidence.claims.context import CLUB, Context, chain, named_subjects
from countervail.evidence.claims.copulas import ENTRIES, EVENTS
from countervail.evidence.claims.ellipses import REPEATED
from countervail.evidence.claims.fitting import TO_ACTORS, eventful, main_subjects, nobody, telling
from countervail.evidence.claims.framing import Framing
from countervail.evidence.claims.list_clauses import counted
from countervail.evidence.claims.modality import modality_of, negated, speaker_clause, stronger
from countervail.evidence.claims.nominals import covers
from countervail.evidence.claims.outcomes import annulled, holds, known_speaker, proposing, sure
from countervail.evidence.claims.phrases import head_word, phrase_from, text_of
from countervail.evidence.claims.references import (
    MEMBERSHIP,
    UNKNOWN,
    UNNAMED,
    Filled,
    one_or_many,
    span_of,
)
from countervail.evidence.claims.speech import Parsed
from countervail.evidence.claims.times import time_of
from countervail.evidence.claims.units import CLOSED, verb_forms
from countervail.evidence.model import Claim
from countervail.evidence.tables import noun_effect

_BELOW = re.compile(
    r"\b(?:following|below|set out|Part|Annex|Schedule|Appendix|these|are (?:added|listed|designated))\b"
)
"""What says that a list of entries follows."""
_MEASURES = ("sanctions", "restrictions", "measures", "embargo")
_PERSONAL = frozenset(["he", "she", "him", "her", "his"])


class Reader(Framing):
    """Reads the clauses of one text in order and remembers who was spoken of."""

    def read(self, parsed: Parsed) -> Iterator[Claim]:
        """The claims of one sentence."""
        filled: dict[int, Filled] = {}
        if parsed.sentence.paragraph != self.paragraph:
            self.paragraph, self.mains = parsed.sentence.paragraph, frozenset()
        self._item(parsed)
        self.beside(parsed)
        self.opens(parsed)
        opening = next((i for i, u in enumerate(parsed.units[:9]) if u.lower == "whether"), None)
        asked = parsed.sentence.text.endswith("?") or (
            opening is not None
            and parsed.units[0].lower != "asked"  # "Asked whether A had paid, B denied it"
            and not any(c.verb.start < opening for c in parsed.clauses)
        )
        if parsed.quote is None and asked:
            self.clubs += self.asked_about(parsed)
            self.actors.remember(parsed.units, parsed.clauses)
            self.end = parsed.sentence.end
            self.last, self.questioned = self._asked(parsed), True
            self.named, self.mains = named_subjects(parsed, self.actors), main_subjects(parsed, self.actors)
            self.named |= {i for made in self.last for i in made.subjects}
            self.mains |= self.named if self.last else frozenset()
            return  # a question asserts nothing
        for clause in parsed.clauses:
            made = self.unfinished(parsed, clause, filled) or self._fill(parsed, clause)
            made = made or self.elliptic(parsed, clause, filled)
            made = made or self.as_much(parsed, clause, filled)
            made = made or self.taken_off(parsed, clause, list(filled.values()))
            made = made or annulled(self, parsed, clause)
            if (
                made is not None
                and (made.predicate == "joined" or (made.predicate in INSIDE and clause.link == "to"))
                and clause.noun in {"application", "applications", "bid", "request", "requests"}
            ):
                made.predicate, made.certain = "applied_to", True  # "our application to join it was accepted"
            if clause.link == "to" and noun_effect(clause.noun) == "conditional":
                continue  # "its ability to add persons to the list"
            if made is not None and nobody(made):
                self.note(made, parsed)
                continue  # an unresolved pronoun; "the committee established pursuant to ..."
            wanted = made is not None and made.predicate == "signed" and clause.link == "to"  # "brands are urged to"
            if made is not None and (wanted or telling(made) or made.clause.complements):
                filled[id(clause)] = made
                if len(made.objects) > 1 and all(kind_of(o) != "thing" for o in made.objects):
                    self.actors.group(made.objects)
                self.invited = made.objects if made.predicate == "be_invited" else self.invited
                self.punished = made.objects if made.predicate in {"sanctioned", "imposed"} else self.punished
                self.note(made, parsed)
                self.actors.spoken += [i for i in (*made.subjects, *made.objects) if i.startswith("o.")]
                by_people = all(i.startswith("p.") and not i.endswith((".unknown", ".unnamed")) for i in made.subjects)
                gone = made.predicate in {"left", "founded"} and by_people  # a firm rather than a grouping
                if made.predicate in MEMBERSHIP and not gone:
                    self.clubs += [i for i in made.objects if i.startswith("o.") and i != CLUB]
            elif clause.verb.lemma in {"have", "count", "comprise", "be"}:
                self.clubs += counted(parsed, clause, self.actors)
        self.clubs += self.with_members(parsed)
        self.last = [
            made
            for c in parsed.clauses
            if (made := filled.get(id(c))) is not None and made.predicate in REPEATED and c.verb.kind == "finite"
        ]
        self.questioned = False
        asked_in(parsed.clauses, filled, self, parsed)
        absorb(parsed.clauses, filled)
        self.refused(parsed, filled)
        of_nouns(parsed.clauses, filled)
        proposing(parsed.clauses, filled)
        nouns = [*self.nominal(parsed, list(filled.values())), *self.beside_names(parsed), *self.invited_by(parsed)]
        nouns += self.proposals(parsed, filled)
        for key, made in list(filled.items()):  # "announced its withdrawal": what the noun says
            if made.predicate in {"announced", "proposed"} and any(
                covers(made, noun.spans[0][1] - 1) for noun in nouns
            ):
                del filled[key]
        for clause in parsed.clauses:
            made = filled.get(id(clause))
            for again in self.gapped(parsed, made) if made is not None else ():
                yield from self._claims(parsed, again)
            if made is None or clause.asked or not telling(made):
                continue
            if not sure(parsed, made, self.named, self.actors, self.mains):
                they = clause.subjects and parsed.units[clause.subjects[0][0]].lower == "they"
                if not they or made.predicate not in TO_ACTORS or not made.objects:
                    continue
                made.subjects = [UNKNOWN]  # "they listed the bank": the bank was listed
            report = speaker_clause(clause)
            if report is not None and not known_speaker(parsed, report, self.named, self.shared):
                continue
            if not self._spoken_for(clause, made, filled):
                yield from self._claims(parsed, made)
        for noun in nouns:
            yield from self._claims(parsed, noun)
        self.named = self._still_named(parsed)
        people = {
            i
            for u in parsed.units
            if u.mention is not None and u.mention.type == "person" and (i := self.actors.mention(u))
        }
        self.mains = main_subjects(parsed, self.actors) if not self.item else self.mains
        self.lead = tuple(self.mains) if parsed.sentence.text.rstrip().endswith(":") else self.lead
        self.named |= people if len(people) == 1 else frozenset()
        self.actors.remember(parsed.units, parsed.clauses)
        self.end = parsed.sentence.end

    def _asked(self, parsed: Parsed) -> list[Filled]:
        """What a question asks, which the answer may repeat: "Have you sanctioned it?" "We have not"."""
        units = parsed.units
        k = next((k + 1 for k, u in enumerate(units[:8]) if u.tag == ":"), 0)
        end = phrase_from(units, k + 1, len(units))
        verbs = [j for j in range(k + 2, end) if units[j].tag == "N" and units[j - 1].tag in {"N", "E", "O"}]
        end = next((j for j in verbs if "b" in verb_forms().get(units[j].lower, ())), end)
        if not parsed.sentence.text.endswith("?") or units[k].tag != "A" or end in {k + 1, len(units)}:
            return []
        forms = verb_forms().get(units[end].lower, {})
        verb = replace(units[end], tag="V", forms=forms) if forms and units[end].tag == "N" else units[end]
        told = [*units[k + 1 : end], units[k], verb, *units[end + 1 :]]  # "Has Malta left it?": "Malta has left it?"
        stated = replace(parsed, units=told, clauses=clauses_of(told))
        self.stated.append(stated)
        main = [c for c in stated.clauses if c.verb.kind == "finite" and c.governor is None and not c.condition]
        found = [self._fill(stated, c) for c in main]
        return [made for made in found if made is not None and made.predicate in REPEATED][-1:]

    def _spoken_for(self, clause: Clause, made: Filled, filled: dict[int, Filled]) -> bool:
        """Whether what the verb claims is said by the clauses that it governs."""
        operator = made.frame.operator if made.frame is not None else None
        told = [c for c in _below(clause) if c.link == "that"]
        whose = [c for c in told if eventful(c) and not (c.verb.passive and c.subjects)]
        if made.predicate == "denied" and not made.objects and whose:
            return True  # "denied that her client had evaded them": whose, we do not know
        return (operator is not None and not operator.keep) and any(
            id(c) in filled and not c.asked and telling(filled[id(c)]) and filled[id(c)].predicate in EVENTS
            for c in _below(clause)
        )

    def _still_named(self, parsed: Parsed) -> frozenset[str]:
        """Whom a sentence names as doing something, and whom "he" stands for where only one was named before: "X led
        it. He lives in Riga. Latvia accused him"."""
        named, units = named_subjects(parsed, self.actors), parsed.units
        doing = [s for c in parsed.clauses for s in c.subjects if units[s[0]].lower in {"he", "she"}]
        again = {self.actors.of(units, s, self.actors.recent) for s in doing} & self.alone
        again |= {self.actors.of(units, s, self.actors.recent) for s in _its(parsed)} & self.named
        if any(i.startswith("p.") for i in named):
            self.alone = frozenset() if any(u.lower in _PERSONAL for u in units) else named
        return named | again

    def _item(self, parsed: Parsed) -> None:
        """Note whether a sentence is an item below a line that ends with a colon: "it" is whom that line is about."""
        opens = bool(parsed.units) and parsed.units[0].tag in {"-", "("}
        self.item = bool(self.lead) and len(self.lead) == 1 and opens
        self.lead = self.lead if self.item else ()
        self.clubs += [i for u in heading(parsed.units) if (i := self.actors.mention(u)) and i.startswith("o.")]
        self.mains = frozenset(self.lead) if self.item else self.mains

    # -- claims ----------------------------------------------------------------------------------------------------

    def _claims(self, parsed: Parsed, made: Filled) -> Iterator[Claim]:
        if made.predicate in {"joined", "left"} and not made.objects:
            return  # into what, or out of what, the text leaves open
        if made.predicate == "listed_in":  # no body is a member of itself
            made.subjects = [s for s in made.subjects if s not in made.objects]
        clause, shared = made.clause, self.shared
        units = parsed.units
        standing = holds(parsed, made)
        if standing is None:
            return
        made.denied = made.denied or not standing
        if made.predicate == "listed_in" and clause.verb.past and not clause.relative:  # "were members, but Y left"
            since = [m for m in self.here if m.predicate == "left" and set(m.objects) & set(made.objects)]
            made.subjects = [s for s in made.subjects if not any(s in m.subjects for m in since)]
        entries = made.objects and ENTRIES.intersection(made.objects[0][2:].split("-"))
        if made.predicate in {"listed", "delisted", "sanctioned"} and entries:
            below = _BELOW.search(parsed.sentence.text)
            named = [i for i in made.objects if i.rpartition("-")[2] in ENTRIES]
            headed = under_headings(self.shared.reading, self.actors.body, named, parsed.sentence.end)
            headed = headed or listed_below(self.shared.reading, self.actors.body, made.objects, parsed.sentence.end)
            made.objects = (self.entries(parsed) if below else headed) or made.objects
        time = time_of(parsed, clause)
        modality = modality_of(clause, parsed.clauses)
        polarity = "negated" if negated(clause) or made.denied else "affirmed"
        if clause.verb.lemma in {"promise", "pledge", "commit"} and made.predicate in {"paid", "supplied"}:
            modality = stronger(modality, "planned")
        modality = "asserted" if made.denied or made.certain else modality
        polarity = "affirmed" if made.certain else polarity
        speakers = self.shared.speakers(parsed, clause)
        untrue = made.predicate == "denied" and made.certain and clause.verb.lemma in {"be", "have"}
        speakers = speakers[:-1] if untrue else speakers  # "X said it was a lie"
        speakers = () if made.predicate == "denied" and speakers == tuple(made.subjects) else speakers  # his own denial
        if made.predicate == "proposed" and clause.verb.kind == "noun" and set(speakers[-1:]) == set(made.subjects):
            speakers = speakers[:-1]  # "a proposal by X that they settle in euros": the text says that X made it
        if made.predicate == "accused" and clause.verb.kind == "gerund" and set(speakers[-1:]) == set(made.subjects):
            speakers = speakers[:-1]  # "announced that it was leaving, accusing X"
        roles = dict(made.roles)
        objects = [o for o in dict.fromkeys(made.objects) if o != "n.nothing"]
        if made.predicate in {"listed_in", "observer_of"} and not objects:
            objects = [UNNAMED]  # of which body, the text leaves open
        if made.predicate == "imposed" and clause.verb.kind == "participle" and "on" not in roles:
            objects = [o for o in objects if not o.endswith(_MEASURES)]  # "sanctions imposed by X": on whom?
        text = None
        if (
            not objects
            and "what" not in roles
            and made.predicate not in MEMBERSHIP | {"resigned", "signed"}
            and (made.predicate != "be_invited" or any(_to_do(c) for c in clause.complements))
        ):
            pointing = [units[a].lower for a, b in clause.second if b - a == 1]
            text = None if pointing in (["this"], ["that"]) else complement_text(clause, units)
            if text is None and made.predicate == "paid" and not made.roles.keys() & {"through", "to", "amount"}:
                text = made.roles.get("for")
            meant = clause.second or (clause.objects if made.predicate == "refused" else [])
            if text is None and made.predicate in {"denied", "refused"} and meant:
                text = text_of(units, meant[0])  # "denies this", "refused it"
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


def _to_do(clause: Clause) -> bool:
    """Whether somebody is invited to do something other than to come or to join."""
    coming = clause.verb.lemma in CLOSED["coming"] and not clause.objects
    return clause.link == "to" and not coming and clause.verb.lemma not in CLOSED["entering"]


def _its(parsed: Parsed) -> list[Span]:
    """The "It" that a sentence begins with: it goes on about whom the one before named."""
    return [s for c in parsed.clauses for s in c.subjects[:1] if s[0] == 0 and parsed.units[0].lower == "it"]


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
        if not shared.is_told(parsed.sentence):
            yield from reader.read(parsed)
    shared.actors.recent.clear()  # whom "it" was at the end, it is not in the sentences that later rules go back to


# -- one claim of two verbs --------------------------------------------------------------------------------------------


_ABOUT_NOUNS = frozenset(["condemned", "opposed", "refused", "supported", "welcomed"])


def asked_in(clauses: Sequence[Clause], filled: dict[int, Filled], reader: Reader, parsed: Parsed) -> None:
    """ "Kazakhstan was asked to take part in the talks": invited; "Mali joined; Togo was not asked": not invited."""
    for clause in clauses:
        if clause.verb.lemma != "ask" or not clause.verb.passive:
            continue
        more = [*clause.objects, *clause.phrases, *clause.complements]
        alone = clause.verb.negated and not (clause.verb.perfect or clause.governor or more)
        who = reader.ids(parsed, clause, clause.subjects) if alone and id(clause) in filled else []
        if {kind_of(i) for i in who} == {"state"} and not any(i.endswith("unknown") for i in who):
            filled[id(clause)] = Filled(clause, "be_invited", who, [], {}, None, [*clause.subjects])
        inner = next((c for c in clause.complements if c.verb.lemma in {"join", "take", "participate", "attend"}), None)
        if inner is None:
            continue
        spans = inner.objects or inner.after("in", "at", "to")
        part = inner.particle.startswith("part") or any(head_word(parsed.units, s) == "part" for s in spans)
        if inner.verb.lemma == "take" and not part:
            continue
        spans = [s for s in spans if head_word(parsed.units, s) != "part"] or inner.after("in")
        made = Filled(
            clause, "be_invited", reader.ids(parsed, clause, clause.subjects), reader.ids(parsed, inner, spans)
        )
        filled.pop(id(inner), None)
        filled[id(clause)] = made


INSIDE = frozenset(["listed_in", "observer_of", "partner_of"])
"""What somebody asks to become."""


def absorb(clauses: Sequence[Clause], filled: dict[int, Filled]) -> None:
    """ "applied to join the league", "invited to join": one claim, of the verb that governs."""
    for clause in clauses:
        made = filled.get(id(clause))
        into = {
            "joined",
            *INSIDE,
            *(("attended",) if any(c.after("as") for c in clause.complements) else ()),
            *(("applied_to",) if clause.verb.lemma == "invite" else ()),
        }
        inner = next((c for c in clause.complements if id(c) in filled and filled[id(c)].predicate in into), None)
        lemma = clause.verb.lemma
        asking = lemma in {"apply", "ask", "request"} and not clause.verb.passive
        asking = asking and (lemma == "apply" or not clause.objects)  # "asked to join"
        invited = made is not None and made.predicate in {"be_invited", "applied_to"}  # not "asked Niger to join it"
        if inner is None or lemma not in {"apply", "ask", "invite", "request"} or not (asking or invited):
            continue
        joined = filled.pop(id(inner))
        if asking:
            roles = {k: v for k, v in joined.roles.items() if k == "as"}
            filled[id(clause)] = Filled(
                clause, "applied_to", joined.subjects, joined.objects, roles, None, joined.spans
            )
        elif made is not None:
            made.roles["to"] = one_or_many(joined.objects)


def of_nouns(clauses: Sequence[Clause], filled: dict[int, Filled]) -> None:
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
