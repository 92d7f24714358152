"""The stage: bytes that are safe but not live. ``stage/<operation>.<PatNum>.<extension>`` is the note of an import.

Raises `OSError`; the store that owns it translates.
"""

import contextlib
import hashlib
import re
from collections.abc import Iterator
from io import RawIOBase
from pathlib import Path

from odimaging.failpoints import declare, failpoint
from odimaging.model.errors import BadRequest, FileMissing, StoreError
from odimaging.model.ids import OperationNumber, PatNum
from odimaging.model.ports import Progress, Source, Staged, StagedFile
from odimaging.storage import files
from odimaging.storage.side_store import SideStore, checked_operation, plain_files, stat_of

_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,20}")
_NAME = re.compile(r"([0-9a-f]{32})\.(-?[0-9]{1,19})(\.[A-Za-z0-9]{1,20})?")

_CHANGED = "The file changed while it was read. Nothing was imported."

declare(store_parked="a live file lies in the stage, its old folder is not flushed yet")


def stage_name(operation: OperationNumber, pat_num: PatNum, extension: str) -> str:
    """An extension that is not plain is left out: here it only helps the one who looks."""
    ending = extension if _EXTENSION.fullmatch(extension) else ""
    return f"{checked_operation(operation)}.{pat_num}{ending}"


def parsed_name(name: str) -> tuple[OperationNumber, PatNum, str] | None:
    """Operation, PatNum and extension of a stage or shelf file; None for anything else."""
    match = _NAME.fullmatch(name)
    return match and (OperationNumber(match[1]), PatNum(int(match[2])), match[3] or "")


def find(folder: Path, operation: OperationNumber) -> Path | None:
    """The file of an operation in the stage or on the shelf."""
    checked_operation(operation)
    names = (entry.name for entry in plain_files(folder) if entry.name.startswith(operation))
    return next((folder / name for name in names if parsed_name(name)), None)


def hashed(path: Path) -> Staged | None:
    """A stage file as evidence; None if it has gone meanwhile."""
    parsed = parsed_name(path.name)
    try:
        return parsed and Staged(*parsed, *files.sha256_of(path))
    except FileNotFoundError:
        return None


class Stage:
    """Copies sources in, lists and drops what lies there."""

    def __init__(self, side_store: SideStore) -> None:
        self._side_store = side_store
        self.folder = side_store.stage

    def path(self, staged: Staged) -> Path:
        """Where a staged file lies."""
        return self.folder / stage_name(staged.operation, staged.pat_num, staged.extension)

    def copy_in(
        self,
        source: Source,
        operation: OperationNumber,
        pat_num: PatNum,
        extension: str,
        progress: Progress | None,
    ) -> Staged:
        """Copy while hashing, flush file and folder. Whatever goes wrong, nothing is left."""
        target = self.folder / stage_name(operation, pat_num, extension)
        file = files.create_exclusive(target)
        try:
            with file:
                size, digest = _copy(source, file, progress)
            _compare(source, size, target)
            files.flush_folder(self.folder)
        except BaseException:
            # Also when cancelled or interrupted: an unfinished stage file is nobody's evidence.
            with contextlib.suppress(OSError):
                target.unlink(missing_ok=True)
            raise
        return Staged(operation, pat_num, extension, size, digest)

    def move_in(
        self, live: Path, operation: OperationNumber, pat_num: PatNum, extension: str
    ) -> Staged:
        """One rename, after the file could be read whole: one that cannot be stays where it is."""
        size, digest = files.sha256_of(live)
        files.move(live, self.folder / stage_name(operation, pat_num, extension))
        failpoint("store.parked")
        files.flush_folder(live.parent)
        return Staged(operation, pat_num, extension, size, digest)

    def drop(self, operation: OperationNumber) -> None:
        """Nothing if it is not there."""
        path = find(self.folder, operation)
        if path is not None:
            path.unlink(missing_ok=True)

    def listed(self) -> tuple[StagedFile, ...]:
        """Everything here, with its age by the store's own clock."""
        found = [
            (parsed, stat)
            for entry in plain_files(self.folder)
            if (parsed := parsed_name(entry.name)) and (stat := stat_of(entry))
        ]
        now = self._side_store.now_s() if found else 0.0
        # A parked file keeps its own old modification time; parking it changed st_ctime.
        return tuple(
            StagedFile(*parsed, stat.st_size, max(0.0, now - max(stat.st_mtime, stat.st_ctime)))
            for parsed, stat in found
        )

    def copy(self, operation: OperationNumber) -> Staged | None:
        """As evidence: hashed; None if it is not there."""
        path = find(self.folder, operation)
        return hashed(path) if path else None

    def present(self, staged: Staged) -> Path:
        """The file's path. Raises FileMissing."""
        path = self.path(staged)
        if not path.is_file():
            raise FileMissing(detail="not staged")
        return path


def _copy(source: Source, file: RawIOBase, progress: Progress | None) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    for piece in _pieces(source):
        files.write_all(file, piece)
        digest.update(piece)
        size += len(piece)
        if size > source.size:  # somebody still writes: this could go on for ever
            raise BadRequest(_CHANGED)
        if progress is not None:
            progress.report(size, source.size)
    files.flush_file(file)
    return size, digest.hexdigest()


def _pieces(source: Source) -> Iterator[bytes]:
    try:
        with source.open() as file:
            while piece := file.read(files.PIECE):
                yield piece
    except OSError as error:
        text = "The file could not be read to its end. Nothing was imported."
        raise BadRequest(text, f"source: errno {error.errno}") from error


def _compare(source: Source, size: int, target: Path) -> None:
    if size != source.size or not source.unchanged():
        raise BadRequest(_CHANGED)
    if target.stat().st_size != size:
        raise StoreError(
            "The image folder did not keep the whole file. Nothing was changed.", "size read back"
        )
