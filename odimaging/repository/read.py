"""Documents GET (single), 24.2.32, and GET (multiple), 21.2."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from odimaging.model.document import Document, ImgType
from odimaging.model.errors import InvalidField, StoreError
from odimaging.model.ids import DefNum, DocNum, MountNum, PatNum, ProvNum
from odimaging.model.mount import Mount
from odimaging.model.ports import Place, Store, UnitOfWork, UnitOfWorkFactory
from odimaging.repository.import_folder import ImportFolder

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SingleDocument:
    """Object A of facts §11.4. ``doc_category_name`` is documented as docCategory."""

    doc_num: DocNum
    description: str = field(repr=False)
    date_created: datetime
    doc_category: DefNum
    doc_category_name: str
    pat_num: PatNum
    file_name: str = field(repr=False)
    img_type: ImgType
    tooth_numbers: str
    date_tstamp: datetime
    prov_num: ProvNum
    print_heading: bool


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """Object B of facts §11.4: a document, or a mount. ``print_heading`` and ``date_tstamp`` are None for mounts."""

    doc_num: DocNum
    mount_num: MountNum
    file_path: str = field(repr=False)
    description: str = field(repr=False)
    pat_num: PatNum
    note: str = field(repr=False)
    date_created: datetime
    doc_category_name: str
    doc_category: DefNum
    tooth_numbers: str
    prov_num: ProvNum
    print_heading: bool | None
    date_tstamp: datetime | None
    server_date_time: datetime


@dataclass(frozen=True, slots=True)
class ListDocumentsRequest:
    """``limit`` at most 1000 (decision 26)."""

    pat_num: PatNum
    limit: int = 1000
    offset: int = 0


MAX_LIMIT = 1000


class GetDocument:
    """Documents GET (single)."""

    def __init__(self, unit_of_work: UnitOfWorkFactory) -> None:
        self._unit_of_work = unit_of_work

    def __call__(self, doc_num: DocNum) -> SingleDocument:
        """Raises DocumentNotFound (404)."""
        with self._unit_of_work() as work:
            document = work.documents.get(doc_num)
            names = _category_names(work)
        return SingleDocument(
            document.doc_num,
            document.description,
            document.date_created,
            document.doc_category,
            names.get(document.doc_category, ""),
            document.pat_num,
            document.file_name,
            document.img_type,
            document.tooth_numbers,
            document.date_tstamp,
            document.prov_num,
            document.print_heading,
        )


class ListDocuments:
    """Documents GET (multiple): files that were put into the folder are in it."""

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, store: Store, import_folder: ImportFolder
    ) -> None:
        self._unit_of_work = unit_of_work
        self._store = store
        self._import_folder = import_folder

    def __call__(self, request: ListDocumentsRequest) -> tuple[ListedDocument, ...]:
        """Raises PatientNotFound (404), InvalidField (400). With the root out of reach: what is known (decision 44)."""
        if not (1 <= request.limit <= MAX_LIMIT and request.offset >= 0):
            raise InvalidField(f"Limit must be from 1 to {MAX_LIMIT}, Offset not negative.")
        try:
            self._import_folder(request.pat_num)
        except StoreError as error:
            log.warning("listed without discovery: %s", type(error).__name__)
        rows = sorted(self._rows(request.pat_num), key=_order)
        return tuple(rows[request.offset : request.offset + request.limit])

    def _rows(self, pat_num: PatNum) -> list[ListedDocument]:
        with self._unit_of_work() as work:
            now = work.now()
            patient = work.patients.get(pat_num)
            names = _category_names(work)
            documents = work.documents.of_patient(pat_num)
            mounts = work.mounts.of_patient(pat_num)
        folder = self._store.folder_for(patient)
        listed = [one for one in documents if not one.mount_item_num]
        return [
            *(_of_document(one, self._path(folder, one), names, now) for one in listed),
            *(_of_mount(one, names, now) for one in mounts),
        ]

    def _path(self, folder: str, document: Document) -> str:
        return self._store.file_path(Place(folder, document.file_name, document.doc_num))


def _order(row: ListedDocument) -> tuple[datetime, bool, int]:
    """DateCreated, documents before mounts, number (decision 14)."""
    return row.date_created, bool(row.mount_num), row.doc_num or row.mount_num


def _category_names(work: UnitOfWork) -> dict[DefNum, str]:
    return {one.def_num: one.item_name for one in work.definitions.image_categories()}


def _of_document(
    document: Document, file_path: str, names: Mapping[DefNum, str], now: datetime
) -> ListedDocument:
    return ListedDocument(
        document.doc_num,
        MountNum(0),
        file_path,
        document.description,
        document.pat_num,
        document.note,
        document.date_created,
        names.get(document.doc_category, ""),
        document.doc_category,
        document.tooth_numbers,
        document.prov_num,
        document.print_heading,
        document.date_tstamp,
        now,
    )


def _of_mount(mount: Mount, names: Mapping[DefNum, str], now: datetime) -> ListedDocument:
    day = mount.date_created
    return ListedDocument(
        DocNum(0),
        mount.mount_num,
        "",
        f"{day.month}/{day.day}/{day.year}: {mount.description}",
        mount.pat_num,
        mount.note,
        day,
        names.get(mount.doc_category, ""),
        mount.doc_category,
        "",
        mount.prov_num,
        None,
        None,
        now,
    )
