"""Discovery: files that were put into a patient's folder from outside become documents (facts §3, decision 28)."""

from dataclasses import dataclass

from odimaging.model.changes import Changes
from odimaging.model.ids import DocNum, PatNum
from odimaging.model.ports import Progress


@dataclass(frozen=True, slots=True)
class ImportFolderResult:
    """Documents made of found files; ``changes`` also covers repaired categories."""

    doc_nums: tuple[DocNum, ...] = ()
    changes: Changes = Changes()


class ImportFolder:
    """Run it whenever a patient is opened or listed."""

    def __call__(self, pat_num: PatNum, progress: Progress | None = None) -> ImportFolderResult:
        """Raises PatientNotFound, StoreUnavailable. Somebody else at it: finds nothing."""
        raise NotImplementedError
