"""Delete, restore, move, details and import: done, undone, done again; one and many; failures in words."""

from collections.abc import Callable

import pytest

from odimaging.gui.presenters import items
from odimaging.gui.presenters.details import DetailsPresenter, state_of
from odimaging.gui.presenters.imports import ImportPresenter, ImportReport, PastedPicture
from odimaging.gui.presenters.items import GridItem
from odimaging.gui.presenters.selection_edits import SelectionEdits
from odimaging.gui.presenters.undo import UndoStack
from odimaging.model.errors import OdImagingError
from odimaging.model.ids import DocNum, MountNum
from tests.fakes.inline_runner import InlineSubmit
from tests.gui.desk_fakes import ANA, INSURANCE, PHOTOS, TAG, XRAYS, MemoryDesk, document, mount


class Office:
    """Presenters over a desk in memory, and what they said."""

    def __init__(self) -> None:
        self.desk = MemoryDesk()
        for number in range(1, 5):
            self.desk.documents[DocNum(number)] = document(number)
        self.desk.mounts[MountNum(3)] = mount(3)
        self.stack = UndoStack()
        self.stack.show(ANA.pat_num)
        self.said: list[tuple[str, bool]] = []
        self.failed: list[OdImagingError] = []
        self.reports: list[ImportReport] = []
        self.submit = InlineSubmit()
        repository = self.desk.repository()
        self.edits = SelectionEdits(
            repository,
            self.submit,
            self.stack,
            lambda message, can_undo: self.said.append((message, can_undo)),
            self.failed.append,
        )
        self.imports = ImportPresenter(repository, self.submit, self.edits.push, self.failed.append)
        self.imports.reported = self.reports.append
        self.beside: list[tuple[str, str]] = []
        self.details = DetailsPresenter(
            self.edits, lambda name, words: self.beside.append((name, words))
        )

    def items(self, *numbers: int) -> list[GridItem]:
        return [items.of_document(self.desk.documents[DocNum(one)], "X-rays") for one in numbers]

    def mount_item(self) -> GridItem:
        return items.of_mount(self.desk.mounts[MountNum(3)], (), "X-rays")

    @property
    def numbers(self) -> set[int]:
        return set(self.desk.documents)


@pytest.fixture
def office() -> Office:
    return Office()


def test_delete_undo_redo_undo(office: Office) -> None:
    office.edits.delete(office.items(1, 2, 3))
    assert office.numbers == {4}
    assert office.said == [("3 images moved to Deleted items.", True)]
    assert office.stack.undo_step is not None
    assert office.stack.undo_step.text == "deletion of 3 images"
    office.edits.undo()
    assert office.numbers == {1, 2, 3, 4}
    assert office.said[-1] == ("Undone: deletion of 3 images.", False)
    office.edits.redo()
    assert office.numbers == {4}
    office.edits.undo()
    assert office.numbers == {1, 2, 3, 4}
    assert office.failed == []


def test_what_is_needed_elsewhere_stays_and_is_named(office: Office) -> None:
    office.desk.blocked = {DocNum(2)}
    office.edits.delete(office.items(1, 2))
    assert office.numbers == {2, 3, 4}
    assert office.said == [
        ("1 of 2 images was not deleted: A sheet of 12 May 2025 needs it.", True)
    ]
    office.edits.undo()
    assert office.numbers == {1, 2, 3, 4}


def test_nothing_deleted_is_a_failure_without_a_step(office: Office) -> None:
    office.desk.blocked = {DocNum(2)}
    office.edits.delete(office.items(2))
    assert [error.user_text for error in office.failed] == ["A sheet of 12 May 2025 needs it."]
    assert office.stack.undo_step is None


def test_restore_can_be_undone(office: Office) -> None:
    office.edits.delete(office.items(1))
    entry = office.desk.repository().browse.contents(ANA.pat_num).deleted[0]
    office.edits.restore([items.of_shelved(entry, "X-rays")])
    assert office.numbers == {1, 2, 3, 4}
    assert office.said[-1] == ("1 image restored.", True)
    office.edits.undo()
    assert office.numbers == {2, 3, 4}


def test_move_and_back_remembers_each_old_category(office: Office) -> None:
    office.desk.changed_elsewhere(DocNum(2), doc_category=INSURANCE)
    office.edits.move_to_category([*office.items(1, 2), office.mount_item()], PHOTOS, "Photos")
    assert office.said == [("3 images moved to Photos.", True)]
    assert {office.desk.documents[DocNum(one)].doc_category for one in (1, 2)} == {PHOTOS}
    office.edits.undo()
    assert office.desk.documents[DocNum(1)].doc_category == XRAYS
    assert office.desk.documents[DocNum(2)].doc_category == INSURANCE
    assert office.desk.mounts[MountNum(3)].doc_category == XRAYS
    office.edits.redo()
    assert office.desk.documents[DocNum(2)].doc_category == PHOTOS


def test_undo_of_a_move_leaves_what_somebody_moved_on(office: Office) -> None:
    office.edits.move_to_category(office.items(1), PHOTOS, "Photos")
    office.desk.changed_elsewhere(DocNum(1), doc_category=INSURANCE)
    office.edits.undo()
    assert office.desk.documents[DocNum(1)].doc_category == INSURANCE


def test_details_of_many_are_saved_and_undone_together(office: Office) -> None:
    chosen = office.items(1, 2, 3)
    assert office.details.save(chosen, "description", "Bitewings")
    assert {one.description for one in office.desk.documents.values()} == {"Bitewings", "BW 4"}
    assert office.said == [("Description of 3 images changed.", True)]
    office.edits.undo()
    assert office.desk.documents[DocNum(2)].description == "BW 2"
    office.edits.redo()
    assert office.desk.documents[DocNum(2)].description == "Bitewings"


def test_nothing_new_is_not_saved(office: Office) -> None:
    before = len(office.submit.jobs)
    assert not office.details.save(office.items(1), "description", "BW 1")
    assert not office.details.save_category(office.items(1), XRAYS, "X-rays")
    assert len(office.submit.jobs) == before


def test_somebody_elses_change_wins_and_stands_beside_the_field(office: Office) -> None:
    chosen = office.items(1)
    office.desk.changed_elsewhere(DocNum(1), description="Theirs")
    office.details.save(chosen, "description", "Mine")
    assert office.desk.documents[DocNum(1)].description == "Theirs"
    assert office.beside[0][0] == "description"
    assert "Somebody else changed this" in office.beside[0][1]
    assert office.stack.undo_step is None


def test_what_somebody_else_deleted_is_told_beside_the_field(office: Office) -> None:
    gone = office.items(1)
    del office.desk.documents[DocNum(1)]
    office.details.save(gone, "description", "Mine")
    assert office.beside[0][1].startswith("Somebody else deleted this image")


def test_undo_of_details_does_not_overwrite_a_later_change(office: Office) -> None:
    office.details.save(office.items(1), "description", "Mine")
    office.desk.changed_elsewhere(DocNum(1), description="Theirs")
    office.edits.undo()
    assert office.desk.documents[DocNum(1)].description == "Theirs"
    assert len(office.failed) == 1


def test_import_is_undone_to_the_shelf_and_redone_from_it(office: Office) -> None:
    office.imports.start(ANA.pat_num, ["/x/one.jpg", "/x/two.pdf"], PHOTOS, "Photos")
    assert office.said == [("2 files filed in Photos.", True)]
    assert len(office.numbers) == 6
    assert not office.imports.running
    office.edits.undo()
    assert office.numbers == {1, 2, 3, 4}
    office.edits.redo()
    assert len(office.numbers) == 6


def test_refused_files_are_listed_and_the_others_are_safe(office: Office) -> None:
    office.desk.refused = {"invoice.exe"}
    office.imports.start(ANA.pat_num, ["/x/invoice.exe", "/x/a.jpg", "/x/b.jpg"], None, "")
    report = office.reports[0]
    assert report.heading == "1 of 3 files was not filed."
    assert report.text == "The other 2 are safe."
    assert [outcome.name for outcome in report.failures] == ["invoice.exe"]
    assert office.said == [("2 files filed.", True)]


def test_a_single_refused_file(office: Office) -> None:
    office.desk.refused = {"invoice.exe"}
    office.imports.start(ANA.pat_num, ["/x/invoice.exe"], None, "")
    assert (office.reports[0].heading, office.reports[0].text) == ("This file was not filed.", "")
    assert office.said == []
    assert office.stack.undo_step is None


def test_a_pasted_picture_is_encoded_on_the_worker(office: Office) -> None:
    office.submit.hold = True
    encoded: list[bool] = []

    def encode() -> bytes:
        encoded.append(True)
        return b"png"

    office.imports.start(ANA.pat_num, [PastedPicture("Pasted picture.png", encode)], None, "")
    assert encoded == []
    assert office.imports.running
    office.submit.release()
    assert encoded == [True]
    assert office.said == [("1 file filed.", True)]


def test_filing_can_be_stopped(office: Office) -> None:
    office.submit.hold = True
    office.imports.start(ANA.pat_num, ["/x/a.jpg"], None, "")
    office.imports.cancel()
    office.submit.release()
    assert not office.imports.running
    assert office.numbers == {1, 2, 3, 4}


def test_an_empty_folder_says_so(office: Office) -> None:
    office.imports.start(ANA.pat_num, ["/x/empty/"], None, "")
    assert [error.user_text for error in office.failed] == ["There is no file in there."]


def test_one_undo_at_a_time(office: Office) -> None:
    office.edits.delete(office.items(1))
    office.edits.delete(office.items(2))
    office.submit.hold = True
    office.edits.undo()
    office.edits.undo()
    office.submit.release()
    assert office.numbers == {2, 3, 4}


def test_each_patient_has_an_own_stack(office: Office) -> None:
    office.edits.delete(office.items(1))
    office.stack.show(TAG.pat_num)
    assert office.stack.undo_step is None
    office.edits.undo()
    assert office.numbers == {2, 3, 4}
    office.stack.show(ANA.pat_num)
    office.edits.undo()
    assert office.numbers == {1, 2, 3, 4}
    office.stack.show(TAG.pat_num)
    assert office.stack.redo_step is None


def test_what_ends_after_another_patient_was_opened_belongs_to_the_first(office: Office) -> None:
    office.stack.show(TAG.pat_num)
    office.imports.start(ANA.pat_num, ["/x/a.jpg"], XRAYS, "X-rays")
    assert office.said == [("1 file filed in X-rays.", False)]
    assert office.stack.undo_step is None
    assert office.stack.last_of(ANA.pat_num) is not None


def test_details_of_a_selection(office: Office) -> None:
    state = state_of(office.items(1, 2))
    assert state.heading == "2 images selected"
    assert state.fields["description"].several
    assert not state.fields["doc_category"].several
    assert state_of([]).fields == {}


@pytest.mark.parametrize(
    ("make", "name", "reason"),
    [
        (lambda office: [office.mount_item()], "description", "This belongs to the mount"),
        (lambda office: [office.mount_item()], "doc_category", ""),
        (lambda office: office.items(1), "note", ""),
    ],
)
def test_what_cannot_be_changed_says_why(
    office: Office, make: Callable[[Office], list[GridItem]], name: str, reason: str
) -> None:
    field = state_of(make(office)).fields[name]
    assert field.reason.startswith(reason) if reason else field.reason == ""


def test_a_pending_documents_note_is_not_shown(office: Office) -> None:
    office.desk.changed_elsewhere(DocNum(1), note="_rawBase64_:.jpg_abc")
    field = state_of(office.items(1)).fields["note"]
    assert field.value == ""
    assert "not been fetched" in field.reason


def test_read_only_greys_everything(office: Office) -> None:
    state = state_of(office.items(1), "Only for looking.")
    assert {field.reason for field in state.fields.values()} == {"Only for looking."}
