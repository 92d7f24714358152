"""The grid's items for Qt: looks things up, never loads."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from odimaging.gui import text
from odimaging.gui.presenters.items import GridItem, Visit

Index = QModelIndex | QPersistentModelIndex
ITEM_ROLE = int(Qt.ItemDataRole.UserRole)
ITEMS_MIME = "application/x-odimaging-items"
"""Carried by a drag from the grid: it never leaves this window, and holds nothing but the fact that it is ours."""


class GridModel(QAbstractListModel):
    """Items in the order of the visits."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.visits: tuple[Visit, ...] = ()
        self._items: tuple[GridItem, ...] = ()
        self._rows: dict[str, int] = {}

    def show(self, visits: Sequence[Visit]) -> None:
        """Show these from now on."""
        self.beginResetModel()
        self.visits = tuple(visits)
        self._items = tuple(item for visit in visits for item in visit.items)
        self._rows = {item.key: row for row, item in enumerate(self._items)}
        self.endResetModel()

    def item(self, row: int) -> GridItem:
        """The item of a row."""
        return self._items[row]

    def row_of(self, key: str) -> int:
        """-1 if it is not shown."""
        return self._rows.get(key, -1)

    def arrived(self, keys: Collection[str]) -> None:
        """These tiles look different now: one signal for all of them."""
        rows = [self._rows[key] for key in keys if key in self._rows]
        if rows:
            first, last = self.index(min(rows), 0), self.index(max(rows), 0)
            self.dataChanged.emit(first, last, [Qt.ItemDataRole.DecorationRole])

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 Qt's own default
        """See Qt."""
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Title, words for a screen reader, the item itself."""
        if not index.isValid():
            return None
        item = self._items[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return item.title
        if role == ITEM_ROLE:
            return item
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return spoken(item) if role == Qt.ItemDataRole.AccessibleTextRole else None
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Documents and mounts can be dragged to a category."""
        flags = super().flags(index)
        if index.isValid() and self._items[index.row()].shelved is None:
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        return flags

    def mimeTypes(self) -> list[str]:
        """Only our own."""
        return [ITEMS_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The selection is known to the presenter; the drag only says that it is ours."""
        data = QMimeData()
        data.setData(ITEMS_MIME, b"")
        return data


def spoken(item: GridItem) -> str:
    """What a screen reader says: title, kind, day, teeth."""
    words = [item.title, item.kind.replace(" · ", ", "), text.day(item.date_created.date())]
    if item.document is not None and item.document.tooth_numbers:
        words.append(f"teeth {item.document.tooth_numbers.replace(',', ', ')}")
    return ", ".join(words)
