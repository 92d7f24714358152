"""The workstation's transfer queue, opened by the first job that needs it: nothing waits for its file at the start."""

import threading
from collections.abc import Callable

from odimaging.model.ports import QueuedTransfer, TransferQueue


class LaterQueue:
    """See `odimaging.model.ports.TransferQueue`. ``open_queue`` is called once, on the worker that came first."""

    def __init__(self, open_queue: Callable[[], TransferQueue]) -> None:
        self._open_queue = open_queue
        self._lock = threading.Lock()
        self._queue: TransferQueue | None = None

    def add(self, transfer: QueuedTransfer) -> None:
        """See the port."""
        self._opened().add(transfer)

    def set_state(self, key: str, state: str, reason: str = "") -> None:
        """See the port."""
        self._opened().set_state(key, state, reason)

    def open_transfers(self) -> tuple[QueuedTransfer, ...]:
        """See the port."""
        return self._opened().open_transfers()

    def remove(self, key: str) -> None:
        """See the port."""
        self._opened().remove(key)

    def _opened(self) -> TransferQueue:
        with self._lock:
            if self._queue is None:
                self._queue = self._open_queue()
            return self._queue
