"""Real faults: a full disk, no rights, another volume, a failing flush, several processes at once.

Mounting and changing the user need root; without it these cases are left to a run that has it.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from odimaging.model.errors import OdImagingError, StoreError, StoreFull
from odimaging.model.ids import DocNum, OperationNumber, PatNum
from odimaging.model.ports import Place, Staged
from odimaging.storage.atoz import LocalAtoZ
from odimaging.storage.root import create_root, other_volumes
from tests.fakes.memory_store import MemorySource
from tests.unit.storage.stops import stopped_at

PAT = PatNum(15)
PLACE = Place("SmithJohn15", "SmithJohn389.jpg", DocNum(389))
OP = OperationNumber("a" * 32)
NOBODY = 65534
needs_root = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="mounting needs root"
)


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """4 MiB of memory as a volume of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def stage(store: LocalAtoZ, data: bytes, operation: OperationNumber = OP) -> Staged:
    return store.stage(MemorySource("a.jpg", data), operation, PAT, ".jpg")


# ---------------------------------------------------------------- a full disk


@needs_root
def test_a_full_disk_refuses_and_keeps_what_is_there(tmp_path: Path) -> None:
    root = tmp_path / "root"
    with small_disk(root):
        create_root(str(root))
        store = LocalAtoZ(str(root), pinned_share_id=None)
        first = stage(store, b"1" * (3 << 20))
        store.publish(first, PLACE)
        with pytest.raises(StoreFull):
            stage(store, b"2" * (2 << 20), OperationNumber("b" * 32))
        assert store.staged() == ()
        with store.open(PLACE) as file:
            assert hashlib.sha256(file.read()).hexdigest() == first.sha256
        small = stage(store, b"3" * 1000, OperationNumber("c" * 32))
        store.publish(small, Place("SmithJohn15", "small.jpg"))


@needs_root
def test_a_full_disk_takes_no_note_and_no_thumbnail(tmp_path: Path) -> None:
    root = tmp_path / "root"
    with small_disk(root):
        create_root(str(root))
        store = LocalAtoZ(str(root), pinned_share_id=None)
        store.publish(stage(store, b"1"), PLACE)
        store.write_thumbnail(PLACE, b"old")
        with pytest.raises(StoreFull):
            store.write_thumbnail(PLACE, b"x" * (5 << 20))
        assert store.read_thumbnail(PLACE) == b"old"
        assert list((root / ".odimaging" / "tmp").iterdir()) == []


# ---------------------------------------------------------------- another volume


@pytest.fixture
def divided(tmp_path: Path) -> Iterator[Path]:
    """A root whose letter S lies on a volume of its own."""
    root = tmp_path / "root"
    create_root(str(root))
    with small_disk(root / "S"):
        yield root


@needs_root
def test_another_volume_is_seen(divided: Path) -> None:
    assert other_volumes(str(divided)) == ("S",)


@needs_root
def test_publishing_to_another_volume_copies_out_of_sight(divided: Path) -> None:
    store = LocalAtoZ(str(divided), pinned_share_id=None)
    staged = stage(store, b"data")
    store.publish(staged, PLACE)
    assert (divided / "S" / "SmithJohn15" / PLACE.file_name).read_bytes() == b"data"
    assert store.staged() == ()
    assert list((divided / "S" / ".odimaging").iterdir()) == []
    assert list(store.live_files()) == [("SmithJohn15", PLACE.file_name)]


@needs_root
def test_publishing_to_another_volume_never_replaces(divided: Path) -> None:
    store = LocalAtoZ(str(divided), pinned_share_id=None)
    store.publish(stage(store, b"first"), PLACE)
    with pytest.raises(OdImagingError):
        store.publish(stage(store, b"second"), PLACE)
    assert (divided / "S" / "SmithJohn15" / PLACE.file_name).read_bytes() == b"first"
    assert len(store.staged()) == 1
    assert list((divided / "S" / ".odimaging").iterdir()) == []


@needs_root
def test_publishing_to_another_volume_can_be_stopped(divided: Path) -> None:
    store = LocalAtoZ(str(divided), pinned_share_id=None)
    staged = stage(store, b"data")
    with stopped_at("store.carried"):
        store.publish(staged, PLACE)
    store.publish(staged, PLACE)
    assert store.staged() == ()
    assert (divided / "S" / "SmithJohn15" / PLACE.file_name).read_bytes() == b"data"


@needs_root
def test_a_full_other_volume_leaves_the_stage(divided: Path) -> None:
    store = LocalAtoZ(str(divided), pinned_share_id=None)
    staged = stage(store, b"x" * (5 << 20))
    with pytest.raises(StoreFull):
        store.publish(staged, PLACE)
    assert store.staged_copy(OP) == staged
    assert list((divided / "S" / ".odimaging").iterdir()) == []


@needs_root
def test_parking_from_another_volume_is_refused_and_changes_nothing(divided: Path) -> None:
    store = LocalAtoZ(str(divided), pinned_share_id=None)
    store.publish(stage(store, b"data"), PLACE)
    with pytest.raises(StoreError) as caught:
        store.park(PLACE, OP, PAT)
    assert "another disk" in caught.value.user_text
    assert store.stat(PLACE) is not None
    assert store.staged() == ()


# ---------------------------------------------------------------- no rights


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def acting(root: Path, code: str, user: int, *before: str) -> str:
    """What a process prints that becomes ``user`` and runs ``code`` with ``store`` at hand."""
    prelude = f"""
import os
from odimaging.model.errors import OdImagingError
from odimaging.model.ids import OperationNumber, PatNum
from odimaging.model.ports import Place
from odimaging.storage.atoz import LocalAtoZ
from tests.fakes.memory_store import MemorySource
store = LocalAtoZ({str(root)!r}, pinned_share_id=None)
place = Place("SmithJohn15", "SmithJohn389.jpg")
op = OperationNumber("d" * 32)
def stage(data=b"data", number=op):
    return store.stage(MemorySource("a.jpg", data), number, PatNum(15), ".jpg")
def tried(action):
    try:
        action()
    except OdImagingError as error:
        return type(error).__name__
    return "done"
if os.geteuid() != {user}:
    os.setgroups([])
    os.setgid({user})
    os.setuid({user})
"""
    ran = subprocess.run(
        [*before, *python(prelude + code)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=Path(__file__).parents[3],
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


@pytest.fixture
def shared_root() -> Iterator[Path]:
    """A root that everybody may enter and only root may write to."""
    base = Path(tempfile.mkdtemp())
    base.chmod(0o755)
    root = base / "root"
    create_root(str(root))
    store = LocalAtoZ(str(root), pinned_share_id=None)
    store.publish(stage(store, b"live"), PLACE)
    yield root
    shutil.rmtree(base)


@needs_root
@pytest.mark.parametrize(
    "call",
    [
        "stage()",
        "store.park(place, op, PatNum(15))",
        "store.write_thumbnail(place, b'png')",
        "store.sweep(0.0)",
    ],
)
def test_without_rights_nothing_changes(shared_root: Path, call: str) -> None:
    code = f"print(tried(lambda: {call}))"
    assert acting(shared_root, code, NOBODY) == "NotPermitted"
    assert (shared_root / "S" / "SmithJohn15" / PLACE.file_name).read_bytes() == b"live"
    assert [*(shared_root / ".odimaging" / "stage").iterdir()] == []


@needs_root
def test_without_rights_to_write_one_may_still_look(shared_root: Path) -> None:
    code = """
with store.open(place) as file:
    print(file.read(), store.stat(place).size, len(store.new_files("SmithJohn15")), store.new_files("Nobody1"))
"""
    assert acting(shared_root, code, NOBODY) == "b'live' 4 1 ()"


@needs_root
def test_a_file_one_may_not_read_is_not_missing(shared_root: Path) -> None:
    (shared_root / "S" / "SmithJohn15" / PLACE.file_name).chmod(0o600)
    assert acting(shared_root, "print(tried(lambda: store.open(place)))", NOBODY) == "NotPermitted"


@needs_root
def test_a_share_one_may_not_enter_is_not_gone(shared_root: Path) -> None:
    (shared_root / ".odimaging").chmod(0o700)
    assert acting(shared_root, "print(tried(store.check))", NOBODY) == "NotPermitted"


# ---------------------------------------------------------------- single calls that fail


strace = shutil.which("strace")


@pytest.mark.skipif(strace is None, reason="needs strace")
@pytest.mark.parametrize(
    ("injected", "expected"),
    [
        ("fsync:error=EIO:when=1", "StoreError"),
        ("fsync:error=EIO:when=2", "StoreError"),
        ("write:error=ENOSPC:when=1", "StoreFull"),
    ],
)
def test_a_failing_flush_or_write_leaves_no_stage_file(
    shared_root: Path, injected: str, expected: str
) -> None:
    stage_folder = shared_root / ".odimaging" / "stage"
    watched = ("-P", str(stage_folder), "-P", str(stage_folder / f"{'d' * 32}.15.jpg"))
    before = (str(strace), "-f", "-o", "/dev/null", *watched, "-e", f"inject={injected}")
    code = "print(tried(lambda: stage()), len(store.staged()), tried(lambda: store.publish(stage(), place)))"
    answer = acting(shared_root, code, os.geteuid(), *before)
    # Staged anew under the same number: the failed flush is never repeated on the same file.
    assert answer == f"{expected} 0 NameTaken"


@pytest.mark.skipif(strace is None, reason="needs strace")
@pytest.mark.parametrize("number", ["EINVAL", "ENOSYS"])
def test_a_mount_without_the_rename_that_refuses(shared_root: Path, number: str) -> None:
    before = (str(strace), "-f", "-o", "/dev/null", "-e", f"inject=renameat2:error={number}")
    code = """
first = stage()
print(tried(lambda: store.publish(first, place)))
store.publish(first, Place("SmithJohn15", "other.jpg"))
print(len(store.staged()), sorted(store.live_files()))
"""
    assert acting(shared_root, code, os.geteuid(), *before).splitlines() == [
        "NameTaken",
        "0 [('SmithJohn15', 'SmithJohn389.jpg'), ('SmithJohn15', 'other.jpg')]",
    ]


@pytest.mark.skipif(strace is None, reason="needs strace")
@pytest.mark.parametrize("call", ["openat", "write", "fsync", "chmod,fchmodat", "renameat2"])
def test_killed_at_each_system_call_of_an_import(tmp_path: Path, call: str) -> None:
    """Nothing partial is ever live, and once staged the bytes are never nowhere."""
    outcomes: list[str] = []
    while not outcomes or outcomes[-1] != "done":
        outcomes.append(killed_at(tmp_path / str(len(outcomes)), call, len(outcomes) + 1))
    assert len(outcomes) > 1, "never killed"


def killed_at(base: Path, call: str, number: int) -> str:
    """Imports under a tracer that kills at the n-th such call on the stage, the stage file or the live folder."""
    root = base / "root"
    create_root(str(root))
    stage_file = root / ".odimaging" / "stage" / f"{'d' * 32}.15.jpg"
    live = root / "S" / "SmithJohn15" / PLACE.file_name
    watched = [f"-P{path}" for path in (stage_file, stage_file.parent, live, live.parent)]
    inject = f"inject={call}:signal=SIGKILL:when={number}"
    code = f"""
from odimaging.model.ids import OperationNumber, PatNum
from odimaging.model.ports import Place
from odimaging.storage.atoz import LocalAtoZ
from tests.fakes.memory_store import MemorySource
store = LocalAtoZ({str(root)!r}, pinned_share_id=None)
staged = store.stage(MemorySource("a.jpg", b"x" * 3_000_000), OperationNumber("d" * 32), PatNum(15), ".jpg")
print("staged", flush=True)
store.publish(staged, Place("SmithJohn15", "SmithJohn389.jpg"))
"""
    ran = subprocess.run(
        [str(strace), "-f", "-o", "/dev/null", *watched, "-e", inject, *python(code)],
        check=False,
        stdout=subprocess.PIPE,
        timeout=60,
        cwd=Path(__file__).parents[3],
    )
    assert live.exists() + stage_file.exists() <= 1
    if live.exists():
        assert live.read_bytes() == b"x" * 3_000_000
    elif ran.stdout:
        assert stage_file.read_bytes() == b"x" * 3_000_000
    assert (ran.returncode == 0) <= live.exists()
    return "done" if ran.returncode == 0 else "killed"


# ---------------------------------------------------------------- several processes


RACER = """
import sys
from odimaging.model.errors import NameTaken
from odimaging.model.ids import OperationNumber, PatNum
from odimaging.model.ports import Place
from odimaging.storage.atoz import LocalAtoZ
from tests.fakes.memory_store import MemorySource
root, me = sys.argv[1], sys.argv[2]
store = LocalAtoZ(root, pinned_share_id=None)
rounds = int(sys.argv[3])
ready = [
    store.stage(MemorySource("a.jpg", f"{me} {n}".encode()), OperationNumber(f"{me}{n:031x}"), PatNum(15), ".jpg")
    for n in range(rounds)
]
for n, staged in enumerate(ready):
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        store.publish(staged, Place("SmithJohn15", f"{n}.jpg"))
        print("won", flush=True)
    except NameTaken:
        print("taken", flush=True)
"""


def test_eight_processes_publish_the_same_names(tmp_path: Path) -> None:
    rounds, root = 25, tmp_path / "root"
    create_root(str(root))
    command = [sys.executable, "-c", RACER, str(root)]
    processes = [
        subprocess.Popen(
            [*command, str(number), str(rounds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        for number in range(8)
    ]
    try:
        for number in range(rounds):
            answers = one_round(processes)
            assert sorted(answers) == ["taken"] * 7 + ["won"]
            winner = answers.index("won")
            content = (root / "S" / "SmithJohn15" / f"{number}.jpg").read_text()
            assert content == f"{winner} {number}"
    finally:
        for process in processes:
            process.communicate()
    assert len(list((root / ".odimaging" / "stage").iterdir())) == 7 * rounds


def one_round(processes: list[subprocess.Popen[str]]) -> list[str]:
    def each(action: Callable[[subprocess.Popen[str]], str]) -> list[str]:
        return [action(process) for process in processes]

    assert each(read_line) == ["ready"] * len(processes)
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return each(read_line)


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()
