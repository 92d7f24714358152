"""The invariants, read-only: what lies without a row, what row has no bytes, what was left half done."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from odimaging.model.errors import DocumentNotFound, LockBusy, PatientNotFound
from odimaging.model.ids import DocNum, OperationNumber
from odimaging.model.ports import Place, Progress
from odimaging.repository.filing import DELETED, Filing
from odimaging.repository.mending import UNFINISHED_AFTER_S

Spot = tuple[str, str]
Rows = defaultdict[Spot, list[DocNum]]
"""Documents by folder and file name."""


class FindingCode(Enum):
    """What is wrong; the value is the sentence."""

    FILE_WITHOUT_ROW = "A file in a patient folder has no document."
    ROW_WITHOUT_FILE = "A document's file is missing."
    SAME_FILE_TWICE = "Two documents name the same file."
    TOKEN_LEFT = "An import was not finished."
    STAGE_LEFT = "An unfinished copy belongs to no document."
    NOTE_LEFT = "A deletion was not finished."
    SHELF_TWICE = "A deleted document is also there."


@dataclass(frozen=True, slots=True)
class Finding:
    """Numbers only."""

    code: FindingCode
    doc_num: DocNum = DocNum(0)
    operation: OperationNumber | None = None


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Empty: all is well."""

    findings: tuple[Finding, ...] = ()


class Check:
    """The whole practice. What an operation holds at this moment is left out, and every suspicion is looked at twice."""

    def __init__(self, filing: Filing, unfinished_after_s: float = UNFINISHED_AFTER_S) -> None:
        self._filing = filing
        self._unfinished_after_s = unfinished_after_s

    def __call__(self, progress: Progress | None = None) -> CheckReport:
        """Raises StoreUnavailable, DatabaseError."""
        self._filing.store.check()
        live = set(self._filing.store.live_files())
        rows = self._rows()
        findings = (
            *self._rows_without_file(rows, live, progress),
            *self._files_without_row(rows, live),
            *_same_file(rows),
            *self._left_over(),
            *self._shelf(),
        )
        return CheckReport(findings)

    def _rows(self) -> Rows:
        rows: Rows = defaultdict(list)
        with self._filing.unit_of_work() as work:
            for doc_num, _, folder, name in work.documents.places():
                rows[folder, name].append(doc_num)
        return rows

    def _rows_without_file(
        self, rows: Rows, live: set[Spot], progress: Progress | None
    ) -> Iterator[Finding]:
        missing = [
            number for spot, numbers in rows.items() if spot not in live for number in numbers
        ]
        for done, doc_num in enumerate(missing):
            if progress is not None:
                progress.report(done, len(missing))
            if self._has_no_bytes(doc_num):
                yield Finding(FindingCode.ROW_WITHOUT_FILE, doc_num)

    def _has_no_bytes(self, doc_num: DocNum) -> bool:
        store = self._filing.store
        with self._filing.unit_of_work() as work:
            try:
                document = work.documents.get(doc_num)
                place = self._filing.place(work, document)
            except (DocumentNotFound, PatientNotFound):
                return False
        if document.pending is not None or store.stat(place) is not None:
            return False
        left = {one.operation for one in store.notes() if one.doc_num == doc_num}
        if document.operation is not None:
            left.add(document.operation)
        return not any(store.staged_copy(operation) for operation in left)

    def _files_without_row(self, rows: Rows, live: set[Spot]) -> Iterator[Finding]:
        suspects = live - rows.keys()
        fresh = self._rows() if suspects else rows
        for folder, name in suspects - fresh.keys():
            if self._filing.store.stat(Place(folder, name)) is not None:
                yield Finding(FindingCode.FILE_WITHOUT_ROW)

    def _left_over(self) -> Iterator[Finding]:
        store = self._filing.store
        with self._filing.unit_of_work() as work:
            tokens = {operation: doc_num for doc_num, operation in work.documents.tokens()}
        notes = {note.operation: note for note in store.notes()}
        for operation, doc_num in tokens.items():
            if not self._is_busy(f"op:{operation}"):
                yield Finding(FindingCode.TOKEN_LEFT, doc_num, operation)
        for operation, note in notes.items():
            if not self._is_busy(f"op:{operation}") and not self._is_busy(f"doc:{note.doc_num}"):
                yield Finding(FindingCode.NOTE_LEFT, note.doc_num, operation)
        for file in store.staged():
            known = file.operation in tokens or file.operation in notes
            if not known and file.age_s >= self._unfinished_after_s:
                yield Finding(FindingCode.STAGE_LEFT, operation=file.operation)

    def _is_busy(self, lock: str) -> bool:
        try:
            with self._filing.locks.hold(lock):
                return False
        except LockBusy:
            return True

    def _shelf(self) -> Iterator[Finding]:
        for entry in self._filing.store.shelf():
            if entry.kind != DELETED:
                continue
            with self._filing.unit_of_work() as work:
                try:
                    document = work.documents.get(entry.doc_num)
                except DocumentNotFound:
                    continue
            if document.file_name == entry.row.get("FileName"):
                yield Finding(FindingCode.SHELF_TWICE, entry.doc_num, entry.operation)


def _same_file(rows: Rows) -> Iterator[Finding]:
    for (folder, name), numbers in rows.items():
        if folder and name and len(numbers) > 1:
            yield from (Finding(FindingCode.SAME_FILE_TWICE, number) for number in numbers)
