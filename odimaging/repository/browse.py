"""Patients, categories and their contents, for the window. Looks only; discovery is `import_folder`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from odimaging.model.definition import Definition, Provider
from odimaging.model.document import Document
from odimaging.model.ids import DocNum, MountItemNum, MountNum, PatNum
from odimaging.model.mount import ImageDraw, Mount, MountItem
from odimaging.model.patient import Patient
from odimaging.model.ports import Progress, ShelfEntry, Store, UnitOfWorkFactory


@dataclass(frozen=True, slots=True)
class PatientHits:
    """Patients found, best first; ``more``: there are others beyond the limit."""

    patients: tuple[Patient, ...]
    more: bool = False


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
        self, unit_of_work: UnitOfWorkFactory, store: Store, read_only_reason: str = ""
    ) -> None:
        self._unit_of_work = unit_of_work
        self._store = store
        self._read_only_reason = read_only_reason

    def search(
        self,
        text: str,
        limit: int = 50,
        include_inactive: bool = False,
        recent: Sequence[PatNum] = (),
    ) -> PatientHits:
        """Patients by any part of a name, birthdate, PatNum or chart number; ``recent`` ones go first."""
        raise NotImplementedError

    def fill_index(self, progress: Progress | None = None) -> None:
        """Read every patient into the search index. In the background, once after the start and after long pauses."""
        raise NotImplementedError

    def patients(self, pat_nums: Sequence[PatNum]) -> tuple[Patient, ...]:
        """Those that are still there, in the order asked for."""
        raise NotImplementedError

    def contents(self, pat_num: PatNum) -> PatientContents:
        """Raises PatientNotFound."""
        raise NotImplementedError

    def mount(self, mount_num: MountNum) -> MountContents:
        """Raises MountNotFound."""
        raise NotImplementedError

    def document(self, doc_num: DocNum) -> Document:
        """Raises DocumentNotFound."""
        raise NotImplementedError

    def file_path(self, doc_num: DocNum) -> str:
        """As API Documents' filePath; '' where there is none."""
        raise NotImplementedError
