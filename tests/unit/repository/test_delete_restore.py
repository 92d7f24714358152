"""Deletion to the shelf, and back."""

import base64
from dataclasses import replace

import pytest

from odimaging import failpoints
from odimaging.model.errors import (
    BadRequest,
    Cancelled,
    DatabaseBusy,
    DatabaseUnavailable,
    DocumentNotFound,
    FileInUse,
    LockBusy,
    NotFound,
    PatientNotFound,
    StoreFull,
    StoreUnavailable,
)
from odimaging.model.ids import DocNum, OperationNumber
from odimaging.repository.delete import DeleteRequest, DeleteResult
from odimaging.repository.restore import RestoreRequest, RestoreResult
from tests.fakes.memory_unit_of_work import CommitFailure
from tests.unit.repository.conftest import PNG, CancelAt, Practice, StopAt, Stopped, numbers


def delete(practice: Practice, *doc_nums: DocNum) -> DeleteResult:
    return practice.ops.delete(DeleteRequest(doc_nums))


def restore(practice: Practice, result: DeleteResult) -> RestoreResult:
    found = tuple(one.operation for one in result.deleted if one.operation)
    return practice.ops.restore(RestoreRequest(found))


def test_row_and_file_go_to_the_shelf(practice: Practice) -> None:
    document = practice.import_png()
    place = practice.store.thumbnails
    place["SmithJohn15", document.file_name] = b"thumbnail"
    result = delete(practice, document.doc_num)
    assert [one.doc_num for one in result.deleted] == [document.doc_num]
    assert document.doc_num not in practice.database.documents
    assert practice.live(document) is None
    assert not practice.store.thumbnails
    assert not practice.store.ops
    (entry,) = practice.ops.deleted(practice.patient.pat_num)
    assert (entry.doc_num, entry.kind, entry.doc_category) == (document.doc_num, "deleted", 10)
    assert result.changes.documents == {document.doc_num}
    assert practice.ops.check().findings == ()


def test_the_log_says_what_was_deleted(practice: Practice) -> None:
    document = practice.import_png()
    delete(practice, document.doc_num)
    entry = practice.database.log[-1]
    text = f"Document Deleted: {document.file_name} with category Photos"
    assert (entry.perm_type, entry.log_text, entry.fkey) == (44, text, document.doc_num)
    assert entry.date_previous == document.date_tstamp


def test_there_and_back(practice: Practice) -> None:
    document = practice.import_png()
    result = restore(practice, delete(practice, document.doc_num))
    (back,) = result.documents
    assert replace(back, date_tstamp=document.date_tstamp) == document
    assert practice.live(back) == PNG
    assert not practice.store.shelved
    assert not practice.store.stages
    assert practice.database.log[-1].perm_type == 202
    assert result.changes.documents == {document.doc_num}
    assert practice.ops.check().findings == ()


def test_many_each_for_itself(practice: Practice) -> None:
    first, second, third = (practice.import_png() for _ in range(3))
    practice.database.add_reference(second.doc_num, "a sheet of 12 May 2025")
    result = delete(practice, *numbers(first, second, third), DocNum(999), first.doc_num)
    assert [one.doc_num for one in result.deleted] == [first.doc_num, third.doc_num]
    refused, unknown = result.failures
    assert isinstance(refused.error, BadRequest)
    assert "a sheet of 12 May 2025" in refused.error.user_text
    assert isinstance(unknown.error, DocumentNotFound)
    assert practice.live(second) == PNG
    assert len(restore(practice, result).documents) == 2


def test_a_missing_file_is_no_obstacle(practice: Practice) -> None:
    document = practice.import_png()
    practice.store.live.clear()
    result = delete(practice, document.doc_num)
    assert result.deleted
    (back,) = restore(practice, result).documents
    assert back.doc_num == document.doc_num
    assert not practice.store.live
    assert not practice.store.stages


def test_a_pending_document_comes_back_pending(practice: Practice) -> None:
    note = f"_rawBase64_:.png_{base64.b64encode(PNG).decode()}"
    document = practice.database.add_document(practice.patient.pat_num, "x", note=note)
    result = delete(practice, document.doc_num)
    (back,) = restore(practice, result).documents
    assert (back.note, back.file_name) == (note, "x")
    assert practice.ops.check().findings == ()


def test_a_file_open_elsewhere_stays(practice: Practice) -> None:
    document = practice.import_png()
    before = practice.state()
    practice.store.raise_at("park", FileInUse())
    (failure,) = delete(practice, document.doc_num).failures
    assert isinstance(failure.error, FileInUse)
    assert practice.state() == before


def test_somebody_else_is_at_it(practice: Practice) -> None:
    document = practice.import_png()
    before = practice.state()
    practice.database.locks.take(f"doc:{document.doc_num}")
    practice.build(lock_wait_s=0.0)
    (failure,) = delete(practice, document.doc_num).failures
    assert isinstance(failure.error, LockBusy)
    assert practice.state() == before


def test_not_before_its_import_has_come_to_its_end(practice: Practice) -> None:
    """Else the import would publish a file whose row is gone."""
    failpoints.arm(StopAt("import.committed"))
    with pytest.raises(Stopped):
        practice.import_png()
    failpoints.arm(None)
    ((doc_num, document),) = practice.database.documents.items()
    practice.database.locks.take(f"op:{document.operation}")
    practice.build(lock_wait_s=0.0)
    before = practice.state()
    (failure,) = delete(practice, doc_num).failures
    assert isinstance(failure.error, LockBusy)
    assert practice.state() == before
    practice.database.locks.free(f"op:{document.operation}")
    assert delete(practice, doc_num).deleted
    assert practice.ops.check().findings == ()
    assert len(practice.store.shelved) == 1


def test_a_document_whose_bytes_are_lost_can_be_deleted(practice: Practice) -> None:
    failpoints.arm(StopAt("import.committed"))
    with pytest.raises(Stopped):
        practice.import_png()
    failpoints.arm(None)
    practice.store.stages.clear()
    (doc_num,) = practice.database.documents
    assert delete(practice, doc_num).deleted
    assert practice.ops.check().findings == ()


def test_the_root_is_gone(practice: Practice) -> None:
    document = practice.import_png()
    practice.store.available = False
    (failure,) = delete(practice, document.doc_num).failures
    assert isinstance(failure.error, StoreUnavailable)
    assert document.doc_num in practice.database.documents


def test_a_busy_database_puts_the_file_back(practice: Practice) -> None:
    document = practice.import_png()
    practice.database.fail_on_commit = [CommitFailure.BUSY]
    (failure,) = delete(practice, document.doc_num).failures
    assert isinstance(failure.error, DatabaseBusy)
    assert practice.live(document) == PNG
    assert practice.ops.check().findings == ()


@pytest.mark.parametrize("file_name", ["gone.png", ""])
def test_a_busy_database_leaves_a_row_without_a_file_as_it_was(
    practice: Practice, file_name: str
) -> None:
    document = practice.database.add_document(practice.patient.pat_num, file_name)
    before = practice.state()
    practice.database.fail_on_commit = [CommitFailure.BUSY]
    (failure,) = delete(practice, document.doc_num).failures
    assert isinstance(failure.error, DatabaseBusy)
    assert practice.state() == before
    (back,) = restore(practice, delete(practice, document.doc_num)).documents
    assert back == practice.row(document)
    assert back.file_name == file_name


def test_a_lost_answer_is_settled_by_the_row(practice: Practice) -> None:
    document = practice.import_png()
    practice.database.fail_on_commit = [CommitFailure.ANSWER_LOST]
    assert delete(practice, document.doc_num).deleted
    assert practice.live(document) is None
    assert practice.ops.check().findings == ()


def test_the_database_goes_at_commit_and_recovery_decides(practice: Practice) -> None:
    document = practice.import_png()

    def vanish() -> None:
        practice.database.unreachable = True

    practice.database.before_commit = vanish
    practice.database.fail_on_commit = [CommitFailure.NOTHING_ARRIVED]
    (failure,) = delete(practice, document.doc_num).failures
    assert isinstance(failure.error, DatabaseUnavailable)
    practice.database.unreachable = False
    practice.database.before_commit = None
    assert practice.live(document) is None
    assert practice.ops.recovery().undone == 1
    assert practice.live(document) == PNG


def test_a_store_that_fails_after_the_row_is_left_to_recovery(practice: Practice) -> None:
    document = practice.import_png()
    practice.store.raise_at("shelve", StoreFull())
    practice.store.raise_at("remove_thumbnail", StoreFull())
    assert delete(practice, document.doc_num).deleted
    assert practice.ops.recovery().finished == 1
    assert len(practice.ops.deleted(practice.patient.pat_num)) == 1
    assert practice.ops.check().findings == ()


def test_deleted_by_another_meanwhile(practice: Practice) -> None:
    document = practice.import_png()

    def race(name: str) -> None:
        if name == "out.parked":
            practice.database._tables.documents.pop(document.doc_num)

    failpoints.arm(race)
    assert delete(practice, document.doc_num).deleted
    assert len(practice.store.shelved) == 1


def test_deletion_is_final_without_a_shelf(practice: Practice) -> None:
    practice.store.keeps_deleted = False
    document = practice.import_png()
    (deleted,) = delete(practice, document.doc_num).deleted
    assert deleted.operation is None
    assert not practice.store.shelved
    assert not practice.store.stages


def test_a_group_waits_once_beside_open_dental(practice: Practice) -> None:
    practice.build(paused=True)
    documents = [practice.import_png() for _ in range(12)]
    assert len(delete(practice, *numbers(*documents)).deleted) == 12
    assert practice.pauses == [10, 2]  # files parked, none of their rows deleted yet


def test_a_file_parked_by_a_dead_process_is_put_back_first(practice: Practice) -> None:
    document = practice.import_png()
    failpoints.arm(StopAt("out.parked"))
    with pytest.raises(Stopped):
        delete(practice, document.doc_num)
    failpoints.arm(None)
    result = delete(practice, document.doc_num)
    (back,) = restore(practice, result).documents
    assert practice.live(back) == PNG


def test_delete_cancelled(practice: Practice) -> None:
    documents = [practice.import_png() for _ in range(2)]
    request = DeleteRequest(numbers(*documents))
    before = practice.state()
    with pytest.raises(Cancelled):
        practice.ops.delete(request, CancelAt(1))
    assert practice.state() == before
    result = practice.ops.delete(request, CancelAt(2))
    assert len(result.deleted) == 1
    assert practice.ops.check().findings == ()


# ---------------------------------------------------------------- restore


def test_restored_only_once(practice: Practice) -> None:
    result = delete(practice, practice.import_png().doc_num)
    restore(practice, result)
    (failure,) = restore(practice, result).failures
    assert isinstance(failure.error, NotFound)
    assert len(practice.database.documents) == 1


def test_one_of_two_is_restored(practice: Practice) -> None:
    first, second = practice.import_png("a.png"), practice.import_png("b.png")
    delete(practice, first.doc_num)
    result = delete(practice, second.doc_num)
    restore(practice, result)
    assert set(practice.database.documents) == {second.doc_num}
    assert practice.live(second) == PNG
    assert [entry.doc_num for entry, _ in practice.store.shelved.values()] == [first.doc_num]


def test_a_stopped_restore_is_finished_by_the_next(practice: Practice) -> None:
    document = practice.import_png()
    result = delete(practice, document.doc_num)
    for step in ("restore.staged", "restore.committed"):
        failpoints.arm(StopAt(step))
        with pytest.raises(Stopped):
            restore(practice, result)
    failpoints.arm(None)
    (back,) = restore(practice, result).documents
    assert back.doc_num == document.doc_num
    assert practice.live(document) == PNG
    assert len(practice.database.documents) == 1
    assert practice.ops.check().findings == ()


def test_restore_under_a_number_and_name_now_taken(practice: Practice) -> None:
    document = practice.import_png()
    result = delete(practice, document.doc_num)
    other = practice.database.add_document(
        practice.patient.pat_num, document.file_name, doc_num=document.doc_num
    )
    practice.store.put_live("SmithJohn15", other.file_name, b"other")
    (back,) = restore(practice, result).documents
    assert back.doc_num != document.doc_num
    assert back.file_name == f"x{document.file_name}"
    assert practice.live(back) == PNG
    assert practice.live(other) == b"other"


def test_an_unfinished_import_is_restored_as_a_new_document(practice: Practice) -> None:
    failpoints.arm(StopAt("import.staged"))
    with pytest.raises(Stopped):
        practice.import_png()
    failpoints.arm(None)
    practice.store.now_s += 16 * 60
    practice.ops.recovery()
    (entry,) = practice.ops.deleted(practice.patient.pat_num)
    (back,) = practice.ops.restore(RestoreRequest((entry.operation,))).documents
    assert back.file_name == f"SmithJohn{back.doc_num}.png"
    assert practice.live(back) == PNG


def test_restore_failures_leave_the_shelf(practice: Practice) -> None:
    document = practice.import_png()
    result = delete(practice, document.doc_num)
    before = practice.state()
    practice.store.raise_at("stage_from_shelf", StoreFull())
    (failure,) = restore(practice, result).failures
    assert isinstance(failure.error, StoreFull)
    practice.database.fail_on_commit = [CommitFailure.BUSY]
    assert isinstance(restore(practice, result).failures[0].error, DatabaseBusy)
    assert practice.state() == before
    practice.database._tables.patients.clear()
    assert isinstance(restore(practice, result).failures[0].error, PatientNotFound)
    assert practice.state() == before


def test_restore_cancelled(practice: Practice) -> None:
    documents = [practice.import_png() for _ in range(2)]
    deleted = delete(practice, *numbers(*documents)).deleted
    request = RestoreRequest(tuple(one.operation for one in deleted if one.operation))
    with pytest.raises(Cancelled):
        practice.ops.restore(request, CancelAt(1))
    assert len(practice.ops.restore(request, CancelAt(2)).documents) == 1


def test_an_unknown_number(practice: Practice) -> None:
    result = practice.ops.restore(RestoreRequest((OperationNumber("0" * 32),)))
    assert isinstance(result.failures[0].error, NotFound)
    assert not result.changes


def test_another_systems_document_comes_back_as_it_was(practice: Practice) -> None:
    document = practice.import_png()
    values = {"external_guid": "xv-1", "external_source": "XVWeb"}
    with practice.database.unit_of_work() as work:
        work.documents.update(document.doc_num, values)
        work.commit()
    result = delete(practice, document.doc_num)
    (back,) = restore(practice, result).documents
    assert (back.external_guid, back.external_source) == ("xv-1", "XVWeb")
    assert practice.live(back) == PNG


@pytest.mark.parametrize("step", ["restore.staged", "restore.committed"])
def test_another_systems_document_whose_restore_was_stopped(practice: Practice, step: str) -> None:
    document = practice.import_png()
    with practice.database.unit_of_work() as work:
        work.documents.update(document.doc_num, {"external_source": "XVWeb"})
        work.commit()
    result = delete(practice, document.doc_num)
    failpoints.arm(StopAt(step))
    with pytest.raises(Stopped):
        restore(practice, result)
    failpoints.arm(None)
    (back,) = restore(practice, result).documents
    assert (back.doc_num, back.external_source) == (document.doc_num, "XVWeb")
    assert practice.live(back) == PNG
    assert not practice.store.stages and not practice.store.shelved
    assert practice.ops.check().findings == ()
