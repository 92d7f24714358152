"""What each command of an open practice does: names of `actions.COMMANDS` to calls."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

from odimaging.gui import clipboard, text
from odimaging.gui.actions import (
    CATEGORY_MENU,
    EMPTY_MENU,
    ITEMS_MENU,
    PATIENT_MENU,
    SHELF_MENU,
    TILE_SIZES,
    VIEWER_MENU,
    ActionSet,
)
from odimaging.gui.desk import Desk
from odimaging.gui.dialogs import CategoryDialog
from odimaging.gui.practice_parts import SettingsStore
from odimaging.gui.presenters.browser import CategoryRow, Place
from odimaging.gui.presenters.items import GridItem
from odimaging.gui.presenters.viewer import ViewItem
from odimaging.gui.presenters.words import images
from odimaging.gui.submenus import Submenus
from odimaging.model.patient import Patient


class DeskCommands(QObject):
    """Handlers and context menus of a `Desk`."""

    def __init__(
        self, desk: Desk, actions: ActionSet, submenus: Submenus, settings: SettingsStore
    ) -> None:
        super().__init__(desk)
        self._desk = desk
        self._actions = actions
        self._submenus = submenus
        self._settings = settings
        self._target_row: CategoryRow | None = None
        desk.grid.menu_asked.connect(self._on_grid_menu)
        desk.tree.menu_asked.connect(self._on_category_menu)
        desk.patient_bar.menu_asked.connect(self._on_patient_menu)
        desk.viewer_made.connect(lambda viewer: viewer.menu_opening.connect(self._on_viewer_menu))

    @property
    def handlers(self) -> Mapping[str, Callable[[], None]]:
        """By command."""
        desk = self._desk
        return {
            "find_patient": desk.patient_bar.start_search,
            "import_files": self._import_files,
            "import_folder": self._import_folder,
            "paste": self._paste,
            "close_patient": self._close_patient,
            "undo": desk.edits.undo,
            "redo": desk.edits.redo,
            "delete": lambda: desk.edits.delete(desk.browser.selection),
            "restore": lambda: desk.edits.restore(desk.browser.selection),
            "select_all": desk.grid.selectAll,
            "select_visit": desk.grid.select_visit,
            "describe": self._describe,
            "find_images": self._find_images,
            "open": lambda: desk.open_item(desk.browser.selection[0]),
            "grid": desk.show_grid,
            "larger": lambda: self._resize_tiles(1),
            "smaller": lambda: self._resize_tiles(-1),
            "next_pane": lambda: desk.pane_cycle(1),
            "previous_pane": lambda: desk.pane_cycle(-1),
            "item_menu": self._item_menu,
            "look_again": desk.look_again,
            "move": self._move,
            "send": self._send,
            "send_last": self._submenus.send_to_last,
            "deleted_items": lambda: desk.browser.show(Place.DELETED),
            "copy_name": lambda: self._copy(lambda patient: patient.name_lf),
            "copy_number": lambda: self._copy(lambda patient: str(patient.pat_num)),
            "copy_birthdate": lambda: self._copy(_birthdate),
            "transfers": self._toggle_transfers,
            "retry_failed": self._retry_failed,
            "destinations": self._destinations,
        }

    # ------------------------------------------------------------ commands

    def _import_files(self) -> None:
        row, self._target_row = self._target_row, None
        paths, _ = QFileDialog.getOpenFileNames(
            self._desk, self.tr("Import files"), str(Path.home()), self.tr("All files (*)")
        )
        self._desk.file(paths, row)

    def _import_folder(self) -> None:
        row, self._target_row = self._target_row, None
        path = QFileDialog.getExistingDirectory(
            self._desk, self.tr("Import folder"), str(Path.home())
        )
        self._desk.file([path] if path else [], row)

    def _paste(self) -> None:
        row, self._target_row = self._target_row, None
        self._desk.file(clipboard.sources(QApplication.clipboard().mimeData()), row)

    def _close_patient(self) -> None:
        desk = self._desk
        desk.details_pane.commit()
        desk.show_grid()
        desk.grid.forget_all()
        desk.browser.close()
        desk.patient_bar.start_search()

    def _describe(self) -> None:
        self._desk.details_pane.show()
        self._desk.details_pane.edit_description()

    def _find_images(self) -> None:
        self._desk.show_grid()
        self._desk.grid_page.filter_bar.open_bar()

    def _resize_tiles(self, step: int) -> None:
        desk = self._desk
        nearest = min(TILE_SIZES, key=lambda size: abs(size - desk.grid.tile_size))
        place = min(max(0, TILE_SIZES.index(nearest) + step), len(TILE_SIZES) - 1)
        desk.grid.set_tile_size(TILE_SIZES[place])
        self._settings.save(replace(self._settings.load(), tile_size=TILE_SIZES[place]))
        desk.state_changed.emit()

    def _item_menu(self) -> None:
        """Qt sends this event for Shift+F10 on Windows only."""
        focus = self._desk.window().focusWidget()
        if focus is not None:
            middle = focus.rect().center()
            by_key = QContextMenuEvent.Reason.Keyboard
            event = QContextMenuEvent(by_key, middle, focus.mapToGlobal(middle))
            QApplication.sendEvent(focus, event)

    def _move(self) -> None:
        desk = self._desk
        chosen = desk.browser.selection
        heading = self.tr("Move {} to").format(images(len(chosen)))
        dialog = CategoryDialog(heading, desk.browser.choices, desk.window())
        if dialog.exec() and (category := dialog.chosen()):
            desk.edits.move_to_category(chosen, category.def_num, category.item_name)
        dialog.deleteLater()

    def _send(self) -> None:
        self._submenus.refill_send()
        self._submenus.send.popup(self._desk.grid.menu_place())

    def _toggle_transfers(self) -> None:
        if self._desk.transfer_panel is not None:
            self._desk.transfer_panel.toggle()

    def _retry_failed(self) -> None:
        if self._desk.practice.transfers is not None:
            self._desk.practice.transfers.retry()

    def _destinations(self) -> None:
        from odimaging.gui.views.destination_dialogs import DestinationsDialog

        if self._desk.practice.transfers is not None:
            dialog = DestinationsDialog(self._desk.practice.transfers.places, self._desk.window())
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()

    def _copy(self, words_of: Callable[[Patient], str]) -> None:
        patient = self._desk.browser.patient
        if patient is not None:
            QApplication.clipboard().setText(words_of(patient))

    # ------------------------------------------------------------ context menus

    def _on_grid_menu(self, item: GridItem | None, where: QPoint) -> None:
        if item is None:
            self._popup(EMPTY_MENU, where)
        else:
            self._popup(SHELF_MENU if item.shelved else ITEMS_MENU, where)

    def _on_category_menu(self, row: CategoryRow, where: QPoint) -> None:
        self._target_row = row
        self._popup(CATEGORY_MENU, where)

    def _on_patient_menu(self, where: QPoint) -> None:
        self._popup(PATIENT_MENU, where)

    def _on_viewer_menu(self, menu: QMenu, item: ViewItem) -> None:
        if item.doc_num is None or item.mount_num is None:
            self._actions.fill(menu, VIEWER_MENU, self._submenus.by_name)

    def _popup(self, names: tuple[str, ...], where: QPoint) -> None:
        menu = QMenu(self._desk)
        menu.setToolTipsVisible(True)
        self._actions.fill(menu, names, self._submenus.by_name, bold=True)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(where)


def _birthdate(patient: Patient) -> str:
    return text.day(patient.birthdate) if patient.birthdate else ""
