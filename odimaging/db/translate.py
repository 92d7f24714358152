"""The driver's errors to ours, by a table; here and nowhere else.

Driver texts are never passed on or logged: they quote values, "Duplicate entry 'Smith…'" (reliability contract §4.7).
``detail`` holds the driver's number only.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pymysql
from sqlalchemy import exc

from odimaging.model.errors import (
    DatabaseBusy,
    DatabaseUnavailable,
    InvalidField,
    LoginRefused,
    OdImagingError,
    ReadOnlyDatabase,
    SchemaTooNew,
)

LOGIN_REFUSED = (
    "The database did not accept the login. Check user name and password. "
    "The cause can also be that the server insists on an encrypted connection (TLS)."
)
_CERTIFICATE = "The database server could not prove who it is (TLS certificate). Nothing was sent."
_NO_TLS = "The database server offers no encrypted connection (TLS). Nothing was sent."
_NO_ROOM = "The database server has no room left. Nothing was changed."
_TOO_LARGE = (
    "This is too large for the database server: its setting max_allowed_packet is too small."
)
_TEXT = "A text is too long, or holds a character this database cannot keep."
_MAY_NOT = "This login may not change the database."
_UNKNOWN_COLUMN = "This version of the database is not one the program can write to."

_Answer = tuple[type[OdImagingError], str]

MYSQL: dict[int, _Answer] = {
    **dict.fromkeys((1205, 1213, 1040, 1203, 1226, 3024, 1969, 3572, 3058), (DatabaseBusy, "")),
    **dict.fromkeys((1044, 1045, 1698, 1862, 2059), (LoginRefused, LOGIN_REFUSED)),
    1049: (DatabaseUnavailable, "The server does not know this database."),
    **dict.fromkeys((1142, 1143, 1227, 1290, 1792, 1836), (ReadOnlyDatabase, _MAY_NOT)),
    **dict.fromkeys((1054, 1146, 1364, 1136), (SchemaTooNew, _UNKNOWN_COLUMN)),
    **dict.fromkeys((1406, 1366, 1264, 1265, 1292, 1300, 3988), (InvalidField, _TEXT)),
    1153: (InvalidField, _TOO_LARGE),
    **dict.fromkeys((3, 28, 1021, 1114), (DatabaseUnavailable, _NO_ROOM)),
    3159: (LoginRefused, LOGIN_REFUSED),
}
"""By error number of MariaDB and MySQL; what is not listed is `DatabaseUnavailable`."""

SQLITE: dict[int, _Answer] = {
    sqlite3.SQLITE_BUSY: (DatabaseBusy, ""),
    sqlite3.SQLITE_LOCKED: (DatabaseBusy, ""),
    sqlite3.SQLITE_READONLY: (ReadOnlyDatabase, _MAY_NOT),
    sqlite3.SQLITE_PERM: (ReadOnlyDatabase, _MAY_NOT),
    sqlite3.SQLITE_FULL: (DatabaseUnavailable, "The disk with the database is full."),
    sqlite3.SQLITE_TOOBIG: (InvalidField, _TEXT),
    sqlite3.SQLITE_ERROR: (SchemaTooNew, _UNKNOWN_COLUMN),
}
"""By primary result code of SQLite; what is not listed is `DatabaseUnavailable`."""


def translated(error: BaseException) -> OdImagingError:
    """Ours for a driver's or SQLAlchemy's error."""
    if isinstance(error, exc.DBAPIError) and error.orig is not None:
        return translated(error.orig)
    if isinstance(error, exc.TimeoutError):
        return DatabaseBusy(detail="no free connection")
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        return _of(SQLITE, code, f"sqlite {code}")
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    if number in (2003, 2013, 2026) or isinstance(error, OSError):
        return DatabaseUnavailable(_connecting(error), f"mysql {number}")
    return _of(MYSQL, number, f"mysql {number}")


def _connecting(error: BaseException) -> str:
    # The driver wraps what TLS said into its own text; only fixed words are looked for, none is passed on.
    text = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in text or "certificate verify failed" in text:
        return _CERTIFICATE
    if "SSL" in text and "support" in text:
        return _NO_TLS
    return ""


def _of(table: dict[int, _Answer], code: int, detail: str) -> OdImagingError:
    kind, text = table.get(code, (DatabaseUnavailable, ""))
    return kind(text, detail)


DRIVER_ERRORS = (exc.SQLAlchemyError, pymysql.err.MySQLError, sqlite3.Error, OSError)
"""What a statement or a connect may raise besides our own."""


@contextmanager
def translating() -> Iterator[None]:
    """Everything a driver raises within leaves as one of ours."""
    try:
        yield
    except DRIVER_ERRORS as error:
        raise translated(error) from error
