"""Moving documents and mounts to another category (facts §9.5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from odimaging.model.changes import Changes
from odimaging.model.ids import DefNum, DocNum, MountNum
from odimaging.repository.failure import Failure


@dataclass(frozen=True, slots=True)
class ChangeCategoryRequest:
    """``expected``: the category they must all be in still, e.g. for an undo; None: whichever."""

    doc_nums: tuple[DocNum, ...] = ()
    mount_nums: tuple[MountNum, ...] = ()
    doc_category: DefNum = DefNum(0)
    expected: DefNum | None = None


@dataclass(frozen=True, slots=True)
class ChangeCategoryResult:
    """Where each moved one was before. Those already there are in neither mapping."""

    documents_before: Mapping[DocNum, DefNum] = field(default_factory=dict)
    mounts_before: Mapping[MountNum, DefNum] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    changes: Changes = Changes()


class ChangeCategory:
    """Each document and mount for itself."""

    def __call__(self, request: ChangeCategoryRequest) -> ChangeCategoryResult:
        """Raises InvalidField for an unknown or hidden category."""
        raise NotImplementedError
