"""``.odimaging`` beside the letter folders: the share's identity, the stage, the notes and the shelf (contract §1.2).

It lies outside the letter folders because older Open Dental versions import whatever lies in a patient folder, and on
the same volume so that one rename brings a file in or out. Live files do not belong here. Raises `OSError`; the store
that owns it translates.
"""

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from odimaging.model.errors import InvalidField, NotPermitted, StoreUnavailable
from odimaging.model.ids import OperationNumber
from odimaging.model.ports import OpsNote
from odimaging.storage import entries, files

NAME = ".odimaging"
FOLDERS = ("stage", "ops", "shelf", "tmp")
SHARE_ID = "share-id"


def checked_operation(operation: OperationNumber) -> str:
    """An operation number that may name a file."""
    if not entries.is_operation(operation):
        raise InvalidField("This operation number is not one of ours.")
    return operation


class SideStore:
    """The folder itself: identity, temporary files and the notes in ``ops``."""

    def __init__(self, root: str, pinned_share_id: str | None) -> None:
        self.folder = Path(root, NAME)
        self.stage = self.folder / "stage"
        self.shelf = self.folder / "shelf"
        self._ops = self.folder / "ops"
        self._temporary = self.folder / "tmp"
        self._pinned = pinned_share_id
        self._whole = False

    @property
    def identity(self) -> str:
        """The pinned share-id, or the one there, which then is the pinned one."""
        if self._pinned is None:
            self._pinned = read_share_id(self.folder)
        return self._pinned

    def check(self) -> None:
        """Raises StoreUnavailable unless this is the pinned share: a dropped mount shows an empty folder, no error."""
        if read_share_id(self.folder) != self.identity:
            raise StoreUnavailable(detail="share-id differs")
        if not self._whole:
            self._complete()

    def _complete(self) -> None:
        """Once a run: somebody may have tidied empty folders away. On a read-only share the next write will tell."""
        with contextlib.suppress(OSError):
            for name in FOLDERS:
                files.make_folder(self.folder / name)
            self._whole = True

    def put(self, target: Path, data: bytes) -> None:
        """A whole file in place of whatever is there, or no change at all: written beside, flushed, renamed."""
        temporary = self._temporary / secrets.token_hex(16)
        files.write_durably(temporary, data)
        try:
            files.share_like(temporary, target.parent)
            files.replace(temporary, target)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise

    def write_note(self, note: OpsNote) -> None:
        """A second note of the same operation replaces the first."""
        target = self._note(note.operation)
        self.put(target, entries.note_to_json(note))
        files.flush_folder(self._ops)

    def notes(self) -> tuple[OpsNote, ...]:
        """All that can be read and lie under their own operation's name."""
        found = [
            (path, note)
            for path in sorted(self._ops.glob("*.json"))
            if (data := read_small(path)) and (note := entries.note_from_json(data))
        ]
        return tuple(note for path, note in found if path.stem == note.operation)

    def remove_note(self, operation: OperationNumber) -> None:
        """Nothing if it is not there."""
        self._note(operation).unlink(missing_ok=True)

    def _note(self, operation: OperationNumber) -> Path:
        return self._ops / f"{checked_operation(operation)}.json"

    def now_s(self) -> float:
        """The store's own clock, seconds: a workstation's may be days off."""
        probe = self._temporary / secrets.token_hex(16)
        with files.create_exclusive(probe) as file:
            now = os.fstat(file.fileno()).st_mtime
        probe.unlink()
        return now

    def sweep(self, older_than_s: float) -> None:
        """Temporary files a stopped process left."""
        now = self.now_s()
        for entry in plain_files(self._temporary):
            stat = stat_of(entry)
            if stat is not None and now - stat.st_mtime > older_than_s:
                Path(entry.path).unlink(missing_ok=True)


def plain_files(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Files of a folder; no links, no folders."""
    with os.scandir(folder) as found:
        yield from (entry for entry in found if entry.is_file(follow_symlinks=False))


def stat_of(entry: os.DirEntry[str]) -> os.stat_result | None:
    """None if it has gone since the folder was listed: other workstations work here too."""
    try:
        return entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None


def read_small(path: Path) -> bytes | None:
    """A note's or entry's bytes; None if it has gone meanwhile or is far too large."""
    try:
        with files.open_regular(path) as file:
            data = file.read(entries.MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    return data if len(data) <= entries.MAX_BYTES else None


def read_share_id(folder: Path) -> str:
    """What ``share-id`` says. Raises StoreUnavailable if there is none: not this share, or no share at all."""
    try:
        with files.open_regular(folder / SHARE_ID) as file:
            text = file.read(64).decode("ascii", "replace").strip()
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM):
            raise NotPermitted(detail=f"share-id: errno {error.errno}") from error
        raise StoreUnavailable(detail=f"share-id: errno {error.errno}") from error
    if not entries.is_operation(text):
        raise StoreUnavailable(detail="share-id damaged")
    return text


def create_side_store(root: Path) -> str:
    """Make what is missing of ``.odimaging``; the share-id that is there afterwards, whoever was first."""
    folder = root / NAME
    for one in (folder, *(folder / name for name in FOLDERS)):
        files.make_folder(one)
    if not (folder / SHARE_ID).exists():
        _offer_share_id(folder)
    return read_share_id(folder)


def _offer_share_id(folder: Path) -> None:
    temporary = folder / "tmp" / secrets.token_hex(16)
    files.write_durably(temporary, f"{secrets.token_hex(16)}\n".encode())
    files.share_like(temporary, folder)
    try:
        files.move(temporary, folder / SHARE_ID)
    except FileExistsError:
        temporary.unlink()
