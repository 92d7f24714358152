"""Labels for foreign text."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget


def plain_label(text: str, parent: QWidget | None = None) -> QLabel:
    """Shows the text literally and breaks lines; Qt would guess HTML from a tag in it."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    label.setWordWrap(True)
    return label


def copyable_label(text: str, parent: QWidget | None = None) -> QLabel:
    """The same, and the mouse can select it: codes and reasons are read out and pasted elsewhere."""
    label = plain_label(text, parent)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
