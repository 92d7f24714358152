"""The row of tiles under the picture: one size for all, each arriving by its number when it scrolls into view."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from odimaging.gui import resources
from odimaging.gui.presenters.viewer import ViewItem
from odimaging.gui.text import translate
from odimaging.gui.theme import LIGHT
from odimaging.gui.views.mount_view import SELECTED
from odimaging.gui.views.pixels import BACKGROUND, to_image
from odimaging.model.ids import DocNum, MountNum
from odimaging.model.picture import Picture

TILE = QSize(104, 92)
CAPTION = 18
LoadTile = Callable[[ViewItem, Callable[[Picture], None]], None]
Index = QModelIndex | QPersistentModelIndex
Key = tuple[DocNum | None, MountNum | None]


def key_of(item: ViewItem) -> Key:
    """What names an item across reloads."""
    return item.doc_num, item.mount_num


class FilmStripModel(QAbstractListModel):
    """Items and the tiles that have arrived. ``want`` asks for those that have not."""

    def __init__(self, load_tile: LoadTile) -> None:
        super().__init__()
        self._load_tile = load_tile
        self.items: tuple[ViewItem, ...] = ()
        self._tiles: dict[Key, QPixmap] = {}
        self._asked: set[Key] = set()
        self.arrived: Callable[[ViewItem], None] = lambda _item: None

    def show(self, items: Sequence[ViewItem]) -> None:
        """Another row; tiles already here are kept."""
        if tuple(items) == self.items:
            return
        self.beginResetModel()
        self.items = tuple(items)
        kept = {key_of(item) for item in items}
        self._tiles = {key: tile for key, tile in self._tiles.items() if key in kept}
        self._asked &= kept
        self.endResetModel()

    def tile(self, item: ViewItem) -> QPixmap | None:
        """If it is here."""
        return self._tiles.get(key_of(item))

    def want(self, first: int, last: int) -> None:
        """These rows are seen."""
        for item in self.items[max(0, first) : last + 1]:
            if key_of(item) not in self._asked:
                self._asked.add(key_of(item))
                self._load_tile(item, self._arrival(item))

    def try_again(self) -> None:
        """Those that did not arrive may be asked for once more."""
        self._asked &= set(self._tiles)

    def outdated(self, keys: Collection[Key]) -> None:
        """Their pictures changed: ask again; the old tile stays until the new one is here."""
        self._asked -= set(keys)

    def _arrival(self, item: ViewItem) -> Callable[[Picture], None]:
        def arrived(picture: Picture) -> None:
            self._tiles[key_of(item)] = QPixmap.fromImage(to_image(picture))
            for row, shown in enumerate(self.items):
                if key_of(shown) == key_of(item):
                    self.dataChanged.emit(self.index(row), self.index(row))
            self.arrived(item)

        return arrived

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 Qt's own default
        """Number of items."""
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Title, tile, and what a screen reader says."""
        if not index.isValid():
            return None
        item = self.items[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return item.title
        if role == Qt.ItemDataRole.DecorationRole:
            return self.tile(item)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return item.title
        return None


class _TileDelegate(QStyledItemDelegate):
    """Tile, caption, and a frame around the one that is shown."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """One size for all."""
        return TILE

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """From memory only."""
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        inner = box.adjusted(4, 4, -4, -CAPTION - 2)
        tile = index.data(Qt.ItemDataRole.DecorationRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if isinstance(tile, QPixmap):
            size = tile.size().scaled(inner.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(inner.topLeft(), size)
            place.moveCenter(inner.center())
            painter.drawPixmap(place, tile)
        else:
            painter.fillRect(inner, BACKGROUND.lighter(160))
            ratio = painter.device().devicePixelRatio()
            icon = resources.pixmap("document", 28, QColor(LIGHT.on_picture), ratio)
            painter.drawPixmap(inner.center() - QPoint(14, 14), icon)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.setPen(QPen(SELECTED, 2))
            painter.drawRect(inner.adjusted(-2, -2, 2, 2))
        painter.setPen(QColor("#ffffff" if chosen else LIGHT.on_picture))
        caption = box.adjusted(4, box.height() - CAPTION, -4, 0)
        metrics = QFontMetrics(painter.font())
        words = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, caption.width())
        painter.drawText(caption, Qt.AlignmentFlag.AlignCenter, words)
        painter.restore()


class FilmStrip(QListView):
    """Click or walk to another item."""

    chosen = Signal(int)
    """A row."""

    def __init__(self, model: FilmStripModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strip = model
        self.setObjectName("filmStrip")
        self.setAccessibleName(translate("Images to walk through"))
        self.setModel(model)
        self.setItemDelegate(_TileDelegate(self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setFixedHeight(TILE.height() + 14)
        palette = self.palette()
        palette.setColor(palette.ColorRole.Base, BACKGROUND.lighter(130))
        self.setPalette(palette)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.load_visible)
        self.horizontalScrollBar().valueChanged.connect(lambda _value: self._soon.start())
        model.modelReset.connect(self._soon.start)
        self.clicked.connect(lambda index: self.chosen.emit(index.row()))

    def show_current(self, row: int) -> None:
        """Outline an item and bring it into view."""
        index = self._strip.index(row)
        self.setCurrentIndex(index)
        self.scrollTo(index, QListView.ScrollHint.PositionAtCenter)
        self._soon.start()

    def load_visible(self) -> None:
        """Ask for the tiles that are seen and one screen ahead."""
        seen = max(1, self.viewport().width() // TILE.width())
        first = self.horizontalScrollBar().value() // TILE.width()
        self._strip.want(first - 1, first + 2 * seen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More tiles may be seen."""
        super().resizeEvent(event)
        self._soon.start()
