"""An office in memory from which things are sent: rows, files, a decoder and a scripted server."""

from dataclasses import dataclass, field
from typing import Any

from odimaging.model.document import Document
from odimaging.model.ids import DocNum, MountNum
from odimaging.model.mount import ImageDraw
from odimaging.model.patient import Patient
from odimaging.model.picture import PictureInfo
from odimaging.model.ports import PictureSource, SftpTarget
from odimaging.repository.browse import MountContents
from odimaging.repository.export import Exporter
from odimaging.repository.filing import Filing
from odimaging.repository.materialise import Materialise
from odimaging.repository.mending import Mending
from tests.fakes.fake_decoder import FakeDecoder
from tests.fakes.memory_store import MemorySources, MemoryStore
from tests.fakes.memory_unit_of_work import MemoryDatabase
from tests.fakes.scripted_remote import ScriptedRemote

TARGET = SftpTarget("sftp.lee.example", 22, "user", "right")


class TurnedDecoder(FakeDecoder):
    """Says of every picture that its EXIF asks for this orientation; ``drawn``: the drawings it was given."""

    def __init__(self, orientation: int = 1) -> None:
        super().__init__()
        self.orientation = orientation
        self.drawn: list[tuple[ImageDraw, ...]] = []

    def encoded(self, source: PictureSource, extension: str) -> bytes:
        self.drawn.append(source.drawings)
        return super().encoded(source, extension)

    def inspect(self, data: bytes, extension: str) -> PictureInfo:
        info = super().inspect(data, extension)
        return PictureInfo(info.width, info.height, exif_orientation=self.orientation)


@dataclass
class SendingOffice:
    """``place`` puts a document there with its bytes."""

    database: MemoryDatabase = field(default_factory=MemoryDatabase)
    store: MemoryStore = field(default_factory=MemoryStore)
    decoder: TurnedDecoder = field(default_factory=TurnedDecoder)
    remote: ScriptedRemote = field(default_factory=ScriptedRemote)

    def __post_init__(self) -> None:
        self.database.add_definition("X-rays")
        self.patient: Patient = self.database.add_patient(
            "Smith", "John", image_folder="SmithJohn15"
        )
        filing = Filing(self.database.unit_of_work, self.store, self.database.locks)
        self.materialise = Materialise(filing, MemorySources(), self.decoder)
        self.exporter = Exporter(
            filing, Mending(filing), self.decoder, self.mount_contents, self.materialise
        )

    def place(self, file_name: str, data: bytes, **fields: Any) -> DocNum:
        document = self.database.add_document(self.patient.pat_num, file_name, **fields)
        self.store.put_live("SmithJohn15", file_name, data)
        return document.doc_num

    def row(self, doc_num: DocNum) -> Document:
        return self.database.documents[doc_num]

    def mount_contents(self, mount_num: MountNum) -> MountContents:
        with self.database.unit_of_work() as work:
            mount = work.mounts.get(mount_num)
            items = work.mounts.items(mount_num)
            documents = {one.mount_item_num: one for one in work.documents.in_mount(mount_num)}
        return MountContents(mount, items, documents, {}, (), self.patient)

    def logged(self) -> list[str]:
        return [entry.log_text for entry in self.database.log if entry.perm_type == 201]
