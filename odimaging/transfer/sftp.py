"""`RemoteFiles` over SFTP: one connection a job, mended when it is cut (contract §1.5)."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, TypeVar

from odimaging.model.errors import (
    ConnectFailed,
    OdImagingError,
    RemotePathError,
    TimedOut,
    TransferError,
)
from odimaging.model.ports import HostKeys, Progress, PutResult, RemoteStat, SftpTarget
from odimaging.model.sftp_address import join_remote
from odimaging.transfer.refusals import Step, error_of
from odimaging.transfer.session import BROKEN, Patience, Session, open_session
from odimaging.transfer.streams import Meter, receive_pieces, truncate_local, write_local
from odimaging.transfer.upload import PART, Upload, split
from odimaging.transfer.wire import Attributes, Code, Kind, Mode, Refused, Wire, text

T = TypeVar("T")

ENOUGH_PROGRESS = 1 << 20
"""So many more bytes there were worth the tries: their count starts again."""
SWEEP_AFTER_S = 24 * 3600
MOST_NAMES = 100_000
"""A folder with more is not listed to its end."""


class SftpConnector:
    """Makes connections for one practice. ``private_key``: a file used where the target has no password."""

    def __init__(
        self,
        host_keys: HostKeys,
        patience: Patience = Patience(),  # noqa: B008 frozen
        private_key: str | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._host_keys = host_keys
        self._patience = patience
        self._private_key = private_key
        self._wait = wait

    @contextmanager
    def connect(self, target: SftpTarget) -> Iterator["SftpFiles"]:
        """Raises ConnectFailed, LoginFailed, HostKeyUnknown, HostKeyChanged, TimedOut; the first time without a second try."""

        def dial() -> Session:
            return open_session(target, self._host_keys, self._patience, self._private_key)

        files = SftpFiles(dial, self._patience, self._wait)
        try:
            yield files
        finally:
            files.close()


class SftpFiles:
    """One connection, one job, one thread."""

    def __init__(
        self, dial: Callable[[], Session], patience: Patience, wait: Callable[[float], None]
    ) -> None:
        self._dial = dial
        self._patience = patience
        self._wait = wait
        self._session: Session | None = dial()
        self._ever_moved = False
        self._swept: set[str] = set()

    def close(self) -> None:
        """End the connection; never raises."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def make_folders(self, path: str) -> None:
        """Level by level; what is there already is left alone."""
        self._persistently(lambda session: _make_folders(session.wire, path))

    def stat(self, path: str) -> RemoteStat | None:
        """None if it is not there, or a write-only folder hides it."""
        found = self._persistently(lambda session: _stat(session.wire, path))
        return None if found is None else RemoteStat(found.size or 0, found.is_folder)

    def list(self, path: str) -> tuple[str, ...]:
        """Names in a folder, sorted; what is no plain name is left out."""
        entries = self._persistently(lambda session: _entries(session.wire, path))
        return tuple(sorted(name for name, _ in entries))

    def put(
        self,
        source: BinaryIO,
        size: int,
        path: str,
        progress: Progress | None = None,
        *,
        read_back: bool = False,
    ) -> PutResult:
        """See `odimaging.model.ports.RemoteFiles`."""
        upload = Upload(source, path, Meter(size, progress), read_back=read_back)
        result = self._persistently(upload.attempt, upload.meter)
        self._sweep(split(path)[0], upload.server_time)
        return result

    def get(self, path: str, target: BinaryIO, progress: Progress | None = None) -> int:
        """See `odimaging.model.ports.RemoteFiles`."""
        download = _Download(path, target, progress)
        return self._persistently(download.attempt, download.meter)

    def remove(self, path: str) -> None:
        """A file. Raises RemotePathError."""
        self._persistently(lambda session: _remove(session.wire, path))

    def _persistently(self, step: Callable[[Session], T], meter: Meter | None = None) -> T:
        """Try, mend, try again: up to as many times without progress as there are waits."""
        meter = meter or Meter(0, None)
        tries = mark = 0
        while True:
            try:
                result = step(self._connected())
            except (*BROKEN, ConnectFailed, TimedOut) as error:
                self.close()
                self._ever_moved = self._ever_moved or meter.furthest > 0
                if meter.furthest - mark >= ENOUGH_PROGRESS:
                    tries, mark = 0, meter.furthest
                if tries == len(self._patience.waits_s) or not self._may_retry():
                    raise _lost(error) from error
                self._pause(self._patience.waits_s[tries], meter)
                tries += 1
            except OdImagingError:
                raise
            else:
                self._ever_moved = True
                return result

    def _connected(self) -> Session:
        if self._session is None:
            self._session = self._dial()
        return self._session

    def _may_retry(self) -> bool:
        return self._ever_moved or self._patience.before_first_byte

    def _pause(self, seconds: float, meter: Meter) -> None:
        """In short pieces: the user may stop meanwhile."""
        text = f"Connection lost. Trying again in {seconds:.0f} s"
        while seconds > 0:
            meter.report(text)
            self._wait(min(seconds, 0.25))
            seconds -= 0.25

    def _sweep(self, folder: str, now: int | None) -> None:
        """Once a folder and connection: parts that a stop left there a day ago, by the server's own clock."""
        if now is None or folder in self._swept or self._session is None:
            return
        self._swept.add(folder)
        wire = self._session.wire
        try:
            for name, found in _entries(wire, folder):
                old = found.modified is not None and found.modified < now - SWEEP_AFTER_S
                if old and PART.fullmatch(name):
                    wire.do(Kind.REMOVE, text(join_remote(folder, name)))
        except (Refused, TransferError):
            return
        except BROKEN:
            self.close()


class _Download:
    def __init__(self, path: str, target: BinaryIO, progress: Progress | None) -> None:
        self.meter = Meter(0, progress)
        self._path = path
        self._target = target
        self._found: Attributes | None = None

    def attempt(self, session: Session) -> int:
        """Go on where the last try ended; the file must be the same before, between and after."""
        try:
            return self._fetch(session)
        except Refused as refusal:
            session.wire.abandon()
            raise error_of(refusal, Step.READ) from refusal
        except BaseException:
            session.wire.abandon()
            raise

    def _fetch(self, session: Session) -> int:
        wire = session.wire
        self._same(wire)
        truncate_local(self._target, self.meter.position)
        handle = wire.open(self._path, Mode.READ)
        try:
            for data in receive_pieces(wire, handle, self.meter, session.request_size):
                write_local(self._target, data)
        finally:
            wire.ask_close(handle)
        self._same(wire)
        return self.meter.total

    def _same(self, wire: Wire) -> None:
        found = wire.attributes(wire.ask_stat(self._path))
        if found.is_folder or found.size is None:
            raise RemotePathError("This is a folder on the server, not a file.", "no file")
        if self._found is None:
            self._found = found
            self.meter.total = found.size
        elif (found.size, found.modified) != (self._found.size, self._found.modified):
            raise RemotePathError(
                "The file changed on the server while it was being fetched.", "remote changed"
            )


def _lost(error: BaseException) -> TransferError:
    if isinstance(error, TransferError):
        return error
    if isinstance(error, TimeoutError):
        return TimedOut("The server stopped answering.", "channel idle")
    return ConnectFailed("The connection to the server was lost.", "connection cut")


def _stat(wire: Wire, path: str) -> Attributes | None:
    try:
        return wire.attributes(wire.ask_stat(path or "."))
    except Refused:
        return None


def _make_folders(wire: Wire, path: str) -> None:
    found = _stat(wire, path)
    if found is not None and found.is_folder:
        return
    so_far = "/" if path.startswith("/") else ""
    for name in (part for part in path.split("/") if part):
        so_far = join_remote(so_far, name)
        _make_folder(wire, so_far)


def _make_folder(wire: Wire, path: str) -> None:
    found = _stat(wire, path)
    if found is None:
        try:
            wire.do(Kind.MKDIR, text(path), bytes(4))
        except Refused as refusal:
            # Somebody may have been first; a server that hides folders says "failure" for one that is there.
            found = _stat(wire, path)
            if found is None and refusal.code != Code.FAILURE:
                raise error_of(refusal, Step.FOLDER) from refusal
    if found is not None and not found.is_folder:
        raise RemotePathError(
            "A file has the name of this folder on the server.", "file in the way"
        )


def _entries(wire: Wire, path: str) -> list[tuple[str, Attributes]]:
    found: list[tuple[str, Attributes]] = []
    try:
        handle = wire.open_folder(path or ".")
        while (names := wire.names(handle)) and len(found) < MOST_NAMES:
            found += [entry for entry in names if _is_plain(entry[0])]
        wire.reply(wire.ask_close(handle))
    except Refused as refusal:
        raise error_of(refusal, Step.LOOK) from refusal
    return found


def _is_plain(name: str) -> bool:
    return name not in (".", "..", "") and not any(sign in name for sign in "/\\\0")


def _remove(wire: Wire, path: str) -> None:
    try:
        wire.do(Kind.REMOVE, text(path))
    except Refused as refusal:
        raise error_of(refusal, Step.REMOVE) from refusal
