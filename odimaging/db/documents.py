"""Rows of ``document``, with the stored-bytes columns."""

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, select

from odimaging.db.records import (
    COLUMN_OF_FIELD,
    DOCUMENT_COLUMNS,
    Value,
    columns_of,
    columns_of_document,
    document_of,
    stored,
)
from odimaging.db.references import references
from odimaging.db.session import Dialect, Session
from odimaging.db.tables import AnySelect, Schema, Table
from odimaging.model.document import (
    SHOWN_PAYLOAD,
    TOKEN_PREFIX,
    Document,
    PendingKind,
    shown_note,
)
from odimaging.model.errors import DatabaseUnavailable, DocumentNotFound
from odimaging.model.ids import DocNum, MountNum, OperationNumber, PatNum
from odimaging.model.ports import Reference, Row

PLACES_AT_ONCE = 5000
DRAWINGS = "imagedraw"
"""The key under which a snapshot keeps the document's drawings, as JSON: restoring brings them back too."""

_TEXTS = {"FileName", "Description", "ToothNumbers", "Note", "ExternalGUID", "ExternalSource"}
_DEGREES_TOLERANCE = 0.001
"""The column is a ``float``: MariaDB shows six digits and compares with more."""


class DocumentSql:
    """The statements that never change, made once a database: making one costs more than running it."""

    def __init__(self, schema: Schema, dialect: Dialect) -> None:
        self.table = schema["document"]
        self._schema = schema
        self._dialect = dialect

    @cached_property
    def one(self) -> AnySelect:
        """By DocNum, with the whole note."""
        return self.table.selection(DOCUMENT_COLUMNS).where(self._is("DocNum"))

    @cached_property
    def of_patient(self) -> AnySelect:
        """By PatNum. A pending payload is cut by the server: megabytes of it never cross the wire."""
        note = self.table.c("Note")
        is_payload = self._dialect.starts(self.table, "Note", PendingKind.RAW_BASE64.value)
        cut = case((is_payload, self._dialect.left(self.table, "Note", SHOWN_PAYLOAD)), else_=note)
        columns = [
            cut if name == "Note" else picked
            for name, picked in zip(
                DOCUMENT_COLUMNS, self.table.picked(DOCUMENT_COLUMNS), strict=True
            )
        ]
        return self._by_date(select(*columns).select_from(self.table.clause)).where(
            self._is("PatNum")
        )

    @cached_property
    def in_mount(self) -> AnySelect:
        """By MountNum."""
        items = self._schema["mountitem"]
        of_mount = select(items.c("MountItemNum")).where(
            items.c("MountNum") == bindparam("MountNum")
        )
        chosen = self.table.c("MountItemNum").in_(of_mount.scalar_subquery())
        return self._by_date(self.table.selection(DOCUMENT_COLUMNS)).where(chosen)

    @cached_property
    def file_names(self) -> AnySelect:
        """By PatNum."""
        return select(self.table.c("FileName")).where(self._is("PatNum"))

    @cached_property
    def with_token(self) -> AnySelect:
        """By ExternalGUID, exactly."""
        # The plain comparison alone can use an index, where there is one.
        known = self.table.c("ExternalGUID") == bindparam("token")
        condition = self._dialect.exact(self.table, "ExternalGUID", "token")
        return self.table.selection(DOCUMENT_COLUMNS).where(known, condition)

    @cached_property
    def tokens(self) -> AnySelect:
        """All rows between row step and publishing."""
        doc_num, guid = self.table.c("DocNum"), self.table.c("ExternalGUID")
        condition = self._dialect.starts(self.table, "ExternalGUID", TOKEN_PREFIX)
        known = guid.like(f"{TOKEN_PREFIX}%")
        return select(doc_num, guid).where(known, condition).order_by(doc_num)

    @cached_property
    def places(self) -> AnySelect:
        """The next ones after a DocNum, with their patients' folders."""
        patient = self._schema["patient"]
        doc_num, pat_num = self.table.c("DocNum"), self.table.c("PatNum")
        joined = self.table.clause.outerjoin(patient.clause, patient.c("PatNum") == pat_num)
        columns = doc_num, pat_num, patient.c("ImageFolder"), self.table.c("FileName")
        after = select(*columns).select_from(joined).where(doc_num > bindparam("DocNum"))
        return after.order_by(doc_num).limit(PLACES_AT_ONCE)

    def _is(self, name: str) -> ColumnElement[bool]:
        return self.table.c(name) == bindparam(name)

    def _by_date(self, statement: AnySelect) -> AnySelect:
        return statement.order_by(self.table.c("DateCreated"), self.table.c("DocNum"))


class DocumentRows:
    """See `odimaging.model.ports.Documents`."""

    def __init__(self, session: Session, sql: DocumentSql) -> None:
        self._session = session
        self._sql = sql
        self._table = sql.table

    # ------------------------------------------------ looking

    def get(self, doc_num: DocNum) -> Document:
        """See the port."""
        row = self._session.first(self._sql.one, {"DocNum": doc_num})
        if row is None:
            raise DocumentNotFound
        return document_of(row)

    def of_patient(self, pat_num: PatNum) -> tuple[Document, ...]:
        """See the port."""
        rows = self._session.rows(self._sql.of_patient, {"PatNum": pat_num})
        return tuple([document_of(row, shown_note) for row in rows])

    def in_mount(self, mount_num: MountNum) -> tuple[Document, ...]:
        """See the port."""
        rows = self._session.rows(self._sql.in_mount, {"MountNum": mount_num})
        return tuple(document_of(row) for row in rows)

    def file_names(self, pat_num: PatNum) -> frozenset[str]:
        """See the port."""
        rows = self._session.rows(self._sql.file_names, {"PatNum": pat_num})
        return frozenset(name or "" for (name,) in rows)

    def with_token(self, operation: OperationNumber) -> Document | None:
        """See the port. Reads the whole table: Open Dental has no index on ExternalGUID."""
        row = self._session.first(self._sql.with_token, {"token": TOKEN_PREFIX + operation})
        return None if row is None else document_of(row)

    def tokens(self) -> tuple[tuple[DocNum, OperationNumber], ...]:
        """See the port. Reads the whole table too."""
        rows = self._session.rows(self._sql.tokens)
        return tuple(
            (DocNum(number), OperationNumber(token.removeprefix(TOKEN_PREFIX)))
            for number, token in rows
        )

    def raw_base64(self, doc_num: DocNum) -> str:
        """See the port. Raises DocumentNotFound."""
        raw = self._table.c("RawBase64")
        row = self._session.first(select(raw).where(self._table.c("DocNum") == doc_num))
        if row is None:
            raise DocumentNotFound
        return row[0] or ""

    def places(self) -> Iterator[tuple[DocNum, PatNum, str, str]]:
        """See the port. A few thousand rows at a time."""
        last = DocNum(0)
        while rows := self._session.rows(self._sql.places, {"DocNum": last}):
            for doc_num, pat_num, folder, file_name in rows:
                yield DocNum(doc_num), PatNum(pat_num), folder or "", file_name or ""
            last = DocNum(rows[-1][0])

    def references(self, doc_num: DocNum) -> tuple[Reference, ...]:
        """See the port."""
        return references(self._session, doc_num)

    # ------------------------------------------------ writing

    def insert(
        self, document: Document, *, raw_base64: str = "", token: OperationNumber | None = None
    ) -> DocNum:
        """See the port."""
        return self._insert(columns_of_document(document) | {"RawBase64": raw_base64}, token)

    def insert_discovered(self, document: Document) -> DocNum | None:
        """See the port."""
        values = columns_of_document(document) | {"RawBase64": ""} | self._session.stamp()
        row = self._session.new_row(self._table, "DocNum", values)
        same = and_(
            self._table.c("PatNum") == document.pat_num,
            self._session.dialect.exact(self._table, "FileName", "same_name"),
        )
        chosen: AnySelect = select(
            *(bindparam(f"new_{name}", value) for name, value in row.items())
        ).where(~exists(select(self._table.c("DocNum")).where(same)))
        statement = self._table.clause.insert().from_select(list(row), chosen)
        result = self._session.write(statement, {"same_name": document.file_name})
        return DocNum(int(row.get("DocNum") or result.lastrowid)) if result.rowcount else None

    def update(
        self, doc_num: DocNum, values: Mapping[str, Any], where: Mapping[str, Any] | None = None
    ) -> bool:
        """See the port. ``doc_num`` and ``date_tstamp`` cannot be set. Degrees hold within a thousandth."""
        if {"doc_num", "date_tstamp"} & values.keys():
            raise ValueError("doc_num and date_tstamp belong to the server")
        conditions, params = self._conditions(doc_num, where or {})
        changed = self._table.checked(columns_of(values))
        if not changed:
            found = select(func.count()).select_from(self._table.clause).where(*conditions)
            return bool(self._session.rows(found, params)[0][0])
        self._session.check_size(changed)
        statement = (
            self._table.clause.update().where(*conditions).values(changed | self._session.stamp())
        )
        return self._session.write(statement, params).rowcount > 0

    def clear_token(self, doc_num: DocNum, operation: OperationNumber) -> None:
        """See the port."""
        self.update(doc_num, {"external_guid": ""}, {"external_guid": TOKEN_PREFIX + operation})

    def delete(self, doc_num: DocNum) -> bool:
        """See the port. Each step leaves what Open Dental itself leaves: MyISAM keeps a half-done delete.

        Statements first, as Open Dental lets them go before it deletes; drawings last, as it leaves them behind. Run
        again after a stop it finishes the rest, though the row is gone.
        """
        self._release("statement", doc_num)
        found = self._delete_from("document", doc_num)
        self._delete_from("eclipboardimagecapture", doc_num)
        self._delete_from(DRAWINGS, doc_num)
        return found

    # ------------------------------------------------ shelf

    def snapshot(self, doc_num: DocNum) -> Row:
        """See the port. Drawings are kept under `DRAWINGS`, since deleting takes them along."""
        rows = self._rows_of("document", doc_num)
        if not rows:
            raise DocumentNotFound
        drawings = self._rows_of(DRAWINGS, doc_num)
        return rows[0] | ({DRAWINGS: json.dumps(drawings)} if drawings else {})

    def reinsert(self, row: Row, token: OperationNumber) -> DocNum:
        """See the port."""
        values = {
            name: value for name, value in row.items() if name not in (DRAWINGS, "DateTStamp")
        }
        if str(values.get("ExternalGUID") or "").startswith(TOKEN_PREFIX):
            values["ExternalGUID"] = ""
        if self._is_taken(DocNum(int(values.get("DocNum") or 0))):
            del values["DocNum"]
        doc_num = self._insert(values, token)
        for drawing in json.loads(str(row.get(DRAWINGS, "[]"))):
            del drawing["ImageDrawNum"]
            self._session.insert(
                self._session.schema[DRAWINGS], "ImageDrawNum", drawing | {"DocNum": doc_num}
            )
        return doc_num

    # ------------------------------------------------ within

    def _insert(self, values: Mapping[str, Value], token: OperationNumber | None) -> DocNum:
        row = dict(values)
        # Decision 30: only where both say nothing.
        if token is not None and not row["ExternalGUID"] and row["ExternalSource"] in ("", "None"):
            row["ExternalGUID"] = TOKEN_PREFIX + token
        key = self._session.insert(self._table, "DocNum", row | self._session.stamp())
        self._check_stored(DocNum(key), str(row.get("RawBase64") or ""))
        return DocNum(key)

    def _check_stored(self, doc_num: DocNum, raw_base64: str) -> None:
        # Contract §1.3: what the row holds is read back before the commit, by length and content.
        if raw_base64 and self.raw_base64(doc_num) != raw_base64:
            text = "The database did not keep the whole image. Nothing was changed."
            raise DatabaseUnavailable(text, detail="RawBase64 differs")

    def _conditions(
        self, doc_num: DocNum, where: Mapping[str, Any]
    ) -> tuple[list[ColumnElement[bool]], dict[str, Any]]:
        conditions = [self._table.c("DocNum") == doc_num]
        params: dict[str, Any] = {}
        for field, value in where.items():
            if field == "note_sha256":
                conditions.append(self._session.dialect.sha256(self._table, "Note") == value)
            elif field == "crop":
                parts = columns_of({"crop": value}).items()
                conditions.extend(self._table.c(name) == part for name, part in parts)
            else:
                conditions.append(self._condition(COLUMN_OF_FIELD[field], stored(value), params))
        return conditions, params

    def _condition(self, name: str, value: Value, params: dict[str, Any]) -> ColumnElement[bool]:
        if name not in self._table:
            return bindparam(None, DOCUMENT_COLUMNS[name]) == value
        if name == "ExternalSource" and value == "":
            return self._table.c(name).in_(["", "None"])
        if name in _TEXTS:
            params[f"old_{name}"] = str(value)
            return self._session.dialect.exact(self._table, name, f"old_{name}")
        if name == "DegreesRotated":
            return func.abs(self._table.c(name) - value) < _DEGREES_TOLERANCE
        return self._table.c(name) == value

    def _is_taken(self, doc_num: DocNum) -> bool:
        number = self._table.c("DocNum")
        return (
            not doc_num or self._session.first(select(number).where(number == doc_num)) is not None
        )

    def _rows_of(self, name: str, doc_num: DocNum) -> list[dict[str, Value]]:
        table = self._known(name)
        if table is None:
            return []
        statement = select(*table.clause.c).where(table.c("DocNum") == doc_num)
        return [
            {column: _json_ready(value) for column, value in zip(table.columns, row, strict=True)}
            for row in self._session.rows(statement)
        ]

    def _release(self, name: str, doc_num: DocNum) -> None:
        table = self._known(name)
        if table is not None:
            points = table.c("DocNum") == doc_num
            self._session.write(table.clause.update().where(points).values(DocNum=0))

    def _delete_from(self, name: str, doc_num: DocNum) -> bool:
        table = self._known(name)
        if table is None:
            return False
        statement = table.clause.delete().where(table.c("DocNum") == doc_num)
        return self._session.write(statement).rowcount > 0

    def _known(self, name: str) -> Table | None:
        schema = self._session.schema
        return schema[name] if name in schema and "DocNum" in schema[name] else None


def _json_ready(value: Any) -> Value:
    if value is None or isinstance(value, str | int | float):
        return value
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
