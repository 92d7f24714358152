"""Import of files and pasted pictures: stage → row → publish (reliability contract §1.3)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from odimaging.model.changes import Changes
from odimaging.model.document import Document, ImgType
from odimaging.model.errors import OdImagingError
from odimaging.model.ids import DefNum, PatNum
from odimaging.model.ports import Progress


@dataclass(frozen=True, slots=True)
class Pasted:
    """Bytes at hand, e.g. from the clipboard; ``name`` with extension."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ImportFileRequest:
    """``source``: a path, or bytes. ``doc_category`` None: the first visible one. ``img_type`` None: by the file's kind."""

    pat_num: PatNum
    source: str | Pasted = field(repr=False)
    doc_category: DefNum | None = None
    img_type: ImgType | None = None
    description: str = ""
    move: bool = False


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

    def __call__(
        self, request: ImportFileRequest, progress: Progress | None = None
    ) -> ImportFileResult:
        """Raises PatientNotFound, UnsupportedFormat, BadRequest, StoreError, DatabaseError; then nothing was filed."""
        raise NotImplementedError


class ImportFiles:
    """Many files, each for itself."""

    def __call__(
        self, request: ImportFilesRequest, progress: Progress | None = None
    ) -> ImportFilesResult:
        """Never raises for a single file. Raises PatientNotFound."""
        raise NotImplementedError
