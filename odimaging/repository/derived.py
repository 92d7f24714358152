"""What import and discovery work out from a file's content, once (decision 33, facts §2.4 and §6.4)."""

from dataclasses import dataclass, replace
from typing import BinaryIO

from odimaging.imaging.formats import extension_for_nameless
from odimaging.model.document import (
    DICOM_EXTENSIONS,
    IMAGE_EXTENSIONS,
    Document,
    ImgType,
    extension_of,
)
from odimaging.model.errors import DecodeFailed, UnsupportedFormat
from odimaging.model.picture import PictureInfo
from odimaging.model.ports import Decoder

MAX_DECODED_BYTES = 512 * 1024 * 1024
"""Larger files are filed but not looked into (contract D3)."""

EXIF_TURNS = {
    2: (True, 0.0),
    3: (False, 180.0),
    4: (True, 180.0),
    5: (True, 270.0),
    6: (False, 90.0),
    7: (True, 90.0),
    8: (False, 270.0),
}
"""EXIF orientation to IsFlipped and DegreesRotated: first mirrored, then turned clockwise."""


@dataclass(frozen=True, slots=True)
class Derived:
    """Turn, mirror and window as the file itself asks for them; ``readable``: pixels are there to be shown."""

    extension: str
    is_flipped: bool = False
    degrees_rotated: float = 0.0
    window: tuple[int, int] = (0, 0)
    readable: bool = False

    @property
    def img_type(self) -> ImgType:
        """Photo for images, Radiograph for DICOM, else Document."""
        extension = self.extension.lower()
        if extension in DICOM_EXTENSIONS:
            return ImgType.RADIOGRAPH
        return ImgType.PHOTO if extension in IMAGE_EXTENSIONS else ImgType.DOCUMENT

    def applied(self, document: Document) -> Document:
        """The document with turn, mirror and window."""
        low, high = self.window
        return replace(
            document,
            is_flipped=self.is_flipped,
            degrees_rotated=self.degrees_rotated,
            windowing_min=low,
            windowing_max=high,
        )


def derive(file: BinaryIO, name: str, size: int, decoder: Decoder) -> Derived:
    """Look into a file. One that is damaged or of a kind without pixels derives nothing, and is no error."""
    _, dot, ending = name.rpartition(".")
    extension = f".{ending}" if dot and ending.isalnum() and ending.isascii() else ""
    looked_at = extension_of(extension) in IMAGE_EXTENSIONS | DICOM_EXTENSIONS
    if size > MAX_DECODED_BYTES or (extension and not looked_at):
        return Derived(extension or extension_for_nameless(False))
    try:
        info = decoder.inspect(file.read(), extension.lower() or ".jpg")
    except (DecodeFailed, UnsupportedFormat):
        return Derived(extension or extension_for_nameless(False))
    return _from_header(extension or extension_for_nameless(True), info)


def _from_header(extension: str, info: PictureInfo) -> Derived:
    is_flipped, degrees = EXIF_TURNS.get(info.exif_orientation, (False, 0.0))
    return Derived(extension, is_flipped, degrees, info.window or (0, 0), True)
