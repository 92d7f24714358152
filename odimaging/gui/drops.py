"""Files dragged over the window: a copy always, never a move, whatever the other program proposes.

`dragEnter` looks at counts only and reads no file. Drags from the grid go to a category of the tree.
"""

from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QDragMoveEvent, QDropEvent

from odimaging.gui.models.grid import ITEMS_MIME
from odimaging.gui.presenters.browser import BrowserPresenter, CategoryRow, Place
from odimaging.gui.presenters.words import plural
from odimaging.gui.text import translate
from odimaging.model.ids import DefNum


class DropTarget:
    """Says where a drop would go, and why it cannot."""

    def __init__(self, browser: BrowserPresenter) -> None:
        self._browser = browser

    def takes(self, event: QDropEvent) -> bool:
        """Files that may be copied, a picture, or our own items."""
        data = event.mimeData()
        if data.hasFormat(ITEMS_MIME):
            return True
        copies = bool(event.possibleActions() & Qt.DropAction.CopyAction)
        return copies and (data.hasUrls() or data.hasImage())

    def category(self, row: CategoryRow | None) -> DefNum | None:
        """Where files dropped on a row of the tree, or elsewhere in the window, go."""
        if row is not None and not isinstance(row.shown, Place):
            return row.shown
        return self._browser.import_category

    def words(self, data: QMimeData, row: CategoryRow | None) -> str:
        """For the overlay: "File 18 items for Ana Rivera in X-rays"."""
        patient = self._browser.patient
        if patient is None:
            return translate("Open a patient first, then drop the files here.")
        if self._browser.read_only_reason:
            return self._browser.read_only_reason
        count = len(data.urls()) if data.hasUrls() else 1
        where = self._browser.category_name(self.category(row))
        name = f"{patient.fname} {patient.lname}".strip()
        return f"File {plural(count, 'item', 'items')} for {name}" + (
            f" in {where}" if where else ""
        )

    def can_file(self) -> bool:
        """A patient is open and may be changed."""
        return self._browser.patient is not None and not self._browser.read_only_reason

    def can_move_to(self, row: CategoryRow | None) -> bool:
        """Our own items can go to another category, or to Deleted items if no mount is among them."""
        browser = self._browser
        if row is None or browser.read_only_reason or not browser.selection:
            return False
        if row.shown is Place.DELETED:
            return not any(item.mount for item in browser.selection)
        return row.shown is not Place.ALL


def accept_copy(event: QDropEvent) -> None:
    """Copy, even where Move is proposed: the other program might delete its original."""
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()


def accept_move(event: QDragMoveEvent | QDropEvent) -> None:
    """Our own items."""
    event.setDropAction(Qt.DropAction.MoveAction)
    event.accept()


def position(event: QDropEvent) -> QPoint:
    """In the widget that got the event."""
    return event.position().toPoint()


def is_ours(event: QDropEvent) -> bool:
    """Items of our own grid."""
    return event.mimeData().hasFormat(ITEMS_MIME)
