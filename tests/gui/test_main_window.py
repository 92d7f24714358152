"""The main window: welcome, one patient, panes, commands, names for screen readers, closing."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QListView,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QScrollBar,
    QTreeView,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from odimaging.gui.actions import COMMANDS, MENUS, TOOLBAR, WindowState, shortcut_rows
from odimaging.gui.presenters.browser import Place
from odimaging.gui.presenters.viewer import ViewItem
from odimaging.gui.views.film_strip import FilmStripModel
from odimaging.model.errors import StoreUnavailable
from odimaging.model.ids import DocNum
from odimaging.settings import Settings
from tests.gui.desk_fakes import ANA, PHOTOS, TAG, XRAYS
from tests.gui.front import Front

NAMES = (
    "patientSearch",
    "patientResults",
    "categoryTree",
    "thumbnailGrid",
    "detailsPane",
    "undoStrip",
)


def test_the_welcome_page_offers_a_practice_and_the_demo(front: Front) -> None:
    front.window.welcome.demo_button.click()
    assert front.asked == ["demo"]
    front.window.show_progress("Painting teeth", 3, 40)
    assert front.window.welcome.progress.maximum() == 40
    assert not front.window.welcome.demo_button.isVisible()
    front.window.show_welcome("The practice file demo.toml cannot be read.")
    assert front.window.welcome.error.isVisible()
    assert front.window.welcome.demo_button.isVisible()


def test_the_agreed_names_are_there(front: Front) -> None:
    front.open_ana()
    for name in NAMES:
        assert len(front.window.findChildren(QWidget, name)) == 1, name


def test_a_patient_opens_on_the_grid_with_the_focus_on_it(front: Front) -> None:
    front.open_ana()
    desk = front.desk
    assert desk.patient_bar.name.text() == "Rivera, Ana"
    assert "No. 1524" in desk.patient_bar.facts.text()
    assert next(item.key for item in desk.browser.visible) == "d1"
    assert front.window.focusWidget() is desk.grid
    assert desk.grid.currentIndex().row() == 0
    assert front.settings.settings.recent_patients == (ANA.pat_num,)


def test_every_command_has_words_and_does_something(front: Front) -> None:
    front.open_ana()
    handlers = front.window.handlers
    ids = [command.id for command in COMMANDS]
    assert len(ids) == len(set(ids))
    assert set(handlers) == set(ids)
    for command in COMMANDS:
        assert command.text.strip()
        assert callable(handlers[command.id])
        assert front.window.actions_of[command.id].text()


def test_menus_and_toolbar_name_only_commands_that_exist() -> None:
    ids = {command.id for command in COMMANDS}
    for _, names in (*MENUS, ("", TOOLBAR)):
        assert {name for name in names if name[0] not in "->"} <= ids


def test_every_command_is_in_a_menu_or_has_a_key() -> None:
    in_menus = {name for _, names in MENUS for name in names}
    reachable = in_menus | {"theme_system", "theme_light", "theme_dark"}
    patient_bar_only = {"copy_name", "copy_number", "copy_birthdate"}
    for command in COMMANDS:
        assert command.id in reachable or command.shortcuts or command.id in patient_bar_only


def test_no_key_means_two_things() -> None:
    keys = [key for command in COMMANDS for key in command.shortcuts]
    assert len(keys) == len(set(keys))
    assert all(not QKeySequence(key).isEmpty() for key in keys)
    assert {"Ctrl+O", "Ctrl+Z", "F6"} <= {row.keys for row in shortcut_rows()}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_what_is_disabled_says_why(front: Front, command: object) -> None:
    action = front.window.actions_of[command.id]  # type: ignore[attr-defined]  # a Command of the table
    why = command.why_not(WindowState())  # type: ignore[attr-defined]  # as above
    assert action.isEnabled() == (not why)
    if why:
        assert why in action.toolTip()
        assert action.statusTip() == why


def test_every_control_has_an_accessible_name(front: Front) -> None:
    front.open_ana()
    front.desk.grid_page.filter_bar.open_bar()
    front.desk.say("Something happened.", can_undo=True)
    nameless = []
    kinds = (
        QLineEdit,
        QComboBox,
        QListView,
        QTreeView,
        QPlainTextEdit,
        QProgressBar,
        QAbstractSpinBox,
    )
    for widget in front.window.findChildren(QWidget):
        inner = widget.objectName().startswith("qt_") or isinstance(
            widget.parent(), QComboBox | QLineEdit | QAbstractSpinBox
        )
        if widget.isHidden() and isinstance(widget, QAbstractButton):
            continue
        if inner or isinstance(widget, QScrollBar) or isinstance(widget.window(), QMenu):
            continue
        if isinstance(widget.parent(), QWidget) and widget.window() is not front.window:
            continue
        named = widget.accessibleName() or (
            widget.text() if isinstance(widget, QAbstractButton) else ""
        )
        if isinstance(widget, (*kinds, QAbstractButton)) and not named:
            nameless.append((type(widget).__name__, widget.objectName()))
    assert nameless == []


def test_categories_narrow_the_grid_and_keep_a_current_row(front: Front) -> None:
    front.open_ana()
    desk = front.desk
    assert desk.tree.currentIndex().isValid()
    desk.tree.setCurrentIndex(desk.tree.model().index(2, 0))
    assert desk.browser.shown == PHOTOS
    assert [item.key for item in desk.browser.visible] == ["d5"]
    desk.tree.setCurrentIndex(desk.tree.model().index(3, 0))
    assert "Nothing in Insurance & <b>letters</b>." in desk.grid_page.empty.words


def test_delete_key_then_ctrl_z(front: Front) -> None:
    front.open_ana()
    desk = front.desk
    desk.grid.select_keys(["d2", "d3"])
    QTest.keyClick(desk.grid, Qt.Key.Key_Delete)
    assert len(front.store.documents) == 4
    assert desk.strip.isVisible()
    assert desk.strip.label.text() == "2 images moved to Deleted items."
    assert front.window.actions_of["undo"].text() == "Undo deletion of 2 images"
    QTest.keyClick(desk.grid, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(front.store.documents) == 6
    assert not desk.strip.button.isVisible()


def test_the_strips_button_undoes(front: Front) -> None:
    front.open_ana()
    front.desk.grid.select_keys(["d2"])
    front.window.do("delete")
    front.desk.strip.button.click()
    assert len(front.store.documents) == 6
    assert front.desk.strip.label.text() == "Undone: deletion of 1 image."


def test_deleted_items_are_restored(front: Front) -> None:
    front.open_ana()
    desk = front.desk
    desk.grid.select_keys(["d2"])
    front.window.do("delete")
    front.window.do("deleted_items")
    assert desk.browser.shown is Place.DELETED
    desk.grid.selectAll()
    assert front.window.actions_of["restore"].isEnabled()
    assert not front.window.actions_of["delete"].isEnabled()
    front.window.do("restore")
    assert DocNum(2) in front.store.documents
    assert "Nothing deleted." in desk.grid_page.empty.words


def test_the_viewer_opens_in_place_and_esc_comes_back_to_the_same_place(
    front: Front, qtbot: QtBot
) -> None:
    front.open_ana(60)
    desk = front.desk
    desk.grid.select_keys(["d40", "d41"])
    place = desk.grid.verticalScrollBar().value()
    assert place > 0
    desk.grid.activated.emit(desk.grid.currentIndex())
    assert desk.viewing
    assert not front.window.actions_of["select_all"].isEnabled()
    assert desk.viewer is not None
    desk.viewer.leave()
    assert not desk.viewing
    assert desk.grid.selected_keys() == ("d40", "d41")
    assert desk.grid.verticalScrollBar().value() == place


def test_walking_in_the_viewer_moves_the_selection(front: Front) -> None:
    front.open_ana()
    desk = front.desk
    desk.grid.select_keys(["d1"])
    front.window.do("open")
    assert desk.viewer is not None
    desk.viewer.actions["next"].trigger()
    assert [item.key for item in desk.browser.selection] == ["d2"]
    desk.viewer.leave()
    assert desk.grid.selected_keys() == ("d2",)


def test_commands_meet_what_the_viewer_shows_after_a_change_too(front: Front) -> None:
    """A reload brought the grid's own selection back: Delete took another image than the one on screen."""
    front.open_ana()
    desk = front.desk
    desk.grid.select_keys(["d1"])
    desk.open_item(desk.browser.selection[0])
    assert desk.viewer is not None
    desk.viewer.actions["next"].trigger()
    shown = desk.browser.selection
    desk._on_saved(shown, "description", "Right molars")
    assert [item.key for item in desk.browser.selection] == [shown[0].key]
    front.window.do("delete")
    assert shown[0].doc_num not in front.store.documents


def test_filter_and_its_empty_state(front: Front, qtbot: QtBot) -> None:
    front.open_ana()
    desk = front.desk
    front.window.do("find_images")
    desk.grid_page.filter_bar.box.setText("tooth 99")
    qtbot.waitUntil(lambda: desk.browser.hidden == 6)
    assert "No image matches “tooth 99”. 6 are hidden." in desk.grid_page.empty.words
    desk.grid_page.empty.button.click()
    assert desk.browser.hidden == 0
    assert not desk.grid_page.filter_bar.isVisible()


def test_an_empty_patient_says_what_to_do(front: Front) -> None:
    front.open()
    assert "Find a patient to begin." in front.desk.grid_page.empty.words
    front.desk.open_patient(TAG)
    words = front.desk.grid_page.empty.words
    assert "No images for <b>Bo</b> <img src=//x> yet." in words
    assert front.desk.grid_page.empty.button.text() == "Import files…"


def test_foreign_text_is_never_html(front: Front) -> None:
    front.open()
    front.desk.open_patient(TAG)
    assert front.desk.patient_bar.name.textFormat() is Qt.TextFormat.PlainText
    front.desk.say("<img src=//x> done", can_undo=False)
    assert front.desk.strip.label.textFormat() is Qt.TextFormat.PlainText


def test_f4_and_f8_fold_the_panes_and_are_remembered(front: Front) -> None:
    front.open_ana()
    front.window.actions_of["categories"].trigger()
    front.window.actions_of["details"].trigger()
    assert not front.desk.tree.isVisible()
    assert not front.desk.details_pane.isVisible()
    assert not front.settings.settings.show_categories
    front.window.actions_of["categories"].trigger()
    assert front.desk.tree.isVisible()


def test_f6_walks_through_the_panes(front: Front) -> None:
    front.open_ana()
    desk = front.desk
    desk.grid.select_keys(["d1"])
    desk.grid.setFocus()
    seen = []
    for _ in range(4):
        front.window.do("next_pane")
        widget = front.window.focusWidget()
        assert widget is not None
        seen.append(widget)
    assert seen == [desk.details_pane.description, desk.patient_bar.box, desk.tree, desk.grid]
    front.window.do("previous_pane")
    assert front.window.focusWidget() is desk.tree


def test_changes_from_elsewhere_are_shown(front: Front) -> None:
    front.open_ana()
    front.desk.grid.select_keys(["d2"])
    front.store.changed_elsewhere(DocNum(2), description="Renamed elsewhere")
    from odimaging.model.changes import Changes

    assert front.changed is not None
    front.changed.emit(Changes.of_document(ANA.pat_num, DocNum(2)))
    assert front.desk.grid.selected_keys() == ("d2",)
    assert front.desk.details_pane.description.text() == "Renamed elsewhere"


def test_a_lost_image_folder_stays_on_screen_until_it_is_back(front: Front) -> None:
    front.open_ana()
    front.store.away = True
    front.window.do("look_again")
    assert front.desk._notice.isVisible()
    front.desk.browser.reload()
    assert front.desk._notice.isVisible()  # the database answers, the folder does not
    front.store.away = False
    again = front.desk._notice.findChild(QAbstractButton)
    assert again is not None
    again.setFocus()
    again.click()
    assert not front.desk._notice.isVisible()
    assert front.window.focusWidget() is front.desk.grid


def test_thumbnails_come_once_the_image_folder_is_back(front: Front, qtbot: QtBot) -> None:
    front.store.away = True
    front.open_ana()
    grid, pane = front.desk.grid, front.desk.details_pane
    first = grid.visits[0].items[0]
    grid.select_keys([first.key])
    qtbot.waitUntil(lambda: grid._look(first) == StoreUnavailable.default_text)
    assert pane._preview.text() == StoreUnavailable.default_text
    front.store.away = False
    front.window.do("look_again")
    qtbot.waitUntil(lambda: isinstance(grid._look(first), QPixmap))
    assert not pane._preview.pixmap().isNull()


def test_the_film_strip_asks_again_for_what_did_not_come() -> None:
    asked: list[str] = []
    model = FilmStripModel(lambda item, _arrived: asked.append(item.title))
    model.show([ViewItem(DocNum(1), None, "one")])
    model.want(0, 0)
    model.want(0, 0)
    assert asked == ["one"]
    model.try_again()
    model.want(0, 0)
    assert asked == ["one", "one"]


def test_thumbnails_grow_and_shrink_and_are_remembered(front: Front) -> None:
    front.open_ana()
    front.window.do("larger")
    assert front.desk.grid.tile_size == 220
    assert front.settings.settings.tile_size == 220
    assert not front.window.actions_of["larger"].isEnabled()
    front.window.do("smaller")
    front.window.do("smaller")
    assert front.desk.grid.tile_size == 120


def test_recent_patients_by_key(front: Front) -> None:
    front.settings.settings = Settings(recent_patients=(TAG.pat_num, ANA.pat_num))
    front.open()
    front.window.activateWindow()
    QTest.keyClick(front.window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert front.desk.browser.patient == ANA


def test_themes_change_the_palette(front: Front, qapp: QApplication) -> None:
    front.open_ana()
    light = qapp.palette().window().color().name()
    front.window.do("theme_dark")
    dark = qapp.palette().window().color().name()
    assert light != dark
    assert front.settings.settings.theme == "dark"
    front.window.do("theme_light")
    assert qapp.palette().window().color().name() == light


def test_closing_keeps_the_panes_and_tells_app(front: Front) -> None:
    front.open_ana()
    front.window.close()
    assert front.closed == [True]
    assert front.settings.settings.window_state
    assert front.settings.settings.window_geometry


def test_another_practice_starts_from_nothing(front: Front) -> None:
    front.open_ana()
    first = front.desk
    front.window.do("delete")
    front.open()
    assert front.desk is not first
    assert front.desk.browser.patient is None
    assert not front.window.actions_of["undo"].isEnabled()


def test_answers_for_a_practice_that_was_closed_find_nobody(front: Front, qtbot: QtBot) -> None:
    front.open_ana()
    front.desk.grid.select_keys(["d1"])
    front.submit.hold = True
    front.desk.file(["/x/a.jpg"])
    front.window.do("delete")
    front.window.do("look_again")
    front.desk.search.type("ana")
    first = front.desk
    front.window.close_practice()
    front.window.show_welcome()
    qtbot.waitUntil(lambda: not isValid(first))
    front.submit.release()
    assert front.window.desk is None


def test_context_menu_by_key_stands_at_the_focused_item(front: Front) -> None:
    front.open_ana()
    grid = front.desk.grid
    grid.select_keys(["d3"])
    asked: list[tuple[object, QPoint]] = []
    grid.menu_asked.disconnect()
    grid.menu_asked.connect(lambda item, where: asked.append((item, where)))
    QTest.keyClick(grid, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    item, where = asked[0]
    assert item is grid.current_item()
    assert grid.visualRect(grid.currentIndex()).contains(grid.viewport().mapFromGlobal(where))


def test_context_menus_hold_what_can_be_done(front: Front) -> None:
    front.open_ana()
    grid = front.desk.grid
    grid.select_keys(["d3"])
    grid.menu_asked.emit(grid.current_item(), QPoint(10, 10))
    menu = next(
        menu
        for menu in front.desk.findChildren(QMenu)
        if menu.actions() and menu.actions()[0] is front.window.actions_of["open"]
    )
    words = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert words[0] == "Open"
    assert words[-1] == "Delete"
    assert len(words) <= 12
    assert menu.defaultAction() is front.window.actions_of["open"]
    menu.close()


def test_moving_by_the_submenu(front: Front) -> None:
    front.open_ana()
    desk = front.desk
    desk.grid.select_keys(["d1", "d5"])
    move = front.window._made(front.window._submenus).move
    move.aboutToShow.emit()
    texts = [action.text() for action in move.actions()]
    assert texts == ["X-rays", "Photos", "Insurance && <b>letters</b>"]
    move.actions()[0].trigger()
    assert front.store.documents[DocNum(5)].doc_category == XRAYS
    assert (
        desk.strip.label.text() == "1 image moved to X-rays." or "images" in desk.strip.label.text()
    )
