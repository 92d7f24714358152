"""A window on a virtual display, and a hand that moves the pointer and presses the keys."""

import atexit
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from odimaging.app.window import Program, first_paint
from tests.features.hand import Desk
from tests.features.office import Pictures, StoryOffice, fill, paint
from tests.servers.display import display, needs
from tests.servers.mariadb import PracticeDatabase


@pytest.fixture(scope="session")
def screen() -> str:
    """A display of our own, wide enough for another program beside the window."""
    missing = needs()
    if missing:
        words = f"the stories need {', '.join(missing)}"
        pytest.fail(words) if os.environ.get("CI") else pytest.skip(words)
    # Until the process ends, not the fixture: Qt ends a process whose display goes away.
    kept = ExitStack()
    atexit.register(kept.close)
    return kept.enter_context(display("1500x950"))


@pytest.fixture(scope="session")
def qapp_args(screen: str) -> list[str]:
    """The application starts once the display is there, and on it."""
    started = QApplication.instance()
    if isinstance(started, QApplication) and started.platformName() != "xcb":
        pytest.fail("The stories need a process of their own: run tests/features by itself.")
    os.environ["QT_QPA_PLATFORM"] = "xcb"
    return ["odimaging"]


@pytest.fixture(scope="session")
def pictures() -> Pictures:
    """Painted once."""
    return paint()


@pytest.fixture
def office(
    practice_database: PracticeDatabase,
    pictures: Pictures,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> StoryOffice:
    """Ana's practice, on SQLite, InnoDB and MyISAM in turn; settings, caches and data of the user in a folder of its own."""
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    if practice_database.password is not None:
        monkeypatch.setenv("ODIMAGING_DB_PASSWORD", practice_database.password)
    return fill(practice_database, tmp_path, pictures)


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, office: StoryOffice, tmp_path: Path) -> Iterator[Desk]:
    """The program with the practice open, as its user sees it after the start."""
    program = Program(qapp, tmp_path / "config" / "settings.toml")
    program.window.show()
    program.open_practice(office.file)
    program.window.setGeometry(0, 30, 1280, 860)
    first_paint(qapp, program.window)
    program.painted()
    made = Desk(qtbot, program, office)
    made.until(lambda: program.window.isActiveWindow())
    yield made
    opened = program.window.desk
    if opened is not None and opened.practice.transfers is not None:
        opened.practice.transfers.stop_and_keep()  # or closing would ask
    program.window.close()
    made.until(lambda: not program.window.isVisible())
    program.end()
