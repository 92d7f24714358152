"""Stored drawings over a mount or a picture on screen (facts §7.3): what the export's own ink puts on pixels, at every zoom."""

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from odimaging.model.mount import DrawType, ImageDraw

LINE_WIDTH = 2.0
"""Pixels of the mount or of the stored picture: it grows with the zoom."""


class DrawingsItem(QGraphicsItem):
    """All drawings of a mount, over its positions."""

    def __init__(self, drawings: Iterable[ImageDraw], canvas: QRectF) -> None:
        super().__init__()
        self._drawings = tuple(drawings)
        self._canvas = canvas
        self.setZValue(1)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        """The mount: what lies outside is cut, as in the export."""
        return self._canvas

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """In order."""
        painter.save()
        painter.setClipRect(self._canvas, Qt.ClipOperation.IntersectClip)
        paint_drawings(painter, self._drawings)
        painter.restore()


def paint_drawings(painter: QPainter, drawings: Iterable[ImageDraw], degrees: float = 0.0) -> None:
    """In order, in the painter's coordinates. ``degrees``: how far these are turned, so that texts stand upright."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for drawing in drawings:
        painter.save()
        _paint(painter, drawing, degrees)
        painter.restore()


def _paint(painter: QPainter, drawing: ImageDraw, degrees: float) -> None:
    from odimaging.imaging.drawing import read_points

    color = _color(drawing.color_draw)
    if drawing.draw_type is DrawType.TEXT:
        _paint_text(painter, drawing, color, degrees)
        return
    points = QPolygonF([QPointF(x, y) for x, y in read_points(drawing.drawing_segment)])
    if drawing.draw_type in (DrawType.LINE, DrawType.PEN) and points.size() > 1:
        painter.setPen(
            QPen(
                color,
                LINE_WIDTH,
                Qt.PenStyle.SolidLine,
                Qt.PenCapStyle.RoundCap,
                Qt.PenJoinStyle.RoundJoin,
            )
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(points)
    elif drawing.draw_type is DrawType.POLYGON:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawPolygon(points)


def _paint_text(painter: QPainter, drawing: ImageDraw, color: QColor, degrees: float) -> None:
    from odimaging.imaging.drawing import font_points, read_text
    from odimaging.imaging.layout import PIXELS_PER_POINT

    drawn = read_text(drawing.draw_text)
    font = QFont(painter.font())
    font.setPixelSize(max(1, round(font_points(drawing.font_size) * PIXELS_PER_POINT)))
    metrics = QFontMetricsF(font)
    painter.translate(drawn.x, drawn.y)
    painter.rotate(-degrees)
    box = QRectF(0, 0, metrics.horizontalAdvance(drawn.text), metrics.height())
    back = _color(drawing.color_back)
    if drawn.text and back.alpha():
        painter.fillRect(box, back)
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(box, Qt.TextFlag.TextDontClip, drawn.text)


def _color(argb: int) -> QColor:
    from odimaging.imaging.layout import colour

    return QColor(*colour(argb))
