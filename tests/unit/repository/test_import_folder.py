"""Discovery: the table of facts §13.4, races, and what is worked out later."""

import pytest

from odimaging import failpoints
from odimaging.model.document import ImgType
from odimaging.model.errors import FileInUse, PatientNotFound, StoreFull, StoreUnavailable
from odimaging.model.ids import DefNum, DocNum
from odimaging.model.picture import PictureInfo
from odimaging.repository.import_folder import ImportFolderResult
from odimaging.repository.look_into import TRIES
from tests.unit.repository.conftest import NOBODY, PNG, CancelAt, Practice, StopAt, Stopped


def discover(practice: Practice) -> ImportFolderResult:
    return practice.ops.import_folder(practice.patient.pat_num)


@pytest.mark.parametrize(
    ("name", "clean", "category"),
    [
        ("scan.jpg", "scan.jpg", 10),
        ("_135_a.png", "a.png", 135),
        ("_190_p.png", "p.png", 190),
        ("_999_p.png", "p.png", 10),
        ("__p.png", "p.png", 10),
        ("_12a_p.png", "_12a_p.png", 10),
        ("a_135_b.png", "a_135_b.png", 10),
        ("_135__12_a.png", "_12_a.png", 135),
        ("_99999999999999999999_p.png", "p.png", 10),
        ("_135_", "x", 135),
    ],
)
def test_a_found_file(practice: Practice, name: str, clean: str, category: int) -> None:
    practice.found(name)
    (doc_num,) = discover(practice).doc_nums
    document = practice.database.documents[doc_num]
    assert (document.file_name, document.description) == (clean, clean)
    assert document.doc_category == category
    assert document.img_type is ImgType.DOCUMENT
    assert document.date_created == practice.database.clock
    assert practice.live(document) == PNG
    assert document.external_guid == ""
    assert practice.database.log[-1].perm_type == 89
    assert practice.database.log[-1].fkey == doc_num
    assert discover(practice).doc_nums == ()
    assert practice.ops.check().findings == ()


@pytest.mark.parametrize("name", ["Thumbs.db", "myTHUMBS.DB", ".hidden"])
def test_passed_by(practice: Practice, name: str) -> None:
    practice.found(name)
    assert discover(practice) == ImportFolderResult()


def test_a_bare_prefix_gets_letters_and_number(practice: Practice) -> None:
    practice.found("_135_.png")
    (doc_num,) = discover(practice).doc_nums
    assert practice.database.documents[doc_num].file_name == f"SmithJohn{doc_num}.png"
    assert practice.live(practice.database.documents[doc_num]) == PNG


def test_a_clean_name_taken_on_disk_or_in_a_row(practice: Practice) -> None:
    practice.found("a.png", b"other")
    practice.found("_135_a.png")
    practice.database.add_document(practice.patient.pat_num, "xa.png")
    names = {practice.database.documents[one].file_name for one in discover(practice).doc_nums}
    assert names == {"a.png", "xxa.png"}


def test_case_matters(practice: Practice) -> None:
    practice.database.add_document(practice.patient.pat_num, "scan.jpg")
    practice.found("SCAN.JPG")
    assert len(discover(practice).doc_nums) == 1


def test_dicom_gets_its_window_and_a_photo_its_turn(practice: Practice) -> None:
    practice.decoder.headers[b"dicom"] = PictureInfo(1, 1, window=(20, 200))
    practice.decoder.headers[b"turned"] = PictureInfo(1, 1, exif_orientation=6)
    practice.found("x.DCM", b"dicom")
    practice.found("_135_t.jpg", b"turned")
    result = discover(practice)
    dicom, photo = (practice.database.documents[one] for one in result.doc_nums)
    assert dicom.img_type is ImgType.RADIOGRAPH
    assert dicom.print_heading
    assert (dicom.windowing_min, dicom.windowing_max) == (20, 200)
    assert photo.degrees_rotated == 90
    assert result.changes.documents == set(result.doc_nums)


def test_what_cannot_be_read_yet_is_read_at_a_later_opening(practice: Practice) -> None:
    practice.found("t.jpg", b"half")
    (doc_num,) = discover(practice).doc_nums
    practice.found("t.jpg", b"whole")
    practice.decoder.headers[b"whole"] = PictureInfo(1, 1, exif_orientation=3)
    assert discover(practice).changes.documents == {doc_num}
    assert practice.database.documents[doc_num].degrees_rotated == 180
    assert not discover(practice).changes


def test_what_never_can_be_read_is_given_up(practice: Practice) -> None:
    practice.found("t.jpg", b"never")
    for _ in range(TRIES):
        discover(practice)
    opened = practice.store.calls["open"]
    discover(practice)
    assert practice.store.calls["open"] == opened


def test_a_row_touched_meanwhile_is_left_alone(practice: Practice) -> None:
    practice.found("t.jpg", b"half")
    (doc_num,) = discover(practice).doc_nums
    with practice.database.unit_of_work() as work:
        work.documents.update(doc_num, {"degrees_rotated": 10.0})
        work.commit()
    practice.decoder.headers[b"half"] = PictureInfo(1, 1, exif_orientation=3)
    assert not discover(practice).changes
    assert practice.database.documents[doc_num].degrees_rotated == 10


def test_a_waiting_one_that_goes_is_forgotten(practice: Practice) -> None:
    practice.found("t.jpg", b"half")
    (doc_num,) = discover(practice).doc_nums
    practice.database._tables.documents.pop(DocNum(doc_num))
    practice.store.live.clear()
    assert not discover(practice).changes


def test_gone_between_list_and_row(practice: Practice) -> None:
    practice.found("a.png")
    listed = practice.store.new_files

    def and_gone(folder: str) -> object:
        found = listed(folder)
        practice.store.live.clear()
        return found

    practice.store.new_files = and_gone  # type: ignore[assignment, method-assign]  # a race
    assert discover(practice).doc_nums == ()


@pytest.mark.parametrize("error", [FileInUse])
def test_a_prefixed_file_in_use_is_left_for_next_time(
    practice: Practice, error: type[FileInUse]
) -> None:
    practice.found("_135_a.png")
    before = practice.state()
    practice.store.raise_at("park", error())
    assert discover(practice).doc_nums == ()
    assert practice.state() == before
    assert len(discover(practice).doc_nums) == 1


def test_a_full_disk_is_told(practice: Practice) -> None:
    practice.found("_135_a.png")
    practice.store.raise_at("write_note", StoreFull())
    with pytest.raises(StoreFull):
        discover(practice)


def test_stopped_before_the_row_it_is_put_back(practice: Practice) -> None:
    practice.found("_135_a.png")
    before = practice.state()
    failpoints.arm(StopAt("prefixed.parked"))
    with pytest.raises(Stopped):
        discover(practice)
    assert practice.ops.recovery().undone == 1
    assert practice.state() == before


def test_somebody_else_discovers(practice: Practice) -> None:
    practice.found("a.png")
    practice.database.locks.take(f"disc:{practice.patient.pat_num}")
    assert discover(practice) == ImportFolderResult()


def test_somebody_else_was_first(practice: Practice) -> None:
    practice.found("a.png")
    listed = practice.store.stat

    def and_row(place: object) -> object:
        practice.database.add_document(practice.patient.pat_num, "a.png")
        return listed(place)  # type: ignore[arg-type]  # passed on

    practice.store.stat = and_row  # type: ignore[assignment, method-assign]  # a race
    assert discover(practice).doc_nums == ()


def test_unknown_patient_and_root(practice: Practice) -> None:
    with pytest.raises(PatientNotFound):
        practice.ops.import_folder(NOBODY)
    practice.store.available = False
    with pytest.raises(StoreUnavailable):
        discover(practice)


def test_looking_only(practice: Practice) -> None:
    practice.build(read_only_reason="Only looking.")
    practice.found("a.png")
    assert discover(practice) == ImportFolderResult()
    assert not practice.ops.browse.contents(practice.patient.pat_num).can_edit


def test_progress_is_told(practice: Practice) -> None:
    practice.found("a.png")
    progress = CancelAt(99)
    practice.ops.import_folder(practice.patient.pat_num, progress)
    assert progress.reports == [(0, 1)]


def test_stopped_between_two_found_files(practice: Practice) -> None:
    practice.found("a.png")
    practice.found("b.png")
    stopped = practice.ops.import_folder(practice.patient.pat_num, CancelAt(2))
    assert len(stopped.doc_nums) == 1
    assert stopped.changes.documents == set(stopped.doc_nums)
    assert len(discover(practice).doc_nums) == 1


# ---------------------------------------------------------------- categories


def test_a_category_that_is_none_is_repaired(practice: Practice) -> None:
    pat_num = practice.patient.pat_num
    lost = practice.database.add_document(pat_num, "a", doc_category=DefNum(777))
    negative = practice.database.add_document(pat_num, "b", doc_category=DefNum(-1))
    hidden = practice.database.add_document(pat_num, "c", doc_category=DefNum(190))
    mount, _ = practice.database.add_mount(pat_num, doc_category=DefNum(-5))
    changes = discover(practice).changes
    assert changes.documents == {lost.doc_num, negative.doc_num}
    assert changes.mounts == {mount.mount_num}
    assert practice.row(lost).doc_category == 10
    assert practice.row(hidden).doc_category == 190
    assert not discover(practice).changes


def test_an_image_left_behind_by_its_mount_follows(practice: Practice) -> None:
    pat_num = practice.patient.pat_num
    mount, (item,) = practice.database.add_mount(pat_num, [(0, 0, 5, 5)], doc_category=DefNum(135))
    image = practice.database.add_document(
        pat_num, "a", doc_category=DefNum(10), mount_item_num=item.mount_item_num
    )
    assert discover(practice).changes.documents == {image.doc_num}
    assert practice.row(image).doc_category == mount.doc_category == 135


def test_without_categories_nothing_is_repaired(practice: Practice) -> None:
    practice.database.add_document(practice.patient.pat_num, "a", doc_category=DefNum(777))
    practice.database._tables.definitions.clear()
    assert not discover(practice).changes
