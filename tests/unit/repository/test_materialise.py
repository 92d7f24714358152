"""A pending document's payload becomes its file: facts §13.5."""

import base64

import pytest

from odimaging import failpoints
from odimaging.model.document import Document
from odimaging.model.errors import (
    BadRequest,
    Cancelled,
    ChangedMeanwhile,
    DatabaseBusy,
    DocumentNotFound,
    StoreFull,
    StoreUnavailable,
)
from odimaging.model.ids import DocNum
from odimaging.model.picture import PictureInfo
from tests.fakes.memory_unit_of_work import CommitFailure
from tests.unit.repository.conftest import PNG, CancelAt, Practice, StopAt, Stopped

PAYLOAD = base64.b64encode(PNG).decode()


def pending(
    practice: Practice, note: str = f"_rawBase64_:.png_{PAYLOAD}", **fields: str
) -> Document:
    return practice.database.add_document(
        practice.patient.pat_num, "x", note=note, description="Extraoral", **fields
    )


def test_the_number_stays(practice: Practice) -> None:
    before = pending(practice)
    result = practice.ops.materialise(before.doc_num)
    after = result.document
    assert after.doc_num == before.doc_num
    assert after.file_name == f"SmithJohn{before.doc_num}.png"
    assert (after.note, after.description, after.external_guid) == ("", "Extraoral", "")
    assert practice.live(after) == PNG
    assert practice.database.log[-1].perm_type == 202
    assert result.changes.documents == {before.doc_num}
    assert practice.ops.check().findings == ()


@pytest.mark.parametrize(
    ("note", "extension", "data"),
    [
        ("_rawBase64_:.txt_aGVsbG8=", ".txt", b"hello"),
        ("_rawBase64_:pdf_JVBERi0=", ".pdf", b"%PDF-"),
        ("_rawBase64_:.TXT_aGVs\r\nbG8=", ".TXT", b"hello"),
    ],
)
def test_payloads(practice: Practice, note: str, extension: str, data: bytes) -> None:
    after = practice.ops.materialise(pending(practice, note).doc_num).document
    assert after.file_name == f"SmithJohn{after.doc_num}{extension}"
    assert practice.live(after) == data


@pytest.mark.parametrize(
    "note",
    [
        "_rawBase64_:.jpg",
        "_rawBase64_:.jpg_",
        "_rawBase64_:.jpg_!!!!",
        "_rawBase64_:.jpg_aGVsbG8",
        "_rawBase64_:.jpg_aGVs-_8=",
        "_rawBase64_:_aGVsbG8=",
        "_rawBase64_:.jp/g_aGVsbG8=",
        "_rawBase64_:.._aGVsbG8=",
        f"_rawBase64_:.{'x' * 60}_aGVsbG8=",
        "_rawBase64_:.jpg_TVqQAAMAAAA=",
        "_rawBase64_:.exe_aGVsbG8=",
        "_download_:https://h/a.jpg",
    ],
)
def test_damaged_or_not_to_be_had(practice: Practice, note: str) -> None:
    document = pending(practice, note)
    before = practice.state()
    with pytest.raises(BadRequest) as caught:
        practice.ops.materialise(document.doc_num)
    assert caught.value.user_text.endswith(".")
    assert practice.state() == before


@pytest.mark.parametrize("note", [" _download_:http://h/a.jpg", "_Download_:http://h", "words"])
def test_ordinary_notes_stay(practice: Practice, note: str) -> None:
    document = pending(practice, note)
    result = practice.ops.materialise(document.doc_num)
    assert result.document == document
    assert not result.changes


def test_turn_and_window_come_from_the_file(practice: Practice) -> None:
    practice.decoder.headers[PNG] = PictureInfo(4, 3, exif_orientation=6, window=(1, 9))
    after = practice.ops.materialise(pending(practice).doc_num).document
    assert (after.degrees_rotated, after.windowing_min, after.windowing_max) == (90, 1, 9)


def test_another_systems_id_stays(practice: Practice) -> None:
    document = pending(practice, external_guid="xv-1", external_source="XVWeb")
    after = practice.ops.materialise(document.doc_num).document
    assert (after.external_guid, after.note) == ("xv-1", "")
    assert practice.live(after) == PNG
    assert not practice.store.ops


@pytest.mark.parametrize("step", ["materialise.staged", "materialise.committed"])
def test_another_systems_document_after_a_stop(practice: Practice, step: str) -> None:
    document = pending(practice, external_guid="xv-1")
    failpoints.arm(StopAt(step))
    with pytest.raises(Stopped):
        practice.ops.materialise(document.doc_num)
    failpoints.arm(None)
    report = practice.ops.recovery()
    assert (report.undone, report.finished) == ((1, 0) if step.endswith("staged") else (0, 1))
    assert practice.live(practice.ops.materialise(document.doc_num).document) == PNG
    assert practice.ops.check().findings == ()


def test_changed_by_another_meanwhile(practice: Practice) -> None:
    document = pending(practice)

    def race(name: str) -> None:
        if name == "materialise.staged":
            with practice.database.unit_of_work() as work:
                work.documents.update(document.doc_num, {"note": "somebody wrote this"})
                work.commit()

    failpoints.arm(race)
    with pytest.raises(ChangedMeanwhile):
        practice.ops.materialise(document.doc_num)
    assert not practice.store.stages
    assert practice.row(document).note == "somebody wrote this"


@pytest.mark.parametrize("error", [StoreFull, StoreUnavailable])
def test_a_failure_leaves_row_and_note(practice: Practice, error: type[StoreFull]) -> None:
    document = pending(practice)
    before = practice.state()
    practice.store.raise_at("stage", error())
    with pytest.raises(error):
        practice.ops.materialise(document.doc_num)
    practice.database.fail_on_commit = [CommitFailure.BUSY]
    with pytest.raises(DatabaseBusy):
        practice.ops.materialise(document.doc_num)
    with pytest.raises(Cancelled):
        practice.ops.materialise(document.doc_num, CancelAt(1))
    assert practice.state() == before


def test_a_lost_answer(practice: Practice) -> None:
    practice.database.fail_on_commit = [CommitFailure.ANSWER_LOST]
    after = practice.ops.materialise(pending(practice).doc_num).document
    assert practice.live(after) == PNG


def test_unknown(practice: Practice) -> None:
    with pytest.raises(DocumentNotFound):
        practice.ops.materialise(DocNum(999))
