"""The page in place of the grid: a document or a mount, its title, its film strip. Esc goes back."""

from collections.abc import Callable, Sequence
from pathlib import PurePath

from PySide6.QtCore import QPoint, Qt, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from odimaging.gui.presenters.mount import MountPresenter
from odimaging.gui.presenters.viewer import Shown, ViewerPresenter, ViewItem
from odimaging.gui.text import day, translate
from odimaging.gui.views.film_strip import FilmStrip, FilmStripModel, key_of
from odimaging.gui.views.image_view import ImageView
from odimaging.gui.views.labels import ElidedLabel
from odimaging.gui.views.mount_page import MountPage
from odimaging.gui.views.mount_view import MountView
from odimaging.gui.views.notice_page import NoticePage
from odimaging.jobs import Job, Lane
from odimaging.model.changes import Changes
from odimaging.model.document import Document
from odimaging.model.mount import Mount
from odimaging.model.picture import Edits

OPENABLE = frozenset(
    ".pdf .txt .rtf .csv .doc .docx .odt .xls .xlsx .ods .ppt .pptx .wav .mp3 .mp4".split()  # noqa: SIM905 one line to read
)
"""What may be handed to another program: data, never something that could run."""
KINDS = {
    ".doc": "Word document",
    ".docx": "Word document",
    ".odt": "text document",
    ".rtf": "text document",
    ".txt": "text file",
    ".xls": "Excel sheet",
    ".xlsx": "Excel sheet",
    ".wav": "sound recording",
    ".mp3": "sound recording",
    ".mp4": "film",
    ".avi": "film",
    ".mov": "film",
}


class Viewer(QWidget):
    """Built from `ViewerPresenter`; ``actions`` are what the menus offer of it, alive only in here."""

    closed = Signal()
    current_changed = Signal(object)
    """A `ViewItem`."""
    message = Signal(str)
    """For the status bar."""
    menu_opening = Signal(object, object)
    """(QMenu, `ViewItem`): add to the context menu before it shows."""

    def __init__(self, presenter: ViewerPresenter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("viewer")
        self._presenter = presenter
        self._mount = MountPresenter(presenter.repository, presenter.submit, presenter.edits)
        self._strip_model = FilmStripModel(presenter.load_tile)
        self._strip_model.arrived = self._on_tile
        self._drawn = Shown()
        self.image_view = ImageView()
        self.mount_page = MountPage(self._mount)
        self.notice = NoticePage()
        self.film_strip = FilmStrip(self._strip_model)
        self.actions: dict[str, QAction] = self._make_actions()  # type: ignore[assignment]  # agreed name; hides a Qt method nobody calls here
        self._build()
        presenter.changed = self._render
        presenter.said = self.message.emit
        presenter.emptied = self.closed.emit
        self._mount.said = self.message.emit
        self.film_strip.chosen.connect(presenter.go)
        self.image_view.window_released.connect(presenter.store_window)
        self.image_view.menu_asked.connect(self._show_menu)
        self.image_view.zoomed.connect(self._on_zoomed)
        self.mount_page.view.zoomed.connect(self._on_zoomed)
        self.mount_page.view.menu_asked.connect(self._on_mount_menu)
        self.mount_page.opened.connect(
            lambda doc_num: self.open_items([ViewItem(doc_num, None, "")], 0)
        )

    # ------------------------------------------------------------ public

    def open_items(self, items: Sequence[ViewItem], index: int) -> None:
        """Show ``items[index]``; arrows walk through the rest."""
        ratio = self.devicePixelRatioF()
        width, height = (round(side * ratio) for side in self.stack.size().toTuple())
        self._presenter.fit = self._mount.viewport = (max(640, width), max(480, height))
        self._presenter.open(items, index)
        self._focus()

    def refresh(self, changes: Changes) -> None:
        """Something changed, here or elsewhere."""
        self._strip_model.outdated(
            [
                key_of(item)
                for item in self._presenter.items
                if item.doc_num in changes.documents or item.mount_num in changes.mounts
            ]
        )
        self.film_strip.load_visible()
        self._presenter.refresh(changes)

    def try_again(self) -> None:
        """Tiles that could not be made are asked for once more."""
        self._strip_model.try_again()
        self.film_strip.load_visible()

    def set_single_letters(self, on: bool) -> None:
        """R, H and the like; the menus work either way."""
        for name, keys in SINGLE_LETTERS.items():
            self.actions[name].setShortcuts([QKeySequence(key) for key in keys] if on else [])

    def leave(self) -> None:
        """Esc: ends a drag, then leaves a zoomed position, then the viewer."""
        view = self.mount_page.view
        if self.image_view.cancel_drag() or view.cancel_drag():
            return
        if self._on_mount and not view.is_fitted:
            view.fit()
            return
        self._presenter.close()
        self.closed.emit()

    # ------------------------------------------------------------ building

    def _make_actions(self) -> dict[str, QAction]:
        presenter = self._presenter
        made: dict[str, QAction] = {}

        def add(name: str, text: str, keys: Sequence[str], call: Callable[[], object]) -> None:
            action = QAction(translate(text), self)
            action.setShortcuts([QKeySequence(key) for key in keys])
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _checked=False: call())
            self.addAction(action)
            made[name] = action

        add("back", "Back", ["Esc"], self.leave)
        add("previous", "Previous", ["Left", "Ctrl+Left"], lambda: presenter.step(-1))
        add("next", "Next", ["Right", "Ctrl+Right"], lambda: presenter.step(1))
        add("zoom_in", "Zoom in", ["+", "="], lambda: self._zoomed_view().zoom_by(1))
        add("zoom_out", "Zoom out", ["-"], lambda: self._zoomed_view().zoom_by(-1))
        add("fit", "Fit", ["0"], lambda: self._zoomed_view().fit())
        add("actual_size", "100 %", ["1"], lambda: self._zoomed_view().zoom_to(1.0))
        add("rotate_right", "Rotate right", ["R"], lambda: self._rotate(90))
        add("rotate_left", "Rotate left", ["Shift+R"], lambda: self._rotate(270))
        add("flip", "Flip", ["H"], self._flip)
        add("level_reset", "Reset brightness and contrast", ["Shift+A"], self._reset_window)
        add("previous_page", "Previous page", ["PgUp"], lambda: presenter.turn_page(-1))
        add("next_page", "Next page", ["PgDown"], lambda: presenter.turn_page(1))
        add("zoom_item", "Zoom to this position", ["Z"], self.mount_page.view.zoom_item)
        drawings = made["show_drawings"] = QAction(translate("Show drawings"), self)
        drawings.setCheckable(True)
        drawings.setChecked(True)
        drawings.setShortcut(QKeySequence("D"))
        drawings.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        drawings.toggled.connect(self.image_view.show_drawings)
        drawings.toggled.connect(self.mount_page.view.show_drawings)
        self.addAction(drawings)
        return made

    def _build(self) -> None:
        self.title = ElidedLabel()
        self.title.setObjectName("viewerTitle")
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.page_label = QLabel()
        self.zoom_label = QLabel()
        self.zoom_label.setMinimumWidth(48)
        self.zoom_label.setAccessibleName(translate("Zoom"))
        bar = QHBoxLayout()
        bar.setContentsMargins(6, 4, 6, 4)
        bar.addWidget(self._button("back", "‹ "))
        bar.addWidget(self.title, 1)
        self._page_widgets = [
            self._button("previous_page"),
            self.page_label,
            self._button("next_page"),
        ]
        for widget in self._page_widgets:
            bar.addWidget(widget)
        bar.addWidget(self.zoom_label)
        for name in ("fit", "actual_size"):
            bar.addWidget(self._button(name))
        bar.addWidget(self._button("previous", "‹ "))
        bar.addWidget(self._button("next", "", " ›"))
        self.stack = QStackedWidget()
        for page in (self.image_view, self.mount_page, self.notice):
            self.stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.stack, 1)
        column.addWidget(self.film_strip)

    def _button(self, name: str, before: str = "", after: str = "") -> QToolButton:
        action = self.actions[name]
        button = QToolButton()
        button.setAutoRaise(True)
        button.setDefaultAction(action)
        button.setAccessibleName(action.text())
        words = f"{before}{action.text()}{after}"
        button.setText(words)
        action.changed.connect(lambda: button.setText(words))
        return button

    # ------------------------------------------------------------ drawing the difference

    def _render(self) -> None:
        shown, before = self._presenter.shown, self._drawn
        self._drawn = shown
        if shown.item is None:
            self.image_view.clear()
            self._mount.show(None)
            return
        if shown.item is not before.item or (shown.pyramid is None and shown.page == before.page):
            self._render_item(shown, before)
        self._render_content(shown, before)
        self._render_bar(shown)

    def _render_item(self, shown: Shown, before: Shown) -> None:
        item = shown.item
        assert item is not None
        if item is before.item and before.pyramid is None:
            return
        self.image_view.clear()
        self._strip_model.show(self._presenter.items)
        self.film_strip.setVisible(len(self._presenter.items) > 1)
        self.film_strip.show_current(self._presenter.index)
        tile = self._strip_model.tile(item)
        if tile is not None:
            self.image_view.show_tile(tile.toImage())
        if item is not before.item:
            self.current_changed.emit(item)

    def _render_content(self, shown: Shown, before: Shown) -> None:
        if shown.mount is not None:
            if shown.mount is not before.mount:
                self.stack.setCurrentWidget(self.mount_page)
                self._mount.show(shown.mount)
        elif shown.problem is not None:
            buttons = (
                [(translate("Try again"), self._presenter.retry)] if shown.problem.can_retry else []
            )
            self._notice(
                translate("This cannot be shown."), shown.problem.words, "warning", buttons
            )
        elif shown.busy:
            self._notice(translate(shown.busy))
        elif shown.is_other and shown.document is not None:
            self._other(shown.document)
        else:
            self._picture(shown, before)
        if self.isVisible() and not self.film_strip.hasFocus():
            self._focus()

    def _picture(self, shown: Shown, before: Shown) -> None:
        view, document = self.image_view, shown.document
        self.stack.setCurrentWidget(view)
        if document is None:
            return
        view.can_window = document.can_window
        edits = Edits.of(document)
        if shown.pyramid is not None and shown.pyramid is not before.pyramid:
            view.show_picture(shown.pyramid, edits)
        elif document is not before.document:
            view.set_edits(edits)
        view.set_drawings(shown.drawings)
        view.setAccessibleDescription(self.title_of(shown))

    def _other(self, document: Document) -> None:
        kind = KINDS.get(document.extension, translate("file"))
        buttons = []
        if document.extension in OPENABLE:
            buttons = [(translate("Open in its own program"), lambda: self._open_outside(document))]
        self._notice(
            document.description or document.file_name,
            translate(
                f"This {kind} has no picture to show here. It can be sent, moved and deleted like any image."
            ),
            "document",
            buttons,
        )

    def _notice(
        self,
        title: str,
        text: str = "",
        icon: str = "",
        buttons: Sequence[tuple[str, Callable[[], None]]] = (),
    ) -> None:
        self.notice.show_words(title, text, icon, buttons)
        self.zoom_label.clear()
        self.stack.setCurrentWidget(self.notice)

    def _render_bar(self, shown: Shown) -> None:
        self.title.setText(self.title_of(shown))
        can_previous, can_next = self._presenter.can_step
        self.actions["previous"].setEnabled(can_previous)
        self.actions["next"].setEnabled(can_next)
        for widget in self._page_widgets:
            widget.setVisible(shown.pages > 1)
        self.page_label.setText(translate(f"Page {shown.page + 1} of {shown.pages}"))
        self.actions["previous_page"].setEnabled(shown.page > 0)
        self.actions["next_page"].setEnabled(shown.page < shown.pages - 1)
        editable = self._on_mount or self._presenter.can_edit
        for name in ("rotate_right", "rotate_left", "flip", "level_reset"):
            self.actions[name].setEnabled(editable)
        self.actions["zoom_item"].setEnabled(self._on_mount)

    def title_of(self, shown: Shown) -> str:
        """As facts §10.4 has it: day, description, then teeth or the mount's note."""
        if shown.document is not None:
            return _document_title(shown.document)
        if shown.mount is not None:
            return _mount_title(shown.mount.mount)
        return shown.item.title if shown.item else ""

    # ------------------------------------------------------------ small parts

    @property
    def _on_mount(self) -> bool:
        return self._presenter.shown.mount is not None

    def _zoomed_view(self) -> ImageView | MountView:
        return self.mount_page.view if self._on_mount else self.image_view

    def _focus(self) -> None:
        pages: dict[QWidget | None, QWidget] = {
            self.mount_page: self.mount_page.view,
            self.image_view: self.image_view,
        }
        pages.get(self.stack.currentWidget(), self.notice).setFocus()

    def _rotate(self, degrees: int) -> None:
        if not self._on_mount:
            self._presenter.rotate(degrees)
        elif self._mount.selected is not None:
            self._mount.rotate(self._mount.selected, degrees)

    def _flip(self) -> None:
        if not self._on_mount:
            self._presenter.flip()
        elif self._mount.selected is not None:
            self._mount.flip(self._mount.selected)

    def _reset_window(self) -> None:
        if not self._on_mount:
            self._presenter.reset_window()
        elif self._mount.selected is not None:
            self._mount.reset_window(self._mount.selected)

    def _open_outside(self, document: Document) -> None:
        browse = self._presenter.repository.browse

        def found(path: str) -> None:
            if not path or PurePath(path).suffix.lower() not in OPENABLE:
                self.message.emit(translate("This file can be opened after saving a copy of it."))
            else:
                QDesktopServices.openUrl(QUrl.fromLocalFile(path))

        self._presenter.submit(
            Job("file path", Lane.DB, lambda _progress: browse.file_path(document.doc_num)),
            done=found,
            failed=lambda error: self.message.emit(error.user_text),
        )

    def _show_menu(self, at: QPoint) -> None:
        item = self._presenter.shown.item
        if item is not None:
            self._exec_menu(item, ["fit", "actual_size"], at)

    def _on_mount_menu(self, number: object, at: QPoint) -> None:
        item = self._presenter.shown.item
        if item is None:
            return
        document = self._mount.document(self._mount.selected) if number is not None else None
        if document is not None:
            item = ViewItem(document.doc_num, item.mount_num, _document_title(document))
        self._exec_menu(item, ["zoom_item", "fit"], at)

    def _exec_menu(self, item: ViewItem, first: Sequence[str], at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name in first:
            menu.addAction(self.actions[name])
        menu.addSeparator()
        for name in ("rotate_right", "rotate_left", "flip", "level_reset"):
            menu.addAction(self.actions[name])
        self.menu_opening.emit(menu, item)
        menu.popup(at)

    # ------------------------------------------------------------ slots

    def _on_tile(self, item: ViewItem) -> None:
        shown = self._presenter.shown.item
        tile = self._strip_model.tile(item)
        if shown is not None and tile is not None and key_of(item) == key_of(shown):
            self.image_view.show_tile(tile.toImage())

    def _on_zoomed(self, zoom: float) -> None:
        self.zoom_label.setText(f"{round(zoom * 100)} %")


SINGLE_LETTERS = {
    "rotate_right": ["R"],
    "rotate_left": ["Shift+R"],
    "flip": ["H"],
    "level_reset": ["Shift+A"],
    "zoom_item": ["Z"],
    "show_drawings": ["D"],
}


def _document_title(document: Document) -> str:
    title = f"{day(document.date_created)}: {document.description}"
    teeth = [tooth for tooth in document.tooth_numbers.split(",") if tooth]
    if not teeth:
        return title
    return f"{title}, {'Tooth' if len(teeth) == 1 else 'Teeth'}: {', '.join(teeth)}"


def _mount_title(mount: Mount) -> str:
    title = f"{day(mount.date_created)}: {mount.description}"
    return f"{title}, {mount.note}" if mount.note else title
