"""Stored drawings onto a canvas: facts §7.3. Coordinates are the original picture's, or the mount's."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL import ImageDraw as PillowDraw

from odimaging.imaging.drawing import Point, font_points, read_points, read_text
from odimaging.imaging.layout import PIXELS_PER_POINT, colour
from odimaging.imaging.lettering import label
from odimaging.imaging.paint import Area, Canvas, place
from odimaging.imaging.raster import Raster
from odimaging.imaging.transform import Affine, cosine_and_sine
from odimaging.model.mount import DrawType, ImageDraw

LINE_WIDTH = 2.0
"""Pixels of the original picture: it grows with the zoom."""
PIECE = 256.0
"""Longest part of a line drawn at once, in canvas pixels."""
SMOOTHING = 4
SMOOTH_PIXELS = 2_000_000


def draw(
    canvas: Canvas, drawings: Iterable[ImageDraw], affine: Affine, degrees: float = 0.0
) -> None:
    """All drawings in order. ``degrees``: how far the picture is turned, so that texts stand upright; 0 for mounts."""
    for drawing in drawings:
        if drawing.draw_type is DrawType.TEXT:
            _draw_text(canvas, drawing, affine, degrees)
        elif drawing.draw_type in (DrawType.LINE, DrawType.PEN):
            _draw_line(canvas, drawing, affine)
        elif drawing.draw_type is DrawType.POLYGON:
            _draw_polygon(canvas, drawing, affine)


def _draw_text(canvas: Canvas, drawing: ImageDraw, affine: Affine, degrees: float) -> None:
    drawn = read_text(drawing.draw_text)
    if not drawn.text:
        return
    zoom = max(affine.scale, 1e-6)
    pixels = font_points(drawing.font_size) * PIXELS_PER_POINT * zoom
    back = colour(drawing.color_back)
    tile = label(drawn.text, max(1.0, pixels), colour(drawing.color_draw), back)
    cosine, sine = cosine_and_sine(-degrees)
    onto = (
        Affine(a=1 / zoom, e=1 / zoom)
        .then(Affine(cosine, -sine, 0.0, sine, cosine, 0.0))
        .moved(drawn.x, drawn.y)
        .then(affine)
    )
    height, width = tile.shape[:2]
    place(canvas, Raster(tile, width, height), onto, _all(canvas))


def _all(canvas: Canvas) -> Area:
    return 0, 0, canvas.shape[1], canvas.shape[0]


def _draw_line(canvas: Canvas, drawing: ImageDraw, affine: Affine) -> None:
    points = [affine(x, y) for x, y in read_points(drawing.drawing_segment)]
    mask = np.zeros(canvas.shape[:2], np.uint8)
    radius = LINE_WIDTH / 2 * affine.scale
    for start, end in pairwise(points):
        for first, last in _pieces(start, end):
            _stroke(mask, first, last, radius)
    _colour_in(canvas, mask, drawing.color_draw)


def _pieces(start: Point, end: Point) -> Iterator[tuple[Point, Point]]:
    """A long line in parts, so that each lies in a small box."""
    (x0, y0), (x1, y1) = start, end
    count = max(1, int(max(abs(x1 - x0), abs(y1 - y0)) // PIECE) + 1)
    if count > 1000:  # far outside any picture: a damaged row
        return
    for number in range(count):
        a, b = number / count, (number + 1) / count
        yield (
            (x0 + (x1 - x0) * a, y0 + (y1 - y0) * a),
            (x0 + (x1 - x0) * b, y0 + (y1 - y0) * b),
        )


def _stroke(mask: NDArray[np.uint8], start: Point, end: Point, radius: float) -> None:
    """A line with round ends, by each pixel's distance from it."""
    (x0, y0), (x1, y1) = start, end
    reach = radius + 1
    height, width = mask.shape
    left, right = max(0, int(min(x0, x1) - reach)), min(width, int(max(x0, x1) + reach) + 1)
    top, bottom = max(0, int(min(y0, y1) - reach)), min(height, int(max(y0, y1) + reach) + 1)
    if right <= left or bottom <= top:
        return
    x = np.arange(left, right, dtype=np.float32)[None, :] + np.float32(0.5 - x0)
    y = np.arange(top, bottom, dtype=np.float32)[:, None] + np.float32(0.5 - y0)
    dx, dy = x1 - x0, y1 - y0
    along = np.clip((x * dx + y * dy) / ((dx * dx + dy * dy) or 1.0), 0, 1)
    distance = np.hypot(x - along * dx, y - along * dy)
    cover = np.clip(radius + 0.5 - distance, 0, 1) * min(1.0, 2 * radius)
    part = mask[top:bottom, left:right]
    np.maximum(part, np.rint(cover * 255).astype(np.uint8), out=part)


def _draw_polygon(canvas: Canvas, drawing: ImageDraw, affine: Affine) -> None:
    points = [affine(x, y) for x, y in read_points(drawing.drawing_segment)]
    if len(points) < 3:
        return
    height, width = canvas.shape[:2]
    times = SMOOTHING if width * height <= SMOOTH_PIXELS else 1
    mask = Image.new("L", (width * times, height * times))
    corners = [(x * times - 0.5, y * times - 0.5) for x, y in points]
    PillowDraw.Draw(mask).polygon(corners, fill=255)
    _colour_in(canvas, np.asarray(mask.reduce(times) if times > 1 else mask), drawing.color_draw)


def _colour_in(canvas: Canvas, mask: NDArray[np.uint8], argb: int) -> None:
    """A colour wherever the mask is set, as strongly as it is."""
    red, green, blue, alpha = colour(argb)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size or not alpha:
        return
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    tile = np.empty((bottom - top, right - left, 4), np.uint8)
    tile[..., :3] = (blue, green, red)
    tile[..., 3] = (mask[top:bottom, left:right].astype(np.uint16) * alpha + 127) // 255
    area = (int(left), int(top), int(right), int(bottom))
    height, width = tile.shape[:2]
    place(canvas, Raster(tile, width, height), Affine(c=float(left), f=float(top)), area)
