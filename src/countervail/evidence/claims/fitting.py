"""Whether a frame fits a clause, whether it tells anything of anybody, the words of what it governs; and whether it is
plain whom a pronoun stands for: where it is not, nothing is claimed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from countervail.evidence.claims.actors import kind_of
from countervail.evidence.claims.bodies import Actors
from countervail.evidence.claims.clause import Clause, Span
from countervail.evidence.claims.copulas import EVENTS
from countervail.evidence.claims.modality import negated
from countervail.evidence.claims.owners import named_head
from countervail.evidence.claims.phrases import head_word, phrase_from
from countervail.evidence.claims.references import UNKNOWN, Filled, as_list
from countervail.evidence.claims.shapes import plain_text
from countervail.evidence.claims.speech import Parsed
from countervail.evidence.claims.units import CLOSED
from countervail.evidence.tables import Frame, frames_of

_ASKED = CLOSED["requests"]
_OF_THINGS = CLOSED["of_things"]
TO_ACTORS = frozenset(["listed", "delisted", "sanctioned", "suspended"])
_ANYBODY = CLOSED["anybody"]
_NO_MATTER_WHOM = (["anybody"], ["anyone"], ["nobody"], ["no-one"])


def spoken_words(units: Sequence[Any], span: Span) -> bool:
    """Whether a phrase is a quotation and no name: "would sign "when there is something to sign"."""
    first = units[span[0]]
    return bool(first.tag == "Q" and span[1] - span[0] == 1 and first.text[:1].islower())


def fits(units: Sequence[Any], clause: Clause, frame: Frame, direct: list[Span]) -> bool:
    """Whether the words that a frame asks for are there, and none that it excludes."""
    if (frame.passive and not clause.verb.passive and frame.operator is None) or (frame.alone and clause.objects):
        return False
    if frame.passive and frame.predicate == "delisted" and clause.after("off"):
        return False  # "was taken off the ship"
    if _of_the_charge(units, clause):
        return False
    if frame.predicate == "approved" and clause.verb.lemma == "pass" and clause.after("to"):
        return False  # "passed the crude on to Chad"
    if frame.needs == "wish" and clause.verb.passive:
        return False  # "the Union has been asked for their release": it proposes nothing
    next_word = {u.lower for u in units[clause.verb.end : clause.verb.end + 1]}
    if frame.predicate == "listed" and next_word & CLOSED["pointing_to_list"]:
        return False  # "the persons listed below"
    following = bool(direct) and "following" in {u.lower for u in units[slice(*direct[0])]}
    if frame.predicate == "froze" and following and all(u.tag != ":" for u in units[clause.verb.end :]):
        return False  # "the property of the following persons is blocked": whose, the list says
    if frame.predicate == "attacked" and {head_word(units, s) for s in clause.after("from", "off")} & CLOSED["lists"]:
        return False  # "struck the ship off its register"
    after = [s for p in frame.object for s in clause.after(p)] if "direct" in frame.object and not direct else []
    text = " ".join(u.lower for s in direct or after for u in units[s[0] : s[1]])  # "asked for a waiver"
    pointed = frame.predicate == "evaded" and text in {"it", "them"}
    given = (
        " ".join(u.lower for a, b in clause.second for u in units[a:b])
        if frame.predicate in {"paid", "refused", "supplied"}
        else ""
    )
    worded = frame.words is None or pointed or frame.words.search(text)
    if not worded and not (given and frame.words is not None and frame.words.search(given)):
        return False  # "gave the fund 3 million euros" fits
    named = bool(direct) and named_head(units, direct[0])
    named = named or (frame.kind == "body" and bool(direct) and units[direct[0][1] - 1].text == "Court")
    traded = frame.predicate == "listed" and (clause.verb.passive or not clause.objects)
    if traded and any(
        u.lower in {"exchange", "bourse", "market"} for _, spans in clause.phrases for a, b in spans for u in units[a:b]
    ):
        return False  # "listed on the Tokyo exchange"
    if frame.excluded is not None and direct and not named and frame.excluded.search(head_word(units, direct[0])):
        return False
    if frame.predicate == "applied_to" and clause.verb.lemma == "apply" and not clause.verb.passive:
        start = clause.subjects[0][0] if clause.subjects else 0
        told = clause.governor is not None and clause.governor.operator is not None and clause.governor.operator.speaker
        gap = (
            start > 0 and units[start - 1].tag == "R" and not (told or clause.coordinated)
        )  # "the measures that it applies"
        if clause.objects or (gap and not clause.after("to", "for")):
            return False
    apiece = bool(direct) and units[direct[0][1] - 1].tag == "E" and frame.words is not None
    sold = apiece and frame.words is not None and frame.words.search(given)  # "sold Mali four helicopters"
    sold = sold and frame.needs == "to" and not clause.verb.passive
    if frame.needs and not (sold or any(frame.roles.get(p) == frame.needs for p, _ in clause.phrases)):
        return False
    if frame.to is None or _listed_later(units, clause, frame):
        return True
    if any(
        c.link == "from" and frame.to.search(" ".join([c.verb.lemma, *_words_after(c)])) for c in clause.complements
    ):
        return True  # "barred from dealing with banks"
    return any(
        p in {"to", "on", "in", "into", "from", "off", "under", "for", "with", "by", "as", "of"}
        and (not frame.needs or frame.roles.get(p) == frame.needs)  # "retaliated with sanctions"
        and frame.to.search(" ".join(u.lower for u in units[a:b]))
        for p, spans in clause.phrases
        for a, b in spans
    )


def _of_the_charge(units: Sequence[Any], clause: Clause) -> bool:
    """Whether "which" stands for what somebody is accused of: "accused it of a breach of the pact, which X denied"."""
    k = clause.subjects[0][0] - 1 if clause.subjects else 0
    whole = k > 1 and units[k].lower == "which" and units[k - 1].tag == ","
    if not whole or clause.verb.lemma not in CLOSED["to_reports"] or clause.verb.passive:
        return False
    return any({"accuse", "blame", "allege"}.intersection((u.forms or {}).values()) for u in units[:k])


def _words_after(clause: Clause) -> list[str]:
    """The first words after a verb."""
    return [u.lower for u in clause.units[clause.verb.end : clause.verb.end + 2]]


def _listed_later(units: Sequence[Any], clause: Clause, frame: Frame) -> bool:
    """Whether the list stands after what is said of an entry: "placed X, the house they pay through, on a list"."""
    if frame.to is None or clause.end >= len(units) or units[clause.end].tag != ",":
        return False
    for k in range(clause.end + 2, len(units) - 1):
        if units[k - 1].tag == "," and units[k].lower in {"on", "in", "to", "from"}:
            return bool(
                frame.to.search(" ".join(u.lower for u in units[k + 1 : phrase_from(units, k + 1, len(units))]))
            )
    return False


def wrong_kind(frame: Frame, objects: Sequence[str]) -> bool:
    """Whether what something is done to is not what the frame asks for: nobody joins a state or founds one."""
    kinds = {kind_of(o) for o in objects}
    if not kinds:
        return False
    if (frame.kind == "body" and kinds <= {"state", "person"}) or (frame.predicate == "founded" and kinds == {"state"}):
        return True
    if frame.predicate == "expelled" and frame.words is not None and kinds != {"state"}:
        return True  # "withdrew the membership of the council from X"
    return (frame.kind == "actor" and kinds == {"thing"}) or (frame.kind == "person" and kinds != {"person"})


def eventful(clause: Clause) -> bool:
    """Whether a verb claims an event of the table."""
    direct = clause.subjects if clause.verb.passive else clause.objects
    rows = [f for words, f in frames_of(clause.verb.lemma) if f.predicate in EVENTS and follows(clause, words)]
    rows = [f for f in rows if f.object != ("nothing",) or clause.complements]  # "was offered"
    return any(fits(clause.units, clause, frame, direct) for frame in rows)


def nobody(made: Filled) -> bool:
    """Whether nobody does what an active verb says, or founded what a participle says."""
    clause, verb = made.clause, made.clause.verb
    active = verb.lemma not in {"be", "come", "fall", "accept", "receive", "take"} and not verb.passive
    units = made.clause.units
    anybody = any(units[s[0]].lower in {"no", "any", "every", "each"} for s in made.clause.subjects)
    every = any(units[s[0]].lower == "all" and "E" not in {u.tag for u in units[s[0] : s[1]]} for s in clause.subjects)
    if every and verb.kind == "infinitive" and clause.governor is not None and not clause.governor.verb.passive:
        return True  # "ordered all lenders to stop accepting them"
    if made.predicate == "expelled" and made.subjects == ["n.country"]:
        return True  # "my country expelled me": from no body
    hidden = any(c.verb.passive and c.verb.lemma in {"name", "identify", "quote"} for c in clause.complements)
    if made.predicate == "proposed" and (hidden or made.objects == ["n.anonymity"]):
        return True  # "who asked not to be named"
    if anybody and (made.clause.relative or (verb.modal in {"shall", "should", "must", "may"} and not verb.passive)):
        return True  # "no member shall supply it", "any bank that supplied it"
    plain = any(
        units[a].lower in {"a", "an"} and all(u.tag != "E" for u in units[a:b]) for a, b in made.clause.subjects
    )
    above = made.clause.governor
    modals = {verb.modal, above.verb.modal if above is not None and made.clause.link == "to" else ""}
    if plain and not verb.passive and modals & {"shall", "should", "must"} and not made.clause.relative:
        return True  # "to be readmitted a government has to apply", "a trader should not have to buy dollars to pay"
    same = [o.replace("o.the-", "o.") for o in made.objects] == [s.replace("o.the-", "o.") for s in made.subjects]
    if made.objects and same and kind_of(made.objects[0]) in {"state", "body"}:
        return True  # "... and Iran to supply Zambia": a subject that was not found
    whatever = any(units[a].lower == "any" and all(u.tag != "E" for u in units[a:b]) for a, b in made.clause.objects)
    if whatever and made.predicate in TO_ACTORS - {"suspended"} and not verb.negated:
        return True  # "to sanction any bank that clears them"
    whom = made.predicate in TO_ACTORS - {"accused"} and not verb.passive and negated(made.clause)
    words = "-".join(units[k].lower for a, b in clause.objects for k in range(a, b))
    if whom and words in {"nobody", "no-one"}:
        made.objects = [f"n.{words}"]
    if verb.words & {"almost", "nearly", "barely"} or (made.objects == ["n.unnamed"] and "what" not in made.roles):
        return True  # "almost listed it", "accuses nobody"
    whom = whom and [o[2:] for o in made.objects] in _NO_MATTER_WHOM  # "has never listed anyone", "has listed nobody"
    if negated(made.clause) and made.predicate == "supplied" and "what" in made.roles and made.objects[:1]:
        made.objects = [] if made.objects[0][2:] in {"anyone", "anybody"} else made.objects
    if (
        made.objects
        and made.objects[0][2:] in {"either", "anybody", "anyone", "nobody", "what"}
        and not (whom or "through" in made.roles)
    ):
        return True
    if active and all(s[2:] in _ANYBODY for s in made.subjects):
        return True
    if active and any(units[a].lower in _ANYBODY and b - a == 1 for a, b in made.clause.subjects):
        return True  # "a bank that nobody has to pay into"
    reduced = verb.kind == "participle" and made.predicate == "founded" and not made.clause.times
    they = [units[a].lower for a, _ in clause.subjects] == ["they"] and made.predicate in TO_ACTORS
    they = they and any(kind_of(o) != "thing" for o in made.objects)  # "They listed the bank": somebody did
    return all(s.endswith(".unknown") for s in made.subjects) and (active or reduced) and not they


_BARE = frozenset(["agreed", "signed", "refused"])


def vague(made: Filled, agents: Sequence[Span], direct: Sequence[Span], pronoun: bool) -> bool:
    """Whether too little is said of who does what: "it will be signed", "was accused", "the firm has refused"."""
    clause, units, frame = made.clause, made.clause.units, made.frame
    nobody_named = not agents and made.subjects == [UNKNOWN]
    told = made.predicate == "denied" and any(c.link == "that" for c in clause.complements)
    if made.predicate == "denied" and [units[a].lower for a, _ in direct] == ["nothing"]:
        return True
    if made.predicate in {"refused", "denied"} and not made.objects and negated(clause) and not told:
        return True
    if made.predicate == "denied" and {"neither", "nor"} & clause.verb.words:
        return True  # "neither confirmed nor denied the report"
    pointing = (
        made.predicate == "refused" and not made.objects and [units[a].lower for a, _ in clause.objects] == ["it"]
    )
    if pointing and clause.verb.modal in {"may", "must", "can", "should", "shall", "might"}:
        return True  # "we may reject it"
    means = {"through", "to", "amount", "for", "what", "from"} & made.roles.keys()
    who = any(u.tag == "E" for a, b in direct for u in units[a:b])
    if made.predicate == "paid" and nobody_named and clause.verb.passive and not (means or who):
        return True  # "our customers pay and are paid"
    asked = [c.verb.lemma for c in clause.complements if c.verb.lemma == "do" or (c.link == "to" and not c.objects)]
    if made.predicate == "proposed" and not made.objects and {"do", "be"}.intersection(asked):
        return True  # "we do not propose to do so", "is no member and has not asked to be"
    if made.predicate == "proposed" and clause.verb.lemma == "urge" and clause.verb.passive and clause.complements:
        return True  # "brands are urged to sign it": they are to sign
    if made.predicate == "urged" and clause.verb.lemma == "request" and pronoun and not clause.complements:
        return True  # "sent the files to Oslo, which had requested them"
    if made.predicate == "proposed" and pronoun and {"state", "body"}.issuperset(map(kind_of, made.objects)):
        return bool(made.objects)  # "could propose it": no body
    if made.predicate == "urged" and clause.verb.lemma == "ask" and clause.after("about") and not clause.complements:
        return True  # "Asked about the fleet, X said"
    if made.predicate == "refused" and clause.verb.lemma == "dismiss" and any(o[:2] == "p." for o in made.objects):
        return True
    unresolved = made.objects and all(o.endswith(".unknown") for o in made.objects)
    if unresolved or (made.predicate == "imposed" and str(made.roles.get("on", "")).endswith(".unknown")):
        return True
    told_of = clause.after("with", "over", "for") or any(c.link in {"with", "of", "that"} for c in clause.complements)
    if made.predicate == "accused" and clause.verb.lemma == "blame" and negated(clause) and not told_of:
        return True  # "does not blame Georgia"
    if made.predicate == "accused" and clause.verb.lemma == "charge" and not clause.verb.passive and not told_of:
        return True  # "charges the trucks a transit fee"
    charged = made.predicate == "accused" and not (
        clause.after("of", *(["for"] if clause.verb.lemma == "blame" else []))
        or any(c.link == "of" for c in clause.complements)
    )
    charged = charged and not (negated(clause) and clause.verb.lemma == "accuse")  # "no firm has been accused"
    if nobody_named and (charged or (made.predicate == "signed" and not plain_text(units, direct))):
        return True  # by whom?
    someone = made.predicate in TO_ACTORS and (any(o.startswith("p.") for o in made.objects) or told_so(clause))
    against = "what" in made.roles and made.predicate == "sanctioned"  # "the measures against it were imposed in May"
    if pronoun and made.subjects == [UNKNOWN] and made.predicate in _OF_THINGS | TO_ACTORS and not (someone or against):
        return True  # "it will be signed": what, by whom?
    named = any(u.tag in {"E", "O"} for a, b in agents for u in units[a:b]) or "state" in map(kind_of, made.subjects)
    named = named or bool(clause.verb.passive and agents) or any(units[b - 1].text[:1].isupper() for _, b in agents)
    named = named or (made.predicate == "refused" and clause.relative)  # "was sent to the ministry, which declined"
    governs = made.predicate == "agreed" and any(c.link == "to" for c in clause.complements)
    bare = frame is not None and frame.bare and not made.objects and made.predicate in _BARE
    bare = bare and clause.verb.lemma not in {
        "concur",
        "consent",
        "say",
    }  # "The Board concurred", "The ministry said no"
    return bare and not (named or governs)


_TERMS = frozenset(
    ["price", "sum", "amount", "date", "deal", "text", "terms", "plan", "budget", "list", "draft", "statement"]
)
_DONE_TO = frozenset(["froze", "lifted", "listed", "delisted", "suspended", "sanctioned"])


def telling(made: Filled) -> bool:
    """Whether a claim names an actor: the subject, or what it is done to or with."""
    if made.predicate == "supplied" and "what" in made.roles and made.subjects != [UNKNOWN]:
        return True
    if made.predicate == "paid" and "through" in made.roles:
        return True
    if made.predicate == "accused" and made.objects and "of" in made.roles and negated(made.clause):
        return True  # "none of our members has been accused of fraud"
    if made.predicate in {"listed", "delisted"} and made.objects and made.objects[0] != "n.unknown":
        return True
    if made.predicate == "refused" and any(_ASKED.intersection(o[2:].split("-")) for o in made.objects if o[1] == "."):
        return True
    if made.predicate == "refused" and made.objects and made.clause.verb.passive and made.clause.particle == "down":
        return True  # "a loan was offered and turned down"
    if made.predicate == "signed" and made.objects and made.clause.verb.passive and made.subjects == [UNKNOWN]:
        return True  # "if an armistice is signed"
    if made.predicate == "lifted" and made.objects and made.clause.verb.passive:
        return True
    if made.predicate == "suspended" and made.objects == ["n.trading"] and made.clause.verb.passive:
        return True  # "trading in its shares has been suspended"
    terms = _TERMS if made.clause.verb.lemma == "reach" else _TERMS | _ASKED  # "the offer was accepted"
    agreed = made.predicate == "agreed" and made.clause.verb.passive
    if agreed and terms.intersection(*[o[2:].split("-") for o in made.objects]):
        return True  # "the price has not been agreed"
    counted_ones = any(u.tag == "#" for a, b in made.spans for u in made.clause.units[a:b])
    counted_ones = counted_ones or any(u.lower in {"schedule", "annex", "below"} for u in made.clause.units)
    if made.predicate == "sanctioned" and made.clause.verb.passive and made.objects and counted_ones:
        return True  # "200 more vessels would be sanctioned", "those named in Schedule 1 are sanctioned"
    if made.predicate in _DONE_TO and any(u.tag == "E" for a, b in made.spans for u in made.clause.units[a:b]):
        return True  # "the embargo on Eritrea was lifted"
    named = [*made.objects, *(i for v in made.roles.values() if isinstance(v, str | list) for i in as_list(v))]
    subject = any(kind_of(s) != "thing" and s != UNKNOWN for s in made.subjects)
    return subject or any(i[:2] in {"c.", "o.", "p."} and i != UNKNOWN for i in named)


def follows(clause: Clause, words: tuple[str, ...]) -> bool:
    """Whether the words that belong to a verb ("set up") stand after it."""
    after = clause.units[clause.verb.end + 1 : clause.verb.end + 2]
    if words == ("no",) and after and after[0].tag in {"N", "E", "#", "D"}:
        return False  # "says no such thing"
    apart = len(words) == 1 and bool(clause.after(words[0])) and (clause.verb.lemma, *words) != ("come", "in")
    return not words or clause.particle == " ".join(words) or apart  # not "came to power in May"


_BY_COUNCIL = re.compile(r"resolutions? \d{3,4}$")
"""How a resolution of the Security Council is cited, before its year in brackets."""


def decided_by(actors: Actors, units: Sequence[Any], span: Span) -> str | None:
    """Who did what a text did: the Security Council, by "resolution 2288 (2016)"; by a decree or majority, it is not
    said; None where the phrase is of no text."""
    a, b = span
    words = [u.lower for u in units[a:b]]
    decreed = CLOSED["decrees"].intersection(words) and "of" not in words  # not "by decree of the President"
    cited = _BY_COUNCIL.search(" ".join(words)) and units[b : b + 1] and units[b].tag == "("
    cited = cited and words[0] in {"resolution", "resolutions", "paragraph", "paragraphs", "its", "the"}
    if not (decreed or cited or head_word(units, span) in CLOSED["ballots"]):
        return None
    return actors.body("United Nations Security Council") if cited else UNKNOWN


def whose_own(clause: Clause, inside: str) -> list[Span]:
    """Whose "its" is beside the verb: of who does what it says, or, after a preposition, of whom it is done to:
    "congratulated Chad on its accession"."""
    passive, done_to = clause.verb.passive, clause.verb.lemma in CLOSED["punishing"] and inside in {"on", "for", "over"}
    if done_to and (clause.subjects if passive else clause.objects):
        return clause.subjects if passive else clause.objects
    return clause.after("by") if passive else clause.subjects


def told_so(clause: Clause) -> bool:
    """Whether somebody is told what a clause says: "warned X that it could be listed"."""
    above = clause.governor if clause.link == "that" else None
    return above is not None and above.verb.lemma in _ADDRESSING and bool(above.objects)


_ADDRESSING = frozenset(["warn", "tell", "inform", "notify", "assure", "caution", "remind", "advise"])


def main_subjects(parsed: Parsed, actors: Actors) -> frozenset[str]:
    """Whom the main clauses of a sentence are about: what "It" at the head of the next one stands for."""
    main = [c for c in parsed.clauses if c.verb.kind == "finite" and c.governor is None and not c.relative]
    spans = [c.subjects[0] for c in main if c.subjects and not c.condition and not c.inserted]
    spans = [(a, b) for a, b in spans if not a or parsed.units[a - 1].tag != "S"]  # not of "when the Union is ready"
    return frozenset(actors.of(parsed.units, span, actors.recent) for span in spans[:2])
