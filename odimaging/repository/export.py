"""What a document or a mount is sent as: its own bytes, or a picture drawn as it is shown (decisions 5, 6 and 34).

Both ways of sending, `download_sftp` and `send`, ask here. Everything is at hand locally before a server hears of it.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import BinaryIO, Protocol

from odimaging.imaging.formats import WRITABLE
from odimaging.model.changes import Changes
from odimaging.model.document import Crop, Document
from odimaging.model.errors import DecodeFailed, FileMissing, InvalidField, UnsupportedFormat
from odimaging.model.ids import DocNum, MountItemNum, MountNum
from odimaging.model.mount import Mount
from odimaging.model.naming import is_storable, safe_name
from odimaging.model.picture import Edits
from odimaging.model.ports import (
    Decoder,
    MountPicture,
    PictureSource,
    Place,
    Progress,
)
from odimaging.repository.browse import MountContents
from odimaging.repository.derived import MAX_DECODED_BYTES, derive
from odimaging.repository.filing import Filing
from odimaging.repository.materialise import MaterialiseResult
from odimaging.repository.mending import Mending

MOUNT_EXTENSION = ".jpg"


class MaterialisePending(Protocol):
    """The operation that turns a pending payload into a file."""

    def __call__(self, doc_num: DocNum, progress: Progress | None = None) -> MaterialiseResult:
        """See `odimaging.repository.materialise`."""


@dataclass(frozen=True, slots=True)
class Export:
    """Bytes ready to be sent. ``open`` gives a seekable file from its start; ``original``: exactly what is stored.

    ``subject`` is what the audit log speaks of; ``changes``: a pending document has become a file on the way.
    """

    file_name: str
    size: int
    open: Callable[[], BinaryIO]
    original: bool
    subject: Document | Mount
    changes: Changes = Changes()

    def __repr__(self) -> str:
        """Without the name: it may be a patient's."""
        return f"Export({self.subject!r}, {self.size})"


@dataclass(frozen=True, slots=True)
class _Stored:
    """A document whose bytes are there."""

    document: Document
    place: Place
    size: int
    changes: Changes


class Exporter:
    """Any thread. ``mount_contents`` and ``materialise`` are the repository's own operations."""

    def __init__(
        self,
        filing: Filing,
        mending: Mending,
        decoder: Decoder,
        mount_contents: Callable[[MountNum], MountContents],
        materialise: MaterialisePending,
    ) -> None:
        self._filing = filing
        self._mending = mending
        self._decoder = decoder
        self._mount_contents = mount_contents
        self._materialise = materialise

    def export_document(
        self, doc_num: DocNum, extension: str | None = None, progress: Progress | None = None
    ) -> Export:
        """A document as it is stored, or rendered with its drawings where it was edited or another extension is asked for.

        Raises DocumentNotFound (404), InvalidField for an extension it cannot have (400), FileMissing, DecodeFailed.
        """
        stored = self._stored(doc_num, progress)
        own = stored.document.extension
        wanted = (extension or own).lower()
        if not _same_format(wanted, own):
            _require_writable(stored.document, wanted)
            return self._rendered(stored, wanted)
        return self._rendered(stored, own) if self._is_edited(stored) else self._original(stored)

    def export_mount(
        self,
        mount_num: MountNum,
        extension: str = MOUNT_EXTENSION,
        progress: Progress | None = None,
    ) -> Export:
        """The composite at the mount's own size. Raises MountNotFound (404), InvalidField (400), DecodeFailed.

        Where an image is missing its position shows its number, as on screen (facts §6.5).
        """
        if extension.lower() not in WRITABLE:
            raise InvalidField(f"A mount cannot be written as {extension}.")
        contents = self._mount_contents(mount_num)
        stored = dict(self._standing(contents, progress))
        picture = MountPicture(
            contents.mount,
            contents.items,
            {item: self._source(one) for item, one in stored.items()},
            contents.texts,
            contents.drawings,
        )
        data = self._decoder.mount_encoded(picture, extension.lower())
        changes = reduce(or_, (one.changes for one in stored.values()), Changes())
        return _in_memory(f"Mount{mount_num}{extension}", data, contents.mount, changes)

    def _standing(
        self, contents: MountContents, progress: Progress | None
    ) -> Iterator[tuple[MountItemNum, _Stored]]:
        """What stands on the canvas, the strip of unmounted images left out."""
        strip = {item.mount_item_num for item in contents.items if item.is_unmounted}
        for item, document in contents.documents.items():
            if item in strip:
                continue
            with suppress(FileMissing):
                yield item, self._stored(document.doc_num, progress)

    def _stored(self, doc_num: DocNum, progress: Progress | None) -> _Stored:
        """The document with its file: a pending one is materialised first, one that a stop left in the stage is mended."""
        changes = Changes()
        document, place = self._row(doc_num)
        if document.pending is not None:
            changes = self._materialise(doc_num, progress).changes
            document, place = self._row(doc_num)
        found = self._filing.store.stat(place)
        if found is None and self._mending.if_missing(doc_num):
            document, place = self._row(doc_num)
            found = self._filing.store.stat(place)
        if found is None:
            raise FileMissing(detail=f"doc {doc_num}")
        return _Stored(document, place, found.size, changes)

    def _row(self, doc_num: DocNum) -> tuple[Document, Place]:
        with self._filing.unit_of_work() as work:
            document = work.documents.get(doc_num)
            return document, self._filing.place(work, document)

    def _is_edited(self, stored: _Stored) -> bool:
        """Differs from what import derived. DICOM in its own format always goes as it is (decision 34)."""
        document = stored.document
        shown = _plain(Edits.of(document))
        if not document.is_image or shown == Edits():
            return False
        with self._filing.store.open(stored.place) as file:
            derived = derive(file, document.file_name, stored.size, self._decoder)
        return shown != _plain(Edits.of(replace(derived.applied(document), crop=Crop())))

    def _original(self, stored: _Stored) -> Export:
        return Export(
            remote_name(stored.document),
            stored.size,
            lambda: self._filing.store.open(stored.place),
            True,
            stored.document,
            stored.changes,
        )

    def _rendered(self, stored: _Stored, extension: str) -> Export:
        document = stored.document
        if extension not in WRITABLE:
            raise UnsupportedFormat(
                f"This image was edited, and an edited image cannot be written as {extension}."
            )
        with self._filing.unit_of_work() as work:
            drawings = work.mounts.drawings(doc_num=document.doc_num)
        source = replace(self._source(stored), drawings=drawings)
        data = self._decoder.encoded(source, extension)
        name = remote_name(document)
        stem = name[: len(name) - len(document.extension)]
        kept = name if extension == document.extension else f"{stem}{extension}"
        return _in_memory(kept, data, document, stored.changes)

    def _source(self, stored: _Stored) -> PictureSource:
        document = stored.document
        if stored.size > MAX_DECODED_BYTES:
            raise DecodeFailed("This image is too large to be drawn.", f"doc {document.doc_num}")
        with self._filing.store.open(stored.place) as file:
            data = file.read()
        return PictureSource(data, document.extension, Edits.of(document))


def _plain(edits: Edits) -> Edits:
    """0 to 255 is no window (facts §6.3), and how a crop is meant does not matter without one."""
    low, high = edits.windowing_min, edits.windowing_max
    window = (0, 0) if (low, high) == (0, 255) else (low, high)
    old = edits.is_crop_old and bool(edits.crop)
    return replace(edits, windowing_min=window[0], windowing_max=window[1], is_crop_old=old)


def _same_format(one: str, other: str) -> bool:
    """The same extension, or two spellings of one: ``.jpeg`` and ``.jpg``, ``.tiff`` and ``.tif``."""
    return one == other or (one in WRITABLE and WRITABLE[one] == WRITABLE.get(other))


def _require_writable(document: Document, extension: str) -> None:
    own = document.extension or "no extension"
    if not (document.is_image or document.is_dicom):
        raise InvalidField(f"This document can only be sent with its own extension, {own}.")
    if extension not in WRITABLE:
        raise InvalidField(
            f"An image cannot be written as {extension or 'a file without extension'}."
        )


def remote_name(document: Document) -> str:
    """Rows are input too: a name that is no plain one must not lead to another folder."""
    name = document.file_name
    return name if is_storable(name) else safe_name(name, "")


def _in_memory(name: str, data: bytes, subject: Document | Mount, changes: Changes) -> Export:
    return Export(name, len(data), lambda: io.BytesIO(data), False, subject, changes)
