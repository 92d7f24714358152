"""Palette, contrast, icons at device pixels, the one lookup of resources, the closing question."""

from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from odimaging.gui import resources
from odimaging.gui.actions import COMMANDS
from odimaging.gui.theme import DARK, LIGHT, Colors, style_sheet
from tests.gui.front import Front


def luminance(name: str) -> float:
    """WCAG 2, relative luminance."""
    color = QColor(name)
    parts = [color.redF(), color.greenF(), color.blueF()]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["window", "base", "raised", "selected", "hover"])
def test_words_are_legible_on_every_ground(colors: Colors, ground: str) -> None:
    values = asdict(colors)
    assert contrast(colors.text, values[ground]) >= 7
    assert contrast(colors.muted, values[ground]) >= 4.5


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_accents_and_frames_stand_out(colors: Colors) -> None:
    assert contrast(colors.accent, colors.base) >= 4.5
    assert contrast(colors.accent, colors.on_accent) >= 4.5
    assert contrast(colors.control, colors.base) >= 2.5
    assert contrast(colors.on_picture, colors.picture) >= 7
    assert contrast(colors.warning, colors.window) >= 4.5


def test_the_sheet_is_short_and_has_no_place_unfilled() -> None:
    sheet = style_sheet(LIGHT)
    assert 40 < len(sheet.splitlines()) < 200
    assert "@" not in sheet


def test_the_program_s_icon_is_drawn_in_each_size_of_a_task_bar(qtbot: QtBot) -> None:
    icon = resources.program_icon()
    assert [size.width() for size in icon.availableSizes()] == list(resources.PROGRAM_ICON_SIZES)
    middle = icon.pixmap(256, 256).toImage().pixelColor(128, 30)
    assert middle.alpha() == 255
    assert middle.blue() > middle.red(), "its own colours, not a theme's"


def test_resources_come_from_the_checkout_or_the_installed_package() -> None:
    folder = resources.folder()
    assert (folder / "style" / "odimaging.qss").is_file()
    assert folder.name in ("resources", "_resources")


def test_an_installed_package_carries_its_own(tmp_path: Path) -> None:
    package = tmp_path / "odimaging"
    (package / "gui").mkdir(parents=True)
    module = package / "gui" / "resources.py"
    assert resources.folder_for(module) == tmp_path / "resources"
    (package / "_resources").mkdir()
    assert resources.folder_for(module) == package / "_resources"


def test_every_icon_a_command_names_was_drawn(qapp: QApplication) -> None:
    assert [one.icon for one in COMMANDS if one.icon and not resources.has_icon(one.icon)] == []


def test_icons_are_tinted_and_sharp(qapp: QApplication) -> None:
    pixmap = resources.pixmap("search", 16, QColor("#ff0000"), 2.0)
    assert pixmap.width() == 32
    assert pixmap.devicePixelRatio() == 2.0
    image = pixmap.toImage()
    opaque = [
        image.pixelColor(x, y)
        for x in range(32)
        for y in range(32)
        if image.pixelColor(x, y).alpha() == 255
    ]
    assert opaque
    assert {color.name() for color in opaque} == {"#ff0000"}


def test_a_missing_icon_is_empty_and_no_trouble(qapp: QApplication) -> None:
    assert resources.icon("no-such-icon", QColor("black")).isNull()
    assert not resources.pixmap("no-such-icon", 16, QColor("black")).isNull()
    assert resources.text("no/such/file") == ""


class Sending:
    """Transfers under way, as far as closing looks at them."""

    def __init__(self) -> None:
        self.active = 2
        self.failed = 0
        self.summary = ""
        self.kept = False
        self.idle: list[Any] = []

    def stop_and_keep(self) -> None:
        self.kept = True

    def when_idle(self, call: Any) -> None:
        self.idle.append(call)

    def end(self) -> None:
        self.active = 0
        for call in self.idle:
            call()


def answer(button: str, seen: list[str]) -> None:
    """Presses a button of the question as soon as it is there."""

    def press() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        seen.append(box.text())
        next(one for one in box.buttons() if one.text() == button).click()

    QTimer.singleShot(0, press)


@pytest.fixture
def sending(front: Front) -> Sending:
    front.open_ana()
    transfers = Sending()
    front.desk.practice = cast(Any, SimpleNamespace(transfers=transfers))
    return transfers


def test_closing_can_wait_for_what_is_being_sent(front: Front, sending: Sending) -> None:
    seen: list[str] = []
    answer("Finish sending and close", seen)
    front.window.close()
    assert seen == ["2 images are still being sent."]
    assert not front.window.isVisible()
    assert front.closed == []
    sending.end()
    assert front.closed == [True]
    assert not sending.kept


def test_closing_can_keep_it_in_the_queue(front: Front, sending: Sending) -> None:
    answer("Stop and keep them in the queue", [])
    front.window.close()
    assert sending.kept
    assert front.window.isVisible()
    sending.end()
    assert front.closed == [True]


def test_closing_can_be_thought_over(front: Front, sending: Sending, qtbot: QtBot) -> None:
    answer("Stay open", [])
    front.window.close()
    assert front.window.isVisible()
    assert sending.idle == []
    assert front.closed == []
    sending.active = 0  # else the window asks again when the test closes it
