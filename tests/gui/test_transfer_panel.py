"""The transfer panel: when it shows and hides, its rows, its choices."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from odimaging.gui.models.transfers import STATE, TransferModel
from odimaging.gui.views import transfer_panel
from odimaging.gui.views.transfer_panel import TransferPanel
from odimaging.model.errors import ConnectFailed
from odimaging.model.ids import DocNum
from odimaging.repository.send import Conflict, SendState
from tests.fakes.transfer_bench import LEE, TransferBench, choices


class Desk:
    """A panel at the foot of a window."""

    def __init__(self, qtbot: QtBot) -> None:
        self.bench = TransferBench(hold=True)
        self.window = QWidget()
        qtbot.addWidget(self.window)
        column = QVBoxLayout(self.window)
        column.addWidget(QLabel("grid"), 1)
        self.panel = TransferPanel(self.bench.presenter)
        self.bench.presenter.asking.asker = self.bench.asker
        column.addWidget(self.panel)
        self.window.resize(900, 500)
        self.window.show()

    def button(self, words: str) -> QPushButton:
        """A visible one."""
        found = self.panel.findChildren(QPushButton)
        return next(one for one in found if one.text() == words and one.isVisible())

    def state(self, row: int) -> str:
        return str(self.panel.model.index(row, STATE).data())


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    made = Desk(qtbot)
    yield made
    made.bench.release()


def test_it_slides_up_on_activity_and_shows_every_row(desk: Desk, qtbot: QtBot) -> None:
    assert not desk.panel.isVisible()
    desk.bench.presenter.send(choices(3), LEE)
    assert desk.panel.isVisible()
    qtbot.waitUntil(lambda: desk.panel.height() == transfer_panel.HEIGHT)
    assert desk.panel.model.rowCount() == 3
    assert desk.state(0) == "Waiting"
    desk.bench.release()
    assert desk.state(2) == "Sent and checked, 14:07"
    assert desk.panel.model.index(2, 0).data() == "RiA3.jpg"


def test_it_hides_after_the_last_is_sent(desk: Desk, qtbot: QtBot) -> None:
    desk.panel.hide_after(30)
    desk.bench.presenter.send(choices(1), LEE)
    desk.bench.release()
    assert desk.panel.isVisible()
    qtbot.waitUntil(lambda: not desk.panel.isVisible())


def test_it_stays_while_something_failed(desk: Desk, qtbot: QtBot) -> None:
    desk.panel.hide_after(30)
    desk.bench.sender.errors = [ConnectFailed()]
    desk.bench.presenter.send(choices(1), LEE)
    desk.bench.release()
    with qtbot.waitSignal(desk.panel.shown_changed, timeout=150, raising=False) as hidden:
        pass
    assert not hidden.signal_triggered
    assert desk.panel.isVisible()
    desk.button("Retry failed").click()
    desk.bench.release()
    assert desk.state(0) == "Sent and checked, 14:07"
    qtbot.waitUntil(lambda: not desk.panel.isVisible())


def test_a_click_on_the_status_bar_shows_and_hides_it(desk: Desk) -> None:
    desk.panel.toggle()
    assert desk.panel.isVisible()
    desk.panel.toggle()
    assert not desk.panel.isVisible()


def test_progress_in_all(desk: Desk) -> None:
    desk.bench.presenter.send(choices(4), LEE)
    desk.bench.submit.release()
    assert desk.button("Cancel all")
    desk.bench.release()
    assert desk.bench.presenter.progress == (4, 4)
    assert desk.button("Clear list")


@pytest.mark.parametrize(
    ("words", "conflict"), [("Keep both", Conflict.KEEP_BOTH), ("Replace it", Conflict.REPLACE)]
)
def test_what_is_already_there_is_asked_in_the_panel(
    desk: Desk, words: str, conflict: Conflict
) -> None:
    desk.bench.sender.taken = {DocNum(1), DocNum(2), DocNum(3)}
    desk.bench.presenter.send(choices(3), LEE)
    desk.bench.release()
    labels = [label.text() for label in desk.panel.findChildren(QLabel) if label.isVisible()]
    assert "A file named “RiA1.jpg” is already there (Dr Lee)." in labels
    desk.button(words).click()
    desk.bench.release()
    assert [item.conflict for item in desk.bench.sender.requests[-1].items] == [conflict]
    assert desk.panel.same.text() == "Same for the other 1"
    desk.panel.same.setChecked(True)
    desk.button(words).click()
    desk.bench.release()
    assert desk.bench.states == [SendState.SENT] * 3
    assert not desk.panel.same.isVisible()


def test_the_menu_of_a_row(desk: Desk) -> None:
    desk.bench.sender.refused = {DocNum(1): "No."}
    desk.bench.sender.taken = {DocNum(2)}
    desk.bench.presenter.send(choices(2), LEE)
    desk.bench.release()
    rows = desk.bench.presenter.rows
    failed = desk.panel.menu_for([rows[0]])
    there = desk.panel.menu_for([rows[1]])
    enabled = [action.text() for action in failed.actions() if action.isEnabled()]
    assert enabled == ["Retry"]
    assert [action.text() for action in there.actions()][3:] == ["Keep both", "Replace it", "Skip"]
    there.actions()[-1].trigger()
    failed.actions()[0].trigger()
    assert desk.bench.states == [SendState.WAITING, SendState.SKIPPED]


def test_the_model_keeps_the_rules_and_says_rows_aloud(desk: Desk) -> None:
    model = TransferModel()
    mode = QAbstractItemModelTester.FailureReportingMode.Warning
    tester = QAbstractItemModelTester(model, mode)
    desk.bench.presenter.rows_changed.append(lambda: model.show(desk.bench.presenter.rows))
    desk.bench.presenter.send(choices(2), LEE)
    desk.bench.presenter.send(choices(1), LEE)
    desk.bench.release()
    desk.bench.presenter.clear_ended()
    desk.bench.presenter.send(choices(1), LEE)
    index = model.index(0, 0)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Image 1 to Dr Lee: Waiting"
    assert tester.model() is model
