"""What the server answers at once, as plain dicts: the same rows and sentences as the report's."""

from __future__ import annotations

from typing import Any

from countervail import __version__
from countervail.app.engine import Engine
from countervail.app import models
from countervail.app.models import CountryState, State
from countervail.errors import InputError
from countervail.report import answers
from countervail.report.columns import Tables
from countervail.report.controls import Controls, controls
from countervail.report.page import TILES, View, members_view
from countervail.report.tables import at_once


class ScenarioAnswer(Controls):
    """Everything that can be switched, and what documents say of it."""

    tables: models.Tables


def meta(engine: Engine, draws: int) -> dict[str, Any]:
    """What is here."""
    world = engine.world
    return {
        "version": __version__,
        "scenario": engine.first.scenario,
        "state": engine.first,
        "scenarios": [
            {"name": s.name, "title": s.title, "description": s.description, "kind": s.kind}
            for s in engine.sources.all()
        ],
        "world": {"name": world.name, "year": world.year, "countries": world.n, "sectors": world.j},
        "draws": draws,
        "cases": [{"id": c.id, "documents": c.documents, "claims": c.claims} for c in engine.cases.all()],
    }


def charts(engine: Engine, state: State) -> dict[str, Any]:
    """Every chart of the report and of the coalitions' page, and the two looks; the same for every state."""
    from countervail.report.charts import every
    from countervail.report.coalition_page import charts as of_coalitions
    from countervail.report.theme import config

    known = every() | {f"coalition_{chart.name}": chart for chart in of_coalitions(many=True, keeps_out=True)}
    return {
        "charts": {
            name: {
                "title": chart.title,
                "reading": chart.reading,
                "tables": chart.tables,
                "specification": chart.specification,
            }
            for name, chart in known.items()
        },
        "themes": {"light": config(dark=False), "dark": config(dark=True)},
    }


def scenario(engine: Engine, state: State) -> dict[str, Any]:
    """Everything that can be switched, as it stands, and what documents say of it."""
    from countervail.report.tables import stated

    now, loaded = engine.scenario(state), engine.sources.load(state.scenario)
    found = controls(now, loaded, engine.sources.kind(state.scenario))
    tables = stated(engine.world, now, engine.cases.evidence(state.case))
    return {**found.model_dump(mode="json", by_alias=True), "tables": tables}


def worlds(engine: Engine, state: State) -> dict[str, Any]:
    """The four worlds of a state, with the headline in words: the live answer."""
    solved = engine.solved(state)
    tables = at_once(solved.outcome)
    return {
        "tables": tables,
        **in_words(tables),
        "seconds": solved.seconds,
        "placebo_of": "as loaded" if state.set else "this",
    }


def in_words(tables: Tables) -> dict[str, Any]:
    """Headline, tiles and the table of members, as the report has them."""
    return {
        "headline": answers.headline(tables),
        "tiles": [_tile(tables, quantity, label) for quantity, label in TILES.items()],
        "members": _view(members_view(tables)),
    }


def _tile(tables: Tables, quantity: str, label: str) -> dict[str, str]:
    found = answers.figure(tables, answers.CLUB, quantity)
    return {
        "quantity": quantity,
        "label": label,
        "value": found.value,
        "band": found.band,
        "median": found.median,
        "note": found.note,
    }


def _view(view: View) -> dict[str, Any]:
    return {"columns": [{"name": c.name, "label": c.label} for c in view.columns], "rows": view.rows}


def country(engine: Engine, state: CountryState) -> dict[str, Any]:
    """One country: its partners, its sectors, the measures on it, the routes it can pay by."""
    from countervail.report.country_tables import country_tables

    if state.country not in engine.world.countries:
        raise InputError(f"country: {state.country} is not in this world; name one of table `countries` (ISO3)")
    outcome = engine.solved(State(scenario=state.scenario, set=state.set)).outcome
    return {"tables": country_tables(outcome, state.country)}


def payments(engine: Engine, state: State) -> dict[str, Any]:
    """The payment network: who can pay whom, and what the proposals change; not what they are worth."""
    from countervail.analysis.links import network_of, prepare
    from countervail.report import payment_tables

    outcome = engine.solved(State(scenario=state.scenario, set=state.set)).outcome
    _, network = prepare(engine.world, outcome.scenario)
    study = network_of(outcome.case, network, outcome.worlds.sanctions.S)
    found = payment_tables.tables(study, pairs=True)
    return {"tables": {name: rows for name, rows in found.items() if name.startswith("rail_")}}
