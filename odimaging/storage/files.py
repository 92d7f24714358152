"""Single durable steps on files: exclusive create, flush, rename that never replaces.

Where files lie does not belong here but in `paths`. Functions raise `OSError`; the stores translate once, at their
border, with `foreign_errors.translated`.
"""

import contextlib
import ctypes
import errno
import functools
import hashlib
import os
import stat
import sys
import time
from collections.abc import Callable
from io import FileIO, RawIOBase
from pathlib import Path
from typing import BinaryIO, TypeVar

from odimaging.failpoints import declare, failpoint

T = TypeVar("T")

PIECE = 1 << 20
"""Bytes read, hashed and written at a time."""

RETRY_WAITS_S = (0.1, 0.2, 0.4, 0.6, 0.7)
"""Between six tries, two seconds in all: an antivirus program or an indexer lets go within that."""

declare(
    store_linked="a file has its new name and still its old one",
    store_reserved="an empty file holds the new name",
    store_renamed="a file has its new name, its folder is not flushed yet",
    store_carried="a file is copied to another volume and has its new name there, the old one is still there",
)


def _may_pass(error: OSError) -> bool:
    """Whether somebody holds the file right now and may let go in a moment."""
    windows = getattr(error, "winerror", None)
    return windows in (32, 33) or error.errno in (errno.EBUSY, errno.ETXTBSY)


def _rename_may_pass(error: OSError) -> bool:
    """Windows says "access denied" (5) of a name that is being scanned, replaced or deleted."""
    return _may_pass(error) or getattr(error, "winerror", None) == 5


def retried(
    action: Callable[[], T],
    may_pass: Callable[[OSError], bool] = _may_pass,
    wait: Callable[[float], None] = time.sleep,
) -> T:
    """The action, six times at most while another program holds the file."""
    for seconds in RETRY_WAITS_S:
        try:
            return action()
        except OSError as error:
            if not may_pass(error):
                raise
        wait(seconds)
    return action()


def open_regular(path: Path) -> BinaryIO:
    """An existing plain file for reading, from a resolved path: no link, folder, device or pipe behind it."""
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    descriptor = retried(lambda: os.open(path, flags))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileNotFoundError(errno.ENOENT, "not a plain file")
    return os.fdopen(descriptor, "rb")


def create_exclusive(path: Path) -> FileIO:
    """A new file that only this user may read, for writing; unbuffered, so that closing it cannot fail late."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    for name in ("O_NOFOLLOW", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    return FileIO(os.open(path, flags, 0o600), "wb")


def write_all(file: RawIOBase, data: bytes) -> None:
    """Every byte: a nearly full disk takes a part and says so only when asked again."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) or 0 :]


def flush_file(file: RawIOBase) -> None:
    """To the disk. If it fails nobody may flush again and go on: the kernel has dropped the pages."""
    os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Make names in a folder survive a power cut. Windows writes them itself; some network mounts cannot be asked."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """A folder as accessible as the one it lies in, flushed; nothing if it is there."""
    try:
        folder.mkdir()
    except FileExistsError:
        return
    _set_mode(folder, stat.S_IMODE(folder.parent.stat().st_mode))
    flush_folder(folder.parent)


def share_like(path: Path, folder: Path) -> None:
    """Let whoever may read the folder read the file: stage files are private, live ones are the office's."""
    _set_mode(path, stat.S_IMODE(folder.stat().st_mode) & 0o666)


def _set_mode(path: Path, mode: int) -> None:
    """Windows inherits rights by itself; a mount whose files belong to one user may refuse."""
    if sys.platform != "win32":
        with contextlib.suppress(PermissionError):
            path.chmod(mode)


def sha256_of(path: Path) -> tuple[int, str]:
    """Size and digest of a plain file."""
    digest, size = hashlib.sha256(), 0
    with open_regular(path) as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            size += len(piece)
    return size, digest.hexdigest()


def write_durably(path: Path, data: bytes) -> None:
    """A new private file, flushed; removed again if that fails."""
    try:
        with create_exclusive(path) as file:
            write_all(file, data)
            flush_file(file)
    except OSError as error:
        if error.errno != errno.EEXIST:
            path.unlink(missing_ok=True)
        raise


Rename = Callable[[Path, Path], None]

_CANNOT = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EPERM, errno.EMLINK})
"""This file system does not know the way; the next one is tried."""


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _rename_at(source: Path, target: Path) -> None:
    """Linux: one call that refuses by itself; network mounts may answer EINVAL."""
    call = getattr(_libc(), "renameat2", None)
    if call is None:
        raise OSError(errno.ENOSYS, "no renameat2")
    here, no_replace = -100, 1
    if call(here, os.fsencode(source), here, os.fsencode(target), ctypes.c_uint(no_replace)):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _link(source: Path, target: Path) -> None:
    if sys.platform == "win32":
        os.link(source, target)
    else:
        os.link(source, target, follow_symlinks=False)


def _link_and_unlink(source: Path, target: Path) -> None:
    _link(source, target)
    failpoint("store.linked")
    source.unlink()


def _reserve_and_replace(source: Path, target: Path) -> None:
    """Where there are no hard links: only the one who made the empty file may replace it."""
    create_exclusive(target).close()
    failpoint("store.reserved")
    try:
        source.replace(target)
    except OSError:
        target.unlink(missing_ok=True)
        raise


def _rename_on_windows(source: Path, target: Path) -> None:
    source.rename(target)


POSIX_WAYS: tuple[Rename, ...] = (_rename_at, _link_and_unlink, _reserve_and_replace)
WAYS = (_rename_on_windows,) if sys.platform == "win32" else POSIX_WAYS


def rename_no_replace(source: Path, target: Path, ways: tuple[Rename, ...] = WAYS) -> None:
    """Rename unless the name is taken (``FileExistsError``), by the first way this file system knows."""
    for way in ways[:-1]:
        try:
            return way(source, target)
        except OSError as error:
            if error.errno not in _CANNOT:
                raise
    return ways[-1](source, target)


def replace(source: Path, target: Path) -> None:
    """Rename over whatever is there, patiently: for notes and thumbnails, never for a patient's file."""
    retried(lambda: source.replace(target), _rename_may_pass)


def move(source: Path, target: Path, ways: tuple[Rename, ...] = WAYS) -> None:
    """Rename without replacing, patiently, then flush the folder it came into."""
    retried(lambda: rename_no_replace(source, target, ways), _rename_may_pass)
    failpoint("store.renamed")
    flush_folder(target.parent)


def copy_durably(source: Path, target: Path) -> None:
    """A new private file with the same bytes, flushed; nothing is left of it if that fails."""
    with open_regular(source) as reading, create_exclusive(target) as writing:
        try:
            while piece := reading.read(PIECE):
                write_all(writing, piece)
            flush_file(writing)
        except OSError:
            writing.close()
            target.unlink(missing_ok=True)
            raise


def second_name(source: Path, target: Path, link: Rename = _link) -> None:
    """The same bytes under another name too: a hard link, or a copy where there are none; flushed."""
    try:
        link(source, target)
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
        copy_durably(source, target)
    flush_folder(target.parent)


def carry_over(source: Path, target: Path, between: Path) -> None:
    """A move to another volume: copied there out of sight, then renamed without replacing, then the source goes."""
    make_folder(between)
    copy = between / source.name
    copy.unlink(missing_ok=True)
    copy_durably(source, copy)
    try:
        share_like(copy, target.parent)
        move(copy, target)
    except OSError:
        copy.unlink(missing_ok=True)
        raise
    failpoint("store.carried")
    source.unlink()
