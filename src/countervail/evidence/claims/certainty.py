"""Whether it is plain whom a pronoun or description stands for: where it is not, nothing is claimed."""

from __future__ import annotations

from countervail.evidence.claims.actors import kind_of
from countervail.evidence.claims.bodies import PRONOUNS, Actors
from countervail.evidence.claims.context import Context
from countervail.evidence.claims.references import Filled
from countervail.evidence.claims.speech import Parsed
from countervail.evidence.claims.subjects import Clause


def named_subjects(parsed: Parsed, actors: Actors, stop: int = 1 << 30) -> frozenset[str]:
    """The actors that a sentence names as subjects of its verbs, up to unit `stop`."""
    found: set[str] = set()
    for clause in parsed.clauses:
        for a, b in clause.subjects:
            if b <= stop and not clause.inserted:
                found |= {i for u in parsed.units[a:b] if u.tag == "E" and (i := actors.mention(u))}
                found |= {actors.of(parsed.units, (a, b), actors.recent)} if parsed.units[a].tag not in {"O"} else set()
    return frozenset(found)


def _sure_object(parsed: Parsed, made: Filled, before: frozenset[str], actors: Actors) -> bool:
    """Whether "it" to which something is done is the one other body or state that the sentence names before, if it
    names one, and "him" somebody who does something in this sentence or in the one before."""
    spans = made.clause.objects
    if len(spans) != 1 or len(made.objects) > 1 or made.clause.verb.passive or not made.subjects:
        return True
    if parsed.units[spans[0][0]].lower in {"him", "her"} and spans[0][1] - spans[0][0] == 1:
        whom = made.subjects if made.predicate in {"be_invited", "joined"} else made.objects
        here = {actors.mention(u) for u in parsed.units[: spans[0][0]] if u.tag == "E"}
        return bool(whom) and whom[0] in named_subjects(parsed, actors, spans[0][0]) | before | here
    if parsed.units[spans[0][0]].lower != "it" or not made.objects:
        return True
    earlier = [u for u in parsed.units[: spans[0][0]] if u.tag == "E" and u.mention and u.mention.type != "person"]
    others = {actors.mention(u) for u in earlier} - set(made.subjects)
    return made.objects[0] in others or len(others) != 1 or kind_of(made.objects[0]) == "thing"


def main_subjects(parsed: Parsed, actors: Actors) -> frozenset[str]:
    """Whom the main clauses of a sentence are about: what "It" at the head of the next one stands for."""
    main = [c for c in parsed.clauses if c.verb.kind == "finite" and c.governor is None and not c.relative]
    spans = [c.subjects[0] for c in main if c.subjects and not c.condition and not c.inserted]
    return frozenset(actors.of(parsed.units, span, actors.recent) for span in spans[:2])


def sure(
    parsed: Parsed, made: Filled, before: frozenset[str], actors: Actors, mains: frozenset[str] = frozenset()
) -> bool:
    """Whether a pronoun that is the subject stands for somebody who is the subject of a verb in the sentence or in the
    sentence before ("we": for the writer or a body), and a description in a long sentence for somebody named in it."""
    clause = made.clause
    if not _sure_object(parsed, made, before, actors):
        return False
    if len(clause.subjects) != 1 or not made.subjects:
        return True
    (a, b) = clause.subjects[0]
    word = parsed.units[a].lower
    owned = b - a > 2 and parsed.units[a + 1].tag == "G" and parsed.units[a].text[:1].isupper() and a > 0
    described = not owned and not any(u.tag in {"E", "O"} for u in parsed.units[a:b])
    invited = made.predicate == "be_invited" and not clause.verb.passive  # whom the object names
    if described and not invited and kind_of(made.subjects[0]) in {"person", "thing"} and len(parsed.clauses) > 2:
        mentioned = {actors.mention(u) for u in parsed.units if u.tag == "E"}
        return made.subjects[0].endswith((".unknown", ".unnamed")) or made.subjects[0] in mentioned
    if b - a > 1 or parsed.units[a].tag != "O" or word not in PRONOUNS or a > clause.verb.start:
        return True
    if word in {"we", "us"}:
        return kind_of(made.subjects[0]) == "body" or not parsed.speakers or made.subjects[0] in parsed.speakers
    if word in {"i", "who"}:
        return True
    here = named_subjects(parsed, actors, a)
    who = set(
        made.objects if clause.verb.passive and made.objects and made.predicate != "be_invited" else made.subjects
    )
    if word == "it" and a <= 1 and not here:
        return who <= mains
    return who <= here or who <= before


def known_speaker(parsed: Parsed, report: Clause, before: frozenset[str], shared: Context) -> bool:
    """Whether "it" or "they" who say something are named in the sentence or the one before."""
    if len(report.subjects) != 1 or report.verb.passive:
        return True
    a, b = report.subjects[0]
    if b - a > 1 or parsed.units[a].lower not in {"it", "they"}:
        return True
    who = shared.actors.several(shared.actors.of(parsed.units, (a, b), shared.before(parsed, report)))
    return set(who) <= named_subjects(parsed, shared.actors, a) | before
