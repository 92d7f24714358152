"""Several workstations at the same thing at once (faults 21 and 22), and the user who stops it at any report (fault 25)."""

import base64
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from odimaging.db.engine import Database
from odimaging.model.document import Document
from odimaging.model.errors import Cancelled, DocumentNotFound, OdImagingError
from odimaging.model.ids import DocNum, OperationNumber, PatNum
from odimaging.model.patient import Patient
from odimaging.repository.delete import DeleteRequest
from odimaging.repository.import_file import ImportFileRequest, ImportFilesRequest, Pasted
from odimaging.repository.restore import RestoreRequest
from odimaging.storage.root import create_root
from tests.killer import Case, opened
from tests.operations import Operations
from tests.servers.mariadb import PracticeDatabase

WORKSTATIONS = 4
ROUNDS = 4

Run = Callable[[Operations], Any]


class Office:
    """Workstations on one practice, each with connections of its own."""

    def __init__(self, practice: PracticeDatabase, root: Path, stack: ExitStack) -> None:
        create_root(str(root))
        self.root = root
        case = Case(practice.url, practice.password, str(root), "")
        stations = [stack.enter_context(opened(case)) for _ in range(WORKSTATIONS)]
        self.database: Database = stations[0][0]
        self.stations = [operations for _, operations in stations]
        self.desk = self.stations[0]
        with self.database.unit_of_work() as work:
            self.pat_num = work.seed.patient(Patient(PatNum(0), "Many", "Hands"))
            work.commit()

    def filed(self, text: str = "one") -> Document:
        request = ImportFileRequest(self.pat_num, Pasted("picture.png", text.encode()))
        return self.desk.import_file(request).document

    def pending(self, text: str) -> DocNum:
        with self.database.unit_of_work() as work:
            category = work.definitions.image_categories()[0].def_num
            note = f"_rawBase64_:.png_{base64.b64encode(text.encode()).decode()}"
            row = Document(DocNum(0), self.pat_num, category, work.now(), "x", note=note)
            doc_num = work.documents.insert(row)
            work.commit()
        return doc_num

    def together(self, *runs: Run) -> list[Any]:
        """Each run at a workstation of its own, all let go at the same moment; what each came to."""
        results: list[Any] = [None] * len(runs)
        start = threading.Barrier(len(runs))

        def work(number: int) -> None:
            start.wait(10)
            try:
                results[number] = runs[number](self.stations[number])
            except OdImagingError as error:
                results[number] = error

        threads = [threading.Thread(target=work, args=(number,)) for number in range(len(runs))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return results

    def documents(self) -> tuple[Document, ...]:
        return self.desk.browse.contents(self.pat_num).documents

    def require_whole(self) -> None:
        assert self.desk.check().findings == ()
        assert not list((self.root / ".odimaging" / "stage").iterdir())


@pytest.fixture
def office(practice_database: PracticeDatabase, tmp_path: Path) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(practice_database, tmp_path / "images", stack)


def test_imports_are_each_their_own(office: Office) -> None:
    def run(operations: Operations) -> Document:
        request = ImportFileRequest(office.pat_num, Pasted("a.png", b"same bytes"))
        return operations.import_file(request).document

    for _ in range(ROUNDS):
        made = office.together(*[run] * WORKSTATIONS)
        assert len({document.file_name for document in made}) == WORKSTATIONS
    assert len(office.documents()) == ROUNDS * WORKSTATIONS
    office.require_whole()


def test_one_deletion_wins(office: Office) -> None:
    for _ in range(ROUNDS):
        doc_num = office.filed().doc_num

        def run(operations: Operations, doc_num: DocNum = doc_num) -> Any:
            return operations.delete(DeleteRequest((doc_num,)))

        results = office.together(*[run] * WORKSTATIONS)
        assert sum(len(one.deleted) for one in results) == 1
        assert all(
            isinstance(failure.error, DocumentNotFound)
            for one in results
            for failure in one.failures
        )
    assert len(office.desk.deleted(office.pat_num)) == ROUNDS
    office.require_whole()


def test_one_restores(office: Office) -> None:
    for _ in range(ROUNDS):
        (deleted,) = office.desk.delete(DeleteRequest((office.filed().doc_num,))).deleted
        assert deleted.operation is not None

        def run(operations: Operations, operation: OperationNumber = deleted.operation) -> Any:
            return operations.restore(RestoreRequest((operation,)))

        results = office.together(*[run] * WORKSTATIONS)
        assert sum(len(one.documents) for one in results) == 1
    assert len(office.documents()) == ROUNDS
    office.require_whole()


def test_one_materialises_and_the_others_find_it_done(office: Office) -> None:
    for number in range(ROUNDS):
        doc_num = office.pending(f"payload {number}")

        def run(operations: Operations, doc_num: DocNum = doc_num) -> Document:
            return operations.materialise(doc_num).document

        results = office.together(*[run] * WORKSTATIONS)
        assert len({one.file_name for one in results}) == 1
    assert len(office.documents()) == ROUNDS
    office.require_whole()


def test_a_found_file_is_one_document(office: Office) -> None:
    office.filed()
    folder = office.root / "M" / office.desk.browse.contents(office.pat_num).patient.image_folder
    for number in range(ROUNDS):
        (folder / f"found {number}.png").write_bytes(b"found")
        (folder / f"_1_prefixed {number}.png").write_bytes(b"prefixed")
        office.together(*[lambda one: one.import_folder(office.pat_num)] * WORKSTATIONS)
    office.desk.import_folder(office.pat_num)
    assert len(office.documents()) == 1 + 2 * ROUNDS
    office.require_whole()


def test_recovery_leaves_the_living_alone(office: Office) -> None:
    """Recovery and everything else at once: nothing is undone under anybody's hands."""

    def filing(operations: Operations) -> int:
        made = 0
        for number in range(ROUNDS):
            request = ImportFileRequest(office.pat_num, Pasted("a.png", f"{number}".encode()))
            document = operations.import_file(request).document
            if number % 2:
                operations.delete(DeleteRequest((document.doc_num,)))
            else:
                made += 1
        return made

    def recovering(operations: Operations) -> int:
        for _ in range(3 * ROUNDS):
            report = operations.recovery()
            assert not report.missing
        return 0

    results = office.together(filing, filing, recovering, recovering)
    assert all(isinstance(one, int) for one in results), results
    office.desk.recovery()
    assert len(office.documents()) == sum(results)
    office.require_whole()


# ---------------------------------------------------------------- stopped by the user


class CancelAt:
    """Progress that is cancelled at its n-th report."""

    def __init__(self, number: int) -> None:
        self.left = number

    def report(self, done: int, total: int, text: str = "") -> None:
        self.left -= 1
        if self.left <= 0:
            raise Cancelled


def test_stopped_at_any_report(
    make_practice_database: Callable[[str], PracticeDatabase], tmp_path: Path
) -> None:
    """Each file is there whole or not at all, and the list says which."""
    drop = tmp_path / "drop"
    drop.mkdir()
    for number in range(3):
        (drop / f"{number}.bin").write_bytes(os.urandom(3 << 20))
    with ExitStack() as stack:
        office = Office(make_practice_database("sqlite"), tmp_path / "images", stack)
        request = ImportFilesRequest(office.pat_num, [str(drop)])
        filed, at, cancelled = 0, 0, True
        while cancelled:
            at += 1
            result = office.desk.import_files(request, CancelAt(at))
            cancelled = result.cancelled
            assert all(one.document is not None for one in result.outcomes)
            filed += len(result.outcomes)
            assert len(office.documents()) == filed
            office.require_whole()
        assert at > 12  # three files, each of several reports
        doc_nums = tuple(document.doc_num for document in office.documents())
        for number in range(1, 4):
            try:
                gone = office.desk.delete(DeleteRequest(doc_nums[:3]), CancelAt(number)).deleted
            except Cancelled:
                gone = ()
            assert len(gone) == number - 1
            operations = tuple(one.operation for one in gone if one.operation)
            back = office.desk.restore(RestoreRequest(operations))
            assert len(back.documents) == number - 1
            assert len(office.documents()) == filed
            office.require_whole()
