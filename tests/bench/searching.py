"""Finding a patient among 100,000 while typing, against a plain search through one text in memory."""

import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from random import Random

from odimaging.app.office import host_keys_of, open_office
from odimaging.practice import read
from odimaging.repository.patient_index import fold
from odimaging.transfer.vault import SystemVault
from tests.bench.filling import many_on_mariadb, many_on_sqlite, people
from tests.bench.report import Row, ms, percentile
from tests.servers.mariadb import running_mariadb

PATIENTS, TYPED, LIMIT = 100_000, 300, 50
SQLITE_S, MARIADB_S = 0.005, 0.020


def measure(folder: Path) -> list[Row]:
    """The same names and the same typing on both."""
    found = people(PATIENTS)
    typed = fragments(found)
    plain = _timed(typed, _plain_search(found))
    rows = list(_row("SQLite", many_on_sqlite(folder, found), typed, plain, SQLITE_S))
    with running_mariadb() as server:
        rows += _row("MariaDB", many_on_mariadb(folder, found, server), typed, plain, MARIADB_S)
    return rows


def fragments(found: list[tuple[str, str, date]]) -> list[str]:
    """What boxes hold while names are typed: beginnings, middles, two words, a birthdate."""
    chance = Random(5)
    typed: list[str] = []
    while len(typed) < TYPED:
        last, first, born = chance.choice(found)
        start = chance.choice((0, 0, 1, 2))
        typed += [last[start : start + length] for length in range(1, len(last) - start + 1)]
        typed += [f"{last[:3]} {first[:2]}", f"{born.month}/{born.day}/{born.year}"]
    return [one for one in typed if one.strip()][:TYPED]


def _row(
    name: str, practice: Path, typed: list[str], plain: list[float], target: float
) -> Iterator[Row]:
    kept = read(practice)
    with open_office(kept, SystemVault(), host_keys_of(kept)) as office:
        browse = office.repository.browse
        started = time.perf_counter()
        browse.fill_index()
        filled = time.perf_counter() - started
        _timed(typed[:20], lambda text: browse.search(text, LIMIT))
        taken = _timed(typed, lambda text: browse.search(text, LIMIT))
    p50, p99 = percentile(taken, 50), percentile(taken, 99)
    yield Row(
        f"patient search among 100,000, {name}",
        f"p50 {ms(p50)}, p99 {ms(p99)} (index filled in {filled:.1f} s)",
        f"one text p50 {ms(percentile(plain, 50))}, p99 {ms(percentile(plain, 99))}",
        f"{p99 / percentile(plain, 99):.2f}x",
        f"p99 ≤ {ms(target)}",
        p99 <= target,
    )


def _plain_search(found: list[tuple[str, str, date]]) -> Callable[[str], list[int]]:
    """The limit: where a fragment stands in all names as one text, as far as the list is long."""
    text = "\n".join(f"{fold(last)} {fold(first)} {born:%m/%d/%Y}" for last, first, born in found)

    def search(fragment: str) -> list[int]:
        spots: list[int] = []
        spot = text.find(fragment.casefold())
        while spot >= 0 and len(spots) < LIMIT:
            spots.append(spot)
            spot = text.find(fragment.casefold(), text.find("\n", spot) + 1 or len(text))
        return spots

    return search


def _timed(typed: list[str], search: Callable[[str], object]) -> list[float]:
    taken = []
    for text in typed:
        started = time.perf_counter()
        search(text)
        taken.append(time.perf_counter() - started)
    return taken
