"""Claims of membership: a list per reading, its countries one by one, what is counted, who is in only in part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from countervail.evidence.claims.context import CLUB, Context, header_claims
from countervail.evidence.claims.lists import CountryList
from countervail.evidence.model import Claim, Document

_PREDICATE = {
    "members": "listed_in",
    "founders": "founding_body_of",
    "sanctioned": "under_sanctions",
    "banks": "named_with",
    "other": "named_with",
}
_LABEL = {
    "letter": "Letter",
    "annex": "Annex",
    "ambassadors": "Ambassadors at the founding sessions",
    "interview": "Interview",
    "article": "Press report",
}


def reading_id(shared: Context, item: CountryList) -> str:
    """The kind of witness a list is: letter, annex, ambassadors, interview or article."""
    document = item.sentence.document
    n = shared.index(item.sentence)
    if document.kind == "article":
        if shared.speakers.get(n) and n not in shared.cited:
            return "interview"
        return "article"
    if item.kind == "founders":
        return "ambassadors"
    return "annex" if document.kind == "annex" else "letter"


def _time(shared: Context, item: CountryList, document: Document) -> dict[str, Any] | None:
    """The date in the list's own sentence, else of its letter."""
    dated = [m for m, _, _ in shared.reading.within(item.sentence.start, item.sentence.end, "date") if m.value]
    if item.kind == "founders" and dated:
        return {
            "edtf": dated[0].value,
            "raw": dated[0].detail.get("raw", ""),
            "calendar": dated[0].detail.get("calendar", "gregorian"),
            "basis": "stated",
        }
    if document.date and document.date.get("edtf"):
        return {k: document.date[k] for k in ("edtf", "raw", "calendar", "basis")}
    return None


def claims(shared: Context) -> Iterator[Claim]:
    """Header fields, then one claim a list, one a country in it, one a count."""
    yield from header_claims(shared)
    used: dict[str, int] = {}
    for item in shared.lists:
        if item.kind in {"other", "banks"}:
            continue
        kind = reading_id(shared, item)
        used[kind] = used.get(kind, 0) + 1
        name = kind if used[kind] == 1 else f"{kind}-{used[kind]}"
        document = item.sentence.document
        time = _time(shared, item, document)
        span = [(item.start, item.end)]
        common: dict[str, Any] = {"reading": name, "time": time, "polarity": "affirmed"}
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
        yield shared.claim(
            CLUB, "membership_list", span, item.sentence, value=value, extractor="rules/list@1", **common
        )
        if item.stated_count is not None and item.count_span is not None:
            whole = [(min(item.count_span[0], item.start), item.end)]
            yield shared.claim(
                CLUB,
                "founding_countries" if item.kind == "founders" else "country_count",
                whole,
                item.sentence,
                value={
                    "number": item.stated_count,
                    "unit": "countries",
                    "enumerated": list(item.named) + sorted(item.ambiguous),
                },
                extractor="rules/count@1",
                **common,
            )
        for mention, a, b in item.mentions:
            codes = [mention.value] if mention.value else mention.detail["candidates"]
            qualifier: dict[str, Any] = {}
            place = (a, b)
            if mention.value in item.partial:
                extent, start, end = item.partial[mention.value]
                qualifier["extent"], place = extent, (start, end)
            if not mention.value:
                qualifier["candidates"] = codes
            if item.exemplary:
                qualifier["example"] = True
            subject = f"c.{codes[0]}" if mention.value else "c." + "|".join(codes)
            yield shared.claim(
                subject,
                _PREDICATE[item.kind],
                [place],
                item.sentence,
                object=CLUB if item.kind != "sanctioned" else "sanctions",
                qualifier=qualifier or None,
                extractor="rules/list@1",
                **common,
            )
    yield from _open_counts(shared)


def _open_counts(shared: Context) -> Iterator[Claim]:
    """Counts of countries that no list follows ("ambassadors from the six countries")."""
    from countervail.evidence.claims.lists import COUNT, to_number

    counted = {item.count_span for item in shared.lists if item.count_span}
    for sentence in shared.sentences:
        for match in COUNT.finditer(shared.reading.folded.text, sentence.start, sentence.end):
            if (
                match.span() in counted
                or to_number(match.group("n")) < 3
                or not re.search(
                    r"ambassador|member|club|union|founding|join|bloc|alliance|coalition", sentence.text, re.IGNORECASE
                )
            ):
                continue
            yield shared.claim(
                CLUB,
                "country_count",
                [match.span()],
                sentence,
                value={"number": to_number(match.group("n")), "unit": "countries"},
                extractor="rules/count@1",
            )
