"""Who has the word: in the turns of an interview, debate or chain of mails, and in a quotation beside its report."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from countervail.evidence.claims.actors import several_people
from countervail.evidence.claims.bodies import PRONOUNS, Actors
from countervail.evidence.claims.clause import Clause, Span, puts_it, reports, set_apart
from countervail.evidence.claims.phrases import kind, listed_from
from countervail.evidence.claims.repeats import of_whom
from countervail.evidence.claims.tellers import beside
from countervail.evidence.claims.units import CLOSED, Unit
from countervail.evidence.model import slug
from countervail.evidence.names import speaking_first
from countervail.evidence.text.documents import Reading, Sentence

_SMALL_IN_NAMES = frozenset({"of", "the", "for", "and", "de", "van", "von", "al", "bin", "da", "del", "la"})


_OFFICE = re.compile(r"\b(?:Minister|President|Chair\w*|Speaker|Secretary|Commissioner|Governor|Ambassador)\b")
_VERBATIM = re.compile(
    r"\A(?P<who>[A-Z][\w'.-]{1,24}(?: [A-Z][\w'.-]{1,24}){1,4}|Chair|President)"
    r"(?: \([^()\n]{2,40}\)|, [^.\n]{3,60})?\. [-—–] "
)
_BRACKETED = re.compile(r"(?P<who>[A-Z][^:(\n]{2,60}) \([^()\n]{3,140}\):")


def _named_in(text: str) -> str | None:
    """Of "The Minister of State (Baroness X):" and "The Earl of X (Department of Trade):" what is no office."""
    bracket = _BRACKETED.match(text)
    if bracket is None:
        return None
    who, inside = bracket.group("who"), text[bracket.end("who") + 2 : bracket.end() - 2]
    return inside if _OFFICE.search(who) else who


def _label(text: str) -> str | None:
    """The name or office before the colon that opens a turn: "The Minister (Mr X): ...", "X (Group). - ..."."""
    verbatim = _VERBATIM.match(text)
    if verbatim is not None:
        return text[: verbatim.end("who")]
    bracket = _BRACKETED.match(text)
    colon = bracket.end() - 1 if bracket else text.find(":", 0, 90)
    short = text[:colon] in _QUESTIONERS | _ANSWERS
    if (colon < 2 and not short) or text[colon + 1 : colon + 2] not in {" ", ""} or "\n" in text[:colon]:
        return None
    words = (bracket.group("who") if bracket else text[:colon]).split()
    if not 1 <= len(words) <= 12 or not words[0][0].isupper() or "-".join(words).lower() in CLOSED["labels"]:
        return None
    plain = [w for w in words if w not in _SMALL_IN_NAMES]
    return text[:colon] if all(w[0].isupper() or w[0] == "(" for w in plain) else None


NOBODY = "p.nobody"
"""Who has the word where a question that is put in writing ends a turn."""
_ASKED_BY = re.compile(r"Asked by\b|To ask\b|Question(?: \d+)?\b(?!:)")
_AGENCY = re.compile(r" (?:News|Agency|TV|Times|Daily|Post|Radio|Television|Press|Wire)$")
_QUESTIONERS = frozenset(["Q", "Question", "Reporter", "Journalist", "Interviewer", "Moderator", "Media"])
_ANSWERS = frozenset(["A", "Answer", "Reply", "Response"])
_SPEAKS_FOR = re.compile(
    r"(?:spokes(?:person|man|woman)|[\w ]{0,30}\b(?:minister|ambassador|secretary))", re.IGNORECASE
)
"""How whoever answers is labelled by an office: "SPOKESPERSON", "The Minister"."""
_SHOUTED = re.compile(r"(?:MR|MS|MRS|MISS|DR|SIR|LORD|AMBASSADOR|SENATOR|CHAIRMAN|GENERAL)\.? ([A-Z][A-Z'-]{2,})")
_WROTE = re.compile(r"(?:^|\n)>? ?On [^\n]{6,60}[,0-9 ] ?[^\n]{3,60} wrote:")


Paragraph = tuple[str, int]
"""A document and the number of a paragraph in it."""


def turns_of(reading: Reading, sentences: Sequence[Sentence]) -> dict[Paragraph, str]:
    """Who has the word in each paragraph: in an interview or debate "NAME: ..." begins what NAME says; where only the
    first turns of two speakers are marked, the paragraphs after them alternate."""
    turns = _marked(reading, sentences)
    marked = [t for t in turns.values() if t]
    if not marked:
        return _answers(reading, sentences)
    known = {f"p.{slug(reading.full_name(m.value or ''))}" for m in reading.mentions if m.type == "person"}
    if len(set(marked)) < 2 or not (known & set(marked) or NOBODY in marked):
        return {}
    first, other = list(dict.fromkeys(marked))[:2]
    alternate = len(set(marked)) == 2 and len(marked) <= 3 < len(turns) - len(marked)
    holder: str | None = None
    for key, turn in turns.items():
        if turn is None and holder is not None and alternate:
            turn = other if holder == first else first
        holder = turn or holder
        turns[key] = None if holder == NOBODY else holder
    return {key: turn for key, turn in turns.items() if turn}


def writers_of(reading: Reading) -> Iterator[tuple[int, str]]:
    """Where the mails quoted in a mail begin, with who wrote each."""
    for match in _WROTE.finditer(reading.folded.text):
        people = reading.within(*match.span(), "person")
        if people:
            yield match.end(), f"p.{slug(reading.full_name(people[-1][0].value or ''))}"


def _asking(labelled: Sequence[tuple[Sentence, str | None]]) -> frozenset[str]:
    """The labels of those who ask: at least half of the paragraphs that they begin end with a question."""
    last: dict[Paragraph, tuple[str | None, str]] = {}
    for sentence, label in labelled:
        key = (sentence.document.id, sentence.paragraph)
        last[key] = (last[key][0] if key in last else label, sentence.text)
    ends: dict[str, list[bool]] = {}
    for label, text in last.values():
        if label is not None:
            ends.setdefault(label, []).append(text.endswith("?"))
    return frozenset(label for label, asked in ends.items() if 2 * sum(asked) >= len(asked))


def _holder(reading: Reading, office: str, until: int = 0) -> str | None:
    """The one person whom the text introduces as what a label says: "Sen. X (Chairman)" for "MR. CHAIRMAN"; of those
    named before `until`, where whoever answers is introduced, whom "Spokesperson X" names, else the first."""
    word, text = re.escape(office.split()[-1].strip(".").title()), reading.folded.text
    named = [
        (a, b, reading.full_name(m.value)) for m, a, b in reading.within(0, until or len(text), "person") if m.value
    ]
    if until:
        called = [n for a, _, n in named if re.search(rf"(?i)\b{word}\b[^\n.:;]{{0,40}}$", text[max(0, a - 60) : a])]
        others = [] if _SPEAKS_FOR.fullmatch(office) else [n for _, _, n in named]  # who is merely spoken of
        held = dict.fromkeys(f"p.{slug(n)}" for n in called or others)
        return next(iter(held), None)
    if not _OFFICE.fullmatch(word):
        return None
    held = dict.fromkeys(
        f"p.{slug(n)}"
        for a, b, n in named
        if re.match(rf"(?: \(|, )(?:the )?{word}\b", text[b : b + 20])
        or (word in _IN_CHAIR and (_PRESIDES.match(text, b) or _PRESIDED_BY.search(text[max(0, a - 40) : a])))
    )
    return next(iter(held)) if len(held) == 1 else None


_IN_CHAIR = frozenset(["Chair", "Chairman", "Chairwoman", "Chairperson", "President", "Speaker", "Officer"])
_PRESIDES = re.compile(r"(?: [(\[][^()\[\]\n]{2,60}[)\]])?,? (?:presiding|in the chair|took the chair)\b")
_PRESIDED_BY = re.compile(
    r"(?i)\b(?:in the chair|(?<!mr\. )(?<!the )(?<!madam )chair(?:man|woman|person)?:|presiding(?: officer)?:"
    r"|chaired by|presided over by)\W{1,3}"
    r"(?:(?:mr|mrs|ms|dr|senator|ambassador|judge)\.? )?$"
)
"""What says beside a name who leads a meeting, whose turns begin "The Chair"."""


def _marked(reading: Reading, sentences: Sequence[Sentence]) -> dict[Paragraph, str | None]:
    """The paragraphs, with whom the label that some of them begin with names."""
    turns: dict[Paragraph, str | None] = {}
    stops = {m.start("who"): m for m in speaking_first(reading.folded.text)}
    labelled = [
        (s, m.group("who") if (m := stops.get(s.start)) else None if stops else _label(s.text)) for s in sentences
    ]
    labels = Counter(label for _, label in labelled)
    houses = {"".join(w[0] for w in label.split()) for label in labels if label and label.isupper() and " " in label}
    houses |= {label for label in labels if label and label.isupper() and label.title() in reading.folded.text}
    offices: dict[str, str] = {}
    answered = any(labels[m.value] > 1 for m in reading.mentions if m.type == "person")
    surnames = {name.split()[-1]: name for m in reading.mentions if m.type == "person" and (name := m.value)}
    first = next((sentence.start for sentence, label in labelled if label), 0)
    asks = _asking(labelled)
    for sentence, office in labelled:
        key = (sentence.document.id, sentence.paragraph)
        if key in turns:
            continue
        turns[key] = None
        if office is None:
            turns[key] = NOBODY if _ASKED_BY.match(sentence.text) else None
            continue
        verbatim = stops.get(sentence.start) or _VERBATIM.match(sentence.text)
        until = verbatim.end() - verbatim.start() if verbatim else len(office) + 1
        named = reading.within(sentence.start, sentence.start + until, "person")
        shouted = _SHOUTED.fullmatch(office)
        last = shouted.group(1).title() if shouted else office.title() if office.isupper() else office
        name = named[0][0].value if named else surnames.get(last)
        holder = None if name else offices.get(office) or _holder(reading, office)
        name = name or (last if shouted and not holder else None)
        if name:
            turns[key] = offices[office.split(" (")[0]] = f"p.{slug(reading.full_name(name))}"
        elif holder:
            turns[key] = holder  # "The Chair", who was "The Chair (Ms. X)" before
        elif office.split(" (")[0].title() in _QUESTIONERS:
            turns[key] = NOBODY  # "QUESTION (Harbour Daily):"
        elif (office.title() in _ANSWERS or (_SPEAKS_FOR.fullmatch(office) and labels[office] > 1)) and (
            answers := first and _holder(reading, office, first)
        ):
            turns[key] = offices[office] = answers
        elif office.isupper() and (office in houses or (labels[office] > 1 and office in asks)):
            turns[key] = NOBODY  # the paper that asks, "QR" of "QUARTERDECK REVIEW"
        elif answered and (len(office.split()) == 1 or _AGENCY.search(office)):
            turns[key] = NOBODY  # "AFP", "Follow-up", "Kyodo News" at a press conference
        elif (
            (2 <= len(office.split()) <= 4 and office.istitle())
            or _BRACKETED.match(sentence.text)
            or labels[office] > 1
            or _OFFICE.search(office)
        ):
            turns[key] = f"p.{slug(_named_in(sentence.text) or office)}"
    return turns


def _after_dashes(keys: Sequence[Paragraph], paragraphs: Mapping[Paragraph, Sequence[Sentence]]) -> list[Paragraph]:
    """The paragraphs that a dash opens, where they ask and each has its answer in a paragraph without one."""
    opened = [paragraphs[k][0].text[:2] == "- " for k in keys]
    asking = [k for k, dash in zip(keys, opened, strict=True) if dash]
    asked = sum(any(s.text.endswith("?") for s in paragraphs[k]) for k in asking)
    alone = not any(a and b for a, b in pairwise([*opened, True]))
    return asking if len(asking) > 2 and 3 * asked >= len(asking) and alone and not opened[0] else []


_HOST = re.compile(r"\b(?:by|to|with|I'm|I am|name is) (?:[A-Z]\w+ )?\Z", re.I)
"""What stands before the name of who asks the questions."""


def _answers(reading: Reading, sentences: Sequence[Sentence]) -> dict[Paragraph, str]:
    """In an interview without labels the paragraphs after those that only ask are of the person introduced."""
    paragraphs: dict[Paragraph, list[Sentence]] = {}
    for sentence in sentences:
        paragraphs.setdefault((sentence.document.id, sentence.paragraph), []).append(sentence)
    asking = [
        k for k, many in paragraphs.items() if many[-1].text.endswith("?") and sum(len(s.text) for s in many) < 200
    ]
    keys = list(paragraphs)
    dashes = _after_dashes(keys, paragraphs)
    if len(asking) < 4 and not dashes:
        return {}
    asking = dashes or asking
    later = keys[keys.index(asking[0]) :]
    if not dashes and all(later.index(k) % 2 == 0 for k in asking) and len(asking) > len(later) / 3:
        asking = later[: later.index(asking[-1]) + 1 : 2]  # one question, one answer: some only state what they ask
    opening = paragraphs[asking[0]][0].start
    named = [(a, reading.full_name(m.value)) for m, a, _ in reading.within(0, opening, "person") if m.value]
    people = [(a, name) for a, name in named if " " in name]
    text = reading.folded.text
    guests = [name for a, name in people if not _HOST.search(text, max(0, a - 14), a)]
    if not guests:
        return {}
    found: dict[Paragraph, str] = {}
    guest, answers = f"p.{slug(guests[0])}", False
    for key, many in paragraphs.items():
        about = any(m.value == guests[0] for s in many for m, _, _ in reading.within(s.start, s.end, "person"))
        answers = key in asking or (answers and not about)
        if answers and key not in asking:
            found[key] = guest
    return found


# -- quotations ------------------------------------------------------------------------------------------------------


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
        self.just: str | None = None
        """The one person whom the sentence before is about."""

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
        named = [span for c in main for span in of_whom(c)]
        first = [i for i in (self._person(units, s) for c in main[:1] for s in c.subjects[:1]) if i and telling]
        told = [i for i in (self._person(units, s, first) for s in telling[:1]) if i]
        spoken_of = [i for i in (self._person(units, s) for s in named) if i]
        if speaker is not None:
            told = [speaker] if speaker.startswith("p.") and not speaker.endswith(".unknown") else []
            self.talker = told[0] if told else None
        elif told:
            self.talker = told[0]
        elif spoken_of:
            self.talker = None
        besides = [i for u in units if kind(u) == "person" and (i := self.actors.mention(u))]  # "a front for X. He"
        fresh = list(dict.fromkeys([*told, *spoken_of, *besides]))
        people = {u.text for u in units if u.mention is not None and u.mention.type == "person"}
        self.just = fresh[0] if len(fresh) == 1 and (told or spoken_of) and len(people) < 2 else None
        self.about = [*((i, 0) for i in fresh), *((i, age) for i, age in self.about if i not in fresh)][:4]

    def _person(self, units: Sequence[Unit], span: Span, before: Sequence[str] = ()) -> str | None:
        """The person that a phrase stands for, "he" for the one spoken of before."""
        word = units[span[0]].lower if span[1] - span[0] == 1 and units[span[0]].tag != "E" else ""
        if word in _PERSONAL:
            return self._spoken_of(word, before if span[0] else ())
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
        reports_by = [beside(units, clauses, p) for p in places]
        reported = next((r for r in reports_by if r is not None), None)
        if reported is None:
            other = self._without_report(units, clauses, places[0], lead) if places else None
            return [other for _ in places]
        told_by = [report or reported for report in reports_by]
        return [None if set_apart(report) else self.subject(units, clauses, report) for report in told_by]

    def after(self, units: Sequence[Unit], clauses: Sequence[Clause]) -> str | None:
        """Who said a question or exclamation that stands as a sentence before this one: '"Who pays?" X asked.'"""
        clause = clauses[0] if clauses else None
        if clause is None or not clause.subjects:
            return None
        a, end = clause.subjects[0][0], clause.verb.end
        bare = (
            end >= len(units)
            or units[end].tag in {".", ",", "P", "T"}
            or units[end].lower in {"me", "us", "him", "her"}
        )
        asked = reports(clause) and a == 0 and bare and not any(c.governor is clause for c in clauses)
        if asked or [u.lower for u in units[:3]] in (["with", "these", "words"], ["with", "those", "words"]):
            return self.subject(units, clauses, clause)
        return None

    def _without_report(self, units: Sequence[Unit], clauses: Sequence[Clause], place: int, lead: str) -> str | None:
        """Who is named as the speaker of a quotation by other words than a report of its own."""
        if "(" in [u.tag for u in units[max(0, place - 1) : place]] or ")" in [u.tag for u in units[place + 1 :][:1]]:
            return self.talker  # 'X said that he had paid nobody. ("I know none of them.")'
        if place + 2 < len(units) and units[place + 1].lower == "as":  # '"...," as X liked to say'
            who = listed_from(units, place + 2, len(units))
            saying = any(c.verb.lemma == "say" for c in clauses)
            return self.actors.of(units, who[0], self.actors.recent) if who and saying else None
        for i, unit in enumerate(units[:-2]):  # '"...", according to X', 'In the words of X, "..."'
            words = (unit.lower, units[i + 1].lower) in (("words", "of"), ("according", "to"))
            words = words or (i == 1 and unit.lower == "quote" and units[0].lower == "to")
            at = i + 1 if unit.lower == "quote" else i + 2
            if words and (source := listed_from(units, at, len(units))):
                return self.actors.of(units, source[0], self.actors.recent)
        if not _COLON.search(lead):
            return None
        own = next((c for c in clauses[:1] if c.subjects and units[c.subjects[0][0]].lower in _PERSONAL), None)
        if own is not None and own.verb.start < place:  # 'He ruled it out: "We are no bank."'
            return self._person(units, own.subjects[0])
        named = next((u for u in units[:place] if u.mention is not None and u.mention.type == "person"), None)
        return self.actors.mention(named) if named is not None else None

    def subject(self, units: Sequence[Unit], clauses: Sequence[Clause], report: Clause) -> str:
        """Who is the subject of a report; nobody is known where a pronoun may be of several."""
        earlier = [c for c in clauses if c.verb.start < report.verb.start and c.subjects != report.subjects]
        before = [self._person(units, s) for c in earlier[::-1] for s in c.subjects[:1]]
        span = report.subjects[0]
        if puts_it(report):  # "as X, a former minister, put it"
            near = range(report.verb.start - 2, max(-1, report.verb.start - 16), -1)
            k = next((k for k in near if units[k].lower == "as"), None)
            span = next(iter(listed_from(units, k + 1, report.verb.start)), span) if k is not None else span
        word = units[span[0]].lower if span[1] - span[0] == 1 and units[span[0]].tag != "E" else ""
        if word in {"he", "she"}:
            return self._spoken_of(word, [i for i in before if i]) or "p.unknown"
        known = [self.actors.of(units, s, self.actors.recent) for c in earlier[::-1] for s in c.subjects[:1]]
        known = [i for i in known if not i.endswith(".unknown")]
        talker = [self.talker] if self.talker else []
        found = self.actors.of(units, span, [*known, *talker, *self.actors.recent])
        if found.startswith("n.") and span[1] < len(units) and units[span[1]].lower in {"from", "by"}:
            issued = listed_from(units, span[1] + 1, len(units))  # "a statement from the ministry said"
            found = self.actors.of(units, issued[0], self.actors.recent) if issued else found
        return "p.unnamed" if found in _ANYBODY else found
