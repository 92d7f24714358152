"""One connection for one unit of work, and the few words in which SQLite and MariaDB differ."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Executable,
    bindparam,
    cast,
    func,
    literal_column,
)
from sqlalchemy.engine import Connection
from sqlalchemy.types import LargeBinary, String

from odimaging.db.records import Value, moment_of, stored_moment
from odimaging.db.tables import Schema, Table
from odimaging.db.translate import DRIVER_ERRORS, translating
from odimaging.model.errors import DatabaseUnavailable, InvalidField, ReadOnlyDatabase


class Dialect(Protocol):
    """What must be said differently to SQLite and to MariaDB or MySQL."""

    begin: str
    """Said before the first write; '' where the driver says it itself."""
    stamps_itself: bool
    """Whether DateTStamp is the server's work."""
    max_packet: int
    """Bytes one statement may have; 0: no limit."""

    def exact(self, table: Table, name: str, param: str) -> ColumnElement[bool]:
        """The text column equals the parameter, case, accents and trailing blanks included (decision 49)."""

    def starts(self, table: Table, name: str, start: str) -> ColumnElement[bool]:
        """The text column starts with these characters, exactly."""

    def left(self, table: Table, name: str, characters: int) -> ColumnElement[str]:
        """The first characters of a text column."""

    def sha256(self, table: Table, name: str) -> ColumnElement[str]:
        """Hex digest of a text column's UTF-8."""

    def now(self) -> ColumnElement[Any] | None:
        """The server's clock in SQL; None where this computer's clock is the database's."""


class SqliteDialect:
    """SQLite compares text byte by byte, and its clock is this computer's."""

    begin = "BEGIN IMMEDIATE"
    stamps_itself = False
    max_packet = 0

    def exact(self, table: Table, name: str, param: str) -> ColumnElement[bool]:
        """See `Dialect`."""
        return func.coalesce(table.c(name), literal_column("''")) == bindparam(param)

    def starts(self, table: Table, name: str, start: str) -> ColumnElement[bool]:
        """See `Dialect`."""
        return func.substr(table.c(name), 1, len(start)) == start

    def left(self, table: Table, name: str, characters: int) -> ColumnElement[str]:
        """See `Dialect`."""
        return func.substr(table.c(name), 1, characters)

    def sha256(self, table: Table, name: str) -> ColumnElement[str]:
        """See `Dialect`."""
        return func.sha256_hex(table.c(name))

    def now(self) -> None:
        """See `Dialect`."""
        return


class MySqlDialect:
    """Open Dental's collations ignore case and trailing blanks: exact means comparing UTF-8 bytes."""

    begin = ""
    stamps_itself = True

    def __init__(self, max_packet: int) -> None:
        self.max_packet = max_packet

    def exact(self, table: Table, name: str, param: str) -> ColumnElement[bool]:
        """See `Dialect`."""
        return self._bytes(table, name) == cast(bindparam(param, type_=String()), LargeBinary())

    def starts(self, table: Table, name: str, start: str) -> ColumnElement[bool]:
        """See `Dialect`."""
        # Bytes are characters here: every marker is ASCII.
        return func.left(self._bytes(table, name), len(start)) == bindparam(
            None, start.encode(), type_=LargeBinary()
        )

    def left(self, table: Table, name: str, characters: int) -> ColumnElement[str]:
        """See `Dialect`."""
        return func.left(table.c(name), characters)

    def sha256(self, table: Table, name: str) -> ColumnElement[str]:
        """See `Dialect`."""
        return func.sha2(self._bytes(table, name), 256)

    def now(self) -> ColumnElement[Any]:
        """See `Dialect`."""
        return func.now()

    def _bytes(self, table: Table, name: str) -> ColumnElement[bytes]:
        table.c(name)  # raises if it is missing
        column = f"`{table.name}`.`{name}`"
        return literal_column(f"CAST(CONVERT(COALESCE({column}, '') USING utf8mb4) AS BINARY)")


class Session:
    """A unit's connection. Reads see what is committed; the transaction begins with the first write."""

    def __init__(
        self,
        connection: Connection,
        schema: Schema,
        dialect: Dialect,
        *,
        read_only_reason: str,
        random_keys: bool,
        still_locked: Callable[[Connection], None],
    ) -> None:
        self.schema = schema
        self.dialect = dialect
        self.random_keys = random_keys
        self._connection = connection
        self._read_only_reason = read_only_reason
        self._still_locked = still_locked
        self._writing = False

    def rows(
        self, statement: Executable, params: Mapping[str, Any] | None = None
    ) -> Sequence[Sequence[Any]]:
        """All rows of a SELECT."""
        with translating():
            return self._connection.execute(statement, params).all()

    def first(
        self, statement: Executable, params: Mapping[str, Any] | None = None
    ) -> Sequence[Any] | None:
        """Its first row."""
        with translating():
            return self._connection.execute(statement, params).first()

    def write(
        self, statement: Executable, params: Mapping[str, Any] | None = None
    ) -> CursorResult[Any]:
        """An INSERT, UPDATE or DELETE. Raises ReadOnlyDatabase, InvalidField and the `DatabaseError`s."""
        self._begin()
        with translating():
            result = self._connection.execute(statement, params)
        assert isinstance(result, CursorResult)
        return result

    def insert(self, table: Table, key: str, values: Mapping[str, Value]) -> int:
        """One row with every column an INSERT must name; its key, given by the server unless ``values`` has one."""
        row = self.new_row(table, key, values)
        result = self.write(table.clause.insert().values(row))
        return int(row.get(key) or result.lastrowid)

    def new_row(self, table: Table, key: str, values: Mapping[str, Value]) -> dict[str, Value]:
        """What an INSERT says; the key too where this practice's keys are random (facts §1.1, decision 51)."""
        row = table.whole_row(values)
        if self.random_keys and key not in row:
            row[key] = secrets.randbelow(_LARGEST_KEY) + 1
        self.check_size(row)
        return row

    def check_size(self, values: Mapping[str, Value]) -> None:
        """Raises InvalidField for more than one statement may carry: the server would cut the connection."""
        limit = self.dialect.max_packet
        if not limit:
            return
        size = sum(len(value) for value in values.values() if isinstance(value, str))
        if size > limit - 65_536:
            text = f"This is too large for the database server: its max_allowed_packet is {limit} bytes."
            raise InvalidField(text)

    def now(self) -> datetime:
        """The database's clock, local, whole seconds."""
        clock = self.dialect.now()
        if clock is None:
            return datetime.now().replace(microsecond=0)
        row = self.first(_SELECT_NOW)
        assert row is not None
        return moment_of(row[0])

    def stamp(self) -> dict[str, Value]:
        """DateTStamp, where the server does not see to it."""
        return {} if self.dialect.stamps_itself else {"DateTStamp": stored_moment(self.now())}

    def commit(self) -> None:
        """Raises DatabaseUnavailable, whatever went wrong: nobody knows whether it arrived."""
        self._writing = False
        try:
            self._connection.commit()
        except DRIVER_ERRORS as error:
            text = "The connection was lost while saving."
            raise DatabaseUnavailable(text, detail="commit") from error

    def close(self) -> None:
        """Rolls back what was not committed; never raises for a connection that is lost anyway."""
        with suppress(*DRIVER_ERRORS):
            self._connection.rollback()
        with suppress(*DRIVER_ERRORS):
            self._connection.close()

    def _begin(self) -> None:
        if self._read_only_reason:
            raise ReadOnlyDatabase(self._read_only_reason)
        if self._writing:
            return
        with translating():
            if self.dialect.begin:
                self._connection.exec_driver_sql(self.dialect.begin)
            self._still_locked(self._connection)
        self._writing = True


_SELECT_NOW = func.now().select()
_LARGEST_KEY = 2**63 - 1
