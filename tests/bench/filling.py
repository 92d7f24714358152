"""Practices to measure with: many documents, many patients."""

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pymysql

from odimaging.app.office import make_practice
from odimaging.db.engine import open_database
from odimaging.model.document import Document, ImgType
from odimaging.model.ids import DocNum, PatNum
from odimaging.model.patient import Patient
from tests.servers.mariadb import PASSWORD, USER, MariaDbServer

STEP = 5000
FIRST_VISIT = datetime(2010, 1, 4, 9)
LASTS = (
    "Smith",
    "Johnson",
    "Rivera",
    "O'Brien",
    "Ångström",
    "Müller",
    "Nguyen",
    "Kowalski",
    "Dubois",
    "Rossi",
    "García",
    "Okafor",
)
FIRSTS = [
    "Ana",
    "Luis",
    "Mary",
    "Joan",
    "Åsa",
    "Zoë",
    "Peter",
    "Linda",
    "Karl",
    "Ingrid",
    "Sofía",
    "Mateo",
    "Björn",
    "Priya",
    "Tom",
    "Grace",
]
SYLLABLES = (
    "ba",
    "den",
    "ker",
    "lin",
    "mo",
    "ras",
    "son",
    "ti",
    "vel",
    "wick",
    "yar",
    "zen",
    "hol",
    "gra",
    "pe",
    "sto",
)


def practice_with(folder: Path, counts: dict[PatNum, int], data: Callable[[int], bytes]) -> Path:
    """A practice on SQLite and LocalAtoZ; each patient has so many photos, forty a visit. The practice file."""
    file, root = folder / "practice.toml", folder / "images"
    make_practice(f"sqlite:///{folder}/practice.db", root, file)
    database = open_database(f"sqlite:///{folder}/practice.db", None, comp_name="BENCH")
    with closing(database), database.unit_of_work() as work:
        category = work.definitions.image_categories()[0].def_num
        for pat_num, count in counts.items():
            home = root / "B" / f"Bench{pat_num}"
            home.mkdir(parents=True)
            work.seed.patient(Patient(pat_num, "Bench", str(count), image_folder=home.name))
            for number in range(count):
                when = FIRST_VISIT + timedelta(days=number // 40, minutes=number % 40)
                name = f"photo{number}.jpg"
                work.documents.insert(
                    Document(DocNum(0), pat_num, category, when, name, img_type=ImgType.PHOTO)
                )
                (home / name).write_bytes(data(number))
        work.commit()
    return file


def people(count: int) -> list[tuple[str, str, date]]:
    """Names as in a phone book: some common, most rare; and birthdates."""
    chance = Random(11)

    def name(common: Sequence[str]) -> str:
        if chance.random() < 0.3:
            return chance.choice(common)
        return "".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))).capitalize()

    born = date(1930, 1, 1)
    days = timedelta(days=1)
    return [
        (name(LASTS), name(FIRSTS), born + days * chance.randrange(34000)) for _ in range(count)
    ]


def many_on_sqlite(folder: Path, found: Sequence[tuple[str, str, date]]) -> Path:
    """Their practice file."""
    file = folder / "many.toml"
    make_practice(f"sqlite:///{folder}/many.db", folder / "many", file)
    _first_patient(f"sqlite:///{folder}/many.db", None)
    with closing(sqlite3.connect(folder / "many.db")) as connection, connection:
        _multiply(connection.cursor(), found, "?")
    return file


def many_on_mariadb(
    folder: Path, found: Sequence[tuple[str, str, date]], server: MariaDbServer
) -> Path:
    """The same on a server; the password is in the environment."""
    file = folder / "many-mariadb.toml"
    os.environ["ODIMAGING_DB_PASSWORD"] = PASSWORD
    server.execute("CREATE DATABASE IF NOT EXISTS many")
    make_practice(server.url("many"), folder / "many-mariadb", file)
    _first_patient(server.url("many"), PASSWORD)
    connection = pymysql.connect(
        host="127.0.0.1",
        port=server.port,
        user=USER,
        password=PASSWORD,
        database="many",
        ssl_disabled=True,
    )
    with closing(connection):
        _multiply(connection.cursor(), found, "%s")
        connection.commit()
    return file


def _first_patient(url: str, password: str | None) -> None:
    database = open_database(url, password, comp_name="BENCH")
    with closing(database), database.unit_of_work() as work:
        work.seed.patient(Patient(PatNum(1), "Model", "Row"))
        work.commit()


def _multiply(cursor: Any, found: Sequence[tuple[str, str, date]], mark: str) -> None:
    """Rows like the first, which has a value in every column the server wants."""
    cursor.execute("SELECT * FROM patient WHERE PatNum = 1")
    model = list(cursor.fetchone())
    names = [column[0] for column in cursor.description]
    spots = [names.index(one) for one in ("PatNum", "LName", "FName", "Birthdate", "ChartNumber")]
    rows = []
    for number, (last, first, born) in enumerate(found, 2):
        values = (number, last, first, born.isoformat(), f"D{number}")
        for spot, value in zip(spots, values, strict=True):
            model[spot] = value
        rows.append(tuple(model))
    statement = (
        f"INSERT INTO patient ({', '.join(names)}) VALUES ({', '.join([mark] * len(names))})"
    )
    for start in range(0, len(rows), STEP):
        cursor.executemany(statement, rows[start : start + STEP])
