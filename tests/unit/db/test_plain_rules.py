"""Rules of the database layer that need no database."""

import sqlite3
from datetime import datetime
from pathlib import Path

import pymysql
import pytest
from sqlalchemy import exc

from odimaging.db.mysql import ServerVariables, is_loopback, transport_for
from odimaging.db.records import EMPTY_MOMENT, moment_of, stored_moment
from odimaging.db.tables import Column, Schema, Table
from odimaging.db.translate import translated, translating
from odimaging.model.errors import (
    DatabaseBusy,
    DatabaseUnavailable,
    InvalidField,
    LoginRefused,
    OdImagingError,
    ReadOnlyDatabase,
    SchemaTooNew,
)
from tests.servers.certificates import make_certificates


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (pymysql.err.OperationalError(1205, "x"), DatabaseBusy),
        (pymysql.err.OperationalError(1213, "x"), DatabaseBusy),
        (pymysql.err.OperationalError(1045, "x"), LoginRefused),
        (pymysql.err.OperationalError(2013, "x"), DatabaseUnavailable),
        (pymysql.err.OperationalError(2006, "x"), DatabaseUnavailable),
        (pymysql.err.InterfaceError(0, ""), DatabaseUnavailable),
        (pymysql.err.OperationalError(1142, "x"), ReadOnlyDatabase),
        (pymysql.err.OperationalError(1290, "x"), ReadOnlyDatabase),
        (pymysql.err.ProgrammingError(1146, "x"), SchemaTooNew),
        (pymysql.err.OperationalError(1054, "x"), SchemaTooNew),
        (pymysql.err.DataError(1406, "x"), InvalidField),
        (pymysql.err.DataError(1366, "x"), InvalidField),
        (pymysql.err.OperationalError(1153, "x"), InvalidField),
        (pymysql.err.OperationalError(4711, "x"), DatabaseUnavailable),
        (exc.TimeoutError(), DatabaseBusy),
        (OSError(5, "x"), DatabaseUnavailable),
    ],
)
def test_every_driver_error_is_one_of_ours(error: Exception, expected: type[Exception]) -> None:
    assert type(translated(error)) is expected


def test_what_a_driver_says_is_not_passed_on() -> None:
    orig = pymysql.err.IntegrityError(1062, "Duplicate entry 'Smith' for key")
    with pytest.raises(OdImagingError) as caught, translating():
        raise exc.IntegrityError("INSERT", {}, orig, hide_parameters=True)
    assert "Smith" not in caught.value.user_text + caught.value.detail
    assert caught.value.detail == "mysql 1062"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT nothing", SchemaTooNew),
        ("INSERT INTO t VALUES (1)", DatabaseUnavailable),
    ],
)
def test_sqlite_errors(statement: str, expected: type[Exception]) -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript("CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)")
    with pytest.raises(expected), translating():
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", ""])
def test_this_computer(host: str) -> None:
    assert is_loopback(host)
    assert transport_for(host).arguments == {"ssl_disabled": True}


@pytest.mark.parametrize("host", ["server", "192.168.1.5", "localhost.example.com", "0.0.0.0"])
def test_any_other_computer_is_verified_or_refused(host: str) -> None:
    context = transport_for(host).context
    assert context is not None
    assert context.check_hostname
    assert context.verify_mode.name == "CERT_REQUIRED"
    assert transport_for(host, allow_plaintext=True).context is None


def test_an_authority_of_ones_own_is_always_verified(tmp_path: Path) -> None:
    ca = str(make_certificates(tmp_path, "localhost").ca)
    for host in ("server", "localhost"):
        context = transport_for(host, ssl_ca=ca, allow_plaintext=True).context
        assert context is not None
        assert len(context.get_ca_certs()) == 1
    with pytest.raises(DatabaseUnavailable, match="certificate authority"):
        transport_for("server", ssl_ca=str(tmp_path / "missing.pem"))


def test_settings_the_server_does_not_know_are_left_out() -> None:
    values = {"version": "5.6.51", "binlog_format": "STATEMENT", "log_bin": "ON"}
    old = ServerVariables(values, "")
    assert old.session_settings() == (
        "SET SESSION sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
    )
    assert old.max_packet == 16 * 1024 * 1024
    assert ServerVariables({"wsrep_on": "ON"}, "").is_galera
    assert not ServerVariables({"wsrep_on": "OFF"}, "").is_galera


@pytest.mark.parametrize(
    ("kind", "empty"),
    [
        ("bigint", 0),
        ("float", 0),
        ("decimal", 0),
        ("varchar", ""),
        ("mediumtext", ""),
        ("longblob", ""),
        ("enum", ""),
        ("date", "0001-01-01"),
        ("datetime", "0001-01-01 00:00:00"),
        ("timestamp", "1970-01-02 00:00:00"),
        ("json", "{}"),
    ],
)
def test_what_an_unknown_column_gets(kind: str, empty: object) -> None:
    table = Table("document", [Column("New", kind, must_be_named=True), Column("Old", "int")])
    assert table.whole_row({"Old": 5, "Gone": 6}) == {"New": empty, "Old": 5}


@pytest.mark.parametrize(
    ("column", "fits", "refused"),
    [
        (Column("A", "varchar", max_chars=3), "äöü", "äöüx"),
        (Column("A", "text", max_bytes=4), "äö", "äöx"),
        (Column("A", "varchar", three_byte=True), "—€", "😀"),
        (Column("A", "varchar"), "x", "\ud800"),
        (Column("A", "smallint"), 90.0, 12.5),
    ],
)
def test_what_a_column_takes(column: Column, fits: str | float, refused: str | float) -> None:
    column.check(fits)
    with pytest.raises(InvalidField):
        column.check(refused)


def test_a_table_that_is_missing_is_named_only_in_the_detail() -> None:
    looked_at = [
        Table(
            "document",
            (Column(n, "int") for n in ["DocNum", "PatNum", "DocCategory", "DateCreated"]),
        ),
    ]
    with pytest.raises(SchemaTooNew) as caught:
        Schema(looked_at)
    assert "document" in caught.value.detail


@pytest.mark.parametrize("text", ["", None, "0000-00-00 00:00:00", "0000-00-00", "nonsense"])
def test_no_moment(text: str | None) -> None:
    assert moment_of(text) == EMPTY_MOMENT


def test_moments_are_whole_seconds() -> None:
    assert moment_of("2025-05-12 14:30:05.900000") == datetime(2025, 5, 12, 14, 30, 5)
    assert stored_moment(datetime(1, 1, 1, 0, 0, 0, 5)) == "0001-01-01 00:00:00"
