"""One picture on screen: where its pixels land, zoom, pan, brightness by right-drag."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from odimaging.gui.presenters.pyramid import pyramid
from odimaging.gui.presenters.windowing import Window
from odimaging.gui.views.image_view import ImageView
from odimaging.model.document import Crop
from odimaging.model.ids import DocNum, MountNum
from odimaging.model.mount import DrawType, ImageDraw
from odimaging.model.picture import Edits, Picture
from tests.fakes.viewer_repository import colour, gray, radiograph, reduced

LEFT, RIGHT, NONE = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.RightButton,
    Qt.MouseButton.NoButton,
)


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[ImageView]:
    made = ImageView()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    made.can_window = True
    yield made
    made.clear()


def quarters() -> Picture:
    """Gray 4 × 2: upper left 10, upper right 80, lower left 160, lower right 240."""
    return gray(np.array([[10, 10, 80, 80], [160, 160, 240, 240]], np.uint8))


def seen(view: ImageView) -> QImage:
    """What is on screen."""
    image = QImage(view.size() * view.devicePixelRatioF(), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(view.devicePixelRatioF())
    view.render(image)
    return image


def corners(view: ImageView) -> list[int]:
    """Shades of the shown document's corners: upper left, upper right, lower left, lower right."""
    rect, image = view.picture_rect(), seen(view)
    dx, dy = rect.width() / 8, rect.height() / 8
    points = [(rect.left() + dx, rect.top() + dy), (rect.right() - dx, rect.top() + dy)]
    points += [(x, rect.bottom() - dy) for x, _ in points]
    return [image.pixelColor(round(x), round(y)).red() for x, y in points]


def mouse(view: ImageView, kind: QEvent.Type, at: tuple[int, int], button: Qt.MouseButton) -> None:
    point = QPointF(*at)
    held = NONE if kind is QEvent.Type.MouseButtonRelease else button
    shown = NONE if kind is QEvent.Type.MouseMove else button
    event = QMouseEvent(
        kind, point, view.mapToGlobal(point), shown, held, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(view, event)


def drag(
    view: ImageView, button: Qt.MouseButton, start: tuple[int, int], *to: tuple[int, int]
) -> None:
    mouse(view, QEvent.Type.MouseButtonPress, start, button)
    for point in to:
        mouse(view, QEvent.Type.MouseMove, point, button)


def wheel(view: ImageView, at: tuple[int, int], notches: int) -> None:
    point = QPointF(*at)
    event = QWheelEvent(
        point,
        view.mapToGlobal(point),
        QPoint(),
        QPoint(0, 120 * notches),
        NONE,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (Edits(), [10, 80, 160, 240]),
        (Edits(degrees_rotated=90), [160, 10, 240, 80]),
        (Edits(degrees_rotated=180), [240, 160, 80, 10]),
        (Edits(is_flipped=True), [80, 10, 240, 160]),
        (Edits(is_flipped=True, degrees_rotated=90), [240, 80, 160, 10]),
        (Edits(windowing_min=80, windowing_max=160), [0, 0, 255, 255]),
        (Edits(crop=Crop(1, 0, 2, 2)), [80, 80, 240, 240]),
    ],
)
def test_edits_are_shown(view: ImageView, edits: Edits, expected: list[int]) -> None:
    big = np.frombuffer(quarters().pixels, np.uint8).reshape(2, 4)
    pixels = np.kron(big, np.ones((100, 100), np.uint8)).astype(np.uint8)
    if edits.crop:
        edits = Edits(crop=Crop(100, 0, 200, 200))
    view.show_picture(pyramid(gray(pixels)), edits)
    assert corners(view) == expected


def test_at_one_to_one_stored_values_are_shown(view: ImageView) -> None:
    picture = radiograph(800, 600)
    stored = np.frombuffer(picture.pixels, np.uint8).reshape(600, 800)
    view.show_picture(pyramid(picture), Edits(windowing_min=64, windowing_max=192))
    view.zoom_to(1.0)
    left, top = (round(value) for value in view.camera.origin)
    image = seen(view)
    for x, y in ((0, 0), (17, 33), (399, 299)):
        value = int(stored[y - top, x - left])
        expected = 0 if value <= 64 else 255 if value >= 192 else round(255 * (value - 64) / 128)
        assert image.pixelColor(x, y).red() == expected


def test_the_ground_is_dark_and_nothing_is_painted_beside_the_picture(view: ImageView) -> None:
    view.show_picture(pyramid(gray(np.full((300, 300), 255, np.uint8))), Edits())
    image = seen(view)
    assert image.pixelColor(5, 150).name() == "#14181c"
    assert image.pixelColor(200, 150).name() == "#ffffff"


def test_a_freely_turned_picture_leaves_its_corners_dark(view: ImageView) -> None:
    white = gray(np.full((300, 400), 255, np.uint8))
    view.show_picture(pyramid(white), Edits(degrees_rotated=30))
    rect = view.picture_rect()
    image = seen(view)
    assert image.pixelColor(round(rect.left()) + 3, round(rect.top()) + 3).name() == "#14181c"
    assert image.pixelColor(200, 150).name() == "#ffffff"


def test_full_pixels_replace_reduced_ones_without_a_jump(view: ImageView) -> None:
    whole = radiograph(1600, 1200)
    view.show_picture(pyramid(reduced(whole, (400, 300))), Edits())
    view.zoom_to(0.5, QPointF(100, 100))
    before, camera = view.picture_rect(), view.camera
    view.show_picture(pyramid(whole), Edits())
    assert view.picture_rect() == before
    assert view.camera == camera


def test_a_tile_is_shown_until_pixels_come(view: ImageView) -> None:
    tile = QImage(160, 120, QImage.Format.Format_RGB32)
    tile.fill(Qt.GlobalColor.green)
    view.show_tile(tile)
    assert seen(view).pixelColor(200, 150).name() == "#00ff00"
    view.show_picture(pyramid(gray(np.full((120, 160), 200, np.uint8))), Edits())
    view.show_tile(tile)
    assert seen(view).pixelColor(200, 150).name() == "#c8c8c8"


def test_colours_arrive_in_order(view: ImageView) -> None:
    pixels = np.zeros((30, 40, 4), np.uint8)
    pixels[...] = (255, 128, 0, 255)
    view.show_picture(pyramid(colour(pixels)), Edits())
    assert seen(view).pixelColor(200, 150).name() == "#0080ff"


def test_the_wheel_keeps_the_point_under_the_cursor(view: ImageView) -> None:
    view.show_picture(pyramid(radiograph(4000, 3000)), Edits())
    before = view.camera.to_content(120, 90)
    for _ in range(5):
        wheel(view, (120, 90), 1)
    assert view.camera.zoom > 0.25
    assert view.camera.to_content(120, 90) == pytest.approx(before, abs=1e-6)
    for _ in range(20):
        wheel(view, (120, 90), -1)
    assert view.camera.zoom == pytest.approx(0.05)


def test_a_left_drag_pans(view: ImageView) -> None:
    view.show_picture(pyramid(radiograph(1600, 1200)), Edits())
    view.zoom_to(1.0)
    before = view.camera.to_content(200, 150)
    drag(view, LEFT, (200, 150), (240, 130))
    mouse(view, QEvent.Type.MouseButtonRelease, (240, 130), LEFT)
    assert view.camera.to_content(240, 130) == pytest.approx(before)


def test_a_double_click_goes_to_one_to_one_and_back(view: ImageView, qtbot: QtBot) -> None:
    view.show_picture(pyramid(radiograph(1600, 1200)), Edits())
    QTest.mouseDClick(view, LEFT, pos=QPoint(10, 10))
    assert view.camera.zoom == 1.0
    QTest.mouseDClick(view, LEFT, pos=QPoint(10, 10))
    assert view.camera.fitted


def test_a_right_drag_changes_pixels_live_and_tells_once_when_let_go(
    view: ImageView, qtbot: QtBot
) -> None:
    view.show_picture(pyramid(gray(np.full((300, 400), 128, np.uint8))), Edits())
    released: list[Window] = []
    view.window_released.connect(released.append)
    shades = [seen(view).pixelColor(200, 150).red()]
    drag(view, RIGHT, (200, 150), (200, 120))
    shades.append(seen(view).pixelColor(200, 150).red())
    mouse(view, QEvent.Type.MouseMove, (200, 90), RIGHT)
    shades.append(seen(view).pixelColor(200, 150).red())
    assert shades == sorted(set(shades))
    assert not released
    mouse(view, QEvent.Type.MouseButtonRelease, (200, 90), RIGHT)
    assert released == [view.window_now]
    assert view.window_now == Window(0, 0).dragged(0, -60)


def test_esc_during_a_drag_goes_back(view: ImageView) -> None:
    view.show_picture(
        pyramid(gray(np.full((300, 400), 128, np.uint8))),
        Edits(windowing_min=10, windowing_max=250),
    )
    drag(view, RIGHT, (200, 150), (260, 100))
    assert view.window_now != Window(10, 250)
    assert view.cancel_drag()
    assert view.window_now == Window(10, 250)
    assert not view.cancel_drag()


def test_a_right_click_without_a_drag_asks_for_the_menu(view: ImageView) -> None:
    view.show_picture(pyramid(radiograph()), Edits())
    asked: list[QPoint] = []
    released: list[Window] = []
    view.menu_asked.connect(asked.append)
    view.window_released.connect(released.append)
    drag(view, RIGHT, (50, 60), (51, 61))
    mouse(view, QEvent.Type.MouseButtonRelease, (51, 61), RIGHT)
    assert asked == [view.mapToGlobal(QPoint(51, 61))]
    assert not released
    key = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), QPoint(1, 1))
    QApplication.sendEvent(view, key)
    assert len(asked) == 2
    click = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(1, 1), QPoint(1, 1))
    QApplication.sendEvent(view, click)
    assert len(asked) == 2


def test_a_letter_has_no_brightness(view: ImageView) -> None:
    view.can_window = False
    view.show_picture(pyramid(radiograph()), Edits())
    released: list[Window] = []
    view.window_released.connect(released.append)
    drag(view, RIGHT, (50, 60), (150, 160))
    mouse(view, QEvent.Type.MouseButtonRelease, (150, 160), RIGHT)
    assert not released
    assert view.window_now == Window(0, 0)


def test_flipped_is_told_on_the_picture(view: ImageView) -> None:
    black = gray(np.zeros((300, 400), np.uint8))
    view.show_picture(pyramid(black), Edits())
    plain = seen(view)
    view.set_edits(Edits(is_flipped=True))
    badge = seen(view)
    assert plain.copy(0, 0, 120, 40) != badge.copy(0, 0, 120, 40)
    assert plain.copy(0, 60, 400, 200) == badge.copy(0, 60, 400, 200)


@pytest.mark.parametrize(("degrees", "end"), [(0.0, (100, 50)), (90.0, (149, 100))])
def test_drawings_turn_with_the_picture_and_can_be_hidden(
    view: ImageView, degrees: float, end: tuple[int, int]
) -> None:
    green = -16711936
    line = ImageDraw(DocNum(1), MountNum(0), DrawType.LINE, green, drawing_segment="0,50;200,50")
    black = gray(np.zeros((200, 200), np.uint8))
    view.resize(200, 200)
    view.show_picture(pyramid(black), Edits(degrees_rotated=degrees))
    view.set_drawings((line,))
    assert seen(view).pixelColor(*end).green() > 200
    view.show_drawings(False)
    assert seen(view).pixelColor(*end).green() == 0
