"""The user's options: read once, answered from memory, written by a job."""

import logging
from pathlib import Path

from odimaging import settings
from odimaging.gui.presenters.submit import Submit
from odimaging.jobs import Job, Lane
from odimaging.settings import Settings

log = logging.getLogger(__name__)


class KeptSettings:
    """The `SettingsStore` of the window. Lives in the GUI thread."""

    def __init__(self, path: Path, submit: Submit) -> None:
        self._path = path
        self._submit = submit
        self._now = settings.load(path)

    def load(self) -> Settings:
        """As they are now."""
        return self._now

    def save(self, changed: Settings) -> None:
        """Keep them: at once in memory, soon in the file; a newer save makes an older one needless."""
        if changed == self._now:
            return
        self._now = changed
        self._submit(
            Job("save settings", Lane.STORE, lambda _progress: self.write(), key="save settings")
        )

    def write(self) -> None:
        """Write the file now; a full disk or a missing right is no reason to stop working."""
        try:
            settings.save(self._now, self._path)
        except OSError as error:
            log.warning("settings not saved: %s", type(error).__name__)
