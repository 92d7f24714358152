"""Signals of the operating system reach the window, whoever else wants their wake-up socket."""

import signal
import socket
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from odimaging.app.ending import ended_by_signals


@pytest.fixture
def taken() -> Iterator[int]:
    """A wake-up socket of somebody else's."""
    reading, writing = socket.socketpair()
    writing.setblocking(False)
    with reading, writing:
        yield writing.fileno()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_told_in_the_event_loop(qtbot: QtBot, number: int) -> None:
    told: list[None] = []
    with ended_by_signals(lambda: told.append(None)):
        signal.raise_signal(number)
        assert not told
        qtbot.waitUntil(lambda: bool(told))
    assert len(told) == 1


def test_listening_anew_hears_what_an_event_loop_took(qtbot: QtBot, taken: int) -> None:
    told: list[str] = []
    with ended_by_signals(lambda: told.append("first")):
        outer = signal.set_wakeup_fd(taken)
        with ended_by_signals(lambda: told.append("anew")):
            signal.raise_signal(signal.SIGINT)
            qtbot.waitUntil(lambda: bool(told))
        assert signal.set_wakeup_fd(outer) == taken
    assert told == ["anew"]


def test_afterwards_everything_is_as_before(qtbot: QtBot) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with ended_by_signals(lambda: None):
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before
    assert signal.set_wakeup_fd(-1) == -1
