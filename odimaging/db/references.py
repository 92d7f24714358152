"""What keeps a document from being deleted (facts §1.10, decision 21), in words without names."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, select

from odimaging.db.records import EMPTY_MOMENT, moment_of
from odimaging.db.session import Session
from odimaging.db.tables import AnySelect, Schema, Table
from odimaging.model.ids import DocNum
from odimaging.model.ports import Reference

PATIENT_IMAGE_FIELD = 10
"""``sheetfield.FieldType`` of a picture of the patient; its FieldValue is the DocNum as text."""
_MONTHS = "January February March April May June July August September October November December"


def references(session: Session, doc_num: DocNum) -> tuple[Reference, ...]:
    """Everything that points at the document. Tables this database lacks hold nothing."""
    schema = session.schema
    found = [*_sheets(session, doc_num)]
    for name, words, date_column in (
        ("statement", "a statement", "DateSent"),
        ("taskattachment", "a task", ""),
        ("ehrlabimage", "a lab case", ""),
    ):
        if name in schema:
            table = schema[name]
            statement = _dated(table, date_column).where(table.c("DocNum") == doc_num)
            found += [_words(words, *row) for row in session.rows(statement)]
    return tuple(map(Reference, found))


def _sheets(session: Session, doc_num: DocNum) -> Iterator[str]:
    schema = session.schema
    if "sheet" not in schema:
        return
    sheet = schema["sheet"]
    alive = sheet.c("IsDeleted") == 0 if "IsDeleted" in sheet else sheet.c("SheetNum") > 0
    conditions = [sheet.c("DocNum") == doc_num] if "DocNum" in sheet else []
    if "sheetfield" in schema:
        conditions.append(sheet.c("SheetNum").in_(_holding(schema, doc_num).scalar_subquery()))
    numbers = set()
    for condition in conditions:
        statement = _dated(sheet, "DateTimeSheet", sheet.c("SheetNum")).where(condition, alive)
        for number, date in session.rows(statement):
            if number not in numbers:
                numbers.add(number)
                yield _words("a sheet", date)


def _holding(schema: Schema, doc_num: DocNum) -> AnySelect:
    field = schema["sheetfield"]
    shows_it = and_(
        field.c("FieldType") == PATIENT_IMAGE_FIELD, field.c("FieldValue") == str(doc_num)
    )
    return select(field.c("SheetNum")).where(shows_it)


def _dated(table: Table, date_column: str, *columns: ColumnElement[int]) -> AnySelect:
    return select(*columns, *table.picked({date_column: ""})).select_from(table.clause)


def _words(what: str, date: str | None) -> str:
    moment = moment_of(date)
    return (
        what
        if moment == EMPTY_MOMENT
        else f"{what} of {moment.day} {_MONTHS.split()[moment.month - 1]} {moment.year}"
    )
