"""Claims of direct speech: who is quoted, where."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from countervail.evidence.claims.attribution import chain
from countervail.evidence.claims.context import Context
from countervail.evidence.model import Claim


def claims(shared: Context) -> Iterator[Claim]:
    """One claim a quotation; a speaker who is not known stays `p.unknown`."""
    starts = [s.start for s in shared.sentences]
    for quote in shared.speech.quotes:
        place = bisect_right(starts, quote.start) - 1
        if place < 0 or quote.start >= shared.sentences[place].end:
            continue
        sentence = shared.sentences[place]
        speakers: list[str] = []
        outer = quote
        while outer is not None:
            speakers[:0] = [outer.speaker] if outer.speaker else []
            outer = outer.inside
        said_by = quote.speaker or "p.unknown"
        yield shared.claim(
            said_by,
            "said",
            [(quote.start, quote.end)],
            sentence,
            value={"quote": " ".join(shared.reading.folded.text[quote.start : quote.end].split())},
            modality="asserted",
            polarity="affirmed",
            attribution=chain(shared.reading, sentence, shared.cited.get(place), speakers),
            speaker=speakers[-1] if speakers else None,
            extractor="rules/speech@2",
        )
