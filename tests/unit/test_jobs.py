import threading

import pytest

from odimaging.jobs import Job, JobProgress, JobRunner, Lane
from odimaging.model.errors import Cancelled, DatabaseBusy, OdImagingError

WAIT_S = 5.0


class Outcome:
    """Collects what a job told, and lets a test wait for it."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self.arrived = threading.Event()

    def __call__(self, *what: object) -> None:
        self.told.append(what[0] if what else "cancelled")
        self.arrived.set()

    def wait(self) -> list[object]:
        assert self.arrived.wait(WAIT_S)
        return self.told


@pytest.fixture
def runner():  # type: ignore[no-untyped-def]  # a generator fixture
    crashes: list[BaseException] = []
    made = JobRunner(crashes.append)
    made.crashes = crashes  # type: ignore[attr-defined]  # for the test to look at
    yield made
    assert made.close(WAIT_S)


def test_a_result_arrives(runner: JobRunner) -> None:
    done = Outcome()
    runner.submit(Job("add", Lane.DB, lambda _progress: 2 + 3), done=done)
    assert done.wait() == [5]


def test_an_error_of_the_tree_is_told(runner: JobRunner) -> None:
    failed = Outcome()

    def work(_progress: JobProgress) -> None:
        raise DatabaseBusy

    runner.submit(Job("fail", Lane.DB, work), failed=failed)
    assert isinstance(failed.wait()[0], DatabaseBusy)


def test_a_bug_reaches_the_crash_handler_and_a_sentence_the_user(runner: JobRunner) -> None:
    failed = Outcome()

    def work(_progress: JobProgress) -> None:
        raise KeyError("Smith")

    runner.submit(Job("bug", Lane.DB, work), failed=failed)
    error = failed.wait()[0]
    assert isinstance(error, OdImagingError)
    assert "Smith" not in error.user_text
    assert [type(crash) for crash in runner.crashes] == [KeyError]  # type: ignore[attr-defined]  # a list of this test


def test_a_newer_job_of_the_same_key_drops_the_older_result(runner: JobRunner) -> None:
    started, go_on = threading.Event(), threading.Event()
    older, newer, done = Outcome(), Outcome(), Outcome()

    def slow(_progress: JobProgress) -> str:
        started.set()
        assert go_on.wait(WAIT_S)
        return "old"

    runner.submit(Job("search", Lane.DB, slow, key="search"), done=done, cancelled=older)
    assert started.wait(WAIT_S)
    runner.submit(Job("search", Lane.DB, lambda _progress: "new", key="search"), done=newer)
    go_on.set()
    assert newer.wait() == ["new"]
    assert older.wait() == ["cancelled"]
    assert done.told == []


def test_lower_priority_numbers_go_first(runner: JobRunner) -> None:
    started, go_on, order = threading.Event(), threading.Event(), Outcome()
    last = Outcome()

    def block(_progress: JobProgress) -> None:
        started.set()
        assert go_on.wait(WAIT_S)

    runner.submit(Job("block", Lane.DB, block))
    assert started.wait(WAIT_S)

    def arrived(number: int) -> None:
        order(number)
        if number == 3:
            last(number)

    def say(number: int) -> Job[int]:
        return Job(str(number), Lane.DB, lambda _progress: number, priority=number)

    for number in (3, 1, 2):
        runner.submit(say(number), done=arrived)
    go_on.set()
    last.wait()
    assert order.told == [1, 2, 3]


def test_cancelling_strikes_at_the_next_report(runner: JobRunner) -> None:
    started, go_on, cancelled = threading.Event(), threading.Event(), Outcome()

    def work(progress: JobProgress) -> None:
        started.set()
        assert go_on.wait(WAIT_S)
        progress.report(1, 2)
        pytest.fail("went on after being cancelled")

    handle = runner.submit(Job("send", Lane.TRANSFER, work), cancelled=cancelled)
    assert started.wait(WAIT_S)
    handle.cancel()
    go_on.set()
    assert cancelled.wait() == ["cancelled"]


def test_progress_is_throttled_but_its_end_is_told() -> None:
    told: list[tuple[int, int, str]] = []
    progress = JobProgress(lambda *report: told.append(report))
    for done in range(1, 1001):
        progress.report(done, 1000)
    assert told[0] == (1, 1000, "")
    assert told[-1] == (1000, 1000, "")
    assert len(told) < 500


def test_a_cancelled_progress_raises() -> None:
    progress = JobProgress()
    progress.cancel()
    with pytest.raises(Cancelled):
        progress.report(0, 0)
