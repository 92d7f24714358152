"""Protocols of everything outside the process: database, store, decoder, remote files, vault. `app` hands in the real ones.

Values that cross a port are declared beside it. Nothing here does anything.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from types import TracebackType
from typing import Any, BinaryIO, Protocol, Self

from odimaging.model.definition import Definition, Provider
from odimaging.model.document import Document
from odimaging.model.ids import (
    DefNum,
    DocNum,
    MountItemNum,
    MountNum,
    OperationNumber,
    PatNum,
)
from odimaging.model.mount import ImageDraw, Mount, MountItem
from odimaging.model.patient import Patient
from odimaging.model.picture import Edits, Picture, PictureInfo


class Progress(Protocol):
    """How far a job is. Reporting is also where cancellation strikes."""

    def report(self, done: int, total: int, text: str = "") -> None:
        """``done`` of ``total`` bytes or items, 0 if unknown. Raises ``Cancelled`` if the user asked. Call it often."""


# ---------------------------------------------------------------- database

Row = Mapping[str, str | int | float | None]
"""A row as stored, by Open Dental's column names, JSON-ready: what a shelf entry or an ops note keeps."""


class Patients(Protocol):
    """Rows of ``patient``."""

    def get(self, pat_num: PatNum) -> Patient:
        """Raises PatientNotFound."""

    def set_image_folder(self, pat_num: PatNum, folder: str) -> None:
        """Only where it is blank (facts §2.2)."""

    def after(self, pat_num: PatNum, limit: int) -> tuple[Patient, ...]:
        """The next patients by PatNum: fills the search index in steps."""

    def with_prefix(self, text: str, limit: int) -> tuple[Patient, ...]:
        """Whose last, first or preferred name starts with ``text``, or whose PatNum is it: catches newcomers."""

    def born(self, birthdate: date, limit: int) -> tuple[Patient, ...]:
        """Born on that day."""

    def newest_change(self) -> tuple[int, int]:
        """(highest PatNum, number of patients): whether the search index is still whole."""


class Definitions(Protocol):
    """Image categories and providers."""

    def image_categories(self) -> tuple[Definition, ...]:
        """Category 18, hidden ones too, by ItemOrder."""

    def providers(self) -> tuple[Provider, ...]:
        """All, by ItemOrder."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What keeps a document from being deleted (facts §1.10), in words: "a sheet of 12 May 2025"."""

    words: str


class Documents(Protocol):
    """Rows of ``document``. Text compares exactly, case and all (decision 49)."""

    def get(self, doc_num: DocNum) -> Document:
        """With its whole note. Raises DocumentNotFound."""

    def of_patient(self, pat_num: PatNum) -> tuple[Document, ...]:
        """All, those in mounts too, by DateCreated then DocNum; notes as `shown_note`."""

    def in_mount(self, mount_num: MountNum) -> tuple[Document, ...]:
        """Those that stand in one of the mount's items, unmounted ones too."""

    def file_names(self, pat_num: PatNum) -> frozenset[str]:
        """Every FileName of the patient."""

    def insert(
        self, document: Document, *, raw_base64: str = "", token: OperationNumber | None = None
    ) -> DocNum:
        """One INSERT; ``document.doc_num`` and ``date_tstamp`` are ignored. Every NOT NULL column gets its value."""

    def insert_discovered(self, document: Document) -> DocNum | None:
        """INSERT … WHERE NOT EXISTS(same PatNum, same FileName); None if somebody was first."""

    def update(
        self, doc_num: DocNum, values: Mapping[str, Any], where: Mapping[str, Any] | None = None
    ) -> bool:
        """One UPDATE of the named `Document` fields, only while those in ``where`` still hold; True if the row matched.

        ``where`` also knows ``note_sha256``, the hex digest of the note's UTF-8.
        """

    def delete(self, doc_num: DocNum) -> bool:
        """The row and its dependents (drawings; statements let go). True if it was there."""

    def snapshot(self, doc_num: DocNum) -> Row:
        """The row as stored. Raises DocumentNotFound."""

    def reinsert(self, row: Row, token: OperationNumber) -> DocNum:
        """A snapshot again, under its old DocNum if that is free."""

    def references(self, doc_num: DocNum) -> tuple[Reference, ...]:
        """What blocks deletion; empty where the tables do not exist."""

    def with_token(self, operation: OperationNumber) -> Document | None:
        """The row an operation inserted and has not published."""

    def tokens(self) -> tuple[tuple[DocNum, OperationNumber], ...]:
        """All rows that still carry a token."""

    def clear_token(self, doc_num: DocNum, operation: OperationNumber) -> None:
        """After publishing; touches nothing if the token is another."""

    def raw_base64(self, doc_num: DocNum) -> str:
        """The bytes stored in the row, for InDatabase."""

    def places(self) -> Iterator[tuple[DocNum, PatNum, str, str]]:
        """(DocNum, PatNum, ImageFolder, FileName) of every document: for `check`."""


class Mounts(Protocol):
    """Rows of ``mount``, ``mountitem`` and ``imagedraw``."""

    def get(self, mount_num: MountNum) -> Mount:
        """Raises MountNotFound."""

    def of_patient(self, pat_num: PatNum) -> tuple[Mount, ...]:
        """By DateCreated, then MountNum."""

    def items(self, mount_num: MountNum) -> tuple[MountItem, ...]:
        """By ItemOrder, text and unmounted ones too."""

    def insert(
        self, mount: Mount, items: Sequence[MountItem]
    ) -> tuple[MountNum, tuple[MountItemNum, ...]]:
        """A mount and its positions; numbers in the arguments are ignored."""

    def set_category(
        self, mount_num: MountNum, doc_category: DefNum, expected: DefNum | None = None
    ) -> bool:
        """The mount and every document in it (facts §9.5). True if the row matched."""

    def drawings(
        self, *, doc_num: DocNum | None = None, mount_num: MountNum | None = None
    ) -> tuple[ImageDraw, ...]:
        """Of a document or of a mount."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One ``securitylog`` row (facts §9.8, §1.9; decision 35). ``log_source`` 0 window, 23 API."""

    perm_type: int
    log_text: str
    pat_num: PatNum
    fkey: int = 0
    date_previous: datetime = datetime(1, 1, 1)
    log_source: int = 0


class AuditLog(Protocol):
    """``securitylog``: rows are only ever inserted."""

    def add(self, entry: LogEntry) -> None:
        """In the unit's transaction; server time, this workstation's name, UserNum 0."""


class Preferences(Protocol):
    """``preference``."""

    def get(self, name: str) -> str | None:
        """ValueString, None if there is no such row."""


class UnitOfWork(Protocol):
    """One session for one row step: milliseconds, one thread, no network or rename inside.

    Leaving without ``commit`` rolls back. Raises only `DatabaseError`s and the `NotFound`s.
    """

    @property
    def patients(self) -> Patients:
        """Rows of ``patient``."""

    @property
    def definitions(self) -> Definitions:
        """Categories and providers."""

    @property
    def documents(self) -> Documents:
        """Rows of ``document``."""

    @property
    def mounts(self) -> Mounts:
        """Rows of ``mount`` and what belongs to it."""

    @property
    def log(self) -> AuditLog:
        """Rows of ``securitylog``."""

    @property
    def preferences(self) -> Preferences:
        """Rows of ``preference``."""

    def now(self) -> datetime:
        """The database server's clock, whole seconds, its local time."""

    def commit(self) -> None:
        """Said aloud. If the answer is lost it raises `DatabaseUnavailable`: ask the token whether it arrived."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


UnitOfWorkFactory = Callable[[], UnitOfWork]


class Locks(Protocol):
    """Named locks among all workstations of one database; a dead holder frees them."""

    def hold(self, name: str, wait_s: float = 0.0) -> AbstractContextManager[None]:
        """Hold ``op:<op>``, ``doc:<DocNum>``, ``disc:<PatNum>`` or ``pat:<PatNum>``. Raises LockBusy."""


# ---------------------------------------------------------------- store


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document's bytes lie: its patient's folder ('' in the database) and its file name."""

    folder: str
    file_name: str
    doc_num: DocNum = DocNum(0)

    def __repr__(self) -> str:
        """Without names: a path is protected health information."""
        return f"Place({self.doc_num})"


@dataclass(frozen=True, slots=True)
class FileStat:
    """Size in bytes and modification time in nanoseconds."""

    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Staged:
    """Bytes that are safe but not live. ``raw_base64`` goes into the row where the database is the store."""

    operation: OperationNumber
    pat_num: PatNum
    extension: str
    size: int
    sha256: str
    raw_base64: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A stage file as found: recovery's evidence."""

    operation: OperationNumber
    pat_num: PatNum
    extension: str
    size: int
    age_s: float
    """By the store's own clock."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file at the top level of a patient folder."""

    file_name: str
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class OpsNote:
    """Written before anything is parked. ``kind``: delete, discover, restore. Names in it are never used as paths.

    ``row`` is the row as it was; ``file_name`` the live name it was parked from.
    """

    operation: OperationNumber
    kind: str
    doc_num: DocNum
    pat_num: PatNum
    file_name: str
    row: Row = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class ShelfEntry:
    """A deleted document at rest. ``row`` is what restores it; ``kind``: deleted, unfinished."""

    operation: OperationNumber
    kind: str
    pat_num: PatNum
    doc_num: DocNum
    extension: str
    size: int
    shelved_at: datetime
    row: Row = field(default_factory=dict, repr=False)
    description: str = field(default="", repr=False)
    doc_category: DefNum = DefNum(0)


class Source(Protocol):
    """Bytes that are to be filed: a local file, a pasted picture, a download."""

    @property
    def name(self) -> str:
        """Its own name with extension, without folder."""

    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def modified(self) -> datetime | None:
        """Last-write time, local; None where there is none."""

    def open(self) -> BinaryIO:
        """For reading from the start."""

    def unchanged(self) -> bool:
        """False if size or time differ from when this source was made."""


class Sources(Protocol):
    """Makes sources from what the window names."""

    def file(self, path: str) -> Source:
        """A local file. Raises BadRequest with a sentence if it cannot be read, is no file or is empty."""

    def memory(self, name: str, data: bytes) -> Source:
        """Bytes at hand."""

    def files_below(self, paths: Sequence[str]) -> tuple[str, ...]:
        """The files named and, for folders, those in them at any depth, hidden ones left out, sorted as Explorer does."""


class Store(Protocol):
    """Where image bytes live. Any thread. Nobody asks which kind it is (reliability contract §1).

    In: ``stage`` → row → ``publish``. Out: ``park`` → row → ``shelve``.
    """

    def check(self) -> None:
        """Raises StoreUnavailable if the root cannot be reached or is not the pinned one. Before any write or discovery."""

    def folder_for(self, patient: Patient) -> str:
        """The patient's ImageFolder, or the one to be assigned (facts §2.2); '' where there are no folders."""

    def file_path(self, place: Place) -> str:
        """As API Documents' filePath; '' where there is none."""

    def stat(self, place: Place) -> FileStat | None:
        """None if it is not there; StoreUnavailable if the root is gone, never a false None."""

    def open(self, place: Place) -> BinaryIO:
        """For reading. Raises FileMissing, StoreUnavailable."""

    def stage(
        self,
        source: Source,
        operation: OperationNumber,
        pat_num: PatNum,
        extension: str,
        progress: Progress | None = None,
    ) -> Staged:
        """Copy while hashing, flush, read size back. The source must be unchanged at the end, else BadRequest."""

    def unstage(self, operation: OperationNumber) -> None:
        """Before the row: drop what this process staged itself. Nothing if it is not there."""

    def staged(self) -> tuple[StagedFile, ...]:
        """Everything in the stage."""

    def staged_copy(self, operation: OperationNumber) -> Staged | None:
        """The stage file of an operation, hashed; None if it is not there."""

    def publish(self, staged: Staged, place: Place) -> None:
        """Rename without replacing, flush the folder. Same content already there: done. Raises NameTaken, FileInUse."""

    def park(self, place: Place, operation: OperationNumber, pat_num: PatNum) -> Staged:
        """Live → stage, one rename. Raises FileMissing, FileInUse."""

    def shelve(self, staged: Staged, entry: ShelfEntry) -> None:
        """Stage → shelf with its entry."""

    def shelf(self, pat_num: PatNum | None = None) -> tuple[ShelfEntry, ...]:
        """What lies there, newest first."""

    def stage_from_shelf(self, entry: ShelfEntry, operation: OperationNumber) -> Staged:
        """A second name for the shelved bytes in the stage; they stay on the shelf until ``unshelve``."""

    def unshelve(self, operation: OperationNumber) -> None:
        """Drop a shelf entry: restored, or older than keep_days."""

    def write_note(self, note: OpsNote) -> None:
        """Temporary name, flushed, renamed."""

    def notes(self) -> tuple[OpsNote, ...]:
        """All that can be read."""

    def remove_note(self, operation: OperationNumber) -> None:
        """Nothing if it is not there."""

    def new_files(self, folder: str) -> tuple[FoundFile, ...]:
        """Top level of a patient folder, facts §3.1 without the row comparison; empty where there is no folder."""

    def live_files(self) -> Iterator[tuple[str, str]]:
        """(folder, file name) of every live file: for `check`."""

    def read_thumbnail(self, place: Place) -> bytes | None:
        """Open Dental's thumbnail of the same name."""

    def write_thumbnail(self, place: Place, data: bytes) -> None:
        """Temporary name, then replace."""

    def remove_thumbnail(self, place: Place) -> None:
        """Nothing if it is not there."""

    def sweep(self, older_than_s: float) -> None:
        """Remove stray temporary files (never stage or shelf)."""

    @property
    def identity(self) -> str:
        """share-id: keys the thumbnail cache."""

    @property
    def keeps_deleted(self) -> bool:
        """False where there is no shelf: deletion is final and says so."""


# ---------------------------------------------------------------- pictures


@dataclass(frozen=True, slots=True)
class PictureSource:
    """One stored picture to be shown or rendered: its bytes, its extension and its edits."""

    data: bytes = field(repr=False)
    extension: str
    edits: Edits = Edits()
    drawings: tuple[ImageDraw, ...] = ()
    page: int = 0


@dataclass(frozen=True, slots=True)
class MountPicture:
    """A mount and what stands in it. ``texts``: each text item's words, fields already substituted."""

    mount: Mount
    items: tuple[MountItem, ...]
    sources: Mapping[MountItemNum, PictureSource]
    texts: Mapping[MountItemNum, str] = field(default_factory=dict)
    drawings: tuple[ImageDraw, ...] = ()


class Decoder(Protocol):
    """Bytes to pixels and back, in limited processes. Any thread; blocks. Raises DecodeFailed, UnsupportedFormat."""

    def inspect(self, data: bytes, extension: str) -> PictureInfo:
        """Header only, but truncated pixel data is found too where that is cheap."""

    def picture(self, source: PictureSource, fit: tuple[int, int] | None = None) -> Picture:
        """The stored pixels without edits; with ``fit`` reduced, though never below that box."""

    def rendered(self, source: PictureSource, fit: tuple[int, int] | None = None) -> Picture:
        """BGRA with edits and drawings; with ``fit`` scaled down into that box."""

    def encoded(self, source: PictureSource, extension: str) -> bytes:
        """Rendered at full size and written as ``extension``: facts §6.7. Raises UnsupportedFormat."""

    def mount_rendered(self, mount: MountPicture, fit: tuple[int, int] | None = None) -> Picture:
        """The composite, facts §6.5, BGRA; with ``fit`` composed at that scale."""

    def mount_encoded(self, mount: MountPicture, extension: str) -> bytes:
        """The composite at the mount's own size, as a file."""

    def text_item(self, mount: Mount, item: MountItem, text: str) -> Picture:
        """A text item alone, BGRA, item size: what the composite draws (decision 43)."""

    def thumbnail(self, source: PictureSource, extension: str) -> bytes:
        """Open Dental's 100 × 100 (facts §5.2, decisions 18 and 42)."""

    def close(self) -> None:
        """End the processes."""


class TileCache(Protocol):
    """The window's own tiles, in the user's private folder (decision 42). Any thread; never raises."""

    def get(self, key: str) -> Picture | None:
        """The tile kept under this key, BGRA; None if there is none, or it cannot be read."""

    def put(self, key: str, picture: Picture) -> None:
        """Keep a tile; old ones make room. A full disk is no error."""


# ---------------------------------------------------------------- transfer


@dataclass(frozen=True, slots=True)
class SftpTarget:
    """Where to and as whom. The password lives for one job and has no repr; None: not known."""

    host: str
    port: int
    username: str
    password: str | None = field(default=None, repr=False)
    host_key: str | None = None
    """``SHA256:…`` that must match, besides the practice's pinned ones."""


@dataclass(frozen=True, slots=True)
class RemoteStat:
    """Of a file or folder there."""

    size: int
    is_folder: bool


@dataclass(frozen=True, slots=True)
class PutResult:
    """``checked``: the size was read back, after a resume or where asked for the content too; False in a write-only folder."""

    checked: bool


class RemoteFiles(Protocol):
    """One connection, one job, one thread. Paths use ``/``; relative ones start at the login folder."""

    def make_folders(self, path: str) -> None:
        """Level by level. Raises RemotePathError."""

    def stat(self, path: str) -> RemoteStat | None:
        """None if it is not there, or a write-only folder hides it."""

    def list(self, path: str) -> tuple[str, ...]:
        """Names in a folder."""

    def put(
        self,
        source: BinaryIO,
        size: int,
        path: str,
        progress: Progress | None = None,
        *,
        read_back: bool = False,
    ) -> PutResult:
        """``.<name>.<op>.part``, fsync if offered, size read back, renamed over ``path`` (contract §1.3).

        ``source`` is seekable. Reports bytes; ``done`` = ``size`` when all are there and being checked. ``read_back``: the
        content is fetched and compared before the rename (decision 36).
        """

    def get(self, path: str, target: BinaryIO, progress: Progress | None = None) -> int:
        """The file's bytes; returns their number. Raises RemotePathError if it changed meanwhile."""

    def remove(self, path: str) -> None:
        """A file."""


class RemoteConnector(Protocol):
    """Opens connections. The host key is checked before the password is sent."""

    def connect(self, target: SftpTarget) -> AbstractContextManager[RemoteFiles]:
        """Raises ConnectFailed, LoginFailed, HostKeyUnknown, HostKeyChanged, TimedOut."""


class HostKeys(Protocol):
    """The practice's pinned SFTP servers."""

    def fingerprints(self, host: str, port: int) -> tuple[str, ...]:
        """``SHA256:…`` of what is pinned; empty: never met."""

    def pin(self, host: str, port: int, fingerprint: str) -> None:
        """After the user saw the code and said so."""


class Vault(Protocol):
    """The operating system's password store. None of it ever falls back to a file."""

    @property
    def available(self) -> bool:
        """False: passwords are asked for each time."""

    def get(self, service: str, username: str) -> str | None:
        """None if it is not known."""

    def set(self, service: str, username: str, password: str) -> bool:
        """False if it could not be kept."""

    def delete(self, service: str, username: str) -> None:
        """Nothing if it is not there."""


@dataclass(frozen=True, slots=True)
class QueuedTransfer:
    """One row of this workstation's transfer queue: numbers and states, no names."""

    key: str
    destination: str
    doc_num: DocNum | None
    mount_num: MountNum | None
    remote_name: str
    state: str
    reason: str = ""


class TransferQueue(Protocol):
    """What was waiting when the program was closed; a file of this workstation."""

    def add(self, transfer: QueuedTransfer) -> None:
        """A new one."""

    def set_state(self, key: str, state: str, reason: str = "") -> None:
        """Where it is now."""

    def open_transfers(self) -> tuple[QueuedTransfer, ...]:
        """All that did not end."""

    def remove(self, key: str) -> None:
        """Ended, or given up."""
