"""One BLAS thread: the solver's matrices are small, and processors belong to scenarios."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


def one_blas_thread() -> AbstractContextManager[Any]:
    """A context in which matrix products use one thread.

    The limit is the process's. Where several threads enter and leave it, hold it around all of them: what the first
    one restores on leaving is then one thread, too. Bits depend on it.
    """
    limit: AbstractContextManager[Any] = _controller().limit(limits=1, user_api="blas")
    return limit
