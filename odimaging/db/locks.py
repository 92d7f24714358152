"""Named locks among all workstations of a database: GET_LOCK where the server has it, files elsewhere."""

import hashlib
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

import pymysql
from sqlalchemy.engine import Connection

from odimaging.db.mysql import TimedConnection
from odimaging.db.translate import translating
from odimaging.model.errors import DatabaseUnavailable, LockBusy

PREFIX = "odimg"
NAME_LIMIT = 64
"""MySQL's, since 5.7."""
_SLICE_S = 10
"""One question to the server waits no longer: its answer has a time limit."""
_POLL_S = 0.02
_IDLE_KEPT = 2
_REMOVED_S = 2.0
"""Windows refuses a file that a virus scanner reads, and a name that was just removed, for a moment."""


class ServerLocks:
    """See `odimaging.model.ports.Locks`. One lock a connection: an older MySQL frees the first when a second is taken.

    The server frees them when the connection ends. ``check_held`` is asked by a unit of work before it writes: a
    thread that believes to hold a lock which the server has freed meanwhile must not go on.
    """

    def __init__(self, connect: Callable[[], TimedConnection], database: str) -> None:
        self._connect = connect
        # Locks are the server's, not the database's: two practices on one server must not meet.
        self._scope = f"{PREFIX}:{hashlib.sha256(database.lower().encode()).hexdigest()[:8]}:"
        self._idle: deque[TimedConnection] = deque(maxlen=_IDLE_KEPT)
        self._mine = threading.local()

    @contextmanager
    def hold(self, name: str, wait_s: float = 0.0) -> Iterator[None]:
        """See the port. Not reentrant. Raises LockBusy, DatabaseUnavailable."""
        full = self._scope + name
        if len(full) > NAME_LIMIT:
            raise ValueError("the name of a lock is too long")
        with translating():
            connection = self._taken(full, wait_s)
        held = self._held()
        held[full] = connection.number
        try:
            yield
        finally:
            del held[full]
            self._release(connection, full)

    def check_held(self, connection: Connection) -> None:
        """Raises DatabaseUnavailable if the server no longer counts this thread's locks as ours."""
        for name, owner in self._held().items():
            row = connection.exec_driver_sql("SELECT IS_USED_LOCK(%s)", (name,)).one()
            if row[0] != owner:
                raise DatabaseUnavailable(detail="lock lost")

    def close(self) -> None:
        """End the connections that wait for use."""
        while self._idle:
            _end(self._idle.pop())

    def _held(self) -> dict[str, int]:
        if not hasattr(self._mine, "held"):
            self._mine.held = {}
        held: dict[str, int] = self._mine.held
        return held

    def _taken(self, name: str, wait_s: float) -> TimedConnection:
        with suppress(IndexError, pymysql.err.MySQLError, OSError):
            # One that waited may have been ended by the server; then a fresh one is asked.
            waited = self._idle.pop()
            waited.ping()
            return self._taken_on(waited, name, wait_s)
        return self._taken_on(self._connect(), name, wait_s)

    def _taken_on(self, connection: TimedConnection, name: str, wait_s: float) -> TimedConnection:
        end = time.monotonic() + wait_s
        try:
            while True:
                left = min(max(0.0, end - time.monotonic()), _SLICE_S)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT GET_LOCK(%s, %s)", (name, round(left, 3)))
                    row = cursor.fetchone()
                if row is not None and row[0] == 1:
                    return connection
                if time.monotonic() >= end:
                    raise LockBusy
        except BaseException as error:
            if isinstance(error, LockBusy):
                self._keep(connection)
            else:
                _end(connection)
            raise

    def _release(self, connection: TimedConnection, name: str) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT RELEASE_LOCK(%s)", (name,))
        except (pymysql.err.MySQLError, OSError):
            _end(connection)  # which frees it too
        else:
            self._keep(connection)

    def _keep(self, connection: TimedConnection) -> None:
        if len(self._idle) < _IDLE_KEPT:
            self._idle.append(connection)
        else:
            _end(connection)


def _end(connection: TimedConnection) -> None:
    with suppress(pymysql.err.MySQLError, OSError):
        connection.close()


class FileLocks:
    """See `odimaging.model.ports.Locks`. The operating system's locks on files of one folder; it frees them itself."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def hold(self, name: str, wait_s: float = 0.0) -> Iterator[None]:
        """See the port. Not reentrant, among threads either. Raises LockBusy, DatabaseUnavailable."""
        path = self._folder / f"{name.replace(':', '-')}.lock"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = _locked(path, time.monotonic() + wait_s)
        except OSError as error:
            raise DatabaseUnavailable(detail=f"lock folder: {type(error).__name__}") from error
        try:
            yield
        finally:
            _unlock(file, path)

    def check_held(self, connection: Connection) -> None:
        """The operating system does not take a lock away."""

    def close(self) -> None:
        """Nothing waits."""


def _locked(path: Path, end: float) -> IO[bytes]:
    while True:
        with ExitStack() as undo:
            file = undo.enter_context(_opened(path))
            if _try_lock(file) and _is_there(file, path):
                undo.pop_all()
                return file
        if time.monotonic() >= end:
            raise LockBusy
        time.sleep(_POLL_S)


def _opened(path: Path) -> IO[bytes]:
    end = time.monotonic() + _REMOVED_S
    while True:
        try:
            return path.open("ab")
        except PermissionError:
            if sys.platform != "win32" or time.monotonic() >= end:
                raise
        time.sleep(_POLL_S)


def _is_there(file: IO[bytes], path: Path) -> bool:
    """False if the former holder has removed the file between our opening and our locking it."""
    with suppress(OSError):
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    return False


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[bytes]) -> bool:
        file.seek(0)
        with suppress(OSError):
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            return True
        return False

    def _unlock(file: IO[bytes], path: Path) -> None:
        file.close()
        with suppress(OSError):  # another one has opened it: it stays
            path.unlink()
else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> bool:
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False

    def _unlock(file: IO[bytes], path: Path) -> None:
        with suppress(OSError):
            path.unlink()
        file.close()
