"""Errors as the user reads them: a sentence, what it means, what to do. The one place where they are shown."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QListWidget,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from odimaging.gui.presenters.imports import ImportReport
from odimaging.gui.views.labels import plain_label
from odimaging.model.errors import (
    ChangedMeanwhile,
    DatabaseUnavailable,
    OdImagingError,
    StoreUnavailable,
)


def words(error: OdImagingError) -> str:
    """The sentence for the strip or the status bar."""
    return error.user_text


def needs_notice(error: OdImagingError) -> bool:
    """Whether it stays true until somebody mends it, and therefore stays on screen."""
    return isinstance(error, DatabaseUnavailable | StoreUnavailable)


def needs_reload(error: OdImagingError) -> bool:
    """Whether what is shown is out of date."""
    return isinstance(error, ChangedMeanwhile)


class ImportResultDialog(QDialog):
    """Which files were not filed and why; the others are safe. ``undo_wanted``: take the others back too."""

    def __init__(self, report: ImportReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Filing"))
        self.setMinimumWidth(460)
        self.undo_wanted = False
        heading = plain_label(report.heading, self)
        font = heading.font()
        font.setBold(True)
        heading.setFont(font)
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("Files that were not filed"))
        self.list.setWordWrap(True)
        for outcome in report.failures:
            reason = outcome.error.user_text if outcome.error else ""
            self.list.addItem(reason if outcome.name in reason else f"{outcome.name}: {reason}")
        layout = QVBoxLayout(self)
        layout.addWidget(heading)
        if report.text:
            layout.addWidget(plain_label(report.text, self))
        layout.addWidget(self.list)
        layout.addWidget(self._buttons(report))

    def _buttons(self, report: ImportReport) -> QDialogButtonBox:
        buttons = QDialogButtonBox(self)
        close = buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.AcceptRole)
        close.setDefault(True)
        buttons.accepted.connect(self.accept)
        if report.filed:
            label = self.tr("Take back the {} that were filed").format(len(report.filed))
            if len(report.filed) == 1:
                label = self.tr("Take back the one that was filed")
            undo = buttons.addButton(label, QDialogButtonBox.ButtonRole.ActionRole)
            undo.clicked.connect(self._on_undo)
        return buttons

    def _on_undo(self) -> None:
        self.undo_wanted = True
        self.accept()


def ask(
    parent: QWidget, title: str, text: str, verbs: tuple[str, ...], cancel: str = ""
) -> int | None:
    """One question; the buttons repeat the verbs. The number of the one pressed, None: cancelled, which has the focus."""
    box = QMessageBox(parent)
    box.setWindowTitle(title)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text)
    buttons: list[QPushButton] = [
        box.addButton(verb, QMessageBox.ButtonRole.AcceptRole) for verb in verbs
    ]
    stop = box.addButton(cancel or box.tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stop)
    box.setEscapeButton(stop)
    box.exec()
    pressed = box.clickedButton()
    return next((number for number, button in enumerate(buttons) if button is pressed), None)
