"""One unit of work: a connection for the length of a with-block, and the record sets on it."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from types import TracebackType
from typing import Self

from odimaging.db.audit import AuditRows
from odimaging.db.documents import DocumentRows, DocumentSql
from odimaging.db.lookups import DefinitionRows, PatientRows, PreferenceRows
from odimaging.db.mounts import MountRows
from odimaging.db.seed import SeedRows
from odimaging.db.session import Session


class DatabaseUnit:
    """See `odimaging.model.ports.UnitOfWork`. The transaction begins with the first write, so that looking blocks nobody."""

    def __init__(
        self, open_session: Callable[[], Session], document_sql: DocumentSql, comp_name: str
    ) -> None:
        self._open_session = open_session
        self._document_sql = document_sql
        self._comp_name = comp_name
        self._session: Session | None = None

    @cached_property
    def patients(self) -> PatientRows:
        """See the port."""
        return PatientRows(self._opened)

    @cached_property
    def definitions(self) -> DefinitionRows:
        """See the port."""
        return DefinitionRows(self._opened)

    @cached_property
    def documents(self) -> DocumentRows:
        """See the port."""
        return DocumentRows(self._opened, self._document_sql)

    @cached_property
    def mounts(self) -> MountRows:
        """See the port."""
        return MountRows(self._opened)

    @cached_property
    def log(self) -> AuditRows:
        """See the port."""
        return AuditRows(self._opened, self._comp_name)

    @cached_property
    def preferences(self) -> PreferenceRows:
        """See the port."""
        return PreferenceRows(self._opened)

    @cached_property
    def seed(self) -> SeedRows:
        """Rows that imaging itself never makes. Not of the port: for the demo practice."""
        return SeedRows(self._opened)

    def now(self) -> datetime:
        """See the port."""
        return self._opened.now()

    def commit(self) -> None:
        """See the port."""
        self._opened.commit()

    def __enter__(self) -> Self:
        self._session = self._open_session()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()

    @property
    def _opened(self) -> Session:
        if self._session is None:
            raise RuntimeError("a unit of work is used outside its with-block")
        return self._session
