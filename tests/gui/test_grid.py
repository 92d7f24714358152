"""The thumbnail grid and the item models."""

from datetime import datetime

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from odimaging.gui.models.categories import CategoryModel
from odimaging.gui.models.grid import GridModel, spoken
from odimaging.gui.models.patients import FACTS_ROLE, KEY_ROLE, PatientModel
from odimaging.gui.presenters import items
from odimaging.gui.presenters.browser import CategoryRow, Place
from odimaging.gui.presenters.items import Visit
from odimaging.gui.presenters.tiles import Arrived, TilePresenter
from odimaging.gui.theme import LIGHT
from odimaging.gui.tile_cache import TileCache
from odimaging.gui.views.thumbnail_grid import ThumbnailGrid
from odimaging.model.ids import DocNum
from tests.fakes.inline_runner import InlineSubmit
from tests.gui.desk_fakes import ANA, OLD, PHOTOS, MemoryDesk, document

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


def visits(*counts: int) -> tuple[Visit, ...]:
    """Visits on different days, numbered on."""
    found, number = [], 1
    for day, count in enumerate(counts):
        for _ in range(count):
            moment = datetime(2025, 5, 20 - day, 9, 0, number % 60)
            found.append(items.of_document(document(number, date_created=moment), "X-rays"))
            number += 1
    return items.by_visit(found)


class Wall:
    """A grid over pictures in memory."""

    def __init__(self, qtbot: QtBot, *counts: int) -> None:
        self.desk = MemoryDesk()
        self.submit = InlineSubmit(hold=True)
        self.grid = ThumbnailGrid(self._tiles, lambda: LIGHT, 160)
        qtbot.addWidget(self.grid)
        self.grid.resize(560, 500)
        self.grid.show()
        qtbot.waitExposed(self.grid)
        self.chosen: list[tuple[str, ...]] = []
        self.grid.chosen.connect(self.chosen.append)
        self.grid.show_visits(visits(*counts), keep_place=False)

    def _tiles(self, arrived: Arrived) -> TilePresenter:
        return TilePresenter(self.desk.repository(), self.submit, arrived)

    def middle(self, row: int) -> QPoint:
        return self.grid.visualRect(self.grid.model().index(row, 0)).center()


@pytest.fixture
def wall(qtbot: QtBot) -> Wall:
    """Three columns; visits of 4, 1 and 40 tiles."""
    return Wall(qtbot, 4, 1, 40)


def test_models_keep_qts_rules(qtbot: QtBot) -> None:
    grid, categories, patients = GridModel(), CategoryModel(), PatientModel()
    testers = [QAbstractItemModelTester(model, FATAL) for model in (grid, categories, patients)]
    for shown in (visits(3, 2), visits(), visits(1)):
        grid.show(shown)
    rows = (CategoryRow(Place.ALL, "All", 3), CategoryRow(PHOTOS, "Photos", 0))
    for some in (rows, rows, rows[:1], ()):
        categories.show(some)
    for found in ((ANA, OLD), (), (ANA,)):
        patients.show(found, keys=True)
    assert len(testers) == 3


def test_a_patient_row_says_who_and_how(qtbot: QtBot) -> None:
    model = PatientModel()
    model.show((ANA, OLD), keys=True)
    assert model.index(0, 0).data() == "Rivera, Ana"
    assert "4 May 1981" in model.index(0, 0).data(FACTS_ROLE)
    assert model.index(1, 0).data(FACTS_ROLE).endswith("Inactive")
    assert model.index(1, 0).data(KEY_ROLE) == "Alt+2"


def test_a_screen_reader_hears_title_kind_day_and_teeth() -> None:
    item = items.of_document(document(1, tooth_numbers="14,15"), "X-rays")
    assert spoken(item) == "BW 1, X-ray, JPG, 12 May 2025, teeth 14, 15"


def test_a_deleted_item_cannot_be_dragged(qtbot: QtBot) -> None:
    model = GridModel()
    model.show(visits(1))
    assert model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsDragEnabled


def test_visible_tiles_are_asked_for_first_and_the_rest_not_at_all(
    wall: Wall, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: bool(wall.submit.jobs))
    wall.submit.release()
    seen = list(wall.desk.asked)
    assert seen[:3] == ["d1", "d2", "d3"]
    assert "d45" not in seen
    assert len(seen) < 20


def test_a_jump_asks_for_what_is_there_and_drops_the_rest(wall: Wall, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: bool(wall.submit.jobs))
    before = len(wall.submit.jobs)
    bar = wall.grid.verticalScrollBar()
    bar.setValue(bar.maximum())
    qtbot.waitUntil(lambda: len(wall.submit.jobs) > before)
    wall.submit.release()
    assert "d45" in wall.desk.asked
    assert "d1" not in wall.desk.asked


def test_what_arrived_is_shown_and_not_asked_again(wall: Wall, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: bool(wall.submit.jobs))
    wall.submit.release()
    item = wall.grid._model.item(0)
    assert wall.grid._look(item) is not None
    count = len(wall.desk.asked)
    wall.grid._ask()
    wall.submit.release()
    assert len(wall.desk.asked) == count
    wall.grid.looks_different(["d1"])
    wall.grid._ask()
    wall.submit.release()
    assert wall.desk.asked[count:] == ["d1"]


def test_a_damaged_tile_says_so(qtbot: QtBot) -> None:
    wall = Wall(qtbot, 2)
    wall.desk.damaged.add(DocNum(2))
    wall.grid._ask()
    wall.submit.release()
    assert wall.grid._look(wall.grid._model.item(1)) == "This image is damaged and cannot be shown."


def test_click_ctrl_click_and_shift_click(wall: Wall) -> None:
    viewport = wall.grid.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=wall.middle(0))
    assert wall.grid.selected_keys() == ("d1",)
    QTest.mouseClick(
        viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, wall.middle(3)
    )
    assert wall.grid.selected_keys() == ("d1", "d4")
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=wall.middle(1))
    QTest.mouseClick(
        viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, wall.middle(4)
    )
    assert wall.grid.selected_keys() == ("d2", "d3", "d4", "d5")
    assert wall.chosen[-1] == ("d2", "d3", "d4", "d5")


def test_arrows_walk_and_shift_extends(wall: Wall) -> None:
    grid = wall.grid
    grid.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down):
        QTest.keyClick(grid, key)
    assert grid.selected_keys() == ("d5",)
    QTest.keyClick(grid, Qt.Key.Key_Up)
    QTest.keyClick(grid, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert grid.selected_keys() == ("d4", "d5")
    QTest.keyClick(grid, Qt.Key.Key_End)
    assert grid.current_key() == "d45"
    assert grid.verticalScrollBar().maximum() - grid.verticalScrollBar().value() <= 10
    QTest.keyClick(grid, Qt.Key.Key_PageUp)
    assert grid.current_key() != "d45"
    QTest.keyClick(grid, Qt.Key.Key_Home)
    assert grid.current_key() == "d1"
    assert grid.verticalScrollBar().value() == 0


def test_typing_goes_to_the_description(qtbot: QtBot) -> None:
    wall = Wall(qtbot, 3)
    shown = items.by_visit(
        [
            items.of_document(document(1, description="Alpha"), ""),
            items.of_document(document(2, description="Panoramic"), ""),
        ]
    )
    wall.grid.show_visits(shown, keep_place=False)
    QTest.keyClicks(wall.grid, "pa")
    assert wall.grid.current_key() == "d2"


def test_enter_and_double_click_open(wall: Wall, qtbot: QtBot) -> None:
    with qtbot.waitSignal(wall.grid.opened) as opened:
        QTest.keyClick(wall.grid, Qt.Key.Key_Return)
    assert opened.args is not None
    assert opened.args[0].key == "d1"
    QTest.mouseClick(wall.grid.viewport(), Qt.MouseButton.LeftButton, pos=wall.middle(2))
    with qtbot.waitSignal(wall.grid.opened) as opened:
        QTest.mouseDClick(wall.grid.viewport(), Qt.MouseButton.LeftButton, pos=wall.middle(2))
    assert opened.args[0].key == "d3"


def test_a_visits_link_selects_the_visit(wall: Wall) -> None:
    where = wall.grid._link_rect(0).center()
    QTest.mouseClick(wall.grid.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert wall.grid.selected_keys() == ("d1", "d2", "d3", "d4")
    wall.grid.select_keys(["d5"])
    wall.grid.select_visit()
    assert wall.grid.selected_keys() == ("d5",)


def test_a_reload_keeps_place_selection_and_focus(wall: Wall) -> None:
    wall.grid.select_keys(["d30", "d31"])
    place = wall.grid.verticalScrollBar().value()
    wall.grid.show_visits(visits(4, 1, 40), keep_place=True)
    assert wall.grid.selected_keys() == ("d30", "d31")
    assert wall.grid.current_key() == "d30"
    assert wall.grid.verticalScrollBar().value() == place
    wall.grid.show_visits(visits(2), keep_place=False)
    assert wall.grid.verticalScrollBar().value() == 0
    assert wall.grid.selected_keys() == ()
    assert wall.chosen[-1] == ()


def test_a_rubber_band_selects_what_it_touches(wall: Wall) -> None:
    viewport = wall.grid.viewport()
    start = QPoint(2, wall.middle(0).y())
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(viewport, wall.middle(1))
    QTest.mouseMove(viewport, wall.middle(1) + QPoint(1, 1))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=wall.middle(1))
    assert wall.grid.selected_keys() == ("d1", "d2")


def test_nothing_shown_is_no_trouble(qtbot: QtBot) -> None:
    wall = Wall(qtbot)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_End, Qt.Key.Key_Return, Qt.Key.Key_A):
        QTest.keyClick(wall.grid, key)
    wall.grid.select_visit()
    assert not wall.grid.indexAt(QPoint(10, 10)).isValid()
    assert wall.grid.current_item() is None
    assert not wall.grid.grab().isNull()


def test_other_widths_other_columns(wall: Wall) -> None:
    assert wall.grid._layout.columns == 3
    wall.grid.resize(900, 500)
    assert wall.grid._layout.columns == 5
    wall.grid.set_tile_size(220)
    assert wall.grid._layout.columns == 3


def test_select_all(wall: Wall) -> None:
    wall.grid.selectAll()
    assert len(wall.grid.selected_keys()) == 45
    QTest.keyClick(wall.grid, Qt.Key.Key_Escape)
    assert wall.grid.selected_keys() == ()
    flag = QItemSelectionModel.SelectionFlag
    wall.grid.setSelection(wall.grid.visualRect(wall.grid.model().index(1, 0)), flag.ClearAndSelect)
    assert wall.grid.selected_keys() == ("d2",)


def test_the_cache_drops_what_was_shown_longest_ago(qtbot: QtBot) -> None:
    from PySide6.QtGui import QPixmap

    cache = TileCache(limit=3 * 40_000)
    for number in range(4):
        cache.put(f"d{number}", 100, QPixmap(100, 100))
        cache.get("d0", 100)
    assert cache.get("d0", 100) is not None
    assert cache.get("d1", 100) is None
    assert cache.get("d3", 200) is None
    cache.forget("d3")
    assert cache.get("d3", 100) is None
