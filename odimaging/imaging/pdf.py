"""PDF pages, by PDFium: drawn at the size they are wanted, never larger than is safe. One thread only."""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pypdfium2

from odimaging.imaging.allocation import Allocate
from odimaging.imaging.raster import Raster
from odimaging.imaging.reduction import Fit
from odimaging.model.errors import DecodeFailed
from odimaging.model.picture import PictureInfo

pdfium: Any = pypdfium2
PASSWORD_ERROR = 4
"""PDFium's ``FPDF_ERR_PASSWORD``."""
_one_caller = threading.Lock()
"""PDFium must not be called from two threads."""
PIXELS_PER_POINT = 200 / 72
"""A page's own size is taken to be 200 dots per inch."""
MAX_PAGE_PIXELS = 60_000_000
ROUNDING = 0.999
"""Both sides may be rounded up."""
MIN_POINTS, MAX_POINTS = 0.1, 1e7


def inspect(data: Any) -> PictureInfo:
    """Size of the first page, number of pages."""
    with _open(data) as document:
        width, height = _size(document[0], PIXELS_PER_POINT)
        return PictureInfo(width, height, len(document))


def page_size(data: Any, number: int) -> tuple[int, int]:
    """Width and height of a page at its own size."""
    with _open(data) as document:
        return _size(_page(document, number), PIXELS_PER_POINT)


def decode(data: Any, number: int, fit: Fit, allocate: Allocate) -> Raster:
    """BGRA on white paper; with ``fit`` as large as that box needs in both directions, larger than its own size too."""
    with _open(data) as document:
        page = _page(document, number)
        full = _size(page, PIXELS_PER_POINT)
        scale = PIXELS_PER_POINT if fit is None else max(fit[0] / full[0], fit[1] / full[1])
        scale = scale if fit is None else scale * PIXELS_PER_POINT
        document.init_forms()
        return Raster(_rendered(page, scale, allocate), *full, opaque=True)


def _page(document: Any, number: int) -> Any:
    if not 0 <= number < len(document):
        raise DecodeFailed("This page is not in the file.", "page")
    return document[number]


@contextmanager
def _open(data: Any) -> Iterator[Any]:
    """The document, for one thread at a time."""
    with _one_caller:
        try:
            document = pdfium.PdfDocument(bytes(data))
        except pdfium.PdfiumError as error:
            raise _failure(error.err_code) from error
        try:
            yield document
        finally:
            document.close()


def _failure(code: int | None) -> DecodeFailed:
    if code == PASSWORD_ERROR:
        return DecodeFailed(
            "This PDF is protected by a password and cannot be shown here.", "password"
        )
    return DecodeFailed("This PDF is damaged and cannot be shown.", "pdf")


def _size(page: Any, scale: float) -> tuple[int, int]:
    """Pixels at this scale, brought within what is safe."""
    width, height = (min(MAX_POINTS, max(MIN_POINTS, side)) for side in page.get_size())
    scale = _safe(width, height, scale)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _safe(width: float, height: float, scale: float) -> float:
    """Shrinks until a page has at most `MAX_PAGE_PIXELS`."""
    return min(scale, ROUNDING * math.sqrt(MAX_PAGE_PIXELS / (width * height)))


def _rendered(page: Any, scale: float, allocate: Allocate) -> Any:
    width, height = (min(MAX_POINTS, max(MIN_POINTS, side)) for side in page.get_size())
    bitmap = page.render(
        scale=_safe(width, height, scale), fill_color=(255, 255, 255, 255), prefer_bgrx=True
    )
    try:
        drawn = bitmap.to_numpy()
        pixels = allocate((bitmap.height, bitmap.width, 4), "u1")
        pixels[..., : drawn.shape[2]] = drawn
        pixels[..., 3] = 255
        return np.asarray(pixels)
    finally:
        bitmap.close()
