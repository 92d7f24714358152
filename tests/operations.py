"""The repository's operations over whatever ports a test hands in: fakes, or the real ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from odimaging.model.ids import OperationNumber
from odimaging.model.picture import PictureInfo
from odimaging.model.ports import Decoder, Locks, Sources, Store, TileCache, UnitOfWorkFactory
from odimaging.repository.browse import Browse
from odimaging.repository.change_category import ChangeCategory
from odimaging.repository.check import Check
from odimaging.repository.delete import Delete
from odimaging.repository.filing import LOCK_WAIT_S, Filing, new_operation
from odimaging.repository.import_file import ImportFile, ImportFiles
from odimaging.repository.import_folder import ImportFolder
from odimaging.repository.materialise import Materialise
from odimaging.repository.mending import UNFINISHED_AFTER_S, Mending
from odimaging.repository.patient_search import PatientSearch
from odimaging.repository.pictures import Pictures
from odimaging.repository.read import GetDocument, ListDocuments
from odimaging.repository.recovery import Recovery
from odimaging.repository.restore import DeletedItems, Restore
from odimaging.repository.update import Update
from tests.fakes.fake_decoder import FakeDecoder


class KnowingDecoder(FakeDecoder):
    """Knows the headers of some byte strings by heart, e.g. of a turned photo; reads PNG as the fake does."""

    def __init__(self, headers: Mapping[bytes, PictureInfo] | None = None) -> None:
        super().__init__()
        self.headers = dict(headers or {})

    def inspect(self, data: bytes, extension: str) -> PictureInfo:
        known = self.headers.get(data)
        return known if known is not None else super().inspect(data, extension)


@dataclass(frozen=True)
class Ports:
    """What the operations are built over."""

    unit_of_work: UnitOfWorkFactory
    store: Store
    locks: Locks
    sources: Sources
    decoder: Decoder
    pause: Callable[[], None] | None = None
    cache: TileCache | None = None
    unfinished_after_s: float = UNFINISHED_AFTER_S
    new_operation: Callable[[], OperationNumber] = new_operation
    read_only_reason: str = ""
    lock_wait_s: float = LOCK_WAIT_S


class Operations:
    """As `odimaging.repository.repository.Repository`, without sending."""

    def __init__(self, ports: Ports) -> None:
        filing = Filing(
            ports.unit_of_work,
            ports.store,
            ports.locks,
            ports.pause,
            ports.new_operation,
            ports.lock_wait_s,
        )
        mending = Mending(filing, ports.unfinished_after_s)
        self.filing = filing
        self.mending = mending
        self.browse = Browse(
            ports.unit_of_work,
            ports.store,
            PatientSearch(ports.unit_of_work),
            ports.read_only_reason,
        )
        self.pictures = Pictures(filing, mending, ports.decoder, self.browse.mount, ports.cache)
        self.import_file = ImportFile(filing, ports.sources, ports.decoder)
        self.import_files = ImportFiles(self.import_file, ports.sources)
        can_edit = not ports.read_only_reason
        self.import_folder = ImportFolder(filing, ports.decoder, can_edit=can_edit)
        self.list_documents = ListDocuments(ports.unit_of_work, ports.store, self.import_folder)
        self.get_document = GetDocument(ports.unit_of_work)
        self.update = Update(ports.unit_of_work)
        self.change_category = ChangeCategory(ports.unit_of_work)
        self.delete = Delete(filing, mending)
        self.restore = Restore(filing)
        self.deleted = DeletedItems(ports.store)
        self.materialise = Materialise(filing, ports.sources, ports.decoder)
        self.recovery = Recovery(filing, mending)
        self.check = Check(filing, ports.unfinished_after_s)
