"""What can be taken back: one stack a patient for the session, steps as plain callables run as jobs.

Ctrl+Z never changes a chart that is not on screen.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from odimaging.model.changes import Changes
from odimaging.model.ids import PatNum
from odimaging.model.ports import Progress


@dataclass(frozen=True)
class UndoStep:
    """``text`` completes "Undo …": "import of 3 files". ``undo`` and ``redo`` run on a worker and say what they changed.

    Redo may find other numbers than the first time (an import makes a new document), so each returns the step that takes
    it back.
    """

    text: str
    undo: Callable[[Progress], tuple[Changes, "UndoStep | None"]]
    """Takes the step back; returns what changed and the step that does it again, None if that is not possible."""
    message: str = ""
    """For the strip: "3 images moved to Deleted items."."""
    pat_num: PatNum | None = None
    """Whose stack it belongs on."""


@dataclass(slots=True)
class _Steps:
    undo: list[UndoStep] = field(default_factory=list)
    redo: list[UndoStep] = field(default_factory=list)


class UndoStack:
    """Two lists a patient. ``changed`` is called whenever what can be undone or redone is different."""

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self._steps: dict[PatNum | None, _Steps] = {}
        self.pat_num: PatNum | None = None
        self.changed = changed

    @property
    def undo_step(self) -> UndoStep | None:
        """What Ctrl+Z takes back."""
        return self.last_of(self.pat_num)

    @property
    def redo_step(self) -> UndoStep | None:
        """What Ctrl+Y does again."""
        redo = self._of(self.pat_num).redo
        return redo[-1] if redo else None

    def last_of(self, pat_num: PatNum | None) -> UndoStep | None:
        """What was done last for a patient, who need not be open any more."""
        undo = self._of(pat_num).undo
        return undo[-1] if undo else None

    def show(self, pat_num: PatNum | None) -> None:
        """Another patient is open."""
        if pat_num != self.pat_num:
            self.pat_num = pat_num
            self.changed()

    def push(self, step: UndoStep) -> None:
        """Something new was done for a patient: nothing of theirs can be redone any more."""
        steps = self._of(step.pat_num)
        steps.undo.append(step)
        steps.redo.clear()
        self.changed()

    def undone(self, step: UndoStep, back: UndoStep | None) -> None:
        """``step`` was taken back; ``back`` does it again."""
        for steps in self._steps.values():
            _move(step, back, steps.undo, steps.redo)
        self.changed()

    def redone(self, step: UndoStep, back: UndoStep | None) -> None:
        """``step`` was done again; ``back`` takes it back."""
        for steps in self._steps.values():
            _move(step, back, steps.redo, steps.undo)
        self.changed()

    def _of(self, pat_num: PatNum | None) -> _Steps:
        return self._steps.setdefault(pat_num, _Steps())


def _move(
    step: UndoStep, back: UndoStep | None, source: list[UndoStep], target: list[UndoStep]
) -> None:
    if step in source:
        source.remove(step)
        if back is not None:
            target.append(back)
