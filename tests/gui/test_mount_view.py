"""A mount on screen: rectangles as the export has them, positions walked by keys, brightness of one position."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from odimaging.gui.presenters.edits import EditStore
from odimaging.gui.presenters.mount import MountPresenter
from odimaging.gui.presenters.undo import UndoStep
from odimaging.gui.presenters.windowing import Window
from odimaging.gui.views.mount_page import NUMBER, MountPage
from odimaging.imaging import layout
from odimaging.model.document import Crop
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
)

ITEMS = [MountItemNum(number) for number in (20, 21, 22, 23)]
SHADES = (60, 120, 180)


class Bench:
    """Three filled positions in plain gray, the fourth empty, a white text, one unmounted image."""

    def __init__(self, qtbot: QtBot) -> None:
        self.store = ViewerRepository()
        self.store.mounts[MountNum(3)] = four_positions()
        self.store.texts[MountItemNum(30)] = colour(np.full((50, 800, 4), 255))
        for number, shade in enumerate(SHADES):
            self.store.add(
                document(10 + number, mount_item_num=ITEMS[number]),
                gray(np.full((550, 790), shade, np.uint8)),
            )
        self.store.add(
            document(15, mount_item_num=MountItemNum(31)), gray(np.full((40, 60), 90, np.uint8))
        )
        self.submit = InlineSubmit()
        self.steps: list[UndoStep] = []
        edits = EditStore(self.store.repository.update, self.submit, self.steps.append)
        self.presenter = MountPresenter(self.store.repository, self.submit, edits)
        self.page = MountPage(self.presenter)
        qtbot.addWidget(self.page)
        self.page.resize(1100, 800)
        self.page.show()
        self.show()

    def show(self) -> None:
        self.presenter.show(self.store.mount(MountNum(3)))

    def canvas(self) -> QImage:
        """The mount at its own size, as composed on screen."""
        image = QImage(820, 640, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        self.page.view.scene().render(painter, QRectF(0, 0, 820, 640), QRectF(0, 0, 820, 640))
        painter.end()
        return image

    def centre(self, item_num: MountItemNum) -> QPoint:
        return self.page.view.mapFromScene(self.page.view.item_rects()[item_num].center())

    def mouse(self, kind: QEvent.Type, at: QPoint, button: Qt.MouseButton) -> None:
        viewport = self.page.view.viewport()
        event = QMouseEvent(
            kind,
            QPointF(at),
            QPointF(viewport.mapToGlobal(at)),
            Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else button,
            Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else button,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(viewport, event)


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def test_every_item_lies_where_the_export_puts_it(bench: Bench) -> None:
    _, items = bench.store.mounts[MountNum(3)]
    expected = {
        item.mount_item_num: QRectF(*[getattr(layout.rectangle(item), side) for side in SIDES])
        for item in layout.drawn(items)
    }
    assert bench.page.view.item_rects() == expected


SIDES = ("x", "y", "width", "height")


@pytest.mark.parametrize("crop", [Crop(), Crop(30, -20, 300, 200)])
@pytest.mark.parametrize(
    ("degrees", "flipped"), [(0, False), (90, False), (270, True), (12, False)]
)
def test_a_picture_lies_where_the_export_puts_it(
    bench: Bench, crop: Crop, degrees: float, flipped: bool
) -> None:
    row = replace(
        bench.store.documents[DocNum(10)],
        crop=crop,
        degrees_rotated=float(degrees),
        is_flipped=flipped,
    )
    bench.store.documents[DocNum(10)] = row
    bench.show()
    item = bench.store.mounts[MountNum(3)][1][1]
    from odimaging.model.picture import Edits

    placed = layout.place(item, 790, 550, Edits.of(row))
    shown = bench.page.view.position(ITEMS[0])
    pyramid = bench.presenter.pyramid(ITEMS[0])
    assert pyramid is not None
    transform = shown.picture_transform(row, pyramid)
    for x, y in ((0, 0), (790, 0), (0, 550), (123, 456)):
        assert transform.map(QPointF(x, y)).toTuple() == pytest.approx(placed.affine(x, y))


def test_pictures_text_numbers_and_outlines(bench: Bench) -> None:
    image = bench.canvas()
    for number, shade in enumerate(SHADES):
        centre = bench.page.view.item_rects()[ITEMS[number]].center().toPoint()
        assert image.pixelColor(centre).red() == shade
    assert image.pixelColor(400, 600).name() == "#ffffff"
    assert image.pixelColor(2, 2).name() == "#000000"
    assert image.pixelColor(200, 10).red() == 100
    empty = bench.page.view.item_rects()[ITEMS[3]].toRect()
    shades = {
        image.pixelColor(x, y).red()
        for x in range(empty.left() + 5, empty.right() - 5)
        for y in range(empty.top() + 5, empty.bottom() - 5)
    }
    assert max(shades) == 128


def test_a_text_drawn_small_is_made_small_first(bench: Bench) -> None:
    """Every second column white: skipping pixels shows one of the two, never their mean."""
    stripes = np.zeros((50, 800, 4), np.uint8)
    stripes[:, ::2] = 255
    bench.presenter.texts[MountItemNum(30)] = colour(stripes)
    bench.page.view.refresh_item(MountItemNum(30))
    image = QImage(205, 160, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    bench.page.view.scene().render(painter, QRectF(0, 0, 205, 160), QRectF(0, 0, 820, 640))
    painter.end()
    assert 100 < image.pixelColor(100, 150).red() < 155


def test_the_list_says_what_stands_where(bench: Bench) -> None:
    rows = bench.page.positions
    spoken = Qt.ItemDataRole.AccessibleTextRole
    assert [rows.item(row).data(spoken) for row in range(rows.count())] == [
        "1, Upper right molar area, teeth 2, 3, filled",
        "2, Upper left molar area, teeth 14, 15, filled",
        "3, Lower right molar area, teeth 30, 31, filled",
        "4, Lower left molar area, teeth 18, 19, empty",
    ]
    assert rows.item(0).text() == "1  Upper right molar area"
    assert rows.item(3).text() == "4  Lower left molar area · empty"
    assert rows.accessibleName() == "Positions"
    assert bench.page.strip.isVisible()
    assert bench.page.strip.item(0).text() == "Not placed"


def test_list_and_mount_select_together(bench: Bench, qtbot: QtBot) -> None:
    bench.page.positions.setCurrentRow(2)
    assert bench.presenter.selected == ITEMS[2]
    QTest.mouseClick(
        bench.page.view.viewport(), Qt.MouseButton.LeftButton, pos=bench.centre(ITEMS[1])
    )
    assert bench.page.positions.currentItem().data(NUMBER) == ITEMS[1]
    corner = bench.page.view.item_rects()[ITEMS[1]].topLeft().toPoint()
    assert bench.canvas().pixelColor(corner).name() == "#ffd60a"


def test_arrows_walk_between_positions(bench: Bench, qtbot: QtBot) -> None:
    view = bench.page.view
    walked = []
    for key in (
        Qt.Key.Key_Right,
        Qt.Key.Key_Right,
        Qt.Key.Key_Down,
        Qt.Key.Key_Left,
        Qt.Key.Key_Up,
    ):
        QTest.keyClick(view, key)
        walked.append(bench.presenter.selected)
    assert walked == [ITEMS[0], ITEMS[1], ITEMS[3], ITEMS[2], ITEMS[0]]
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert bench.presenter.selected == ITEMS[0]


def test_enter_zooms_one_position_and_back(bench: Bench, qtbot: QtBot) -> None:
    view = bench.page.view
    view.setFocus()
    bench.presenter.select(ITEMS[1])
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert not view.is_fitted
    seen = view.mapToScene(view.viewport().rect()).boundingRect()
    rect = view.item_rects()[ITEMS[1]]
    assert seen.contains(rect)
    assert seen.width() < 2 * rect.width()
    QTest.keyClick(view, Qt.Key.Key_Left)
    seen = view.mapToScene(view.viewport().rect()).boundingRect()
    assert seen.contains(view.item_rects()[ITEMS[0]])
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert view.is_fitted


def test_the_wheel_keeps_the_point_under_the_cursor(bench: Bench) -> None:
    view = bench.page.view
    at = QPointF(300, 200)
    before = view.viewportTransform().inverted()[0].map(at)
    for _ in range(6):
        event = QWheelEvent(
            at,
            QPointF(view.viewport().mapToGlobal(at)),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(view.viewport(), event)
    after = view.viewportTransform().inverted()[0].map(at)
    assert abs(after.x() - before.x()) * view.transform().m11() < 4
    assert abs(after.y() - before.y()) * view.transform().m11() < 4


def test_a_right_drag_changes_one_position_live_and_stores_once(bench: Bench) -> None:
    at = bench.centre(ITEMS[0])
    centres = [bench.page.view.item_rects()[num].center().toPoint() for num in ITEMS[:2]]
    bench.mouse(QEvent.Type.MouseButtonPress, at, Qt.MouseButton.RightButton)
    bench.mouse(QEvent.Type.MouseMove, at + QPoint(0, -60), Qt.MouseButton.RightButton)
    live = bench.canvas()
    assert live.pixelColor(centres[0]).red() > SHADES[0]
    assert live.pixelColor(centres[1]).red() == SHADES[1]
    assert not bench.store.updates
    bench.mouse(QEvent.Type.MouseButtonRelease, at + QPoint(0, -60), Qt.MouseButton.RightButton)
    assert len(bench.store.updates) == 1
    row = bench.store.documents[DocNum(10)]
    assert Window(row.windowing_min, row.windowing_max) == Window().dragged(0, -60)
    assert bench.canvas().pixelColor(centres[0]).red() == live.pixelColor(centres[0]).red()
    assert len(bench.steps) == 1


def test_a_right_click_asks_for_the_menu_of_the_position(bench: Bench) -> None:
    asked: list[tuple[object, QPoint]] = []
    bench.page.view.menu_asked.connect(lambda number, at: asked.append((number, at)))
    at = bench.centre(ITEMS[2])
    bench.mouse(QEvent.Type.MouseButtonPress, at, Qt.MouseButton.RightButton)
    bench.mouse(QEvent.Type.MouseButtonRelease, at, Qt.MouseButton.RightButton)
    assert [number for number, _ in asked] == [ITEMS[2]]
    assert not bench.store.updates


def test_in_a_mount_the_crop_turns_along(bench: Bench) -> None:
    row = bench.store.documents[DocNum(10)]
    bench.store.documents[DocNum(10)] = replace(row, crop=Crop(0, 5, 300, 200))
    bench.show()
    bench.presenter.rotate(ITEMS[0], 90)
    row = bench.store.documents[DocNum(10)]
    assert (row.degrees_rotated, row.crop) == (90.0, Crop(0, 5, 200, 300))


def test_a_damaged_image_shows_its_number_and_says_so(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    bench.store.errors[DocNum(11)] = DecodeFailed()
    row = bench.store.documents[DocNum(11)]
    bench.store.documents[DocNum(11)] = replace(row, file_name="other.jpg")
    bench.show()
    assert bench.page.positions.item(1).text().endswith("· cannot be shown")
    centre = bench.page.view.item_rects()[ITEMS[1]].center().toPoint()
    assert bench.canvas().pixelColor(centre).red() != SHADES[1]


def test_pictures_that_stayed_are_not_decoded_again(bench: Bench) -> None:
    asked = len(bench.store.asked)
    bench.presenter.rotate(ITEMS[1], 180)
    bench.show()
    assert len(bench.store.asked) == asked


def test_closer_than_the_reduced_picture_goes_the_whole_one_is_asked_for(bench: Bench) -> None:
    row = bench.store.add(
        document(16, mount_item_num=ITEMS[3]), gray(np.full((3000, 4000), 77, np.uint8))
    )
    bench.show()
    assert (row.doc_num, 0, None) not in bench.store.asked
    bench.page.view.zoom_item(ITEMS[3])
    bench.page.view.zoom_by(8)
    bench.canvas()
    view = bench.page.view
    image = QImage(view.viewport().size(), QImage.Format.Format_RGB32)
    view.viewport().render(image)
    assert (row.doc_num, 0, None) in bench.store.asked


def test_drawings_lie_over_the_mount(bench: Bench) -> None:
    green, blue = -16711936, -16776961
    owner = (DocNum(0), MountNum(3))
    bench.store.drawings[MountNum(3)] = (
        ImageDraw(*owner, DrawType.LINE, green, drawing_segment="50,100;300,100"),
        ImageDraw(*owner, DrawType.POLYGON, blue, drawing_segment="50,200;100,200;100,250;50,250"),
        ImageDraw(*owner, DrawType.TEXT, -1, green, draw_text="450,320;Note", font_size=20),
        ImageDraw(*owner, DrawType.LINE, green, drawing_segment="1,2;3"),
        ImageDraw(*owner, DrawType.SCALE_VALUE, green, drawing_segment="12.5 1 mm"),
    )
    bench.show()
    image = bench.canvas()
    assert image.pixelColor(200, 100).name() == "#00ff00"
    assert image.pixelColor(200, 104).red() == SHADES[0]
    assert image.pixelColor(75, 225).name() == "#0000ff"
    assert image.pixelColor(451, 321).name() == "#00ff00"
    shades = {image.pixelColor(x, y).name() for x in range(450, 500) for y in range(320, 350)}
    assert "#ffffff" in shades


def test_the_same_mount_read_again_keeps_its_items(bench: Bench) -> None:
    before = bench.page.view.position(ITEMS[0])
    bench.page.view.zoom_item(ITEMS[0])
    bench.show()
    assert bench.page.view.position(ITEMS[0]) is before
    assert not bench.page.view.is_fitted
