"""What a document or a mount is sent as: its own bytes, or a picture drawn as it is shown (decisions 5, 6 and 34).

Both ways of sending, `download_sftp` and `send`, ask here. Everything is at hand locally before a server hears of it.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from odimaging.imaging.formats import WRITABLE
from odimaging.model.changes import Changes
from odimaging.model.document import Crop, Document
from odimaging.model.errors import FileMissing, InvalidField, UnsupportedFormat
from odimaging.model.ids import DocNum, MountNum
from odimaging.model.mount import Mount
from odimaging.model.naming import is_storable, safe_name
from odimaging.model.picture import Edits
from odimaging.model.ports import (
    Decoder,
    MountPicture,
    PictureSource,
    Place,
    Progress,
    Store,
    UnitOfWorkFactory,
)
from odimaging.repository.browse import MountContents
from odimaging.repository.materialise import MaterialiseResult

MOUNT_EXTENSION = ".jpg"

_EXIF_TURNS = {
    1: (False, 0.0),
    2: (True, 0.0),
    3: (False, 180.0),
    4: (True, 180.0),
    5: (True, 270.0),
    6: (False, 90.0),
    7: (True, 90.0),
    8: (False, 270.0),
}
"""EXIF orientation → IsFlipped, DegreesRotated, as import derives them (decision 33)."""


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


class Exporter:
    """Any thread. ``mount_contents`` and ``materialise`` are the repository's own operations."""

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        store: Store,
        decoder: Decoder,
        mount_contents: Callable[[MountNum], MountContents],
        materialise: MaterialisePending,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._store = store
        self._decoder = decoder
        self._mount_contents = mount_contents
        self._materialise = materialise

    def export_document(
        self, doc_num: DocNum, extension: str | None = None, progress: Progress | None = None
    ) -> Export:
        """A document as it is stored, or rendered with its drawings where it was edited or another extension is asked for.

        Raises DocumentNotFound (404), InvalidField for an extension it cannot have (400), FileMissing, DecodeFailed.
        """
        document, changes = self._ready(doc_num, progress)
        extension = (extension or document.extension).lower()
        as_is = _same_format(extension, document.extension)
        if not as_is:
            _require_writable(document, extension)
        if as_is and not self._is_edited(document):
            return self._original(document, changes)
        return self._rendered(document, extension, changes)

    def export_mount(
        self,
        mount_num: MountNum,
        extension: str = MOUNT_EXTENSION,
        progress: Progress | None = None,
    ) -> Export:
        """The composite at the mount's own size. Raises MountNotFound (404), InvalidField (400), FileMissing, DecodeFailed."""
        if extension.lower() not in WRITABLE:
            raise InvalidField(f"A mount cannot be written as {extension}.")
        contents = self._mount_contents(mount_num)
        changes = Changes()
        sources = {}
        for item, placed in contents.documents.items():
            document, one = self._ready(placed.doc_num, progress)
            sources[item] = self._source(document)
            changes |= one
        picture = MountPicture(
            contents.mount, contents.items, sources, contents.texts, contents.drawings
        )
        data = self._decoder.mount_encoded(picture, extension.lower())
        name = f"Mount{mount_num}{extension}"
        return _in_memory(name, data, contents.mount, changes)

    def _ready(self, doc_num: DocNum, progress: Progress | None) -> tuple[Document, Changes]:
        """The document with its file; a pending one is materialised first."""
        with self._unit_of_work() as work:
            document = work.documents.get(doc_num)
        if document.pending is None:
            return document, Changes()
        result = self._materialise(doc_num, progress)
        return result.document, result.changes

    def _is_edited(self, document: Document) -> bool:
        """Differs from what import derived. DICOM in its own format always goes as it is (decision 34)."""
        if not document.is_image or not _shown_differently(document):
            return False
        if (
            document.crop != Crop()
            or document.windowing_min
            or document.windowing_max not in (0, 255)
        ):
            return True
        info = self._decoder.inspect(self._read(document), document.extension)
        derived = _EXIF_TURNS.get(info.exif_orientation, _EXIF_TURNS[1])
        return (document.is_flipped, document.degrees_rotated) != derived

    def _original(self, document: Document, changes: Changes) -> Export:
        place = self._place(document)
        found = self._store.stat(place)
        if found is None:
            raise FileMissing(detail=f"doc {document.doc_num}")
        return Export(
            _remote_name(document),
            found.size,
            lambda: self._store.open(place),
            True,
            document,
            changes,
        )

    def _rendered(self, document: Document, extension: str, changes: Changes) -> Export:
        if extension not in WRITABLE:
            raise UnsupportedFormat(
                f"This image was edited, and an edited image cannot be written as {extension}."
                " Ask for .jpg or .png."
            )
        data = self._decoder.encoded(self._source(document), extension)
        name = _remote_name(document)
        stem = name[: len(name) - len(document.extension)]
        kept = name if _same_format(extension, document.extension) else f"{stem}{extension}"
        return _in_memory(kept, data, document, changes)

    def _source(self, document: Document) -> PictureSource:
        with self._unit_of_work() as work:
            drawings = work.mounts.drawings(doc_num=document.doc_num)
        return PictureSource(self._read(document), document.extension, Edits.of(document), drawings)

    def _read(self, document: Document) -> bytes:
        with self._store.open(self._place(document)) as file:
            return file.read()

    def _place(self, document: Document) -> Place:
        with self._unit_of_work() as work:
            patient = work.patients.get(document.pat_num)
        return Place(self._store.folder_for(patient), document.file_name, document.doc_num)


def _shown_differently(document: Document) -> bool:
    """Facts §6.7's test, without drawings: those alone do not make a picture another one (decision 5)."""
    plain = Edits(windowing_max=document.windowing_max, is_crop_old=document.is_crop_old)
    return Edits.of(document) != plain or document.windowing_max not in (0, 255)


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


def _remote_name(document: Document) -> str:
    """Rows are input too: a name that is no plain one must not lead to another folder."""
    name = document.file_name
    return name if is_storable(name) else safe_name(name, document.extension)


def _in_memory(name: str, data: bytes, subject: Document | Mount, changes: Changes) -> Export:
    return Export(name, len(data), lambda: io.BytesIO(data), False, subject, changes)
