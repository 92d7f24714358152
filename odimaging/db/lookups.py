"""Patients, image categories, providers and preferences."""

import re
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select

from odimaging.db.records import PATIENT_COLUMNS, Value, patient_of
from odimaging.db.session import Session
from odimaging.db.tables import AnySelect
from odimaging.model.definition import IMAGE_CATEGORIES, Definition, Provider
from odimaging.model.errors import PatientNotFound
from odimaging.model.ids import DefNum, PatNum, ProvNum
from odimaging.model.patient import Patient

_CATEGORY_COLUMNS: dict[str, Value] = {
    "DefNum": 0,
    "ItemName": "",
    "ItemOrder": 0,
    "ItemValue": "",
    "IsHidden": 0,
}
_PROVIDER_COLUMNS: dict[str, Value] = {"ProvNum": 0, "Abbr": "", "IsHidden": 0, "ProvStatus": 0}
_PROVIDER_DELETED = 1
"""``provider.ProvStatus``."""


class PatientRows:
    """See `odimaging.model.ports.Patients`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._table = session.schema["patient"]

    def get(self, pat_num: PatNum) -> Patient:
        """See the port."""
        row = self._session.first(self._select().where(self._table.c("PatNum") == pat_num))
        if row is None:
            raise PatientNotFound
        return patient_of(row)

    def set_image_folder(self, pat_num: PatNum, folder: str) -> None:
        """See the port."""
        known = self._table.c("ImageFolder")
        values = self._table.checked({"ImageFolder": folder})
        statement = (
            self._table.clause.update()
            .where(self._table.c("PatNum") == pat_num, or_(known == "", known.is_(None)))
            .values(values)
        )
        self._session.write(statement)

    def after(self, pat_num: PatNum, limit: int) -> tuple[Patient, ...]:
        """See the port."""
        number = self._table.c("PatNum")
        statement = self._select().where(number > pat_num).order_by(number).limit(limit)
        return tuple(map(patient_of, self._session.rows(statement)))

    def with_prefix(self, text: str, limit: int) -> tuple[Patient, ...]:
        """See the port. By last name, first name, PatNum; how letters compare is the database's matter."""
        names = [name for name in ("LName", "FName", "Preferred") if name in self._table]
        # One statement a name: each goes through that name's index, an OR through none.
        # A whole pattern and a literal escape: else SQLite uses no index.
        pattern = re.sub(r"([%_/])", r"/\1", text) + "%"
        conditions: list[ColumnElement[bool]] = [
            self._table.c(name).like(pattern, escape="/") for name in names
        ]
        if text.isascii() and text.isdigit():
            conditions.append(self._table.c("PatNum") == int(text))
        found = {
            patient.pat_num: patient
            for condition in conditions
            for patient in self._sorted(condition, limit)
        }
        return tuple(sorted(found.values(), key=_by_name)[:limit])

    def born(self, birthdate: date, limit: int) -> tuple[Patient, ...]:
        """See the port."""
        if "Birthdate" not in self._table:
            return ()
        return self._sorted(self._table.c("Birthdate") == birthdate.isoformat(), limit)

    def newest_change(self) -> tuple[int, int]:
        """See the port."""
        number = self._table.c("PatNum")
        row = self._session.rows(select(func.max(number), func.count(number)))[0]
        return row[0] or 0, row[1]

    def _select(self) -> AnySelect:
        return self._table.selection(PATIENT_COLUMNS)

    def _sorted(self, condition: ColumnElement[bool], limit: int) -> tuple[Patient, ...]:
        order = [self._table.c(name) for name in ("LName", "FName", "PatNum")]
        statement = self._select().where(condition).order_by(*order).limit(limit)
        return tuple(map(patient_of, self._session.rows(statement)))


def _by_name(patient: Patient) -> tuple[str, str, int]:
    return patient.lname.lower(), patient.fname.lower(), patient.pat_num


class DefinitionRows:
    """See `odimaging.model.ports.Definitions`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def image_categories(self) -> tuple[Definition, ...]:
        """See the port."""
        table = self._session.schema["definition"]
        statement = (
            table.selection(_CATEGORY_COLUMNS)
            .where(table.c("Category") == IMAGE_CATEGORIES)
            .order_by(table.c("ItemOrder"), table.c("DefNum"))
        )
        return tuple(
            Definition(DefNum(number), name or "", order, value or "", hidden != 0)
            for number, name, order, value, hidden in self._session.rows(statement)
        )

    def providers(self) -> tuple[Provider, ...]:
        """See the port. A deleted one counts as hidden."""
        if "provider" not in self._session.schema:
            return ()
        table = self._session.schema["provider"]
        order = [table.c(name) for name in ("ItemOrder", "ProvNum") if name in table]
        return tuple(
            Provider(ProvNum(number), abbr or "", hidden != 0 or status == _PROVIDER_DELETED)
            for number, abbr, hidden, status in self._session.rows(
                table.selection(_PROVIDER_COLUMNS).order_by(*order)
            )
        )


class PreferenceRows:
    """See `odimaging.model.ports.Preferences`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, name: str) -> str | None:
        """See the port."""
        if "preference" not in self._session.schema:
            return None
        table = self._session.schema["preference"]
        statement = select(table.c("ValueString")).where(table.c("PrefName") == name)
        row = self._session.first(statement)
        return None if row is None else row[0] or ""
