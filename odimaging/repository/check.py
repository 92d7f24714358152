"""The invariants, read-only: what lies without a row, what row has no bytes, what was left half done."""

from dataclasses import dataclass
from enum import Enum

from odimaging.model.ids import DocNum, OperationNumber
from odimaging.model.ports import Progress


class FindingCode(Enum):
    """What is wrong; the value is the sentence."""

    FILE_WITHOUT_ROW = "A file in a patient folder has no document."
    ROW_WITHOUT_FILE = "A document's file is missing."
    SAME_FILE_TWICE = "Two documents name the same file."
    TOKEN_LEFT = "An import was not finished."
    STAGE_LEFT = "A staged file belongs to no document."
    NOTE_LEFT = "A deletion was not finished."
    SHELF_TWICE = "A shelved document is also alive."


@dataclass(frozen=True, slots=True)
class Finding:
    """Numbers only."""

    code: FindingCode
    doc_num: DocNum = DocNum(0)
    operation: OperationNumber | None = None


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Empty: all is well."""

    findings: tuple[Finding, ...] = ()


class Check:
    """The whole practice."""

    def __call__(self, progress: Progress | None = None) -> CheckReport:
        """Raises StoreUnavailable, DatabaseError."""
        raise NotImplementedError
