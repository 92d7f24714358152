"""The strip after a change: what was done, and Undo, for eight seconds. Told to screen readers politely."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

SHOWN_MS = 8000


class UndoStrip(QFrame):
    """Hidden until something was done. The time stands still while the pointer or the focus is on it."""

    undo_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("undoStrip")
        self.setAccessibleName(self.tr("Last change"))
        self.label = QLabel(self)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.button = QPushButton(self.tr("Undo"), self)
        self.button.setAccessibleName(self.tr("Undo the last change"))
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self._on_clicked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 6, 8, 6)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.button)
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._timer.timeout.connect(self._on_timeout)
        self.hide()

    def say(self, message: str, can_undo: bool) -> None:
        """Show a sentence; with Undo if it can be taken back."""
        self.label.setText(message)
        self.setAccessibleDescription(message)
        self.button.setVisible(can_undo)
        self.show()
        self._timer.start()
        event = QAccessibleAnnouncementEvent(self, message)
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Polite)
        QAccessible.updateAccessibility(event)

    def _on_clicked(self) -> None:
        self.hide()
        self.undo_asked.emit()

    def _on_timeout(self) -> None:
        if self.underMouse() or self.button.hasFocus():
            self._timer.start(2000)
        else:
            self.hide()
