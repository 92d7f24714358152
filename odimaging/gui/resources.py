"""The one lookup for everything in the `resources` folder: icons, style sheet, translations.

An installed wheel carries the folder as ``odimaging/_resources``; a checkout has it beside the package.
"""

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

ICON_SIZES = (16, 20)
PROGRAM_ICON_SIZES = (16, 24, 32, 48, 64, 256)


@lru_cache(maxsize=1)
def folder() -> Path:
    """Where the resources lie."""
    return folder_for(Path(__file__).resolve())


def folder_for(module: Path) -> Path:
    """For a copy of this module at that place: inside its package if it was installed, else beside it."""
    package = module.parents[1]
    installed = package / "_resources"
    return installed if installed.is_dir() else package.parent / "resources"


def text(relative: str) -> str:
    """A text resource; '' if it is not there."""
    try:
        return (folder() / relative).read_text(encoding="utf-8")
    except OSError:
        return ""


@lru_cache(maxsize=256)
def _svg(name: str, color: str) -> bytes:
    return text(f"icons/{name}.svg").replace("currentColor", color).encode()


def has_icon(name: str) -> bool:
    """Whether an icon of this name was drawn."""
    return bool(_svg(name, "#000000"))


def pixmap(name: str, size: int, color: QColor, ratio: float = 1.0) -> QPixmap:
    """An icon in one colour, ``size`` logical pixels wide, drawn at device pixels; empty where it is missing."""
    return _pixmap(name, size, color.name(), ratio)


@lru_cache(maxsize=512)
def _pixmap(name: str, size: int, color: str, ratio: float) -> QPixmap:
    image = QPixmap(round(size * ratio), round(size * ratio))
    image.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(_svg(name, color)))
    if renderer.isValid():
        painter = QPainter(image)
        renderer.render(painter, QRectF(image.rect()))
        painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def program_icon() -> QIcon:
    """The program's own, in its own colours: title bar, task bar, window switcher."""
    result = QIcon()
    for size in PROGRAM_ICON_SIZES:
        result.addPixmap(_pixmap("odimaging", size, "#000000", 1.0))
    return result


def icon(name: str, color: QColor, disabled: QColor | None = None) -> QIcon:
    """An icon tinted for the theme, sharp at the screen's scale; a null icon where it is missing."""
    result = QIcon()
    if not has_icon(name):
        return result
    for ratio in {1.0, 2.0, *(screen.devicePixelRatio() for screen in QGuiApplication.screens())}:
        for size in ICON_SIZES:
            result.addPixmap(pixmap(name, size, color, ratio))
            if disabled is not None:
                result.addPixmap(pixmap(name, size, disabled, ratio), QIcon.Mode.Disabled)
    return result
