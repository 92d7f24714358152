from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from odimaging import failpoints
from odimaging.model.errors import (
    Cancelled,
    ConnectFailed,
    HostKeyUnknown,
    LoginFailed,
    OdImagingError,
    RemoteFull,
    RemotePathError,
    TimedOut,
)
from odimaging.model.ids import DocNum, MountNum
from odimaging.repository.send import (
    Conflict,
    ItemState,
    Send,
    SendItem,
    SendRequest,
    SendResult,
    SendState,
)
from tests.fakes.fake_decoder import plain_png
from tests.fakes.memory_unit_of_work import CommitFailure
from tests.unit.repository.sending_office import TARGET, SendingOffice

PICTURE = plain_png(4, 3)


@dataclass
class Told:
    """What the window was told: states by item, and the whole."""

    states: list[ItemState] = field(default_factory=list)
    reports: list[tuple[int, int, str]] = field(default_factory=list)
    act: Callable[[ItemState], None] = lambda _state: None
    stop_after: int = 1 << 62

    def on_item(self, state: ItemState) -> None:
        self.states.append(state)
        self.act(state)

    def report(self, done: int, total: int, text: str = "") -> None:
        self.reports.append((done, total, text))
        if len(self.reports) > self.stop_after:
            raise Cancelled

    def words(self, key: str) -> list[str]:
        """Each state of an item once, in order."""
        words = [one.state.value for one in self.states if one.key == key]
        return [word for number, word in enumerate(words) if words[number - 1 : number] != [word]]


def send(
    office: SendingOffice, told: Told, *items: SendItem, folder: str = "in/2026"
) -> SendResult:
    operation = Send(office.exporter, office.remote, office.database.unit_of_work)
    return operation(SendRequest(TARGET, folder, items), told, told.on_item)


def documents(
    office: SendingOffice, *names: str, conflict: Conflict = Conflict.ASK
) -> list[SendItem]:
    return [
        SendItem(name, office.place(name, PICTURE + name.encode()), conflict=conflict)
        for name in names
    ]


def states(result: SendResult) -> list[SendState]:
    return [outcome.state for outcome in result.outcomes]


@pytest.fixture
def office() -> SendingOffice:
    return SendingOffice()


@pytest.fixture
def told() -> Told:
    return Told()


def test_items_go_over_one_connection_and_pass_their_states(
    office: SendingOffice, told: Told
) -> None:
    mount, _ = office.database.add_mount(office.patient.pat_num, width=8, height=6)
    items = [*documents(office, "a.png", "b.pdf"), SendItem("m", mount_num=mount.mount_num)]
    result = send(office, told, *items)
    assert states(result) == [SendState.SENT] * 3
    assert [outcome.key for outcome in result.outcomes] == ["a.png", "b.pdf", "m"]
    for item in items:
        assert told.words(item.key) == ["Waiting", "Sending", "Checking", "Sent"]
    assert office.remote.content("in/2026/a.png") == PICTURE + b"a.png"
    assert office.remote.content("in/2026/b.pdf") == PICTURE + b"b.pdf"
    assert f"in/2026/Mount{mount.mount_num}.jpg".endswith(result.outcomes[2].remote_name)
    assert (office.remote.logins, office.remote.open_connections) == (1, 0)


def test_all_wait_before_anything_is_sent(office: SendingOffice, told: Told) -> None:
    send(office, told, *documents(office, "a.png", "b.png"))
    assert [state.state for state in told.states[:2]] == [SendState.WAITING] * 2


def test_the_whole_grows_to_its_end(office: SendingOffice, told: Told) -> None:
    send(office, told, *documents(office, "a.png", "b.png", "c.png"))
    done = [one[0] for one in told.reports]
    assert done == sorted(done)
    assert told.reports[-1][0] == told.reports[-1][1] == 3 * (len(PICTURE) + 5)
    assert {one[2] for one in told.reports} == {"1 of 3", "2 of 3", "3 of 3"}


def test_the_login_folder_itself_may_be_meant(office: SendingOffice, told: Told) -> None:
    send(office, told, *documents(office, "a.png"), folder="")
    assert office.remote.content("a.png") == PICTURE + b"a.png"
    assert ("make_folders", "") not in office.remote.calls


def test_an_absolute_folder(office: SendingOffice, told: Told) -> None:
    send(office, told, *documents(office, "a.png"), folder="/srv/in/")
    assert list(office.remote.files) == ["/srv/in/a.png"]


def test_a_write_only_server_is_said(office: SendingOffice, told: Told) -> None:
    office.remote.hides = True
    result = send(office, told, *documents(office, "a.png"))
    assert states(result) == [SendState.SENT_UNCHECKED]
    assert told.words("a.png")[-1] == "Sent, not checkable"


@pytest.mark.parametrize(
    ("conflict", "state", "names", "content"),
    [
        (Conflict.ASK, SendState.ALREADY_THERE, ["a.png"], b"theirs"),
        (Conflict.SKIP, SendState.SKIPPED, ["a.png"], b"theirs"),
        (Conflict.REPLACE, SendState.SENT, ["a.png"], PICTURE + b"a.png"),
        (Conflict.KEEP_BOTH, SendState.SENT, ["a (2).png", "a.png"], b"theirs"),
    ],
)
def test_what_is_already_there(
    office: SendingOffice,
    told: Told,
    conflict: Conflict,
    state: SendState,
    names: list[str],
    content: bytes,
) -> None:
    office.remote.files["/home/user/in/2026/a.png"] = b"theirs"
    result = send(office, told, *documents(office, "a.png", conflict=conflict))
    assert states(result) == [state]
    assert sorted(name.rpartition("/")[2] for name in office.remote.files) == names
    assert office.remote.content("in/2026/a.png") == content
    if conflict is Conflict.KEEP_BOTH:
        assert result.outcomes[0].remote_name == "a (2).png"
        assert office.remote.content("in/2026/a (2).png") == PICTURE + b"a.png"


@pytest.mark.parametrize(("read_back", "state"), [(False, "Sent"), (True, "Failed")])
def test_content_is_compared_where_asked_for(
    office: SendingOffice, told: Told, read_back: bool, state: str
) -> None:
    office.remote.rots = True
    operation = Send(office.exporter, office.remote, office.database.unit_of_work)
    request = SendRequest(TARGET, "in", tuple(documents(office, "a.png")), read_back)
    (outcome,) = operation(request, told, told.on_item).outcomes
    assert outcome.state.value == state
    assert len(office.remote.files) == (0 if read_back else 1)


def test_a_third_name_is_found(office: SendingOffice, told: Told) -> None:
    for name in ("a.png", "a (2).png"):
        office.remote.files[f"/home/user/in/2026/{name}"] = b"theirs"
    result = send(office, told, *documents(office, "a.png", conflict=Conflict.KEEP_BOTH))
    assert result.outcomes[0].remote_name == "a (3).png"


@pytest.mark.parametrize("conflict", list(Conflict))
def test_two_items_of_one_name_never_replace_each_other(
    office: SendingOffice, told: Told, conflict: Conflict
) -> None:
    first = office.place("a.png", PICTURE)
    other = office.database.add_document(
        office.database.add_patient("Jones", image_folder="Jones2").pat_num, "a.png"
    )
    office.store.put_live("Jones2", "a.png", b"other")
    items = [
        SendItem("1", first, conflict=conflict),
        SendItem("2", other.doc_num, conflict=conflict),
    ]
    result = send(office, told, *items)
    assert states(result) == [SendState.SENT] * 2
    assert office.remote.content("in/2026/a.png") == PICTURE
    assert office.remote.content("in/2026/a (2).png") == b"other"


def test_one_failure_does_not_stop_the_rest(office: SendingOffice, told: Told) -> None:
    items = documents(office, "a.png", "b.png", "c.png", "d.png")
    lost = office.database.add_document(office.patient.pat_num, "lost.png")
    items[1:1] = [SendItem("gone", DocNum(999)), SendItem("lost", lost.doc_num), SendItem("none")]
    office.remote.raise_at("put", RemoteFull())
    result = send(office, told, *items)
    assert [state.name for state in states(result)] == ["FAILED"] * 4 + ["SENT"] * 3
    reasons = [outcome.reason for outcome in result.outcomes]
    assert reasons[:3] == [
        "The server has no room left.",
        "Document not found",
        "The file of this image is missing.",
    ]
    assert reasons[3]
    assert reasons[4:] == ["", "", ""]


@pytest.mark.parametrize("error", [ConnectFailed(), TimedOut(), LoginFailed()])
def test_a_dead_connection_ends_the_rest_at_once(
    office: SendingOffice, told: Told, error: OdImagingError
) -> None:
    items = documents(office, "a.png", "b.png", "c.png")
    office.remote.raise_at("stat", RemotePathError("odd"), error)
    result = send(office, told, *items)
    assert states(result) == [SendState.FAILED] * 3
    assert [outcome.reason for outcome in result.outcomes[1:]] == [error.user_text] * 2
    assert [call for call, _ in office.remote.calls].count("stat") == 2


@pytest.mark.parametrize("error", [HostKeyUnknown("SHA256:x"), LoginFailed(), ConnectFailed()])
def test_no_connection_is_an_error_of_the_whole(
    office: SendingOffice, told: Told, error: OdImagingError
) -> None:
    office.remote.raise_at("connect", error)
    with pytest.raises(type(error)):
        send(office, told, *documents(office, "a.png"))
    assert told.words("a.png") == ["Waiting"]


def test_a_folder_that_cannot_be_made_is_an_error_of_the_whole(
    office: SendingOffice, told: Told
) -> None:
    office.remote.raise_at("make_folders", RemotePathError("no"))
    with pytest.raises(RemotePathError):
        send(office, told, *documents(office, "a.png"))


def test_nobody_has_to_follow(office: SendingOffice) -> None:
    operation = Send(office.exporter, office.remote, office.database.unit_of_work)
    result = operation(SendRequest(TARGET, "in", tuple(documents(office, "a.png"))))
    assert states(result) == [SendState.SENT]


def test_nothing_to_send_tries_the_connection(office: SendingOffice, told: Told) -> None:
    assert send(office, told).outcomes == ()
    assert office.remote.logins == 1


def reports_of_a_whole_run() -> int:
    counted = Told()
    office = SendingOffice()
    send(office, counted, *documents(office, "a.png", "b.png"))
    return len(counted.reports)


def test_a_stop_at_any_report_leaves_whole_files_only() -> None:
    count = reports_of_a_whole_run()
    assert count > 20
    for after in range(count):
        office, told = SendingOffice(), Told(stop_after=after)
        items = documents(office, "a.png", "b.png")
        with pytest.raises(Cancelled):
            send(office, told, *items)
        for path, data in office.remote.files.items():
            assert data == PICTURE + path.rpartition("/")[2].encode()
        last = {state.key: state.state for state in told.states}
        sent = sum(state is SendState.SENT for state in last.values())
        assert set(last.values()) <= {SendState.SENT, SendState.STOPPED}
        assert len(office.logged()) == sent == len(office.remote.files)
        assert office.remote.open_connections == 0


def test_each_sent_item_is_in_the_audit_log(office: SendingOffice, told: Told) -> None:
    office.remote.raise_at("put", RemoteFull())
    send(office, told, *documents(office, "a.png", "b.png"), folder="/srv/in")
    assert office.logged() == [
        "Document Exported: b.png with category X-rays to sftp://sftp.lee.example:22//srv/in"
    ]
    assert office.database.log[0].log_source == 0


def test_an_audit_entry_that_could_not_be_made_is_said(office: SendingOffice, told: Told) -> None:
    items = documents(office, "a.png", "b.png")
    office.database.fail_on_commit += [CommitFailure.NOTHING_ARRIVED, CommitFailure.NONE]
    result = send(office, told, *items)
    assert states(result) == [SendState.SENT] * 2
    assert "audit log" in result.outcomes[0].reason
    assert result.outcomes[1].reason == ""


def test_what_materialised_on_the_way_is_told(office: SendingOffice, told: Told) -> None:
    document = office.database.add_document(
        office.patient.pat_num, "x", note="_rawBase64_:.pdf_JVBERi0xLjQK"
    )
    result = send(office, told, SendItem("1", document.doc_num))
    assert states(result) == [SendState.SENT]
    assert document.doc_num in result.changes.documents
    assert office.remote.content(f"in/2026/SmithJohn{document.doc_num}.pdf") == b"%PDF-1.4\n"


def test_a_retry_is_told_in_words(office: SendingOffice, told: Told) -> None:
    office.remote.says = "Connection lost. Trying again in 2 s"
    send(office, told, *documents(office, "a.png"))
    assert office.remote.says in {state.reason for state in told.states}
    assert office.remote.says in {text for _, _, text in told.reports}
    assert told.states[-1].reason == ""


@pytest.mark.parametrize("step", ["send.prepared", "send.logged"])
def test_the_steps_are_passed(office: SendingOffice, told: Told, step: str) -> None:
    passed: list[str] = []
    failpoints.arm(passed.append)
    try:
        send(office, told, *documents(office, "a.png"))
    finally:
        failpoints.arm(None)
    assert passed.count(step) == 1
    assert step in failpoints.FAILPOINTS


def test_states_show_no_name(office: SendingOffice, told: Told) -> None:
    item = documents(office, "SmithJohn7.png")[0]
    send(office, told, SendItem("k", item.doc_num, MountNum(0)))
    assert "Smith" not in repr(told.states)
