"""Locks for a cluster that refuses GET_LOCK: files in a shared folder, made by exclusive creation.

A network folder frees nothing when a holder dies, so a holder touches its file again and again; a file that nobody has
touched for a while belongs to the dead. Ages are read off the folder's own clock.
"""

import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy.engine import Connection

from odimaging.model.errors import DatabaseUnavailable, LockBusy

TOUCH_S = 10.0
DEAD_AFTER_S = 60.0
_POLL_S = 0.2


class ExclusiveLockFiles:
    """See `odimaging.model.ports.Locks`. ``touch_s`` and ``dead_after_s`` are the same on every workstation."""

    def __init__(
        self, folder: Path, *, touch_s: float = TOUCH_S, dead_after_s: float = DEAD_AFTER_S
    ) -> None:
        self._folder = folder
        self._touch_s = touch_s
        self._dead_after_s = dead_after_s

    @contextmanager
    def hold(self, name: str, wait_s: float = 0.0) -> Iterator[None]:
        """See the port. Not reentrant. Raises LockBusy, DatabaseUnavailable."""
        path = self._folder / f"{name.replace(':', '-')}.lock"
        mark = secrets.token_hex(8)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._take(path, mark, time.monotonic() + wait_s)
        except OSError as error:
            raise DatabaseUnavailable(detail=f"lock folder: {type(error).__name__}") from error
        done = threading.Event()
        toucher = threading.Thread(target=self._keep_touching, args=(path, done), daemon=True)
        toucher.start()
        try:
            yield
        finally:
            done.set()
            toucher.join()
            _remove_own(path, mark)

    def check_held(self, connection: Connection) -> None:
        """Nothing the database could tell."""

    def close(self) -> None:
        """Nothing waits."""

    def _take(self, path: Path, mark: str, end: float) -> None:
        while not _create(path, mark):
            if self._bury(path):
                continue
            if time.monotonic() >= end:
                raise LockBusy
            time.sleep(_POLL_S)

    def _bury(self, path: Path) -> bool:
        """Move a dead holder's file away: of several who try, one rename succeeds."""
        grave = path.with_name(f"{path.name}.{secrets.token_hex(4)}.dead")
        try:
            if not self._is_dead(path):
                return False
            path.rename(grave)
        except FileNotFoundError:
            return True
        if self._is_dead(grave):
            grave.unlink()
            return True
        # Between our two looks another one buried it and took the lock: his file goes back.
        grave.rename(path)
        return False

    def _is_dead(self, path: Path) -> bool:
        return self._clock() - path.stat().st_mtime > self._dead_after_s

    def _clock(self) -> float:
        probe = self._folder / f"clock.{secrets.token_hex(4)}"
        probe.touch()
        try:
            return probe.stat().st_mtime
        finally:
            probe.unlink()

    def _keep_touching(self, path: Path, done: threading.Event) -> None:
        while not done.wait(self._touch_s):
            with suppress(OSError):
                os.utime(path)


def _create(path: Path, mark: str) -> bool:
    try:
        with path.open("x", encoding="ascii") as file:
            file.write(mark)
    except FileExistsError:
        return False
    return True


def _reads(path: Path, mark: str) -> bool:
    with suppress(OSError):
        return path.read_text("ascii") == mark
    return False


def _remove_own(path: Path, mark: str) -> None:
    if _reads(path, mark):
        with suppress(OSError):
            path.unlink()
