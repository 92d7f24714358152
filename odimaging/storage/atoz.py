"""LocalAtoZ: a folder a patient below its first letter, as Open Dental keeps them (facts §2), with ``.odimaging`` beside.

Every public call first makes sure that this is the pinned share, or does so before it says "not there".
"""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from odimaging.model.document import extension_of
from odimaging.model.errors import FileMissing, InvalidField, NameTaken, StoreUnavailable
from odimaging.model.ids import OperationNumber, PatNum
from odimaging.model.naming import image_folder_name, is_hidden_name, is_storable
from odimaging.model.patient import Patient
from odimaging.model.ports import (
    FileStat,
    FoundFile,
    OpsNote,
    Place,
    Progress,
    ShelfEntry,
    Source,
    Staged,
    StagedFile,
)
from odimaging.storage import files, foreign_errors, paths
from odimaging.storage.shelf import Shelf
from odimaging.storage.side_store import NAME, SideStore, plain_files
from odimaging.storage.stage import Stage

MAX_THUMBNAIL_BYTES = 4 << 20

_HIDDEN_ATTRIBUTE = 2
"""Windows' FILE_ATTRIBUTE_HIDDEN."""


class LocalAtoZ:
    """The `Store` on a local or mounted folder. Raises StoreUnavailable for a blank root.

    ``pinned_share_id`` None: the first one met is pinned for this run.
    """

    keeps_deleted = True

    def __init__(self, root: str, *, pinned_share_id: str | None) -> None:
        if not root.strip():  # never a relative path by accident
            raise StoreUnavailable("No image folder is set.")
        self._root = str(Path(root).absolute())
        self._side_store = SideStore(self._root, pinned_share_id)
        self._stage = Stage(self._side_store)
        self._shelf = Shelf(self._side_store, self._stage)

    @property
    def identity(self) -> str:
        """See `odimaging.model.ports.Store`."""
        return self._side_store.identity

    def check(self) -> None:
        """See `odimaging.model.ports.Store`."""
        self._side_store.check()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Only on the pinned share; errors become ours. "Not there" is believed only if it still is that share."""
        self.check()
        try:
            with foreign_errors.translated():
                yield
        except FileMissing:
            self.check()
            raise

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """The same without asking first. A name that cannot be used is no file: readers hear "missing"."""
        try:
            with foreign_errors.translated():
                yield
        except FileMissing:
            self.check()
            raise
        except InvalidField as error:
            self.check()
            text = "The name of this image's file cannot be used, so it is not opened."
            raise FileMissing(text, "name") from error

    # ------------------------------------------------------------ names

    def folder_for(self, patient: Patient) -> str:
        """See `odimaging.model.ports.Store`. Raises InvalidField if somebody wrote a name that cannot be used."""
        return paths.require_folder_name(patient.image_folder or image_folder_name(patient))

    def file_path(self, place: Place) -> str:
        """'' too for a row whose names cannot be used: nothing there would ever be opened."""
        try:
            return paths.shown_path(self._root, place.folder, place.file_name)
        except InvalidField:
            return ""

    def _live(self, place: Place) -> Path:
        return paths.live_file(self._root, place.folder, place.file_name)

    # ------------------------------------------------------------ reading

    def stat(self, place: Place) -> FileStat | None:
        """See `odimaging.model.ports.Store`."""
        try:
            _, found = self._plain(place)
        except FileMissing:
            return None
        return FileStat(found.st_size, found.st_mtime_ns)

    def _plain(self, place: Place) -> tuple[Path, os.stat_result]:
        """An existing plain file. Raises FileMissing for anything else."""
        with self._reading():
            path = self._live(place)
            found = path.stat(follow_symlinks=False)
            if not stat.S_ISREG(found.st_mode):
                raise FileMissing(detail="not a plain file")
            return path, found

    def open(self, place: Place) -> BinaryIO:
        """See `odimaging.model.ports.Store`."""
        with self._reading():
            return files.open_regular(self._live(place))

    def new_files(self, folder: str) -> tuple[FoundFile, ...]:
        """Files and folders whose names cannot be used are passed by: nobody could open their documents."""
        try:
            with self._writing():
                where = paths.patient_folder(self._root, folder)
                return self._listed(where)
        except InvalidField:
            return ()

    def _listed(self, where: Path) -> tuple[FoundFile, ...]:
        try:
            seen = [_seen(entry) for entry in plain_files(where)]
        except FileNotFoundError:
            self.check()
            # The office needs a folder to drop files into (facts §2.2); a read-only root is no obstacle.
            with contextlib.suppress(OSError):
                self._make_patient_folder(where)
            return ()
        return tuple(found for found in seen if found)

    def live_files(self) -> Iterator[tuple[str, str]]:
        """Also names that cannot be used: `check` reports them."""
        with self._writing():
            for letter in _folders(Path(self._root)):
                if len(letter.name) == 1:
                    yield from _live_below(letter)

    # ------------------------------------------------------------ in

    def stage(
        self,
        source: Source,
        operation: OperationNumber,
        pat_num: PatNum,
        extension: str,
        progress: Progress | None = None,
    ) -> Staged:
        """See `odimaging.model.ports.Store`."""
        with self._writing():
            return self._stage.copy_in(source, operation, pat_num, extension, progress)

    def unstage(self, operation: OperationNumber) -> None:
        """See `odimaging.model.ports.Store`."""
        with self._writing():
            self._stage.drop(operation)

    def staged(self) -> tuple[StagedFile, ...]:
        """See `odimaging.model.ports.Store`."""
        with self._writing():
            return self._stage.listed()

    def staged_copy(self, operation: OperationNumber) -> Staged | None:
        """See `odimaging.model.ports.Store`."""
        with self._writing():
            return self._stage.copy(operation)

    def publish(self, staged: Staged, place: Place) -> None:
        """See `odimaging.model.ports.Store`."""
        with self._writing():
            target = self._live(place)
            self._make_patient_folder(target.parent)
            source = self._stage.path(staged)
            try:
                files.share_like(source, target.parent)
                self._bring(source, target)
            except (FileExistsError, FileNotFoundError):
                self._settle(staged, source, target)

    def _bring(self, source: Path, target: Path) -> None:
        try:
            files.move(source, target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            files.carry_over(source, target, target.parent.parent / NAME)

    def _settle(self, staged: Staged, source: Path, target: Path) -> None:
        """The name is taken or the stage file gone. The same content live means that somebody finished before us."""
        if target.exists() and not target.is_file():
            raise NameTaken(detail="not a plain file")
        if files.sha256_of(target) != (staged.size, staged.sha256):
            raise NameTaken
        files.flush_folder(target.parent)
        source.unlink(missing_ok=True)

    def _make_patient_folder(self, folder: Path) -> None:
        files.make_folder(folder.parent)
        files.make_folder(folder)

    # ------------------------------------------------------------ out

    def park(self, place: Place, operation: OperationNumber, pat_num: PatNum) -> Staged:
        """See `odimaging.model.ports.Store`."""
        with self._writing():
            source, _ = self._plain(place)
            return self._stage.move_in(source, operation, pat_num, extension_of(place.file_name))

    def shelve(self, staged: Staged, entry: ShelfEntry) -> None:
        """See `odimaging.model.ports.Store`."""
        with self._writing():
            self._shelf.lay(staged, entry)

    def shelf(self, pat_num: PatNum | None = None) -> tuple[ShelfEntry, ...]:
        """See `odimaging.model.ports.Store`."""
        with self._writing():
            return self._shelf.listed(pat_num)

    def stage_from_shelf(self, entry: ShelfEntry, operation: OperationNumber) -> Staged:
        """See `odimaging.model.ports.Store`."""
        with self._writing():
            return self._shelf.copy_out(entry, operation)

    def unshelve(self, operation: OperationNumber) -> None:
        """See `odimaging.model.ports.Store`."""
        with self._writing():
            self._shelf.drop(operation)

    # ------------------------------------------------------------ notes

    def write_note(self, note: OpsNote) -> None:
        """See `odimaging.model.ports.Store`."""
        with self._writing():
            self._side_store.write_note(note)

    def notes(self) -> tuple[OpsNote, ...]:
        """See `odimaging.model.ports.Store`."""
        with self._writing():
            return self._side_store.notes()

    def remove_note(self, operation: OperationNumber) -> None:
        """See `odimaging.model.ports.Store`."""
        with self._writing():
            self._side_store.remove_note(operation)

    def sweep(self, older_than_s: float) -> None:
        """See `odimaging.model.ports.Store`."""
        with self._writing():
            self._side_store.sweep(older_than_s)

    # ------------------------------------------------------------ thumbnails

    def read_thumbnail(self, place: Place) -> bytes | None:
        """None too for one far too large to be one."""
        try:
            with self._reading(), files.open_regular(self._thumbnail(place)) as file:
                data = file.read(MAX_THUMBNAIL_BYTES + 1)
        except FileMissing:
            return None
        return data if len(data) <= MAX_THUMBNAIL_BYTES else None

    def write_thumbnail(self, place: Place, data: bytes) -> None:
        """See `odimaging.model.ports.Store`."""
        with self._writing():
            target = self._thumbnail(place)
            self._make_patient_folder(target.parent.parent)
            files.make_folder(target.parent)
            self._side_store.put(target, data)

    def remove_thumbnail(self, place: Place) -> None:
        """See `odimaging.model.ports.Store`."""
        with contextlib.suppress(FileMissing, InvalidField), self._writing():
            self._thumbnail(place).unlink(missing_ok=True)

    def _thumbnail(self, place: Place) -> Path:
        return paths.thumbnail_file(self._root, place.folder, place.file_name)


def _folders(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Folders that are no links; one that may not be entered is the check's failure, not an empty one."""
    with os.scandir(folder) as found:
        yield from (entry for entry in found if entry.is_dir(follow_symlinks=False))


def _live_below(letter: os.DirEntry[str]) -> Iterator[tuple[str, str]]:
    for folder in _folders(Path(letter.path)):
        if folder.name != NAME:
            for file in plain_files(Path(folder.path)):
                if not is_hidden_name(file.name):
                    yield folder.name, file.name


def _seen(entry: os.DirEntry[str]) -> FoundFile | None:
    """What discovery sees of it: nothing if it is hidden or has gone meanwhile."""
    try:
        known = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    attributes = getattr(known, "st_file_attributes", 0)
    if is_hidden_name(entry.name) or attributes & _HIDDEN_ATTRIBUTE or not is_storable(entry.name):
        return None
    return FoundFile(entry.name, known.st_size, known.st_mtime_ns)
