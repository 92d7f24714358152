"""Back from the shelf: stage from the shelf → row under its old number → publish."""

from dataclasses import dataclass
from functools import partial

from odimaging.failpoints import declare, failpoint
from odimaging.model.changes import Changes
from odimaging.model.document import Document
from odimaging.model.errors import Cancelled, DocumentNotFound, NotFound, OdImagingError
from odimaging.model.ids import DocNum, OperationNumber, PatNum
from odimaging.model.naming import next_free
from odimaging.model.ports import OpsNote, Progress, ShelfEntry, Staged, Store, UnitOfWork
from odimaging.repository import audit
from odimaging.repository.categories import default_category
from odimaging.repository.filing import UNFINISHED, Filing

declare(
    restore_noted="another system's document: the note is written",
    restore_staged="the bytes are in the stage too, no row yet",
    restore_inserted="the row is inserted again",
    restore_rowed="the row is named and logged, not yet committed",
    restore_committed="the row is committed, the bytes still in stage and on the shelf",
)


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
    """Deleted documents back to their patient, each for itself.

    A restore goes by the number of the deletion it takes back, so that one deletion makes one row at most (I7).
    """

    def __init__(self, filing: Filing) -> None:
        self._filing = filing

    def __call__(self, request: RestoreRequest, progress: Progress | None = None) -> RestoreResult:
        """Failures: NotFound where the shelf holds it no longer, LockBusy, StoreError.

        Stopped by the user between two: the result tells what is back; with none, Cancelled.
        """
        documents: list[Document] = []
        failures: list[RestoreFailure] = []
        total = len(request.operations)
        for number, operation in enumerate(request.operations):
            try:
                if progress is not None:
                    progress.report(number, total)
                documents.append(self._one(operation))
            except Cancelled:
                if not documents:
                    raise
                break
            except OdImagingError as error:
                failures.append(RestoreFailure(operation, error))
        changes = Changes(
            frozenset(one.pat_num for one in documents), frozenset(one.doc_num for one in documents)
        )
        return RestoreResult(tuple(documents), tuple(failures), changes)

    def _one(self, operation: OperationNumber) -> Document:
        filing, store = self._filing, self._filing.store
        with filing.locks.hold(f"op:{operation}", filing.lock_wait_s):
            store.check()
            entry = self._entry(operation)
            store.unstage(operation)  # of a restore that was stopped: the shelf has the bytes
            if not _takes_token(entry):
                store.write_note(_note(entry))
                failpoint("restore.noted")
            with filing.unit_of_work() as work:
                begun = work.documents.with_token(operation) or _already_there(work, entry)
            staged = store.stage_from_shelf(entry, operation)
            failpoint("restore.staged")
            if begun is not None:
                filing.settle(begun, staged, partial(_tidy, store, operation))
                return begun
            return filing.bring_in(
                "restore",
                staged,
                partial(self._row_step, entry, staged),
                undo=partial(_undo, store, operation),
                tidy=partial(_tidy, store, operation),
            )

    def _entry(self, operation: OperationNumber) -> ShelfEntry:
        for entry in self._filing.store.shelf():
            if entry.operation == operation:
                return entry
        raise NotFound("This is no longer among the deleted items.")

    def _row_step(self, entry: ShelfEntry, staged: Staged, work: UnitOfWork) -> Document:
        work.patients.get(entry.pat_num)
        if entry.kind == UNFINISHED:
            document = self._filing.insert(work, "restore", _unfinished(work, entry), staged)
        else:
            taken = work.documents.file_names(entry.pat_num)
            doc_num = work.documents.reinsert(entry.row, entry.operation)
            failpoint("restore.inserted")
            document = work.documents.get(doc_num)
            if document.file_name in taken:
                values = {"file_name": next_free(f"x{document.file_name}", taken)}
                work.documents.update(doc_num, values)
                document = work.documents.get(doc_num)
        work.log.add(audit.restored(work, document))
        return document


def _unfinished(work: UnitOfWork, entry: ShelfEntry) -> Document:
    """Bytes that never got a row are filed as if imported now."""
    category = default_category(work).def_num
    extension = entry.extension or ".bin"
    return Document(DocNum(0), entry.pat_num, category, work.now(), extension)


def _takes_token(entry: ShelfEntry) -> bool:
    """Decision 30: where another system's id stands, a note does the token's work."""
    source = entry.row.get("ExternalSource") or "None"
    return not entry.row.get("ExternalGUID") and source == "None"


def _already_there(work: UnitOfWork, entry: ShelfEntry) -> Document | None:
    """The row of a stopped restore that carries no token: its number and name tell."""
    if _takes_token(entry):
        return None
    try:
        document = work.documents.get(entry.doc_num)
    except DocumentNotFound:
        return None
    return document if document.file_name == entry.row.get("FileName") else None


def _note(entry: ShelfEntry) -> OpsNote:
    name = str(entry.row.get("FileName") or "")
    return OpsNote(entry.operation, "restore", entry.doc_num, entry.pat_num, name)


def _undo(store: Store, operation: OperationNumber) -> None:
    store.unstage(operation)
    store.remove_note(operation)


def _tidy(store: Store, operation: OperationNumber) -> None:
    store.unstage(operation)
    store.unshelve(operation)
    store.remove_note(operation)


class DeletedItems:
    """What a patient's part of the shelf holds, newest first."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, pat_num: PatNum) -> tuple[ShelfEntry, ...]:
        """Those of one patient."""
        return self._store.shelf(pat_num)
