"""Every command of the window as data. Menus, toolbar, context menus and the shortcut page are built from it.

Only what works is here. A disabled command says why, in its tool tip, its status tip and to screen readers.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QColor, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from odimaging.gui import resources
from odimaging.gui.text import plain_tip, translate
from odimaging.gui.theme import Colors


@dataclass(frozen=True, slots=True)
class WindowState:
    """What the commands look at. ``selected``: items; of these ``documents``, ``mounts``, ``shelved``."""

    practice: bool = False
    patient: bool = False
    read_only: str = ""
    selected: int = 0
    documents: int = 0
    mounts: int = 0
    shelved: int = 0
    shown: int = 0
    viewing: bool = False
    undo: str = ""
    redo: str = ""
    clipboard: bool = True
    can_send: bool = False
    failed_transfers: int = 0
    tile_size: int = 0


TILE_SIZES = (120, 160, 220)
"""Widths of a thumbnail, logical pixels."""

Do = Callable[[str], None]
"""Carries out the command of that name."""

Why = Callable[[WindowState], str]
"""The reason why not, '' if it can be done."""


def always(_state: WindowState) -> str:
    """It can always be done."""
    return ""


def with_practice(state: WindowState) -> str:
    """A practice must be open."""
    return "" if state.practice else "Open a practice first."


def can_grow(state: WindowState) -> str:
    """Thumbnails are not at their largest."""
    largest = state.tile_size >= TILE_SIZES[-1]
    return with_practice(state) or ("They are as large as they get." if largest else "")


def can_shrink(state: WindowState) -> str:
    """Thumbnails are not at their smallest."""
    smallest = state.tile_size <= TILE_SIZES[0]
    return with_practice(state) or ("They are as small as they get." if smallest else "")


def with_patient(state: WindowState) -> str:
    """A patient must be open."""
    return with_practice(state) or ("" if state.patient else "Open a patient first.")


def can_change(state: WindowState) -> str:
    """Something can be changed for this patient."""
    return with_patient(state) or state.read_only


def with_items(state: WindowState) -> str:
    """Something that is not deleted is selected."""
    if why := with_patient(state):
        return why
    if state.selected and state.shelved:
        return "Restore it first."
    return "" if state.selected else "Select an image first."


def with_one(state: WindowState) -> str:
    """Exactly one is selected."""
    return with_items(state) or ("" if state.selected == 1 else "Select one image only.")


def can_edit_items(state: WindowState) -> str:
    """What is selected can be changed."""
    return with_items(state) or state.read_only


def can_describe(state: WindowState) -> str:
    """What is selected has details that can be written."""
    return can_edit_items(state) or (
        "The details of a mount cannot be changed here." if state.mounts else ""
    )


def can_delete(state: WindowState) -> str:
    """Documents only are selected."""
    return can_edit_items(state) or (
        "Mounts cannot be deleted here. Take the mount out of the selection."
        if state.mounts
        else ""
    )


def can_restore(state: WindowState) -> str:
    """Deleted items only are selected."""
    if why := with_patient(state) or state.read_only:
        return why
    if state.shelved and state.shelved == state.selected:
        return ""
    return "Select something in Deleted items first."


def can_paste(state: WindowState) -> str:
    """The clipboard holds files or a picture."""
    return can_change(state) or (
        "" if state.clipboard else "There is no picture and no file on the clipboard."
    )


def can_send(state: WindowState) -> str:
    """Sending is there, and something to send is selected."""
    return with_items(state) or ("" if state.can_send else "Sending is not available.")


def can_reach(state: WindowState) -> str:
    """Sending is there."""
    return with_practice(state) or ("" if state.can_send else "Sending is not available.")


def can_retry(state: WindowState) -> str:
    """A transfer failed."""
    return can_reach(state) or ("" if state.failed_transfers else "No transfer has failed.")


def can_undo(state: WindowState) -> str:
    """There is something to take back."""
    return with_practice(state) or ("" if state.undo else "There is nothing to undo.")


def can_redo(state: WindowState) -> str:
    """There is something to do again."""
    return with_practice(state) or ("" if state.redo else "There is nothing to redo.")


def with_grid(state: WindowState) -> str:
    """The grid is in front and holds something."""
    if why := with_patient(state):
        return why
    if state.viewing:
        return "Go back to the grid first."
    return "" if state.shown else "There is nothing here to select."


@dataclass(frozen=True, slots=True)
class Command:
    """``short``: the toolbar's word. ``checkable``: a switch. ``group``: one of several of the same name is on."""

    id: str
    text: str
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    why_not: Why = always
    short: str = ""
    checkable: bool = False
    group: str = ""


COMMANDS: tuple[Command, ...] = (
    Command("find_patient", "Open patient…", ("Ctrl+O",), "patient", with_practice),
    Command("import_files", "Import files…", ("Ctrl+I",), "import", can_change, "Import"),
    Command("import_folder", "Import folder…", (), "folder", can_change),
    Command("paste", "Paste", ("Ctrl+V",), "paste", can_paste),
    Command("open_practice", "Open practice…", (), "folder"),
    Command("close_patient", "Close patient", ("Ctrl+W",), "", with_patient),
    Command("exit", "Exit", ("Ctrl+Q",)),
    Command("undo", "Undo", ("Ctrl+Z",), "undo", can_undo),
    Command("redo", "Redo", ("Ctrl+Y", "Ctrl+Shift+Z"), "redo", can_redo),
    Command("delete", "Delete", ("Del",), "delete", can_delete),
    Command("restore", "Restore", (), "restore", can_restore),
    Command("select_all", "Select all", ("Ctrl+A",), "", with_grid),
    Command("select_visit", "Select this visit", ("Ctrl+Shift+A",), "", with_grid),
    Command("describe", "Edit description", ("F2",), "details", can_describe),
    Command("find_images", "Find in images", ("Ctrl+F",), "filter", with_patient, "Filter…"),
    Command("open", "Open", (), "", with_one),
    Command("grid", "Back to the grid", (), "categories", with_patient),
    Command("larger", "Larger thumbnails", ("Ctrl++", "Ctrl+="), "", can_grow),
    Command("smaller", "Smaller thumbnails", ("Ctrl+-",), "", can_shrink),
    Command("categories", "Categories", ("F4",), "categories", with_practice, checkable=True),
    Command("details", "Details", ("F8",), "details", with_practice, checkable=True),
    Command("transfers", "Transfers", (), "send", with_practice, checkable=True),
    Command("next_pane", "Go to the next pane", ("F6",), "", with_practice),
    Command("previous_pane", "Go to the previous pane", ("Shift+F6",), "", with_practice),
    Command("item_menu", "Menu of the focused item", ("Shift+F10",), "", with_practice),
    Command("look_again", "Look again", ("F5",), "retry", with_patient),
    Command("full_screen", "Full screen", ("F11",), checkable=True),
    Command("theme_system", "As the system", checkable=True, group="theme"),
    Command("theme_light", "Light", checkable=True, group="theme"),
    Command("theme_dark", "Dark", checkable=True, group="theme"),
    Command("move", "Move to category…", ("Ctrl+M",), "folder", can_edit_items),
    Command("send", "Send to…", ("Ctrl+Shift+E",), "send", can_send, "Send to"),
    Command("send_last", "Send to the last destination", ("Ctrl+E",), "", can_send),
    Command("retry_failed", "Retry failed", (), "retry", can_retry),
    Command("destinations", "Destinations…", (), "settings", can_reach),
    Command("deleted_items", "Deleted items", (), "delete", with_patient),
    Command("copy_name", "Copy name", (), "", with_patient),
    Command("copy_number", "Copy number", (), "", with_patient),
    Command("copy_birthdate", "Copy birthdate", (), "", with_patient),
    Command("shortcuts", "Keyboard shortcuts", ("F1",)),
    Command("about", "About odimaging"),
)

Menu = tuple[str, tuple[str, ...]]
"""Title and command ids; ``-`` a line, ``>name`` a submenu the window fills."""

MENUS: tuple[Menu, ...] = (
    (
        "&File",
        (
            "find_patient",
            ">recent",
            "-",
            "import_files",
            "import_folder",
            "paste",
            "-",
            "close_patient",
            "open_practice",
            "-",
            "exit",
        ),
    ),
    (
        "&Edit",
        (
            "undo",
            "redo",
            "-",
            "select_all",
            "select_visit",
            "describe",
            ">move",
            "move",
            "find_images",
            "-",
            "restore",
            "delete",
        ),
    ),
    (
        "&View",
        (
            "open",
            "grid",
            "-",
            "larger",
            "smaller",
            "-",
            "categories",
            "details",
            "transfers",
            "-",
            "next_pane",
            "previous_pane",
            "item_menu",
            "look_again",
            "full_screen",
            ">theme",
        ),
    ),
    ("&Image", (">image",)),
    ("T&ransfer", (">send", "send_last", "-", "transfers", "retry_failed", "-", "destinations")),
    ("T&ools", ("deleted_items",)),
    ("&Help", ("shortcuts", "about")),
)
THEMES = ("theme_system", "theme_light", "theme_dark")
TOOLBAR = ("import_files", "paste", "-", "send", "-", "undo", "redo", "delete", "-", "find_images")
RIGHT_HALF = ("undo", "redo", "delete", "find_images")
"""Whose words go first when the window is narrow."""

ITEMS_MENU = (
    "open",
    "-",
    ">send",
    "-",
    ">move",
    "-",
    "describe",
    "-",
    "delete",
)
VIEWER_MENU = ("-", ">send", "-", ">move", "-", "delete")
"""Appended to the viewer's own lines, for what stands by itself (not for a position of a mount)."""
SHELF_MENU = ("restore",)
CATEGORY_MENU = ("paste", "import_files", "import_folder")
EMPTY_MENU = ("paste", "import_files", "import_folder", "-", "select_all")
PATIENT_MENU = ("copy_name", "copy_number", "copy_birthdate", "-", ">recent")
DEFAULTS = frozenset({"open"})
"""Shown bold in context menus: what a double click does."""

FilledMenus = Mapping[str, Callable[[], QMenu | None]]
"""Menus the window fills, by the name after ``>``."""


class ActionSet(QObject):
    """The commands as ``QAction``s of one window."""

    def __init__(self, do: Do, window: QWidget) -> None:
        super().__init__(window)
        self._by_id = {command.id: command for command in COMMANDS}
        self._actions: dict[str, QAction] = {}
        self._groups: dict[str, QActionGroup] = {}
        for command in COMMANDS:
            self._actions[command.id] = self._make(command, do, window)

    def __getitem__(self, command_id: str) -> QAction:
        """The action of that command."""
        return self._actions[command_id]

    def refresh(self, state: WindowState) -> None:
        """Enable what can be done; the rest says why not."""
        for command in COMMANDS:
            action = self._actions[command.id]
            why = command.why_not(state)
            why = translate(why) if why else ""
            action.setEnabled(not why)
            keys = ", ".join(_native(key) for key in command.shortcuts[:1])
            tip = f"{action.iconText()} ({keys})" if keys else action.iconText()
            action.setToolTip(plain_tip(f"{action.iconText()}\n{why}" if why else tip))
            action.setStatusTip(why)
        self._name("undo", "Undo", state.undo)
        self._name("redo", "Redo", state.redo)

    def dress(self, colors: Colors) -> None:
        """Icons in the theme's colours."""
        for command in COMMANDS:
            if command.icon:
                icon = resources.icon(command.icon, QColor(colors.text), QColor(colors.disabled))
                self._actions[command.id].setIcon(icon)

    def fill(
        self, menu: QMenu, ids: Iterable[str], submenus: FilledMenus, bold: bool = False
    ) -> None:
        """Append commands, lines and submenus. No line at the start, at the end or twice."""
        line = False
        for name in ids:
            if name == "-":
                line = not menu.isEmpty()
                continue
            entry: QAction | QMenu | None = (
                submenus[name[1:]]() if name.startswith(">") else self._actions[name]
            )
            if entry is None:
                continue
            if line:
                menu.addSeparator()
                line = False
            if isinstance(entry, QMenu):
                menu.addMenu(entry)
            else:
                menu.addAction(entry)
                if bold and name in DEFAULTS:
                    menu.setDefaultAction(entry)

    def _make(self, command: Command, do: Do, window: QWidget) -> QAction:
        action = QAction(translate(command.text), window)
        action.setObjectName(command.id)
        action.setIconText(translate(command.short or command.text.rstrip("…")))
        action.setShortcuts([QKeySequence(key) for key in command.shortcuts])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setCheckable(command.checkable)
        if command.group:
            group = self._groups.setdefault(command.group, QActionGroup(self))
            group.addAction(action)
        action.triggered.connect(lambda _checked=False: do(command.id))
        window.addAction(action)
        return action

    def _name(self, command_id: str, verb: str, what: str) -> None:
        words = f"{translate(verb)} {what}" if what else translate(verb)
        self._actions[command_id].setText(words.replace("&", "&&"))
        self._actions[command_id].setIconText(translate(verb))


@dataclass(frozen=True, slots=True)
class ShortcutRow:
    """A line of the shortcut page."""

    keys: str
    text: str


def shortcut_rows(extra: Sequence[QAction] = ()) -> tuple[ShortcutRow, ...]:
    """Every command with a key, then those of the viewer, then what the keyboard does by itself."""
    rows = [
        ShortcutRow(
            " or ".join(_native(key) for key in command.shortcuts), command.text.rstrip("…")
        )
        for command in COMMANDS
        if command.shortcuts
    ]
    rows += [
        ShortcutRow(
            " or ".join(
                key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts()
            ),
            f"In the viewer: {action.text().replace('&', '').rstrip('…')}",
        )
        for action in extra
        if action.shortcuts()
    ]
    return (*rows, *BY_ITSELF)


BY_ITSELF = (
    ShortcutRow("Alt+1 … Alt+9", "Open a recent patient"),
    ShortcutRow("Enter", "Open the image"),
    ShortcutRow("Esc", "Back to the grid"),
    ShortcutRow("Letters", "Go to the image whose description starts so"),
)


def _native(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
