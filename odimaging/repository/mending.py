"""What a stopped operation left is finished or undone, by evidence (the table of reliability contract §1.2).

`Recovery` mends everything; a reader that misses a file mends that document. A lock held means that somebody is alive:
then nothing is touched.
"""

from collections.abc import Iterable
from enum import Enum

from odimaging.failpoints import declare, failpoint
from odimaging.model.document import Document
from odimaging.model.errors import DocumentNotFound, LockBusy
from odimaging.model.ids import DocNum, OperationNumber
from odimaging.model.ports import OpsNote, ShelfEntry, Staged, StagedFile
from odimaging.repository.filing import UNFINISHED, Filing, is_stub

UNFINISHED_AFTER_S = 15 * 60.0

declare(
    recovery_rowed="what a half deleted row left behind is deleted",
    recovery_unstaged="staged bytes without a row, which are safe elsewhere, are dropped",
    recovery_shelved="staged bytes that never got a row are on the shelf",
)


class Outcome(Enum):
    """What mending one operation came to."""

    NOTHING = "nothing to do, or not yet"
    FINISHED = "finished"
    UNDONE = "undone"
    SHELVED = "to the shelf as unfinished"
    MISSING = "its bytes are lost"
    BUSY = "somebody is at it"


class Mending:
    """Any thread. ``unfinished_after_s``: how old staged bytes without a row must be to go to the shelf."""

    def __init__(self, filing: Filing, unfinished_after_s: float = UNFINISHED_AFTER_S) -> None:
        self._filing = filing
        self._unfinished_after_s = unfinished_after_s

    def if_missing(self, doc_num: DocNum) -> bool:
        """Mend a document whose file is not where its row says; True if something was done."""
        with self._filing.unit_of_work() as work:
            document = work.documents.get(doc_num)
            place = self._filing.place(work, document)
        if document.pending is not None or self._filing.store.stat(place) is not None:
            return False
        left = [note.operation for note in self._filing.store.notes() if note.doc_num == doc_num]
        if document.operation is not None:
            left.append(document.operation)
        outcomes = [self.operation(operation) for operation in left]
        return any(outcome is not Outcome.NOTHING for outcome in outcomes)

    def operation(self, operation: OperationNumber) -> Outcome:
        """One operation, under its lock."""
        note = self._note(operation)
        try:
            with self._filing.locks.hold(_lock_name(operation, note)):
                if _lock_name(operation, self._note(operation)) != _lock_name(operation, note):
                    return Outcome.NOTHING  # it has only just begun
                return self._mended(operation, note)
        except LockBusy:
            return Outcome.BUSY

    def _note(self, operation: OperationNumber) -> OpsNote | None:
        notes = self._filing.store.notes()
        return next((note for note in notes if note.operation == operation), None)

    def _mended(self, operation: OperationNumber, note: OpsNote | None) -> Outcome:
        staged = self._filing.store.staged_copy(operation)
        with self._filing.unit_of_work() as work:
            document = work.documents.with_token(operation)
        if document is not None:
            return self._finished(document, operation, staged)
        note = self._note(operation)
        if note is not None and note.kind == "delete":
            return self._deletion(note, staged)
        if note is not None and note.kind == "discover":
            self._filing.put_back(note, staged)
            return Outcome.UNDONE
        if note is not None:
            return self._tokenless(note.doc_num, note.file_name, operation, staged)
        return self._without_row(operation, staged) if staged else Outcome.NOTHING

    def _finished(
        self, document: Document, operation: OperationNumber, staged: Staged | None
    ) -> Outcome:
        """The row is made: publish what is staged, or on the shelf; clear the token."""
        filing = self._filing
        entry = self._shelved(operation)
        if staged is None and entry is not None:
            staged = filing.store.stage_from_shelf(entry, operation)
        if staged is None and not self._is_live(document):
            return Outcome.MISSING
        filing.finish(document, staged, lambda: self._tidy(operation))
        return Outcome.FINISHED

    def _is_live(self, document: Document) -> bool:
        with self._filing.unit_of_work() as work:
            place = self._filing.place(work, document)
        return document.pending is not None or self._filing.store.stat(place) is not None

    def _tidy(self, operation: OperationNumber) -> None:
        store = self._filing.store
        store.unstage(operation)
        store.unshelve(operation)
        store.remove_note(operation)

    def _deletion(self, note: OpsNote, staged: Staged | None) -> Outcome:
        if self._filing.row_stays(note):
            self._filing.put_back(note, staged)
            return Outcome.UNDONE
        with self._filing.unit_of_work() as work:
            work.documents.delete(note.doc_num)  # MyISAM may have kept half of what hung on it
            work.commit()
        failpoint("recovery.rowed")
        self._filing.shelve(note, staged)
        return Outcome.FINISHED

    def _tokenless(
        self,
        doc_num: DocNum,
        file_name: str,
        operation: OperationNumber,
        staged: Staged | None,
    ) -> Outcome:
        """A row that another system's ExternalGUID keeps free of our token: its number and name tell."""
        with self._filing.unit_of_work() as work:
            try:
                document = work.documents.get(doc_num)
            except DocumentNotFound:
                document = None
        if document is not None and document.file_name == file_name and not document.pending:
            entry = self._shelved(operation)
            if staged is None and entry is not None:
                staged = self._filing.store.stage_from_shelf(entry, operation)
            self._filing.finish(document, staged, lambda: self._tidy(operation))
            return Outcome.FINISHED
        self._filing.store.unstage(operation)
        failpoint("recovery.unstaged")
        self._filing.store.remove_note(operation)
        return Outcome.UNDONE

    def _without_row(self, operation: OperationNumber, staged: Staged) -> Outcome:
        entry = self._shelved(operation)
        if entry is not None:
            return self._tokenless(
                entry.doc_num, str(entry.row.get("FileName") or ""), operation, staged
            )
        if is_stub(staged):
            self._filing.store.unstage(operation)
            failpoint("recovery.unstaged")
            return Outcome.UNDONE
        if self._age_s(operation) < self._unfinished_after_s:
            return Outcome.NOTHING
        with self._filing.unit_of_work() as work:
            now = work.now()
        unfinished = ShelfEntry(
            operation, UNFINISHED, staged.pat_num, DocNum(0), staged.extension, staged.size, now
        )
        self._filing.store.shelve(staged, unfinished)
        failpoint("recovery.shelved")
        return Outcome.SHELVED

    def _age_s(self, operation: OperationNumber) -> float:
        files: Iterable[StagedFile] = self._filing.store.staged()
        return next((file.age_s for file in files if file.operation == operation), 0.0)

    def _shelved(self, operation: OperationNumber) -> ShelfEntry | None:
        entries = self._filing.store.shelf()
        return next((entry for entry in entries if entry.operation == operation), None)


def _lock_name(operation: OperationNumber, note: OpsNote | None) -> str:
    """A deletion holds its document's lock, everything else its operation's."""
    if note is not None and note.kind == "delete":
        return f"doc:{note.doc_num}"
    return f"op:{operation}"
