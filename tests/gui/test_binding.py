"""A fault of the binding that ended the program after some minutes of use (PySide6 6.12.0 with Python 3.11).

Each paint and each ``data()`` that returned None lost one reference to it, about 5,000 of which a process has.
"""

import sys
from datetime import datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from odimaging.gui.models.grid import GridModel
from odimaging.gui.presenters import items
from odimaging.model.document import Document
from odimaging.model.ids import DefNum, DocNum, PatNum

TIMES = 20_000
FEW = 500
"""References to None that may come or go meanwhile for other reasons."""
COUNTED = pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is no longer counted")


class Canvas(QWidget):
    painted = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        self.painted += 1


@COUNTED
def test_repainting_loses_no_reference(qtbot: QtBot) -> None:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(8, 8)
    with qtbot.waitExposed(canvas):
        canvas.show()
    painted, before = canvas.painted, sys.getrefcount(None)
    for _ in range(TIMES):
        canvas.repaint()
    assert canvas.painted - painted >= TIMES
    assert sys.getrefcount(None) > before - FEW


@COUNTED
def test_asking_a_model_loses_no_reference() -> None:
    model = GridModel()
    row = Document(DocNum(1), PatNum(1), DefNum(1), datetime(2026, 1, 2), "a.jpg")
    model.show(items.by_visit([items.of_document(row, "Photos")]))
    index, before = model.index(0, 0), sys.getrefcount(None)
    for _ in range(TIMES):
        index.data(Qt.ItemDataRole.FontRole)  # through Qt, which asks our data()
    assert index.data(Qt.ItemDataRole.FontRole) is None
    assert sys.getrefcount(None) > before - FEW
