"""Claims of membership: a list per reading, its countries one by one, what is counted, who is in only in part."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from countervail.evidence.claims.actors import (
    CLUBS,
    GROUPING,
    GROUPS,
    ORGANS,
    Named,
    adjective_codes,
    headed,
    kind_of,
    world_bodies,
)
from countervail.evidence.claims.clause import Clause, Span
from countervail.evidence.claims.context import Context
from countervail.evidence.claims.list_clauses import COUNT, number, of_some, polarity_of_count
from countervail.evidence.claims.lists import CountryList, country_lists, holder, teller
from countervail.evidence.claims.modality import CREATING, modality_of, sentence_modality, stronger
from countervail.evidence.claims.owners import its_club
from countervail.evidence.claims.phrases import head_word
from countervail.evidence.claims.references import STATE_OF_BODY, Filled
from countervail.evidence.claims.registers import one_a_line
from countervail.evidence.claims.shapes import whose
from countervail.evidence.claims.speech import Parsed
from countervail.evidence.claims.times import as_time
from countervail.evidence.model import Claim, Document
from countervail.evidence.text.tokens import data_sections

_WORDS = data_sections("english/memberships.txt")
PREDICATE = {
    "members": "listed_in",
    "founders": "founding_body_of",
    "observers": "observer_of",
    "partners": "partner_of",
    "associates": "listed_in",
    "candidates": "applied_to",
    "guests": "be_invited",
    "sanctioned": "under_sanctions",
}
"""Kind of list -> what it claims of each country in it."""
_ROLES = {
    "member": "listed_in",
    "signatory": "signed",
    "observer": "observer_of",
    "founder": "founded",
    "co-founder": "founded",
    "associate": "listed_in",
    "partner": "partner_of",
    "shareholder": "listed_in",
    "participant": "listed_in",
    "candidate": "applied_to",
}
_MEMBER = {**_ROLES, **{f"{w}s": p for w, p in _ROLES.items()}, "signatories": "signed", "membership": "listed_in"}
_LABEL = {
    "letter": "Letter",
    "annex": "Annex",
    "ambassadors": "Ambassadors at the founding sessions",
    "interview": "Interview",
    "article": "Press report",
}
_COUNTED = re.compile(
    r"ambassador|member|club|union|founding|join|bloc|alliance|coalition|league|group|signator|compact|pact|circle|accord"
    r"|\bsign\w* (?:by|(?:the|its) (?:\w+ )?(?:charter|statute))\b|\b(?:grow|expand|enlarged?|widen|count)"
    r" (?:to )?\w|\bcomprise \w",
    re.IGNORECASE,
)


def reading_id(shared: Context, item: CountryList) -> str:
    """The kind of witness a list is: letter, annex, ambassadors, interview or article."""
    document = item.sentence.document
    n = shared.index(item.sentence)
    if document.kind == "article":
        at = shared.clause_at(item.start)
        spoken = at is not None and bool(shared.speakers(*at))
        return "interview" if spoken and n not in shared.cited else "article"
    if item.kind == "founders" and not item.claimed:
        return "ambassadors"
    return "annex" if document.kind == "annex" else "letter"


def _time(shared: Context, item: CountryList, document: Document) -> dict[str, Any] | None:
    """The date in the list's own clause, else of its letter."""
    at = shared.clause_at(item.start)
    dated = [
        m
        for m, a, _ in shared.reading.within(item.sentence.start, item.sentence.end, "date")
        if m.value and (at is None or (shared.clause_at(a) or at)[1] is at[1])
    ]
    if item.kind == "founders" and dated:
        return as_time(dated[0], basis="stated")
    if document.date and document.date.get("edtf"):
        return {k: document.date[k] for k in ("edtf", "raw", "calendar", "basis") if k in document.date}
    return None


def claims(shared: Context) -> Iterator[Claim]:
    """One claim a list, one a country in it, one a count."""
    used: dict[str, int] = {}
    counted: set[tuple[int, int] | None] = set()
    bodies: set[str] = set()
    for item in [*one_a_line(shared), *country_lists(shared)]:
        kind = reading_id(shared, item)
        used[kind] = used.get(kind, 0) + 1
        name = kind if used[kind] == 1 else f"{kind}-{used[kind]}"
        counted.add(item.count_span)
        body = its_club(shared, item.sentence) or item.body or shared.grouping(item.sentence)
        bodies.add(body)
        common: dict[str, Any] = {"reading": name, "time": _time(shared, item, item.sentence.document)}
        if item.nominal:  # "none of the members, including A and B, has left": they are members
            common["polarity"], common["modality"] = "affirmed", _of_the_body(shared, item)
        elif shared.clause_at(item.start) is None and shared.reading.folded.text[item.end : item.end + 1] == ",":
            common["modality"] = sentence_modality(shared.reading.folded.text[item.sentence.start : item.end])
        if (said := teller(shared, item)) is not None:
            common["speaker"], common["attribution"] = said
        if item.kind != "sanctioned" or not _imposed(shared, item):
            yield from _list_claims(shared, item, body, kind, common)
        if not item.claimed:
            yield from _country_claims(shared, item, body, common)
    yield from _open_counts(shared, counted, bodies)


def _imposed(shared: Context, item: CountryList) -> bool:
    """Whether it is said who put the states of a list under sanctions, so that they are no list of a body."""
    named = shared.reading.within(item.sentence.start, item.start)
    return any(m.type == "organisation" or (m.type == "country" and m.value not in item.named) for m, _, _ in named)


def _of_the_body(shared: Context, item: CountryList) -> str:
    """How sure it is that there is the body whose members are named: "a proposal for activating the club"."""
    at = shared.clause_at(item.start)
    made = [c for c in at[0].clauses if c.verb.lemma in CREATING and c.verb.kind != "finite"] if at else []
    return stronger("asserted", *(modality_of(c, at[0].clauses) for c in made)) if at else "asserted"


def _list_claims(shared: Context, item: CountryList, body: str, kind: str, common: dict[str, Any]) -> Iterator[Claim]:
    """The list itself, and what it counts."""
    value = {
        "countries": list(item.named),
        "kind": item.kind,
        "label": _LABEL[kind],
        "exemplary": item.exemplary,
        "open_ended": item.open_ended,
        "stated_count": item.stated_count,
        "partial": {k: v[0] for k, v in item.partial.items()},
        "ambiguous": {k: list(v) for k, v in item.ambiguous.items()},
    }
    if item.unknown:
        value["unknown"] = list(item.unknown)
    span = [(item.start, item.end)]
    yield shared.claim(body, "membership_list", span, item.sentence, value=value, extractor="rules/list@2", **common)
    if item.stated_count is None or item.count_span is None:
        return
    yield shared.claim(
        body,
        "founding_countries" if item.kind == "founders" else "country_count",
        [(min(item.count_span[0], item.start), item.end)],
        item.sentence,
        value={
            "number": item.stated_count,
            "unit": "countries",
            "enumerated": list(item.named) + sorted(item.ambiguous),
        },
        extractor="rules/count@2",
        **common,
    )


def _country_claims(shared: Context, item: CountryList, body: str, common: dict[str, Any]) -> Iterator[Claim]:
    """One claim a country of the list."""
    for mention, a, b in item.mentions:
        codes = [mention.value] if mention.value else mention.detail.get("candidates", [])
        if not codes:  # a state that is no more
            continue
        qualifier: dict[str, Any] = {}
        place = (a, b)
        if mention.value in item.partial:
            extent, start, end = item.partial[mention.value]
            qualifier["extent"], place = extent, (start, end)
        if not mention.value:
            qualifier["candidates"] = codes
        if item.exemplary:
            qualifier["example"] = True
        if item.kind == "associates":
            qualifier["as"] = "associate"
        yield shared.claim(
            "c." + "|".join(codes),
            PREDICATE[item.kind],
            [place],
            item.sentence,
            object=body if item.kind != "sanctioned" else "sanctions",
            qualifier=qualifier or None,
            extractor="rules/list@2",
            **common,
        )


_PRESUMED = re.compile(r"\b(?:its|their) $")
_BELONG = re.compile(r" (?:belong|belonged|take part|participate)\b")
"""Round a count that is so whatever the clause hopes or denies: "aims to pay in kind among its 23 members"."""

_NOUNS_ALONE = frozenset(f"o.{word}" for word in ("group", "bloc", "grouping", "body", "club"))
"""What "the group" is where nothing says which one."""


def _open_counts(shared: Context, counted: set[tuple[int, int] | None], bodies: set[str]) -> Iterator[Claim]:
    """Counts of countries that no list follows ("ambassadors from the six countries"); "the group" is the one of whose
    members there is a list."""
    only = next(iter(bodies)) if len(bodies) == 1 else None
    for sentence in shared.sentences:
        found = list(COUNT.finditer(shared.reading.folded.text, sentence.start, sentence.end))
        for match in found if found and _COUNTED.search(sentence.text) else ():
            if match.span() in counted or number(match.group("n")) < 3 or of_some(shared, match.start()):
                continue
            if (polarity := polarity_of_count(shared, match.start())) is None:
                continue
            text, (start, end) = shared.reading.folded.text, match.span()
            given = _PRESUMED.search(text, start - 7, start) or _BELONG.match(text, end)
            body = holder(shared, start) or shared.grouping(sentence)
            yield shared.claim(
                only if only and body in _NOUNS_ALONE else body,
                "country_count",
                [(start, end)],
                sentence,
                value={"number": number(match.group("n")), "unit": "countries"},
                polarity=polarity,
                **({"modality": "asserted"} if given else {}),
                extractor="rules/count@2",
            )


STATUSES = frozenset({"member", "membership", "observer", "partner", "associate", "candidate"})


NO_LONGER = frozenset(_WORDS["not now"])


def role_of(
    units: Sequence[Any], span: tuple[int, int], status: bool = False
) -> tuple[str, tuple[int, int] | None] | None:
    """Predicate and body of "a founding member of the league", "its seventh member State"; no body where none is named.
    `status` says that the word stands before "status"."""
    for k in range(*span):
        word = units[k].lower
        following = units[k + 1].lower if k + 1 < span[1] else ""
        if word not in _MEMBER or (word == "associate" and following in _MEMBER):
            continue
        end = k + 1
        after = {"state", "countrie", "country"} | ({"member"} if word in {"partner", "observer"} else set())
        if word in {"member", "partner", "observer"} and following.rstrip("s") in after:
            end += 1
        qualified = {u.lower for u in units[span[0] : k]}
        if qualified & NO_LONGER:
            return None
        owner = next((m for m in range(span[0] + 1, k - 1) if units[m].tag == "G"), None)
        if owner is not None and end == span[1]:  # "the Fund's other members", "two of the Fund's members"
            return _MEMBER[word], _without_number(units, span[0], owner)
        if end + 1 < span[1] and units[end].lower == "of":
            return _MEMBER[word], (end + 1, span[1])
        named = k > span[0] and units[k - 1].tag in {"E", "N"} and units[k - 1].text[0].isupper()
        if (
            named and not adjective_codes(units[k - 1].text) and units[k - 1].lower not in _KINDS_OF
        ):  # "one Latvian member"
            return _MEMBER[word], (k - 1, k)
        if k > span[0] + 1 and units[k - 1].tag == "G":
            return _MEMBER[word], _without_number(units, span[0], k - 1)
        if end == span[1] and k > span[0] and units[k - 1].tag == "N" and units[k - 1].lower in GROUPING:
            return _MEMBER[word], (k - 1, k)
        if end != span[1]:
            return None
        if (
            word.startswith("partner")
            and not (status or (end > k + 1 and all(units[j].tag != "N" for j in range(span[0], k))))
            and not qualified & {"dialogue", "associate", "associated", "sectoral", "its"}
        ):
            return None
        return (_MEMBER[word], None) if not word.startswith(("shareholder", "candidate")) else None
    return None


_KINDS_OF = frozenset(["full", "founding", "new", "current", "other", "associate", "first", "last", "present"])


_NONE = frozenset(_WORDS["no member"])


def put_out(units: Sequence[Any], k: int) -> bool:
    """Whether brackets at unit k say that who stands before them is no member: "Peru (observer)"."""
    if k >= len(units) or units[k].tag != "(":
        return False
    end = next((i for i in range(k, len(units)) if units[i].tag == ")"), k)
    return not _NONE.isdisjoint(u.lower for u in units[k:end])


def _without_number(units: Sequence[Any], a: int, b: int) -> tuple[int, int]:
    """The owner in "two of the Fund's members"."""
    return next((k + 1 for k in range(a + 1, b) if units[k].lower == "of" and units[k - 1].tag in {"#", "D"}), a), b


# -- which body is meant ----------------------------------------------------------------------------------------------


def whole_of(actors: Named, body: str) -> str:
    """The body that an organ is of by its name: "the OCC Council"; else the body itself."""
    whose, _, organ = body.rpartition("-")
    return actors.body(whose[2:]) if organ in ORGANS or organ == "council" else body


def last_club(actors: Named, clubs: Sequence[str], place: int) -> str | None:
    """Of bodies spoken of as having members, and of those whose names say so, the one named last before a place:
    for an organ what it is of, and none that a text about another only touched on paragraphs ago."""
    often = Counter(i for _, i, _ in actors.bodies)
    own = max([*clubs, *([actors.topic] if actors.topic else [])], key=lambda i: often[i], default="")
    text, wide = actors.reading.folded.text, ""
    for at, name, _ in reversed(actors.bodies):
        body = whole_of(actors, name)
        grouping = body in {*GROUPS, *clubs}
        aside = 2 * often[body] <= often[own] and "\n" in text[at:place]
        if at >= place or aside or not (grouping or headed(body) in CLUBS):
            continue
        if (grouping or body not in world_bodies()) and body[2:].split("-", 1)[0] not in ORGANS:
            return body
        wide = wide or body
    last = next((c for c in reversed(clubs) if c[2:].split("-", 1)[0] not in ORGANS), None)
    if last is not None and "-" not in last:  # "the bank": the one that was named
        last = next((i for at, i, _ in reversed(actors.bodies) if at < place and headed(i) == last[2:]), last)
    before = actors.topic if any(i == actors.topic and at < place for at, i, _ in actors.bodies) else None
    return last or before or (wide if wide and often[wide] > 1 else None)


# -- what is over ------------------------------------------------------------------------------------------------------

_LAPSING = frozenset(["lapse", "expire", "end", "cease", "run", "come"])
"""Verbs by which a membership is over, whose subject it is."""


def lapsed(reader: Any, parsed: Parsed, clause: Clause) -> Filled | None:
    """ "The membership of Chad lapsed", "its participation in the pact has ended": it has left."""
    units, spans = parsed.units, clause.subjects
    if clause.verb.lemma not in _LAPSING or clause.verb.passive or len(spans) != 1:
        return None
    if head_word(units, spans[0]) not in STATE_OF_BODY:
        return None
    if clause.verb.lemma == "come" and all(head_word(units, s) not in {"end", "close"} for s in clause.after("to")):
        return None  # not "came into question"
    own = units[spans[0][0]].lower in {"its", "their"}
    owners = reader.ids(parsed, clause, [(spans[0][0], spans[0][0] + 1)] if own else whose(units, list(spans)))
    if not owners or any(kind_of(i) not in {"state", "body"} for i in owners):
        return None
    bodies = reader.ids(parsed, clause, [s for s in clause.after("of", "in") if reader.is_body(units, s)][:1], True)
    named = reader.topic(parsed, clause, True) if not bodies else None
    return Filled(clause, "left", owners, bodies or ([named] if named else []), {}, None, [*spans])


def said_before(parsed: Parsed, clause: Clause) -> list[Span]:
    """What others are that somebody is not: "Three are still members; Oman is not"."""
    ends = parsed.units[clause.verb.end : clause.verb.end + 1]
    copulas = [c for c in parsed.earlier(clause) if c.verb.lemma in {"be", "remain"} and c.objects]
    of_them = copulas and role_of(parsed.units, copulas[-1].objects[0]) is not None
    return copulas[-1].objects if of_them and ends and ends[0].tag in {".", ",", ";"} else []


def out_of(reader: Any, parsed: Parsed, clause: Clause) -> Filled | None:
    """ "Oman is out", "has been out of the pact since 2010": it has left."""
    units, spans = parsed.units, clause.after("of")[:1]
    after = units[clause.verb.end + 1].tag if clause.verb.end + 1 < len(units) else "."
    states = reader.ids(parsed, clause, clause.subjects)
    if any(kind_of(i) != "state" for i in states) or not (spans or after in {".", ",", ";", "S", "C"}):
        return None
    named = reader.ids(parsed, clause, spans, True) if spans else [reader.topic(parsed, clause, True) or ""]
    clubs = [i for i in named if reader.actors.is_club(i)]
    return Filled(clause, "left", states, clubs, {}, None, [*clause.subjects, *spans]) if clubs else None
