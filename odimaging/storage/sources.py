"""Bytes that are to be filed: local files and what was pasted. Each failure is a sentence that names no path."""

import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from odimaging.model.errors import BadRequest
from odimaging.model.naming import is_hidden_name
from odimaging.model.ports import Source

_HIDDEN_ATTRIBUTE = 2

_SENTENCES = {
    errno.ENOENT: "This file is not there any more.",
    errno.ENOTDIR: "This file is not there any more.",
    errno.EACCES: "This computer is not allowed to read this file.",
    errno.EPERM: "This computer is not allowed to read this file.",
}


@dataclass(frozen=True, slots=True)
class LocalSource:
    """A local file as it was when it was named."""

    path: Path = field(repr=False)
    size: int
    modified_ns: int

    @property
    def name(self) -> str:
        """See `odimaging.model.ports.Source`."""
        return self.path.name

    @property
    def modified(self) -> datetime | None:
        """None for a time no calendar holds."""
        try:
            return datetime.fromtimestamp(self.modified_ns // 1_000_000_000)
        except (OverflowError, OSError, ValueError):
            return None

    def open(self) -> BinaryIO:
        """Raises BadRequest if it is gone, or something else lies there now."""
        return _open_file(self.path)

    def unchanged(self) -> bool:
        """See `odimaging.model.ports.Source`."""
        try:
            now = self.path.stat()
        except OSError:
            return False
        return (now.st_size, now.st_mtime_ns) == (self.size, self.modified_ns)


@dataclass(frozen=True, slots=True)
class MemorySource:
    """Bytes at hand: a pasted picture, a decoded payload."""

    name: str = field(repr=False)
    data: bytes = field(repr=False)
    modified: datetime | None = None

    @property
    def size(self) -> int:
        """See `odimaging.model.ports.Source`."""
        return len(self.data)

    def open(self) -> BinaryIO:
        """See `odimaging.model.ports.Source`."""
        return BytesIO(self.data)

    def unchanged(self) -> bool:
        """See `odimaging.model.ports.Source`."""
        return True


class LocalSources:
    """The `Sources` of this computer."""

    def file(self, path: str) -> Source:
        """See `odimaging.model.ports.Sources`."""
        with _open_file(Path(path)) as file:
            known = os.fstat(file.fileno())
        if known.st_size == 0:
            raise BadRequest("This file is empty.")
        return LocalSource(Path(path), known.st_size, known.st_mtime_ns)

    def memory(self, name: str, data: bytes) -> Source:
        """See `odimaging.model.ports.Sources`."""
        return MemorySource(name, data)

    def files_below(self, paths: Sequence[str]) -> tuple[str, ...]:
        """A folder that cannot be read stays in the list: `file` then says why. Links are not followed into folders."""
        named = [Path(path) for path in dict.fromkeys(paths)]
        found = [one for path in _folders_first(named) for one in _below(path)]
        return tuple(dict.fromkeys(str(path) for path in found))


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Sorts as Explorer does: case aside, digits by their value (``image2`` before ``image10``)."""
    pieces = re.split(r"([0-9]+)", name.casefold())
    return [(0, int(one), one) if one.isdecimal() else (1, 0, one) for one in pieces if one]


def _below(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    try:
        inside = [one for one in path.iterdir() if not _is_hidden(one)]
    except OSError:
        yield path
        return
    for one in _folders_first(inside):
        if not (one.is_symlink() and one.is_dir()):
            yield from _below(one)


def _folders_first(paths: list[Path]) -> list[Path]:
    return sorted(paths, key=lambda path: (not path.is_dir(), natural_key(path.name)))


def _is_hidden(path: Path) -> bool:
    attributes = getattr(path.lstat(), "st_file_attributes", 0)
    return is_hidden_name(path.name) or bool(attributes & _HIDDEN_ATTRIBUTE)


def _open_file(path: Path) -> BinaryIO:
    """A plain file, or a sentence. Opened without waiting: a pipe of that name would never answer."""
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        number = getattr(error, "errno", None) or 0
        text = _SENTENCES.get(number, "This file cannot be read.")
        raise BadRequest(text, f"source: errno {number}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise BadRequest("This is not a file.")
    return os.fdopen(descriptor, "rb")
