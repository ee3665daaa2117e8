"""Claims about people: letters' header fields, who signs and is written to, who holds what post, who is quoted."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from countervail.evidence.claims import letter_claims
from countervail.evidence.claims.actors import adjective_codes
from countervail.evidence.claims.context import Context, chain, person
from countervail.evidence.claims.letter_claims import (
    CALLINGS,
    FORMER,
    POST,
    UNTIL_NOW,
    dated,
    ended,
    of_named,
    one_of,
    until,
)
from countervail.evidence.claims.participles import acts
from countervail.evidence.claims.phrases import kind
from countervail.evidence.claims.speech import Parsed, Quote
from countervail.evidence.claims.statements import led
from countervail.evidence.claims.units import CLOSED, SELVES, Unit
from countervail.evidence.letters import Names, post_of
from countervail.evidence.model import Claim
from countervail.evidence.text.tokens import data_sections, lexicon

_NO_POST = frozenset({"dialogue", "trading", "strategic", "business", "coalition", "travel", "estate"})
"""What before "partner" or "agent" says that it is no post."""
_NOW = frozenset({"now", "currently", "today", "later", "still"})
_OWN = frozenset(
    lexicon().titles - {"Archbishop", "Bishop", "Patriarch"}
    | {"Sri", "H", "E", "H.E", "Major", "Brigadier", "Honourable", "Hon", "Excellency"}
)
_MODIFIERS = data_sections("english/nouns.txt")["modifiers"]


def _people_of_prose(shared: Context) -> Iterator[Claim]:
    """Posts beside a name in prose: before it, or after a comma."""
    names = Names([(m, a, b) for m, (a, b) in zip(shared.reading.mentions, shared.reading.spans, strict=True)])
    for parsed in shared.speech.parsed:
        units = parsed.units
        for i, unit in enumerate(units):
            if kind(unit) != "person":
                continue
            yield from _further(shared, parsed, i, names)
            span = _after(units, i)
            k = span[1] + 2 * ([u.lower for u in units[span[1] :][:1]] == ["of"]) if span else 0
            span = None if span and any(kind(u) == "person" for u in units[k : k + 1]) else span
            span = None if span and _next_holder(units, span, i) else span
            addressed = parsed.turn and i < 3 and span and acts(units, span[1])  # "Ms. X, the ambassador wrote to us"
            span = span if span and _headed(units, span) and not addressed else _before(units, i)
            if span is None or not _has_post(units, span):
                span = _introduced(units, i)
            if span and span[0] < i and parsed.turn and any(u.tag == ":" for u in units[span[0] : i]):
                continue  # who speaks, and of whom: "MR. CHAIRMAN: Ms. X has arrived"
            owner = units[i + 1 : i + 2] and units[i + 1].tag == "G"
            if owner and span and span[0] < i and units[i - 1].tag == ",":
                continue  # "its governor, X's deputy"
            span = span if span and _has_post(units, span) else _of_several(units, i)
            if span:
                yield from _post(shared, parsed, i, span, names)
                if (double := _double(units, span, i)) is not None:
                    yield from _post(shared, parsed, i, double, names)
                first = _before(units, i) if span[0] > i else None
                if first and first[1] == i and units[i - 1].tag == "N" and _has_post(units, first):
                    yield from _post(shared, parsed, i, first, names)  # "Ambassador X, the permanent representative"
            elif i > 1 and units[i - 1].lower == "by" and units[i - 2].lower in {"led", "headed", "chaired"}:
                yield from led(shared, parsed, i)


def _next_holder(units: Sequence[Unit], span: tuple[int, int], i: int) -> bool:
    """Whether the post after a name is that of the next of a list: "the Premier of A, H.E. X, the Minister of B and
    Envoy of C, H.E. Y, and"; the first has a post before the name."""
    k = next((k for k in range(span[1], min(len(units), span[1] + 16)) if kind(units[k]) == "person"), 0)
    first, second = _before(units, i), _before(units, k) if k else None
    if not (first and second) or any(u.tag in {"V", "A", ";"} for u in units[span[1] : k]):
        return False
    return all(_styled(units, m) and _has_post(units, post) for m, post in ((i, first), (k, second)))


def _styled(units: Sequence[Unit], i: int) -> bool:
    """Whether a name follows a comma and a style: ", H.E. X", ", Mr. Y"."""
    k = i
    while k > 1 and (units[k - 1].text in _OWN or (units[k - 1].tag == "." and units[k - 2].text in _OWN)):
        k -= 1
    return k > 0 and units[k - 1].tag == "," and (k < i or units[i].text.startswith("H.E."))


def _double(units: Sequence[Unit], span: tuple[int, int], i: int) -> tuple[int, int] | None:
    """The first of two posts of one person: "Deputy Premier and Minister of Energy X", neither with an article."""
    a = span[0]
    if span[1] != i or a < 2 or units[a - 1].lower != "and" or not _is_post(units[a - 2]) or units[a].tag != "N":
        return None
    first = _before(units, a - 1)
    capital = first is not None and all(units[k].text[:1].isupper() for k in (first[0], a - 2, a))
    free = first is not None and (
        first[0] == 0
        or units[first[0] - 1].tag in {",", ":", ".", "-", "V"}
        or units[first[0] - 1].lower in {"by", "with"}
    )
    return first if capital and free and not any(u.mention for u in units[a - 2 : a - 1]) else None


def _has_post(units: Sequence[Unit], span: tuple[int, int]) -> bool:
    before = {k: units[k - 1].lower if k else "" for k in range(*span)}
    masters = (units[k].lower == "master" and before[k] in {"harbour", "harbor"} for k in before)
    return any(masters) or any(_is_post(units[k]) and before[k] not in _NO_POST for k in before)


def _is_post(unit: Unit) -> bool:
    """Whether a word is a post: "minister", "vice-minister", "Attorney-General"."""
    return bool(POST.fullmatch(unit.text) or POST.fullmatch(unit.text.rsplit("-", 1)[-1]))


def _of_several(units: Sequence[Unit], i: int) -> tuple[int, int] | None:
    """The post of one of several in a row: "her deputies, X and Y", "two commanders of the Front, X and Y"."""

    def person_at(k: int) -> bool:
        return 0 <= k < len(units) and kind(units[k]) == "person"

    first = i
    while first > 1 and units[first - 1].tag in {"C", ","}:
        k = first - 2 - (units[first - 2].tag == ",")
        if not person_at(k):
            break
        first = k
    last = i
    while last + 2 < len(units) and units[last + 1].tag in {"C", ","} and person_at(last + 2):
        last += 2
    span = _before(units, first) if first < i or (units[i + 1 : i + 2] and person_at(i + 2)) else None
    if first < last and last + 2 < len(units) and units[last + 1].tag == ",":  # "X and Y, directors of Z"
        plural = next(iter(k for k in range(last + 2, min(len(units), last + 6)) if one_of(units[k].text)), 0)
        plain = all(u.tag in {"N", "D", "B"} for u in units[last + 2 : plural])
        span = _phrase(units, last + 2) if plural and plain else span
    end = next((k for k in range(*span) if units[k].tag == "P"), span[1]) if span else 0
    return span if span and any(one_of(units[k].text) for k in range(span[0], end)) else None


def _headed(units: Sequence[Unit], span: tuple[int, int]) -> bool:
    """Whether a post is what the phrase is about, not a word of what follows a preposition."""
    end = next((k for k in range(*span) if units[k].tag == "P"), span[1])
    return _has_post(units, (span[0], end))


def _further(shared: Context, parsed: Parsed, i: int, names: Names) -> Iterator[Claim]:
    """Posts after the first: "X is a fellow of A and a former director of B", "X, a lawyer and formerly governor"."""
    units = parsed.units
    beside = i + 2 < len(units) and (units[i + 1].tag == "," or units[i + 1].lower in {"is", "was"})
    first = _phrase(units, i + 2) if beside else None
    while first is not None and first[1] + 2 < len(units) and units[first[1]].lower == "and":
        start = first[1] + 1
        said = units[start].lower in {*FORMER, *_NOW, "a", "an", "the"}
        start += units[start].lower in _NOW
        first = _phrase(units, start) if said else None
        if first is not None and _headed(units, first):
            yield from _post(shared, parsed, i, first, names)


def _introduced(units: Sequence[Unit], i: int) -> tuple[int, int] | None:
    """The post before what describes the person: "its director, Greek national X", "its spokesman, a man called X",
    "its owner is a Russian citizen, X"."""
    k = i
    if units[k - 1].lower in {"called", "named"}:
        k -= 1
        while k > 0 and i - k < 9 and units[k - 1].tag in {"N", "B", "E", "#", "-", "V"}:
            k -= 1
        if k < 1 or units[k - 1].lower not in {"a", "an", "one"}:
            return None
        k -= 1
    else:
        k -= units[k - 1].tag == ","
        end = k
        while k > 0 and end - k < 4 and units[k - 1].tag == "N":
            k -= 1
        if not any(u.lower in {"national", "citizen", "native", "resident"} for u in units[k:end]):
            return None
        k -= k > 0 and units[k - 1].lower in {"a", "an"}
    if k < 2 or not (units[k - 1].tag == "," or units[k - 1].lower in {"is", "was"}):
        return None
    return _before(units, k - 1)


def _after(units: Sequence[Unit], i: int) -> tuple[int, int] | None:
    """The post after a name and a mark: "X, the deputy minister of ports", up to a verb, comma or conjunction."""
    if i + 2 >= len(units) or units[i + 1].tag not in {",", "(", "-", "|"}:
        return None
    start = _in_brackets(units, i) if units[i + 1].tag == "(" else i + 2
    if [u.lower for u in units[start : start + 2]] in UNTIL_NOW or until(units, start + 2):
        start += 2  # "X, until May an adviser"
    return _phrase(units, start)


def _phrase(units: Sequence[Unit], start: int) -> tuple[int, int] | None:
    """The description that begins at a unit, up to a verb, comma or conjunction; none where it names a person."""
    end, begin = start, start + [u.tag for u in units[start : start + 1]].count("D")  # "its then chief"
    while end < len(units):
        tag, mention = units[end].tag, units[end].mention
        if mention is not None and mention.type == "person":  # "an adviser to Chancellor X": whose adviser
            end = next((k for k in range(end - 1, start, -1) if units[k].lower in {"to", "of", "for"}), start)
            return (start, end) if units[end - 1].tag == "N" and end > start else None
        if (
            tag in {"N", "E", "D", "#", "G", "&"}
            or (tag in {"B", "S", "O"} and end <= begin and units[end].lower in FORMER | _NOW | SELVES)
            or (tag == "-" and units[end].start == units[end - 1].end)
        ):
            end += 1
        elif tag == "P" and units[end].lower in {"of", "to", "for", "at", "in", "on"} and end + 1 < len(units):
            if units[end + 1].tag not in {"N", "E", "D"}:
                break
            end += 1
        elif tag == "C" and units[end].lower in {"and", "&"} and _joined(units, start, end):
            end += 1
        else:
            break
    return (start, end) if end > start else None


def _in_brackets(units: Sequence[Unit], i: int) -> int:
    """Where the post begins in brackets after a name: "X (chair)", "X (Norway, chair)"."""
    close = next((k for k in range(i + 2, min(len(units), i + 16)) if units[k].tag == ")"), i + 2)
    comma = next((k for k in range(i + 2, close) if units[k].tag == ","), 0)
    later = comma and not _has_post(units, (i + 2, comma)) and _has_post(units, (comma + 1, close))
    return comma + 1 if later else i + 2


def _joined(units: Sequence[Unit], start: int, at: int) -> bool:
    """Whether an "and" joins two fields of one post ("industry and trade") and not two clauses or people."""
    following = units[at + 1 : at + 4]
    return (
        bool(following)
        and following[0].tag in {"N", "E"}
        and not any(u.tag in {"V", "A"} for u in following)
        and any(u.tag == "P" for u in units[start:at])
    )


def _before(units: Sequence[Unit], i: int) -> tuple[int, int] | None:
    """The post right before a name; a post of someone else ("deputy of President X") is not part of it."""
    start = i
    while start > 0 and (
        units[start - 1].text in _OWN or (units[start - 1].tag == "." and units[start - 2].text in _OWN)
    ):
        start -= 1
    if start == i and i > 1 and units[i - 1].text in lexicon().ranks and units[i - 2].tag == ",":
        start -= 1  # "its spokesman, Colonel X"
    if start < i and start > 1 and units[start - 1].lower in {"the", "a", "one"} and units[start - 2].tag == ",":
        start -= 1  # "the Prime Minister, the Honourable X"; "its lawyer, a Mr X"
    i = start
    if i > 0 and units[i - 1].tag == "P":
        return None  # "a lawyer for X"
    while start > 0:
        unit = units[start - 1]
        told = start < i and "s" in (unit.forms or {}) and unit.text.islower() and units[start].text.istitle()
        if told and start > 1 and units[start - 2].tag == "N":
            break  # "The letter names President X"
        if (
            unit.tag == "N"
            or (unit.tag == "." and units[start - 2].text in _OWN)
            or (
                unit.tag == "P"
                and unit.lower in {"of", "for", "to", "in", "at", "from", "on", "with"}
                and start - 1 > 0
                and not _has_post(units, (start, i))
            )
            or (
                unit.tag == "D"
                and start < i
                and units[start - 2 : start - 1]
                and units[start - 2].lower in {"of", "for", "on", "at", "in", "to"}
            )
            or (
                unit.tag == "E"
                and start < i
                and not _has_post(units, (start, i))
                and units[start - 2].lower in {"of", "for", "to", "the", "in", "at", "from"}
            )
            or (unit.tag == "E" and start == i and start > 2 and _posted(units, start))
            or (unit.tag == "," and start == i)
            or (unit.tag in {"(", ":"} and start == i and _has_post(units, (max(0, start - 2), start)))
        ):
            start -= 1
        else:
            break
    return (start, i) if start < i else None


def _posted(units: Sequence[Unit], end: int) -> bool:
    """Whether a state stands between a post and its holder: "Ambassador to Cuba X"."""
    mention = units[end - 1].mention
    state = mention is not None and mention.type == "country"
    return state and units[end - 2].lower in {"to", "of", "in"} and _is_post(units[end - 3])


def _post(shared: Context, parsed: Parsed, i: int, span: tuple[int, int], names: Names) -> Iterator[Claim]:
    units = parsed.units
    a, b = span
    former = any(u.lower.removesuffix("-") in FORMER or u.lower.startswith("ex-") for u in units[a:b])
    former = former or (a > 1 and units[a - 1].lower in FORMER and units[a - 2].tag in {"D", "G"})  # "its then chief"
    while a < b and (
        units[a].tag in {"D", "G", "B", "#", ",", ".", "O", "S"}
        or units[a].lower in CLOSED["which_one"] | FORMER | {"what"}
        or units[a].text in _OWN
        or (a < b - 1 and units[a].text[0].isupper() and not _is_post(units[a]) and units[a].text not in _MODIFIERS)
    ):
        a += 1
    while b > a and units[b - 1].tag in {",", ".", "D", "(", ":"}:
        b -= 1
    if [u.lower for u in units[b - 3 : b]] == ["at", "the", "time"]:  # "its minister at the time, X"
        b, former = b - 3, True
    former = former or "last" in {u.lower for u in units[span[0] : span[0] + 2]}  # "its last chairman"
    if a >= b:
        return
    text = shared.reading.folded.text
    post, body = post_of(text, units[a].start, units[b - 1].end, names)
    if post is None and (plural := next((k for k in range(a, b) if one_of(units[k].text)), None)) is not None:
        rest = text[units[plural].end : units[b - 1].end]
        post = f"{text[units[a].start : units[plural].start]}{one_of(units[plural].text)}{rest}"
    post = re.sub(r"^ex-", "", post or "")
    if not post or post in lexicon().ranks or post.lower().removeprefix("co-").startswith("founder"):
        return
    head = re.split(r" (?:at|for|in|with|on) ", post)[0].split()[-1].lower()
    calling = head in CALLINGS and " of " not in post and not body  # "a researcher at the Centre" is one of a body's
    if calling and units[span[0]].lower in {"a", "an", "one"}:
        return
    former = former or "used to be" in " ".join(u.lower for u in units[max(0, span[0] - 4) : span[0]])
    day = (dated(parsed.sentence.document) or {}).get("edtf")
    former = former or until(units, span[0]) or ended(units, span[1], day)
    value: dict[str, Any] = {"post": post, "organisation": body}
    if former:
        value["former"] = True
    states = [u for u in units[span[0] : span[1]] if u.mention is not None and u.mention.type == "country"]
    said = pairwise(units[span[0] : span[1] + 1])
    codes = [c for unit, after in said if after.text != "Gulf" for c in adjective_codes(unit.text)]
    if len(states) == 1 and states[0].mention is not None and states[0].mention.value:
        value["of"] = f"c.{states[0].mention.value}"
    elif not states and len(codes) == 1:
        value["of"] = f"c.{codes[0]}"
    elif not states and not codes and not body and (where := of_named(units, span[0], a)):
        value["of"] = where
    place = (min(units[span[0]].start, units[i].start), max(units[span[1] - 1].end, units[i].end))
    mention, cited = units[i].mention, shared.cited.get(shared.index(parsed.sentence))
    yield shared.claim(
        person(shared.reading.full_name((mention.value if mention else "") or "")),
        "holds_post",
        [place],
        parsed.sentence,
        value=value,
        time=dated(parsed.sentence.document),
        modality="asserted",
        polarity="affirmed",
        attribution=chain(shared.reading, parsed.sentence, cited, parsed.speakers),
        extractor="rules/role@2",
    )


def _speech(shared: Context) -> Iterator[Claim]:
    """One claim a quotation whose speaker the text gives."""
    starts = [s.start for s in shared.sentences]
    for quote in shared.speech.quotes:
        place = bisect_right(starts, quote.start) - 1
        if place < 0 or quote.start >= shared.sentences[place].end:
            continue
        sentence = shared.sentences[place]
        speakers: list[str] = []
        outer: Quote | None = quote
        while outer is not None:
            speakers[:0] = [outer.speaker] if outer.speaker else []
            outer = outer.inside
        said_by = quote.speaker or "p.unknown"
        if said_by.endswith((".unknown", ".unnamed")) or quote.begun:
            continue  # words set apart, or nobody who is named says them, or the rest of a speech
        parts = [(q.start, q.end) for q in (quote, *quote.rest)]
        yield shared.claim(
            said_by,
            "said",
            parts,
            sentence,
            value={"quote": " … ".join(" ".join(shared.reading.folded.text[a:b].split()) for a, b in parts)},
            modality="asserted",
            polarity="affirmed",
            attribution=chain(shared.reading, sentence, shared.cited.get(place), speakers),
            speaker=speakers[-1] if speakers else None,
            extractor="rules/speech@2",
        )


def claims(shared: Context) -> Iterator[Claim]:
    """Header fields, posts and parts in letters, posts in prose, then direct speech."""
    yield from letter_claims.claims(shared)
    yield from _people_of_prose(shared)
    yield from letter_claims.people_of_lines(shared)
    yield from _speech(shared)
