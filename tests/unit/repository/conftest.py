"""A practice in memory, with all operations over it."""

from collections.abc import Iterator

import pytest

from odimaging import failpoints
from odimaging.model.document import Document
from odimaging.model.errors import Cancelled
from odimaging.model.ids import DocNum, PatNum
from odimaging.model.patient import Patient
from odimaging.repository.import_file import ImportFileRequest, Pasted
from tests.fakes.fake_decoder import plain_png
from tests.fakes.memory_store import MemorySources, MemoryStore
from tests.fakes.memory_unit_of_work import MemoryDatabase
from tests.operations import KnowingDecoder, Operations, Ports

PNG = plain_png(4, 3)


class Practice:
    """Rows, files, fakes with their knobs, and the operations. ``rebuild`` after changing what they are built of."""

    def __init__(self, *, transactional: bool = True) -> None:
        self.database = MemoryDatabase(transactional=transactional)
        self.store = MemoryStore()
        self.sources = MemorySources()
        self.decoder = KnowingDecoder()
        self.pauses: list[int] = []
        self.photos = self.database.add_definition("Photos", 10)
        self.xrays = self.database.add_definition("X-rays", 135)
        self.hidden = self.database.add_definition("Old", 190, is_hidden=True)
        self.patient: Patient = self.database.add_patient("Smith", "John", 15)
        self.ops = self.build()

    def build(self, *, paused: bool = False, **fields: object) -> Operations:
        """Operations anew, with other settings."""

        def pause() -> None:
            self.pauses.append(len(self.store.stages))

        ports = Ports(
            self.database.unit_of_work,
            self.store,
            self.database.locks,
            self.sources,
            self.decoder,
            pause if paused else None,
            **fields,  # type: ignore[arg-type]  # named fields of Ports
        )
        self.ops = Operations(ports)
        return self.ops

    def import_png(self, name: str = "tooth.png", data: bytes = PNG) -> Document:
        """One file filed."""
        request = ImportFileRequest(self.patient.pat_num, Pasted(name, data))
        return self.ops.import_file(request).document

    def row(self, document: Document) -> Document:
        """As committed now."""
        return self.database.documents[document.doc_num]

    def live(self, document: Document) -> bytes | None:
        """Its live bytes."""
        folder = self.database.patients[document.pat_num].image_folder
        found = self.store.live.get((folder, document.file_name))
        return found.data if found else None

    def found(self, name: str, data: bytes = PNG) -> None:
        """Somebody puts a file into the patient's folder."""
        self.store.put_live(self.store.folder_for(self.patient), name, data)

    def state(self) -> object:
        """Everything that must be as before where nothing was to happen."""
        live = {key: file.data for key, file in self.store.live.items()}
        shelf = {number: data for number, (_, data) in self.store.shelved.items()}
        rows = dict(self.database.documents), dict(self.database.mounts), tuple(self.database.log)
        return rows, live, shelf, dict(self.store.stages), dict(self.store.ops)


class CancelAt:
    """Progress that is cancelled at its n-th report."""

    def __init__(self, number: int) -> None:
        self.left = number
        self.reports: list[tuple[int, int]] = []

    def report(self, done: int, total: int, text: str = "") -> None:
        self.reports.append((done, total))
        self.left -= 1
        if self.left <= 0:
            raise Cancelled


class Stopped(BaseException):
    """A process that ends here, as far as memory can show it."""


class StopAt:
    """Ends the operation when a failpoint is passed for the n-th time."""

    def __init__(self, name: str, number: int = 1) -> None:
        self.name = name
        self.left = number

    def __call__(self, name: str) -> None:
        if name == self.name:
            self.left -= 1
            if not self.left:
                raise Stopped


@pytest.fixture
def practice() -> Practice:
    return Practice()


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    yield
    failpoints.arm(None)


def numbers(*documents: Document) -> tuple[DocNum, ...]:
    return tuple(document.doc_num for document in documents)


NOBODY = PatNum(999)
