"""Pixels onto a canvas: scale first, then window, then mirror, turn and cut (decision 41).

A canvas is height × width × 4, ``uint8``, blue green red alpha. Right angles move whole pixels; other angles are
interpolated. Everything that is shown or exported passes here, documents, mount items and texts alike.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from odimaging.imaging.allocation import Allocate
from odimaging.imaging.raster import Raster, to_array, to_image
from odimaging.imaging.reduction import reduced
from odimaging.imaging.transform import Affine, Box
from odimaging.model.picture import Edits

Canvas = NDArray[np.uint8]
Area = tuple[int, int, int, int]
"""Left, top, right, bottom, whole canvas pixels."""
BAND_ROWS = 256
NO_EDITS = Edits()


def new_canvas(
    width: int, height: int, colour: tuple[int, int, int, int], allocate: Allocate
) -> Canvas:
    """Filled with red, green, blue, alpha."""
    canvas: Canvas = allocate((height, width, 4), "u1")
    red, green, blue, alpha = colour
    canvas.view(np.uint32)[...] = np.array([blue, green, red, alpha], np.uint8).view(np.uint32)
    return canvas


def place(
    canvas: Canvas, raster: Raster, affine: Affine, clip: Area, edits: Edits = NO_EDITS
) -> None:
    """Draw a picture. ``affine``: pixels of its *full* size to canvas pixels; of ``edits`` only the window is used."""
    height, width = canvas.shape[:2]
    clip = _intersection(clip, (0, 0, width, height))
    enlarged = Affine(
        a=raster.source_width / raster.width, e=raster.source_height / raster.height
    ).then(affine)
    if enlarged.is_upright:
        _place_upright(canvas, raster, enlarged, clip, edits)
    else:
        _place_turned(canvas, raster, enlarged, clip, edits)


def whole_area(box: Box) -> Area:
    """The nearest whole pixels."""
    left, top, right, bottom = (math.floor(side + 0.5) for side in box)
    return left, top, right, bottom


def _intersection(one: Area, other: Area) -> Area:
    return (
        max(one[0], other[0]),
        max(one[1], other[1]),
        min(one[2], other[2]),
        min(one[3], other[3]),
    )


def _place_upright(
    canvas: Canvas, raster: Raster, affine: Affine, clip: Area, edits: Edits
) -> None:
    left, top, right, bottom = _intersection(
        whole_area(affine.bounds(raster.width, raster.height)), clip
    )
    if right <= left or bottom <= top:
        return
    back = affine.inverse()
    x0, y0 = back(left, top)
    x1, y1 = back(right, bottom)
    box = _within((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)), raster)
    size = (right - left, bottom - top)
    piece = _scaled(raster, box, size if affine.a else (size[1], size[0])).windowed(edits)
    _blend(canvas[top:bottom, left:right], _oriented(piece.pixels, affine), piece.opaque)


def _within(box: Box, raster: Raster) -> Box:
    """Cut to the picture, and freed of what rounding left behind whole numbers."""
    limits = (raster.width, raster.height, raster.width, raster.height)
    left, top, right, bottom = (
        min(max(round(side, 6), 0.0), float(limit)) for side, limit in zip(box, limits, strict=True)
    )
    # A sliver at the very edge still needs a pixel to be read from.
    return min(left, limits[0] - 1e-3), min(top, limits[1] - 1e-3), right, bottom


def _scaled(raster: Raster, box: Box, size: tuple[int, int]) -> Raster:
    """The part ``box`` of a picture at ``size`` pixels."""
    left, top, right, bottom = box
    if (right - left, bottom - top) == size and left == int(left) and top == int(top):
        pixels = raster.pixels[int(top) : int(bottom), int(left) : int(right)]
        return raster.with_pixels(pixels)
    pixels, factor = raster.pixels, 1
    if pixels.dtype == np.uint16:  # Pillow cannot reduce these by itself
        factor = max(1, int(min((right - left) / size[0], (bottom - top) / size[1]) // 2))
        pixels = reduced(pixels, factor)
    image = to_image(pixels, raster.opaque)
    limits = (image.width, image.height, image.width, image.height)
    left, top, right, bottom = (
        min(side / factor, limit) for side, limit in zip(box, limits, strict=True)
    )
    filter_ = Image.Resampling.BICUBIC
    gap = None if image.mode == "I;16" else 2.0
    return raster.with_pixels(
        to_array(image.resize(size, filter_, (left, top, right, bottom), gap))
    )


def _oriented(pixels: NDArray[Any], affine: Affine) -> NDArray[Any]:
    """Mirrored and turned by right angles, as the signs of the map say."""
    if affine.a == 0:
        pixels = pixels.swapaxes(0, 1)
        x, y = affine.b, affine.d
    else:
        x, y = affine.a, affine.e
    if x < 0:
        pixels = pixels[:, ::-1]
    return pixels[::-1] if y < 0 else pixels


def _place_turned(canvas: Canvas, raster: Raster, affine: Affine, clip: Area, edits: Edits) -> None:
    left, top, right, bottom = affine.bounds(raster.width, raster.height)
    outer = (math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom))
    left, top, right, bottom = _intersection(outer, clip)
    if right <= left or bottom <= top:
        return
    shrink = min(1.0, affine.scale)
    size = max(1, round(raster.width * shrink)), max(1, round(raster.height * shrink))
    whole = (0.0, 0.0, float(raster.width), float(raster.height))
    piece = _with_margin(_scaled(raster, whole, size).windowed(edits).pixels)
    # From the piece, which has a transparent margin of one pixel so that its edges come out smooth.
    onto = (
        Affine(c=-1.0, f=-1.0)
        .scaled(raster.width / size[0], raster.height / size[1])
        .then(affine)
        .moved(-left, -top)
    )
    back = onto.inverse()
    turned = to_image(piece).transform(
        (right - left, bottom - top),
        Image.Transform.AFFINE,
        (back.a, back.b, back.c, back.d, back.e, back.f),
        Image.Resampling.BICUBIC,
    )
    _blend(canvas[top:bottom, left:right], to_array(turned), opaque=False)


def _with_margin(pixels: NDArray[Any]) -> NDArray[Any]:
    height, width = pixels.shape[:2]
    wide = np.zeros((height + 2, width + 2, 4), np.uint8)
    inner = wide[1:-1, 1:-1]
    if pixels.ndim == 3:
        inner[...] = pixels
    else:
        inner[..., :3] = pixels[..., None]
        inner[..., 3] = 255
    # The margin repeats the outermost colours: transparent black would darken the edge.
    wide[0, :, :3], wide[-1, :, :3] = wide[1, :, :3], wide[-2, :, :3]
    wide[:, 0, :3], wide[:, -1, :3] = wide[:, 1, :3], wide[:, -2, :3]
    return wide


def _blend(region: Canvas, piece: NDArray[Any], opaque: bool) -> None:
    """Lay gray or BGRA pixels over the canvas."""
    if piece.ndim == 2:
        # Four bytes at a time: a gray pixel is its value three times below a full alpha.
        region.view(np.uint32)[..., 0] = piece * np.uint32(0x00010101) | np.uint32(0xFF000000)
    elif opaque:
        region[...] = piece
        region[..., 3] = 255
    else:
        for top in range(0, len(piece), BAND_ROWS):
            _over(region[top : top + BAND_ROWS], piece[top : top + BAND_ROWS])


def is_full(pixels: NDArray[Any]) -> bool:
    """Whether no pixel of these is transparent in the least."""
    words = np.ascontiguousarray(pixels).view(np.uint32)
    return bool(np.bitwise_and.reduce(words, axis=None, initial=0xFFFFFFFF) >> 24 == 255)


def _over(below: Canvas, above: NDArray[Any]) -> None:
    if is_full(above):
        below[...] = above
        return
    cover = above[..., 3:].astype(np.float32) / 255
    under = below[..., 3:].astype(np.float32) / 255 * (1 - cover)
    total = cover + under
    mixed = above[..., :3] * cover + below[..., :3] * under
    below[..., :3] = np.rint(mixed / np.where(total > 0, total, 1))
    below[..., 3:] = np.rint(total * 255)
