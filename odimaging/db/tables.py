"""The tables as the server really has them: read once at opening, written only as far as they go (decision 27).

Versions 21.1 to 24.4 differ in their columns. What this module knows of a column comes from the server: whether it is
there, how much it takes, and whether an INSERT must name it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, TableClause, column, literal_column, select, table
from sqlalchemy.engine import Connection

from odimaging.db.records import Value
from odimaging.model.errors import InvalidField, SchemaTooNew

TABLES = (
    "document",
    "mount",
    "mountitem",
    "mountdef",
    "mountitemdef",
    "imagedraw",
    "definition",
    "patient",
    "provider",
    "preference",
    "securitylog",
    "sheet",
    "sheetfield",
    "statement",
    "taskattachment",
    "ehrlabimage",
    "eclipboardimagecapture",
)
"""Every table the program may ever touch."""

AnySelect = Select[*tuple[Any, ...]]

_NEEDED_TO_LOOK = {
    "document": "DocNum PatNum DocCategory DateCreated FileName Note",
    "patient": "PatNum LName FName",
    "definition": "DefNum Category ItemOrder ItemName",
}
_NEEDED_TO_WRITE = {
    "document": "Description ImgType IsFlipped DegreesRotated ToothNumbers CropX CropY CropW CropH "
    "WindowingMin WindowingMax MountItemNum DateTStamp RawBase64 ExternalGUID ExternalSource ProvNum",
    "patient": "ImageFolder",
    "mount": "MountNum PatNum DocCategory DateCreated Description Note Width Height ColorBack",
    "mountitem": "MountItemNum MountNum Xpos Ypos ItemOrder Width Height RotateOnAcquire",
    "imagedraw": "DocNum MountNum DrawType DrawingSegment DrawText",
    "preference": "PrefName ValueString",
    "securitylog": "PermType UserNum LogDateTime LogText PatNum CompName FKey",
}

_TEXT_TYPES = frozenset({"char", "varchar", "text", "tinytext", "mediumtext", "longtext"})
_WHOLE_TYPES = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint", "integer"})
_NUMBER_TYPES = _WHOLE_TYPES | {"float", "double", "real", "decimal", "numeric", "bit", "year"}
_EMPTY: dict[str, Value] = {
    "date": "0001-01-01",
    "datetime": "0001-01-01 00:00:00",
    "timestamp": "1970-01-02 00:00:00",
    "time": "00:00:00",
    "json": "{}",
}
"""What an unknown column gets that an INSERT must name: '' for other texts and bytes, 0 for numbers (facts §1.1)."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column as the server describes it. ``max_bytes`` of UTF-8; ``three_byte``: utf8mb3, no emoji."""

    name: str
    kind: str
    must_be_named: bool = False
    max_chars: int | None = None
    max_bytes: int | None = None
    three_byte: bool = False

    @property
    def empty(self) -> Value:
        """What stands for nothing here."""
        return _EMPTY.get(self.kind, 0 if self.kind in _NUMBER_TYPES else "")

    def check(self, value: Value) -> None:
        """Raises InvalidField for what this column would cut or change."""
        if isinstance(value, str):
            self._check_text(value)
        elif isinstance(value, float) and self.kind in _WHOLE_TYPES and not value.is_integer():
            raise InvalidField(f"{self.name} takes whole numbers only in this database.")

    def _check_text(self, text: str) -> None:
        if self.max_chars is not None and len(text) > self.max_chars:
            raise InvalidField(f"{self.name} is too long: {self.max_chars} characters at most.")
        try:
            size = len(text) if text.isascii() else len(text.encode())
        except UnicodeEncodeError as error:
            raise InvalidField(f"{self.name} holds a character that is none.") from error
        if self.max_bytes is not None and size > self.max_bytes:
            raise InvalidField(f"{self.name} is too long: {self.max_bytes} bytes at most.")
        if self.three_byte and size > len(text) and max(text) > "\uffff":
            raise InvalidField(f"{self.name} holds a character this database cannot keep.")


class Table:
    """One table, as far as it is there."""

    def __init__(self, name: str, columns: Iterable[Column]) -> None:
        self.name = name
        self.columns = {column.name: column for column in columns}
        self.clause: TableClause = table(name, *(column(name) for name in self.columns))

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def c(self, name: str) -> ColumnElement[Any]:
        """A column to compare or sort by. Raises SchemaTooNew if it is missing."""
        if name not in self.columns:
            raise SchemaTooNew(detail=f"{self.name}.{name} is missing")
        return self.clause.c[name]

    def selection(self, wanted: Mapping[str, Value]) -> AnySelect:
        """SELECT of these columns in this order; a literal stands for one this version lacks."""
        return select(*self.picked(wanted)).select_from(self.clause)

    def picked(self, wanted: Mapping[str, Value]) -> list[ColumnElement[Any]]:
        """The columns of `selection`."""
        return [
            self.clause.c[name] if name in self.columns else _literal(value)
            for name, value in wanted.items()
        ]

    def checked(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """Those of ``values`` there is a column for. Raises InvalidField for one it would cut."""
        known = {name: value for name, value in values.items() if name in self.columns}
        for name, value in known.items():
            self.columns[name].check(value)
        return known

    def whole_row(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """`checked`, and every other column an INSERT must name with its empty value."""
        return self._must_be_named | self.checked(values)

    @cached_property
    def _must_be_named(self) -> dict[str, Value]:
        return {name: column.empty for name, column in self.columns.items() if column.must_be_named}


class Schema:
    """The tables of one database."""

    def __init__(self, tables: Iterable[Table]) -> None:
        self._tables = {table.name: table for table in tables}
        for name, columns in _NEEDED_TO_LOOK.items():
            if self._missing(name, columns):
                text = "This database is not one of Open Dental's, or of a version the program does not know."
                raise SchemaTooNew(text, detail=f"{name} lacks columns")

    def __contains__(self, name: str) -> bool:
        return name in self._tables

    def __getitem__(self, name: str) -> Table:
        if name not in self._tables:
            raise SchemaTooNew(detail=f"table {name} is missing")
        return self._tables[name]

    @property
    def read_only_reason(self) -> str:
        """Why this database can only be looked at; '' if it can be written to (decision 51)."""
        missing = [
            f"{name}.{column}"
            for name, columns in _NEEDED_TO_WRITE.items()
            for column in self._missing(name, columns)
        ]
        if not missing:
            return ""
        return f"This version of the database can only be looked at: it lacks {', '.join(missing)}."

    def _missing(self, name: str, columns: str) -> list[str]:
        there = self._tables.get(name)
        return [column for column in columns.split() if there is None or column not in there]


def _literal(value: Value) -> ColumnElement[Any]:
    return literal_column("''" if value == "" else str(value))


# ---------------------------------------------------------------- reading them

_MYSQL_COLUMNS = """
SELECT LOWER(TABLE_NAME), COLUMN_NAME, LOWER(DATA_TYPE), IS_NULLABLE, COLUMN_DEFAULT, EXTRA,
       CHARACTER_MAXIMUM_LENGTH, CHARACTER_SET_NAME
FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '{}'
"""
_THREE_BYTE_CHARSETS = frozenset({"utf8", "utf8mb3"})


def mysql_schema(connection: Connection) -> Schema:
    """From information_schema: shows what this login may see."""
    # One table a question, all in one: anything else makes the server open each of Open Dental's 400 tables.
    question = " UNION ALL ".join(map(_MYSQL_COLUMNS.format, TABLES))
    columns: dict[str, list[Column]] = {}
    for name, *described in connection.exec_driver_sql(question):
        columns.setdefault(name, []).append(_mysql_column(described))
    return Schema(Table(name, there) for name, there in columns.items())


def _mysql_column(described: Sequence[Any]) -> Column:
    name, kind, nullable, default, extra, length, charset = described
    is_text = kind in _TEXT_TYPES
    counted = kind in ("char", "varchar")
    return Column(
        name,
        kind,
        must_be_named=nullable == "NO"
        and default is None
        and "auto_increment" not in extra.lower(),
        max_chars=int(length) if is_text and counted else None,
        max_bytes=int(length) if is_text and not counted else None,
        three_byte=is_text and charset in _THREE_BYTE_CHARSETS,
    )


_TEXT_BYTES = {"tinytext": 255, "text": 65_535, "mediumtext": 16_777_215, "longtext": 4_294_967_295}


def sqlite_schema(connection: Connection) -> Schema:
    """From the file itself. SQLite keeps the declared types but does not hold to them: `Column.check` does."""
    tables = []
    for name in TABLES:
        described = connection.exec_driver_sql(f"PRAGMA table_info('{name}')").all()
        if described:
            tables.append(Table(name, map(_sqlite_column, described)))
    return Schema(tables)


def _sqlite_column(described: Sequence[Any]) -> Column:
    _, name, declared, not_null, default, is_key = described
    kind, _, length = declared.lower().partition("(")
    return Column(
        name,
        kind.strip(),
        must_be_named=bool(not_null) and default is None and not is_key,
        max_chars=int(length.rstrip(")")) if kind == "varchar" else None,
        max_bytes=_TEXT_BYTES.get(kind),
    )
