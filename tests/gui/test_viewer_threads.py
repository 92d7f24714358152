"""The viewer and the transfers over real worker threads: results come in the window's thread, late ones are dropped."""

from collections.abc import Iterator
from threading import Event, current_thread, main_thread

import pytest
from pytestqt.qtbot import QtBot

from odimaging.gui.job_signals import JobSignals
from odimaging.gui.presenters.transfers import TransfersPresenter
from odimaging.gui.presenters.viewer import ViewerPresenter, ViewItem
from odimaging.gui.views.transfer_panel import TransferPanel
from odimaging.gui.views.viewer import Viewer
from odimaging.jobs import JobRunner
from odimaging.model.ids import DocNum
from odimaging.repository.send import SendState
from tests.fakes.transfer_bench import LEE, TransferBench, choices
from tests.fakes.viewer_repository import ViewerRepository, document, radiograph


@pytest.fixture
def signals() -> Iterator[JobSignals]:
    crashes: list[BaseException] = []
    runner = JobRunner(crashes.append)
    yield JobSignals(runner)
    assert runner.close()
    assert not crashes


def test_walking_fast_shows_the_last_one(qtbot: QtBot, signals: JobSignals) -> None:
    store = ViewerRepository()
    for number in range(1, 9):
        store.add(document(number), radiograph(900 + number, 700))
    presenter = ViewerPresenter(store.repository, signals.submit, lambda _step: None)
    viewer = Viewer(presenter)
    qtbot.addWidget(viewer)
    viewer.resize(800, 600)
    viewer.show()
    shown_in: set[bool] = set()
    viewer.image_view.zoomed.connect(lambda _zoom: shown_in.add(current_thread() is main_thread()))
    viewer.open_items([ViewItem(DocNum(n), None, str(n)) for n in range(1, 9)], 0)
    for _ in range(7):
        viewer.actions["next"].trigger()

    def arrived() -> bool:
        pyramid = viewer.image_view.pyramid
        return pyramid is not None and pyramid.picture.width == 908

    qtbot.waitUntil(arrived)
    assert shown_in == {True}


def test_the_window_stays_usable_while_something_is_sent(qtbot: QtBot, signals: JobSignals) -> None:
    bench = TransferBench()
    go_on = Event()
    bench.sender.before_item = lambda number: go_on.wait(10) if number == 1 else None
    presenter = TransfersPresenter(
        bench.repository,
        signals.submit,
        bench.vault,
        bench.host_keys,
        bench.queue,
        lambda: bench.settings,
        bench.save,
    )
    panel = TransferPanel(presenter)
    qtbot.addWidget(panel)
    idle: list[bool] = []
    presenter.send(choices(3), LEE)
    presenter.when_idle(lambda: idle.append(True))
    qtbot.waitUntil(lambda: presenter.rows[0].state is SendState.SENT)
    assert presenter.summary == "▲ 2 of 3 to Dr Lee · Waiting"
    assert not idle
    go_on.set()
    qtbot.waitUntil(lambda: idle == [True])
    assert [row.state for row in presenter.rows] == [SendState.SENT] * 3
    assert not bench.queue.kept
