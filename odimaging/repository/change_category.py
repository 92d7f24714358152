"""Moving documents and mounts to another category (facts §9.5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from odimaging.failpoints import declare, failpoint
from odimaging.model.changes import Changes
from odimaging.model.definition import Definition
from odimaging.model.errors import ChangedMeanwhile, InvalidField, OdImagingError
from odimaging.model.ids import DefNum, DocNum, MountNum
from odimaging.model.ports import UnitOfWork, UnitOfWorkFactory
from odimaging.repository import audit
from odimaging.repository.categories import visible_category
from odimaging.repository.failure import Failure

IN_MOUNT = "This image belongs to a mount. Move the mount to another category."

declare(
    category_moved="the document's category is changed, not yet in the log, not yet committed",
    category_rowed="the change is logged, not yet committed",
    category_committed="the change is committed",
    category_mount="the mount and its images are changed, not yet in the log, not yet committed",
)


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
    """Each document and mount for itself; a mount takes its images along."""

    def __init__(self, unit_of_work: UnitOfWorkFactory) -> None:
        self._unit_of_work = unit_of_work

    def __call__(self, request: ChangeCategoryRequest) -> ChangeCategoryResult:
        """Raises InvalidField for an unknown category, and for a hidden one unless things go back there.

        Failures: DocumentNotFound, MountNotFound, ChangedMeanwhile, InvalidField for an image inside a mount.
        """
        with self._unit_of_work() as work:
            wanted = _category(work, request)
        documents: dict[DocNum, DefNum] = {}
        mounts: dict[MountNum, DefNum] = {}
        failures: list[Failure] = []
        changes = Changes()
        for doc_num in request.doc_nums:
            try:
                changes |= self._document(doc_num, wanted, request.expected, documents)
            except OdImagingError as error:
                failures.append(Failure(doc_num, error))
        for mount_num in request.mount_nums:
            try:
                changes |= self._mount(mount_num, wanted, request.expected, mounts)
            except OdImagingError as error:
                failures.append(Failure(DocNum(0), error, mount_num))
        return ChangeCategoryResult(documents, mounts, tuple(failures), changes)

    def _document(
        self,
        doc_num: DocNum,
        wanted: Definition,
        expected: DefNum | None,
        before: dict[DocNum, DefNum],
    ) -> Changes:
        with self._unit_of_work() as work:
            document = work.documents.get(doc_num)
            old = _require(document.doc_category, expected)
            if document.mount_item_num:
                raise InvalidField(IN_MOUNT)
            if old == wanted.def_num:
                return Changes()
            values = {"doc_category": wanted.def_num}
            if not work.documents.update(doc_num, values, {"doc_category": old}):
                raise ChangedMeanwhile
            failpoint("category.moved")
            work.log.add(audit.moved(document, _named(work, old), wanted))
            failpoint("category.rowed")
            work.commit()
        failpoint("category.committed")
        before[doc_num] = old
        return Changes.of_document(document.pat_num, doc_num)

    def _mount(
        self,
        mount_num: MountNum,
        wanted: Definition,
        expected: DefNum | None,
        before: dict[MountNum, DefNum],
    ) -> Changes:
        with self._unit_of_work() as work:
            mount = work.mounts.get(mount_num)
            old = _require(mount.doc_category, expected)
            if old == wanted.def_num:
                return Changes()
            inside = frozenset(one.doc_num for one in work.documents.in_mount(mount_num))
            if not work.mounts.set_category(mount_num, wanted.def_num, old):
                raise ChangedMeanwhile
            failpoint("category.mount")
            work.log.add(audit.mount_moved(mount, _named(work, old), wanted))
            work.commit()
        before[mount_num] = old
        return Changes(frozenset({mount.pat_num}), inside, frozenset({mount_num}))


def _category(work: UnitOfWork, request: ChangeCategoryRequest) -> Definition:
    if request.expected is None:
        return visible_category(work, request.doc_category)
    found = _named(work, request.doc_category)
    return found or visible_category(work, request.doc_category)


def _require(current: DefNum, expected: DefNum | None) -> DefNum:
    if expected is not None and current != expected:
        raise ChangedMeanwhile
    return current


def _named(work: UnitOfWork, def_num: DefNum) -> Definition | None:
    return next((c for c in work.definitions.image_categories() if c.def_num == def_num), None)
