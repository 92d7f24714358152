"""Open Dental's thumbnails: 100 × 100, the whole picture centred, small ones enlarged (facts §5.2, decision 42)."""

from dataclasses import replace

from odimaging.imaging import render
from odimaging.imaging.allocation import allocate_here
from odimaging.imaging.encode import encoded
from odimaging.imaging.formats import can_write
from odimaging.imaging.layout import letterbox
from odimaging.imaging.paint import new_canvas, place
from odimaging.imaging.raster import Raster
from odimaging.imaging.transform import Affine
from odimaging.model.ports import PictureSource

SIDE = 100


def thumbnail(source: PictureSource, extension: str) -> bytes:
    """Edits but no drawings; transparent margins, white where the format has none. Written as PNG if not as asked."""
    shown = render.rendered(replace(source, drawings=()), (SIDE, SIDE))
    box = letterbox((shown.width, shown.height), (SIDE, SIDE), enlarge=True)
    canvas = new_canvas(SIDE, SIDE, render.TRANSPARENT, allocate_here)
    tile = Raster(shown.pixels, shown.width, shown.height)
    onto = Affine().scaled(box.width / shown.width, box.height / shown.height).moved(box.x, box.y)
    place(canvas, tile, onto, (box.x, box.y, box.x + box.width, box.y + box.height))
    return encoded(canvas, extension if can_write(extension) else ".png")
