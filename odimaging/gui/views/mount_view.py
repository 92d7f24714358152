"""A mount composed live: every position where `imaging.layout` puts it, zoom at the cursor, arrows between positions."""

from typing import Any, NamedTuple

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QGraphicsItem,
    QGraphicsScene,
    QGraphicsView,
    QStyleOptionGraphicsItem,
    QWidget,
)

from odimaging.gui.presenters.mount import MountPresenter
from odimaging.gui.presenters.pyramid import Pyramid, windowed
from odimaging.gui.presenters.windowing import Window
from odimaging.gui.text import translate
from odimaging.gui.views.drawings import DrawingsItem
from odimaging.gui.views.image_view import NOTCH, ZOOM_STEP
from odimaging.gui.views.pixels import (
    BACKGROUND,
    SHOW_PIXELS,
    document_transform,
    qt_transform,
    to_image,
    upright,
    word_image,
)
from odimaging.model.document import Document
from odimaging.model.ids import MountItemNum
from odimaging.model.mount import MountItem
from odimaging.model.picture import Edits

SELECTED = QColor(255, 214, 10)
MARGIN = 12
LIVE_PIXELS = 1_500_000
"""While brightness is dragged a coarser level is shown above this many pixels: a tick stays short."""
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class _Level(NamedTuple):
    """The image lies over the array: both are kept."""

    words: Any
    image: QImage
    way: QTransform


class PositionItem(QGraphicsItem):
    """One item of the mount: a picture, a text, or the number of an empty position."""

    def __init__(self, item: MountItem, presenter: MountPresenter) -> None:
        from odimaging.imaging import layout

        super().__init__()
        self._layout = layout
        self.item = item
        self._presenter = presenter
        box = layout.rectangle(item)
        self.rect = QRectF(box.x, box.y, box.width, box.height)
        self.live: Window | None = None
        self._levels: dict[int, _Level] = {}
        self._levels_of: tuple[Any, ...] = ()
        self._text: QImage | None = None
        self._text_size = QSize()

    def boundingRect(self) -> QRectF:
        """With its outline."""
        return self.rect.adjusted(-2, -2, 2, 2)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Picture, text or number, then the outline."""
        number = self.item.mount_item_num
        document, pyramid = self._presenter.document(number), self._presenter.pyramid(number)
        if self.item.is_text:
            self._paint_text(painter)
        elif document is not None and pyramid is not None:
            self._paint_picture(painter, document, pyramid)
        elif document is None or document.doc_num in self._presenter.problems:
            self._paint_number(painter)
        self._paint_outline(painter)

    def picture_transform(self, document: Document, pyramid: Pyramid) -> QTransform:
        """Source pixels to mount pixels (facts §6.5)."""
        picture = pyramid.picture
        placement = self._layout.place(
            self.item, picture.source_width, picture.source_height, Edits.of(document)
        )
        return qt_transform(placement.affine)

    def forget(self) -> None:
        """The window or the pixels are other ones."""
        self._levels.clear()
        self._text = None
        self.update()

    def _paint_text(self, painter: QPainter) -> None:
        picture = self._presenter.texts.get(self.item.mount_item_num)
        if picture is None:
            return
        size = painter.deviceTransform().mapRect(self.rect).size().toSize()
        if self._text is None or self._text_size != size:
            self._text, self._text_size = _reduced(to_image(picture), size), size
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.rect, self._text)

    def _paint_picture(self, painter: QPainter, document: Document, pyramid: Pyramid) -> None:
        to_mount = self.picture_transform(document, pyramid)
        zoom = abs((to_mount * painter.deviceTransform()).determinant()) ** 0.5
        index = pyramid.level_for(zoom)
        if zoom * pyramid.scale > 1 and not pyramid.is_full:
            self._presenter.want_full(self.item.mount_item_num)
        if self.live is not None:
            while index < len(pyramid.levels) - 1 and _pixels(pyramid, index) > LIVE_PIXELS:
                index += 1
        image, to_mount = self._level(document, pyramid, index, to_mount)
        painter.save()
        painter.setClipRect(self.rect, Qt.ClipOperation.IntersectClip)
        painter.setTransform(to_mount, True)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, zoom < SHOW_PIXELS)
        painter.drawImage(0, 0, image)
        painter.restore()

    def _level(
        self, document: Document, pyramid: Pyramid, index: int, to_mount: QTransform
    ) -> tuple[QImage, QTransform]:
        """A level windowed and turned, once an edit, and its way to the mount."""
        window = self.live or Window(document.windowing_min, document.windowing_max)
        made_of = (window, id(pyramid), to_mount)
        if made_of != self._levels_of:
            self._levels.clear()
            self._levels_of = made_of
        if index not in self._levels:
            while len(self._levels) >= 2:
                self._levels.pop(next(iter(self._levels)))
            step = pyramid.scale * 2**index
            shown = windowed(pyramid.picture, pyramid.levels[index], window.minimum, window.maximum)
            turned, way = upright(shown, QTransform.fromScale(step, step) * to_mount)
            self._levels[index] = _Level(turned, word_image(turned), way)
        level = self._levels[index]
        return level.image, level.way

    def _paint_number(self, painter: QPainter) -> None:
        if self.item.item_order <= 0:
            return
        font = QFont(painter.font())
        font.setPixelSize(max(1, round(self._layout.number_font_pixels(self.item))))
        painter.setFont(font)
        painter.setPen(QColor(*self._layout.NUMBER_COLOUR))
        painter.drawText(self.rect, Qt.AlignmentFlag.AlignCenter, str(self.item.item_order))

    def _paint_outline(self, painter: QPainter) -> None:
        pen = QPen(QColor(*self._layout.OUTLINE), 1)
        if self._presenter.selected == self.item.mount_item_num:
            pen = QPen(SELECTED, 3)
        pen.setCosmetic(True)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self.rect)


def _reduced(image: QImage, size: QSize) -> QImage:
    """A text as small as it is drawn: the painter alone skips pixels, and letters become dots."""
    if size.isEmpty() or size.width() >= image.width():
        return image
    smooth = Qt.TransformationMode.SmoothTransformation
    return image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)


class MountView(QGraphicsView):
    """Shows what `MountPresenter` holds; scene coordinates are mount pixels."""

    menu_asked = Signal(object, QPoint)
    """(MountItemNum or None, global position)."""
    windowed = Signal(object)
    """A `Window`, while it is dragged over a position."""
    zoomed = Signal(float)

    def __init__(self, presenter: MountPresenter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("mountView")
        self.setAccessibleName(translate("Mount"))
        self._presenter = presenter
        self._items: dict[MountItemNum, PositionItem] = {}
        self._shown: tuple[Any, ...] = ()
        self._drawings: DrawingsItem | None = None
        self._show_drawings = True
        self._fitted: QRectF | None = QRectF()
        self._pressed: QPoint | None = None
        self._button = Qt.MouseButton.NoButton
        self._dragging = False
        self._dragged_item: PositionItem | None = None
        self._window_before = Window()
        self.setScene(QGraphicsScene(self))
        self.setBackgroundBrush(BACKGROUND)
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)

    # ------------------------------------------------------------ public

    def refresh(self) -> None:
        """The presenter's contents or selection changed."""
        contents = self._presenter.contents
        if contents is None:
            self._items.clear()
            self._drawings = None
            self.scene().clear()
            self._shown = ()
            return
        shown = (contents.mount.mount_num, contents.mount, contents.items, contents.drawings)
        if shown != self._shown:
            other = self._shown[:1] != shown[:1]
            self._shown = shown
            self._compose()
            if other:
                self.fit()
        for item in self._items.values():
            item.update()

    def refresh_item(self, item_num: MountItemNum) -> None:
        """Pixels, a text or an edit of one item arrived."""
        item = self._items.get(item_num)
        if item is not None:
            item.forget()

    def item_rects(self) -> dict[MountItemNum, QRectF]:
        """Mount pixels."""
        return {number: item.rect for number, item in self._items.items()}

    def position(self, item_num: MountItemNum) -> PositionItem:
        """An item on the canvas."""
        return self._items[item_num]

    def show_drawings(self, on: bool) -> None:
        """Only for looking: nothing is stored."""
        self._show_drawings = on
        if self._drawings is not None:
            self._drawings.setVisible(on)

    def fit(self) -> None:
        """The whole mount."""
        self._fit_rect(QRectF())

    def zoom_item(self, item_num: MountItemNum | None = None) -> None:
        """One position as large as it fits; the selected one, or the first."""
        chosen = item_num if item_num is not None else self._presenter.selected
        item = self._items.get(chosen) if chosen is not None else None
        if item is not None:
            self._presenter.select(item.item.mount_item_num)
            self._fit_rect(item.rect)

    @property
    def is_fitted(self) -> bool:
        """The whole mount is seen, as after opening."""
        return self._fitted is not None and self._fitted.isNull()

    def zoom_to(self, zoom: float) -> None:
        """Device pixels a mount pixel, around the middle."""
        self.zoom_by_factor(zoom / self._device_zoom(), QPointF(self.viewport().rect().center()))

    def zoom_by(self, steps: float) -> None:
        """In or out, around the middle."""
        self.zoom_by_factor(ZOOM_STEP**steps, QPointF(self.viewport().rect().center()))

    def zoom_by_factor(self, factor: float, at: QPointF) -> None:
        """The mount point under ``at``, viewport pixels, stays there."""
        zoom = self.transform().m11()
        factor = min(max(zoom * factor, 0.02), 32.0) / zoom
        to_scene = self.viewportTransform().inverted()[0]
        before = to_scene.map(at)
        self._fitted = None
        self.setTransform(QTransform.fromScale(zoom * factor, zoom * factor))
        moved = self.viewportTransform().map(before) - at
        self._scroll(moved)
        self.zoomed.emit(self._device_zoom())

    # ------------------------------------------------------------ private

    def _compose(self) -> None:
        from odimaging.imaging import layout

        contents = self._presenter.contents
        assert contents is not None
        self.scene().clear()
        self._items.clear()
        canvas = QRectF(0, 0, contents.mount.width, contents.mount.height)
        red, green, blue, _ = layout.colour(contents.mount.color_back)
        self.scene().addRect(canvas, Qt.PenStyle.NoPen, QColor(red, green, blue)).setZValue(-1)
        for item in layout.drawn(contents.items):
            shown = PositionItem(item, self._presenter)
            self._items[item.mount_item_num] = shown
            self.scene().addItem(shown)
        self._drawings = DrawingsItem(contents.drawings, canvas)
        self._drawings.setVisible(self._show_drawings)
        self.scene().addItem(self._drawings)
        # room around the mount, so that any point of it can come under the cursor
        self.setSceneRect(
            canvas.adjusted(-canvas.width(), -canvas.height(), canvas.width(), canvas.height())
        )

    def _fit_rect(self, rect: QRectF) -> None:
        """A rectangle of the mount; a null one is all of it. Stays so when the window is resized."""
        contents = self._presenter.contents
        if contents is None or not (self.viewport().width() and contents.mount.width):
            return
        whole = QRectF(0, 0, contents.mount.width, contents.mount.height)
        target = whole if rect.isNull() else rect
        room_x = max(1, self.viewport().width() - 2 * MARGIN)
        room_y = max(1, self.viewport().height() - 2 * MARGIN)
        zoom = min(room_x / max(1.0, target.width()), room_y / max(1.0, target.height()))
        self.setTransform(QTransform.fromScale(zoom, zoom))
        middle = QPointF(self.viewport().width() / 2, self.viewport().height() / 2)
        self._scroll(self.viewportTransform().map(target.center()) - middle)
        self._fitted = rect
        self.zoomed.emit(self._device_zoom())

    def _scroll(self, by: QPointF) -> None:
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + round(by.x()))
        down.setValue(down.value() + round(by.y()))

    def _device_zoom(self) -> float:
        return self.transform().m11() * self.devicePixelRatioF()

    def _item_at(self, point: QPoint) -> PositionItem | None:
        at = self.mapToScene(point)
        inside = (item for item in self._items.values() if item.rect.contains(at))
        return next((item for item in inside if item.item.takes_image), None)

    def _begin(self, point: QPoint, button: Qt.MouseButton) -> None:
        self._pressed, self._button, self._dragging = point, button, False
        item = self._item_at(point)
        self._presenter.select(item.item.mount_item_num if item else None)
        document = self._presenter.document(item.item.mount_item_num) if item else None
        self._dragged_item = None
        if item is not None and document is not None and document.can_window:
            self._dragged_item = item
            self._window_before = Window(document.windowing_min, document.windowing_max)

    def _drag(self, to: QPoint) -> None:
        assert self._pressed is not None
        if self._button is Qt.MouseButton.LeftButton:
            self._fitted = None
            self._scroll(QPointF(self._pressed - to))
            self._pressed = to
        elif self._dragged_item is not None:
            delta = to - self._pressed
            self._dragged_item.live = self._window_before.dragged(delta.x(), delta.y())
            self._dragged_item.update()
            self.windowed.emit(self._dragged_item.live)

    def _end_drag(self) -> Window | None:
        """Back to stillness; the window dragged to, if one was."""
        item, window = self._dragged_item, None
        if item is not None and item.live is not None:
            window, item.live = item.live, None
            item.update()
        self._pressed, self._dragging = None, False
        self._button = Qt.MouseButton.NoButton
        self.viewport().unsetCursor()
        return window

    def cancel_drag(self) -> bool:
        """Esc during a drag: back to the stored window. True if there was one."""
        if not (self._dragging and self._button is Qt.MouseButton.RightButton):
            return False
        self._end_drag()
        return True

    def _move(self, dx: int, dy: int) -> None:
        target = self._presenter.neighbour(dx, dy)
        if target is None:
            return
        zoomed = self._fitted is not None and not self._fitted.isNull()
        self._presenter.select(target)
        if zoomed:
            self.zoom_item(target)
        else:
            self.ensureVisible(self._items[target].rect, MARGIN, MARGIN)

    # ------------------------------------------------------------ Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stays fitted."""
        super().resizeEvent(event)
        if self._fitted is not None:
            self._fit_rect(self._fitted)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor."""
        self.zoom_by_factor(ZOOM_STEP ** (event.angleDelta().y() / NOTCH), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Selects; a pan or a brightness drag may begin."""
        if self._button is Qt.MouseButton.NoButton and event.button() in (
            Qt.MouseButton.LeftButton,
            Qt.MouseButton.RightButton,
        ):
            self._begin(event.position().toPoint(), event.button())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, or change the position's window live."""
        if self._pressed is None:
            return
        to = event.position().toPoint()
        far = (to - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if not self._dragging and far:
            self._dragging = True
            left = self._button is Qt.MouseButton.LeftButton
            shape = Qt.CursorShape.ClosedHandCursor if left else Qt.CursorShape.SizeAllCursor
            self.viewport().setCursor(shape)
        if self._dragging:
            self._drag(to)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The end of a drag, or a click for the menu."""
        if event.button() is not self._button:
            return
        right, dragged, item = (
            self._button is Qt.MouseButton.RightButton,
            self._dragging,
            self._dragged_item,
        )
        window = self._end_drag()
        if right and not dragged:
            self.menu_asked.emit(self._presenter.selected, event.globalPosition().toPoint())
        elif item is not None and window is not None and window != self._window_before:
            self._presenter.store_window(item.item.mount_item_num, window)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Zooms a position, or back."""
        item = self._item_at(event.position().toPoint())
        if not self.is_fitted:
            self.fit()
        elif item is not None:
            self.zoom_item(item.item.mount_item_num)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The Menu key; a right click is asked at its release, it may become a drag."""
        if event.reason() is not QContextMenuEvent.Reason.Mouse:
            number = self._presenter.selected
            item = self._items.get(number) if number is not None else None
            at = self.mapFromScene(item.rect.center()) if item else self.viewport().rect().center()
            self.menu_asked.emit(number, self.viewport().mapToGlobal(at))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows between positions; Enter zooms the selected one, or back."""
        key = Qt.Key(event.key())
        if key in ARROWS:
            self._move(*ARROWS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.is_fitted:
                self.zoom_item()
            else:
                self.fit()
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        """Arrows belong to the positions here, not to the viewer's next and previous."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() in (
                Qt.KeyboardModifier.NoModifier,
                Qt.KeyboardModifier.KeypadModifier,
            )
            if plain and event.key() in ARROWS:
                event.accept()
                return True
        return super().event(event)


def _pixels(pyramid: Pyramid, index: int) -> int:
    height, width = pyramid.levels[index].shape[:2]
    return int(height * width)


def level_to_show(document: Document, pyramid: Pyramid, size: QSize) -> QImage:
    """A small upright picture of a document, windowed: for a strip."""
    picture = pyramid.picture
    zoom = max(size.width() / picture.source_width, size.height() / picture.source_height)
    index = pyramid.level_for(zoom)
    window = Window(document.windowing_min, document.windowing_max)
    shown = windowed(pyramid.picture, pyramid.levels[index], window.minimum, window.maximum)
    turned = document_transform(pyramid, Edits.of(document))
    turned = QTransform(turned.m11(), turned.m12(), turned.m21(), turned.m22(), 0, 0)
    return (
        word_image(shown)
        .transformed(turned)
        .scaled(
            size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
    )
