"""A single document as it is shown: facts §6.1, §6.3 and §7.3, at full size or brought into a box."""

import math

from odimaging.imaging import ink
from odimaging.imaging.allocation import Allocate, allocate_here, check_pixels
from odimaging.imaging.decode import Wanted, decode, full_size
from odimaging.imaging.paint import new_canvas, place
from odimaging.imaging.raster import Raster
from odimaging.imaging.reduction import Fit
from odimaging.imaging.transform import (
    Size,
    convert_old_crop,
    document_affine,
    document_size,
    shrink_to_fit,
    shrunk,
)
from odimaging.model.ports import PictureSource

TRANSPARENT = (0, 0, 0, 0)


def rendered(source: PictureSource, fit: Fit, allocate: Allocate = allocate_here) -> Raster:
    """BGRA with edits and drawings; with ``fit`` scaled down into that box. What no pixel covers is transparent."""
    width, height = full_size(source.data, source.extension, source.page)
    edits = convert_old_crop(width, height, source.edits)
    size = document_size(width, height, edits)
    check_pixels(*size)
    factor = shrink_to_fit(size, fit)
    out = shrunk(size, factor)
    raster = decode(
        source.data,
        source.extension,
        Wanted(source.page, needed(width, height, factor), preview=True),
    )
    canvas = new_canvas(*out, TRANSPARENT, allocate)
    affine = document_affine(width, height, edits).scaled(out[0] / size[0], out[1] / size[1])
    place(canvas, raster, affine, (0, 0, *out), edits)
    ink.draw(canvas, source.drawings, affine, edits.degrees_rotated)
    return Raster(canvas, width, height)


def needed(width: int, height: int, scale: float) -> Size | None:
    """How many pixels of a picture a reduced view needs; None: all."""
    if scale >= 1:
        return None
    return math.ceil(width * scale), math.ceil(height * scale)
