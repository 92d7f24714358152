"""Import of files and pasted pictures: stage → row → publish (reliability contract §1.3).

A source is only read. Programs, scripts and empty files are refused by their content; damaged images are kept and shown
as damaged (decision 45).
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PureWindowsPath

from odimaging.failpoints import declare, failpoint
from odimaging.imaging.formats import HEAD_BYTES, refuse_reason
from odimaging.model.changes import Changes
from odimaging.model.document import Document, ImgType
from odimaging.model.errors import (
    Cancelled,
    DatabaseUnavailable,
    OdImagingError,
    StoreUnavailable,
    UnsupportedFormat,
)
from odimaging.model.ids import DefNum, DocNum, PatNum
from odimaging.model.ports import Decoder, Progress, Source, Sources, UnitOfWork
from odimaging.repository import audit
from odimaging.repository.categories import visible_category
from odimaging.repository.derived import Derived, derive
from odimaging.repository.filing import Filing
from odimaging.repository.item_progress import ItemProgress

declare(
    import_staged="the bytes are safe in the stage, no row yet",
    import_inserted="the row is inserted, named by its extension only",
    import_rowed="the row is named and logged, not yet committed",
    import_committed="the row step is committed, the bytes are still in the stage",
)


@dataclass(frozen=True, slots=True)
class Pasted:
    """Bytes at hand, e.g. from the clipboard; ``name`` with extension."""

    name: str = field(repr=False)
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ImportFileRequest:
    """``source``: a path, or bytes. ``doc_category`` None: the first visible one. ``img_type`` None: by the file's kind."""

    pat_num: PatNum
    source: str | Pasted = field(repr=False)
    doc_category: DefNum | None = None
    img_type: ImgType | None = None
    description: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ImportFileResult:
    """The new document."""

    document: Document
    changes: Changes


@dataclass(frozen=True, slots=True)
class ImportFilesRequest:
    """Files and folders; folders are walked to any depth."""

    pat_num: PatNum
    sources: Sequence[str | Pasted] = field(repr=False)
    doc_category: DefNum | None = None


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file: a document, or why not."""

    name: str = field(repr=False)
    document: Document | None = None
    error: OdImagingError | None = None


@dataclass(frozen=True, slots=True)
class ImportFilesResult:
    """One outcome a file, in order. ``cancelled``: the user stopped it; what is listed stands."""

    outcomes: tuple[FileOutcome, ...]
    changes: Changes
    cancelled: bool = False


class ImportFile:
    """One file. The source is never altered."""

    def __init__(self, filing: Filing, sources: Sources, decoder: Decoder) -> None:
        self._filing = filing
        self._sources = sources
        self._decoder = decoder

    def __call__(
        self, request: ImportFileRequest, progress: Progress | None = None
    ) -> ImportFileResult:
        """Raises PatientNotFound, UnsupportedFormat, BadRequest, StoreError, DatabaseError; then nothing was filed."""
        source = self._source(request.source)
        with self._filing.unit_of_work() as work:
            work.patients.get(request.pat_num)
            category = visible_category(work, request.doc_category).def_num
            now = work.now()
        self._filing.store.check()
        derived = self._looked_into(source)
        if progress is not None:
            progress.report(0, source.size)
        document = self._file(_row(request, source, derived, category, now), source, progress)
        return ImportFileResult(document, Changes.of_document(document.pat_num, document.doc_num))

    def _source(self, source: str | Pasted) -> Source:
        if isinstance(source, Pasted):
            return self._sources.memory(source.name, source.data)
        return self._sources.file(source)

    def _looked_into(self, source: Source) -> Derived:
        with source.open() as file:
            reason = refuse_reason(file.read(HEAD_BYTES), source.name)
            if reason is not None:
                raise UnsupportedFormat(reason)
            file.seek(0)
            return derive(file, source.name, source.size, self._decoder)

    def _file(self, row: Document, source: Source, progress: Progress | None) -> Document:
        filing, operation = self._filing, self._filing.new_operation()

        def step(work: UnitOfWork) -> Document:
            document = filing.insert(work, "import", row, staged)
            work.log.add(audit.created(work, document))
            return document

        with filing.locks.hold(f"op:{operation}"):
            staged = filing.store.stage(source, operation, row.pat_num, row.file_name, progress)
            failpoint("import.staged")
            return filing.bring_in("import", staged, step, lambda: filing.store.unstage(operation))


class ImportFiles:
    """Many files, each for itself."""

    def __init__(self, import_file: ImportFile, sources: Sources) -> None:
        self._import_file = import_file
        self._sources = sources

    def __call__(
        self, request: ImportFilesRequest, progress: Progress | None = None
    ) -> ImportFilesResult:
        """Never raises for a single file."""
        outcomes: list[FileOutcome] = []
        files = list(self._walked(request.sources))
        for number, source in enumerate(files):
            step = ItemProgress(progress, number, len(files))
            try:
                step.report(0, 0)
                outcomes.append(self._one(request, source, outcomes, step))
            except Cancelled:
                return _result(request, outcomes, cancelled=True)
        if progress is not None and files:
            with suppress(Cancelled):  # too late: all are filed
                progress.report(len(files), len(files))
        return _result(request, outcomes)

    def _walked(self, sources: Sequence[str | Pasted]) -> Iterator[str | Pasted]:
        """Everything in order, folders opened, nothing twice."""
        named: set[str] = set()
        for source in sources:
            if isinstance(source, Pasted):
                yield source
                continue
            for path in self._sources.files_below([source]):
                if path not in named:
                    named.add(path)
                    yield path

    def _one(
        self,
        request: ImportFilesRequest,
        source: str | Pasted,
        before: Sequence[FileOutcome],
        progress: Progress,
    ) -> FileOutcome:
        name = source.name if isinstance(source, Pasted) else PureWindowsPath(source).name
        last = before[-1].error if before else None
        if isinstance(last, _HOPELESS):
            return FileOutcome(name, error=last)
        one = ImportFileRequest(request.pat_num, source, request.doc_category)
        try:
            return FileOutcome(name, self._import_file(one, progress).document)
        except OdImagingError as error:
            return FileOutcome(name, error=error)


_HOPELESS = (StoreUnavailable, DatabaseUnavailable)
"""The next file would meet the same, after the same wait."""


def _row(
    request: ImportFileRequest, source: Source, derived: Derived, category: DefNum, now: datetime
) -> Document:
    """The row to be: named by its extension, dated by the source's last change (facts §2.4)."""
    document = Document(
        DocNum(0),
        request.pat_num,
        category,
        source.modified or now,
        derived.extension,
        request.description,
        derived.img_type if request.img_type is None else request.img_type,
        print_heading=derived.img_type is ImgType.RADIOGRAPH,
    )
    return derived.applied(document)


def _result(
    request: ImportFilesRequest, outcomes: Sequence[FileOutcome], *, cancelled: bool = False
) -> ImportFilesResult:
    made = [one.document.doc_num for one in outcomes if one.document is not None]
    changes = Changes.of_document(request.pat_num, *made) if made else Changes()
    return ImportFilesResult(tuple(outcomes), changes, cancelled)
