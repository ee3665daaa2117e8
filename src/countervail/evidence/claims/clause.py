"""A clause: a verb with its parts, and what is read off it alone: whether it reports, by whom it is done, what it says
in words, and the further clauses that it says in fewer words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from countervail.evidence.claims.actors import adjective_codes
from countervail.evidence.claims.phrases import head_word, listed_from, text_of
from countervail.evidence.claims.units import CLOSED, Unit
from countervail.evidence.claims.verbs import Verb
from countervail.evidence.tables import Frame, Operator, frames_of, noun_effect, operator_of

Span = tuple[int, int]
ADVERBIAL = frozenset(["by", "without", "after", "before", "while", "when", "in", "since"])
"""What leads to a clause that says how or when, which the verb before it does not govern."""

BESIDE = "beside"
"""How a clause with "if", "because" or "once" hangs on the report that it stands in: the same speaker, no more."""


_TAKEN = frozenset(["take", "hold", "express", "share", "voice", "form"])
_BY_WORDS = _TAKEN | CLOSED["say_by_words"]
"""Verbs of which words beside them say whether somebody says something."""
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
    def following(self) -> str:
        """The word after the verb, in small letters; empty at the end of a sentence."""
        return self.units[self.verb.end].lower if self.verb.end < len(self.units) else ""

    @property
    def operator(self) -> Operator | None:
        """What the verb does to the clauses it governs."""
        lemma = self.verb.lemma
        following = self.units[self.verb.end].lower if self.verb.end < len(self.units) else ""
        if lemma in _BY_WORDS and (by_words := self._by_words(following)) is not None:
            return by_words
        operator = operator_of(lemma, self.particle or following)  # "points out"
        if operator is None or not operator.speaker or operator.modality != "asserted":
            return operator
        accusing = {self.units[b - 1].lower for _, b in self.subjects} & CLOSED["accusers"]
        return Operator("alleged", speaker=True) if accusing else operator  # "prosecutors say", "the indictment says"

    def _by_words(self, following: str) -> Operator | None:
        """What the words beside the verb make of it."""
        lemma = self.verb.lemma
        if lemma in _TAKEN and any(self.units[s[1] - 1].lower in _VIEWS for s in self.objects):
            return Operator("alleged", speaker=True)  # "took the view that"
        after = {u.lower for u in self.units[self.verb.end : self.verb.end + 3]}
        if lemma in {"place", "put", "go", "make"} and after & {"record", "clear", "plain"}:
            return Operator(speaker=True)  # "placed on record that", "made it clear that"
        if lemma in {"indicate", "signal", "understand"}:
            named = any(u.tag == "E" for a, b in self.subjects for u in self.units[a:b])
            if named or self.verb.passive:
                return Operator(speaker=True)  # "India has indicated that": it says so, papers do not
        if lemma == "suggest" and self._concludes():
            return Operator("alleged", speaker=True)  # "records suggest that X sold it"
        if self._holds() or (following == "that" and lemma in {"consider", "hold", "feel"}):
            return Operator(speaker=True)  # "was adamant that", "gave assurances that", "considered that A could sign"
        return None

    def _holds(self) -> bool:
        """Whether somebody is sure of something, or gives their word on it."""
        if not self.subjects or self.verb.lemma not in {"be", "remain", "convince", "satisfy", "persuade", "give"}:
            return False
        after = [u.lower for u in self.units[self.verb.main : self.verb.end + 3]]
        k = after.index("that") if "that" in after else 0
        if k == 0 or any(self.units[a].lower in {"it", "what"} for a, _ in self.subjects):
            return False
        given = self.verb.lemma == "give"
        return not (given and self.verb.passive) and after[k - 1] in CLOSED["given_word" if given else "sure"]

    def _concludes(self) -> bool:
        """Whether papers suggest something, or somebody suggests that something has happened: no proposal."""
        papers = {self.units[b - 1].lower for _, b in self.subjects} & CLOSED["papers"]
        told = [c.verb for c in self.complements if c.link == "that"]
        return bool(papers) or (bool(told) and all((v.past or v.perfect) and not v.modal for v in told))


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
    first = clause.following
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
    end = max([end, *(c.end for to in governed for c in to.complements if c.verb.start == end)])  # "to let X watch Y"
    if not governed:
        if [(u.lower, u.tag) for u in units[clause.verb.end : clause.verb.end + 1]] != [("that", "R")]:
            return None
        set_off = [k for k in range(clause.verb.end + 1, len(units)) if units[k].tag in {",", ";", "."}]
        set_off = set_off[2:] if set_off[:1] == [clause.verb.end + 1] else set_off  # "that, from May, they are"
        stop = set_off[0] if set_off else len(units)
        return text_of(units, (clause.verb.end, min(stop, clause.verb.end + 24))) or None
    start = next((k for k in range(clause.verb.end, min(end, clause.verb.end + 12)) if units[k].lower == "that"), None)
    start = start if start is not None and governed[0].link == "that" else clause.verb.end
    whom = clause.objects or clause.after("on", "upon", "to") or (clause.times and not clause.phrases)
    if governed[0].link == "to" and whom and not clause.verb.passive:
        start = governed[0].verb.start  # "urged Peru to withdraw it", "agreed in May to withdraw it"
        start -= units[start - 1].lower == "not"
        if not governed[0].objects:  # "to draw up, within a month, a list"
            end = next((k for k in range(end, len(units)) if units[k].tag in {";", ".", ":"}), len(units))
    if end < len(units) and units[end - 1].lower in CLOSED["be"] and units[end].lower in CLOSED["finished"]:
        end += 1  # "that the dispute was over"
    words = text_of(units, (start, min(end, start + 24)))
    return words or None


# -- what it says in fewer words ---------------------------------------------------------------------------------------


def second_pair(units: Sequence[Unit], span: tuple[int, int], preposition: str) -> bool:
    """Whether a phrase in a list begins a second pair: "A to X and B to Y"."""
    a, b = span
    plain = all(u.tag in {"D", "N", "#"} for u in units[a:b]) and units[b - 1].text.islower()
    again = preposition in _PAIRED and [u.lower for u in units[b : b + 1]] == [preposition]
    return plain and again and units[a - 1].lower == "and"


_PAIRED = frozenset(["to", "from", "on", "for", "into", "against"])


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


def existential(clause: Clause) -> bool:
    """Whether a clause says who there is: "there remained Peru and Chad, and they"."""
    there = clause.units[clause.verb.start - 1].lower == "there"
    return there and [clause.units[a].lower for a, _ in clause.subjects] in ([], ["there"])


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


SEASONS = frozenset(["summer", "winter", "spring", "autumn", "end", "year", "month", "week", "deadline", "time"])

_MEANS = CLOSED["means"]
"""How something is done: "delivered by air"."""


def doers(clause: Clause) -> list[Span]:
    """Who does what is done: what stands after "by", no time or means, and of sanctions whose they are."""
    units, found, by = clause.units, list[Span](), list[Span]()
    for n, (preposition, spans) in enumerate(clause.phrases):
        asked = preposition == "by" and n and clause.phrases[n - 1][0] in {"following", "after", "upon"}
        if asked and head_word(units, clause.phrases[n - 1][1][-1]) in CLOSED["requests"]:
            continue  # "was removed from the list following a request by the firm"
        by += spans if preposition == "by" else []
    for span in by:
        if units[span[0]].lower == "nobody" or [u.lower for u in units[slice(*span)]] == ["no", "one"]:
            continue
        head = head_word(units, span)
        whose_own = (k for k in range(*span) if units[k].tag == "E" or adjective_codes(units[k].text))
        owned = next(whose_own, None) if head in {"sanctions", "measures"} else None  # "was hit by Norwegian sanctions"
        if head not in SEASONS and not (head in _MEANS and units[span[0]].tag != "D"):
            found.append((owned, owned + 1) if owned is not None else span)
    for spans in (clause.after("on"), clause.after("at")):
        of = next((k for a, b in spans[:1] for k in range(a, b) if units[k].lower == "of"), None)
        if not found and of is not None and units[of - 1].lower == "initiative":
            found = [(of + 1, spans[0][1]), *spans[1:]]  # "was launched on the initiative of Peru and Chile"
    return found


def by_somebody(clause: Clause) -> bool:
    """Whether somebody is to do it who is not said: "proposed adding X to the list", "it was agreed to set up Y"."""
    over = clause.governor
    if over is None or clause.verb.kind == "gerund":
        proposing = over is not None and over.verb.lemma in {"propose", "suggest", "recommend", "advocate"}
        return proposing and clause.link == "ing"
    return clause.link == "to" and over.verb.passive and not (clause.subjects or clause.verb.passive)


EVERYBODY, NOBODY = frozenset(["all", "every", "each", "everyone"]), frozenset(["no", "none", "nobody"])
