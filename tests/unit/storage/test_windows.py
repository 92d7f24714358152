"""What only Windows does: files held by other programs, case, hidden files, devices."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from odimaging.model.errors import FileInUse, NameTaken
from odimaging.model.ids import DocNum, OperationNumber, PatNum
from odimaging.model.ports import Place
from odimaging.storage.atoz import LocalAtoZ
from odimaging.storage.root import create_root
from odimaging.storage.sources import LocalSources
from tests.fakes.memory_store import MemorySource

pytestmark = pytest.mark.skipif(sys.platform != "win32", reason="only Windows does this")

PAT = PatNum(15)
PLACE = Place("SmithJohn15", "SmithJohn389.jpg", DocNum(389))
OP, OTHER = OperationNumber("a" * 32), OperationNumber("b" * 32)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    create_root(str(tmp_path / "root"))
    return tmp_path / "root"


@pytest.fixture
def store(root: Path) -> LocalAtoZ:
    store = LocalAtoZ(str(root), pinned_share_id=None)
    store.publish(store.stage(MemorySource("a.jpg", b"data"), OP, PAT, ".jpg"), PLACE)
    return store


def live(root: Path) -> Path:
    return root / "S" / "SmithJohn15" / "SmithJohn389.jpg"


def test_a_file_open_elsewhere_stays_and_says_so(root: Path, store: LocalAtoZ) -> None:
    with live(root).open("rb") as file:
        with pytest.raises(FileInUse):
            store.park(PLACE, OTHER, PAT)
        assert file.read() == b"data"
    assert store.stat(PLACE) is not None
    assert store.staged() == ()


def test_a_file_let_go_within_two_seconds_is_parked(root: Path, store: LocalAtoZ) -> None:
    file = live(root).open("rb")
    timer = threading.Timer(0.5, file.close)
    timer.start()
    store.park(PLACE, OTHER, PAT)
    timer.join()
    assert store.stat(PLACE) is None


def test_case_twins_are_one_name(root: Path, store: LocalAtoZ) -> None:
    staged = store.stage(MemorySource("a.jpg", b"other"), OTHER, PAT, ".jpg")
    with pytest.raises(NameTaken):
        store.publish(staged, Place("SmithJohn15", "SMITHJOHN389.JPG"))
    assert live(root).read_bytes() == b"data"


def test_hidden_files_are_passed_by(root: Path, store: LocalAtoZ) -> None:
    hidden = live(root).with_name("hidden.jpg")
    hidden.write_bytes(b"x")
    subprocess.run(["attrib", "+h", str(hidden)], check=True)
    assert [found.file_name for found in store.new_files("SmithJohn15")] == [PLACE.file_name]
    found = LocalSources().files_below([str(live(root).parent)])
    assert [Path(path).name for path in found] == [PLACE.file_name]


def test_files_can_be_removed_again(root: Path, store: LocalAtoZ) -> None:
    assert os.access(live(root), os.W_OK)
    live(root).unlink()
    assert store.stat(PLACE) is None
