"""Labels for foreign text."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QToolTip, QWidget

from odimaging.gui.text import plain_tip


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


class ElidedLabel(QLabel):
    """One line that ends in … where there is no room; the tool tip then has all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)

    @property
    def shown(self) -> str:
        """What can be read."""
        elide, room = Qt.TextElideMode.ElideRight, self.contentsRect().width()
        return self.fontMetrics().elidedText(self.text(), elide, room)

    def minimumSizeHint(self) -> QSize:
        """Little: the rest of the row keeps its room."""
        return QSize(self.fontMetrics().height() * 4, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """What fits."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), self.alignment(), self.shown)

    def event(self, event: QEvent) -> bool:
        """The whole text as a tool tip, where it is cut."""
        if isinstance(event, QHelpEvent) and self.shown != self.text():
            QToolTip.showText(event.globalPos(), plain_tip(self.text()), self)
            return True
        return super().event(event)
