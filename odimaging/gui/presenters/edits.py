"""Window, turn and mirror of a document as stored changes that can be taken back (facts §9.7)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from odimaging.gui.presenters.submit import Submit
from odimaging.gui.presenters.undo import UndoStep
from odimaging.gui.presenters.windowing import Window
from odimaging.jobs import Job, JobProgress, Lane
from odimaging.model.changes import Changes
from odimaging.model.document import Document
from odimaging.model.errors import OdImagingError
from odimaging.model.ids import DocNum
from odimaging.model.ports import Progress
from odimaging.repository.update import Update, UpdateRequest, UpdateResult

Values = Mapping[str, Any]

CROP_FIRST = "This image is cropped. Reset the crop before you turn it."


def windowing(window: Window) -> Values:
    """The fields of a window."""
    return {"windowing_min": window.minimum, "windowing_max": window.maximum}


def rotated(document: Document, degrees: int) -> Values | None:
    """Turned clockwise by 90, 180 or 270; None if its crop forbids it. In a mount the crop turns along."""
    crop = document.crop
    if crop.x and crop.y:
        return None
    values: dict[str, Any] = {"degrees_rotated": (document.degrees_rotated + degrees) % 360}
    if document.mount_item_num and degrees % 180 and (crop.w or crop.h):
        values["crop"] = replace(crop, w=crop.h, h=crop.w)
    return values


def flipped(document: Document) -> Values:
    """Mirrored left to right as seen: a quarter turn becomes the opposite one."""
    opposite = {90.0: 270.0, 270.0: 90.0}
    degrees = document.degrees_rotated
    return {
        "is_flipped": not document.is_flipped,
        "degrees_rotated": opposite.get(degrees, degrees),
    }


def edit_step(
    update: Update, doc_num: DocNum, before: Values, after: Values, text: str
) -> UndoStep:
    """Takes ``after`` back to ``before``, if nobody changed those fields since."""

    def undo(_progress: Progress) -> tuple[Changes, UndoStep | None]:
        result = update(UpdateRequest(doc_num, before, expected=after))
        return result.changes, edit_step(update, doc_num, after, before, text)

    return UndoStep(text, undo)


class EditStore:
    """Stores a document's edits, one job each, and pushes the step that takes each back."""

    def __init__(
        self, update: Update, submit: Submit, push_undo: Callable[[UndoStep], None]
    ) -> None:
        self._update = update
        self._submit = submit
        self._push_undo = push_undo

    def store(
        self,
        document: Document,
        values: Values,
        text: str,
        done: Callable[[Document], None],
        failed: Callable[[OdImagingError], None],
    ) -> None:
        """``values`` by field of `Document`; ``done`` gets the document as stored, ``failed`` leaves it as it was."""
        expected = {name: getattr(document, name) for name in values}
        request = UpdateRequest(document.doc_num, values, expected)

        def work(_progress: JobProgress) -> UpdateResult:
            return self._update(request)

        def stored(result: UpdateResult) -> None:
            step = edit_step(self._update, document.doc_num, expected, values, text)
            self._push_undo(replace(step, pat_num=document.pat_num))
            done(result.after)

        self._submit(Job("store edits", Lane.DB, work), done=stored, failed=failed)
