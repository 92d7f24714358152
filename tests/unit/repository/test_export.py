import base64
from dataclasses import replace

import numpy as np
import pytest

from odimaging.model.document import Crop
from odimaging.model.errors import (
    DecodeFailed,
    DocumentNotFound,
    FileMissing,
    InvalidField,
    MountNotFound,
    UnsupportedFormat,
)
from odimaging.model.ids import DocNum, MountNum, OperationNumber, PatNum
from odimaging.model.mount import DrawType, ImageDraw
from odimaging.model.ports import FileStat, Place
from odimaging.repository.export import Export, remote_name
from tests.fakes.fake_decoder import plain_png, png, read_png
from tests.fakes.memory_store import MemorySource, MemoryStore
from tests.unit.repository.sending_office import SendingOffice, TurnedDecoder

PICTURE = png(np.arange(24, dtype=np.uint8).reshape(4, 6))


def data_of(export: Export) -> bytes:
    with export.open() as file:
        data = file.read()
    assert len(data) == export.size
    return data


def test_an_unedited_picture_goes_as_it_is_stored() -> None:
    office = SendingOffice()
    export = office.exporter.export_document(office.place("SmithJohn7.png", PICTURE))
    assert (export.file_name, export.original) == ("SmithJohn7.png", True)
    assert data_of(export) == PICTURE
    assert office.decoder.calls == []


@pytest.mark.parametrize(
    "edit",
    [
        {"crop": Crop(0, 0, 2, 2)},
        {"crop": Crop(1, 0, 0, 0)},
        {"is_flipped": True},
        {"degrees_rotated": 90.0},
        {"windowing_min": 10, "windowing_max": 200},
        {"windowing_max": 254},
    ],
)
def test_an_edited_picture_is_drawn(edit: dict[str, object]) -> None:
    office = SendingOffice()
    export = office.exporter.export_document(office.place("a.png", PICTURE, **edit))
    assert (export.file_name, export.original) == ("a.png", False)
    assert data_of(export) != PICTURE
    assert "encoded" in office.decoder.calls


@pytest.mark.parametrize(
    "same", [{"windowing_max": 255}, {"is_crop_old": True}, {"degrees_rotated": 0.0}]
)
def test_what_changes_nothing_is_no_edit(same: dict[str, object]) -> None:
    office = SendingOffice()
    assert office.exporter.export_document(office.place("a.png", PICTURE, **same)).original


@pytest.mark.parametrize(
    ("orientation", "is_flipped", "degrees"),
    [
        (2, True, 0.0),
        (3, False, 180.0),
        (4, True, 180.0),
        (5, True, 270.0),
        (6, False, 90.0),
        (7, True, 90.0),
        (8, False, 270.0),
    ],
)
def test_the_turn_that_import_took_from_exif_is_no_edit(
    orientation: int, is_flipped: bool, degrees: float
) -> None:
    office = SendingOffice(decoder=TurnedDecoder(orientation))
    turn = {"is_flipped": is_flipped, "degrees_rotated": degrees}
    assert office.exporter.export_document(office.place("a.png", PICTURE, **turn)).original
    cropped = office.place("b.png", PICTURE, crop=Crop(0, 0, 2, 2), **turn)
    assert not office.exporter.export_document(cropped).original
    further = office.place("c.png", PICTURE, is_flipped=is_flipped, degrees_rotated=45.0)
    assert not office.exporter.export_document(further).original


def test_a_row_without_any_edit_goes_as_it_is_whatever_its_exif_says() -> None:
    office = SendingOffice(decoder=TurnedDecoder(6))
    assert office.exporter.export_document(office.place("a.png", PICTURE)).original


def test_drawings_alone_do_not_make_another_picture_but_come_with_a_drawn_one() -> None:
    office = SendingOffice()
    doc_num = office.place("a.png", PICTURE)
    drawing = ImageDraw(doc_num, MountNum(0), DrawType.LINE)
    office.database.add_drawing(drawing)
    assert office.exporter.export_document(doc_num).original
    office.exporter.export_document(doc_num, ".jpg")
    assert office.decoder.drawn == [(drawing,)]


@pytest.mark.parametrize("wanted", [".JPG", ".gif", ".bmp", ".tif", ".jpeg", ".tiff"])
def test_another_extension_is_drawn(wanted: str) -> None:
    office = SendingOffice()
    export = office.exporter.export_document(office.place("a.png", PICTURE), wanted)
    assert (export.file_name, export.original) == (f"a{wanted.lower()}", False)


@pytest.mark.parametrize(
    ("own", "wanted"),
    [
        ("a.jpg", ".jpeg"),
        ("a.JPEG", ".jpg"),
        ("a.tiff", ".TIF"),
        ("a.dcm", ".DCM"),
        ("a.PDF", ".pdf"),
    ],
)
def test_two_spellings_of_one_kind_are_not_written_anew(own: str, wanted: str) -> None:
    office = SendingOffice()
    export = office.exporter.export_document(office.place(own, b"bytes"), wanted)
    assert data_of(export) == b"bytes"


def test_dicom_goes_as_it_is_even_if_edited() -> None:
    office = SendingOffice()
    doc_num = office.place("a.dcm", b"dicom", degrees_rotated=90.0, windowing_max=77)
    assert data_of(office.exporter.export_document(doc_num)) == b"dicom"
    assert office.decoder.calls == []


@pytest.mark.parametrize(
    ("own", "wanted"),
    [
        ("a.pdf", ".jpg"),
        ("a.docx", ".pdf"),
        ("a.txt", ".txtx"),
        ("noext", ".txt"),
        ("a.png", ".pdf"),
        ("a.png", ".dcm"),
        ("a.png", ".tga"),
        ("a.dcm", ".pdf"),
    ],
)
def test_extensions_a_document_cannot_have(own: str, wanted: str) -> None:
    office = SendingOffice()
    with pytest.raises(InvalidField) as caught:
        office.exporter.export_document(office.place(own, PICTURE), wanted)
    assert caught.value.user_text.endswith(".")


def test_an_edited_kind_nobody_can_write_says_so() -> None:
    office = SendingOffice(decoder=TurnedDecoder())
    doc_num = office.place("a.tga", PICTURE, degrees_rotated=90.0)
    with pytest.raises(UnsupportedFormat, match=r"\.tga"):
        office.exporter.export_document(doc_num)
    assert office.exporter.export_document(office.place("b.tga", PICTURE)).original


def test_a_pending_document_becomes_a_file_first() -> None:
    office = SendingOffice()
    note = "_rawBase64_:.png_" + base64.b64encode(PICTURE).decode()
    document = office.database.add_document(office.patient.pat_num, "x", note=note)
    export = office.exporter.export_document(document.doc_num)
    assert data_of(export) == PICTURE
    assert export.file_name == f"SmithJohn{document.doc_num}.png"
    assert office.row(document.doc_num).note == ""
    assert document.doc_num in export.changes.documents


def test_what_is_not_there() -> None:
    office = SendingOffice()
    with pytest.raises(DocumentNotFound):
        office.exporter.export_document(DocNum(99))
    with pytest.raises(MountNotFound):
        office.exporter.export_mount(MountNum(99))
    lost = office.database.add_document(office.patient.pat_num, "lost.jpg")
    with pytest.raises(FileMissing):
        office.exporter.export_document(lost.doc_num)


def test_a_damaged_picture_goes_as_it_is_but_cannot_be_drawn() -> None:
    office = SendingOffice()
    doc_num = office.place("a.png", PICTURE[:60])
    assert office.exporter.export_document(doc_num).original
    with pytest.raises(DecodeFailed):
        office.exporter.export_document(doc_num, ".jpg")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\x.png", "a/b.png", "CON.png", "a\nb.png"]
)
def test_a_rows_name_never_leads_elsewhere(name: str) -> None:
    """Stores whose bytes lie in the row never look at it."""
    document = replace(SendingOffice().database.add_document(PatNum(1)), file_name=name)
    safe = remote_name(document)
    assert safe not in ("", ".", "..")
    assert not set(safe) & set("/\\\n\0:")
    assert not safe.startswith("CON.")


def mount_of(office: SendingOffice, *colours: int) -> MountNum:
    boxes = [(10 * number, 0, 10, 10) for number in range(len(colours) + 1)]
    mount, items = office.database.add_mount(
        office.patient.pat_num, boxes, width=10 * len(boxes), height=10, description="4BW"
    )
    for item, gray in zip(items, colours, strict=False):
        data = plain_png(10, 10, gray, gray, gray)
        office.place(f"m{gray}.png", data, mount_item_num=item.mount_item_num)
    return mount.mount_num


def test_a_mount_is_one_picture() -> None:
    office = SendingOffice()
    mount_num = mount_of(office, 50, 150)
    export = office.exporter.export_mount(mount_num)
    assert (export.file_name, export.original) == (f"Mount{mount_num}.jpg", False)
    pixels = read_png(data_of(export))
    assert pixels.shape[:2] == (10, 30)
    assert [int(pixels[5, x, 0]) for x in (5, 15)] == [50, 150]


def test_a_missing_image_leaves_its_position_empty_and_the_strip_is_not_read() -> None:
    office = SendingOffice()
    mount_num = mount_of(office, 50)
    unmounted = office.database.add_mount_item(mount_num, (0, 0, 10, 10), -1)
    office.place("strip.png", PICTURE, mount_item_num=unmounted.mount_item_num)
    missing = office.database.add_mount_item(mount_num, (20, 0, 10, 10), 3)
    office.database.add_document(
        office.patient.pat_num, "lost.png", mount_item_num=missing.mount_item_num
    )
    office.store.calls.clear()
    export = office.exporter.export_mount(mount_num)
    assert int(read_png(data_of(export))[5, 5, 0]) == 50
    assert office.store.calls["open"] == 1


@pytest.mark.parametrize("extension", [".pdf", ".dcm", ".tga", ""])
def test_a_mount_has_a_pictures_extension(extension: str) -> None:
    office = SendingOffice()
    with pytest.raises(InvalidField):
        office.exporter.export_mount(mount_of(office, 50), extension)


def test_an_export_shows_no_name() -> None:
    office = SendingOffice()
    export = office.exporter.export_document(office.place("SmithJohn7.png", PICTURE))
    assert "Smith" not in repr(export)


def test_a_file_that_a_stop_left_in_the_stage_is_published_and_sent() -> None:
    office = SendingOffice()
    operation = OperationNumber("a" * 32)
    office.store.stage(MemorySource("scan.png", PICTURE), operation, office.patient.pat_num, ".png")
    document = office.database.add_document(
        office.patient.pat_num, "SmithJohn7.png", external_guid=f"odimg:{operation}"
    )
    export = office.exporter.export_document(document.doc_num)
    assert data_of(export) == PICTURE
    assert office.store.staged() == ()


def test_what_is_too_large_to_be_drawn_is_still_sent_as_it_is() -> None:
    class Huge(MemoryStore):
        def stat(self, place: Place) -> FileStat | None:
            return FileStat(1 << 30, 0)

    office = SendingOffice(store=Huge())
    doc_num = office.place("a.png", PICTURE)
    assert office.exporter.export_document(doc_num).size == 1 << 30
    with pytest.raises(DecodeFailed, match="too large"):
        office.exporter.export_document(doc_num, ".jpg")
