"""The home page of the centre: filter, thumbnails, or the words why there are none; the undo strip below."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from odimaging.gui.presenters.browser import BrowserPresenter, Place
from odimaging.gui.views.empty_state import EmptyState
from odimaging.gui.views.thumbnail_grid import ThumbnailGrid

FILTER_AFTER_MS = 120


class GridPage(QWidget):
    """``call(name)`` carries out a command: the buttons of the empty states."""

    def __init__(
        self,
        browser: BrowserPresenter,
        grid: ThumbnailGrid,
        call: Callable[[str], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._browser = browser
        self._call = call
        self.grid = grid
        self.empty = EmptyState(self)
        self.filter_bar = FilterBar(self)
        self.filter_bar.changed.connect(browser.filter)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(grid)
        self._stack.addWidget(self.empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.filter_bar)
        layout.addWidget(self._stack, 1)

    def refresh(self) -> None:
        """Tiles, or words."""
        browser = self._browser
        if browser.visits:
            self._stack.setCurrentWidget(self.grid)
            return
        self._say()
        self._stack.setCurrentWidget(self.empty)

    def take_focus(self) -> None:
        """The tiles, if there are any."""
        if self._browser.visits:
            self.grid.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.empty.button.isVisible():
            self.empty.button.setFocus(Qt.FocusReason.OtherFocusReason)

    def clear_filter(self) -> None:
        """All images again."""
        self.filter_bar.close_bar()

    def _say(self) -> None:
        browser, empty = self._browser, self.empty
        patient = browser.patient
        if browser.loading:
            empty.say(self.tr("Opening…"))
        elif patient is None:
            empty.say(
                self.tr("Find a patient to begin."), self.tr("Type a name, birthdate or number.")
            )
        elif browser.hidden:
            empty.say(
                self.tr("No image matches “{}”.").format(browser.filter_text),
                self.tr("{} are hidden.").format(browser.hidden),
                self.tr("Clear filter"),
                self.clear_filter,
            )
        elif browser.shown is Place.DELETED:
            empty.say(self.tr("Nothing deleted."), self.tr("Deleted images rest here for 30 days."))
        elif browser.shown is Place.ALL:
            self._say_no_images(f"{patient.fname} {patient.lname}".strip())
        else:
            name = browser.category_name(browser.shown)
            empty.say(
                self.tr("Nothing in {}.").format(name),
                self.tr("Drop files here to file them in {}.").format(name),
            )

    def _say_no_images(self, name: str) -> None:
        self.empty.say(
            self.tr("No images for {} yet.").format(name),
            self.tr("Drag files here, press Ctrl+V to paste, or choose them:"),
            self.tr("Import files…"),
            lambda: self._call("import_files"),
        )


class FilterBar(QFrame):
    """Ctrl+F: a box above the thumbnails; Esc closes it and shows all again."""

    changed = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("filterBar")
        label = QLabel(self.tr("Filter"), self)
        self.box = FilterBox(self)
        self.box.setAccessibleName(self.tr("Filter images"))
        self.box.setPlaceholderText(self.tr("Description, type, date, “tooth 14”…"))
        self.box.setAcceptDrops(False)
        self.box.setMaximumWidth(360)
        label.setBuddy(self.box)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 6, 14, 6)
        layout.addWidget(label)
        layout.addWidget(self.box, 1)
        layout.addStretch(1)
        self._timer = QTimer(self, singleShot=True, interval=FILTER_AFTER_MS)
        self._timer.timeout.connect(lambda: self.changed.emit(self.box.text()))
        self.box.textChanged.connect(lambda _text: self._timer.start())
        self.box.left.connect(self.close_bar)
        self.hide()

    def open_bar(self) -> None:
        """Show it and put the focus there."""
        self.box.setClearButtonEnabled(True)  # here: the first such button costs the start 40 ms
        self.show()
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.selectAll()

    def close_bar(self) -> None:
        """All images again."""
        self.box.clear()
        self._timer.stop()
        self.hide()
        self.changed.emit("")
        self.closed.emit()


class FilterBox(QLineEdit):
    """A line that says when Esc was pressed in it."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)
