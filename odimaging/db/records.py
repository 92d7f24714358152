"""Rows as stored and the values of `odimaging.model` they stand for; no SQL and no driver here.

Whatever the database, a moment travels as text ``yyyy-MM-dd HH:mm:ss``, a boolean as 0 or 1, an enum as its number, so
that SQLite and MariaDB read alike and a row as stored is ready for JSON.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import IntEnum
from typing import Any

from odimaging.model.document import Crop, Document, ImgType
from odimaging.model.ids import DefNum, DocNum, MountItemNum, MountNum, PatNum, ProvNum
from odimaging.model.mount import DrawType, ImageDraw, Mount, MountItem
from odimaging.model.patient import Gender, Patient, PatStatus

Value = str | int | float | None

EMPTY_MOMENT = datetime(1, 1, 1)
"""What the rows say where nothing is known (facts §1.1)."""

COLUMN_OF_FIELD = {
    "doc_num": "DocNum",
    "pat_num": "PatNum",
    "doc_category": "DocCategory",
    "date_created": "DateCreated",
    "file_name": "FileName",
    "description": "Description",
    "img_type": "ImgType",
    "is_flipped": "IsFlipped",
    "degrees_rotated": "DegreesRotated",
    "tooth_numbers": "ToothNumbers",
    "note": "Note",
    "windowing_min": "WindowingMin",
    "windowing_max": "WindowingMax",
    "mount_item_num": "MountItemNum",
    "date_tstamp": "DateTStamp",
    "prov_num": "ProvNum",
    "is_crop_old": "IsCropOld",
    "print_heading": "PrintHeading",
    "external_guid": "ExternalGUID",
    "external_source": "ExternalSource",
}
"""`Document` fields to columns of ``document``; ``crop`` is four of them."""

DOCUMENT_COLUMNS: dict[str, Value] = {
    "DocNum": 0,
    "PatNum": 0,
    "DocCategory": 0,
    "DateCreated": "",
    "FileName": "",
    "Description": "",
    "ImgType": 0,
    "IsFlipped": 0,
    "DegreesRotated": 0,
    "ToothNumbers": "",
    "Note": "",
    "CropX": 0,
    "CropY": 0,
    "CropW": 0,
    "CropH": 0,
    "WindowingMin": 0,
    "WindowingMax": 0,
    "MountItemNum": 0,
    "DateTStamp": "",
    "ProvNum": 0,
    "IsCropOld": 0,
    "PrintHeading": 0,
    "ExternalGUID": "",
    "ExternalSource": "",
}
"""The columns `document_of` takes, in its order, and what stands for one that this version does not have."""

MOUNT_COLUMNS: dict[str, Value] = {
    "MountNum": 0,
    "PatNum": 0,
    "DocCategory": 0,
    "DateCreated": "",
    "Description": "",
    "Note": "",
    "Width": 0,
    "Height": 0,
    "ColorBack": -16777216,
    "ColorFore": -1,
    "ColorTextBack": 16777215,
    "ProvNum": 0,
    "FlipOnAcquire": 0,
    "AdjModeAfterSeries": 0,
}

MOUNT_ITEM_COLUMNS: dict[str, Value] = {
    "MountItemNum": 0,
    "MountNum": 0,
    "Xpos": 0,
    "Ypos": 0,
    "Width": 0,
    "Height": 0,
    "ItemOrder": 0,
    "RotateOnAcquire": 0,
    "ToothNumbers": "",
    "TextShowing": "",
    "FontSize": 0,
}

IMAGE_DRAW_COLUMNS: dict[str, Value] = {
    "DocNum": 0,
    "MountNum": 0,
    "DrawType": 0,
    "ColorDraw": -16777216,
    "ColorBack": 0,
    "DrawingSegment": "",
    "DrawText": "",
    "FontSize": 0,
}

PATIENT_COLUMNS: dict[str, Value] = {
    "PatNum": 0,
    "LName": "",
    "FName": "",
    "MiddleI": "",
    "Preferred": "",
    "Birthdate": "",
    "Gender": 2,
    "PatStatus": 0,
    "ChartNumber": "",
    "Guarantor": 0,
    "ImageFolder": "",
}

_IMG_TYPES = dict(enumerate(ImgType))
_CROP_NONE = Crop()


def stored_moment(moment: datetime) -> str:
    """As the columns hold it: whole seconds, cut and not rounded, as MariaDB would round."""
    return moment.replace(microsecond=0, tzinfo=None).isoformat(" ")


def moment_of(text: str | None) -> datetime:
    """Whole seconds; `EMPTY_MOMENT` for NULL, '' and MySQL's zero dates."""
    try:
        moment = datetime.fromisoformat(text) if text else EMPTY_MOMENT
    except ValueError:
        return EMPTY_MOMENT
    return moment.replace(microsecond=0) if moment.microsecond else moment


def stored(value: object) -> Value:
    """One field's value as its column holds it."""
    if isinstance(value, datetime):
        return stored_moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool | IntEnum):
        return int(value)
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(type(value).__name__)


def columns_of(fields: Mapping[str, Any]) -> dict[str, Value]:
    """Named `Document` fields as columns. Raises KeyError for a field there is no column for."""
    columns: dict[str, Value] = {}
    for name, value in fields.items():
        if name == "crop":
            columns |= {"CropX": value.x, "CropY": value.y, "CropW": value.w, "CropH": value.h}
        else:
            columns[COLUMN_OF_FIELD[name]] = stored(value)
    if columns.get("ExternalSource") == "":
        columns["ExternalSource"] = "None"
    return columns


def columns_of_document(document: Document) -> dict[str, Value]:
    """All of a document's columns but its key and its DateTStamp, which belong to the server."""
    names = [name for name in COLUMN_OF_FIELD if name not in ("doc_num", "date_tstamp")]
    return columns_of({name: getattr(document, name) for name in [*names, "crop"]})


def document_of(row: Sequence[Any], note_as: Callable[[str], str] = str) -> Document:
    """From the values of `DOCUMENT_COLUMNS`, in that order; ``note_as`` shortens the note."""
    # By position and unpacked at once: lists of thousands of documents go through here.
    (
        doc_num,
        pat_num,
        doc_category,
        date_created,
        file_name,
        description,
        img_type,
        is_flipped,
        degrees_rotated,
        tooth_numbers,
        note,
        x,
        y,
        w,
        h,
        windowing_min,
        windowing_max,
        mount_item_num,
        date_tstamp,
        prov_num,
        is_crop_old,
        print_heading,
        external_guid,
        external_source,
    ) = row
    return Document(
        doc_num,
        pat_num,
        doc_category,
        moment_of(date_created),
        file_name or "",
        description or "",
        _IMG_TYPES.get(img_type, ImgType.DOCUMENT),
        is_flipped != 0,
        float(degrees_rotated),
        tooth_numbers or "",
        note_as(note) if note else "",
        Crop(x, y, w, h) if x or y or w or h else _CROP_NONE,
        windowing_min,
        windowing_max,
        mount_item_num,
        moment_of(date_tstamp),
        prov_num,
        is_crop_old != 0,
        print_heading != 0,
        external_guid or "",
        "" if external_source == "None" else external_source or "",
    )


def mount_of(row: Sequence[Any]) -> Mount:
    """From the values of `MOUNT_COLUMNS`, in that order."""
    return Mount(
        MountNum(row[0]),
        PatNum(row[1]),
        DefNum(row[2]),
        moment_of(row[3]),
        row[4] or "",
        row[5] or "",
        row[6],
        row[7],
        row[8],
        row[9],
        row[10],
        ProvNum(row[11]),
        row[12] != 0,
        row[13] != 0,
    )


def columns_of_mount(mount: Mount) -> dict[str, Value]:
    """All of a mount's columns but its key."""
    values = (
        mount.pat_num,
        mount.doc_category,
        mount.date_created,
        mount.description,
        mount.note,
        mount.width,
        mount.height,
        mount.color_back,
        mount.color_fore,
        mount.color_text_back,
        mount.prov_num,
        mount.flip_on_acquire,
        mount.adj_mode_after_series,
    )
    return dict(zip(list(MOUNT_COLUMNS)[1:], map(stored, values), strict=True))


def mount_item_of(row: Sequence[Any]) -> MountItem:
    """From the values of `MOUNT_ITEM_COLUMNS`, in that order."""
    return MountItem(
        MountItemNum(row[0]),
        MountNum(row[1]),
        row[2],
        row[3],
        row[4],
        row[5],
        row[6],
        row[7],
        row[8] or "",
        row[9] or "",
        float(row[10]),
    )


def columns_of_mount_item(item: MountItem, mount_num: MountNum) -> dict[str, Value]:
    """All of a position's columns but its key."""
    return {
        "MountNum": mount_num,
        "Xpos": item.xpos,
        "Ypos": item.ypos,
        "Width": item.width,
        "Height": item.height,
        "ItemOrder": item.item_order,
        "RotateOnAcquire": item.rotate_on_acquire,
        "ToothNumbers": item.tooth_numbers,
        "TextShowing": item.text_showing,
        "FontSize": item.font_size,
    }


def image_draw_of(row: Sequence[Any]) -> ImageDraw | None:
    """From the values of `IMAGE_DRAW_COLUMNS`; None for a kind of drawing nobody knows yet."""
    if row[2] not in _DRAW_TYPES:
        return None
    return ImageDraw(
        DocNum(row[0]),
        MountNum(row[1]),
        DrawType(row[2]),
        row[3],
        row[4],
        row[5] or "",
        row[6] or "",
        float(row[7]),
    )


def patient_of(row: Sequence[Any]) -> Patient:
    """From the values of `PATIENT_COLUMNS`, in that order."""
    born = moment_of(row[5])
    return Patient(
        PatNum(row[0]),
        row[1] or "",
        row[2] or "",
        row[3] or "",
        row[4] or "",
        None if born == EMPTY_MOMENT else born.date(),
        Gender(row[6]) if row[6] in _GENDERS else Gender.UNKNOWN,
        PatStatus(row[7]) if row[7] in _STATUSES else PatStatus.PATIENT,
        row[8] or "",
        PatNum(row[9]),
        row[10] or "",
    )


def columns_of_patient(patient: Patient) -> dict[str, Value]:
    """All of a patient's columns."""
    values = (
        patient.pat_num,
        patient.lname,
        patient.fname,
        patient.middle_i,
        patient.preferred,
        patient.birthdate or EMPTY_MOMENT.date(),
        patient.gender,
        patient.pat_status,
        patient.chart_number,
        patient.guarantor,
        patient.image_folder,
    )
    return dict(zip(PATIENT_COLUMNS, map(stored, values), strict=True))


def columns_of_image_draw(drawing: ImageDraw) -> dict[str, Value]:
    """All of a drawing's columns but its key."""
    values = (
        drawing.doc_num,
        drawing.mount_num,
        drawing.draw_type,
        drawing.color_draw,
        drawing.color_back,
        drawing.drawing_segment,
        drawing.draw_text,
        drawing.font_size,
    )
    return dict(zip(IMAGE_DRAW_COLUMNS, map(stored, values), strict=True))


_GENDERS = frozenset(Gender)
_STATUSES = frozenset(PatStatus)
_DRAW_TYPES = frozenset(DrawType)
