"""One picture on a dark ground: zoom at the cursor, pan, brightness by right-drag. Shows; stores nothing."""

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPolygonF,
    QRegion,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from odimaging.gui.presenters.camera import Camera
from odimaging.gui.presenters.pyramid import Pyramid
from odimaging.gui.presenters.windowing import Window
from odimaging.gui.text import translate
from odimaging.gui.views.drawings import paint_drawings
from odimaging.gui.views.pixels import (
    BACKGROUND,
    Screenful,
    document_size,
    document_transform,
)
from odimaging.model.mount import ImageDraw
from odimaging.model.picture import Edits

ZOOM_STEP = 1.25
NOTCH = 120


class ImageView(QWidget):
    """Give it a tile at once with `show_tile`, then pyramids, coarse and full, with `show_picture`."""

    windowed = Signal(object)
    """A `Window`, while it is dragged."""
    window_released = Signal(object)
    """A `Window`: the drag ended, store it."""
    menu_asked = Signal(QPoint)
    """Global position: a right click without a drag, or the Menu key."""
    zoomed = Signal(float)
    """Device pixels a picture pixel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("imageView")
        self.setAccessibleName(translate("Picture"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 120)
        self.camera = Camera(0, 0, 0, 0)
        self.window_now = Window()
        self.can_window = False
        self._pyramid: Pyramid | None = None
        self._edits = Edits()
        self._drawings: tuple[ImageDraw, ...] = ()
        self._show_drawings = True
        self._tile: QImage | None = None
        self._screenful = Screenful()
        self._stale = True
        self._pressed: QPoint | None = None
        self._button = Qt.MouseButton.NoButton
        self._dragging = False
        self._window_before = Window()

    @property
    def pyramid(self) -> Pyramid | None:
        """What is shown; None before the first pixels."""
        return self._pyramid

    def clear(self) -> None:
        """Another document is coming: nothing to see yet."""
        self._pyramid, self._tile, self._drawings = None, None, ()
        self._end_drag()
        self.camera = Camera(*self._device_size(), 0, 0)
        self._refresh()

    def show_tile(self, tile: QImage) -> None:
        """The thumbnail, edits included, until pixels come."""
        if self._pyramid is None:
            self._tile = tile
            self.update()

    def show_picture(self, pyramid: Pyramid, edits: Edits) -> None:
        """Pixels. The same picture in finer ones replaces coarse ones without a jump."""
        self._pyramid, self._tile = pyramid, None
        self.set_edits(edits)

    def set_edits(self, edits: Edits) -> None:
        """The row's edits; a window being dragged stays."""
        self._edits = edits
        if not (self._dragging and self._button is Qt.MouseButton.RightButton):
            self.window_now = Window(edits.windowing_min, edits.windowing_max)
        if self._pyramid is not None:
            self.camera = self.camera.over(*document_size(self._pyramid, edits))
        self._refresh()
        self.zoomed.emit(self.camera.zoom)

    def set_drawings(self, drawings: tuple[ImageDraw, ...]) -> None:
        """What is drawn on the picture, in its stored pixels."""
        self._drawings = drawings
        self.update()

    def show_drawings(self, on: bool) -> None:
        """Only for looking: nothing is stored."""
        self._show_drawings = on
        self.update()

    def fit(self) -> None:
        """Everything."""
        self._look(self.camera.fit())

    def zoom_to(self, zoom: float, at: QPointF | None = None) -> None:
        """To ``zoom`` device pixels a pixel, around a point of the widget (its middle)."""
        point = at if at is not None else QPointF(self.width() / 2, self.height() / 2)
        ratio = self.devicePixelRatioF()
        self._look(self.camera.zoomed(zoom, point.x() * ratio, point.y() * ratio))

    def zoom_by(self, steps: float, at: QPointF | None = None) -> None:
        """In or out."""
        self.zoom_to(self.camera.zoom * ZOOM_STEP**steps, at)

    def picture_rect(self) -> QRectF:
        """Where the shown document lies, in logical pixels of the widget."""
        left, top = self.camera.origin
        ratio, zoom = self.devicePixelRatioF(), self.camera.zoom
        size = (self.camera.width * zoom / ratio, self.camera.height * zoom / ratio)
        return QRectF(left / ratio, top / ratio, *size)

    # ------------------------------------------------------------ painting

    def _device_size(self) -> tuple[int, int]:
        ratio = self.devicePixelRatioF()
        return round(self.width() * ratio), round(self.height() * ratio)

    def _look(self, camera: Camera) -> None:
        self.camera = camera
        self._refresh()
        self.zoomed.emit(camera.zoom)

    def _refresh(self) -> None:
        self._stale = True
        self.update()

    def _to_device(self) -> QTransform:
        assert self._pyramid is not None
        zoom, (left, top) = self.camera.zoom, self.camera.origin
        shown = QTransform(zoom, 0, 0, zoom, left, top)
        return document_transform(self._pyramid, self._edits) * shown

    def _seen(self, to_device: QTransform) -> tuple[QRect, QPolygonF]:
        """The visible device rectangle of the document, and the picture's outline."""
        assert self._pyramid is not None
        picture = self._pyramid.picture
        outline = to_device.map(
            QPolygonF(QRectF(0, 0, picture.source_width, picture.source_height))
        )
        left, top = self.camera.origin
        zoom = self.camera.zoom
        document = QRectF(left, top, self.camera.width * zoom, self.camera.height * zoom)
        seen = document.intersected(outline.boundingRect()).intersected(
            QRectF(0, 0, *self._device_size())
        )
        return _whole(seen), outline

    def _paint_picture(self, painter: QPainter) -> None:
        assert self._pyramid is not None
        to_device = self._to_device()
        seen, outline = self._seen(to_device)
        if seen.isEmpty():
            return
        if self._stale:
            self._screenful.look(self._pyramid, to_device, seen)
            self._stale = False
        image = self._screenful.image(self.window_now.minimum, self.window_now.maximum)
        ratio = self.devicePixelRatioF()
        painter.scale(1 / ratio, 1 / ratio)
        if self._edits.degrees_rotated % 90:
            painter.setClipRegion(_region(outline))
        painter.drawImage(seen.topLeft(), image)
        painter.setClipping(False)
        if self._drawings and self._show_drawings:
            self._paint_drawings(painter, to_device, seen)
        painter.scale(ratio, ratio)

    def _paint_drawings(self, painter: QPainter, to_device: QTransform, seen: QRect) -> None:
        painter.save()
        painter.setClipRect(seen)
        painter.setTransform(to_device, True)
        paint_drawings(painter, self._drawings, self._edits.degrees_rotated)
        painter.restore()

    def _paint_tile(self, painter: QPainter, tile: QImage) -> None:
        size = tile.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(QPoint(0, 0), size)
        place.moveCenter(self.rect().center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, tile)

    def _paint_badge(self, painter: QPainter, words: str, corner: Qt.AlignmentFlag) -> None:
        box = painter.fontMetrics().boundingRect(words).adjusted(-10, -5, 10, 5)
        box.moveTo(12, 12)
        if corner & Qt.AlignmentFlag.AlignBottom:
            box.moveBottom(self.height() - 12)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(20, 24, 28, 210))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor(255, 255, 255))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    # ------------------------------------------------------------ mouse

    def _end_drag(self) -> None:
        self._pressed, self._dragging = None, False
        self._button = Qt.MouseButton.NoButton
        self.unsetCursor()

    def _drag(self, to: QPoint) -> None:
        assert self._pressed is not None
        delta = to - self._pressed
        if self._button is Qt.MouseButton.LeftButton:
            self._pressed = to
            ratio = self.devicePixelRatioF()
            self._look(self.camera.panned(delta.x() * ratio, delta.y() * ratio))
        elif self.can_window:
            self.window_now = self._window_before.dragged(delta.x(), delta.y())
            self.windowed.emit(self.window_now)
            self.update()

    def cancel_drag(self) -> bool:
        """Esc during a drag: back to the stored window. True if there was one."""
        if not (self._dragging and self._button is Qt.MouseButton.RightButton):
            return False
        self.window_now = self._window_before
        self._end_drag()
        self.update()
        return True

    # ------------------------------------------------------------ Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, picture or tile, badges."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), BACKGROUND)
        if self._pyramid is not None:
            self._paint_picture(painter)
        elif self._tile is not None:
            self._paint_tile(painter, self._tile)
        if self._edits.is_flipped and self._pyramid is not None:
            self._paint_badge(painter, translate("Flipped"), Qt.AlignmentFlag.AlignTop)
        if self._dragging and self._button is Qt.MouseButton.RightButton and self.can_window:
            self._paint_badge(painter, self.window_now.words, Qt.AlignmentFlag.AlignBottom)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stays fitted, or keeps its middle."""
        self._look(self.camera.resized(*self._device_size()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor."""
        self.zoom_by(event.angleDelta().y() / NOTCH, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A pan or a brightness drag may begin."""
        if self._button is not Qt.MouseButton.NoButton:
            return
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            event.ignore()
            return
        self._pressed, self._button = event.position().toPoint(), event.button()
        self._dragging, self._window_before = False, self.window_now

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, or change the window live."""
        if self._pressed is None:
            return
        to = event.position().toPoint()
        far = (to - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if not self._dragging and far:
            self._dragging = True
            left = self._button is Qt.MouseButton.LeftButton
            self.setCursor(
                Qt.CursorShape.ClosedHandCursor if left else Qt.CursorShape.SizeAllCursor
            )
        if self._dragging:
            self._drag(to)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The end of a drag, or a click for the menu."""
        if event.button() is not self._button:
            return
        right, dragged = self._button is Qt.MouseButton.RightButton, self._dragging
        self._end_drag()
        self.update()
        if right and not dragged:
            self.menu_asked.emit(event.globalPosition().toPoint())
        elif right and self.can_window and self.window_now != self._window_before:
            self.window_released.emit(self.window_now)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fit and 1:1 in turn."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        if self.camera.fitted:
            self.zoom_to(1.0, event.position())
        else:
            self.fit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The Menu key; a right click is asked at its release, it may become a drag."""
        if event.reason() is not QContextMenuEvent.Reason.Mouse:
            self.menu_asked.emit(self.mapToGlobal(self.rect().center()))
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Another screen may have other pixels."""
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self._look(self.camera.resized(*self._device_size()))
        return super().event(event)


def _whole(rect: QRectF) -> QRect:
    """Every device pixel whose middle lies in it."""
    left, top = round(rect.left()), round(rect.top())
    return QRect(left, top, round(rect.right()) - left, round(rect.bottom()) - top)


def _region(outline: QPolygonF) -> QRegion:
    return QRegion(outline.toPolygon())
