"""Patients, categories and their contents, for the window. Looks only; discovery is `import_folder`."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from odimaging.model.definition import Definition, Provider
from odimaging.model.document import Document
from odimaging.model.errors import NotFound, PatientNotFound, StoreError
from odimaging.model.ids import DocNum, MountItemNum, MountNum, PatNum
from odimaging.model.mount import ImageDraw, Mount, MountItem
from odimaging.model.patient import Patient
from odimaging.model.ports import Place, Progress, ShelfEntry, Store, UnitOfWork, UnitOfWorkFactory
from odimaging.repository.mount_text import substituted


@dataclass(frozen=True, slots=True)
class PatientHits:
    """Patients found, best first; ``more``: there are others beyond the limit."""

    patients: tuple[Patient, ...]
    more: bool = False


class Search(Protocol):
    """`odimaging.repository.patient_search`: handed in, because it brings numpy and the window paints first."""

    def __call__(
        self, text: str, limit: int, include_inactive: bool, recent: Sequence[PatNum]
    ) -> PatientHits:
        """Patients found, best first."""

    def fill(self, progress: Progress | None = None) -> None:
        """Read every patient."""


@dataclass(frozen=True, slots=True)
class PatientContents:
    """Everything the window shows of a patient.

    ``documents``: those of the tree, ``mount_item_num`` 0. ``categories``: hidden ones too, by ItemOrder.
    ``deleted``: what lies on the shelf, newest first.
    """

    patient: Patient
    categories: tuple[Definition, ...]
    providers: tuple[Provider, ...]
    documents: tuple[Document, ...]
    mounts: tuple[Mount, ...]
    mount_documents: Mapping[MountNum, tuple[Document, ...]]
    deleted: tuple[ShelfEntry, ...] = ()
    can_edit: bool = True
    read_only_reason: str = ""


@dataclass(frozen=True, slots=True)
class MountContents:
    """A mount opened. ``texts``: the words of each text item, fields already substituted."""

    mount: Mount
    items: tuple[MountItem, ...]
    documents: Mapping[MountItemNum, Document]
    texts: Mapping[MountItemNum, str]
    drawings: tuple[ImageDraw, ...]
    patient: Patient


class Browse:
    """Looking: any thread. ``read_only_reason`` not blank: the database was opened for looking only."""

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        store: Store,
        search: Search,
        read_only_reason: str = "",
    ) -> None:
        self._unit_of_work = unit_of_work
        self._store = store
        self._read_only_reason = read_only_reason
        self._search = search

    def search(
        self,
        text: str,
        limit: int = 50,
        include_inactive: bool = False,
        recent: Sequence[PatNum] = (),
    ) -> PatientHits:
        """Patients by any part of a name, birthdate, PatNum or chart number; ``recent`` ones go first."""
        return self._search(text, limit, include_inactive, recent)

    def fill_index(self, progress: Progress | None = None) -> None:
        """Read every patient into the search index. In the background, once after the start and after long pauses."""
        self._search.fill(progress)

    def patients(self, pat_nums: Sequence[PatNum]) -> tuple[Patient, ...]:
        """Those that are still there, in the order asked for."""
        with self._unit_of_work() as work:
            found = [_patient_or_none(work, pat_num) for pat_num in pat_nums]
        return tuple(patient for patient in found if patient is not None)

    def contents(self, pat_num: PatNum) -> PatientContents:
        """Raises PatientNotFound."""
        with self._unit_of_work() as work:
            patient = work.patients.get(pat_num)
            categories = work.definitions.image_categories()
            providers = work.definitions.providers()
            documents = work.documents.of_patient(pat_num)
            mounts = work.mounts.of_patient(pat_num)
            in_mounts = _by_mount(work, mounts, documents)
        return PatientContents(
            patient,
            categories,
            providers,
            tuple(document for document in documents if not document.mount_item_num),
            mounts,
            in_mounts,
            self._deleted(pat_num),
            not self._read_only_reason,
            self._read_only_reason,
        )

    def mount(self, mount_num: MountNum) -> MountContents:
        """Raises MountNotFound."""
        with self._unit_of_work() as work:
            mount = work.mounts.get(mount_num)
            patient = work.patients.get(mount.pat_num)
            items = work.mounts.items(mount_num)
            documents = {one.mount_item_num: one for one in work.documents.in_mount(mount_num)}
            drawings = work.mounts.drawings(mount_num=mount_num)
            providers = work.definitions.providers()
        texts = {
            item.mount_item_num: substituted(item.text_showing, patient, mount, providers)
            for item in items
            if item.is_text
        }
        return MountContents(mount, items, documents, texts, drawings, patient)

    def document(self, doc_num: DocNum) -> Document:
        """Raises DocumentNotFound."""
        with self._unit_of_work() as work:
            return work.documents.get(doc_num)

    def drawings(self, doc_num: DocNum) -> tuple[ImageDraw, ...]:
        """What is drawn on a document, in its original pixels; empty for unknown ones."""
        with self._unit_of_work() as work:
            return work.mounts.drawings(doc_num=doc_num)

    def file_path(self, doc_num: DocNum) -> str:
        """As API Documents' filePath; '' where there is none."""
        with self._unit_of_work() as work:
            place = self._place(work, doc_num)
        return self._store.file_path(place)

    def sizes(self, doc_nums: Sequence[DocNum]) -> dict[DocNum, int]:
        """Bytes of the stored files, as far as they are there: pending, missing and unreachable ones are left out."""
        with self._unit_of_work() as work:
            places = [self._place_or_none(work, doc_num) for doc_num in doc_nums]
        with suppress(StoreError):  # one that is out of reach is told when it is sent
            found = [(place.doc_num, self._store.stat(place)) for place in places if place]
            return {doc_num: stat.size for doc_num, stat in found if stat is not None}
        return {}

    def _place(self, work: UnitOfWork, doc_num: DocNum) -> Place:
        document = work.documents.get(doc_num)
        folder = self._store.folder_for(work.patients.get(document.pat_num))
        return Place(folder, document.file_name, doc_num)

    def _place_or_none(self, work: UnitOfWork, doc_num: DocNum) -> Place | None:
        try:
            return self._place(work, doc_num)
        except NotFound:
            return None

    def _deleted(self, pat_num: PatNum) -> tuple[ShelfEntry, ...]:
        try:
            return self._store.shelf(pat_num)
        except StoreError:
            return ()  # the rows can be looked at all the same; whoever needs bytes says that they are out of reach


def _patient_or_none(work: UnitOfWork, pat_num: PatNum) -> Patient | None:
    try:
        return work.patients.get(pat_num)
    except PatientNotFound:
        return None


def _by_mount(
    work: UnitOfWork, mounts: Sequence[Mount], documents: Sequence[Document]
) -> dict[MountNum, tuple[Document, ...]]:
    """The documents of each mount, in the order of its items; one query a mount only where it has images."""
    standing: dict[MountItemNum, list[Document]] = defaultdict(list)
    for document in documents:
        standing[document.mount_item_num].append(document)
    standing.pop(MountItemNum(0), None)
    found: dict[MountNum, tuple[Document, ...]] = {}
    for mount in mounts:
        items = work.mounts.items(mount.mount_num) if standing else ()
        found[mount.mount_num] = tuple(
            document for item in items for document in standing[item.mount_item_num]
        )
    return found
