"""Runs the program with its window: start, first paint, then everything heavy; and an orderly end.

qasync's loop runs the window once it is painted; it awaits what ends with it, nothing else.
"""

from __future__ import annotations

import ctypes
import hashlib
import logging
import sys
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, InvalidStateError
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from odimaging import logs, settings
from odimaging import practice as practices
from odimaging.app import crashes
from odimaging.model.errors import OdImagingError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

    from odimaging.app.office import Office
    from odimaging.model.ports import TransferQueue
    from odimaging.practice import Practice

log = logging.getLogger(__name__)

RECOVER_EVERY_MS = 5 * 60 * 1000
END_S = 5.0
"""How long jobs may take to end when the window closes."""
PAINT_S = 2.0
"""How long opening waits for the first paint: its imports and the window would slow each other down."""


def run_window(
    practice: Path | None = None,
    *,
    demo: bool = False,
    verbose: bool = False,
    shown: Callable[[Callable[[], object]], None] | None = None,
) -> int:
    """Open the window and stay until it is closed; returns the exit code.

    ``shown`` is called after the first paint with a callable that closes the window: for measuring the start.
    """
    from PySide6.QtCore import QLocale
    from PySide6.QtWidgets import QApplication

    from odimaging.app.ending import ended_by_signals
    from odimaging.gui import languages, resources

    folder = settings.data_folder()
    logs.start(folder / "logs", verbose=verbose)
    crashes.watch(folder / "logs")
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("odimaging")
    application.setWindowIcon(resources.program_icon())
    be_oneself_in_the_task_bar()
    application.setQuitOnLastWindowClosed(False)
    languages.speak(application, QLocale())
    program = Program(application, settings.default_path())
    with ended_by_signals(program.end_now):
        program.window.show()
        program.open_first(practice, demo=demo)
        first_paint(application, program.window)
        program.painted()
        if shown is not None:
            shown(program.window.close)
        return program.run()


def be_oneself_in_the_task_bar() -> None:
    """Windows would group the window with other programs of the same Python, under its icon."""
    if sys.platform == "win32":
        ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID("odimaging")


def first_paint(application: QApplication, window: QWidget) -> None:
    """Turn the event loop until the window was painted once."""
    from PySide6.QtCore import QEvent, QObject

    class Painted(QObject):
        seen = False

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            self.seen = self.seen or event.type() == QEvent.Type.Paint
            return False

    painted = Painted()
    window.installEventFilter(painted)
    while not painted.seen and window.isVisible():
        application.processEvents()
    window.removeEventFilter(painted)


class Program:
    """The window, its jobs, and the practice it shows."""

    def __init__(self, application: QApplication, settings_path: Path) -> None:
        from odimaging.app.kept_settings import KeptSettings
        from odimaging.gui.job_signals import JobSignals
        from odimaging.gui.main_window import MainWindow
        from odimaging.gui.theme import Theme
        from odimaging.gui.welcome import WelcomeCalls
        from odimaging.jobs import JobRunner

        self._application = application
        self._runner = JobRunner(crashes.crashed)
        self.signals = JobSignals(self._runner)
        self.settings = KeptSettings(settings_path, self.signals.submit)
        self._opened: Future[Office] | None = None
        self._closed = False
        self._painted = Event()
        self._on_closed: Callable[[], None] = lambda: None
        theme = Theme(application, self.settings.load().theme)
        calls = WelcomeCalls(
            open_practice=lambda path: self.open_practice(Path(path)), make_demo=self.open_demo
        )
        self.window = MainWindow(theme, self.settings, calls, self._on_closing)

    # ------------------------------------------------------------ opening

    def painted(self) -> None:
        """The window can be seen: what is heavy may begin."""
        self._painted.set()

    def open_first(self, practice: Path | None, *, demo: bool) -> None:
        """What the command line asks for, else the practice that was open last, else the welcome page."""
        last = self.settings.load().last_practice
        if demo:
            self.open_demo()
        elif practice is not None:
            self.open_practice(practice)
        elif last and Path(last).is_file():
            self.open_practice(Path(last))
        else:
            self.window.show_welcome()

    def open_practice(self, path: Path) -> None:
        """Show a practice: the window at once, its rows as soon as the database answers."""
        from odimaging.app.later_queue import LaterQueue
        from odimaging.app.opening import repository_of
        from odimaging.gui.practice_parts import OpenPractice
        from odimaging.gui.presenters.transfers import TransfersPresenter
        from odimaging.transfer.host_keys import KnownHosts
        from odimaging.transfer.vault import SystemVault

        try:
            practice = practices.read(path)
        except OdImagingError as error:
            self.window.show_welcome(error.user_text)
            return
        self.close_practice()
        vault, host_keys = SystemVault(), KnownHosts(practice.path.with_suffix(".known_hosts"))
        opened: Future[Office] = Future()
        self._opened = opened
        repository = repository_of(opened)
        transfers = TransfersPresenter(
            repository,
            self.signals.submit,
            vault,
            host_keys,
            LaterQueue(lambda: self._open_queue(practice)),
            self.settings.load,
            self.settings.save,
        )
        self.window.open_practice(
            OpenPractice(
                practice.name, repository, self.signals.submit, self.signals.changed, transfers
            )
        )

        def work() -> None:
            self._painted.wait(PAINT_S)
            from odimaging.app.office import open_office

            try:
                office = open_office(
                    practice, vault, host_keys, lambda account: self._ask_password(opened, account)
                )
            except OdImagingError as error:
                self._refuse(opened, error, error.user_text)
            except Exception as error:  # noqa: BLE001 a bug here would leave every job waiting for ever
                crashes.crashed(error)
                self._refuse(opened, error, "The practice cannot be opened.")
            else:
                self._hand_over(opened, office)
            # Looked for now: the first dialog about a password would wait for it, on Windows two seconds.
            log.info("password vault: %s", vault.available)

        Thread(target=work, name="opening", daemon=True).start()

    def _open_queue(self, practice: Practice) -> TransferQueue:
        """From a worker: the transfers this practice left on this workstation."""
        self._painted.wait(PAINT_S)
        from odimaging.db.queue import WorkstationQueue

        key = hashlib.sha256(str(practice.path).encode()).hexdigest()[:16]
        queues = settings.data_folder() / "queues"
        with suppress(OSError):  # SQLite will say that the folder is not there
            queues.mkdir(parents=True, exist_ok=True)
        return WorkstationQueue(queues / f"{key}.sqlite")

    def open_demo(self) -> None:
        """Open the demo practice, making it first if it is not there."""
        from odimaging.jobs import Job, JobProgress, Lane

        folder = settings.data_folder() / "demo"

        def make(progress: JobProgress) -> str:
            from odimaging.demo.practice import make_demo

            return make_demo(str(folder), progress)

        if (folder / "demo.toml").is_file():
            self.open_practice(folder / "demo.toml")
            return
        self.window.show_progress("Making the demo practice…")
        self.signals.submit(
            Job("make demo", Lane.STORE, make),
            done=lambda path: self.open_practice(Path(path)),
            failed=lambda error: self.window.show_welcome(error.user_text),
            progressed=lambda done, total, words: self.window.show_progress(
                words or "Making the demo practice…", done, total
            ),
        )

    def close_practice(self) -> None:
        """Let go of the practice that is shown; jobs that wait for it to open are cancelled."""
        self.window.close_practice()
        self._close_office()

    def _close_office(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None and not opened.cancel():
            opened.add_done_callback(_close)

    def _ask_password(self, opened: Future[Office], account: str) -> str | None:
        """From the opening thread: ask in the window and wait for the answer, or for the practice to be closed."""
        answer: Future[str | None] = Future()
        opened.add_done_callback(lambda _opened: answer.cancel())

        def ask() -> None:
            if not answer.cancelled():
                typed = self.window.ask_password(account)
                with suppress(InvalidStateError):  # closed while it was being typed
                    answer.set_result(typed)

        self.signals.post(ask)
        try:
            return answer.result()
        except CancelledError:
            return None

    def _hand_over(self, opened: Future[Office], office: Office) -> None:
        """From the opening thread: the office is open, unless nobody wants it any more."""
        if not opened.set_running_or_notify_cancel():
            office.close()
            return
        office.decoder.warm_up()
        opened.set_result(office)
        self.signals.post(self._recover)
        self.signals.post(lambda: self._remember(office.practice))

    def _remember(self, practice: Practice) -> None:
        """The next start opens this one again."""
        self.settings.save(replace(self.settings.load(), last_practice=str(practice.path)))

    def _refuse(self, opened: Future[Office], error: BaseException, words: str) -> None:
        """From the opening thread: no office."""
        if opened.set_running_or_notify_cancel():
            opened.set_exception(error)
            self.signals.post(lambda: self._on_refused(opened, words))

    def _on_refused(self, opened: Future[Office], words: str) -> None:
        if self._opened is opened:
            self.close_practice()
            self.window.show_welcome(words)

    def _recover(self) -> None:
        """Finish or undo what a stop left: now, and every five minutes while this practice is open."""
        from PySide6.QtCore import QTimer

        from odimaging.jobs import Job, Lane

        opened = self._opened
        if opened is None or not opened.done() or self._closed:
            return
        recovery = opened.result().repository.recovery
        self.signals.submit(Job("recovery", Lane.STORE, recovery, key="recovery", priority=5))
        QTimer.singleShot(
            RECOVER_EVERY_MS, lambda: self._recover() if self._opened is opened else None
        )

    # ------------------------------------------------------------ running and ending

    def run(self) -> int:
        """Until the window is closed."""
        import asyncio

        import qasync

        from odimaging.app.ending import ended_by_signals

        async def until_closed() -> None:
            if not self._closed:
                ended = asyncio.Event()
                self._on_closed = ended.set
                await ended.wait()
            await asyncio.get_running_loop().run_in_executor(None, self.end)

        # Listening begins anew: on Windows asyncio's loop takes the signals' wake-up socket when it is made.
        with qasync.QEventLoop(self._application) as loop, ended_by_signals(self.end_now):
            loop.run_until_complete(until_closed())
        return 0

    def end_now(self) -> None:
        """The operating system wants us gone: nobody answers a question now. What is being sent stays in the queue."""
        from PySide6.QtWidgets import QDialog

        for dialog in self.window.findChildren(QDialog):
            dialog.reject()
        transfers = self.window.desk.practice.transfers if self.window.desk is not None else None
        if transfers is not None and transfers.active:
            transfers.stop_and_keep()
            transfers.when_idle(self._close_window)
        else:
            self._close_window()

    def _close_window(self) -> None:
        self.window.close()

    def _on_closing(self) -> None:
        self._closed = True
        if self._opened is not None:
            self._opened.cancel()  # no effect once it is open
        self._on_closed()

    def end(self) -> None:
        """Jobs end, settings are written, the office is closed."""
        self._runner.close(END_S)
        self.settings.write()
        self._close_office()


def _close(opened: Future[Office]) -> None:
    if not opened.cancelled() and opened.exception() is None:
        opened.result().close()
