"""Rows of the transfer panel over the presenter's frozen rows."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from odimaging.gui.presenters.transfer_rows import TransferRow, megabytes
from odimaging.gui.text import translate

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("What", "To", "Size", "State")
STATE = len(COLUMNS) - 1
ROW = Qt.ItemDataRole.UserRole
"""The `TransferRow` itself."""


class TransferModel(QAbstractTableModel):
    """``show`` takes the presenter's rows and announces only what is different."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[TransferRow, ...] = ()

    def show(self, rows: Sequence[TransferRow]) -> None:
        """In order; the same keys keep their rows, and with them selection and scroll position."""
        before, after = self._rows, tuple(rows)
        if [row.key for row in before] != [row.key for row in after]:
            self._show_others(after)
            return
        self._rows = after
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            if old != new:
                self.dataChanged.emit(self.index(number, 0), self.index(number, STATE))

    def _show_others(self, after: tuple[TransferRow, ...]) -> None:
        known = len(self._rows)
        if known and self._keys(after[:known]) == self._keys(self._rows):
            self.beginInsertRows(QModelIndex(), known, len(after) - 1)
            self._rows = after
            self.endInsertRows()
        else:
            self.beginResetModel()
            self._rows = after
            self.endResetModel()

    @staticmethod
    def _keys(rows: Sequence[TransferRow]) -> list[str]:
        return [row.key for row in rows]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 Qt's own default
        """Number of transfers."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 Qt's own default
        """What, to, size, state."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Column titles."""
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return translate(COLUMNS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """From memory only."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.label} to {row.destination}: {row.words}"
        texts = (row.label, row.destination, megabytes(row.total) if row.total else "", row.words)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return texts[index.column()]
        return None
