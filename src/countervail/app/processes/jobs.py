"""Jobs: work that takes longer than a switch, queued for worker processes, followed by whoever started it.

The same work asked for by several pages is done once: each page has a job of its own, which it can cancel without
taking the work from the others.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from secrets import token_urlsafe
from threading import RLock
from time import monotonic
from typing import TYPE_CHECKING, Final

from countervail.app.inputs import Unknown
from countervail.app.processes.worker_child import Finished, Message, Progressed
from countervail.app.processes.worker_process import Worker
from countervail.app.routes.models import Job, JobKind, JobState
from countervail.app.routes.problems import Busy

if TYPE_CHECKING:
    from countervail.app.work.job_work import Work
    from countervail.world.world import World

WORKERS: Final = 2
MOST_WAITING: Final = 40
MOST_JOBS: Final = 400
MOST_BYTES: Final = 200_000_000
"""Of results and files kept; the work that ended longest ago is forgotten first."""
LONG: Final[frozenset[JobKind]] = frozenset(("coalitions", "write", "read"))
"""Kinds of which one is done at a time, so that a run never waits behind two of them."""
OVER: Final[frozenset[JobState]] = frozenset(("done", "failed", "cancelled"))


@dataclass(eq=False)
class Task:
    """Work, how far it is, and what came of it."""

    kind: JobKind
    work: Work
    key: Hashable
    ended: Callable[[bool], None]
    status: JobState = "queued"
    stage: str = "Waiting for its turn"
    done: int = 0
    total: int = 0
    begun: float | None = None
    over: float | None = None
    stage_begun: tuple[float, int] = (0.0, 0)
    error: str | None = None
    version: int = 0
    result: bytes | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    jobs: set[str] = field(default_factory=set)
    worker: Worker | None = None
    number: int = 0
    """Of this work among its worker's."""

    @property
    def size(self) -> int:
        """Bytes kept."""
        return len(self.result or b"") + sum(map(len, self.files.values()))

    @property
    def eta(self) -> float | None:
        """Seconds that the stage has left, by what is done of it."""
        since, before = self.stage_begun
        if self.status != "running" or self.done <= before:
            return None
        return (monotonic() - since) * (self.total - self.done) / (self.done - before)


class Jobs:
    """The jobs of one server; safe to use from several threads."""

    def __init__(self, world: World | None, workers: int = WORKERS) -> None:
        self._lock = RLock()
        self._jobs: OrderedDict[str, tuple[Task, bool]] = OrderedDict()  # by id: the task, and whether it is cancelled
        self._tasks: OrderedDict[Hashable, Task] = OrderedDict()
        self._waiting: list[Task] = []
        self._workers = [Worker(world, self._told) for _ in range(workers)]
        self._watchers: dict[str, set[Callable[[], None]]] = {}
        self.closing = False

    def prepare(self) -> None:
        """Start a process ahead of the first job."""
        with self._lock:
            if not self.closing:
                self._workers[0].prepare()

    def start(self, kind: JobKind, key: Hashable, work: Work, ended: Callable[[bool], None] = lambda well: None) -> Job:
        """A new job for `work`; what `key` says is the same is done once. `ended` is told whether it went well.

        Raises:
            Busy: as much work is waiting as is taken.
        """
        with self._lock:
            task = self._tasks.get((kind, key))
            if task is not None and task.status == "failed":
                self._set_apart(task)
                task = None
            if task is None:
                if self.closing or len(self._waiting) >= MOST_WAITING:
                    raise Busy(f"jobs: {len(self._waiting)} are waiting already; try again when some are done")
                task = Task(kind, work, (kind, key), ended)
                self._tasks[task.key] = task
                self._waiting.append(task)
            self._tasks.move_to_end(task.key)
            id = token_urlsafe(18)
            self._jobs[id] = task, False
            task.jobs.add(id)
            while len(self._jobs) > MOST_JOBS:
                self._forget(next(iter(self._jobs)))
            self._give_out()
            return self._said(id)

    def get(self, id: str) -> Job:
        """A job as it stands; `Unknown` where there is none."""
        with self._lock:
            return self._said(id)

    def with_result(self, id: str) -> tuple[Job, bytes | None]:
        """A job as it stands and its latest result."""
        with self._lock:
            return self._said(id), self._jobs[id][0].result

    def result_of(self, kind: JobKind, key: Hashable) -> bytes | None:
        """The result of work that is done."""
        with self._lock:
            task = self._tasks.get((kind, key))
            return task.result if task is not None and task.status == "done" else None

    def file(self, id: str, name: str) -> bytes:
        """A file of a job."""
        with self._lock:
            self._said(id)
            found = self._jobs[id][0].files.get(name)
        if found is None:
            raise Unknown(f"files: this job has no file {name!r} (yet)")
        return found

    def cancel(self, id: str) -> Job:
        """Take a job back; its work is given up where no other job waits for it."""
        with self._lock:
            self._said(id)
            task, _ = self._jobs[id]
            if task.status not in OVER:
                self._jobs[id] = task, True
                task.jobs.discard(id)
                if not task.jobs:
                    self._give_up(task)
            self._notify([id])
            return self._said(id)

    def watch(self, id: str, told: Callable[[], None]) -> Callable[[], None]:
        """Let `told` be called whenever a job changes; gives what ends that."""
        with self._lock:
            self._said(id)
            self._watchers.setdefault(id, set()).add(told)

        def stop() -> None:
            with self._lock:
                watchers = self._watchers.get(id, set())
                watchers.discard(told)
                if not watchers:
                    self._watchers.pop(id, None)

        return stop

    def hush(self) -> None:
        """Begin to close: take no more, and let those who watch go."""
        self.closing = True
        for watchers in list(self._watchers.values()):
            for told in list(watchers):
                told()

    def close(self) -> None:
        """End all processes."""
        self.hush()
        for worker in self._workers:
            worker.close()

    # -- with the lock held ----------------------------------------------------------------------------------------

    def _said(self, id: str) -> Job:
        if id not in self._jobs:
            raise Unknown("job: there is none of this id (any more); start it again")
        task, cancelled = self._jobs[id]
        end = task.over or monotonic()
        return Job(
            id=id,
            kind=task.kind,
            status="cancelled" if cancelled else task.status,
            stage=task.stage,
            done=task.done,
            total=task.total,
            seconds=0.0 if task.begun is None else end - task.begun,
            eta=None if cancelled else task.eta,
            error=task.error,
            version=task.version,
            files=list(task.files),
        )

    def _give_out(self) -> None:
        """Hand waiting work to free workers, in order; long work only where none is being done."""
        for worker in () if self.closing else self._workers:
            running = [t for t in self._tasks.values() if t.status == "running"]
            if any(t.worker is worker for t in running):
                continue
            busy = any(t.kind in LONG for t in running)
            task = next((t for t in self._waiting if not (busy and t.kind in LONG)), None)
            if task is None:
                return
            self._waiting.remove(task)
            task.status, task.worker, task.begun = "running", worker, monotonic()
            task.stage = "Starting"
            task.number = worker.give(task.work)
            self._notify(task.jobs)

    def _set_apart(self, task: Task) -> None:
        """Keep a task, but let nobody join it."""
        self._tasks.pop(task.key, None)
        task.key = (task.key, object())
        self._tasks[task.key] = task

    def _give_up(self, task: Task) -> None:
        if task.status == "queued":
            self._waiting.remove(task)
            self._end(task, "cancelled")
        elif task.worker is not None:
            self._set_apart(task)  # it runs until its worker has let go
            task.worker.cancel()

    def _end(self, task: Task, status: JobState, error: str | None = None) -> None:
        task.status, task.error, task.worker, task.over = status, error, None, monotonic()
        if status == "cancelled":
            self._tasks.pop(task.key, None)
        task.ended(status == "done")
        self._notify(task.jobs)
        kept = sorted((t for t in self._tasks.values() if t.status in OVER), key=lambda t: t.over or 0.0)
        size = sum(t.size for t in kept)
        for old in kept:
            if size <= MOST_BYTES or old is task:
                break
            size -= old.size
            for id in list(old.jobs):
                self._forget(id)
            self._tasks.pop(old.key, None)

    def _forget(self, id: str) -> None:
        task, _ = self._jobs.pop(id)
        task.jobs.discard(id)
        self._notify([id])
        if not task.jobs and task.status not in OVER:
            self._give_up(task)

    def _notify(self, ids: Sequence[str] | set[str]) -> None:
        for id in ids:
            for told in list(self._watchers.get(id, ())):
                told()

    # -- from the workers ------------------------------------------------------------------------------------------

    def _told(self, worker: Worker, number: int, message: Message) -> None:
        with self._lock:
            task = next((t for t in self._tasks.values() if t.worker is worker and t.number == number), None)
            if task is None:
                return
            if isinstance(message, Progressed):
                if message.stage != task.stage:
                    task.stage_begun = monotonic(), message.done
                task.stage, task.done, task.total = message.stage, message.done, message.total
                self._notify(task.jobs)
            elif isinstance(message, Finished):
                task.files = message.files or {}
                well: JobState = "failed" if message.files is None else "done"
                error = None if message.error is None else str(message.error)
                self._end(task, well if task.jobs else "cancelled", error)
                self._give_out()
            else:
                task.result, task.version = message.data, task.version + 1
                self._notify(task.jobs)
