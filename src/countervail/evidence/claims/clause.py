"""A clause: a verb with its parts, and what is read off it alone: whether it reports, by whom it is done, what it says
in words, and the further clauses that it says in fewer words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from countervail.evidence.claims.phrases import listed_from, text_of
from countervail.evidence.claims.units import CLOSED, Unit
from countervail.evidence.claims.verbs import Verb
from countervail.evidence.tables import Frame, Operator, frames_of, noun_effect, operator_of

Span = tuple[int, int]
ADVERBIAL = frozenset(["by", "without", "after", "before", "while", "when", "in", "since"])
"""What leads to a clause that says how or when, which the verb before it does not govern."""

BESIDE = "beside"
"""How a clause with "if", "because" or "once" hangs on the report that it stands in: the same speaker, no more."""


_TAKEN = frozenset(["take", "hold", "express", "share", "voice", "form"])
_VIEWS = frozenset(["view", "opinion", "position", "belief", "conviction", "stance"])


@dataclass(slots=True, eq=False)
class Clause:
    """A verb with its parts; spans are of units. `governor` is the verb or noun whose complement the clause is."""

    verb: Verb
    units: Sequence[Unit]
    subjects: list[Span] = field(default_factory=list)
    objects: list[Span] = field(default_factory=list)
    second: list[Span] = field(default_factory=list)
    """The thing given where the receiver stands first ("gave Syria weapons")."""
    worth: list[Span] = field(default_factory=list)
    """What it amounts to: "to the value of 3 million"."""
    phrases: list[tuple[str, list[Span]]] = field(default_factory=list)
    particle: str = ""
    times: list[int] = field(default_factory=list)
    governor: Clause | None = None
    link: str = ""
    noun: str = ""
    lead: int | None = None
    """Where the subject begins, if a description stands before the name in it: "the minister, X, resigned"."""
    condition: bool = False
    untrue: bool = False
    """Whether the report that it stands in is called false."""
    asked: bool = False
    """Whether "whether" leads to it: nothing is said of it being so."""
    unwilling: bool = False
    """Whether the noun that governs it is denied: "no intention of joining"."""
    relative: bool = False
    inserted: bool = False
    """Whether a relative pronoun that is not its subject leads to it: "to which the Panel addressed letters"."""
    coordinated: bool = False
    reported: Clause | None = None
    """A report at the end of the sentence or `according to` that covers the clause."""
    source: list[Span] = field(default_factory=list)
    """Who says it, after `according to`."""
    end: int = 0
    after_past: bool = False
    """Whether it goes on with a clause in the past: "had been invited but would not join"."""
    complements: list[Clause] = field(default_factory=list)

    def after(self, *prepositions: str) -> list[Span]:
        """What stands after the first of the prepositions that is there."""
        for wanted in prepositions:
            for preposition, spans in self.phrases:
                if preposition == wanted:
                    return spans
        return []

    def every(self, preposition: str) -> list[Span]:
        """What stands after each of the preposition: "by A in 2017 and by B"."""
        return [span for found, spans in self.phrases if found == preposition for span in spans]

    @property
    def operator(self) -> Operator | None:
        """What the verb does to the clauses it governs."""
        if self.verb.lemma in _TAKEN and any(self.units[s[1] - 1].lower in _VIEWS for s in self.objects):
            return Operator("alleged", speaker=True)  # "took the view that"
        after = {u.lower for u in self.units[self.verb.end : self.verb.end + 3]}
        if after & {"record", "clear", "plain"} and self.verb.lemma in {"place", "put", "go", "make"}:
            return Operator(speaker=True)  # "placed on record that", "made it clear that"
        named = any(u.tag == "E" for a, b in self.subjects for u in self.units[a:b])
        if (named or self.verb.passive) and self.verb.lemma in {"indicate", "signal", "understand"}:
            return Operator(speaker=True)  # "India has indicated that": it says so, papers do not
        if self.verb.lemma == "suggest" and self._concludes():
            return Operator("alleged", speaker=True)  # "records suggest that X sold it"
        following = self.units[self.verb.end].lower if self.verb.end < len(self.units) else ""
        if self._holds():
            return Operator(speaker=True)  # "was adamant that", "is convinced that", "gave assurances that"
        if following == "that" and self.verb.lemma in {"consider", "hold", "feel"}:
            return Operator(speaker=True)  # "considered that A could sign"
        operator = operator_of(self.verb.lemma, self.particle or following)  # "points out"
        accusing = {self.units[b - 1].lower for _, b in self.subjects} & CLOSED["accusers"]
        if accusing and operator is not None and operator.speaker and operator.modality == "asserted":
            return Operator("alleged", speaker=True)  # "prosecutors say", "the indictment says"
        return operator

    def _holds(self) -> bool:
        """Whether somebody is sure of something, or gives their word on it."""
        after = [u.lower for u in self.units[self.verb.main : self.verb.end + 3]]
        k = next((n for n, word in enumerate(after) if word == "that"), 0)
        it = any(self.units[a].lower in {"it", "what"} for a, _ in self.subjects)
        sure = self.verb.lemma in {"be", "remain", "convince", "satisfy", "persuade"} and after[k - 1] in CLOSED["sure"]
        given = self.verb.lemma == "give" and after[k - 1] in CLOSED["given_word"] and not self.verb.passive
        return k > 0 and bool(self.subjects) and not it and (sure or given)

    def _concludes(self) -> bool:
        """Whether papers suggest something, or somebody suggests that something has happened: no proposal."""
        papers = {self.units[b - 1].lower for _, b in self.subjects} & CLOSED["papers"]
        told = [c.verb for c in self.complements if c.link == "that"]
        return bool(papers) or (bool(told) and all(v.past and not v.modal for v in told))


_FICTIONS = CLOSED["fictions"]
_SO_CALLED = frozenset(["so-called", "self-styled"])


def unreal(units: Sequence[Unit], k: int, text: str, clause: Clause, inside: str) -> bool:
    """Whether a text sets itself apart from the event that a noun names: in quotation marks alone, as "so-called", or
    because it was a misprint or has not come about; `inside` is its place in the clause."""
    alone = text[units[k].start - 1 : units[k].start] == '"' == text[units[k].end : units[k].end + 1]
    fiction = any(units[b - 1].lower in _FICTIONS for _, b in clause.objects) and not clause.verb.negated
    fiction = fiction and inside == "subject" and clause.verb.lemma in {"be", "prove", "remain"}
    awaited = inside == "subject" and _unsettled(clause)
    return alone or fiction or awaited or (k > 0 and units[k - 1].lower in _SO_CALLED)


def _unsettled(clause: Clause) -> bool:
    """Whether a clause says of its subject that it may or will yet be: "is unlikely", "is a matter of months"."""
    words = {u.lower for u in clause.units[clause.verb.end : clause.verb.end + 4]}
    awaited = "matter" in words and bool(words & {"time", "days", "weeks", "months", "years"})
    first = clause.units[clause.verb.end].lower if clause.verb.end < len(clause.units) else ""
    seeming = {"be", "remain", "seem", "look", "appear", "become"}
    return clause.verb.lemma in seeming and (awaited or first in CLOSED["unsettled"])


def reports(clause: Clause) -> bool:
    """Whether the verb says something: its subject is a speaker."""
    return clause.operator is not None and clause.operator.speaker


def suffers(clause: Clause, condition: Clause) -> bool:
    """Whether a clause says what comes of it to whom a condition is about: "that X will be fined if it leaves"."""
    told = clause.link == "that" and clause.governor is not None and clause.governor is condition.governor
    return told and (clause.verb.passive or clause.verb.lemma in {"lose", "face", "risk", "forfeit", "suffer"})


def to_follows(clause: Clause) -> bool:
    """Whether an infinitive says what somebody is to do."""
    following = clause.units[clause.end : clause.end + 2]
    return any(c.link == "to" for c in clause.complements) or any(u.lower == "to" for u in following)


def complement_text(clause: Clause, units: Sequence[Any]) -> str | None:
    """The words after a verb without object: what is agreed, announced."""
    governed = [c for c in clause.complements if c.link not in ADVERBIAL]  # not "without touching dollars"
    end = max([clause.end, *(c.end for c in governed)])
    if not governed:
        if [(u.lower, u.tag) for u in units[clause.verb.end : clause.verb.end + 1]] != [("that", "R")]:
            return None
        stop = next((k for k in range(clause.verb.end, len(units)) if units[k].tag in {",", ";", "."}), len(units))
        return text_of(units, (clause.verb.end, min(stop, clause.verb.end + 24))) or None
    start = next((k for k in range(clause.verb.end, min(end, clause.verb.end + 12)) if units[k].lower == "that"), None)
    start = start if start is not None and governed[0].link == "that" else clause.verb.end
    whom = clause.objects or clause.after("on", "upon", "to")
    if governed[0].link == "to" and whom and not clause.verb.passive:
        start = governed[0].verb.start  # "urged Peru to withdraw it"
        if not governed[0].objects:  # "to draw up, within a month, a list"
            end = next((k for k in range(end, len(units)) if units[k].tag in {";", ".", ":"}), len(units))
    words = text_of(units, (start, min(end, start + 24)))
    return words or None


# -- what it says in fewer words ---------------------------------------------------------------------------------------


def repeated(clause: Clause) -> list[Clause]:
    """The same said again of others in fewer words."""
    return [*_dated_again(clause), *_shared_out(clause), *_given_too(clause), *_by_each(clause)]


def second_pair(units: Sequence[Unit], span: tuple[int, int], preposition: str) -> bool:
    """Whether a phrase in a list begins a second pair: "A to X and B to Y"."""
    a, b = span
    plain = all(u.tag in {"D", "N", "#"} for u in units[a:b]) and units[b - 1].text.islower()
    again = preposition in _PAIRED and [u.lower for u in units[b : b + 1]] == [preposition]
    return plain and again and units[a - 1].lower == "and"


_PAIRED = frozenset(["to", "from", "on", "for", "into", "against"])


def _given_too(clause: Clause) -> list[Clause]:
    """ "sold lenses to Chad and batteries to Mali": the second pair."""
    units, i = clause.units, clause.end
    if not (clause.phrases and clause.objects) or i + 3 >= len(units) or units[i].lower != "and":
        return []
    goods, pair = listed_from(units, i + 1, len(units)), clause.phrases[-1]
    if len(goods) != 1 or pair[1][-1][1] != i or not second_pair(units, goods[0], pair[0]):
        return []
    who = listed_from(units, goods[0][1] + 1, len(units))
    if not who:
        return []
    return [replace(clause, objects=goods, phrases=[(pair[0], who)], end=who[-1][1], complements=[])]


def _dated_again(clause: Clause) -> list[Clause]:
    """ "joined A in 2023 and B in 2024": the same of B, then."""
    units, i = clause.units, clause.end
    i += i + 1 < len(units) and units[i].tag == "," and units[i + 1].tag == "C"
    dated = clause.times and clause.objects and clause.end == clause.times[-1] + 1 and not clause.verb.passive
    if not dated or i + 2 >= len(units) or units[i].lower != "and":
        return []
    spans = listed_from(units, i + 1, len(units))
    named = bool(spans) and any(u.mention and u.mention.type == "organisation" for u in units[slice(*spans[0])])
    if len(spans) != 1 or not named:
        return []
    k = spans[0][1]
    while k + 1 < len(units) and (units[k].lower == "of" or units[k].tag == "N" or units[k].lower.endswith("ing")):
        k += 1  # "the BRICS group of emerging economies"
    k += k + 1 < len(units) and units[k].tag == "P"
    if k >= len(units) or units[k].tag != "T" or units[k - 1].tag != "P":
        return []
    return [replace(clause, objects=spans, times=[k], phrases=[], end=k + 1, complements=[])]


def _shared_out(clause: Clause) -> list[Clause]:
    """ "were sanctioned by A, and four of those by B": the same of some of them, by another."""
    units, phrases = clause.units, clause.phrases
    for n, (preposition, spans) in enumerate(phrases[:-1]):
        some = spans[-1:] if len(spans) > 1 else []
        pointing = [u.lower for a, b in some for u in units[max(a, b - 2) : b]] in (["of", "those"], ["of", "these"])
        if pointing and phrases[n + 1][0] == preposition and clause.verb.passive:
            clause.phrases = [*phrases[:n], (preposition, spans[:-1]), *phrases[n + 2 :]]
            return [replace(clause, subjects=some, phrases=[phrases[n + 1]], complements=[])]
    return []


def _by_each(clause: Clause) -> list[Clause]:
    """ "was listed by A in January and by B in April": each on its own day."""
    by = [p for p in clause.phrases if p[0] == "by"]
    dates = [next((t for t in clause.times if 0 <= t - spans[-1][1] <= 1), None) for _, spans in by]
    if len(by) < 2 or not clause.verb.passive or None in dates:
        return []
    rest = [p for p in clause.phrases if p[0] != "by"]
    each = [replace(clause, phrases=[*rest, p], times=[t], complements=[]) for p, t in zip(by, dates, strict=True) if t]
    clause.phrases, clause.times = each[0].phrases, each[0].times
    return each[1:]


_CONTRAST = frozenset(["but", "though", "although", "and", "if"])


def contrasted(units: Sequence[Unit], clause: Clause) -> list[Clause]:
    """The clause with what "but not by Y", ", not through Z" says of it: the same, of others, not so."""
    i = clause.end
    i += i < len(units) and units[i].tag == ","
    linked = i < len(units) and units[i].lower in _CONTRAST
    i += linked
    if i + 1 >= len(units) or units[i].lower not in {"not", "never"} or i == clause.end or not clause.verb.main:
        return []
    at = i + 1
    preposition = units[at].lower if units[at].tag == "P" else ""
    spans = listed_from(units, at + (1 if preposition else 0), len(units))
    if not spans or any(u.tag in {"V", "A"} for u in units[spans[-1][1] : spans[-1][1] + 1]):
        return []
    if clause.verb.modal and "b" in (units[at].forms or {}):
        return []  # "would pay dues but not vote"
    verb = replace(clause.verb, negated=not clause.verb.negated)
    first = clause.subjects[0][0] if clause.relative and clause.subjects else 0
    if first > 1 and units[first - 2].lower == "it" and units[first - 1].tag == "A" and not preposition:
        return [replace(clause, verb=verb, subjects=spans, complements=[])]  # "It was A that paid, not B"
    if preposition:
        phrases = [(p, spans if p == preposition else s) for p, s in clause.phrases]
        kept = any(p == preposition for p, _ in clause.phrases)
        return [replace(clause, verb=verb, phrases=phrases, end=spans[-1][1], complements=[])] if kept else []
    direct = clause.objects and not clause.phrases and not clause.verb.passive and clause.verb.lemma != "be"
    return [replace(clause, verb=verb, objects=spans, end=spans[-1][1], complements=[])] if direct else []


def noun_apart(units: Sequence[Unit], that: int) -> str:
    """The noun that "that" goes on with apart from it, or another of its kind: "information, which it finds credible,
    that", "lies to the effect that"."""
    if [u.lower for u in units[max(0, that - 3) : that]] == ["to", "the", "effect"]:
        at = that - 4
    else:
        closed = units[that - 1].tag == ","
        at = next((k for k in range(that - 2, 1, -1) if units[k].tag == ","), 0) - 1 if closed else -1
        at = at if at > 0 and units[at + 2].lower == "which" else -1
    noun = units[at].lower if at >= 0 and units[at].tag == "N" else ""
    return "reports" if noun == "information" else noun if noun_effect(noun) else ""


# -- what a verb says of a clause that it governs ----------------------------------------------------------------------


_TIME = frozenset(["until", "deadline", "ultimatum", "hours", "days", "weeks", "months", "year", "years"])


def given_time(clause: Clause, governor: Clause) -> list[Span]:
    """Who is given time to do something: "gave Chad until May to pay its dues", "gave the banks 30 days to leave"."""
    spans, units = governor.subjects if governor.verb.passive else governor.objects, clause.units
    times = [k for k in range(governor.verb.end, clause.verb.start) if units[k].lower.split()[0] in _TIME]
    if governor.verb.lemma != "give" or not spans or clause.link != "to" or not times or units[times[0] + 1].tag == "G":
        return []
    a, b = spans[-1]
    number = next((k for k in range(b - 1, a, -1) if units[k].tag == "#" and k < times[0] < b), b)
    return [*spans[:-1], (a, number)] if number < b or not a <= times[0] < b else []


_PUNISHING = CLOSED["punishing"]
"""Verbs after which "for doing" is about their object."""
_PUT = frozenset(["put", "add", "place", "include", "enter", "remove", "keep"])
_ROLLS = frozenset(["list", "lists", "register", "blacklist", "annex", "sanctions", "embargo", "notice"])


def punishes(units: Sequence[Unit], governor: Clause) -> bool:
    """Whether "for doing" says what somebody is punished for: "put X on its list for supplying", "fined X for"."""
    rolls = [units[b - 1].lower for p, spans in governor.phrases if p in {"on", "to", "under", "in"} for _, b in spans]
    return governor.verb.lemma in _PUNISHING or (governor.verb.lemma in _PUT and bool(_ROLLS.intersection(rolls)))


_LEAVE = frozenset(["permission", "leave", "authorisation", "authorization", "licence", "license", "time", "consent"])


def of_leave(units: Sequence[Unit], governor: Clause) -> bool:
    """Whether what is asked for is leave to do something: "requested permission to join"."""
    return bool(governor.objects) and units[governor.objects[-1][1] - 1].lower in _LEAVE


def puts_it(clause: Clause) -> bool:
    """Whether a clause is "X put it", by which words are somebody's."""
    words = [u.lower for u in clause.units[clause.verb.end : clause.verb.end + 1]]
    return clause.verb.lemma == "put" and words == ["it"]


def set_apart(clause: Clause) -> bool:
    """Whether the words are a name for something: "what it calls 'economic terrorism'"."""
    first = min((a for a, _ in clause.subjects), default=0)
    return first > 0 and clause.units[first - 1].lower == "what"


@dataclass(slots=True)
class Laid:
    """A frame laid over a clause: spans of its parts, and as far as they are known who and what they are."""

    clause: Clause
    frame: Frame
    direct: list[Span]
    receiver: list[Span]
    agents: list[Span]
    target: list[Span]
    topic: str | None
    post: str = ""
    pronoun: bool = False
    subjects: list[str] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)
    roles: dict[str, Any] = field(default_factory=dict)


def lacks_object(clause: Clause) -> bool:
    """Whether a verb that is done to something has nothing after it that it is done to."""
    if clause.objects or clause.verb.passive or clause.particle or clause.verb.lemma == "be":
        return False
    return any(
        "direct" in f.object and not f.topic and (not f.bare or f.predicate == "signed")
        for _, f in frames_of(clause.verb.lemma)
        if f.predicate
    )


def names_after(units: Sequence[Any], i: int, stop: int, lacking: bool) -> list[Span]:
    """The names or phrases of a list at unit i; of a name that "of" follows, the name: "by Guinea of a levy"; where
    what it is done to is `lacking`, the doer alone: "by the chairperson of the Commission of X"."""
    spans = listed_from(units, i, stop)
    if spans and units[i - 1].lower in {"by", "from"}:
        a, b = spans[-1]
        of = [k for k in range(a + 1, b) if units[k].lower == "of"]
        cut = next((k for k in of if units[k - 1].tag == "E"), b)
        last = units[b - 1].mention if of else None
        if cut == b and lacking and last is not None and (last.type != "country" or len(of) > 1):
            cut = of[-1]
        return [*spans[:-1], (a, cut)]
    return spans


def before_as(units: Sequence[Any], i: int) -> int:
    """Where "as" stands after a description between commas that begins at unit i; 0 where it does not."""
    close = next((k for k in range(i + 1, min(len(units) - 1, i + 12)) if units[k].tag in {",", ";", "V", "A"}), i)
    return close + 1 if units[close].tag == "," and close > i and units[close + 1].lower == "as" else 0


OPEN_EVENTS = CLOSED["open_events"]
"""Verbs and nouns after which an event that a noun names is not said to have come about."""


def noun_over(units: Sequence[Any], at: int) -> str:
    """The noun that leaves an event open, before the names of those whose it is and the preposition at a place:
    "the objection of their Governments to", "the veto by Malta of"."""
    for k in range(at - 1, max(0, at - 24), -1):
        if units[k].lower in {"of", "by", "from"} and units[k - 1].lower in OPEN_EVENTS:
            return str(units[k - 1].lower)
        if units[k].tag not in {"N", "E", "D", "O", "C", "G", ",", "B", "#", "Q"} and units[k].tag != "P":
            return ""
    return ""


def owned_object(clause: Clause) -> None:
    """ "X, whose assets Norway froze": Norway froze them; not "whose parent Volta owns a yard"."""
    (a, b), units = clause.subjects[0] if len(clause.subjects) == 1 else (0, 0), clause.units
    owned = b - a > 2 and units[a].lower == "whose" and all(u.tag == "N" for u in units[a + 1 : b - 1])
    named = owned and units[b - 1].text[:1].isupper() and clause.verb.start == b
    if named and not (clause.objects or clause.complements or clause.verb.passive or clause.verb.lemma == "be"):
        clause.subjects, clause.objects = [(b - 1, b)], [(a, b - 1)]
