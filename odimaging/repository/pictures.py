"""Pixels of documents and mounts, for the window. A pending document has none until it is materialised."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from odimaging.imaging.formats import HEAD_BYTES, IMAGES, Kind, sniff
from odimaging.model.document import Document
from odimaging.model.errors import (
    DecodeFailed,
    DocumentNotFound,
    FileMissing,
    MountNotFound,
    UnsupportedFormat,
)
from odimaging.model.ids import DocNum, MountItemNum, MountNum
from odimaging.model.picture import Edits, Picture, PictureInfo
from odimaging.model.ports import (
    Decoder,
    FileStat,
    MountPicture,
    PictureSource,
    Place,
    TileCache,
)
from odimaging.repository.browse import MountContents
from odimaging.repository.derived import MAX_DECODED_BYTES
from odimaging.repository.filing import Filing
from odimaging.repository.mending import Mending

NOT_SHOWN = "This kind of file cannot be shown here. Open it with its own program."

_SHOWN = IMAGES | {Kind.DICOM, Kind.PDF}

NOT_FETCHED = "This image has not been fetched yet. Open it to fetch it."


class Pictures:
    """Any thread. Raises DecodeFailed, FileMissing, UnsupportedFormat, StoreUnavailable and the NotFounds."""

    def __init__(
        self,
        filing: Filing,
        mending: Mending,
        decoder: Decoder,
        mount_contents: Callable[[MountNum], MountContents],
        cache: TileCache | None = None,
    ) -> None:
        self._filing = filing
        self._mending = mending
        self._decoder = decoder
        self._mount_contents = mount_contents
        self._cache = cache

    def tile(self, doc_num: DocNum, pixels: int) -> Picture:
        """BGRA with edits, fitted into ``pixels`` × ``pixels``; from the private cache if nothing changed."""
        stored = self._stored(doc_num)
        key = self._key("document", stored.identity, pixels)
        return self._kept(
            key, lambda: self._decoder.rendered(self._source(stored), (pixels, pixels))
        )

    def mount_tile(self, mount_num: MountNum, pixels: int) -> Picture:
        """The same for a mount; images that are missing or damaged leave their position empty."""
        contents = self._mount_contents(mount_num)
        stored = dict(self._standing(contents))
        identities = sorted((item, one.identity) for item, one in stored.items())
        mount = contents.mount
        colours = (mount.color_back, mount.color_fore, mount.color_text_back)
        canvas = (mount.mount_num, mount.width, mount.height, *colours)
        texts = sorted(contents.texts.items())
        parts = (canvas, contents.items, identities, texts, contents.drawings)
        key = self._key("mount", parts, pixels)
        return self._kept(key, lambda: self._composite(contents, stored, pixels))

    def picture(
        self, doc_num: DocNum, page: int = 0, fit: tuple[int, int] | None = None
    ) -> Picture:
        """The stored pixels, without edits."""
        return self._decoder.picture(self._source(self._stored(doc_num), page), fit)

    def info(self, doc_num: DocNum) -> PictureInfo:
        """What the header says."""
        source = self._source(self._stored(doc_num))
        return self._decoder.inspect(source.data, source.extension)

    def drawn(self, doc_num: DocNum, page: int = 0, fit: tuple[int, int] | None = None) -> Picture:
        """BGRA with edits and drawings."""
        with self._filing.unit_of_work() as work:
            drawings = work.mounts.drawings(doc_num=doc_num)
        source = self._source(self._stored(doc_num), page)
        return self._decoder.rendered(replace(source, drawings=drawings), fit)

    def text(self, mount_num: MountNum, mount_item_num: MountItemNum) -> Picture:
        """A text item alone, BGRA, item size."""
        contents = self._mount_contents(mount_num)
        for item in contents.items:
            if item.mount_item_num == mount_item_num and item.is_text:
                return self._decoder.text_item(contents.mount, item, contents.texts[mount_item_num])
        raise MountNotFound

    def _stored(self, doc_num: DocNum) -> "_Stored":
        """Where the bytes are, mended if a stop left them in the stage."""
        with self._filing.unit_of_work() as work:
            document = work.documents.get(doc_num)
            place = self._filing.place(work, document)
        if document.pending is not None:
            raise FileMissing(NOT_FETCHED)
        stat = self._filing.store.stat(place)
        if stat is None and self._mending.if_missing(doc_num):
            with self._filing.unit_of_work() as work:
                document = work.documents.get(doc_num)
                place = self._filing.place(work, document)
            stat = self._filing.store.stat(place)
        if stat is None:
            raise FileMissing
        if stat.size > MAX_DECODED_BYTES:
            raise DecodeFailed("This image is too large to be shown.")
        return _Stored(document, place, stat)

    def _source(self, stored: "_Stored", page: int = 0) -> PictureSource:
        document = stored.document
        with self._filing.store.open(stored.place) as file:
            head = file.read(HEAD_BYTES)
            if not document.can_thumbnail and sniff(head) not in _SHOWN:
                raise UnsupportedFormat(NOT_SHOWN)  # before a film of hundreds of MB is read
            data = head + file.read()
        return PictureSource(data, document.extension, Edits.of(document), page=page)

    def _standing(self, contents: MountContents) -> Iterator[tuple[MountItemNum, "_Stored"]]:
        for item, document in contents.documents.items():
            try:
                yield item, self._stored(document.doc_num)
            except (FileMissing, DecodeFailed, DocumentNotFound):
                continue

    def _composite(
        self, contents: MountContents, stored: "Mapping[MountItemNum, _Stored]", pixels: int
    ) -> Picture:
        sources: dict[MountItemNum, PictureSource] = {}
        for item, one in stored.items():
            with suppress(FileMissing, UnsupportedFormat):
                sources[item] = self._source(one)
        mount = MountPicture(
            contents.mount, contents.items, sources, contents.texts, contents.drawings
        )
        return self._decoder.mount_rendered(mount, (pixels, pixels))

    def _key(self, kind: str, parts: object, pixels: int) -> str:
        """Of share, number, size, time and edits (decision 42), as a digest: no name leaves the practice."""
        text = repr((kind, self._filing.store.identity, parts, pixels))
        return hashlib.sha256(text.encode()).hexdigest()

    def _kept(self, key: str, make: Callable[[], Picture]) -> Picture:
        kept = self._cache.get(key) if self._cache else None
        if kept is not None:
            return kept
        picture = make()
        if self._cache:
            self._cache.put(key, picture)
        return picture


@dataclass(frozen=True, slots=True)
class _Stored:
    """A document, where its bytes are, and their size and time."""

    document: Document
    place: Place
    stat: FileStat

    @property
    def identity(self) -> tuple[object, ...]:
        """What a tile depends on."""
        document, stat = self.document, self.stat
        edits = Edits.of(document)
        return (document.doc_num, document.extension, stat.size, stat.modified_ns, edits)
