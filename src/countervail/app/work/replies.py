"""The answers to questions, as plain dicts: the same rows and sentences as in the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

from countervail import countries
from countervail.app.models import CompareState, CountryState, MarginState, PairState, State
from countervail.app.work import Engine, Question, Reply
from countervail.evidence.bundle import Evidence
from countervail.report import glossary, headline
from countervail.report.controls import controls
from countervail.report.controls.control_words import GROUPS
from countervail.report.differences import against, at_the_margin, side_by_side
from countervail.report.numbers import AS_FOLD
from countervail.report.pages import View
from countervail.report.pages.run_page import members_view
from countervail.report.tables.case_tables import claims
from countervail.report.tables.columns import Table, described
from countervail.report.tables.run_tables import at_once
from countervail.report.verdict import reasons
from countervail.report.verdict import verdict as verdict_of
from countervail.types import Tables

if TYPE_CHECKING:
    from countervail.analysis.outcome import Outcome
    from countervail.rails import Network

# those of the run last: they are used where a name occurs twice
_DOCUMENTS: Final = ("coalitions", "country", "state", "run")


def facts(engine: Engine, question: Question) -> dict[str, Any]:
    """The world that everything is computed in, and what the figures of the headline mean."""
    world = engine.world
    return {
        "world": {"name": world.name, "year": world.year, "countries": world.n, "sectors": world.j},
        "choices": {
            "countries": _named((code, countries.name(code)) for code in world.countries if code != "ROW"),
            "groups": _named((name, GROUPS.get(name, name)) for name in countries.groups()),
            "sectors": _named(zip(world.sectors, world.sector_names or world.sectors, strict=True)),
        },
        "headline": {
            "definitions": glossary.DEFINITIONS,
            "terms": glossary.TERMS,
            "agreement": AS_FOLD,
            "glossary": glossary.GLOSSARY,
        },
    }


def _named(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"code": code, "name": name} for code, name in pairs]


def ahead(engine: Engine, question: Question) -> dict[str, Any]:
    """Nothing, after making the next question about the scenario quick."""
    engine.live(question).prepare()
    return {}


def charts(engine: Engine, question: Question) -> dict[str, Any]:
    """Every chart of the report and of the page on coalitions, and the two looks; the same for every state."""
    from countervail.report.charts import config, every

    tables = [(document, table) for document in _DOCUMENTS for table in described(document).values()]
    tables.sort(key=lambda entry: entry[1].position)
    return {
        "charts": {
            name: {
                "title": chart.title,
                "reading": chart.reading,
                "tables": chart.tables,
                "section": chart.section,
                "source": chart.source,
                "needs": chart.needs,
                "specification": chart.specification,
            }
            for name, chart in every().items()
        },
        "themes": {"light": config(dark=False), "dark": config(dark=True)},
        "columns": {table.name: _described(document, table) for document, table in tables},
    }


def _described(document: str, table: Table) -> dict[str, Any]:
    columns = [
        {
            "name": c.name,
            "kind": c.kind,
            "unit": c.unit,
            "label": c.label,
            "heading": c.heading,
            "numeric": c.numeric,
            "description": c.description,
            "under": c.under,
        }
        for c in table.shown
    ]
    return {
        "title": table.title,
        "description": table.description,
        "document": document,
        "section": table.section,
        "folded": table.folded,
        "columns": columns,
    }


def scenario(engine: Engine, question: Question) -> dict[str, Any]:
    """Everything that can be switched, as it is in a state, and what documents say about it."""
    from countervail.report.tables.run_tables import stated

    now = engine.scenario(question)
    switches = controls(now, engine.loaded(question), question.kind)
    tables = stated(engine.world, now, engine.evidence(question.case))
    return {**switches.model_dump(mode="json", by_alias=True), "tables": tables}


def worlds(engine: Engine, question: Question) -> dict[str, Any]:
    """The four worlds of a state, with the headline in words: the live answer."""
    solved = engine.solved(question)
    tables = at_once(solved.outcome)
    return {
        "tables": tables,
        **in_words(tables),
        "against": against(tables, engine.first_tables(question)) if question.state.set else [],
        "seconds": solved.seconds,
        "placebo_of": "as loaded" if question.state.set else "this",
    }


def in_words(tables: Tables) -> dict[str, Any]:
    """Verdict, headline, tiles and the table of members, as the report has them."""
    verdict = verdict_of(tables)
    return {
        "verdict": None if verdict is None else asdict(verdict),
        "headline": reasons(tables, final=False),
        "tiles": [_tile(tile) for tile in headline.tiles(tables)],
        "members": _view(members_view(tables)),
    }


def _tile(tile: headline.Tile) -> dict[str, str]:
    figure = tile.figure
    return {
        "quantity": tile.quantity,
        "label": tile.label,
        "meaning": tile.meaning,
        "value": figure.value,
        "band": figure.band,
        "median": figure.median,
        "note": figure.note,
    }


def _view(view: View) -> dict[str, Any]:
    return {"columns": [{"name": c.name, "label": c.label} for c in view.columns], "rows": view.rows}


def country(engine: Engine, question: Question) -> dict[str, Any]:
    """One country: its partners, its sectors, the measures on it, the routes it can pay by."""
    from countervail.report.tables.country_tables import country_tables

    assert isinstance(question.state, CountryState)
    return {"tables": country_tables(engine.solved(question).outcome, question.state.country)}


def compare(engine: Engine, question: Question) -> dict[str, Any]:
    """Two states of a scenario: their verdicts, how they differ in sentences, and every figure of both."""
    assert isinstance(question.state, CompareState)
    other = replace(question, state=State(scenario=question.state.scenario, set=question.state.other))
    a, b = (at_once(engine.solved(one).outcome) for one in (other, question))
    verdicts = [verdict_of(tables) for tables in (a, b)]
    sides = [
        {"verdict": None if answer is None else asdict(answer), "tables": {"verdict": tables["verdict"]}}
        for answer, tables in zip(verdicts, (a, b), strict=True)
    ]
    return {"a": sides[0], "b": sides[1], "sentences": against(b, a), "tables": {"compare": list(side_by_side(a, b))}}


def margin(engine: Engine, question: Question) -> dict[str, Any]:
    """What measures do at the margin: rows of every country, and sentences."""
    from countervail.analysis.margin import margin as margin_of
    from countervail.report.tables.country_tables import margin_rows

    assert isinstance(question.state, MarginState)
    outcome = engine.solved(question).outcome
    effect = margin_of(outcome, question.state.measures)
    rows = list(margin_rows(outcome, question.state.measures, effect))
    several = len(question.state.measures) > 1
    return {"tables": {"margin": rows}, "sentences": at_the_margin(rows, effect.imposed, several)}


def payments(engine: Engine, question: Question) -> dict[str, Any]:
    """The payment network: who can pay whom, and how. What the proposals change in it comes with a run."""
    from countervail.analysis.payment_links import network_of
    from countervail.report.tables import payment_tables

    outcome = engine.solved(question).outcome
    study = network_of(outcome.case, _network(outcome), outcome.worlds.sanctions.S)
    tables = payment_tables.tables(study)
    return {"tables": {name: rows for name, rows in tables.items() if name.startswith("rail_")}}


def _network(outcome: Outcome) -> Network:
    from countervail.rails import payments as network_at

    paid = outcome.case.layout.payments
    return paid.observed if paid is not None else network_at(outcome.world, outcome.scenario)


def pair(engine: Engine, question: Question) -> dict[str, Any]:
    """How a pair of countries pays by class of channel, and what cutting connections does to it and to incomes."""
    from countervail.report.tables.pair_tables import pair_tables

    assert isinstance(question.state, PairState)
    outcome, wanted = engine.solved(question).outcome, question.state
    tables = pair_tables(
        outcome.case, _network(outcome), outcome.worlds.sanctions.S, wanted.one, wanted.other, wanted.cut
    )
    return {"tables": tables}


REPLIES: Final[Mapping[Reply, Callable[[Engine, Question], dict[str, Any]]]] = {
    "ahead": ahead,
    "charts": charts,
    "compare": compare,
    "country": country,
    "facts": facts,
    "margin": margin,
    "pair": pair,
    "payments": payments,
    "scenario": scenario,
    "worlds": worlds,
}


# -- documents sent to the server: each document, and every claim with its words and its witnesses ---------------------


MOST_CLAIMS: Final = 2_000
"""In the answer; all of them are in the case."""


def contents_of(evidence: Evidence, names: Mapping[str, str]) -> dict[str, Any]:
    """Documents, claims, and refused files; `names` are what their owner calls the files."""
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
