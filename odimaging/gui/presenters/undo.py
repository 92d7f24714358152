"""What can be taken back: one stack for the session, steps as plain callables run as jobs."""

from collections.abc import Callable
from dataclasses import dataclass

from odimaging.model.changes import Changes
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


class UndoStack:
    """Two lists. ``changed`` is called whenever what can be undone or redone is different."""

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self._undo: list[UndoStep] = []
        self._redo: list[UndoStep] = []
        self.changed = changed

    @property
    def undo_step(self) -> UndoStep | None:
        """What Ctrl+Z takes back."""
        return self._undo[-1] if self._undo else None

    @property
    def redo_step(self) -> UndoStep | None:
        """What Ctrl+Y does again."""
        return self._redo[-1] if self._redo else None

    def push(self, step: UndoStep) -> None:
        """Something new was done: nothing can be redone any more."""
        self._undo.append(step)
        self._redo.clear()
        self.changed()

    def undone(self, step: UndoStep, back: UndoStep | None) -> None:
        """``step`` was taken back; ``back`` does it again."""
        self._move(step, back, self._undo, self._redo)

    def redone(self, step: UndoStep, back: UndoStep | None) -> None:
        """``step`` was done again; ``back`` takes it back."""
        self._move(step, back, self._redo, self._undo)

    def clear(self) -> None:
        """Another practice."""
        self._undo.clear()
        self._redo.clear()
        self.changed()

    def _move(
        self, step: UndoStep, back: UndoStep | None, source: list[UndoStep], target: list[UndoStep]
    ) -> None:
        if step in source:
            source.remove(step)
        if back is not None:
            target.append(back)
        self.changed()
