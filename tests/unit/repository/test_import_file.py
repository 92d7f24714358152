"""Import: what becomes of a file, and of its row."""

from datetime import datetime

import pytest

from odimaging import failpoints
from odimaging.model.document import ImgType
from odimaging.model.errors import (
    BadRequest,
    Cancelled,
    DatabaseBusy,
    DatabaseUnavailable,
    InvalidField,
    PatientNotFound,
    StoreFull,
    StoreUnavailable,
    UnsupportedFormat,
)
from odimaging.model.ids import DefNum
from odimaging.model.picture import PictureInfo
from odimaging.repository.import_file import ImportFileRequest, ImportFilesRequest, Pasted
from tests.fakes.memory_unit_of_work import CommitFailure
from tests.unit.repository.conftest import NOBODY, PNG, CancelAt, Practice, StopAt, Stopped


def test_a_picture_is_filed_as_open_dental_files_it(practice: Practice) -> None:
    practice.sources.put("/drop/Scan 7.PNG", PNG, datetime(2024, 5, 6, 7, 8, 9))
    result = practice.ops.import_file(
        ImportFileRequest(practice.patient.pat_num, "/drop/Scan 7.PNG")
    )
    document = result.document
    assert document.file_name == f"SmithJohn{document.doc_num}.PNG"
    assert document.date_created == datetime(2024, 5, 6, 7, 8, 9)
    assert document.img_type is ImgType.PHOTO
    assert document.doc_category == practice.photos.def_num
    assert document.description == ""
    assert practice.live(document) == PNG
    assert practice.row(document).external_guid == ""
    assert result.changes.documents == {document.doc_num}
    assert result.changes.patients == {practice.patient.pat_num}


def test_the_log_says_so(practice: Practice) -> None:
    request = ImportFileRequest(
        practice.patient.pat_num, Pasted("a.png", PNG), description="d" * 60
    )
    document = practice.ops.import_file(request).document
    entry = practice.database.log[-1]
    assert entry.perm_type == 202
    assert entry.log_text == (
        f"Photo Created: {document.file_name} with description {'d' * 50} with category Photos"
    )
    assert (entry.fkey, entry.date_previous) == (document.doc_num, datetime(1, 1, 1))


def test_the_folder_is_assigned_at_the_first_import(practice: Practice) -> None:
    assert practice.patient.image_folder == ""
    practice.import_png()
    assert practice.database.patients[practice.patient.pat_num].image_folder == "SmithJohn15"


@pytest.mark.parametrize(
    ("orientation", "flipped", "degrees"),
    [
        (1, False, 0),
        (2, True, 0),
        (3, False, 180),
        (4, True, 180),
        (5, True, 270),
        (6, False, 90),
        (7, True, 90),
        (8, False, 270),
    ],
)
def test_exif_becomes_turn_and_mirror(
    practice: Practice, orientation: int, flipped: bool, degrees: float
) -> None:
    practice.decoder.headers[PNG] = PictureInfo(4, 3, exif_orientation=orientation)
    document = practice.import_png()
    assert (document.is_flipped, document.degrees_rotated) == (flipped, degrees)


def test_dicom_is_a_radiograph_with_its_window(practice: Practice) -> None:
    data = b"DICM bytes"
    practice.decoder.headers[data] = PictureInfo(4, 3, window=(20, 200))
    document = practice.import_png("tooth.DCM", data)
    assert document.img_type is ImgType.RADIOGRAPH
    assert document.print_heading
    assert (document.windowing_min, document.windowing_max) == (20, 200)


@pytest.mark.parametrize(
    ("name", "data", "extension", "img_type"),
    [
        ("picture", PNG, ".jpg", ImgType.PHOTO),
        ("letter", b"Dear doctor", ".txt", ImgType.DOCUMENT),
        ("letter.d x", b"Dear doctor", ".txt", ImgType.DOCUMENT),
        ("form.pdf", b"%PDF-1.7", ".pdf", ImgType.DOCUMENT),
        ("damaged.jpg", b"\xff\xd8\xff no picture", ".jpg", ImgType.PHOTO),
    ],
)
def test_extension_and_kind(
    practice: Practice, name: str, data: bytes, extension: str, img_type: ImgType
) -> None:
    document = practice.import_png(name, data)
    assert document.file_name == f"SmithJohn{document.doc_num}{extension}"
    assert document.img_type is img_type
    assert practice.live(document) == data


def test_what_the_request_says_wins(practice: Practice) -> None:
    request = ImportFileRequest(
        practice.patient.pat_num, Pasted("a.png", PNG), DefNum(135), ImgType.RADIOGRAPH
    )
    document = practice.ops.import_file(request).document
    assert (document.doc_category, document.img_type) == (135, ImgType.RADIOGRAPH)


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("holiday.jpg", b"MZ\x90\0 a program", UnsupportedFormat),
        ("run.bat", b"@echo off", UnsupportedFormat),
        ("empty.jpg", b"", UnsupportedFormat),
    ],
)
def test_refused_by_content(
    practice: Practice, name: str, data: bytes, error: type[Exception]
) -> None:
    before = practice.state()
    with pytest.raises(error) as caught:
        practice.import_png(name, data)
    assert str(caught.value).endswith(".")
    assert practice.state() == before


@pytest.mark.parametrize("category", [190, 777])
def test_hidden_and_unknown_categories_are_refused(practice: Practice, category: int) -> None:
    with pytest.raises(InvalidField):
        practice.ops.import_file(
            ImportFileRequest(practice.patient.pat_num, Pasted("a.png", PNG), DefNum(category))
        )


def test_no_category_at_all() -> None:
    practice = Practice()
    practice.database._tables.definitions.clear()
    with pytest.raises(InvalidField, match="category"):
        practice.import_png()


def test_unknown_patient(practice: Practice) -> None:
    with pytest.raises(PatientNotFound):
        practice.ops.import_file(ImportFileRequest(NOBODY, Pasted("a.png", PNG)))


def test_a_taken_name_gets_an_x(practice: Practice) -> None:
    first = practice.import_png()
    follower = f"SmithJohn{practice.database._last_num + 1}.png"
    practice.store.put_live("SmithJohn15", follower, b"somebody else's")
    second = practice.import_png()
    assert second.file_name == f"x{follower}"
    assert practice.live(second) == PNG
    assert practice.store.live["SmithJohn15", follower].data == b"somebody else's"
    assert practice.live(first) == PNG


@pytest.mark.parametrize("call", ["check", "stage"])
@pytest.mark.parametrize("error", [StoreFull, StoreUnavailable])
def test_store_errors_before_the_row_change_nothing(
    practice: Practice, call: str, error: type[StoreFull]
) -> None:
    before = practice.state()
    practice.store.raise_at(call, error())
    with pytest.raises(error):
        practice.import_png()
    assert practice.state() == before


def test_store_errors_after_the_row_are_left_to_recovery(practice: Practice) -> None:
    practice.store.raise_at("publish", StoreFull())
    document = practice.import_png()
    assert practice.live(document) is None
    assert practice.row(document).operation in practice.store.stages
    assert practice.ops.recovery().finished == 1
    assert practice.live(document) == PNG
    assert practice.ops.check().findings == ()


@pytest.mark.parametrize("transactional", [True, False])
def test_a_busy_database_undoes(transactional: bool) -> None:
    practice = Practice(transactional=transactional)
    practice.database.fail_on_commit = [CommitFailure.BUSY]
    if transactional:
        before = practice.state()
        with pytest.raises(DatabaseBusy):
            practice.import_png()
        assert practice.state() == before
    else:  # MyISAM keeps the row all the same: then the import stands
        assert practice.live(practice.import_png()) == PNG
    assert practice.ops.check().findings == ()


def test_a_lost_answer_is_settled_by_the_token(practice: Practice) -> None:
    practice.database.fail_on_commit = [CommitFailure.ANSWER_LOST]
    document = practice.import_png()
    assert practice.live(document) == PNG
    assert len(practice.database.documents) == 1
    assert practice.ops.check().findings == ()


def test_a_lost_connection_leaves_the_bytes_to_recovery(practice: Practice) -> None:
    practice.database.fail_on_commit = [CommitFailure.NOTHING_ARRIVED]
    with pytest.raises(DatabaseUnavailable, match="few minutes"):
        practice.import_png()
    assert len(practice.store.stages) == 1
    assert practice.ops.recovery() == practice.ops.recovery()
    practice.store.now_s += 16 * 60
    assert practice.ops.recovery().shelved == 1
    assert not practice.store.stages
    (entry,) = practice.ops.deleted(practice.patient.pat_num)
    assert entry.kind == "unfinished"


def test_the_database_goes_for_good_at_commit(practice: Practice) -> None:
    def vanish() -> None:
        practice.database.unreachable = True

    practice.database.before_commit = vanish
    practice.database.fail_on_commit = [CommitFailure.ANSWER_LOST]
    with pytest.raises(DatabaseUnavailable, match="few minutes"):
        practice.import_png()
    practice.database.unreachable = False
    practice.database.before_commit = None
    assert practice.ops.recovery().finished == 1
    assert practice.ops.check().findings == ()


def test_the_database_goes_after_the_row(practice: Practice) -> None:
    def stop_database(name: str) -> None:
        if name == "import.committed":
            practice.database.unreachable = True

    failpoints.arm(stop_database)
    document = practice.import_png()
    failpoints.arm(None)
    practice.database.unreachable = False
    assert practice.live(document) is None
    practice.ops.recovery()
    assert practice.live(document) == PNG


@pytest.mark.parametrize("at", [1, 2])
def test_cancelled_before_the_row_changes_nothing(practice: Practice, at: int) -> None:
    before = practice.state()
    with pytest.raises(Cancelled):
        practice.ops.import_file(
            ImportFileRequest(practice.patient.pat_num, Pasted("a.png", PNG)), CancelAt(at)
        )
    assert practice.state() == before


def test_an_import_holds_its_lock(practice: Practice) -> None:
    failpoints.arm(StopAt("import.committed"))
    with pytest.raises(Stopped):
        practice.import_png()
    (operation,) = practice.store.stages
    assert practice.database.locks.history == [f"op:{operation}"]
    practice.database.locks.take(f"op:{operation}")
    report = practice.ops.recovery()
    assert (report.busy, report.finished) == (1, 0)


# ---------------------------------------------------------------- many


def test_one_bad_file_never_stops_the_rest(practice: Practice) -> None:
    practice.sources.put("/drop/1.png", PNG)
    practice.sources.put("/drop/2.exe", b"MZ")
    practice.sources.put("/drop/sub/3.png", PNG)
    practice.sources.put("/drop/4.png", b"")
    request = ImportFilesRequest(practice.patient.pat_num, ["/drop", "/drop/1.png", "/gone.png"])
    result = practice.ops.import_files(request)
    filed = {one.name: one.document is not None for one in result.outcomes}
    assert filed == {"1.png": True, "2.exe": False, "3.png": True, "4.png": False}
    assert all(one.error.user_text for one in result.outcomes if one.error)
    assert len(result.changes.documents) == 2
    assert not result.cancelled


def test_pasted_ones_among_files(practice: Practice) -> None:
    practice.sources.put("/drop/1.png", PNG)
    request = ImportFilesRequest(
        practice.patient.pat_num, [Pasted("p.png", PNG), "/drop/1.png"], DefNum(135)
    )
    result = practice.ops.import_files(request)
    assert [one.name for one in result.outcomes] == ["p.png", "1.png"]
    assert {one.document.doc_category for one in result.outcomes if one.document} == {135}


def test_stopped_between_two_files(practice: Practice) -> None:
    for number in range(3):
        practice.sources.put(f"/drop/{number}.png", PNG)
    progress = CancelAt(4)
    result = practice.ops.import_files(
        ImportFilesRequest(practice.patient.pat_num, ["/drop"]), progress
    )
    assert result.cancelled
    assert len(result.outcomes) == len(practice.database.documents) == 1
    assert practice.ops.check().findings == ()
    assert {total for _, total in progress.reports} == {3}


def test_stopped_after_the_last_file(practice: Practice) -> None:
    progress = CancelAt(4)  # one before the file, two within, one at the very end
    request = ImportFilesRequest(practice.patient.pat_num, [Pasted("p.png", PNG)])
    result = practice.ops.import_files(request, progress)
    assert progress.left == 0
    assert not result.cancelled
    assert len(result.changes.documents) == 1


def test_nothing_to_import(practice: Practice) -> None:
    result = practice.ops.import_files(ImportFilesRequest(practice.patient.pat_num, []))
    assert (result.outcomes, bool(result.changes)) == ((), False)


@pytest.mark.parametrize("lost", ["store", "database"])
def test_when_all_is_lost_the_rest_is_not_tried(practice: Practice, lost: str) -> None:
    for number in range(5):
        practice.sources.put(f"/drop/{number}.png", PNG)
    practice.store.available = lost != "store"
    practice.database.unreachable = lost == "database"
    result = practice.ops.import_files(ImportFilesRequest(practice.patient.pat_num, ["/drop"]))
    assert len({id(one.error) for one in result.outcomes}) == 1
    assert practice.store.calls["check"] <= 1


def test_a_source_that_changes_is_not_filed(practice: Practice) -> None:
    practice.sources.put("/drop/a.png", PNG).changes = True
    with pytest.raises(BadRequest, match="changed"):
        practice.ops.import_file(ImportFileRequest(practice.patient.pat_num, "/drop/a.png"))
    assert not practice.database.documents
