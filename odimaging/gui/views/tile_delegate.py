"""Paints one tile: picture on dark ground, title, kind. Uniform size, no icons as widgets, nothing loaded here."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from odimaging.gui import resources
from odimaging.gui.models.grid import ITEM_ROLE
from odimaging.gui.presenters.items import GridItem
from odimaging.gui.theme import Colors

PADDING = 6
Look = Callable[[GridItem], QPixmap | str | None]
"""The tile's picture, why there is none, or None while it is on its way."""


class TileDelegate(QStyledItemDelegate):
    """``look`` answers from memory."""

    def __init__(self, look: Look, colors: Callable[[], Colors], parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._colors = colors
        self.tile = 160

    @property
    def picture_height(self) -> int:
        """Of the dark box."""
        return round(self.tile * 0.8)

    def size(self, font: QFont) -> QSize:
        """Of a whole tile with its two lines of words."""
        lines = 2 * QFontMetrics(font).height()
        return QSize(self.tile + 2 * PADDING, self.picture_height + lines + 3 * PADDING)

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """The same for all."""
        return self.size(option.font)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """One tile into ``option.rect``."""
        item = index.data(ITEM_ROLE)
        colors = self._colors()
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        cell = rect.adjusted(2, 2, -2, -2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.selected if selected else colors.hover))
            painter.drawRoundedRect(cell, 6, 6)
        box = QRect(
            rect.x() + PADDING, rect.y() + PADDING, rect.width() - 2 * PADDING, self.picture_height
        )
        self._paint_picture(painter, box, item, colors)
        self._paint_words(painter, box, item, colors)
        if selected or state & QStyle.StateFlag.State_HasFocus:
            strong = state & QStyle.StateFlag.State_HasFocus
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colors.accent), 2 if strong else 1))
            painter.drawRoundedRect(cell, 6, 6)
        painter.restore()

    def _paint_picture(self, painter: QPainter, box: QRect, item: GridItem, colors: Colors) -> None:
        painter.fillRect(box, QColor(colors.picture))
        look = self._look(item)
        if isinstance(look, QPixmap):
            size = look.deviceIndependentSize().toSize()
            if size.width() > box.width() or size.height() > box.height():
                size.scale(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect(0, 0, size.width(), size.height())
            target.moveCenter(box.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(target, look)
            if item.mount is not None:
                self._badge(painter, box, colors)
            return
        self._paint_icon(painter, box, item, colors, words=look or "")

    def _paint_icon(
        self, painter: QPainter, box: QRect, item: GridItem, colors: Colors, words: str
    ) -> None:
        size = 40
        icon = self._icon("warning" if words else item.icon, colors.on_picture, size, painter)
        top = box.center().y() - (size + 10 if words else size // 2)
        painter.drawPixmap(box.center().x() - size // 2, top, icon)
        if words:
            painter.setPen(QColor(colors.on_picture))
            area = box.adjusted(8, top - box.y() + size + 4, -8, -4)
            painter.drawText(area, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, words)

    def _badge(self, painter: QPainter, box: QRect, colors: Colors) -> None:
        area = QRect(box.right() - 23, box.bottom() - 23, 20, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.picture))
        painter.drawRoundedRect(area, 4, 4)
        painter.drawPixmap(area.x() + 2, area.y() + 2, self._icon("mount", "#ffffff", 16, painter))

    def _paint_words(self, painter: QPainter, box: QRect, item: GridItem, colors: Colors) -> None:
        metrics = painter.fontMetrics()
        first = QRect(box.x(), box.bottom() + PADDING, box.width(), metrics.height())
        second = first.translated(0, metrics.height())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(colors.text))
        elide = Qt.TextElideMode.ElideRight
        painter.drawText(first, flags, metrics.elidedText(item.title, elide, first.width()))
        painter.setPen(QColor(colors.muted))
        painter.drawText(second, flags, metrics.elidedText(item.kind, elide, second.width()))

    def _icon(self, name: str, color: str, size: int, painter: QPainter) -> QPixmap:
        device = painter.device()
        ratio = device.devicePixelRatio() if device is not None else 1.0
        return resources.pixmap(name, size, QColor(color), ratio)
