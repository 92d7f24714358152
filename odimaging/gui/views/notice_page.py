"""Words in place of a picture: what happened, what it means, what can be done."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from odimaging.gui import resources
from odimaging.gui.theme import LIGHT
from odimaging.gui.views.pixels import BACKGROUND


class NoticePage(QWidget):
    """On the dark ground of the picture area, in both themes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("viewerNotice")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAutoFillBackground(True)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, BACKGROUND)
        self.setPalette(palette)
        self._icon = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._title = self._label("font-size: 15pt; font-weight: 600; color: #ffffff;")
        self._text = self._label(f"font-size: 11pt; color: {LIGHT.on_picture};")
        self._buttons = QHBoxLayout()
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch()
        for widget in (self._icon, self._title, self._text):
            column.addWidget(widget)
        column.addLayout(self._buttons)
        column.addStretch()

    def show_words(
        self,
        title: str,
        text: str = "",
        icon: str = "",
        buttons: Sequence[tuple[str, Callable[[], None]]] = (),
    ) -> None:
        """Plain text; ``buttons``: their words and what they do."""
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self._icon.setVisible(bool(icon) and resources.has_icon(icon))
        if self._icon.isVisibleTo(self):
            color = QColor(LIGHT.on_picture)
            self._icon.setPixmap(resources.pixmap(icon, 56, color, self.devicePixelRatioF()))
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self._fill(buttons)

    def _fill(self, buttons: Sequence[tuple[str, Callable[[], None]]]) -> None:
        while (entry := self._buttons.takeAt(0)) is not None:
            widget = entry.widget()
            if widget is not None:
                widget.deleteLater()
        self._buttons.addStretch()
        for words, pressed in buttons:
            button = QPushButton(words)
            button.setAccessibleName(words)
            button.clicked.connect(lambda _checked=False, call=pressed: call())
            self._buttons.addWidget(button)
        self._buttons.addStretch()

    def _label(self, style: str) -> QLabel:
        label = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setStyleSheet(style)
        return label
