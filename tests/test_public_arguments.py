"""No public function raises a bare Python error on a wrong argument: every parameter of every one gets wrong values."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import countervail as cv
from countervail.analysis.run import case_of, solved
from support.worlds import make_world

WRONG: tuple[Any, ...] = (None, object(), "nonsense", b"x", -1, 1.5, True, float("nan"), [], [None], {}, {"x": []})


@cache
def world() -> cv.World:
    return make_world(n=3, j=2)


@cache
def outcome() -> Any:
    return solved(case_of(cv.load_world(), cv.load_scenario("russia-alone")))


@cache
def cube() -> Any:
    return cv.coalitions(cv.load_world(), "asiu", ["IRN", "RUS"])


@cache
def network() -> Any:
    return cv.payments(cv.load_world(), cv.load_scenario("maximum-pressure-2018"), date="2023-07-01")


def long_table() -> dict[str, list[Any]]:
    return {k: list(v) for k, v in world().to_frame("flows").items()}


def estimation() -> dict[str, Any]:
    cells = [(y, s, b) for y in range(2010, 2014) for s in ("RUS", "SAU") for b in ("DEU", "CHN", "IND")]
    panel = dict(zip(("year", "exporter", "importer"), map(list, zip(*cells, strict=True)), strict=True))
    measures = {"id": ["ban"], "exporter": ["RUS"], "importer": ["DEU"], "from": ["2012"], "to": [""]}
    return {"panel": {**panel, "value": [1.0 + k % 5 for k in range(len(cells))]}, "measures": measures}


def flows() -> dict[str, Any]:
    return {
        "flows": world().flows,
        "countries": world().countries,
        "sectors": world().sectors,
        "elasticity": 4.0,
        "value_added_share": 1.0,
        "input_share": None,
        "tariff": 0.0,
        "name": "",
        "year": 0,
    }


CALLS: dict[str, tuple[Callable[..., Any], Callable[[], dict[str, Any]]]] = {
    "load_world": (cv.load_world, lambda: {"name": "bundled", "path": "nowhere.npz", "sectors": None}),
    "World.from_flows": (cv.World.from_flows, flows),
    "World.from_dataframe": (
        cv.World.from_dataframe,
        lambda: {
            "long": long_table(),
            "exporter": "exporter",
            "importer": "importer",
            "sector": "sector",
            "value": "flow",
            "years": None,
            "year": None,
            "missing": "refuse",
            "duplicates": "refuse",
            "countries": None,
            "sectors": None,
            "elasticity": 4.0,
            "name": "",
        },
    ),
    "World.from_pymrio": (cv.World.from_pymrio, lambda: {"io": None, "year": 2014, "elasticity": 4.0, "name": ""}),
    "World.from_icio": (cv.World.from_icio, lambda: {"path": "no.csv", "year": 2020, "elasticity": 4.0, "name": ""}),
    "World.from_wiod": (cv.World.from_wiod, lambda: {"path": "no.csv", "year": 2014, "elasticity": 4.0, "name": ""}),
    "World.replace": (lambda **given: world().replace(**given), lambda: {"flows": world().flows, "distance": None}),
    "World.check": (lambda **given: world().check(**given), lambda: {"tolerance": 1e-9}),
    "World.aggregate": (
        lambda **given: world().aggregate(**given),
        lambda: {"sectors": {"S00": "S"}, "countries": {"C000": "C"}},
    ),
    "World.index": (lambda **given: world().index(**given), lambda: {"iso3": "C000"}),
    "World.places": (lambda **given: world().places(**given), lambda: {"name": "C000"}),
    "World.sector_index": (lambda **given: world().sector_index(**given), lambda: {"code": "S00"}),
    "World.sector_places": (lambda **given: world().sector_places(**given), lambda: {"name": "S00"}),
    "World.to_frame": (lambda **given: world().to_frame(**given), lambda: {"table": "sectors"}),
    "World.at": (lambda **given: cv.load_world().at(**given), lambda: {"year": 1990}),
    "Shock": (
        lambda **given: cv.solve(world(), cv.Shock(**given)),
        lambda: {
            "trade_cost": 1.0,
            "trade_effect": 1.0,
            "potential": 0.0,
            "tariff": 0.0,
            "export_tax": 0.0,
            "productivity": 1.0,
            "transfer": 0.0,
            "among": None,
        },
    ),
    "Shock.of": (
        cv.Shock.of,
        lambda: {"world": world(), "cells": {("C000", "C001"): 1.1}, "border": True, "field": "trade_cost"},
    ),
    "Shock.of_bars": (cv.Shock.of_bars, lambda: {"bars": np.zeros((3, 3, 2), bool), "left": 0.5}),
    "solve": (
        cv.solve,
        lambda: {
            "world": world(),
            "shock": cv.Shock(),
            "closure": "fixed",
            "tol": 1e-8,
            "fixed_shares": False,
            "start": None,
        },
    ),
    "load_scenario": (cv.load_scenario, lambda: {"name_or_path": "russia-alone", "set": ()}),
    "run": (
        cv.run,
        lambda: {"world": world(), "scenario": "russia-alone", "draws": 0, "seed": 0, "progress": None},
    ),
    "coalitions": (
        cv.coalitions,
        lambda: {
            "world": world(),
            "scenario": "asiu",
            "players": ["IRN", "RUS"],
            "out": None,
            "executor": None,
            "side": "club",
            "target": None,
            "joining_wedge": 0.0,
            "permutations": 10,
            "seed": 0,
            "tol": 1e-8,
            "progress": None,
        },
    ),
    "payments": (
        cv.payments,
        lambda: {"world": cv.load_world(), "scenario": None, "date": "2023-07-01", "rails": None},
    ),
    "Network.route": (lambda **given: network().route(**given), lambda: {"exporter": "IRN", "importer": "RUS"}),
    "Network.interdict": (lambda **given: network().interdict(**given), lambda: {"k": 1, "kinds": ("link",), "top": 1}),
    "write": (
        cv.write,
        lambda: {"outcome": None, "directory": "x", "rows": {}, "evidence": None, "stata": False},
    ),
    "compare": (
        lambda one, other, labels: cv.compare(one, other, labels=labels),
        lambda: {"one": "a", "other": "b", "labels": None},
    ),
    "calibrate": (
        cv.calibrate,
        lambda: {"world": cv.load_world(), "scenario": "russia-2022", "base": 2021, "after": 2022},
    ),
    "backtest": (cv.backtest, lambda: {"world": cv.load_world(), "episodes": [], "progress": None}),
    "estimate": (
        cv.estimate,
        lambda: {**estimation(), "leads": 1, "placebos": 1, "dataset": "a panel", "progress": None},
    ),
    "read": (cv.read, lambda: {"paths": ["nowhere.txt"]}),
    "check": (cv.check, lambda: {"evidence": None, "world": world()}),
    "Outcome.estimate": (
        lambda **given: outcome().estimate(**given),
        lambda: {"quantity": "cost_pct", "who": "RUS", "reading": None},
    ),
    "Outcome.to_frame": (lambda **given: outcome().to_frame(**given), lambda: {"table": "countries"}),
    "Outcome.cost": (lambda **given: outcome().cost(**given), lambda: {"who": "RUS", "reading": None}),
    "Outcome.plot.costs": (lambda **given: outcome().plot.costs(**given), lambda: {"width": 640, "dark": False}),
    "Equilibrium.plot.real_income": (
        lambda **given: cv.solve(world(), cv.Shock()).plot.real_income(**given),
        lambda: {"most": 3, "width": 640, "dark": False},
    ),
    "Equilibrium.to_frame": (
        lambda **given: cv.solve(world(), cv.Shock()).to_frame(**given),
        lambda: {"table": "countries"},
    ),
    "Cube.shapley": (lambda **given: cube().shapley(**given), lambda: {"of": None}),
    "Cube.coalition": (lambda **given: cube().coalition(**given), lambda: {"members": ["IRN"]}),
    "Cube.marginal": (lambda **given: cube().marginal(**given), lambda: {"player": "IRN"}),
    "Cube.stable": (lambda **given: cube().stable(**given), lambda: {"entry": "open"}),
    "Cube.core": (lambda **given: cube().core(**given), lambda: {"allocation": None}),
    "Cube.bands": (lambda **given: cube().bands(**given), lambda: {"draws": 1, "seed": 0}),
}


def cases() -> Iterator[tuple[str, str]]:
    for name, (_, base) in CALLS.items():
        for parameter in base():
            yield name, parameter


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "parameter"), list(cases()), ids=lambda part: part)
def test_a_wrong_argument_is_no_bare_error(
    name: str, parameter: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    function, base = CALLS[name]
    bare = []
    for wrong in WRONG:
        try:
            function(**{**base(), parameter: wrong})
        except cv.CountervailError:
            pass
        except Exception as error:
            bare.append(f"{parameter}={wrong!r}: {type(error).__name__}: {error}")
    assert not bare, "\n".join(bare)


def test_every_public_function_is_tried() -> None:
    functions = {n for n in cv.__all__ if n[0] != "_" and inspect.isfunction(getattr(cv, n))}
    assert functions <= set(CALLS)
