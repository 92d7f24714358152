"""Decoded pixels for Qt: arrays wrapped as `QImage`, and the visible part of a picture windowed at screen resolution.

GUI thread. Scale first, then window (decision 41): what is seen is resampled once for each zoom or pan, and a tick of
a brightness drag only runs a lookup table over that screenful.
"""

from typing import Any

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QTransform

from odimaging.gui.presenters.pyramid import Pyramid, windowed
from odimaging.gui.theme import LIGHT
from odimaging.model.picture import Edits, Picture, PixelFormat

BACKGROUND = QColor(LIGHT.picture)
"""Behind every picture, in both themes."""
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
        self._raw, scratch = _buffer(pyramid, rect.size())
        scale = (abs(to_device.determinant())) ** 0.5
        index = pyramid.level_for(scale)
        step = pyramid.scale * 2**index
        transform = QTransform.fromScale(step, step) * to_device
        transform *= QTransform.fromTranslate(-rect.x(), -rect.y())
        painter = QPainter(scratch)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 8)
        painter.setTransform(transform)
        painter.drawImage(0, 0, level_image(pyramid, index))
        painter.end()

    def image(self, minimum: int, maximum: int) -> QImage:
        """What was looked at, windowed. Valid until the next call."""
        assert self._pyramid is not None
        self._shown = windowed(self._pyramid.picture, self._raw, minimum, maximum, self._shown)
        height, width = self._raw.shape[:2]
        return QImage(self._shown.data, width, height, width * 4, QImage.Format.Format_RGB32)


def _buffer(pyramid: Pyramid, size: QSize) -> tuple[Any, QImage]:
    import numpy as np

    level = pyramid.levels[0]
    raw = np.zeros((size.height(), size.width(), *level.shape[2:]), level.dtype)
    kind = FORMATS[pyramid.picture.pixel_format]
    return raw, QImage(raw.data, size.width(), size.height(), raw.strides[0], kind)
