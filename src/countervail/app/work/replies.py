"""What is answered at once, as plain dicts: the same rows and sentences as the report's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from countervail.app.routes.models import CountryState
from countervail.app.work.engine import Engine, Question
from countervail.evidence.bundle import Evidence
from countervail.report import headline
from countervail.report.controls import controls
from countervail.report.pages.page import TILES, View, columns_shown, members_view
from countervail.report.tables.case_tables import claims
from countervail.report.tables.columns import Table, described
from countervail.report.tables.run_tables import at_once
from countervail.scenario import CLUB
from countervail.types import Tables

# the run's own last: tables of the same name are its
_COLUMNS: Final = ("coalition_columns.csv", "country_columns.csv", "columns.csv")


def facts(engine: Engine, asked: Question) -> dict[str, Any]:
    """What world everything is computed in."""
    world = engine.world
    return {"name": world.name, "year": world.year, "countries": world.n, "sectors": world.j}


def ahead(engine: Engine, asked: Question) -> dict[str, Any]:
    """Nothing; the next question about the scenario is quick."""
    engine.live(asked).prepare()
    return {}


def charts(engine: Engine, asked: Question) -> dict[str, Any]:
    """Every chart of the report and of the coalitions' page, and the two looks; the same for every state."""
    from countervail.report.charts import every
    from countervail.report.charts.theme import config

    return {
        "charts": {
            name: {
                "title": chart.title,
                "reading": chart.reading,
                "tables": chart.tables,
                "specification": chart.specification,
            }
            for name, chart in every().items()
        },
        "themes": {"light": config(dark=False), "dark": config(dark=True)},
        "columns": {table.name: _described(table) for file in _COLUMNS for table in described(file).values()},
    }


def _described(table: Table) -> dict[str, Any]:
    columns = [
        {"name": c.name, "kind": c.kind, "unit": c.unit, "label": c.label, "description": c.description, "under": under}
        for c, under in columns_shown(table)
    ]
    return {"title": table.title, "description": table.description, "columns": columns}


def scenario(engine: Engine, asked: Question) -> dict[str, Any]:
    """Everything that can be switched, as it stands, and what documents say of it."""
    from countervail.report.tables.run_tables import stated

    now = engine.scenario(asked)
    found = controls(now, engine.loaded(asked), engine.known(asked).kind)
    tables = stated(engine.world, now, engine.evidence(asked))
    return {**found.model_dump(mode="json", by_alias=True), "tables": tables}


def worlds(engine: Engine, asked: Question) -> dict[str, Any]:
    """The four worlds of a state, with the headline in words: the live answer."""
    solved = engine.solved(asked)
    tables = at_once(solved.outcome)
    return {
        "tables": tables,
        **in_words(tables),
        "seconds": solved.seconds,
        "placebo_of": "as loaded" if asked.state.set else "this",
    }


def in_words(tables: Tables) -> dict[str, Any]:
    """Headline, tiles and the table of members, as the report has them."""
    return {
        "headline": headline.headline(tables, whole=False),
        "tiles": [_tile(tables, quantity, *said) for quantity, said in TILES.items()],
        "members": _view(members_view(tables)),
    }


def _tile(tables: Tables, quantity: str, label: str, meaning: str) -> dict[str, str]:
    found = headline.figure(tables, CLUB, quantity)
    return {
        "quantity": quantity,
        "label": label,
        "meaning": meaning,
        "value": found.value,
        "band": found.band,
        "median": found.median,
        "note": found.note,
    }


def _view(view: View) -> dict[str, Any]:
    return {"columns": [{"name": c.name, "label": c.label} for c in view.columns], "rows": view.rows}


def country(engine: Engine, asked: Question) -> dict[str, Any]:
    """One country: its partners, its sectors, the measures on it, the routes it can pay by."""
    from countervail.report.tables.country_tables import country_tables

    assert isinstance(asked.state, CountryState)
    return {"tables": country_tables(engine.solved(asked).outcome, asked.state.country)}


def payments(engine: Engine, asked: Question) -> dict[str, Any]:
    """The payment network: who can pay whom, and how; what the proposals change in it is for a run to say."""
    from countervail.analysis.payment_links import network_of
    from countervail.rails import payments as network_at
    from countervail.report.tables import payment_tables

    outcome = engine.solved(asked).outcome
    paid = outcome.case.layout.payments
    network = paid.observed if paid is not None else network_at(outcome.world, outcome.scenario)
    study = network_of(outcome.case, network, outcome.worlds.sanctions.S)
    found = payment_tables.tables(study)
    return {"tables": {name: rows for name, rows in found.items() if name.startswith("rail_")}}


# -- what documents sent to the server say, as rows: the documents, and every claim with its words and its witnesses ---


MOST_CLAIMS: Final = 2_000
"""Shown; all of them are in the case."""


def said(evidence: Evidence, names: Mapping[str, str]) -> dict[str, Any]:
    """Documents, claims, and what was refused; `names` are what their owner calls the files."""
    counts = Counter(claim["document"] for claim in evidence.accepted)
    sources = {source["id"]: source for source in evidence.sources}

    def called(name: str) -> str:
        return names.get(name.rpartition("/")[2], name)

    return {
        "documents": [
            {
                "id": document["id"],
                "file": called(sources[document["source"]]["name"]),
                "kind": document["kind"],
                "title": document.get("title"),
                "place": document.get("place"),
                "origin": sources[document["source"]]["origin"],
                "hidden": len(sources[document["source"]].get("hidden", ())),
                "claims": counts[document["id"]],
            }
            for document in evidence.documents
        ],
        "claims": claims(evidence)[:MOST_CLAIMS],
        "refused": [{"file": called(row["name"]), "reason": row["reason"]} for row in evidence.refused]
        + [
            {"file": called(row["name"]), "reason": f"the same bytes as {called(row['of'])}, which is read once"}
            for row in evidence.copies
        ],
    }
