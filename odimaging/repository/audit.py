"""What is written into ``securitylog`` for each operation (facts §9.8, §1.9; decision 35)."""

from datetime import datetime

from odimaging.model.definition import Definition
from odimaging.model.document import Document
from odimaging.model.mount import Mount
from odimaging.model.ports import LogEntry, UnitOfWork

IMAGE_DELETE = 44
IMAGE_EDIT = 89
IMAGE_EXPORT = 201
IMAGE_CREATE = 202

_DESCRIPTION_SHOWN = 50
_NEVER = datetime(1, 1, 1)


def created(work: UnitOfWork, document: Document) -> LogEntry:
    """Any import."""
    start = f"{document.img_type.label} Created: "
    return _entry(IMAGE_CREATE, start + _details(work, document), document, _NEVER)


def edited(work: UnitOfWork, before: Document, after: Document) -> LogEntry:
    """A change of details, turn or window."""
    text = f"Document Edited: {_details(work, after)}"
    return _entry(IMAGE_EDIT, text, after, before.date_tstamp)


def deleted(work: UnitOfWork, document: Document) -> LogEntry:
    """To the shelf, or for good."""
    text = f"Document Deleted: {_details(work, document)}"
    return _entry(IMAGE_DELETE, text, document, document.date_tstamp)


def restored(work: UnitOfWork, document: Document) -> LogEntry:
    """Back from the shelf."""
    return _entry(IMAGE_CREATE, f"Document Restored: {_details(work, document)}", document, _NEVER)


def discovered(work: UnitOfWork, document: Document) -> LogEntry:
    """A file from outside got its row (facts §3.3)."""
    name = _category_name(work, document)
    text = (
        f"Document Edited: the file {document.file_name} was found in the image folder, where it had been put from"
        f" outside, and a record was inserted with category {name}"
    )
    return _entry(IMAGE_EDIT, text, document, _NEVER)


def moved(document: Document, old: Definition | None, new: Definition) -> LogEntry:
    """A document to another category."""
    text = f"Document moved: {document.file_name} from category {_name(old)} to {new.item_name}"
    return _entry(IMAGE_EDIT, text, document, document.date_tstamp)


def mount_moved(mount: Mount, old: Definition | None, new: Definition) -> LogEntry:
    """A mount, with its images, to another category."""
    text = f"Mount moved: {mount.description} from category {_name(old)} to {new.item_name}"
    return LogEntry(IMAGE_EDIT, text, mount.pat_num, int(mount.mount_num))


def exported(work: UnitOfWork, subject: Document | Mount, where: str) -> LogEntry:
    """Sent to another computer; ``where`` names it and its folder (contract A2)."""
    if isinstance(subject, Mount):
        text = f"Mount Exported: {subject.description[:_DESCRIPTION_SHOWN]} to {where}"
        return LogEntry(IMAGE_EXPORT, text, subject.pat_num, int(subject.mount_num))
    text = f"Document Exported: {_details(work, subject)} to {where}"
    return _entry(IMAGE_EXPORT, text, subject, subject.date_tstamp)


def _details(work: UnitOfWork, document: Document) -> str:
    said = document.description[:_DESCRIPTION_SHOWN]
    description = f" with description {said}" if said else ""
    return f"{document.file_name}{description} with category {_category_name(work, document)}"


def _category_name(work: UnitOfWork, document: Document) -> str:
    categories = work.definitions.image_categories()
    return _name(next((one for one in categories if one.def_num == document.doc_category), None))


def _name(category: Definition | None) -> str:
    return category.item_name if category else ""


def _entry(perm_type: int, text: str, document: Document, previous: datetime) -> LogEntry:
    return LogEntry(perm_type, text, document.pat_num, int(document.doc_num), previous)
