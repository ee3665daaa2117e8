"""`countervail coalitions`: output, folder, page, errors, and a Dask cluster that loses a worker."""

from __future__ import annotations

import json
import os
import re
import signal
import warnings
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pytest
import vl_convert

import countervail as cv
from countervail.analysis.coalitions.cube import Cube
from countervail.analysis.run import case_of, solved
from countervail.cli import call, coalitions_command
from countervail.report.charts import charts
from countervail.report.pages.coalition_page import page
from countervail.report.tables.coalition_tables import tables
from countervail.report.tables.columns import described
from countervail.trade import coalition_block
from countervail.trade.coalition_sweep import sweep
from support.games import make_game

FEW = "IRN,RUS,CHN,BLR"


@pytest.fixture(scope="module")
def cube() -> Cube:
    cube = cv.coalitions(cv.load_world(), cv.load_scenario("asiu"), FEW.split(","))
    assert isinstance(cube, Cube)
    return cube


@pytest.fixture(scope="module")
def senders() -> Cube:
    cube = cv.coalitions(cv.load_world(), cv.load_scenario("asiu"), ["EU", "USA", "GBR"], side="senders", target="RUS")
    assert isinstance(cube, Cube)
    return cube


def test_the_answer_is_printed_and_saved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["coalitions", "asiu", "--players", FEW, "-o", str(tmp_path / "cube"), "--parquet"]
    assert call(command) == 0
    shown = capsys.readouterr().out
    for words in ("Contribution by member", "China", "stable, open entry", "Saved in"):
        assert words in shown
    assert {p.name for p in (tmp_path / "cube").iterdir()} == {
        ".countervail.json",
        "cube.json",
        "scenario.yaml",
        "block_000000.npy",
        "coalitions.html",
        "coalitions.json",
        "cube.parquet",
    }
    document = json.loads((tmp_path / "cube" / "coalitions.json").read_text(encoding="utf-8"))
    assert document["meta"][0]["format"] == "coalitions/1"
    assert sum(r["shapley"] for r in document["players"]) == pytest.approx(document["meta"][0]["value"], rel=1e-9)
    assert call(command) == 0
    capsys.readouterr()
    assert call(["coalitions", "asiu", "--players", "IRN,RUS,CHN", "-o", str(tmp_path / "cube")]) == 2
    assert "another set of players" in capsys.readouterr().err


def test_one_document_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["coalitions", "asiu", "--players", "IRN,RUS,CHN", "--draws", "2", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert all(r["low"] < r["high"] for r in document["players"])
    assert {"meta", "players", "interaction", "lattice", "stability"} <= set(document)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--players", "IRN,DEU"], "DEU is not a member"),
        (["--players", "IRN"], "at least two"),
        (["--side", "senders"], "target"),
        (["--side", "senders", "--target", "MLT"], "MLT"),
        (["--parquet"], "--out"),
        (["--players", "IRN,RUS", "--cluster", "tcp://127.0.0.1:1"], "no Dask scheduler"),
    ],
)
def test_a_user_s_mistake_is_reported(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if "--cluster" in options:
        pytest.importorskip("distributed")
        monkeypatch.setattr(coalitions_command, "CONNECT_WITHIN", 0.2)
    assert call(["coalitions", "asiu", *options]) == 2
    assert message in capsys.readouterr().err


def test_an_unwritable_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert call(["coalitions", "asiu", "--players", "IRN,RUS", "-o", str(tmp_path / "file" / "cube")]) == 2
    assert "cannot write" in capsys.readouterr().err


@pytest.mark.parametrize("side", ["club", "senders"])
def test_the_page_is_self_contained_and_its_charts_are_valid(side: str, request: pytest.FixtureRequest) -> None:
    result: Cube = request.getfixturevalue("cube" if side == "club" else "senders")
    rows = tables(result, np.ones((3, result.n)))
    html = page(rows)
    assert "http://" not in html.split("<script", 1)[0]
    assert "Content-Security-Policy" in html
    shown = charts(rows)
    assert (
        list(shown)
        == [f"coalition_{name}" for name in ("shapley", "without", "lattice", "pairs", "keeps_out")][
            : 5 if side == "club" else 4
        ]
    )
    for chart in shown.values():
        alt.Chart.from_dict(chart.specification)
        assert all(rows.get(t) for t in chart.tables)
    assert ("Published findings" in html) == (side == "senders")


@pytest.mark.parametrize("side", ["club", "senders"])
def test_the_charts_draw_their_rows_and_mark_a_coalition(side: str, request: pytest.FixtureRequest) -> None:
    result: Cube = request.getfixturevalue("cube" if side == "club" else "senders")
    rows = tables(result, np.ones((3, result.n)))
    for chart in charts(rows).values():
        drawn = []
        for codes in ("", rows["lattice"][0]["codes"]):
            specification = dict(chart.specification, width=600)
            specification["datasets"] = {name: rows[name] for name in chart.tables} | specification.get("datasets", {})
            for parameter in specification.get("params", ()):
                parameter["value"] = codes
            svg = vl_convert.vegalite_to_svg(specification, vl_version="6.4")
            assert "NaN" not in svg
            assert "undefined" not in svg
            assert svg.count("<path") > 3
            drawn.append(re.sub(r"gradient_\d+", "", svg))
        assert (drawn[0] != drawn[1]) == (chart.name == "coalition_lattice")


@pytest.mark.parametrize("side", ["club", "senders"])
def test_the_rows_are_as_described(side: str, request: pytest.FixtureRequest) -> None:
    rows = tables(request.getfixturevalue("cube" if side == "club" else "senders"))
    known = described("coalitions")
    assert set(rows) == set(known) - ({"findings"} if side == "club" else {"stability", "smallest"})
    for name, table in rows.items():
        for row in table:
            assert list(row) == [c.name for c in known[name].columns], name


def test_a_coalition_s_codes_load_it(cube: Cube) -> None:
    """Every coalition with the secretariat is a state of the switches, worth the same (one of each size is solved)."""
    world = cv.load_world()
    rows = [row for row in tables(cube)["lattice"] if "IRN" in str(row["codes"]).split()]
    assert len(rows) == 8
    solved_sizes = set()
    for row in rows:
        codes = str(row["codes"]).split()
        others = [code for code in codes if code != "IRN"]
        scenario = cv.load_scenario("asiu", set=[f"club.members={json.dumps(others)}"])
        assert set(scenario.members()) == set(codes)
        if len(codes) in solved_sizes:
            continue
        solved_sizes.add(len(codes))
        worth = 0.0
        if len(codes) > 1:
            result = solved(case_of(world, scenario))
            at = [world.index(code) for code in codes]
            worth = (result.income * np.expm1(result.worlds.gain))[at].sum()
        assert worth == pytest.approx(row["value"], rel=1e-6, abs=1e-3)
    assert solved_sizes == {1, 2, 3, 4}


def test_tables_hold_scalars_only(cube: Cube) -> None:
    rows = tables(cube)
    for name, table in rows.items():
        for row in table:
            for column, value in row.items():
                assert value is None or isinstance(value, str | int | float | bool), (name, column)
    lattice = rows["lattice"]
    assert {r["size"] for r in lattice} == {1, 2, 3, 4}
    assert any(r["stable"] != "no" for r in lattice)
    for row in rows["sizes"]:
        assert row["lowest"] <= row["median"] <= row["highest"]  # type: ignore[operator]


def test_a_cluster_that_loses_a_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two worker processes, one killed midway: the same bytes as without a cluster."""
    distributed: Any = pytest.importorskip("distributed", reason="the extra `cluster` has it")
    _, game, _ = make_game(0, 10)
    monkeypatch.setattr(coalition_block, "TILE_SIZE", 1)
    monkeypatch.setattr(coalition_block, "PREDICTED", 1)
    assert game.layout[1:] == (4, 1, 5)  # blocks small enough that several are in flight
    alone = sweep(game, tmp_path / "alone")
    killed: list[int] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with (
            distributed.LocalCluster(
                n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            workers = [w.process.pid for w in cluster.workers.values()]

            def progress(stage: str, done: int, total: int) -> None:
                if done > total // 4 and not killed:
                    killed.append(workers[0])
                    os.kill(workers[0], signal.SIGKILL)

            clustered = sweep(game, tmp_path / "cluster", executor=client.get_executor(), progress=progress)
    assert killed
    np.testing.assert_array_equal(clustered, alone)
    for path in (tmp_path / "alone").iterdir():
        assert (tmp_path / "cluster" / path.name).read_bytes() == path.read_bytes()
