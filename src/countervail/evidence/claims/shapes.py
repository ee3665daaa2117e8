"""A frame laid over a clause in the terms of its predicate: who is invited to what, who gets what from whom, who holds
which post."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from countervail.evidence.claims.actors import BODIES, GROUPING, kind_of, world_bodies
from countervail.evidence.claims.clause import Clause, Span, to_follows
from countervail.evidence.claims.owners import attached
from countervail.evidence.claims.phrases import (
    antecedent,
    head_word,
    listed_to,
    phrase_from,
    text_of,
    words_of,
)
from countervail.evidence.claims.quantities import known, paid
from countervail.evidence.claims.references import BODYLIKE, STATE_OF_BODY, UNKNOWN, Filled, as_list, one_or_many
from countervail.evidence.claims.speech import Parsed
from countervail.evidence.claims.units import CLOSED
from countervail.evidence.model import slug
from countervail.evidence.tables import Frame
from countervail.evidence.text.tokens import lexicon


def _invited(made: Filled, parsed: Parsed) -> Filled | None:
    """Who is invited is what the claim is about; who invites is in the role `by`."""
    if made.clause.verb.lemma in {"receive", "get", "obtain", "have", "hold"}:  # "received no invitation"
        made.objects = as_list(made.roles.pop("to", None))
        return made
    inviter, made.subjects = known(made.subjects), made.objects
    made.objects = as_list(made.roles.pop("to", None))
    verb = made.clause.verb
    asked = [c.verb.lemma for c in made.clause.complements if c.link == "to"][:1]
    meeting = [s for c in made.clause.complements for s in _coming_to(c)]
    made.objects = made.objects or [f"n.{slug(text_of(parsed.units, s).removeprefix('the '))}" for s in meeting]
    if asked and asked[0] not in _COMING and verb.passive and not (made.objects or verb.past or verb.perfect):
        return None  # "is invited to reconsider its measures": it is asked to
    if inviter:
        made.roles["by"] = one_or_many(inviter)
        grouping = (
            len(inviter) == 1
            and all(kind_of(s) == "state" for s in made.subjects)
            and GROUPING.intersection(inviter[0].removeprefix("o.").split("-"))
        )
        if grouping and inviter[0].startswith("o.") and not to_follows(made.clause):
            made.objects = made.objects or inviter
    if made.roles.get("as", "").lower() in {"observers", "members", "partners", "guests"}:
        made.roles["as"] = made.roles["as"][:-1]
    return made


def _coming_to(clause: Clause) -> list[Span]:
    """What somebody is to attend or to take part in."""
    part = clause.verb.lemma == "participate" or (clause.verb.lemma == "take" and clause.particle == "part")
    return clause.after("in")[:1] if part else clause.objects[:1] if clause.verb.lemma == "attend" else []


_COMING = CLOSED["coming"]
"""What somebody does who is invited somewhere; who "is invited" to do something else is politely asked to."""


def _attended(made: Filled, parsed: Parsed) -> Filled | None:
    """Who attends "as observers" is an observer."""
    status = made.roles.get("as", "").lower().removeprefix("an ").rstrip("s")
    if status == "observer" and all(i.startswith(("c.", "o.")) for i in made.subjects):
        made.predicate = "observer_of"
        made.roles.pop("as")
        made.objects = [o for o in made.objects if o.startswith("o.") and o.rsplit("-", 1)[-1] not in _ORGANS]
    return made


_ORGANS = frozenset({"o.board", "board", "council", "committee", "assembly", "summit", "secretariat", "o.council"})


def _admitted(made: Filled, parsed: Parsed) -> Filled | None:
    """Who is admitted enters."""
    organs = _ORGANS - {"council"}  # "the Red Sea Council" is a body, "the council" the organ of one
    named = [i for i in known(made.subjects) if kind_of(i) == "body" and i.rsplit("-", 1)[-1] not in organs]
    place = made.clause.after("to", "into")
    let = made.clause.verb.lemma == "let" and bool(made.clause.after("in"))  # "would let banks in Y exchange orders"
    inside = place and (BODYLIKE | STATE_OF_BODY).intersection(words_of(parsed.units, place[0]))
    elsewhere = place and not inside and _things(made.roles.get("to")) and parsed.units[place[0][1] - 1].tag != "E"
    if let or made.roles.get("amount") or elsewhere:
        return None  # "accepted 5 million from X", "admitted the inspectors to its territory"
    body = as_list(made.roles.pop("to", None)) or named
    made.predicate, made.subjects, made.objects = "joined", made.objects, body
    return made


def _things(ids: Any) -> bool:
    """Whether somebody or something is no actor."""
    return bool(ids) and all(kind_of(i) == "thing" for i in as_list(ids))


_EQUIPPING = frozenset(["supply", "provide", "furnish", "equip", "arm"])
"""Verbs after which "with" says what is given."""


def _supplied(made: Filled, parsed: Parsed) -> Filled | None:
    """The object is who gets it, the role `what` the goods."""
    units, clause = parsed.units, made.clause
    if clause.verb.lemma in _RECEIVING:
        return _received(made, parsed)
    goods = [text_of(units, s) for s in (clause.subjects if clause.verb.passive else clause.objects)]
    if goods and all(word.rsplit(" ", 1)[-1].lower() in _SHARES for word in goods):
        return None  # "furnished half": of the money
    given = made.roles.pop("with", None) if clause.verb.lemma in _EQUIPPING else None
    if given is not None and not made.roles.get("to"):  # "supplied Iran with wheat"
        made.roles["what"] = one_or_many([text_of(units, s) for s in clause.after("with")])
        return made
    receiver = as_list(made.roles.pop("to", None))
    if clause.second and not clause.verb.passive:
        goods = [text_of(units, s) for s in clause.second]
    elif clause.verb.passive and clause.objects:
        goods = [text_of(units, s) for s in clause.objects]
    bodies = [o for o in made.objects if kind_of(o) == "body" and ("-" in o or o[2:] in BODIES)]
    actors = bool(made.objects) and all(o in bodies or kind_of(o) in {"person", "state"} for o in made.objects)
    worth = "worth" in made.roles and "state" in map(kind_of, made.subjects)  # "gold worth 3 billion dollars"
    measured = "amount" in made.roles or worth
    if not (receiver or measured) and clause.verb.lemma in {"export", "ship", "transport"} and not clause.verb.passive:
        return None  # "for exporting unwashed ore"
    if not receiver and clause.verb.lemma in {"arm", "equip"}:
        return None if world_bodies().issuperset(made.objects) else made  # "arming the junta", "is armed by Yemen"
    equipped = clause.verb.lemma in {"supply", "arm", "equip", "provide"}
    taken = equipped and [o.rsplit("-", 1)[-1].removeprefix("n.") in CLOSED["supplied"] for o in made.objects]
    whom = not clause.verb.passive or (clause.verb.lemma == "supply" and not clause.objects)  # "It is supplied by X"
    if not receiver and (actors or (taken and all(taken))) and equipped and whom:
        return made  # "supplied the militia", "for supplying the arms industry"
    made.objects = receiver
    made.roles["what"] = one_or_many(goods)
    return made


def _of_another(clause: Clause, preposition: str) -> bool:
    """Whether a phrase belongs to the one right before it and not to the verb."""
    n = next((n for n, (p, _) in enumerate(clause.phrases) if p == preposition), 0)
    if not n:
        return False
    before, spans = clause.phrases[n - 1]
    return before in {"with", "without"} and spans[-1][1] + 1 == clause.phrases[n][1][0][0]


def _received(made: Filled, parsed: Parsed) -> Filled | None:
    """Who receives goods from somebody is supplied by them."""
    givers = as_list(made.roles.pop("from", None))
    clause = made.clause
    if clause.verb.lemma in {"rely", "depend"}:  # "relies on X for its oil"
        made.roles["what"] = made.roles.pop("for", None)
        made.subjects, made.objects = made.objects, made.subjects
        return made
    if made.frame is not None and made.frame.moved:  # "its oil came from X"
        made.roles["what"] = text_of(parsed.units, clause.subjects[0])
        made.subjects, made.objects = [i for i in givers if kind_of(i) in {"state", "body", "person"}], []
        return made if made.subjects else None
    if _of_another(clause, "from"):
        return None  # "gets its oil by pipeline with a stamp from Washington"
    if clause.verb.passive or not givers or not any(kind_of(i) != "thing" for i in givers):
        return None
    made.roles["what"] = one_or_many([text_of(parsed.units, s) for s in clause.objects])
    made.subjects, made.objects = givers, made.subjects
    return made


_SHARES = frozenset(["half", "third", "quarter", "most", "rest", "remainder", "share", "part", "all", "none", "money"])
_RECEIVING = CLOSED["receiving"]


def _serves(made: Filled, parsed: Parsed) -> Filled | None:
    """Who serves as something, or takes over as it, holds that post."""
    clause = made.clause
    people = [i for i in known(made.subjects) if kind_of(i) == "person"]
    sits = clause.verb.lemma in {"sit", "serve"} and not clause.after("as")
    span = next(iter(clause.after("on" if sits else "as")), _of_the_post(parsed.units, clause))
    post = head_word(parsed.units, span) if span is not None else ""
    held = post in CLOSED["seats"] if sits else post.title() in lexicon().posts
    if span is None or not people or clause.verb.passive or not held:
        return None
    a, b = span
    while a < b and parsed.units[a].tag == "D":
        a += 1
    made.roles = {"post": "member of " * sits + text_of(parsed.units, (a, b)), "organisation": None}
    if clause.verb.lemma not in _ENTERED and clause.verb.past and not clause.verb.perfect:
        made.roles["former"] = True
    made.subjects, made.objects = people, []
    return made


_ENTERED = frozenset(["take", "assume", "succeed", "replace"])


def _of_the_post(units: Sequence[Any], clause: Clause) -> Span | None:
    """The post in "holds the post of director of the fund"."""
    for a, b in clause.objects[:1]:
        k = next((k for k in range(a, b - 2) if units[k].lower in _POSTS and units[k + 1].lower == "of"), None)
        return (k + 2, b) if k is not None else None
    return None


_POSTS = frozenset(["post", "position", "office", "role", "job"])


def _succeeded(made: Filled, parsed: Parsed) -> Filled | None:
    """Who succeeds somebody as something holds that post."""
    as_what = made.clause.after("as")
    people = as_what and all(kind_of(i) == "person" for i in [*made.subjects, *made.objects])
    if not people or head_word(parsed.units, as_what[0]).title() not in lexicon().posts or not known(made.subjects):
        return made
    a = as_what[0][0] + (parsed.units[as_what[0][0]].tag == "D")
    made.roles = {"post": text_of(parsed.units, (a, as_what[0][1])), "organisation": None}
    made.predicate, made.objects = "holds_post", []
    return made


def _listed_as(made: Filled, parsed: Parsed) -> Filled | None:
    """Who is listed as a director, in a register, holds that post; nobody puts them on a list."""
    as_what = made.clause.after("as")
    post = head_word(parsed.units, as_what[0]).title() if as_what and made.clause.verb.lemma == "list" else ""
    if post in lexicon().posts and "p." in {i[:2] for i in made.objects} and not known(made.subjects):
        a = as_what[0][0] + (parsed.units[as_what[0][0]].tag == "D")
        made.predicate, made.subjects, made.objects = "holds_post", made.objects, []
        made.roles = {"post": text_of(parsed.units, (a, as_what[0][1])), "organisation": None}
    return made


def _announced(made: Filled, parsed: Parsed) -> Filled | None:
    """Whose resignation is announced resigns."""
    spans = made.clause.objects
    leaves = len(spans) == 1 and head_word(parsed.units, spans[0]) == "resignation"
    if leaves and made.objects and all(o.startswith("p.") for o in made.objects):
        made.predicate, made.subjects, made.objects = "resigned", made.objects, []
    elif made.objects and all(kind_of(o) in {"person", "state"} for o in made.objects):
        return None  # "announced Georgia as the host"
    return made


_UNITS = CLOSED["led"]
_LEADING = {"chair": "chair", "head": "head", "run": "head"}


def _resigned(made: Filled, parsed: Parsed) -> Filled | None:
    """Who resigns from "the government" leaves no state."""
    span = next((s for p in ("from", "as") for s in made.clause.after(p)), None)
    if made.objects == made.subjects and made.clause.objects:
        made.objects = [f"n.{slug(text_of(parsed.units, made.clause.objects[0]))}"]  # "she gave up the chair"
    if span is None or not made.objects:
        return made
    a, b = span
    if b < made.clause.verb.start and b - a == 1 and parsed.units[max(0, a - 1)].tag == "P":
        a = (listed_to(parsed.units, a - 1, 0) or [span])[-1][0]  # "the panel on Libya, from which she resigned"
    if a < span[0] or all(kind_of(o) == "state" for o in made.objects):
        made.objects = [f"n.{slug(text_of(parsed.units, (a, b)))}"]
    return made


def _leads(made: Filled, parsed: Parsed) -> Filled | None:
    """Who chairs, heads or leads a body holds a post; "exports led the recovery" says nothing of anybody."""
    post = _LEADING.get(made.clause.verb.lemma)
    people = [i for i in known(made.subjects) if kind_of(i) == "person"]
    if post is None or not people or len(made.objects) != 1 or kind_of(made.objects[0]) in {"person", "state"}:
        return None
    clause = made.clause
    if kind_of(made.objects[0]) == "thing" and head_word(parsed.units, clause.objects[0]) not in _UNITS:
        return None
    used = clause.governor is not None and clause.governor.verb.lemma == "use"  # "who used to head the fund"
    if clause.verb.passive or clause.verb.lemma == "lead" or (clause.verb.kind == "infinitive" and not used):
        return None  # "a delegation led by the minister"
    body = clause.objects[0]
    led = text_of(parsed.units, body)
    made.roles = {"post": f"{post} of {led}", "organisation": led}
    if used or (clause.verb.past and not clause.verb.perfect and clause.verb.kind == "finite"):
        made.roles["former"] = True
    made.predicate, made.subjects, made.objects = "holds_post", people, []
    return made


def _banned(made: Filled, parsed: Parsed) -> Filled | None:
    """A state that bans goods or somebody sanctions them; one that bars somebody from doing something does not."""
    clause = made.clause
    if clause.verb.lemma in {"face", "incur"}:  # "could face sanctions from X"
        by = [i for i in as_list(made.roles.pop("from", None)) if kind_of(i) in {"state", "body"}]
        made.subjects, made.objects = by or [UNKNOWN], made.subjects
        return made if by or clause.verb.modal else None
    if clause.particle and made.subjects == [UNKNOWN]:
        return None  # "is cut off", "was shut out of the talks"
    if made.frame is not None and made.frame.to is not None:
        return made  # "banned X from entering its territory"
    barred = bool(clause.after("from")) and any(kind_of(o) != "thing" for o in made.objects)
    if clause.verb.lemma == "ban" and (barred or any(c.link in {"from", "to"} for c in clause.complements)):
        return None
    return made


def _left(made: Filled, parsed: Parsed) -> Filled | None:
    """A person who leaves a board or a cabinet gives up a seat on it."""
    heads = {o[2:].split("-of-")[0].rsplit("-", 1)[-1] for o in made.objects}
    if made.subjects and all(i.startswith("p.") for i in made.subjects) and heads & _SEATS:
        made.predicate = "resigned"
    return made


_SEATS = frozenset(["board", "cabinet", "government", "council", "committee", "panel", "ministry"])


def _out(made: Filled, parsed: Parsed) -> Filled | None:
    """Who stays out does not join, who stops deliveries does not supply, who gives notice is to leave."""
    verb = made.clause.verb
    if verb.passive:
        return None  # "such notice was given"
    if made.predicate == "gave_notice":
        made.predicate, verb.modal = "left", verb.modal or "will"
        return made
    made.predicate, verb.negated = "joined" if made.predicate == "kept_out" else "supplied", not verb.negated
    return _supplied(made, parsed) if made.predicate == "supplied" else made


_SHAPES: dict[str, Callable[[Filled, Parsed], Filled | None]] = {
    "be_invited": _invited,
    "admitted": _admitted,
    "kept_out": _out,
    "gave_notice": _out,
    "announced": _announced,
    "attended": _attended,
    "sanctioned": _banned,
    "supplied": _supplied,
    "stopped_supply": _out,
    "paid": paid,
    "leads": _leads,
    "resigned": _resigned,
    "left": _left,
    "holds_post": _serves,
    "replaced": _succeeded,
    "listed": _listed_as,
}


def shaped(made: Filled, parsed: Parsed) -> Filled | None:
    """The same in the terms of its predicate."""
    shape = _SHAPES.get(made.predicate)
    return shape(made, parsed) if shape is not None else made


def post_role(units: Sequence[Any], clause: Clause, roles: dict[str, Any]) -> dict[str, Any]:
    """What somebody is appointed as, where it stands apart: "X, who had run the system, as my deputy"."""
    if clause.verb.passive:
        return {"as": text_of(units, clause.objects[0])} if clause.objects else {}
    if "as" in roles or not clause.objects:
        return {}
    near = range(clause.end, min(len(units) - 1, clause.end + 18))
    later = next((k for k in near if units[k].lower == "as" and units[k - 1].tag == ","), None)
    if later is None or any(u.tag in {"V", "A"} for u in units[clause.end : later]):
        return {}
    return {"as": text_of(units, (later + 1, phrase_from(units, later + 1, len(units))))}


def plain_text(units: Sequence[Any], spans: Sequence[tuple[int, int]]) -> bool:
    """Whether what is signed by nobody named is a text: "the memorandum was signed in Delhi"."""
    return bool(spans) and all(head_word(units, s) in CLOSED["signable"] for s in spans)


_LICENCES = frozenset(["licence", "license", "registration", "accreditation", "rights", "credentials", "seat"])
"""What is suspended where somebody is."""


def whose(units: Sequence[Any], target: list[Span]) -> list[Span]:
    """Who is suspended: Yemen of "Yemen's membership", the bank of "the bank's licence"."""
    a, b = target[0]
    if units[a].lower == "whose":  # "Gabon, whose membership was frozen"
        return antecedent(units, a) or target
    if head_word(units, (a, b)) not in STATE_OF_BODY | _LICENCES:
        return target
    owner = next((k for k in range(a + 1, b - 1) if units[k].tag == "G"), None)
    of = next((k for k in range(a + 1, b - 1) if units[k].lower == "of"), None)  # "the voting rights of Chad"
    return [(a, owner)] if owner is not None else [(of + 1, b)] if of is not None else target


_AIMED = frozenset(["sanctioned", "listed", "delisted"])
"""What is done to those after each of the prepositions: "sanctions on X and on its owner"."""


def target_of(units: Sequence[Any], clause: Clause, frame: Frame, direct: list[Span]) -> list[Span]:
    """Where the object of a frame stands."""
    for source in frame.object:
        if source == "direct":
            if direct:
                return direct
            continue
        spans = clause.every(source) if frame.predicate in _AIMED else clause.after(source)
        if not spans and " of" in source and (rest := clause.after(source.split()[0])):
            a, b = rest[0]
            if units[a].lower == source.split()[1] and b - a > 2:
                spans = [(a + 2, b)]
        if not spans and direct:
            spans = attached(units, direct[-1], source)
        if spans:
            return spans
    return []
