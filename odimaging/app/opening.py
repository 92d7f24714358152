"""An office while it is being opened: the window is there first, its jobs wait for the database in their lanes."""

from concurrent.futures import CancelledError, Future
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any, cast

from odimaging.app.office import Office
from odimaging.model.errors import Cancelled

if TYPE_CHECKING:
    from odimaging.repository.repository import Repository


class _Later:
    """Stands in for the Repository: each operation waits, in a worker, until the office is open.

    If opening failed, each raises that error; if the practice was closed meanwhile, Cancelled. The GUI thread may not
    wait, so there it is a bug to ask too early.
    """

    def __init__(self, opened: "Future[Office]") -> None:
        self._opened = opened

    def __getattr__(self, name: str) -> Any:
        if not self._opened.done() and current_thread() is main_thread():
            raise RuntimeError(
                f"{name} was asked for in the GUI thread before the practice was open"
            )
        try:
            return getattr(self._opened.result().repository, name)
        except CancelledError as error:
            raise Cancelled from error


def repository_of(opened: "Future[Office]") -> "Repository":
    """The operations of an office that is being opened."""
    return cast("Repository", _Later(opened))
