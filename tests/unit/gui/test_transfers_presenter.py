"""Sending: what is asked, what is told, what survives."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from odimaging.gui.presenters.asking import address_of, same_code
from odimaging.gui.presenters.transfer_rows import KEPT, SendChoice, megabytes
from odimaging.gui.presenters.transfers import NO_PASSWORD
from odimaging.model.errors import (
    ConnectFailed,
    DatabaseUnavailable,
    HostKeyChanged,
    HostKeyUnknown,
    InvalidField,
    LoginFailed,
)
from odimaging.model.ids import DocNum, PatNum
from odimaging.model.ports import QueuedTransfer
from odimaging.repository.send import Conflict, SendState
from odimaging.settings import Destination
from tests.fakes.transfer_bench import CODE, LAB, LEE, TransferBench, choices, mount_choice


def test_to_a_known_place_it_goes_at_once() -> None:
    bench = TransferBench()
    bench.presenter.send([*choices(2), mount_choice()], LEE)
    assert not bench.asker.confirmed and not bench.asker.asked
    (request,) = bench.sender.requests
    assert (request.target.host, request.target.port, request.folder) == (
        "lee.example",
        22,
        "incoming",
    )
    assert request.target.password == "secret-of-lee"
    assert bench.states == [SendState.SENT] * 3
    assert [row.words for row in bench.presenter.rows] == ["Sent and checked, 14:07"] * 3
    assert bench.presenter.summary == "▲ 3 images sent to Dr Lee"
    assert not bench.queue.kept
    assert bench.settings.last_destination == "Dr Lee"


def test_rows_are_there_at_once_and_in_the_queue_before_sending() -> None:
    bench = TransferBench(hold=True)
    bench.presenter.send(choices(2), LEE)
    assert bench.states == [SendState.WAITING] * 2
    assert bench.presenter.active == 2
    assert bench.presenter.summary == "▲ 1 of 2 to Dr Lee · Waiting"
    bench.submit.release()
    assert len(bench.queue.kept) == 2
    assert not bench.sender.requests
    bench.release()
    assert bench.presenter.active == 0


def test_the_first_time_one_question_names_count_and_place() -> None:
    bench = TransferBench(known=False)
    bench.asker.passwords = [("secret", False)]
    bench.presenter.send(choices(3), LAB)
    ((words, verb),) = bench.asker.confirmed
    assert words == (
        "Send 3 images of one patient to Lab & Co? Nothing has been sent there before."
    )
    assert verb == "Send 3 images"
    assert bench.states == [SendState.SENT] * 3


def test_more_than_200_megabytes_are_asked_about_and_patients_counted() -> None:
    bench = TransferBench()
    bench.sizes = {DocNum(1): 150_000_000, DocNum(2): 150_000_000}
    items = [SendChoice(DocNum(n), None, PatNum(n)) for n in (1, 2)]
    bench.presenter.send([*items, mount_choice()], LEE)
    assert bench.asker.confirmed[0][0] == "Send 3 images of 3 patients, 300 MB to Dr Lee?"


def test_200_megabytes_and_an_unknown_file_are_not_asked_about() -> None:
    bench = TransferBench(hold=True)
    bench.sizes = {DocNum(1): 200_000_000}
    bench.presenter.send(choices(2), LEE)
    bench.submit.release()
    assert not bench.asker.confirmed
    assert [row.total for row in bench.presenter.rows] == [200_000_000, 0]


def test_a_database_that_goes_away_is_told_before_anything_is_sent() -> None:
    bench = TransferBench()
    bench.sizes_fail = DatabaseUnavailable()
    bench.presenter.send(choices(1), LEE)
    (row,) = bench.presenter.rows
    assert row.words == f"Failed: {DatabaseUnavailable.default_text}"
    assert not bench.sender.requests


def test_no_to_the_question_leaves_nothing_behind() -> None:
    bench = TransferBench(known=False)
    bench.asker.yes = False
    bench.presenter.send(choices(1), LEE)
    assert bench.presenter.rows == ()
    assert not bench.queue.kept
    assert not bench.sender.requests


def test_a_password_is_asked_for_and_kept_only_if_wished_and_right() -> None:
    bench = TransferBench(known=False)
    bench.asker.passwords = [("one", False)]
    bench.presenter.send(choices(1), LEE)
    assert not bench.vault.kept
    bench.asker.passwords = [("two", True)]
    bench.presenter.send(choices(1), LEE)
    assert bench.vault.kept == {("odimaging sftp://lee.example:22", "office"): "two"}


def test_giving_up_at_the_password_leaves_a_row_to_retry() -> None:
    bench = TransferBench(known=False)
    bench.presenter.send(choices(1), LEE)
    (row,) = bench.presenter.rows
    assert (row.state, row.reason) == (SendState.FAILED, NO_PASSWORD)
    bench.asker.passwords = [("secret", False)]
    bench.presenter.retry()
    assert bench.states == [SendState.SENT]


def test_an_unknown_server_is_shown_pinned_and_then_sent_to() -> None:
    bench = TransferBench()
    bench.sender.errors = [HostKeyUnknown(CODE)]
    bench.host_keys.pinned.clear()
    bench.presenter.send(choices(2), LEE)
    assert bench.asker.hosts == [("Dr Lee", "lee.example", CODE)]
    assert bench.host_keys.fingerprints("lee.example", 22) == (CODE,)
    assert bench.states == [SendState.SENT] * 2


def test_an_unknown_server_that_is_not_trusted_gets_nothing() -> None:
    bench = TransferBench()
    bench.asker.pin = False
    bench.sender.errors = [HostKeyUnknown(CODE)]
    bench.host_keys.pinned.clear()
    bench.presenter.send(choices(1), LEE)
    assert bench.states == [SendState.FAILED]
    assert not bench.host_keys.pinned
    assert len(bench.sender.requests) == 1


def test_a_changed_server_is_refused_without_a_way_on() -> None:
    bench = TransferBench()
    bench.sender.errors = [HostKeyChanged("SHA256:new", CODE)]
    bench.presenter.send(choices(1), LEE)
    ((title, codes),) = bench.asker.refusals
    assert "Dr Lee shows a different code" in title
    assert codes == [("Code until now", CODE), ("Code now", "SHA256:new")]
    assert bench.states == [SendState.FAILED]
    assert len(bench.sender.requests) == 1


def test_a_refused_login_asks_for_another_password() -> None:
    bench = TransferBench()
    bench.sender.errors = [LoginFailed()]
    bench.asker.passwords = [("right", True)]
    bench.presenter.send(choices(1), LEE)
    ((_, reason, can_remember),) = bench.asker.asked
    assert reason == "Dr Lee did not accept the user name or password. Nothing was sent."
    assert can_remember
    assert bench.states == [SendState.SENT]
    assert bench.vault.kept["odimaging sftp://lee.example:22", "office"] == "right"


def test_a_failed_connection_is_no_pop_up_but_a_row() -> None:
    bench = TransferBench()
    bench.sender.errors = [ConnectFailed()]
    bench.presenter.send(choices(2), LEE)
    assert [row.words for row in bench.presenter.rows] == [
        "Failed: The server cannot be reached."
    ] * 2
    assert bench.presenter.failed == 2
    assert bench.presenter.summary == "▲ 2 of 2 not sent · Dr Lee"
    assert {kept.state for kept in bench.queue.kept.values()} == {"Failed"}
    bench.presenter.retry([bench.presenter.rows[1].key])
    assert bench.states == [SendState.FAILED, SendState.SENT]
    assert len(bench.queue.kept) == 1


def test_one_item_fails_for_itself() -> None:
    bench = TransferBench()
    bench.sender.refused = {DocNum(2): "The server has no room left."}
    bench.presenter.send(choices(3), LEE)
    assert bench.states == [SendState.SENT, SendState.FAILED, SendState.SENT]
    assert bench.presenter.rows[1].can_retry


@pytest.mark.parametrize("conflict", [Conflict.KEEP_BOTH, Conflict.REPLACE])
def test_what_is_already_there_waits_for_a_choice(conflict: Conflict) -> None:
    bench = TransferBench()
    bench.sender.taken = {DocNum(1), DocNum(3)}
    bench.presenter.send(choices(3), LEE)
    assert [row.doc_num for row in bench.presenter.conflicts] == [1, 3]
    assert bench.presenter.summary == "▲ 2 already there · Dr Lee"
    bench.presenter.resolve([row.key for row in bench.presenter.conflicts], conflict)
    assert [item.conflict for item in bench.sender.requests[1].items] == [conflict] * 2
    assert bench.states == [SendState.SENT] * 3


def test_skip_sends_nothing_more() -> None:
    bench = TransferBench()
    bench.sender.taken = {DocNum(1)}
    bench.presenter.send(choices(2), LEE)
    bench.presenter.resolve([bench.presenter.rows[0].key], Conflict.SKIP)
    assert bench.states == [SendState.SKIPPED, SendState.SENT]
    assert len(bench.sender.requests) == 1
    assert not bench.queue.kept


def test_cancelling_one_lets_the_others_go_on() -> None:
    bench = TransferBench(hold=True)
    bench.presenter.send(choices(3), LEE)
    bench.submit.release()
    assert bench.states == [SendState.WAITING] * 3
    bench.presenter.cancel([bench.presenter.rows[1].key])
    assert bench.states[1] is SendState.STOPPED
    bench.release()
    assert bench.states == [SendState.SENT, SendState.STOPPED, SendState.SENT]
    assert [item.doc_num for item in bench.sender.requests[-1].items] == [1, 3]
    assert not bench.queue.kept


def test_cancelling_in_the_middle_sends_what_is_left_again() -> None:
    bench = TransferBench()

    def stop(number: int) -> None:
        if number == 1 and len(bench.sender.requests) == 1:
            bench.presenter.poll()
            bench.presenter.cancel([bench.presenter.rows[2].key])

    bench.sender.before_item = stop
    bench.submit.hold = True
    bench.presenter.send(choices(4), LEE)
    bench.release()
    assert [len(request.items) for request in bench.sender.requests] == [4, 2]
    assert bench.states == [SendState.SENT, SendState.SENT, SendState.STOPPED, SendState.SENT]


def test_cancelling_all() -> None:
    bench = TransferBench(hold=True)
    bench.presenter.send(choices(3), LEE)
    bench.submit.release()
    bench.presenter.cancel()
    bench.release()
    assert bench.states == [SendState.STOPPED] * 3
    assert not bench.sender.requests
    assert bench.presenter.active == 0


def test_what_the_user_cancelled_needs_nobody() -> None:
    bench = TransferBench(hold=True)
    bench.presenter.send(choices(2), LEE)
    bench.presenter.cancel([bench.presenter.rows[0].key])
    bench.release()
    assert (bench.presenter.failed, bench.presenter.can_retry) == (0, False)
    assert bench.presenter.summary == "▲ 1 image sent to Dr Lee, 1 cancelled"
    bench.presenter.retry()
    bench.release()
    assert bench.states == [SendState.STOPPED, SendState.SENT]


def test_an_address_spoilt_by_hand_is_told_in_the_row() -> None:
    bench = TransferBench()
    broken = Destination("Spoilt", "sftp://x y/", "me")
    bench.settings = replace(bench.settings, destinations=(broken,))
    bench.presenter.send(choices(1), broken)
    (row,) = bench.presenter.rows
    assert row.state is SendState.FAILED
    assert "not valid" in row.reason
    bench.presenter.places.remove("Spoilt")
    assert bench.presenter.destinations == ()


def test_cancelled_before_the_job_is_there() -> None:
    bench = TransferBench(hold=True)
    bench.presenter.send(choices(1), LEE)
    bench.presenter.cancel()
    bench.release()
    assert not bench.sender.requests
    assert bench.states == [SendState.STOPPED]
    assert not bench.queue.kept


def test_a_login_that_is_asked_again_can_still_be_cancelled() -> None:
    bench = TransferBench(hold=True)
    bench.sender.errors = [LoginFailed()]
    bench.asker.passwords = [("right", False)]
    bench.presenter.send(choices(2), LEE)
    bench.submit.release()
    bench.submit.release()
    assert bench.states == [SendState.WAITING] * 2
    bench.presenter.cancel()
    bench.presenter.clear_ended()
    bench.release()
    assert len(bench.sender.requests) == 1
    assert bench.presenter.rows == ()
    assert not bench.queue.kept


def test_a_cancelled_row_can_be_sent_after_all() -> None:
    bench = TransferBench(hold=True)
    bench.presenter.send(choices(1), LEE)
    bench.presenter.cancel()
    bench.release()
    assert bench.presenter.summary == "▲ Nothing sent to Dr Lee: cancelled"
    bench.presenter.retry([bench.presenter.rows[0].key])
    bench.release()
    assert bench.states == [SendState.SENT]


def test_closing_keeps_what_is_not_sent() -> None:
    bench = TransferBench(hold=True)
    idle: list[bool] = []
    bench.presenter.send(choices(2), LEE)
    bench.submit.release()
    bench.presenter.when_idle(lambda: idle.append(True))
    assert not idle
    bench.presenter.stop_and_keep()
    bench.release()
    assert idle == [True]
    assert [row.reason for row in bench.presenter.rows] == [KEPT] * 2
    assert len(bench.queue.kept) == 2
    assert not bench.sender.requests
    bench.presenter.retry()
    bench.release()
    assert bench.states == [SendState.SENT] * 2


def test_closing_asks_nothing_more() -> None:
    bench = TransferBench(hold=True, known=False)
    bench.presenter.send(choices(1), LEE)
    bench.presenter.stop_and_keep()
    bench.release()
    assert not bench.asker.confirmed and not bench.asker.asked
    assert [row.reason for row in bench.presenter.rows] == [KEPT]
    assert len(bench.queue.kept) == 1


def test_a_server_trusted_after_closing_began_gets_nothing() -> None:
    bench = TransferBench()
    bench.sender.errors = [HostKeyUnknown(CODE)]
    bench.asker.pin = False
    answers: list[Callable[[bool], None]] = []
    bench.asker.unknown_host = (  # type: ignore[method-assign]  # an answer that comes later
        lambda destination, host, fingerprint, answer: answers.append(answer)
    )
    bench.presenter.send(choices(1), LEE)
    bench.presenter.stop_and_keep()
    answers[0](True)
    assert len(bench.sender.requests) == 1
    assert bench.states == [SendState.FAILED]


def test_nothing_chosen_is_nothing_sent() -> None:
    bench = TransferBench()
    bench.presenter.send([], LEE)
    assert bench.presenter.rows == ()
    assert not bench.submit.jobs


def test_idle_is_told_when_the_last_one_ended() -> None:
    bench = TransferBench(hold=True)
    idle: list[bool] = []
    bench.presenter.when_idle(lambda: idle.append(True))
    assert idle == [True]
    bench.presenter.send(choices(1), LEE)
    bench.presenter.when_idle(lambda: idle.append(True))
    assert idle == [True]
    bench.release()
    assert idle == [True, True]


def test_what_the_last_run_left_waits_for_a_click() -> None:
    bench = TransferBench()
    bench.queue.add(QueuedTransfer("k1", "Dr Lee", DocNum(1), None, "", "Waiting"))
    bench.queue.add(QueuedTransfer("k2", "Dr Lee", DocNum(2), None, "", "Failed", "No room."))
    bench.queue.add(QueuedTransfer("k3", "Gone", DocNum(3), None, "", "Sending"))
    bench.presenter.restore()
    assert [row.words for row in bench.presenter.rows] == [
        f"Stopped: {KEPT}",
        "Failed: No room.",
        f"Stopped: {KEPT}",
    ]
    assert not bench.sender.requests
    bench.presenter.retry()
    assert bench.states == [SendState.SENT, SendState.SENT, SendState.FAILED]
    assert "no longer saved" in bench.presenter.rows[2].reason


def test_a_queue_that_cannot_be_written_stops_nothing() -> None:
    bench = TransferBench()
    bench.queue.broken = True
    bench.presenter.send(choices(2), LEE)
    assert bench.states == [SendState.SENT] * 2


def test_an_uncheckable_folder_is_told() -> None:
    bench = TransferBench()
    bench.sender.unchecked = {DocNum(1)}
    bench.presenter.send(choices(1), LEE)
    assert bench.presenter.rows[0].words == "Sent, not checkable, 14:07"


def test_ended_rows_make_room_for_the_next_sending() -> None:
    bench = TransferBench()
    bench.sender.refused = {DocNum(2): "No."}
    bench.presenter.send(choices(2), LEE)
    bench.presenter.send(choices(1), LEE)
    assert bench.states == [SendState.FAILED, SendState.SENT]
    bench.presenter.clear_ended()
    assert bench.presenter.rows == ()
    assert bench.presenter.summary == ""


def test_no_password_in_any_repr() -> None:
    bench = TransferBench(hold=True)
    bench.presenter.send(choices(1), LEE)
    bench.release()
    values = [*bench.presenter.rows, *bench.sender.requests, vars(bench.presenter)]
    assert "secret-of-lee" not in repr(values)


def test_destinations_last_used_first() -> None:
    bench = TransferBench()
    assert [one.name for one in bench.presenter.destinations] == ["Dr Lee", "Lab & Co"]
    bench.settings = replace(bench.settings, last_destination="Lab & Co")
    assert [one.name for one in bench.presenter.destinations] == ["Lab & Co", "Dr Lee"]


def test_a_destination_is_changed_and_removed_with_its_password() -> None:
    bench = TransferBench()
    bench.presenter.places.save(replace(LEE, name="Dr Lee, new"), instead_of="Dr Lee")
    assert {one.name for one in bench.presenter.destinations} == {"Dr Lee, new", "Lab & Co"}
    bench.presenter.places.remove("Dr Lee, new")
    assert [one.name for one in bench.presenter.destinations] == ["Lab & Co"]
    assert not bench.vault.kept


def test_the_connection_can_be_tried() -> None:
    bench = TransferBench(known=False)
    told: list[str] = []
    bench.sender.errors = [HostKeyUnknown(CODE), LoginFailed(), None]
    for _ in range(2):
        bench.presenter.places.test(LEE, "pw", told.append, told.append)
    assert bench.asker.hosts == [("Dr Lee", "lee.example", CODE)]
    assert told[-1] == "Connected. The server and its folder are ready."
    assert LoginFailed.default_text in told
    assert all(not request.items for request in bench.sender.requests)


@pytest.mark.parametrize(
    ("address", "host", "port", "folder"),
    [
        ("sftp://lee.example/in/", "lee.example", 22, "in"),
        ("sftp://lee.example", "lee.example", 22, ""),
        ("lee.example:2222/x.y", "lee.example", 2222, "x.y"),
        ("sftp://lee.example//abs/path", "lee.example", 22, "/abs/path"),
    ],
)
def test_addresses_name_a_folder(address: str, host: str, port: int, folder: str) -> None:
    parsed = address_of(Destination("x", address, "u"))
    assert (parsed.host, parsed.port, parsed.remote_folder) == (host, port, folder)
    assert parsed.file_name is None


def test_an_address_with_a_password_in_it_is_refused() -> None:
    with pytest.raises(InvalidField):
        address_of(Destination("x", "sftp://me:pw@lee.example/", "u"))


@pytest.mark.parametrize(
    ("pasted", "same"),
    [
        (CODE, True),
        (f"  {CODE}=\n", True),
        (CODE.removeprefix("SHA256:"), True),
        (CODE.replace("SHA256", "sha256"), True),
        (CODE.lower(), False),
        (CODE[:-1], False),
        ("", False),
        ("SHA256:", False),
    ],
)
def test_codes_are_compared(pasted: str, same: bool) -> None:
    assert same_code(pasted, CODE) is same


def test_megabytes() -> None:
    assert [megabytes(size) for size in (0, 400_000, 9_940_000, 11_000_000, 1_234_000_000)] == [
        "0.0 MB",
        "0.4 MB",
        "9.9 MB",
        "11 MB",
        "1,234 MB",
    ]
