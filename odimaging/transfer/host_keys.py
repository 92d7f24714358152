"""The practice's known SFTP servers: a text file beside the practice file, one server a line.

    # Dr Lee, new server since May
    [sftp.lee.example]:22 SHA256:lLzE…

Comments and lines nobody understands are kept. A server may have several lines, one for each kind of key.
"""

import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from odimaging.model.errors import InvalidField, StoreUnavailable

_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}=?")
_among_threads = threading.Lock()
_LOCK_S, _POLL_S = 10.0, 0.02
"""Who writes needs milliseconds."""


class KnownHosts:
    """The `HostKeys` port over a file; any thread, several programs at once."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def fingerprints(self, host: str, port: int) -> tuple[str, ...]:
        """Pinned codes of a server; empty: never met. Raises StoreUnavailable if the file is there but cannot be read."""
        wanted = _name(host, port)
        pairs = (line.split() for line in self._read().splitlines() if not line.startswith("#"))
        return tuple(
            words[1].rstrip("=") for words in pairs if len(words) >= 2 and words[0] == wanted
        )

    def pin(self, host: str, port: int, fingerprint: str) -> None:
        """Add a code; nothing if it is there. Raises InvalidField for what is no ``SHA256:…`` code."""
        code = fingerprint.strip()
        if not _FINGERPRINT.fullmatch(code):
            raise InvalidField("A server code starts with SHA256: and has 43 characters after it.")
        with self._alone():
            if code.rstrip("=") in self.fingerprints(host, port):
                return
            text = self._read()
            gap = "" if not text or text.endswith("\n") else "\n"
            self._replace(f"{text}{gap}{_name(host, port)} {code.rstrip('=')}\n")

    def _read(self) -> str:
        try:
            return self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise _unreadable() from error

    def _replace(self, text: str) -> None:
        """Whole or not at all: a temporary file, flushed, then renamed over the old one."""
        try:
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".known_hosts")
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path)
        except OSError as error:
            raise _unreadable() from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Among threads and programs: an operating-system lock on a file of its own, freed when its holder dies."""
        lock = self._path.with_name(self._path.name + ".lock")
        with _among_threads, ExitStack() as undo:
            try:
                _lock(undo.enter_context(lock.open("a+b")), time.monotonic() + _LOCK_S)
            except OSError as error:
                raise _unreadable() from error
            yield


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _lock(file: IO[bytes], end: float) -> None:
    """Tries until ``end``, monotonic seconds. Raises OSError."""
    while True:
        try:
            return _try_lock(file)
        except OSError:
            if time.monotonic() >= end:
                raise
        time.sleep(_POLL_S)


def _name(host: str, port: int) -> str:
    return f"[{host.lower()}]:{port}"


def _unreadable() -> StoreUnavailable:
    return StoreUnavailable(
        "The list of known servers beside the practice file cannot be read or written.",
        "known hosts",
    )
