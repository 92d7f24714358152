import threading
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, cast

import pytest

from odimaging.app.office import Office
from odimaging.app.opening import repository_of
from odimaging.jobs import Job, JobRunner, Lane
from odimaging.model.errors import DatabaseUnavailable, OdImagingError

WAIT_S = 5.0


@dataclass
class OpenOffice:
    """As far as a repository that is being opened looks."""

    repository: dict[str, int]


class Ended:
    """How each of some jobs ended."""

    def __init__(self, count: int) -> None:
        self.how: list[object] = []
        self._left = threading.Semaphore(0)
        self._count = count

    def __call__(self, *what: object) -> None:
        self.how.append(what[0] if what else "cancelled")
        self._left.release()

    def wait(self) -> list[object]:
        assert all(self._left.acquire(timeout=WAIT_S) for _ in range(self._count))
        return self.how


def asked(opened: "Future[Office]", lanes: tuple[Lane, ...]) -> tuple[JobRunner, Ended]:
    """Jobs in several lanes, each of which needs the office."""
    bugs: list[BaseException] = []
    runner, ended = JobRunner(bugs.append), Ended(len(lanes))
    repository = cast(Any, repository_of(opened))
    for lane in lanes:
        job: Job[int] = Job("ask", lane, lambda _progress: repository.__len__())
        runner.submit(job, done=ended, failed=ended, cancelled=ended)
    return runner, ended


LANES = (Lane.DB, Lane.IMAGING, Lane.STORE)


def test_jobs_wait_for_the_office_in_their_lanes() -> None:
    opened: Future[Office] = Future()
    runner, ended = asked(opened, LANES)
    assert not ended.how
    opened.set_result(cast(Office, OpenOffice({"a": 1, "b": 2})))
    assert ended.wait() == [2, 2, 2]
    assert runner.close(WAIT_S)


def test_a_failed_opening_reaches_every_job() -> None:
    opened: Future[Office] = Future()
    runner, ended = asked(opened, LANES)
    opened.set_exception(DatabaseUnavailable("The server does not know this database."))
    texts = [cast(OdImagingError, error).user_text for error in ended.wait()]
    assert texts == ["The server does not know this database."] * 3
    assert runner.close(WAIT_S)


def test_jobs_of_a_practice_that_was_closed_while_opening_are_cancelled() -> None:
    opened: Future[Office] = Future()
    runner, ended = asked(opened, LANES)
    assert opened.cancel()
    assert ended.wait() == ["cancelled"] * 3
    assert runner.close(WAIT_S)


def test_the_window_itself_never_waits() -> None:
    opened: Future[Office] = Future()
    with pytest.raises(RuntimeError, match="browse was asked for in the GUI thread"):
        _ = repository_of(opened).browse


def test_once_open_the_window_may_ask() -> None:
    opened: Future[Office] = Future()
    opened.set_result(cast(Office, OpenOffice({"a": 1})))
    assert cast(Any, repository_of(opened)).__len__() == 1
