"""What a person at the front desk can do: type, click, drag, look."""

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QPoint, QProcess
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot

from odimaging.app.window import Program
from odimaging.gui.models.grid import ITEM_ROLE
from odimaging.gui.presenters.items import GridItem
from odimaging.gui.views.thumbnail_grid import ThumbnailGrid
from odimaging.settings import Settings
from tests.features.office import StoryOffice

WITHIN_MS = 20_000
W = TypeVar("W", bound=QWidget)
D = TypeVar("D", bound=QDialog)


@dataclass
class Desk:
    """The window of a practice, and a hand at the keyboard and the mouse."""

    qtbot: QtBot
    program: Program
    office: StoryOffice

    def until(self, condition: Callable[[], object]) -> None:
        """Let time pass until something is so."""
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=WITHIN_MS)

    def see(self, kind: type[W], name: str) -> W:
        """The widget of that object name, which must be on screen."""
        found: list[W] = [
            widget for widget in self.program.window.findChildren(kind, name) if widget.isVisible()
        ]
        assert found, f"{name} is not on screen"
        return found[0]

    def sees(self, name: str) -> bool:
        """Whether a widget of that object name is on screen."""
        return any(widget.isVisible() for widget in self.program.window.findChildren(QWidget, name))

    def x(self, *arguments: object) -> None:
        """Real input: xdotool, while the window goes on living."""
        process = QProcess()
        process.start("xdotool", [str(argument) for argument in arguments])
        self.until(lambda: process.state() == QProcess.ProcessState.NotRunning)
        assert process.exitCode() == 0

    def type_in(self, text: str) -> None:
        """On the keyboard."""
        self.x("type", "--delay", "25", text)

    def press(self, *keys: str) -> None:
        """Key chords, by X's names."""
        self.x("key", "--delay", "40", *keys)

    def click(
        self, widget: QWidget, place: QPoint | None = None, *, button: int = 1, times: int = 1
    ) -> None:
        """In the middle of a widget, or at a place in it."""
        spot = widget.mapToGlobal(place if place is not None else widget.rect().center())
        self.x(
            "mousemove",
            "--sync",
            spot.x(),
            spot.y(),
            "click",
            "--repeat",
            times,
            "--delay",
            "60",
            button,
        )

    def drag(self, start: QPoint, end: QPoint) -> None:
        """Press, move in steps as a hand does, let go."""
        words: list[object] = [
            "mousemove",
            start.x(),
            start.y(),
            "sleep",
            "0.1",
            "mousedown",
            "1",
            "sleep",
            "0.1",
        ]
        for step in (4, 8, 12):
            words += ["mousemove", start.x() + step, start.y() + step, "sleep", "0.05"]
        for step in range(1, 11):
            x = start.x() + (end.x() - start.x()) * step // 10
            y = start.y() + (end.y() - start.y()) * step // 10
            words += ["mousemove", x, y, "sleep", "0.04"]
        self.x(
            *words,
            "sleep",
            "0.3",
            "mousemove",
            end.x() + 2,
            end.y() + 2,
            "sleep",
            "0.3",
            "mouseup",
            "1",
        )

    # ------------------------------------------------------------ this window

    @property
    def settings(self) -> Settings:
        """The user's options."""
        return self.program.settings.load()

    def keep(self, settings: Settings) -> None:
        """Other options, as if chosen in the window."""
        self.program.settings.save(settings)

    def open_ana(self) -> None:
        """Ctrl+O, a fragment, Enter."""
        self.press("ctrl+o")
        self.type_in("rivera")
        self.until(lambda: self.results() == ["Rivera, Ana"])
        self.press("Return")
        self.until(lambda: len(self.items()) == 3)

    def results(self) -> list[str]:
        """Names in the list under the search box."""
        desk = self.program.window.desk
        assert desk is not None
        return (
            [patient.name_lf for patient in desk.search.patients]
            if self.sees("patientResults")
            else []
        )

    @property
    def grid(self) -> ThumbnailGrid:
        """The thumbnails."""
        return self.see(ThumbnailGrid, "thumbnailGrid")

    def items(self) -> list[GridItem]:
        """What the grid shows, in its order."""
        if not self.sees("thumbnailGrid"):
            return []
        model = self.grid.model()
        return [model.index(row, 0).data(ITEM_ROLE) for row in range(model.rowCount())]

    def tile(self, title: str) -> QPoint:
        """The middle of a tile, in the grid."""
        row = [item.title for item in self.items()].index(title)
        return self.grid.visualRect(self.grid.model().index(row, 0)).center()

    def select(self, *titles: str) -> None:
        """Click, then Ctrl+click."""
        for number, title in enumerate(titles):
            if number:
                self.x("keydown", "ctrl")
            self.click(self.grid.viewport(), self.tile(title))
            if number:
                self.x("keyup", "ctrl")
        self.until(lambda: len(self.grid.selected_keys()) == len(titles))

    def choose(self, *texts: str) -> None:
        """Click through the context menu that is open: one line after the other."""
        for text in texts:
            self._choose(text)

    def _choose(self, text: str) -> None:
        self.until(lambda: any(line_of(menu, text) for menu in menus()))
        menu = next(menu for menu in menus() if line_of(menu, text))
        self.click(menu, line_of(menu, text))

    def dialog(self, kind: type[D], name: str) -> D:
        """A dialog of that object name, once it is on screen."""
        found: list[D] = []

        def there() -> bool:
            found[:] = [
                one
                for one in QApplication.topLevelWidgets()
                if isinstance(one, kind) and one.objectName() == name and one.isActiveWindow()
            ]
            return bool(found)

        self.until(there)
        return found[0]

    def filed(self) -> dict[str, bytes]:
        """What lies in Ana's folder."""
        return {
            file.name: file.read_bytes() for file in self.office.folder.iterdir() if file.is_file()
        }


def other_program(script: Path, arguments: Sequence[object]) -> "subprocess.Popen[str]":
    """Another window; waits until it is on screen."""
    import sys

    process = subprocess.Popen(
        [sys.executable, str(script), *map(str, arguments)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def menus() -> list[QMenu]:
    """Menus on screen."""
    return [
        widget
        for widget in QApplication.topLevelWidgets()
        if isinstance(widget, QMenu) and widget.isVisible()
    ]


def line_of(menu: QMenu, text: str) -> QPoint | None:
    """The middle of a menu's line that starts with ``text``, in the menu."""
    for action in menu.actions():
        if action.text().replace("&", "").startswith(text) and action.isVisible():
            return menu.actionGeometry(action).center()
    return None
