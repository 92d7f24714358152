"""Opens a practice's database, whatever its kind, and hands out units of work and locks.

Importing this module loads SQLAlchemy, a quarter of a second: `app` does so after the first paint.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, QueuePool, create_engine, make_url, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError

from odimaging.db import sqlite
from odimaging.db.documents import DocumentSql
from odimaging.db.lock_files import ExclusiveLockFiles
from odimaging.db.locks import FileLocks, ServerLocks
from odimaging.db.mysql import MySqlServer, ServerVariables, ask_server, transport_for
from odimaging.db.session import Dialect, MySqlDialect, Session, SqliteDialect
from odimaging.db.tables import Schema, mysql_schema, sqlite_schema
from odimaging.db.translate import translating
from odimaging.db.unit_of_work import DatabaseUnit
from odimaging.model.errors import DatabaseUnavailable

POOL_SIZE = 4
MAX_OVERFLOW = 8
POOL_WAIT_S = 5
SIDE_STORE = ".odimaging"
"""Beside a SQLite file (decision 47)."""

AnyLocks = ServerLocks | FileLocks | ExclusiveLockFiles


@dataclass(frozen=True, slots=True)
class DatabaseInfo:
    """What the status page tells of the database. ``tls_cipher`` is '' where nothing is encrypted."""

    kind: str
    server_version: str
    table_engine: str
    sql_mode: str
    tls_cipher: str
    loopback: bool


class Database:
    """An opened practice. Any thread may call ``unit_of_work``; each unit has its own connection."""

    def __init__(
        self,
        *,
        engine: Engine,
        dialect: Dialect,
        schema: Schema,
        locks: AnyLocks,
        identity: str,
        info: DatabaseInfo,
        comp_name: str,
    ) -> None:
        self._engine = engine
        self._dialect = dialect
        self._schema = schema
        self._info = info
        self._comp_name = comp_name
        self._document_sql = DocumentSql(schema, dialect)
        self.locks: AnyLocks = locks
        self.identity = identity
        """The same for this database at every start; names no person and no password."""
        self.read_only_reason = schema.read_only_reason
        """'' as usual; else why nothing can be written (decision 51)."""
        self._random_keys = self._preference("RandomPrimaryKeys") == "1"
        self.open_dental_beside = self._preference("ProgramVersion") is not None
        """Whether an Open Dental works on the same rows (decision 48)."""

    def unit_of_work(self) -> DatabaseUnit:
        """See `odimaging.model.ports.UnitOfWork`; the bound method is the `UnitOfWorkFactory`."""
        return DatabaseUnit(self._open_session, self._document_sql, self._comp_name)

    def info(self) -> DatabaseInfo:
        """As it was found at opening."""
        return self._info

    def close(self) -> None:
        """End all connections. Units of work still open end with an error."""
        self.locks.close()
        self._engine.dispose()

    def _open_session(self) -> Session:
        with translating():
            connection = self._engine.connect()
        return Session(
            connection,
            self._schema,
            self._dialect,
            read_only_reason=self.read_only_reason,
            random_keys=self._random_keys,
            still_locked=self.locks.check_held,
        )

    def _preference(self, name: str) -> str | None:
        if "preference" not in self._schema:
            return None
        table = self._schema["preference"]
        statement = select(table.c("ValueString")).where(table.c("PrefName") == name)
        with translating(), self._engine.connect() as connection:
            row = connection.execute(statement).first()
        return None if row is None else str(row[0])


def open_database(
    url: str,
    password: str | None,
    *,
    comp_name: str,
    ssl_ca: str | None = None,
    allow_plaintext: bool = False,
    lock_folder: str | None = None,
) -> Database:
    """Open ``sqlite:///path``, ``mysql://user@host:port/name`` or ``mariadb://…``, which must hold a practice.

    ``comp_name`` is what the audit log calls this workstation. ``lock_folder`` is needed by SQLite (default: beside
    the file) and by clusters. Raises DatabaseUnavailable, SchemaTooNew.
    """
    parsed = parse_url(url)
    folder = Path(lock_folder) if lock_folder else None
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(Path(parsed.database or ""), folder, comp_name)
    server = server_of(parsed, password, ssl_ca=ssl_ca, allow_plaintext=allow_plaintext)
    return _open_server(server, folder, comp_name)


def parse_url(url: str) -> URL:
    """Raises DatabaseUnavailable for what is none of ours."""
    text = "This is not an address of a database the program knows."
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseUnavailable(text, detail="url") from error
    if parsed.get_backend_name() not in ("sqlite", "mysql", "mariadb") or not parsed.database:
        raise DatabaseUnavailable(text, detail="url")
    return parsed


def server_of(
    url: URL, password: str | None, *, ssl_ca: str | None, allow_plaintext: bool
) -> MySqlServer:
    """Where to connect, and how protected. A password within the URL counts if none is given."""
    transport = transport_for(
        url.host or "",
        socket=str(url.query.get("unix_socket", "")),
        ssl_ca=ssl_ca,
        allow_plaintext=allow_plaintext,
    )
    secret = password if password is not None else str(url.password or "")
    return MySqlServer(url.set(password=None), transport, secret)


def pooled(dialect: str, connect: Callable[[], Any]) -> Engine:
    """An engine over connections made by ``connect``; no value ever appears in an error or a log."""
    return create_engine(
        f"{dialect}://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=POOL_SIZE,
        max_overflow=MAX_OVERFLOW,
        pool_timeout=POOL_WAIT_S,
        pool_pre_ping=dialect != "sqlite",
        hide_parameters=True,
    )


def _open_sqlite(path: Path, lock_folder: Path | None, comp_name: str) -> Database:
    if not path.is_file():
        raise DatabaseUnavailable("The practice file is not there.", detail="no file")
    sqlite.refuse_network_folder(path)
    engine = pooled("sqlite", partial(sqlite.connect, path))
    with translating(), engine.connect() as connection:
        schema = sqlite_schema(connection)
        version = str(connection.exec_driver_sql("SELECT sqlite_version()").scalar())
    whole = path.resolve()
    return Database(
        engine=engine,
        dialect=SqliteDialect(),
        schema=schema,
        locks=FileLocks(lock_folder or whole.parent / SIDE_STORE / "locks"),
        identity=_identity("sqlite", str(whole)),
        info=DatabaseInfo("sqlite", version, "SQLite", "", "", loopback=True),
        comp_name=comp_name,
    )


def _open_server(server: MySqlServer, lock_folder: Path | None, comp_name: str) -> Database:
    variables = ask_server(server)
    server = server.with_settings(variables.session_settings())
    engine = pooled("mysql+pymysql", server.connect)
    with translating(), engine.connect() as connection:
        schema = mysql_schema(connection)
        table_engine = _table_engine(connection)
    return Database(
        engine=engine,
        dialect=MySqlDialect(variables.max_packet),
        schema=schema,
        locks=_locks_of(server, variables, lock_folder),
        identity=_identity("mysql", server.place),
        info=DatabaseInfo(
            kind="mariadb" if "MariaDB" in variables.version else "mysql",
            server_version=variables.version,
            table_engine=table_engine,
            sql_mode=variables["sql_mode"],
            tls_cipher=variables.tls_cipher,
            loopback=server.loopback,
        ),
        comp_name=comp_name,
    )


def _table_engine(connection: Connection) -> str:
    statement = (
        "SELECT ENGINE FROM information_schema.TABLES "
        "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'document'"
    )
    return str(connection.exec_driver_sql(statement).scalar() or "")


def _locks_of(
    server: MySqlServer, variables: ServerVariables, lock_folder: Path | None
) -> AnyLocks:
    if not variables.is_galera:
        return ServerLocks(server.connect, server.database)
    if lock_folder is None:
        text = (
            "This cluster knows no locks. Name a shared folder for lock files in the practice file."
        )
        raise DatabaseUnavailable(text, detail="galera without lock folder")
    return ExclusiveLockFiles(lock_folder)


def _identity(kind: str, place: str) -> str:
    return hashlib.sha256(f"{kind}:{place}".encode()).hexdigest()[:16]
