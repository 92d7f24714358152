"""Deleting, restoring, moving and editing what is selected; undo and redo. Every change ends on the undo stack."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from odimaging.gui.presenters import steps
from odimaging.gui.presenters.items import GridItem
from odimaging.gui.presenters.submit import Submit
from odimaging.gui.presenters.undo import UndoStack, UndoStep
from odimaging.gui.presenters.words import images, some_failed
from odimaging.jobs import Job, JobProgress, Lane
from odimaging.model.changes import Changes
from odimaging.model.errors import OdImagingError
from odimaging.model.ids import DefNum, DocNum, MountNum
from odimaging.repository.change_category import ChangeCategoryRequest, ChangeCategoryResult
from odimaging.repository.delete import DeleteRequest, DeleteResult
from odimaging.repository.repository import Repository
from odimaging.repository.restore import RestoreRequest, RestoreResult


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken back, or done again: what changed and the step for the other direction."""

    step: UndoStep
    back: UndoStep | None
    changes: Changes


@dataclass(frozen=True, slots=True)
class Edited:
    """Details that were changed: what takes them back, and what did not work."""

    back: tuple[steps.Edit, ...]
    errors: tuple[OdImagingError, ...]
    changes: Changes


class SelectionEdits:
    """``said(message, can_undo)`` goes to the undo strip; ``failed`` tells what did not work at all."""

    def __init__(
        self,
        repository: Repository,
        submit: Submit,
        undo_stack: UndoStack,
        said: Callable[[str, bool], None] = lambda _message, _can_undo: None,
        failed: Callable[[OdImagingError], None] = lambda _error: None,
    ) -> None:
        self._repository = repository
        self._submit = submit
        self._stack = undo_stack
        self._busy = False
        self.said = said
        self.failed = failed

    def push(self, step: UndoStep) -> None:
        """Something was done: it can be taken back, and the strip says so. Its Undo is of the patient on screen."""
        self._stack.push(step)
        if step.message:
            self.said(step.message, step.pat_num == self._stack.pat_num)

    def _pusher(self) -> Callable[[UndoStep], None]:
        """For a change that begins now: its step belongs to this patient, whoever is open when it ends."""
        pat_num = self._stack.pat_num
        return lambda step: self.push(replace(step, pat_num=pat_num))

    def delete(self, chosen: Sequence[GridItem]) -> None:
        """Documents to the shelf."""
        doc_nums = tuple(item.doc_num for item in chosen if item.doc_num)
        push = self._pusher()
        if doc_nums:
            self._submit(
                Job(
                    "delete",
                    Lane.STORE,
                    lambda progress: self._repository.delete(DeleteRequest(doc_nums), progress),
                ),
                done=lambda result: self._on_deleted(result, push),
                failed=self.failed,
            )

    def restore(self, chosen: Sequence[GridItem]) -> None:
        """From the shelf to where it was."""
        operations = tuple(item.operation for item in chosen if item.operation)
        push = self._pusher()
        if operations:
            self._submit(
                Job(
                    "restore",
                    Lane.STORE,
                    lambda progress: self._repository.restore(RestoreRequest(operations), progress),
                ),
                done=lambda result: self._on_restored(result, push),
                failed=self.failed,
            )

    def move_to_category(self, chosen: Sequence[GridItem], category: DefNum, name: str) -> None:
        """Documents and mounts, each for itself."""
        doc_nums = tuple(item.doc_num for item in chosen if item.doc_num)
        mount_nums = tuple(item.mount_num for item in chosen if item.mount_num)
        push = self._pusher()
        if doc_nums or mount_nums:
            request = ChangeCategoryRequest(doc_nums, mount_nums, category)
            self._submit(
                Job(
                    "move", Lane.STORE, lambda _progress: self._repository.change_category(request)
                ),
                done=lambda result: self._on_moved(result, category, name, push),
                failed=self.failed,
            )

    def edit(
        self,
        edits: Sequence[steps.Edit],
        what: str,
        done: Callable[[Edited], None] = lambda _edited: None,
    ) -> None:
        """Details of one or many documents; ``what`` names the field: "description"."""
        push = self._pusher()

        def work(progress: JobProgress) -> Edited:
            changes, back, errors = steps.apply_edits(self._repository, edits, progress)
            return Edited(tuple(back), tuple(errors), changes)

        def finished(edited: Edited) -> None:
            if edited.back:
                count = images(len(edited.back))
                text = f"change of {what}" if len(edits) == 1 else f"change of {what} in {count}"
                message = f"{what.capitalize()} of {count} changed." if len(edits) > 1 else ""
                push(steps.set_back(self._repository, edited.back, text, message))
            done(edited)

        self._submit(Job("edit details", Lane.STORE, work), done=finished, failed=self.failed)

    def undo(self) -> None:
        """Take the last change back."""
        if self._stack.undo_step is not None:
            self.take_back(self._stack.undo_step)

    def take_back(self, step: UndoStep) -> None:
        """A step that is the last one of its patient."""
        self._take(step, self._on_undone)

    def redo(self) -> None:
        """Do the last undone change again."""
        if self._stack.redo_step is not None:
            self._take(self._stack.redo_step, self._on_redone)

    def _take(self, step: UndoStep, done: Callable[[Taken], None]) -> None:
        if self._busy:
            return  # one at a time: the next Ctrl+Z waits for the answer to this one
        self._busy = True

        def work(progress: JobProgress) -> Taken:
            changes, back = step.undo(progress)
            return Taken(step, back, changes)

        def settled(then: Callable[[], None]) -> None:
            self._busy = False
            then()

        self._submit(
            Job("undo", Lane.STORE, work),
            done=lambda taken: settled(lambda: done(taken)),
            failed=lambda error: settled(lambda: self.failed(error)),
            cancelled=lambda: settled(lambda: None),
        )

    def _on_undone(self, taken: Taken) -> None:
        self._stack.undone(taken.step, taken.back)
        self.said(_words(taken, f"Undone: {taken.step.text}."), False)

    def _on_redone(self, taken: Taken) -> None:
        self._stack.redone(taken.step, taken.back)
        self.said(_words(taken, f"Done again: {taken.step.text}."), True)

    def _on_deleted(self, result: DeleteResult, push: Callable[[UndoStep], None]) -> None:
        try:
            step = steps.after_delete(self._repository, result)
        except OdImagingError as error:
            self.failed(error)
            return
        if step is not None:
            push(step)
        elif result.deleted:
            self.said(f"{images(len(result.deleted))} deleted for good.", False)

    def _on_restored(self, result: RestoreResult, push: Callable[[UndoStep], None]) -> None:
        try:
            step = steps.after_restore(self._repository, result)
        except OdImagingError as error:
            self.failed(error)
            return
        if step is not None:
            push(step)

    def _on_moved(
        self,
        result: ChangeCategoryResult,
        category: DefNum,
        name: str,
        push: Callable[[UndoStep], None],
    ) -> None:
        moved = _groups(result, category)
        count = len(result.documents_before) + len(result.mounts_before)
        errors = [failure.error for failure in result.failures]
        if count:
            message = f"{images(count)} moved to {name}."
            if errors:
                message = some_failed(count + len(errors), errors, "moved")
            text = f"move of {images(count)} to {name}"
            push(steps.move_back(self._repository, moved, text, message))
        elif errors:
            self.failed(errors[0])


def _words(taken: Taken, usual: str) -> str:
    """The step back carries its own message where only some of it worked."""
    message = taken.back.message if taken.back else ""
    return message if " not " in message else usual


def _groups(result: ChangeCategoryResult, category: DefNum) -> steps.Moved:
    documents: Mapping[DocNum, DefNum] = result.documents_before
    mounts: Mapping[MountNum, DefNum] = result.mounts_before
    groups: dict[tuple[DefNum, DefNum], tuple[list[DocNum], list[MountNum]]] = {}
    for doc_num, old in documents.items():
        groups.setdefault((old, category), ([], []))[0].append(doc_num)
    for mount_num, old in mounts.items():
        groups.setdefault((old, category), ([], []))[1].append(mount_num)
    return groups
