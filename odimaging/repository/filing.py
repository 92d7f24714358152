"""The one scheme for bytes and row: in by stage → row → publish, out by park → row → shelve (reliability contract §1.2).

Import, discovery, materialising, deletion, restoring and recovery all file through here, so that the order of steps
stands in one place. What the row says is the operation's business; which bytes, the store's.
"""

import io
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO

from odimaging.failpoints import declare, failpoint
from odimaging.model.document import Document
from odimaging.model.errors import (
    DatabaseError,
    DatabaseUnavailable,
    DocumentNotFound,
    FileMissing,
    NameTaken,
    OdImagingError,
    StoreError,
)
from odimaging.model.ids import DefNum, OperationNumber
from odimaging.model.naming import generated_name, next_free
from odimaging.model.patient import Patient
from odimaging.model.ports import (
    Locks,
    OpsNote,
    Place,
    ShelfEntry,
    Staged,
    Store,
    UnitOfWork,
    UnitOfWorkFactory,
)

log = logging.getLogger(__name__)

LOCK_WAIT_S = 5.0
"""How long an operation on a document waits for another workstation (contract §1.4)."""

NO_FILE = ".nofile"
"""Extension in the stage and on the shelf of a document that had no file: its row alone is kept."""

DELETED = "deleted"
UNFINISHED = "unfinished"
"""Kinds of shelf entries: a document that was deleted, bytes whose row was never made."""

UNCERTAIN = (
    "The connection to the database was lost at the last moment. "
    "Look in a few minutes whether it was done before you repeat it."
)

declare(
    finish_named="a row that only had an extension got its name",
    finish_renamed="the name was taken: the row names the next free one",
    finish_published="the bytes are live under the row's name",
    finish_tidied="what the operation left beside is removed",
    finish_released="the token is cleared",
    out_noted="the note of what will be parked is written",
    out_parked="the live file is in the stage",
    out_deleted="the row is deleted, not yet in the log, not yet committed",
    out_rowed="the row is deleted and logged, not yet committed",
    out_committed="the row is gone",
    out_shelved="the bytes are on the shelf",
    out_finished="the note is removed",
    back_published="a parked file is live again",
    back_finished="its note is removed",
)


def new_operation() -> OperationNumber:
    """32 random hex digits."""
    return OperationNumber(secrets.token_hex(16))


def _nothing() -> None:
    """Nothing to do."""


class NoBytes:
    """Stands in for the file of a document that has none, so that its row can rest on the shelf."""

    name = ""
    size = 0
    modified: datetime | None = None

    def open(self) -> BinaryIO:
        """Nothing to read."""
        return io.BytesIO()

    def unchanged(self) -> bool:
        """Always."""
        return True


def is_stub(staged: Staged) -> bool:
    """Whether it stands for the file of a document that has none: never to be published."""
    return staged.extension == NO_FILE and staged.size == 0


def is_unnamed(file_name: str) -> bool:
    """True for a FileName that is only an extension: the row still waits for its name (facts §2.3)."""
    return len(file_name) > 1 and file_name.startswith(".") and "." not in file_name[1:]


@dataclass(frozen=True, slots=True)
class Filing:
    """The ports filing needs, and its steps. ``pause``: decision 48's two seconds where Open Dental works beside us."""

    unit_of_work: UnitOfWorkFactory
    store: Store
    locks: Locks
    pause: Callable[[], None] | None = None
    new_operation: Callable[[], OperationNumber] = new_operation
    lock_wait_s: float = LOCK_WAIT_S

    def folder(self, work: UnitOfWork, patient: Patient) -> str:
        """The patient's folder; assigned in the row where it was blank (facts §2.2)."""
        folder = self.store.folder_for(patient)
        if not folder or patient.image_folder:
            return folder
        work.patients.set_image_folder(patient.pat_num, folder)
        return self.store.folder_for(work.patients.get(patient.pat_num))

    def place(self, work: UnitOfWork, document: Document) -> Place:
        """Where the document's bytes lie by its row."""
        folder = self.store.folder_for(work.patients.get(document.pat_num))
        return Place(folder, document.file_name, document.doc_num)

    # ------------------------------------------------------------ in

    def insert(self, work: UnitOfWork, kind: str, document: Document, staged: Staged) -> Document:
        """INSERT with the token, then the name if FileName is only an extension. No commit."""
        patient = work.patients.get(document.pat_num)
        self.folder(work, patient)
        doc_num = work.documents.insert(
            document, raw_base64=staged.raw_base64, token=staged.operation
        )
        failpoint(f"{kind}.inserted")
        return self._named(work, replace(document, doc_num=doc_num), patient)

    def bring_in(
        self,
        kind: str,
        staged: Staged,
        row: Callable[[UnitOfWork], Document],
        undo: Callable[[], None],
        tidy: Callable[[], None] = _nothing,
    ) -> Document:
        """Row → publish for staged bytes.

        ``undo`` is called only when it is certain that there is no row; ``tidy`` once the bytes are live.
        """
        try:
            with self.unit_of_work() as work:
                document = row(work)
                failpoint(f"{kind}.rowed")
                work.commit()
        except OdImagingError as error:
            document = self._arrived(staged.operation, undo, error)
        failpoint(f"{kind}.committed")
        self.settle(document, staged, tidy)
        return self._reread(document)

    def settle(
        self, document: Document, staged: Staged, tidy: Callable[[], None] = _nothing
    ) -> None:
        """`finish`, where a failure is left to recovery: the row stands, its bytes are safe in the stage."""
        try:
            self.finish(document, staged, tidy)
        except (StoreError, DatabaseError) as error:
            log.warning("document %d left to recovery: %s", document.doc_num, type(error).__name__)

    def finish(
        self, document: Document, staged: Staged | None, tidy: Callable[[], None] = _nothing
    ) -> None:
        """After the row step: name, publish, clear the token. Whoever finds the evidence may call it, again and again."""
        document, folder = self._placed(document)
        while staged is not None and not is_stub(staged):
            try:
                self.store.publish(staged, Place(folder, document.file_name, document.doc_num))
                failpoint("finish.published")
                break
            except NameTaken:
                document = self._renamed(document)
        tidy()
        failpoint("finish.tidied")
        operation = staged.operation if staged else document.operation
        if operation is not None:
            with self.unit_of_work() as work:
                work.documents.clear_token(document.doc_num, operation)
                work.commit()
        failpoint("finish.released")

    def _arrived(
        self, operation: OperationNumber, undo: Callable[[], None], error: OdImagingError
    ) -> Document:
        """Whether the row step arrived although it failed: the token knows. Raises ``error`` if it did not."""
        try:
            with self.unit_of_work() as work:
                document = work.documents.with_token(operation)
        except DatabaseError:
            raise DatabaseUnavailable(UNCERTAIN, error.detail) from error
        if document is not None:
            return document
        if isinstance(error, DatabaseUnavailable):
            # The server may still be at it: the stage file stays, and recovery decides.
            raise DatabaseUnavailable(UNCERTAIN, error.detail) from error
        undo()
        raise error

    def _reread(self, document: Document) -> Document:
        """As it stands now; as it was filed if the database does not answer."""
        try:
            with self.unit_of_work() as work:
                return work.documents.get(document.doc_num)
        except DatabaseError:
            return document

    def _placed(self, document: Document) -> tuple[Document, str]:
        """The document with its name and its patient's folder, both assigned where they are not yet."""
        with self.unit_of_work() as work:
            patient = work.patients.get(document.pat_num)
            if not is_unnamed(document.file_name) and patient.image_folder:
                return document, self.store.folder_for(patient)
            named, folder = self._named(work, document, patient), self.folder(work, patient)
            work.commit()
        failpoint("finish.named")
        return named, folder

    def _named(self, work: UnitOfWork, document: Document, patient: Patient) -> Document:
        """FileName that is only an extension becomes letters + DocNum + extension."""
        extension = document.file_name
        if not is_unnamed(extension):
            return document
        taken = work.documents.file_names(document.pat_num)
        generated = generated_name(patient.lname, patient.fname, document.doc_num, extension)
        name = next_free(generated, taken)
        work.documents.update(document.doc_num, {"file_name": name}, {"file_name": extension})
        return replace(document, file_name=name)

    def _renamed(self, document: Document) -> Document:
        """A different file lies under the name: ``x`` in front, in the row too."""
        said = document.description
        with self.unit_of_work() as work:
            taken = work.documents.file_names(document.pat_num)
            name = next_free(f"x{document.file_name}", taken)
            # Discovery and others call a document by its file's name.
            description = name if said == document.file_name else said
            work.documents.update(
                document.doc_num,
                {"file_name": name, "description": description},
                {"file_name": document.file_name},
            )
            work.commit()
        failpoint("finish.renamed")
        return replace(document, file_name=name, description=description)

    # ------------------------------------------------------------ out

    def park(self, note: OpsNote, place: Place) -> Staged:
        """Note, then live → stage. A missing file is no obstacle (decision 21). Raises FileInUse; then all is as before."""
        self.store.write_note(note)
        failpoint("out.noted")
        staged = self._parked(note, place)
        failpoint("out.parked")
        return staged

    def take_out(self, note: OpsNote, staged: Staged, row: Callable[[UnitOfWork], None]) -> None:
        """Row → shelve for a parked file. Raises what the row step raised, if the row stays; the file is back then."""
        try:
            with self.unit_of_work() as work:
                row(work)
                failpoint("out.rowed")
                work.commit()
        except OdImagingError as error:
            self._unless_gone(note, staged, error)
        failpoint("out.committed")
        try:
            self.shelve(note, staged)
        except (StoreError, DatabaseError) as error:
            log.warning("document %d left to recovery: %s", note.doc_num, type(error).__name__)

    def shelve(self, note: OpsNote, staged: Staged | None) -> None:
        """The row is gone: stage → shelf, note away. May be called again and again."""
        if staged is not None and self.store.keeps_deleted:
            self.store.shelve(staged, self._entry(note, staged))
            failpoint("out.shelved")
        elif staged is not None:
            self.store.unstage(note.operation)
        self.store.remove_note(note.operation)
        failpoint("out.finished")

    def put_back(self, note: OpsNote, staged: Staged | None) -> None:
        """The row is as before: the parked file lives again under its old name. May be called again and again."""
        if staged is not None and is_stub(staged):
            self.store.unstage(note.operation)
        elif staged is not None:
            self._live_again(note, staged)
            failpoint("back.published")
        self.store.remove_note(note.operation)
        failpoint("back.finished")

    def row_stays(self, note: OpsNote) -> bool:
        """Whether the row is still there. Asked by an UPDATE: that waits for a commit still on its way."""
        with self.unit_of_work() as work:
            try:
                same = {"pat_num": work.documents.get(note.doc_num).pat_num}
            except DocumentNotFound:
                return False
            stays = work.documents.update(note.doc_num, same, same)
            work.commit()
        return stays

    def _row_is_there(self, note: OpsNote) -> bool:
        with self.unit_of_work() as work:
            try:
                work.documents.get(note.doc_num)
            except DocumentNotFound:
                return False
        return True

    def _parked(self, note: OpsNote, place: Place) -> Staged:
        try:
            if note.file_name:
                return self.store.park(place, note.operation, note.pat_num)
        except FileMissing:
            log.info("document %d has no file", note.doc_num)
        except StoreError:
            self.store.remove_note(note.operation)
            raise
        return self.store.stage(NoBytes(), note.operation, note.pat_num, NO_FILE)

    def _unless_gone(self, note: OpsNote, staged: Staged, error: OdImagingError) -> None:
        """The row step failed: put the file back and raise, unless the row is gone all the same."""
        # A server that answered has nothing on its way any more: then looking is enough, and works while others write.
        lost = isinstance(error, DatabaseUnavailable)
        try:
            stays = self.row_stays(note) if lost else self._row_is_there(note)
        except DatabaseError:
            raise DatabaseUnavailable(UNCERTAIN, error.detail) from error
        if stays:
            self.put_back(note, staged)
            raise error

    def _live_again(self, note: OpsNote, staged: Staged) -> None:
        """Where the row says now (I8); a found file without a row goes where it was found."""
        with self.unit_of_work() as work:
            document = work.documents.get(note.doc_num) if note.doc_num else None
            pat_num = document.pat_num if document else note.pat_num
            folder = self.store.folder_for(work.patients.get(pat_num))
        name = document.file_name if document else note.file_name
        while True:
            try:
                return self.store.publish(staged, Place(folder, name, note.doc_num))
            except NameTaken:
                document = document and self._renamed(document)
                name = document.file_name if document else f"x{name}"

    def _entry(self, note: OpsNote, staged: Staged) -> ShelfEntry:
        with self.unit_of_work() as work:
            now = work.now()
        return ShelfEntry(
            note.operation,
            DELETED,
            note.pat_num,
            note.doc_num,
            staged.extension,
            staged.size,
            now,
            note.row,
            str(note.row.get("Description") or ""),
            DefNum(int(note.row.get("DocCategory") or 0)),
        )
