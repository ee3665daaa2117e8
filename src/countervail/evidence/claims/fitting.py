"""Whether a frame fits a clause, whether it tells anything of anybody, and the words of what it governs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from countervail.evidence.claims.actors import kind_of
from countervail.evidence.claims.bodies import Actors
from countervail.evidence.claims.copulas import EVENTS
from countervail.evidence.claims.references import UNKNOWN, Filled, as_list
from countervail.evidence.claims.speech import Parsed
from countervail.evidence.claims.subjects import Clause, Span
from countervail.evidence.claims.units import CLOSED, head_word, text_of
from countervail.evidence.tables import Frame, frames_of

_ASKED = CLOSED["requests"]


_ANYBODY = frozenset(
    "nobody everybody everyone someone somebody anyone anybody none one others many few some most all each either neither whoever what".split()
)


def named_head(units: Sequence[Any], span: Span) -> bool:
    """Whether what a phrase is about is a name: "the ship Ania", but not "the shares of Volta Metals"."""
    end = next((k for k in range(*span) if units[k].lower == "of" and k > span[0]), span[1])
    return bool(units[end - 1].tag == "E")


def fits(units: Sequence[Any], clause: Clause, frame: Frame, direct: list[Span]) -> bool:
    """Whether the words that a frame asks for are there, and none that it excludes."""
    if frame.passive and not clause.verb.passive and frame.operator is None:
        return False
    text = " ".join(u.lower for s in direct for u in units[s[0] : s[1]])
    if frame.words is not None and not frame.words.search(text):
        return False
    named = bool(direct) and named_head(units, direct[0])
    if frame.predicate == "listed" and any(
        u.lower in {"exchange", "bourse", "market"} for _, spans in clause.phrases for a, b in spans for u in units[a:b]
    ):
        return False  # "listed on the Tokyo exchange"
    if frame.excluded is not None and direct and not named and frame.excluded.search(head_word(units, direct[0])):
        return False
    if frame.predicate == "applied_to" and clause.verb.lemma == "apply" and clause.objects and not clause.verb.passive:
        return False
    if frame.needs and not any(frame.roles.get(p) == frame.needs for p, _ in clause.phrases):
        return False
    if frame.to is None:
        return True
    return any(
        p in {"to", "on", "in", "from", "off", "under", "for"}
        and frame.to.search(" ".join(u.lower for u in units[a:b]))
        for p, spans in clause.phrases
        for a, b in spans
    )


def counted(parsed: Parsed, clause: Clause, actors: Actors) -> list[str]:
    """The body that "has 54 members" or "counts twelve states"."""
    heads = {head_word(parsed.units, s) for s in clause.objects}
    if len(clause.subjects) != 1 or not heads & {"members", "states", "countries", "nations", "signatories"}:
        return []
    found = actors.of(parsed.units, clause.subjects[0], actors.recent)
    return [found] if found.startswith("o.") else []


def eventful(clause: Clause) -> bool:
    """Whether a verb claims an event of the table."""
    direct = clause.subjects if clause.verb.passive else clause.objects
    rows = [frame for _, frame in frames_of(clause.verb.lemma) if frame.predicate in EVENTS]
    return any(fits(clause.units, clause, frame, direct) for frame in rows)


def nobody(made: Filled) -> bool:
    """Whether nobody does what an active verb says, or founded what a participle says."""
    verb = made.clause.verb
    active = verb.lemma != "be" and not verb.passive
    units = made.clause.units
    anybody = any(units[s[0]].lower in {"no", "any", "every", "each"} for s in made.clause.subjects)
    if anybody and (made.clause.relative or verb.modal in {"shall", "should", "must", "may"}):
        return True  # "no member shall supply it", "any bank that supplied it"
    if verb.words & {"almost", "nearly", "barely"} or (made.objects == ["n.unnamed"] and "what" not in made.roles):
        return True  # "almost listed it", "accuses nobody"
    if made.objects and made.objects[0][2:] in {"either", "anybody", "anyone", "nobody"} and "through" not in made.roles:
        return True
    if active and all(s[2:] in _ANYBODY for s in made.subjects):
        return True
    reduced = verb.kind == "participle" and made.predicate == "founded" and not made.clause.times
    return all(s.endswith(".unknown") for s in made.subjects) and (active or reduced)


def complement_text(clause: Clause, units: Sequence[Any]) -> str | None:
    """The words after a verb without object: what is agreed, announced."""
    end = max([clause.end, *(c.end for c in clause.complements)])
    if not clause.complements:
        return None
    start = next((k for k in range(clause.verb.end, min(end, clause.verb.end + 12)) if units[k].lower == "that"), None)
    start = start if start is not None and clause.complements[0].link == "that" else clause.verb.end
    words = text_of(units, (start, min(end, start + 24)))
    return words or None


def telling(made: Filled) -> bool:
    """Whether a claim names an actor: the subject, or what it is done to or with."""
    if made.predicate == "supplied" and "what" in made.roles:
        return True
    if made.predicate == "paid" and "through" in made.roles:
        return True
    if made.predicate in {"listed", "delisted"} and made.objects and made.objects[0] != "n.unknown":
        return True
    if made.predicate == "refused" and any(o.rsplit("-", 1)[-1].removeprefix("n.") in _ASKED for o in made.objects):
        return True
    named = [*made.objects, *(i for v in made.roles.values() if isinstance(v, str | list) for i in as_list(v))]
    subject = any(kind_of(s) != "thing" and s != UNKNOWN for s in made.subjects)
    return subject or any(i[:2] in {"c.", "o.", "p."} and i != UNKNOWN for i in named)
