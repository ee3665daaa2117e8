"""Claims of direct speech: who is quoted, where."""

from __future__ import annotations

from collections.abc import Iterator

from countervail.evidence.claims.attribution import chain
from countervail.evidence.claims.context import Context
from countervail.evidence.model import Claim


def claims(shared: Context) -> Iterator[Claim]:
    """One claim a quotation; a speaker who is not known stays `p.unknown`."""
    for mention, (a, b) in zip(shared.reading.mentions, shared.reading.spans, strict=True):
        if mention.type != "quote":
            continue
        sentence = next((s for s in shared.sentences if s.start <= a < s.end), None)
        if sentence is None:
            continue
        n = shared.index(sentence)
        speaker = shared.speakers.get(n)
        if (
            speaker is None
            and n + 1 < len(shared.sentences)
            and shared.sentences[n + 1].paragraph == sentence.paragraph
        ):
            # a quotation of several sentences, attributed at its end
            speaker = shared.speakers.get(n + 1) if shared.sentences[n + 1].start < b else None
        if (
            speaker is None
            and n
            and shared.sentences[n - 1].paragraph == sentence.paragraph
            and shared.sentences[n - 1].document is sentence.document
        ):
            speaker = shared.speakers.get(n - 1)
        yield shared.claim(
            speaker or "p.unknown",
            "said",
            [(a, b)],
            sentence,
            value={"quote": " ".join(shared.reading.folded.text[a:b].split())},
            modality="asserted",
            polarity="affirmed",
            attribution=chain(shared.reading, sentence, shared.cited.get(n), speaker),
            extractor="rules/speech@1",
        )
