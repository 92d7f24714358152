"""The category tree: All, the categories with counts, Deleted items. Drop targets are worked out by the window."""

from collections.abc import Callable

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QContextMenuEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from odimaging.gui import resources
from odimaging.gui.models.categories import ROW_ROLE, CategoryModel
from odimaging.gui.presenters.browser import CategoryRow, Place, Shown
from odimaging.gui.theme import Colors

Index = QModelIndex | QPersistentModelIndex


class CategoryTree(QTreeView):
    """Always has a current row once a patient is open: some screen readers stay silent without one."""

    shown_changed = Signal(object)
    """A `Shown` the user chose."""
    menu_asked = Signal(object, QPoint)
    """(a `CategoryRow`, where)."""

    def __init__(self, colors: Callable[[], Colors], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("categoryTree")
        self.setAccessibleName(self.tr("Categories"))
        self._model = CategoryModel(self)
        self._delegate = CategoryDelegate(colors, self)
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setMouseTracking(True)
        self.setUniformRowHeights(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().currentChanged.connect(self._on_current_changed)

    def show_rows(self, rows: tuple[CategoryRow, ...], shown: Shown) -> None:
        """The rows, and which one the grid shows."""
        self.selectionModel().blockSignals(True)
        self._model.show(rows)
        index = self._model.index_of(shown)
        if index.isValid():
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().setCurrentIndex(index, flags)
        self.selectionModel().blockSignals(False)
        self.viewport().update()

    def row_at(self, point: QPoint) -> CategoryRow | None:
        """The row under a point of this widget."""
        inside = self.viewport().mapFrom(self, point)
        if not self.viewport().rect().contains(inside):
            return None
        return self._model.row(self.indexAt(inside))

    def current_row(self) -> CategoryRow | None:
        """The row with the focus."""
        return self._model.row(self.currentIndex())

    def mark_target(self, row: CategoryRow | None) -> None:
        """Show where a drag would drop."""
        shown = row.shown if row else None
        if shown != self._delegate.target:
            self._delegate.target = shown
            self.viewport().update()

    def menu_place(self) -> QPoint:
        """Where a context menu asked for by key belongs."""
        return self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center())

    def _on_current_changed(self, current: QModelIndex) -> None:
        row = self._model.row(current)
        if row is not None:
            self.shown_changed.emit(row.shown)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By mouse at the pointer, by key at the current row."""
        by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        row = self._model.row(index)
        if row is not None:
            self.menu_asked.emit(row, self.menu_place() if by_key else event.globalPos())


class CategoryDelegate(QStyledItemDelegate):
    """Icon, name, count at the right; a line above Deleted items."""

    def __init__(self, colors: Callable[[], Colors], parent: QWidget) -> None:
        super().__init__(parent)
        self._colors = colors
        self.target: Shown | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """One line with room to click."""
        height = option.fontMetrics.height() + 14
        return QSize(120, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One row into ``option.rect``."""
        row: CategoryRow = index.data(ROW_ROLE)
        colors = self._colors()
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        area = rect.adjusted(6, 1, -6, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, area, row, state, colors)
        if row.shown is Place.DELETED:
            painter.setPen(QColor(colors.border))
            painter.drawLine(rect.left() + 12, rect.top(), rect.right() - 12, rect.top())
        icon = self._icon(row, colors, painter)
        painter.drawPixmap(area.x() + 8, area.center().y() - 8, icon)
        font = painter.font()
        font.setBold(bool(state & QStyle.StateFlag.State_Selected))
        painter.setFont(font)
        metrics = painter.fontMetrics()
        count = f"{row.count:,}" if row.count else ""
        width = metrics.horizontalAdvance(count)
        middle = Qt.AlignmentFlag.AlignVCenter
        words = area.adjusted(32, 0, -width - 18, 0)
        name = metrics.elidedText(row.name, Qt.TextElideMode.ElideRight, words.width())
        painter.setPen(QColor(colors.text))
        painter.drawText(words, middle | Qt.AlignmentFlag.AlignLeft, name)
        painter.setPen(QColor(colors.muted))
        painter.drawText(area.adjusted(0, 0, -10, 0), middle | Qt.AlignmentFlag.AlignRight, count)
        painter.restore()

    def _paint_ground(
        self,
        painter: QPainter,
        area: QRect,
        row: CategoryRow,
        state: QStyle.StateFlag,
        colors: Colors,
    ) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        if row.shown == self.target:
            painter.setPen(QColor(colors.accent))
            painter.setBrush(QColor(colors.selected))
        elif state & QStyle.StateFlag.State_Selected:
            painter.setBrush(QColor(colors.selected))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(colors.hover))
        else:
            return
        painter.drawRoundedRect(area, 5, 5)

    def _icon(self, row: CategoryRow, colors: Colors, painter: QPainter) -> QPixmap:
        names = {Place.ALL: "categories", Place.DELETED: "delete"}
        name = names[row.shown] if isinstance(row.shown, Place) else "folder"
        device = painter.device()
        ratio = device.devicePixelRatio() if device is not None else 1.0
        return resources.pixmap(name, 16, QColor(colors.muted), ratio)
