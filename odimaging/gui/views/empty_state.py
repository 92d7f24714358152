"""What stands where images would be while there are none (front desk §3.6): a sentence, a hint, at most one button."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget


class EmptyState(QFrame):
    """Centred words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("emptyState")
        self._title = _label("emptyTitle")
        self._text = _label("emptyText")
        self.button = QPushButton(self)
        self.button.setProperty("primary", True)
        self.button.clicked.connect(self._on_clicked)
        self._call: Callable[[], None] = lambda: None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(40, 20, 40, 60)
        layout.setSpacing(10)
        layout.addStretch(1)
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)

    @property
    def words(self) -> str:
        """What is said now."""
        return f"{self._title.text()} {self._text.text()}"

    def say(
        self, title: str, text: str = "", button: str = "", call: Callable[[], None] | None = None
    ) -> None:
        """Show these words, and a button if there is something to do."""
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.button.setText(button)
        self.button.setVisible(bool(button))
        self._call = call or (lambda: None)
        self.setAccessibleName(f"{title} {text}".strip())

    def _on_clicked(self) -> None:
        self._call()


def _label(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setWordWrap(True)
    return label
