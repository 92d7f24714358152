"""The window's own tiles (decision 42): decoded pixels in the user's private folder, read without any decoder.

It may vanish at any time and never causes an error: what cannot be read or kept is made again. Open Dental's
``Thumbnails`` folders do not belong here.
"""

import contextlib
import json
import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from odimaging.model.picture import Picture, PixelFormat, WindowRule

log = logging.getLogger(__name__)

LIMIT_BYTES: Final = 256 << 20

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tile (
    key TEXT PRIMARY KEY, used INTEGER NOT NULL, size INTEGER NOT NULL, header TEXT NOT NULL, pixels BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS tile_used ON tile (used, size);
"""
_OLDEST = """
DELETE FROM tile WHERE key IN (
    SELECT key FROM (SELECT key, SUM(size) OVER (ORDER BY used, key) - size AS before FROM tile) WHERE before < ?)
"""


class TileCache:
    """Pictures by key, the longest unused leaving first. Any thread; several windows of one user may share it."""

    def __init__(self, folder: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self._path = folder / "tiles.sqlite"
        self._limit = limit_bytes
        self._lock = threading.Lock()
        self._used: dict[str, int] = {}
        self._connection: sqlite3.Connection | None = None
        with self._lock:
            self._connect()

    def get(self, key: str) -> Picture | None:
        """None: not known."""
        with self._lock, self._mended():
            row = self._execute("SELECT header, pixels FROM tile WHERE key = ?", key)
            if row:
                self._used[key] = time.time_ns()
                return _picture(*row[0])
        return None

    def put(self, key: str, picture: Picture) -> None:
        """Keeps a copy of the pixels, if it can."""
        pixels = bytes(picture.pixels)
        with self._lock, self._mended():
            self._execute("BEGIN IMMEDIATE")
            self._execute(
                "INSERT OR REPLACE INTO tile VALUES (?, ?, ?, ?, ?)",
                *(key, time.time_ns(), len(pixels), _header(picture), pixels),
            )
            self._make_room()
            self._execute("COMMIT")

    def clear(self) -> None:
        """Forget every tile."""
        with self._lock:
            self._begin_anew()

    def close(self) -> None:
        """Remember which tiles were used, and let go of the file."""
        with self._lock, self._mended():
            self._execute("BEGIN IMMEDIATE")
            self._note_used()
            self._execute("COMMIT")
        with self._lock:
            self._disconnect()

    def _make_room(self) -> None:
        [(total,)] = self._execute("SELECT TOTAL(size) FROM tile")
        if total > self._limit:
            self._note_used()
            self._execute(_OLDEST, total - self._limit * 0.9)

    def _note_used(self) -> None:
        """A read must not cost a write: the times are kept here until something is written anyway."""
        for key, used in self._used.items():
            self._execute("UPDATE tile SET used = ? WHERE key = ?", used, key)
        self._used.clear()

    def _execute(self, statement: str, *values: object) -> list[Any]:
        if self._connection is None:
            raise sqlite3.OperationalError("closed")
        return self._connection.execute(statement, values).fetchall()

    @contextlib.contextmanager
    def _mended(self) -> Iterator[None]:
        """Whatever the file has become, the next call finds a working cache."""
        try:
            yield
        except sqlite3.OperationalError as error:  # locked, full, closed: this one tile is not kept
            log.debug("tile cache: %s", type(error).__name__)
            if self._connection is not None and self._connection.in_transaction:
                self._connection.rollback()
        except (sqlite3.Error, ValueError, TypeError, KeyError) as error:
            log.warning("tiles are made again: %s", type(error).__name__)
            self._begin_anew()

    def _connect(self) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.parent.chmod(0o700)
            self._open()
        except sqlite3.DatabaseError:
            self._begin_anew()
        except OSError as error:
            log.warning("no tile cache: errno %s", error.errno)

    def _open(self) -> None:
        self._connection = sqlite3.connect(
            self._path, timeout=1.0, isolation_level=None, check_same_thread=False
        )
        # It may be lost at any time, so nothing waits for the disk.
        self._connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;" + _SCHEMA)

    def _begin_anew(self) -> None:
        self._disconnect()
        self._used.clear()
        try:
            for ending in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
            self._open()
        except (OSError, sqlite3.Error) as error:
            log.warning("no tile cache: %s", type(error).__name__)
            self._disconnect()

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _header(picture: Picture) -> str:
    return json.dumps(
        [
            picture.width,
            picture.height,
            picture.stride,
            picture.pixel_format.value,
            picture.source_width,
            picture.source_height,
            picture.window_rule.value,
            picture.inverted,
        ]
    )


def _picture(header: str, pixels: bytes) -> Picture:
    width, height, stride, pixel_format, source_width, source_height, rule, inverted = json.loads(
        header
    )
    if len(pixels) < stride * height:
        raise ValueError("pixels")
    return Picture(
        width,
        height,
        stride,
        PixelFormat(pixel_format),
        pixels,
        source_width,
        source_height,
        WindowRule(rule),
        inverted,
    )
