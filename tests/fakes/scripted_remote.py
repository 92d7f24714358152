"""An SFTP server in memory: the `RemoteConnector` and `RemoteFiles` ports, with the failures a test asks for.

`tests.contract.test_remote_files` runs one suite over this and over OpenSSH.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from odimaging.model.errors import (
    FileInUse,
    HostKeyChanged,
    HostKeyUnknown,
    LoginFailed,
    OdImagingError,
    RemotePathError,
)
from odimaging.model.ports import Progress, PutResult, RemoteStat, SftpTarget

LOGIN_FOLDER = "/home/user"
FINGERPRINT = "SHA256:" + "a" * 43
PIECE = 4


class ScriptedRemote:
    """``files`` and ``folders`` by absolute path; ``targets`` are all logins that were tried.

    ``hides``: a write-only server, nothing can be looked at. ``rots``: it stores other bytes than it was sent, as many.
    ``says``: the text of every report. `raise_at` makes a call fail.
    """

    def __init__(self, password: str = "right", fingerprint: str = FINGERPRINT) -> None:
        self.files: dict[str, bytes] = {}
        self.folders: set[str] = {"/", "/home", LOGIN_FOLDER}
        self.hides = False
        self.rots = False
        self.says = ""
        self.password = password
        self.fingerprint = fingerprint
        self.pinned: str | None = fingerprint
        self.targets: list[SftpTarget] = []
        self.logins = 0
        self.open_connections = 0
        self.calls: list[tuple[str, str]] = []
        self._errors: dict[str, list[OdImagingError]] = defaultdict(list)

    def raise_at(self, call: str, *errors: OdImagingError) -> None:
        """The next calls of ``connect``, ``put``, ``stat`` … fail, one error each."""
        self._errors[call] += errors

    def content(self, path: str) -> bytes:
        """Of a file; the path as a user of the port writes it."""
        return self.files[absolute(path)]

    @contextmanager
    def connect(self, target: SftpTarget) -> Iterator["ScriptedFiles"]:
        """See `odimaging.model.ports.RemoteConnector`; the password is looked at after the host key."""
        self.targets.append(target)
        self.step("connect", "")
        trusted = target.host_key or self.pinned
        if trusted is None:
            raise HostKeyUnknown(self.fingerprint)
        if trusted != self.fingerprint:
            raise HostKeyChanged(self.fingerprint, trusted)
        if target.password != self.password:
            raise LoginFailed
        self.logins += 1
        self.open_connections += 1
        try:
            yield ScriptedFiles(self)
        finally:
            self.open_connections -= 1

    def step(self, call: str, path: str) -> None:
        """Note a call, and fail if the script says so."""
        self.calls.append((call, path))
        if self._errors[call]:
            raise self._errors[call].pop(0)


class ScriptedFiles:
    """One connection."""

    def __init__(self, server: ScriptedRemote) -> None:
        self._server = server

    def make_folders(self, path: str) -> None:
        """See `odimaging.model.ports.RemoteFiles`."""
        self._server.step("make_folders", path)
        names = [name for name in absolute(path).split("/") if name]
        for count in range(1, len(names) + 1):
            folder = "/" + "/".join(names[:count])
            if folder in self._server.files:
                raise RemotePathError("A file has the name of this folder on the server.")
            self._server.folders.add(folder)

    def stat(self, path: str) -> RemoteStat | None:
        """See `odimaging.model.ports.RemoteFiles`."""
        self._server.step("stat", path)
        where = absolute(path)
        if self._server.hides:
            return None
        if where in self._server.folders:
            return RemoteStat(0, True)
        data = self._server.files.get(where)
        return None if data is None else RemoteStat(len(data), False)

    def list(self, path: str) -> tuple[str, ...]:
        """See `odimaging.model.ports.RemoteFiles`."""
        self._server.step("list", path)
        where = absolute(path)
        if where not in self._server.folders or self._server.hides:
            raise RemotePathError("This folder is not there on the server.")
        everything = {*self._server.files, *self._server.folders} - {"/"}
        inside = (one.rpartition("/") for one in everything)
        return tuple(sorted(name for folder, _, name in inside if (folder or "/") == where))

    def put(
        self,
        source: BinaryIO,
        size: int,
        path: str,
        progress: Progress | None = None,
        *,
        read_back: bool = False,
    ) -> PutResult:
        """See `odimaging.model.ports.RemoteFiles`; nothing is there before the last byte was reported."""
        self._server.step("put", path)
        where = absolute(path)
        if where.rpartition("/")[0] not in self._server.folders:
            raise RemotePathError("This folder is not there on the server.")
        if where in self._server.folders:
            raise RemotePathError("The server did not give the file its final name.")
        data = b"".join(_pieces(source, size, progress, self._server.says))
        if len(data) != size:
            raise FileInUse("The file changed while it was being sent.")
        stored = data[::-1] if self._server.rots else data
        if read_back and not self._server.hides and stored != data:
            raise RemotePathError("The file did not arrive whole, so it was taken away again.")
        self._server.files[where] = stored
        return PutResult(checked=not self._server.hides)

    def get(self, path: str, target: BinaryIO, progress: Progress | None = None) -> int:
        """See `odimaging.model.ports.RemoteFiles`."""
        self._server.step("get", path)
        data = self._server.files.get(absolute(path))
        if data is None:
            raise RemotePathError("This file is not there on the server.")
        for start in range(0, len(data), PIECE):
            target.write(data[start : start + PIECE])
            _report(progress, min(start + PIECE, len(data)), len(data))
        return len(data)

    def remove(self, path: str) -> None:
        """See `odimaging.model.ports.RemoteFiles`."""
        self._server.step("remove", path)
        if self._server.files.pop(absolute(path), None) is None:
            raise RemotePathError("This file is not there on the server.")


def absolute(path: str) -> str:
    """A path as the server sees it; relative ones start at the login folder."""
    whole = path if path.startswith("/") else f"{LOGIN_FOLDER}/{path}"
    return "/" + "/".join(name for name in whole.split("/") if name not in ("", "."))


def _pieces(source: BinaryIO, size: int, progress: Progress | None, says: str) -> Iterator[bytes]:
    source.seek(0)
    done = 0
    while data := source.read(PIECE):
        done += len(data)
        if done > size:
            raise FileInUse("The file changed while it was being sent.")
        yield data
        _report(progress, done, size, says)


def _report(progress: Progress | None, done: int, total: int, says: str = "") -> None:
    if progress is not None:
        progress.report(done, total, says)
