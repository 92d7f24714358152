"""The page while no practice is open: open one, make the demo, or how to make a new one. Also shows progress."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from odimaging.gui.views.labels import plain_label


@dataclass(frozen=True, slots=True)
class WelcomeCalls:
    """What `app` does for the page. Both return at once; the window is told how it went."""

    open_practice: Callable[[str], None]
    """Given the practice file's path."""
    make_demo: Callable[[], None]


class WelcomePage(QWidget):
    """Shown until `MainWindow.open_practice`."""

    def __init__(self, calls: WelcomeCalls, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("welcomePage")
        self.setAccessibleName(self.tr("Welcome"))
        self._calls = calls
        self.title = QLabel(self.tr("Welcome to odimaging"), self)
        self.title.setObjectName("emptyTitle")
        self.text = plain_label(self.tr("Choose the practice whose images you want to see."), self)
        self.text.setObjectName("emptyText")
        self.error = plain_label("", self)
        self.error.setObjectName("fieldNote")
        self.error.hide()
        self.open_button = QPushButton(self.tr("Open practice…"), self)
        self.open_button.setProperty("primary", True)
        self.open_button.clicked.connect(self.choose_practice)
        self.demo_button = QPushButton(self.tr("Make the demo practice"), self)
        self.demo_button.clicked.connect(calls.make_demo)
        self.new_text = plain_label(
            self.tr(
                "A new practice is made once, by whoever looks after the computers: "
                "odimaging init --database URL --root FOLDER --practice FILE. "
                "Then open the file it wrote."
            ),
            self,
        )
        self.new_text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.new_text.setProperty("field", True)
        self.progress = QProgressBar(self)
        self.progress.setAccessibleName(self.tr("Progress"))
        self.progress.setTextVisible(False)
        self.progress_text = plain_label("", self)
        self._lay_out()
        self.show_choices()

    def show_choices(self, error: str = "") -> None:
        """Nothing is going on; ``error``: what went wrong just now."""
        self.text.setText(self.tr("Choose the practice whose images you want to see."))
        self._busy(False)
        self.error.setText(error)
        self.error.setVisible(bool(error))

    def show_progress(self, words: str, done: int = 0, total: int = 0) -> None:
        """Something is going on; ``total`` 0: nobody knows how long."""
        self._busy(True)
        self.error.hide()
        self.progress_text.setText(words)
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    def choose_practice(self) -> None:
        """A file dialog, then open it."""
        path, _ = QFileDialog.getOpenFileName(
            self,
            self.tr("Open practice"),
            str(Path.home()),
            self.tr("Practice files (*.toml);;All files (*)"),
        )
        if path:
            self._calls.open_practice(path)

    def _busy(self, busy: bool) -> None:
        for widget in (self.progress, self.progress_text):
            widget.setVisible(busy)
        for button in (self.open_button, self.demo_button):
            button.setVisible(not busy)
        self.text.setVisible(not busy)
        self.new_text.setVisible(not busy)

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(14)
        row = QHBoxLayout()
        row.addWidget(self.open_button)
        row.addWidget(self.demo_button)
        row.addStretch(1)
        column.addStretch(2)
        for widget in (self.title, self.text, self.error):
            column.addWidget(widget)
        column.addLayout(row)
        column.addWidget(self.progress_text)
        column.addWidget(self.progress)
        column.addWidget(self.new_text)
        column.addStretch(3)
        holder = QWidget(self)
        holder.setFixedWidth(520)
        holder.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        holder.setLayout(column)
        layout = QHBoxLayout(self)
        layout.addWidget(holder, 0, Qt.AlignmentFlag.AlignHCenter)
