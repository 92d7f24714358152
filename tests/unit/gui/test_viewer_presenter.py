"""What the viewer shows, and what it stores."""

from dataclasses import replace

import numpy as np
import pytest

from odimaging.gui.presenters.undo import UndoStep
from odimaging.gui.presenters.viewer import ViewerPresenter, ViewItem
from odimaging.gui.presenters.windowing import Window
from odimaging.jobs import JobProgress
from odimaging.model.changes import Changes
from odimaging.model.document import Crop, PendingKind
from odimaging.model.errors import DecodeFailed, StoreUnavailable, UnsupportedFormat
from odimaging.model.ids import DocNum, MountNum
from tests.fakes.inline_runner import InlineSubmit
from tests.fakes.viewer_repository import (
    ViewerRepository,
    document,
    four_positions,
    gray,
    radiograph,
)


class Bench:
    """A presenter over two X-rays, a letter and a mount."""

    def __init__(self, *, hold: bool = False) -> None:
        self.store = ViewerRepository()
        self.store.add(document(1, description="First"), radiograph(1400, 1000))
        self.store.add(document(2, description="Second"), radiograph(1300, 900, 2))
        self.store.add(document(3, "letter.docx"))
        self.store.mounts[MountNum(3)] = four_positions()
        self.submit = InlineSubmit(hold=hold)
        self.steps: list[UndoStep] = []
        self.said: list[str] = []
        self.presenter = ViewerPresenter(self.store.repository, self.submit, self.steps.append)
        self.presenter.said = self.said.append
        self.presenter.fit = (400, 300)
        self.items = [ViewItem(DocNum(n), None, str(n)) for n in (1, 2, 3)]
        self.items.append(ViewItem(None, MountNum(3), "mount"))


def test_a_picture_comes_reduced_and_then_whole() -> None:
    bench = Bench()
    widths: list[int] = []

    def note() -> None:
        shown = bench.presenter.shown.pyramid
        if shown is not None and shown.picture.width not in widths:
            widths.append(shown.picture.width)

    bench.presenter.changed = note
    bench.presenter.open(bench.items, 0)
    assert widths == [467, 1400]
    assert bench.store.asked == [(1, 0, (400, 300)), (1, 0, None)]


def test_a_late_result_of_another_document_is_dropped() -> None:
    bench = Bench(hold=True)
    bench.presenter.open(bench.items, 0)
    bench.presenter.step(1)
    bench.submit.release()
    assert bench.presenter.shown.document == bench.store.documents[DocNum(2)]
    bench.presenter.step(-1)
    bench.submit.release()
    bench.submit.release()
    assert bench.presenter.shown.document == bench.store.documents[DocNum(1)]
    bench.submit.release()
    shown = bench.presenter.shown.pyramid
    assert shown is not None
    assert shown.picture.width == 1400


def test_steps_stay_within_the_row() -> None:
    bench = Bench()
    bench.presenter.open(bench.items, 0)
    assert bench.presenter.can_step == (False, True)
    bench.presenter.step(-1)
    assert bench.presenter.index == 0
    bench.presenter.go(3)
    assert bench.presenter.can_step == (True, False)
    assert bench.presenter.shown.mount is not None


def test_a_letter_is_told_apart_from_a_picture() -> None:
    bench = Bench()
    bench.presenter.open(bench.items, 2)
    assert bench.presenter.shown.is_other
    assert not bench.store.asked


@pytest.mark.parametrize(
    ("error", "can_retry"),
    [(DecodeFailed(), True), (StoreUnavailable(), True), (UnsupportedFormat(), False)],
)
def test_a_failure_is_told_in_words(error: DecodeFailed, can_retry: bool) -> None:
    bench = Bench()
    bench.store.errors[DocNum(1)] = error
    bench.presenter.open(bench.items, 0)
    problem = bench.presenter.shown.problem
    assert problem is not None
    assert problem.words == error.user_text
    assert problem.can_retry is can_retry
    bench.store.errors.clear()
    bench.presenter.retry()
    assert bench.presenter.shown.problem is None
    assert bench.presenter.shown.pyramid is not None


def test_a_pending_document_is_materialised_first() -> None:
    bench = Bench(hold=True)
    row = document(4, "", note=f"{PendingKind.DOWNLOAD.value}https://x.example/a.jpg")
    bench.store.add(row, radiograph())
    bench.presenter.open([ViewItem(DocNum(4), None, "x")], 0)
    bench.submit.release()
    assert bench.presenter.shown.busy
    for _ in range(3):
        bench.submit.release()
    assert bench.store.materialised == [4]
    assert bench.presenter.shown.pyramid is not None
    assert bench.presenter.shown.busy == ""


def test_a_pending_document_that_cannot_be_fetched_says_why() -> None:
    bench = Bench()
    row = document(4, "", note=f"{PendingKind.RAW_BASE64.value}.jpg_????")
    bench.store.add(row, radiograph())
    bench.store.errors[DocNum(4)] = DecodeFailed("The bytes of this image are damaged.")
    bench.presenter.open([ViewItem(DocNum(4), None, "x")], 0)
    problem = bench.presenter.shown.problem
    assert problem is not None
    assert problem.words == "The bytes of this image are damaged."
    assert bench.store.documents[DocNum(4)] == row


def test_pages_are_turned() -> None:
    bench = Bench()
    pages = [gray(np.full((50, 40), shade, np.uint8)) for shade in (10, 20, 30)]
    bench.store.add(document(5, "letter.pdf"), *pages)
    bench.presenter.open([ViewItem(DocNum(5), None, "x")], 0)
    assert bench.presenter.shown.pages == 3
    bench.presenter.turn_page(-1)
    assert bench.presenter.shown.page == 0
    bench.presenter.turn_page(1)
    bench.presenter.turn_page(1)
    bench.presenter.turn_page(1)
    shown = bench.presenter.shown
    assert shown.page == 2
    assert shown.pyramid is not None
    assert shown.pyramid.levels[0][0, 0] == 30


def test_a_window_is_stored_once_and_can_be_taken_back() -> None:
    bench = Bench()
    bench.presenter.open(bench.items, 0)
    bench.presenter.store_window(Window(40, 200))
    row = bench.store.documents[DocNum(1)]
    assert (row.windowing_min, row.windowing_max) == (40, 200)
    assert [update.expected for update in bench.store.updates] == [
        {"windowing_min": 0, "windowing_max": 0}
    ]
    bench.presenter.store_window(Window(40, 200))
    assert len(bench.store.updates) == 1
    (step,) = bench.steps
    changes, back = step.undo(JobProgress())
    assert changes == Changes.of_document(row.pat_num, DocNum(1))
    assert bench.store.documents[DocNum(1)].windowing_max == 0
    assert back is not None
    back.undo(JobProgress())
    assert bench.store.documents[DocNum(1)].windowing_max == 200


def test_a_window_somebody_else_changed_meanwhile_goes_back() -> None:
    bench = Bench()
    bench.presenter.open(bench.items, 0)
    row = bench.store.documents[DocNum(1)]
    bench.store.documents[DocNum(1)] = replace(row, windowing_min=5, windowing_max=99)
    bench.presenter.store_window(Window(40, 200))
    assert bench.said and "Somebody else" in bench.said[0]
    assert not bench.steps
    assert bench.presenter.shown.document == row
    bench.presenter.refresh(Changes.of_document(row.pat_num, DocNum(1)))
    assert bench.presenter.shown.document == bench.store.documents[DocNum(1)]


def test_level_reset_takes_dicoms_own_window() -> None:
    bench = Bench()
    pixels = np.zeros((20, 20), np.uint16)
    bench.store.add(
        document(6, "x.dcm", windowing_min=3, windowing_max=9), gray(pixels, bits_stored=12)
    )
    bench.store.windows[DocNum(6)] = (12, 4095)
    bench.presenter.open([ViewItem(DocNum(6), None, "x")], 0)
    bench.presenter.reset_window()
    row = bench.store.documents[DocNum(6)]
    assert (row.windowing_min, row.windowing_max) == (12, 255)


def test_turning_and_flipping() -> None:
    bench = Bench()
    bench.presenter.open(bench.items, 0)
    bench.presenter.rotate(270)
    bench.presenter.flip()
    row = bench.store.documents[DocNum(1)]
    assert row.is_flipped
    assert row.degrees_rotated == 90
    assert [step.text for step in bench.steps] == ["turn", "flip"]


def test_a_moved_crop_forbids_turning() -> None:
    bench = Bench()
    row = bench.store.documents[DocNum(1)]
    bench.store.documents[DocNum(1)] = replace(row, crop=Crop(5, 5, 100, 100))
    bench.presenter.open(bench.items, 0)
    bench.presenter.rotate(90)
    assert not bench.store.updates
    assert "crop" in bench.said[0]


def test_a_letter_cannot_be_turned() -> None:
    bench = Bench()
    bench.presenter.open(bench.items, 2)
    bench.presenter.rotate(90)
    bench.presenter.flip()
    bench.presenter.store_window(Window(1, 2))
    assert not bench.store.updates


def test_edits_of_others_are_taken_over_without_decoding_again() -> None:
    bench = Bench()
    bench.presenter.open(bench.items, 0)
    asked = len(bench.store.asked)
    row = bench.store.documents[DocNum(1)]
    bench.store.documents[DocNum(1)] = replace(row, degrees_rotated=90.0)
    bench.presenter.refresh(Changes(documents=frozenset({DocNum(2)})))
    assert bench.presenter.shown.document == row
    bench.presenter.refresh(Changes(documents=frozenset({DocNum(1)})))
    assert bench.presenter.shown.document == bench.store.documents[DocNum(1)]
    assert len(bench.store.asked) == asked


def test_a_deleted_document_makes_room_for_the_next() -> None:
    bench = Bench()
    emptied: list[bool] = []
    bench.presenter.emptied = lambda: emptied.append(True)
    bench.presenter.open(bench.items[:2], 0)
    for number in (1, 2):
        del bench.store.documents[DocNum(number)]
        bench.presenter.refresh(Changes(documents=frozenset({DocNum(number)})))
    assert emptied == [True]
    assert bench.presenter.shown.item is None


def test_tiles_come_for_documents_and_mounts() -> None:
    bench = Bench()
    arrived: list[int] = []
    for item in (bench.items[0], bench.items[3]):
        bench.presenter.load_tile(item, lambda picture: arrived.append(picture.width))
    assert len(arrived) == 2


def test_what_has_no_tile_is_not_asked_for_one() -> None:
    bench = Bench()
    asked = len(bench.submit.jobs)
    bench.presenter.load_tile(ViewItem(DocNum(1), None, "Letter", has_tile=False), lambda _p: None)
    assert len(bench.submit.jobs) == asked
