"""Documents PUT, 24.2.32: Image Info of a document, its window, its turn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite
from typing import Any

from odimaging.failpoints import declare, failpoint
from odimaging.model import tooth_numbers
from odimaging.model.changes import Changes
from odimaging.model.document import Crop, Document, ImgType, PendingKind
from odimaging.model.errors import ChangedMeanwhile, InvalidField
from odimaging.model.ids import DefNum, DocNum, ProvNum
from odimaging.model.ports import UnitOfWork, UnitOfWorkFactory
from odimaging.repository import audit
from odimaging.repository.categories import visible_category

DESCRIPTION_LIMIT = 255

declare(update_updated="the row is changed, not yet in the log, not yet committed")


@dataclass(frozen=True, slots=True)
class UpdateRequest:
    """``values`` by field of `Document`; ``expected``: what the user saw of fields, old values."""

    doc_num: DocNum
    values: Mapping[str, Any] = field(repr=False)
    expected: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class UpdateResult:
    """The document before and after; undo: update to ``before``'s values expecting ``after``'s."""

    before: Document
    after: Document
    changes: Changes


class Update:
    """One document's details. The file is never renamed or rewritten (decision 23)."""

    def __init__(self, unit_of_work: UnitOfWorkFactory) -> None:
        self._unit_of_work = unit_of_work

    def __call__(self, request: UpdateRequest) -> UpdateResult:
        """Raises DocumentNotFound (404), InvalidField (400), ChangedMeanwhile. Nothing different: unchanged, no log."""
        with self._unit_of_work() as work:
            before = work.documents.get(request.doc_num)
            values = {
                name: _checked(work, before, name, value) for name, value in request.values.items()
            }
            different = {
                name: value for name, value in values.items() if value != getattr(before, name)
            }
            _require_expected(before, request.expected)
            if not different:
                return UpdateResult(before, before, Changes())
            if not work.documents.update(request.doc_num, different, request.expected):
                raise ChangedMeanwhile
            failpoint("update.updated")
            after = work.documents.get(request.doc_num)
            work.log.add(audit.edited(work, before, after))
            work.commit()
        return UpdateResult(before, after, Changes.of_document(after.pat_num, after.doc_num))


def _require_expected(document: Document, expected: Mapping[str, Any] | None) -> None:
    for name, value in (expected or {}).items():
        if getattr(document, name) != value:
            raise ChangedMeanwhile(detail=f"document {document.doc_num}")


def _checked(work: UnitOfWork, document: Document, name: str, value: Any) -> Any:
    """The value as it is stored. Raises InvalidField."""
    check = _CHECKS.get(name)
    if check is None:
        raise InvalidField("This cannot be changed here.", f"field {name}")
    return check(work, document, value)


def _description(_work: UnitOfWork, _document: Document, value: Any) -> str:
    if not isinstance(value, str) or len(value) > DESCRIPTION_LIMIT:
        raise InvalidField(f"A description has at most {DESCRIPTION_LIMIT} characters.")
    return value


def _date_created(_work: UnitOfWork, _document: Document, value: Any) -> datetime:
    if not isinstance(value, datetime):
        raise InvalidField("This is not a date.")
    return value.replace(microsecond=0, tzinfo=None)


def _doc_category(work: UnitOfWork, document: Document, value: Any) -> DefNum:
    if value == document.doc_category:
        return document.doc_category
    if document.mount_item_num:
        raise InvalidField("This image belongs to a mount. Move the mount to another category.")
    return visible_category(work, DefNum(value)).def_num


def _img_type(_work: UnitOfWork, _document: Document, value: Any) -> ImgType:
    try:
        return ImgType(value)
    except ValueError:
        raise InvalidField("This kind of image does not exist.") from None


def _tooth_numbers(_work: UnitOfWork, document: Document, value: Any) -> str:
    # What others stored may not parse; unchanged it is no reason to refuse the rest.
    return document.tooth_numbers if value == document.tooth_numbers else tooth_numbers.parse(value)


def _prov_num(work: UnitOfWork, document: Document, value: Any) -> ProvNum:
    visible = {one.prov_num for one in work.definitions.providers() if not one.is_hidden}
    if value in visible | {0, document.prov_num}:
        return ProvNum(value)
    raise InvalidField("This provider is hidden or does not exist.")


def _print_heading(_work: UnitOfWork, _document: Document, value: Any) -> bool:
    return bool(value)


def _note(_work: UnitOfWork, document: Document, value: Any) -> str:
    if document.pending is not None:
        raise InvalidField("Open this image first: it has not been fetched yet.")
    if any(str(value).startswith(kind.value) for kind in PendingKind):
        raise InvalidField("A note cannot begin like this.")
    return str(value)


def _is_flipped(_work: UnitOfWork, _document: Document, value: Any) -> bool:
    return bool(value)


def _degrees_rotated(_work: UnitOfWork, _document: Document, value: Any) -> float:
    if not isinstance(value, int | float) or not isfinite(value):
        raise InvalidField("This is not an angle.")
    return float(value) % 360.0


def _windowing(_work: UnitOfWork, _document: Document, value: Any) -> int:
    if not isinstance(value, int) or not 0 <= value <= 255:
        raise InvalidField("Brightness and contrast go from 0 to 255.")
    return value


def _crop(_work: UnitOfWork, _document: Document, value: Any) -> Crop:
    if not isinstance(value, Crop) or value.w < 0 or value.h < 0:
        raise InvalidField("This crop is not possible.")
    return value


_CHECKS: Mapping[str, Callable[[UnitOfWork, Document, Any], Any]] = {
    "description": _description,
    "date_created": _date_created,
    "doc_category": _doc_category,
    "img_type": _img_type,
    "tooth_numbers": _tooth_numbers,
    "prov_num": _prov_num,
    "print_heading": _print_heading,
    "note": _note,
    "is_flipped": _is_flipped,
    "degrees_rotated": _degrees_rotated,
    "windowing_min": _windowing,
    "windowing_max": _windowing,
    "crop": _crop,
}
