"""Things made once and kept a while: by key, the least recently used forgotten, safe to use from several threads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Generic, TypeVar

V = TypeVar("V")


class Kept(Generic[V]):
    """Values by key. Who asks for one that is being made waits for it; an error is told to all of them, not kept."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._known: OrderedDict[Hashable, Future[V]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        """The value of `key`, made here and now where it is not known."""
        with self._lock:
            found = self._known.get(key)
            mine = found is None
            if found is None:
                found = self._known[key] = Future()
            self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        if mine:
            try:
                found.set_result(make())
            except BaseException as error:
                with self._lock:
                    if self._known.get(key) is found:
                        del self._known[key]
                found.set_exception(error)
        return found.result()


class Answers:
    """Answers as bytes, made by a few threads; the same question asked twice at once is worked out once."""

    def __init__(self, threads: int, most_bytes: int) -> None:
        self._most = most_bytes
        self._size = 0
        self._lock = Lock()
        self._known: OrderedDict[Hashable, bytes] = OrderedDict()
        self._asked: dict[Hashable, tuple[Future[bytes], int]] = {}  # by question: the answer to come, who waits for it
        self._threads = ThreadPoolExecutor(threads, "countervail-answers")

    def known(self, key: Hashable) -> bytes | None:
        """The answer, where it was given before."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def ask(self, key: Hashable, make: Callable[[], bytes]) -> Future[bytes]:
        """The answer to come; `make` is called where nobody asked already."""
        with self._lock:
            found, waiting = self._asked.get(key, (None, 0))
            if found is None:
                found = self._threads.submit(self._make, key, make)
            self._asked[key] = found, waiting + 1
        return found

    def leave(self, key: Hashable) -> None:
        """Who asked waits no longer; what nobody waits for and is not begun is not worked out."""
        with self._lock:
            if key in self._asked:
                found, waiting = self._asked[key]
                self._asked[key] = found, waiting - 1
                if waiting <= 1 and found.cancel():
                    del self._asked[key]

    def _make(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        try:
            answer = make()
        except BaseException:
            with self._lock:
                self._asked.pop(key, None)
            raise
        with self._lock:
            self._asked.pop(key, None)
            self._known[key] = answer
            self._size += len(answer)
            while self._size > self._most and len(self._known) > 1:
                self._size -= len(self._known.popitem(last=False)[1])
        return answer

    def close(self) -> None:
        """Take no further questions."""
        self._threads.shutdown(wait=False, cancel_futures=True)
