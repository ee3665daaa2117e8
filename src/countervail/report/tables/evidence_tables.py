"""Rows on every fact that a scenario takes from a document: its place, and whether a computed result supports it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from countervail import countries
from countervail.report.numbers import effect, quantity
from countervail.report.tables import country_name
from countervail.report.tables.columns import described
from countervail.scenario import Scenario
from countervail.types import Row

NOT_TESTED: Final = "not tested"


@dataclass(frozen=True)
class Fact:
    """A fact of the scenario: what it is, what identifies it in a case, and its row."""

    kind: str
    """reading, partial, ambiguous, provision, claim or event."""
    key: tuple[Any, ...]
    """The reading's name (and what is named in it), the provision's id, the claim's quantity, or the event's date."""
    content: Any
    """What the document states, as a club file has it."""
    row: Row


def facts(scenario: Scenario, checked: Sequence[Row]) -> list[Fact]:
    """Every fact that names its document, grouped by document; `checked` are the rows of the table `claims`."""
    all_facts = [*_readings(scenario, checked), *_provisions(scenario), *_claims(scenario, checked), *_events(scenario)]
    order = list(dict.fromkeys(fact.row["document"] for fact in all_facts))
    return sorted(all_facts, key=lambda fact: order.index(fact.row["document"]))


def row(fact: str, label: str, value: str, document: str, place: str | None, verdict: str, *notes: str | None) -> Row:
    """A row of the table `evidence` with nothing from a case yet."""
    given = {
        "fact": fact,
        "label": label,
        "value": value,
        "document": document,
        "place": place,
        "verdict": verdict,
        "note": sentences(*notes),
    }
    return {column.name: given.get(column.name) for column in described()["evidence"].columns}


def sentences(*notes: str | None) -> str | None:
    """Notes as one text, each once and with its full stop; None where there are none."""
    texts = dict.fromkeys(note if note.endswith((".", "?", "!")) else f"{note}." for note in notes if note)
    return " ".join(texts) or None


def _readings(scenario: Scenario, checked: Sequence[Row]) -> Iterator[Fact]:
    counts = {claim.id for claim in scenario.claims if claim.quantity == "country_count"}
    for key, reading in scenario.club.readings.items():
        if reading.document is None or reading.place is None:
            continue
        tested = [
            r
            for r in checked
            if r["id"] in counts and (r["reading"], r["document"], r["place"]) == (key, reading.document, reading.place)
        ]
        verdict, note = _verdict(tested)
        named = len(reading.candidates) + len(reading.ambiguous)
        if verdict == NOT_TESTED and reading.stated_count is not None:
            verdict = "supported" if reading.stated_count == named else "inconsistent"
            note = f"{reading.stated_count} are counted and {named} named."
        listed = ", ".join([*(country_name(code) for code in reading.candidates), *reading.ambiguous])
        where = reading.document, reading.place
        yield Fact(
            "reading",
            (key,),
            list(reading.candidates),
            row(f"reading {key}", reading.label, listed, *where, verdict, reading.note, note),
        )
        for code, part in reading.partial.items():
            label = f"{reading.label}: {country_name(code)} in part"
            yield Fact("partial", (key, code), part, row(f"reading {key}: {code}", label, part, *where, NOT_TESTED))
        for text, codes in reading.ambiguous.items():
            meant = " or ".join(country_name(code) for code in codes)
            label = f"{reading.label}: the name {text} is open"
            fact = f"reading {key}: {text}"
            yield Fact("ambiguous", (key, text), list(codes), row(fact, label, meant, *where, "ambiguous"))


def _provisions(scenario: Scenario) -> Iterator[Fact]:
    for p in scenario.club.provisions:
        if p.document is None:
            continue
        pairs = "all pairs of members" if p.pairs is None else ", ".join("-".join(pair) for pair in p.pairs)
        rails = f" over {', '.join(p.rails)}" if p.rails else ""
        value = f"{', '.join(p.sectors)}; {pairs}{rails}"
        ends = f"{effect(p.effect.low)} to {effect(p.effect.high)} of trade"
        sized = f"Its size is not in the document: {p.effect.basis}, {ends}."
        off = None if p.enabled else "Switched off in this run."
        yield Fact(
            "provision",
            (p.id,),
            None,
            row(f"provision {p.id}", p.label, value, p.document, p.place, NOT_TESTED, p.note, sized, off),
        )


def _claims(scenario: Scenario, checked: Sequence[Row]) -> Iterator[Fact]:
    for claim in scenario.claims:
        verdict, note = _verdict([r for r in checked if r["id"] == claim.id])
        value = quantity(claim.value, claim.unit)
        yield Fact(
            "claim",
            (claim.quantity,),
            claim.value,
            row(f"claim {claim.id}", claim.label, value, claim.document, claim.place, verdict, claim.note, note),
        )


def _events(scenario: Scenario) -> Iterator[Fact]:
    dates = {(c.value, c.document, c.place) for c in scenario.claims if c.quantity == "date"}
    for event in scenario.timeline:
        verdict = "unverifiable" if (event.date, event.document, event.place) in dates else NOT_TESTED
        yield Fact(
            "event",
            (event.date,),
            None,
            row(f"event {event.date}", event.label, event.date, event.document, event.place, verdict, event.note),
        )


def _verdict(checked: Sequence[Row]) -> tuple[str, str]:
    """One verdict for a claim checked against several readings, and what it depends on."""
    if not checked:
        return NOT_TESTED, ""
    by_verdict: dict[str, list[str]] = {}
    for r in checked:
        verdict = r["verdict"].removeprefix("ambiguous: ").removesuffix(" under this reading")
        by_verdict.setdefault(verdict, []).append(r["reading"] or "")
    if len(by_verdict) > 1:
        return "ambiguous", " ".join(f"{verdict.capitalize()}: {'; '.join(of)}." for verdict, of in by_verdict.items())
    (verdict,) = by_verdict
    return verdict, checked[0]["arithmetic"] if len(checked) == 1 else ""


# -- a claim of a case in words: of whom, what, with countries, people and organisations by their names ----------------


_LEFT_OUT: Final = frozenset(("id", "at", "kind", "label"))
_ENTITY: Final = re.compile(r"([cop])\.([\w-]+)\Z")
_MOST: Final = 300
_UNNAMED: Final = "p.unnamed"


def subject(claim: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """The subject and the kind of statement; of a document only the kind."""
    what = str(claim["predicate"]).replace("header.", "header: ").replace("_", " ")
    if claim["predicate"] == "membership_list" and (kind := claim["value"].get("kind", "members")) != "members":
        what = f"list of {'states under sanctions' if kind == 'sanctioned' else kind}"
    of = str(claim["subject"])
    return f"{_entity(of, names)}: {what}" if _ENTITY.match(of) else what


def content(claim: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What the claim states, in a line."""
    whom, more = claim.get("object", claim.get("value")), claim.get("qualifier") or {}
    if whom == _UNNAMED and more.get("post"):
        whom = ", ".join(str(more[part]) for part in ("post", "organisation") if more.get(part))
    text = _in_words(whom, names, str(claim["predicate"]))
    return text if len(text) <= _MOST else text[: _MOST - 3] + "..."


def _in_words(value: Any, names: Mapping[str, str], key: str = "") -> str:
    if isinstance(value, Mapping):
        if "number" in value:
            return _stated(value)
        if key == "provision":
            return str(value.get("label"))
        parts = {k: v for k, v in value.items() if k not in _LEFT_OUT and v not in (None, [], {}, False, "")}
        if len(parts) == 1 and next(iter(parts)) not in countries.load():
            return _in_words(next(iter(parts.values())), names)
        return "; ".join(
            name if v is True else f"{name}: {_in_words(v, names, k)}"
            for k, v in parts.items()
            for name in (_entity(k, names).replace("_", " "),)
        )
    if isinstance(value, (list, tuple)):
        return ", ".join(_in_words(v, names) for v in value)
    if isinstance(value, str):
        return _entity(value, names)
    return "" if value is None else quantity(value, None)


def _stated(value: Mapping[str, Any]) -> str:
    """A quantity as a document states it, its digits and range whole: 12.5 percent, 15 to 18 tankers."""
    unit, numbers = value.get("unit") or "", [n for n in (value["number"], value.get("to")) if n is not None]
    if any(isinstance(n, (bool, str)) for n in numbers):
        return quantity(value["number"], unit)
    if unit == "share":
        unit, numbers = "percent", [round(n * 100, 6) for n in numbers]
    written = " to ".join(_whole(n) for n in numbers)
    return ("about " if value.get("approximate") else "") + f"{written} {unit}".strip()


def _whole(number: float) -> str:
    """A number with all its digits: 2 billion, 4.65 million, 1,234,567."""
    for size, word in ((1e9, "billion"), (1e6, "million")):
        thousandths = number / size * 1000
        if abs(number) >= size and abs(thousandths - round(thousandths)) < 1e-6:
            return f"{round(thousandths) / 1000:,.15g} {word}"  # `g` alone keeps six digits
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,}"


def _entity(text: str, names: Mapping[str, str]) -> str:
    """The name behind an identifier or a country's code; other text as it is."""
    match = _ENTITY.match(text)
    if match is None:
        return countries.name(text) if text in countries.load() else text
    kind, key = match.groups()
    if kind == "c":
        return countries.name(key) if key in countries.load() else key
    if key in ("club", "unnamed"):
        return "the club" if key == "club" else "somebody not named"
    return names.get(key, key.replace("-", " "))
