"""Decoded pixels, and what is known of a picture before it is decoded. Values only; `imaging` makes them."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from odimaging.model.document import Crop, Document


class PixelFormat(Enum):
    """How ``Picture.pixels`` is laid out."""

    BGRA = "bgra"
    """``uint8``, height × stride, 4 bytes a pixel in the order blue, green, red, alpha; sRGB, alpha not premultiplied."""
    GRAY8 = "gray8"
    """``uint8``, 1 byte a pixel."""
    GRAY16 = "gray16"
    """``uint16``, little endian, 2 bytes a pixel, DICOM's stored values scaled to 16 bits by nothing: raw."""


class WindowRule(Enum):
    """Which curve WindowingMin and WindowingMax mean for these pixels."""

    PLAIN = "plain"
    """Facts §6.3: 0/0 and 0/255 change nothing; per channel."""
    DICOM8 = "dicom8"
    """Facts §6.4, BitsAllocated 8: clipped, not stretched."""
    DICOM16 = "dicom16"
    """Facts §6.4, BitsAllocated 16: u = raw / 16, stretched."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Decoded pixels. ``pixels`` supports the buffer protocol and stays valid as long as the object lives; ``stride`` in bytes.

    ``source_width`` × ``source_height`` is the stored picture's full size, before any edit: a reduced decode is smaller.
    ``inverted``: MONOCHROME1, shown with black and white exchanged after windowing. ``bits_stored``: what a full range
    means under DICOM16, 0/0 included (facts §6.4).
    """

    width: int
    height: int
    stride: int
    pixel_format: PixelFormat
    pixels: Any
    source_width: int
    source_height: int
    window_rule: WindowRule = WindowRule.PLAIN
    inverted: bool = False
    bits_stored: int = 8


@dataclass(frozen=True, slots=True)
class PictureInfo:
    """What the header says. ``exif_orientation`` 1–8; ``window`` is facts §6.4's initial one for DICOM, else None."""

    width: int
    height: int
    pages: int = 1
    exif_orientation: int = 1
    window: tuple[int, int] | None = None
    window_rule: WindowRule = WindowRule.PLAIN
    bits_stored: int = 8


@dataclass(frozen=True, slots=True)
class Edits:
    """How a stored picture is shown: facts §6.1 and §6.3, in this order: window, flip, rotate clockwise, crop."""

    is_flipped: bool = False
    degrees_rotated: float = 0.0
    crop: Crop = Crop()
    windowing_min: int = 0
    windowing_max: int = 0
    is_crop_old: bool = False

    @classmethod
    def of(cls, document: Document) -> "Edits":
        """A row's edits."""
        return cls(
            document.is_flipped,
            document.degrees_rotated,
            document.crop,
            document.windowing_min,
            document.windowing_max,
            document.is_crop_old,
        )
