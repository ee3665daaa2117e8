"""Warnings that stop a wrong reading: a change without effect, a cap that binds, a measure or date outside the data."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from countervail import __version__
from countervail.analysis.calibrate import flows_hash
from countervail.analysis.case import Case
from countervail.analysis.case.club_shocks import ClubDesign
from countervail.analysis.case.draws import Draw
from countervail.rails import Rails, load_rails
from countervail.scenario import Measure, Range, Scenario
from countervail.scenario.assumptions import ranges
from countervail.scenario.scenario import RAILS_KNOWN
from countervail.trade.shares import LARGE_RATE
from countervail.trade.shock import Shock

NOTICED: Final = 0.1
"""The cap is a warning where it takes more than this share of what the provisions do to the club's trade."""
LARGE_EFFECT: Final = -5.0
"""An effect on log trade below this leaves less than a hundredth, and is more likely a percentage."""
SHOWN: Final = 3


@dataclass(frozen=True)
class Warned:
    """One warning.

    Attributes:
        kind: what it is about: no effect, cap, not in force, sender and target, date, size, stale, members.
        field: the path of the setting in the scenario.
        note: what a reader must know, in a sentence.
    """

    kind: str
    field: str
    note: str


def warnings_of(case: Case) -> tuple[Warned, ...]:
    """Every warning about a scenario in its world."""
    scenario = case.scenario
    paid = case.layout.payments
    day = scenario.settings.rails_date or (None if paid is None else paid.observed.date)
    return (
        *_dates(case),
        *_lifted_flows(case),
        *_left_out(case),
        *(() if day is None else rails_date_warnings(day, load_rails() if paid is None else paid.observed.rails)),
        *_cap(case),
        *_not_in_force(scenario),
        *_own_targets(scenario),
        *_threats(scenario),
        *_large_sizes(scenario),
        *_stale(case),
        *_without_effect(case),
    )


def _dates(case: Case) -> Iterator[Warned]:
    year, data = case.scenario.settings.baseline_year, case.world.year
    if data and year != data:
        note = (
            f"The world's trade is of {data}, and settings.baseline_year says {year}: the measures in force in {year} "
            f"are lifted from the trade of {data}. The world of another year is world.at({year})."
        )
        yield Warned("date", "settings.baseline_year", note)
    before, years = case.scenario.settings.history_before, case.world.history_years
    if before is not None and years and not min(years) <= before <= max(years):
        note = f"Past trade is known from {min(years)} to {max(years)}; settings.history_before is {before}."
        yield Warned("date", "settings.history_before", note)


def _left_out(case: Case) -> Iterator[Warned]:
    """States of a reading that the world has only in its rest."""
    club = case.scenario.club
    for name, reading in club.readings.items() if club.members is None else ():
        outside = [c for c in club.all_members(name) if c not in case.world.countries]
        if outside:
            note = (
                f"Reading {name} ({reading.label}) names {', '.join(outside)}, which the world has in its rest and not "
                "as countries: its figures are for the others."
            )
            yield Warned("members", f"club.readings.{name}.candidates", note)


def _lifted_flows(case: Case) -> Iterator[Warned]:
    """Flows without the measures that are of another year than world or scenario, or that cannot be met."""
    settings, data = case.scenario.settings, case.world.year
    met = settings.flows_to_meet if data in (0, settings.baseline_year) else ()
    left_out = [one for one in settings.lifted_flows if one not in met]
    if left_out:
        named = ", ".join(one.id for one in left_out[:SHOWN])
        note = (
            "Flows without the measures that are of another year than the world and settings.baseline_year are left "
            f"out, and the sizes of the measures on them stand: {named}."
        )
        yield Warned("no effect", f"settings.lifted_flows.{left_out[0].id}", note)
    parts = case.parts
    for name, nearest in () if parts is None else parts.missed:
        note = (
            f"No size of the measures on it brings the flow {name} about: without them it is {nearest:,.0f} million "
            "USD at the nearest."
        )
        yield Warned("size", f"settings.lifted_flows.{name}.trade", note)


def rails_date_warnings(day: dt.date, rails: Rails) -> Iterator[Warned]:
    """That a date lies before or after what the rails table knows."""
    known = [date for entry in rails.entries() for date in _days(entry) if date is not None]
    first, last = RAILS_KNOWN[0], max(known, default=day)
    if day > last:
        note = f"The rails table ends on {last}: the payment network of {day} is that of its last entry."
        yield Warned("date", "settings.rails_date", note)
    elif day < first:
        note = f"The rails table begins on {first}: it knows little of the payment network of {day}."
        yield Warned("date", "settings.rails_date", note)


def _days(entry: object) -> tuple[dt.date | None, dt.date | None]:
    return getattr(entry, "since", None), getattr(entry, "until", None)


def _cap(case: Case) -> Iterator[Warned]:
    """That the cap on all provisions together cuts off much of what they would do."""
    scenario, members = case.scenario, case.scenario.members()
    at = case.indices(members)
    if len(at) < 2:
        return
    design = ClubDesign(members)
    free = case.drawn(replace(case.draw, values={**case.draw.values, "club.cap": np.inf}))
    b, uncapped = case.integration(design), free.integration(design)
    trade = case.world.flows[np.ix_(at, at)] * (1.0 - np.eye(len(at)))[:, :, None]
    left, whole = float((b * trade).sum()), float((uncapped * trade).sum())
    if left < (1.0 - NOTICED) * whole:
        lost, cap = 1.0 - left / whole, case.draw.of("club.cap", scenario.club.cap)
        note = (
            f"The provisions add up to {float(uncapped.max()):.2g} log points of trade, and club.cap holds them to "
            f"{cap:g}: {lost:.0%} of what they would do to the club's trade is left out. Set club.cap to change it."
        )
        yield Warned("cap", "club.cap", note)


def _not_in_force(scenario: Scenario) -> Iterator[Warned]:
    """Measures that are switched on and lie wholly outside the baseline year: lifting them changes nothing."""
    outside = [m for m in scenario.measures if m.enabled and scenario.share_in_force(m) == 0]
    if outside:
        year = scenario.settings.baseline_year
        listed = ", ".join(f"{m.id} ({_when(m)})" for m in outside[:SHOWN])
        more = f" and {len(outside) - SHOWN} more" if len(outside) > SHOWN else ""
        many = "measures are" if len(outside) > 1 else "measure is"
        note = (
            f"{len(outside)} {many} not in force in {year}, so that lifting changes nothing: {listed}{more}. "
            "What one would add is computed where it is among new_measures."
        )
        yield Warned("not in force", f"measures.{outside[0].id}", note)


def _when(m: Measure) -> str:
    return f"to {m.until}" if m.until is not None else f"from {m.since}" if m.since is not None else "in_baseline: 0"


def _own_targets(scenario: Scenario) -> Iterator[Warned]:
    """Countries that a measure names both as a sender and as a target."""
    for field in ("measures", "new_measures"):
        for m in getattr(scenario, field):
            both = [name for name in m.senders if name in m.targets]
            if both:
                note = f"{m.label}: {', '.join(both)} is both sender and target, and is left out as a sender."
                yield Warned("sender and target", f"{field}.{m.id}.senders", note)


def _large_sizes(scenario: Scenario) -> Iterator[Warned]:
    """Rates and effects that look like percentages."""
    for field in ("measures", "new_measures"):
        for m in getattr(scenario, field):
            if m.effect is not None and (b := m.effect.value) < LARGE_EFFECT:
                meant = f"; {b:g} % would be {math.log1p(b / 100):.2g}" if b > -100 else ""
                note = f"{m.label}: the effect {b:g} is in log points and leaves {math.exp(b):.1g} of the trade{meant}."
                yield Warned("size", f"{field}.{m.id}.effect", note)
            for name in ("rate", "evasion"):
                size: Range | None = getattr(m, name)
                if size is not None and size.value > LARGE_RATE:
                    note = (
                        f"{m.label}: the {name} {size.value:g} is {size.value:.0%}; "
                        f"{size.value:g} % would be {size.value / 100:g}."
                    )
                    yield Warned("size", f"{field}.{m.id}.{name}", note)


def _stale(case: Case) -> Iterator[Warned]:
    """Effects that `countervail calibrate` fitted under other settings, in another world or by another version."""
    scenario = case.scenario
    now = {"the world": flows_hash(case.world), "the version": __version__, **scenario.settings.fitted_under()}
    effects = {m.id: m.effect for m in scenario.measures if m.enabled and m.effect is not None}
    for one in scenario.calibrations:
        held = [e.id for e in one.effects if e.id in effects and effects[e.id].basis == "estimated"]
        then = {"the world": one.world, "the version": one.version, **one.options}
        other = [name if name.startswith("the ") else f"settings.{_SETTING.get(name, name)}" for name in now]
        differ = [shown for shown, name in zip(other, now, strict=True) if now[name] != then.get(name)]
        if held and differ:
            held_ids = f"{', '.join(held[:SHOWN])}{' ...' * (len(held) > SHOWN)}"
            note = (
                f"The effects of {len(held)} measures ({held_ids}) were fitted to {one.base}-{one.after} with another "
                f"value of {', '.join(differ)}; countervail calibrate fits them anew."
            )
            yield Warned("stale", f"measures.{held[0]}.effect", note)


_SETTING: Final = {"leaked": "rerouting"}


def _threats(scenario: Scenario) -> Iterator[Warned]:
    """Secondary sanctions on hubs that nothing in the scenario answers to."""
    for m in (*scenario.measures, *scenario.new_measures):
        if m.enabled and m.hubs:
            if m in scenario.measures:
                note = "what it closed is in today's trade; name it among new_measures to see what one would do."
                yield Warned("no effect", f"measures.{m.id}", f"{m.label}: {note}")
            elif scenario.settings.rerouting is None:
                note = "it acts on what comes through third countries, which settings.rerouting ({}) would count."
                yield Warned("no effect", f"new_measures.{m.id}", f"{m.label}: {note}")


# -- changes without effect --------------------------------------------------------------------------------------------


def _without_effect(case: Case) -> Iterator[Warned]:
    """Numbers that were changed and on which no world depends: other values give the same shocks."""
    known = {path: number for path, _, number in ranges(case.scenario)}
    for change in dict.fromkeys(change.partition("=")[0].strip() for change in case.scenario.changes):
        path = next((p for p in (change, change.removesuffix(".value"), f"{change}.value") if p in known), None)
        if path is not None and not _matters(case, path, known[path]):
            yield Warned("no effect", path, f"{path} was changed, and no result depends on it: {_why(case, path)}.")


def _matters(case: Case, path: str, number: Range) -> bool:
    """Whether a lower or a higher value gives other shocks."""
    step = max(number.high - number.low, abs(number.value), 0.1) / 2
    now = _shocks(case)
    for value in (number.value - step, number.value + step):
        other = case.drawn(Draw({**case.draw.values, path: value}))
        if not all(_same(one, two) for one, two in zip(now, _shocks(other), strict=True)):
            return True
    return False


def _shocks(case: Case) -> tuple[Shock, ...]:
    members = case.scenario.members()
    clubs = (case.club(ClubDesign(members)), case.club(ClubDesign(members, lifted=True)))
    return (case.sanctioned(), case.lift(), *clubs)


def _same(one: Shock, other: Shock) -> bool:
    pairs = [(getattr(one, name), getattr(other, name)) for name in ("trade_effect", "potential", "tariff", "transfer")]
    if one.among is not None and other.among is not None:
        names = ("trade_effect", "potential", "export_tax")
        pairs += [(getattr(one.among, name), getattr(other.among, name)) for name in names]
    return all((a is None) == (b is None) and (a is None or np.array_equal(a, b)) for a, b in pairs)


def _why(case: Case, path: str) -> str:
    """Why a number has no effect, as far as it can be seen from the scenario."""
    scenario, steps = case.scenario, path.split(".")
    if path.startswith("club.provisions."):
        p = next(p for p in scenario.club.provisions if p.id == steps[2])
        if not p.enabled:
            return f"the provision {p.id} is switched off"
        if p.rails:
            return f"what {p.id} does to trade is computed from the payment rails that it runs over"
        return "club.cap holds the provisions to less, or no pair of members has what it needs"
    if steps[0] in ("measures", "new_measures"):
        m = next(m for m in getattr(scenario, steps[0]) if m.id == steps[1])
        if not m.enabled:
            return f"the measure {m.id} is switched off"
        if steps[0] == "measures" and scenario.share_in_force(m) == 0:
            return f"{m.id} is not in force in {scenario.settings.baseline_year} ({_when(m)})"
        if not m.lifted:
            return f"{m.id} is not lifted (lifted: false)"
        return "a stronger measure holds the same trade, or its countries do not trade in these sectors"
    return "nothing in this scenario uses it"
