"""Documents DELETE, 24.2.32: park → row → shelve (reliability contract §1.3, decisions 21 and 29)."""

from dataclasses import dataclass

from odimaging.model.changes import Changes
from odimaging.model.ids import DocNum, OperationNumber
from odimaging.model.ports import Progress
from odimaging.repository.failure import Failure


@dataclass(frozen=True, slots=True)
class DeleteRequest:
    """One or many."""

    doc_nums: tuple[DocNum, ...]


@dataclass(frozen=True, slots=True)
class Deleted:
    """``operation`` restores it; None: it is gone for good."""

    doc_num: DocNum
    operation: OperationNumber | None


@dataclass(frozen=True, slots=True)
class DeleteResult:
    """Each document is in ``deleted`` or in ``failures``."""

    deleted: tuple[Deleted, ...]
    failures: tuple[Failure, ...]
    changes: Changes


class Delete:
    """Documents to the shelf, each for itself."""

    def __call__(self, request: DeleteRequest, progress: Progress | None = None) -> DeleteResult:
        """Failures: DocumentNotFound (404), BadRequest when referenced (400), FileInUse, LockBusy."""
        raise NotImplementedError
