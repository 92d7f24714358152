"""A mount as one picture: facts §6.5. Each item is decoded only as large as its position needs, two at a time."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from odimaging.imaging import ink, layout, lettering
from odimaging.imaging.allocation import Allocate, allocate_here, check_pixels
from odimaging.imaging.damage import DAMAGED
from odimaging.imaging.decode import Wanted, decode, full_size
from odimaging.imaging.paint import Area, Canvas, new_canvas, place
from odimaging.imaging.raster import Raster
from odimaging.imaging.reduction import Fit
from odimaging.imaging.render import needed
from odimaging.imaging.transform import Affine, convert_old_crop, shrink_to_fit, shrunk
from odimaging.model.errors import DecodeFailed, UnsupportedFormat
from odimaging.model.mount import Mount, MountItem
from odimaging.model.ports import MountPicture, PictureSource

THREADS = 2


def composed(mount: MountPicture, fit: Fit, allocate: Allocate = allocate_here) -> Raster:
    """BGRA at the mount's own size, or composed at the scale that brings it into ``fit``."""
    full = (mount.mount.width, mount.mount.height)
    check_pixels(*full)
    factor = shrink_to_fit(full, fit)
    size = shrunk(full, factor)
    canvas = new_canvas(*size, layout.colour(mount.mount.color_back), allocate)
    items = layout.drawn(mount.items)
    with ThreadPoolExecutor(THREADS) as threads:
        pictures = threads.map(lambda item: _picture(mount, item, factor), items)
        for item, raster in zip(items, pictures, strict=True):
            _draw_item(canvas, mount, item, raster, factor)
    _outline(canvas, items, factor)
    ink.draw(canvas, mount.drawings, Affine().scaled(factor))
    return Raster(canvas, *full)


def text_item(mount: Mount, item: MountItem, text: str, factor: float = 1.0) -> Raster:
    """A text item alone, at its own size times ``factor``."""
    width, height = shrunk((item.width, item.height), factor)
    check_pixels(width, height)
    tile = lettering.written(
        text,
        max(layout.SMALLEST_FONT, layout.text_font_pixels(item) * factor),
        (width, height),
        layout.colour(mount.color_fore),
        layout.colour(mount.color_text_back),
    )
    return Raster(tile, width, height)


def _source(mount: MountPicture, item: MountItem) -> PictureSource | None:
    return None if item.is_text else mount.sources.get(item.mount_item_num)


def _picture(mount: MountPicture, item: MountItem, factor: float) -> Raster | None:
    """None: nothing stands there, or what does is damaged."""
    source = _source(mount, item)
    if source is None:
        return None
    try:
        width, height = full_size(source.data, source.extension, source.page)
        edits = convert_old_crop(width, height, source.edits)
        scale = layout.scale_in_item(item, width, height, edits) * factor
        wanted = Wanted(source.page, needed(width, height, scale))
        return decode(source.data, source.extension, wanted)
    except (DecodeFailed, UnsupportedFormat, MemoryError, *DAMAGED):
        return None


def _draw_item(
    canvas: Canvas, mount: MountPicture, item: MountItem, raster: Raster | None, factor: float
) -> None:
    source = _source(mount, item)
    if item.width <= 0 or item.height <= 0:
        return
    if item.is_text:
        text = mount.texts.get(item.mount_item_num, item.text_showing)
        _lay(canvas, text_item(mount.mount, item, text, factor), item, factor)
    elif raster is not None and source is not None:
        edits = convert_old_crop(raster.source_width, raster.source_height, source.edits)
        placed = layout.place(item, raster.source_width, raster.source_height, edits)
        clip = _area(placed.clip, factor)
        place(canvas, raster, placed.affine.scaled(factor), clip, edits)
    elif item.item_order:
        _lay(canvas, _number(item, factor), item, factor)


def _number(item: MountItem, factor: float) -> Raster:
    width, height = shrunk((item.width, item.height), factor)
    pixels = max(layout.SMALLEST_FONT, layout.number_font_pixels(item) * factor)
    fore = (*layout.NUMBER_COLOUR, 255)
    tile = lettering.centred(str(item.item_order), pixels, (width, height), fore)
    return Raster(tile, width, height)


def _lay(canvas: Canvas, tile: Raster, item: MountItem, factor: float) -> None:
    """A tile already at its final size onto its item."""
    area = _area(layout.rectangle(item), factor)
    onto = Affine(c=float(area[0]), f=float(area[1]))
    place(canvas, replace(tile, source_width=tile.width, source_height=tile.height), onto, area)


def _area(rectangle: layout.Rectangle, factor: float) -> Area:
    """Whole canvas pixels; neighbours stay neighbours, since both edges are rounded for themselves."""
    return (
        round(rectangle.x * factor),
        round(rectangle.y * factor),
        round((rectangle.x + rectangle.width) * factor),
        round((rectangle.y + rectangle.height) * factor),
    )


def _outline(canvas: Canvas, items: Iterable[MountItem], factor: float) -> None:
    """One pixel around every item: from x to x + width, both included."""
    height, width = canvas.shape[:2]
    colour = (*layout.OUTLINE[::-1], 255)
    for item in items:
        left, top, right, bottom = _area(layout.rectangle(item), factor)
        columns = slice(max(0, left), max(0, right + 1))
        rows = slice(max(0, top), max(0, bottom + 1))
        for row in {top, bottom}:
            if 0 <= row < height:
                canvas[row, columns] = colour
        for column in {left, right}:
            if 0 <= column < width:
                canvas[rows, column] = colour
