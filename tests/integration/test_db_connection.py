"""The way to a MariaDB server: verified or refused, cut, frozen, restarted; and what is told about it."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from odimaging.db.engine import Database, open_database
from odimaging.db.schema import create_practice_tables
from odimaging.model.document import Document
from odimaging.model.errors import (
    DatabaseBusy,
    DatabaseUnavailable,
    DocumentNotFound,
    InvalidField,
    LockBusy,
    SchemaTooNew,
)
from odimaging.model.ids import DefNum, DocNum, OperationNumber, PatNum
from odimaging.model.ports import LogEntry
from tests.servers.certificates import make_certificates
from tests.servers.mariadb import (
    PASSWORD,
    MakePractice,
    MariaDbServer,
    PracticeDatabase,
    running_mariadb,
)
from tests.servers.proxy import proxy

pytestmark = pytest.mark.mariadb

OPERATION = OperationNumber("0123456789abcdef" * 2)


def document(**fields: Any) -> Document:
    made = datetime(2025, 5, 12, 14, 30)
    return Document(DocNum(0), PatNum(7), DefNum(3), made, **{"file_name": "a.jpg"} | fields)


@contextmanager
def opened(url: str, password: str | None = PASSWORD, **options: Any) -> Iterator[Database]:
    with closing(open_database(url, password, comp_name="PC1", **options)) as database:
        yield database


@pytest.fixture
def practice(make_practice_database: MakePractice) -> PracticeDatabase:
    return make_practice_database("innodb")


@pytest.fixture
def server(practice: PracticeDatabase) -> MariaDbServer:
    assert practice.server is not None
    return practice.server


@pytest.fixture
def database(practice: PracticeDatabase) -> Iterator[Database]:
    with opened(practice.url) as database:
        yield database


def connections(server: MariaDbServer) -> list[int]:
    return [
        row[0]
        for row in server.execute("SELECT ID FROM information_schema.PROCESSLIST WHERE USER='test'")
    ]


# ---------------------------------------------------------------- TLS


@pytest.fixture
def tls_practice(mariadb_tls: MariaDbServer) -> MariaDbServer:
    if not mariadb_tls.execute("SHOW DATABASES LIKE 'practice'"):
        assert mariadb_tls.certificates is not None
        create_practice_tables(
            mariadb_tls.url("practice", "localhost"),
            PASSWORD,
            ssl_ca=str(mariadb_tls.certificates.ca),
        )
    return mariadb_tls


def test_verified_tls(tls_practice: MariaDbServer) -> None:
    assert tls_practice.certificates is not None
    ca = str(tls_practice.certificates.ca)
    with opened(tls_practice.url("practice", "localhost"), ssl_ca=ca) as database:
        assert database.info().tls_cipher.startswith(("TLS_", "ECDHE"))
        with database.unit_of_work() as work, database.locks.hold("doc:1"):
            doc_num = work.documents.insert(document())
            assert work.documents.get(doc_num).file_name == "a.jpg"


def test_another_authority_is_refused(tls_practice: MariaDbServer, tmp_path: Path) -> None:
    other = make_certificates(tmp_path, "localhost")
    url = tls_practice.url("practice", "localhost")
    with pytest.raises(DatabaseUnavailable, match="certificate"), opened(url, ssl_ca=str(other.ca)):
        pass


def test_another_name_is_refused(tls_practice: MariaDbServer) -> None:
    assert tls_practice.certificates is not None
    url, ca = tls_practice.url("practice", "127.0.0.1"), str(tls_practice.certificates.ca)
    with pytest.raises(DatabaseUnavailable, match="certificate"), opened(url, ssl_ca=ca):
        pass


def test_a_server_without_tls_is_refused_where_tls_is_asked_for(
    practice: PracticeDatabase, tls_practice: MariaDbServer
) -> None:
    assert tls_practice.certificates is not None
    ca = str(tls_practice.certificates.ca)
    with pytest.raises(DatabaseUnavailable, match="TLS"), opened(practice.url, ssl_ca=ca):
        pass


def test_a_refused_plain_login_names_tls(tls_practice: MariaDbServer) -> None:
    with pytest.raises(DatabaseUnavailable, match="TLS"), opened(tls_practice.url("practice")):
        pass


def test_a_wrong_password_and_an_unknown_database(practice: PracticeDatabase) -> None:
    with pytest.raises(DatabaseUnavailable, match="password"), opened(practice.url, "wrong"):
        pass
    with pytest.raises(DatabaseUnavailable, match="does not know"), opened(f"{practice.url}x"):
        pass


def test_what_is_told_of_the_database(practice: PracticeDatabase, database: Database) -> None:
    info = database.info()
    assert (info.kind, info.table_engine, info.tls_cipher) == ("mariadb", "InnoDB", "")
    assert info.loopback
    assert "MariaDB" in info.server_version
    with opened(practice.url.replace("127.0.0.1", "localhost")) as again:
        assert again.identity == database.identity
    assert PASSWORD not in repr(vars(database))


def test_sessions_are_strict_and_read_what_is_committed(database: Database) -> None:
    with database._engine.connect() as connection:
        row = connection.exec_driver_sql(
            "SELECT @@sql_mode, @@tx_isolation, @@innodb_lock_wait_timeout, @@lock_wait_timeout"
        ).one()
    assert "STRICT_ALL_TABLES" in row[0]
    assert row[1:] == ("READ-COMMITTED", 5, 5)


def test_a_server_that_logs_statements_keeps_its_isolation() -> None:
    options = ("--log-bin=bin", "--binlog-format=STATEMENT", "--server-id=1")
    with running_mariadb(*options) as logging_server:
        url = logging_server.url("practice")
        create_practice_tables(url, PASSWORD)
        with opened(url) as database, database.unit_of_work() as work:
            doc_num = work.documents.insert(document())
            assert work.documents.insert_discovered(document(file_name="b.jpg"))
            work.commit()
            assert work.documents.get(doc_num).file_name == "a.jpg"


# ---------------------------------------------------------------- limits


def test_more_than_a_packet_is_refused_and_the_connection_lives(
    practice: PracticeDatabase, server: MariaDbServer
) -> None:
    server.execute("SET GLOBAL max_allowed_packet=1048576")
    try:
        with opened(practice.url) as database, database.unit_of_work() as work:
            with pytest.raises(InvalidField, match="max_allowed_packet"):
                work.documents.insert(document(), raw_base64="A" * 1_100_000)
            assert work.documents.insert(document(), raw_base64="A" * 900_000)
    finally:
        server.execute("SET GLOBAL max_allowed_packet=DEFAULT")


# ---------------------------------------------------------------- cut, lost, busy


def test_a_pooled_connection_that_was_ended_is_replaced(
    database: Database, server: MariaDbServer
) -> None:
    with database.unit_of_work() as work:
        work.now()
    server.execute(*(f"KILL {number}" for number in connections(server)))
    with database.unit_of_work() as work:
        assert work.documents.insert(document())


def test_a_connection_cut_within_a_unit_undoes_it(
    database: Database, server: MariaDbServer
) -> None:
    with pytest.raises(DatabaseUnavailable), database.unit_of_work() as work:
        doc_num = work.documents.insert(document())
        server.execute(*(f"KILL {number}" for number in connections(server)))
        work.documents.update(doc_num, {"note": "x"})
    with database.unit_of_work() as work, pytest.raises(DocumentNotFound):
        work.documents.get(doc_num)


def test_a_lost_answer_to_commit_and_the_token_that_tells(
    practice: PracticeDatabase, server: MariaDbServer
) -> None:
    with proxy(server.port) as line:
        url = practice.url.replace(str(server.port), str(line.port))
        with opened(url) as database:
            with database.unit_of_work() as work:
                doc_num = work.documents.insert(document(), token=OPERATION)
                line.cut_after(b"COMMIT")
                with pytest.raises(DatabaseUnavailable):
                    work.commit()
            with database.unit_of_work() as work:
                found = work.documents.with_token(OPERATION)
    assert found is not None
    assert found.doc_num == doc_num


def test_a_row_held_by_others_is_busy_after_five_seconds(database: Database) -> None:
    with database.unit_of_work() as work:
        doc_num = work.documents.insert(document())
        work.commit()
    with database.unit_of_work() as holding, database.unit_of_work() as waiting:
        holding.documents.update(doc_num, {"note": "x"})
        started = time.monotonic()
        with pytest.raises(DatabaseBusy):
            waiting.documents.update(doc_num, {"note": "y"})
        assert 4 < time.monotonic() - started < 8


def test_a_frozen_server_gives_an_error_within_twenty_seconds() -> None:
    with running_mariadb() as frozen:
        create_practice_tables(frozen.url("practice"), PASSWORD)
        with opened(frozen.url("practice")) as database:
            with database.unit_of_work() as work:
                work.now()
            os.kill(frozen.pid, signal.SIGSTOP)
            started = time.monotonic()
            with pytest.raises(DatabaseUnavailable), database.unit_of_work() as work:
                work.now()
            # 5 s for the ping, 5 s for a new connection; 15 s for the ping alone would be too long.
            assert time.monotonic() - started < 14
            os.kill(frozen.pid, signal.SIGCONT)
            with database.unit_of_work() as work:
                assert work.now()


def test_no_driver_text_reaches_the_user(database: Database, server: MariaDbServer) -> None:
    server.execute("DROP TABLE practice_innodb.securitylog")
    try:
        with database.unit_of_work() as work, pytest.raises(SchemaTooNew) as caught:
            work.log.add(LogEntry(44, "Baker", PatNum(7)))
    finally:
        server.execute(
            "CREATE TABLE practice_innodb.securitylog LIKE practice_innodb_template.securitylog"
        )
    error = caught.value
    assert "Baker" not in f"{error.user_text} {error.detail} {error.__cause__}"
    assert "securitylog" not in f"{error.user_text} {error.detail}"


# ---------------------------------------------------------------- locks

HOLDER = """
import sys
from odimaging.db.engine import open_database
database = open_database(sys.argv[1], sys.argv[2], comp_name="PC2")
with database.locks.hold("doc:5"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_dead_holder_frees_its_lock(practice: PracticeDatabase, database: Database) -> None:
    command = [sys.executable, "-c", HOLDER, practice.url, PASSWORD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(LockBusy), database.locks.hold("doc:5"):
            pass
        holder.kill()
        with database.locks.hold("doc:5", wait_s=10):
            pass


def test_two_practices_on_one_server_do_not_meet(
    practice: PracticeDatabase, database: Database, make_practice_database: MakePractice
) -> None:
    other = make_practice_database("myisam")
    with (
        opened(other.url) as elsewhere,
        database.locks.hold("doc:5"),
        elsewhere.locks.hold("doc:5"),
    ):
        pass


def test_nobody_writes_under_a_lock_that_was_lost(
    database: Database, server: MariaDbServer
) -> None:
    with database.locks.hold("doc:5"):
        server.execute(*(f"KILL {number}" for number in connections(server)))
        with database.unit_of_work() as work:
            assert work.documents.of_patient(PatNum(7)) == ()
            with pytest.raises(DatabaseUnavailable):
                work.documents.insert(document())
    with database.locks.hold("doc:5"), database.unit_of_work() as work:
        assert work.documents.insert(document())


def test_lock_names_fit_and_tell_the_practice(database: Database, server: MariaDbServer) -> None:
    scope = hashlib.sha256(b"practice_innodb").hexdigest()[:8]
    name = f"odimg:{scope}:op:{OPERATION}"
    assert len(name) <= 64
    with database.locks.hold(f"op:{OPERATION}"):
        assert server.execute(f"SELECT IS_USED_LOCK('{name}') IS NOT NULL") == [(1,)]
    assert server.execute(f"SELECT IS_FREE_LOCK('{name}')") == [(1,)]


def test_eight_at_once_want_one_lock(database: Database) -> None:
    inside, counting, ready = [0, 0], threading.Lock(), threading.Barrier(8)

    def work(_: int) -> None:
        ready.wait(10)
        with database.locks.hold("pat:7", wait_s=20):
            with counting:
                inside[0] += 1
                inside[1] = max(inside)
            with database.unit_of_work() as unit:
                unit.documents.insert(document())
                unit.commit()
            with counting:
                inside[0] -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert inside == [0, 1]
    with database.unit_of_work() as unit:
        assert len(unit.documents.of_patient(PatNum(7))) == 8
