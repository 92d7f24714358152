"""The toolbar: words and icons. In a narrow window the words of the right half go first."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QMenu, QToolBar, QToolButton, QWidget

from odimaging.gui.actions import RIGHT_HALF, TOOLBAR, ActionSet

NARROW = 1150


class CommandBar(QToolBar):
    """Filled once the window's commands are known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("commandBar")
        self.setAccessibleName(self.tr("Commands"))
        self.setIconSize(QSize(20, 20))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._right: list[QToolButton] = []

    def fill(self, actions: ActionSet, menus: dict[str, Callable[[], QMenu]]) -> None:
        """The commands in their order; those in ``menus`` open a menu instead."""
        for name in TOOLBAR:
            if name == "-":
                self.addSeparator()
                continue
            self.addAction(actions[name])
            button = self.widgetForAction(actions[name])
            assert isinstance(button, QToolButton)
            button.setAccessibleName(actions[name].iconText())
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            if name in RIGHT_HALF:
                self._right.append(button)
            if name in menus:
                button.setMenu(menus[name]())
                button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def fit(self, width: int) -> None:
        """Icons only where there is no room for words."""
        style = Qt.ToolButtonStyle
        narrow = width < NARROW
        for button in self._right:
            has_icon = not button.defaultAction().icon().isNull()
            only_icon = narrow and has_icon
            button.setToolButtonStyle(
                style.ToolButtonIconOnly if only_icon else style.ToolButtonTextBesideIcon
            )

    def buttons(self) -> Iterable[QToolButton]:
        """For tests and the order of the focus."""
        return [child for child in self.findChildren(QToolButton) if child.isVisibleTo(self)]
