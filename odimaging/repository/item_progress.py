"""Progress of one item among many."""

from odimaging.model.ports import Progress


class ItemProgress:
    """Says how many items are done, whatever the item itself reports; cancellation strikes inside an item too."""

    def __init__(self, progress: Progress | None, done: int, total: int) -> None:
        self._progress = progress
        self._done = done
        self._total = total

    def report(self, done: int, total: int, text: str = "") -> None:
        """See `odimaging.model.ports.Progress`."""
        if self._progress is not None:
            self._progress.report(self._done, self._total, text)
