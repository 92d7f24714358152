"""Mounts: several images in one layout (facts §1.3), and drawings (facts §1.4, §7)."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from odimaging.model.ids import DefNum, DocNum, MountItemNum, MountNum, PatNum, ProvNum

UNMOUNTED = -1
"""``mountitem.ItemOrder`` of an image that belongs to the mount but lies in its strip."""


@dataclass(frozen=True, slots=True)
class Mount:
    """One row of ``mount``. Sizes in mount pixels; colours as signed 32-bit ARGB (facts §1.1)."""

    mount_num: MountNum
    pat_num: PatNum
    doc_category: DefNum
    date_created: datetime
    description: str = ""
    note: str = ""
    width: int = 0
    height: int = 0
    color_back: int = -16777216
    color_fore: int = -1
    color_text_back: int = 16777215
    prov_num: ProvNum = ProvNum(0)
    flip_on_acquire: bool = False
    adj_mode_after_series: bool = False

    def __repr__(self) -> str:
        """Only the number: a repr may end in a log."""
        return f"Mount({self.mount_num})"


@dataclass(frozen=True, slots=True)
class MountItem:
    """One position. Mount pixels, origin top left, y down. ``item_order`` 1…n, 0 text, −1 unmounted."""

    mount_item_num: MountItemNum
    mount_num: MountNum
    xpos: int
    ypos: int
    width: int
    height: int
    item_order: int = 0
    rotate_on_acquire: int = 0
    tooth_numbers: str = ""
    text_showing: str = ""
    font_size: float = 0.0

    @property
    def is_text(self) -> bool:
        """A text item."""
        return bool(self.text_showing)

    @property
    def is_unmounted(self) -> bool:
        """In the strip, not on the canvas."""
        return self.item_order == UNMOUNTED

    @property
    def takes_image(self) -> bool:
        """A position an image can stand in on the canvas."""
        return self.item_order > 0 and not self.is_text


class DrawType(IntEnum):
    """``imagedraw.DrawType``."""

    TEXT = 0
    LINE = 1
    PEN = 2
    SCALE_VALUE = 3
    POLYGON = 4


@dataclass(frozen=True, slots=True)
class ImageDraw:
    """One row of ``imagedraw``: pixels of the original image, or of the mount (facts §7.1). Fields as stored."""

    doc_num: DocNum
    mount_num: MountNum
    draw_type: DrawType
    color_draw: int = -16777216
    color_back: int = 0
    drawing_segment: str = ""
    draw_text: str = ""
    font_size: float = 0.0
