"""The two ways of sending, from rows and files to what lies on a real OpenSSH server."""

import logging
from pathlib import Path

import pytest

from odimaging.model.errors import Cancelled, HostKeyUnknown, LoginFailed, RemotePathError
from odimaging.model.ports import SftpTarget
from odimaging.repository.download_sftp import DownloadSftp, DownloadSftpRequest
from odimaging.repository.send import (
    Conflict,
    ItemState,
    Send,
    SendItem,
    SendRequest,
    SendResult,
    SendState,
)
from odimaging.transfer.host_keys import KnownHosts
from odimaging.transfer.session import API_PATIENCE
from odimaging.transfer.sftp import SftpConnector
from tests.fakes.fake_decoder import plain_png, read_png
from tests.servers.openssh import OpenSsh
from tests.unit.repository.sending_office import SendingOffice

pytestmark = pytest.mark.openssh


@pytest.fixture
def office() -> SendingOffice:
    return SendingOffice()


@pytest.fixture
def connector(openssh_server: OpenSsh, tmp_path: Path) -> SftpConnector:
    hosts = KnownHosts(tmp_path / "known_hosts")
    hosts.pin(openssh_server.host, openssh_server.port, openssh_server.host_key)
    return SftpConnector(hosts, private_key=openssh_server.private_key)


class Stop:
    """Stops at the n-th report."""

    def __init__(self, after: int) -> None:
        self._left = after

    def report(self, done: int, total: int, text: str = "") -> None:
        self._left -= 1
        if self._left < 0:
            raise Cancelled


def send(
    office: SendingOffice,
    connector: SftpConnector,
    target: SftpTarget,
    folder: str,
    *items: SendItem,
    stop: Stop | None = None,
) -> SendResult:
    states: list[ItemState] = []
    operation = Send(office.exporter, connector, office.database.unit_of_work)
    return operation(SendRequest(target, folder, items), stop, states.append)


def test_documents_arrive_byte_for_byte_and_a_mount_as_one_picture(
    office: SendingOffice, connector: SftpConnector, openssh_server: OpenSsh, sftp_folder: Path
) -> None:
    contents = {
        "SmithJohn1.jpg": bytes(range(256)) * 9000,
        "Müller Zoë – 日本.pdf": b"%PDF-1.4\n" * 100_000,
        "a'b;$(c).docx": b"PK\x03\x04" + bytes(1_000_000),
        "empty of meaning.txt": b"x",
    }
    mount, (item,) = office.database.add_mount(
        office.patient.pat_num, [(0, 0, 8, 6)], width=8, height=6
    )
    office.place("m.png", plain_png(4, 3, 90, 90, 90), mount_item_num=item.mount_item_num)
    items = [SendItem(name, office.place(name, data)) for name, data in contents.items()]
    items.append(SendItem("mount", mount_num=mount.mount_num))
    folder = f"{sftp_folder.name}/2026/to Dr Lee"
    result = send(office, connector, openssh_server.target(host_key=None), folder, *items)
    assert {outcome.state for outcome in result.outcomes} == {SendState.SENT}
    there = sftp_folder / "2026" / "to Dr Lee"
    arrived = {path.name: path.read_bytes() for path in there.iterdir()}
    composite = arrived.pop(f"Mount{mount.mount_num}.jpg")
    assert arrived == contents
    assert int(read_png(composite)[3, 4, 0]) == 90
    assert len(office.logged()) == 5


def test_names_that_are_taken(
    office: SendingOffice, connector: SftpConnector, openssh_server: OpenSsh, sftp_folder: Path
) -> None:
    for conflict in Conflict:
        (sftp_folder / f"{conflict.name}.png").write_bytes(b"theirs")
    items = [
        SendItem(conflict.name, office.place(f"{conflict.name}.png", b"ours"), conflict=conflict)
        for conflict in Conflict
    ]
    target = openssh_server.target()
    result = send(office, connector, target, sftp_folder.name, *items)
    assert [outcome.state.name for outcome in result.outcomes] == [
        "ALREADY_THERE",
        "SENT",
        "SENT",
        "SKIPPED",
    ]
    assert {path.name: path.read_bytes() for path in sftp_folder.iterdir()} == {
        "ASK.png": b"theirs",
        "KEEP_BOTH.png": b"theirs",
        "KEEP_BOTH (2).png": b"ours",
        "REPLACE.png": b"ours",
        "SKIP.png": b"theirs",
    }


@pytest.mark.parametrize("after", [0, 1, 2, 3, 5, 8, 13, 21, 34])
def test_a_stop_leaves_whole_files_only(
    office: SendingOffice,
    connector: SftpConnector,
    openssh_server: OpenSsh,
    sftp_folder: Path,
    after: int,
) -> None:
    data = bytes(3_000_000)
    items = [SendItem(name, office.place(name, data)) for name in ("a.bin", "b.bin", "c.bin")]
    target, folder = openssh_server.target(), sftp_folder.name
    with pytest.raises(Cancelled):
        send(office, connector, target, folder, *items, stop=Stop(after))
    left = list(sftp_folder.iterdir())
    assert {path.name for path in left} <= {"a.bin", "b.bin", "c.bin"}
    assert all(path.read_bytes() == data for path in left)
    assert len(office.logged()) == len(left)


def test_a_folder_one_may_not_write_in_fails_each_item_with_words(
    office: SendingOffice, connector: SftpConnector, openssh_server: OpenSsh, sftp_folder: Path
) -> None:
    closed = sftp_folder / "closed"
    closed.mkdir(mode=0o555)
    items = [SendItem(name, office.place(name, b"x")) for name in ("a.bin", "b.bin")]
    folder = f"{sftp_folder.name}/closed"
    result = send(office, connector, openssh_server.target(), folder, *items)
    assert [outcome.state for outcome in result.outcomes] == [SendState.FAILED] * 2
    assert all("does not let us save" in outcome.reason for outcome in result.outcomes)
    with pytest.raises(RemotePathError, match="does not let us make"):
        send(office, connector, openssh_server.target(), f"{folder}/sub", *items)


def test_a_first_contact_asks_and_sends_nothing(
    office: SendingOffice, openssh_server: OpenSsh, tmp_path: Path, sftp_folder: Path
) -> None:
    hosts = KnownHosts(tmp_path / "nobody")
    item = SendItem("a", office.place("a.bin", b"x"))
    target = openssh_server.target(host_key=None)
    fresh = SftpConnector(hosts, private_key=openssh_server.private_key)
    with pytest.raises(HostKeyUnknown) as caught:
        send(office, fresh, target, sftp_folder.name, item)
    hosts.pin(target.host, target.port, caught.value.fingerprint)
    result = send(office, fresh, target, sftp_folder.name, item)
    assert result.outcomes[0].state is SendState.SENT


def test_the_documented_download_at_a_real_server(
    office: SendingOffice,
    connector: SftpConnector,
    openssh_server: OpenSsh,
    sftp_folder: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    if openssh_server.password is None:
        pytest.skip("password login needs sshd started as root")
    caplog.set_level(logging.DEBUG)
    logging.getLogger("paramiko").setLevel(logging.WARNING)
    operation = DownloadSftp(office.exporter, connector, office.database.unit_of_work)
    site = f"{openssh_server.host}:{openssh_server.port}/{sftp_folder.name}"
    data = plain_png(4, 3)
    request = DownloadSftpRequest(
        f"{site}/Documents/SmithJohn389.png",
        openssh_server.user,
        openssh_server.password,
        office.place("SmithJohn389.png", data),
    )
    assert operation(request).location == f"{site}/Documents/SmithJohn389.png"
    assert (sftp_folder / "Documents" / "SmithJohn389.png").read_bytes() == data
    absolute = DownloadSftpRequest(
        f"{openssh_server.host}:{openssh_server.port}/{sftp_folder}/",
        openssh_server.user,
        openssh_server.password,
        request.doc_num,
    )
    operation(absolute)
    assert (sftp_folder / "SmithJohn389.png").read_bytes() == data
    wrong = DownloadSftpRequest(f"{site}/", openssh_server.user, "Geheimnis", request.doc_num)
    with pytest.raises(LoginFailed):
        operation(wrong)
    assert not any(
        word in caplog.text for word in ("SmithJohn", "Geheimnis", openssh_server.password)
    )


def test_the_api_waits_eight_seconds_and_tries_once() -> None:
    assert (API_PATIENCE.login_s, API_PATIENCE.before_first_byte) == (8.0, False)
