"""Decoded pixels for Qt: arrays wrapped as `QImage`, and the visible part of a picture windowed at screen resolution.

GUI thread. Scale first, then window (decision 41): what is seen is resampled once for each zoom or pan, and a tick of
a brightness drag only runs a lookup table over that screenful.
"""

from typing import Any, NamedTuple

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QTransform

from odimaging.gui.presenters.pyramid import Pyramid, windowed
from odimaging.gui.theme import LIGHT
from odimaging.model.picture import Edits, Picture, PixelFormat

BACKGROUND = QColor(LIGHT.picture)
"""Behind every picture, in both themes."""
SHOW_PIXELS = 8
"""From this zoom on pixels are shown as squares."""
FORMATS = {
    PixelFormat.GRAY8: QImage.Format.Format_Grayscale8,
    PixelFormat.GRAY16: QImage.Format.Format_Grayscale16,
    PixelFormat.BGRA: QImage.Format.Format_RGB32,
}


def to_image(picture: Picture) -> QImage:
    """A small picture, a tile or a text item, copied: it owns its pixels and keeps its transparency."""
    if picture.pixel_format is PixelFormat.BGRA:
        kind = QImage.Format.Format_ARGB32
    else:
        kind = FORMATS[picture.pixel_format]
    image = QImage(picture.pixels, picture.width, picture.height, picture.stride, kind)
    return image.copy()


def level_image(pyramid: Pyramid, index: int) -> QImage:
    """A level without a copy; valid while the pyramid lives. Not windowed."""
    level = pyramid.levels[index]
    height, width = level.shape[:2]
    kind = FORMATS[pyramid.picture.pixel_format]
    return QImage(level.data, width, height, level.strides[0], kind)


def word_image(words: Any) -> QImage:
    """An array of 0xFFRRGGBB without a copy; valid while the array lives."""
    height, width = words.shape
    return QImage(words.data, width, height, width * 4, QImage.Format.Format_RGB32)


def document_transform(pyramid: Pyramid, edits: Edits) -> QTransform:
    """Source pixels to pixels of the shown document (facts §6.1)."""
    from odimaging.imaging.transform import document_affine

    picture = pyramid.picture
    return qt_transform(document_affine(picture.source_width, picture.source_height, edits))


def document_size(pyramid: Pyramid, edits: Edits) -> tuple[int, int]:
    """How large the shown document is."""
    from odimaging.imaging import transform

    picture = pyramid.picture
    return transform.document_size(picture.source_width, picture.source_height, edits)


def qt_transform(affine: Any) -> QTransform:
    """An `imaging.transform.Affine` as Qt writes it."""
    return QTransform(affine.a, affine.d, affine.b, affine.e, affine.c, affine.f)


class Screenful:
    """A part of a picture at screen resolution: resampled by `look`, windowed by `image`. Reuses its buffers."""

    def __init__(self) -> None:
        self._pyramid: Pyramid | None = None
        self._raw: Any = None
        self._shown: Any = None
        self.rect = QRect()

    def look(self, pyramid: Pyramid, to_device: QTransform, rect: QRect) -> None:
        """Resample ``rect``, device pixels, from the nearest level; ``to_device`` maps source pixels."""
        self._pyramid, self.rect = pyramid, rect
        scale = (abs(to_device.determinant())) ** 0.5
        index = pyramid.level_for(scale)
        step = pyramid.scale * 2**index
        transform = QTransform.fromScale(step, step) * to_device
        transform *= QTransform.fromTranslate(-rect.x(), -rect.y())
        transform, back = _straightened(transform, rect.size())
        raw, scratch = _buffer(pyramid, rect.size().transposed() if back.swap else rect.size())
        painter = QPainter(scratch)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < SHOW_PIXELS)
        painter.setTransform(transform)
        painter.drawImage(0, 0, level_image(pyramid, index))
        painter.end()
        self._raw = back.turned(raw)

    def image(self, minimum: int, maximum: int) -> QImage:
        """What was looked at, windowed. Valid until the next call."""
        assert self._pyramid is not None
        self._shown = windowed(self._pyramid.picture, self._raw, minimum, maximum, self._shown)
        return word_image(self._shown)


def _buffer(pyramid: Pyramid, size: QSize) -> tuple[Any, QImage]:
    import numpy as np

    level = pyramid.levels[0]
    raw = np.zeros((size.height(), size.width(), *level.shape[2:]), level.dtype)
    kind = FORMATS[pyramid.picture.pixel_format]
    return raw, QImage(raw.data, size.width(), size.height(), raw.strides[0], kind)


class _Back(NamedTuple):
    """How a buffer drawn straight is turned as it should be."""

    mirror_x: bool = False
    mirror_y: bool = False
    swap: bool = False

    def turned(self, array: Any) -> Any:
        """C-contiguous; a colour pixel moves as one word."""
        if not any(self):
            return array
        import numpy as np

        words = array.view("<u4")[..., 0] if array.ndim == 3 else array
        words = words[:, ::-1] if self.mirror_x else words
        words = words[::-1] if self.mirror_y else words
        words = np.ascontiguousarray(words.T if self.swap else words)
        return words.view(array.dtype).reshape(*words.shape, 4) if array.ndim == 3 else words


def is_right_angled(transform: QTransform) -> bool:
    """Turned by a multiple of 90° at most: rectangles stay upright."""
    return (transform.m12() == 0 and transform.m21() == 0) or (
        transform.m11() == 0 and transform.m22() == 0
    )


def _straightened(transform: QTransform, size: QSize) -> tuple[QTransform, _Back]:
    """Without turn and mirror, which Qt draws three times slower, and how to put them back (90° and mirrors only)."""
    if not is_right_angled(transform):
        return transform, _Back()
    width, height = size.width(), size.height()
    swap = transform.m11() == 0
    if swap:
        transform = transform * QTransform(0, 1, 1, 0, 0, 0)
        width, height = height, width
    mirror_x, mirror_y = transform.m11() < 0, transform.m22() < 0
    if mirror_x:
        transform = transform * QTransform(-1, 0, 0, 1, width, 0)
    if mirror_y:
        transform = transform * QTransform(1, 0, 0, -1, 0, height)
    return transform, _Back(mirror_x, mirror_y, swap)


def upright(array: Any, transform: QTransform) -> tuple[Any, QTransform]:
    """An array of words and its way to the screen, both without turn and mirror: for what is drawn many times."""
    if not is_right_angled(transform):
        return array, transform
    height, width = array.shape
    swap = transform.m11() == 0
    if swap:
        transform = QTransform(0, 1, 1, 0, 0, 0) * transform
        width, height = height, width
    mirror_x, mirror_y = transform.m11() < 0, transform.m22() < 0
    if mirror_x:
        transform = QTransform(-1, 0, 0, 1, width, 0) * transform
    if mirror_y:
        transform = QTransform(1, 0, 0, -1, 0, height) * transform
    turned = array.T if swap else array
    turned = turned[:, ::-1] if mirror_x else turned
    import numpy as np

    return np.ascontiguousarray(turned[::-1] if mirror_y else turned), transform
