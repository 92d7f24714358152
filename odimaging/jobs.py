"""Background work: plain Python threads in lanes, no Qt. Who wants to know of a job hands in callbacks.

A job never touches a widget and never waits for the user. Callbacks come on the worker's thread; `gui.job_signals`
carries them to the GUI thread.
"""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Generic, Protocol, TypeVar

from odimaging.model.errors import Cancelled, OdImagingError

log = logging.getLogger(__name__)
T = TypeVar("T")

REPORT_EVERY_S = 0.05
"""Progress is passed on at most this often, and always at the end."""


class Lane(Enum):
    """Keeps order, not safety. No network in ``DB``."""

    DB = "db"
    IMAGING = "imaging"
    TRANSFER = "transfer"
    STORE = "store"


WORKERS = {Lane.DB: 1, Lane.IMAGING: 2, Lane.TRANSFER: 2, Lane.STORE: 2}


class JobProgress:
    """What a job sees of its surroundings: the `Progress` port. ``reported(done, total, text)`` is called throttled."""

    def __init__(self, reported: Callable[[int, int, str], None] | None = None) -> None:
        self._reported = reported
        self._cancelled = threading.Event()
        self._next = 0.0

    def report(self, done: int, total: int, text: str = "") -> None:
        """See `odimaging.model.ports.Progress`."""
        if self._cancelled.is_set():
            raise Cancelled
        now = time.monotonic()
        if self._reported is not None and (now >= self._next or done >= total > 0):
            self._next = now + REPORT_EVERY_S
            self._reported(done, total, text)

    def cancel(self) -> None:
        """Strikes at the next report."""
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        """Whether the user asked."""
        return self._cancelled.is_set()


@dataclass(frozen=True)
class Job(Generic[T]):
    """A name, a lane, work taking a progress. A newer job with the same ``key`` cancels the older one.

    Lower ``priority`` goes first within its lane; equal ones in order.
    """

    name: str
    lane: Lane
    work: Callable[[JobProgress], T]
    key: str | None = None
    priority: int = 0


class JobHandle(Protocol):
    """What the submitter keeps."""

    def cancel(self) -> None:
        """Before it starts: it never does. Later: at its next report. Its result is dropped either way."""


@dataclass
class _Entry:
    job: Job[object]
    progress: JobProgress
    done: Callable[[object], None]
    failed: Callable[[OdImagingError], None]
    cancelled: Callable[[], None]

    def cancel(self) -> None:
        self.progress.cancel()


class JobRunner:
    """Runs jobs. ``crashed`` gets what is not in the error tree: a bug, with its trace."""

    def __init__(self, crashed: Callable[[BaseException], None] | None = None) -> None:
        self._crashed = crashed
        self._condition = threading.Condition()
        self._queues: dict[Lane, list[tuple[int, int, _Entry]]] = {lane: [] for lane in Lane}
        self._newest: dict[str, _Entry] = {}
        self._running: set[int] = set()
        self._sequence = itertools.count()
        self._closing = False
        self._threads: list[threading.Thread] = []
        self._started: set[Lane] = set()

    def submit(
        self,
        job: Job[T],
        done: Callable[[T], None] = lambda _result: None,
        failed: Callable[[OdImagingError], None] = lambda _error: None,
        progressed: Callable[[int, int, str], None] | None = None,
        cancelled: Callable[[], None] = lambda: None,
    ) -> JobHandle:
        """Queue a job. Exactly one of ``done``, ``failed``, ``cancelled`` is called, on a worker thread."""
        entry = _Entry(job, JobProgress(progressed), done, failed, cancelled)  # type: ignore[arg-type]  # T is erased
        with self._condition:
            if job.key is not None:
                older = self._newest.get(job.key)
                if older is not None:
                    older.cancel()
                self._newest[job.key] = entry
            self._start_workers(job.lane)
            heapq.heappush(self._queues[job.lane], (job.priority, next(self._sequence), entry))
            self._condition.notify_all()
        return entry

    def idle(self) -> bool:
        """Nothing waits and nothing runs."""
        with self._condition:
            return not self._running and not any(self._queues.values())

    def busy(self, lane: Lane) -> bool:
        """Something waits or runs in this lane."""
        with self._condition:
            return bool(self._queues[lane]) or any(
                thread.name.startswith(lane.value) and thread.ident in self._running
                for thread in self._threads
            )

    def close(self, wait_s: float = 5.0) -> bool:
        """Cancel everything and end the threads; True if all ended in time."""
        with self._condition:
            self._closing = True
            for queue in self._queues.values():
                for _, _, entry in queue:
                    entry.cancel()
            for entry in self._newest.values():
                entry.cancel()
            self._condition.notify_all()
        end = time.monotonic() + wait_s
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _start_workers(self, lane: Lane) -> None:
        if lane in self._started:
            return
        self._started.add(lane)
        for number in range(WORKERS[lane]):
            thread = threading.Thread(
                target=self._work, args=(lane,), name=f"{lane.value}-{number}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def _work(self, lane: Lane) -> None:
        me = threading.get_ident()
        while True:
            with self._condition:
                self._running.discard(me)
                self._condition.notify_all()
                while not self._queues[lane] and not self._closing:
                    self._condition.wait()
                if not self._queues[lane]:
                    return
                _, _, entry = heapq.heappop(self._queues[lane])
                self._running.add(me)
            self._run(entry)

    def _run(self, entry: _Entry) -> None:
        try:
            if entry.progress.cancelled:
                raise Cancelled
            result = entry.job.work(entry.progress)
            if entry.job.key is not None and entry.progress.cancelled:
                raise Cancelled  # a newer one with the same key is on its way
        except Cancelled:
            entry.cancelled()
        except OdImagingError as error:
            level = logging.INFO if error.is_question else logging.ERROR
            log.log(level, "job %s: %s %s", entry.job.name, type(error).__name__, error.detail)
            entry.failed(error)
        except Exception as error:  # noqa: BLE001 one of the two places: what is not in the tree is a bug
            log.critical("job %s crashed: %s", entry.job.name, type(error).__name__)
            if self._crashed is not None:
                self._crashed(error)
            entry.failed(OdImagingError("The program made a mistake here. Nothing was changed."))
        else:
            entry.done(result)
        finally:
            with self._condition:
                if entry.job.key is not None and self._newest.get(entry.job.key) is entry:
                    del self._newest[entry.job.key]
