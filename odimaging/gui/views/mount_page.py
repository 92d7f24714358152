"""The mount with its list of positions beside it and the strip of unmounted images under it."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPalette, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSplitter, QVBoxLayout, QWidget

from odimaging.gui.presenters.mount import MountPresenter, Position
from odimaging.gui.text import translate
from odimaging.gui.theme import LIGHT
from odimaging.gui.views.mount_view import SELECTED, MountView, level_to_show
from odimaging.gui.views.pixels import BACKGROUND
from odimaging.model.ids import MountItemNum

NUMBER = Qt.ItemDataRole.UserRole


class MountPage(QWidget):
    """Keeps view, list and strip on the same position."""

    opened = Signal(object)
    """A DocNum of the strip: open it by itself."""

    def __init__(self, presenter: MountPresenter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self.view = MountView(presenter)
        self.positions = QListWidget()
        self.positions.setObjectName("mountPositions")
        self.positions.setAccessibleName(translate("Positions"))
        self.positions.setFrameShape(QListWidget.Shape.NoFrame)
        self.positions.setMinimumWidth(120)
        self.positions.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.positions.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.positions.setSpacing(2)
        self.strip = QListWidget()
        self.strip.setObjectName("unmountedStrip")
        self.strip.setAccessibleName(translate("Images not placed in the mount"))
        self.strip.setFlow(QListWidget.Flow.LeftToRight)
        self.strip.setIconSize(QSize(64, 56))
        self.strip.setFixedHeight(78)
        self.strip.setFrameShape(QListWidget.Shape.NoFrame)
        for rows in (self.positions, self.strip):
            _darken(rows)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.addWidget(self.view)
        self._splitter.addWidget(self.positions)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setSizes([1000, 190])
        self._splitter.setHandleWidth(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._splitter, 1)
        column.addWidget(self.strip)
        self.positions.currentItemChanged.connect(self._on_current_changed)
        self.positions.itemActivated.connect(lambda item: self.view.zoom_item(item.data(NUMBER)))
        self.strip.itemActivated.connect(self._on_strip_activated)
        presenter.changed = self.refresh
        presenter.arrived = self._on_arrived

    def refresh(self) -> None:
        """Contents or selection changed."""
        self.view.refresh()
        positions = self._presenter.positions()
        self._fill(self.positions, positions)
        unmounted = self._presenter.unmounted()
        self._fill(self.strip, unmounted)
        self.strip.setVisible(bool(unmounted))
        for row, position in enumerate(unmounted):
            self._set_icon(self.strip.item(row), position.item.mount_item_num)

    def _fill(self, rows: QListWidget, positions: tuple[Position, ...]) -> None:
        """Without losing the current row; rows are rebuilt only if their number is another."""
        blocked = rows.blockSignals(True)
        if rows.count() != len(positions):
            rows.clear()
            for _ in positions:
                rows.addItem(QListWidgetItem())
        for row, position in enumerate(positions):
            item = rows.item(row)
            item.setText(position.brief)
            item.setToolTip(position.words)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, position.words)
            item.setData(NUMBER, position.item.mount_item_num)
            if position.item.mount_item_num == self._presenter.selected:
                rows.setCurrentItem(item)
        rows.blockSignals(blocked)

    def _on_current_changed(self, current: QListWidgetItem | None) -> None:
        if current is not None:
            self._presenter.select(current.data(NUMBER))

    def _on_strip_activated(self, item: QListWidgetItem) -> None:
        document = self._presenter.document(item.data(NUMBER))
        if document is not None:
            self.opened.emit(document.doc_num)

    def _on_arrived(self, item_num: MountItemNum) -> None:
        self.view.refresh_item(item_num)
        if item_num in {position.item.mount_item_num for position in self._presenter.positions()}:
            self._fill(self.positions, self._presenter.positions())
        for row in range(self.strip.count()):
            if self.strip.item(row).data(NUMBER) == item_num:
                self._set_icon(self.strip.item(row), item_num)

    def _set_icon(self, item: QListWidgetItem, item_num: MountItemNum) -> None:
        document, pyramid = self._presenter.document(item_num), self._presenter.pyramid(item_num)
        if document is not None and pyramid is not None:
            image: QImage = level_to_show(document, pyramid, self.strip.iconSize())
            item.setIcon(QIcon(QPixmap.fromImage(image)))


def _darken(rows: QListWidget) -> None:
    """They belong to the picture area, dark in both themes."""
    palette = rows.palette()
    palette.setColor(QPalette.ColorRole.Base, BACKGROUND.lighter(130))
    palette.setColor(QPalette.ColorRole.Text, QColor(LIGHT.on_picture))
    palette.setColor(QPalette.ColorRole.Highlight, SELECTED)
    palette.setColor(QPalette.ColorRole.HighlightedText, BACKGROUND)
    rows.setPalette(palette)
