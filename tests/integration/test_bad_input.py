"""Bad input and bad luck: a sentence for the user, the rest of the batch done, and nothing else changed.

A hash of all tables and folders is taken before and after each case; what the operation says it filed is left out of
the second one, so that anything it did not say would show.
"""

import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from odimaging.db.engine import Database, open_database
from odimaging.imaging.pool import DecoderPool
from odimaging.model.document import Document
from odimaging.model.errors import (
    BadRequest,
    DatabaseError,
    DecodeFailed,
    FileMissing,
    OdImagingError,
    StoreFull,
    StoreUnavailable,
    TransferError,
    UnsupportedFormat,
)
from odimaging.model.ids import PatNum
from odimaging.model.patient import Patient
from odimaging.repository.delete import DeleteRequest
from odimaging.repository.download_sftp import DownloadSftp, DownloadSftpRequest
from odimaging.repository.export import Exporter
from odimaging.repository.import_file import ImportFilesRequest, ImportFilesResult
from odimaging.storage.atoz import LocalAtoZ
from odimaging.storage.root import create_root
from odimaging.storage.sources import LocalSources
from odimaging.transfer.host_keys import KnownHosts
from odimaging.transfer.sftp import SftpConnector
from tests.fakes.fake_decoder import plain_png
from tests.operations import Operations, Ports
from tests.servers.mariadb import PracticeDatabase
from tests.servers.ports import free_port
from tests.servers.proxy import Proxy

PNG = plain_png(8, 6)
HALF = PNG[: len(PNG) // 2]
FORBIDDEN = re.compile(r"/|\\|Traceback|Errno|SELECT|INSERT|Zebulon|sqlite|pymysql", re.IGNORECASE)


def bomb() -> bytes:
    """A PNG of a few kB that says 30,000 × 30,000 pixels."""
    width = height = 30_000
    row = b"\0" * (1 + (width + 7) // 8)
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


BOMB = bomb()


@dataclass
class Result:
    """What came of a case: the errors somebody reads, and the documents that were filed."""

    errors: list[OdImagingError] = field(default_factory=list)
    filed: list[Document] = field(default_factory=list)


class Site:
    """A practice with two images of one patient, and a folder to drop files from."""

    def __init__(self, practice: PracticeDatabase, folder: Path, decoder: DecoderPool) -> None:
        self.practice = practice
        self.root = folder / "images"
        self.drop = folder / "drop"
        self.drop.mkdir()
        self.decoder = decoder
        create_root(str(self.root))
        self.database = open_database(practice.url, practice.password, comp_name="DESK")
        self.operations = self.opened(self.database)
        with self.database.unit_of_work() as work:
            self.pat_num = work.seed.patient(Patient(PatNum(0), "Zebulon", "Ada"))
            work.commit()
        self.first, self.second = self.import_files(a=PNG, b=PNG).filed

    def opened(self, database: Database) -> Operations:
        store = LocalAtoZ(str(self.root), pinned_share_id=None)
        ports = Ports(database.unit_of_work, store, database.locks, LocalSources(), self.decoder)
        return Operations(ports)

    def close(self) -> None:
        self.database.close()

    def import_files(self, operations: Operations | None = None, **files: bytes) -> Result:
        """Drop files called by their argument, ``.png`` unless the name has an ending after two underscores."""
        paths = []
        for name, data in files.items():
            path = self.drop / (name.replace("__", ".") if "__" in name else f"{name}.png")
            path.write_bytes(data)
            paths.append(str(path))
        return self.import_paths(paths, operations)

    def import_paths(self, paths: Sequence[str], operations: Operations | None = None) -> Result:
        request = ImportFilesRequest(self.pat_num, paths)
        result: ImportFilesResult = (operations or self.operations).import_files(request)
        errors = [one.error for one in result.outcomes if one.error is not None]
        return Result(errors, [one.document for one in result.outcomes if one.document is not None])

    def failing(self, call: Callable[[], object]) -> Result:
        """The error somebody would read. Fails if there is none."""
        with pytest.raises(OdImagingError) as caught:
            call()
        return Result([caught.value])

    # ------------------------------------------------ all tables and folders

    def everything(self, without: Sequence[Document] = ()) -> str:
        digest = hashlib.sha256()
        names = {one.file_name for one in without}
        for path in sorted(self.root.rglob("*")):
            if path.is_file() and path.name not in names:
                digest.update(str(path.relative_to(self.root)).encode() + path.read_bytes())
        for line in self._rows({int(one.doc_num) for one in without}):
            digest.update(line.encode())
        return digest.hexdigest()

    def _rows(self, without: set[int]) -> Iterator[str]:
        url = self.practice.url.replace("mysql://", "mysql+pymysql://")
        if self.practice.password:
            url = url.replace("@", f":{self.practice.password}@")
        engine = create_engine(url)
        try:
            with engine.connect() as connection:
                for table in ("patient", "document", "mount", "mountitem", "imagedraw"):
                    yield from _lines(connection, table, "DocNum", without)
                for table in ("definition", "preference"):
                    yield from _lines(connection, table, "", set())
                yield from _lines(connection, "securitylog", "FKey", without)
        finally:
            engine.dispose()


def _lines(connection: Any, table: str, key: str, without: set[int]) -> list[str]:
    rows = connection.execute(text(f"SELECT * FROM {table}")).mappings()
    kept = [dict(row) for row in rows if not key or row.get(key) not in without]
    return sorted(json.dumps(row, default=str, sort_keys=True) for row in kept)


@pytest.fixture(scope="module")
def decoder() -> Iterator[DecoderPool]:
    pool = DecoderPool()
    yield pool
    pool.close()


@pytest.fixture
def site(
    practice_database: PracticeDatabase, tmp_path: Path, decoder: DecoderPool
) -> Iterator[Site]:
    made = Site(practice_database, tmp_path, decoder)
    yield made
    made.close()


# ---------------------------------------------------------------- the cases


def unreadable(site: Site) -> Result:
    """Kept, and shown as damaged (decision 45)."""
    result = site.import_files(one=PNG, half=HALF, two=PNG)
    assert len(result.filed) == 3
    result.errors += _shown_as_damaged(site, result.filed[1])
    site.operations.pictures.tile(result.filed[2].doc_num, 64)
    return result


def decompression_bomb(site: Site) -> Result:
    result = site.import_files(one=PNG, bomb=BOMB, two=PNG)
    assert len(result.filed) == 3
    result.errors += _shown_as_damaged(site, result.filed[1])
    site.operations.pictures.tile(result.filed[2].doc_num, 64)
    return result


def no_image_at_all(site: Site) -> Result:
    result = site.import_files(one=PNG, text__jpg=b"this is no picture", two=PNG)
    assert len(result.filed) == 3
    result.errors += _shown_as_damaged(site, result.filed[1])
    return result


def _shown_as_damaged(site: Site, document: Document) -> list[OdImagingError]:
    with pytest.raises((DecodeFailed, UnsupportedFormat)) as caught:
        site.operations.pictures.tile(document.doc_num, 64)
    return [caught.value]


def zero_bytes(site: Site) -> Result:
    result = site.import_files(one=PNG, empty=b"", two=PNG)
    assert [type(error) for error in result.errors] == [BadRequest]
    assert len(result.filed) == 2
    return result


def a_program_named_jpg(site: Site) -> Result:
    result = site.import_files(
        one=PNG, tool__jpg=b"MZ\x90\0", elf__jpg=b"\x7fELF", script__jpg=b"#!/bin/sh\n", two=PNG
    )
    assert [type(error) for error in result.errors] == [UnsupportedFormat] * 3
    assert len(result.filed) == 2
    return result


def a_file_that_is_gone(site: Site) -> Result:
    (site.drop / "one.png").write_bytes(PNG)
    result = site.import_paths([str(site.drop / "gone.png"), str(site.drop / "one.png")])
    assert len(result.filed) == 1
    return result


def a_row_without_file(site: Site) -> Result:
    path = Path(site.operations.browse.file_path(site.first.doc_num))
    data = path.read_bytes()
    path.unlink()
    result = site.failing(lambda: site.operations.pictures.tile(site.first.doc_num, 64))
    assert isinstance(result.errors[0], FileMissing)
    site.operations.pictures.tile(site.second.doc_num, 64)
    site.operations.import_folder(site.pat_num)
    assert site.operations.recovery().missing == 0
    path.write_bytes(data)
    return result


@contextmanager
def _root_away(site: Site, *, empty_folder: bool) -> Iterator[None]:
    aside = site.root.with_name("aside")
    site.root.rename(aside)
    if empty_folder:
        site.root.mkdir()
    try:
        yield
    finally:
        if empty_folder:
            site.root.rmdir()
        aside.rename(site.root)


def an_unreachable_root(site: Site, *, empty_folder: bool = False) -> Result:
    operations = site.operations
    with _root_away(site, empty_folder=empty_folder):
        result = site.import_files(one=PNG, two=PNG)
        assert not result.filed
        deleted = operations.delete(DeleteRequest((site.first.doc_num,)))
        result.errors += [one.error for one in deleted.failures]
        for call in (
            lambda: operations.pictures.tile(site.first.doc_num, 64),
            lambda: operations.import_folder(site.pat_num),
            operations.recovery,
            operations.check,
        ):
            result.errors += site.failing(call).errors
        assert len(operations.browse.contents(site.pat_num).documents) == 2
    assert {type(error) for error in result.errors} == {StoreUnavailable}
    assert operations.check().findings == ()
    return result


def a_dropped_share_that_looks_empty(site: Site) -> Result:
    return an_unreachable_root(site, empty_folder=True)


def a_server_that_refuses(site: Site) -> Result:
    operations = site.operations
    exporter = Exporter(
        operations.filing,
        operations.mending,
        site.decoder,
        operations.browse.mount,
        operations.materialise,
    )
    connector = SftpConnector(KnownHosts(site.drop / "known"))
    send = DownloadSftp(exporter, connector, site.database.unit_of_work)
    address = f"127.0.0.1:{free_port()}/incoming/"
    request = DownloadSftpRequest(address, "desk", "a password", site.first.doc_num)
    result = site.failing(lambda: send(request))
    assert isinstance(result.errors[0], TransferError)
    return result


def a_database_that_goes_away(site: Site) -> Result:
    """A cut line and a server that takes nobody any more; on SQLite somebody who does not let go of the file."""
    away = _locked_file if site.practice.kind == "sqlite" else _cut_line
    with away(site) as operations:
        result = site.import_files(operations, one=PNG)
        deleted = operations.delete(DeleteRequest((site.first.doc_num,)))
        result.errors += [one.error for one in deleted.failures]
    assert not result.filed
    assert not deleted.deleted
    assert all(isinstance(error, DatabaseError) for error in result.errors)
    assert len(result.errors) == 2
    return result


@contextmanager
def _cut_line(site: Site) -> Iterator[Operations]:
    server = site.practice.server
    assert server is not None
    proxy = Proxy(server.port)
    url = site.practice.url.replace(f":{server.port}/", f":{proxy.port}/")
    database = open_database(url, site.practice.password, comp_name="DESK")
    try:
        operations = site.opened(database)
        operations.browse.contents(site.pat_num)
        proxy.accepting = False
        proxy.cut_now()
        yield operations
    finally:
        database.close()
        proxy.close()


@contextmanager
def _locked_file(site: Site) -> Iterator[Operations]:
    engine = create_engine(site.practice.url)
    try:
        with engine.connect() as holder:
            holder.exec_driver_sql("BEGIN IMMEDIATE")
            yield site.operations
            holder.rollback()
    finally:
        engine.dispose()


def a_full_disk(site: Site) -> Result:
    """A root on a file system of one MiB: the big one is not filed, the small ones are."""
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    small = site.drop.with_name("small")
    shutil.copytree(site.root, small)
    shutil.rmtree(site.root)
    site.root.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", site.root], check=True)
    try:
        shutil.copytree(small, site.root, dirs_exist_ok=True)
        before = site.everything()
        result = site.import_files(one=PNG, big=PNG + os.urandom(2 << 20), two=PNG)
        assert [type(error) for error in result.errors] == [StoreFull]
        assert len(result.filed) == 2
        assert site.everything(result.filed) == before
        assert site.operations.check().findings == ()
        shutil.copytree(site.root, small, dirs_exist_ok=True)
    finally:
        subprocess.run(["umount", site.root], check=True)
        shutil.copytree(small, site.root, dirs_exist_ok=True)
    return result


CASES = {
    case.__name__: case
    for case in (
        unreadable,
        decompression_bomb,
        no_image_at_all,
        zero_bytes,
        a_program_named_jpg,
        a_file_that_is_gone,
        a_row_without_file,
        an_unreachable_root,
        a_dropped_share_that_looks_empty,
        a_server_that_refuses,
        a_database_that_goes_away,
        a_full_disk,
    )
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input(site: Site, case: str) -> None:
    before = site.everything()
    result = CASES[case](site)
    assert result.errors
    for error in result.errors:
        assert re.fullmatch(r"[“A-Z].*[.!]", error.user_text), error.user_text
        assert not FORBIDDEN.search(error.user_text), error.user_text
    assert site.everything(result.filed) == before
    documents = site.operations.browse.contents(site.pat_num).documents
    assert {one.doc_num for one in result.filed} <= {one.doc_num for one in documents}
    assert site.operations.check().findings == ()
