"""Before there is a window nobody can be asked: then nothing is sent, kept or trusted."""

from odimaging.gui.presenters.asking import Nobody
from odimaging.model.errors import HostKeyChanged, HostKeyUnknown
from odimaging.repository.send import SendState
from tests.fakes.transfer_bench import CODE, LAB, LEE, TransferBench, choices


def test_a_question_to_nobody_is_a_no() -> None:
    bench = TransferBench(known=False)
    bench.presenter.asking.asker = Nobody()
    bench.presenter.send(choices(1), LEE)
    assert bench.presenter.rows == ()
    assert not bench.sender.requests


def test_nobody_knows_a_password() -> None:
    bench = TransferBench()
    bench.presenter.asking.asker = Nobody()
    bench.host_keys.pin("lab.example", 2222, CODE)
    bench.presenter.send(choices(1), LAB)
    assert bench.states == [SendState.FAILED]
    assert not bench.sender.requests


def test_nobody_trusts_a_server() -> None:
    bench = TransferBench()
    bench.presenter.asking.asker = Nobody()
    pinned = dict(bench.host_keys.pinned)
    bench.sender.errors = [HostKeyUnknown("SHA256:other"), HostKeyChanged("SHA256:other", CODE)]
    bench.presenter.send(choices(1), LEE)
    bench.presenter.retry()
    assert bench.states == [SendState.FAILED]
    assert bench.host_keys.pinned == pinned
