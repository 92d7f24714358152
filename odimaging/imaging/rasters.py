"""PNG, GIF, BMP, TIFF, WEBP and unusual JPEGs, by Pillow: only the format the content shows, within the limits."""

import io
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from odimaging.imaging.allocation import MAX_PAGES, MAX_PIXELS, TOO_LARGE, Allocate, check_pixels
from odimaging.imaging.formats import Kind
from odimaging.imaging.raster import Raster
from odimaging.imaging.reduction import Fit, reduced, whole_factor
from odimaging.model.errors import DecodeFailed

PILLOW = {
    Kind.JPEG: "JPEG",  # MPO included; only its first picture is ever read
    Kind.PNG: "PNG",
    Kind.GIF: "GIF",
    Kind.BMP: "BMP",
    Kind.TIFF: "TIFF",
    Kind.WEBP: "WEBP",
}
BAND_ROWS = 256
GRAY_MODES = frozenset({"1", "L"})
DEEP_MODES = frozenset({"I;16", "I;16L", "I;16B", "I;16N", "I", "F"})
ALPHA_MODES = frozenset({"RGBA", "LA", "PA", "RGBa", "La"})

# Pillow errs at twice this number and warns above it: the warning is an error here.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


def open_image(data: Any, kind: Kind) -> Image.Image:
    """The picture, header only. Raises DecodeFailed if it is too large, and what Pillow raises on damage."""
    try:
        image = Image.open(io.BytesIO(data), formats=[PILLOW[kind]])
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise DecodeFailed(TOO_LARGE, "pixels") from error
    check_pixels(*image.size)
    return image


def pages(image: Image.Image, kind: Kind) -> int:
    """Pages of a TIFF, at most `MAX_PAGES`; the other kinds are shown by their first frame."""
    if kind is not Kind.TIFF:
        return 1
    for number in range(1, MAX_PAGES + 1):
        try:
            image.seek(number)
        except EOFError:
            image.seek(0)
            return number
    raise DecodeFailed("This file has too many pages to be shown safely.", "pages")


def orientation(image: Image.Image, kind: Kind) -> int:
    """EXIF orientation 1–8. A TIFF's is 1: Pillow has turned its pixels already."""
    if kind is Kind.TIFF:
        return 1
    value = image.getexif().get(ExifTags.Base.Orientation, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def page_size(data: Any, kind: Kind, page: int) -> tuple[int, int]:
    """Width and height of a page."""
    with open_image(data, kind) as image:
        if page:
            _turn_to(image, page, kind)
        return image.size


def decode(data: Any, kind: Kind, page: int, fit: Fit, allocate: Allocate) -> Raster:
    """Gray or BGRA, 8 bits; reduced by a whole factor. Raises DecodeFailed, and what Pillow raises on damage."""
    with open_image(data, kind) as image:
        if page:
            _turn_to(image, page, kind)
        if kind is Kind.JPEG and fit is not None:
            full = image.size
            image.draft(None, fit)
        else:
            full = None
        image.load()
        check_pixels(*image.size)
        width, height = full or image.size
        pixels = _pixels(image, whole_factor(*image.size, fit), allocate)
        opaque = pixels.ndim == 3 and not _has_alpha(image)
        return Raster(pixels, width, height, opaque=opaque)


def _turn_to(image: Image.Image, page: int, kind: Kind) -> None:
    if kind is not Kind.TIFF or page >= MAX_PAGES:
        raise DecodeFailed("This page is not in the file.", "page")
    try:
        image.seek(page)
    except EOFError as error:
        raise DecodeFailed("This page is not in the file.", "page") from error
    check_pixels(*image.size)


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ALPHA_MODES or "transparency" in image.info


def _pixels(image: Image.Image, factor: int, allocate: Allocate) -> NDArray[Any]:
    if image.mode in DEEP_MODES:
        return reduced(eight_bits(np.asarray(image)), factor)
    if factor > 1:
        image = _even(image).reduce(factor)
    if image.mode in GRAY_MODES and "transparency" not in image.info:
        return _banded(image, "L", "L", allocate((image.height, image.width), "u1"))
    return _banded(image, "RGBA", "BGRA", allocate((image.height, image.width, 4), "u1"))


def _even(image: Image.Image) -> Image.Image:
    """In a mode whose values may be averaged: palettes and bits may not."""
    if image.mode in ("1", "P", "PA") or "transparency" in image.info:
        return image.convert("RGBA" if _has_alpha(image) or image.mode != "1" else "L")
    return image


def _banded(image: Image.Image, mode: str, layout: str, pixels: NDArray[Any]) -> NDArray[Any]:
    """Converted in bands, so that no second copy of a large picture is made."""
    for top in range(0, image.height, BAND_ROWS):
        bottom = min(top + BAND_ROWS, image.height)
        band = image.crop((0, top, image.width, bottom))
        if band.mode != mode:
            band = band.convert(mode)
        rows = np.frombuffer(band.tobytes("raw", layout), np.uint8)
        pixels[top:bottom] = rows.reshape(pixels[top:bottom].shape)
    return pixels


def eight_bits(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """Deep gray as 8 bits: the top bits of 16, or of 12 if no value needs more, as sensors write; floats by their range."""
    if pixels.dtype.kind == "f":
        low, high = float(np.nanmin(pixels)), float(np.nanmax(pixels))
        scaled = (np.nan_to_num(pixels) - low) * (255 / ((high - low) or 1.0))
        shown: NDArray[np.uint8] = np.rint(scaled).astype(np.uint8)
        return shown
    values = pixels.clip(0, 65535)
    highest = int(values.max(initial=0))
    shift = 4 if 255 < highest < 4096 else 8
    top: NDArray[np.uint8] = np.right_shift(values, shift).astype(np.uint8)
    return top
