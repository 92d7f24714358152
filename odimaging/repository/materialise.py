"""A pending document's payload becomes its file; its number stays (facts §4, decision 6)."""

from dataclasses import dataclass

from odimaging.model.changes import Changes
from odimaging.model.document import Document
from odimaging.model.ids import DocNum
from odimaging.model.ports import Progress


@dataclass(frozen=True, slots=True)
class MaterialiseResult:
    """The document with its file; nothing changed if it was not pending."""

    document: Document
    changes: Changes = Changes()


class Materialise:
    """Run it when a pending document is opened, sent or exported; never while listing."""

    def __call__(self, doc_num: DocNum, progress: Progress | None = None) -> MaterialiseResult:
        """Raises DocumentNotFound, BadRequest for a damaged payload, StoreError, LockBusy; row and note stay then."""
        raise NotImplementedError
