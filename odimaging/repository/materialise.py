"""A pending document's payload becomes its file; its number stays (facts §4, decision 6)."""

import base64
import hashlib
import re
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from odimaging.failpoints import declare, failpoint
from odimaging.imaging.formats import HEAD_BYTES, refuse_reason
from odimaging.model.changes import Changes
from odimaging.model.document import TOKEN_PREFIX, Document, PendingKind
from odimaging.model.errors import BadRequest, ChangedMeanwhile
from odimaging.model.ids import DocNum, OperationNumber
from odimaging.model.naming import generated_name, next_free
from odimaging.model.ports import Decoder, OpsNote, Progress, Sources, Staged, Store, UnitOfWork
from odimaging.repository import audit
from odimaging.repository.derived import derive
from odimaging.repository.filing import Filing

NOT_FETCHED = "This image still lies on a web site, and cannot be fetched from there yet."
DAMAGED = "What was sent for this image is damaged. Ask whoever sent it to send it again."

_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,20}")

declare(
    materialise_noted="another system's document: the note is written",
    materialise_staged="the payload is in the stage, the row and its note as before",
    materialise_updated="the row names its file, not yet in the log, not yet committed",
    materialise_rowed="the row names its file, logged, not yet committed",
    materialise_committed="the row names its file, the bytes still in the stage",
)


@dataclass(frozen=True, slots=True)
class MaterialiseResult:
    """The document with its file; nothing changed if it was not pending."""

    document: Document
    changes: Changes = Changes()


class Materialise:
    """The bytes of a pending document, from its note to its file."""

    def __init__(self, filing: Filing, sources: Sources, decoder: Decoder) -> None:
        self._filing = filing
        self._sources = sources
        self._decoder = decoder

    def __call__(self, doc_num: DocNum, progress: Progress | None = None) -> MaterialiseResult:
        """Raises DocumentNotFound, BadRequest for a damaged payload, StoreError, LockBusy; row and note stay then.

        A second workstation waits, and then finds it done.
        """
        with self._filing.locks.hold(f"doc:{doc_num}", self._filing.lock_wait_s):
            with self._filing.unit_of_work() as work:
                document = work.documents.get(doc_num)
            if document.pending is None:
                return MaterialiseResult(document)
            self._filing.store.check()
            after = self._materialised(document, _payload(document), progress)
        return MaterialiseResult(after, Changes.of_document(after.pat_num, doc_num))

    def _materialised(
        self, document: Document, payload: "_Payload", progress: Progress | None
    ) -> Document:
        filing, store, operation = self._filing, self._filing.store, self._filing.new_operation()
        source = self._sources.memory(f"picture{payload.extension}", payload.data)
        with source.open() as file:
            derived = derive(file, source.name, source.size, self._decoder)
        named = self._named(derived.applied(replace(document, note="")), payload.extension)
        # Decision 30: where another system's id stands, a note does the token's work.
        takes_token = not document.external_guid and not document.external_source
        with filing.locks.hold(f"op:{operation}"):
            if not takes_token:
                name = named.file_name
                pat_num = document.pat_num
                store.write_note(OpsNote(operation, "materialise", document.doc_num, pat_num, name))
                failpoint("materialise.noted")
            staged = store.stage(source, operation, document.pat_num, payload.extension, progress)
            failpoint("materialise.staged")
            return filing.bring_in(
                "materialise",
                staged,
                partial(_row_step, document, named, staged, takes_token),
                undo=partial(_tidy, store, operation),
                tidy=partial(store.remove_note, operation),
            )

    def _named(self, document: Document, extension: str) -> Document:
        with self._filing.unit_of_work() as work:
            patient = work.patients.get(document.pat_num)
            taken = work.documents.file_names(document.pat_num)
        name = generated_name(patient.lname, patient.fname, document.doc_num, extension)
        return replace(document, file_name=next_free(name, taken))


@dataclass(frozen=True, slots=True)
class _Payload:
    extension: str
    data: bytes = field(repr=False)


def _payload(document: Document) -> _Payload:
    """What the note carries. Raises BadRequest."""
    if document.pending is PendingKind.DOWNLOAD:
        raise BadRequest(NOT_FETCHED)
    text = document.note.removeprefix(PendingKind.RAW_BASE64.value)
    extension, _, encoded = text.partition("_")
    extension = extension if extension.startswith(".") else f".{extension}"
    try:
        # Line ends are harmless; anything else that is not base64 would be left out without a word.
        data = base64.b64decode("".join(encoded.split()), validate=True)
    except ValueError:
        raise BadRequest(DAMAGED) from None
    if not data or not _EXTENSION.fullmatch(extension):
        raise BadRequest(DAMAGED)
    reason = refuse_reason(data[:HEAD_BYTES], f"picture{extension}")
    if reason is not None:
        raise BadRequest("This document carries a program, so it was not opened.")
    return _Payload(extension, data)


def _row_step(
    before: Document, named: Document, staged: Staged, takes_token: bool, work: UnitOfWork
) -> Document:
    """One UPDATE, only while name and note are as they were read."""
    values: dict[str, Any] = {
        name: getattr(named, name)
        for name in (
            "file_name",
            "note",
            "is_flipped",
            "degrees_rotated",
            "windowing_min",
            "windowing_max",
        )
    }
    if takes_token:
        values["external_guid"] = TOKEN_PREFIX + staged.operation
    digest = hashlib.sha256(before.note.encode()).hexdigest()
    where = {"file_name": before.file_name, "note_sha256": digest}
    if not work.documents.update(before.doc_num, values, where):
        raise ChangedMeanwhile
    failpoint("materialise.updated")
    work.log.add(audit.created(work, named))
    return named


def _tidy(store: Store, operation: OperationNumber) -> None:
    store.unstage(operation)
    store.remove_note(operation)
