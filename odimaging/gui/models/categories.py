"""The category tree's rows for Qt."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from odimaging.gui.presenters.browser import CategoryRow, Place, Shown
from odimaging.gui.presenters.words import plural

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = int(Qt.ItemDataRole.UserRole)


class CategoryModel(QAbstractListModel):
    """All, the categories in their order, Deleted items. Rows that stay are changed in place, so the current row stays."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[CategoryRow, ...] = ()

    def show(self, rows: Sequence[CategoryRow]) -> None:
        """Show these from now on."""
        if [row.shown for row in rows] == [row.shown for row in self._rows]:
            self._rows = tuple(rows)
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, 0))
            return
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def row(self, index: Index) -> CategoryRow | None:
        """The row there."""
        return self._rows[index.row()] if index.isValid() else None

    def index_of(self, shown: Shown) -> QModelIndex:
        """Invalid if there is no such row."""
        for number, row in enumerate(self._rows):
            if row.shown == shown and isinstance(row.shown, Place) == isinstance(shown, Place):
                return self.index(number, 0)
        return QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 Qt's own default
        """See Qt."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Name, words for a screen reader, the row itself."""
        row = self.row(index)
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.name}, {plural(row.count, 'image', 'images')}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return None
        return row if role == ROW_ROLE else None
