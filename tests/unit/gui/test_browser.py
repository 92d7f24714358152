"""The open patient: categories, visits, filter, selection."""

from datetime import datetime

import pytest

from odimaging.gui.presenters.browser import BrowserPresenter, Part, Place
from odimaging.model.changes import Changes
from odimaging.model.document import ImgType
from odimaging.model.errors import OdImagingError
from odimaging.model.ids import DocNum, MountNum, OperationNumber, PatNum
from tests.fakes.inline_runner import InlineSubmit
from tests.gui.desk_fakes import ANA, INSURANCE, PHOTOS, TAG, XRAYS, MemoryDesk, document, mount


class Heard:
    """What the presenter said."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.errors: list[OdImagingError] = []


@pytest.fixture
def desk() -> MemoryDesk:
    desk = MemoryDesk()
    for one in (
        document(1),
        document(2, doc_category=PHOTOS, img_type=ImgType.PHOTO, description="Lächeln"),
        document(3, date_created=datetime(2024, 3, 3, 8, 0), tooth_numbers="14,15"),
        document(4, date_created=datetime(2024, 3, 3, 7, 0), tooth_numbers="4"),
    ):
        desk.documents[one.doc_num] = one
    desk.mounts[MountNum(3)] = mount(3)
    desk.shelf[OperationNumber("opx")] = document(8)
    return desk


def presenter(desk: MemoryDesk, submit: InlineSubmit) -> tuple[BrowserPresenter, Heard]:
    heard = Heard()
    made = BrowserPresenter(desk.repository(), submit, heard.parts.append, heard.errors.append)
    return made, heard


def test_a_patient_opens_on_all_images_newest_visit_first(desk: MemoryDesk) -> None:
    browser, heard = presenter(desk, InlineSubmit())
    browser.open_patient(ANA.pat_num)
    assert [visit.day.isoformat() for visit in browser.visits] == ["2025-05-12", "2024-03-03"]
    assert [item.key for item in browser.visible] == ["m3", "d1", "d2", "d4", "d3"]
    assert browser.visits[0].summary == "Full-mouth series · 1 X-ray · 1 photo"
    assert Part.PATIENT in heard.parts
    assert desk.asked == ["look", "recover"]


def test_the_folder_is_looked_through_once_the_rows_are_here(desk: MemoryDesk) -> None:
    submit = InlineSubmit(hold=True)
    browser, _ = presenter(desk, submit)
    browser.open_patient(ANA.pat_num)
    assert [job.name for job in submit.jobs] == ["read patient"]
    submit.release()
    assert [job.name for job in submit.jobs[1:]] == ["look for new files", "recovery"]


def test_the_tree_counts_and_hides_empty_hidden_categories(desk: MemoryDesk) -> None:
    browser, _ = presenter(desk, InlineSubmit())
    assert browser.rows() == ()
    browser.open_patient(ANA.pat_num)
    rows = [(row.name, row.count) for row in browser.rows()]
    assert rows[0] == ("All", 5)
    assert rows[-1] == ("Deleted items", 1)
    assert [name for name, _ in rows[1:-1]] == ["X-rays", "Photos", "Insurance & <b>letters</b>"]


def test_a_category_shows_its_own(desk: MemoryDesk) -> None:
    browser, heard = presenter(desk, InlineSubmit())
    browser.open_patient(ANA.pat_num)
    browser.select(["d1"])
    browser.show(PHOTOS)
    assert [item.key for item in browser.visible] == ["d2"]
    assert browser.selection == ()
    assert browser.import_category == PHOTOS
    assert heard.parts[-2:] == [Part.SHOWN, Part.SELECTION]


def test_what_is_filed_goes_to_the_first_category_unless_one_is_shown(desk: MemoryDesk) -> None:
    browser, _ = presenter(desk, InlineSubmit())
    assert browser.import_category is None
    browser.open_patient(ANA.pat_num)
    assert browser.import_category == XRAYS
    browser.show(Place.DELETED)
    assert browser.import_category == XRAYS
    assert [item.operation for item in browser.visible] == ["opx"]
    assert browser.status() == "1 deleted item"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("lacheln", ["d2"]),
        ("tooth 14", ["d3"]),
        ("tooth 4", ["d4"]),
        ("x-ray 2024", ["d4", "d3"]),
        ("mount", ["m3"]),
        ("photos", ["d2"]),
        ("nothing of it", []),
    ],
)
def test_the_filter_finds_words_anywhere(desk: MemoryDesk, words: str, found: list[str]) -> None:
    browser, _ = presenter(desk, InlineSubmit())
    browser.open_patient(ANA.pat_num)
    browser.filter(words)
    assert [item.key for item in browser.visible] == found
    assert browser.hidden == 5 - len(found)


def test_the_selection_outlives_a_reload(desk: MemoryDesk) -> None:
    browser, _ = presenter(desk, InlineSubmit())
    browser.open_patient(ANA.pat_num)
    browser.select(["d1", "d3"])
    assert browser.status() == "5 images · 2 selected"
    del desk.documents[DocNum(3)]
    browser.refresh(Changes.of_document(ANA.pat_num, DocNum(3)))
    assert [item.key for item in browser.selection] == ["d1"]


def test_changes_of_others_are_not_read(desk: MemoryDesk) -> None:
    submit = InlineSubmit()
    browser, _ = presenter(desk, submit)
    browser.open_patient(ANA.pat_num)
    before = len(submit.jobs)
    browser.refresh(Changes.of_document(TAG.pat_num, DocNum(77)))
    assert len(submit.jobs) == before


def test_a_late_answer_for_the_patient_before_is_dropped(desk: MemoryDesk) -> None:
    submit = InlineSubmit(hold=True)
    browser, _ = presenter(desk, submit)
    browser.open_patient(ANA.pat_num)
    browser.open_patient(TAG.pat_num)
    assert browser.loading
    submit.release()
    assert browser.patient == TAG
    assert browser.visits == ()


def test_a_patient_who_is_gone_leaves_nobody_open(desk: MemoryDesk) -> None:
    browser, heard = presenter(desk, InlineSubmit())
    browser.open_patient(PatNum(404))
    assert browser.pat_num is None
    assert not browser.loading
    assert [error.user_text for error in heard.errors] == ["Patient not found"]


def test_read_only_says_why(desk: MemoryDesk) -> None:
    desk.read_only = "This database is newer than this program."
    browser, _ = presenter(desk, InlineSubmit())
    assert browser.read_only_reason == ""
    browser.open_patient(ANA.pat_num)
    assert browser.read_only_reason == "This database is newer than this program."


def test_a_category_that_vanished_gives_way_to_all(desk: MemoryDesk) -> None:
    browser, _ = presenter(desk, InlineSubmit())
    browser.open_patient(ANA.pat_num)
    browser.show(INSURANCE)
    assert browser.category_name(INSURANCE) == "Insurance & <b>letters</b>"
    browser.open_patient(TAG.pat_num)
    assert browser.shown is Place.ALL
    browser.close()
    assert browser.status() == ""
