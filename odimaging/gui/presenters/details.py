"""The details pane: what the selected documents have in common, and saving one field of all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from odimaging.gui.presenters.items import GridItem
from odimaging.gui.presenters.selection_edits import Edited, SelectionEdits
from odimaging.gui.presenters.words import images, some_failed
from odimaging.model.document import Document
from odimaging.model.errors import ChangedMeanwhile, DocumentNotFound, OdImagingError
from odimaging.model.ids import DefNum

FIELDS = (
    "description",
    "doc_category",
    "date_created",
    "img_type",
    "tooth_numbers",
    "prov_num",
    "note",
)
WORDS = {
    "description": "description",
    "doc_category": "category",
    "date_created": "date",
    "img_type": "type",
    "tooth_numbers": "teeth",
    "prov_num": "provider",
    "note": "note",
}


@dataclass(frozen=True, slots=True)
class FieldState:
    """``several``: the selected ones differ, ``value`` is the first one's. ``reason``: why it cannot be changed."""

    value: Any = None
    several: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DetailsState:
    """What the pane shows; no ``fields``: nothing is selected."""

    heading: str = ""
    kind: str = ""
    fields: Mapping[str, FieldState] = field(default_factory=dict)


def state_of(selection: Sequence[GridItem], read_only_reason: str = "") -> DetailsState:
    """The pane for a selection."""
    if not selection:
        return DetailsState()
    heading = selection[0].title if len(selection) == 1 else f"{images(len(selection))} selected"
    kind = selection[0].kind if len(selection) == 1 else ""
    return DetailsState(
        heading, kind, {name: _field(name, selection, read_only_reason) for name in FIELDS}
    )


def _field(name: str, selection: Sequence[GridItem], read_only_reason: str) -> FieldState:
    values = [_value(item, name) for item in selection]
    reason = read_only_reason or next(filter(None, (_reason(item, name) for item in selection)), "")
    return FieldState(values[0], any(value != values[0] for value in values), reason)


def _value(item: GridItem, name: str) -> Any:
    if item.document is not None:
        return "" if name == "note" and item.document.pending else getattr(item.document, name)
    if item.mount is not None:
        return getattr(item.mount, name, None)
    known = {"description": item.title, "doc_category": item.doc_category}
    return known.get(name)


def _reason(item: GridItem, name: str) -> str:
    if item.shelved is not None:
        return "Deleted items cannot be changed. Restore it first."
    if item.mount is not None and name != "doc_category":
        return "This belongs to the mount and cannot be changed here."
    if name == "note" and item.document is not None and item.document.pending:
        return (
            "The file of this document has not been fetched yet. Open it once, then write a note."
        )
    return ""


class DetailsPresenter:
    """Saves a field for all selected documents, expecting what the user saw. ``beside(field, text)`` goes next to it."""

    def __init__(
        self,
        edits: SelectionEdits,
        beside: Callable[[str, str], None] = lambda _name, _text: None,
    ) -> None:
        self._edits = edits
        self.beside = beside

    def save(self, selection: Sequence[GridItem], name: str, value: Any) -> bool:
        """Set one field; False if nothing would change."""
        if name == "doc_category":
            raise AssertionError("a category is changed by `save_category`: mounts have one too")
        edits = [
            (document.doc_num, {name: value}, {name: getattr(document, name)})
            for document in (item.document for item in selection)
            if isinstance(document, Document) and getattr(document, name) != value
        ]
        if edits:
            self._edits.edit(edits, WORDS[name], lambda edited: self._on_edited(name, edited))
        return bool(edits)

    def save_category(self, selection: Sequence[GridItem], category: DefNum, title: str) -> bool:
        """Move all that are elsewhere; False if none is."""
        moving = [item for item in selection if item.doc_category != category]
        if moving:
            self._edits.move_to_category(moving, category, title)
        return bool(moving)

    def _on_edited(self, name: str, edited: Edited) -> None:
        if edited.errors:
            self.beside(name, beside_words(edited.errors, len(edited.errors) + len(edited.back)))


def beside_words(errors: Sequence[OdImagingError], total: int) -> str:
    """What stands beside the field."""
    if total == 1 and isinstance(errors[0], DocumentNotFound):
        return "Somebody else deleted this image a moment ago. Press F5 to look again."
    if total == 1:
        return errors[0].user_text
    if all(isinstance(error, ChangedMeanwhile) for error in errors):
        return f"{len(errors)} of {images(total)} were changed by somebody else a moment ago and were left as they are."
    return some_failed(total, errors, "changed")
