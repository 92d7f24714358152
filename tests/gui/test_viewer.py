"""The viewer as a page: titles, pages, film strip, keys, what it says when there is no picture."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from odimaging.gui.presenters.undo import UndoStep
from odimaging.gui.presenters.viewer import ViewerPresenter, ViewItem
from odimaging.gui.presenters.windowing import Window
from odimaging.gui.views.viewer import Viewer
from odimaging.jobs import JobProgress
from odimaging.model.changes import Changes
from odimaging.model.errors import DecodeFailed
from odimaging.model.ids import DocNum, MountItemNum, MountNum
from odimaging.model.mount import DrawType, ImageDraw
from tests.fakes.inline_runner import InlineSubmit
from tests.fakes.viewer_repository import (
    ViewerRepository,
    colour,
    document,
    four_positions,
    gray,
    radiograph,
)


class Bench:
    """A viewer over an X-ray, a PDF of three pages, a Word file, a damaged image and a mount."""

    def __init__(self, qtbot: QtBot, *, hold: bool = False) -> None:
        self.store = ViewerRepository()
        self.store.add(
            document(1, description="Bitewing", tooth_numbers="2,3"), radiograph(1400, 1000)
        )
        pages = [gray(np.full((110, 85), shade, np.uint8)) for shade in (10, 20, 30)]
        self.store.add(document(2, "l.pdf", description="Letter"), *pages)
        self.store.add(document(3, "l.docx", description="To Dr Lee"))
        self.store.add(document(4, description="Broken", tooth_numbers="14"), radiograph())
        self.store.errors[DocNum(4)] = DecodeFailed()
        self.store.mounts[MountNum(3)] = four_positions()
        self.store.texts[MountItemNum(30)] = colour(np.full((50, 800, 4), 255))
        self.store.add(document(10, mount_item_num=MountItemNum(20)), radiograph(700, 500))
        self.submit = InlineSubmit(hold=hold)
        self.steps: list[UndoStep] = []
        self.viewer = Viewer(ViewerPresenter(self.store.repository, self.submit, self.steps.append))
        qtbot.addWidget(self.viewer)
        self.viewer.resize(1000, 700)
        self.viewer.show()
        self.items = [ViewItem(DocNum(n), None, f"item {n}") for n in (1, 2, 3, 4)]
        self.items.append(ViewItem(None, MountNum(3), "mount"))

    def open(self, index: int) -> Viewer:
        self.viewer.open_items(self.items, index)
        return self.viewer

    def press(self, qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
        focus = self.viewer.focusWidget() or self.viewer
        QTest.keyClick(focus, key, modifier or Qt.KeyboardModifier.NoModifier)


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def words(viewer: Viewer) -> str:
    """All labels of the page that stands for a picture."""
    return " ".join(label.text() for label in viewer.notice.findChildren(QLabel))


def buttons(viewer: Viewer) -> list[str]:
    found = viewer.notice.findChildren(QPushButton)
    return [button.text() for button in found if button.isVisible()]


def test_titles_are_as_documented(bench: Bench) -> None:
    assert bench.open(0).title.text() == "12 May 2025: Bitewing, Teeth: 2, 3"
    assert bench.open(3).title.text() == "12 May 2025: Broken, Tooth: 14"
    assert bench.open(4).title.text() == "12 May 2025: 4 bitewings"
    mount, items = bench.store.mounts[MountNum(3)]
    bench.store.mounts[MountNum(3)] = replace(mount, note="retake 2"), items
    bench.viewer.refresh(Changes(mounts=frozenset({MountNum(3)})))
    assert bench.viewer.title.text() == "12 May 2025: 4 bitewings, retake 2"


def test_a_picture_is_on_the_image_view(bench: Bench) -> None:
    viewer = bench.open(0)
    assert viewer.stack.currentWidget() is viewer.image_view
    assert viewer.image_view.pyramid is not None
    assert viewer.image_view.pyramid.is_full
    assert viewer.image_view.objectName() == "imageView"


def test_pages_of_a_pdf(bench: Bench) -> None:
    viewer = bench.open(1)
    assert viewer.page_label.isVisible()
    assert viewer.page_label.text() == "Page 1 of 3"
    assert not viewer.actions["previous_page"].isEnabled()
    viewer.actions["next_page"].trigger()
    viewer.actions["next_page"].trigger()
    assert viewer.page_label.text() == "Page 3 of 3"
    assert not viewer.actions["next_page"].isEnabled()
    assert viewer.image_view.pyramid is not None
    assert viewer.image_view.pyramid.levels[0][0, 0] == 30
    bench.open(0)
    assert not viewer.page_label.isVisible()


def test_a_word_file_says_what_can_be_done(bench: Bench) -> None:
    viewer = bench.open(2)
    assert "To Dr Lee" in words(viewer)
    assert "Word document" in words(viewer)
    assert buttons(viewer) == ["Open in its own program"]
    assert viewer.zoom_label.text() == ""


def test_a_damaged_image_says_so_and_can_be_tried_again(bench: Bench, qtbot: QtBot) -> None:
    viewer = bench.open(3)
    assert "This image is damaged and cannot be shown." in words(viewer)
    bench.store.errors.clear()
    viewer.notice.findChildren(QPushButton)[0].click()
    assert viewer.stack.currentWidget() is viewer.image_view
    assert viewer.image_view.pyramid is not None


def test_arrows_walk_and_escape_closes(bench: Bench, qtbot: QtBot) -> None:
    current: list[ViewItem] = []
    bench.viewer.current_changed.connect(current.append)
    viewer = bench.open(0)
    bench.press(qtbot, Qt.Key.Key_Right)
    bench.press(qtbot, Qt.Key.Key_Right)
    bench.press(qtbot, Qt.Key.Key_Left)
    assert [item.doc_num for item in current] == [1, 2, 3, 2]
    assert viewer.film_strip.currentIndex().row() == 1
    with qtbot.waitSignal(viewer.closed):
        bench.press(qtbot, Qt.Key.Key_Escape)


def test_the_ends_of_the_row_are_told_by_disabled_actions(bench: Bench) -> None:
    viewer = bench.open(0)
    assert not viewer.actions["previous"].isEnabled()
    assert viewer.actions["next"].isEnabled()
    bench.open(4)
    assert not viewer.actions["next"].isEnabled()


def test_the_film_strip_shows_uniform_tiles_and_chooses(bench: Bench, qtbot: QtBot) -> None:
    viewer = bench.open(0)
    strip = viewer.film_strip
    model = strip.model()
    qtbot.waitUntil(lambda: model.index(4, 0).data(Qt.ItemDataRole.DecorationRole) is not None)
    assert model.index(3, 0).data(Qt.ItemDataRole.DecorationRole) is None
    sizes = {strip.visualRect(model.index(row, 0)).size().toTuple() for row in range(5)}
    assert len(sizes) == 1
    at = strip.visualRect(model.index(1, 0)).center()
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert viewer.title.text() == "12 May 2025: Letter"


def test_one_item_needs_no_film_strip(bench: Bench) -> None:
    bench.viewer.open_items(bench.items[:1], 0)
    assert not bench.viewer.film_strip.isVisible()


def test_single_letters_edit_and_can_be_switched_off(bench: Bench, qtbot: QtBot) -> None:
    bench.open(0)
    bench.press(qtbot, Qt.Key.Key_R)
    bench.press(qtbot, Qt.Key.Key_H)
    row = bench.store.documents[DocNum(1)]
    assert (row.degrees_rotated, row.is_flipped) == (270.0, True)
    assert bench.viewer.image_view.camera.width == 1000
    bench.viewer.set_single_letters(False)
    bench.press(qtbot, Qt.Key.Key_R)
    assert bench.store.documents[DocNum(1)] == row
    bench.viewer.set_single_letters(True)
    bench.press(qtbot, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    assert bench.store.documents[DocNum(1)].degrees_rotated == 180.0


def test_zoom_keys(bench: Bench, qtbot: QtBot) -> None:
    viewer = bench.open(0)
    fitted = viewer.image_view.camera.zoom
    bench.press(qtbot, Qt.Key.Key_1)
    assert viewer.zoom_label.text() == "100 %"
    bench.press(qtbot, Qt.Key.Key_Minus)
    assert viewer.zoom_label.text() == "80 %"
    bench.press(qtbot, Qt.Key.Key_0)
    assert viewer.image_view.camera.zoom == fitted


def test_a_brightness_drag_is_one_update_and_one_step_back(bench: Bench) -> None:
    viewer = bench.open(0)
    viewer.image_view.window_released.emit(Window(40, 200))
    assert len(bench.store.updates) == 1
    (step,) = bench.steps
    assert step.text == "change of brightness and contrast"
    changes, _ = step.undo(JobProgress())
    viewer.refresh(changes)
    assert viewer.image_view.window_now == Window(0, 0)


def test_edits_of_a_letter_are_disabled(bench: Bench) -> None:
    viewer = bench.open(1)
    for name in ("rotate_right", "rotate_left", "flip", "level_reset"):
        assert not viewer.actions[name].isEnabled()


def test_the_last_document_deleted_closes_the_viewer(bench: Bench, qtbot: QtBot) -> None:
    bench.viewer.open_items(bench.items[:1], 0)
    del bench.store.documents[DocNum(1)]
    with qtbot.waitSignal(bench.viewer.closed):
        bench.viewer.refresh(Changes(documents=frozenset({DocNum(1)})))


def test_the_window_adds_to_the_menu(bench: Bench, qtbot: QtBot) -> None:
    asked: list[ViewItem] = []

    def add(menu: QMenu, item: ViewItem) -> None:
        asked.append(item)
        menu.addAction(QAction("Send to", menu))

    viewer = bench.open(0)
    viewer.menu_opening.connect(add)
    viewer.image_view.menu_asked.emit(viewer.mapToGlobal(QPoint(10, 10)))
    (menu,) = viewer.findChildren(QMenu)
    texts = [action.text() for action in menu.actions()]
    menu.close()
    assert asked == [bench.items[0]]
    assert texts[-1] == "Send to"
    assert "Rotate right" in texts


def test_every_action_has_words_and_every_control_a_name(bench: Bench) -> None:
    viewer = bench.open(1)
    assert all(action.text() for action in viewer.actions.values())
    for widget in (
        viewer.image_view,
        viewer.film_strip,
        viewer.mount_page.view,
        viewer.mount_page.positions,
        viewer.zoom_label,
    ):
        assert widget.accessibleName()


def test_late_pixels_of_another_document_are_not_shown(qtbot: QtBot) -> None:
    bench = Bench(qtbot, hold=True)
    viewer = bench.open(0)
    for _ in range(2):
        bench.submit.release()
    viewer.actions["next"].trigger()
    for _ in range(8):
        bench.submit.release()
    assert viewer.title.text() == "12 May 2025: Letter"
    assert viewer.image_view.pyramid is not None
    assert viewer.image_view.pyramid.picture.source_width == 85


def test_d_hides_and_shows_drawings(bench: Bench, qtbot: QtBot) -> None:
    green = -16711936
    line = ImageDraw(DocNum(1), MountNum(0), DrawType.LINE, green, drawing_segment="0,0;1400,1000")
    bench.store.drawn_on[DocNum(1)] = (line,)
    viewer = bench.open(0)

    def greens() -> int:
        image = viewer.image_view.grab().toImage()
        return sum(
            image.pixelColor(x, y).green() > image.pixelColor(x, y).red() + 100
            for x in range(0, image.width(), 3)
            for y in range(0, image.height(), 3)
        )

    assert greens() > 0
    bench.press(qtbot, Qt.Key.Key_D)
    assert greens() == 0
    bench.press(qtbot, Qt.Key.Key_D)
    assert greens() > 0
