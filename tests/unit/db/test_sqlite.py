"""Practices in a SQLite file: how they are made, opened, shared and refused."""

import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from odimaging.db.engine import Database, open_database
from odimaging.db.schema import create_practice_tables
from odimaging.db.sqlite import connect, is_network_folder
from odimaging.model.document import Document
from odimaging.model.errors import (
    BadRequest,
    DatabaseBusy,
    DatabaseUnavailable,
    SchemaTooNew,
)
from odimaging.model.ids import DefNum, DocNum, PatNum


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "practice.db"
    create_practice_tables(f"sqlite:///{made}", doc_path="/images", atoz_folder_used=1)
    return made


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    with closing(open_database(f"sqlite:///{path}", None, comp_name="PC1")) as database:
        yield database


def document() -> Document:
    return Document(DocNum(0), PatNum(7), DefNum(3), datetime(2025, 5, 12), "a.jpg")


def test_a_new_practice(database: Database) -> None:
    assert not database.open_dental_beside
    assert database.read_only_reason == ""
    with database.unit_of_work() as work:
        categories = work.definitions.image_categories()
        flags = {row.item_name: row.item_value for row in categories}
        assert len(categories) == 16
        assert categories[0].item_name == "BWs"
        assert (flags["Patient Pictures"], flags["Statements"], flags["Tooth Charts"]) == tuple(
            "PST"
        )
        assert (flags["Treatment Plans"], flags["Claim Attachments"]) == ("R", "C")
        assert work.preferences.get("AtoZfolderUsed") == "1"
        assert work.preferences.get("DocPath") == "/images"


def test_a_practice_is_never_made_over_another(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(BadRequest):
        create_practice_tables(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_the_file_is_kept_safely(path: Path) -> None:
    with closing(connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA busy_timeout").fetchone() == (5000,)


def test_looking_does_not_keep_writers_out(database: Database) -> None:
    with database.unit_of_work() as looking:
        assert looking.documents.of_patient(PatNum(7)) == ()
        with database.unit_of_work() as writing:
            writing.documents.insert(document())
            assert looking.documents.of_patient(PatNum(7)) == ()
            writing.commit()
        assert len(looking.documents.of_patient(PatNum(7))) == 1


def test_a_second_writer_waits_for_the_first(database: Database) -> None:
    begun = threading.Event()
    with database.unit_of_work() as first:
        first.documents.insert(document())

        def second() -> None:
            begun.set()
            with database.unit_of_work() as work:
                work.documents.insert(document())
                work.commit()

        thread = threading.Thread(target=second)
        thread.start()
        assert begun.wait(10)
        first.commit()
    thread.join()
    with database.unit_of_work() as work:
        assert len(work.documents.of_patient(PatNum(7))) == 2


def test_a_writer_who_keeps_others_waiting_too_long(database: Database, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with database.unit_of_work() as work, pytest.raises(DatabaseBusy):
            work.documents.insert(document())


def test_what_is_no_practice(tmp_path: Path) -> None:
    missing, empty, other = (tmp_path / name for name in ("missing", "empty", "other"))
    empty.touch()
    other.write_bytes(b"GIF89a" * 1000)
    for path, error in (
        (missing, DatabaseUnavailable),
        (empty, SchemaTooNew),
        (other, DatabaseUnavailable),
    ):
        with pytest.raises(error):
            open_database(f"sqlite:///{path}", None, comp_name="PC1")
    assert not missing.exists()


@pytest.mark.parametrize("url", ["", "nonsense", "postgresql://x/y", "sqlite://", "mysql://host"])
def test_addresses_of_nothing_we_know(url: str) -> None:
    with pytest.raises(DatabaseUnavailable):
        open_database(url, None, comp_name="PC1")


def test_the_same_file_is_the_same_database(path: Path, database: Database) -> None:
    winding = path.parent / "x" / ".." / path.name
    (path.parent / "x").mkdir()
    with closing(open_database(f"sqlite:///{winding}", None, comp_name="PC1")) as again:
        assert again.identity == database.identity


def test_locks_lie_beside_the_file(path: Path, database: Database) -> None:
    with database.locks.hold("doc:5"):
        assert (path.parent / ".odimaging" / "locks" / "doc-5.lock").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows is asked otherwise")
def test_network_folders_are_known_by_their_file_system(tmp_path: Path) -> None:
    share = tmp_path / "sha re"
    (share / "deep").mkdir(parents=True)
    escaped = str(share).replace(" ", "\\040")
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\n//server/images {escaped} cifs rw 0 0\n")
    assert is_network_folder(share / "deep", mounts)
    assert not is_network_folder(tmp_path, mounts)
    mounts.write_text(f"server:/x {escaped} nfs4 rw 0 0\n/dev/sdb1 {escaped} ext4 rw 0 0\n")
    assert not is_network_folder(share, mounts)
    assert not is_network_folder(share, tmp_path / "no such list")


@pytest.mark.skipif(sys.platform != "win32", reason="only Windows has drives")
def test_network_folders_of_windows_are_known_by_their_root(tmp_path: Path) -> None:
    assert is_network_folder(Path(r"\\server\share\office"))
    assert not is_network_folder(tmp_path)


def test_a_unit_is_used_within_its_block_only(database: Database) -> None:
    work = database.unit_of_work()
    with pytest.raises(RuntimeError):
        work.now()
    with work:
        assert work.now()
    with pytest.raises(RuntimeError):
        work.commit()
