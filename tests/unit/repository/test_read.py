"""Documents GET, single and multiple."""

from datetime import datetime

import pytest

from odimaging.model.document import ImgType
from odimaging.model.errors import DocumentNotFound, InvalidField, PatientNotFound
from odimaging.model.ids import DefNum, DocNum
from odimaging.repository.read import ListDocumentsRequest, ListedDocument
from tests.unit.repository.conftest import NOBODY, Practice


def listed(practice: Practice, **fields: int) -> tuple[ListedDocument, ...]:
    request = ListDocumentsRequest(practice.patient.pat_num, **fields)
    return practice.ops.list_documents(request)


def test_single(practice: Practice) -> None:
    document = practice.database.add_document(
        practice.patient.pat_num,
        "SmithJohn7.jpg",
        description="1-26-2009",
        doc_category=DefNum(190),
        img_type=ImgType.PHOTO,
    )
    found = practice.ops.get_document(document.doc_num)
    assert (found.doc_category, found.doc_category_name) == (190, "Old")
    assert (found.description, found.file_name) == ("1-26-2009", "SmithJohn7.jpg")
    assert (found.img_type, found.print_heading) == (ImgType.PHOTO, False)


def test_single_unknown(practice: Practice) -> None:
    with pytest.raises(DocumentNotFound):
        practice.ops.get_document(DocNum(999))


def test_documents_and_mounts_by_date(practice: Practice) -> None:
    pat_num, day = practice.patient.pat_num, datetime(2021, 5, 11, 13, 26, 39)
    mount, (item,) = practice.database.add_mount(
        pat_num, [(0, 0, 5, 5)], date_created=day, description="4BW", note="Bitewings"
    )
    same = practice.database.add_document(pat_num, "a.jpg", date_created=day)
    practice.database.add_document(pat_num, "in.jpg", mount_item_num=item.mount_item_num)
    early = practice.database.add_document(
        pat_num, "b.jpg", date_created=datetime(2020, 1, 1), doc_category=DefNum(135)
    )
    rows = listed(practice)
    assert [(row.doc_num, row.mount_num) for row in rows] == [
        (early.doc_num, 0),
        (same.doc_num, 0),
        (0, mount.mount_num),
    ]
    assert rows[0].file_path == "/images/S/SmithJohn15/b.jpg"
    assert rows[0].doc_category_name == "X-rays"
    assert rows[0].server_date_time == practice.database.clock
    assert (rows[2].description, rows[2].note) == ("5/11/2021: 4BW", "Bitewings")
    assert (rows[2].file_path, rows[2].print_heading, rows[2].date_tstamp) == ("", None, None)


def test_paging(practice: Practice) -> None:
    for number in range(5):
        practice.database.add_document(practice.patient.pat_num, f"{number}.jpg")
    assert [row.file_path[-5:] for row in listed(practice, limit=2, offset=3)] == ["3.jpg", "4.jpg"]
    assert listed(practice, offset=100) == ()


@pytest.mark.parametrize("fields", [{"limit": 0}, {"limit": 1001}, {"offset": -1}])
def test_paging_limits(practice: Practice, fields: dict[str, int]) -> None:
    with pytest.raises(InvalidField):
        listed(practice, **fields)


def test_a_payload_is_not_shown(practice: Practice) -> None:
    practice.database.add_document(practice.patient.pat_num, "x", note="_rawBase64_:.jpg_AAAA")
    assert listed(practice)[0].note == "_rawBase64_:.jpg_…"


def test_found_files_are_listed(practice: Practice) -> None:
    practice.found("scan.jpg")
    assert [row.description for row in listed(practice)] == ["scan.jpg"]


def test_without_the_root_what_is_known(practice: Practice) -> None:
    practice.import_png()
    practice.store.available = False
    assert len(listed(practice)) == 1


def test_list_of_nobody(practice: Practice) -> None:
    with pytest.raises(PatientNotFound):
        practice.ops.list_documents(ListDocumentsRequest(NOBODY))
