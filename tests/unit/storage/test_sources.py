"""Local files and pasted bytes as sources; each refusal a sentence."""

import os
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odimaging.model.errors import BadRequest
from odimaging.model.ids import OperationNumber, PatNum
from odimaging.storage.atoz import LocalAtoZ
from odimaging.storage.root import create_root
from odimaging.storage.sources import LocalSource, LocalSources, natural_key
from tests.unit.storage.platforms import posix_only

SOURCES = LocalSources()


def put(path: Path, data: bytes = b"data") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_a_local_file(tmp_path: Path) -> None:
    path = put(tmp_path / "Front tooth.JPG")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    source = SOURCES.file(str(path))
    assert (source.name, source.size) == ("Front tooth.JPG", 4)
    assert source.modified == datetime.fromtimestamp(1_000_000_000)
    with source.open() as file:
        assert file.read() == b"data"
    assert source.unchanged()
    assert "Front" not in repr(source)


def test_pasted_bytes() -> None:
    source = SOURCES.memory("pasted.png", b"data")
    assert (source.name, source.size, source.modified) == ("pasted.png", 4, None)
    with source.open() as file:
        assert file.read() == b"data"
    assert source.unchanged()
    assert "data" not in repr(source)


@posix_only
def test_it_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "folder.jpg").mkdir()
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "lost.jpg").symlink_to("nowhere")
    texts = {}
    for name in ("empty.jpg", "folder.jpg", "pipe.jpg", "lost.jpg", "gone.jpg", "gone/a", "a\0b"):
        with pytest.raises(BadRequest) as caught:
            SOURCES.file(str(tmp_path / name))
        texts[name] = caught.value.user_text
    gone = "This file is not there any more."
    assert texts == {
        "empty.jpg": "This file is empty.",
        "folder.jpg": "This is not a file.",
        "pipe.jpg": "This is not a file.",
        "lost.jpg": gone,
        "gone.jpg": gone,
        "gone/a": gone,
        "a\0b": "This file cannot be read.",
    }


@pytest.mark.parametrize("change", ["grown", "touched", "gone"])
def test_a_file_that_changed(tmp_path: Path, change: str) -> None:
    path = put(tmp_path / "a.jpg")
    source = SOURCES.file(str(path))
    if change == "grown":
        put(path, b"data and more")
    elif change == "touched":
        os.utime(path, (1, 1))
    else:
        path.unlink()
    assert not source.unchanged()


def test_a_file_that_grows_while_it_is_staged(tmp_path: Path) -> None:
    create_root(str(tmp_path / "root"))
    store = LocalAtoZ(str(tmp_path / "root"), pinned_share_id=None)
    path = put(tmp_path / "a.jpg", b"x" * (3 << 20))

    class Grow:
        def report(self, done: int, total: int, text: str = "") -> None:
            with path.open("ab") as file:
                file.write(b"more")

    with pytest.raises(BadRequest, match="changed while"):
        store.stage(SOURCES.file(str(path)), OperationNumber("a" * 32), PatNum(1), ".jpg", Grow())
    assert store.staged() == ()


@posix_only
def test_a_file_that_cannot_be_read_to_its_end(tmp_path: Path) -> None:
    create_root(str(tmp_path / "root"))
    store = LocalAtoZ(str(tmp_path / "root"), pinned_share_id=None)
    memory = Path("/proc/self/mem")  # a plain file whose first byte is an input/output error
    with pytest.raises(BadRequest, match="could not be read"):
        store.stage(LocalSource(memory, 1, 0), OperationNumber("a" * 32), PatNum(1), ".jpg")
    assert store.staged() == ()


@pytest.mark.parametrize("seconds", [10**15, -(10**15)])
def test_a_time_no_calendar_holds(seconds: int) -> None:
    assert LocalSource(Path("a"), 1, seconds * 10**9).modified is None


@posix_only
def test_folders_are_walked(tmp_path: Path) -> None:
    for name in (
        "image10.jpg",
        "Image2.jpg",
        "image1.jpg",
        "b/9.jpg",
        "a/10.jpg",
        "a/sub/1.jpg",
        "a/.hidden",
        "a/Thumbs.db",
        ".git/config",
    ):
        put(tmp_path / "drop" / name)
    (tmp_path / "drop" / "loop").symlink_to(tmp_path / "drop")
    found = SOURCES.files_below([str(tmp_path / "drop")])
    assert [str(Path(path).relative_to(tmp_path / "drop")) for path in found] == [
        "a/sub/1.jpg",
        "a/10.jpg",
        "b/9.jpg",
        "image1.jpg",
        "Image2.jpg",
        "image10.jpg",
    ]


def test_named_files_are_sorted_and_named_once(tmp_path: Path) -> None:
    paths = [str(put(tmp_path / name)) for name in ("10.jpg", "9.jpg", "sub/1.jpg")]
    found = SOURCES.files_below([*paths, paths[0], str(tmp_path / "sub")])
    assert [Path(path).name for path in found] == ["1.jpg", "9.jpg", "10.jpg"]


def test_what_is_gone_stays_in_the_list(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone.jpg")
    assert SOURCES.files_below([gone]) == (gone,)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="changing the user needs root")
def test_a_folder_one_may_not_enter_stays_in_the_list(tmp_path: Path) -> None:
    put(tmp_path / "closed" / "a.jpg")
    (tmp_path / "closed").chmod(0o000)
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(0o755)
    os.seteuid(65534)
    try:
        assert SOURCES.files_below([str(tmp_path)]) == (str(tmp_path / "closed"),)
        with pytest.raises(BadRequest, match="not allowed to read"):
            SOURCES.file(str(tmp_path / "closed" / "a.jpg"))
    finally:
        os.seteuid(0)


@given(st.text(), st.text())
def test_any_two_names_can_be_compared(one: str, other: str) -> None:
    assert natural_key(one) == natural_key(other) or (natural_key(one) < natural_key(other)) != (
        natural_key(other) < natural_key(one)
    )


def test_natural_order() -> None:
    names = ["10.jpg", "9.jpg", "a10", "A9", "a", "", "01.jpg", "1.jpg"]
    assert sorted(names, key=natural_key) == [
        "",
        "01.jpg",
        "1.jpg",
        "9.jpg",
        "10.jpg",
        "a",
        "A9",
        "a10",
    ]
