"""Rows of ``securitylog``: inserted, never altered (decision 35).

The companion row in ``securityloghash`` is left out: its salt is Open Dental's own. Without it the entry is shown in red
in Open Dental's audit trail, and nothing else changes (facts §1.9).
"""

from typing import Any

from sqlalchemy import ColumnElement

from odimaging.db.records import Value, stored_moment
from odimaging.db.session import Session
from odimaging.model.ports import LogEntry

USER_NUM = 0
"""Nobody is logged in."""


class AuditRows:
    """See `odimaging.model.ports.AuditLog`. ``comp_name`` is this workstation's name."""

    def __init__(self, session: Session, comp_name: str) -> None:
        self._session = session
        self._comp_name = comp_name

    def add(self, entry: LogEntry) -> None:
        """See the port."""
        values: dict[str, Value] = {
            "PermType": entry.perm_type,
            "UserNum": USER_NUM,
            "LogText": entry.log_text,
            "PatNum": entry.pat_num,
            "CompName": self._comp_name,
            "FKey": entry.fkey,
            "LogSource": entry.log_source,
            "DefNum": 0,
            "DefNumError": 0,
            "DateTPrevious": stored_moment(entry.date_previous),
        }
        table = self._session.schema["securitylog"]
        row = self._session.new_row(table, "SecurityLogNum", values)
        moment: dict[str, Any] = {"LogDateTime": self._server_time()}
        self._session.write(table.clause.insert().values(row | moment))

    def _server_time(self) -> ColumnElement[Any] | str:
        clock = self._session.dialect.now()
        return stored_moment(self._session.now()) if clock is None else clock
