"""Fixtures of many tests: the raw data where they are available, and a server of a made-up world."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import httpx
    from fastapi import FastAPI

# the processors belong to the workers of pytest-xdist and to the processes that tests start; numpy is not imported yet
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

_TRIM = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
"""Gives freed memory back to the system, where the C library (glibc) would keep it."""


@pytest.fixture(autouse=True, scope="module")
def _memory_of_a_module(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a file of tests has cached goes with it: solved worlds of many files do not fit into memory together."""
    yield
    for value in list(vars(request.module).values()):
        if getattr(value, "__module__", None) == request.module.__name__ and hasattr(value, "cache_clear"):
            value.cache_clear()
    gc.collect()
    if _TRIM is not None:
        _TRIM(0)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The raw sources: COUNTERVAIL_SHARED_DATA, or shared/data beside the repository; tests skip without them."""
    named = os.environ.get("COUNTERVAIL_SHARED_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"raw data not at {folder}; set COUNTERVAIL_SHARED_DATA")
    return folder


@pytest.fixture(scope="session")
def seeds() -> list[Path]:
    """The three documents: COUNTERVAIL_SHARED, or shared/ beside the repository; tests skip without them."""
    named = os.environ.get("COUNTERVAIL_SHARED")
    folder = (Path(named) if named else Path(__file__).resolve().parents[2] / "shared") / "seeds"
    paths = sorted(folder.glob("00*.txt"))
    if len(paths) != 3:
        pytest.skip(f"the three documents are not at {folder}; set COUNTERVAIL_SHARED")
    return paths


@pytest.fixture(scope="session")
def served() -> FastAPI:
    """The application over the made-up world; one for all tests, because its processes take a second to start."""
    from support.served import app

    return app()


@pytest.fixture(scope="session")
def client(served: FastAPI) -> Iterator[httpx.Client]:
    """A client of that application."""
    from support.served import serving

    with serving(served) as client:
        yield client
