"""Carries jobs to the GUI thread and announces what changed. The one bridge between threads and widgets."""

from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from odimaging.jobs import Job, JobHandle, JobRunner
from odimaging.model.changes import Changes
from odimaging.model.errors import OdImagingError

T = TypeVar("T")


class JobSignals(QObject):
    """Lives in the GUI thread. `submit` is what presenters get as ``Submit``; its callbacks come in the GUI thread.

    A result that carries ``changes`` is announced by ``changed`` before ``done`` is called. Other threads announce
    theirs with `announce`.
    """

    changed = Signal(object, str)
    """(Changes, initiator)."""
    _call = Signal(object)

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._call.connect(self._on_call, Qt.ConnectionType.QueuedConnection)

    def submit(
        self,
        job: Job[T],
        done: Callable[[T], None] = lambda _result: None,
        failed: Callable[[OdImagingError], None] = lambda _error: None,
        progressed: Callable[[int, int, str], None] | None = None,
        cancelled: Callable[[], None] = lambda: None,
    ) -> JobHandle:
        """As `JobRunner.submit`, but the callbacks run in the GUI thread."""

        def finish(result: T) -> None:
            changes = getattr(result, "changes", None)
            if isinstance(changes, Changes) and changes:
                self.changed.emit(changes, job.name)
            done(result)

        def relay(done_so_far: int, total: int, text: str) -> None:
            if progressed is not None:
                self._post(lambda: progressed(done_so_far, total, text))

        return self._runner.submit(
            job,
            done=lambda result: self._post(lambda: finish(result)),
            failed=lambda error: self._post(lambda: failed(error)),
            progressed=relay if progressed is not None else None,
            cancelled=lambda: self._post(cancelled),
        )

    def announce(self, changes: Changes, initiator: str) -> None:
        """From any thread: something changed outside a job of ours."""
        self._post(lambda: self.changed.emit(changes, initiator))

    def post(self, call: Callable[[], None]) -> None:
        """From any thread: run ``call`` in the GUI thread soon."""
        self._post(call)

    def _post(self, call: Callable[[], None]) -> None:
        self._call.emit(call)

    @Slot(object)
    def _on_call(self, call: Any) -> None:
        call()
