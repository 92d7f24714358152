"""Finish or undo what a stop left, by evidence, not by states (reliability contract §1.2)."""

from dataclasses import dataclass

from odimaging.model.changes import Changes
from odimaging.model.ports import Progress


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
    """At start, on opening a patient and every five minutes."""

    def __call__(self, progress: Progress | None = None) -> RecoveryReport:
        """Raises StoreUnavailable, DatabaseError."""
        raise NotImplementedError
