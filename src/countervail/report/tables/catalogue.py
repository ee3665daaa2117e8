"""What there is to name: scenarios, measures, countries, groups, sectors, provisions, rails; each with its source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, get_args

from countervail import arguments, countries
from countervail.errors import InputError
from countervail.rails import load_rails
from countervail.scenario import Measure, Scenario, load_scenario
from countervail.scenario.load import library
from countervail.scenario.messages import suggest
from countervail.types import Row
from countervail.world.store import load_world

Kind = Literal["scenarios", "measures", "countries", "groups", "sectors", "provisions", "rails"]
"""What is listed."""
KINDS: Final = get_args(Kind)
_CLOSE = 60
"""Names that an error lists at most."""


def catalogue(kind: Kind, scenario: str = "asiu") -> list[Row]:
    """A row for each of a kind; measures and provisions are those of a scenario.

    Raises:
        InputError: there is no such kind, or no such scenario.
    """
    arguments.one_of(kind, "kind", KINDS)
    return _LISTS[kind](scenario)


def entry(kind: Kind, name: str, scenario: str = "asiu") -> dict[str, Any]:
    """One of them in full, with where it is from.

    Raises:
        InputError: nothing of this kind is called so.
    """
    arguments.one_of(kind, "kind", KINDS)
    return _ENTRIES[kind](arguments.text(name, "name"), scenario)


def _scenarios(_: str) -> list[Row]:
    rows = []
    for name in library():
        one = load_scenario(name)
        counts = {"measures": len(one.measures), "new_measures": len(one.new_measures)}
        rows.append({"name": name, "title": one.title, **counts, "members": " ".join(one.members())})
    return rows


def _scenario(name: str, _: str) -> dict[str, Any]:
    one = load_scenario(name)
    return {
        "name": one.name,
        "title": one.title,
        "description": " ".join(one.description.split()),
        "members": list(one.members()),
        "settings": one.settings.model_dump(mode="json"),
        "measures": [m.id for m in one.measures],
        "new_measures": [m.id for m in one.new_measures],
        "source": f"src/countervail/scenario/library/{name}.yaml" if name in library() else name,
    }


def _every_measure(scenario: Scenario) -> Sequence[Measure]:
    return (*scenario.measures, *scenario.new_measures)


def _measures(scenario: str) -> list[Row]:
    return [
        {
            "id": m.id,
            "label": m.label,
            "kind": m.kind,
            "senders": " ".join(m.senders),
            "targets": " ".join(m.targets),
            "since": None if m.since is None else m.since.isoformat(),
            "until": None if m.until is None else m.until.isoformat(),
            "existence": m.existence,
            "size": m.size_basis,
        }
        for m in _every_measure(load_scenario(scenario))
    ]


def _measure(name: str, scenario: str) -> dict[str, Any]:
    known = {m.id: m for m in _every_measure(load_scenario(scenario))}
    return dict(_one(known, name, "measure").model_dump(mode="json", exclude_none=True, exclude_defaults=True))


def _countries(_: str) -> list[Row]:
    there = set(load_world().countries)
    return [
        {
            "iso3": c.iso3,
            "iso2": c.iso2,
            "numeric": c.numeric,
            "name": c.name,
            "in_world": c.iso3 in there,
            "groups": " ".join(g for g in countries.groups() if c.iso3 in countries.group(g)),
        }
        for c in countries.load().values()
    ]


def _country(name: str, _: str) -> dict[str, Any]:
    c = countries.load()[countries.resolve(name)]
    spells = [
        {"group": g, "since": _day(m.since), "until": _day(m.until)}
        for g in countries.groups()
        for m in countries.memberships(g)
        if m.iso3 == c.iso3
    ]
    return {
        **{field: getattr(c, field) for field in ("iso3", "iso2", "numeric", "name", "capital", "area_km2")},
        "also_called": list(c.aliases),
        "neighbours": list(c.neighbours),
        "in_world": c.iso3 in load_world().countries,
        "groups": spells,
        "source": "codes, capital and neighbours: GeoNames (CC BY 4.0); names: this project",
    }


def _groups(_: str) -> list[Row]:
    now = {name: countries.group(name) for name in countries.groups()}
    return [{"name": name, "members": len(codes), "codes": " ".join(codes)} for name, codes in now.items()]


def _group(name: str, _: str) -> dict[str, Any]:
    members = [
        {"country": countries.name(m.iso3), "iso3": m.iso3, "since": _day(m.since), "until": _day(m.until)}
        for m in countries.memberships(name)
    ]
    return {"name": name, "members": members, "source": "dates of accession and exit, src/countervail/groups.csv"}


def _sectors(_: str) -> list[Row]:
    world = load_world()
    names = world.sectors if world.sector_names is None else world.sector_names
    return [
        {
            "code": code,
            "name": names[j],
            "goods": None if world.goods is None else bool(world.goods[j]),
            "elasticity": float(world.elasticity[j]),
            "output_usd": float(world.output[:, j].sum()),
        }
        for j, code in enumerate(world.sectors)
    ]


def _sector(name: str, scenario: str) -> dict[str, Any]:
    row = _one({row["code"]: row for row in _sectors(scenario)}, name, "sector")
    sheet = {one["code"]: one for one in load_world().datasheet.get("sectors", ())}
    return {**row, **sheet.get(name, {}), "source": "docs/datasheet.md"}


def _provisions(scenario: str) -> list[Row]:
    club = load_scenario(scenario).club
    return [
        {
            "id": p.id,
            "label": p.label,
            "effect": p.effect.value,
            "low": p.effect.low,
            "high": p.effect.high,
            "basis": p.effect.basis,
            "document": p.document,
            "place": p.place,
        }
        for p in (() if club is None else club.provisions)
    ]


def _provision(name: str, scenario: str) -> dict[str, Any]:
    club = load_scenario(scenario).club
    known = {p.id: p for p in (() if club is None else club.provisions)}
    return dict(_one(known, name, "provision").model_dump(mode="json", exclude_none=True))


def _rails(_: str) -> list[Row]:
    return [
        {
            "id": r.id,
            "label": r.label,
            "since": _day(r.since),
            "until": _day(r.until),
            "basis": r.basis,
            "source": r.source,
        }
        for r in load_rails().rails
    ]


def _rail(name: str, _: str) -> dict[str, Any]:
    table = load_rails()
    one = _one({r.id: r for r in table.rails}, name, "rail")
    on_it = [
        {"label": m.label, "countries": list(m.countries), "since": _day(m.since), "source": m.source}
        for m in table.memberships
        if m.rail == name
    ]
    return {**one.model_dump(mode="json", exclude_none=True), "members": on_it}


def _day(day: Any) -> str | None:
    return None if day is None else str(day.isoformat())


def _one(known: dict[str, Any], name: str, what: str) -> Any:
    if name not in known:
        names = list(known)
        hint = suggest(name, names) if len(names) <= _CLOSE else suggest(name, names).split(" Allowed:")[0]
        hint = "" if hint.startswith("Allowed:") and len(names) > _CLOSE else f" {hint}"
        raise InputError(f"no {what} {name!r}.{hint} `countervail list {what}s` lists them.", field="name")
    return known[name]


_LISTS: Final[dict[Kind, Callable[[str], list[Row]]]] = {
    "scenarios": _scenarios,
    "measures": _measures,
    "countries": _countries,
    "groups": _groups,
    "sectors": _sectors,
    "provisions": _provisions,
    "rails": _rails,
}
_ENTRIES: Final[dict[Kind, Callable[[str, str], dict[str, Any]]]] = {
    "scenarios": _scenario,
    "measures": _measure,
    "countries": _country,
    "groups": _group,
    "sectors": _sector,
    "provisions": _provision,
    "rails": _rail,
}
