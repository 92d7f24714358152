"""This workstation's transfers and their ends: a file of its own, not a table of the practice.

Losing it costs a list of what was still to be sent, nothing else; a file of another version is therefore made anew.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from odimaging.db.translate import translating
from odimaging.model.ids import DocNum, MountNum
from odimaging.model.ports import QueuedTransfer

VERSION = 1
"""SQLite's ``user_version``; raise it with any change of `_TABLE`."""

ENDED = ("sent", "sent, not checkable", "skipped")
"""States, in lower case, that do not come back at the next start."""

_TABLE = """
CREATE TABLE transfer (
  key TEXT PRIMARY KEY, destination TEXT NOT NULL, doc_num INTEGER, mount_num INTEGER,
  remote_name TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL)
"""


class WorkstationQueue:
    """See `odimaging.model.ports.TransferQueue`. Any thread may call it."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        with translating():
            self._connection = _opened(path)

    def add(self, transfer: QueuedTransfer) -> None:
        """See the port. One with the same key is replaced."""
        values = (
            transfer.key,
            transfer.destination,
            transfer.doc_num,
            transfer.mount_num,
            transfer.remote_name,
            transfer.state,
            transfer.reason,
        )
        with self._use() as connection:
            connection.execute("INSERT OR REPLACE INTO transfer VALUES (?,?,?,?,?,?,?)", values)

    def set_state(self, key: str, state: str, reason: str = "") -> None:
        """See the port."""
        with self._use() as connection:
            connection.execute(
                "UPDATE transfer SET state = ?, reason = ? WHERE key = ?", (state, reason, key)
            )

    def open_transfers(self) -> tuple[QueuedTransfer, ...]:
        """See the port. In the order they were added."""
        marks = ",".join("?" * len(ENDED))
        with self._use() as connection:
            rows = connection.execute(
                f"SELECT * FROM transfer WHERE lower(state) NOT IN ({marks}) ORDER BY rowid", ENDED
            ).fetchall()
        return tuple(map(_transfer_of, rows))

    def remove(self, key: str) -> None:
        """See the port."""
        with self._use() as connection:
            connection.execute("DELETE FROM transfer WHERE key = ?", (key,))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _use(self) -> Iterator[sqlite3.Connection]:
        with self._lock, translating():
            yield self._connection


def _transfer_of(row: tuple[str, str, int | None, int | None, str, str, str]) -> QueuedTransfer:
    key, destination, doc_num, mount_num, remote_name, state, reason = row
    return QueuedTransfer(
        key,
        destination,
        None if doc_num is None else DocNum(doc_num),
        None if mount_num is None else MountNum(mount_num),
        remote_name,
        state,
        reason,
    )


def _opened(path: Path) -> sqlite3.Connection:
    connection = _connected(path)
    try:
        if _version_of(connection) == VERSION:
            return connection
    except sqlite3.DatabaseError:
        pass  # damaged, or no database at all: made anew like one of another version
    connection.close()
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    connection = _connected(path)
    connection.execute(_TABLE)
    connection.execute(f"PRAGMA user_version = {VERSION}")
    return connection


def _connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False)


def _version_of(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)
