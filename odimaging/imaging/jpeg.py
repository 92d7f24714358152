"""JPEG: scaled decoding, and the preview a camera put beside the picture. What is unusual goes to `rasters`."""

import io
from dataclasses import dataclass
from typing import Any

import simplejpeg
from PIL import ExifTags, Image

from odimaging.imaging.allocation import Allocate, allocate_here, check_pixels
from odimaging.imaging.raster import Raster
from odimaging.imaging.reduction import Fit

codec: Any = simplejpeg
GRAY, ORDINARY = "Gray", ("Gray", "YCbCr", "RGB")
PREVIEW_SHAPE_TOLERANCE = 0.02
PREVIEW_OFFSET, PREVIEW_LENGTH = 0x0201, 0x0202
MIN_SIZE = 1 << 16


@dataclass(frozen=True, slots=True)
class JpegHeader:
    """Full size, and whether the plain decoder takes it."""

    width: int
    height: int
    colours: str

    @property
    def is_ordinary(self) -> bool:
        """CMYK and the like are not."""
        return self.colours in ORDINARY


def header(data: Any) -> JpegHeader | None:
    """None if the plain decoder does not know it. Raises DecodeFailed if it is too large."""
    try:
        height, width, colours, _ = codec.decode_jpeg_header(data, strict=False)
    except ValueError:
        return None
    check_pixels(width, height)
    return JpegHeader(width, height, colours)


def decode(data: Any, found: JpegHeader, fit: Fit, allocate: Allocate) -> Raster:
    """Gray or BGRA, reduced by the transform's own steps (1/8 to 1). Raises ValueError, at damage too."""
    gray = found.colours == GRAY
    least_width, least_height = fit or (0, 0)
    height, width, *_ = codec.decode_jpeg_header(
        data, min_height=least_height, min_width=least_width, strict=False
    )
    pixels = allocate((height, width) if gray else (height, width, 4), "u1")
    # The fast upsampling is meant for looking; a radiograph is gray and so has nothing to upsample.
    decoded = codec.decode_jpeg(
        data,
        "GRAY" if gray else "BGRA",
        fastupsample=True,
        min_height=least_height,
        min_width=least_width,
        buffer=pixels,
    )
    pixels = decoded.reshape(height, width) if gray else decoded
    return Raster(pixels, found.width, found.height, opaque=True)


def preview(data: Any, found: JpegHeader, fit: Fit) -> Raster | None:
    """The camera's own small picture, if it is large enough, of the same shape, and the file was not edited since."""
    if fit is None or b"Exif" not in bytes(data[:64]):
        return None
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
        small = _preview_bytes(image, found)
    small_header = header(small) if small else None
    if small is None or small_header is None or not _serves(small_header, found, fit):
        return None
    raster = decode(small, small_header, None, allocate_here)
    return Raster(raster.pixels, found.width, found.height, opaque=True)


def _preview_bytes(image: Image.Image, found: JpegHeader) -> bytes | None:
    exif = image.getexif()
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    taken = inner.get(ExifTags.Base.DateTimeOriginal)
    unedited = taken is not None and taken == exif.get(ExifTags.Base.DateTime)
    told = inner.get(ExifTags.Base.ExifImageWidth), inner.get(ExifTags.Base.ExifImageHeight)
    if not unedited or told != (found.width, found.height):
        return None
    place = exif.get_ifd(ExifTags.IFD.IFD1)
    offset, length = place.get(PREVIEW_OFFSET), place.get(PREVIEW_LENGTH)
    if not isinstance(offset, int) or not isinstance(length, int):
        return None
    start = len(b"Exif\0\0") + offset
    return bytes(image.info["exif"][start : start + min(length, MIN_SIZE)])


def _serves(small: JpegHeader, full: JpegHeader, fit: tuple[int, int]) -> bool:
    shape = (small.width / small.height) / (full.width / full.height)
    large_enough = small.width >= fit[0] and small.height >= fit[1]
    return small.is_ordinary and large_enough and abs(shape - 1) <= PREVIEW_SHAPE_TOLERANCE
