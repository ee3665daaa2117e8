"""What of a scenario a page can switch: settings, members, provisions, measures and numbers, in plain words.

Every `path` is one that `load_scenario(set=["path=value"])` takes, the value written as JSON. Two rules go with
`club.members`: it lists the members without the secretariat, and China is listed only while `club.china` is not none.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, Literal, get_args

from countervail import countries
from countervail.report.controls import control_words as words
from countervail.report.controls.control_model import (
    Choice,
    Control,
    Controls,
    MeasureSwitch,
    Member,
    Members,
    Number,
    ProvisionSwitch,
    ReadingChoice,
    Readings,
    ScenarioOrigin,
    Value,
)
from countervail.report.tables.evidence_tables import facts, sentences
from countervail.scenario import China, Club, Measure, Provision, Range, Scenario, Settings, unit_of
from countervail.scenario.kinds import KINDS, Kind
from countervail.scenario.rerouting import Rerouting
from countervail.scenario.scenario import RAILS_KNOWN

_DAYS: Final = dict(zip(("minimum", "maximum"), (day.isoformat() for day in RAILS_KNOWN), strict=True))
"""What the date of the payment network, a scenario's only date, is bounded by."""


def controls(scenario: Scenario, loaded: Scenario, kind: ScenarioOrigin = "library") -> Controls:
    """What can be switched in `scenario`, which is `loaded` under overrides; `kind` is where it came from."""
    behind = {(fact.kind, fact.key): str(fact.row["fact"]) for fact in facts(scenario, [])}
    return Controls(
        name=scenario.name,
        title=scenario.title,
        description=scenario.description,
        kind=kind,
        settings=tuple(_settings(scenario.settings, loaded.settings)),
        reading=_readings(scenario.club, loaded.club, behind),
        members=_members(scenario, loaded, behind),
        provisions=tuple(_provisions(scenario.club, loaded.club, behind)),
        measures=tuple(_measures(scenario, loaded)),
        numbers=tuple(_club_numbers(scenario.club, loaded.club)),
        rerouting=tuple(_rerouting_numbers(scenario.settings, loaded.settings)),
    )


# -- choices ---------------------------------------------------------------------------------------------------------


def switchable(annotation: Any) -> Literal["choice", "boolean", "date"] | None:
    """How a page can set a field of this type; None where it cannot."""
    inside = get_args(annotation)
    if annotation is bool or Rerouting in inside:
        return "boolean"
    if inside and all(isinstance(value, str) for value in inside):
        return "choice"
    return "date" if annotation is dt.date or any(switchable(part) == "date" for part in inside) else None


def _settings(now: Settings, loaded: Settings) -> Iterator[Control]:
    for name, field in type(now).model_fields.items():
        how = switchable(field.annotation)
        if how is not None:
            text = words.SETTINGS[name]
            present = Rerouting in get_args(field.annotation)  # a part that is there or not
            yield Control(
                path=f"settings.{name}",
                label=text.label,
                help=text.help,
                value=getattr(now, name) is not None if present else _plain(getattr(now, name)),
                default=getattr(loaded, name) is not None if present else _plain(getattr(loaded, name)),
                choices=_choices(name, field.annotation) if how == "choice" else None,
                type=how,
                written=not present,
                **(_DAYS if how == "date" else {}),
            )


def _choices(name: str, annotation: Any) -> tuple[Choice, ...]:
    return tuple(Choice(value=value, label=words.CHOICES[name][value]) for value in get_args(annotation))


def _plain(value: Any) -> Value:
    plain: Value = value.isoformat() if isinstance(value, dt.date) else value
    return plain


def _named(club: Club, reading: str) -> tuple[str, ...]:
    """Whom a reading names beside the secretariat, whether or not China is out."""
    return club.model_copy(update={"china": "full"}).candidates(reading)


def _first(club: Club) -> tuple[str, ...]:
    return () if club.secretariat is None else (club.secretariat,)


def _readings(club: Club, loaded: Club, behind: Mapping[tuple[str, Any], str]) -> Readings:
    return Readings(
        path="club.reading",
        value=club.reading,
        default=loaded.reading,
        choices=tuple(
            ReadingChoice(
                value=name,
                label=reading.label,
                document=reading.document,
                place=reading.place,
                date=reading.date,
                china=club.china_level(name),
                note=reading.note,
                members=(*_first(club), *_named(club, name)),
                evidence=behind.get(("reading", (name,))),
            )
            for name, reading in club.readings.items()
        ),
    )


# -- members ---------------------------------------------------------------------------------------------------------


def _members(scenario: Scenario, loaded: Scenario, behind: Mapping[tuple[str, Any], str]) -> Members:
    club = scenario.club
    named = {name: _named(club, name) for name in club.readings}
    order = (club.reading, *(name for name in club.readings if name != club.reading))
    inside = set(scenario.members())
    every = dict.fromkeys([*(code for name in order for code in named[name]), *scenario.members()])
    for code in _first(club):
        every.pop(code)
    return Members(
        path="club.members",
        secretariat=club.secretariat,
        secretariat_name=None if club.secretariat is None else countries.name(club.secretariat),
        list=tuple(
            Member(
                iso3=code,
                name=countries.name(code),
                inside=code in inside,
                candidate=code in named[club.reading],
                partial=next((p[code] for name in order if code in (p := club.readings[name].partial)), None),
                evidence=next((_member_fact(club, name, code, behind) for name in order if code in named[name]), None),
            )
            for code in every
        ),
        china=Control(
            path="club.china",
            label=words.CHINA.label,
            help=words.CHINA.help,
            value=club.china_level(),
            default=loaded.club.china or club.readings[club.reading].china,
            choices=_choices("china", China),
            type="choice",
        ),
        congo=_congo(club, loaded.club),
    )


def _member_fact(club: Club, reading: str, code: str, behind: Mapping[tuple[str, Any], str]) -> str | None:
    """The fact by which a reading names a country: in part, by an open name, or in its list."""
    named = club.readings[reading]
    if code in named.partial:
        return behind.get(("partial", (reading, code)))
    for text, states in named.ambiguous.items():
        if code in states:
            return behind.get(("ambiguous", (reading, text)))
    return behind.get(("reading", (reading,)))


def _congo(club: Club, loaded: Club) -> Control | None:
    states = get_args(Club.model_fields["congo"].annotation)
    if not any(state in meant for r in club.readings.values() for meant in r.ambiguous.values() for state in states):
        return None
    return Control(
        path="club.congo",
        label=words.CONGO.label,
        help=words.CONGO.help,
        value=club.congo,
        default=loaded.congo,
        choices=tuple(Choice(value=state, label=countries.name(state)) for state in states),
        type="choice",
    )


# -- provisions and measures -----------------------------------------------------------------------------------------


def _provisions(club: Club, loaded: Club, behind: Mapping[tuple[str, Any], str]) -> Iterator[ProvisionSwitch]:
    before = {p.id: p for p in loaded.provisions}
    for p in club.provisions:
        was: Provision = before.get(p.id, p)
        path = f"club.provisions.{p.id}"
        number = _number(f"{path}.effect", words.PROVISION, p.effect, was.effect, (0.0, None, math.inf))
        yield ProvisionSwitch(
            id=p.id,
            label=p.label,
            enabled=p.enabled,
            path=f"{path}.enabled",
            document=p.document,
            place=p.place,
            basis=p.basis,
            source=p.source,
            note=sentences(p.note, words.PAID if p.rails else None),
            evidence=behind.get(("provision", (p.id,))),
            numbers=() if p.rails else (number,),
        )


def _measures(scenario: Scenario, loaded: Scenario) -> Iterator[MeasureSwitch]:
    for field in ("measures", "new_measures"):
        before: dict[str, Measure] = {m.id: m for m in getattr(loaded, field)}
        for m in getattr(scenario, field):
            was, path, targets = before.get(m.id, m), f"{field}.{m.id}", scenario.targets(m)
            yield MeasureSwitch(
                id=m.id,
                label=m.label,
                kind=m.kind,
                kind_label=KINDS[m.kind].label,
                new=field == "new_measures",
                senders=m.senders,
                sender_names=_who(scenario, m.senders),
                targets=targets,
                target_names=tuple(countries.name(code) for code in targets),
                hub_names=tuple(countries.name(code) for code in scenario.hubs(m)),
                sectors=m.sectors,
                since=_iso(m.since),
                until=_iso(m.until),
                in_force=1.0 if field == "new_measures" else scenario.share_in_force(m),
                enabled=m.enabled,
                path=f"{path}.enabled",
                lifted=m.lifted,
                lifted_path=None if field == "new_measures" else f"{path}.lifted",
                existence=m.existence,
                size_basis=m.size_basis,
                acts=tuple(act.in_words() for act in m.acts),
                source=m.source,
                note=m.note,
                finds=_finds(scenario, m),
                numbers=tuple(
                    _number(
                        f"{path}.{size}",
                        words.Words(number.label, number.help),
                        getattr(m, size),
                        getattr(was, size) or getattr(m, size),
                        number.slider,
                    )
                    for size, number in ((size, KINDS[m.kind].number(size)) for size in m.sizes)
                ),
            )


def _finds(scenario: Scenario, m: Measure) -> str:
    targets = scenario.targets(m)
    codes = targets if m.by_united_nations else (*scenario.senders(m), *targets, *scenario.hubs(m))
    return _words_of(m.label, m.kind, tuple(m.senders), tuple(codes), tuple(m.sectors))


@cache
def _words_of(
    label: str, kind: Kind, senders: tuple[str, ...], codes: tuple[str, ...], sectors: tuple[str, ...]
) -> str:
    """The words by which a search finds a measure; they are the same in every state of its switches."""
    named = (countries.name(code) for code in dict.fromkeys(codes))
    groups = (words.GROUPS.get(name, name) for name in senders)
    goods = (words.FINDS.get(sector, sector.replace("_", " ")) for sector in sectors)
    return " ".join((label, KINDS[kind].label, KINDS[kind].also, *groups, *named, *goods)).lower()


def _iso(date: dt.date | None) -> str | None:
    return None if date is None else date.isoformat()


def _who(scenario: Scenario, names: Sequence[str]) -> tuple[str, ...]:
    """Names of countries and groups; the scenario's own groups country by country."""
    labels: list[str] = []
    for name in names:
        if name in scenario.groups:
            labels += [countries.name(code) for code in scenario.expand([name])]
        else:
            labels.append(words.GROUPS.get(name, name) if name in countries.groups() else countries.name(name))
    return tuple(dict.fromkeys(labels))


# -- numbers ---------------------------------------------------------------------------------------------------------


# The least and the most a slider may go to, None for a margin around the range; and what no margin goes beyond
_Span = tuple[float | None, float | None, float]


def _club_numbers(club: Club, loaded: Club) -> Iterator[Number]:
    for field, text in words.CLUB_NUMBERS.items():
        span = (0.0, None, math.inf) if field == "cap" else (0.0, 1.0, 1.0)
        yield _number(f"club.{field}", text, getattr(club, field), getattr(loaded, field), span)
    before = {item.id: item.share for item in loaded.integration}
    paid = {p.id for p in club.provisions if p.rails}
    for item in club.integration:
        if item.provisions and paid.issuperset(item.provisions):
            continue  # what a payment link has already is in the network
        text = words.Words(f"{item.label or item.id}: {words.INTEGRATION.label}", words.INTEGRATION.help)
        was = before.get(item.id, item.share)
        yield _number(f"club.integration.{item.id}.share", text, item.share, was, (0.0, 1.0, 1.0))


def _rerouting_numbers(now: Settings, loaded: Settings) -> Iterator[Number]:
    """Those of the channel; where it is not counted, the ones at hand."""
    numbers, before = now.rerouting or Rerouting(), loaded.rerouting or Rerouting()
    # margin and penalty are parts of the mark-up
    most = {"markup": None, "margin": 1.0 - numbers.penalty.high, "penalty": 1.0 - numbers.margin.high}
    for field, text in words.REROUTING.items():
        span = (0.0, most.get(field, 1.0), math.inf if field == "markup" else 1.0)
        yield _number(f"settings.rerouting.{field}", text, getattr(numbers, field), getattr(before, field), span)


def _number(path: str, text: words.Words, now: Range, was: Range, span: _Span) -> Number:
    """A range as a slider; where it was set to another value, the note keeps what it rested on before."""
    least, most, beyond = span
    margin = (was.high - was.low) / 2 or abs(was.value) / 2 or 0.1
    low = was.low - margin if least is None else least
    high = min(was.high + margin, beyond) if most is None else most
    changed = None if now == was else sentences(f"As loaded: {was.basis}", was.source, was.note)
    return Number(
        path=path,
        label=text.label,
        help=text.help,
        value=now.value,
        low=now.low,
        high=now.high,
        unit=unit_of(path, was),
        basis=now.basis,
        source=now.source,
        note=sentences(now.note, changed),
        loaded=was.value,
        minimum=min(_outward(low, math.floor), now.value),
        maximum=max(min(_outward(high, math.ceil), beyond), now.value),
    )


def _outward(value: float, towards: Any) -> float:
    """`value` at two significant digits, rounded away from the range."""
    if value == 0 or not math.isfinite(value):
        return max(min(value, 1e300), -1e300)
    digits = 1 - math.floor(math.log10(abs(value)))
    return float(round(towards(round(value * 10.0**digits, 6)) / 10.0**digits, max(digits, 0)))
