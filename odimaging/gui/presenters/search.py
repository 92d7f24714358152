"""Finding a patient: results while typing, newest query wins; recent patients while the box is empty."""

from collections.abc import Callable
from dataclasses import replace

from odimaging.gui.presenters.submit import Submit
from odimaging.jobs import Job, JobHandle, Lane
from odimaging.model.errors import OdImagingError
from odimaging.model.ids import PatNum
from odimaging.model.patient import Patient
from odimaging.repository.browse import PatientHits
from odimaging.repository.repository import Repository
from odimaging.settings import Settings

RECENT = 9
LIMIT = 50


class SearchPresenter:
    """``changed`` follows whenever ``patients``, ``text`` or ``note`` is different."""

    def __init__(
        self,
        repository: Repository,
        submit: Submit,
        load_settings: Callable[[], Settings],
        save_settings: Callable[[Settings], None],
        changed: Callable[[], None] = lambda: None,
        failed: Callable[[OdImagingError], None] = lambda _error: None,
    ) -> None:
        self._repository = repository
        self._submit = submit
        self._load_settings = load_settings
        self._save_settings = save_settings
        self.changed = changed
        self.failed = failed
        self._handle: JobHandle | None = None
        self.text = ""
        self.answered = ""
        """The text ``patients`` answer to."""
        self.patients: tuple[Patient, ...] = ()
        self.recent: tuple[Patient, ...] = ()
        self.more = False
        self.include_inactive = False

    @property
    def none_found(self) -> bool:
        """The answer is here and empty."""
        return bool(self.text) and self.answered == self.text and not self.patients

    def start(self) -> None:
        """Fill the index and the recent list in the background."""
        self._submit(
            Job(
                "patient index",
                Lane.STORE,
                lambda progress: self._repository.browse.fill_index(progress),
            ),
            done=lambda _nothing: self._on_filled(),
        )
        self._load_recent()

    def type(self, text: str) -> None:
        """The box holds ``text``. Blank: recent patients."""
        text = text.strip()
        if text == self.text:
            return
        self.text = text
        self.include_inactive = False
        self._search()

    def look_in_inactive(self) -> None:
        """The same text among inactive and archived patients too."""
        self.include_inactive = True
        self._search()

    def opened(self, pat_num: PatNum) -> None:
        """Remember a patient as the most recent one; only the number is kept."""
        settings = self._load_settings()
        others = [number for number in settings.recent_patients if number != pat_num]
        self._save_settings(replace(settings, recent_patients=(int(pat_num), *others)[:RECENT]))
        self._load_recent()

    def _load_recent(self) -> None:
        numbers = tuple(PatNum(number) for number in self._load_settings().recent_patients)
        self._submit(
            Job("recent patients", Lane.DB, lambda _p: self._repository.browse.patients(numbers)),
            done=self._on_recent,
        )

    def _on_recent(self, patients: tuple[Patient, ...]) -> None:
        self.recent = patients[:RECENT]
        if not self.text:
            self.patients = self.recent
        self.changed()

    def _search(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
        text, inactive = self.text, self.include_inactive
        if not text:
            self.patients, self.answered, self.more = self.recent, "", False
            self.changed()
            return
        if not any(char.isalnum() for char in text):
            # searched as nothing, and Enter would open the most recent patient
            self._on_found(text, PatientHits((), more=False))
            return
        recent = tuple(patient.pat_num for patient in self.recent)
        self._handle = self._submit(
            Job(
                "find patient",
                Lane.DB,
                lambda _progress: self._repository.browse.search(text, LIMIT, inactive, recent),
                key="find patient",
                priority=-1,
            ),
            done=lambda hits: self._on_found(text, hits),
            failed=self.failed,
        )

    def _on_filled(self) -> None:
        """Who typed before the index was there saw only beginnings of names: look again."""
        if self.text:
            self._search()

    def _on_found(self, text: str, hits: PatientHits) -> None:
        if text == self.text:
            self.patients, self.more, self.answered = hits.patients, hits.more, text
            self.changed()
