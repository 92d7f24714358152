"""How to open a practice's SQLite file: write-ahead log, whole flushes, and never over a network."""

import ctypes
import hashlib
import sqlite3
import sys
from pathlib import Path

from odimaging.model.errors import DatabaseUnavailable

BUSY_S = 5
"""How long a writer waits for another."""

NETWORK_FILE_SYSTEMS = frozenset(
    ("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "davfs", "fuse.sshfs", "fuse.rclone")
)
_DRIVE_REMOTE = 4


def connect(path: Path, *, create: bool = False) -> sqlite3.Connection:
    """A connection in autocommit: a unit of work says BEGIN IMMEDIATE itself, at its first write."""
    mode = "rwc" if create else "rw"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_S,
        isolation_level=None,
        check_same_thread=False,
    )
    # WAL lets readers go on while one writes; FULL keeps what was acknowledged through a power cut.
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.create_function("sha256_hex", 1, _sha256_hex, deterministic=True)
    return connection


def refuse_network_folder(path: Path) -> None:
    """Raises DatabaseUnavailable where locks and the write-ahead log cannot be relied on."""
    if is_network_folder(path.absolute().parent):
        text = "A practice file must lie on this computer, not in a network folder. Use a database server instead."
        raise DatabaseUnavailable(text, detail="network folder")


def is_network_folder(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> bool:
    """As far as the system tells."""
    if sys.platform == "win32":
        root = folder.anchor
        return root.startswith("\\\\") or bool(
            ctypes.windll.kernel32.GetDriveTypeW(root) == _DRIVE_REMOTE
        )
    if not mounts.is_file():
        return False
    return _file_system(folder.resolve(), mounts.read_text("utf-8", "replace")) in (
        NETWORK_FILE_SYSTEMS
    )


def _file_system(folder: Path, mounts: str) -> str:
    kinds: dict[Path, str] = {}
    for line in mounts.splitlines():
        _, place, kind, *_ = line.split(" ")
        kinds[Path(place.replace("\\040", " "))] = kind  # a later mount hides an earlier one
    return next((kinds[place] for place in (folder, *folder.parents) if place in kinds), "")


def _sha256_hex(text: str | None) -> str:
    return hashlib.sha256((text or "").encode()).hexdigest()
