"""Runs jobs at once, or when told: the `Submit` of presenter tests."""

from collections.abc import Callable
from typing import Any

from odimaging.jobs import Job, JobHandle, JobProgress
from odimaging.model.errors import Cancelled, OdImagingError


class InlineSubmit:
    """Each job runs in the call, unless ``hold`` is set: then `release` runs those that wait, in order."""

    def __init__(self, *, hold: bool = False) -> None:
        self.hold = hold
        self.jobs: list[Job[Any]] = []
        self._waiting: list[Callable[[], None]] = []

    def __call__(
        self,
        job: Job[Any],
        done: Callable[[Any], None] = lambda _result: None,
        failed: Callable[[OdImagingError], None] = lambda _error: None,
        progressed: Callable[[int, int, str], None] | None = None,
        cancelled: Callable[[], None] = lambda: None,
    ) -> JobHandle:
        self.jobs.append(job)
        progress = JobProgress(progressed)

        def run() -> None:
            try:
                if progress.cancelled:
                    raise Cancelled
                result = job.work(progress)
            except Cancelled:
                cancelled()
            except OdImagingError as error:
                failed(error)
            else:
                done(result)

        if self.hold:
            self._waiting.append(run)
        else:
            run()
        return progress

    def release(self) -> None:
        """Run what waits."""
        waiting, self._waiting = self._waiting, []
        for run in waiting:
            run()
