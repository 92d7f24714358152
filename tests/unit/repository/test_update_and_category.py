"""Details of a document, and moving to another category."""

from datetime import datetime
from typing import Any

import pytest

from odimaging.model.document import Crop, ImgType
from odimaging.model.errors import (
    ChangedMeanwhile,
    DocumentNotFound,
    InvalidField,
    MountNotFound,
)
from odimaging.model.ids import DefNum, DocNum, MountNum
from odimaging.repository.change_category import ChangeCategory, ChangeCategoryRequest
from odimaging.repository.update import Update, UpdateRequest, UpdateResult
from tests.fakes.memory_unit_of_work import MemoryUnitOfWork
from tests.unit.repository.conftest import Practice


def update(practice: Practice, doc_num: DocNum, **values: Any) -> UpdateResult:
    return practice.ops.update(UpdateRequest(doc_num, values))


def test_every_field(practice: Practice) -> None:
    document = practice.import_png()
    provider = practice.database.add_provider()
    values = {
        "description": "Pano",
        "date_created": datetime(2024, 1, 25, 7, 45, 35),
        "doc_category": 135,
        "img_type": ImgType.RADIOGRAPH,
        "prov_num": provider.prov_num,
        "print_heading": True,
        "note": "seen",
        "is_flipped": True,
        "degrees_rotated": 90.0,
        "windowing_min": 5,
        "windowing_max": 250,
        "crop": Crop(1, 2, 3, 4),
    }
    result = update(practice, document.doc_num, tooth_numbers="12-15, 20", **values)
    assert {name: getattr(result.after, name) for name in values} == values
    assert result.after.tooth_numbers == "12,13,14,15,20"
    assert result.before == document
    assert result.after.file_name == document.file_name
    assert result.changes.documents == {document.doc_num}
    entry = practice.database.log[-1]
    assert entry.perm_type == 89
    assert entry.log_text.startswith(f"Document Edited: {document.file_name} with description Pano")
    assert entry.date_previous == document.date_tstamp


def test_undo(practice: Practice) -> None:
    document = practice.import_png()
    done = update(practice, document.doc_num, description="Pano")
    request = UpdateRequest(
        document.doc_num, {"description": done.before.description}, {"description": "Pano"}
    )
    practice.ops.update(request)
    assert practice.row(document).description == ""
    with pytest.raises(ChangedMeanwhile):
        practice.ops.update(request)


def test_nothing_different_writes_nothing(practice: Practice) -> None:
    document = practice.import_png()
    before = practice.state()
    result = update(practice, document.doc_num, description="", tooth_numbers="")
    assert not result.changes
    assert practice.state() == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("description", "d" * 256),
        ("description", 7),
        ("date_created", "2024-01-01"),
        ("doc_category", 190),
        ("doc_category", 777),
        ("img_type", 9),
        ("tooth_numbers", "1,junk"),
        ("prov_num", 4711),
        ("note", "_download_:http://h/a.jpg"),
        ("windowing_min", 256),
        ("windowing_max", -1),
        ("windowing_max", "7"),
        ("degrees_rotated", float("nan")),
        ("crop", (1, 2, 3, 4)),
        ("crop", Crop(0, 0, -1, 5)),
        ("file_name", "other.jpg"),
        ("pat_num", 1),
    ],
)
def test_refused(practice: Practice, name: str, value: Any) -> None:
    document = practice.import_png()
    before = practice.state()
    with pytest.raises(InvalidField):
        update(practice, document.doc_num, **{name: value})
    assert practice.state() == before


def test_what_others_stored_stays_allowed(practice: Practice) -> None:
    provider = practice.database.add_provider(is_hidden=True)
    document = practice.database.add_document(
        practice.patient.pat_num,
        tooth_numbers="odd",
        prov_num=provider.prov_num,
        doc_category=DefNum(190),
    )
    values = {"tooth_numbers": "odd", "prov_num": provider.prov_num, "doc_category": 190}
    assert update(practice, document.doc_num, description="new", **values).changes


def test_the_note_of_a_pending_document_is_its_payload(practice: Practice) -> None:
    document = practice.database.add_document(
        practice.patient.pat_num, "x", note="_download_:http://h/a.jpg"
    )
    with pytest.raises(InvalidField):
        update(practice, document.doc_num, note="mine")


def test_unknown(practice: Practice) -> None:
    with pytest.raises(DocumentNotFound):
        update(practice, DocNum(999), description="a")


def test_an_image_in_a_mount_keeps_its_category(practice: Practice) -> None:
    _, (item,) = practice.database.add_mount(practice.patient.pat_num, [(0, 0, 5, 5)])
    document = practice.database.add_document(
        practice.patient.pat_num, mount_item_num=item.mount_item_num
    )
    with pytest.raises(InvalidField, match="mount"):
        update(practice, document.doc_num, doc_category=135)
    request = ChangeCategoryRequest((document.doc_num,), doc_category=DefNum(135))
    (failure,) = practice.ops.change_category(request).failures
    assert isinstance(failure.error, InvalidField)


# ---------------------------------------------------------------- category


def test_documents_and_mounts_move_together(practice: Practice) -> None:
    document = practice.import_png()
    there = practice.database.add_document(practice.patient.pat_num, doc_category=DefNum(135))
    mount, (item,) = practice.database.add_mount(practice.patient.pat_num, [(0, 0, 5, 5)])
    image = practice.database.add_document(
        practice.patient.pat_num, "i.png", mount_item_num=item.mount_item_num
    )
    result = practice.ops.change_category(
        ChangeCategoryRequest(
            (document.doc_num, there.doc_num), (mount.mount_num,), doc_category=DefNum(135)
        )
    )
    assert result.documents_before == {document.doc_num: 10}
    assert result.mounts_before == {mount.mount_num: 10}
    assert practice.row(image).doc_category == 135
    assert practice.database.mounts[mount.mount_num].doc_category == 135
    assert result.changes.documents == {document.doc_num, image.doc_num}
    assert result.changes.mounts == {mount.mount_num}
    texts = [entry.log_text for entry in practice.database.log[-2:]]
    assert all("from category Photos to X-rays" in text for text in texts)


def test_unknown_ones_stop_nobody(practice: Practice) -> None:
    document = practice.import_png()
    result = practice.ops.change_category(
        ChangeCategoryRequest((DocNum(999), document.doc_num), (MountNum(998),), DefNum(135))
    )
    assert [type(one.error) for one in result.failures] == [DocumentNotFound, MountNotFound]
    assert result.failures[1].mount_num == 998
    assert practice.row(document).doc_category == 135


def test_undo_expects_what_was_done(practice: Practice) -> None:
    document = practice.import_png()
    mount, _ = practice.database.add_mount(practice.patient.pat_num, doc_category=DefNum(135))
    back = ChangeCategoryRequest(
        (document.doc_num,), (mount.mount_num,), DefNum(10), expected=DefNum(135)
    )
    result = practice.ops.change_category(back)
    assert isinstance(result.failures[0].error, ChangedMeanwhile)
    assert result.mounts_before == {mount.mount_num: 135}


def test_back_to_a_hidden_category_only_by_undo(practice: Practice) -> None:
    document = practice.database.add_document(practice.patient.pat_num, doc_category=DefNum(190))
    practice.ops.change_category(ChangeCategoryRequest((document.doc_num,), (), DefNum(10)))
    with pytest.raises(InvalidField):
        practice.ops.change_category(ChangeCategoryRequest((document.doc_num,), (), DefNum(190)))
    undo = ChangeCategoryRequest((document.doc_num,), (), DefNum(190), expected=DefNum(10))
    assert not practice.ops.change_category(undo).failures
    assert practice.row(document).doc_category == 190
    with pytest.raises(InvalidField):
        practice.ops.change_category(
            ChangeCategoryRequest((document.doc_num,), (), DefNum(777), expected=DefNum(10))
        )


@pytest.mark.parametrize("kind", ["document", "mount"])
def test_it_is_elsewhere_than_expected(practice: Practice, kind: str) -> None:
    document = practice.import_png()
    mount, _ = practice.database.add_mount(practice.patient.pat_num)
    request = (
        ChangeCategoryRequest((document.doc_num,), (), DefNum(135), expected=DefNum(190))
        if kind == "document"
        else ChangeCategoryRequest((), (mount.mount_num,), DefNum(135), expected=DefNum(190))
    )
    (failure,) = practice.ops.change_category(request).failures
    assert isinstance(failure.error, ChangedMeanwhile)


# ---------------------------------------------------------------- others at the same row


class Overtaken:
    """A record set whose rows another workstation changes between our look and our UPDATE, which then finds none."""

    def __init__(self, records: object) -> None:
        self._records = records

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._records, name)
        return (lambda *_: False) if name in ("update", "set_category") else found


def overtaken(practice: Practice) -> Any:
    def begin() -> MemoryUnitOfWork:
        work = practice.database.unit_of_work()
        vars(work).update(documents=Overtaken(work.documents), mounts=Overtaken(work.mounts))
        return work

    return begin


def test_an_update_that_was_overtaken_writes_nothing(practice: Practice) -> None:
    document = practice.import_png()
    before = practice.state()
    with pytest.raises(ChangedMeanwhile):
        Update(overtaken(practice))(UpdateRequest(document.doc_num, {"description": "new"}))
    assert practice.state() == before


def test_a_move_that_was_overtaken_writes_nothing(practice: Practice) -> None:
    document = practice.import_png()
    mount, _ = practice.database.add_mount(practice.patient.pat_num)
    before = practice.state()
    request = ChangeCategoryRequest((document.doc_num,), (mount.mount_num,), DefNum(135))
    result = ChangeCategory(overtaken(practice))(request)
    assert [type(failure.error) for failure in result.failures] == [ChangedMeanwhile] * 2
    assert not result.changes
    assert practice.state() == before


def test_a_mount_that_is_there_already_stays(practice: Practice) -> None:
    mount, _ = practice.database.add_mount(practice.patient.pat_num)
    before = practice.state()
    result = practice.ops.change_category(
        ChangeCategoryRequest((), (mount.mount_num,), mount.doc_category)
    )
    assert not result.failures and not result.changes and not result.mounts_before
    assert practice.state() == before
