"""The Store port in memory, and sources without files. Passes the same contract suite as the real stores."""

import hashlib
import io
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from odimaging.model.document import extension_of
from odimaging.model.errors import (
    BadRequest,
    FileMissing,
    InvalidField,
    NameTaken,
    StoreError,
    StoreUnavailable,
)
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


@dataclass
class _Live:
    data: bytes
    modified_ns: int


@dataclass
class _Stage:
    pat_num: PatNum
    extension: str
    data: bytes
    since_s: float


class MemoryStore:
    """A store with a clock of its own. ``available`` False: the root is gone.

    ``raise_at("publish", StoreFull())`` makes the next call of that name fail, before it did anything;
    ``calls`` counts all of them by name. ``keeps_deleted`` may be set to False: then nothing is shelved.
    """

    def __init__(self, identity: str = "memory", root: str = "/images") -> None:
        self.identity = identity
        self.keeps_deleted = True
        self.available = True
        self.now_s = 0.0
        self.calls: Counter[str] = Counter()
        self.live: dict[tuple[str, str], _Live] = {}
        self.stages: dict[OperationNumber, _Stage] = {}
        self.shelved: dict[OperationNumber, tuple[ShelfEntry, bytes]] = {}
        self.ops: dict[OperationNumber, OpsNote] = {}
        self.thumbnails: dict[tuple[str, str], bytes] = {}
        self._root = root
        self._faults: dict[str, list[StoreError]] = {}
        self._lock = threading.RLock()
        self._tick = 0

    def raise_at(self, call: str, error: StoreError, times: int = 1) -> None:
        """The next ``times`` calls of this method raise ``error``."""
        self._faults.setdefault(call, []).extend([error] * times)

    def put_live(self, folder: str, name: str, data: bytes) -> Place:
        """A file that somebody else put there, hidden names and all."""
        with self._lock:
            self._tick += 1
            self.live[(folder, name)] = _Live(data, self._tick)
        return Place(folder, name)

    def _enter(self, call: str) -> None:
        self.calls[call] += 1
        faults = self._faults.get(call)
        if faults:
            raise faults.pop(0)
        if not self.available:
            raise StoreUnavailable

    def check(self) -> None:
        self._enter("check")

    def folder_for(self, patient: Patient) -> str:
        folder = patient.image_folder or image_folder_name(patient)
        if not is_storable(folder) or folder.startswith("."):
            raise InvalidField("The image folder of this patient has a name that cannot be used.")
        return folder

    def file_path(self, place: Place) -> str:
        if not _usable(place):
            return ""
        return f"{self._root}/{place.folder[0].upper()}/{place.folder}/{place.file_name}"

    def stat(self, place: Place) -> FileStat | None:
        with self._lock:
            self._enter("stat")
            found = self._found(place)
            return FileStat(len(found.data), found.modified_ns) if found else None

    def open(self, place: Place) -> BinaryIO:
        with self._lock:
            self._enter("open")
            return io.BytesIO(self._live(place).data)

    def stage(
        self,
        source: Source,
        operation: OperationNumber,
        pat_num: PatNum,
        extension: str,
        progress: Progress | None = None,
    ) -> Staged:
        self._enter("stage")
        if operation in self.stages:
            raise NameTaken
        with source.open() as file:
            data = file.read()
        if progress is not None:
            progress.report(len(data), len(data))
        if not source.unchanged():
            raise BadRequest("The file changed while it was read. Nothing was imported.")
        with self._lock:
            return self._put_stage(operation, pat_num, extension, data)

    def _put_stage(
        self, operation: OperationNumber, pat_num: PatNum, extension: str, data: bytes
    ) -> Staged:
        self.stages[operation] = _Stage(pat_num, extension, data, self.now_s)
        return _staged(operation, self.stages[operation])

    def unstage(self, operation: OperationNumber) -> None:
        with self._lock:
            self._enter("unstage")
            self.stages.pop(operation, None)

    def staged(self) -> tuple[StagedFile, ...]:
        with self._lock:
            self._enter("staged")
            return tuple(
                StagedFile(
                    number, one.pat_num, one.extension, len(one.data), self.now_s - one.since_s
                )
                for number, one in self.stages.items()
            )

    def staged_copy(self, operation: OperationNumber) -> Staged | None:
        with self._lock:
            self._enter("staged_copy")
            one = self.stages.get(operation)
            return _staged(operation, one) if one else None

    def publish(self, staged: Staged, place: Place) -> None:
        with self._lock:
            self._enter("publish")
            _require_usable(place)
            there = self.live.get((place.folder, place.file_name))
            if there is not None:
                if _sha256(there.data) != staged.sha256:
                    raise NameTaken
                self.stages.pop(staged.operation, None)
                return
            one = self.stages.pop(staged.operation, None)
            if one is None:
                raise FileMissing
            self.put_live(place.folder, place.file_name, one.data)

    def park(self, place: Place, operation: OperationNumber, pat_num: PatNum) -> Staged:
        with self._lock:
            self._enter("park")
            data = self._live(place).data
            if operation in self.stages:
                raise NameTaken
            del self.live[(place.folder, place.file_name)]
            return self._put_stage(operation, pat_num, extension_of(place.file_name), data)

    def shelve(self, staged: Staged, entry: ShelfEntry) -> None:
        with self._lock:
            self._enter("shelve")
            one = self.stages.pop(staged.operation, None)
            if one is not None:
                self.shelved[entry.operation] = (entry, one.data)
            elif entry.operation not in self.shelved:
                raise FileMissing

    def shelf(self, pat_num: PatNum | None = None) -> tuple[ShelfEntry, ...]:
        with self._lock:
            self._enter("shelf")
            entries = [
                entry
                for entry, _ in self.shelved.values()
                if pat_num is None or entry.pat_num == pat_num
            ]
        return tuple(sorted(entries, key=lambda entry: entry.shelved_at, reverse=True))

    def stage_from_shelf(self, entry: ShelfEntry, operation: OperationNumber) -> Staged:
        with self._lock:
            self._enter("stage_from_shelf")
            if entry.operation not in self.shelved:
                raise FileMissing
            if operation in self.stages:
                raise NameTaken
            _, data = self.shelved[entry.operation]
            return self._put_stage(operation, entry.pat_num, entry.extension, data)

    def unshelve(self, operation: OperationNumber) -> None:
        with self._lock:
            self._enter("unshelve")
            self.shelved.pop(operation, None)

    def write_note(self, note: OpsNote) -> None:
        with self._lock:
            self._enter("write_note")
            self.ops[note.operation] = note

    def notes(self) -> tuple[OpsNote, ...]:
        with self._lock:
            self._enter("notes")
            return tuple(self.ops.values())

    def remove_note(self, operation: OperationNumber) -> None:
        with self._lock:
            self._enter("remove_note")
            self.ops.pop(operation, None)

    def new_files(self, folder: str) -> tuple[FoundFile, ...]:
        with self._lock:
            self._enter("new_files")
            return tuple(
                FoundFile(name, len(file.data), file.modified_ns)
                for (where, name), file in self.live.items()
                if where == folder and is_storable(name) and not is_hidden_name(name)
            )

    def live_files(self) -> Iterator[tuple[str, str]]:
        with self._lock:
            self._enter("live_files")
            return iter([key for key in self.live if not is_hidden_name(key[1])])

    def read_thumbnail(self, place: Place) -> bytes | None:
        with self._lock:
            self._enter("read_thumbnail")
            return self.thumbnails.get((place.folder, place.file_name))

    def write_thumbnail(self, place: Place, data: bytes) -> None:
        with self._lock:
            self._enter("write_thumbnail")
            _require_usable(place)
            self.thumbnails[(place.folder, place.file_name)] = data

    def remove_thumbnail(self, place: Place) -> None:
        with self._lock:
            self._enter("remove_thumbnail")
            self.thumbnails.pop((place.folder, place.file_name), None)

    def sweep(self, older_than_s: float) -> None:
        self._enter("sweep")

    def _found(self, place: Place) -> _Live | None:
        return self.live.get((place.folder, place.file_name)) if _usable(place) else None

    def _live(self, place: Place) -> _Live:
        found = self._found(place)
        if found is None:
            raise FileMissing
        return found


def _usable(place: Place) -> bool:
    return (
        is_storable(place.folder)
        and not place.folder.startswith(".")
        and is_storable(place.file_name)
    )


def _require_usable(place: Place) -> None:
    if not _usable(place):
        raise InvalidField("This file name cannot be used.")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _staged(operation: OperationNumber, stage: _Stage) -> Staged:
    return Staged(operation, stage.pat_num, stage.extension, len(stage.data), _sha256(stage.data))


class MemorySource:
    """Bytes that are to be filed. Set ``changes`` to make it differ at the end."""

    def __init__(self, name: str, data: bytes, modified: datetime | None = None) -> None:
        self.name = name
        self.data = data
        self.modified = modified
        self.changes = False

    @property
    def size(self) -> int:
        return len(self.data)

    def open(self) -> BinaryIO:
        return io.BytesIO(self.data)

    def unchanged(self) -> bool:
        return not self.changes


class MemorySources:
    """Local files that exist only here: ``files`` maps a path with ``/`` to its source."""

    def __init__(self, files: Mapping[str, MemorySource] | None = None) -> None:
        self.files = dict(files or {})

    def put(self, path: str, data: bytes, modified: datetime | None = None) -> MemorySource:
        """A file to be found under ``path``."""
        source = MemorySource(path.rpartition("/")[2], data, modified)
        self.files[path] = source
        return source

    def file(self, path: str) -> Source:
        source = self.files.get(path)
        if source is None:
            raise BadRequest("This file is not there any more.")
        if not source.data:
            raise BadRequest("This file is empty.")
        return source

    def memory(self, name: str, data: bytes) -> Source:
        return MemorySource(name, data)

    def files_below(self, paths: Sequence[str]) -> tuple[str, ...]:
        found = [
            known
            for path in paths
            for known in sorted(self.files)
            if known == path or known.startswith(f"{path.rstrip('/')}/")
        ]
        return tuple(dict.fromkeys(found))
