"""Fusion with an own palette, light and dark, and a small style sheet. High contrast keeps the system's colours.

One accent colour, for selection, focus and the primary button. The picture area is dark in both themes.
"""

from dataclasses import asdict, dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from odimaging.gui import resources


@dataclass(frozen=True, slots=True)
class Colors:
    """The colours of one theme, ``#rrggbb``. ``muted`` is text of second rank, still 4.5 : 1 on its ground."""

    window: str
    base: str
    raised: str
    hover: str
    text: str
    muted: str
    disabled: str
    border: str
    control: str
    accent: str
    on_accent: str
    selected: str
    danger: str
    warning: str
    picture: str = "#14181c"
    on_picture: str = "#c6cdd5"


LIGHT = Colors(
    window="#eef1f4",
    base="#ffffff",
    raised="#ffffff",
    hover="#e3e9ee",
    text="#17212b",
    muted="#53606d",
    disabled="#98a3ae",
    border="#d2d9e0",
    control="#8d99a5",
    accent="#0b6a94",
    on_accent="#ffffff",
    selected="#d3e8f2",
    danger="#b3261e",
    warning="#8a5a00",
)
DARK = Colors(
    window="#20262c",
    base="#191e23",
    raised="#2a3138",
    hover="#323a43",
    text="#e7ebef",
    muted="#afbac4",
    disabled="#6b7681",
    border="#3a434c",
    control="#7d8893",
    accent="#5db8e2",
    on_accent="#06202d",
    selected="#1f4a5f",
    danger="#ff8a80",
    warning="#f0b950",
)


def palette_of(colors: Colors) -> QPalette:
    """The colours as Qt's roles."""
    palette = QPalette()
    role = QPalette.ColorRole
    for name, value in {
        role.Window: colors.window,
        role.WindowText: colors.text,
        role.Base: colors.base,
        role.AlternateBase: colors.window,
        role.Text: colors.text,
        role.Button: colors.raised,
        role.ButtonText: colors.text,
        role.ToolTipBase: colors.raised,
        role.ToolTipText: colors.text,
        role.PlaceholderText: colors.muted,
        role.Highlight: colors.accent,
        role.HighlightedText: colors.on_accent,
        role.Link: colors.accent,
        role.Accent: colors.accent,
        role.Mid: colors.border,
    }.items():
        palette.setColor(name, QColor(value))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(colors.disabled))
    return palette


def style_sheet(colors: Colors) -> str:
    """The sheet with its ``@name@`` places filled."""
    sheet = resources.text("style/odimaging.qss")
    for name, value in asdict(colors).items():
        sheet = sheet.replace(f"@{name}@", value)
    return sheet


class Theme(QObject):
    """Dresses the application and follows the system when told to."""

    changed = Signal()

    def __init__(self, app: QApplication, choice: str = "system") -> None:
        super().__init__(app)
        self._app = app
        self._choice = ""
        self.colors = LIGHT
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._dress)
        self.choose(choice)

    @property
    def choice(self) -> str:
        """``light``, ``dark`` or ``system``."""
        return self._choice

    def choose(self, choice: str) -> None:
        """Take one of ``light``, ``dark``, ``system``."""
        self._choice = choice
        schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
        self._app.styleHints().setColorScheme(schemes.get(choice, Qt.ColorScheme.Unknown))
        self._dress()

    def _dress(self) -> None:
        dark = self._choice == "dark" or (
            self._choice == "system" and self._app.styleHints().colorScheme() is Qt.ColorScheme.Dark
        )
        self.colors = DARK if dark else LIGHT
        if high_contrast():
            self.colors = _system_colors(self._app.style().standardPalette())
            self._app.setPalette(self._app.style().standardPalette())
            self._app.setStyleSheet("")
        else:
            self._app.setPalette(palette_of(self.colors))
            self._app.setStyleSheet(style_sheet(self.colors))
        self.changed.emit()


def high_contrast() -> bool:
    """Whether the user asked the system for high contrast. Known from Qt 6.10 on."""
    hints = getattr(QGuiApplication.styleHints(), "accessibility", None)
    if hints is None:
        return False
    return bool(hints().contrastPreference() == Qt.ContrastPreference.HighContrast)


def _system_colors(palette: QPalette) -> Colors:
    role = QPalette.ColorRole
    text = palette.color(role.Text).name()
    highlight = palette.color(role.Highlight).name()
    base = palette.color(role.Base).name()
    return Colors(
        window=palette.color(role.Window).name(),
        base=base,
        raised=palette.color(role.Button).name(),
        hover=base,
        text=text,
        muted=text,
        disabled=palette.color(QPalette.ColorGroup.Disabled, role.Text).name(),
        border=text,
        control=text,
        accent=highlight,
        on_accent=palette.color(role.HighlightedText).name(),
        selected=base,
        danger=text,
        warning=text,
    )
