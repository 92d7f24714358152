"""What the grid shows: documents, mounts and deleted items as one kind of value, grouped by visit (decision 52)."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from odimaging.gui.presenters.words import plural
from odimaging.model.document import Document, ImgType
from odimaging.model.ids import DefNum, DocNum, MountNum, OperationNumber
from odimaging.model.mount import Mount
from odimaging.model.ports import ShelfEntry

NOUNS = {
    ImgType.DOCUMENT: ("document", "documents"),
    ImgType.RADIOGRAPH: ("X-ray", "X-rays"),
    ImgType.PHOTO: ("photo", "photos"),
    ImgType.FILE: ("file", "files"),
    ImgType.ATTACHMENT: ("attachment", "attachments"),
}
TYPE_WORDS = {kind: NOUNS[kind][0][0].upper() + NOUNS[kind][0][1:] for kind in ImgType}
"""``ImgType`` as the window says it."""


@dataclass(frozen=True, slots=True)
class GridItem:
    """One tile. Exactly one of ``document``, ``mount``, ``shelved`` is there. ``key`` names it across reloads.

    ``category``: its name. ``teeth``: those of a mount's images.
    """

    key: str
    title: str
    date_created: datetime
    doc_category: DefNum
    icon: str
    kind: str
    document: Document | None = None
    mount: Mount | None = None
    shelved: ShelfEntry | None = None
    category: str = ""
    teeth: str = ""

    @property
    def doc_num(self) -> DocNum | None:
        """Of a document that is not deleted."""
        return self.document.doc_num if self.document else None

    @property
    def mount_num(self) -> MountNum | None:
        """Of a mount."""
        return self.mount.mount_num if self.mount else None

    @property
    def operation(self) -> OperationNumber | None:
        """Of a deleted item: what restores it."""
        return self.shelved.operation if self.shelved else None

    @property
    def has_pixels(self) -> bool:
        """Whether a thumbnail can be made of it."""
        if self.document is None:
            return self.mount is not None
        return self.document.can_thumbnail and self.document.pending is None

    @property
    def may_have_pixels(self) -> bool:
        """The same, or its file has not been fetched yet: nobody knows."""
        return self.has_pixels or bool(self.document and self.document.pending)


@dataclass(frozen=True, slots=True)
class Visit:
    """All items of one day, with a few words on what they are."""

    day: date
    summary: str
    items: tuple[GridItem, ...]


def folded(text: str) -> str:
    """Lower case without accents: for comparing what somebody typed."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def icon_of(document: Document) -> str:
    """The icon's name."""
    if document.is_pdf:
        return "pdf"
    if document.is_dicom:
        return "dicom"
    if document.img_type is ImgType.DOCUMENT:
        return "document"
    if not document.is_image:
        return "file"
    return "xray" if document.img_type is ImgType.RADIOGRAPH else "photo"


def of_document(document: Document, category: str) -> GridItem:
    """A document's tile."""
    kind = TYPE_WORDS[document.img_type]
    extension = document.extension.removeprefix(".").upper()
    return GridItem(
        f"d{document.doc_num}",
        document.description or f"{kind} {document.doc_num}",
        document.date_created,
        document.doc_category,
        icon_of(document),
        f"{kind} · {extension}" if extension else kind,
        document=document,
        category=category,
    )


def of_mount(mount: Mount, documents: Sequence[Document], category: str) -> GridItem:
    """A mount's tile."""
    return GridItem(
        f"m{mount.mount_num}",
        mount.description or f"Mount {mount.mount_num}",
        mount.date_created,
        mount.doc_category,
        "mount",
        f"Mount · {plural(len(documents), 'image', 'images')}",
        mount=mount,
        category=category,
        teeth=",".join(document.tooth_numbers for document in documents),
    )


def of_shelved(entry: ShelfEntry, category: str) -> GridItem:
    """A deleted item's tile; its day is the day of deletion."""
    extension = entry.extension.removeprefix(".").upper()
    return GridItem(
        f"s{entry.operation}",
        entry.description or (f"{extension} file" if extension else "File"),
        entry.shelved_at,
        entry.doc_category,
        "delete",
        " · ".join(part for part in ("Deleted", extension) if part),
        shelved=entry,
        category=category,
    )


def searchable(item: GridItem) -> str:
    """Everything a filter may find of an item, folded. Made when somebody filters: it costs more than the item."""
    words = f"{item.title} {item.category} {item.kind} {_day_words(item.date_created)}"
    teeth, note = item.teeth, item.mount.note if item.mount else ""
    if item.document is not None:
        teeth = item.document.tooth_numbers
        note = "" if item.document.pending else item.document.note
    return folded(f" {words} {_tooth_words(teeth.replace(',', ' '))} {note} ")


def by_visit(items: Iterable[GridItem]) -> tuple[Visit, ...]:
    """Newest day first; within a day by time, documents before mounts, then number (decision 14)."""
    ordered = sorted(items, key=_order)
    days = [
        Visit(day, "", tuple(group))
        for day, group in groupby(ordered, key=lambda item: item.date_created.date())
    ]
    return tuple(Visit(visit.day, summary(visit.items), visit.items) for visit in reversed(days))


def summary(items: Sequence[GridItem]) -> str:
    """``Full-mouth series · 3 photos``: mounts by their names, the rest counted by type."""
    mounts = [item.title for item in items if item.mount]
    counts = Counter(item.document.img_type for item in items if item.document)
    shelved = sum(1 for item in items if item.shelved)
    words = mounts[:2] + ([f"{len(mounts) - 2} more mounts"] if len(mounts) > 2 else [])
    words += [plural(counts[kind], *NOUNS[kind]) for kind in _BY_INTEREST if counts[kind]]
    if shelved:
        words.append(f"{plural(shelved, 'item', 'items')} deleted")
    return " · ".join(words)


_BY_INTEREST = (
    ImgType.RADIOGRAPH,
    ImgType.PHOTO,
    ImgType.DOCUMENT,
    ImgType.FILE,
    ImgType.ATTACHMENT,
)


def _order(item: GridItem) -> tuple[datetime, bool, int]:
    return item.date_created, item.mount is not None, item.doc_num or item.mount_num or 0


def _tooth_words(teeth: str) -> str:
    return " ".join(f"tooth {number}" for number in teeth.split())


def _day_words(moment: datetime) -> str:
    return (
        f"{moment:%Y-%m-%d} {moment.day} {moment:%b %Y} {moment.month}/{moment.day}/{moment.year}"
    )
