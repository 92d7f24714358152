"""Send to ▸ and what is asked before something leaves the building."""

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from odimaging.gui.views.destination_dialogs import (
    NO_VAULT,
    ConfirmDialog,
    DestinationDialog,
    DestinationsDialog,
    DialogAsker,
    HostKeyDialog,
    PasswordDialog,
    RefusedDialog,
)
from odimaging.gui.views.send_menu import build_send_menu
from odimaging.repository.send import SendState
from odimaging.settings import Destination
from tests.fakes.transfer_bench import CODE, LEE, TransferBench, choices


@pytest.fixture
def over(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window


def words(dialog: QDialog) -> str:
    return " ".join(label.text() for label in dialog.findChildren(QLabel))


def test_the_menu_answers_from_memory_last_used_first(over: QWidget) -> None:
    bench = TransferBench()
    bench.presenter.send(choices(1), bench.presenter.destinations[1])
    asked = len(bench.submit.jobs)
    menu = build_send_menu(bench.presenter, choices(18), over)
    assert menu.title() == "Send to (18 images)"
    texts = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert texts == ["Lab && Co", "Dr Lee", "New…"]
    assert len(bench.submit.jobs) == asked
    menu.actions()[2].trigger()
    assert bench.sender.requests[-1].target.host == "lee.example"
    assert len(bench.sender.requests[-1].items) == 18


def test_without_a_destination_the_menu_offers_to_add_one(over: QWidget) -> None:
    bench = TransferBench()
    for name in ("Dr Lee", "Lab & Co"):
        bench.presenter.places.remove(name)
    menu = build_send_menu(bench.presenter, choices(1), over)
    first, last = menu.actions()
    assert not first.isEnabled()
    last.trigger()
    (dialog,) = over.findChildren(DestinationDialog)
    dialog.name.setText("Dr Ray")
    dialog.address.setText("ray.example/in")
    dialog.username.setText("me")
    dialog.password.setText("typed once")
    dialog.remember.setChecked(False)
    dialog.accept()
    assert bench.settings.destinations == (Destination("Dr Ray", "sftp://ray.example/in/", "me"),)
    assert bench.states == [SendState.SENT]
    assert not bench.sender.requests[0].read_back
    assert bench.sender.requests[0].target.password == "typed once"
    assert not bench.asker.asked
    assert ("odimaging sftp://ray.example:22", "me") not in bench.vault.kept


def test_with_nothing_chosen_the_menu_is_disabled(over: QWidget) -> None:
    menu = build_send_menu(TransferBench().presenter, [], over)
    assert not menu.menuAction().isEnabled()
    assert menu.menuAction().toolTip() == "Choose an image first."


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("sftp://x y/", "The address is not valid: this is no server name."),
        ("sftp://me:pw@x.example/", "The address is not valid: user name and password belong"),
        ("ftp://x.example/", "The address is not valid: it may only start with sftp://."),
    ],
)
def test_a_wrong_address_is_told_while_typing(over: QWidget, address: str, problem: str) -> None:
    dialog = DestinationDialog(TransferBench().presenter.places, over)
    dialog.name.setText("Dr Ray")
    dialog.username.setText("me")
    dialog.address.setText(address)
    assert dialog.result_label.text().startswith(problem)
    assert not dialog.verb.isEnabled()
    dialog.address.setText("x.example")
    assert dialog.result_label.text() == ""
    assert dialog.verb.isEnabled()


def test_the_connection_is_tried_as_a_job_and_the_password_kept_if_wished(over: QWidget) -> None:
    bench = TransferBench(known=False)
    dialog = DestinationDialog(bench.presenter.places, over, LEE)
    assert not dialog.test_button.isEnabled()
    dialog.password.setText("pw")
    bench.submit.hold = True
    dialog.test_button.click()
    assert dialog.result_label.text() == "Connecting…"
    bench.release()
    assert dialog.result_label.text() == "Connected. The server and its folder are ready."
    dialog.accept()
    bench.release()
    assert bench.vault.kept == {("odimaging sftp://lee.example:22", "office"): "pw"}


def test_files_are_fetched_back_where_the_destination_says_so(over: QWidget) -> None:
    bench = TransferBench()
    dialog = DestinationDialog(bench.presenter.places, over, LEE)
    assert not dialog.read_back.isChecked()
    dialog.read_back.setChecked(True)
    dialog.accept()
    (careful,) = [one for one in bench.presenter.destinations if one.name == LEE.name]
    assert careful.read_back
    assert DestinationDialog(bench.presenter.places, over, careful).read_back.isChecked()
    bench.presenter.send(choices(1), careful)
    assert bench.sender.requests[0].read_back


def test_a_test_that_ends_after_the_dialog_is_dropped(over: QWidget, qtbot: QtBot) -> None:
    bench = TransferBench(known=False)
    dialog = DestinationDialog(bench.presenter.places, over, LEE)
    dialog.password.setText("pw")
    bench.submit.hold = True
    dialog.open()
    dialog.test_button.click()
    dialog.reject()
    qtbot.waitUntil(lambda: not isValid(dialog))
    bench.release()
    assert len(bench.sender.requests) == 1


def test_without_a_vault_nothing_can_be_remembered(over: QWidget) -> None:
    bench = TransferBench()
    bench.vault.available = False
    dialog = DestinationDialog(bench.presenter.places, over)
    assert not dialog.remember.isEnabled()
    assert not dialog.remember.isChecked()
    assert dialog.remember.toolTip() == NO_VAULT


def test_all_destinations_can_be_changed_and_removed(over: QWidget) -> None:
    bench = TransferBench()
    dialog = DestinationsDialog(bench.presenter.places, over)
    assert dialog.rows.count() == 2
    dialog.rows.setCurrentRow(0)
    buttons = {button.text(): button for button in dialog.findChildren(QPushButton)}
    buttons["Change…"].click()
    (edit,) = dialog.findChildren(DestinationDialog)
    assert edit.name.text() == "Dr Lee"
    edit.name.setText("Dr Lee, Main Street")
    edit.accept()
    assert [one.name for one in bench.settings.destinations] == ["Lab & Co", "Dr Lee, Main Street"]
    buttons["Remove"].click()
    assert [one.name for one in bench.settings.destinations] == ["Lab & Co"]


def test_the_codes_are_compared_before_a_server_is_trusted(over: QWidget) -> None:
    dialog = HostKeyDialog("Dr Lee", "lee.example", CODE, over)
    assert dialog.verb.isEnabled()
    dialog.pasted.setText("SHA256:something-else")
    assert not dialog.verb.isEnabled()
    assert "Do not go on" in dialog.verdict.text()
    dialog.pasted.setText(f" {CODE}")
    assert dialog.verb.isEnabled()
    assert "the same" in dialog.verdict.text()
    assert CODE in [line.text() for line in dialog.findChildren(QLineEdit)]


def test_a_changed_code_has_no_button_to_go_on(over: QWidget) -> None:
    DialogAsker(over).refused("Nothing was sent.", "Call them.", [("Before", "a"), ("Now", "b")])
    (dialog,) = over.findChildren(RefusedDialog)
    buttons = {button.text(): button for button in dialog.findChildren(QPushButton)}
    assert set(buttons) - {""} == {"Copy both codes", "Close"}
    buttons["Copy both codes"].click()
    assert QGuiApplication.clipboard().text() == "Before: a\nNow: b"
    buttons["Close"].click()


@pytest.mark.parametrize("accepted", [True, False])
def test_a_question_is_answered_by_its_button(over: QWidget, accepted: bool) -> None:
    answers: list[bool] = []
    DialogAsker(over).confirm("Send 3 images?", "Send 3 images", answers.append)
    (dialog,) = over.findChildren(ConfirmDialog)
    assert dialog.verb.text() == "Send 3 images"
    assert dialog.cancel.isDefault()
    (dialog.verb if accepted else dialog.cancel).click()
    assert answers == [accepted]


@pytest.mark.parametrize("accepted", [True, False])
def test_a_host_is_trusted_or_not(over: QWidget, accepted: bool) -> None:
    answers: list[bool] = []
    DialogAsker(over).unknown_host("Dr Lee", "lee.example", CODE, answers.append)
    (dialog,) = over.findChildren(HostKeyDialog)
    (dialog.verb if accepted else dialog.cancel).click()
    assert answers == [accepted]


def test_a_password_goes_to_the_asker_and_nowhere_else(over: QWidget) -> None:
    answers: list[tuple[str | None, bool]] = []
    asker = DialogAsker(over)
    asker.password(LEE, "", True, lambda given, keep: answers.append((given, keep)))
    (dialog,) = over.findChildren(PasswordDialog)
    assert "office" in words(dialog)
    assert not dialog.verb.isEnabled()
    dialog.password.setText("pw")
    dialog.remember.setChecked(False)
    dialog.verb.click()
    assert answers == [("pw", False)]
    assert dialog.password.text() == ""


def test_a_password_dialog_given_up(over: QWidget) -> None:
    answers: list[tuple[str | None, bool]] = []
    asker = DialogAsker(over)
    asker.password(LEE, "Not accepted.", False, lambda given, keep: answers.append((given, keep)))
    (dialog,) = over.findChildren(PasswordDialog)
    assert "Not accepted." in words(dialog)
    dialog.password.setText("pw")
    dialog.cancel.click()
    assert answers[0][0] is None
