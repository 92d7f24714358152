"""Documents DELETE, 24.2.32: park → row → shelve (reliability contract §1.3, decisions 21 and 29)."""

import logging
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from odimaging.failpoints import failpoint
from odimaging.model.changes import Changes
from odimaging.model.document import Document
from odimaging.model.errors import BadRequest, Cancelled, DocumentNotFound, OdImagingError
from odimaging.model.ids import DocNum, OperationNumber
from odimaging.model.ports import OpsNote, Progress, Staged, UnitOfWork
from odimaging.repository import audit
from odimaging.repository.failure import Failure
from odimaging.repository.filing import Filing
from odimaging.repository.mending import Mending

log = logging.getLogger(__name__)

GROUP = 10
"""Documents that wait the pause together; each holds a lock meanwhile."""


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


@dataclass(frozen=True, slots=True)
class _Parked:
    """A document on its way out: its file lies in the stage, its row still stands."""

    document: Document
    note: OpsNote
    staged: Staged


class Delete:
    """Documents to the shelf, each for itself; beside Open Dental a group waits the pause together (decision 48)."""

    def __init__(self, filing: Filing, mending: Mending) -> None:
        self._filing = filing
        self._mending = mending

    def __call__(self, request: DeleteRequest, progress: Progress | None = None) -> DeleteResult:
        """Failures: DocumentNotFound (404), BadRequest when referenced (400), FileInUse, LockBusy.

        Stopped by the user between two documents: the result tells what is deleted; with none, Cancelled.
        """
        deleted: list[Deleted] = []
        failures: list[Failure] = []
        changes, doc_nums = Changes(), tuple(dict.fromkeys(request.doc_nums))
        size = GROUP if self._filing.pause else 1
        for start in range(0, len(doc_nums), size):
            if not _goes_on(progress, start, len(doc_nums), bool(deleted)):
                break
            for parked in self._group(doc_nums[start : start + size], failures):
                document = parked.document
                kept = parked.note.operation if self._filing.store.keeps_deleted else None
                deleted.append(Deleted(document.doc_num, kept))
                changes |= Changes.of_document(document.pat_num, document.doc_num)
        return DeleteResult(tuple(deleted), tuple(failures), changes)

    def _group(self, doc_nums: Sequence[DocNum], failures: list[Failure]) -> list[_Parked]:
        """Those that are gone now."""
        gone: list[_Parked] = []
        with ExitStack() as locks:
            parked = [one for one in (self._park(d, locks, failures) for d in doc_nums) if one]
            if parked and self._filing.pause:
                self._filing.pause()
            for one in parked:
                try:
                    self._filing.take_out(one.note, one.staged, partial(_row_step, one.document))
                    self._drop_thumbnail(one.document)
                    gone.append(one)
                except OdImagingError as error:
                    failures.append(Failure(one.document.doc_num, error))
        return gone

    def _park(self, doc_num: DocNum, locks: ExitStack, failures: list[Failure]) -> _Parked | None:
        try:
            self._filing.store.check()
            self._mending.if_missing(doc_num)
            self._lock(f"doc:{doc_num}", locks)
            with self._filing.unit_of_work() as work:
                filing_it = work.documents.get(doc_num).operation
            if filing_it is not None:
                # Its file may not be live yet: whoever files it comes to the end first.
                self._lock(f"op:{filing_it}", locks)
            return self._parked(doc_num)
        except OdImagingError as error:
            failures.append(Failure(doc_num, error))
            return None

    def _lock(self, name: str, locks: ExitStack) -> None:
        locks.enter_context(self._filing.locks.hold(name, self._filing.lock_wait_s))

    def _parked(self, doc_num: DocNum) -> _Parked:
        with self._filing.unit_of_work() as work:
            document = work.documents.get(doc_num)
            _require_unreferenced(work, doc_num)
            row = work.documents.snapshot(doc_num)
            place = self._filing.place(work, document)
        operation = self._filing.new_operation()
        note = OpsNote(operation, "delete", doc_num, document.pat_num, document.file_name, row)
        return _Parked(document, note, self._filing.park(note, place))

    def _drop_thumbnail(self, document: Document) -> None:
        try:
            with self._filing.unit_of_work() as work:
                place = self._filing.place(work, document)
            self._filing.store.remove_thumbnail(place)
        except OdImagingError as error:
            log.warning("thumbnail of %d stays: %s", document.doc_num, type(error).__name__)


def _row_step(document: Document, work: UnitOfWork) -> None:
    if not work.documents.delete(document.doc_num):
        raise DocumentNotFound
    failpoint("out.deleted")
    work.log.add(audit.deleted(work, document))


def _require_unreferenced(work: UnitOfWork, doc_num: DocNum) -> None:
    references = work.documents.references(doc_num)
    if references:
        words = " and ".join(reference.words for reference in references)
        raise BadRequest(f"This image cannot be deleted: it is used by {words}.")


def _goes_on(progress: Progress | None, done: int, total: int, any_deleted: bool) -> bool:
    try:
        if progress is not None:
            progress.report(done, total)
    except Cancelled:
        if not any_deleted:
            raise
        return False
    return True
