"""Documents PUT, 24.2.32: Image Info of a document, its window, its turn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from odimaging.model.changes import Changes
from odimaging.model.document import Document
from odimaging.model.ids import DocNum


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
    """One document's details."""

    def __call__(self, request: UpdateRequest) -> UpdateResult:
        """Raises DocumentNotFound (404), InvalidField (400), ChangedMeanwhile."""
        raise NotImplementedError
