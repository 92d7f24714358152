"""Filing what was dropped, pasted or chosen. Always a copy; each file for itself; one undo for all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from odimaging.gui.presenters import steps
from odimaging.gui.presenters.submit import Submit
from odimaging.gui.presenters.undo import UndoStep
from odimaging.jobs import Job, JobHandle, JobProgress, Lane
from odimaging.model.errors import OdImagingError
from odimaging.model.ids import DefNum, DocNum, PatNum
from odimaging.repository.import_file import (
    FileOutcome,
    ImportFilesRequest,
    ImportFilesResult,
    Pasted,
)
from odimaging.repository.repository import Repository


@dataclass(frozen=True, slots=True)
class PastedPicture:
    """A picture from the clipboard. ``encode`` makes the file's bytes on a worker."""

    name: str
    encode: Callable[[], bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of an import where something failed. ``filed``: what may be taken back."""

    heading: str
    text: str
    failures: tuple[FileOutcome, ...]
    filed: tuple[DocNum, ...]
    pat_num: PatNum | None = None


class ImportPresenter:
    """``progressed(done, total)`` while filing, ``ended`` after it; ``reported`` only when something failed."""

    def __init__(
        self,
        repository: Repository,
        submit: Submit,
        push: Callable[[UndoStep], None],
        failed: Callable[[OdImagingError], None] = lambda _error: None,
    ) -> None:
        self._repository = repository
        self._submit = submit
        self._push = push
        self.failed = failed
        self.reported: Callable[[ImportReport], None] = lambda _report: None
        self.progressed: Callable[[int, int], None] = lambda _done, _total: None
        self.filed: Callable[[Sequence[DocNum]], None] = lambda _doc_nums: None
        self._number = 0
        self._open: set[int] = set()
        self._handles: dict[int, JobHandle] = {}

    @property
    def running(self) -> bool:
        """Something is being filed."""
        return bool(self._open)

    def start(
        self,
        pat_num: PatNum,
        sources: Sequence[str | PastedPicture],
        category: DefNum | None,
        category_name: str,
    ) -> None:
        """Files and folders by path, pictures from the clipboard."""
        if not sources:
            return

        def work(progress: JobProgress) -> ImportFilesResult:
            ready = [
                Pasted(source.name, source.encode())
                if isinstance(source, PastedPicture)
                else source
                for source in sources
            ]
            return self._repository.import_files(
                ImportFilesRequest(pat_num, tuple(ready), category), progress
            )

        self._number += 1
        number = self._number
        self._open.add(number)

        def ended() -> None:
            self._open.discard(number)
            self._handles.pop(number, None)
            self.progressed(0, 0)

        def done(result: ImportFilesResult) -> None:
            ended()
            self._on_done(result, pat_num, category_name)

        def failed(error: OdImagingError) -> None:
            ended()
            self.failed(error)

        self.progressed(0, len(sources))
        handle = self._submit(
            Job("import", Lane.STORE, work),
            done=done,
            failed=failed,
            progressed=lambda so_far, total, _text: self.progressed(so_far, total),
            cancelled=ended,
        )
        if number in self._open:
            self._handles[number] = handle

    def cancel(self) -> None:
        """Stop filing; what is filed already stays."""
        for handle in list(self._handles.values()):
            handle.cancel()

    def _on_done(self, result: ImportFilesResult, pat_num: PatNum, category_name: str) -> None:
        filed = [outcome.document for outcome in result.outcomes if outcome.document]
        failures = tuple(outcome for outcome in result.outcomes if outcome.error)
        doc_nums = tuple(document.doc_num for document in filed)
        if doc_nums:
            count = steps.files(len(doc_nums))
            where = f" in {category_name}" if category_name else ""
            stopped = " Stopped before the rest." if result.cancelled else ""
            message = f"{count} filed{where}.{stopped}"
            step = steps.take_away(self._repository, doc_nums, f"import of {count}", message)
            self._push(replace(step, pat_num=pat_num))
            self.filed(doc_nums)
        if failures:
            self.reported(replace(report_of(failures, doc_nums), pat_num=pat_num))
        elif not result.outcomes:
            self.failed(OdImagingError("There is no file in there."))


def report_of(failures: tuple[FileOutcome, ...], filed: tuple[DocNum, ...]) -> ImportReport:
    """The words of the report (front desk §3.7)."""
    total, bad = len(failures) + len(filed), len(failures)
    verb = "was" if bad == 1 else "were"
    if total == 1:
        heading = "This file was not filed."
    elif not filed:
        heading = f"None of the {steps.files(total)} was filed."
    else:
        heading = f"{bad} of {steps.files(total)} {verb} not filed."
    if not filed:
        text = ""
    elif len(filed) == 1:
        text = "The other one is safe."
    else:
        text = f"The other {len(filed)} are safe."
    return ImportReport(heading, text, failures, filed)
