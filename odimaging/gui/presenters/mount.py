"""A mount on screen: its positions, the picture in each, which one is selected. Geometry is `imaging.layout`'s."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from odimaging.gui.presenters.edits import (
    CROP_FIRST,
    EditStore,
    Values,
    flipped,
    rotated,
    windowing,
)
from odimaging.gui.presenters.pyramid import Pyramid, pyramid
from odimaging.gui.presenters.submit import Submit
from odimaging.gui.presenters.teeth import area
from odimaging.gui.presenters.windowing import Window
from odimaging.jobs import Job, JobProgress, Lane
from odimaging.model.changes import Changes
from odimaging.model.document import Document
from odimaging.model.errors import OdImagingError
from odimaging.model.ids import DocNum, MountItemNum
from odimaging.model.mount import MountItem
from odimaging.model.picture import Picture
from odimaging.repository.browse import MountContents
from odimaging.repository.repository import Repository

Fit = tuple[int, int] | None
SMALLEST = 160
"""Pixels: what is decoded of a position at least."""


@dataclass(frozen=True, slots=True)
class Position:
    """One place for a picture, in words for the list beside the mount."""

    item: MountItem
    document: Document | None
    words: str
    """Order, area, teeth and state: what a screen reader says."""
    brief: str
    """Order and area, and the state where it is not *filled*: what is read."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A picture for a position; ``changes`` if its document had to be materialised first."""

    pyramid: Pyramid
    changes: Changes = Changes()


class MountPresenter:
    """Plain Python. ``changed``: other contents; ``arrived``: pixels, a text or a problem of one item."""

    def __init__(self, repository: Repository, submit: Submit, edits: EditStore) -> None:
        self._repository = repository
        self._submit = submit
        self._edits = edits
        self.contents: MountContents | None = None
        self.documents: dict[MountItemNum, Document] = {}
        self.pyramids: dict[DocNum, Pyramid] = {}
        self.texts: dict[MountItemNum, Picture] = {}
        self.problems: dict[DocNum, str] = {}
        self.selected: MountItemNum | None = None
        self.changed: Callable[[], None] = lambda: None
        self.arrived: Callable[[MountItemNum], None] = lambda _num: None
        self.said: Callable[[str], None] = lambda _words: None
        self.viewport = (1280, 900)
        """Device pixels: what the first decode of each position need not exceed."""
        self._asked: set[tuple[DocNum, bool]] = set()
        self._generation = 0

    # ------------------------------------------------------------ contents

    def show(self, contents: MountContents | None) -> None:
        """Another mount, or the same one read again: pictures that stayed are kept."""
        before = self.contents
        same = (
            before is not None
            and contents is not None
            and before.mount.mount_num == contents.mount.mount_num
        )
        if not same:
            self._forget()
        self.contents = contents
        if contents is not None:
            self._drop_changed_files(contents.documents)
            self.documents = dict(contents.documents)
            if contents.texts != (before.texts if before else None):
                self.texts.clear()
        self.changed()
        self._load_all()

    def positions(self) -> tuple[Position, ...]:
        """Those an image can stand in, by ItemOrder."""
        if self.contents is None:
            return ()
        items = sorted(self.contents.items, key=lambda item: item.item_order)
        return tuple(self._position(item) for item in items if item.takes_image)

    def unmounted(self) -> tuple[Position, ...]:
        """Images that lie in the strip."""
        if self.contents is None:
            return ()
        strip = (item for item in self.contents.items if item.is_unmounted)
        return tuple(
            self._position(item) for item in strip if item.mount_item_num in self.documents
        )

    def document(self, item_num: MountItemNum | None) -> Document | None:
        """What stands in a position."""
        return self.documents.get(item_num) if item_num is not None else None

    def pyramid(self, item_num: MountItemNum) -> Pyramid | None:
        """Its pixels, once they are here."""
        document = self.documents.get(item_num)
        return self.pyramids.get(document.doc_num) if document else None

    # ------------------------------------------------------------ selection

    def select(self, item_num: MountItemNum | None) -> None:
        """Outlined in yellow, and current in the list."""
        if item_num != self.selected:
            self.selected = item_num
            self.changed()

    def neighbour(self, dx: int, dy: int) -> MountItemNum | None:
        """The position that lies next in a direction; the first one if none is selected."""
        items = {position.item.mount_item_num: position.item for position in self.positions()}
        here = items.get(self.selected) if self.selected is not None else None
        if here is None:
            return next(iter(items), None)
        return min(
            (num for num, item in items.items() if _way(here, item, dx, dy) is not None),
            key=lambda num: _way(here, items[num], dx, dy) or 0.0,
            default=None,
        )

    # ------------------------------------------------------------ edits

    def store_window(self, item_num: MountItemNum, window: Window) -> None:
        """A drag over a position was let go."""
        self._store(item_num, windowing(window), "change of brightness and contrast")

    def reset_window(self, item_num: MountItemNum) -> None:
        """As stored pixels are."""
        self.store_window(item_num, Window())

    def rotate(self, item_num: MountItemNum, degrees: int) -> None:
        """Clockwise."""
        document = self.document(item_num)
        values = rotated(document, degrees) if document else None
        if values is not None:
            self._store(item_num, values, "turn")
        elif document is not None:
            self.said(CROP_FIRST)

    def flip(self, item_num: MountItemNum) -> None:
        """Left to right."""
        document = self.document(item_num)
        if document is not None:
            self._store(item_num, flipped(document), "flip")

    def _store(self, item_num: MountItemNum, values: Values, text: str) -> None:
        document = self.document(item_num)
        if document is None or not document.can_window:
            return
        if all(getattr(document, name) == value for name, value in values.items()):
            return
        self._replace(item_num, replace(document, **values))

        def failed(error: OdImagingError) -> None:
            self._replace(item_num, document)
            self.said(error.user_text)

        self._edits.store(
            document, values, text, lambda after: self._replace(item_num, after), failed
        )

    def _replace(self, item_num: MountItemNum, document: Document) -> None:
        standing = self.documents.get(item_num)
        if standing is not None and standing.doc_num == document.doc_num:
            self.documents[item_num] = document
            self.arrived(item_num)

    # ------------------------------------------------------------ pixels

    def want_full(self, item_num: MountItemNum) -> None:
        """Somebody looks closer than the reduced picture goes."""
        document = self.documents.get(item_num)
        known = self.pyramid(item_num)
        if document is not None and known is not None and not known.is_full:
            self._load(item_num, document, None)

    def _forget(self) -> None:
        self._generation += 1
        self.documents, self.selected = {}, None
        for kept in (self.pyramids, self.texts, self.problems, self._asked):
            kept.clear()

    def _drop_changed_files(self, after: Mapping[MountItemNum, Document]) -> None:
        names = {document.doc_num: document.file_name for document in self.documents.values()}
        for document in after.values():
            if names.get(document.doc_num, document.file_name) != document.file_name:
                self.pyramids.pop(document.doc_num, None)
                self.problems.pop(document.doc_num, None)
                self._asked -= {(document.doc_num, True), (document.doc_num, False)}

    def _load_all(self) -> None:
        if self.contents is None:
            return
        mount = self.contents.mount
        zoom = min(self.viewport[0] / max(1, mount.width), self.viewport[1] / max(1, mount.height))
        for item in sorted(self.contents.items, key=lambda item: item.item_order):
            document = self.documents.get(item.mount_item_num)
            if item.is_text and item.mount_item_num not in self.texts:
                self._load_text(item)
            elif document is not None and document.can_thumbnail:
                longest = max(round(max(item.width, item.height) * min(zoom, 1.0)), SMALLEST)
                self._load(item.mount_item_num, document, (longest, longest))

    def _load(self, item_num: MountItemNum, document: Document, fit: Fit) -> None:
        doc_num, asked = document.doc_num, (document.doc_num, fit is None)
        if asked in self._asked:
            return
        self._asked.add(asked)
        generation = self._generation

        def arrived(loaded: Loaded) -> None:
            known = self.pyramids.get(doc_num)
            coarser = known is not None and loaded.pyramid.scale > known.scale
            if generation == self._generation and not coarser:
                self.pyramids[doc_num] = loaded.pyramid
                self.arrived(item_num)

        def failed(error: OdImagingError) -> None:
            if generation == self._generation:
                self.problems[doc_num] = error.user_text
                self.arrived(item_num)

        lane = Lane.STORE if document.pending else Lane.IMAGING
        work = self._decoding(document, fit)
        self._submit(Job("mount picture", lane, work, priority=-1), done=arrived, failed=failed)

    def _decoding(self, document: Document, fit: Fit) -> Callable[[JobProgress], Loaded]:
        def work(progress: JobProgress) -> Loaded:
            changes = Changes()
            if document.pending is not None:
                changes = self._repository.materialise(document.doc_num, progress).changes
            picture = self._repository.pictures.picture(document.doc_num, 0, fit)
            return Loaded(pyramid(picture), changes)

        return work

    def _load_text(self, item: MountItem) -> None:
        generation = self._generation

        def arrived(picture: Picture) -> None:
            if generation == self._generation:
                self.texts[item.mount_item_num] = picture
                self.arrived(item.mount_item_num)

        def work(_progress: JobProgress) -> Picture:
            return self._repository.pictures.text(item.mount_num, item.mount_item_num)

        self._submit(Job("mount text", Lane.IMAGING, work, priority=-1), done=arrived)

    def _position(self, item: MountItem) -> Position:
        document = self.documents.get(item.mount_item_num)
        teeth = (document.tooth_numbers if document else "") or item.tooth_numbers
        state = "empty"
        if document is not None:
            state = "cannot be shown" if document.doc_num in self.problems else "filled"
        order = "Not placed" if item.is_unmounted else str(item.item_order)
        where = area(teeth)
        parts = [order, where, f"teeth {teeth.replace(',', ', ')}" if teeth else "", state]
        brief = f"{order}  {where}".strip()
        if state != "filled":
            brief = f"{brief} · {state}"
        return Position(item, document, ", ".join(part for part in parts if part), brief)


def _way(here: MountItem, there: MountItem, dx: int, dy: int) -> float | None:
    """How far in that direction, sideways counted more; None if it does not lie there."""
    right = (there.xpos + there.width / 2) - (here.xpos + here.width / 2)
    down = (there.ypos + there.height / 2) - (here.ypos + here.height / 2)
    along, across = right * dx + down * dy, right * dy + down * dx
    return along + 2 * abs(across) if along > 0 else None
