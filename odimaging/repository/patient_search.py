"""Search of patients while typing: the index in memory, and a look at the database for those who came since."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from heapq import merge
from itertools import chain, islice

from odimaging.model.ids import PatNum
from odimaging.model.patient import Patient
from odimaging.model.ports import Progress, UnitOfWork, UnitOfWorkFactory
from odimaging.repository.birthdates import take_birthdate
from odimaging.repository.browse import PatientHits
from odimaging.repository.patient_index import Entry, PatientIndex, Query, fold

FILL_STEP = 2000
NEWCOMERS_AT_ONCE = 200
LIVE_LIMIT = 400


class PatientSearch:
    """Any thread. Until `fill` is through, only beginnings of names are found."""

    def __init__(self, unit_of_work: UnitOfWorkFactory) -> None:
        self._unit_of_work = unit_of_work
        self._lock = threading.Lock()
        self._index: PatientIndex | None = None
        self._newcomers: dict[PatNum, Entry] = {}
        self._keys_are_random = False

    def fill(self, progress: Progress | None = None) -> None:
        """Read all patients in steps, then put the new index in place of the old."""
        with self._unit_of_work() as work:
            _, total = work.patients.newest_change()
            keys_are_random = work.preferences.get("RandomPrimaryKeys") == "1"
        patients: list[Patient] = []
        while step := self._next(patients):
            patients += step
            if progress is not None:
                progress.report(len(patients), total)
        index = PatientIndex(patients)
        with self._lock:
            self._index, self._newcomers = index, {}
            self._keys_are_random = keys_are_random

    def __call__(
        self, text: str, limit: int, include_inactive: bool, recent: Sequence[PatNum]
    ) -> PatientHits:
        """See `odimaging.repository.browse.Browse.search`. No text: the recent ones."""
        with self._unit_of_work() as work:
            query = _query(text, work, include_inactive)
            extra = self._from_database(work, query)
        found = self._ranked(query, extra, recent)
        patients = [entry.patient for entry in islice(found, limit + 1)]
        return PatientHits(tuple(patients[:limit]), len(patients) > limit)

    def _next(self, patients: Sequence[Patient]) -> tuple[Patient, ...]:
        after = patients[-1].pat_num if patients else PatNum(0)
        with self._unit_of_work() as work:
            return work.patients.after(after, FILL_STEP)

    def _from_database(self, work: UnitOfWork, query: Query) -> list[Entry]:
        """Who is not in the index: those with higher numbers; without order in the numbers, by the beginning of a name."""
        index = self._index
        if index is not None and not self._keys_are_random:
            return self._newcomers_since(work, index)
        live: list[Patient] = []
        if query.words:
            live += work.patients.with_prefix(max(query.words, key=len), LIVE_LIMIT)
        if query.birthdate is not None:
            live += work.patients.born(query.birthdate, LIVE_LIMIT)
        known = {
            one.pat_num: Entry(one) for one in live if index is None or not index.get(one.pat_num)
        }
        return list(known.values())

    def _newcomers_since(self, work: UnitOfWork, index: PatientIndex) -> list[Entry]:
        with self._lock:
            highest = max(self._newcomers, default=index.highest)
            for patient in work.patients.after(highest, NEWCOMERS_AT_ONCE):
                self._newcomers[patient.pat_num] = Entry(patient)
            return list(self._newcomers.values())

    def _ranked(
        self, query: Query, extra: Iterable[Entry], recent: Sequence[PatNum]
    ) -> Iterator[Entry]:
        """Exact number, recent ones, then the rest by rank; nobody twice."""
        index = self._index or PatientIndex(())
        others = {entry.patient.pat_num: entry for entry in extra}
        known = [others.get(pat_num) or index.get(pat_num) for pat_num in dict.fromkeys(recent)]
        seen: set[PatNum] = set()
        first = [entry for entry in known if entry is not None and entry.fits(query)]
        if not query.words and query.birthdate is None:
            yield from first
            return
        for entry in chain(
            self._exact(query, others), first, _merged(query, others.values(), index)
        ):
            if entry.patient.pat_num not in seen:
                seen.add(entry.patient.pat_num)
                yield entry

    def _exact(self, query: Query, others: dict[PatNum, Entry]) -> list[Entry]:
        """The one whose PatNum was typed."""
        if len(query.words) != 1 or not query.words[0].isdecimal():
            return []
        pat_num = PatNum(int(query.words[0]))
        entry = others.get(pat_num) or (self._index.get(pat_num) if self._index else None)
        return [entry] if entry is not None and entry.fits(query) else []


def _merged(query: Query, others: Iterable[Entry], index: PatientIndex) -> Iterator[Entry]:
    """Index and others as one, both by rank and name."""

    def order(entry: Entry) -> tuple[int, str, str]:
        return entry.rank(query.words), entry.last, entry.first

    fitting = sorted((entry for entry in others if entry.fits(query)), key=order)
    return merge(fitting, index.best(query), key=order)


def _query(text: str, work: UnitOfWork, include_inactive: bool) -> Query:
    words = text.casefold().split()
    birthdate: date | None = None
    if any(char.isdecimal() for char in text):
        birthdate, words = take_birthdate(words, work.now().date())
    folded = fold(" ".join(words)).split()
    return Query(tuple(dict.fromkeys(folded)), birthdate, include_inactive)
