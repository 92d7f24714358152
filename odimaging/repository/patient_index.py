"""The patients of a practice in memory, to be found by any part of a name in a few milliseconds (decision 40).

Immutable once built. For each letter and each pair of neighbouring letters it knows, as a row of bits, which patients
have it somewhere: the patients of a fragment lie where its pairs' rows overlap, and only those few are looked at in
full. No file is written: names stay in memory.
"""

import unicodedata
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from odimaging.model.ids import PatNum
from odimaging.model.patient import Patient, PatStatus

Bits = NDArray[np.uint8]
Flags = NDArray[np.bool_]

_TYPED_AS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
)
"""Letters without a decomposition that are typed as others."""

_AFTER_ALL = "\U0010ffff"

_INACTIVE = frozenset({PatStatus.INACTIVE, PatStatus.ARCHIVED, PatStatus.DECEASED})


def fold(text: str) -> str:
    """For comparing: case, accents, composed forms, apostrophes and hyphens do not matter."""
    flat = unicodedata.normalize("NFKD", text.casefold().translate(_TYPED_AS))
    return "".join(char for char in flat if char.isalnum() or char == " ")


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: words that must all occur, and a birthdate."""

    words: tuple[str, ...]
    birthdate: date | None = None
    include_inactive: bool = False


class Entry:
    """A patient as searched: folded names, then what else a fragment may hit, with bars between."""

    __slots__ = ("first", "last", "number", "patient", "preferred", "text")

    def __init__(self, patient: Patient) -> None:
        self.patient = patient
        self.number = str(patient.pat_num)
        self.last = fold(patient.lname)
        self.first = fold(patient.fname)
        self.preferred = fold(patient.preferred)
        year = patient.birthdate.year if patient.birthdate else ""
        self.text = f"{self.last}|{self.first}|{self.preferred}|{fold(patient.chart_number)}|{year}"

    def fits(self, query: Query) -> bool:
        """Whether the patient is meant: every word somewhere, or its PatNum; the birthdate; the status."""
        patient = self.patient
        if patient.pat_status is PatStatus.DELETED:
            return False
        if patient.pat_status in _INACTIVE and not query.include_inactive:
            return False
        if query.birthdate is not None and patient.birthdate != query.birthdate:
            return False
        return all(word in self.text or word == self.number for word in query.words)

    def rank(self, words: Sequence[str]) -> int:
        """0 exact PatNum, 1 prefix of the last name, 2 of first or preferred, 3 anything else."""
        if len(words) == 1 and words[0] == self.number:
            return 0
        if any(self.last.startswith(word) for word in words):
            return 1
        if any(self.first.startswith(word) or self.preferred.startswith(word) for word in words):
            return 2
        return 3


class PatientIndex:
    """Built once from all patients; any thread may ask it."""

    def __init__(self, patients: Sequence[Patient]) -> None:
        entries = [Entry(patient) for patient in patients]
        entries.sort(key=lambda entry: (entry.last, entry.first, entry.patient.pat_num))
        self._entries = entries
        self._lasts = [entry.last for entry in entries]
        self._firsts = _Order([entry.first for entry in entries])
        self._preferred = _Order([entry.preferred for entry in entries])
        self._position = {entry.patient.pat_num: spot for spot, entry in enumerate(entries)}
        self._bits = _bits_of(entries)
        self._born: defaultdict[date | None, list[int]] = defaultdict(list)
        for spot, entry in enumerate(entries):
            self._born[entry.patient.birthdate].append(spot)
        self.highest = max(self._position, default=PatNum(0))

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, pat_num: PatNum) -> Entry | None:
        """One patient."""
        spot = self._position.get(pat_num)
        return None if spot is None else self._entries[spot]

    def best(self, query: Query) -> Iterator[Entry]:
        """Those that fit, best first, by name within one rank: a prefix of the last name, of a first name, the rest."""
        for spot in self._spots(query):
            entry = self._entries[spot]
            if entry.fits(query):
                yield entry

    def _spots(self, query: Query) -> Iterator[int]:
        if query.birthdate is not None:
            yield from self._born.get(query.birthdate, ())
            return
        if len(query.words) == 1 and query.words[0].isdecimal():
            exact = self._position.get(PatNum(int(query.words[0])))
            yield from () if exact is None else (exact,)
        candidates = self._candidates(query.words)
        by_last, by_first = self._prefixed(query.words)
        for tier in (by_last, by_first & ~by_last, ~(by_first | by_last)):
            yield from np.flatnonzero(candidates & tier).tolist()

    def _candidates(self, words: Sequence[str]) -> Flags:
        found = np.ones(len(self._entries), np.bool_)
        for word in words:
            found &= self._with_fragment(word)
        return found

    def _with_fragment(self, word: str) -> Flags:
        """Whoever has all its pairs of letters; a number also finds its PatNum."""
        pairs = [word[at : at + 2] for at in range(len(word) - 1)] or [word]
        rows = [self._bits.get(pair) for pair in pairs]
        known = [row for row in rows if row is not None]
        if len(known) < len(rows) or not rows:
            flags = np.zeros(len(self._entries), np.bool_)
        else:
            packed = np.bitwise_and.reduce(known)
            flags = np.unpackbits(packed, count=len(self._entries)).view(np.bool_)
        spot = self._position.get(PatNum(int(word))) if word.isdecimal() else None
        if spot is not None:
            flags[spot] = True
        return flags

    def _prefixed(self, words: Sequence[str]) -> tuple[Flags, Flags]:
        by_last = np.zeros(len(self._entries), np.bool_)
        by_first = np.zeros(len(self._entries), np.bool_)
        for word in words:
            low, high = _range(self._lasts, word)
            by_last[low:high] = True
            by_first[self._firsts.with_prefix(word)] = True
            by_first[self._preferred.with_prefix(word)] = True
        return by_last, by_first


class _Order:
    """Texts by value, with their places in the index."""

    def __init__(self, texts: Sequence[str]) -> None:
        filled = [spot for spot, text in enumerate(texts) if text]
        filled.sort(key=texts.__getitem__)
        self._spots = np.array(filled, np.intp)
        self._texts = [texts[spot] for spot in filled]

    def with_prefix(self, word: str) -> NDArray[np.intp]:
        low, high = _range(self._texts, word)
        return self._spots[low:high]


def _range(texts: Sequence[str], prefix: str) -> tuple[int, int]:
    return bisect_left(texts, prefix), bisect_left(texts, prefix + _AFTER_ALL)


def _bits_of(entries: Sequence[Entry]) -> dict[str, Bits]:
    spots: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
    for spot, entry in enumerate(entries):
        text = entry.text
        for fragment in {*text, *map("".join, pairwise(text))}:
            spots[fragment].append(spot)
    return {fragment: _packed(found, len(entries)) for fragment, found in spots.items()}


def _packed(spots: "array[int]", count: int) -> Bits:
    flags = np.zeros(count, np.bool_)
    flags[np.frombuffer(spots, np.uint32)] = True
    return np.packbits(flags)
