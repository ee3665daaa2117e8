"""How long a thing takes, without the collection of what the tests before it left."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """What was made before is left alone here.

    A full collection in a process of some thousand tests takes a third of a second, in whichever thread it falls.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def processor_seconds(work: Callable[[], object]) -> float:
    """Of this process, for `work`."""
    with uncollected():
        began = time.process_time()
        work()
        return time.process_time() - began
