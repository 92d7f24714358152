"""Brightness and contrast: facts §6.3 and §6.4 as lookup tables, and their quick application on each tick of a drag.

Pure numpy. Scale first, then window (decision 41): callers hand in pixels already at the size they are shown in.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from odimaging.model.picture import Picture, PixelFormat, WindowRule

Pixels = NDArray[Any]
"""height × width (gray, ``uint8`` or ``uint16``) or height × width × 4 (``uint8``, blue green red alpha)."""
Table = NDArray[np.uint8]

DTYPES = {PixelFormat.GRAY8: "u1", PixelFormat.GRAY16: "<u2", PixelFormat.BGRA: "u1"}
BLOCK_BYTES = 1 << 16
ALL_BITS = 0xFFFFFFFF
BYTES_PER_PIXEL = {PixelFormat.GRAY8: 1, PixelFormat.GRAY16: 2, PixelFormat.BGRA: 4}


class WindowedRegion(NamedTuple):
    """What a view paints: Gray8 for a gray picture, else BGRA. ``stride`` in bytes; ``pixels`` supports the buffer protocol."""

    pixels: Any
    width: int
    height: int
    stride: int
    pixel_format: PixelFormat


def full_range(rule: WindowRule, bits_stored: int = 8) -> tuple[int, int]:
    """The window that leaves nothing out: 0–255, or 0–4095 for 16 stored bits, as at import (facts §6.4)."""
    if rule is WindowRule.DICOM16:
        return 0, max(1, (1 << bits_stored) // 16 - 1)
    return 0, 255


def changes_nothing(rule: WindowRule, minimum: int, maximum: int) -> bool:
    """Whether 8-bit values come out as they went in."""
    if (minimum, maximum) in ((0, 0), (0, 255)):
        return rule is not WindowRule.DICOM16
    return rule is WindowRule.PLAIN and maximum == 0


@lru_cache(maxsize=64)
def lookup_table(
    rule: WindowRule,
    minimum: int,
    maximum: int,
    inverted: bool = False,
    bits_stored: int = 8,
) -> Table:
    """Stored value → shown value, ``uint8``: 256 entries, or one for each stored value under DICOM16.

    0/0 is the full range under every rule; Open Dental shows such a DICOM image nearly white (facts §6.4, REC).
    """
    if (minimum, maximum) == (0, 0):
        minimum, maximum = full_range(rule, bits_stored)
    shown = (
        _dicom16(minimum, maximum, bits_stored)
        if rule is WindowRule.DICOM16
        else _eight_bits(rule, minimum, maximum)
    )
    table: Table = (255 - shown if inverted else shown).astype(np.uint8)
    table.flags.writeable = False
    return table


def _eight_bits(rule: WindowRule, minimum: int, maximum: int) -> NDArray[np.float64]:
    values = np.arange(256, dtype=np.float64)
    if changes_nothing(rule, minimum, maximum):
        return values
    if rule is WindowRule.DICOM8:
        return np.where(values < minimum, 0.0, np.where(values > maximum, 255.0, values))
    shown = np.rint(255 * (values - minimum) / _span(minimum, maximum))
    return np.where(values <= minimum, 0.0, np.where(values >= maximum, 255.0, shown))


def _dicom16(minimum: int, maximum: int, bits_stored: int) -> NDArray[np.float64]:
    values = np.arange(1 << max(9, bits_stored), dtype=np.float64) / 16
    shown = np.rint(255 * (values - minimum) / _span(minimum, maximum))
    return np.where(values < minimum, 0.0, np.where(values > maximum, 255.0, shown)).clip(0, 255)


def _span(minimum: int, maximum: int) -> int:
    """Never zero: at an empty or reversed window only the two outer branches count."""
    return max(1, maximum - minimum)


def apply_window(
    pixels: Pixels,
    rule: WindowRule,
    minimum: int,
    maximum: int,
    inverted: bool = False,
    bits_stored: int = 8,
) -> NDArray[np.uint8]:
    """The shown pixels, ``uint8`` in the same shape; alpha stays as it is. The input itself where nothing changes."""
    if not inverted and changes_nothing(rule, minimum, maximum):
        return pixels
    table = lookup_table(rule, minimum, maximum, inverted, bits_stored)
    if pixels.ndim == 3:
        return _colours(pixels, table)
    if pixels.dtype == np.uint8:
        return _bytes(pixels, table)
    shown = np.empty(pixels.shape, np.uint8)
    for rows in _blocks(pixels):
        np.take(table, pixels[rows], out=shown[rows], mode="clip")
    return shown


def _blocks(pixels: Pixels) -> list[slice]:
    """Rows in portions of about 64 KB: they stay in the cache, and their buffers never go back to the system."""
    rows = max(1, BLOCK_BYTES * len(pixels) // max(1, pixels.nbytes))
    return [slice(start, start + rows) for start in range(0, len(pixels), rows)]


def _bytes(pixels: Pixels, table: Table) -> NDArray[np.uint8]:
    """By ``bytes.translate``, twice as fast as indexing."""
    curve = table[:256].tobytes()
    shown = np.empty(pixels.shape, np.uint8)
    for rows in _blocks(pixels):
        part = pixels[rows]
        shown[rows] = np.frombuffer(part.tobytes().translate(curve), np.uint8).reshape(part.shape)
    return shown


def _colours(pixels: Pixels, table: Table) -> NDArray[np.uint8]:
    """PLAIN's curve leaves 255 where it is, and so the alpha of an opaque picture: nothing to mend there."""
    shown = _bytes(pixels, table)
    words = pixels.view(np.uint32) if pixels.strides[-1] == 1 else None
    if words is not None and np.bitwise_and.reduce(words, axis=None, initial=ALL_BITS) >> 24 == 255:
        return shown
    shown[..., 3] = pixels[..., 3]
    return shown


def array_of(picture: Picture) -> Pixels:
    """The picture's pixels as an array over the same memory."""
    dtype = np.dtype(DTYPES[picture.pixel_format])
    rows = np.frombuffer(picture.pixels, np.uint8, picture.stride * picture.height)
    row_bytes = picture.width * BYTES_PER_PIXEL[picture.pixel_format]
    array: Pixels = rows.reshape(picture.height, picture.stride)[:, :row_bytes].view(dtype)
    if picture.pixel_format is PixelFormat.BGRA:
        return array.reshape(picture.height, picture.width, 4)
    return array


def window_region(
    picture: Picture,
    x: int,
    y: int,
    width: int,
    height: int,
    step: int = 1,
    minimum: int = 0,
    maximum: int = 0,
) -> WindowedRegion:
    """The region from (x, y), every ``step``-th pixel of it, windowed: what a view asks for on each tick of a drag.

    The region is cut to the picture. For a smooth look hand in a picture already reduced to the view's size, and step 1.
    """
    region = array_of(picture)[y : y + height : step, x : x + width : step]
    shown = np.ascontiguousarray(
        apply_window(
            region,
            picture.window_rule,
            minimum,
            maximum,
            picture.inverted,
            picture.bits_stored,
        )
    )
    pixel_format = PixelFormat.BGRA if shown.ndim == 3 else PixelFormat.GRAY8
    rows, columns = shown.shape[:2]
    return WindowedRegion(
        shown.data if shown.size else b"",
        columns,
        rows,
        columns * BYTES_PER_PIXEL[pixel_format],
        pixel_format,
    )
