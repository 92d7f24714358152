"""Details pane, patient search, drops, paste, dialogs: what a hand at the front desk does."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QPushButton
from pytestqt.qtbot import QtBot

from odimaging.gui import clipboard, text
from odimaging.gui.dialogs import CategoryDialog, PasswordDialog, ShortcutsDialog
from odimaging.gui.messages import ImportResultDialog
from odimaging.gui.models.grid import ITEMS_MIME
from odimaging.gui.presenters.browser import Place
from odimaging.gui.presenters.imports import PastedPicture
from odimaging.model.document import ImgType
from odimaging.model.ids import DefNum, DocNum, MountNum, ProvNum
from odimaging.settings import Settings
from tests.gui.desk_fakes import ANA, INSURANCE, PHOTOS, TAG, XRAYS, mount
from tests.gui.front import Front

Action = Qt.DropAction
LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def doc(front: Front, number: int):  # type: ignore[no-untyped-def]  # a Document; short for the lines below
    return front.store.documents[DocNum(number)]


def urls(*names: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(f"/x/{name}") for name in names])
    return data


def drop(front: Front, data: QMimeData, where: QPoint, possible: Qt.DropAction) -> QDropEvent:
    """A whole drag: enter, move, drop at ``where`` of the desk."""
    enter = QDragEnterEvent(where, possible, data, LEFT, NONE)
    QApplication.sendEvent(front.desk, enter)
    move = QDragMoveEvent(where, possible, data, LEFT, NONE)
    QApplication.sendEvent(front.desk, move)
    event = QDropEvent(QPointF(where), possible, data, LEFT, NONE)
    QApplication.sendEvent(front.desk, event)
    return event


def row_place(front: Front, number: int) -> QPoint:
    """The middle of a row of the category tree, in the desk."""
    tree = front.desk.tree
    rect = tree.visualRect(tree.model().index(number, 0))
    return tree.viewport().mapTo(front.desk, rect.center())


# ---------------------------------------------------------------- details


def test_enter_saves_the_description_and_ctrl_z_takes_it_back(front: Front) -> None:
    front.open_ana()
    pane = front.desk.details_pane
    front.desk.grid.select_keys(["d2"])
    front.window.do("describe")
    assert front.window.focusWidget() is pane.description
    QTest.keyClicks(pane.description, "Right molars")
    QTest.keyClick(pane.description, Qt.Key.Key_Return)
    assert doc(front, 2).description == "Right molars"
    front.window.do("undo")
    assert doc(front, 2).description == "BW 2"
    assert pane.description.text() == "BW 2"


@pytest.mark.parametrize("field", ["description", "note", "date", "teeth"])
def test_ctrl_z_in_a_field_without_typing_is_the_windows(front: Front, field: str) -> None:
    front.open_ana()
    pane = front.desk.details_pane
    front.desk.grid.select_keys(["d2"])
    pane.img_type.setFocus()
    pane.img_type.setCurrentIndex(pane.img_type.findData(ImgType.PHOTO))
    pane.img_type.activated.emit(pane.img_type.currentIndex())
    assert doc(front, 2).img_type is ImgType.PHOTO
    widget = getattr(pane, field)
    widget.setFocus()
    QTest.keyClick(widget, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert doc(front, 2).img_type is ImgType.RADIOGRAPH


def test_ctrl_z_in_a_field_takes_typing_back_first(front: Front) -> None:
    front.open_ana()
    pane = front.desk.details_pane
    front.desk.grid.select_keys(["d2"])
    front.window.do("describe")
    QTest.keyClicks(pane.description, "Wrong")
    QTest.keyClick(pane.description, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert "Wrong" not in pane.description.text()
    assert doc(front, 2).description == "BW 2"


def test_leaving_a_field_saves_it_for_the_image_it_was_typed_for(front: Front) -> None:
    front.open_ana()
    pane = front.desk.details_pane
    front.desk.grid.select_keys(["d2"])
    pane.description.setFocus()
    pane.description.selectAll()
    QTest.keyClicks(pane.description, "Typed for two")
    front.desk.grid.select_keys(["d3"])
    assert doc(front, 2).description == "Typed for two"
    assert doc(front, 3).description == "BW 3"


def test_teeth_are_shown_as_ranges_and_stored_one_by_one(front: Front) -> None:
    front.open_ana()
    pane = front.desk.details_pane
    front.desk.grid.select_keys(["d2"])
    pane.teeth.setFocus()
    QTest.keyClicks(pane.teeth, "2-5")
    QTest.keyClick(pane.teeth, Qt.Key.Key_Return)
    assert doc(front, 2).tooth_numbers == "2,3,4,5"
    assert pane.teeth.text() == "2-5"


def test_a_wrong_tooth_is_said_beside_the_field_and_not_stored(front: Front) -> None:
    front.open_ana()
    pane = front.desk.details_pane
    front.desk.grid.select_keys(["d2"])
    pane.teeth.setFocus()
    QTest.keyClicks(pane.teeth, "77x")
    QTest.keyClick(pane.teeth, Qt.Key.Key_Return)
    assert doc(front, 2).tooth_numbers == ""
    assert "not a valid tooth number" in pane._notes["tooth_numbers"].text()


def test_lists_save_at_once(front: Front) -> None:
    front.open_ana()
    pane = front.desk.details_pane
    front.desk.grid.select_keys(["d2", "d3"])
    pane.img_type.setCurrentIndex(pane.img_type.findData(ImgType.PHOTO))
    pane.img_type.activated.emit(pane.img_type.currentIndex())
    pane.provider.setCurrentIndex(pane.provider.findData(ProvNum(2)))
    pane.provider.activated.emit(pane.provider.currentIndex())
    pane.category.setCurrentIndex(pane.category.findData(PHOTOS))
    pane.category.activated.emit(pane.category.currentIndex())
    for number in (2, 3):
        one = doc(front, number)
        assert (one.img_type, one.prov_num, one.doc_category) == (ImgType.PHOTO, ProvNum(2), PHOTOS)
    for _ in range(3):
        front.window.do("undo")
    one = doc(front, 2)
    assert (one.img_type, one.prov_num, one.doc_category) == (ImgType.RADIOGRAPH, ProvNum(0), XRAYS)


def test_looking_at_an_image_changes_nothing(front: Front) -> None:
    front.open_ana()
    before = dict(front.store.documents)
    for number in range(1, 7):
        front.desk.grid.select_keys([f"d{number}"])
        for widget in front.desk.details_pane._widgets.values():
            widget.setFocus()
    front.desk.grid.setFocus()
    assert front.store.documents == before
    assert front.desk.undo_stack.undo_step is None


def test_several_that_differ_say_so(front: Front) -> None:
    front.open_ana()
    front.desk.grid.select_keys(["d2", "d5"])
    pane = front.desk.details_pane
    assert pane.description.text() == ""
    assert pane.description.placeholderText() == "(several)"
    assert pane.category.currentIndex() == -1
    assert pane.date.placeholderText() == "(several)"
    assert pane.img_type.currentData() is ImgType.RADIOGRAPH


def test_a_note_is_saved_by_leaving_it(front: Front) -> None:
    front.open_ana()
    pane = front.desk.details_pane
    front.desk.grid.select_keys(["d2"])
    pane.note.setFocus()
    QTest.keyClicks(pane.note, "Watch 30 distal")
    pane.description.setFocus()
    assert doc(front, 2).note == "Watch 30 distal"


def test_the_date_is_saved(front: Front) -> None:
    front.open_ana()
    pane = front.desk.details_pane
    front.desk.grid.select_keys(["d2"])
    assert pane.date.text() == "12 May 2025  09:30"
    pane.date.setFocus()
    pane.date.selectAll()
    QTest.keyClicks(pane.date, "5/13/2025")
    QTest.keyClick(pane.date, Qt.Key.Key_Return)
    assert doc(front, 2).date_created == datetime(2025, 5, 13, 9, 30, 2)
    assert len(front.desk.browser.visits) == 2
    front.window.do("undo")
    assert doc(front, 2).date_created == datetime(2025, 5, 12, 9, 30, 2)


@pytest.mark.parametrize("words", ["31.2.2026", "tomorrow", "", "12 May", "13/13/2025"])
def test_what_is_no_date_is_said_beside_the_field_and_not_stored(front: Front, words: str) -> None:
    front.open_ana()
    pane = front.desk.details_pane
    front.desk.grid.select_keys(["d2"])
    before = doc(front, 2)
    pane.date.setFocus()
    pane.date.selectAll()
    QTest.keyClick(pane.date, Qt.Key.Key_Delete)
    QTest.keyClicks(pane.date, words)
    QTest.keyClick(pane.date, Qt.Key.Key_Return)
    assert f"“{words}” is not a date" in pane._notes["date_created"].text()
    assert pane.date.text() == "12 May 2025  09:30"
    assert doc(front, 2) == before


@pytest.mark.parametrize(
    ("words", "minute"),
    [
        ("4 May 2026", (9, 30)),
        ("May 4, 2026", (9, 30)),
        ("4 may 2026 14:05", (14, 5)),
        ("4.5.2026 8:00", (8, 0)),
        ("5/4/2026 2:05 PM", (14, 5)),
        ("2026-05-04", (9, 30)),
    ],
)
def test_dates_are_read_in_the_usual_forms(words: str, minute: tuple[int, int]) -> None:
    assert text.read_moment(words, time(9, 30)) == datetime(2026, 5, 4, *minute)


def test_a_read_only_database_greys_the_fields_with_the_reason(front: Front) -> None:
    front.store.read_only = "This database is newer than this program."
    front.open_ana()
    front.desk.grid.select_keys(["d2"])
    pane = front.desk.details_pane
    assert not pane.description.isEnabled()
    assert "newer than this program" in pane.description.toolTip()
    assert "newer than this program" in front.window.actions_of["delete"].statusTip()
    assert not front.window.actions_of["import_files"].isEnabled()


def test_a_mounts_details_cannot_be_changed_but_its_category(front: Front) -> None:
    front.store.mounts[MountNum(3)] = mount(3)
    front.open_ana()
    front.desk.grid.select_keys(["m3"])
    pane = front.desk.details_pane
    assert not pane.description.isEnabled()
    assert pane.category.isEnabled()
    assert "Mounts cannot be deleted here" in front.window.actions_of["delete"].statusTip()


def test_somebody_elses_change_is_shown_beside_what_was_typed(front: Front) -> None:
    front.open_ana()
    pane = front.desk.details_pane
    front.desk.grid.select_keys(["d2"])
    front.store.changed_elsewhere(DocNum(2), description="Theirs")
    pane.description.setFocus()
    pane.description.selectAll()
    QTest.keyClicks(pane.description, "Mine")
    QTest.keyClick(pane.description, Qt.Key.Key_Return)
    assert doc(front, 2).description == "Theirs"
    assert pane._notes["description"].isVisibleTo(pane)


# ---------------------------------------------------------------- search


def test_typing_and_enter_open_a_patient(front: Front) -> None:
    front.open()
    bar = front.desk.patient_bar
    assert front.window.focusWidget() is bar.box
    QTest.keyClicks(bar.box, "1524")
    assert bar.results.isVisible()
    QTest.keyClick(bar.box, Qt.Key.Key_Return)
    assert front.desk.browser.patient == ANA
    assert not bar.results.isVisible()
    assert bar.box.text() == ""


def test_down_and_up_choose_while_the_box_keeps_the_focus(front: Front) -> None:
    front.open()
    bar = front.desk.patient_bar
    QTest.keyClicks(bar.box, "i")
    assert bar.results.model.rowCount() == 2
    QTest.keyClick(bar.box, Qt.Key.Key_Down)
    QTest.keyClick(bar.box, Qt.Key.Key_Down)
    assert front.window.focusWidget() is bar.box
    QTest.keyClick(bar.box, Qt.Key.Key_Return)
    assert front.desk.browser.patient == TAG


def test_enter_waits_for_the_answer_to_what_was_typed(front: Front) -> None:
    front.open()
    bar = front.desk.patient_bar
    QTest.keyClicks(bar.box, "ri")
    front.submit.hold = True
    QTest.keyClicks(bar.box, "zz")
    QTest.keyClick(bar.box, Qt.Key.Key_Return)
    assert front.desk.browser.pat_num is None


def test_no_match_says_what_to_try(front: Front) -> None:
    front.open()
    bar = front.desk.patient_bar
    QTest.keyClicks(bar.box, "riverstone")
    assert "No one matches “riverstone”." in bar.results.heading.text()
    bar.results.inactive.click()
    assert bar.results.model.rowCount() == 1
    assert not bar.results.inactive.isVisible()


def test_what_is_too_long_to_read_is_cut(front: Front, qtbot: QtBot) -> None:
    front.open_ana()
    bar = front.desk.patient_bar
    QTest.keyClicks(bar.box, "x" * 200)
    assert f"“{'x' * 40}…”" in bar.results.heading.text()
    long = replace(ANA, lname="Wolfe" * 40)
    bar.show_patient(long)
    qtbot.waitUntil(lambda: bar.facts.width() >= bar.facts.sizeHint().width())
    assert bar.name.shown.endswith("…")
    assert bar.name.text() == long.name_lf


def test_one_name_alone_needs_no_comma() -> None:
    assert text.name(replace(ANA, lname="")) == "Ana"
    assert text.name(replace(ANA, fname="")) == "Rivera"
    assert text.name(replace(ANA, lname="", fname="")) == "No. 1524"


def test_esc_closes_the_list_then_empties_the_box_then_leaves(front: Front) -> None:
    front.open_ana()
    bar = front.desk.patient_bar
    front.window.do("find_patient")
    QTest.keyClicks(bar.box, "ana")
    QTest.keyClick(bar.box, Qt.Key.Key_Escape)
    assert not bar.results.isVisible()
    QTest.keyClick(bar.box, Qt.Key.Key_Escape)
    assert bar.box.text() == ""
    QTest.keyClick(bar.box, Qt.Key.Key_Escape)
    assert front.window.focusWidget() is front.desk.grid


# ---------------------------------------------------------------- drops and paste


def test_a_drop_is_a_copy_even_if_move_is_proposed(front: Front) -> None:
    front.open_ana()
    event = drop(
        front, urls("a.jpg", "b.jpg"), QPoint(600, 400), Action.CopyAction | Action.MoveAction
    )
    assert event.isAccepted()
    assert event.dropAction() is Action.CopyAction
    assert len(front.store.documents) == 8
    assert front.desk.strip.label.text() == "2 files filed in X-rays."
    assert not front.desk.overlay.isVisible()


def test_a_drop_that_may_only_move_is_refused(front: Front) -> None:
    front.open_ana()
    data = urls("a.jpg")  # Qt keeps no reference
    event = QDragEnterEvent(QPoint(600, 400), Action.MoveAction, data, LEFT, NONE)
    QApplication.sendEvent(front.desk, event)
    assert not event.isAccepted()


def test_the_overlay_names_patient_and_category(front: Front) -> None:
    front.open_ana()
    data = urls(*"abc")  # Qt keeps no reference
    enter = QDragEnterEvent(QPoint(600, 400), Action.CopyAction, data, LEFT, NONE)
    QApplication.sendEvent(front.desk, enter)
    assert front.desk.overlay.isVisible()
    assert front.desk.overlay.words == "File 3 items for Ana Rivera in X-rays"
    move = QDragMoveEvent(row_place(front, 2), Action.CopyAction, data, LEFT, NONE)
    QApplication.sendEvent(front.desk, move)
    assert front.desk.overlay.words == "File 3 items for Ana Rivera in Photos"
    QApplication.sendEvent(front.desk, QDragLeaveEvent())
    assert not front.desk.overlay.isVisible()


def test_a_drop_on_a_category_files_there(front: Front) -> None:
    front.open_ana()
    drop(front, urls("a.pdf"), row_place(front, 3), Action.CopyAction)
    assert doc(front, 9000).doc_category == INSURANCE


def test_without_a_patient_a_drop_says_so(front: Front) -> None:
    front.open()
    event = drop(front, urls("a.jpg"), QPoint(600, 400), Action.CopyAction)
    assert front.store.documents == {}
    assert front.desk.overlay.words == "Open a patient first, then drop the files here."
    assert not front.desk.overlay.isVisible()
    assert event is not None


def own_items() -> QMimeData:
    data = QMimeData()
    data.setData(ITEMS_MIME, b"")
    return data


def test_items_dragged_to_a_category_move_there(front: Front) -> None:
    front.open_ana()
    front.desk.grid.select_keys(["d1", "d2"])
    drop(front, own_items(), row_place(front, 3), Action.MoveAction)
    assert doc(front, 1).doc_category == doc(front, 2).doc_category == INSURANCE
    front.window.do("undo")
    assert doc(front, 1).doc_category == XRAYS


def test_items_dragged_to_deleted_items_are_deleted(front: Front) -> None:
    front.open_ana()
    front.desk.grid.select_keys(["d1"])
    drop(front, own_items(), row_place(front, 4), Action.MoveAction)
    assert DocNum(1) not in front.store.documents


def test_items_dragged_elsewhere_stay(front: Front) -> None:
    front.open_ana()
    front.desk.grid.select_keys(["d1"])
    data = own_items()  # Qt keeps no reference
    for where in (QPoint(600, 400), row_place(front, 0)):
        move = QDragMoveEvent(where, Action.MoveAction, data, LEFT, NONE)
        QApplication.sendEvent(front.desk, move)
        assert not move.isAccepted()


@pytest.fixture
def pasteboard(qapp: QApplication):  # type: ignore[no-untyped-def]  # the clipboard, emptied afterwards
    yield QApplication.clipboard()
    QApplication.clipboard().clear()


def test_ctrl_v_files_a_picture_in_the_shown_category(front: Front, pasteboard) -> None:  # type: ignore[no-untyped-def]  # see the fixture
    front.open_ana()
    front.desk.tree.setCurrentIndex(front.desk.tree.model().index(2, 0))
    image = QImage(4, 3, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    pasteboard.setImage(image)
    assert front.window.actions_of["paste"].isEnabled()
    QTest.keyClick(front.desk.grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    made = doc(front, 9000)
    assert made.file_name == "Pasted picture.png"
    assert made.doc_category == PHOTOS


def test_the_clipboard_is_read_once_files_before_pictures(qapp: QApplication) -> None:
    image = QImage(4, 3, QImage.Format.Format_RGB32)
    data = urls("a.jpg", "b.jpg")
    data.setImageData(image)
    assert clipboard.sources(data) == ["/x/a.jpg", "/x/b.jpg"]
    only = QMimeData()
    only.setImageData(image)
    source = clipboard.sources(only)[0]
    assert isinstance(source, PastedPicture)
    assert QImage.fromData(source.encode()).size() == image.size()
    png = QMimeData()
    png.setData("image/png", b"\x89PNG as it is")
    first = clipboard.sources(png)[0]
    assert isinstance(first, PastedPicture)
    assert first.encode() == b"\x89PNG as it is"
    text = QMimeData()
    text.setText("words")
    assert clipboard.sources(text) == []
    assert not clipboard.can_file(text)
    web = QMimeData()
    web.setUrls([QUrl("https://example.org/a.jpg")])
    assert clipboard.local_files(web) == []


def test_paste_says_why_not(front: Front, pasteboard) -> None:  # type: ignore[no-untyped-def]  # see the fixture
    front.open_ana()
    pasteboard.setText("words")
    assert not front.window.actions_of["paste"].isEnabled()
    assert "no picture and no file" in front.window.actions_of["paste"].statusTip()


# ---------------------------------------------------------------- dialogs


def shown_report(front: Front) -> ImportResultDialog:
    return next(one for one in front.window.findChildren(ImportResultDialog) if one.isVisible())


def test_what_was_not_filed_is_listed_and_the_rest_can_be_taken_back(front: Front) -> None:
    front.open_ana()
    front.store.refused = {"invoice.exe"}
    front.desk.file(["/x/a.jpg", "/x/invoice.exe"])
    report = shown_report(front)
    assert report.list.count() == 1
    assert "invoice.exe" in report.list.item(0).text()
    assert "is a program" in report.list.item(0).text()
    buttons = report.findChildren(QPushButton)
    undo = next(one for one in buttons if "Take back" in one.text())
    undo.click()
    assert len(front.store.documents) == 6


def test_a_category_is_chosen_by_keys(front: Front, qtbot: QtBot) -> None:
    front.open_ana()
    dialog = CategoryDialog("Move 1 image to", front.desk.browser.choices, front.window)
    qtbot.addWidget(dialog)
    dialog.show()
    QTest.keyClicks(dialog.list, "ph")
    chosen = dialog.chosen()
    assert chosen is not None
    assert chosen.def_num == PHOTOS


def test_the_password_is_not_shown_and_not_kept(qtbot: QtBot) -> None:
    dialog = PasswordDialog("imaging", "Demo")
    qtbot.addWidget(dialog)
    assert dialog.box.echoMode() is dialog.box.EchoMode.Password
    assert dialog.box.accessibleName() == "Password"
    verbs = [button.text() for button in dialog.findChildren(QDialogButtonBox)[0].buttons()]
    assert "Open" in verbs


def test_the_shortcut_page_lists_the_viewers_keys_too(front: Front, qtbot: QtBot) -> None:
    front.open_ana()
    front.desk.grid.select_keys(["d1"])
    front.window.do("open")
    viewer = front.desk.viewer
    assert viewer is not None
    dialog = ShortcutsDialog(tuple(viewer.actions.values()))
    qtbot.addWidget(dialog)
    model = dialog.table.model()
    words = [model.index(row, 1).data() for row in range(model.rowCount())]
    assert "In the viewer: Rotate right" in words
    assert "Open a recent patient" in words
    viewer.leave()


def test_deleted_items_have_their_own_row_and_cannot_take_files(front: Front) -> None:
    front.open_ana()
    front.window.do("deleted_items")
    assert front.desk.browser.shown is Place.DELETED
    drop(front, urls("a.jpg"), row_place(front, 4), Action.CopyAction)
    assert doc(front, 9000).doc_category == XRAYS


def test_folders_and_files_are_given_as_paths(front: Front, tmp_path: Path) -> None:
    front.open_ana()
    given: Sequence[object] = clipboard.local_files(urls("folder"))
    front.desk.file(given)
    assert doc(front, 9000).file_name == "folder"
    assert doc(front, 9000).doc_category != DefNum(0)


def test_the_report_takes_back_what_it_reports_even_from_another_chart(front: Front) -> None:
    front.open_ana()
    front.store.refused = {"invoice.exe"}
    front.desk.file(["/x/a.png", "/x/invoice.exe"])
    dialog = front.window.findChild(ImportResultDialog)
    assert isinstance(dialog, ImportResultDialog)
    filed = max(front.store.documents)
    front.desk.open_patient(TAG)
    front.desk.file(["/x/b.png"])
    assert front.desk.undo_stack.undo_step is not None
    dialog.undo_wanted = True
    dialog.accept()
    assert filed not in front.store.documents
    assert any(one.pat_num == TAG.pat_num for one in front.store.documents.values())


def test_what_was_filed_is_selected(front: Front) -> None:
    front.open_ana()
    front.desk.file(["/x/a.jpg", "/x/b.jpg"])
    assert front.desk.grid.selected_keys() == ("d9000", "d9001")


def test_recent_patients_are_offered_at_the_start(front: Front) -> None:
    front.settings.settings = Settings(recent_patients=(TAG.pat_num,))
    front.open()
    assert front.desk.patient_bar.results.isVisible() == front.desk.patient_bar.box.hasFocus()
    front.window.do("find_patient")
    assert front.desk.patient_bar.results.heading.text() == "Recent patients"
    assert front.desk.patient_bar.results.model.rowCount() == 1
