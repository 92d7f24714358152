"""Finish or undo what a stop left, by evidence, not by states (reliability contract §1.2)."""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from odimaging.model.changes import Changes
from odimaging.model.errors import DatabaseUnavailable, OdImagingError, StoreUnavailable
from odimaging.model.ids import OperationNumber
from odimaging.model.ports import Progress
from odimaging.repository.filing import Filing
from odimaging.repository.mending import Mending, Outcome

log = logging.getLogger(__name__)

STRAY_AFTER_S = 24 * 3600.0
"""Temporary files older than this are nobody's."""


@dataclass(frozen=True, slots=True)
class RecoveryReport:
    """How many operations were finished, undone, shelved as unfinished; ``missing``: rows whose bytes are gone."""

    finished: int = 0
    undone: int = 0
    shelved: int = 0
    missing: int = 0
    busy: int = 0
    changes: Changes = Changes()


class Recovery:
    """At start, on opening a patient and every five minutes. ``keep_days``: how long deleted documents rest (decision 29)."""

    def __init__(self, filing: Filing, mending: Mending, keep_days: int = 30) -> None:
        self._filing = filing
        self._mending = mending
        self._keep_days = keep_days

    def __call__(self, progress: Progress | None = None) -> RecoveryReport:
        """Raises StoreUnavailable, DatabaseError. What cannot be mended now is left to the next time."""
        self._filing.store.check()
        operations = self._left()
        outcomes: Counter[Outcome] = Counter()
        changes = Changes()
        for number, operation in enumerate(operations):
            if progress is not None:
                progress.report(number, len(operations))
            outcome, changed = self._mended(operation)
            outcomes[outcome] += 1
            changes |= changed
        self._filing.store.sweep(STRAY_AFTER_S)
        self._drop_old()
        return RecoveryReport(
            outcomes[Outcome.FINISHED],
            outcomes[Outcome.UNDONE],
            outcomes[Outcome.SHELVED],
            outcomes[Outcome.MISSING],
            outcomes[Outcome.BUSY],
            changes,
        )

    def _left(self) -> tuple[OperationNumber, ...]:
        """Every operation there is any evidence of."""
        store = self._filing.store
        found = [file.operation for file in store.staged()]
        found += [note.operation for note in store.notes()]
        with self._filing.unit_of_work() as work:
            found += [operation for _, operation in work.documents.tokens()]
        return tuple(dict.fromkeys(found))

    def _mended(self, operation: OperationNumber) -> tuple[Outcome, Changes]:
        touched = self._touched(operation)
        try:
            outcome = self._mending.operation(operation)
        except (StoreUnavailable, DatabaseUnavailable):
            raise
        except OdImagingError as error:
            log.warning("operation %s left: %s", operation, type(error).__name__)
            return Outcome.NOTHING, Changes()
        done = outcome in (Outcome.FINISHED, Outcome.UNDONE, Outcome.SHELVED)
        return outcome, touched if done else Changes()

    def _touched(self, operation: OperationNumber) -> Changes:
        with self._filing.unit_of_work() as work:
            document = work.documents.with_token(operation)
        if document is not None:
            return Changes.of_document(document.pat_num, document.doc_num)
        for note in self._filing.store.notes():
            if note.operation == operation:
                return Changes.of_document(note.pat_num, *filter(None, [note.doc_num]))
        staged = [one for one in self._filing.store.staged() if one.operation == operation]
        return Changes(frozenset(one.pat_num for one in staged))

    def _drop_old(self) -> None:
        with self._filing.unit_of_work() as work:
            oldest = work.now() - timedelta(days=self._keep_days)
        for entry in self._filing.store.shelf():
            if entry.shelved_at < oldest:
                self._filing.store.unshelve(entry.operation)
