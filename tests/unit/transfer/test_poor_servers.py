"""Transfers with servers that can little, answer oddly or refuse single steps."""

import io
from dataclasses import dataclass, field
from typing import cast

import paramiko
import pytest

from odimaging.model.errors import (
    RemoteFull,
    RemotePathError,
    StoreError,
    StoreFull,
    StoreUnavailable,
)
from odimaging.transfer.session import Patience, Session
from odimaging.transfer.sftp import SftpFiles
from odimaging.transfer.wire import FSYNC, POSIX_RENAME, STATVFS, Code, Kind, Wire
from tests.fakes.sftp_line import Line, MemorySftp

DATA = bytes(range(256)) * 4


class NoTransport:
    """Stands where the encrypted connection would be."""

    def close(self) -> None:
        """Nothing to end."""


@dataclass
class Site:
    server: MemorySftp = field(default_factory=MemorySftp)
    offers: tuple[str, ...] = (FSYNC, POSIX_RENAME, STATVFS)
    dials: int = 0

    def files(self) -> SftpFiles:
        return SftpFiles(self._dial, Patience(), lambda _seconds: None)

    def _dial(self) -> Session:
        self.dials += 1
        wire = Wire(Line(self.server, self.offers, piece=99))
        return Session(cast(paramiko.Transport, NoTransport()), wire, 100)

    def put(self, data: bytes = DATA, *, read_back: bool = False) -> bool:
        source = io.BytesIO(data)
        return self.files().put(source, len(data), "a.bin", read_back=read_back).checked


@pytest.fixture
def site() -> Site:
    return Site()


def test_short_answers_are_asked_for_again(site: Site) -> None:
    site.server.longest_read = 7
    site.server.files["a.bin"] = bytearray(DATA)
    target = io.BytesIO()
    assert site.files().get("a.bin", target) == len(DATA)
    assert target.getvalue() == DATA


def test_a_file_that_ends_early_is_not_taken(site: Site) -> None:
    site.server.files["a.bin"] = bytearray(DATA)
    site.server.refuse[Kind.READ] = [Code.OK, Code.OK, Code.EOF]
    with pytest.raises(RemotePathError, match="changed on the server"):
        site.files().get("a.bin", io.BytesIO())


def test_a_flush_the_server_only_pretends_to_know_is_done_without(site: Site) -> None:
    site.server.refuse[FSYNC] = [Code.OP_UNSUPPORTED]
    assert site.put()
    assert site.server.files == {"a.bin": DATA}


@pytest.mark.parametrize("step", [FSYNC, Kind.CLOSE, Kind.WRITE])
def test_bytes_that_may_not_be_stored_are_not_sent(site: Site, step: int | str) -> None:
    site.server.files["a.bin"] = bytearray(b"old")
    site.server.refuse[step] = [Code.FAILURE]
    with pytest.raises(RemotePathError, match="did not store"):
        site.put()
    assert site.server.files == {"a.bin": b"old"}
    assert site.dials == 1


@pytest.mark.parametrize("code", [Code.NO_SPACE, Code.QUOTA_EXCEEDED])
def test_servers_that_name_a_full_disk(site: Site, code: Code) -> None:
    site.server.refuse[Kind.WRITE] = [Code.OK, code]
    with pytest.raises(RemoteFull):
        site.put()
    assert site.server.files == {}


def test_a_plain_failure_is_a_full_disk_if_there_is_no_room(site: Site) -> None:
    site.server.free_bytes = 10
    site.server.refuse[Kind.WRITE] = [Code.FAILURE]
    with pytest.raises(RemoteFull):
        site.put()
    site.server.refuse = {Kind.WRITE: [Code.FAILURE], STATVFS: [Code.FAILURE]}
    with pytest.raises(RemotePathError):
        site.put()


def test_content_that_differs_is_found_only_by_reading_it_back(site: Site) -> None:
    class Rotting(MemorySftp):
        def __call__(self, kind: int, number: int, body: bytes) -> bytes:
            if kind == Kind.STAT:
                for name, data in self.files.items():
                    if name.startswith(".a.bin."):
                        data[0] ^= 1
            return super().__call__(kind, number, body)

    site.server = Rotting()
    assert site.put()
    site.server.files.clear()
    with pytest.raises(RemotePathError, match="did not arrive whole"):
        site.put(read_back=True)
    assert site.server.files == {}


def test_what_is_read_back_and_the_same_is_sent(site: Site) -> None:
    assert site.put(read_back=True)
    assert site.server.files == {"a.bin": DATA}


def test_what_cannot_be_read_back_is_not_checked(site: Site) -> None:
    site.server.refuse[Kind.OPEN] = [Code.OK, Code.PERMISSION_DENIED]
    assert not site.put(read_back=True)
    assert site.server.files == {"a.bin": DATA}


def test_a_size_that_differs_is_not_a_sent_file(site: Site) -> None:
    class Losing(MemorySftp):
        def __call__(self, kind: int, number: int, body: bytes) -> bytes:
            if kind == Kind.STAT:
                for name, data in self.files.items():
                    if name.startswith(".a.bin."):
                        del data[-1:]
            return super().__call__(kind, number, body)

    site.server = Losing()
    with pytest.raises(RemotePathError, match="did not arrive whole"):
        site.put()
    assert site.server.files == {}


@pytest.mark.parametrize("there", [True, False])
def test_without_posix_rename_the_old_file_is_put_aside(site: Site, there: bool) -> None:
    site.offers = ()
    if there:
        site.server.files["a.bin"] = bytearray(b"old")
    assert site.put()
    assert site.server.files == {"a.bin": DATA}


def test_without_posix_rename_the_old_file_comes_back_if_the_new_one_cannot_take_its_place(
    site: Site,
) -> None:
    site.offers = ()
    site.server.files["a.bin"] = bytearray(b"old")
    site.server.refuse[Kind.RENAME] = [Code.FAILURE, Code.OK, Code.PERMISSION_DENIED, Code.OK]
    with pytest.raises(RemotePathError, match="final name"):
        site.put()
    assert site.server.files == {"a.bin": b"old"}


def test_a_rename_that_is_refused_leaves_nothing(site: Site) -> None:
    site.offers = ()
    site.server.refuse[Kind.RENAME] = [Code.PERMISSION_DENIED]
    with pytest.raises(RemotePathError, match="does not let us give"):
        site.put()
    assert site.server.files == {}


@pytest.mark.parametrize("code", [Code.PERMISSION_DENIED, Code.NO_SUCH_FILE, Code.OP_UNSUPPORTED])
def test_a_server_that_hides_what_it_has_is_not_checkable(site: Site, code: Code) -> None:
    site.server.refuse[Kind.STAT] = [code]
    assert site.put() is False
    assert site.server.files == {"a.bin": DATA}


class Broken(io.BytesIO):
    """A local file whose disk fails at the named call."""

    def __init__(self, data: bytes, call: str) -> None:
        super().__init__(data)
        self._call = call

    def _step(self, call: str) -> None:
        if call == self._call:
            raise OSError(5, "secret/path")

    def read(self, size: int | None = -1, /) -> bytes:
        self._step("read")
        return super().read(size)

    def write(self, data: object, /) -> int:
        self._step("write")
        return super().write(data)  # type: ignore[arg-type]  # a buffer

    def seek(self, position: int, whence: int = 0, /) -> int:
        self._step("seek")
        return super().seek(position, whence)


@pytest.mark.parametrize("call", ["read", "seek"])
def test_a_local_disk_that_fails_while_sending_is_not_the_servers_fault(
    site: Site, call: str
) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        site.files().put(Broken(DATA, call), len(DATA), "a.bin")
    assert "secret" not in caught.value.detail
    assert (site.server.files, site.dials) == ({}, 1)


@pytest.mark.parametrize(("call", "error"), [("write", StoreFull), ("seek", StoreUnavailable)])
def test_a_local_disk_that_fails_while_fetching(
    site: Site, call: str, error: type[StoreError]
) -> None:
    site.server.files["a.bin"] = bytearray(DATA)
    with pytest.raises(error):
        site.files().get("a.bin", Broken(b"", call))
    assert site.dials == 1
