"""What the rules share while they read one text, and how they make a claim."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from countervail.evidence import redact
from countervail.evidence.claims.actors import CLUBS, NOUNS, several_people
from countervail.evidence.claims.bodies import Actors
from countervail.evidence.claims.clause import Clause, existential, suffers
from countervail.evidence.claims.descriptions import FINDING
from countervail.evidence.claims.modality import (
    modality_of,
    negated,
    sentence_modality,
    sentence_negated,
    speaker_clause,
)
from countervail.evidence.claims.phrases import listed_to, phrase_from
from countervail.evidence.claims.repeats import as_for, by_pronoun
from countervail.evidence.claims.speech import Parsed, Speech, parse
from countervail.evidence.claims.tellers import issuer, not_the_speaker, told_before
from countervail.evidence.claims.units import CLOSED
from countervail.evidence.credits import own_words, reported_by
from countervail.evidence.model import Claim, Document, Passage, passage, sha256, slug
from countervail.evidence.tables import Provision, profile
from countervail.evidence.text.documents import Reading, Sentence, sentences
from countervail.evidence.text.tokens import Sought

CLUB = "o.club"
"""A grouping that no name is given for."""

_LISTENED = frozenset(["tell", "warn", "inform", "remind", "assure", "notify", "advise"])
_SEEING = frozenset(["obtain", "see", "review", "examine", "gather", "collect", "receive", "consult", "analyse"])
_MANY = NOUNS["plurals"] | {"members"}
_OWNERS = {"he": "his", "she": "her", "it": "its", "they": "their"}
CLUB_WORDS = "club|union|bloc|alliance|coalition|league|compact|pact|front|group"
"""What a grouping of states may be called, as alternatives of a pattern."""


@dataclass(slots=True)
class Context:
    """What the rules share while they read one text: the reading, its sentences and the passages made so far."""

    reading: Reading
    source: str
    stored: str
    redactions: tuple[redact.Redaction, ...]
    sentences: list[Sentence]
    cited: dict[int, str]
    actors: Actors
    speech: Speech
    pages: Sequence[int] = ()
    provisions: Sequence[Provision] = ()
    """Those of the profile whose words are in the text at all."""
    passages: dict[str, Passage] = field(default_factory=dict)
    told: list[tuple[int, int]] = field(default_factory=list)
    """Folded spans that the rule of chronologies has read, which lists and frames do not."""
    _where: dict[int, int] = field(default_factory=dict)
    _starts: list[int] = field(default_factory=list)
    _lines: list[Sentence] = field(default_factory=list)

    def place(self, start: int, end: int, document: Document | None = None) -> str:
        """The id of the passage of a folded span."""
        a, b = self.reading.folded.span(start, end)
        return self.raw_place(a, b, document)

    def raw_place(self, a: int, b: int, document: Document | None = None) -> str:
        """The id of the passage of a raw span; made, checked and kept, with private numbers left out."""
        document = document or self.reading.document_at(a)
        page = sum(1 for p in self.pages if p <= a) or None
        made = passage(self.source, document.id, self.stored, a, b, page=page)
        if any(r.start < b and a < r.end for r in self.redactions):
            made = made.redact(sha256(self.stored[a:b]))
        self.passages[made.id] = made
        return made.id

    def is_told(self, sentence: Sentence) -> bool:
        """Whether words of a sentence are read as an entry of a chronology."""
        return any(a < sentence.end and sentence.start < b for a, b in self.told)

    def index(self, sentence: Sentence) -> int:
        """Position of a sentence."""
        return self._where[id(sentence)]

    def clause_at(self, start: int) -> tuple[Parsed, Clause] | None:
        """The clause that holds a folded place, with its sentence: the innermost quotation, the verb nearest to it."""
        best: tuple[Parsed, Clause] | None = None
        size = 1 << 60
        end = bisect_right(self._starts, start)
        for parsed in self.speech.parsed[max(0, end - 6) : end]:
            if not parsed.units or not parsed.clauses or not parsed.units[0].start <= start < parsed.units[-1].end:
                continue
            length = parsed.units[-1].end - parsed.units[0].start
            if length < size:
                best, size = (parsed, _nearest(parsed, start)), length
        return best

    def speakers(self, parsed: Parsed, clause: Clause) -> tuple[str, ...]:
        """Who says a clause, from the outside in."""
        found: list[str] = []
        report, depth = speaker_clause(clause), 0
        while report is not None and depth < 3:
            by = report.verb.passive and report.verb.lemma not in {"convince", "satisfy", "persuade"}
            spans = report.after("by") if by else report.subjects  # "is convinced that": the subject is
            spans = [s for s in spans if parsed.units[s[0]].end > parsed.units[s[0]].start]  # "Ask X to": the text does
            told = self._told(parsed, report)
            names = told or [self._source(parsed, s, self.before(parsed, report)) for s in spans[:1]]
            above = report.governor.operator if report.governor is not None else None
            if above is None or above.modality != "proposed" or report.link not in {"that", "to"}:
                # not of the Committee in "recommends that the Committee ask X to"
                found[:0] = [s for n in names for s in self.actors.several(n)[:1] if not s.endswith(".unknown")]
            report, depth = speaker_clause(report), depth + 1
        over = clause.governor.operator if clause.governor is not None else None
        if not found and clause.source and not (over is not None and over.modality == "denied"):
            found = [self._source(parsed, clause.source[0], self.actors.recent)]
        goes_on = clause.verb.modal == "would" and clause.after_past and parsed.retold and not clause.source
        spoken = [*parsed.speakers, *found]
        return tuple(dict.fromkeys(spoken or ([parsed.retold] if goes_on and parsed.retold else [])))

    def _told(self, parsed: Parsed, report: Clause) -> list[str]:
        """Whom the "it" of "Chad had paid, it said" is, which is not what it speaks of: who told before."""
        if not by_pronoun(report, parsed.clauses):
            return []
        parts = self.speech.parsed
        n = next(k for k, p in enumerate(parts) if p is parsed)
        near = [p for p in parts[max(0, n - 4) : n] if p.sentence.document is parsed.sentence.document]
        near = [p for p in near if p.sentence.paragraph >= parsed.sentence.paragraph - 1]
        found = told_before([(p.units, p.clauses) for p in near if p.quote is None])
        if found is None:
            return []
        who = self._source(next(p for p in near if p.units is found[0]), found[1], self.actors.recent)
        several = several_people(who) or found[0][found[1][1] - 1].lower in NOUNS["plurals"]
        they = parsed.units[report.subjects[0][0]].lower == "they"
        return [who] if they == several and (they or not who.startswith("p.")) else []

    def _source(self, parsed: Parsed, span: tuple[int, int], before: Sequence[str]) -> str:
        """Who says something; somebody without a name, "a trader", "two officials", is `p.unnamed`, but not who speaks
        for somebody, "a spokesman for the ministry"."""
        identifier = self.actors.of(parsed.units, span, _of_one(parsed.units[span[0]].lower, before))
        words = parsed.units[span[0] : span[1]]
        if identifier.startswith("n.") and (by := issuer(parsed.units, span)) is not None:
            return "p.unnamed" if by == span else self._source(parsed, by, before)
        own = words[0].lower in {"i", "we"} and len(words) == 1 and (parsed.speakers or identifier == self.actors.state)
        if own or (len(words) < 3 and identifier in own_words(self.reading.folded.text)):
            return "p.unknown"  # "we think that", "This report finds that": who speaks does, or the text itself
        indefinite = words[0].tag == "#" or words[0].lower in {"a", "an", "one", "some", "several", "another"}
        somebody = identifier.startswith("p.") or words[-1].lower in NOUNS["persons"]
        unnamed = somebody and indefinite and all(u.tag != "E" for u in words)
        if unnamed and words[-1].lower.startswith("spokes") and "for" in {u.lower for u in parsed.units[span[1] :][:1]}:
            end = phrase_from(parsed.units, span[1] + 1, len(parsed.units))
            return f"p.{slug(' '.join(u.text for u in parsed.units[span[0] + 1 : end] if u.tag != 'D'))[:80]}"
        apposed = identifier.removeprefix("p.") not in slug(" ".join(u.text for u in words))
        return "p.unnamed" if unnamed and not apposed else identifier

    def before(self, parsed: Parsed, clause: Clause) -> list[str]:
        """Subjects of the sentence that a pronoun in the clause can stand for, the likeliest first."""
        units = parsed.units
        near: list[Clause] = []
        governor = clause.governor
        while governor is not None and len(near) < 4:
            near.append(governor)
            governor = governor.governor
        earlier = [c for c in reversed(parsed.earlier(clause)) if c not in near]
        near[:0] = [c for c in earlier[:1] if clause.condition and suffers(c, clause)]
        # those of main clauses first
        near += sorted(earlier, key=lambda c: c.relative or c.inserted or c.verb.kind != "finite")
        if (
            clause.coordinated and clause.subjects
        ):  # "They said that none of us left and added ...": those before "they"
            near = [c for c in near if not c.subjects or c.subjects[0][0] <= clause.subjects[0][0]]
        told_of = [spans for o in near if o.verb.kind == "participle" for _, spans in o.phrases if len(spans) > 1]
        told_of = [spans for spans in told_of if all(any(units[k].tag == "E" for k in range(*s)) for s in spans)]
        there = [o.objects for o in near if existential(o) and len(o.objects) > 1]
        groups = [
            self.actors.group(self._named(units, s))
            for s in [*(o.subjects for o in near if len(o.subjects) > 1), *told_of, *there]
        ]
        subjects = [s for other in near for s in other.subjects[:1]]
        named_ones = [s for s in subjects if s[1] - s[0] > 1 or units[s[0]].tag != "O"]
        subjects = named_ones or subjects  # "it" of "Russia said that it would ..., which it signed" is Russia
        whose = [s for s in subjects if units[s[0]].lower == "whose" and s[0] > 1]
        owners = [listed_to(units, s[0] - (units[s[0] - 1].tag == ","), 0)[-1:] for s in whose]
        subjects = [*(o for owner in owners for o in owner), *subjects]  # "Oman, whose minister said that it"
        objects = [s for other in near for s in other.objects[:1]]
        if clause.subjects and units[clause.subjects[0][0]].lower in _OWNERS:  # "his lawyer says he resigned"
            owned = _OWNERS[units[clause.subjects[0][0]].lower]
            told = clause.governor.subjects if clause.governor is not None and clause.link == "that" else []
            subjects = [s for s in subjects if s not in told or units[s[0]].lower != owned]
        telling = clause.governor if clause.link == "that" and clause.verb.passive else None
        if telling is not None and telling.verb.lemma in _LISTENED and not telling.verb.passive:
            subjects = [*telling.objects[:1], *subjects]  # "warned the bank that it could be fined"
        subjects = [*not_the_speaker(clause, near), *subjects]
        if clause.noun:  # "reports that it will close": "it" is not the reports
            subjects = [s for s in subjects if all(u.lower != clause.noun for u in units[s[0] : s[1]])]

        def named(spans: Sequence[tuple[int, int]]) -> list[str]:
            return [self.actors.of(units, s, self.actors.recent) for s in spans if s not in clause.subjects]

        found = [*groups[:1], *named(subjects), *self.actors.recent, *named(objects)]
        found = [*named(as_for(units)), *found]
        if clause.noun in CLOSED["requests"]:  # "rejects its request to join": who rejects it did not ask
            answers = [c for c in near if c.verb.lemma in CLOSED["to_requests"] and not c.verb.passive]
            asked = set(named([s for c in answers for s in c.subjects]))
            found = [i for i in found if i not in asked] or found
        seen = [s for o in near if o.verb.kind == "participle" and o.verb.lemma in _SEEING for s in o.after("by")]
        if seen and (others := [i for i in found if i not in named(seen)]):
            found = others  # "papers obtained by the Group show that it paid": not the Group
        self_said = {i for i in parsed.speakers if i.startswith("p.")}  # who speaks calls himself "I"
        return [i for i in found if not i.endswith(".unknown") and i not in self_said]

    def _named(self, units: Sequence[Any], spans: Sequence[tuple[int, int]]) -> list[str]:
        return [self.actors.of(units, s, self.actors.recent) for s in spans]

    def line(self, start: int, end: int) -> Sentence:
        """A line outside all paragraphs as a sentence."""
        document = self.reading.document_at(self.reading.folded.offsets[start])
        made = Sentence(self.reading.folded.text[start:end].strip(), start, end, document, 0)
        self._where[id(made)] = len(self.sentences) + len(self._lines)
        self._lines.append(made)
        return made

    def grouping(self, sentence: Sentence) -> str:
        """The grouping of states that a sentence is about: the one it names, the one named before, or no name."""
        named = [i for a, i, words in self.actors.bodies if sentence.start <= a < sentence.end and words & CLUBS]
        if named:
            return self.actors.topic if self.actors.topic in named else named[0]
        found = re.search(rf"\b(?:{CLUB_WORDS})\b", sentence.text.lower())
        word = found.group() if found is not None else ""
        for at, identifier, words in reversed(self.actors.bodies) if word else ():
            if at < sentence.start and word in words:
                return identifier
        if not word and (near := self.actors.club_before(sentence.start)):
            return near
        topic = self.actors.topic
        if word and (topic is None or "-" not in topic):
            return f"o.{word}"
        before = [(i, words) for a, i, words in self.actors.bodies if a < sentence.end]
        alone = {i for i, words in before if words & CLOSED["bodies_of_states"] and "-" in i}
        return topic or self.actors.only_club() or (alone.pop() if len(alone) == 1 else CLUB)

    def claim(
        self,
        subject: str,
        predicate: str,
        spans: Sequence[tuple[int, int]],
        sentence: Sentence | None = None,
        **fields: Any,
    ) -> Claim:
        """A claim whose passages are folded spans; modality, polarity and attribution are those of the clause that
        holds them unless given."""
        offset = self.reading.folded.offsets[spans[0][0]]
        document = sentence.document if sentence else self.reading.document_at(offset)
        if sentence is not None and not {"modality", "polarity", "attribution"} <= fields.keys():
            at = self.clause_at(spans[0][0])
            if at is None:
                fields.setdefault("modality", sentence_modality(sentence.text))
                fields.setdefault("polarity", "negated" if sentence_negated(sentence.text) else "affirmed")
                speakers: tuple[str, ...] = ()
            else:
                parsed, clause = at
                fields.setdefault("modality", modality_of(clause, parsed.clauses))
                fields.setdefault("polarity", "negated" if negated(clause) else "affirmed")
                speakers = self.speakers(parsed, clause)
            if "attribution" not in fields:
                fields["attribution"] = chain(self.reading, sentence, self.cited.get(self.index(sentence)), speakers)
                fields.setdefault("speaker", speakers[-1] if speakers else None)
        fields.setdefault("place", document.place_of(offset))
        passages = tuple(dict.fromkeys(self.place(a, b, document) for a, b in spans if b > a))
        return Claim(subject=subject, predicate=predicate, passages=passages, document=document.id, **fields)


def _of_one(pronoun: str, before: Sequence[str]) -> Sequence[str]:
    """Whom "he" or "she" that says something can be: not the "members" of what he says."""
    return before if pronoun not in {"he", "she"} else [i for i in before if not _MANY.intersection(i[2:].split("-"))]


def named_subjects(parsed: Parsed, actors: Actors, stop: int = 1 << 30) -> frozenset[str]:
    """The actors that a sentence names as subjects of its verbs, up to unit `stop`."""
    found: set[str] = set()
    for clause in parsed.clauses:
        doing = clause.after("by") if clause.verb.passive else []
        there = clause.objects if existential(clause) else []
        listed = clause.verb.lemma == "be" and len(clause.objects) > 1  # "Its members are A and B"
        met = clause.objects if listed or (clause.verb.lemma in FINDING and not clause.verb.passive) else []
        for a, b in [*clause.subjects, *doing, *there, *met]:
            if b <= stop and not clause.inserted:
                found |= {i for u in parsed.units[a:b] if u.tag == "E" and (i := actors.mention(u))}
                found |= {actors.of(parsed.units, (a, b), actors.recent)} if parsed.units[a].tag not in {"O"} else set()
    return frozenset(found)


def _nearest(parsed: Parsed, start: int) -> Clause:
    """The clause that a place belongs to: the last one that begins before it and does not end before."""
    units = parsed.units
    best = parsed.clauses[0]
    inside = [c for c in parsed.clauses if units[c.verb.start].start <= start < units[max(c.end, c.verb.end) - 1].end]
    if inside:
        return inside[-1]
    for clause in parsed.clauses:
        subject = clause.subjects[0][0] if clause.subjects and not clause.relative else clause.verb.start
        if units[min(clause.verb.start, subject)].start <= start:
            best = clause
    return best


def context(
    reading: Reading, source: str, stored: str, redactions: tuple[redact.Redaction, ...], pages: Sequence[int] = ()
) -> Context:
    """Everything the rules need, computed once."""
    found = sentences(reading)
    actors = Actors(reading)
    made = Context(
        reading,
        source,
        stored,
        redactions,
        found,
        cited_documents(reading, found),
        actors,
        parse(reading, found, actors),
        pages,
        [row for row in profile().provisions if row.pattern.search(reading.folded.text)],
    )
    made._where = {id(s): n for n, s in enumerate(found)}
    made._starts = [p.units[0].start if p.units else p.sentence.start for p in made.speech.parsed]
    return made


def person(name: str | None) -> str:
    """The identifier of a person by name; an office without a name is `p.unnamed`."""
    return f"p.{slug(name)}" if name else "p.unnamed"


_CITES = Sought(
    "etter|ocument|memo|annex|report|note|minutes",
    r"\b(?:(?:[Oo]ne|[Aa]nother|[Tt]he|[Aa]|[Tt]his|[Ff]irst|[Ss]econd|[Tt]hird) (?:\w+ ){0,2}(?:letter"
    r"|document|memo(?:randum)?|annex|report|note|minutes)s?|[Ll]etter|[Dd]ocument)\b",
)


def chain(
    reading: Reading, sentence: Sentence, cited: str | None = None, speakers: Sequence[str] = ()
) -> tuple[str, ...]:
    """Attribution from the outside in: site or file, who leaked, the document, agencies quoted, the signatory or
    speaker."""
    links = [f"site:{slug(reading.publisher)}" if reading.publisher else sentence.document.source]
    document = sentence.document
    if reading.leak and (document.kind != "article" or cited):
        links.append(f"o.{slug(reading.leak)}")
    if document.kind == "article":
        if cited:
            links.append(cited)
        for mention, _, _ in reading.within(sentence.start, sentence.end, "organisation"):
            if reported_by(mention.value or "", sentence.text, "p.unnamed" in speakers):
                links.append(f"o.{slug(mention.value or '')}")
    else:
        links.append(document.id)
        if writer := reading.writer(document):
            links.append(f"p.{slug(reading.full_name(writer))}")
    return tuple(dict.fromkeys([*links, *speakers]))


def cited_documents(reading: Reading, found: list[Sentence]) -> dict[int, str]:
    """For each sentence of an article that retells a document: `cited:DATE` of that document, carried over until
    another is named."""
    result: dict[int, str] = {}
    current: str | None = None
    text = reading.folded.text
    for n, sentence in enumerate(found):
        if sentence.document.kind != "article":
            current = None
            continue
        mentioned = _CITES.search(sentence.text)
        dated = [
            day for day, a in _days(reading, sentence) if re.search(r"\b(?:dated|of|on) $", text[max(0, a - 8) : a])
        ]
        if mentioned and dated:
            current = f"cited:{dated[0]}"
        elif mentioned and re.match(r"(?:Another|One|A second|A third)\b", sentence.text):
            current = "cited:undated"
            # its date may stand in the next sentence
            if n + 1 < len(found):
                later = _days(reading, found[n + 1])
                current = f"cited:{later[0][0]}" if later else current
        elif re.match(r"(?:These|The) (?:revelations|leaks)", sentence.text):
            current = None
        if current:
            result[n] = current
    return result


def _days(reading: Reading, sentence: Sentence) -> list[tuple[str, int]]:
    """The exact days that a sentence names, and where."""
    dates = reading.within(sentence.start, sentence.end, "date")
    return [(m.value, a) for m, a, _ in dates if m.value and len(m.value) == 10]
