"""The shelf: deleted documents at rest (decision 29). ``<operation>.<PatNum>.<extension>`` and its ``.entry.json``.

The entry is written before the file comes and removed after it went, so a file is never there without its story.
Raises `OSError`; the store that owns it translates.
"""

import contextlib
from pathlib import Path

from odimaging.failpoints import declare, failpoint
from odimaging.model.errors import FileMissing
from odimaging.model.ids import OperationNumber, PatNum
from odimaging.model.ports import ShelfEntry, Staged
from odimaging.storage import entries, files
from odimaging.storage.side_store import SideStore, checked_operation, plain_files, read_small
from odimaging.storage.stage import Stage, find, parsed_name, stage_name

_ENTRY = ".entry.json"

declare(
    store_entered="the shelf entry is written, its file is still staged",
    store_emptied="the shelved file is gone, its entry is still there",
)


class Shelf:
    """Brings staged files to rest and back."""

    def __init__(self, side_store: SideStore, stage: Stage) -> None:
        self._side_store = side_store
        self._stage = stage
        self.folder = side_store.shelf

    def lay(self, staged: Staged, entry: ShelfEntry) -> None:
        """Stage → shelf; done if the file lies there already. Raises FileMissing if it is nowhere."""
        if find(self.folder, entry.operation) is not None:
            return
        source = self._stage.present(staged)
        name = stage_name(entry.operation, entry.pat_num, staged.extension)
        self._side_store.put(
            self._entry(entry.operation, entry.pat_num), entries.entry_to_json(entry)
        )
        failpoint("store.entered")
        files.move(source, self.folder / name)
        files.flush_folder(self._stage.folder)

    def listed(self, pat_num: PatNum | None) -> tuple[ShelfEntry, ...]:
        """Entries whose file is there, newest first."""
        names = [entry.name for entry in plain_files(self.folder)]
        whole = {parsed[:2] for name in names if (parsed := parsed_name(name))}
        found = [
            entry
            for operation, number in whole
            if pat_num in (None, number) and (entry := self._read(operation, number))
        ]
        return tuple(sorted(found, key=lambda entry: entry.shelved_at, reverse=True))

    def _read(self, operation: OperationNumber, pat_num: PatNum) -> ShelfEntry | None:
        data = read_small(self._entry(operation, pat_num))
        entry = entries.entry_from_json(data) if data else None
        matches = entry and (entry.operation, entry.pat_num) == (operation, pat_num)
        return entry if matches else None

    def copy_out(self, entry: ShelfEntry, operation: OperationNumber) -> Staged:
        """A second name in the stage, or a copy where the file system has no links. Raises FileMissing."""
        source = find(self.folder, entry.operation)
        if source is None:
            raise FileMissing("This deleted image is not there any more.", "not on the shelf")
        target = self._stage.folder / stage_name(operation, entry.pat_num, entry.extension)
        files.second_name(source, target)
        size, digest = files.sha256_of(target)
        return Staged(operation, entry.pat_num, entry.extension, size, digest)

    def drop(self, operation: OperationNumber) -> None:
        """File, then entry; nothing if they are not there."""
        path = find(self.folder, operation)
        if path is not None:
            path.unlink(missing_ok=True)
        failpoint("store.emptied")
        for leftover in self.folder.glob(f"{checked_operation(operation)}.*{_ENTRY}"):
            with contextlib.suppress(FileNotFoundError):
                leftover.unlink()

    def _entry(self, operation: OperationNumber, pat_num: PatNum) -> Path:
        return self.folder / f"{checked_operation(operation)}.{pat_num}{_ENTRY}"
