"""What the window is given when a practice opens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from odimaging.gui.presenters.submit import Submit
from odimaging.model.changes import Changes
from odimaging.settings import Settings

if TYPE_CHECKING:
    from odimaging.gui.presenters.transfers import TransfersPresenter
    from odimaging.repository.repository import Repository


class ChangedSignal(Protocol):
    """`JobSignals.changed`: (Changes, initiator), in the GUI thread."""

    def connect(self, slot: Callable[[Changes, str], None]) -> object:
        """Call ``slot`` from now on."""

    def disconnect(self, slot: Callable[[Changes, str], None]) -> object:
        """No longer."""


class SettingsStore(Protocol):
    """The user's options: read from memory, written soon."""

    def load(self) -> Settings:
        """As they are now."""

    def save(self, settings: Settings) -> None:
        """Keep them."""


@dataclass(frozen=True)
class OpenPractice:
    """An open practice. ``transfers`` None: nothing can be sent."""

    name: str
    repository: "Repository"
    submit: Submit
    changed: ChangedSignal
    transfers: "TransfersPresenter | None" = None
