"""A private MariaDB server for the run, and practices on it: ours, and as Open Dental leaves them.

    def test_x(practice_database): ...            # three times: SQLite, InnoDB, MyISAM; empty practice each
    def test_y(make_practice_database): make_practice_database("innodb")
    def test_z(open_dental_database): open_dental_database((22, 4), engine="MyISAM", sql_mode="")

Needs the packages mariadb-server-core and mariadb-client-core. Without them these tests are skipped by name; with
``CI=true`` they fail.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pymysql
import pytest

from odimaging.db.practice_tables import TABLES
from odimaging.db.schema import create_practice_tables
from tests.servers import open_dental_schema
from tests.servers.certificates import Certificates, make_certificates
from tests.servers.ports import free_port

USER, PASSWORD = (
    "test",
    "test-pw",
)  # of a server that listens on this computer for the length of a run
UP_WITHIN_S = 30.0
KINDS = ("sqlite", "innodb", "myisam")


@dataclass(frozen=True)
class MariaDbServer:
    """A running server. ``certificates`` is None where it has no TLS."""

    port: int
    pid: int
    folder: Path
    certificates: Certificates | None = None

    def url(self, database: str, host: str = "127.0.0.1", user: str = USER) -> str:
        """As in a practice file: without the password."""
        return f"mysql://{user}@{host}:{self.port}/{database}"

    def execute(self, *statements: str, database: str | None = None) -> list[tuple[Any, ...]]:
        """As the administrator; rows of the last statement."""
        connection = pymysql.connect(
            unix_socket=str(self.folder / "s"),
            user="root",
            database=database,
            autocommit=True,
            ssl_disabled=True,
        )
        with closing(connection), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())


@dataclass(frozen=True)
class PracticeDatabase:
    """A database to be opened with ``open_database(url, password, …)``. ``name`` is '' for SQLite."""

    kind: str
    url: str
    password: str | None
    name: str = ""
    server: MariaDbServer | None = field(default=None, repr=False)


class MakeOpenDental(Protocol):
    """Makes a database as Open Dental leaves it; a new one each time."""

    def __call__(
        self,
        version: tuple[int, int] = (24, 3),
        *,
        engine: str = "InnoDB",
        sql_mode: str = "",
        charset: str = "utf8",
        lower_case: bool = False,
    ) -> PracticeDatabase: ...


MakePractice = Callable[[str], PracticeDatabase]


# ---------------------------------------------------------------- server


def missing(name: str) -> None:
    """This server is not installed: a failure in CI, a skip that names it elsewhere."""
    text = f"{name} is not installed"
    if os.environ.get("CI") == "true":
        pytest.fail(text)
    pytest.skip(text)


@contextmanager
def running_mariadb(*options: str, tls: bool = False) -> Iterator[MariaDbServer]:
    """From nothing to up in about two seconds; gone without a trace afterwards."""
    daemon = shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    installer = shutil.which("mariadb-install-db")
    if daemon is None or installer is None:
        missing("MariaDB")
        return
    with tempfile.TemporaryDirectory(prefix="mdb-") as name:  # a socket path may have 107 bytes
        folder = Path(name)
        as_root = ["--user=root"] if os.geteuid() == 0 else []
        _install(installer, folder, as_root)
        (folder / "tmp").mkdir()
        certificates = make_certificates(folder / "tls", "localhost") if tls else None
        port = free_port()
        command = [daemon, *_options(folder, port, certificates), *options, *as_root]
        with (folder / "log").open("wb") as log, _started(command, log) as process:
            server = MariaDbServer(port, process.pid, folder, certificates)
            _wait_until_up(server, process)
            server.execute(
                f"CREATE USER '{USER}'@'%' IDENTIFIED BY '{PASSWORD}'",
                f"GRANT ALL ON *.* TO '{USER}'@'%' WITH GRANT OPTION",
            )
            yield server
            if process.poll() is not None:
                raise RuntimeError(f"MariaDB ended by itself:\n{_end_of_log(folder)}")


def _end_of_log(folder: Path) -> str:
    return (folder / "log").read_text("utf-8", "replace")[-6000:]


def _install(installer: str, folder: Path, as_root: list[str]) -> None:
    command = [installer, "--no-defaults", f"--datadir={folder / 'data'}", *as_root]
    command += ["--auth-root-authentication-method=normal", "--skip-test-db"]
    command += ["--skip-name-resolve", "--force"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _options(folder: Path, port: int, certificates: Certificates | None) -> list[str]:
    options = [
        "--no-defaults",
        f"--datadir={folder / 'data'}",
        f"--socket={folder / 's'}",
        f"--pid-file={folder / 'pid'}",
        f"--tmpdir={folder / 'tmp'}",  # not the caller's: without its folder for tables the server crashes
        f"--port={port}",
        "--bind-address=127.0.0.1",
        "--skip-name-resolve",
        "--skip-log-bin",
        "--performance-schema=OFF",
        "--innodb-buffer-pool-size=32M",
        "--innodb-log-file-size=16M",
        "--innodb-flush-log-at-trx-commit=0",
    ]
    if certificates is not None:
        options += [f"--ssl-ca={certificates.ca}", f"--ssl-cert={certificates.certificate}"]
        options += [f"--ssl-key={certificates.key}", "--require-secure-transport=ON"]
        options += ["--tls-version=TLSv1.2,TLSv1.3"]
    return options


@contextmanager
def _started(command: list[str], log: Any) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)  # a test may have frozen it
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_up(server: MariaDbServer, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + UP_WITHIN_S
    while not _accepts(server.folder / "s"):
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"MariaDB did not start:\n{_end_of_log(server.folder)}")
        time.sleep(0.03)  # outside any test's own time: there is nothing to wait on but the socket


def _accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as found:
        return found.connect_ex(str(path)) == 0


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDbServer]:
    """Without TLS, on this computer only."""
    with running_mariadb() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb_tls() -> Iterator[MariaDbServer]:
    """Insists on TLS; its certificate is for ``localhost``, not for 127.0.0.1."""
    with running_mariadb(tls=True) as server:
        yield server


@pytest.fixture(scope="session")
def mariadb_lower_case() -> Iterator[MariaDbServer]:
    """As hosted on Windows: names of tables in lower case only."""
    with running_mariadb("--lower-case-table-names=1") as server:
        yield server


# ---------------------------------------------------------------- practices of our own


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("practice") / "practice.db"
    create_practice_tables(f"sqlite:///{path}", doc_path="/images")
    return path


@pytest.fixture
def make_practice_database(request: pytest.FixtureRequest, tmp_path: Path) -> MakePractice:
    """An empty practice of the kind asked for: one a kind and test."""

    def make(kind: str) -> PracticeDatabase:
        if kind == "sqlite":
            path = tmp_path / "practice.db"
            shutil.copy(request.getfixturevalue("_sqlite_template"), path)
            return PracticeDatabase(kind, f"sqlite:///{path}", None)
        server: MariaDbServer = request.getfixturevalue("mariadb")
        name = f"practice_{kind}"
        _make_empty(server, name, "MyISAM" if kind == "myisam" else "InnoDB")
        return PracticeDatabase(kind, server.url(name), PASSWORD, name, server)

    return make


def _make_empty(server: MariaDbServer, name: str, engine: str) -> None:
    """Make the practice once, then empty it: much faster than making it again."""
    template = f"{name}_template"
    if not server.execute(f"SHOW DATABASES LIKE '{template}'"):
        for new in (name, template):
            create_practice_tables(
                server.url(new), PASSWORD, doc_path="/images", table_engine=engine
            )
        return
    refill = [f"DELETE FROM {table}" for table in TABLES]
    for table in ("definition", "preference"):
        refill.append(f"INSERT INTO {table} SELECT * FROM {template}.{table}")
    server.execute(*refill, database=name)


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("innodb", marks=pytest.mark.mariadb),
        pytest.param("myisam", marks=pytest.mark.mariadb),
    ]
)
def practice_database(
    request: pytest.FixtureRequest, make_practice_database: MakePractice
) -> PracticeDatabase:
    """An empty practice on SQLite, InnoDB and MyISAM in turn."""
    return make_practice_database(request.param)


# ---------------------------------------------------------------- Open Dental's


@pytest.fixture
def open_dental_database(request: pytest.FixtureRequest) -> Iterator[MakeOpenDental]:
    """As Open Dental leaves it: patient 15, two visible categories, one hidden, two providers, many empty tables."""
    made: list[tuple[MariaDbServer, str]] = []

    def make(
        version: tuple[int, int] = (24, 3),
        *,
        engine: str = "InnoDB",
        sql_mode: str = "",
        charset: str = "utf8",
        lower_case: bool = False,
    ) -> PracticeDatabase:
        server: MariaDbServer = request.getfixturevalue(
            "mariadb_lower_case" if lower_case else "mariadb"
        )
        name = f"opendental{version[0]}_{version[1]}_{len(made)}"
        server.execute(f"CREATE DATABASE {name}", f"SET GLOBAL sql_mode='{sql_mode}'")
        made.append((server, name))
        server.execute(*open_dental_schema.statements(version, engine, charset), database=name)
        return PracticeDatabase(engine.lower(), server.url(name), PASSWORD, name, server)

    yield make
    for server, name in made:
        server.execute(f"DROP DATABASE {name}", "SET GLOBAL sql_mode=DEFAULT")
