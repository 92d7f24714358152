"""The thumbnail grid: a list view with its own arithmetic, so that visits have headers and any number of tiles is fast.

Tiles in view are asked for through ``TilePresenter`` and arrive by key; what arrives within 16 ms is painted at once.
"""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDrag,
    QFont,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from odimaging.gui import text
from odimaging.gui.models.grid import GridModel
from odimaging.gui.presenters.grid_layout import Box, GridLayout, Sizes
from odimaging.gui.presenters.items import GridItem, Visit
from odimaging.gui.presenters.tiles import TilePresenter
from odimaging.gui.theme import Colors
from odimaging.gui.tile_cache import TileCache
from odimaging.gui.views.pixels import to_image
from odimaging.gui.views.tile_delegate import TileDelegate
from odimaging.model.picture import Picture

Index = QModelIndex | QPersistentModelIndex
BATCH_MS = 16
Cursor = QAbstractItemView.CursorAction


class ThumbnailGrid(QListView):
    """Tiles grouped by visit. ``make_tiles(arrived)`` gives the presenter that fetches them."""

    opened = Signal(object)
    """A `GridItem` was double-clicked, or Enter pressed on it."""
    chosen = Signal(object)
    """The keys of what is selected now."""
    menu_asked = Signal(object, QPoint)
    """(the `GridItem` or None for the empty part, where)."""

    def __init__(
        self,
        make_tiles: Callable[[Callable[[str, int, Picture | None, str], None]], TilePresenter],
        colors: Callable[[], Colors],
        tile_size: int = 160,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("thumbnailGrid")
        self.setAccessibleName(self.tr("Images"))
        self._colors = colors
        self._model = GridModel(self)
        self._tiles = make_tiles(self._on_arrived)
        self._cache = TileCache()
        self._reasons: dict[tuple[str, int], str] = {}
        self._pending: set[str] = set()
        self._keep: tuple[str, ...] = ()
        self._band = QRect()
        self._hover_link = -1
        self._delegate = TileDelegate(self._look, colors, self)
        self._delegate.tile = tile_size
        self._batch = self._timer(BATCH_MS, self._flush)
        self._asking = self._timer(0, self._ask)
        self._layout = GridLayout((), 1, Sizes(1, 1))
        self.setItemDelegate(self._delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragEnabled(True)
        self.setSelectionRectVisible(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setModel(self._model)
        self.activated.connect(self._on_activated)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.verticalScrollBar().valueChanged.connect(lambda _value: self._asking.start())

    # ------------------------------------------------------------ what it shows

    @property
    def visits(self) -> tuple[Visit, ...]:
        """What is shown."""
        return self._model.visits

    @property
    def tile_size(self) -> int:
        """Width of a tile's picture, logical pixels."""
        return self._delegate.tile

    def show_visits(self, visits: Sequence[Visit], keep_place: bool) -> None:
        """Show these. ``keep_place``: the same place, selection and current item as far as they are still there."""
        place = self.verticalScrollBar().value()
        selected, current = self.selected_keys(), self.current_key()
        row = self.currentIndex().row()
        self.selectionModel().blockSignals(True)
        self._model.show(visits)
        self._relayout()
        if keep_place:
            if self._model.row_of(current) < 0 and self._model.rowCount() and row >= 0:
                current = self._model.item(min(row, self._model.rowCount() - 1)).key
            self._select(selected, current)
        self.selectionModel().blockSignals(False)
        self.verticalScrollBar().setValue(place if keep_place else 0)
        if not keep_place and self._model.rowCount():
            self.selectionModel().setCurrentIndex(
                self._model.index(0, 0), QItemSelectionModel.SelectionFlag.NoUpdate
            )
        self.chosen.emit(self.selected_keys())
        self._asking.start()

    def set_tile_size(self, size: int) -> None:
        """Larger or smaller; what is in the middle stays about there."""
        self._delegate.tile = size
        bar = self.verticalScrollBar()
        share = bar.value() / max(1, bar.maximum())
        self._relayout()
        bar.setValue(round(share * bar.maximum()))
        self._asking.start()

    def looks_different(self, keys: Iterable[str]) -> None:
        """Thumbnails of these are old now."""
        for key in keys:
            self._cache.forget(key)
            for request in [request for request in self._reasons if request[0] == key]:
                del self._reasons[request]
            self._tiles.forget({key})
        self._asking.start()

    def try_again(self) -> None:
        """Thumbnails that could not be made are asked for once more."""
        self._reasons.clear()
        self.viewport().update()
        self._asking.start()

    def forget_all(self) -> None:
        """Another patient: nothing on its way is needed any more."""
        self._tiles.cancel()
        self._reasons.clear()

    def selected_keys(self) -> tuple[str, ...]:
        """In the grid's order."""
        rows = {
            row
            for part in _ranges(self.selectionModel().selection())
            for row in range(part.top(), part.bottom() + 1)
        }
        return tuple(self._model.item(row).key for row in sorted(rows))

    def current_key(self) -> str:
        """Of the item with the focus; '' if there is none."""
        index = self.currentIndex()
        return self._model.item(index.row()).key if index.isValid() else ""

    def current_item(self) -> GridItem | None:
        """The item with the focus."""
        index = self.currentIndex()
        return self._model.item(index.row()) if index.isValid() else None

    def select_keys(self, keys: Sequence[str]) -> None:
        """Select exactly these and bring the first into view."""
        self._select(tuple(keys), keys[0] if keys else "")
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def select_visit(self, visit: int | None = None) -> None:
        """All tiles of a visit; None: of the current item's."""
        if visit is None:
            if not self.currentIndex().isValid():
                return
            visit = self._layout.visit_of(self.currentIndex().row())
        rows = self._layout.rows_of(visit)
        self.select_keys([self._model.item(row).key for row in rows])

    def menu_place(self) -> QPoint:
        """Where a context menu asked for by key belongs: at the focused item."""
        index = self.currentIndex()
        rect = self.visualRect(index) if index.isValid() else QRect(0, 0, 24, 24)
        return self.viewport().mapToGlobal(rect.center())

    # ------------------------------------------------------------ tiles

    def _pixels(self) -> int:
        return round(self._delegate.tile * self.devicePixelRatioF())

    def _look(self, item: GridItem) -> QPixmap | str | None:
        pixels = self._pixels()
        return self._cache.get(item.key, pixels) or self._reasons.get((item.key, pixels))

    def _ask(self) -> None:
        top, height = self.verticalOffset(), self.viewport().height()
        seen = self._missing(top, top + height)
        near = [item for item in self._missing(top - height, top + 2 * height) if item not in seen]
        self._tiles.want((*seen, *near), self._pixels(), nearby=len(near))

    def _missing(self, top: int, bottom: int) -> list[GridItem]:
        items = (self._model.item(row) for row in self._layout.rows_between(max(0, top), bottom))
        return [item for item in items if item.has_pixels and self._look(item) is None]

    def _on_arrived(self, key: str, pixels: int, picture: Picture | None, reason: str) -> None:
        if picture is None:
            self._reasons[key, pixels] = reason
        else:
            pixmap = QPixmap.fromImage(to_image(picture))
            pixmap.setDevicePixelRatio(pixels / self._delegate.tile)
            self._cache.put(key, pixels, pixmap)
        self._pending.add(key)
        if not self._batch.isActive():
            self._batch.start()

    def _flush(self) -> None:
        arrived, self._pending = self._pending, set()
        for key in arrived:
            row = self._model.row_of(key)
            if row >= 0:
                self.viewport().update(self._rect(row))

    # ------------------------------------------------------------ layout

    def _relayout(self) -> None:
        size = self._delegate.size(self.font())
        sizes = Sizes(size.width(), size.height(), header=self._header_height())
        counts = [len(visit.items) for visit in self._model.visits]
        self._layout = GridLayout(counts, self.viewport().width(), sizes)
        self.updateGeometries()
        self.viewport().update()

    def _header_height(self) -> int:
        return self.fontMetrics().height() + 20

    def _rect(self, row: int) -> QRect:
        box = self._layout.box(row)
        return QRect(*box).translated(0, -self.verticalOffset())

    def _link_rect(self, visit: int) -> QRect:
        header = self._layout.header(visit)
        width = self.fontMetrics().horizontalAdvance(self._link_text()) + 16
        right = header.width - self._layout.sizes.margin
        y = header.y - self.verticalOffset() + 8
        return QRect(right - width, y, width, header.height - 12)

    def _link_text(self) -> str:
        return self.tr("Select this visit")

    def _link_at(self, point: QPoint) -> int:
        visit = self._layout.header_at(point.y() + self.verticalOffset())
        return visit if visit >= 0 and self._link_rect(visit).contains(point) else -1

    def _select(self, keys: Sequence[str], current: str) -> None:
        rows = sorted(row for row in map(self._model.row_of, keys) if row >= 0)
        selection = self._selection_of(rows)
        flag = QItemSelectionModel.SelectionFlag
        row = self._model.row_of(current)
        if row < 0 and self._model.rowCount():
            row = rows[0] if rows else 0
        if row >= 0:
            self.selectionModel().setCurrentIndex(self._model.index(row, 0), flag.NoUpdate)
        self.selectionModel().select(selection, flag.ClearAndSelect)

    def _timer(self, milliseconds: int, call: Callable[[], None]) -> QTimer:
        timer = QTimer(self, singleShot=True, interval=milliseconds)
        timer.timeout.connect(call)
        return timer

    # ------------------------------------------------------------ slots

    def _on_activated(self, index: QModelIndex) -> None:
        self.opened.emit(self._model.item(index.row()))

    def _on_selection_changed(self) -> None:
        self.chosen.emit(self.selected_keys())

    # ------------------------------------------------------------ Qt: geometry

    def doItemsLayout(self) -> None:  # noqa: N802 Qt's name
        """Arithmetic only."""
        self._relayout()

    def updateGeometries(self) -> None:
        """The scroll bar's range."""
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(max(20, self._layout.sizes.tile_height // 3))
        bar.setRange(0, max(0, self._layout.height - self.viewport().height()))

    def visualRect(self, index: Index) -> QRect:
        """Where a tile is, in the viewport."""
        if not index.isValid() or index.row() >= self._layout.count:
            return QRect()
        return self._rect(index.row())

    def indexAt(self, point: QPoint) -> QModelIndex:
        """The tile there."""
        row = self._layout.row_at(point.x(), point.y() + self.verticalOffset())
        return self._model.index(row, 0) if row >= 0 else QModelIndex()

    def scrollTo(
        self,
        index: Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """As little as needed; the first line takes its visit's header along."""
        if not index.isValid() or index.row() >= self._layout.count:
            return
        box = self._layout.box(index.row())
        header = self._layout.header(self._layout.visit_of(index.row()))
        top = header.y if box.y == header.y + header.height else box.y
        bar, height = self.verticalScrollBar(), self.viewport().height()
        if hint == QAbstractItemView.ScrollHint.PositionAtTop or top < bar.value():
            bar.setValue(top)
        elif box.y + box.height > bar.value() + height:
            bar.setValue(box.y + box.height - height)

    def horizontalOffset(self) -> int:
        """Never scrolls sideways."""
        return 0

    def verticalOffset(self) -> int:
        """In pixels."""
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: Index) -> bool:
        """Nothing is hidden: the filter is the presenter's."""
        return False

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Arrows, Home, End, page up and down."""
        count = self._layout.count
        if not count:
            return QModelIndex()
        row = self.currentIndex().row() if self.currentIndex().isValid() else -1
        if row < 0:
            return self._model.index(0, 0)
        page = max(1, self.viewport().height() // self._layout.sizes.tile_height)
        moves = {
            Cursor.MoveLeft: row - 1,
            Cursor.MovePrevious: row - 1,
            Cursor.MoveRight: row + 1,
            Cursor.MoveNext: row + 1,
            Cursor.MoveHome: 0,
            Cursor.MoveEnd: count - 1,
        }
        lines = {
            Cursor.MoveUp: 1,
            Cursor.MoveDown: -1,
            Cursor.MovePageUp: page,
            Cursor.MovePageDown: -page,
        }
        target = moves[action] if action in moves else self._layout.above(row, lines[action])
        return self._model.index(min(max(0, target), count - 1), 0)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Tiles a rubber band touches, or from the anchor to the current one with Shift."""
        if self.state() is QAbstractItemView.State.DragSelectingState:
            self._band = rect
            self._select_rows(self._touched(rect), command)
            self.viewport().update()
            return
        rows = [
            row
            for row in (self._row_at(rect.topLeft()), self._row_at(rect.bottomRight()))
            if row >= 0
        ]
        if rows and command & QItemSelectionModel.SelectionFlag.Current:
            anchor = self.selectionModel().currentIndex().row()
            rows = [*rows, anchor] if anchor >= 0 else rows
        self._select_rows(range(min(rows), max(rows) + 1) if rows else (), command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """What to repaint."""
        if sum(part.height() for part in _ranges(selection)) > 100:
            return QRegion(self.viewport().rect())
        region = QRegion()
        for index in selection.indexes():
            region += self.visualRect(index)
        return region

    def _touched(self, rect: QRect) -> list[int]:
        area = rect.normalized().translated(0, self.verticalOffset())
        return list(self._layout.rows_in(Box(area.x(), area.y(), area.width(), area.height())))

    def _row_at(self, point: QPoint) -> int:
        return self._layout.row_at(point.x(), point.y() + self.verticalOffset())

    def _select_rows(self, rows: Iterable[int], command: QItemSelectionModel.SelectionFlag) -> None:
        self.selectionModel().select(self._selection_of(sorted(rows)), command)

    def _selection_of(self, rows: Sequence[int]) -> QItemSelection:
        """Neighbours as one range: Qt's cost is by the range."""
        selection = QItemSelection()
        start = 0
        for place, row in enumerate(rows):
            if place + 1 == len(rows) or rows[place + 1] != row + 1:
                first, last = self._model.index(rows[start], 0), self._model.index(row, 0)
                selection.select(first, last)
                start = place + 1
        return selection

    # ------------------------------------------------------------ Qt: events

    def paintEvent(self, event: QPaintEvent) -> None:
        """Headers and tiles in the exposed part."""
        painter = QPainter(self.viewport())
        offset = self.verticalOffset()
        exposed = event.rect().translated(0, offset)
        for visit in self._layout.visits_between(exposed.top(), exposed.bottom()):
            self._paint_header(painter, visit)
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        selected = self.selectionModel()
        current = self.currentIndex().row() if self.hasFocus() else -1
        hovered = self._row_at(self.viewport().mapFromGlobal(self.cursor().pos()))
        under = self.viewport().underMouse()
        flag = QStyle.StateFlag
        for row in self._layout.rows_between(exposed.top(), exposed.bottom()):
            index = self._model.index(row, 0)
            state = flag.State_Enabled
            state |= flag.State_Selected if selected.isSelected(index) else flag.State_None
            state |= flag.State_HasFocus if row == current else flag.State_None
            state |= flag.State_MouseOver if under and row == hovered else flag.State_None
            option.rect = self._rect(row)
            option.state = state
            self._delegate.paint(painter, option, index)
        if self.state() is QAbstractItemView.State.DragSelectingState:
            self._paint_band(painter)
        painter.end()

    def _paint_header(self, painter: QPainter, visit: int) -> None:
        colors, header = self._colors(), self._layout.header(visit)
        shown = self._model.visits[visit]
        margin = self._layout.sizes.margin + 6
        link = self._link_rect(visit)
        area = QRect(margin, link.y(), link.x() - margin - 8, link.height())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        bold = QFont(self.font())
        bold.setBold(True)
        painter.setFont(bold)
        painter.setPen(QColor(colors.text))
        when = text.day(shown.day)
        painter.drawText(area, flags, when)
        area.setLeft(area.left() + painter.fontMetrics().horizontalAdvance(when) + 8)
        painter.setFont(self.font())
        painter.setPen(QColor(colors.muted))
        summary = f"·  {shown.summary}"
        elide = Qt.TextElideMode.ElideRight
        painter.drawText(
            area, flags, painter.fontMetrics().elidedText(summary, elide, area.width())
        )
        link_font = QFont(self.font())
        link_font.setUnderline(visit == self._hover_link)
        painter.setFont(link_font)
        painter.setPen(QColor(colors.accent))
        painter.drawText(link, Qt.AlignmentFlag.AlignCenter, self._link_text())
        painter.setFont(self.font())
        if visit:
            painter.setPen(QColor(colors.border))
            y = header.y - self.verticalOffset()
            painter.drawLine(margin, y, header.width - margin, y)

    def _paint_band(self, painter: QPainter) -> None:
        fill = QColor(self._colors().accent)
        painter.setPen(QPen(fill, 1))
        fill.setAlpha(40)
        painter.setBrush(fill)
        painter.drawRect(self._band.normalized())

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Only what comes into view is painted."""
        self.viewport().scroll(dx, dy)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other columns; what is current stays in view."""
        self._relayout()
        self._asking.start()

    def changeEvent(self, event: QEvent) -> None:
        """Another font, another height."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._relayout()

    def event(self, event: QEvent) -> bool:
        """Another screen may have other device pixels."""
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self._asking.start()
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """The whole title as a tool tip where it was cut, as plain text."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.indexAt(event.pos())
            if index.isValid():
                item = self._model.item(index.row())
                words = f"{item.title}\n{item.kind}\n{text.moment(item.date_created)}"
                QToolTip.showText(event.globalPos(), text.plain_tip(words), self)
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on a visit's link selects the visit."""
        visit = self._link_at(event.position().toPoint())
        if visit >= 0 and event.button() is Qt.MouseButton.LeftButton:
            self.select_visit(visit)
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The link under the pointer is underlined."""
        visit = self._link_at(event.position().toPoint())
        if visit != self._hover_link:
            self._hover_link = visit
            shape = Qt.CursorShape.PointingHandCursor if visit >= 0 else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)
            self.viewport().update()
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The rubber band goes."""
        super().mouseReleaseEvent(event)
        self._band = QRect()
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space is left to the window; Esc takes the selection off."""
        if event.key() == Qt.Key.Key_Escape and self.selectionModel().hasSelection():
            self.clearSelection()
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By mouse at the pointer, by key at the focused item."""
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            selected = self.selectionModel().hasSelection()
            self.menu_asked.emit(self.current_item() if selected else None, self.menu_place())
            return
        index = self.indexAt(event.pos())
        item = self._model.item(index.row()) if index.isValid() else None
        self.menu_asked.emit(item, event.globalPos())

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Into the category tree. Nothing leaves the window: no file of the office is offered to others."""
        indexes = self.selectionModel().selectedIndexes()
        if not indexes or any(self._model.item(index.row()).shelved for index in indexes):
            return
        drag = QDrag(self)
        data: QMimeData = self._model.mimeData(indexes)
        drag.setMimeData(data)
        look = self._look(self._model.item(indexes[0].row()))
        if isinstance(look, QPixmap):
            drag.setPixmap(
                look.scaled(
                    96,
                    96,
                    Qt.AspectRatioMode.KeepAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
            )
        drag.exec(Qt.DropAction.MoveAction)


def _ranges(selection: QItemSelection) -> list[QItemSelectionRange]:
    return [selection.at(number) for number in range(selection.count())]
