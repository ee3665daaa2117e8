"""A sweep over a cube's blocks through an executor, each to its own file, so that a killed sweep can be resumed."""

from __future__ import annotations

import ast
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from countervail.errors import InputError
from countervail.files import open_whole, write_whole
from countervail.folders import Kind, claim
from countervail.trade.coalition_block import Game, solve_block
from countervail.trade.kernels import one_blas_thread
from countervail.types import Floats, Progress

MANIFEST = "cube.json"
FORMAT = "cube/2"
RETRIES = 3
"""Times that a block whose worker was lost is handed out again."""
CHECKSUM = 32
"""Bytes of the checksum at the end of a block's file."""
AHEAD = 2
"""Blocks handed out per worker: one in work, one waiting."""


def sweep(
    game: Game,
    folder: Path | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    documents: Mapping[str, str] | None = None,
    version: str = "",
) -> Floats:
    """Real income of every country and, last, the residual, in every coalition `[coalition, country + 1]`.

    Args:
        game: base point and players.
        folder: where blocks are kept; undamaged blocks of the same game and version are not solved again.
        executor: any `concurrent.futures.Executor`; default a thread a processor.
        progress: called after every block with how many coalitions are done.
        documents: further text files to keep beside the blocks, by name.
        version: the package's.

    Raises:
        InputError: the folder holds something else, or cannot be written.
        NoEquilibrium, NotConverged: name the coalition.
    """
    game.check()
    layout = game.layout
    out = np.empty((1 << len(game.players), game.economy.n + 1))
    done: set[int] = set()
    key = ""
    if folder is not None:
        wanted = manifest(game, version)
        folder, key = claim(folder, CUBE), wanted["game"]
        with _writing(folder):
            _open(folder, wanted, documents or {})
        done = {b for b in range(layout.blocks) if _load(folder, game, b, key, out)}
    if progress:
        progress("coalitions", len(done) * layout.size, len(out))
    waiting = (b for b in range(layout.blocks) if b not in done)
    for block, rows in _solved(game, waiting, executor):
        if folder is not None:
            with _writing(folder):
                write_whole(folder / block_name(block), _packed(rows, block, key))
        out[game.coalitions(block)] = rows
        done.add(block)
        if progress:
            progress("coalitions", len(done) * layout.size, len(out))
    return out


def _solved(game: Game, blocks: Iterator[int], executor: Executor | None) -> Iterator[tuple[int, Floats]]:
    """Each block as it is solved; few are handed out at a time, so that memory stays bounded."""
    pool = ThreadPoolExecutor(os.cpu_count() or 1) if executor is None else executor
    # an Executor has no public number of workers; those of the standard library hold it here, others may not
    workers = getattr(pool, "_max_workers", None)
    if not isinstance(workers, int):
        workers = 4 * (os.cpu_count() or 1)
    running: dict[Future[Floats], int] = {}
    lost: dict[int, int] = {}
    try:
        with one_blas_thread():
            while True:
                while len(running) < AHEAD * workers and (block := next(blocks, None)) is not None:
                    running[pool.submit(_work, game, block, os.getpid())] = block
                if not running:
                    return
                ready, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in ready:
                    block = running.pop(future)
                    try:
                        rows = future.result()
                    except (BrokenProcessPool, CancelledError, OSError) as error:
                        lost[block] = lost.get(block, 0) + 1
                        _refuse_lost(block, error, lost[block])
                        running[pool.submit(_work, game, block, os.getpid())] = block
                        continue
                    yield block, rows
    finally:
        for future in running:
            future.cancel()
        if executor is None:
            pool.shutdown(wait=True, cancel_futures=True)


def _refuse_lost(block: int, error: BaseException, times: int) -> None:
    """Refuse a block that was lost too often: a cluster takes it again, a broken process pool does not."""
    if isinstance(error, BrokenProcessPool) or times > RETRIES:
        raise InputError(
            f"executor: a worker died at block {block} ({type(error).__name__}: {error}); what was "
            "solved is kept if an output folder was given: run the same command again",
            field="executor",
        ) from None


def _work(game: Game, block: int, parent: int) -> Floats:
    """A block; in a process of its own the limit on threads is set for good, since its threads share it."""
    if os.getpid() != parent:
        one_blas_thread().__enter__()
    return solve_block(game, block)


# -- the folder --------------------------------------------------------------------------------------------------------


def block_name(block: int) -> str:
    """The file of a block."""
    return f"block_{block:06d}.npy"


def manifest(game: Game, version: str) -> dict[str, Any]:
    """What a folder's blocks are computed from; two sweeps with the same manifest give the same bytes."""
    layout = game.layout
    return {
        "format": FORMAT,
        "version": version,
        "game": digest(game),
        "code": _solver_digest(),
        "players": list(game.players),
        "countries": list(game.economy.countries),
        "columns": [*game.economy.countries, "residual"],
        "order": [game.players[p] for p in layout.order],
        "tile": layout.tile,
        "predicted": layout.predicted,
        "blocks": layout.blocks,
        "tol": game.tol,
    }


def digest(game: Game) -> str:
    """A hash of every number that the results depend on."""
    total = sha256()
    extra = repr(game.extra) if game.extra is None else game.extra.__class__.__qualname__
    total.update(json.dumps([list(game.players), list(game.economy.countries), game.tol, extra]).encode())
    parts: list[Any] = [game.deficits.fixed, game.deficits.rate, game.brings, game.always, game.reference.income]
    parts += [game.reference.log_price, game.gifts]
    extras: list[Any] = [game.extra] if is_dataclass(game.extra) else []
    for thing in (game.economy, game.shares, game.added, *extras):
        parts += [getattr(thing, f.name) for f in fields(thing)]
    for part in parts:
        if isinstance(part, np.ndarray):
            total.update(str((part.shape, part.dtype)).encode())
            total.update(np.ascontiguousarray(part).tobytes())
        elif part is None:
            total.update(b"none")
    return total.hexdigest()


@cache
def _solver_digest() -> str:
    """The digest of the solver's own code; a cube solved with other code is not resumed."""
    return code_digest(path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("*.py")))


def code_digest(sources: Iterable[str]) -> str:
    """A hash of what modules compute: comments, docstrings and the layout of their text do not count."""
    total = sha256()
    for source in sources:
        tree = ast.parse(source)
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                # `pass` takes the place of a body that is a docstring alone
                node.body = [line for line in node.body if not _is_text(line)] or [ast.Pass()]
        total.update(ast.unparse(tree).encode() + b"\0")
    return total.hexdigest()


def _is_text(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and isinstance(line.value.value, str)


def _open(folder: Path, expected: dict[str, Any], documents: Mapping[str, str]) -> None:
    """Make the folder ready, or refuse what is in it."""
    path = folder / MANIFEST
    if os.path.lexists(path):
        try:
            held = _json(path)
        except (OSError, ValueError, RecursionError):
            raise InputError(
                f"{path}: not a cube's manifest; give another folder or remove it", file=str(path)
            ) from None
        other = [k for k in expected if not isinstance(held, dict) or held.get(k) != expected[k]]
        if other:
            raise InputError(
                f"{folder} holds the cube of another {_other(other)}; give another folder, or remove this one",
                file=str(folder),
            )
    for name, text in {**documents, MANIFEST: json.dumps(expected, indent=1) + "\n"}.items():
        if _bytes(folder / name) != text.encode():
            write_whole(folder / name, text)


def _other(keys: list[str]) -> str:
    if {"format", "version", "code"} & set(keys):
        return "version of countervail"
    if "players" in keys:
        return "set of players"
    return "scenario or world"


def _load(folder: Path, game: Game, block: int, key: str, out: Floats) -> bool:
    """Read a block's file into `out`; False where it is absent or damaged, so that the block is solved again."""
    content = _bytes(folder / block_name(block))
    if content is None or _checksum(content[:-CHECKSUM], block, key) != content[-CHECKSUM:]:
        return False
    rows = np.load(io.BytesIO(content), allow_pickle=False)
    if rows.shape != (game.layout.size, out.shape[1]) or rows.dtype != np.float64:
        return False
    out[game.coalitions(block)] = rows
    return True


def _packed(rows: Floats, block: int, key: str) -> bytes:
    """A block's file: an `.npy`, then the checksum, which `numpy.load` does not read."""
    stream = io.BytesIO()
    np.save(stream, rows)
    return stream.getvalue() + _checksum(stream.getvalue(), block, key)


def _checksum(content: bytes, block: int, key: str) -> bytes:
    """Of a block's content and of what it is: block `block` of the game whose digest is `key`."""
    return sha256(f"{key} {block}\n".encode() + content).digest()


def _bytes(path: Path) -> bytes | None:
    """A file's content; None where it cannot be read or is a link."""
    try:
        with open_whole(path) as file:
            return file.read()
    except OSError:
        return None


def _json(path: Path) -> Any:
    with open_whole(path) as file:
        return json.load(file)


def _adopted(folder: Path) -> list[str] | None:
    """The files of a cube that was written without a marker."""
    try:
        held = _json(folder / MANIFEST)
    except (OSError, ValueError, RecursionError):
        return None
    return [MANIFEST] if isinstance(held, dict) and str(held.get("format")).startswith("cube/") else None


CUBE = Kind(
    "cube",
    _adopted,
    refusal="{folder} is not empty and holds no cube; give another folder",
    failure="cannot write the cube in {folder}: {why}",
    field="folder",
)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CUBE.failed(folder, error) from None
