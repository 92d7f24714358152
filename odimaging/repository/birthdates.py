"""Birthdates as people type them into a search box."""

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_FORMS = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"),
    re.compile(r"(?P<m>\d{1,2})[/-](?P<d>\d{1,2})[/-](?P<y>\d{4}|\d{2})"),
    re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4}|\d{2})"),
    re.compile(r"(?P<m>\d{2})(?P<d>\d{2})(?P<y>\d{4})"),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
    re.compile(r"(?P<d>\d{1,2})[ .]+(?P<name>[a-z]{3,9})\.?,?[ .]+(?P<y>\d{4}|\d{2})"),
    re.compile(r"(?P<name>[a-z]{3,9})\.? +(?P<d>\d{1,2}),? +(?P<y>\d{4}|\d{2})"),
)
"""Month before day between slashes, day before month between dots."""

_LONGEST = 3
"""Words a birthdate may spread over: "4 may 1981"."""


def birthdate_of(text: str, today: date) -> date | None:
    """The day meant by the whole of ``text`` (folded), or None. A year of two digits is the last one that is past."""
    for form in _FORMS:
        match = form.fullmatch(text)
        day = _day(match.groupdict(), today) if match else None
        if day is not None:
            return day
    return None


def take_birthdate(words: list[str], today: date) -> tuple[date | None, list[str]]:
    """The first birthdate among the words of a query, and the words without it."""
    for length in range(min(_LONGEST, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            day = birthdate_of(" ".join(words[start : start + length]), today)
            if day is not None:
                return day, words[:start] + words[start + length :]
    return None, words


def _day(fields: dict[str, str], today: date) -> date | None:
    month = _month(fields["name"]) if "name" in fields else int(fields["m"])
    year = int(fields["y"])
    if len(fields["y"]) == 2:
        century = today.year // 100 * 100
        year += century if century + year <= today.year else century - 100
    try:
        return date(year, month, int(fields["d"])) if year >= 1850 else None
    except ValueError:
        return None


def _month(name: str) -> int:
    return _MONTHS.index(name[:3]) + 1 if name[:3] in _MONTHS else 0
