"""Our start: prints when the window was painted and its search box takes keys, then ends. Argument: the practice file."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from odimaging.app.window import run_window


def painted(close: Callable[[], object]) -> None:
    """A key typed into the window must stand in the search box."""
    window = next(one for one in QApplication.topLevelWidgets() if one.isVisible())
    box = window.findChild(QLineEdit, "patientSearch")
    assert box is not None and box.isVisible() and window.focusWidget() is box
    key = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_R, Qt.KeyboardModifier.NoModifier, "r")
    QApplication.sendEvent(box, key)
    assert box.text() == "r"
    print(time.time(), flush=True)
    QTimer.singleShot(0, close)


run_window(Path(sys.argv[1]), shown=painted)
