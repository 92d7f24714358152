"""Turn and window of files that came without us, worked out once they can be read whole (contract §1.3, decision 33).

A row needs only its file's name, so discovery does not wait for a copy that is still running; what its content says
follows here, at once or at one of the next openings. Only untouched rows are written.
"""

import threading
from collections.abc import Iterator, Sequence

from odimaging.model.document import DICOM_EXTENSIONS, IMAGE_EXTENSIONS, Document
from odimaging.model.errors import NotFound, StoreError
from odimaging.model.ids import DocNum, PatNum
from odimaging.model.ports import Decoder
from odimaging.repository.derived import Derived, derive
from odimaging.repository.filing import Filing

AT_ONCE = 100
"""Files in one call; the others follow at the next."""

TRIES = 5

_UNTOUCHED = {"is_flipped": False, "degrees_rotated": 0.0, "windowing_min": 0, "windowing_max": 0}


class LookInto:
    """Remembers, for this run of the program, which found files could not be read yet. Any thread."""

    def __init__(self, filing: Filing, decoder: Decoder) -> None:
        self._filing = filing
        self._decoder = decoder
        self._lock = threading.Lock()
        self._tries_left: dict[DocNum, int] = {}
        self._waiting: dict[PatNum, list[DocNum]] = {}

    def of_patient(self, pat_num: PatNum, new: Sequence[DocNum]) -> tuple[DocNum, ...]:
        """Look into the new ones and those that wait; returns the documents that were changed."""
        with self._lock:
            waiting = [*self._waiting.pop(pat_num, ()), *new]
            self._tries_left |= dict.fromkeys(new, TRIES)
        changed = tuple(self._changed(waiting[:AT_ONCE]))
        with self._lock:
            left = [doc_num for doc_num in waiting if doc_num in self._tries_left]
            if left:
                self._waiting[pat_num] = left
        return changed

    def _changed(self, doc_nums: Sequence[DocNum]) -> Iterator[DocNum]:
        for doc_num in doc_nums:
            try:
                derived = self._derived(doc_num)
            except (NotFound, StoreError):
                self._tries_left.pop(doc_num, None)
                continue
            if derived is not None and self._written(doc_num, derived):
                yield doc_num

    def _derived(self, doc_num: DocNum) -> Derived | None:
        """None: no pixels to be expected, or not to be read yet."""
        with self._filing.unit_of_work() as work:
            document = work.documents.get(doc_num)
            place = self._filing.place(work, document)
        if not _has_pixels(document):
            self._tries_left.pop(doc_num, None)
            return None
        stat = self._filing.store.stat(place)
        with self._filing.store.open(place) as file:
            derived = derive(file, document.file_name, stat.size if stat else 0, self._decoder)
        if derived.readable and stat == self._filing.store.stat(place):
            self._tries_left.pop(doc_num, None)
            return derived
        self._tries_left[doc_num] = self._tries_left.get(doc_num, 0) - 1
        if self._tries_left[doc_num] <= 0:
            del self._tries_left[doc_num]
        return None

    def _written(self, doc_num: DocNum, derived: Derived) -> bool:
        low, high = derived.window
        values = {
            "is_flipped": derived.is_flipped,
            "degrees_rotated": derived.degrees_rotated,
            "windowing_min": low,
            "windowing_max": high,
        }
        if values == _UNTOUCHED:
            return False
        with self._filing.unit_of_work() as work:
            written = work.documents.update(doc_num, values, _UNTOUCHED)
            work.commit()
        return written


def _has_pixels(document: Document) -> bool:
    return document.extension in IMAGE_EXTENSIONS | DICOM_EXTENSIONS
