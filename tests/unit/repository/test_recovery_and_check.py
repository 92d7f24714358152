"""Recovery by evidence, and the invariants' watch."""

from dataclasses import replace
from datetime import timedelta

import pytest

from odimaging import failpoints
from odimaging.model.errors import DatabaseUnavailable, FileInUse, StoreUnavailable
from odimaging.model.ids import DocNum, OperationNumber, PatNum
from odimaging.model.ports import OpsNote, Place
from odimaging.repository.check import FindingCode
from odimaging.repository.delete import DeleteRequest
from odimaging.repository.recovery import RecoveryReport
from odimaging.repository.restore import RestoreRequest
from tests.fakes.memory_store import MemorySource
from tests.unit.repository.conftest import PNG, CancelAt, Practice, StopAt, Stopped

OP = OperationNumber("ab" * 16)


def stopped(practice: Practice, step: str) -> DocNum | None:
    """An import that ends at a step."""
    failpoints.arm(StopAt(step))
    with pytest.raises(Stopped):
        practice.import_png()
    failpoints.arm(None)
    return next(iter(practice.database.documents), None)


def codes(practice: Practice) -> list[FindingCode]:
    return [finding.code for finding in practice.ops.check().findings]


def test_all_is_well(practice: Practice) -> None:
    practice.import_png()
    assert practice.ops.recovery() == RecoveryReport()
    assert practice.ops.check(CancelAt(99)).findings == ()


@pytest.mark.parametrize("step", ["import.inserted", "import.rowed", "import.committed"])
def test_a_stopped_import_is_finished(step: str) -> None:
    practice = Practice(transactional=False)
    doc_num = stopped(practice, step)
    assert doc_num is not None
    report = practice.ops.recovery(CancelAt(99))
    assert report.finished == 1
    assert report.changes.documents == {doc_num}
    document = practice.database.documents[doc_num]
    assert document.file_name == f"SmithJohn{doc_num}.png"
    assert practice.live(document) == PNG
    assert codes(practice) == []
    assert practice.ops.recovery() == RecoveryReport()


def test_a_young_stage_file_waits(practice: Practice) -> None:
    stopped(practice, "import.staged")
    assert practice.ops.recovery() == RecoveryReport()
    assert codes(practice) == []
    practice.store.now_s += 15 * 60
    assert codes(practice) == [FindingCode.STAGE_LEFT]
    report = practice.ops.recovery()
    assert report.shelved == 1
    assert report.changes.patients == {practice.patient.pat_num}
    assert codes(practice) == []


def test_bytes_lost_outside_are_reported_and_the_row_kept(practice: Practice) -> None:
    doc_num = stopped(practice, "import.committed")
    practice.store.stages.clear()
    for _ in range(2):
        assert practice.ops.recovery().missing == 1
    assert doc_num in practice.database.documents
    assert codes(practice) == [FindingCode.ROW_WITHOUT_FILE, FindingCode.TOKEN_LEFT]


def test_done_but_for_the_token(practice: Practice) -> None:
    stopped(practice, "finish.published")
    assert codes(practice) == [FindingCode.TOKEN_LEFT]
    assert practice.ops.recovery().finished == 1
    assert codes(practice) == []


def test_a_name_taken_meanwhile(practice: Practice) -> None:
    doc_num = stopped(practice, "import.committed")
    assert doc_num is not None
    name = practice.database.documents[doc_num].file_name
    practice.found(name, b"other")
    practice.ops.recovery()
    assert practice.database.documents[doc_num].file_name == f"x{name}"


def test_a_token_whose_bytes_are_only_on_the_shelf(practice: Practice) -> None:
    document = practice.import_png()
    (deleted,) = practice.ops.delete(DeleteRequest((document.doc_num,))).deleted
    assert deleted.operation is not None
    with practice.database.unit_of_work() as work:
        row = practice.store.shelved[deleted.operation][0].row
        work.documents.reinsert(row, deleted.operation)
        work.commit()
    assert codes(practice)[-1] is FindingCode.SHELF_TWICE
    assert practice.ops.recovery().finished == 1
    assert practice.live(document) == PNG
    assert codes(practice) == []


def test_a_parked_name_taken_meanwhile(practice: Practice) -> None:
    document = practice.import_png()
    failpoints.arm(StopAt("out.parked"))
    with pytest.raises(Stopped):
        practice.ops.delete(DeleteRequest((document.doc_num,)))
    failpoints.arm(None)
    assert codes(practice) == [FindingCode.NOTE_LEFT]
    practice.found(document.file_name, b"other")
    assert practice.ops.recovery().undone == 1
    assert practice.row(document).file_name == f"x{document.file_name}"
    assert practice.live(practice.row(document)) == PNG


def test_a_parked_prefixed_name_taken_meanwhile(practice: Practice) -> None:
    practice.found("_135_a.png")
    failpoints.arm(StopAt("prefixed.parked"))
    with pytest.raises(Stopped):
        practice.ops.import_folder(practice.patient.pat_num)
    failpoints.arm(None)
    practice.found("_135_a.png", b"other")
    practice.ops.recovery()
    assert {name for _, name in practice.store.live} == {"_135_a.png", "x_135_a.png"}


def test_a_row_that_names_another_file_gets_its_bytes_there(practice: Practice) -> None:
    """I8: where the row says, never where the note says."""
    document = practice.import_png()
    folder = practice.database.patients[practice.patient.pat_num].image_folder
    practice.store.write_note(
        OpsNote(OP, "delete", document.doc_num, PatNum(999), "../../elsewhere.png")
    )
    practice.store.park(Place(folder, document.file_name), OP, practice.patient.pat_num)
    assert practice.ops.recovery().undone == 1
    assert practice.live(document) == PNG


def test_a_stub_without_a_row_goes(practice: Practice) -> None:
    practice.store.stage(MemorySource("", b""), OP, practice.patient.pat_num, ".nofile")
    assert practice.ops.recovery().undone == 1
    assert not practice.store.stages
    assert not practice.store.shelved


def test_one_that_cannot_be_mended_stops_nobody(practice: Practice) -> None:
    stopped(practice, "import.committed")
    stopped(practice, "import.committed")
    practice.store.raise_at("publish", FileInUse())
    assert practice.ops.recovery().finished == 1
    assert practice.ops.recovery().finished == 1
    assert codes(practice) == []


@pytest.mark.parametrize("lost", ["store", "database"])
def test_without_root_or_database(practice: Practice, lost: str) -> None:
    practice.store.available = lost != "store"
    practice.database.unreachable = lost == "database"
    error = StoreUnavailable if lost == "store" else DatabaseUnavailable
    for operation in (practice.ops.recovery, practice.ops.check):
        with pytest.raises(error):
            operation()


def test_it_goes_in_the_middle(practice: Practice) -> None:
    stopped(practice, "import.committed")
    practice.store.raise_at("publish", StoreUnavailable())
    with pytest.raises(StoreUnavailable):
        practice.ops.recovery()


def test_old_shelf_entries_go(practice: Practice) -> None:
    document = practice.import_png()
    practice.ops.delete(DeleteRequest((document.doc_num,)))
    practice.database.clock += timedelta(days=30)
    practice.ops.recovery()
    assert practice.store.shelved
    practice.database.clock += timedelta(seconds=1)
    practice.ops.recovery()
    assert not practice.store.shelved


def test_an_operation_under_way_is_no_finding(practice: Practice) -> None:
    doc_num = stopped(practice, "import.committed")
    assert doc_num is not None
    (operation,) = practice.store.stages
    practice.database.locks.take(f"op:{operation}")
    assert codes(practice) == []
    practice.store.write_note(OpsNote(OP, "delete", doc_num, practice.patient.pat_num, "a"))
    practice.database.locks.take(f"doc:{doc_num}")
    assert codes(practice) == []


def test_what_should_not_be(practice: Practice) -> None:
    document = practice.import_png()
    practice.found("stranger.png")
    practice.database.add_document(practice.patient.pat_num, document.file_name)
    practice.database.add_document(practice.patient.pat_num, "gone.png")
    practice.database.add_document(practice.patient.pat_num, "x", note="_rawBase64_:.jpg_AAAA")
    assert set(codes(practice)) == {
        FindingCode.FILE_WITHOUT_ROW,
        FindingCode.SAME_FILE_TWICE,
        FindingCode.ROW_WITHOUT_FILE,
    }


def test_check_only_looks(practice: Practice) -> None:
    stopped(practice, "import.committed")
    practice.found("stranger.png")
    before = practice.state()
    assert practice.ops.check().findings
    assert practice.state() == before


def test_check_says_how_far_it_is(practice: Practice) -> None:
    practice.database.add_document(practice.patient.pat_num, "gone.png")
    practice.database.add_document(practice.patient.pat_num, "lost.png")
    progress = CancelAt(99)
    assert len(practice.ops.check(progress).findings) == 2
    assert progress.reports == [(0, 2), (1, 2)]


def test_a_shelved_number_that_another_document_took_is_no_finding(practice: Practice) -> None:
    document = practice.import_png()
    practice.ops.delete(DeleteRequest((document.doc_num,)))
    other = practice.import_png()
    (entry, data) = practice.store.shelved.popitem()[1]
    taken = replace(entry, doc_num=other.doc_num)
    practice.store.shelved[entry.operation] = (taken, data)
    assert codes(practice) == []
    row = {**entry.row, "FileName": other.file_name}
    practice.store.shelved[entry.operation] = (replace(taken, row=row), data)
    assert codes(practice) == [FindingCode.SHELF_TWICE]


def test_each_operation_left_is_told_with_its_own_document(practice: Practice) -> None:
    documents = [practice.import_png(), practice.import_png()]
    for number, document in enumerate(documents):
        note = OpsNote(
            OperationNumber(f"{number}" * 32),
            "delete",
            document.doc_num,
            document.pat_num,
            document.file_name,
        )
        practice.store.write_note(note)
    report = practice.ops.recovery()
    assert report.undone == 2
    assert report.changes.documents == {document.doc_num for document in documents}
    assert codes(practice) == []


def restore_stopped(practice: Practice, step: str) -> DocNum:
    """Another system's document, whose row takes no token, on its way back from the shelf."""
    document = practice.import_png()
    with practice.database.unit_of_work() as work:
        work.documents.update(document.doc_num, {"external_source": "XVWeb"})
        work.commit()
    (deleted,) = practice.ops.delete(DeleteRequest((document.doc_num,))).deleted
    assert deleted.operation is not None
    failpoints.arm(StopAt(step))
    with pytest.raises(Stopped):
        practice.ops.restore(RestoreRequest((deleted.operation,)))
    failpoints.arm(None)
    return document.doc_num


def test_a_restored_row_gets_its_bytes_from_the_shelf(practice: Practice) -> None:
    doc_num = restore_stopped(practice, "restore.committed")
    practice.store.stages.clear()
    assert practice.ops.recovery().finished == 1
    assert practice.live(practice.database.documents[doc_num]) == PNG
    assert codes(practice) == []


@pytest.mark.parametrize("noted", [True, False])
def test_a_restore_without_its_row_leaves_the_shelf_as_it_was(
    practice: Practice, noted: bool
) -> None:
    doc_num = restore_stopped(practice, "restore.staged")
    if not noted:
        practice.store.ops.clear()
    practice.store.now_s += 15 * 60
    assert practice.ops.recovery().undone == 1
    assert not practice.store.stages and not practice.store.ops
    assert [entry.doc_num for entry, _ in practice.store.shelved.values()] == [doc_num]
    assert codes(practice) == []
