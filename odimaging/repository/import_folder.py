"""Discovery: files that were put into a patient's folder from outside become documents (facts §3, decision 28).

The folder is listed before the rows are asked for, and each file looked at again after that: whoever files or deletes
at the same moment has either a row we see or a file we no longer see.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from odimaging.failpoints import declare, failpoint
from odimaging.model.changes import Changes
from odimaging.model.document import DICOM_EXTENSIONS, Document, ImgType, extension_of
from odimaging.model.errors import (
    Cancelled,
    FileInUse,
    FileMissing,
    LockBusy,
    NotPermitted,
    StoreError,
)
from odimaging.model.ids import DefNum, DocNum, PatNum
from odimaging.model.naming import category_prefix, next_free
from odimaging.model.patient import Patient
from odimaging.model.ports import Decoder, OpsNote, Place, Progress, UnitOfWork
from odimaging.repository import audit
from odimaging.repository.categories import prefixed_category
from odimaging.repository.category_repair import repair_categories
from odimaging.repository.filing import Filing, is_unnamed
from odimaging.repository.look_into import LookInto

log = logging.getLogger(__name__)

declare(
    discover_inserted="the row of a file with a plain name is inserted and logged, not yet committed",
    discover_committed="the row of a file with a plain name is committed",
    prefixed_noted="the note of a file with a category prefix is written",
    prefixed_parked="the file with a category prefix is in the stage",
    prefixed_inserted="its row is inserted",
    prefixed_rowed="its row is named and logged, not yet committed",
    prefixed_committed="its row is committed, the file not yet back under its clean name",
)


@dataclass(frozen=True, slots=True)
class ImportFolderResult:
    """Documents made of found files; ``changes`` also covers repaired categories."""

    doc_nums: tuple[DocNum, ...] = ()
    changes: Changes = Changes()


class ImportFolder:
    """Run it whenever a patient is opened or listed; any thread. ``can_edit`` False: it finds nothing."""

    def __init__(self, filing: Filing, decoder: Decoder, *, can_edit: bool = True) -> None:
        self._filing = filing
        self._can_edit = can_edit
        self._look_into = LookInto(filing, decoder)

    def __call__(self, pat_num: PatNum, progress: Progress | None = None) -> ImportFolderResult:
        """Raises PatientNotFound, StoreUnavailable, DatabaseError. Somebody else at it: finds nothing."""
        with self._filing.unit_of_work() as work:
            patient = work.patients.get(pat_num)
        if not self._can_edit:
            return ImportFolderResult()
        try:
            with self._filing.locks.hold(f"disc:{pat_num}"):
                return self._discover(patient, progress)
        except LockBusy:
            return ImportFolderResult()

    def _discover(self, patient: Patient, progress: Progress | None) -> ImportFolderResult:
        store = self._filing.store
        store.check()
        folder = store.folder_for(patient)
        found = store.new_files(folder)
        with self._filing.unit_of_work() as work:
            documents = work.documents.of_patient(patient.pat_num)
            repaired = repair_categories(work, patient.pat_num, documents)
        known = {document.file_name for document in documents}
        fresh = [file for file in found if file.file_name not in known]
        names = {file.file_name for file in found}
        made: list[DocNum] = []
        with suppress(Cancelled):  # what is made stands; the rest at the next opening
            for number, file in enumerate(fresh):
                if progress is not None:
                    progress.report(number, len(fresh))
                made += self._made_of(patient, Place(folder, file.file_name), names)
        looked_into = self._look_into.of_patient(patient.pat_num, made)
        changes = repaired
        if made or looked_into:
            changes |= Changes.of_document(patient.pat_num, *made, *looked_into)
        return ImportFolderResult(tuple(made), changes)

    def _made_of(self, patient: Patient, place: Place, taken: set[str]) -> Sequence[DocNum]:
        """The file's document; none if it went meanwhile or cannot be moved yet: then at the next opening."""
        if self._filing.store.stat(place) is None:
            return ()
        def_num, name = category_prefix(place.file_name)
        try:
            if name == place.file_name:
                doc_num = self._plain(patient, place)
            else:
                doc_num = self._prefixed(patient, place, def_num, name, taken)
        except (FileInUse, FileMissing, NotPermitted) as error:
            log.info("a found file is left for next time: %s", type(error).__name__)
            return ()
        return () if doc_num is None else (doc_num,)

    def _plain(self, patient: Patient, place: Place) -> DocNum | None:
        with self._filing.unit_of_work() as work:
            self._filing.folder(work, patient)
            document = _row(work, patient, place.file_name, None)
            doc_num = work.documents.insert_discovered(document)
            if doc_num is not None:
                work.log.add(audit.discovered(work, replace(document, doc_num=doc_num)))
            failpoint("discover.inserted")
            work.commit()
        failpoint("discover.committed")
        return doc_num

    def _prefixed(
        self, patient: Patient, place: Place, def_num: DefNum | None, name: str, taken: set[str]
    ) -> DocNum:
        """Park → row → publish under the clean name, with ``x`` in front while that is taken, on disk or in a row."""
        filing, operation = self._filing, self._filing.new_operation()
        note = OpsNote(operation, "discover", DocNum(0), patient.pat_num, place.file_name)

        def step(work: UnitOfWork) -> Document:
            names = taken | work.documents.file_names(patient.pat_num)
            clean = name if is_unnamed(name) else next_free(name or "x", names)
            document = filing.insert(work, "prefixed", _row(work, patient, clean, def_num), staged)
            work.log.add(audit.discovered(work, document))
            return document

        with filing.locks.hold(f"op:{operation}"):
            filing.store.write_note(note)
            failpoint("prefixed.noted")
            try:
                staged = filing.store.park(place, operation, patient.pat_num)
            except StoreError:
                filing.store.remove_note(operation)
                raise
            failpoint("prefixed.parked")
            document = filing.bring_in(
                "prefixed",
                staged,
                step,
                undo=partial(filing.put_back, note, staged),
                tidy=partial(filing.store.remove_note, operation),
            )
        return document.doc_num


def _row(work: UnitOfWork, patient: Patient, name: str, def_num: DefNum | None) -> Document:
    """As Open Dental makes it: dated now, an image is a Document too, DICOM a Radiograph (facts §3.3)."""
    is_dicom = extension_of(name) in DICOM_EXTENSIONS
    return Document(
        DocNum(0),
        patient.pat_num,
        prefixed_category(work, def_num).def_num,
        work.now(),
        name,
        description=name,
        img_type=ImgType.RADIOGRAPH if is_dicom else ImgType.DOCUMENT,
        print_heading=is_dicom,
    )
