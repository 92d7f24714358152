"""A document: one row of ``document`` and, unless pending, the bytes it names (facts §1.2)."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, IntEnum

from odimaging.model.ids import DefNum, DocNum, MountItemNum, OperationNumber, PatNum, ProvNum

IMAGE_EXTENSIONS = frozenset(
    [
        ".jpg",
        ".jpeg",
        ".tga",
        ".bmp",
        ".tif",
        ".tiff",
        ".gif",
        ".emf",
        ".exif",
        ".ico",
        ".png",
        ".wmf",
        ".tig",
    ]
)
"""Open Dental's standard image extensions, lower case (facts §5.1). ``.dcm`` is not one of them."""

DICOM_EXTENSIONS = frozenset({".dcm", ".dicom"})

SHOWN_PAYLOAD = 64
"""Characters of a pending payload's note that a list may hold; marker and extension are far shorter."""

TOKEN_PREFIX = "odimg:"
"""``ExternalGUID`` of a row between its row step and publishing (decision 30)."""


class ImgType(IntEnum):
    """``document.ImgType``; ``label`` is the documented word."""

    DOCUMENT = 0
    RADIOGRAPH = 1
    PHOTO = 2
    FILE = 3
    ATTACHMENT = 4

    @property
    def label(self) -> str:
        """``Document``, ``Radiograph``, … as Open Dental spells it."""
        return self.name.capitalize()


class PendingKind(Enum):
    """Where a pending document's bytes still are; the value is the marker that starts its Note (facts §4)."""

    RAW_BASE64 = "_rawBase64_:"
    DOWNLOAD = "_download_:"


@dataclass(frozen=True, slots=True)
class Crop:
    """Crop in original pixels; centre relative to the image's centre, x right, y **up** (facts §6.1). w or h 0: none."""

    x: int = 0
    y: int = 0
    w: int = 0
    h: int = 0

    def __bool__(self) -> bool:
        """True if it cuts or moves anything."""
        return (self.x, self.y, self.w, self.h) != (0, 0, 0, 0)


def extension_of(file_name: str) -> str:
    """The extension with its dot, lower case; '' if there is none. ``.jpg`` alone counts as an extension."""
    _, dot, ext = file_name.rpartition(".")
    return f".{ext.lower()}" if dot else ""


@dataclass(frozen=True, slots=True)
class Document:
    """One row of ``document`` without its stored bytes.

    ``note`` is whole from ``get`` and ``in_mount``; in lists a pending payload is cut after 64 characters.
    ``degrees_rotated`` is clockwise, 0 ≤ d < 360. ``windowing_min``/``max`` are 0–255, 0/0 not set (facts §6.3, §6.4).
    """

    doc_num: DocNum
    pat_num: PatNum
    doc_category: DefNum
    date_created: datetime
    file_name: str = ""
    description: str = ""
    img_type: ImgType = ImgType.DOCUMENT
    is_flipped: bool = False
    degrees_rotated: float = 0.0
    tooth_numbers: str = ""
    note: str = ""
    crop: Crop = Crop()
    windowing_min: int = 0
    windowing_max: int = 0
    mount_item_num: MountItemNum = MountItemNum(0)
    date_tstamp: datetime = datetime(1, 1, 1)
    prov_num: ProvNum = ProvNum(0)
    is_crop_old: bool = False
    print_heading: bool = False
    external_guid: str = ""
    external_source: str = ""

    @property
    def extension(self) -> str:
        """Of the file name, lower case with its dot."""
        return extension_of(self.file_name)

    @property
    def pending(self) -> PendingKind | None:
        """Where the bytes still are, or None once they are a file. The marker must start the Note, case and all."""
        return next((kind for kind in PendingKind if self.note.startswith(kind.value)), None)

    @property
    def is_image(self) -> bool:
        """A standard image by its name; DICOM is not one (facts §5.1)."""
        return self.extension in IMAGE_EXTENSIONS

    @property
    def is_dicom(self) -> bool:
        """DICOM by its name."""
        return self.extension in DICOM_EXTENSIONS

    @property
    def is_pdf(self) -> bool:
        """PDF by its name."""
        return self.extension == ".pdf"

    @property
    def can_window(self) -> bool:
        """Whether brightness and contrast can be set."""
        return self.is_image or self.is_dicom

    @property
    def can_rotate(self) -> bool:
        """Whether it can be turned and flipped."""
        return self.is_image or self.is_dicom

    @property
    def can_thumbnail(self) -> bool:
        """Whether pixels can be shown of it."""
        return self.is_image or self.is_dicom or self.is_pdf

    @property
    def operation(self) -> OperationNumber | None:
        """The operation that has inserted the row and not yet published its file, if any."""
        if not self.external_guid.startswith(TOKEN_PREFIX):
            return None
        return OperationNumber(self.external_guid.removeprefix(TOKEN_PREFIX))

    def __repr__(self) -> str:
        """Only the number: a repr may end in a log."""
        return f"Document({self.doc_num})"


def visit_of(moment: datetime) -> str:
    """The visit a moment belongs to: its calendar date, ISO (decision 52)."""
    return moment.date().isoformat()


def shown_note(note: str) -> str:
    """A note as a list shows it: a pending payload is cut to its marker and extension (decision 15)."""
    marker = PendingKind.RAW_BASE64.value
    if not note.startswith(marker):
        return note
    start = note[:SHOWN_PAYLOAD]
    extension, separator, _ = start.removeprefix(marker).partition("_")
    return f"{marker}{extension}{separator}…" if separator else start
