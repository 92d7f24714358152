"""What every `RemoteFiles` does: one suite over the scripted fake and over a real OpenSSH server."""

import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from odimaging.model.errors import Cancelled, FileInUse, LoginFailed, RemotePathError
from odimaging.model.ports import RemoteConnector, RemoteFiles, RemoteStat, SftpTarget
from odimaging.transfer.host_keys import KnownHosts
from odimaging.transfer.sftp import SftpConnector
from tests.fakes.scripted_remote import ScriptedRemote


@dataclass
class Server:
    """A server to be tested and how to log in to it; ``folder`` is empty and relative to the login folder."""

    connector: RemoteConnector
    target: SftpTarget
    folder: str = field(default_factory=lambda: secrets.token_hex(6))

    @contextmanager
    def files(self) -> Iterator[RemoteFiles]:
        with self.connector.connect(self.target) as files:
            files.make_folders(self.folder)
            yield files

    def path(self, name: str) -> str:
        return f"{self.folder}/{name}"


@pytest.fixture(params=["memory", pytest.param("openssh", marks=pytest.mark.openssh)])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Server:
    if request.param == "memory":
        return Server(ScriptedRemote(), SftpTarget("host", 22, "user", "right"))
    real = request.getfixturevalue("openssh_server")
    hosts = KnownHosts(tmp_path / "known_hosts")
    return Server(SftpConnector(hosts, private_key=real.private_key), real.target())


class StopAt:
    """A progress at which the user stops once so many bytes are reported."""

    def __init__(self, done: int) -> None:
        self._done = done
        self.reports: list[tuple[int, int]] = []

    def report(self, done: int, total: int, text: str = "") -> None:
        self.reports.append((done, total))
        if done >= self._done:
            raise Cancelled


class Follow(StopAt):
    """A progress that only follows."""

    def __init__(self) -> None:
        super().__init__(1 << 62)


def put(files: RemoteFiles, path: str, data: bytes) -> None:
    assert files.put(io.BytesIO(data), len(data), path).checked


def test_what_was_put_is_compared_where_asked_for(server: Server) -> None:
    data = secrets.token_bytes(300_000)
    follow = Follow()
    with server.files() as files:
        path = server.path("a.bin")
        put = files.put(io.BytesIO(data), len(data), path, follow, read_back=True)
        assert put.checked
        assert get(files, path) == data
    assert max(done for done, _ in follow.reports) == len(data)


def get(files: RemoteFiles, path: str) -> bytes:
    target = io.BytesIO()
    assert files.get(path, target) == len(target.getvalue())
    return target.getvalue()


@pytest.mark.parametrize("size", [0, 1, 31_999, 32_000, 32_001, 254_999, 255_000, 1_000_003])
def test_what_is_put_comes_back_byte_for_byte(server: Server, size: int) -> None:
    data = secrets.token_bytes(size)
    with server.files() as files:
        put(files, server.path("a.bin"), data)
        assert get(files, server.path("a.bin")) == data


def test_put_takes_the_source_from_its_start(server: Server) -> None:
    source = io.BytesIO(b"0123456789")
    source.seek(4)
    with server.files() as files:
        files.put(source, 10, server.path("a.bin"))
        assert get(files, server.path("a.bin")) == b"0123456789"


def test_an_existing_file_is_replaced_as_a_whole(server: Server) -> None:
    with server.files() as files:
        put(files, server.path("a.bin"), b"old and longer")
        put(files, server.path("a.bin"), b"new")
        assert get(files, server.path("a.bin")) == b"new"
        assert files.list(server.folder) == ("a.bin",)


@pytest.mark.parametrize(
    "name",
    ["Müller Zoë 7.jpg", "x" * 251 + ".jpg", "日本語.png", "a'b;c&d$(e).txt", "-rf.jpg", "ő" * 120],
)
def test_awkward_names(server: Server, name: str) -> None:
    with server.files() as files:
        put(files, server.path(name), b"data")
        assert files.list(server.folder) == (name,)
        assert files.stat(server.path(name)) == RemoteStat(4, False)
        assert get(files, server.path(name)) == b"data"


def test_folders_are_made_level_by_level_and_may_be_there(server: Server) -> None:
    with server.files() as files:
        files.make_folders(server.path("a/b b/ç"))
        files.make_folders(server.path("a/b b/ç"))
        files.make_folders(server.path("a/b b/d"))
        assert files.list(server.path("a/b b")) == ("d", "ç")
        found = files.stat(server.path("a"))
        assert found is not None
        assert found.is_folder


def test_a_file_in_the_way_of_a_folder_is_said(server: Server) -> None:
    with server.files() as files:
        put(files, server.path("a"), b"file")
        with pytest.raises(RemotePathError):
            files.make_folders(server.path("a/b"))


def test_a_folder_in_the_way_of_a_file_stays_and_nothing_else_is_left(server: Server) -> None:
    with server.files() as files:
        files.make_folders(server.path("a.jpg"))
        with pytest.raises(RemotePathError):
            files.put(io.BytesIO(b"x"), 1, server.path("a.jpg"))
        assert files.list(server.folder) == ("a.jpg",)


def test_what_is_not_there(server: Server) -> None:
    with server.files() as files:
        assert files.stat(server.path("none")) is None
        for call in (files.remove, files.list):
            with pytest.raises(RemotePathError):
                call(server.path("none"))
        with pytest.raises(RemotePathError):
            files.get(server.path("none"), io.BytesIO())
        with pytest.raises(RemotePathError):
            files.put(io.BytesIO(b"x"), 1, server.path("none/a.jpg"))


def test_remove(server: Server) -> None:
    with server.files() as files:
        put(files, server.path("a"), b"x")
        files.remove(server.path("a"))
        assert files.list(server.folder) == ()


def test_progress_ends_with_all_bytes_and_never_goes_back(server: Server) -> None:
    data, up, down = bytes(700_000), Follow(), Follow()
    with server.files() as files:
        files.put(io.BytesIO(data), len(data), server.path("a"), up)
        files.get(server.path("a"), io.BytesIO(), down)
    for reports in (up.reports, down.reports):
        assert reports[-1] == (700_000, 700_000)
        assert reports == sorted(reports)


@pytest.mark.parametrize("done", [1, 700_000])
def test_a_stop_leaves_what_was_there_and_nothing_partial(server: Server, done: int) -> None:
    data = bytes(700_000)
    with server.files() as files:
        put(files, server.path("old"), b"before")
        for name in ("old", "new"):
            with pytest.raises(Cancelled):
                files.put(io.BytesIO(data), len(data), server.path(name), StopAt(done))
        assert files.list(server.folder) == ("old",)
        assert get(files, server.path("old")) == b"before"
        put(files, server.path("new"), b"the connection still works")


@pytest.mark.parametrize("said", [9, 11])
def test_a_source_that_is_not_as_long_as_said_is_not_sent(server: Server, said: int) -> None:
    with server.files() as files:
        with pytest.raises(FileInUse):
            files.put(io.BytesIO(b"0123456789"), said, server.path("a"))
        assert files.list(server.folder) == ()


def test_a_wrong_password_is_refused(server: Server) -> None:
    if server.target.password is None:
        pytest.skip("password login needs sshd started as root")
    wrong = SftpTarget(
        server.target.host,
        server.target.port,
        server.target.username,
        "wrong",
        server.target.host_key,
    )
    with pytest.raises(LoginFailed), server.connector.connect(wrong):
        pytest.fail("logged in")
