"""The cube: every coalition as if solved alone; blocks, files and resuming; threads, processes and a killed sweep."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import countervail.trade.coalition_block as cube_module
from countervail.errors import InputError, NoEquilibrium
from countervail.trade import coalition_sweep as sweep_module
from countervail.trade.closures import CLOSURES
from countervail.trade.coalition_block import Game, solve_block, solve_some
from countervail.trade.coalition_sweep import code_digest, sweep
from countervail.trade.iterate import Worst
from countervail.trade.kernels import Block
from countervail.trade.solve import solve
from support.games import Penalty, make_game, shock_of


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 16 x 4 coalitions, so that a few players fill several."""
    monkeypatch.setattr(cube_module, "PREDICTED", 2)
    monkeypatch.setattr(cube_module, "TILE_SIZE", 1)


@pytest.mark.parametrize("closure", CLOSURES)
@pytest.mark.parametrize(
    "shape", [{}, {"tariffs": 0.0, "taxes": False}, {"j": 1, "inputs": 0.0}, {"capacity": "mixed"}, {"capacity": "all"}]
)
def test_every_coalition_is_what_a_cold_solve_finds(closure: Any, shape: dict[str, Any], small: None) -> None:
    world, game, full = make_game(0, 8, closure=closure, **shape)
    incomes = sweep(game)
    assert incomes[:, -1].max() <= 1e-10
    rng = np.random.default_rng(0)
    for coalition in [0, 255, *rng.integers(0, 256, 12).tolist()]:
        eq = solve(world, shock_of(world, full, game, coalition), closure, tol=1e-12)
        np.testing.assert_allclose(incomes[coalition, :-1], eq.real_income, rtol=1e-9)


def test_a_tile_wider_than_the_players_and_one_player() -> None:
    for players in (1, 2, 3):
        world, game, full = make_game(1, players)
        incomes = sweep(game)
        assert incomes.shape == (1 << players, world.n + 1)
        eq = solve(world, shock_of(world, full, game, (1 << players) - 1), tol=1e-12)
        np.testing.assert_allclose(incomes[-1, :-1], eq.real_income, rtol=1e-9)


def test_blocks_cover_every_coalition_once(small: None) -> None:
    _, game, _ = make_game(2, 9)
    assert game.layout.blocks == 8
    every = np.concatenate([game.coalitions(b) for b in range(game.layout.blocks)])
    assert sorted(every.tolist()) == list(range(512))
    largest = [game.players[p] for p in game.layout.order]
    assert len(set(largest)) == 9


def test_given_coalitions_are_the_cubes(small: None) -> None:
    _, game, _ = make_game(3, 8)
    every = sweep(game)
    some = np.array([0, 3, 200, 255, 17])
    np.testing.assert_allclose(solve_some(game, some)[:, :-1], every[some, :-1], rtol=1e-9)


def test_cells_that_depend_on_third_players() -> None:
    """A pair's wedge falls with every further member (as a payment route through them would)."""
    world, game, full = make_game(4, 5, tariffs=0.0, taxes=False, closed=0.0)
    game = replace(game, extra=Penalty(game.added, game.shares.A, 0.05))
    incomes = sweep(game)
    for coalition in (0, 3, 7, 21, 31):
        size = coalition.bit_count()
        shock = shock_of(world, full, game, coalition)
        effect = np.array(np.broadcast_to(shock.trade_effect, world.flows.shape))  # type: ignore[arg-type]
        at = game.added.importers
        effect[np.ix_(at, at, range(world.j))] *= 1 + 0.05 * size
        eq = solve(world, replace(shock, trade_effect=effect), tol=1e-12)
        np.testing.assert_allclose(incomes[coalition, :-1], eq.real_income, rtol=1e-9)


def test_gifts_follow_their_players() -> None:
    world, game, full = make_game(5, 4)
    gifts = np.zeros((4, world.n))
    gifts[0, [0, 5]] = [-1e-4, 1e-4]
    game = replace(game, gifts=gifts)
    incomes = sweep(game)
    shock = replace(shock_of(world, full, game, 5), transfer=gifts[0] * game.economy.scale)
    np.testing.assert_allclose(incomes[5, :-1], solve(world, shock, tol=1e-12).real_income, rtol=1e-9)


def test_a_coalition_that_stalls_is_solved_in_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    _, game, _ = make_game(6, 4)
    complete = sweep(game)
    calm = cube_module.iterate

    def stalling(*given: Any, **named: Any) -> Any:
        if len(given) > 4 and given[4] > 1:  # a batch
            raise cube_module.Stalled([1.0], Worst(1.0, "wage", "C000", None))
        return calm(*given, **named)

    monkeypatch.setattr(cube_module, "iterate", stalling)
    np.testing.assert_allclose(sweep(game)[:, :-1], complete[:, :-1], rtol=1e-9)


def test_a_game_without_equilibrium_is_refused_by_name() -> None:
    _, game, _ = make_game(7, 4)
    shut = np.zeros_like(game.added.A)
    for k, i in enumerate(game.added.importers):
        shut[:, k, :] = -game.shares.A[:, i][:, game.added.exporters]
    added = Block(game.added.importers, game.added.exporters, shut, shut)
    everybody = replace(game, added=added, shares=replace(game.shares, A=_alone(game)))
    with pytest.raises(NoEquilibrium, match="no supplier left for C000"):
        sweep(everybody)


def _alone(game: Game) -> Any:
    """Shares under which the players buy from one another only."""
    A = game.shares.A.copy()
    at = game.added.importers
    rest = np.setdiff1d(np.arange(game.economy.n), at)
    A[np.ix_(np.arange(len(A)), at, rest)] = 0.0
    return A


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_stopped_sweep_ends_in_the_same_bytes(tmp_path: Path, small: None) -> None:
    _, game, _ = make_game(8, 9)
    complete = sweep(game, tmp_path / "complete", documents={"scenario.yaml": "a: 1\n"})
    again = tmp_path / "again"
    stop = KeyboardInterrupt()

    def progress(stage: str, done: int, total: int) -> None:
        if done > total // 3:
            raise stop

    with pytest.raises(KeyboardInterrupt):
        sweep(game, again, progress=progress, documents={"scenario.yaml": "a: 1\n"})
    stopped = bytes_of(again)
    assert 3 <= len(stopped) < len(bytes_of(tmp_path / "complete"))
    (again / ".countervail-0123456789abcdef.part").write_bytes(b"half")  # as a killed sweep leaves it
    first = again / next(n for n in stopped if n.startswith("block"))
    first.write_bytes(b"\x93NUMPY damaged")
    resumed = sweep(game, again, documents={"scenario.yaml": "a: 1\n"})
    assert bytes_of(again) == bytes_of(tmp_path / "complete")
    np.testing.assert_array_equal(resumed, complete)


@pytest.mark.parametrize("damage", ["a bit", "cut", "of another block", "of another game", "a link", "a manifest"])
def test_what_is_damaged_is_solved_again(tmp_path: Path, damage: str, small: None) -> None:
    _, game, _ = make_game(8, 8)
    complete = sweep(game, tmp_path / "complete")
    written = bytes_of(tmp_path / "complete")
    folder = tmp_path / "cube"
    shutil.copytree(tmp_path / "complete", folder)
    block = folder / "block_000001.npy"
    content = bytearray(block.read_bytes())
    content[len(content) // 2] ^= 1
    if damage == "a link":
        outside = tmp_path / "outside"
        block.rename(outside)
        block.symlink_to(outside)
    elif damage == "a manifest":
        (folder / "cube.json").unlink()
        block.write_bytes(content)
    elif damage == "of another game":
        sweep(replace(game, tol=1e-9), tmp_path / "other")
        shutil.copy(tmp_path / "other" / block.name, block)
    else:
        other = written["block_000002.npy"]
        block.write_bytes({"a bit": bytes(content), "cut": other[:-1], "of another block": other}[damage])
    assert np.load(tmp_path / "complete" / block.name).shape == (game.layout.size, len(complete[0]))
    np.testing.assert_array_equal(sweep(game, folder), complete)
    assert bytes_of(folder) == written
    assert not block.is_symlink()


@pytest.mark.parametrize("pool", ["threads", "processes"])
def test_any_executor_gives_the_same_bytes(tmp_path: Path, pool: str, small: None) -> None:
    _, game, _ = make_game(9, 7)
    one = sweep(game, tmp_path / "one", executor=ThreadPoolExecutor(1))
    if pool == "threads":
        with ThreadPoolExecutor(3) as executor:
            other = sweep(game, tmp_path / "other", executor=executor)
    else:
        with ProcessPoolExecutor(2, mp_context=get_context("fork")) as executor:
            other = sweep(game, tmp_path / "other", executor=executor)
    np.testing.assert_array_equal(one, other)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "other")


def test_another_cube_is_refused(tmp_path: Path) -> None:
    _, game, _ = make_game(10, 3)
    sweep(game, tmp_path / "cube", version="1")
    sweep(game, tmp_path / "cube", version="1")
    with pytest.raises(InputError, match="another version of countervail"):
        sweep(game, tmp_path / "cube", version="2")
    with pytest.raises(InputError, match="another set of players"):
        sweep(make_game(10, 4)[1], tmp_path / "cube", version="1")
    with pytest.raises(InputError, match="another scenario or world"):
        sweep(make_game(11, 3)[1], tmp_path / "cube", version="1")
    with pytest.raises(InputError, match="another scenario or world"):
        sweep(replace(game, tol=1e-9), tmp_path / "cube", version="1")
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty and holds no cube"):
        sweep(game, tmp_path / "letters")
    assert (tmp_path / "letters" / "mine.txt").read_text() == "mine"
    (tmp_path / "cube" / "cube.json").write_text("{")
    with pytest.raises(InputError, match="not a cube's manifest"):
        sweep(game, tmp_path / "cube", version="1")


SOURCE = '''"""A module."""

LIMIT = 3
"""A constant."""


def double(x: float) -> float:
    """Twice."""
    return 2.0 * x  # a comment
'''


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("  # a comment", "", True),
        ("# a comment", "# another", True),
        ('"""A module."""', '"""What it is for."""', True),
        ('"""A constant."""\n', "", True),
        ('    """Twice."""\n', "", True),
        ("2.0 * x", "(2.0 *\n            x)", True),
        ("LIMIT = 3", "LIMIT = 4", False),
        ("2.0 * x", "2.5 * x", False),
        ("2.0 * x", "x + x", False),
    ],
)
def test_a_cube_depends_on_what_the_code_computes(old: str, new: str, same: bool) -> None:
    """A comment or docstring of the solver discards no cube, other arithmetic does."""
    assert old in SOURCE
    assert (code_digest([SOURCE]) == code_digest([SOURCE.replace(old, new)])) is same


def test_a_full_disk_says_so_and_corrupts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: None) -> None:
    _, game, _ = make_game(12, 8)
    complete = sweep(game, tmp_path / "complete")
    sync, synced = os.fsync, []

    def full(handle: int) -> None:
        synced.append(handle)
        if len(synced) > 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(handle)

    monkeypatch.setattr(sweep_module.os, "fsync", full)
    with pytest.raises(InputError, match=r"cannot write the cube in .*No space left"):
        sweep(game, tmp_path / "cube")
    assert not list((tmp_path / "cube").glob("*.part"))
    monkeypatch.setattr(sweep_module.os, "fsync", sync)
    np.testing.assert_array_equal(sweep(game, tmp_path / "cube"), complete)
    assert bytes_of(tmp_path / "cube") == bytes_of(tmp_path / "complete")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write the cube"):
        sweep(make_game(13, 2)[1], tmp_path / "file" / "cube")


def test_killed_at_twenty_random_moments(tmp_path: Path) -> None:
    """kill -9 and the same sweep again, until it ends: the same bytes as of a sweep left alone."""
    tests = str(Path(__file__).parents[1])
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    script = f"import sys; sys.path.insert(0, {tests!r}); from support.killing import main; from pathlib import Path; "
    script += f"main(Path({str(tmp_path)!r}))"
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "20 kills" in done.stdout


def test_progress_counts_coalitions(small: None) -> None:
    _, game, _ = make_game(15, 8)
    seen: list[tuple[int, int]] = []
    sweep(game, progress=lambda stage, done, total: seen.append((done, total)))
    assert seen == [(64 * k, 256) for k in range(5)]


def test_blocks_start_from_the_base_point_alone(small: None) -> None:
    """A block computed alone is the block of a sweep, bit by bit."""
    _, game, _ = make_game(16, 8)
    complete = sweep(game)
    np.testing.assert_array_equal(solve_block(game, 3), complete[game.coalitions(3)])


def test_players_must_fit() -> None:
    _, game, _ = make_game(17, 3)
    with pytest.raises(InputError, match="brings"):
        replace(game, brings=np.ones((2, 3), bool))
    with pytest.raises(InputError, match="players"):
        replace(game, players=())


class Unreliable(ThreadPoolExecutor):
    """An executor that loses the first results, as a cluster does whose worker dies before they are fetched."""

    def __init__(self, losses: int) -> None:
        super().__init__(1)
        self.losses = losses

    def submit(self, *given: Any, **named: Any) -> Any:
        if self.losses:
            self.losses -= 1
            gone: Future[Any] = Future()
            gone.cancel()
            gone.set_running_or_notify_cancel()
            return gone
        return super().submit(*given, **named)


def test_a_block_whose_worker_was_lost_is_handed_out_again(small: None) -> None:
    _, game, _ = make_game(18, 7)
    with Unreliable(3) as executor:
        np.testing.assert_array_equal(sweep(game, executor=executor), sweep(game))
    with Unreliable(1000) as executor, pytest.raises(InputError, match="a worker died at block"):
        sweep(game, executor=executor)
