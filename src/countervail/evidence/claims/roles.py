"""Claims of posts and roles: who signs, who is written to, who holds what post where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from countervail.evidence.claims.context import Context, person
from countervail.evidence.letters import Names, post_of
from countervail.evidence.model import Claim, Document
from countervail.evidence.names.people_words import POST_WORDS

_WORD = (
    r"(?:[A-Z][\w'-]{0,25}|deputy|vice|foreign|prime|senior|top|acting|former|first|oil|finance|defen[cs]e"
    r"|interior|economy|trade"
    r"|central|bank|chief|assistant|executive|managing|state|press|military|regime|then|and|of|for)"
)
_AFTER = re.compile(
    rf"(?:,| [-–]| \||\() ?(?:(?:the|a|an|its|acting|former|then|[A-Z][\w'-]{0, 25}'s) ){{0,3}}(?P<p>(?:{_WORD} "
    rf"){{0,4}}?(?i:{POST_WORDS})\b[^,.;:()\n|]{{0,90}})"
)
_BEFORE = re.compile(
    rf"(?P<p>(?:{_WORD} ){{0,6}}(?i:{POST_WORDS})(?: (?:for|of|to) (?:the )?[A-Z][\w' &-]{{2,60}}?)?),? "
    rf"(?:(?:Mr|Mrs|Ms|Dr|Eng|Gen|Major General|General|H\.E)\.? )*$"
)
_LED = re.compile(r"(?P<o>\b(?:led|headed|chaired) by) (?:(?:Mr|Mrs|Ms|Dr|Eng|Gen)\.? )*$")


def _dated(document: Document) -> dict[str, Any] | None:
    if document.date and document.date.get("edtf"):
        return {k: document.date[k] for k in ("edtf", "raw", "calendar", "basis")}
    return None


def _people_of_letters(shared: Context) -> Iterator[Claim]:
    for document in shared.reading.documents:
        entries = [("addressed_to", e) for e in document.addressees] + [("copied_to", e) for e in document.copies]
        if document.signatory:
            entries.append(("signed_by", document.signatory))
        time = _dated(document)
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


def _people_of_prose(shared: Context) -> Iterator[Claim]:
    text = shared.reading.folded.text
    names = Names([(m, a, b) for m, (a, b) in zip(shared.reading.mentions, shared.reading.spans, strict=True)])
    for sentence in shared.sentences:
        for mention, a, b in shared.reading.within(sentence.start, sentence.end, "person"):
            time = _dated(sentence.document)
            after = _AFTER.match(text, b, min(sentence.end, b + 200))
            if after:
                post, body = post_of(text, after.start("p"), after.end("p"), names)
                if post:
                    yield shared.claim(
                        person(shared.reading.full_name(mention.value or "")),
                        "holds_post",
                        [(a, after.end("p"))],
                        sentence,
                        value={"post": post, "organisation": body},
                        time=time,
                        modality="asserted",
                        polarity="affirmed",
                        extractor="rules/role@1",
                    )
                    continue
            start = max(sentence.start, a - 140)
            before = _BEFORE.search(text[start:a])
            if before:
                post, body = post_of(text, start + before.start("p"), start + before.end("p"), names)
                if post:
                    yield shared.claim(
                        person(shared.reading.full_name(mention.value or "")),
                        "holds_post",
                        [(start + before.start("p"), b)],
                        sentence,
                        value={"post": post, "organisation": body},
                        time=time,
                        modality="asserted",
                        polarity="affirmed",
                        extractor="rules/role@1",
                    )
                continue
            led = _LED.search(text[start:a])
            if led:
                bodies = [m for m, x, y in shared.reading.within(sentence.start, start + led.start(), "organisation")]
                subject_sentence = bodies[-1].value if bodies else _subject_before(shared, sentence)
                if subject_sentence:
                    yield shared.claim(
                        person(shared.reading.full_name(mention.value or "")),
                        "leads",
                        [(start + led.start("o"), b)],
                        sentence,
                        value={"organisation": subject_sentence},
                        time=time,
                        modality="asserted",
                        polarity="affirmed",
                        extractor="rules/role@1",
                    )


def _subject_before(shared: Context, sentence: Any) -> str | None:
    """The body that "this council" of a sentence refers to: the last one of the sentence before."""
    n = shared.index(sentence)
    if n and re.match(
        r"(?:This|The|That) (?:council|committee|body|club|organi[sz]ation|union|delegation|group)\b", sentence.text
    ):
        bodies = shared.reading.within(shared.sentences[n - 1].start, shared.sentences[n - 1].end, "organisation")
        return bodies[-1][0].value if bodies else None
    return None


def claims(shared: Context) -> Iterator[Claim]:
    """Posts and parts in letters, then posts in prose."""
    yield from _people_of_letters(shared)
    yield from _people_of_prose(shared)
