"""Whether what a clause speaks of is said to be so: memberships that are over, entries that did not come about, objects
that the clause leaves open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from countervail.evidence.claims.actors import kind_of
from countervail.evidence.claims.bodies import PRONOUNS, Actors
from countervail.evidence.claims.clause import EVERYBODY, NOBODY, Clause, Laid, Span
from countervail.evidence.claims.context import Context, named_subjects
from countervail.evidence.claims.copulas import EVENTS
from countervail.evidence.claims.fitting import TO_ACTORS, told_so
from countervail.evidence.claims.list_clauses import PARTING, over
from countervail.evidence.claims.modality import modality_of, negated
from countervail.evidence.claims.owners import OWN, attached
from countervail.evidence.claims.phrases import head_word, listed_from, skip_left, text_of, words_of
from countervail.evidence.claims.references import UNKNOWN, Filled, as_list, one_or_many
from countervail.evidence.claims.repeats import as_for
from countervail.evidence.claims.speech import Parsed
from countervail.evidence.claims.tellers import not_the_speaker
from countervail.evidence.claims.units import CLOSED, SELVES

_AFTER_FACTS = frozenset({"with", "after", "since", "following", "by", "despite", "upon"})

_FACTS = frozenset({"welcome", "celebrate", "see", "confirm", "mark", "mean", "applaud", "hail", "follow"})


def _parted(parsed: Parsed, event: Clause) -> bool:
    """Whether a verb says of those called members that they are none any more."""
    k = event.verb.start
    return parsed.units[k].lower != "membership" and any(
        c.verb.lemma in PARTING - {"suspend"}
        and any(a <= k < b for a, b in [*c.objects, *c.subjects])
        and not negated(c)
        and modality_of(c, parsed.clauses) == "asserted"
        for c in parsed.clauses
    )


def _unsure(units: Sequence[Any], k: int) -> bool:
    """Whether what stands before a form in -ing leaves open whether it comes about: "talks on joining it"."""
    before = [u.lower for u in units[max(0, k - 2) : k]]
    return (
        before[-1:] == ["against"]
        or before in (["instead", "of"], ["rather", "than"])
        or (len(before) == 2 and units[k - 1].tag == "P" and before[0] in CLOSED["open_events"])
    )


def holds(parsed: Parsed, made: Filled) -> bool | None:
    """Whether a membership or an entry that is spoken of is one: False where it is over, None where it is not said to
    have come about ("fears Serbia joining the pact")."""
    clause, units = made.clause, parsed.units
    stands = left_out(units, clause.subjects[0]) if clause.subjects and not clause.verb.passive else True
    if not stands:
        return stands
    if made.predicate not in {"listed_in", "joined", "left"}:
        return True
    if made.predicate == "joined" and clause.verb.lemma == "join" and not clause.objects and clause.after("in", "with"):
        return None  # "joined in the condemnation"
    before = clause.verb.lemma == "be" and clause.verb.past and clause.verb.perfect
    if before and not (clause.governor or clause.reported or clause.times or clause.coordinated):
        return None  # "had been a member"
    if made.predicate == "listed_in" and over(parsed, clause, (parsed.sentence.document.date or {}).get("edtf")):
        return False
    if clause.verb.kind == "noun" and _parted(parsed, clause):
        return None  # "expelled its members X and Y"
    if clause.verb.kind == "gerund" and _unsure(units, clause.verb.start):
        return None
    named = clause.subjects and clause.subjects[-1][1] == clause.verb.start
    if clause.verb.kind != "gerund" or clause.governor is not None or not named:
        return True
    a, b = clause.subjects[0]
    k = next((k for k in range(b - 1, a, -1) if units[k].lower == "of"), a - 1)
    while k > 0 and units[k].tag in {"D", "B"}:
        k -= 1
    if k < 0 or units[k].lower == "of":
        return None
    known = _FACTS.intersection((units[k].forms or {}).values())
    return True if units[k].lower in _AFTER_FACTS or known else None


def _sure_object(parsed: Parsed, made: Filled, before: frozenset[str], actors: Actors) -> bool:
    """Whether "it" to which something is done is the one other body or state that the sentence names before, if it
    names one, and "him" somebody who does something in this sentence or in the one before."""
    spans = made.clause.objects
    if len(spans) != 1 or len(made.objects) > 1 or made.clause.verb.passive or not made.subjects:
        return True
    if parsed.units[spans[0][0]].lower in {"him", "her"} and spans[0][1] - spans[0][0] == 1:
        whom = made.subjects if made.predicate in {"be_invited", "joined"} else made.objects
        here = {actors.ship, *(actors.mention(u) for u in parsed.units[: spans[0][0]] if u.tag == "E")}
        return bool(whom) and whom[0] in named_subjects(parsed, actors, spans[0][0]) | before | here
    if parsed.units[spans[0][0]].lower != "it" or not made.objects:
        return True
    earlier = [u for u in parsed.units[: spans[0][0]] if u.tag == "E" and u.mention and u.mention.type != "person"]
    others = {actors.mention(u) for u in earlier} - set(made.subjects)
    return made.objects[0] in others or len(others) != 1 or kind_of(made.objects[0]) == "thing"


_OFFICIAL = frozenset(["listed", "delisted", "sanctioned", "imposed", "lifted", "froze", "suspended", "admitted"])
"""What no person does."""


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
    done_by = clause.verb.passive and bool(clause.after("by"))
    above = clause.governor if clause.link != "ing" or clause.governor is None else clause.governor.governor
    if above is not None and above.operator is not None and above.operator.control == "object":
        called = above.subjects != clause.subjects  # "calls on all actors to stop supplying"
        invited = invited or (called and modality_of(clause, parsed.clauses) == "proposed")
    if described and not (invited or done_by) and kind_of(made.subjects[0]) == "thing" and len(parsed.clauses) > 2:
        if made.subjects[0] == "n.country":
            return True  # "that his country had not joined": whose it is, the text need not say
        mentioned = {actors.mention(u) for u in parsed.units if u.tag == "E"}
        return made.subjects[0].endswith((".unknown", ".unnamed")) or made.subjects[0] in mentioned
    if b - a > 1 or parsed.units[a].tag != "O" or word not in PRONOUNS or a > clause.verb.start:
        return True
    if above is not None and above.verb.kind == "gerund" and above.subjects and above.subjects[0][0] > b:
        return True  # "Denying that it had paid, Togo left"
    if word in {"we", "us"} and made.predicate in _OFFICIAL and kind_of(made.subjects[0]) == "person":
        return False  # "we intend to designate him": whose state, the text does not say
    if word in {"we", "us"}:
        asked = parsed.turn is not None and set(made.subjects) <= before  # "Did Malta sign?" "We did"
        known = kind_of(made.subjects[0]) == "body" or not parsed.speakers or made.subjects[0] in parsed.speakers
        ours = bool(parsed.speakers) and actors.states_of_people.get(parsed.speakers[-1]) == made.subjects[0]
        return asked or known or ours
    if word in {"i", "who"}:
        return True
    if word == "you":  # whoever is asked to do something; anybody, where somebody talks
        return bool(parsed.units[a].start == parsed.units[a].end)
    if word == "she" and actors.ship in {*made.subjects, *made.objects}:
        return True  # "The tanker X left Lagos. She was listed"
    if word == "it" and clause.verb.passive and not made.objects and clause.after("by"):
        return True  # "It was refused by two delegations": they refused
    here = named_subjects(parsed, actors, a)
    people = {actors.mention(u) for u in parsed.units[:a] if u.mention is not None and u.mention.type == "person"}
    here |= frozenset(i for i in people if i and len(people) == 1 and word in {"he", "she"})
    here |= {actors.of(parsed.units, span, actors.recent) for span in as_for(parsed.units) if span[1] <= a}
    here |= {actors.of(parsed.units, s, actors.recent) for s in not_the_speaker(clause, parsed.clauses)}
    told = clause
    while told.link != "that" and told.governor is not None and told.governor.subjects == clause.subjects:
        told = told.governor
    over = told.governor if told.link == "that" else None
    if over is not None and over.inserted and over.subjects and over.subjects[0][1] <= a:
        here |= {actors.of(parsed.units, over.subjects[0], actors.recent)}  # "the letter in which X says that it left"
    if over is not None and told_so(clause) and made.predicate in TO_ACTORS and clause.verb.passive:
        here |= {
            actors.of(parsed.units, span, actors.recent) for span in over.objects
        }  # "warned X that it could be listed"
    taken = made.predicate in {"paid", "supplied"} and clause.verb.lemma in CLOSED["receiving"]  # "said it received"
    done = (clause.verb.passive or taken) and made.objects and made.predicate != "be_invited"
    own = made.subjects[:1] if word == "it" else made.subjects  # "which it founded with Mali": it is one of them
    who = set(made.objects if done else own)
    if made.predicate == "be_invited" and not clause.verb.passive:
        who = set(as_list(made.roles.get("by")))  # "It invites Chad to send observers": who invites
    if clause.verb.passive and clause.objects and "to" in made.roles:
        who = set(as_list(made.roles["to"]))  # "it was refused the presidency"
    if [u.lower for u in parsed.units[max(0, a - 3) : a]] == ["according", "to", "which"]:
        return False  # "the statement of the Government of X, according to which it would leave"
    if word == "it" and a <= 1 and not here:
        contradicted = clause.verb.lemma == "have" and clause.verb.negated and len(parsed.units) < 5
        return who <= mains or contradicted  # "We wrote that Chad had withdrawn. It has not."
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


_GROUNDS = frozenset(["foundation", "basis", "merit", "substance", "truth"])
"""What reports are without that are untrue."""


def untrue(clause: Clause, words: Sequence[str]) -> bool:
    """Whether what is said of something is that it is not so: "false", "not true", "devoid of truth", "no basis"."""
    if _GROUNDS.intersection(words):
        lacking = bool({"no", "devoid", "any"}.intersection(words)) or bool(clause.after("without"))
        return lacking or clause.verb.negated
    if clause.verb.lemma == "have":
        return False
    word = {w for w in words if w in CLOSED["untrue"]}
    return words[-1] in CLOSED["true"] if clause.verb.negated else bool(word)


_ASKING = frozenset(["urged", "demanded"])


def proposing(clauses: Sequence[Clause], filled: dict[int, Filled]) -> None:
    """ "urged Peru to withdraw a decree": proposes that, where what is to be done is no claim of its own."""
    for clause in clauses:
        made = filled.get(id(clause))
        plain = all(clause.units[a].tag != "O" for a, _ in clause.objects)
        if made is not None and made.predicate == "offered" and UNKNOWN not in made.subjects and plain:
            made.predicate = "proposed"
        asked = [c for c in clause.complements if c.link in {"to", "that"} and not c.asked]
        if made is None or made.predicate not in _ASKING or not asked or clause.verb.kind != "finite":
            continue
        public = any(clause.units[b - 1].tag == "E" for _, b in clause.objects)
        public = public and {kind_of(i) for i in made.objects} <= {"state", "body"}
        talking = clause.verb.lemma == "ask" and any(kind_of(s) == "person" for s in made.subjects) and not public
        if talking or clause.verb.passive or UNKNOWN in made.subjects:
            continue  # "I asked him to come", "was urged to wait"
        if not any(id(c) in filled and filled[id(c)].predicate in EVENTS for c in (*asked, *asked[0].complements)):
            made.predicate, made.roles, made.objects = "proposed", {"to": one_or_many(made.objects)}, []


def left_out(units: Sequence[Any], span: Span) -> bool | None:
    """Whether what is said is said of those named from unit a on: False where they are left out ("all members but X"),
    None where it is said of others ("A rather than X")."""
    a = next((k + 1 for k in range(*span) if units[k].lower == "save"), span[0])
    while a > 2 and units[a - 1].tag in {"C", ","} and units[a - 1].lower != "but" and units[a - 2].tag == "E":
        a -= 2  # "save Oman and Kuwait"
    near = [u.lower for u in units[max(0, span[0] - 2) : span[0]]]
    if {"-".join(near), *near[-1:]} & CLOSED["in_place_of"]:
        return None  # but not Yemen in "Unlike Oman, Yemen joined it"
    words = [u.lower for u in units[max(0, a - 2) : a]]
    said = {"-".join(words), *words[-1:]}
    if not said & CLOSED["left_out"]:
        return True
    bare = words[-1:] in (["but"], ["save"], ["bar"])
    for k in range(a - 1, max(-1, a - 8), -1):
        if units[k].lower in EVERYBODY | NOBODY:
            return units[k].lower in NOBODY
        if units[k].tag in {"V", "A", ";"} and not (bare and k == a - 1):
            break
    return True if bare else None


def taken_out(clause: Clause) -> bool:
    """Whether somebody takes something of theirs out of a body, and does not leave it."""
    own = [head_word(clause.units, s) for s in clause.objects if s[0] == clause.verb.end]
    return bool(own) and not clause.verb.passive and {*CLOSED["inside"], *SELVES}.isdisjoint(own)


def is_list(body: str) -> bool:
    """Whether what is named like a body is a list, which takes nobody off itself: "the Annex", "Schedule 2"."""
    return body[2:].split("-")[0] in CLOSED["annexes"]


def bodily(units: Sequence[Any], span: Span) -> bool:
    """Whether a phrase names an organisation or is no name; a place is a name that is of none."""
    named = any(u.mention is not None and u.mention.type == "organisation" for u in units[span[0] : span[1]])
    return named or units[span[1] - 1].text.islower()


def bound_for(clause: Clause) -> bool:
    """Whether somebody leaves for a place that has a name, and not "for the second time", "for good"."""
    return any(u.text[:1].isupper() for a, b in clause.after("for") for u in clause.units[a:b])


def spurned(parsed: Parsed, clause: Clause) -> list[Span]:
    """What somebody "will have none of", "would not hear of"."""
    none = clause.verb.lemma == "have" and [text_of(parsed.units, s) for s in clause.objects] == ["none"]
    deaf = clause.verb.lemma == "hear" and negated(clause) and not clause.objects
    willing = clause.verb.modal in {"will", "would"} and not clause.condition
    return clause.after("of") if (none or deaf) and willing else []


_ANNULLED = frozenset(["decision", "decisions", "regulation", "regulations", "act", "acts", "order", "designation"])


_AS_FAR = (["far", "as"], ["insofar", "as"], ["extent", "that"])


def annulled(reader: Any, parsed: Parsed, clause: Clause) -> Filled | None:
    """Whom a court takes off a list: "annuls Decision 5 of the Council in so far as it concerns X"."""
    units, verb = parsed.units, clause.verb
    what = clause.subjects if verb.passive else clause.objects
    if verb.lemma not in {"annul", "quash"} or not what or _ANNULLED.isdisjoint(words_of(units, what[0])):
        return None
    words = [u.lower for u in units]
    k = next((k for k in range(verb.end, len(words) - 3) if words[k : k + 2] in _AS_FAR), 0)
    if not k or words[k + 2] not in {"it", "they"} or words[k + 3] not in CLOSED["concerning"]:
        return None
    start = k + 4 + (k + 4 < len(words) and words[k + 4] in {"to", "mr", "mrs", "ms"})
    spans = listed_from(units, start, len(units))
    whom = [i for i in reader.ids(parsed, clause, spans) if kind_of(i) in {"person", "body"}]
    who = reader.ids(parsed, clause, clause.after("by") if verb.passive else clause.subjects) or [UNKNOWN]
    own = replace(clause, times=[t for t in clause.times if units[t - 1].lower != "of"])  # not the decision's date
    return Filled(own, "delisted", who, whom, {}, None, [*what, *spans]) if whom else None


def asked_for(ids: Sequence[str]) -> bool:
    """Whether something is a request, offer or the like."""
    return any(CLOSED["requests"].intersection(i[2:].split("-")) for i in ids)


def parties(parsed: Parsed, laid: Laid) -> list[Span]:
    """Who signs or agrees what is signed by nobody named: "a deal between X and Y was signed", "urges X to end its pact
    with Y, signed in May"."""
    clause, direct, units = laid.clause, laid.direct, parsed.units
    both = clause.after("between", "with") or (attached(units, direct[-1], "between") if direct else [])
    kind, asked = clause.verb.kind, clause.governor is not None and laid.frame.predicate == "agreed"
    if len(both) == 1 and both == clause.after("with") and (kind == "participle" or asked):
        return []  # "recommends that a list be agreed with X": who else, is open
    if both or not direct or kind != "participle" or not attached(units, direct[-1], "with"):
        return both
    deal = head_word(units, direct[-1]) in CLOSED["agreements"] | CLOSED["bodylike"]
    holders = [c for c in parsed.clauses if c is not clause and direct[-1] in c.objects and not c.verb.passive]
    return holders[0].subjects if deal and holders and units[direct[-1][0]].lower in OWN else []


_EXAMPLES = frozenset(f"{whose} {what}" for whose in ("its", "their", "this", "that") for what in ("example", "lead"))


def said_again(clause: Clause) -> tuple[bool, list[Span], str] | None:
    """Whether a verb stands for the one before, as in "so did Belarus", "Peru could follow": whether its subject comes
    after it, who is named behind "by", and the words of its object; None where it says something of its own."""
    units, verb = clause.units, clause.verb
    start = skip_left(units, verb.start) - (units[skip_left(units, verb.start) - 1].tag == ",")
    start -= start > 1 and units[start - 1].tag == "T"
    if start > 3 and [u.tag for u in units[start - 2 : start + 1]] == [",", "S", "T"]:
        start -= 2  # "and so, since 2019, is Korea"
    so = {"so", "as", "neither", "nor"}
    inverted = any(k > 0 and units[k - 1].lower in so for k in (verb.start, start))
    inverted = inverted or units[verb.start].lower in so  # "nor has Belarus"
    expected = clause.governor is not None and clause.governor.verb.lemma == "expect"
    by = clause.after("by") if verb.lemma == "follow" and verb.passive and units[verb.start - 1].tag == "," else []
    if verb.kind != "finite" and not (verb.lemma == "follow" and (expected or by)):
        return None  # "Egypt and Greece are expected to follow", "..., followed by Peru in May"
    if "free" in {u.lower for u in units[verb.start : verb.end]}:
        return None  # "They are free to do so": nobody says that they will
    if {"just", "that", "exactly"} & {u.lower for u in units[verb.end : verb.end + 2]}:
        return None  # "did just that": what was said last, which is not always a verb of the table
    said = "" if inverted else " ".join(u.lower for s in clause.objects for u in units[s[0] : s[1]])
    if verb.lemma == "follow":
        if said not in {"", "suit"} | _EXAMPLES or (verb.passive and not by):
            return None
    elif verb.lemma == "be":  # "Taiwan and Spain are", "so is Korea"
        ends = said == "" and (verb.end >= len(units) or units[verb.end].tag in {",", ".", ";"})
        if clause.phrases or not (inverted or ends):
            return None
    elif verb.lemma == "take":  # "took the same step in January"
        if said not in {"the same step", "the same steps", "similar steps", "the same decision"}:
            return None
    elif verb.lemma not in {"have", "do"} or said not in {"", "done", "the same", "so"} or clause.phrases:
        return None
    return inverted, by, said
