"""Claims of letters and notices: header fields, who signs, is written to and gets copies, with their posts."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any

from countervail.evidence.claims.context import Context, person
from countervail.evidence.claims.times import as_time
from countervail.evidence.claims.units import CLOSED, Unit
from countervail.evidence.letters import Names, post_of
from countervail.evidence.model import Claim, Document
from countervail.evidence.names.name_words import MORE_POSTS, OWNERS, POST_WORDS
from countervail.evidence.text.tokens import Mention, data_sections, lexicon

_SIGNED = re.compile(r"(?:^|\n)[ \t]*(?:\((?:[Ss]igned|sgd|SIGNED)\)|(?:Issued|Signed) by|/s/|Signed:)[ \t]*")
_CABLE = re.compile(
    r"(?m)^[ \t]*(?:FM [A-Z]|E\.O\. \d|TAGS:|SUBJECT:|From: [A-Z])"
    r"|\bEND (?:SUMMARY|COMMENT)\b|End (?:summary|comment)\."
)
"""What only a cable has."""
_CABLE_SIGNED = re.compile(r"\n[ \t]*(?P<n>[A-ZÀ-Þ][A-ZÀ-Þ'-]{2,}(?: [A-ZÀ-Þ][A-ZÀ-Þ'-]+){0,2})\s*\Z")
"""The last line of a cable: the name of the head of the mission."""
_CABLE_TO = re.compile(r"(?m)^[ \t]*(?:TO |To: ?|(?=[A-Z]{4,12} FOR [A-Z]{1,5}\b))(?P<o>[A-Z][^\n]{3,90}?)[ \t]*$")
"""To whom a cable goes: "TO SECSTATE WASHDC", "DEPARTMENT FOR AF/E"."""
_OFFICE_SIGNS = re.compile(
    r"(?:^|\n)[ \t]*(?:The |For )?(?P<p>(?:Deputy |Vice-|Prime |First |Federal )?(?:President|Chancellor|Minister"
    r"|Secretary|Chair\w*|Governor|Registrar|Director|Commissioner)(?: [A-Z]\w+| of| for| and| the){0,6}): (?=[A-Z])"
)
_TO_OFFICE = re.compile(
    r"(?:(?:^|\n)[ \t]*(?:Letter|Identical letters|Note verbale)[^\n]{0,260}? addressed to|"
    r"\bpresents? (?:its|their|his|her) compliments to) (?:the )?"
    r"(?P<o>[A-Z][^\n.;,]{4,90}?)(?= (?:and|by|concerning|transmitting) |[\n.;,]|$)"
)


def dated(document: Document) -> dict[str, Any] | None:
    """The date of a document as the time of a claim."""
    if document.date and document.date.get("edtf"):
        return {k: document.date[k] for k in ("edtf", "raw", "calendar", "basis")}
    return None


def ended(units: Sequence[Any], k: int, written: str | None) -> bool:
    """Whether the time behind a post at unit k is over: "chairman until 2018", "(chair, 2012-2016)"; `written` is when
    the document was written."""
    k += k < len(units) and units[k].tag in {",", "("}
    until = k < len(units) and units[k].lower in {"until", "till"}
    k += until or (k < len(units) and units[k].lower == "from")
    mention = units[k].mention if k < len(units) and units[k].tag == "T" else None
    value = str(mention.value or "") if mention is not None else ""
    last = value.rsplit("/", 1)[-1]
    whole = (until or "/" in value) and last[:4].isdigit()
    return whole and (not written or last[: len(written)] < written[: len(last)])


UNTIL_NOW = (["at", "present"], ["until", "recently"])
"""What stands before a post that somebody has or had."""


def until(units: Sequence[Any], k: int) -> bool:
    """Whether a time before unit k is the end of what is told after it."""
    ends = 1 < k < len(units) and (units[k - 1].tag == "T" or units[k - 1].lower == "recently")
    return ends and units[k - 2].lower in {"until", "till"}


def _people_of_letters(shared: Context) -> Iterator[Claim]:
    for document in shared.reading.documents:
        entries = [("addressed_to", e) for e in document.addressees] + [("copied_to", e) for e in document.copies]
        if document.signatory:
            entries.append(("signed_by", document.signatory))
        time = dated(document)
        common: dict[str, Any] = {
            "document": document.id,
            "attribution": (document.source, document.id),
            "time": time,
            "extractor": "rules/letter@1",
        }
        for predicate, entry in entries:
            where = shared.raw_place(entry["start"], entry["end"], document)
            place = document.place_of(entry["start"])
            name = person(shared.reading.full_name(entry["name"]) if entry["name"] else None)
            yield Claim(
                document.id,
                predicate,
                (where,),
                object=name,
                place=place,
                qualifier={k: entry[k] for k in ("post", "organisation") if entry.get(k)} or None,
                **common,
            )
            if entry["name"] and entry.get("post"):
                yield Claim(
                    name,
                    "holds_post",
                    (where,),
                    value={"post": entry["post"], "organisation": entry.get("organisation")},
                    place=place,
                    **common,
                )


def _signature(
    shared: Context, document: Document, person_at: tuple[int, int, Mention]
) -> tuple[str, str, dict[str, Any]]:
    """Who signs a document, where that is written, and what the claims of it have in common."""
    first, last, mention = person_at
    return (
        person(shared.reading.full_name(mention.value or "")),
        shared.place(first, last, document),
        {
            "document": document.id,
            "attribution": (document.source, document.id),
            "time": dated(document),
            "extractor": "rules/letter@1",
            "place": document.place_of(shared.reading.folded.offsets[first]),
        },
    )


def _signed_lines(shared: Context) -> Iterator[Claim]:
    """Who signs below a text ("(Signed) X", "Issued by X, Secretary"), with the post beside or below the name."""
    text = shared.reading.folded.text
    names = Names([(m, a, b) for m, (a, b) in zip(shared.reading.mentions, shared.reading.spans, strict=True)])
    for match in _SIGNED.finditer(text):
        end = text.find("\n", match.end())
        end = end if end >= 0 else len(text)
        person_at = names.person(match.end(), end)
        if person_at is None or person_at[0] - match.end() > 24:
            continue
        document = shared.reading.document_at(shared.reading.folded.offsets[person_at[0]])
        signatory = document.signatory or {}
        if signatory.get("name") == person_at[2].value and signatory.get("post"):
            continue
        who, where, common = _signature(shared, document, person_at)
        yield Claim(document.id, "signed_by", (where,), object=who, **common)
        post, body = post_of(text, person_at[1], end, names)
        rest, lines = end, 0
        while post is None and lines < 4 and (below := text[rest + 1 : rest + 120].split("\n", 1)[0]).strip():
            lines += 1
            if len(below) > 100 or names.person(rest + 1, rest + 1 + len(below)):
                break
            post, body = post_of(text, rest + 1, rest + 1 + len(below), names)
            rest += 1 + len(below)
        if post:
            yield Claim(who, "holds_post", (where,), value={"post": post, "organisation": body}, **common)
    for match in _OFFICE_SIGNS.finditer(text):
        end = text.find("\n", match.end())
        end = end if end >= 0 else len(text)
        person_at = names.person(match.end(), end)
        if person_at is None or person_at[0] != match.end() or person_at[1] < end - 2:
            continue
        document = shared.reading.document_at(shared.reading.folded.offsets[person_at[0]])
        who, where, common = _signature(shared, document, person_at)
        yield Claim(document.id, "signed_by", (where,), object=who, **common)
        yield Claim(who, "holds_post", (where,), value={"post": match.group("p"), "organisation": None}, **common)


def _to_offices(shared: Context) -> Iterator[Claim]:
    """To what office or body a letter or note is addressed: "presents its compliments to the Embassy of X"."""
    addressed = set[str]()
    for match in _TO_OFFICE.finditer(shared.reading.folded.text):
        document = shared.reading.document_at(shared.reading.folded.offsets[match.start("o")])
        if document.addressees or document.id in addressed:
            continue
        addressed.add(document.id)
        named = [m for m, a, _ in shared.reading.within(*match.span("o"), "organisation") if a == match.start("o")]
        yield Claim(
            document.id,
            "addressed_to",
            (shared.place(*match.span("o"), document),),
            object=shared.actors.body(named[0].value or "") if named else "p.unnamed",
            qualifier=None if named else {"post": match.group("o")},
            document=document.id,
            attribution=(document.source, document.id),
            time=dated(document),
            extractor="rules/letter@1",
            place=document.place_of(shared.reading.folded.offsets[match.start("o")]),
        )


def _cables(shared: Context) -> Iterator[Claim]:
    """Who signs a cable, by a surname in capitals as its last line, and to which office it goes."""
    text = shared.reading.folded.text
    for document in shared.reading.documents:
        offsets = shared.reading.folded.offsets
        start = bisect_left(offsets, document.start)
        end = bisect_left(offsets, document.end)
        marks, signed = len(set(_CABLE.findall(text, start, end))), _CABLE_SIGNED.search(text, start, end)
        if marks + bool(signed) < 2:
            continue
        common: dict[str, Any] = {
            "document": document.id,
            "attribution": (document.source, document.id),
            "time": dated(document),
            "extractor": "rules/letter@1",
        }
        if signed and not document.signatory:
            where = shared.place(*signed.span("n"), document)
            name = person(shared.reading.full_name(signed["n"].title()))
            place = document.place_of(offsets[signed.start("n")])
            yield Claim(document.id, "signed_by", (where,), object=name, place=place, **common)
        to = _CABLE_TO.search(text, start, min(end, start + 900))
        if to and not document.addressees and "to" not in document.header:
            where, place = shared.place(*to.span("o"), document), document.place_of(offsets[to.start("o")])
            office = {"post": to["o"]}
            yield Claim(
                document.id, "addressed_to", (where,), object="p.unnamed", qualifier=office, place=place, **common
            )


def _offices(shared: Context) -> Iterator[Claim]:
    """To which office a letter goes that names nobody: "To: Section for Trade"."""
    for document in shared.reading.documents:
        to = document.header.get("to")
        if to and not document.addressees and re.search("[A-Za-z]{3}", to["value"]):
            yield Claim(
                document.id,
                "addressed_to",
                (shared.raw_place(to["start"], to["end"], document),),
                object="p.unnamed",
                qualifier={"post": to["value"]},
                document=document.id,
                attribution=(document.source, document.id),
                time=dated(document),
                place=document.place_of(to["start"]),
                extractor="rules/letter@1",
            )


def _headers(shared: Context) -> Iterator[Claim]:
    """One claim a header field of a letter."""
    for document in shared.reading.documents:
        for name, entry in document.header.items():
            span = shared.raw_place(entry["start"], entry["end"], document)
            time = None
            if name == "date" and entry.get("edtf"):
                calendar = (document.date or {}).get("calendar", "gregorian")
                time = {"edtf": entry["edtf"], "raw": entry["value"], "calendar": calendar, "basis": "document date"}
            yield Claim(
                document.id,
                f"header.{name}",
                (span,),
                value=entry["value"],
                time=time,
                attribution=(document.source, document.id),
                document=document.id,
                place=document.place_of(entry["start"]),
                extractor="rules/header@1",
            )


_LISTED_ON = re.compile(
    r"\b(?:Listed on|Date of listing|Date designated|Designated on): ?(?=\d)"
    r"|\((?:Designated|Listed|Added) on (?=\d|[A-Z][a-z]{2,8} \d)"
)
_GROUNDS = re.compile(r"\n ?(?:Grounds|(?:Statement of )?[Rr]easons?|(?:Grounds|Reasons) for (?:listing|designation)):")
_POSITION = re.compile(
    r"\b(?:Positions?|Designation|Title|Function):? (?P<p>[A-Za-z][^:\n]+?)(?=[.;] ?(?:[A-Z][^.:\n]{0,40}:|\n|$)|\n|$)"
)
_POSTS = re.compile(r"(?:[^.;]|\.(?! ?[A-Z]))+")
_FORMER = re.compile(r"(?:[Ff]ormerly|[Ff]ormer|[Pp]reviously|[Uu]ntil \w+(?: \d{4})?,?) ")


def _entries(shared: Context) -> Iterator[Claim]:
    """The entries of a notice: who was listed and when, who is taken off below a heading that says so, and what posts
    they hold."""
    text = shared.reading.folded.text
    for entry in shared.actors.entries:
        on = _LISTED_ON.search(text, entry.end, entry.stop)
        unknown = entry.mention is None and not text[slice(entry.start, entry.end)].isupper()
        known = not unknown and bool(entry.fate or on or _GROUNDS.search(text, entry.end, entry.stop))
        span = (entry.start, entry.end)
        who = shared.actors.body(text[slice(*span)])
        if entry.mention is not None and entry.mention.type == "person":
            who = person(shared.reading.full_name(entry.mention.value or ""))
        elif entry.mention is not None:
            who = shared.actors.body(entry.mention.value or "")
        time = None
        found = shared.reading.within(on.end(), on.end() + 24, "date") if on is not None else []
        date = next((m for m, a, _ in found if on is not None and a == on.end()), None)
        if on is not None and date is not None and date.value:
            time = {**as_time(date, basis="stated"), "raw": text[on.end() : on.end() + date.end - date.start]}
        document = shared.reading.document_at(shared.reading.folded.offsets[span[0]])
        common: dict[str, Any] = {"modality": "asserted", "polarity": "affirmed", "extractor": "rules/entry@1"}
        common["attribution"] = (document.source, document.id)
        if known and (on is not None or entry.fate != "delisted"):
            spans = [span] if on is None else [span, on.span()]
            yield shared.claim("p.unknown", "listed", spans, object=who, time=time, **common)
        if known and entry.fate == "delisted":
            yield shared.claim("p.unknown", "delisted", [span], object=who, time=None, **common)
        if who.startswith("p."):
            yield from _positions(shared, who, (entry.end, entry.stop), common)


def _positions(shared: Context, who: str, span: tuple[int, int], common: dict[str, Any]) -> Iterator[Claim]:
    """The posts that an entry gives: "Position: director, X; formerly envoy of Y"."""
    text = shared.reading.folded.text
    names = Names([(m, a, b) for m, (a, b) in zip(shared.reading.mentions, shared.reading.spans, strict=True)])
    for position in _POSITION.finditer(text, *span):
        for part in _POSTS.finditer(text, *position.span("p")):
            at = part.start() + len(part.group()) - len(part.group().lstrip())
            former = _FORMER.match(text, at)
            at = former.end() if former is not None else at
            post, body = post_of(text, at, part.end(), names)
            post = (post or "").removeprefix("Currently ").split(" (")[0]
            if post:
                value: dict[str, Any] = {"post": post, "organisation": body, **({"former": True} if former else {})}
                yield shared.claim(who, "holds_post", [(at, part.end())], value=value, **common)


def claims(shared: Context) -> Iterator[Claim]:
    """Header fields, then who signs and is addressed."""
    yield from _headers(shared)
    yield from _people_of_letters(shared)
    yield from _signed_lines(shared)
    yield from _to_offices(shared)
    yield from _cables(shared)
    yield from _offices(shared)
    yield from _entries(shared)


POST = re.compile(rf"\b(?:{OWNERS}|{POST_WORDS}|{MORE_POSTS})\b", re.IGNORECASE)
"""A word that is a post."""
CALLINGS = frozenset(data_sections("english/nouns.txt")["callings"])
"""What somebody does for a living, which is no post where it is only "a" one."""


def one_of(word: str) -> str | None:
    """The singular of a post of several: "deputies"."""
    one = re.sub(r"ies$", "y", word).removesuffix("s")
    plural = one != word and POST.fullmatch(one) and one not in CALLINGS | {"member", "official", "partner", "chief"}
    return one if plural else None


_FIELD = re.compile(r"[A-Z]\w{1,14}: ")
"""What begins the next field of a head: "Copy: the Chairman"."""
_LINE_POST = re.compile(r"[ ]?(?:,|\(|\||-|–)[ ]?(?P<p>[^,;()|\n]{3,70})")


def people_of_lines(shared: Context) -> Iterator[Claim]:
    """Posts on lines that are no sentences: contacts, lists of those present, a name above its post."""
    text = shared.reading.folded.text
    names = Names([(m, a, b) for m, (a, b) in zip(shared.reading.mentions, shared.reading.spans, strict=True)])
    covered = [(s.start, s.end) for s in shared.sentences]
    for mention, (a, b) in zip(shared.reading.mentions, shared.reading.spans, strict=True):
        if mention.type != "person" or "alias" in mention.detail or any(x <= a < y for x, y in covered):
            continue
        end = text.find("\n", b)
        end = end if end >= 0 else len(text)
        found: tuple[int, int] | None = None
        beside = _LINE_POST.match(text, b, end)
        if _POSITION.search(text, b, end):
            continue
        if beside is not None:
            found = beside.span("p")
            if not POST.search(beside.group("p")) and (further := _LINE_POST.match(text, beside.end(), end)):
                found = further.span("p")
        elif (
            not text[b:end].strip(" ,.)")
            and (below := text[end + 1 : end + 120].split("\n", 1)[0]).strip()
            and len(below) < 90
            and not _FIELD.match(below)
        ):
            found = (end + 1, end + 1 + len(re.split("[|;(]", below)[0]))
        if found is None or not POST.search(text[slice(*found)]) or names.person(*found):
            continue
        post, body = post_of(text, *found, names)
        document = shared.reading.document_at(shared.reading.folded.offsets[a])
        if not post or len(post.split()) > 8 or re.search(r"\b(?:told|said|says|was|is|has)\b", post):
            continue
        yield Claim(
            person(shared.reading.full_name(mention.value or "")),
            "holds_post",
            (shared.place(a, found[1], document),),
            value={"post": post, "organisation": body},
            document=document.id,
            attribution=(document.source, document.id),
            time=dated(document),
            extractor="rules/role@2",
            place=document.place_of(shared.reading.folded.offsets[a]),
        )


FORMER = CLOSED["no_longer"]
"""Words before a post that somebody holds no more."""
_OF_PEOPLE = re.compile(r"[A-Z]\w{2,24}(?:ian|ean|ese|ish|ite|nia)")


def of_named(units: Sequence[Unit], start: int, a: int) -> str | None:
    """What a post at unit `a` is of by the name before it, where that is no state of today: "Moravian", "Black Sea"."""
    k = a
    while k > start and units[k - 1].tag == "N" and units[k - 1].text[:1].isupper():
        k -= 1
    words, known = [u.text for u in units[k:a]], lexicon().titles | lexicon().posts | CLOSED["which_one"] | FORMER
    if any(w in known or w.lower() in known for w in words):
        return None
    return " ".join(words) if len(words) == 2 or (len(words) == 1 and _OF_PEOPLE.fullmatch(words[0])) else None
