"""Thumbnails for what is in view: asked for visible first, dropped when scrolled away, arriving by key, never by row."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from odimaging.gui.presenters.items import GridItem
from odimaging.gui.presenters.submit import Submit
from odimaging.jobs import Job, JobHandle, JobProgress, Lane
from odimaging.model.picture import Picture
from odimaging.repository.repository import Repository

Arrived = Callable[[str, int, Picture | None, str], None]
"""(key, device pixels, the picture or None, why there is none in words)."""


@dataclass(eq=False)
class _Wait:
    handle: JobHandle | None = None

    def cancel(self) -> None:
        if self.handle is not None:
            self.handle.cancel()


class TilePresenter:
    """Keeps one job a tile on its way; `want` says which are needed now."""

    def __init__(self, repository: Repository, submit: Submit, arrived: Arrived) -> None:
        self._repository = repository
        self._submit = submit
        self._arrived = arrived
        self._waiting: dict[tuple[str, int], _Wait] = {}

    def want(self, wanted: Sequence[GridItem], pixels: int, nearby: int = 0) -> None:
        """Ask for these, in this order; whatever else is on its way is cancelled.

        The last ``nearby`` ones are not in view yet and come after all others.
        """
        keys = {(item.key, pixels) for item in wanted}
        for request in [request for request in self._waiting if request not in keys]:
            self._waiting.pop(request).cancel()
        for position, item in enumerate(wanted):
            if (item.key, pixels) not in self._waiting:
                self._ask(item, pixels, 1 if position >= len(wanted) - nearby else 0)

    def forget(self, keys: Collection[str]) -> None:
        """These look different now: an answer on its way would be the old one."""
        for request in [request for request in self._waiting if request[0] in keys]:
            self._waiting.pop(request).cancel()

    def cancel(self) -> None:
        """Nothing is needed any more."""
        self.want((), 0)

    def _ask(self, item: GridItem, pixels: int, priority: int) -> None:
        request = (item.key, pixels)

        def work(_progress: JobProgress) -> Picture:
            if item.mount_num is not None:
                return self._repository.pictures.mount_tile(item.mount_num, pixels)
            assert item.doc_num is not None
            return self._repository.pictures.tile(item.doc_num, pixels)

        wait = _Wait()
        self._waiting[request] = wait

        def answer(picture: Picture | None, reason: str) -> None:
            if self._waiting.get(request) is wait:
                del self._waiting[request]
                self._arrived(item.key, pixels, picture, reason)

        wait.handle = self._submit(
            Job("thumbnail", Lane.IMAGING, work, priority=priority),
            done=lambda picture: answer(picture, ""),
            failed=lambda error: answer(None, error.user_text),
        )
