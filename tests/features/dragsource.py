"""Another program to drag files from. Arguments: x, y, then the files. Prints "ready" when it is on screen."""

import sys

from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel


class Source(QLabel):
    """Press and move: a file manager's drag, which offers to copy and to move."""

    start = QPointF()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.start = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if (event.position() - self.start).manhattanLength() < QApplication.startDragDistance():
            return
        drag, data = QDrag(self), QMimeData()
        data.setUrls([QUrl.fromLocalFile(path) for path in sys.argv[3:]])
        drag.setMimeData(data)
        both = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
        print(f"dropped {drag.exec(both, Qt.DropAction.MoveAction).name}", flush=True)


application = QApplication(sys.argv[:1])
source = Source("Files")
source.setWindowFlag(Qt.WindowType.FramelessWindowHint)
source.setGeometry(int(sys.argv[1]), int(sys.argv[2]), 120, 90)
source.show()
QTimer.singleShot(0, lambda: print("ready", flush=True))
sys.exit(application.exec())
