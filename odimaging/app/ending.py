"""The operating system's wish that the program ends (SIGTERM, SIGINT, a closed terminal) reaches the event loop.

Python runs its signal handlers between its own instructions only, and Qt's loop may sleep for minutes; a byte through a
socket wakes it.
"""

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QSocketNotifier

NAMES = ("SIGTERM", "SIGINT", "SIGHUP")
"""Windows knows only some of them."""


@contextmanager
def ended_by_signals(end: Callable[[], None]) -> Iterator[None]:
    """Within, ``end`` is called in the GUI thread when one of these signals arrives."""
    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
    reading, writing = socket.socketpair()
    reading.setblocking(False)
    writing.setblocking(False)
    notifier = QSocketNotifier(reading.fileno(), QSocketNotifier.Type.Read)

    def wake() -> None:
        if any(number in numbers for number in reading.recv(64)):
            end()

    notifier.activated.connect(wake)
    before = {number: signal.signal(number, _heard) for number in numbers}
    old = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(old)
        for number, handler in before.items():
            signal.signal(number, handler)
        notifier.setEnabled(False)
        reading.close()
        writing.close()


def _heard(_number: int, _frame: object) -> None:
    """The byte in the socket does the rest."""
