"""Small dialogs of the window: choosing a category, a password, the shortcut page, about."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from odimaging.gui.actions import shortcut_rows
from odimaging.gui.views.labels import plain_label
from odimaging.model.definition import Definition


class CategoryDialog(QDialog):
    """Ctrl+M: type the first letters, Enter."""

    def __init__(
        self, heading: str, categories: Sequence[Definition], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Move to category"))
        self._categories = tuple(categories)
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("Category"))
        self.list.addItems([category.item_name for category in categories])
        self.list.setCurrentRow(0)
        self.list.itemActivated.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.addWidget(plain_label(heading, self))
        layout.addWidget(self.list)
        layout.addWidget(buttons(self, self.tr("Move")))
        self.list.setFocus()

    def chosen(self) -> Definition | None:
        """The category, once accepted."""
        row = self.list.currentRow()
        return self._categories[row] if 0 <= row < len(self._categories) else None


class PasswordDialog(QDialog):
    """Asks for the database's password. It is kept nowhere here."""

    def __init__(self, account: str, practice: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Database password"))
        self.setMinimumWidth(380)
        text = self.tr("The database of {} asks for the password of {}.").format(
            practice or self.tr("this practice"), account or self.tr("its account")
        )
        self.box = QLineEdit(self)
        self.box.setEchoMode(QLineEdit.EchoMode.Password)
        self.box.setAccessibleName(self.tr("Password"))
        label = QLabel(self.tr("&Password"), self)
        label.setBuddy(self.box)
        layout = QVBoxLayout(self)
        layout.addWidget(plain_label(text, self))
        layout.addWidget(label)
        layout.addWidget(self.box)
        layout.addWidget(buttons(self, self.tr("Open")))
        self.box.setFocus()

    @classmethod
    def ask(cls, account: str, practice: str = "", parent: QWidget | None = None) -> str | None:
        """The password typed; None: given up. GUI thread."""
        dialog = cls(account, practice, parent)
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        password = dialog.box.text() if accepted else None
        dialog.box.clear()
        dialog.deleteLater()
        return password


class ShortcutsDialog(QDialog):
    """Help ▸ Keyboard shortcuts, made from the commands themselves."""

    def __init__(
        self, viewer_actions: Sequence[QAction] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.resize(520, 560)
        rows = shortcut_rows(viewer_actions)
        self.table = QTableWidget(len(rows), 2, self)
        self.table.setAccessibleName(self.tr("Keyboard shortcuts"))
        self.table.setHorizontalHeaderLabels([self.tr("Key"), self.tr("What it does")])
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        for number, row in enumerate(rows):
            self.table.setItem(number, 0, QTableWidgetItem(row.keys))
            self.table.setItem(number, 1, QTableWidgetItem(row.text))
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.table.setCurrentIndex(self.table.model().index(0, 0, QModelIndex()))
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        close.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.table)
        layout.addWidget(close)


def buttons(dialog: QDialog, verb: str) -> QDialogButtonBox:
    """A button with the verb, and Cancel."""
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, dialog)
    box.addButton(verb, QDialogButtonBox.ButtonRole.AcceptRole).setDefault(True)
    box.accepted.connect(dialog.accept)
    box.rejected.connect(dialog.reject)
    return box
