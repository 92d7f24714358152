"""Steps that can be taken back: each runs on a worker and makes the step that does it again."""

from collections.abc import Mapping, Sequence
from typing import Any

from odimaging.gui.presenters.undo import UndoStep
from odimaging.gui.presenters.words import images, plural, some_failed
from odimaging.model.changes import Changes
from odimaging.model.errors import OdImagingError
from odimaging.model.ids import DefNum, DocNum, MountNum, OperationNumber
from odimaging.model.ports import Progress
from odimaging.repository.change_category import ChangeCategoryRequest
from odimaging.repository.delete import DeleteRequest, DeleteResult
from odimaging.repository.repository import Repository
from odimaging.repository.restore import RestoreRequest, RestoreResult
from odimaging.repository.update import UpdateRequest

Step = tuple[Changes, UndoStep | None]


def bring_back(
    repository: Repository, operations: Sequence[OperationNumber], text: str, message: str = ""
) -> UndoStep:
    """Restore from the shelf. ``text`` completes "Undo …"."""

    def undo(progress: Progress) -> Step:
        result = repository.restore(RestoreRequest(tuple(operations)), progress)
        return result.changes, after_restore(repository, result, text)

    return UndoStep(text, undo, message)


def take_away(
    repository: Repository, doc_nums: Sequence[DocNum], text: str, message: str = ""
) -> UndoStep:
    """Delete to the shelf."""

    def undo(progress: Progress) -> Step:
        result = repository.delete(DeleteRequest(tuple(doc_nums)), progress)
        return result.changes, after_delete(repository, result, text)

    return UndoStep(text, undo, message)


def after_delete(repository: Repository, result: DeleteResult, text: str = "") -> UndoStep | None:
    """What takes a deletion back; None where nothing can come back. Raises the reason if nothing was deleted."""
    if result.failures and not result.deleted:
        raise result.failures[0].error
    operations = [deleted.operation for deleted in result.deleted if deleted.operation]
    if not operations:
        return None
    count = len(result.deleted)
    message = f"{images(count)} moved to Deleted items."
    if result.failures:
        errors = [failure.error for failure in result.failures]
        message = some_failed(count + len(errors), errors, "deleted")
    return bring_back(repository, operations, text or f"deletion of {images(count)}", message)


def after_restore(repository: Repository, result: RestoreResult, text: str = "") -> UndoStep | None:
    """What takes a restoration back. Raises the reason if nothing came back."""
    if result.failures and not result.documents:
        raise result.failures[0].error
    if not result.documents:
        return None
    count = len(result.documents)
    message = f"{images(count)} restored."
    if result.failures:
        errors = [failure.error for failure in result.failures]
        message = some_failed(count + len(errors), errors, "restored")
    numbers = [document.doc_num for document in result.documents]
    return take_away(repository, numbers, text or f"restoring of {images(count)}", message)


Moved = Mapping[tuple[DefNum, DefNum], tuple[Sequence[DocNum], Sequence[MountNum]]]
"""What went from one category to another: (from, to) → documents, mounts."""


def move_back(repository: Repository, moved: Moved, text: str, message: str = "") -> UndoStep:
    """Each group to where it came from, while it still is where it was put."""

    def undo(_progress: Progress) -> Step:
        changes, done, errors = Changes(), {}, []
        for (old, new), (doc_nums, mount_nums) in moved.items():
            request = ChangeCategoryRequest(tuple(doc_nums), tuple(mount_nums), old, expected=new)
            result = repository.change_category(request)
            changes |= result.changes
            errors += [failure.error for failure in result.failures]
            done[(new, old)] = (tuple(result.documents_before), tuple(result.mounts_before))
        count = sum(len(docs) + len(mounts) for docs, mounts in done.values())
        if errors and not count:
            raise errors[0]
        words = some_failed(count + len(errors), errors, "moved back") if errors else ""
        return changes, move_back(repository, done, text, words)

    return UndoStep(text, undo, message)


Edit = tuple[DocNum, Mapping[str, Any], Mapping[str, Any]]
"""A document, the values to set, the values it must have now."""


def set_back(
    repository: Repository, edits: Sequence[Edit], text: str, message: str = ""
) -> UndoStep:
    """Old details again, unless somebody changed them since."""

    def undo(progress: Progress) -> Step:
        changes, back, errors = apply_edits(repository, edits, progress)
        if errors and not back:
            raise errors[0]
        words = some_failed(len(edits), errors, "changed back") if errors else ""
        return changes, set_back(repository, back, text, words) if back else None

    return UndoStep(text, undo, message)


def apply_edits(
    repository: Repository, edits: Sequence[Edit], progress: Progress
) -> tuple[Changes, list[Edit], list[OdImagingError]]:
    """Each document for itself; the edits returned take those that worked back."""
    changes = Changes()
    back: list[Edit] = []
    errors: list[OdImagingError] = []
    for number, (doc_num, values, expected) in enumerate(edits):
        progress.report(number, len(edits))
        try:
            result = repository.update(UpdateRequest(doc_num, values, expected))
        except OdImagingError as error:
            errors.append(error)
            continue
        changes |= result.changes
        before = {name: getattr(result.before, name) for name in values}
        after = {name: getattr(result.after, name) for name in values}
        back.append((doc_num, before, after))
    return changes, back, errors


def files(count: int) -> str:
    """``3 files``."""
    return plural(count, "file", "files")
