"""What of sending survives the program: the workstation's transfer queue, a convenience. Without it sending goes on."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from odimaging.gui.presenters.submit import Submit
from odimaging.gui.presenters.transfer_rows import TransferRow, kept_row, queued
from odimaging.jobs import Job, JobProgress, Lane
from odimaging.model.errors import DatabaseError
from odimaging.model.ports import TransferQueue
from odimaging.repository.send import ItemState, SendState

log = logging.getLogger(__name__)


class KeptQueue:
    """Its file is touched on workers only: `add` and `take` are called there, the others start a job."""

    def __init__(self, queue: TransferQueue, submit: Submit) -> None:
        self._queue = queue
        self._submit = submit

    def add(self, rows: Iterable[TransferRow]) -> None:
        """On a worker, before anything of them is sent."""
        with _matters_less():
            for row in rows:
                self._queue.add(queued(row))

    def take(self, state: ItemState) -> None:
        """On a worker: how an item ended."""
        with _matters_less():
            if state.state.went_well:
                self._queue.remove(state.key)
            elif state.state.is_final:
                self._queue.set_state(state.key, state.state.value, state.reason)

    def note_failed(self, keys: Sequence[str], reason: str) -> None:
        """They wait for somebody."""

        def note() -> None:
            for key in keys:
                self._queue.set_state(key, SendState.FAILED.value, reason)

        self._later("note failure", note)

    def remove(self, keys: Iterable[str]) -> None:
        """Nobody waits for them any more."""
        gone = tuple(keys)

        def remove() -> None:
            for key in gone:
                self._queue.remove(key)

        if gone:
            self._later("forget transfers", remove)

    def read(self, done: Callable[[tuple[TransferRow, ...]], None]) -> None:
        """The rows an earlier run left."""

        def work(_progress: JobProgress) -> tuple[TransferRow, ...]:
            return tuple(kept_row(kept) for kept in self._queue.open_transfers())

        self._submit(Job("transfer queue", Lane.STORE, work), done=done)

    def _later(self, name: str, step: Callable[[], None]) -> None:
        def work(_progress: JobProgress) -> None:
            with _matters_less():
                step()

        self._submit(Job(name, Lane.STORE, work))


@contextmanager
def _matters_less() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        log.warning("transfer queue not written: %s", type(error).__name__)
