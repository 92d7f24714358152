"""The main window: menu bar, status bar, and inside either the welcome page or the desk of an open practice.

Only QtWidgets is imported before the first paint; what an open practice needs is imported when one opens.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QMainWindow,
    QMenu,
    QMessageBox,
    QPushButton,
    QStackedWidget,
)

from odimaging.gui.actions import MENUS, THEMES, ActionSet, WindowState, can_edit_items, can_send
from odimaging.gui.theme import Theme
from odimaging.gui.welcome import WelcomeCalls, WelcomePage

if TYPE_CHECKING:
    from odimaging.gui.desk import Desk
    from odimaging.gui.desk_commands import DeskCommands
    from odimaging.gui.practice_parts import OpenPractice, SettingsStore
    from odimaging.gui.submenus import Submenus
    from odimaging.gui.views.viewer import Viewer

FRAME = 40
"""What a title bar takes, logical pixels: the first window must not reach below the screen."""


class MainWindow(QMainWindow):
    """``closing`` is called once the user's close stands; the window is gone then."""

    def __init__(
        self,
        theme: Theme,
        settings: "SettingsStore",
        welcome: WelcomeCalls,
        closing: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("odimaging")
        self._theme = theme
        self._settings = settings
        self._closing = closing
        self._waiting = False
        self.desk: Desk | None = None
        self._commands: DeskCommands | None = None
        self._submenus: Submenus | None = None
        self.actions_of = ActionSet(self.do, self)
        self.welcome = WelcomePage(welcome, self)
        self._inside = QStackedWidget(self)
        self._inside.addWidget(self.welcome)
        self.setCentralWidget(self._inside)
        self.setMinimumSize(QSize(800, 560))
        self._make_status_bar()
        self._handlers = self._own_handlers()
        self._image_menu: QMenu | None = None
        self._build_menus()
        self._restore_place()
        theme.changed.connect(self._dress)
        self._dress()
        self._refresh_actions()

    # ------------------------------------------------------------ for app

    def show_progress(self, words: str, done: int = 0, total: int = 0) -> None:
        """A practice is being opened or made."""
        self._inside.setCurrentWidget(self.welcome)
        self.welcome.show_progress(words, done, total)

    def show_welcome(self, error: str = "") -> None:
        """No practice is open; ``error``: why not."""
        self._inside.setCurrentWidget(self.welcome)
        self.welcome.show_choices(error)
        self.welcome.open_button.setFocus()

    def open_practice(self, practice: "OpenPractice") -> None:
        """Show it in place of the welcome page, or of the practice before."""
        from odimaging.gui.desk import Desk
        from odimaging.gui.desk_commands import DeskCommands
        from odimaging.gui.submenus import Submenus

        self.close_practice()
        desk = Desk(practice, self._settings, self._theme, self.do, self)
        self.desk = desk
        self._submenus = Submenus(desk, self)
        self._commands = DeskCommands(desk, self.actions_of, self._submenus, self._settings)
        desk.state_changed.connect(self._refresh_actions)
        desk.status_changed.connect(self._refresh_status)
        desk.viewer_made.connect(self._on_viewer_made)
        if desk.transfer_panel is not None:
            desk.transfer_panel.shown_changed.connect(self.actions_of["transfers"].setChecked)
        desk.command_bar.fill(self.actions_of, {"send": lambda: self._made(self._submenus).send})
        self._inside.addWidget(desk)
        self._inside.setCurrentWidget(desk)
        self._build_menus()
        self._restore_panes()
        desk.patient_bar.icon_changed()
        self.setWindowTitle(f"{practice.name} – odimaging")
        self._refresh_actions()
        self._refresh_status()
        desk.start()

    def close_practice(self) -> None:
        """Back to nothing; the welcome page is shown next."""
        if self.desk is None:
            return
        self._keep_panes()
        self.desk.stop()
        self._made(self._submenus).close()
        self._inside.removeWidget(self.desk)
        self.desk.deleteLater()
        self.desk = self._commands = self._submenus = self._image_menu = None
        self.setWindowTitle("odimaging")
        self._build_menus()
        self._refresh_actions()
        self._refresh_status()

    def ask_password(self, account: str) -> str | None:
        """The database's password; None: given up. GUI thread; the dialog is modal."""
        from odimaging.gui.dialogs import PasswordDialog

        return PasswordDialog.ask(account, parent=self)

    def do(self, name: str) -> None:
        """Carry out a command by its id."""
        self.handlers[name]()

    @property
    def handlers(self) -> dict[str, Callable[[], None]]:
        """Every command that can be carried out now."""
        return {**self._handlers, **(self._commands.handlers if self._commands else {})}

    # ------------------------------------------------------------ building

    def _own_handlers(self) -> dict[str, Callable[[], None]]:
        return {
            "open_practice": self.welcome.choose_practice,
            "exit": self._on_exit,
            "categories": lambda: self._show_pane("show_categories"),
            "details": lambda: self._show_pane("show_details"),
            "full_screen": self._toggle_full_screen,
            "theme_system": lambda: self._choose_theme("system"),
            "theme_light": lambda: self._choose_theme("light"),
            "theme_dark": lambda: self._choose_theme("dark"),
            "shortcuts": self._show_shortcuts,
            "about": self._show_about,
        }

    def _build_menus(self) -> None:
        self.menuBar().clear()
        filled: dict[str, Callable[[], QMenu | None]] = {
            "recent": lambda: None,
            "move": lambda: None,
            "send": lambda: None,
            "theme": self._theme_menu,
            "image": lambda: None,
        }
        if self._submenus is not None:
            filled.update(self._submenus.by_name)
        for title, ids in MENUS:
            menu = self.menuBar().addMenu(self.tr(title))
            menu.setToolTipsVisible(True)
            self.actions_of.fill(menu, ids, filled)
            if ids == (">image",):
                self._image_menu = menu
                none = menu.addAction(self.tr("Open an image first"))
                none.setEnabled(False)

    def _theme_menu(self) -> QMenu:
        menu = QMenu(self.tr("&Theme"), self)
        for name in THEMES:
            menu.addAction(self.actions_of[name])
        self.actions_of[f"theme_{self._theme.choice}"].setChecked(True)
        return menu

    def _make_status_bar(self) -> None:
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        self._counts = _status_label(self.tr("Images"))
        self._filing = _status_label(self.tr("Filing"))
        self._stop_filing = QPushButton(self.tr("Stop"), self)
        self._stop_filing.setProperty("link", True)
        self._stop_filing.setAccessibleName(self.tr("Stop filing"))
        self._stop_filing.clicked.connect(self._on_stop_filing)
        self._transfers = QPushButton(self)
        self._transfers.setProperty("link", True)
        self._transfers.setAccessibleName(self.tr("Show transfers"))
        self._transfers.clicked.connect(lambda: self.do("transfers"))
        self._connection = _status_label(self.tr("Connection"))
        for widget in (self._counts, self._filing, self._stop_filing):
            bar.addWidget(widget)
        bar.addPermanentWidget(self._transfers)
        bar.addPermanentWidget(self._connection)
        self._refresh_status()

    # ------------------------------------------------------------ slots

    def _refresh_actions(self) -> None:
        state = self.desk.window_state() if self.desk is not None else WindowState()
        self.actions_of.refresh(state)
        if self._submenus is not None:
            self._submenus.refresh(can_edit_items(state), can_send(state))
        settings = self._settings.load()
        self.actions_of["categories"].setChecked(settings.show_categories)
        self.actions_of["details"].setChecked(settings.show_details)
        self.actions_of["full_screen"].setChecked(self.isFullScreen())

    def _refresh_status(self) -> None:
        counts, filing, sending = self.desk.status() if self.desk is not None else ("", "", "")
        self._counts.setText(counts)
        self._filing.setText(filing)
        self._filing.setVisible(bool(filing))
        self._stop_filing.setVisible(bool(filing))
        self._transfers.setText(sending)
        self._transfers.setVisible(bool(sending))
        self._connection.setText(self.tr("Connected") if self.desk is not None else "")

    def _on_viewer_made(self, viewer: "Viewer") -> None:
        if self._image_menu is not None:
            self._image_menu.clear()
            for action in viewer.actions.values():
                self._image_menu.addAction(action)

    def _on_stop_filing(self) -> None:
        if self.desk is not None:
            self.desk.imports.cancel()

    def _on_exit(self) -> None:
        self.close()

    def _show_pane(self, name: str) -> None:
        settings = self._settings.load()
        if name == "show_categories":
            settings = replace(settings, show_categories=not settings.show_categories)
        else:
            settings = replace(settings, show_details=not settings.show_details)
        self._settings.save(settings)
        self._apply_panes()
        self._refresh_actions()

    def _apply_panes(self) -> None:
        if self.desk is not None:
            settings = self._settings.load()
            self.desk.tree.setVisible(settings.show_categories)
            self.desk.details_pane.setVisible(settings.show_details)

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        self._refresh_actions()

    def _choose_theme(self, choice: str) -> None:
        self._settings.save(replace(self._settings.load(), theme=choice))
        self._theme.choose(choice)

    def _dress(self) -> None:
        self.actions_of.dress(self._theme.colors)
        if self.desk is not None:
            self.desk.patient_bar.icon_changed()
            self.desk.command_bar.fit(self.desk.width())
            self.desk.update()

    def _show_shortcuts(self) -> None:
        from odimaging.gui.dialogs import ShortcutsDialog

        viewer = self.desk.viewer if self.desk is not None else None
        dialog = ShortcutsDialog(tuple(viewer.actions.values()) if viewer else (), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _show_about(self) -> None:
        from importlib.metadata import version

        words = self.tr("odimaging {}\nPatients’ pictures, X-ray series and documents.")
        QMessageBox.about(self, self.tr("About odimaging"), words.format(version("odimaging")))

    # ------------------------------------------------------------ place and panes

    def _restore_place(self) -> None:
        kept = self._settings.load().window_geometry
        if not kept or not self.restoreGeometry(QByteArray.fromBase64(kept.encode())):
            screen = QApplication.primaryScreen().availableGeometry()
            self.resize(min(1280, screen.width()), min(800, screen.height() - FRAME))

    def _restore_panes(self) -> None:
        if self.desk is not None:
            self.desk.restore_sizes(self._settings.load().window_state)
            self._apply_panes()

    def _keep_panes(self) -> None:
        if self.desk is not None:
            panes = self.desk.save_sizes()
            place = bytes(self.saveGeometry().toBase64().data()).decode()
            settings = self._settings.load()
            self._settings.save(replace(settings, window_state=panes, window_geometry=place))

    # ------------------------------------------------------------ closing

    def closeEvent(self, event: QCloseEvent) -> None:
        """While something is being sent: one question (decision 53)."""
        transfers = self.desk.practice.transfers if self.desk is not None else None
        if transfers is not None and transfers.active and not self._waiting:
            event.ignore()
            self._ask_how_to_close(transfers.active)
            return
        self._keep_panes()
        if self.desk is not None:
            self.desk.details_pane.commit()
        event.accept()
        self._closing()

    def _ask_how_to_close(self, count: int) -> None:
        from odimaging.gui.messages import ask
        from odimaging.gui.presenters.words import images

        desk = self.desk
        assert desk is not None
        transfers = desk.practice.transfers
        assert transfers is not None
        verb = self.tr("is") if count == 1 else self.tr("are")
        answer = ask(
            self,
            self.tr("Close"),
            self.tr("{} {} still being sent.").format(images(count), verb),
            (self.tr("Finish sending and close"), self.tr("Stop and keep them in the queue")),
            self.tr("Stay open"),
        )
        if answer is None:
            return
        if answer == 0:
            self.hide()
        else:
            transfers.stop_and_keep()
        self._waiting = answer == 1
        transfers.when_idle(self._close_now)

    def _close_now(self) -> None:
        self._waiting = True
        self.close()

    @staticmethod
    def _made(submenus: "Submenus | None") -> "Submenus":
        assert submenus is not None
        return submenus


def _status_label(name: str) -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setAccessibleName(name)
    return label
