"""This workstation's transfer queue."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from odimaging.db.queue import WorkstationQueue
from odimaging.model.errors import DatabaseUnavailable
from odimaging.model.ids import DocNum, MountNum
from odimaging.model.ports import QueuedTransfer, TransferQueue

FIRST = QueuedTransfer("a", "dest", DocNum(5), None, "5.jpg", "Waiting")
SECOND = QueuedTransfer("b", "dest", None, MountNum(6), "6.jpg", "Failed", "No room left.")


@pytest.mark.parametrize("again", [False, True])
def test_what_is_open_comes_back_in_order(tmp_path: Path, again: bool) -> None:
    path = tmp_path / "queue.sqlite"
    queue = WorkstationQueue(path)
    port: TransferQueue = queue
    port.add(FIRST)
    port.add(SECOND)
    port.add(replace(FIRST, key="c"))
    port.set_state("c", "Sent")
    port.set_state("a", "Sending", "half way")
    if again:
        queue.close()
        queue = WorkstationQueue(path)
    expected = (replace(FIRST, state="Sending", reason="half way"), SECOND)
    assert queue.open_transfers() == expected
    queue.remove("a")
    assert queue.open_transfers() == (SECOND,)
    queue.close()


@pytest.mark.parametrize("left", [b"no database at all" * 100, b""])
def test_what_is_no_queue_is_made_anew(tmp_path: Path, left: bytes) -> None:
    path = tmp_path / "queue.sqlite"
    path.write_bytes(left)
    queue = WorkstationQueue(path)
    queue.add(FIRST)
    assert queue.open_transfers() == (FIRST,)
    queue.close()


def test_another_version_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "queue.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE transfer (key TEXT)")
        connection.execute("PRAGMA user_version = 99")
    queue = WorkstationQueue(path)
    queue.add(FIRST)
    assert queue.open_transfers() == (FIRST,)
    queue.close()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable):
        WorkstationQueue(tmp_path / "nowhere" / "queue.sqlite")
