"""What the domain's values say of themselves."""

from datetime import datetime

import pytest

from odimaging.model.document import SHOWN_PAYLOAD, Document, PendingKind, shown_note, visit_of
from odimaging.model.ids import DefNum, DocNum, MountItemNum, MountNum, PatNum
from odimaging.model.mount import UNMOUNTED, Mount, MountItem
from odimaging.model.patient import Patient
from odimaging.model.ports import Place

NOON = datetime(2026, 5, 4, 12)


def document(file_name: str, note: str = "") -> Document:
    return Document(DocNum(7), PatNum(1), DefNum(1), NOON, file_name, "Jane", note=note)


@pytest.mark.parametrize(
    ("name", "editable", "shown"),
    [
        ("a.JPG", True, True),
        ("a.dcm", True, True),
        ("a.pdf", False, True),
        ("a.docx", False, False),
        ("a", False, False),
    ],
)
def test_what_may_be_done_follows_from_the_name(name: str, editable: bool, shown: bool) -> None:
    found = document(name)
    assert (found.can_window, found.can_rotate, found.can_thumbnail) == (editable, editable, shown)


def test_a_repr_holds_numbers_only() -> None:
    mount = Mount(MountNum(3), PatNum(1), DefNum(1), NOON, "Jane’s series")
    assert repr(document("Jane7.jpg")) == "Document(7)"
    assert repr(mount) == "Mount(3)"
    assert repr(Patient(PatNum(1), "Doe", "Jane")) == "Patient(1)"
    assert repr(Place("DoeJane1", "DoeJane7.jpg", DocNum(7))) == "Place(7)"


def test_a_visit_is_a_calendar_date() -> None:
    assert visit_of(NOON) == "2026-05-04"


@pytest.mark.parametrize(
    ("order", "text", "takes"),
    [(1, "", True), (0, "Upper right", False), (UNMOUNTED, "", False), (2, "Words", False)],
)
def test_which_positions_take_an_image(order: int, text: str, takes: bool) -> None:
    item = MountItem(MountItemNum(1), MountNum(1), 0, 0, 9, 9, order, text_showing=text)
    assert item.takes_image is takes


@pytest.mark.parametrize(
    ("note", "shown"),
    [
        ("Broken at 12.", "Broken at 12."),
        ("n" * 5000, "n" * 5000),
        ("_rawBase64_:.jpg_" + "A" * 5000, "_rawBase64_:.jpg_…"),
        ("_rawBase64_:" + "A" * 5000, "_rawBase64_:" + "A" * 52),
        ("_rawBase64_:." + "x" * 5000 + "_AAAA", "_rawBase64_:." + "x" * 51),
        ("_download_:https://example/a.jpg", "_download_:https://example/a.jpg"),
        ("_RAWBASE64_:.jpg_AAAA", "_RAWBASE64_:.jpg_AAAA"),
    ],
)
def test_a_list_shows_a_payload_cut(note: str, shown: str) -> None:
    assert shown_note(note) == shown
    assert shown_note(note[:SHOWN_PAYLOAD]) == shown[:SHOWN_PAYLOAD], "as the database cuts it"
    assert document("a.jpg", shown).pending == document("a.jpg", note).pending


def test_only_a_marker_at_the_start_makes_a_document_pending() -> None:
    assert document(".jpg", "_rawBase64_:.jpg_AAAA").pending is PendingKind.RAW_BASE64
    assert document(".jpg", "_download_:https://example/a.jpg").pending is PendingKind.DOWNLOAD
    assert document(".jpg", " _download_:https://example/a.jpg").pending is None
