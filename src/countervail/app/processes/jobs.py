"""Jobs: work that takes longer than a switch, queued for worker processes, followed by whoever started it.

Several pages that ask for the same work share it: each has a job of its own, and can cancel that without taking the
work from the others.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from functools import partial
from secrets import token_urlsafe
from threading import Condition, Thread
from time import monotonic
from typing import TYPE_CHECKING, Final

from countervail.app import Busy, Unknown
from countervail.app.models import Job, JobKind, JobState
from countervail.app.processes import Worker
from countervail.app.processes.worker_child import Message

if TYPE_CHECKING:
    from countervail.app.work import Task
    from countervail.world.world import World

WORKERS: Final = 2
MOST_WAITING: Final = 40
MOST_JOBS: Final = 400
MOST_BYTES: Final = 200_000_000
"""Of results and files; beyond it the work that ended first is forgotten."""
LONG: Final[frozenset[JobKind]] = frozenset(("coalitions", "write", "read"))
"""Kinds of which one is done at a time, so that a run never waits behind two of them."""
OVER: Final[frozenset[JobState]] = frozenset(("done", "failed", "cancelled"))


@dataclass(eq=False)
class _Shared:
    """A task that jobs share: how far it is, and what came of it."""

    kind: JobKind
    task: Task
    key: Hashable
    on_end: Callable[[bool], None]
    status: JobState = "queued"
    stage: str = "Waiting for its turn"
    done: int = 0
    total: int = 0
    stage_begun: tuple[float, int] = (0.0, 0)
    """When the stage began, and how much was done of it then."""
    begun: float | None = None
    over: float | None = None
    error: str | None = None
    version: int = 0
    result: bytes | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    jobs: set[str] = field(default_factory=set)

    @property
    def size(self) -> int:
        """Bytes of its result and files."""
        return len(self.result or b"") + sum(map(len, self.files.values()))

    @property
    def eta(self) -> float | None:
        """Seconds that the stage has left at the pace so far."""
        since, before = self.stage_begun
        if self.status != "running" or self.done <= before:
            return None
        return (monotonic() - since) * (self.total - self.done) / (self.done - before)

    def abandoned(self) -> bool:
        """Whether all its jobs are cancelled."""
        return not self.jobs

    def take(self, message: Message) -> None:
        """Take progress, a result or a file."""
        if message.kind == "file":
            self.files[message.text] = message.data
        elif message.kind == "result":
            self.result, self.version = message.data, self.version + 1
        else:
            if message.text != self.stage:
                self.stage_begun = monotonic(), message.done
            self.stage, self.done, self.total = message.text, message.done, message.total


class Jobs:
    """The jobs of one server; safe to use from several threads."""

    def __init__(self, world: World | None, workers: int = WORKERS) -> None:
        self._changed = Condition()
        self._jobs: dict[str, tuple[_Shared, bool]] = {}  # by id: the work, and whether this job is cancelled
        self._work: dict[Hashable, _Shared] = {}
        self._waiting: list[_Shared] = []
        self._workers = [Worker(world, background=True) for _ in range(workers)]
        self._watchers: dict[str, set[Callable[[], None]]] = {}
        self.closing = False
        for worker in self._workers:
            Thread(target=self._serve, args=(worker,), name="countervail-jobs", daemon=True).start()

    def prepare(self) -> None:
        """Start a process before the first job."""
        self._workers[0].prepare()

    def start(
        self, kind: JobKind, key: Hashable, task: Task, on_end: Callable[[bool], None] = lambda well: None
    ) -> Job:
        """A new job for `task`; work of the same kind and key is done once. `on_end` gets whether it went well.

        Raises:
            Busy: as many jobs are waiting as are accepted.
        """
        with self._changed:
            shared = self._work.get((kind, key))
            if shared is not None and shared.status == "failed":
                self._set_aside(shared)
                shared = None
            if shared is None:
                if self.closing or len(self._waiting) >= MOST_WAITING:
                    raise Busy(f"jobs: {len(self._waiting)} are waiting already; try again when some are done")
                shared = self._work[kind, key] = _Shared(kind, task, (kind, key), on_end)
                self._waiting.append(shared)
            id = token_urlsafe(18)
            self._jobs[id] = shared, False
            shared.jobs.add(id)
            while len(self._jobs) > MOST_JOBS:
                self._forget(next(iter(self._jobs)))
            self._changed.notify_all()
            return self._job(id)

    def get(self, id: str) -> Job:
        """A job as it is now; `Unknown` where there is none."""
        with self._changed:
            return self._job(id)

    def with_result(self, id: str) -> tuple[Job, bytes | None]:
        """A job as it is now and its latest result."""
        with self._changed:
            return self._job(id), self._jobs[id][0].result

    def result_of(self, kind: JobKind, key: Hashable) -> bytes | None:
        """The result of work that is done."""
        with self._changed:
            shared = self._work.get((kind, key))
            return shared.result if shared is not None and shared.status == "done" else None

    def file(self, id: str, name: str) -> bytes:
        """A file of a job that is done."""
        with self._changed:
            job = self._job(id)
            if name not in job.files:
                raise Unknown(f"files: this job has no file {name!r} (yet)")
            return self._jobs[id][0].files[name]

    def cancel(self, id: str) -> Job:
        """Cancel a job; its work is stopped where no other job shares it."""
        with self._changed:
            self._job(id)
            shared, _ = self._jobs[id]
            if shared.status not in OVER:
                self._jobs[id] = shared, True
                self._leave(id, shared)
            self._notify([id])
            return self._job(id)

    def watch(self, id: str, on_change: Callable[[], None]) -> Callable[[], None]:
        """Call `on_change` whenever a job changes; returns what ends that."""
        with self._changed:
            self._job(id)
            self._watchers.setdefault(id, set()).add(on_change)

        def stop() -> None:
            with self._changed:
                watchers = self._watchers.get(id, set())
                watchers.discard(on_change)
                if not watchers:
                    self._watchers.pop(id, None)

        return stop

    def close_streams(self) -> None:
        """Begin to close: accept no more jobs, and let go whoever watches one. Takes no lock: a signal may call it."""
        self.closing = True
        self._notify(list(self._watchers))

    def close(self) -> None:
        """End all processes."""
        self.close_streams()
        with self._changed:
            self._changed.notify_all()
        for worker in self._workers:
            worker.close()

    def _serve(self, worker: Worker) -> None:
        """Have a worker do one piece of work after another, in a thread of its own."""
        while True:
            with self._changed:
                shared = self._changed.wait_for(lambda: self.closing or self._next())
            if not isinstance(shared, _Shared):
                return
            last = worker.call(shared.task, partial(self._on_message, shared), cancelled=shared.abandoned)
            with self._changed:
                shared.error = None if last.error is None else str(last.error)
                self._end(shared, "cancelled" if not shared.jobs else "failed" if last.error else "done")
                self._changed.notify_all()

    def _on_message(self, shared: _Shared, message: Message) -> None:
        with self._changed:
            shared.take(message)
            self._notify(shared.jobs)

    # -- with the lock held ----------------------------------------------------------------------------------------

    def _job(self, id: str) -> Job:
        if id not in self._jobs:
            raise Unknown("job: there is none of this id (any more); start it again")
        shared, cancelled = self._jobs[id]
        return Job(
            id=id,
            kind=shared.kind,
            status="cancelled" if cancelled else shared.status,
            stage=shared.stage,
            done=shared.done,
            total=shared.total,
            seconds=0.0 if shared.begun is None else (shared.over or monotonic()) - shared.begun,
            eta=None if cancelled else shared.eta,
            error=shared.error,
            version=shared.version,
            files=list(shared.files) if shared.status == "done" else [],
        )

    def _next(self) -> _Shared | None:
        """The first that waits; long work only where none is being done."""
        busy = any(one.status == "running" and one.kind in LONG for one in self._work.values())
        shared = next((one for one in self._waiting if not (busy and one.kind in LONG)), None)
        if shared is not None:
            self._waiting.remove(shared)
            shared.status, shared.stage, shared.begun = "running", "Starting", monotonic()
            self._notify(shared.jobs)
        return shared

    def _end(self, shared: _Shared, status: JobState) -> None:
        shared.status, shared.over = status, monotonic()
        if status == "cancelled":
            self._work.pop(shared.key, None)
        shared.on_end(status == "done")
        self._notify(shared.jobs)
        over = sorted((one for one in self._work.values() if one.status in OVER), key=lambda one: one.over or 0.0)
        size = sum(one.size for one in over)
        for old in over:
            if size <= MOST_BYTES or old is shared:
                break
            size -= old.size
            for id in list(old.jobs):
                self._forget(id)
            self._work.pop(old.key, None)

    def _set_aside(self, shared: _Shared) -> None:
        """Keep work, but let no other job share it."""
        self._work.pop(shared.key, None)
        shared.key = (shared.key, object())
        self._work[shared.key] = shared

    def _leave(self, id: str, shared: _Shared) -> None:
        """Take a job from the work it shares, which is stopped where that was the last one."""
        shared.jobs.discard(id)
        if shared.jobs or shared.status in OVER:
            return
        if shared.status == "running":
            self._set_aside(shared)  # it runs until its worker has stopped it
        else:
            self._waiting.remove(shared)
            self._end(shared, "cancelled")

    def _forget(self, id: str) -> None:
        shared, _ = self._jobs.pop(id)
        self._notify([id])
        self._leave(id, shared)

    def _notify(self, ids: Iterable[str]) -> None:
        for id in ids:
            for on_change in list(self._watchers.get(id, ())):
                on_change()
