"""What the viewer shows: one document or mount of a row of items, its page, its pixels or the words why there are none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

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
from odimaging.gui.presenters.undo import UndoStep
from odimaging.gui.presenters.windowing import Window
from odimaging.jobs import Job, JobProgress, Lane
from odimaging.model.changes import Changes
from odimaging.model.document import Document, PendingKind
from odimaging.model.errors import BadRequest, NotFound, OdImagingError
from odimaging.model.ids import DocNum, MountNum
from odimaging.model.mount import ImageDraw
from odimaging.model.picture import Picture, PictureInfo
from odimaging.repository.browse import MountContents
from odimaging.repository.materialise import MaterialiseResult
from odimaging.repository.repository import Repository

T = TypeVar("T")
PICTURE = "viewer.picture"
"""Key of the decoding jobs: a newer one cancels the older."""
TILE = 160
"""Pixels of a tile of the film strip, and of the first thing seen of a picture."""


@dataclass(frozen=True, slots=True)
class ViewItem:
    """One of the things to walk through: a document or a mount."""

    doc_num: DocNum | None
    mount_num: MountNum | None
    title: str
    has_tile: bool = True
    """Whether a thumbnail can be made of it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there are no pixels, and whether trying again may help."""

    words: str
    can_retry: bool = True


@dataclass(frozen=True, slots=True)
class Shown:
    """A snapshot: what the view draws. ``busy``: words while something slow goes on before the first pixels."""

    item: ViewItem | None = None
    document: Document | None = None
    mount: MountContents | None = None
    info: PictureInfo | None = None
    page: int = 0
    pyramid: Pyramid | None = None
    drawings: tuple[ImageDraw, ...] = ()
    problem: Problem | None = None
    busy: str = ""

    @property
    def is_other(self) -> bool:
        """A document that is no picture: Word, text, sound."""
        return self.document is not None and not self.document.can_thumbnail and not self.busy

    @property
    def pages(self) -> int:
        """At least one."""
        return self.info.pages if self.info else 1


class _Opened(NamedTuple):
    info: PictureInfo
    pyramid: Pyramid
    drawings: tuple[ImageDraw, ...]


class ViewerPresenter:
    """Plain Python. ``changed`` is called after each new ``shown``; ``said`` with words for the status bar."""

    def __init__(
        self, repository: Repository, submit: Submit, push_undo: Callable[[UndoStep], None]
    ) -> None:
        self.repository = repository
        self.submit = submit
        self.edits = EditStore(repository.update, submit, push_undo)
        self.items: tuple[ViewItem, ...] = ()
        self.index = 0
        self.shown = Shown()
        self.changed: Callable[[], None] = lambda: None
        self.said: Callable[[str], None] = lambda _words: None
        self.emptied: Callable[[], None] = lambda: None
        self.fit = (1280, 900)
        """Device pixels of the viewport: what the first decode need not exceed."""
        self._generation = 0

    # ------------------------------------------------------------ walking

    def open(self, items: Sequence[ViewItem], index: int) -> None:
        """Show ``items[index]``; the rest is walked through."""
        self.items = tuple(items)
        self.go(index)

    def go(self, index: int) -> None:
        """To an item; outside the row nothing happens."""
        if 0 <= index < len(self.items):
            self.index = index
            self.retry()

    def step(self, by: int) -> None:
        """Next is 1, previous −1."""
        self.go(self.index + by)

    @property
    def can_step(self) -> tuple[bool, bool]:
        """(previous, next)."""
        return self.index > 0, self.index < len(self.items) - 1

    def retry(self) -> None:
        """Open the current item from the start."""
        self._generation += 1
        item = self.items[self.index]
        self._show(Shown(item))
        if item.mount_num is not None:
            self._open_mount(item.mount_num)
        elif item.doc_num is not None:
            self._open_document(item.doc_num)

    def close(self) -> None:
        """Nothing is shown; late results are dropped."""
        self._generation += 1
        self.items, self.index = (), 0
        self._show(Shown())

    def turn_page(self, by: int) -> None:
        """Of a PDF or a multi-page TIFF."""
        page = self.shown.page + by
        if self.shown.document is not None and 0 <= page < self.shown.pages:
            self._generation += 1
            self._show(replace(self.shown, page=page, problem=None))
            self._load_picture(self.shown.document)

    # ------------------------------------------------------------ edits

    def store_window(self, window: Window) -> None:
        """A drag was let go."""
        self._store(windowing(window), "change of brightness and contrast")

    def reset_window(self) -> None:
        """As taken: a DICOM image's own first window, else none."""
        start = self.shown.info.window if self.shown.info else None
        self.store_window(Window(*_in_column(start)) if start else Window())

    def rotate(self, degrees: int) -> None:
        """Clockwise."""
        if self.can_edit and self.shown.document is not None:
            values = rotated(self.shown.document, degrees)
            if values is None:
                self.said(CROP_FIRST)
            else:
                self._store(values, "turn")

    def flip(self) -> None:
        """Left to right."""
        if self.can_edit and self.shown.document is not None:
            self._store(flipped(self.shown.document), "flip")

    @property
    def can_edit(self) -> bool:
        """A picture whose turn and window can be stored is shown."""
        document = self.shown.document
        return document is not None and document.can_rotate and self.shown.pyramid is not None

    def _store(self, values: Values, text: str) -> None:
        document = self.shown.document
        if document is None or not self.can_edit:
            return
        if all(getattr(document, name) == value for name, value in values.items()):
            return
        generation = self._generation
        self._replace_document(replace(document, **values))

        def stored(after: Document) -> None:
            if generation == self._generation:
                self._replace_document(after)

        def failed(error: OdImagingError) -> None:
            if generation == self._generation:
                self._replace_document(document)
            self.said(error.user_text)

        self.edits.store(document, values, text, stored, failed)

    # ------------------------------------------------------------ refreshing

    def refresh(self, changes: Changes) -> None:
        """Something changed, here or elsewhere: read again what is shown of it."""
        item = self.shown.item
        if item is None:
            return
        if item.doc_num is not None and item.doc_num in changes.documents:
            self._reload_document(item.doc_num)
        elif item.mount_num is not None and self._mount_touched(item.mount_num, changes):
            self._open_mount(item.mount_num)

    def _mount_touched(self, mount_num: MountNum, changes: Changes) -> bool:
        contents = self.shown.mount
        inside = (
            {document.doc_num for document in contents.documents.values()} if contents else set()
        )
        return mount_num in changes.mounts or bool(inside & changes.documents)

    def _reload_document(self, doc_num: DocNum) -> None:
        def read(after: Document) -> None:
            before = self.shown.document
            if before is None or before.file_name != after.file_name or after.pending:
                self.retry()
            else:
                self._replace_document(after)

        self._run(
            Job("look again", Lane.DB, lambda _progress: self.repository.browse.document(doc_num)),
            read,
            self._gone_or_said,
        )

    def _gone_or_said(self, error: OdImagingError) -> None:
        if not isinstance(error, NotFound):
            self.said(error.user_text)
            return
        gone = self.items[self.index]
        self.items = tuple(item for item in self.items if item != gone)
        if self.items:
            self.go(min(self.index, len(self.items) - 1))
        else:
            self.close()
            self.emptied()

    # ------------------------------------------------------------ opening

    def _open_mount(self, mount_num: MountNum) -> None:
        self._run(
            Job("open mount", Lane.DB, lambda _progress: self.repository.browse.mount(mount_num)),
            lambda contents: self._show(replace(self.shown, mount=contents, problem=None)),
            self._gone_or_said if self.shown.mount is not None else self._fail,
        )

    def _open_document(self, doc_num: DocNum) -> None:
        self._run(
            Job(
                "open document", Lane.DB, lambda _progress: self.repository.browse.document(doc_num)
            ),
            self._opened,
        )

    def _opened(self, document: Document) -> None:
        if document.pending is not None:
            self._materialise(document)
            return
        self._show(replace(self.shown, document=document, busy=""))
        if document.can_thumbnail:
            self._load_picture(document)

    def _materialise(self, document: Document) -> None:
        fetched = document.pending is PendingKind.DOWNLOAD
        words = "Fetching this image from where it is kept…" if fetched else "Opening…"
        self._show(replace(self.shown, document=document, busy=words))

        def work(progress: JobProgress) -> MaterialiseResult:
            return self.repository.materialise(document.doc_num, progress)

        self._run(
            Job("materialise", Lane.STORE, work, key="viewer.materialise"),
            lambda result: self._opened(result.document),
        )

    def _load_picture(self, document: Document) -> None:
        """First as large as the viewport needs, then whole."""
        pictures, page, fit = self.repository.pictures, self.shown.page, self.fit
        info = self.shown.info

        def work(_progress: JobProgress) -> _Opened:
            return _Opened(
                info or pictures.info(document.doc_num),
                pyramid(pictures.picture(document.doc_num, page, fit)),
                self.repository.browse.drawings(document.doc_num) if page == 0 else (),
            )

        def arrived(opened: _Opened) -> None:
            self._show(
                replace(
                    self.shown,
                    info=opened.info,
                    pyramid=opened.pyramid,
                    drawings=opened.drawings,
                    problem=None,
                )
            )
            if not opened.pyramid.is_full:
                self._load_whole(document, page)

        self._run(Job("open picture", Lane.IMAGING, work, PICTURE, priority=-2), arrived)

    def _load_whole(self, document: Document, page: int) -> None:
        def work(_progress: JobProgress) -> Pyramid:
            return pyramid(self.repository.pictures.picture(document.doc_num, page))

        self._run(
            Job("whole picture", Lane.IMAGING, work, PICTURE, priority=-1),
            lambda whole: self._show(replace(self.shown, pyramid=whole)),
            lambda error: self.said(error.user_text),
        )

    # ------------------------------------------------------------ small parts

    def load_tile(self, item: ViewItem, arrived: Callable[[Picture], None]) -> None:
        """The item's thumbnail, from the private cache where nothing changed; silence if it has none."""
        pictures = self.repository.pictures
        if not item.has_tile:
            return

        def work(_progress: JobProgress) -> Picture:
            if item.doc_num is not None:
                return pictures.tile(item.doc_num, TILE)
            if item.mount_num is None:
                raise BadRequest
            return pictures.mount_tile(item.mount_num, TILE)

        self.submit(Job("tile", Lane.IMAGING, work), done=arrived)

    def _run(
        self,
        job: Job[T],
        done: Callable[[T], None],
        failed: Callable[[OdImagingError], None] | None = None,
    ) -> None:
        """Results of what is no longer shown are dropped."""
        generation = self._generation

        def current(call: Callable[[T], None]) -> Callable[[T], None]:
            return lambda value: call(value) if generation == self._generation else None

        refuse = failed or self._fail
        self.submit(
            job,
            done=current(done),
            failed=lambda error: refuse(error) if generation == self._generation else None,
        )

    def _fail(self, error: OdImagingError) -> None:
        problem = Problem(error.user_text, can_retry=not isinstance(error, BadRequest))
        self._show(replace(self.shown, problem=problem, busy="", pyramid=None))

    def _replace_document(self, document: Document) -> None:
        self._show(replace(self.shown, document=document))

    def _show(self, shown: Shown) -> None:
        self.shown = shown
        self.changed()


def _in_column(window: tuple[int, int]) -> tuple[int, int]:
    """WindowingMin and WindowingMax hold 0 to 255."""
    return min(255, max(0, window[0])), min(255, max(0, window[1]))
