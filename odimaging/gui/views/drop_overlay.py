"""Over the whole window while files are dragged over it: whose they would be, and where they would go."""

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from odimaging.gui.theme import Colors


class DropOverlay(QWidget):
    """Transparent to the mouse, so that what lies below still says where a drop would go."""

    def __init__(self, colors: Callable[[], Colors], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("dropOverlay")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._colors = colors
        self._over = parent
        self.words = ""
        self.hide()

    def say(self, words: str) -> None:
        """Cover the parent and show the words."""
        self.words = words
        self.setAccessibleName(words)
        self.setGeometry(self._over.rect())
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame and the words on a plate."""
        colors = self._colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colors.accent), 3))
        wash = QColor(colors.accent)
        wash.setAlpha(28)
        painter.setBrush(wash)
        painter.drawRoundedRect(self.rect().adjusted(3, 3, -3, -3), 8, 8)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.4)
        font.setBold(True)
        painter.setFont(font)
        room = self.rect().adjusted(60, 0, -60, 0)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        words = painter.boundingRect(room, flags, self.words)
        plate = QRect(words).adjusted(-24, -16, 24, 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.accent))
        painter.drawRoundedRect(plate, 8, 8)
        painter.setPen(QColor(colors.on_accent))
        painter.drawText(words, flags, self.words)
        painter.end()
