"""Locks without GET_LOCK: the operating system's on files, and files by exclusive creation."""

import ctypes
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from odimaging.db.lock_files import ExclusiveLockFiles
from odimaging.db.locks import FileLocks
from odimaging.model.errors import DatabaseUnavailable, LockBusy
from odimaging.model.ports import Locks

HOLDER = """
import sys
from pathlib import Path
from odimaging.db.locks import FileLocks
with FileLocks(Path(sys.argv[1])).hold("doc:5"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(params=[FileLocks, ExclusiveLockFiles])
def locks(request: pytest.FixtureRequest, tmp_path: Path) -> Locks:
    made: Locks = request.param(tmp_path / "locks")
    return made


def test_one_holder_and_nothing_left_behind(locks: Locks, tmp_path: Path) -> None:
    with locks.hold("doc:5"):
        with pytest.raises(LockBusy), locks.hold("doc:5"):
            pass
        with locks.hold("doc:6"):
            pass
    assert list((tmp_path / "locks").iterdir()) == []
    with locks.hold("doc:5"):
        pass


def test_waiting_ends_when_the_holder_is_done(locks: Locks) -> None:
    order: list[str] = []
    held, go = threading.Event(), threading.Event()

    def holder() -> None:
        with locks.hold("pat:1"):
            held.set()
            go.wait(10)
            order.append("first")

    thread = threading.Thread(target=holder)
    thread.start()
    assert held.wait(10)
    go.set()
    with locks.hold("pat:1", wait_s=10):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_never_two_inside(locks: Locks) -> None:
    inside, counting, start = [0, 0], threading.Lock(), threading.Barrier(6)

    def work(_: int) -> None:
        start.wait(10)
        for _ in range(5):
            with locks.hold("doc:1", wait_s=60):
                with counting:
                    inside[0] += 1
                    inside[1] = max(inside)
                with counting:
                    inside[0] -= 1

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert inside == [0, 1]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    for locks in (FileLocks(blocked / "locks"), ExclusiveLockFiles(blocked / "locks")):
        with pytest.raises(DatabaseUnavailable), locks.hold("doc:1"):
            pass


def test_the_system_frees_the_lock_of_a_dead_process(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        locks = FileLocks(tmp_path)
        with pytest.raises(LockBusy), locks.hold("doc:5"):
            pass
        holder.kill()
        with locks.hold("doc:5", wait_s=10):
            pass


@pytest.mark.skipif(sys.platform != "win32", reason="elsewhere nobody can keep a file to himself")
def test_a_file_kept_for_a_moment_is_asked_for_again(tmp_path: Path) -> None:
    if sys.platform != "win32":
        return
    kernel = ctypes.WinDLL("kernel32")
    kernel.CreateFileW.restype = ctypes.c_void_p
    path, read, not_shared, create_always = str(tmp_path / "doc-5.lock"), 1 << 31, 0, 2
    handle = kernel.CreateFileW(path, read, not_shared, None, create_always, 0x80, None)
    timer = threading.Timer(0.3, kernel.CloseHandle, (ctypes.c_void_p(handle),))
    timer.start()
    with FileLocks(tmp_path).hold("doc:5"):
        pass
    timer.join()


def test_a_file_nobody_touches_belongs_to_the_dead(tmp_path: Path) -> None:
    locks = ExclusiveLockFiles(tmp_path, dead_after_s=60)
    left = tmp_path / "doc-5.lock"
    left.write_text("somebody")
    with pytest.raises(LockBusy), locks.hold("doc:5"):
        pass
    old = time.time() - 61
    os.utime(left, (old, old))
    with locks.hold("doc:5"):
        assert left.read_text() != "somebody"
    assert list(tmp_path.iterdir()) == []


def test_a_living_holder_touches_its_file(tmp_path: Path) -> None:
    locks = ExclusiveLockFiles(tmp_path, touch_s=0.01)
    with locks.hold("doc:5"):
        path = tmp_path / "doc-5.lock"
        os.utime(path, (1000, 1000))
        end = time.monotonic() + 10
        while path.stat().st_mtime == 1000 and time.monotonic() < end:
            threading.Event().wait(0.005)
        assert path.stat().st_mtime > 1000


def test_another_ones_lock_is_not_removed(tmp_path: Path) -> None:
    path = tmp_path / "doc-5.lock"
    with ExclusiveLockFiles(tmp_path).hold("doc:5"):
        path.write_text("taken over")
    assert path.read_text() == "taken over"
