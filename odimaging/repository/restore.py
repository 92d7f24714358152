"""Back from the shelf: stage from the shelf → row under its old number → publish."""

from dataclasses import dataclass

from odimaging.model.changes import Changes
from odimaging.model.document import Document
from odimaging.model.errors import OdImagingError
from odimaging.model.ids import OperationNumber, PatNum
from odimaging.model.ports import Progress, ShelfEntry, Store


@dataclass(frozen=True, slots=True)
class RestoreRequest:
    """Shelf entries by their operation numbers."""

    operations: tuple[OperationNumber, ...]


@dataclass(frozen=True, slots=True)
class RestoreFailure:
    """A shelf entry with which it did not work."""

    operation: OperationNumber
    error: OdImagingError


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """Documents that are back, and entries that stay on the shelf."""

    documents: tuple[Document, ...]
    failures: tuple[RestoreFailure, ...]
    changes: Changes


class Restore:
    """Deleted documents back to their patient, each for itself."""

    def __call__(self, request: RestoreRequest, progress: Progress | None = None) -> RestoreResult:
        """Failures: NotFound where the shelf holds it no longer, LockBusy, StoreError."""
        raise NotImplementedError


class DeletedItems:
    """What a patient's part of the shelf holds, newest first."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, pat_num: PatNum) -> tuple[ShelfEntry, ...]:
        """Those of one patient."""
        return self._store.shelf(pat_num)
