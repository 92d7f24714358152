"""What a bad line, a full disk, a closed folder or a poor server does to a transfer (fault matrix rows 6, 15 to 19)."""

import hashlib
import io
import os
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from odimaging import failpoints
from odimaging.model.errors import (
    Cancelled,
    ConnectFailed,
    FileInUse,
    RemoteFull,
    RemotePathError,
    TimedOut,
)
from odimaging.model.ports import Progress, RemoteFiles, SftpTarget
from odimaging.transfer.host_keys import KnownHosts
from odimaging.transfer.session import Patience
from odimaging.transfer.sftp import SftpConnector
from tests.servers.openssh import OpenSsh, needs_openssh, openssh
from tests.servers.proxy import proxy

pytestmark = pytest.mark.openssh
MIB = 1 << 20
NO_WAIT = Patience(waits_s=(0.0,) * 5)


@pytest.fixture
def hosts(tmp_path: Path) -> KnownHosts:
    return KnownHosts(tmp_path / "known_hosts")


@pytest.fixture
def as_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk or own files of others")


class Watch:
    """A progress: calls ``act`` whenever so many further bytes are reported."""

    def __init__(self, act: Callable[[int], None], every: int = 1) -> None:
        self._act = act
        self._every = every
        self._next = every
        self.texts: list[str] = []

    def report(self, done: int, total: int, text: str = "") -> None:
        self.texts.append(text)
        if done >= self._next:
            self._next = done + self._every
            self._act(done)


def parts(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def send(files: RemoteFiles, folder: Path, data: bytes, progress: Progress | None = None) -> bool:
    return files.put(io.BytesIO(data), len(data), f"{folder.name}/a.bin", progress).checked


def test_a_line_cut_twenty_times_brings_every_byte(
    openssh_server: OpenSsh, hosts: KnownHosts, sftp_folder: Path
) -> None:
    # A cut loses up to the 2 MiB OpenSSH lets be under way, and 1 MiB is sent again: each try must carry more.
    data = secrets.token_bytes(112 * MIB)
    cuts = [5 * MIB + 7919 * number for number in range(20)]
    with proxy(openssh_server.port, cuts) as line:
        connector = SftpConnector(hosts, NO_WAIT, openssh_server.private_key)
        with connector.connect(openssh_server.target(port=line.port)) as files:
            assert send(files, sftp_folder, data)
        assert line.connections == 21
    arrived = (sftp_folder / "a.bin").read_bytes()
    assert hashlib.sha256(arrived).digest() == hashlib.sha256(data).digest()
    assert parts(sftp_folder) == []


def test_fetching_over_a_line_cut_twenty_times(
    openssh_server: OpenSsh, hosts: KnownHosts, sftp_folder: Path
) -> None:
    data = secrets.token_bytes(60 * MIB)
    (sftp_folder / "a.bin").write_bytes(data)
    target = io.BytesIO()
    with proxy(openssh_server.port, [4 * MIB] * 20) as line:
        connector = SftpConnector(hosts, NO_WAIT, openssh_server.private_key)
        with connector.connect(openssh_server.target(port=line.port)) as files:
            assert files.get(f"{sftp_folder.name}/a.bin", target) == len(data)
        assert line.connections > 10
    assert target.getvalue() == data


def test_what_a_resumed_file_holds_is_read_back(
    openssh_server: OpenSsh, hosts: KnownHosts, sftp_folder: Path
) -> None:
    """Bytes that rot on the server between two tries must not become a sent file."""

    def spoil() -> None:
        (part,) = sftp_folder.glob(".*.part")
        with part.open("r+b") as file:
            file.write(b"rotten")

    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        spoil()

    data = secrets.token_bytes(8 * MIB)
    with proxy(openssh_server.port, [4 * MIB]) as line:
        patience = Patience(waits_s=(0.1,))
        connector = SftpConnector(hosts, patience, openssh_server.private_key, wait)
        target = openssh_server.target(port=line.port)
        damaged = pytest.raises(RemotePathError, match="did not arrive whole")
        with connector.connect(target) as files, damaged:
            send(files, sftp_folder, data)
    assert waits == [0.1]
    assert list(sftp_folder.iterdir()) == []


def test_without_progress_it_gives_up_after_the_waits(
    openssh_server: OpenSsh, hosts: KnownHosts, sftp_folder: Path
) -> None:
    waits: list[float] = []
    (sftp_folder / "a.bin").write_bytes(b"old")
    with proxy(openssh_server.port) as line:

        def cut(_: int) -> None:
            line.accepting = False
            line.cut_now()

        connector = SftpConnector(hosts, Patience(), openssh_server.private_key, waits.append)
        watch = Watch(cut, MIB)
        with (
            connector.connect(openssh_server.target(port=line.port)) as files,
            pytest.raises(ConnectFailed),
        ):
            send(files, sftp_folder, bytes(80 * MIB), watch)
        # The try that was cut had moved enough: it does not count.
        assert sum(waits) == 31
        assert line.connections == 6
    assert any("Trying again" in text for text in watch.texts)
    assert (sftp_folder / "a.bin").read_bytes() == b"old"


def test_the_first_connection_is_tried_once(hosts: KnownHosts, openssh_server: OpenSsh) -> None:
    waits: list[float] = []
    with proxy(openssh_server.port) as line:
        line.accepting = False
        connector = SftpConnector(hosts, Patience(), openssh_server.private_key, waits.append)
        target = openssh_server.target(port=line.port)
        with pytest.raises(ConnectFailed), connector.connect(target):
            pytest.fail("connected")
        assert (waits, line.connections) == ([], 1)


def test_the_api_does_not_try_again_before_the_first_byte(
    hosts: KnownHosts, openssh_server: OpenSsh, sftp_folder: Path
) -> None:
    waits: list[float] = []
    with proxy(openssh_server.port) as line:
        patience = Patience(before_first_byte=False)
        connector = SftpConnector(hosts, patience, openssh_server.private_key, waits.append)
        with connector.connect(openssh_server.target(port=line.port)) as files:
            line.cut_now()
            with pytest.raises(ConnectFailed):
                send(files, sftp_folder, b"data")
        assert (waits, line.connections) == ([], 1)


def test_a_silent_line_ends_in_time(
    openssh_server: OpenSsh, hosts: KnownHosts, sftp_folder: Path
) -> None:
    patience = Patience(login_s=0.5, idle_s=0.5, waits_s=(0.0,))
    with proxy(openssh_server.port) as line:
        connector = SftpConnector(hosts, patience, openssh_server.private_key)
        with connector.connect(openssh_server.target(port=line.port)) as files:
            send(files, sftp_folder, b"before")
            began = time.monotonic()
            with pytest.raises(TimedOut):
                send(files, sftp_folder, bytes(80 * MIB), Watch(lambda _: line.fall_silent(), MIB))
            assert time.monotonic() - began < 10
    assert (sftp_folder / "a.bin").read_bytes() == b"before"


def test_a_pause_of_the_line_is_waited_for(
    openssh_server: OpenSsh, hosts: KnownHosts, sftp_folder: Path
) -> None:
    patience = Patience(login_s=5, idle_s=0.4, waits_s=(0.25,))
    data = secrets.token_bytes(20 * MIB)
    with proxy(openssh_server.port) as line:
        target = openssh_server.target(port=line.port)

        def mended(_: float) -> None:
            line.speak()

        connector = SftpConnector(hosts, patience, openssh_server.private_key, mended)
        with connector.connect(target) as files:
            send(files, sftp_folder, data, Watch(lambda _: line.fall_silent(), 15 * MIB))
    assert (sftp_folder / "a.bin").read_bytes() == data


def test_a_stop_is_heard_while_waiting_to_try_again(
    openssh_server: OpenSsh, hosts: KnownHosts, sftp_folder: Path
) -> None:
    class StopWhenWaiting:
        def report(self, done: int, total: int, text: str = "") -> None:
            if "Trying again" in text:
                raise Cancelled
            if done:
                line.cut_now()

    with proxy(openssh_server.port) as line:
        connector = SftpConnector(hosts, Patience(), openssh_server.private_key)
        with (
            connector.connect(openssh_server.target(port=line.port)) as files,
            pytest.raises(Cancelled),
        ):
            send(files, sftp_folder, bytes(80 * MIB), StopWhenWaiting())
    assert not (sftp_folder / "a.bin").exists()


@pytest.mark.usefixtures("as_root")
def test_a_full_disk_there_is_named_and_leaves_nothing(
    openssh_server: OpenSsh, hosts: KnownHosts, sftp_folder: Path
) -> None:
    command = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=777", "tmpfs", str(sftp_folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        with SftpConnector(hosts).connect(openssh_server.target()) as files:
            files.put(io.BytesIO(b"old"), 3, f"{sftp_folder.name}/a.bin")
            with pytest.raises(RemoteFull):
                send(files, sftp_folder, bytes(6 * MIB))
            assert files.list(sftp_folder.name) == ("a.bin",)
            assert send(files, sftp_folder, bytes(1 * MIB))
    finally:
        subprocess.run(["umount", str(sftp_folder)], check=True)


@pytest.fixture
def closed_folder(sftp_folder: Path) -> Iterator[Path]:
    """A folder on the server in which the login may only read."""
    closed = sftp_folder / "closed"
    closed.mkdir()
    (closed / "there.bin").write_bytes(b"there")
    (closed / "secret.bin").write_bytes(b"secret")
    (closed / "secret.bin").chmod(0)
    closed.chmod(0o555)
    yield closed
    closed.chmod(0o755)


@pytest.mark.usefixtures("closed_folder")
def test_a_folder_one_may_not_write_in(
    openssh_server: OpenSsh, hosts: KnownHosts, sftp_folder: Path
) -> None:
    closed = f"{sftp_folder.name}/closed"
    connector = SftpConnector(hosts, private_key=openssh_server.private_key)
    calls: list[Callable[[RemoteFiles], object]] = [
        lambda files: files.put(io.BytesIO(b"x"), 1, f"{closed}/new.bin"),
        lambda files: files.put(io.BytesIO(b"x"), 1, f"{closed}/there.bin"),
        lambda files: files.make_folders(f"{closed}/sub/deeper"),
        lambda files: files.remove(f"{closed}/there.bin"),
        lambda files: files.get(f"{closed}/secret.bin", io.BytesIO()),
    ]
    with connector.connect(openssh_server.target()) as files:
        for call in calls:
            with pytest.raises(RemotePathError, match="does not let us") as caught:
                call(files)
            assert "closed" not in caught.value.user_text + caught.value.detail
        assert files.list(closed) == ("secret.bin", "there.bin")


def test_a_source_that_grows_is_not_sent(
    openssh_server: OpenSsh, hosts: KnownHosts, sftp_folder: Path, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.write_bytes(bytes(4 * MIB))

    def grow(_: int) -> None:
        with source.open("ab") as more:
            more.write(b"more")

    connector = SftpConnector(hosts, private_key=openssh_server.private_key)
    changed = pytest.raises(FileInUse, match="changed while it was being sent")
    with connector.connect(openssh_server.target()) as files, source.open("rb") as file, changed:
        files.put(file, 4 * MIB, f"{sftp_folder.name}/a.bin", Watch(grow))
    assert list(sftp_folder.iterdir()) == []


def test_a_file_that_grows_on_the_server_is_not_taken(
    openssh_server: OpenSsh, hosts: KnownHosts, sftp_folder: Path
) -> None:
    remote = sftp_folder / "a.bin"
    remote.write_bytes(bytes(12 * MIB))

    def grow(_: int) -> None:
        with remote.open("ab") as more:
            more.write(b"more")

    connector = SftpConnector(hosts, private_key=openssh_server.private_key)
    with (
        connector.connect(openssh_server.target()) as files,
        pytest.raises(RemotePathError, match="changed on the server"),
    ):
        files.get(f"{sftp_folder.name}/a.bin", io.BytesIO(), Watch(grow))


def test_old_parts_are_swept_by_the_servers_clock(
    openssh_server: OpenSsh, hosts: KnownHosts, sftp_folder: Path
) -> None:
    ours, fresh = ".x.jpg." + "0" * 32 + ".part", ".y.jpg." + "1" * 32 + ".part"
    foreign = ".z.part"
    for name in (ours, fresh, foreign):
        (sftp_folder / name).write_bytes(b"x")
    old = time.time() - 25 * 3600
    os.utime(sftp_folder / ours, (old, old))
    os.utime(sftp_folder / foreign, (old, old))
    connector = SftpConnector(hosts, private_key=openssh_server.private_key)
    with connector.connect(openssh_server.target()) as files:
        send(files, sftp_folder, b"data")
    assert sorted(parts(sftp_folder)) == sorted([fresh, foreign])


@pytest.mark.parametrize(
    ("refused", "checked"),
    [
        (("posix-rename",), True),
        (("fsync",), True),
        (("posix-rename", "fsync", "limits", "statvfs"), True),
        (("stat", "lstat", "fstat"), False),
        (("stat", "lstat", "opendir", "readdir", "posix-rename"), False),
    ],
)
def test_servers_that_can_less(hosts: KnownHosts, refused: tuple[str, ...], checked: bool) -> None:
    needs_openssh()
    with openssh(denied=refused) as server:
        (server.folder / "a.bin").write_bytes(b"old")
        (server.folder / "a.bin").chmod(0o666)
        connector = SftpConnector(hosts, private_key=server.private_key)
        with connector.connect(server.target()) as files:
            for data in (b"new", b"newer", bytes(MIB)):
                if "stat" in refused and "posix-rename" in refused:
                    files.remove("a.bin")
                put = files.put(io.BytesIO(data), len(data), "a.bin")
                assert put.checked is checked
                assert (server.folder / "a.bin").read_bytes() == data
        assert [path.name for path in server.folder.iterdir()] == ["a.bin"]


class Killed(BaseException):
    """The program ends here."""


@pytest.mark.parametrize(
    "step", ["send.part_opened", "send.part_written", "send.checked", "send.renamed"]
)
def test_a_stop_at_each_step_leaves_the_old_file_or_the_new_one(
    openssh_server: OpenSsh, hosts: KnownHosts, sftp_folder: Path, step: str
) -> None:
    assert step in failpoints.FAILPOINTS

    def kill(name: str) -> None:
        if name == step:
            raise Killed

    (sftp_folder / "a.bin").write_bytes(b"old")
    connector = SftpConnector(hosts, private_key=openssh_server.private_key)
    failpoints.arm(kill)
    try:
        with pytest.raises(Killed), connector.connect(openssh_server.target()) as files:
            send(files, sftp_folder, b"new")
    finally:
        failpoints.arm(None)
    expected = b"new" if step == "send.renamed" else b"old"
    assert (sftp_folder / "a.bin").read_bytes() == expected
    with connector.connect(openssh_server.target()) as files:
        assert send(files, sftp_folder, b"again")


def test_the_log_names_nothing(
    openssh_server: OpenSsh, hosts: KnownHosts, sftp_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "odimaging")
    connector = SftpConnector(hosts, private_key=openssh_server.private_key)
    with connector.connect(openssh_server.target()) as files:
        files.put(io.BytesIO(b"x"), 1, f"{sftp_folder.name}/Xylophonsky.jpg")
    wrong = SftpTarget(openssh_server.host, openssh_server.port, "u", "Geheimnis", None)
    with pytest.raises(Exception, match="not known"), connector.connect(wrong):
        pytest.fail("connected")
    assert not any(word in caplog.text for word in ("Xylophonsky", "Geheimnis"))
