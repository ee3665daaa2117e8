"""What the clause round a list of states says that it is of: "A and B joined X", "The members of X are A and B", "X
comprises A and B"; and what makes it none: those listed have left, are against it, were members once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from countervail.evidence.claims.actors import BODIES, CLUBS, GROUPING, GROUPS, NOUNS, headed, world_bodies
from countervail.evidence.claims.bodies import Actors
from countervail.evidence.claims.clause import Clause
from countervail.evidence.claims.context import Context
from countervail.evidence.claims.introductions import ACTORS, body_at, named, shown, states_of
from countervail.evidence.claims.modality import modality_of, negated
from countervail.evidence.claims.owners import against, phrase_head
from countervail.evidence.claims.phrases import head_word, phrase_from
from countervail.evidence.claims.quantities import to_number
from countervail.evidence.claims.speech import Parsed
from countervail.evidence.model import slug
from countervail.evidence.text.documents import Sentence
from countervail.evidence.text.tokens import Sought, data_sections

_WORDS = data_sections("english/memberships.txt")
_PERSIAN = {"یک": 1, "دو": 2, "سه": 3, "چهار": 4, "پنج": 5, "شش": 6, "هفت": 7, "هشت": 8, "نه": 9, "ده": 10}
_NUMBERS = [
    w for k in ("small", "tens") for row in data_sections("english/numbers.txt", lines=True)[k] for w in row.split()
]
_NUMBERS += ["a dozen", "dozen", *_PERSIAN]
COUNT = Sought(
    "countr|state|nation|gov|member|capital|signator|part|founder|power",
    rf"\b(?P<n>\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})(?: (?:(?:other|founding|full|new|initial"
    r"|member|sanctioned|friendly|independent|participating|allied|of the|neighbouring|different) ){0,2}"
    r"(?=countries|states|nations|governments|members|capitals|signatories|parties|founders|کشور|دولت|عضو)"
    rf"|-(?=(?:nation|state|country|member|power) (?:(?!of |in |for |to )[\w'-]+ ){{0,3}}?"
    rf"(?:{'|'.join(_WORDS['clubs'])})\b))"
    r"(?P<u>[^\W\d_]+)\b",
    re.IGNORECASE,
)
_MEMBER_VERBS = frozenset({"include", "comprise", "consist", "unite", "group", "bring", "encompass", "make", "compose"})
_BLAMING = frozenset({"accuse", "sanction", "blame", "condemn", "charge", "warn", "urge"})
_JOINING = frozenset({"join", "accede", "enter"})
NAMING = frozenset(data_sections("english/grammar.txt")["naming"])
UNKNOWN_NAME = r"(?:the )?[A-Z][\w'-]{1,30}(?: (?:of |and )?[A-Z][\w'-]{1,30}){0,2}"
_UNKNOWN = re.compile(rf"^[,;]? ?(?:and )?({UNKNOWN_NAME}(?:, {UNKNOWN_NAME}){{0,6}})(?:,? and|[,;]) (?:the )?")
_REST = re.compile(r"the (?:other|remaining|rest|others)(?: (?:two|three|four|five|six|seven|eight|nine|ten|\d+))?")
"""Those in a body who are named after others: "The other seven are"."""
_IN_BODY = re.compile(
    r"\b(?:members?|found(?:ed|ers?)|join(?:ed|s)?|acced(?:ed|es?)|signator(?:y|ies)|belongs?|unites?)\b"
)
_PARTED = re.compile(
    r"\b(?:membership (?:lapsed|ended|expired|ran out)|(?:gave|handed|returned) (?:up|back|in)? ?its seat)\b|\b(?:left"
    r"|quit|withdr[ae]wn?|walked out|exit(?:ed)?|seceded|expelled|suspended|pulled out|departure)\b[^.;]{0,60}"
    r"\b(?:[A-Z]\w+|union|bloc|alliance|club|league|pact|compact|group|arrangement|system)\b"
)
"""What says that somebody is in a body no more."""
PARTING, _AGAINST = frozenset(_WORDS["parting"]), frozenset(_WORDS["opposing"])


def number(word: str) -> int:
    """A small number in digits or words, English or Persian."""
    return int(_PERSIAN.get(word) or to_number(word) or 0)


_COUNTED = frozenset(["members", "states", "countries", "nations", "signatories", "governments"])
COUNTING = frozenset(["be", "have", "count", "number", "comprise", "include", "unite", "group", "consist", "total"])
_OWNED = re.compile(r"\b(?:its|the|these|those|of|all|our|their) $", re.IGNORECASE)


def polarity_of_count(shared: Context, start: int) -> str | None:
    """The polarity of a count: negated by a verb of counting alone ("does not have ten members"); "a forum of ten
    states was not asked" is of ten. None where the verb is of those counted: "ten states did not sign"."""
    at = shared.clause_at(start)
    if at is None or not negated(at[1]):
        return "affirmed"
    if at[0].units[at[1].verb.start].start < start and at[1].verb.lemma in COUNTING:
        return "negated"
    return "affirmed" if _OWNED.search(shared.reading.folded.text[max(0, start - 16) : start]) else None


def by_clause(shared: Context, parsed: Parsed, start: int) -> tuple[str | None, bool, str | None] | None:
    """What the verb says that the list is the subject or object of; None where it stands elsewhere."""
    units = parsed.units
    place = next((i for i, u in enumerate(units) if u.start >= start), None)
    if place is None:
        return None
    for clause in parsed.clauses:
        for role, spans in (("subject", clause.subjects), ("object", clause.objects), *clause.phrases):
            if not any(a <= place < b for a, b in spans):
                continue
            if role == "subject" and clause.relative and units[place].start > units[clause.verb.start].start:
                continue
            found = _said(shared, parsed, clause, role)
            at = shared.clause_at(start)
            if found is None or not found[1] or (at is not None and at[1] is clause):
                return found
            sure = not negated(clause) and modality_of(clause, parsed.clauses) == "asserted"
            return found if sure else (None, False, None)  # "A and B, which are no members, met"
    return None


def _said(shared: Context, parsed: Parsed, clause: Clause, role: str) -> tuple[str | None, bool, str | None] | None:
    lemma = clause.verb.lemma
    if lemma in {"invite", "ask", "apply", "inform", "consult", "attend", "meet"} and role in {"subject", "object"}:
        return None, False, None
    if lemma in {"be", "become", "remain"}:
        return _is_of(shared, parsed, clause, role)
    if lemma in _JOINING and role == "subject":
        return _joined(shared, parsed, clause)
    if role in {"object", "of", "together", "up"} and lemma in _MEMBER_VERBS:
        return _holds(shared, parsed, clause)
    if lemma == "leave" and role == "object" and (left := _left_over(shared, parsed, clause)):
        return left
    if role == "subject" and lemma in {"make", "constitute"} and (clause.after("up") or lemma == "constitute"):
        return _joined(shared, parsed, clause)[0], False, _joined(shared, parsed, clause)[2]
    rest = " ".join(u.lower for u in parsed.units[clause.verb.end : max(clause.end, clause.verb.end)])
    if role == "object" and lemma in COUNTING and _AS_MEMBERS.search(rest):
        return _holds(shared, parsed, clause)
    if role == "subject":
        return None, False, None
    if role in {"object", "on", "against"} and lemma in _BLAMING:
        return None, False, None
    if role == "by":
        return None, False, None
    return None


_INSERTED = re.compile(r", (?:an?|the|which|once|set|founded|formed|created|based) [^;:]{3,160},? ?$")
_AS_MEMBERS = re.compile(r"\bas (?:(?:its|their|the|only|sole|full|founding|current) ){0,3}(?:member|signator|founder)")


def _is_of(shared: Context, parsed: Parsed, clause: Clause, role: str) -> tuple[str | None, bool, str | None] | None:
    """What "A and B are members of X" and "The members of X are A and B" say."""
    units = parsed.units
    if role != "subject":
        words = " ".join(u.lower for s in clause.subjects for u in units[s[0] : s[1]])
        if units[0].lower == "among":
            return None, False, None
        if words == "they" and _counted_before(shared, parsed):
            return "members", False, None
        told = _REST.fullmatch(words) and not clause.verb.negated
        if told and any(_IN_BODY.search(t) for t in _texts_before(shared, parsed)):
            return "members", False, None
        if clause.verb.negated or over(parsed, clause, written_on(parsed)):
            return None, False, None
        if not clause.subjects:
            return None
        first = clause.subjects[0][0]
        opens = units[0].tag in {"D", "N"} and units[first].tag == "D" and role == "object"
        opens = opens and units[first].lower != "whose"
        if first > 1 and opens and units[first - 1].tag in ",P" and not any(u.tag in {"V", "A"} for u in units[:first]):
            first = 0
        start, end = units[first].start, units[max(1, clause.verb.start) - 1].end
        phrase = _INSERTED.sub("", shown(shared, start, end))  # "the members of X, a small body, are"
        intro = named(shared, start, phrase) if start < end else None
        if intro is None or intro.by == "body":
            return None
        owner = units[first - 2] if units[first].lower == "whose" and first > 1 else None  # "the Pact, whose members"
        body = shared.actors.mention(owner) if owner is not None and owner.tag == "E" else None
        return intro.kind, intro.by == "members", intro.body or body
    a, b = clause.objects[0] if clause.objects else (0, 0)
    if units[b : b + 1] and units[b].lower in {"of", "in", "to", "within"}:
        b = phrase_from(units, b + 1, len(units))
    if a == b:
        return None, False, None
    start = units[a].start
    intro = named(shared, start, shown(shared, start, units[b - 1].end))
    if (
        intro is None
        or intro.by != "members"
        or hostile(units, b)
        or "|".join(u.lower for u in units[a:b]).startswith("no|")
    ):
        return None, False, None
    if over(parsed, clause, written_on(parsed)):
        return None, False, None
    founding = "founding" in {u.lower for u in units[a:b]}
    return ("founders" if founding else intro.kind), True, intro.body


def _joined(shared: Context, parsed: Parsed, clause: Clause) -> tuple[str | None, bool, str | None]:
    """What "A and B joined X" says: of members where X is a body of states, and not a boycott or another state."""
    units = parsed.units
    spans = clause.objects or clause.after("to", "into", "up")
    if not spans:
        return (None if clause.after("in", "with") else "members"), True, None
    a, b = spans[0]
    if hostile(units, b):
        return None, False, None
    if b - a == 1 and units[a].tag == "O":
        return "members", True, None
    body = shared.actors.of(units, (a, b), shared.actors.recent)
    if not body.startswith("o.") or not states_of(body):
        head = phrase_head(units, a, b)
        body = body_at(shared, units[head].start, units[head].end) or ""
    known = "-" in body or body[2:] in CLUBS or body in GROUPS
    return ("members" if known else None), True, body or None


def _holds(shared: Context, parsed: Parsed, clause: Clause) -> tuple[str | None, bool, str | None]:
    """What "X comprises A and B", "its members include A and B" say."""
    units = parsed.units
    if clause.verb.negated or not clause.subjects or over(parsed, clause, written_on(parsed)):
        return None, False, None
    a, b = clause.subjects[0]
    if clause.relative and any(u.lower in NOUNS["persons"] - {*_WORDS["members"]} for u in units[a : min(a + 2, b)]):
        a = next((k + 1 for k in range(b - 1, a, -1) if units[k].lower == "of"), a)  # "chair of the pact, which unites"
    start, end = units[a].start, units[(b if clause.relative else max(b, clause.verb.start)) - 1].end
    intro = named(shared, start, shown(shared, start, end)) if start < end else None
    if intro is not None:
        return intro.kind, False, intro.body
    if ACTORS.search(shown(shared, start, end)) or hostile(units, b):
        return None, False, None
    alone = units[a].lower == "it" and b == a + 1
    found = _it(shared, parsed) if alone else shared.actors.of(units, (a, b), shared.actors.recent)
    return ("members", False, found) if found.startswith("o.") and states_of(found) else (None, False, None)


def _it(shared: Context, parsed: Parsed) -> str:
    """The body that "it" is at the beginning of a sentence: the first subject of the one before; "" for none."""
    n, here = shared.index(parsed.sentence), parsed.sentence.document
    last = shared.sentences[n - 1] if n and shared.sentences[n - 1].document is here else None
    before = next((p for p in shared.speech.parsed if p.sentence is last), None)
    clauses = before.clauses if before is not None else []
    main = next((c for c in clauses if c.governor is None and c.subjects and not c.relative), None)
    return shared.actors.of(main.units, main.subjects[0], []) if main is not None else ""


def _left_over(shared: Context, parsed: Parsed, clause: Clause) -> tuple[str | None, bool, str | None] | None:
    """ "That leaves A and B": those still in what somebody has left."""
    units, end = parsed.units, clause.objects[-1][1]
    start = clause.subjects[0][0] if clause.subjects else clause.verb.start
    pointing = clause.relative or units[start].lower in {"that", "this", "which"}
    if not pointing or (end < len(units) and units[end].tag not in {".", ",", ";", ")"}):
        return None
    told = " ".join([*_texts_before(shared, parsed)[-4:], parsed.sentence.text])
    return ("members", False, None) if _PARTED.search(told) else None


_ALONE = re.compile(
    r"\W*The (?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d+)(?: of them)?: ?(?:the )?"
)


def counted_alone(shared: Context, n: int, text_before: str) -> str | None:
    """The body of a list that nothing but a count stands before, where the sentence before names it: "The eight: A"."""
    sentence, before = shared.sentences[n], shared.sentences[n - 1]
    if before.document is not sentence.document or not (_ALONE.fullmatch(text_before) and _IN_BODY.search(before.text)):
        return None
    named = shared.reading.within(before.start, before.end, "organisation")
    return next((i for m, _, _ in reversed(named) if states_of(i := shared.actors.body(m.value or ""))), None)


def _texts_before(shared: Context, parsed: Parsed) -> list[str]:
    """The two sentences before, as far as they stand in the same document."""
    n = shared.index(parsed.sentence)
    return [s.text for s in shared.sentences[max(0, n - 2) : n] if s.document is parsed.sentence.document]


def _counted_before(shared: Context, parsed: Parsed) -> bool:
    """Whether the sentence before counts members: "has five members. They are A, B ..."."""
    n = shared.index(parsed.sentence)
    before = shared.sentences[n - 1] if n else None
    return before is not None and any(
        m.group("u").lower() in {"members", "signatories"} for m in COUNT.finditer(before.text)
    )


def verbs_of(at: tuple[Parsed, Clause] | None) -> frozenset[int]:
    """Where the verbs of a sentence begin, other than those of naming."""
    units = at[0].units if at is not None else []
    return frozenset(u.start for u in units if u.tag in {"V", "A"} and u.lower not in NAMING)


def taken_away(at: tuple[Parsed, Clause] | None, start: int) -> bool:
    """Whether a verb says that those listed are members no more: "lost two members, A and B", "two members, A and B,
    have left"."""
    if at is None:
        return False
    units = at[0].units
    for clause in at[0].clauses:
        if clause.verb.lemma not in PARTING or negated(clause) or modality_of(clause, at[0].clauses) != "asserted":
            continue
        verb = units[clause.verb.start].start
        tags = [u.tag for u in units[: clause.verb.start]]
        if tags.count("(") > tags.count(")"):
            continue  # "A, B (withdrew in 2020) and C"
        first = units[clause.subjects[0][0]].start if clause.subjects else start
        subject = first <= start < verb and not clause.relative
        if subject or (clause is at[1] and verb < start):
            return True
    return False


def opposing(at: tuple[Parsed, Clause] | None, start: int) -> bool:
    """Whether those named from a place on do something to a body: "a bloc including A and B imposed sanctions"."""
    return at is not None and any(
        c.verb.lemma in _AGAINST and not c.verb.passive and at[0].units[c.verb.start].start > start
        for c in at[0].clauses
    )


def hostile(units: Sequence[Any], b: int) -> bool:
    """Whether a body is said to be against something after unit b: "the coalition against X", "that sanctions X"."""
    return bool(against(units, b)) or (b < len(units) and units[b].lower in {"opposed", "hostile"})


_BEFORE_BRACKET = re.compile(
    rf"\b[Tt]he (?P<w>[A-Z][a-z]{{3,}}|{'|'.join(sorted(CLUBS))})(?: of (?:{'|'.join(_NUMBERS)}|\d+))?\W*$"
)


def bracketed(shared: Context, sentence: Sentence, start: int, end: int) -> str | None:
    """The grouping whose members stand in brackets after its name: "the Troika (Norway, X and Y)"."""
    text = shared.reading.folded.text
    opening = text.rfind("(", sentence.start, start)
    if opening < 0 or text[opening + 1 : start].strip() not in {"", "the"} or text[end : end + 1] != ")":
        return None
    named = shared.reading.within(max(sentence.start, opening - 80), opening, "organisation")
    if named and not text[named[-1][2] : opening].strip(' "'):
        identifier = shared.actors.body(named[-1][0].value or "")
    else:
        word = _BEFORE_BRACKET.search(text[max(sentence.start, opening - 40) : opening])
        if word is None or word.group("w").endswith("s"):
            return None
        identifier = f"o.{slug(word.group('w'))}"
    head = headed(identifier)
    return None if head in BODIES and head not in GROUPING else identifier


def unknown_names(shared: Context, start: int, end: int) -> tuple[str, ...]:
    """Names between two states of a list that are of no state known, as they are written; () where it is no list."""
    match = _UNKNOWN.fullmatch(shared.reading.folded.text[start:end])
    if match is None or shared.reading.within(start, end):
        return ()
    return tuple(re.sub("^the ", "", name) for name in match.group(1).split(", "))


_ONCE = frozenset({"once", "formerly", "previously"})
_AT_ONE_TIME = (
    *("at one time", "at one point", "in the past", "in its heyday", "at its peak", "at its height", "in its prime"),
    *("once", "formerly", "previously", "in former times", "in earlier times", "long ago"),
)


def written_on(parsed: Parsed) -> str | None:
    """The date of the document of a sentence."""
    return (parsed.sentence.document.date or {}).get("edtf")


def over(parsed: Parsed, clause: Clause, written: str | None) -> bool:
    """Whether a membership that a clause speaks of is over: "was a member until 2018", "from 2010 to 2018", "was once a
    member", "used to be"; `written` is the date of the document."""
    units, verb = parsed.units, clause.verb
    before = [u.lower for u in units[max(0, verb.start - 3) : verb.start + 1]]
    if verb.modal in {"will", "would", "may", "could", "might", "should", "must", "can", "shall"}:
        return False
    first = min([verb.start, *(s[0] for s in clause.subjects)])
    near = [u.lower for u in units[verb.start : verb.end + 2]]
    again = "once" in near[:-1] and near[near.index("once") + 1] in {"again", "more"}
    if (_ONCE & (verb.words | {*near}) and not again) or before[-2:] == ["used", "to"]:
        return verb.past or verb.kind in {"noun", "infinitive"}
    opening = " ".join(u.lower for u in units[max(0, first - 6) : first]).removesuffix(" ,")
    if verb.past and not verb.perfect and opening.endswith(_AT_ONE_TIME):
        return True
    stop = min(len(units), max(clause.end, verb.end, *(s[1] for s in clause.objects or [(0, 0)])) + 2)
    led = [k for k in (first - 1, first - 2) if k > 0 and verb.past and units[k].tag == "T"]  # "Until 2019 it included"
    for k in [*led, *range(verb.start, stop)]:
        if units[k].tag != "T":
            continue
        dated = units[k].mention
        value = str(dated.value or "") if dated is not None else ""
        last = value.rsplit("/", 1)[-1]
        ended = units[k - 1].lower in {"until", "till"} or ("/" in value and last[:1].isdigit())
        if ended and last[:4].isdigit() and (not written or last[: len(written)] < written[: len(last)]):
            return True
    return False


def counted(parsed: Parsed, clause: Clause, actors: Actors) -> list[str]:
    """The body that "has 54 members" or "counts twelve states"."""
    heads = {head_word(parsed.units, s) for s in clause.objects}
    if clause.verb.lemma == "be" and clause.subjects and clause.governor is None and not clause.relative:
        found = actors.of(parsed.units, clause.subjects[0], actors.recent)  # "IGAD is a separate matter"
        named = parsed.units[clause.subjects[0][0]].tag == "E" and found in world_bodies() and actors.admits(found)
        return [found] if named else []
    if len(clause.subjects) != 1 or not heads & _COUNTED:
        return []
    found = actors.of(parsed.units, clause.subjects[0], actors.recent)
    return [found] if found.startswith("o.") else []


def of_some(shared: Context, start: int) -> bool:
    """Whether those counted do or suffer something that not all members do: "three members left"."""
    at = shared.clause_at(start)
    return at is not None and at[1].verb.lemma in _OF_SOME


_OF_SOME = frozenset([*_WORDS["parting"], *_WORDS["opposing"], *_WORDS["of some"]])
