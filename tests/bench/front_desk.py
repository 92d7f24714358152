"""The program in this process, driven as its user would, with a clock at the window."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication

from odimaging.app.window import Program, first_paint
from odimaging.gui.desk import Desk
from odimaging.gui.models.grid import ITEM_ROLE
from odimaging.gui.presenters.items import GridItem
from odimaging.gui.views.thumbnail_grid import ThumbnailGrid
from odimaging.model.ids import PatNum

WITHIN_S = 120.0
TICK_MS = 5
SLEEP = QEventLoop.ProcessEventsFlag.AllEvents | QEventLoop.ProcessEventsFlag.WaitForMoreEvents


class FrontDesk:
    """A window with a practice open."""

    def __init__(self, program: Program, application: QApplication) -> None:
        self.program = program
        self._application = application

    @property
    def desk(self) -> Desk:
        """The window's inside."""
        assert self.program.window.desk is not None
        return self.program.window.desk

    @property
    def grid(self) -> ThumbnailGrid:
        """The thumbnails."""
        return self.desk.grid

    def until(self, condition: Callable[[], object]) -> None:
        """Let the window live until something is so."""
        end = time.monotonic() + WITHIN_S
        while not condition():
            assert time.monotonic() < end, "it did not happen"
            self._application.processEvents()
            time.sleep(0.001)

    def rest(self) -> None:
        """Until no job is on its way."""
        self.until(self.program._runner.idle)
        self.until(self.program._runner.idle)

    def live(self, seconds: float) -> None:
        """Let the window live a while."""
        over: list[bool] = []
        QTimer.singleShot(round(seconds * 1000), lambda: over.append(True))
        self.wait(over)

    def choose(self, pat_num: PatNum) -> tuple[float, float]:
        """Seconds from the click on a patient to the first paint with a thumbnail, and to the one with all in view."""
        (patient,) = self.desk.practice.repository.browse.patients([pat_num])
        self.rest()
        watch = _FirstThumbnail(self.grid, pat_num, self.desk)
        started = time.perf_counter()
        self.desk.open_patient(patient)
        self.wait(watch.all)
        watch.end()
        return watch.first[0] - started, watch.all[0] - started

    def wait(self, told: list[float] | list[bool]) -> None:
        """Let the window live, asleep between its events, until something was told."""
        loop = QEventLoop()
        late = time.monotonic() + WITHIN_S
        while not told:
            assert time.monotonic() < late, "it did not happen"
            loop.processEvents(SLEEP)


class _FirstThumbnail(QObject):
    """Watches the grid being painted."""

    def __init__(self, grid: ThumbnailGrid, pat_num: PatNum, desk: Desk) -> None:
        super().__init__()
        self.first: list[float] = []
        self.all: list[float] = []
        self._grid = grid
        self._pat_num = pat_num
        self._desk = desk
        grid.viewport().installEventFilter(self)

    def end(self) -> None:
        """Look no longer."""
        self._grid.viewport().removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self.all:
            items = in_view(self._grid)
            shown = [isinstance(self._grid._look(item), QPixmap) for item in items]
            patient = self._desk.browser.patient
            if any(shown) and patient is not None and patient.pat_num == self._pat_num:
                QTimer.singleShot(0, self._painted(self.first))
                if all(shown):
                    QTimer.singleShot(0, self._painted(self.all))
        return False

    @staticmethod
    def _painted(told: list[float]) -> Callable[[], None]:
        """What is called once this paint is through."""
        return lambda: told.append(time.perf_counter())


def in_view(grid: ThumbnailGrid) -> list[GridItem]:
    """What the grid's viewport shows."""
    model, rect = grid.model(), grid.viewport().rect()
    rows = range(min(model.rowCount(), 200))
    indexes = (model.index(row, 0) for row in rows)
    return [index.data(ITEM_ROLE) for index in indexes if grid.visualRect(index).intersects(rect)]


class Gaps:
    """How long the window's thread was away: seconds between the ticks of a short timer in it."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def stop(self) -> None:
        """No more ticks."""
        self._timer.stop()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.seconds.append(now - self._last)
        self._last = now


@contextmanager
def front_desk(practice: Path, folder: Path) -> Iterator[FrontDesk]:
    """The program with its practice open, at rest."""
    application = QApplication.instance() or QApplication(["odimaging"])
    assert isinstance(application, QApplication)
    program = Program(application, folder / "settings.toml")
    program.window.show()
    program.open_practice(practice)
    program.window.setGeometry(0, 30, 1280, 860)
    first_paint(application, program.window)
    program.painted()
    made = FrontDesk(program, application)
    made.until(lambda: program._opened is not None and program._opened.done())
    made.rest()
    try:
        yield made
    finally:
        program.window.close()
        program.end()
