"""The database in memory: the `UnitOfWork` and `Locks` ports, with the failures a real one has.

`tests.contract.test_unit_of_work` runs one suite over this and over real databases.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import Enum, auto
from hashlib import sha256
from types import TracebackType
from typing import Any, Self

from odimaging.db.records import (
    DOCUMENT_COLUMNS,
    IMAGE_DRAW_COLUMNS,
    columns_of_document,
    columns_of_image_draw,
    document_of,
    image_draw_of,
    stored_moment,
)
from odimaging.model.definition import Definition, Provider
from odimaging.model.document import TOKEN_PREFIX, Document, shown_note
from odimaging.model.errors import (
    DatabaseBusy,
    DatabaseUnavailable,
    DocumentNotFound,
    InvalidField,
    LockBusy,
    MountNotFound,
    PatientNotFound,
    ReadOnlyDatabase,
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
from odimaging.model.mount import ImageDraw, Mount, MountItem
from odimaging.model.patient import Patient
from odimaging.model.ports import LogEntry, Reference, Row

TEXT_LIMIT = 255
NOTE_LIMIT = 16_777_215


class CommitFailure(Enum):
    """What goes wrong at a commit; put one into `MemoryDatabase.fail_on_commit` for each commit that is to fail."""

    NOTHING_ARRIVED = auto()
    """DatabaseUnavailable, and the rows are as before."""
    ANSWER_LOST = auto()
    """DatabaseUnavailable, though the rows are there."""
    BUSY = auto()
    """DatabaseBusy, and the rows are as before."""
    NONE = auto()
    """This one works; the next in the list is for the next commit."""


@dataclass
class _Tables:
    patients: dict[PatNum, Patient] = field(default_factory=dict)
    definitions: dict[DefNum, Definition] = field(default_factory=dict)
    providers: dict[ProvNum, Provider] = field(default_factory=dict)
    documents: dict[DocNum, Document] = field(default_factory=dict)
    raw_base64: dict[DocNum, str] = field(default_factory=dict)
    mounts: dict[MountNum, Mount] = field(default_factory=dict)
    items: dict[MountItemNum, MountItem] = field(default_factory=dict)
    drawings: list[ImageDraw] = field(default_factory=list)
    preferences: dict[str, str] = field(default_factory=dict)
    log: list[LogEntry] = field(default_factory=list)
    references: dict[DocNum, tuple[Reference, ...]] = field(default_factory=dict)

    def copy(self) -> "_Tables":
        return _Tables(**{name: getattr(self, name).copy() for name in self.__dataclass_fields__})


class MemoryLocks:
    """The `Locks` port among threads. ``held`` and ``history`` are there to look at; not reentrant, as real ones."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self.held: set[str] = set()
        self.history: list[str] = []

    @contextmanager
    def hold(self, name: str, wait_s: float = 0.0) -> Iterator[None]:
        """See `odimaging.model.ports.Locks`."""
        self.take(name, wait_s)
        try:
            yield
        finally:
            self.free(name)

    def take(self, name: str, wait_s: float = 0.0) -> None:
        """Hold without a ``with``: as another workstation would."""
        end = time.monotonic() + wait_s
        with self._condition:
            while name in self.held:
                if not self._condition.wait(max(0.0, end - time.monotonic())):
                    raise LockBusy
            self.held.add(name)
            self.history.append(name)

    def free(self, name: str) -> None:
        """The other workstation is done, or dead."""
        with self._condition:
            self.held.discard(name)
            self._condition.notify_all()


class MemoryDatabase:
    """Rows in memory, with a fixed clock.

    ``transactional=False`` behaves as MyISAM does: what was written stays, committed or not. ``unreachable`` makes the
    next units of work fail; ``before_commit`` is called at each commit: to interfere, or to count.
    """

    def __init__(
        self, *, transactional: bool = True, now: datetime = datetime(2026, 3, 2, 9, 30, 0)
    ) -> None:
        self.transactional = transactional
        self.clock = now
        self.unreachable = False
        self.read_only_reason = ""
        self.fail_on_commit: list[CommitFailure] = []
        self.before_commit: Callable[[], None] | None = None
        self.commits = 0
        self.locks = MemoryLocks()
        self.identity = "memory"
        self.open_dental_beside = False
        self._tables = _Tables()
        self._writer = threading.Lock()
        self._writing_thread: int | None = None
        self._last_num = 0

    def unit_of_work(self) -> "MemoryUnitOfWork":
        """A `UnitOfWork`; pass the bound method where a `UnitOfWorkFactory` is wanted."""
        return MemoryUnitOfWork(self)

    def advance(self, seconds: float) -> None:
        """Let time pass on the database's clock."""
        self.clock += timedelta(seconds=seconds)

    def next_num(self) -> int:
        """A key no row of any table has had."""
        self._last_num += 1
        return self._last_num

    # ------------------------------------------------ what is committed

    @property
    def documents(self) -> Mapping[DocNum, Document]:
        """Committed rows."""
        return self._tables.documents

    @property
    def patients(self) -> Mapping[PatNum, Patient]:
        """Committed rows."""
        return self._tables.patients

    @property
    def mounts(self) -> Mapping[MountNum, Mount]:
        """Committed rows."""
        return self._tables.mounts

    @property
    def drawings(self) -> Sequence[ImageDraw]:
        """Committed rows."""
        return self._tables.drawings

    @property
    def log(self) -> Sequence[LogEntry]:
        """Committed entries, oldest first."""
        return self._tables.log

    # ------------------------------------------------ seeding

    def add_patient(
        self, lname: str = "Baker", fname: str = "Ann", pat_num: int = 0, **fields: Any
    ) -> Patient:
        """A patient; numbered if ``pat_num`` is 0."""
        patient = Patient(PatNum(pat_num or self.next_num()), lname, fname, **fields)
        self._tables.patients[patient.pat_num] = patient
        return patient

    def add_definition(
        self,
        item_name: str = "Photos",
        def_num: int = 0,
        item_order: int | None = None,
        **fields: Any,
    ) -> Definition:
        """An image category, after those that are there."""
        order = len(self._tables.definitions) if item_order is None else item_order
        definition = Definition(DefNum(def_num or self.next_num()), item_name, order, **fields)
        self._tables.definitions[definition.def_num] = definition
        return definition

    def add_provider(self, abbr: str = "DOC1", *, is_hidden: bool = False) -> Provider:
        """A provider."""
        provider = Provider(ProvNum(self.next_num()), abbr, is_hidden)
        self._tables.providers[provider.prov_num] = provider
        return provider

    def add_document(
        self, pat_num: PatNum, file_name: str = "scan.jpg", raw_base64: str = "", **fields: Any
    ) -> Document:
        """A document, published; in the first category unless told."""
        first = min(self._tables.definitions, default=DefNum(0))
        document = Document(
            DocNum(fields.pop("doc_num", 0) or self.next_num()),
            pat_num,
            fields.pop("doc_category", first),
            fields.pop("date_created", self.clock),
            file_name,
            date_tstamp=fields.pop("date_tstamp", self.clock),
            **fields,
        )
        self._tables.documents[document.doc_num] = document
        self._tables.raw_base64[document.doc_num] = raw_base64
        return document

    def add_mount(
        self, pat_num: PatNum, boxes: Sequence[tuple[int, int, int, int]] = (), **fields: Any
    ) -> tuple[Mount, tuple[MountItem, ...]]:
        """A mount with positions at ``boxes`` (x, y, width, height), ItemOrder 1…n."""
        first = min(self._tables.definitions, default=DefNum(0))
        mount = Mount(
            MountNum(self.next_num()),
            pat_num,
            fields.pop("doc_category", first),
            fields.pop("date_created", self.clock),
            **fields,
        )
        self._tables.mounts[mount.mount_num] = mount
        items = tuple(
            self.add_mount_item(mount.mount_num, box, order) for order, box in enumerate(boxes, 1)
        )
        return mount, items

    def add_mount_item(
        self, mount_num: MountNum, box: tuple[int, int, int, int], item_order: int, **fields: Any
    ) -> MountItem:
        """One position."""
        item = MountItem(
            MountItemNum(self.next_num()), mount_num, *box, item_order=item_order, **fields
        )
        self._tables.items[item.mount_item_num] = item
        return item

    def add_drawing(self, drawing: ImageDraw) -> None:
        """A drawing."""
        self._tables.drawings.append(drawing)

    def add_reference(self, doc_num: DocNum, words: str) -> None:
        """Something that keeps the document from being deleted."""
        known = self._tables.references.get(doc_num, ())
        self._tables.references[doc_num] = (*known, Reference(words))

    def set_preference(self, name: str, value: str) -> None:
        """A preference."""
        self._tables.preferences[name] = value


class MemoryUnitOfWork:
    """One unit. Reads see what is committed and its own writes; the first write shuts other writers out until its end."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database
        self._own: _Tables | None = None
        self._open = False
        self.patients = _Patients(self)
        self.definitions = _Definitions(self)
        self.documents = _Documents(self)
        self.mounts = _Mounts(self)
        self.log = _Log(self)
        self.preferences = _Preferences(self)

    def now(self) -> datetime:
        self._check()
        return self._database.clock

    def commit(self) -> None:
        self._check()
        database = self._database
        if database.before_commit is not None:
            database.before_commit()
        database.commits += 1
        failure = database.fail_on_commit.pop(0) if database.fail_on_commit else CommitFailure.NONE
        if failure is CommitFailure.NOTHING_ARRIVED:
            self._let_go()
            raise DatabaseUnavailable(detail="commit failed")
        if failure is CommitFailure.BUSY:
            self._let_go()
            raise DatabaseBusy(detail="commit failed")
        if self._own is not None:
            database._tables = self._own
        self._let_go()
        if failure is CommitFailure.ANSWER_LOST:
            raise DatabaseUnavailable(detail="answer lost")

    def __enter__(self) -> Self:
        if self._database.unreachable:
            raise DatabaseUnavailable(detail="unreachable")
        self._open = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._let_go()
        self._open = False

    # ------------------------------------------------ for the record sets

    def tables(self) -> _Tables:
        """To read."""
        self._check()
        return self._own or self._database._tables

    def writable(self) -> _Tables:
        """To write."""
        self._check()
        if self._database.read_only_reason:
            raise ReadOnlyDatabase(self._database.read_only_reason)
        if self._own is None:
            self._shut_others_out()
            tables = self._database._tables
            self._own = tables.copy() if self._database.transactional else tables
        return self._own

    @property
    def database(self) -> MemoryDatabase:
        return self._database

    def _check(self) -> None:
        assert self._open, "a unit of work is used outside its with-block"
        if self._database.unreachable:
            raise DatabaseUnavailable(detail="unreachable")

    def _shut_others_out(self) -> None:
        database, me = self._database, threading.get_ident()
        if database._writing_thread == me or not database._writer.acquire(timeout=5):
            raise DatabaseBusy(detail="another unit of work writes")
        database._writing_thread = me

    def _let_go(self) -> None:
        if self._own is not None:
            self._own = None
            self._database._writing_thread = None
            self._database._writer.release()


class _Part:
    def __init__(self, work: MemoryUnitOfWork) -> None:
        self._work = work


class _Patients(_Part):
    def get(self, pat_num: PatNum) -> Patient:
        try:
            return self._work.tables().patients[pat_num]
        except KeyError:
            raise PatientNotFound from None

    def set_image_folder(self, pat_num: PatNum, folder: str) -> None:
        patient = self._work.tables().patients.get(pat_num)
        if patient is not None and not patient.image_folder:
            self._work.writable().patients[pat_num] = replace(patient, image_folder=folder)

    def after(self, pat_num: PatNum, limit: int) -> tuple[Patient, ...]:
        rows = sorted(self._work.tables().patients.items())
        return tuple(patient for number, patient in rows if number > pat_num)[:limit]

    def with_prefix(self, text: str, limit: int) -> tuple[Patient, ...]:
        start = text.lower()

        def fits(patient: Patient) -> bool:
            names = (patient.lname, patient.fname, patient.preferred)
            return str(patient.pat_num) == text or any(
                name.lower().startswith(start) for name in names
            )

        return self._sorted(fits, limit)

    def born(self, birthdate: date, limit: int) -> tuple[Patient, ...]:
        return self._sorted(lambda patient: patient.birthdate == birthdate, limit)

    def newest_change(self) -> tuple[int, int]:
        rows = self._work.tables().patients
        return max(rows, default=0), len(rows)

    def _sorted(self, fits: Callable[[Patient], bool], limit: int) -> tuple[Patient, ...]:
        rows = sorted(
            filter(fits, self._work.tables().patients.values()),
            key=lambda patient: (patient.lname.lower(), patient.fname.lower(), patient.pat_num),
        )
        return tuple(rows[:limit])


class _Definitions(_Part):
    def image_categories(self) -> tuple[Definition, ...]:
        rows = self._work.tables().definitions.values()
        return tuple(sorted(rows, key=lambda row: (row.item_order, row.def_num)))

    def providers(self) -> tuple[Provider, ...]:
        return tuple(self._work.tables().providers.values())


class _Documents(_Part):
    def get(self, doc_num: DocNum) -> Document:
        try:
            return self._work.tables().documents[doc_num]
        except KeyError:
            raise DocumentNotFound from None

    def of_patient(self, pat_num: PatNum) -> tuple[Document, ...]:
        rows = [row for row in self._sorted() if row.pat_num == pat_num]
        return tuple(replace(row, note=shown_note(row.note)) for row in rows)

    def in_mount(self, mount_num: MountNum) -> tuple[Document, ...]:
        items = self._work.tables().items
        return tuple(
            row
            for row in self._sorted()
            if row.mount_item_num in items and items[row.mount_item_num].mount_num == mount_num
        )

    def file_names(self, pat_num: PatNum) -> frozenset[str]:
        rows = self._work.tables().documents.values()
        return frozenset(row.file_name for row in rows if row.pat_num == pat_num)

    def insert(
        self, document: Document, *, raw_base64: str = "", token: OperationNumber | None = None
    ) -> DocNum:
        doc_num = DocNum(self._work.database.next_num())
        return self._put(replace(document, doc_num=doc_num), raw_base64, token)

    def insert_discovered(self, document: Document) -> DocNum | None:
        taken = document.file_name in self.file_names(document.pat_num)
        return None if taken else self.insert(document)

    def update(
        self, doc_num: DocNum, values: Mapping[str, Any], where: Mapping[str, Any] | None = None
    ) -> bool:
        assert not {"doc_num", "date_tstamp"} & values.keys()
        row = self._work.tables().documents.get(doc_num)
        if row is None or not all(_holds(row, *condition) for condition in (where or {}).items()):
            return False
        changed = _checked(replace(row, **values))
        self._work.writable().documents[doc_num] = replace(
            changed, date_tstamp=self._work.now(), date_created=_seconds(changed.date_created)
        )
        return True

    def delete(self, doc_num: DocNum) -> bool:
        tables = self._work.writable()
        tables.drawings[:] = [row for row in tables.drawings if row.doc_num != doc_num]
        tables.raw_base64.pop(doc_num, None)
        return tables.documents.pop(doc_num, None) is not None

    def snapshot(self, doc_num: DocNum) -> Row:
        document, tables = self.get(doc_num), self._work.tables()
        row = columns_of_document(document) | {
            "DocNum": doc_num,
            "DateTStamp": stored_moment(document.date_tstamp),
            "RawBase64": tables.raw_base64.get(doc_num, ""),
        }
        drawings = [columns_of_image_draw(drawing) for drawing in tables.drawings]
        own = [drawing for drawing in drawings if drawing["DocNum"] == doc_num]
        return row | ({"imagedraw": json.dumps(own)} if own else {})

    def reinsert(self, row: Row, token: OperationNumber) -> DocNum:
        document = document_of([row.get(name, empty) for name, empty in DOCUMENT_COLUMNS.items()])
        if document.operation is not None:
            document = replace(document, external_guid="")
        if not document.doc_num or document.doc_num in self._work.tables().documents:
            document = replace(document, doc_num=DocNum(self._work.database.next_num()))
        doc_num = self._put(document, str(row.get("RawBase64") or ""), token)
        for drawing in json.loads(str(row.get("imagedraw", "[]"))):
            whole = image_draw_of([(drawing | {"DocNum": doc_num})[c] for c in IMAGE_DRAW_COLUMNS])
            if whole is not None:
                self._work.writable().drawings.append(whole)
        return doc_num

    def references(self, doc_num: DocNum) -> tuple[Reference, ...]:
        return self._work.tables().references.get(doc_num, ())

    def with_token(self, operation: OperationNumber) -> Document | None:
        return next((row for row in self._sorted() if row.operation == operation), None)

    def tokens(self) -> tuple[tuple[DocNum, OperationNumber], ...]:
        return tuple((row.doc_num, row.operation) for row in self._sorted() if row.operation)

    def clear_token(self, doc_num: DocNum, operation: OperationNumber) -> None:
        self.update(doc_num, {"external_guid": ""}, {"external_guid": TOKEN_PREFIX + operation})

    def raw_base64(self, doc_num: DocNum) -> str:
        self.get(doc_num)
        return self._work.tables().raw_base64.get(doc_num, "")

    def places(self) -> Iterator[tuple[DocNum, PatNum, str, str]]:
        tables = self._work.tables()
        for doc_num, row in sorted(tables.documents.items()):
            patient = tables.patients.get(row.pat_num)
            yield doc_num, row.pat_num, patient.image_folder if patient else "", row.file_name

    def _sorted(self) -> list[Document]:
        rows = self._work.tables().documents.values()
        return sorted(rows, key=lambda row: (row.date_created, row.doc_num))

    def _put(self, document: Document, raw_base64: str, token: OperationNumber | None) -> DocNum:
        if token is not None and not document.external_guid and not document.external_source:
            document = replace(document, external_guid=TOKEN_PREFIX + token)
        tables = self._work.writable()
        tables.documents[document.doc_num] = replace(
            _checked(document),
            date_tstamp=self._work.now(),
            date_created=_seconds(document.date_created),
        )
        tables.raw_base64[document.doc_num] = raw_base64
        return document.doc_num


class _Mounts(_Part):
    def get(self, mount_num: MountNum) -> Mount:
        try:
            return self._work.tables().mounts[mount_num]
        except KeyError:
            raise MountNotFound from None

    def of_patient(self, pat_num: PatNum) -> tuple[Mount, ...]:
        rows = [row for row in self._work.tables().mounts.values() if row.pat_num == pat_num]
        return tuple(sorted(rows, key=lambda row: (row.date_created, row.mount_num)))

    def items(self, mount_num: MountNum) -> tuple[MountItem, ...]:
        rows = [row for row in self._work.tables().items.values() if row.mount_num == mount_num]
        return tuple(sorted(rows, key=lambda row: (row.item_order, row.mount_item_num)))

    def insert(
        self, mount: Mount, items: Sequence[MountItem]
    ) -> tuple[MountNum, tuple[MountItemNum, ...]]:
        tables, next_num = self._work.writable(), self._work.database.next_num
        mount_num = MountNum(next_num())
        created = _seconds(mount.date_created)
        tables.mounts[mount_num] = replace(mount, mount_num=mount_num, date_created=created)
        numbers = tuple(MountItemNum(next_num()) for _ in items)
        for number, item in zip(numbers, items, strict=True):
            tables.items[number] = replace(item, mount_item_num=number, mount_num=mount_num)
        return mount_num, numbers

    def set_category(
        self, mount_num: MountNum, doc_category: DefNum, expected: DefNum | None = None
    ) -> bool:
        mount = self._work.tables().mounts.get(mount_num)
        if mount is None or (expected is not None and mount.doc_category != expected):
            return False
        self._work.writable().mounts[mount_num] = replace(mount, doc_category=doc_category)
        for document in self._work.documents.in_mount(mount_num):
            self._work.documents.update(document.doc_num, {"doc_category": doc_category})
        return True

    def drawings(
        self, *, doc_num: DocNum | None = None, mount_num: MountNum | None = None
    ) -> tuple[ImageDraw, ...]:
        rows = self._work.tables().drawings
        if doc_num is not None:
            return tuple(row for row in rows if row.doc_num == doc_num)
        return tuple(row for row in rows if row.mount_num == mount_num)


class _Log(_Part):
    def add(self, entry: LogEntry) -> None:
        self._work.writable().log.append(entry)


class _Preferences(_Part):
    def get(self, name: str) -> str | None:
        return self._work.tables().preferences.get(name)


def _holds(row: Document, name: str, value: object) -> bool:
    if name == "note_sha256":
        return sha256(row.note.encode()).hexdigest() == value
    return bool(getattr(row, name) == value)


def _seconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _checked(document: Document) -> Document:
    short = (
        document.description,
        document.file_name,
        document.tooth_numbers,
        document.external_guid,
    )
    if any(len(text) > TEXT_LIMIT for text in short) or len(document.note.encode()) > NOTE_LIMIT:
        raise InvalidField("A text is too long.")
    return document
