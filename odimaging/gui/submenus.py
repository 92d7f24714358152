"""Submenus whose lines depend on what is open: recent patients, categories, destinations, the viewer's commands."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from odimaging.gui.desk import Desk
from odimaging.gui.presenters.search import RECENT
from odimaging.gui.text import escape_mnemonic, name
from odimaging.gui.views.send_menu import build_send_menu


class Submenus(QObject):
    """One of each for menu bar, toolbar and context menus; filled from memory when it opens."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(desk)
        self._desk = desk
        self._window = window
        self.recent = self._menu(self.tr("&Recent patients"), self._fill_recent)
        self.move = self._menu(self.tr("&Move to category"), self._fill_move)
        self.send = self._menu(self.tr("&Send to"), self.refill_send)
        self._recent_actions = [self._recent_action(number) for number in range(RECENT)]
        self._built: QMenu | None = None

    @property
    def by_name(self) -> Mapping[str, Callable[[], QMenu | None]]:
        """For `ActionSet.fill`."""
        return {
            "recent": lambda: self.recent,
            "move": lambda: self.move,
            "send": lambda: self.send,
        }

    def refresh(self, why_not_move: str, why_not_send: str) -> None:
        """Whether they can be opened, and why not."""
        for menu, why in ((self.move, why_not_move), (self.send, why_not_send)):
            menu.menuAction().setEnabled(not why)
            menu.menuAction().setToolTip(why)
            menu.menuAction().setStatusTip(why)
        for number, action in enumerate(self._recent_actions):
            patients = self._desk.search.recent
            action.setVisible(number < len(patients))
            if number < len(patients):
                action.setText(escape_mnemonic(name(patients[number])))

    def refill_send(self) -> None:
        """Last used destination first; answered from memory."""
        self.send.clear()
        transfers = self._desk.practice.transfers
        if transfers is not None:
            self._built = build_send_menu(transfers, self._desk.send_choices(), self._window)
            self.send.addActions(self._built.actions())

    def send_to_last(self) -> None:
        """Ctrl+E: the last used destination, or the menu if there is none yet."""
        transfers = self._desk.practice.transfers
        if transfers is None:
            return
        if transfers.destinations:
            transfers.send(self._desk.send_choices(), transfers.destinations[0])
        else:
            self.refill_send()
            self.send.popup(self._desk.grid.menu_place())

    def _fill_recent(self) -> None:
        self.recent.clear()
        self.recent.addActions(self._recent_actions)

    def _fill_move(self) -> None:
        self.move.clear()
        chosen = self._desk.browser.selection
        for category in self._desk.browser.choices:
            action = QAction(escape_mnemonic(category.item_name), self.move)
            action.setEnabled(any(item.doc_category != category.def_num for item in chosen))
            action.triggered.connect(
                lambda _checked=False, category=category: self._desk.edits.move_to_category(
                    self._desk.browser.selection, category.def_num, category.item_name
                )
            )
            self.move.addAction(action)

    def _recent_action(self, number: int) -> QAction:
        action = QAction(self._window)
        action.setShortcut(QKeySequence(f"Alt+{number + 1}"))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(lambda _checked=False: self._open_recent(number))
        self._window.addAction(action)
        return action

    def _open_recent(self, number: int) -> None:
        if number < len(self._desk.search.recent):
            self._desk.open_patient(self._desk.search.recent[number])

    def _menu(self, title: str, fill: Callable[[], None]) -> QMenu:
        menu = QMenu(title, self._window)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(fill)
        return menu

    def close(self) -> None:
        """The practice closes: its lines go from the window."""
        for action in self._recent_actions:
            self._window.removeAction(action)
