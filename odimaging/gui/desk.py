"""The window's inside while a practice is open: patient bar, toolbar, categories, grid or viewer, details, transfers.

Made of presenters and views; it only joins them. What a command does is in `desk_commands`.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from odimaging.gui import clipboard, drops, messages
from odimaging.gui.actions import WindowState
from odimaging.gui.practice_parts import OpenPractice, SettingsStore
from odimaging.gui.presenters.browser import BrowserPresenter, CategoryRow, Part, Place
from odimaging.gui.presenters.details import DetailsPresenter, state_of
from odimaging.gui.presenters.imports import ImportPresenter, ImportReport
from odimaging.gui.presenters.items import GridItem
from odimaging.gui.presenters.search import SearchPresenter
from odimaging.gui.presenters.selection_edits import SelectionEdits
from odimaging.gui.presenters.tiles import Arrived, TilePresenter
from odimaging.gui.presenters.transfer_rows import SendChoice
from odimaging.gui.presenters.undo import UndoStack
from odimaging.gui.presenters.viewer import ViewerPresenter, ViewItem
from odimaging.gui.theme import Theme
from odimaging.gui.views.category_tree import CategoryTree
from odimaging.gui.views.command_bar import CommandBar
from odimaging.gui.views.details_pane import DetailsPane
from odimaging.gui.views.drop_overlay import DropOverlay
from odimaging.gui.views.grid_page import GridPage
from odimaging.gui.views.labels import plain_label
from odimaging.gui.views.patient_bar import PatientBar
from odimaging.gui.views.thumbnail_grid import ThumbnailGrid
from odimaging.gui.views.transfer_panel import TransferPanel
from odimaging.gui.views.undo_strip import UndoStrip
from odimaging.gui.views.viewer import Viewer
from odimaging.model.changes import Changes
from odimaging.model.errors import OdImagingError, StoreUnavailable
from odimaging.model.ids import DocNum
from odimaging.model.patient import Patient

LEFT_WIDTH, RIGHT_WIDTH = 192, 270


class Desk(QWidget):
    """``call(name)`` carries out a command of the window."""

    state_changed = Signal()
    """What can be done is different now."""
    status_changed = Signal()
    """The words for the status bar are different now."""
    viewer_made = Signal(object)
    """The `Viewer`, once somebody opened an image."""

    def __init__(
        self,
        practice: OpenPractice,
        settings: SettingsStore,
        theme: Theme,
        call: Callable[[str], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.practice = practice
        self._settings = settings
        self._theme = theme
        self._call = call
        self._progress = ""
        self._filed: tuple[str, ...] = ()
        self._noticed: OdImagingError | None = None
        self._viewer: Viewer | None = None
        self._viewer_presenter: ViewerPresenter | None = None
        self._before_viewing: tuple[tuple[str, ...], str] = ((), "")
        self._make_presenters()
        self._make_views()
        self._lay_out()
        self._connect()
        self.setAcceptDrops(True)
        self._on_browser(Part.PATIENT)

    # ------------------------------------------------------------ state

    @property
    def viewing(self) -> bool:
        """The viewer is in front."""
        return self._viewer is not None and self.centre.currentWidget() is self._viewer

    @property
    def viewer(self) -> Viewer | None:
        """Once it was needed."""
        return self._viewer

    def window_state(self) -> WindowState:
        """What the commands look at."""
        browser, stack = self.browser, self.undo_stack
        chosen = browser.selection
        return WindowState(
            practice=True,
            patient=browser.patient is not None,
            read_only=browser.read_only_reason,
            selected=len(chosen),
            documents=sum(1 for item in chosen if item.document),
            mounts=sum(1 for item in chosen if item.mount),
            shelved=sum(1 for item in chosen if item.shelved),
            shown=sum(len(visit.items) for visit in browser.visits),
            viewing=self.viewing,
            undo=stack.undo_step.text if stack.undo_step else "",
            redo=stack.redo_step.text if stack.redo_step else "",
            clipboard=clipboard.can_file(QApplication.clipboard().mimeData()),
            can_send=self.practice.transfers is not None,
            failed_transfers=self.practice.transfers.failed if self.practice.transfers else 0,
            tile_size=self.grid.tile_size,
        )

    def send_choices(self) -> tuple[SendChoice, ...]:
        """What is selected, for sending."""
        pat_num = self.browser.pat_num
        if pat_num is None:
            return ()
        return tuple(
            SendChoice(item.doc_num, item.mount_num, pat_num)
            for item in self.browser.selection
            if item.shelved is None
        )

    def status(self) -> tuple[str, str, str]:
        """(counts, what is being filed, what is being sent)."""
        transfers = self.practice.transfers
        return self.browser.status(), self._progress, transfers.summary if transfers else ""

    # ------------------------------------------------------------ doing

    def start(self) -> None:
        """The practice is open: recent patients and the search index come in the background."""
        self.search.start()
        if self.practice.transfers is not None:
            self.practice.transfers.restore()
        self.patient_bar.box.setFocus(Qt.FocusReason.OtherFocusReason)

    def stop(self) -> None:
        """The practice closes."""
        self.details_pane.commit()
        self.practice.changed.disconnect(self._on_changed)
        self.grid.forget_all()
        self.details_pane.forget_all()
        self._let_go()
        if self.practice.transfers is not None:
            self.practice.transfers.summary_changed.clear()
            self.practice.transfers.rows_changed.clear()

    def _let_go(self) -> None:
        """Answers still on their way find nobody: the widgets they were for are gone then."""
        self.undo_stack.changed = lambda: None
        self.browser.changed = lambda _part: None
        self.browser.reached = lambda: None
        self.search.changed = lambda: None
        self.edits.said = lambda _message, _can_undo: None
        self.imports.progressed = lambda _done, _total: None
        self.imports.reported = lambda _report: None
        self.imports.filed = lambda _doc_nums: None
        self.details.beside = lambda _name, _words: None
        for presenter in (self.browser, self.search, self.edits, self.imports):
            presenter.failed = lambda _error: None
        if self._viewer_presenter is not None:
            self._viewer_presenter.changed = lambda: None
            self._viewer_presenter.said = lambda _words: None
            self._viewer_presenter.close()

    def open_patient(self, patient: Patient) -> None:
        """Show a patient's images."""
        self.details_pane.commit()
        self.show_grid()
        self.grid_page.filter_bar.close_bar()
        self.grid.forget_all()
        self.browser.open_patient(patient.pat_num)
        self.search.opened(patient.pat_num)

    def open_item(self, item: GridItem) -> None:
        """In the viewer, in place of the grid; a deleted one is only restored."""
        if item.shelved is not None:
            return
        viewable = [one for one in self.browser.visible if one.shelved is None]
        views = [
            ViewItem(one.doc_num, one.mount_num, one.title, one.may_have_pixels) for one in viewable
        ]
        viewer = self._make_viewer()
        self._before_viewing = (self.grid.selected_keys(), item.key)
        self.centre.setCurrentWidget(viewer)
        viewer.open_items(views, viewable.index(item))
        self.state_changed.emit()

    def show_grid(self) -> None:
        """Back from the viewer: same place, same selection, or what was looked at last."""
        if not self.viewing:
            return
        selected, opened = self._before_viewing
        last = self.browser.selection[0].key if self.browser.selection else opened
        self.centre.setCurrentWidget(self.grid_page)
        self.grid.select_keys(selected if last == opened and opened in selected else [last])
        self.grid_page.take_focus()
        self.state_changed.emit()

    def say(self, message: str, can_undo: bool = False) -> None:
        """In the strip."""
        self.strip.say(message, can_undo)

    def tell(self, error: OdImagingError) -> None:
        """Something did not work."""
        if messages.needs_notice(error):
            self._noticed = error
            self._notice_text.setText(messages.words(error))
            self._notice.show()
        else:
            self.strip.say(messages.words(error), can_undo=False)
        if messages.needs_reload(error):
            self.browser.reload()

    def file(self, sources: Sequence[object], row: CategoryRow | None = None) -> None:
        """File what was dropped, pasted or chosen."""
        browser, target = self.browser, drops.DropTarget(self.browser)
        if browser.pat_num is not None and sources and target.can_file():
            category = target.category(row)
            self.imports.start(
                browser.pat_num,
                sources,  # type: ignore[arg-type]  # paths or pictures, from `clipboard` or a dialog
                category,
                browser.category_name(category),
            )

    def save_sizes(self) -> str:
        """The splitters, for the settings."""
        return bytes(self.panes.saveState().toBase64().data()).decode()

    def restore_sizes(self, kept: str) -> None:
        """As last time."""
        if kept:
            self.panes.restoreState(QByteArray.fromBase64(kept.encode()))

    def pane_cycle(self, step: int) -> None:
        """F6: the focus goes to the next pane."""
        centre = self._viewer if self.viewing else self.grid
        panes: list[QWidget | None] = [
            self.patient_bar.box,
            self.tree,
            centre,
            self.details_pane.description,
            self.transfer_panel,
        ]
        shown = [
            pane for pane in panes if pane is not None and pane.isVisible() and pane.isEnabled()
        ]
        focus = self.window().focusWidget()
        here = [
            number
            for number, pane in enumerate(shown)
            if focus is not None and (pane is focus or _pane_of(pane).isAncestorOf(focus))
        ]
        target = shown[((here[0] if here else -1) + step) % len(shown)]
        if target is self._viewer:
            target = _first_focusable(target)
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # ------------------------------------------------------------ building

    def _make_presenters(self) -> None:
        repository, submit = self.practice.repository, self.practice.submit
        self.undo_stack = UndoStack(self.state_changed.emit)
        self.browser = BrowserPresenter(repository, submit, self._on_browser, self.tell)
        self.browser.reached = self._on_reached
        self.search = SearchPresenter(
            repository, submit, self._settings.load, self._settings.save, failed=self.tell
        )
        self.edits = SelectionEdits(repository, submit, self.undo_stack, self.say, self.tell)
        self.imports = ImportPresenter(repository, submit, self.edits.push, self.tell)
        self.imports.progressed = self._on_import_progress
        self.imports.reported = self._on_import_report
        self.imports.filed = self._on_filed
        self.details = DetailsPresenter(self.edits)

    def _make_tiles(self, arrived: Arrived) -> TilePresenter:
        return TilePresenter(self.practice.repository, self.practice.submit, arrived)

    def _make_views(self) -> None:
        settings = self._settings.load()
        self.patient_bar = PatientBar(self.search, lambda: self._theme.colors, self)
        self.tree = CategoryTree(lambda: self._theme.colors, self)
        self.grid = ThumbnailGrid(
            self._make_tiles, lambda: self._theme.colors, settings.tile_size, self
        )
        self.grid_page = GridPage(self.browser, self.grid, self._call, self)
        self.details_pane = DetailsPane(self._make_tiles, self)
        self.details.beside = self.details_pane.say_beside
        self.strip = UndoStrip(self)
        self.overlay = DropOverlay(lambda: self._theme.colors, self)
        self.command_bar = CommandBar(self)
        self.transfer_panel = self._make_transfer_panel()
        self._make_notice()

    def _make_transfer_panel(self) -> TransferPanel | None:
        transfers = self.practice.transfers
        if transfers is None:
            return None
        transfers.summary_changed.append(self.status_changed.emit)
        transfers.summary_changed.append(self.state_changed.emit)
        return TransferPanel(transfers, self)

    def _make_notice(self) -> None:
        self._notice = QFrame(self)
        self._notice.setObjectName("noticeBar")
        self._notice_text = plain_label("", self._notice)
        again = QPushButton(self.tr("Try now"), self._notice)
        again.clicked.connect(self.look_again)
        layout = QHBoxLayout(self._notice)
        layout.setContentsMargins(14, 6, 14, 6)
        layout.addWidget(self._notice_text, 1)
        layout.addWidget(again)
        self._notice.hide()

    def _lay_out(self) -> None:
        self.centre = QStackedWidget(self)
        self.centre.addWidget(self.grid_page)
        middle = QWidget(self)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.centre, 1)
        strip_row = QHBoxLayout()
        strip_row.setContentsMargins(10, 0, 10, 0)
        strip_row.addWidget(self.strip)
        column.addLayout(strip_row)
        self.panes = QSplitter(Qt.Orientation.Horizontal, self)
        self.panes.setChildrenCollapsible(False)
        for pane in (self.tree, middle, self.details_pane):
            self.panes.addWidget(pane)
        self.tree.setMinimumWidth(150)
        self.tree.setMaximumWidth(300)
        self.details_pane.setMinimumWidth(230)
        self.details_pane.setMaximumWidth(380)
        self.panes.setStretchFactor(1, 1)
        self.panes.setSizes([LEFT_WIDTH, 780, RIGHT_WIDTH])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.patient_bar)
        layout.addWidget(self.command_bar)
        layout.addWidget(self._notice)
        layout.addWidget(self.panes, 1)
        if self.transfer_panel is not None:
            layout.addWidget(self.transfer_panel)

    def _connect(self) -> None:
        self.practice.changed.connect(self._on_changed)
        self.patient_bar.chosen.connect(self.open_patient)
        self.patient_bar.list_changed.connect(self.state_changed)
        self.patient_bar.left.connect(self._on_search_left)
        self.tree.shown_changed.connect(self._on_category_chosen)
        self.grid.chosen.connect(self.browser.select)
        self.grid.opened.connect(self.open_item)
        self.grid_page.filter_bar.closed.connect(self.grid_page.take_focus)
        self.details_pane.saved.connect(self._on_saved)
        self.strip.undo_asked.connect(self.edits.undo)
        QApplication.clipboard().dataChanged.connect(self.state_changed)

    def _make_viewer(self) -> Viewer:
        if self._viewer is None:
            presenter = self._viewer_presenter = ViewerPresenter(
                self.practice.repository, self.practice.submit, self.edits.push
            )
            self._viewer = Viewer(presenter, self)
            self._viewer.set_single_letters(self._settings.load().single_letter_shortcuts)
            self._viewer.closed.connect(self.show_grid)
            self._viewer.current_changed.connect(self._on_viewed)
            self._viewer.message.connect(self.say)
            self.centre.addWidget(self._viewer)
            self.viewer_made.emit(self._viewer)
        return self._viewer

    # ------------------------------------------------------------ slots

    def _on_browser(self, part: Part) -> None:
        browser = self.browser
        if part is Part.PATIENT:
            self.undo_stack.show(browser.pat_num)
            self.patient_bar.show_patient(browser.patient, browser.loading)
        if part in (Part.PATIENT, Part.CONTENTS) and browser.contents is not None:
            choices = browser.choices
            self.details_pane.show_choices(choices, browser.contents.providers)
            if not isinstance(self._noticed, StoreUnavailable):
                self._end_notice()
        if part is not Part.SELECTION:
            self.tree.show_rows(browser.rows(), browser.shown)
            self.grid.show_visits(browser.visits, keep_place=part is Part.CONTENTS)
            self.grid_page.refresh()
            if part is Part.PATIENT and browser.patient is not None:
                self.grid_page.take_focus()
            if part is Part.CONTENTS:
                self._show_filed()
        if part is not Part.SHOWN:
            state = state_of(browser.selection, browser.read_only_reason)
            self.details_pane.show_state(state, browser.selection)
        self.state_changed.emit()
        self.status_changed.emit()

    def _on_changed(self, changes: Changes, _initiator: str) -> None:
        keys = [f"d{number}" for number in changes.documents]
        keys += [f"m{number}" for number in changes.mounts]
        contents = self.browser.contents
        if contents is not None:
            keys += [
                f"m{mount_num}"
                for mount_num, documents in contents.mount_documents.items()
                if any(document.doc_num in changes.documents for document in documents)
            ]
        self.grid.looks_different(keys)
        self.details_pane.looks_different(keys)
        self.browser.refresh(changes)
        if self._viewer is not None:
            self._viewer.refresh(changes)

    def _on_category_chosen(self, shown: object) -> None:
        self.show_grid()
        self.browser.show(shown)  # type: ignore[arg-type]  # a `Shown` through a signal

    def _on_viewed(self, item: ViewItem) -> None:
        key = f"m{item.mount_num}" if item.mount_num is not None else f"d{item.doc_num}"
        if self.viewing and any(one.key == key for one in self.browser.visible):
            # through the grid: what is read again takes the selection from there
            self.grid.select_keys([key])

    def _on_saved(self, items: Sequence[GridItem], name: str, value: object) -> None:
        if name == "doc_category":
            title = self.browser.category_name(value)  # type: ignore[arg-type]  # a DefNum of the list
            self.details.save_category(items, value, title)  # type: ignore[arg-type]  # as above
        else:
            self.details.save(items, name, value)

    def _on_search_left(self) -> None:
        self.grid_page.take_focus()

    def look_again(self) -> None:
        """F5, and Try now: everything is read again; thumbnails that failed are asked for once more."""
        self.browser.reload()
        self.browser.look_again()

    def _on_reached(self) -> None:
        """The patient's folder was looked into: what could not be read may be readable now."""
        if isinstance(self._noticed, StoreUnavailable):
            self._end_notice()
        self.grid.try_again()
        self.details_pane.try_again()
        if self._viewer is not None:
            self._viewer.try_again()

    def _end_notice(self) -> None:
        self._noticed = None
        if self._notice.isAncestorOf(self.window().focusWidget() or self):
            self.grid_page.take_focus()
        self._notice.hide()

    def _on_import_progress(self, done: int, total: int) -> None:
        self._progress = ""
        if self.imports.running and total:
            self._progress = self.tr("Filing {} of {}…").format(min(done + 1, total), total)
        self.status_changed.emit()

    def _on_filed(self, doc_nums: Sequence[DocNum]) -> None:
        self._filed = tuple(f"d{number}" for number in doc_nums)
        self._show_filed()

    def _show_filed(self) -> None:
        """What was filed is selected as soon as it is in the grid, unless something is being looked at."""
        visible = {item.key for item in self.browser.visible}
        if self._filed and visible.issuperset(self._filed):
            filed, self._filed = self._filed, ()
            if not self.viewing:
                self.grid.select_keys(filed)

    def _on_import_report(self, report: ImportReport) -> None:
        step = self.undo_stack.last_of(report.pat_num) if report.filed else None
        dialog = messages.ImportResultDialog(report, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def finished() -> None:
            last = self.undo_stack.last_of(report.pat_num)
            if dialog.undo_wanted and step is not None and last is step:
                self.edits.take_back(step)

        dialog.finished.connect(finished)
        dialog.open()

    # ------------------------------------------------------------ drops

    def _row_under(self, event: QDropEvent) -> CategoryRow | None:
        return self.tree.row_at(self.tree.mapFrom(self, drops.position(event)))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Counts only: no file is looked at."""
        target = drops.DropTarget(self.browser)
        if not target.takes(event):
            event.ignore()
        elif drops.is_ours(event):
            drops.accept_move(event)
        else:
            drops.accept_copy(event)
            self.overlay.say(target.words(event.mimeData(), None))

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """The overlay and the tree follow the pointer."""
        target, row = drops.DropTarget(self.browser), self._row_under(event)
        if drops.is_ours(event):
            possible = target.can_move_to(row)
            self.tree.mark_target(row if possible else None)
            if possible:
                drops.accept_move(event)
            else:
                event.ignore()
            return
        self.tree.mark_target(row if target.can_file() and target.category(row) else None)
        self.overlay.say(target.words(event.mimeData(), row))
        if target.can_file():
            drops.accept_copy(event)
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Gone."""
        self._end_drag()

    def dropEvent(self, event: QDropEvent) -> None:
        """A copy into the category under the pointer, else the shown one; own items move."""
        row, target = self._row_under(event), drops.DropTarget(self.browser)
        self._end_drag()
        if drops.is_ours(event):
            if row is not None and target.can_move_to(row):
                drops.accept_move(event)
                self._move_to_row(row)
            return
        if target.can_file():
            drops.accept_copy(event)
            self.file(clipboard.sources(event.mimeData()), row)

    def _move_to_row(self, row: CategoryRow) -> None:
        chosen = self.browser.selection
        if isinstance(row.shown, Place):
            self.edits.delete(chosen)
        else:
            self.edits.move_to_category(chosen, row.shown, row.name)

    def _end_drag(self) -> None:
        self.overlay.hide()
        self.tree.mark_target(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrow windows lose the words of the toolbar's right half first."""
        super().resizeEvent(event)
        self.command_bar.fit(self.width())
        if self.patient_bar.results.isVisible():
            self.patient_bar.results.open_below(self.patient_bar.box)


def _pane_of(widget: QWidget) -> QWidget:
    pane: QWidget | None = widget
    while pane is not None and pane.objectName() not in PANE_NAMES:
        pane = pane.parentWidget()
    return pane or widget


PANE_NAMES = frozenset(
    {"patientBar", "categoryTree", "thumbnailGrid", "viewer", "detailsPane", "transferPanel"}
)


def _first_focusable(widget: QWidget) -> QWidget:
    for child in widget.findChildren(QWidget):
        if child.isVisible() and child.focusPolicy() & Qt.FocusPolicy.TabFocus:
            return child
    return widget
