"""Makes an empty practice: tables, image categories and the two preferences that say where the images lie."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from odimaging.db import sqlite
from odimaging.db.engine import parse_url, server_of
from odimaging.db.mysql import MySqlServer
from odimaging.db.practice_tables import CATEGORIES, INDEXES, TABLES
from odimaging.db.translate import translating
from odimaging.model.definition import IMAGE_CATEGORIES
from odimaging.model.errors import BadRequest

IN_DATABASE, LOCAL_ATOZ = 0, 1
"""``AtoZfolderUsed`` (facts §1.8)."""
TABLE_ENGINES = ("InnoDB", "MyISAM")

_ALREADY = "There is a practice in this database already. Nothing was changed."
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_$-]{1,64}")


def create_practice_tables(
    url: str,
    password: str | None = None,
    *,
    doc_path: str = "",
    atoz_folder_used: int = LOCAL_ATOZ,
    table_engine: str = "InnoDB",
    ssl_ca: str | None = None,
    allow_plaintext: bool = False,
) -> None:
    """A new practice in a new SQLite file, or in a database of the server, which is made if it is not there.

    Raises BadRequest if a practice is there already (nothing is ever altered), DatabaseUnavailable.
    """
    if table_engine not in TABLE_ENGINES:
        raise ValueError(table_engine)
    parsed = parse_url(url)
    rows = [*_category_rows(), *_preference_rows(doc_path, atoz_folder_used)]
    if parsed.get_backend_name() == "sqlite":
        _create_file(Path(str(parsed.database)), rows)
    else:
        server = server_of(parsed, password, ssl_ca=ssl_ca, allow_plaintext=allow_plaintext)
        _create_on_server(server, table_engine, rows)


_Row = tuple[str, dict[str, str | int]]


def _category_rows() -> Iterator[_Row]:
    for order, (name, flags) in enumerate(CATEGORIES):
        where: dict[str, str | int] = {"Category": IMAGE_CATEGORIES, "ItemOrder": order}
        yield "definition", where | {"ItemName": name, "ItemValue": flags}


def _preference_rows(doc_path: str, atoz_folder_used: int) -> Iterator[_Row]:
    for name, value in (("AtoZfolderUsed", str(atoz_folder_used)), ("DocPath", doc_path)):
        yield "preference", {"PrefName": name, "ValueString": value}


# ---------------------------------------------------------------- SQLite


def _create_file(path: Path, rows: Sequence[_Row]) -> None:
    if path.exists():
        raise BadRequest(_ALREADY)
    sqlite.refuse_network_folder(path)
    with translating(), closing(sqlite.connect(path, create=True)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for statement in _sqlite_statements():
            connection.execute(statement)
        for name, values in rows:
            connection.execute(_insert(name, values, "?"), tuple(values.values()))
        connection.execute("COMMIT")


def _sqlite_statements() -> Iterator[str]:
    for name, columns in TABLES.items():
        yield f"CREATE TABLE {name} ({_definitions(columns, _sqlite_type)})"
    for table, name, columns in INDEXES:
        yield f"CREATE INDEX {table}_{name} ON {table} ({columns})"
    # LIKE ignores case, so only an index that does too serves the search for a name's start.
    for column in ("LName", "FName", "Preferred"):
        yield f"CREATE INDEX patient_{column}_nocase ON patient ({column} COLLATE NOCASE)"


def _sqlite_type(kind: str, rule: str) -> str:
    if rule == "key":
        return "INTEGER PRIMARY KEY AUTOINCREMENT"  # a number is never given twice
    now = "DEFAULT (datetime('now', 'localtime'))"
    return f"{kind.removesuffix('+')} {_rule(rule, now)}"


# ---------------------------------------------------------------- MariaDB, MySQL


def _create_on_server(server: MySqlServer, table_engine: str, rows: Sequence[_Row]) -> None:
    if not _PLAIN_NAME.fullmatch(server.database):
        raise BadRequest("Name the database with letters, digits and _ only.")
    with translating(), closing(server.connect(database="")) as connection:
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE DATABASE IF NOT EXISTS `{server.database}` CHARACTER SET utf8mb4"
            )
            cursor.execute(f"USE `{server.database}`")
            cursor.execute("SHOW TABLES")
            if {str(row[0]).lower() for row in cursor.fetchall()} & TABLES.keys():
                raise BadRequest(_ALREADY)
            for statement in _mysql_statements(table_engine):
                cursor.execute(statement)
            for name, values in rows:
                cursor.execute(_insert(name, values, "%s"), tuple(values.values()))
        connection.commit()


def _mysql_statements(table_engine: str) -> Iterator[str]:
    for name, columns in TABLES.items():
        parts = [_definitions(columns, _mysql_type)]
        for table, index, indexed in INDEXES:
            if table == name:
                # 255 characters of four bytes are more than a MyISAM key may have.
                shortened = indexed.replace("ExternalGUID", "ExternalGUID(40)")
                shortened = shortened.replace("PrefName", "PrefName(100)")
                parts.append(f"KEY {index} ({shortened})")
        yield f"CREATE TABLE {name} ({', '.join(parts)}) ENGINE={table_engine} CHARACTER SET utf8mb4"


def _mysql_type(kind: str, rule: str) -> str:
    if rule == "key":
        return "bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY"
    now = "DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"
    return f"{kind.replace('+', ' unsigned')} {_rule(rule, now)}"


# ---------------------------------------------------------------- both


def _definitions(columns: str, type_of: Callable[[str, str], str]) -> str:
    described = (line.split(" ", 2) for line in columns.strip().splitlines())
    return ", ".join(
        f"{name} {type_of(kind, rest[0] if rest else '')}" for name, kind, *rest in described
    )


def _rule(rule: str, now: str) -> str:
    required, _, default = rule.partition("=")
    if default == "now":
        return f"NOT NULL {now}"
    return f"{'NOT NULL' if required else ''} {f'DEFAULT {default}' if default else ''}".strip()


def _insert(table: str, values: dict[str, Any], mark: str) -> str:
    return f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join([mark] * len(values))})"
