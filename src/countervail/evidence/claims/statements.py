"""Claims in prose: dated events, numbers with unit, names and what they stand for, aims, payment links, provisions of
the club."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from countervail.evidence.claims.attribution import Sentence, modality, slug
from countervail.evidence.claims.context import CLUB, Context
from countervail.evidence.lexicon import country_names, lexicon
from countervail.evidence.model import Claim
from countervail.evidence.text.tokens import adjectives

_EVENTS = (
    ("proposed", r"\b(?:first|initially|originally)? ?proposed\b|\bproposal was\b"),
    ("established", r"\b(?:establish(?:ed|ment)|founded|created|set up|formed|directive)\b"),
    ("met", r"\b(?:participated|sessions?|met|meetings?|held|gathered|briefed|summit|visited)\b"),
    ("signed", r"\b(?:signed|agreed|concluded)\b"),
    ("imposed", r"\b(?:imposed|sanctioned|reimposed|embargo\w*)\b"),
    ("killed", r"\b(?:killed|assassinated|died)\b"),
    ("dated", r"\bdated\b"),
    ("began", r"\b(?:began|started|launched|commenced|entered into force|took effect)\b"),
)
_NUMBER = re.compile(
    r"(?<![\w.,/-])(?P<n>\d{1,3}(?:,\d{3})+|\d{1,12}(?:\.\d{1,4})?|one|two|three|four|five|six|seven|eight"
    r"|nine|ten|half a)(?: |-)(?P<scale>thousand|million|billion|trillion|bn|mn)?"
    r"(?: |-)?(?:of )?(?P<unit>(?:US )?dollars|USD|euros|EUR|rials|roubles|rubles|yuan|people|persons"
    r"|inhabitants|consumers|citizens|barrels(?: (?:per|a) day)?|tonnes|tons|companies|banks|vessels"
    r"|tankers"
    r"|kilometres|kilometers|km|per cent|percent)(?!\w)",
    re.IGNORECASE,
)
_SCALE = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "bn": 1e9, "mn": 1e6}
_WORDS = {
    w: i for i, w in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 1)
} | {"half a": 0.5}
_UNITS = {
    "people": "persons",
    "inhabitants": "persons",
    "consumers": "persons",
    "citizens": "persons",
    "persons": "persons",
    "us dollars": "USD",
    "dollars": "USD",
    "usd": "USD",
    "euros": "EUR",
    "eur": "EUR",
    "per cent": "percent",
    "tons": "tonnes",
    "kilometers": "kilometres",
    "km": "kilometres",
}
_RENAMED = re.compile(
    r'(?:the |\w{1,30}\'s )?name,? ?"?(?P<old>[^"]{0,80}?)"? ?(?:was |being )?(?:changed|changing) to '
    r'"?(?P<new>[A-Z][A-Z-]{1,9}|"[^"]{3,80}")'
)
_STANDS = re.compile(
    r"\b(?P<a>[A-Z]{2,9}),? ?(?:(?:which |that )?(?:stands|standing) for|or|\(),? "
    r'"?(?P<e>[A-Z][^",.;()\n]{5,80}?)(?:[,.]?"|[,.;)]|$)'
)
_AIMS = re.compile(
    r"\b(?P<v>bypass\w*|promot\w+|mitigat\w+|neutrali[sz]\w+|circumvent\w*|counter(?:s|ing)?|offset\w*"
    r"|reduc\w+|foster\w*|increas\w+|protect\w*|evad\w+|resist\w*) (?:the |these |its |international |of "
    r"|impact of )*"
    r"(?P<o>(?!from\b|and\b|in\b|to\b)[a-z][a-z-]+(?: [a-z-]+)?)"
)
_DISTINCT = re.compile(
    r"\b(?:distinct|different|separate|apart|as opposed|in contrast) (?:from|to) (?P<o>[a-z][a-z-]+(?: "
    r"and [a-z-]+)?(?: [a-z]+)?)"
)
_SERVES = re.compile(
    r"(?:will|shall|would|is to|to)? ?\b(?P<v>be introduced as|introduced as|serve[sd]? as|act(?:s|ed)? as"
    r'|be named|be designated as|become|becomes|designated as) (?:the |a )?"?(?P<r>[^".,;\n]{4,90})'
)
_BANK = re.compile(r"\b(?:bank\w*|correspondent|SWIFT|messaging|payments? (?:system|link)|settle\w*)\b", re.IGNORECASE)
_LINKED = re.compile(
    r"\b(?:correspondent|establish\w*|connect\w*|link\w*|accounts?|join(?:ed)?|relationship\w*|messag\w+|settle\w*)\b",
    re.IGNORECASE,
)
_RAIL_NAMES = {"SAM": "SEPAM"}
_PROPOSES = re.compile(
    r"^(?:[-–•*] ?|\d+[.)] ?)?.{0,160}\b(?:should|must|is proposed|proposes? (?:that|to)|it is recommended"
    r"|recommends?|shall be|ought to)\b",
    re.IGNORECASE,
)


@cache
def provisions() -> list[dict[str, Any]]:
    """The provisions a club can have and the words that propose them (data/provisions.yaml)."""
    text = (files("countervail.evidence") / "data" / "provisions.yaml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = yaml.safe_load(text)
    for row in rows:
        row["pattern"] = re.compile(row["words"], re.IGNORECASE)
    return rows


def _events(shared: Context, sentence: Sentence) -> Iterator[Claim]:
    for mention, a, b in shared.reading.within(sentence.start, sentence.end, "date"):
        if not mention.value:
            continue
        lead = shared.reading.folded.text[max(sentence.start, a - 12) : a]
        kind = (
            "dated"
            if re.search(r"\b(?:dated|date of) $", lead)
            else next((k for k, p in _EVENTS if re.search(p, sentence.text, re.IGNORECASE)), "mentioned")
        )
        time = {
            "edtf": mention.value,
            "raw": mention.detail.get("raw", ""),
            "calendar": mention.detail.get("calendar", "gregorian"),
            "basis": "stated",
        }
        about = (
            CLUB
            if re.search(
                r"\b(?:club|union|council|ambassadors?|founding|initiative|alliance|bloc)\b",
                sentence.text,
                re.IGNORECASE,
            )
            else sentence.document.id
        )
        yield shared.claim(
            about,
            "event",
            [(sentence.start, sentence.end)],
            sentence,
            value={"event": kind, "when": mention.value, "at": [a, b]},
            time=time,
            polarity="affirmed",
            modality=modality(re.sub(r"\bproposed\b|\bproposal\b", "", sentence.text)),
            extractor="rules/event@1",
        )


def _numbers(shared: Context, sentence: Sentence) -> Iterator[Claim]:
    for match in _NUMBER.finditer(shared.reading.folded.text, sentence.start, sentence.end):
        raw = match.group("n").lower().replace(",", "")
        number = (_WORDS[raw] if raw in _WORDS else float(raw)) * _SCALE.get((match.group("scale") or "").lower(), 1)
        unit = match.group("unit").lower()
        unit = _UNITS.get(unit, unit)
        before = shared.reading.folded.text[max(sentence.start, match.start() - 60) : match.start()]
        market = unit == "persons" and re.search(r"\bmarket|consumers|population", sentence.text, re.IGNORECASE)
        if unit == "persons" and not market and number < 1e5:
            continue
        lead = re.search(
            r"(?:a |the )?market (?:consisting |made up |composed )?of (?:some |about |nearly |more than )?$", before
        )
        yield shared.claim(
            CLUB if market else sentence.document.id,
            "market_population" if market else "quantity",
            [(match.start() - len(lead.group()) if lead else match.start(), match.end())],
            sentence,
            value={
                "number": number,
                "unit": unit,
                "approximate": bool(match.group("scale"))
                or bool(re.search(r"(?:about|some|nearly|around|more than|over) $", before)),
            },
            extractor="rules/numeric@1",
        )


def _names(shared: Context, sentence: Sentence) -> Iterator[Claim]:
    for match in _RENAMED.finditer(sentence.text):
        span = (sentence.start + match.start(), sentence.start + match.end())
        yield shared.claim(
            CLUB,
            "renamed_to",
            [span],
            sentence,
            value={"from": match.group("old").strip() or None, "to": match.group("new").strip('"')},
            modality="asserted",
            extractor="rules/name@1",
        )
    for match in _STANDS.finditer(sentence.text):
        span = (sentence.start + match.start("a"), sentence.start + match.end("e"))
        if match.group("a") not in lexicon().rails:
            yield shared.claim(
                f"o.{slug(match.group('a'))}",
                "stands_for",
                [span],
                sentence,
                value={"initials": match.group("a"), "name": match.group("e").strip(" ,")},
                modality="asserted",
                extractor="rules/name@1",
            )
    for mention, a, b in shared.reading.within(sentence.start, sentence.end, "organisation"):
        if re.search(r"\b(?:Club|Union|Alliance|Bloc|Coalition|League|Compact|Pact|Front)\b", mention.value or ""):
            yield shared.claim(
                CLUB,
                "named",
                [(a, b)],
                sentence,
                value={"name": mention.value},
                modality="asserted",
                polarity="affirmed",
                extractor="rules/name@1",
            )


def _aims(shared: Context, sentence: Sentence) -> Iterator[Claim]:
    if not re.search(
        r"\b(?:club|approach|purpose|objective|alliance|union|pathway|framework|strategy|market|initiative|bloc)\b",
        sentence.text,
        re.IGNORECASE,
    ):
        return
    for match in _AIMS.finditer(sentence.text):
        topic = match.group("o").split(" ")
        topic = (
            topic[:1]
            if len(topic) > 1 and topic[1] in {"and", "of", "in", "for", "to", "that", "which", "by"}
            else topic
        )
        verb = match.group("v").lower()
        yield shared.claim(
            CLUB,
            "aims_to",
            [(sentence.start + match.start(), sentence.start + match.end("o"))],
            sentence,
            value={"verb": verb[:6], "topic": " ".join(topic)},
            extractor="rules/aim@1",
        )
    for match in _DISTINCT.finditer(sentence.text):
        yield shared.claim(
            CLUB,
            "distinct_from",
            [(sentence.start + match.start(), sentence.start + match.end())],
            sentence,
            value={"topic": match.group("o")},
            modality="asserted",
            extractor="rules/aim@1",
        )


def _roles_of_states(shared: Context, sentence: Sentence) -> Iterator[Claim]:
    for match in _SERVES.finditer(sentence.text):
        start = sentence.start + match.start()
        states = shared.reading.within(sentence.start, start, "country")
        if (
            states
            and states[0][0].value
            and re.search(
                r"secretariat|headquarters|host|chair|presidency|seat|depositary", match.group("r"), re.IGNORECASE
            )
        ):
            yield shared.claim(
                f"c.{states[0][0].value}",
                "introduced_as" if "introduced" in match.group("v") else "serves_as",
                [(states[0][1], sentence.start + match.end())],
                sentence,
                value={"role": match.group("r").strip(' "'), "of": CLUB},
                polarity="affirmed",
                extractor="rules/role@1",
            )


def _payments(shared: Context, sentence: Sentence) -> Iterator[Claim]:
    if not (_BANK.search(sentence.text) and _LINKED.search(sentence.text)):
        return
    states = [m.value for m, _, _ in shared.reading.within(sentence.start, sentence.end, "country") if m.value]
    words = re.findall(r"\b[A-Z]{3,8}\b", sentence.text)
    rails = list(dict.fromkeys(_RAIL_NAMES.get(w, w) for w in words if w in lexicon().rails and w != "SWIFT"))
    subject = (
        next(
            (row.codes[0] for row in country_names() for a in row.adjectives if re.search(rf"\b{a}\b", sentence.text)),
            None,
        )
        if adjectives()
        else None
    )
    others = [s for s in dict.fromkeys(states) if s != subject]
    if subject is None and len(others) >= 2:
        subject, others = others[0], others[1:]
    if subject and others:
        yield shared.claim(
            f"c.{subject}",
            "correspondent_banking_with",
            [(sentence.start, sentence.end)],
            sentence,
            object=tuple(f"c.{c}" for c in others),
            qualifier={"via": rails} if rails else None,
            extractor="rules/payment@1",
        )


def _provisions(shared: Context, sentence: Sentence) -> Iterator[Claim]:
    for row in provisions():
        match = row["pattern"].search(sentence.text)
        if match:
            yield shared.claim(
                CLUB,
                "provision",
                [(sentence.start, sentence.end)],
                sentence,
                value={"id": row["id"], "label": row["label"], "sectors": row["sectors"], "words": match.group()},
                polarity="affirmed",
                extractor="rules/provision@1",
            )


def _proposals(shared: Context, sentence: Sentence) -> Iterator[Claim]:
    if sentence.document.kind != "article" and _PROPOSES.match(sentence.text):
        yield shared.claim(
            sentence.document.id,
            "proposes",
            [(sentence.start, sentence.end)],
            sentence,
            value={"text": " ".join(sentence.text.lstrip("-–•* ").split())},
            modality="proposed",
            polarity="affirmed",
            extractor="rules/proposal@1",
        )


def claims(shared: Context) -> Iterator[Claim]:
    """Every statement the rules know, sentence by sentence."""
    for sentence in shared.sentences:
        for rule in (_events, _numbers, _names, _aims, _roles_of_states, _payments, _provisions, _proposals):
            yield from rule(shared, sentence)
