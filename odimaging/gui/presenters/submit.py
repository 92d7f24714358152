"""How presenters start jobs: the shape of `JobSignals.submit`, without Qt."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from odimaging.jobs import Job, JobHandle
from odimaging.model.errors import OdImagingError

T = TypeVar("T")


class Submit(Protocol):
    """Queue a job; the callbacks come in the thread of the window."""

    def __call__(
        self,
        job: Job[T],
        done: Callable[[T], None] = ...,
        failed: Callable[[OdImagingError], None] = ...,
        progressed: Callable[[int, int, str], None] | None = ...,
        cancelled: Callable[[], None] = ...,
    ) -> JobHandle:
        """See `odimaging.jobs.JobRunner.submit`."""
