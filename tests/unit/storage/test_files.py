"""Durable steps and the table of foreign errors."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from odimaging.model.errors import (
    FileInUse,
    FileMissing,
    InvalidField,
    NameTaken,
    NotPermitted,
    OdImagingError,
    StoreError,
    StoreFull,
    StoreUnavailable,
)
from odimaging.storage import files, foreign_errors
from tests.unit.storage.platforms import posix_only
from tests.unit.storage.stops import stopped_at

_, LINK, RESERVE = files.POSIX_WAYS
pytestmark = posix_only


class WindowsError32(OSError):
    winerror = 32


class WindowsError5(OSError):
    winerror = 5


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOENT, FileMissing),
        (errno.ENOTDIR, FileMissing),
        (errno.EISDIR, FileMissing),
        (errno.EEXIST, NameTaken),
        (errno.ENOSPC, StoreFull),
        (errno.EDQUOT, StoreFull),
        (errno.EFBIG, StoreFull),
        (errno.EACCES, NotPermitted),
        (errno.EPERM, NotPermitted),
        (errno.EROFS, NotPermitted),
        (errno.EBUSY, FileInUse),
        (errno.ENAMETOOLONG, InvalidField),
        (errno.EINVAL, InvalidField),
        (errno.ESTALE, StoreUnavailable),
        (errno.ENOTCONN, StoreUnavailable),
        (errno.ETIMEDOUT, StoreUnavailable),
        (errno.EIO, StoreError),
        (errno.EXDEV, StoreError),
        (errno.EMFILE, StoreError),
    ],
    ids=lambda value: errno.errorcode[value] if isinstance(value, int) else "",
)
def test_error_numbers(number: int, kind: type[OdImagingError]) -> None:
    with pytest.raises(OdImagingError) as caught, foreign_errors.translated():
        raise OSError(number, "text of the system", "/S/SmithJohn15/SmithJohn389.jpg")
    assert type(caught.value) is kind
    assert "Smith" not in f"{caught.value.user_text}{caught.value.detail}"
    assert caught.value.user_text.endswith(".")


@pytest.mark.parametrize(
    ("number", "kind"), [(32, FileInUse), (112, StoreFull), (53, StoreUnavailable)]
)
def test_windows_numbers_come_first(number: int, kind: type[OdImagingError]) -> None:
    error = OSError(errno.EACCES, "text")
    error.winerror = number  # type: ignore[attr-defined]  # only there on Windows
    assert type(foreign_errors.store_error(error)) is kind


class Busy:
    """An action that is refused a number of times."""

    def __init__(self, times: int, error: OSError) -> None:
        self.left = times
        self.tries = 0
        self.error = error

    def __call__(self) -> str:
        self.tries += 1
        if self.left:
            self.left -= 1
            raise self.error
        return "done"


def test_a_held_file_is_tried_six_times_over_two_seconds() -> None:
    waits: list[float] = []
    action = Busy(99, WindowsError32(errno.EACCES, "held"))
    with pytest.raises(WindowsError32):
        files.retried(action, wait=waits.append)
    assert action.tries == 6
    assert sum(waits) == pytest.approx(2.0)


def test_a_file_let_go_in_time_is_done() -> None:
    waits: list[float] = []
    assert files.retried(Busy(3, OSError(errno.EBUSY, "busy")), wait=waits.append) == "done"
    assert len(waits) == 3


def test_other_errors_are_not_tried_again() -> None:
    action = Busy(1, OSError(errno.EACCES, "denied"))
    with pytest.raises(PermissionError):
        files.retried(action, wait=lambda _: None)
    assert action.tries == 1


def test_access_denied_passes_for_renames_only() -> None:
    error = WindowsError5(errno.EACCES, "denied")
    assert not files._may_pass(error)
    assert files._rename_may_pass(error)


def test_a_folder_that_cannot_be_flushed_is_left_at_that() -> None:
    files.flush_folder(Path("/proc/self"))  # answers EINVAL, as some network mounts do


def test_open_regular_reads(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"data")
    with files.open_regular(tmp_path / "a") as file:
        assert file.read() == b"data"


def test_open_regular_refuses_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "target").write_bytes(b"data")
    (tmp_path / "link").symlink_to("target")
    for name in ("pipe", "folder", "link", "nothing"):
        with pytest.raises(FileMissing), foreign_errors.translated():
            files.open_regular(tmp_path / name)


def test_write_durably_never_touches_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        files.write_durably(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"


def test_new_files_are_private(tmp_path: Path) -> None:
    files.write_durably(tmp_path / "a", b"data")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_folders_are_as_open_as_their_parents(tmp_path: Path) -> None:
    tmp_path.chmod(0o2771)
    files.make_folder(tmp_path / "a")
    files.make_folder(tmp_path / "a")
    assert (tmp_path / "a").stat().st_mode & 0o7777 == 0o2771


@pytest.mark.parametrize("way", files.WAYS)
def test_each_way_renames(tmp_path: Path, way: files.Rename) -> None:
    (tmp_path / "a").write_bytes(b"data")
    way(tmp_path / "a", tmp_path / "b")
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
    assert (tmp_path / "b").read_bytes() == b"data"


@pytest.mark.parametrize("way", files.WAYS)
def test_no_way_replaces(tmp_path: Path, way: files.Rename) -> None:
    (tmp_path / "a").write_bytes(b"new")
    (tmp_path / "b").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        way(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"old"
    assert (tmp_path / "a").read_bytes() == b"new"


@pytest.mark.parametrize("way", files.WAYS)
def test_every_way_needs_a_source(tmp_path: Path, way: files.Rename) -> None:
    with pytest.raises(FileNotFoundError):
        way(tmp_path / "a", tmp_path / "b")
    assert list(tmp_path.iterdir()) == []


def cannot(number: int) -> files.Rename:
    def way(source: Path, target: Path) -> None:
        raise OSError(number, "this file system does not know it")

    return way


@pytest.mark.parametrize(
    "ways",
    [
        (cannot(errno.EINVAL), LINK, RESERVE),
        (cannot(errno.ENOSYS), cannot(errno.EPERM), RESERVE),
        (cannot(errno.EINVAL), cannot(errno.ENOTSUP), RESERVE),
    ],
)
def test_the_next_way_is_tried(tmp_path: Path, ways: tuple[files.Rename, ...]) -> None:
    for name in ("a", "other"):
        (tmp_path / name).write_bytes(name.encode())
    files.move(tmp_path / "a", tmp_path / "b", ways)
    with pytest.raises(FileExistsError):
        files.move(tmp_path / "other", tmp_path / "b", ways)
    assert (tmp_path / "b").read_bytes() == b"a"
    assert (tmp_path / "other").read_bytes() == b"other"


def test_another_error_ends_it(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    with pytest.raises(OSError, match="does not know"):
        files.move(tmp_path / "a", tmp_path / "b", (cannot(errno.ENOSPC), LINK, RESERVE))
    assert not (tmp_path / "b").exists()


def test_stopped_between_link_and_unlink_has_both(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"data")
    with stopped_at("store.linked"):
        LINK(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() == b"data"


def test_stopped_while_reserving_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"data")
    with stopped_at("store.reserved"):
        RESERVE(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == b"data"
    assert (tmp_path / "b").read_bytes() == b""


def test_a_second_name_outlives_the_first(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"data")
    files.second_name(tmp_path / "a", tmp_path / "b")
    (tmp_path / "a").unlink()
    assert (tmp_path / "b").read_bytes() == b"data"


def no_links(source: Path, target: Path) -> None:
    raise OSError(errno.EPERM, "no hard links here")


def test_a_second_name_without_links_is_a_copy(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"data" * 700_000)
    files.second_name(tmp_path / "a", tmp_path / "b", link=no_links)
    assert (tmp_path / "b").read_bytes() == b"data" * 700_000
    assert (tmp_path / "b").stat().st_ino != (tmp_path / "a").stat().st_ino
    with pytest.raises(FileExistsError):
        files.second_name(tmp_path / "a", tmp_path / "b")


def test_sha256_of(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    assert files.sha256_of(tmp_path / "a") == (
        0,
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    )


class ShortWriter:
    """A disk that takes at most three bytes at a time."""

    def __init__(self) -> None:
        self.taken = b""

    def write(self, data: bytes) -> int:
        self.taken += bytes(data[:3])
        return len(data[:3])


def test_write_all_writes_all() -> None:
    writer = ShortWriter()
    write: Callable[..., None] = files.write_all
    write(writer, b"0123456789")
    assert writer.taken == b"0123456789"
