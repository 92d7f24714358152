"""Transfers at the foot of the window: slides up while something happens, hides itself when all went well."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import (
    QEasingCurve,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPropertyAnimation,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QBrush, QColor, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from odimaging.gui.models.transfers import ROW, STATE, TransferModel
from odimaging.gui.presenters.transfer_rows import TransferRow
from odimaging.gui.presenters.transfers import TransfersPresenter
from odimaging.gui.text import escape_mnemonic, translate
from odimaging.gui.views.destination_dialogs import DialogAsker
from odimaging.repository.send import Conflict, SendState

HEIGHT = 140
HIDE_AFTER_MS = 10_000
POLL_MS = 100
SLIDE_MS = 140
RED = {True: QColor("#ff8a80"), False: QColor("#b3261e")}
"""Failed, on a dark and on a light ground."""


class TransferPanel(QWidget):
    """Put it under the panes. It shows and hides itself; ``toggle`` is the status bar's click."""

    shown_changed = Signal(bool)

    def __init__(self, presenter: TransfersPresenter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transferPanel")
        self.setAccessibleName(translate("Transfers"))
        self._presenter = presenter
        presenter.asking.asker = DialogAsker(self)
        self.model = TransferModel(self)
        self._build()
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(presenter.poll)
        self._hide = QTimer(self, interval=HIDE_AFTER_MS, singleShot=True)
        self._hide.timeout.connect(self._hide_if_well)
        self._slide = QPropertyAnimation(self, b"maximumHeight", self)
        self._slide.setDuration(SLIDE_MS)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._was_active = False
        self._count = 0
        self.setMaximumHeight(0)
        self.hide()
        presenter.rows_changed.append(self._on_rows_changed)
        self._on_rows_changed()

    # ------------------------------------------------------------ public

    def toggle(self) -> None:
        """Show or hide, as the user wishes."""
        self.slide(self.isHidden())

    def slide(self, up: bool) -> None:
        """Up or away."""
        self._hide.stop()
        if up != self.isHidden():
            return
        if up:
            self.show()
            self._slide.stop()
            self._slide.setStartValue(0)
            self._slide.setEndValue(HEIGHT + (34 if self._presenter.conflicts else 0))
            self._slide.start()
        else:
            self._slide.stop()
            self.hide()
        self.shown_changed.emit(up)

    def hide_after(self, milliseconds: int) -> None:
        """How long it stays once all went well."""
        self._hide.setInterval(milliseconds)

    # ------------------------------------------------------------ building

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 4)
        column.setSpacing(4)
        column.addLayout(self._header())
        column.addWidget(self._conflict_bar())
        column.addWidget(self._table(), 1)

    def _header(self) -> QHBoxLayout:
        self._summary = QLabel()
        self._summary.setTextFormat(Qt.TextFormat.PlainText)
        self._summary.setAccessibleName(translate("Progress of all transfers"))
        self._bar = QProgressBar()
        self._bar.setFixedWidth(180)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(translate("Progress of all transfers"))
        self._retry = _button(translate("Retry failed"), self._presenter.retry)
        self._cancel = _button(translate("Cancel all"), self._presenter.cancel)
        self._clear = _button(translate("Clear list"), self._presenter.clear_ended)
        close = QToolButton()
        close.setText("✕")
        close.setAutoRaise(True)
        close.setAccessibleName(translate("Hide transfers"))
        close.setToolTip(translate("Hide transfers"))
        close.clicked.connect(lambda: self.slide(False))
        row = QHBoxLayout()
        row.addWidget(self._summary, 1)
        for widget in (self._bar, self._retry, self._cancel, self._clear, close):
            row.addWidget(widget)
        return row

    def _conflict_bar(self) -> QFrame:
        self._conflict = QFrame()
        self._conflict.setObjectName("conflictBar")
        self._conflict_words = QLabel(wordWrap=True)
        self._conflict_words.setTextFormat(Qt.TextFormat.PlainText)
        self.same = QCheckBox()
        row = QHBoxLayout(self._conflict)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._conflict_words, 1)
        for words, choice in (
            ("Keep both", Conflict.KEEP_BOTH),
            ("Replace it", Conflict.REPLACE),
            ("Skip", Conflict.SKIP),
        ):
            row.addWidget(_button(translate(words), partial(self._resolve, choice)))
        row.addWidget(self.same)
        return self._conflict

    def _table(self) -> QTableView:
        table = self.table = QTableView()
        table.setObjectName("transferRows")
        table.setAccessibleName(translate("Transfers"))
        table.setModel(self.model)
        table.setItemDelegateForColumn(STATE, _StateDelegate(table))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(22)
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for section, width in ((0, 260), (1, 160), (2, 80)):
            table.setColumnWidth(section, width)
        table.horizontalHeader().setStretchLastSection(True)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._show_menu)
        return table

    # ------------------------------------------------------------ drawing

    def _on_rows_changed(self) -> None:
        presenter = self._presenter
        rows = presenter.rows
        self.model.show(rows)
        ended, total = presenter.progress
        self._summary.setText(presenter.summary or translate("No transfers."))
        self._bar.setVisible(bool(presenter.active))
        self._bar.setMaximum(max(1, total) * 100)
        self._bar.setValue(ended * 100 + sum(_percent(row) for row in rows if row.is_active))
        self._retry.setVisible(presenter.can_retry)
        self._cancel.setVisible(bool(presenter.active))
        self._clear.setVisible(bool(rows) and not presenter.active)
        self._follow(rows)
        self._render_conflict()
        self._move(len(rows))

    def _follow(self, rows: Sequence[TransferRow]) -> None:
        """Keep the one being sent in view, then the first that needs somebody, unless a row was chosen."""
        if self.table.selectionModel().hasSelection():
            return
        busy = (SendState.SENDING, SendState.CHECKING)
        if not self._presenter.active:
            busy = (SendState.FAILED, SendState.ALREADY_THERE)
        number = next((n for n, row in enumerate(rows) if row.state in busy), None)
        if number is not None:
            self.table.scrollTo(self.model.index(number, 0))

    def _render_conflict(self) -> None:
        conflicts = () if self._presenter.active else self._presenter.conflicts
        if self._conflict.isHidden() != (not conflicts):
            self._conflict.setVisible(bool(conflicts))
            if self.maximumHeight():
                self.setMaximumHeight(HEIGHT + (34 if conflicts else 0))
        if conflicts:
            first = conflicts[0]
            self._conflict_words.setText(
                translate(f"A file named “{first.label}” is already there ({first.destination}).")
            )
            self.same.setVisible(len(conflicts) > 1)
            self.same.setText(translate(f"Same for the other {len(conflicts) - 1}"))

    def _move(self, count: int) -> None:
        """Up on activity, away ten seconds after the last one is sent."""
        active = bool(self._presenter.active)
        if active and not self._was_active:
            self.slide(True)
        if count > self._count and self._presenter.failed:
            self.slide(True)
        (self._poll.start if active else self._poll.stop)()
        well = not active and not self._presenter.failed
        if well and self._was_active:
            self._hide.start()
        elif not well:
            self._hide.stop()
        if count == 0 and self._count:
            self.slide(False)
        self._was_active, self._count = active, count

    def _hide_if_well(self) -> None:
        if not self._presenter.active and not self._presenter.failed:
            self.slide(False)

    # ------------------------------------------------------------ choices

    def _resolve(self, choice: Conflict) -> None:
        conflicts = self._presenter.conflicts
        chosen = conflicts if self.same.isChecked() else conflicts[:1]
        self._presenter.resolve([row.key for row in chosen], choice)

    def _selected(self) -> list[TransferRow]:
        return [index.data(ROW) for index in self.table.selectionModel().selectedRows()]

    def menu_for(self, rows: list[TransferRow]) -> QMenu:
        """Retry, Cancel, and the three answers for what is already there."""
        presenter, keys = self._presenter, [row.key for row in rows]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        retry = menu.addAction(translate("Retry"), lambda: presenter.retry(keys))
        retry.setEnabled(any(row.can_retry for row in rows))
        cancel = menu.addAction(translate("Cancel"), lambda: presenter.cancel(keys))
        cancel.setEnabled(any(row.is_active for row in rows))
        if any(row.state is SendState.ALREADY_THERE for row in rows):
            menu.addSeparator()
            for words, choice in (
                ("Keep both", Conflict.KEEP_BOTH),
                ("Replace it", Conflict.REPLACE),
                ("Skip", Conflict.SKIP),
            ):
                menu.addAction(
                    translate(words),
                    partial(presenter.resolve, keys, choice),
                )
        return menu

    def _show_menu(self, at: QPoint) -> None:
        rows = self._selected()
        if rows:
            self.menu_for(rows).popup(self.table.viewport().mapToGlobal(at))


class _StateDelegate(QStyledItemDelegate):
    """The state in words over a bar as long as the transfer is far; failures in red."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """From memory only."""
        row: TransferRow = index.data(ROW)
        if row.state is SendState.SENDING:
            box: QRect = option.rect
            bar = box.adjusted(0, 3, 0, -3)
            bar.setWidth(bar.width() * _percent(row) // 100)
            color = QColor(option.palette.color(QPalette.ColorRole.Highlight))
            color.setAlpha(60)
            painter.fillRect(bar, color)
        super().paint(painter, option, index)

    def initStyleOption(  # noqa: N802 Qt calls it so
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Red words for what needs somebody."""
        super().initStyleOption(option, index)
        row: TransferRow = index.data(ROW)
        if row.state in (SendState.FAILED, SendState.ALREADY_THERE):
            dark = option.palette.color(QPalette.ColorRole.Base).lightness() < 128
            option.palette.setBrush(QPalette.ColorRole.Text, QBrush(RED[dark]))


def _percent(row: TransferRow) -> int:
    return min(100, 100 * row.done // row.total) if row.total else 0


def _button(words: str, call: Callable[[], None]) -> QPushButton:
    button = QPushButton(escape_mnemonic(words))
    button.setAccessibleName(words)
    button.clicked.connect(lambda _checked=False: call())
    return button
