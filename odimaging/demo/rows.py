"""Rows the program itself never inserts: patients, providers, drawings. The demo's database is a new SQLite file of ours."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

from odimaging.demo.people import Person

Value = str | int | float

PROVIDERS = (
    ("LEE", "Lee", "Dana", 0),
    ("PATEL", "Patel", "Nisha", 0),
    ("HYG1", "Moreno", "Alex", 0),
    ("OLD", "Gray", "Sam", 1),
)
"""Abbr, last name, first name, hidden; ProvNum counts from 1."""


def add_people(database: Path, people: tuple[Person, ...]) -> None:
    """Providers and patients, numbered as given."""
    with closing(sqlite3.connect(database)) as connection, connection:
        for order, (abbr, lname, fname, hidden) in enumerate(PROVIDERS):
            _insert(connection, "provider", {"ProvNum": order + 1, "Abbr": abbr, "ItemOrder": order, "LName": lname,
                                             "FName": fname, "IsHidden": hidden})  # fmt: skip
        for person in people:
            _insert(connection, "patient", _patient(person))


def _patient(person: Person) -> dict[str, Value]:
    return {
        "PatNum": person.pat_num,
        "LName": person.lname,
        "FName": person.fname,
        "MiddleI": person.middle_i,
        "Preferred": person.preferred,
        "PatStatus": int(person.status),
        "Gender": int(person.gender),
        "Birthdate": person.birthdate.isoformat() if person.birthdate else "0001-01-01",
        "Guarantor": person.head,
        "PriProv": 1 + person.pat_num % 2,
        "ChartNumber": f"D{1000 + person.pat_num}",
        "BillingCycleDay": 1,
    }


def add_drawing(database: Path, values: Mapping[str, Value]) -> None:
    """One row of ``imagedraw``."""
    with closing(sqlite3.connect(database)) as connection, connection:
        _insert(connection, "imagedraw", values)


def settle_time(database: Path, moment: datetime) -> None:
    """Every DateTStamp says ``moment``, so that two demos are alike, and everything lies in the one file."""
    with closing(sqlite3.connect(database)) as connection:
        with connection:
            for table in ("document", "patient", "provider"):
                connection.execute(f"UPDATE {table} SET DateTStamp = ?", (moment.isoformat(" "),))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _insert(connection: sqlite3.Connection, table: str, values: Mapping[str, Value]) -> None:
    """With '' or 0 for each column an INSERT must name."""
    row = dict(values)
    for _, name, kind, required, default, key in connection.execute(f"PRAGMA table_info({table})"):
        if required and default is None and not key:
            row.setdefault(name, "" if "char" in kind or "text" in kind else 0)
    marks = ", ".join("?" * len(row))
    connection.execute(
        f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values())
    )
