"""Whose words a quotation is: the report beside it, and whom "he" in it stands for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from countervail.evidence.claims.actors import several_people
from countervail.evidence.claims.bodies import PRONOUNS, Actors
from countervail.evidence.claims.modality import speaker_clause
from countervail.evidence.claims.phrases import listed_from
from countervail.evidence.claims.subjects import Clause, Span, reports
from countervail.evidence.claims.units import CLOSED, Unit

_CALLING = frozenset(["call", "describe", "dub", "brand", "label", "term", "deem", "dismiss", "denounce", "speak"])
"""Verbs beside which a phrase between quotation marks is what their subject says: "called it 'a slow poison'"."""
_UNSPOKEN = CLOSED["unspoken"]
"""Verbs that report, but no words."""
_BROKEN = frozenset([",", ";", ":", "C", "V", "R", "S", "(", ")"])
"""What stands between no verb and its object."""
_ANYBODY = frozenset(["p.man", "p.woman", "p.men", "p.women", "p.person", "p.people", "p.friend", "p.boy", "p.girl"])
"""Somebody of whom a description says nothing."""
_PERSONAL = {"he": "he", "she": "she", "they": "they"}
_COLON = re.compile(r"(?P<who>[^.\n:\"]{2,80}): ?$")


class Tellers:
    """Who speaks in the sentences of a text, which are read in order."""

    def __init__(self, actors: Actors) -> None:
        self.actors = actors
        self.talker: str | None = None
        """The person whose words a sentence gave last, if none since was about another."""
        self.about: list[tuple[str, int]] = []
        """People whom the sentences of a document were about, the last one first, with the paragraphs since."""

    def begin(self) -> None:
        """Forget who was spoken of: another document begins."""
        self.actors.recent.clear()
        self.talker, self.about = None, []

    def turn(self) -> None:
        """Forget whom the paragraph before did not speak of: another begins."""
        self.about = [(i, age + 1) for i, age in self.about if age < 1]
        self.talker = self.talker if any(i == self.talker for i, _ in self.about) else None

    def note(self, units: Sequence[Unit], clauses: Sequence[Clause], speaker: str | None) -> None:
        """Keep in mind whom a sentence reports and whom it is about."""
        main = [c for c in clauses if c.subjects and c.governor is None and not c.relative and c.verb.kind == "finite"]
        sources = [c.source[0] for c in clauses if c.source][:1]
        telling = sources + [c.subjects[0] for c in main if reports(c) and not c.verb.passive]
        named = [span for c in main for span in _of_whom(c)]
        told = [i for i in (self._person(units, s) for s in telling[:1]) if i]
        spoken_of = [i for i in (self._person(units, s) for s in named) if i]
        if speaker is not None:
            told = [speaker] if speaker.startswith("p.") and not speaker.endswith(".unknown") else []
            self.talker = told[0] if told else None
        elif told:
            self.talker = told[0]
        elif spoken_of:
            self.talker = None
        fresh = list(dict.fromkeys([*told, *spoken_of]))
        self.about = [*((i, 0) for i in fresh), *((i, age) for i, age in self.about if i not in fresh)][:4]

    def _person(self, units: Sequence[Unit], span: Span) -> str | None:
        """The person that a phrase stands for, "he" for the one spoken of before."""
        word = units[span[0]].lower if span[1] - span[0] == 1 and units[span[0]].tag != "E" else ""
        if word in _PERSONAL:
            return self._spoken_of(word, ())
        if word in PRONOUNS:
            return None
        found = self.actors.of(units, span, self.actors.recent)
        if found in _ANYBODY:
            return "p.unnamed"
        return found if found.startswith("p.") and not found.endswith((".unknown", ".unnamed")) else None

    def _spoken_of(self, word: str, before: Sequence[str]) -> str | None:
        """The person whom "he" or "she" stands for: of the sentence, who spoke last, whom the text was about."""
        candidates = [*before, *([self.talker] if self.talker else []), *(i for i, _ in self.about)]
        fitting = [i for i in candidates if self.actors.sex.get(i, word) == word and i.startswith("p.")]
        fitting = [i for i in fitting if several_people(i) == (word == "they")]
        return fitting[0] if fitting else None

    def speakers(self, units: Sequence[Unit], clauses: Sequence[Clause], lead: str) -> list[str | None]:
        """Who the reports beside the quotations of a sentence name, for each of them; `lead` is what stands before the
        first."""
        places = [i for i, u in enumerate(units) if u.tag == "Q"]
        reports_by = [_beside(units, clauses, p) for p in places]
        reported = next((r for r in reports_by if r is not None), None)
        if reported is None:
            other = self._without_report(units, clauses, places[0], lead) if places else None
            return [other for _ in places]
        beside = [report or reported for report in reports_by]
        return [None if _set_apart(report) else self._subject(units, clauses, report) for report in beside]

    def _without_report(self, units: Sequence[Unit], clauses: Sequence[Clause], place: int, lead: str) -> str | None:
        """Who is named as the speaker of a quotation by other words than a report of its own."""
        if place + 2 < len(units) and units[place + 1].lower == "as":  # '"...," as X liked to say'
            who = listed_from(units, place + 2, len(units))
            saying = any(c.verb.lemma == "say" for c in clauses)
            return self.actors.of(units, who[0], self.actors.recent) if who and saying else None
        for i, unit in enumerate(units[:-2]):  # '"...", according to X'
            if unit.lower == "according" and (source := listed_from(units, i + 2, len(units))):
                return self.actors.of(units, source[0], self.actors.recent)
        named = next((u for u in units[:place] if u.mention is not None and u.mention.type == "person"), None)
        return self.actors.mention(named) if _COLON.search(lead) and named is not None else None

    def _subject(self, units: Sequence[Unit], clauses: Sequence[Clause], report: Clause) -> str:
        """Who is the subject of a report; nobody is known where a pronoun may be of several."""
        earlier = [c for c in clauses if c.verb.start < report.verb.start and c.subjects != report.subjects]
        before = [self._person(units, s) for c in earlier[::-1] for s in c.subjects[:1]]
        span = report.subjects[0]
        word = units[span[0]].lower if span[1] - span[0] == 1 and units[span[0]].tag != "E" else ""
        if word in {"he", "she"}:
            return self._spoken_of(word, [i for i in before if i]) or "p.unknown"
        known = [self.actors.of(units, s, self.actors.recent) for c in earlier[::-1] for s in c.subjects[:1]]
        known = [i for i in known if not i.endswith(".unknown")]
        talker = [self.talker] if self.talker else []
        found = self.actors.of(units, span, [*known, *talker, *self.actors.recent])
        return "p.unnamed" if found in _ANYBODY else found


def _of_whom(clause: Clause) -> list[Span]:
    """Whom a main clause is about: its subject, whose name is X of "His name is X", who did what was done, whom "I"
    met."""
    units, first = clause.units, clause.subjects[0]
    if clause.verb.lemma == "be" and clause.objects:
        a, b = clause.objects[0]
        if any(u.mention is not None and u.mention.type == "person" for u in units[a:b]):
            return [(a, b)]
    told = first[1] - first[0] == 1 and units[first[0]].lower in {"i", "we"}
    return [first, *(clause.after("by")[:1] if clause.verb.passive else clause.objects[:1] if told else [])]


def _beside(units: Sequence[Unit], clauses: Sequence[Clause], place: int) -> Clause | None:
    """The report that a quotation stands in: that of the clause it belongs to, else the nearest one."""
    telling = [c for c in clauses if _tells(c, place)]
    holding = next((c for c in reversed(clauses) if c.verb.start < place), None)
    if place and units[place - 1].lower == "that":  # "believes that A paid and that '...'"
        saying = [c for c in clauses if c.subjects and reports(c) and not c.verb.passive]
        opened = [c for c in saying if c.verb.end < place and any(o.governor is c for o in clauses)]
        if opened:
            return opened[-1]
    if holding is not None and holding not in telling:
        over = speaker_clause(holding)
        if over in telling:
            return over
    return min(telling, key=lambda c: abs(c.verb.main - place), default=None)


def _tells(clause: Clause, place: int) -> bool:
    """Whether a clause can report the words between quotation marks at a place."""
    verb = clause.verb
    if not clause.subjects or verb.passive or verb.lemma in _UNSPOKEN:
        return False
    if verb.lemma in _CALLING:  # not "a firm called X", which has its own object
        return place >= verb.end and not any(u.tag in _BROKEN for u in clause.units[verb.end : place])
    return reports(clause) or _puts_it(clause)


def _puts_it(clause: Clause) -> bool:
    """Whether a clause is "X put it", by which words are somebody's."""
    words = [u.lower for u in clause.units[clause.verb.end : clause.verb.end + 1]]
    return clause.verb.lemma == "put" and words == ["it"]


def _set_apart(clause: Clause) -> bool:
    """Whether the words are a name for something: "what it calls 'economic terrorism'"."""
    first = min((a for a, _ in clause.subjects), default=0)
    return first > 0 and clause.units[first - 1].lower == "what"
