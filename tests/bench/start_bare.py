"""The limit of a start: a bare PySide6 window with a tree, a dock and a tool bar. Prints when it was painted, then ends."""

import time

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QMainWindow,
    QToolBar,
    QTreeWidget,
    QTreeWidgetItem,
)


class Tree(QTreeWidget):
    """Tells of its first paint."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        print(time.time(), flush=True)
        QApplication.quit()


application = QApplication([])
window = QMainWindow()
tree = Tree()
tree.addTopLevelItem(QTreeWidgetItem(["bare"]))
window.setCentralWidget(tree)
window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, QDockWidget("dock"))
bar = QToolBar()
bar.addAction("one")
window.addToolBar(bar)
window.resize(1280, 800)
window.show()
application.exec()
