"""How to connect to MariaDB and MySQL: time-outs, verified TLS, and the session settings we insist on.

Open Dental's server stays as it is; strict mode, READ COMMITTED and the waiting times hold for our connections alone.
"""

import ipaddress
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pymysql
from pymysql.constants import CLIENT, FIELD_TYPE
from pymysql.converters import conversions
from sqlalchemy import URL

from odimaging.db.translate import translating
from odimaging.model.errors import DatabaseUnavailable

CONNECT_S = 5
"""To connect and log in, and for the answer to the ping before a pooled connection is used again."""
READ_S = 15
"""For any other answer; also the limit for sending."""
LOCK_WAIT_S = 5
"""For a row or table others hold."""
DEFAULT_PORT = 3306

STRICT = "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION"
"""Our sessions' SQL mode: an over-long text or a foreign character is an error, never a silent cut."""

_NUMBERS_ONLY = {
    key: value
    for key, value in conversions.items()
    if key not in (FIELD_TYPE.DATE, FIELD_TYPE.DATETIME, FIELD_TYPE.TIMESTAMP, FIELD_TYPE.TIME)
}
# Moments stay text (see `records`): half the time of a long list went into the driver's date parser.


class TimedConnection(pymysql.connections.Connection):
    """A connection that waits `CONNECT_S` where the answer must be near, `READ_S` elsewhere.

    The driver knows one read time-out only. A frozen server is found by the ping; 15 s there and 15 s for the new
    connection would be more than the 20 s within which the user gets an answer.
    """

    @property
    def number(self) -> int:
        """By which the server knows it."""
        return int(self.thread_id())  # type: ignore[no-untyped-call]  # the stubs leave it out

    def connect(self, sock: Any = None) -> None:
        """With login, in `CONNECT_S` a step."""
        self._read_timeout = CONNECT_S
        super().connect(sock)
        self._read_timeout = READ_S

    def ping(self, reconnect: bool | None = False) -> None:
        """In `CONNECT_S`."""
        self._read_timeout = CONNECT_S
        try:
            super().ping(reconnect=False)
        finally:
            self._read_timeout = READ_S


def is_loopback(host: str) -> bool:
    """Whether the server is this computer."""
    if host.lower() in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Transport:
    """How the way to the server is protected; without a context in plain text."""

    context: ssl.SSLContext | None

    @property
    def arguments(self) -> dict[str, Any]:
        """For the driver. One context is shared by all connections: making one costs 36 ms."""
        return {"ssl": self.context} if self.context else {"ssl_disabled": True}


def transport_for(
    host: str, *, socket: str = "", ssl_ca: str | None = None, allow_plaintext: bool = False
) -> Transport:
    """Verified TLS unless the server is this computer; plain text elsewhere only where the administrator accepted it.

    With ``ssl_ca`` always verified, on this computer too. Raises DatabaseUnavailable if that file cannot be read.
    """
    if ssl_ca is None and (socket or is_loopback(host) or allow_plaintext):
        return Transport(None)
    try:
        context = ssl.create_default_context(cafile=ssl_ca)
    except OSError as error:
        text = "The file with the certificate authority of the database cannot be read."
        raise DatabaseUnavailable(text, detail=type(error).__name__) from error
    # Certificates made by MySQL itself lack extensions that Python 3.13 asks for; name and signature are still checked.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return Transport(context)


@dataclass(frozen=True)
class MySqlServer:
    """Where a database is and how to get there; makes connections that are ready to be used."""

    url: URL
    transport: Transport
    password: str = field(default="", repr=False)
    session_settings: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        """As the administrator wrote it."""
        return self.url.host or "localhost"

    @property
    def database(self) -> str:
        """Its name."""
        return self.url.database or ""

    @property
    def loopback(self) -> bool:
        """Whether no network is on the way."""
        return bool(self._socket) or is_loopback(self.host)

    @property
    def place(self) -> str:
        """Host, port and name: the same however this computer is called."""
        host = "localhost" if self.loopback else self.host.lower()
        return f"{host}:{self._socket or self.url.port or DEFAULT_PORT}/{self.database}"

    def with_settings(self, session_settings: tuple[str, ...]) -> "MySqlServer":
        """The same, telling each connection these settings first."""
        return replace(self, session_settings=session_settings)

    def connect(self, database: str | None = None) -> TimedConnection:
        """A connection with our settings. Raises the driver's errors."""
        connection = TimedConnection(
            host=self.host,
            port=self.url.port or DEFAULT_PORT,
            unix_socket=self._socket or None,
            user=self.url.username or "",
            password=self.password,
            database=self.database if database is None else database,
            charset="utf8mb4",
            connect_timeout=CONNECT_S,
            read_timeout=READ_S,
            write_timeout=READ_S,
            client_flag=CLIENT.FOUND_ROWS,
            conv=_NUMBERS_ONLY | _ESCAPES,
            **self.transport.arguments,
        )
        with connection.cursor() as cursor:
            for statement in self.session_settings:
                cursor.execute(statement)
        return connection

    @property
    def _socket(self) -> str:
        return str(self.url.query.get("unix_socket", ""))


_ESCAPES: dict[Any, Callable[..., Any]] = {
    key: value for key, value in conversions.items() if isinstance(key, type)
}

_VARIABLES = (
    "version",
    "version_comment",
    "sql_mode",
    "binlog_format",
    "log_bin",
    "max_allowed_packet",
    "innodb_lock_wait_timeout",
    "lock_wait_timeout",
    "wsrep_on",
    "lower_case_table_names",
)


@dataclass(frozen=True)
class ServerVariables:
    """What the server said of itself at the first connect."""

    values: Mapping[str, str]
    tls_cipher: str

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def version(self) -> str:
        """With its maker: ``10.11.8-MariaDB``, ``8.0.36 MySQL …``."""
        version, comment = self["version"], self["version_comment"]
        return version if "MariaDB" in version else f"{version} {comment}".strip()

    @property
    def max_packet(self) -> int:
        """Bytes of one statement."""
        return int(self["max_allowed_packet"] or 16 * 1024 * 1024)

    @property
    def is_galera(self) -> bool:
        """A cluster, which refuses GET_LOCK."""
        return self["wsrep_on"] in ("ON", "1")

    def session_settings(self) -> tuple[str, ...]:
        """What every connection of ours is told first; only variables this server knows."""
        wanted = {"innodb_lock_wait_timeout": LOCK_WAIT_S, "lock_wait_timeout": LOCK_WAIT_S}
        waits = [f"{name}={seconds}" for name, seconds in wanted.items() if name in self.values]
        settings = ["SET SESSION " + ", ".join([f"sql_mode='{STRICT}'", *waits])]
        logs_statements = self["binlog_format"] == "STATEMENT" and self["log_bin"] in ("ON", "1")
        if not logs_statements:
            settings.append("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
        return tuple(settings)


def ask_server(server: MySqlServer) -> ServerVariables:
    """One connection to learn what the server is. Raises DatabaseUnavailable, with the login or TLS named as the cause."""
    marks = ", ".join(["%s"] * len(_VARIABLES))
    with translating(), server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"SHOW VARIABLES WHERE Variable_name IN ({marks})", _VARIABLES)
        values = {str(name).lower(): str(value) for name, value in cursor.fetchall()}
        cursor.execute("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
        row = cursor.fetchone()
    return ServerVariables(values, str(row[1]) if row else "")
