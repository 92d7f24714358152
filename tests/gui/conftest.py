"""A window on a repository in memory."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from odimaging.gui.theme import Theme
from tests.gui.front import Front


@pytest.fixture(scope="session")
def light_theme(qapp: QApplication) -> Theme:
    """One for all tests: dressing the application takes longer than most of them."""
    return Theme(qapp, "light")


@pytest.fixture
def front(qtbot: QtBot, light_theme: Theme) -> Iterator[Front]:
    """Shown, off-screen, no practice open yet."""
    front = Front(light_theme)
    qtbot.addWidget(front.window)
    front.window.resize(1280, 800)
    front.window.show()
    qtbot.waitExposed(front.window)
    yield front
    if light_theme.choice != "light":
        light_theme.choose("light")
