"""The patient bar: who is open, and the one search box with its list. Keyboard only works.

Names are foreign text and shown as plain text.
"""

from collections.abc import Callable

from PySide6.QtCore import (
    QDate,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from odimaging.gui import resources, text
from odimaging.gui.models.patients import FACTS_ROLE, KEY_ROLE, PatientModel
from odimaging.gui.presenters.search import SearchPresenter
from odimaging.gui.theme import Colors
from odimaging.gui.views.labels import ElidedLabel
from odimaging.model.patient import Patient

QUOTED = 40
"""Letters of what was typed that are said back."""

CLEAR_BUTTON_AFTER_MS = 500
"""The first such button costs the start 40 ms: it comes when the window stands."""

Index = QModelIndex | QPersistentModelIndex


class PatientBar(QFrame):
    """Name and facts at the left, the search box at the right."""

    chosen = Signal(object)
    """A `Patient` to open."""
    left = Signal()
    """Esc in the box: the focus belongs to the images again."""
    menu_asked = Signal(QPoint)
    """A context menu for the open patient."""
    list_changed = Signal()
    """Other patients were found, or are recent."""

    def __init__(
        self, search: SearchPresenter, colors: Callable[[], Colors], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("patientBar")
        self.setAccessibleName(self.tr("Patient"))
        self._search = search
        self._colors = colors
        self._is_open = False
        self.name = ElidedLabel()
        self.name.setObjectName("patientName")
        self.facts = _plain("patientFacts")
        self.box = QLineEdit(self)
        self.box.setObjectName("patientSearch")
        self.box.setAccessibleName(self.tr("Find patient"))
        self.box.setAccessibleDescription(
            self.tr("Type a part of a name, a birthdate or a number; Down and Enter choose.")
        )
        self.box.setPlaceholderText(self.tr("Find patient…  Ctrl+O"))
        self.box.setAcceptDrops(False)
        self.box.setFixedWidth(300)
        self.results = PatientResults(search, colors, self.window())
        self._lay_out()
        self.box.textEdited.connect(self._on_typed)
        self.box.textChanged.connect(lambda words: None if words else search.type(""))
        self.box.installEventFilter(self)
        later = QTimer(self, singleShot=True, interval=CLEAR_BUTTON_AFTER_MS)
        later.timeout.connect(lambda: self.box.setClearButtonEnabled(True))
        later.start()
        self.results.list.clicked.connect(self._on_clicked)
        search.changed = self._on_changed
        self.show_patient(None)

    def show_patient(self, patient: Patient | None, loading: bool = False) -> None:
        """Who is open."""
        self._is_open = patient is not None or loading
        self.name.setVisible(patient is not None)
        if patient is None:
            self.name.setText("")
            self.facts.setText(self.tr("Opening…") if loading else self.tr("No patient open"))
            return
        today = text.from_date(QDate.currentDate())
        self.name.setText(text.name(patient))
        self.facts.setText(text.facts(patient, today))

    def start_search(self) -> None:
        """Ctrl+O: the box gets the focus and shows recent patients or the old results."""
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.selectAll()
        self._open_list()

    def icon_changed(self) -> None:
        """Another theme."""
        for action in self.box.actions():
            self.box.removeAction(action)
        icon = resources.icon("search", QColor(self._colors().muted))
        if not icon.isNull():
            self.box.addAction(icon, QLineEdit.ActionPosition.LeadingPosition)

    def _lay_out(self) -> None:
        self.setFixedHeight(max(48, self.fontMetrics().height() * 3))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 4, 12, 4)
        layout.setSpacing(18)
        layout.addWidget(self.name)
        layout.addWidget(self.facts)
        layout.addStretch(1)
        layout.addWidget(self.box)

    def _choose(self, patient: Patient | None) -> None:
        if patient is not None:
            self.results.hide()
            self.box.clear()
            self.chosen.emit(patient)

    def _open_list(self) -> None:
        if self._search.text or self._search.patients:
            self.results.open_below(self.box)

    def _on_typed(self, words: str) -> None:
        self._search.type(words)
        self._open_list()

    def _on_changed(self) -> None:
        self.results.refresh()
        self.list_changed.emit()
        wanted = self.results.isVisible() or bool(self._search.text) or not self._is_open
        if self.box.hasFocus() and wanted:
            self._open_list()

    def _on_clicked(self, index: QModelIndex) -> None:
        self._choose(self.results.model.patient(index))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Copy name, number, birthdate."""
        self.menu_asked.emit(event.globalPos())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down, Up, Enter and Esc in the box work the list."""
        if watched is self.box and isinstance(event, QKeyEvent):
            if event.type() is QEvent.Type.KeyPress:
                return self._key(event)
        elif watched is self.box and event.type() is QEvent.Type.FocusOut:
            QTimer.singleShot(0, self._hide_if_left)
        elif watched is self.box and event.type() is QEvent.Type.MouseButtonPress:
            self._open_list()
        return super().eventFilter(watched, event)

    def _hide_if_left(self) -> None:
        focus = self.window().focusWidget()
        if focus is not self.box and not self.results.isAncestorOf(focus or self):
            self.results.hide()

    def _key(self, event: QKeyEvent) -> bool:
        key = event.key()
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: 8,
            Qt.Key.Key_PageUp: -8,
        }
        if key in steps:
            if not self.results.isVisible():
                self._open_list()
            else:
                self.results.step(steps[Qt.Key(key)])
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.results.current())
            return True
        if key == Qt.Key.Key_Escape:
            if self.results.isVisible():
                self.results.hide()
            elif self.box.text():
                self.box.clear()
            else:
                self.left.emit()
            return True
        return False


class PatientResults(QFrame):
    """The list below the box: never takes the focus, so that typing goes on."""

    def __init__(
        self, search: SearchPresenter, colors: Callable[[], Colors], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._search = search
        self.setObjectName("patientResultsFrame")
        self.setAutoFillBackground(True)
        self.heading = _plain("resultsHeading")
        self.model = PatientModel(self)
        self.list = QListView(self)
        self.list.setObjectName("patientResults")
        self.list.setAccessibleName(self.tr("Patients found"))
        self.list.setModel(self.model)
        self.list.setItemDelegate(PatientDelegate(colors, self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.inactive = QPushButton(self.tr("Also look in inactive patients"), self)
        self.inactive.setProperty("link", True)
        self.inactive.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.inactive.clicked.connect(search.look_in_inactive)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 4)
        layout.setSpacing(0)
        layout.addWidget(self.heading)
        layout.addWidget(self.list)
        layout.addWidget(self.inactive, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def refresh(self) -> None:
        """What the presenter found."""
        search = self._search
        self.model.show(search.patients, keys=not search.text)
        self.list.setVisible(bool(search.patients))
        self.heading.setText(self._words())
        self.heading.setVisible(bool(self._words()))
        self.inactive.setVisible(search.none_found and not search.include_inactive)
        if search.patients:
            self.list.setCurrentIndex(self.model.index(0, 0))
        if self.isVisible():
            self._fit()

    def open_below(self, box: QWidget) -> None:
        """Below the box, right edges together, above everything else in the window."""
        self.refresh()
        window = box.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        self._fit()
        corner = box.mapTo(window, QPoint(box.width(), box.height() + 2))
        self.move(max(4, corner.x() - self.width()), corner.y())
        self.show()
        self.raise_()

    def step(self, count: int) -> None:
        """Another row becomes current."""
        rows = self.model.rowCount()
        if rows:
            row = min(max(0, self.list.currentIndex().row() + count), rows - 1)
            self.list.setCurrentIndex(self.model.index(row, 0))

    def current(self) -> Patient | None:
        """The row Enter would open: only of an answer to what stands in the box."""
        if not self.isVisible() or self._search.answered != self._search.text:
            return None
        return self.model.patient(self.list.currentIndex())

    def _words(self) -> str:
        search = self._search
        if search.none_found:
            return self.tr(
                "No one matches “{}”. Check the spelling, or try just the birthdate."
            ).format(_shortened(search.text))
        if search.answered != search.text and not search.patients:
            return self.tr("Searching…")
        if not search.text:
            return self.tr("Recent patients") if search.patients else ""
        if search.more:
            return self.tr("The first {} of more. Type on to narrow it down.").format(
                len(search.patients)
            )
        return ""

    def _fit(self) -> None:
        width = 440
        rows = min(9, self.model.rowCount())
        row_height = self.list.sizeHintForRow(0) if rows else 0
        self.heading.setWordWrap(True)
        self.list.setFixedHeight(rows * row_height + 4 if rows else 0)
        self.setFixedWidth(width)
        self.adjustSize()


class PatientDelegate(QStyledItemDelegate):
    """Two lines: name, facts; the key at the right."""

    def __init__(self, colors: Callable[[], Colors], parent: QWidget) -> None:
        super().__init__(parent)
        self._colors = colors

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Two lines."""
        height = 2 * option.fontMetrics.height() + 12
        return QSize(300, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One patient."""
        colors = self._colors()
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        flag = QStyle.StateFlag
        if state & (flag.State_Selected | flag.State_MouseOver):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(
                QColor(colors.selected if state & flag.State_Selected else colors.hover)
            )
            painter.drawRoundedRect(rect.adjusted(4, 1, -4, -1), 5, 5)
        area = rect.adjusted(14, 5, -14, -5)
        bold = QFont(painter.font())
        bold.setBold(True)
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        keys = str(index.data(KEY_ROLE) or "")
        painter.setPen(QColor(colors.muted))
        painter.drawText(area, left | Qt.AlignmentFlag.AlignBottom, str(index.data(FACTS_ROLE)))
        painter.drawText(area, right | Qt.AlignmentFlag.AlignTop, keys)
        painter.setFont(bold)
        painter.setPen(QColor(colors.text))
        room = area.width() - (70 if keys else 0)
        name = painter.fontMetrics().elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, room
        )
        painter.drawText(area, left | Qt.AlignmentFlag.AlignTop, name)
        painter.restore()


def _shortened(words: str) -> str:
    return words if len(words) <= QUOTED else f"{words[:QUOTED]}…"


def _plain(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
