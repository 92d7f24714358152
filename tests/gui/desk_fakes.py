"""A repository in memory for the window's tests: real request and result values, no files, no database."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, cast

from odimaging.gui.practice_parts import OpenPractice
from odimaging.gui.presenters.submit import Submit
from odimaging.model.changes import Changes
from odimaging.model.definition import Definition, Provider
from odimaging.model.document import Document, ImgType
from odimaging.model.errors import (
    BadRequest,
    ChangedMeanwhile,
    DecodeFailed,
    DocumentNotFound,
    PatientNotFound,
    StoreUnavailable,
)
from odimaging.model.ids import (
    DefNum,
    DocNum,
    MountItemNum,
    MountNum,
    OperationNumber,
    PatNum,
    ProvNum,
)
from odimaging.model.mount import Mount
from odimaging.model.patient import Gender, Patient, PatStatus
from odimaging.model.picture import Picture, PictureInfo, PixelFormat
from odimaging.model.ports import Progress, ShelfEntry
from odimaging.repository.browse import PatientContents, PatientHits
from odimaging.repository.change_category import ChangeCategoryRequest, ChangeCategoryResult
from odimaging.repository.delete import Deleted, DeleteRequest, DeleteResult
from odimaging.repository.failure import Failure
from odimaging.repository.import_file import FileOutcome, ImportFilesRequest, ImportFilesResult
from odimaging.repository.import_folder import ImportFolderResult
from odimaging.repository.recovery import RecoveryReport
from odimaging.repository.repository import Repository
from odimaging.repository.restore import RestoreFailure, RestoreRequest, RestoreResult
from odimaging.repository.update import UpdateRequest, UpdateResult
from odimaging.settings import Settings

XRAYS, PHOTOS, INSURANCE = DefNum(131), DefNum(132), DefNum(133)
ANA = Patient(PatNum(1524), "Rivera", "Ana", birthdate=date(1981, 5, 4), gender=Gender.FEMALE)
TAG = Patient(PatNum(7), "<img src=//x>", "<b>Bo</b>", pat_status=PatStatus.PATIENT)
OLD = Patient(PatNum(9), "Riverstone", "Ida", pat_status=PatStatus.INACTIVE)


def document(number: int, **values: Any) -> Document:
    """A document of Ana Rivera."""
    base = Document(
        DocNum(number),
        ANA.pat_num,
        XRAYS,
        datetime(2025, 5, 12, 9, 30) + timedelta(seconds=number),
        file_name=f"RiveraAna{number}.jpg",
        img_type=ImgType.RADIOGRAPH,
        description=f"BW {number}",
    )
    return replace(base, **values)


def grey(pixels: int, level: int = 128) -> Picture:
    """A flat BGRA picture."""
    width, height = pixels, max(1, pixels * 3 // 4)
    data = bytes([level, level, level, 255]) * (width * height)
    return Picture(width, height, width * 4, PixelFormat.BGRA, data, width, height)


@dataclass
class MemoryDesk:
    """The state behind the fake operations. ``damaged``: cannot be decoded; ``away``: the image folder is."""

    patients: list[Patient] = field(default_factory=lambda: [ANA, TAG, OLD])
    documents: dict[DocNum, Document] = field(default_factory=dict)
    mounts: dict[MountNum, Mount] = field(default_factory=dict)
    mount_documents: dict[MountNum, tuple[Document, ...]] = field(default_factory=dict)
    shelf: dict[OperationNumber, Document] = field(default_factory=dict)
    damaged: set[DocNum] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    blocked: set[DocNum] = field(default_factory=set)
    read_only: str = ""
    away: bool = False
    asked: list[str] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: itertools.count(9000))

    def repository(self) -> Repository:
        """It as the window's repository."""
        return cast(Repository, _Operations(self))

    def changed_elsewhere(self, doc_num: DocNum, **values: Any) -> None:
        """Another workstation."""
        self.documents[doc_num] = replace(self.documents[doc_num], **values)


class _Operations:
    def __init__(self, desk: MemoryDesk) -> None:
        self._desk = desk
        self.browse = _Browse(desk)
        self.pictures = _Pictures(desk)

    def import_folder(
        self, pat_num: PatNum, progress: Progress | None = None
    ) -> ImportFolderResult:
        self._desk.asked.append("look")
        if self._desk.away:
            raise StoreUnavailable
        return ImportFolderResult()

    def recovery(self, progress: Progress | None = None) -> RecoveryReport:
        self._desk.asked.append("recover")
        return RecoveryReport()

    def import_files(
        self, request: ImportFilesRequest, progress: Progress | None = None
    ) -> ImportFilesResult:
        outcomes = []
        for source in request.sources:
            name = source.rpartition("/")[2] if isinstance(source, str) else source.name
            if not name:
                continue  # an empty folder
            if name in self._desk.refused:
                outcomes.append(
                    FileOutcome(
                        name, error=BadRequest(f"“{name}” is a program, so it was not filed.")
                    )
                )
                continue
            number = next(self._desk.numbers)
            made = document(
                number,
                pat_num=request.pat_num,
                doc_category=request.doc_category or XRAYS,
                file_name=name,
                description="",
            )
            self._desk.documents[made.doc_num] = made
            outcomes.append(FileOutcome(name, made))
        made_nums = [one.document.doc_num for one in outcomes if one.document]
        return ImportFilesResult(tuple(outcomes), Changes.of_document(request.pat_num, *made_nums))

    def delete(self, request: DeleteRequest, progress: Progress | None = None) -> DeleteResult:
        deleted, failures = [], []
        for doc_num in request.doc_nums:
            if doc_num in self._desk.blocked or doc_num not in self._desk.documents:
                failures.append(Failure(doc_num, BadRequest("A sheet of 12 May 2025 needs it.")))
                continue
            operation = OperationNumber(f"op{doc_num}")
            self._desk.shelf[operation] = self._desk.documents.pop(doc_num)
            deleted.append(Deleted(doc_num, operation))
        return DeleteResult(
            tuple(deleted), tuple(failures), Changes.of_document(ANA.pat_num, *request.doc_nums)
        )

    def restore(self, request: RestoreRequest, progress: Progress | None = None) -> RestoreResult:
        back, failures = [], []
        for operation in request.operations:
            if operation not in self._desk.shelf:
                failures.append(RestoreFailure(operation, DocumentNotFound()))
                continue
            document = self._desk.shelf.pop(operation)
            self._desk.documents[document.doc_num] = document
            back.append(document)
        numbers = [document.doc_num for document in back]
        return RestoreResult(
            tuple(back), tuple(failures), Changes.of_document(ANA.pat_num, *numbers)
        )

    def update(self, request: UpdateRequest) -> UpdateResult:
        if request.doc_num not in self._desk.documents:
            raise DocumentNotFound
        before = self._desk.documents[request.doc_num]
        expected = request.expected or {}
        if any(getattr(before, name) != value for name, value in expected.items()):
            raise ChangedMeanwhile
        after = replace(before, **request.values)
        self._desk.documents[request.doc_num] = after
        return UpdateResult(before, after, Changes.of_document(before.pat_num, before.doc_num))

    def change_category(self, request: ChangeCategoryRequest) -> ChangeCategoryResult:
        documents, mounts = {}, {}
        for doc_num in request.doc_nums:
            before = self._desk.documents[doc_num]
            if request.expected in (None, before.doc_category):
                documents[doc_num] = before.doc_category
                self._desk.documents[doc_num] = replace(before, doc_category=request.doc_category)
        for mount_num in request.mount_nums:
            mount = self._desk.mounts[mount_num]
            mounts[mount_num] = mount.doc_category
            self._desk.mounts[mount_num] = replace(mount, doc_category=request.doc_category)
        changes = Changes(
            frozenset({ANA.pat_num}), frozenset(request.doc_nums), frozenset(request.mount_nums)
        )
        return ChangeCategoryResult(documents, mounts, (), changes)


class _Browse:
    def __init__(self, desk: MemoryDesk) -> None:
        self._desk = desk

    def search(
        self,
        text: str,
        limit: int = 50,
        include_inactive: bool = False,
        recent: Sequence[PatNum] = (),
    ) -> PatientHits:
        self._desk.asked.append(text)
        hits = [
            patient
            for patient in self._desk.patients
            if text.casefold() in f"{patient.lname} {patient.fname} {patient.pat_num}".casefold()
            and (include_inactive or patient.pat_status is PatStatus.PATIENT)
        ]
        return PatientHits(tuple(hits[:limit]), len(hits) > limit)

    def fill_index(self, progress: Progress | None = None) -> None:
        self._desk.asked.append("index")

    def patients(self, pat_nums: Sequence[PatNum]) -> tuple[Patient, ...]:
        by_number = {patient.pat_num: patient for patient in self._desk.patients}
        return tuple(by_number[number] for number in pat_nums if number in by_number)

    def contents(self, pat_num: PatNum) -> PatientContents:
        desk = self._desk
        found = [patient for patient in desk.patients if patient.pat_num == pat_num]
        if not found:
            raise PatientNotFound
        mine = [one for one in desk.documents.values() if one.pat_num == pat_num]
        return PatientContents(
            found[0],
            (
                Definition(XRAYS, "X-rays", 0),
                Definition(PHOTOS, "Photos", 1),
                Definition(INSURANCE, "Insurance & <b>letters</b>", 2),
                Definition(DefNum(199), "Old", 3, is_hidden=True),
            ),
            (Provider(ProvNum(1), "DOC1"), Provider(ProvNum(2), "HYG1")),
            tuple(one for one in mine if not one.mount_item_num),
            tuple(mount for mount in desk.mounts.values() if mount.pat_num == pat_num),
            desk.mount_documents,
            tuple(
                ShelfEntry(
                    operation,
                    "deleted",
                    one.pat_num,
                    one.doc_num,
                    one.extension,
                    100,
                    datetime(2026, 11, 20, 8, 0),
                    description=one.description,
                    doc_category=one.doc_category,
                )
                for operation, one in desk.shelf.items()
                if one.pat_num == pat_num
            ),
            not desk.read_only,
            desk.read_only,
        )

    def drawings(self, doc_num: DocNum) -> tuple[object, ...]:
        return ()

    def document(self, doc_num: DocNum) -> Document:
        if doc_num not in self._desk.documents:
            raise DocumentNotFound
        return self._desk.documents[doc_num]


class _Pictures:
    def __init__(self, desk: MemoryDesk) -> None:
        self._desk = desk

    def tile(self, doc_num: DocNum, pixels: int) -> Picture:
        self._desk.asked.append(f"d{doc_num}")
        if self._desk.away:
            raise StoreUnavailable
        if doc_num in self._desk.damaged:
            raise DecodeFailed
        return grey(pixels)

    def info(self, doc_num: DocNum) -> PictureInfo:
        return PictureInfo(40, 30)

    def picture(
        self, doc_num: DocNum, page: int = 0, fit: tuple[int, int] | None = None
    ) -> Picture:
        if doc_num in self._desk.damaged:
            raise DecodeFailed
        return grey(40)

    def mount_tile(self, mount_num: MountNum, pixels: int) -> Picture:
        self._desk.asked.append(f"m{mount_num}")
        return grey(pixels)


class MemorySettings:
    """Options in memory."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()

    def load(self) -> Settings:
        return self.settings

    def save(self, settings: Settings) -> None:
        self.settings = settings


class FakeChanged:
    """`JobSignals.changed` without Qt."""

    def __init__(self) -> None:
        self._slots: list[Callable[[Changes, str], None]] = []

    def connect(self, slot: Callable[[Changes, str], None]) -> object:
        self._slots.append(slot)
        return None

    def disconnect(self, slot: Callable[[Changes, str], None]) -> object:
        self._slots.remove(slot)
        return None

    def emit(self, changes: Changes, initiator: str = "") -> None:
        for slot in list(self._slots):
            slot(changes, initiator)


class AnnouncingSubmit:
    """Wraps a `Submit` and announces what results say they changed, as `JobSignals` does."""

    def __init__(self, submit: Submit, changed: FakeChanged) -> None:
        self._submit = submit
        self._changed = changed

    def __call__(self, job: Any, done: Any = lambda _r: None, **callbacks: Any) -> Any:
        def finish(result: Any) -> None:
            changes = getattr(result, "changes", None)
            if changes:
                self._changed.emit(changes, job.name)
            done(result)

        return self._submit(job, done=finish, **callbacks)


def open_practice(desk: MemoryDesk, submit: Submit) -> tuple[OpenPractice, FakeChanged]:
    """What the window is given."""
    changed = FakeChanged()
    announcing = cast(Submit, AnnouncingSubmit(submit, changed))
    return OpenPractice("Demo", desk.repository(), announcing, changed), changed


def mount(number: int, **values: Any) -> Mount:
    """A mount of Ana Rivera."""
    base = Mount(
        MountNum(number), ANA.pat_num, XRAYS, datetime(2025, 5, 12, 9, 0), "Full-mouth series"
    )
    return replace(base, **values)


def in_mount(number: int) -> Document:
    """A document standing in a mount."""
    return document(number, mount_item_num=MountItemNum(number))
