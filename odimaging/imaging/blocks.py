"""Memory shared with a decoder process, without a name that could stay behind.

The parent makes the block, the child maps it. On POSIX it is an anonymous file whose descriptor crosses a socket; on
Windows a mapping with a random tag, which lives no longer than the last process that has it mapped. ``SharedMemory`` of
the standard library is not used: its resource tracker starts a process of its own and unlinks behind our back.
"""

import mmap
import os
import secrets
import socket
import sys
import tempfile
from typing import Any

Block = mmap.mmap


class BlockSender:
    """The parent's end. One for each child."""

    def __init__(self) -> None:
        self._here: socket.socket | None = None
        self._there: socket.socket | None = None
        if sys.platform != "win32":
            self._here, self._there = socket.socketpair()

    @property
    def inherited(self) -> tuple[int, ...]:
        """Descriptors the child must inherit; the first is what it is told on its command line."""
        return () if self._there is None else (self._there.fileno(),)

    def started(self) -> None:
        """The child has its end now."""
        if self._there is not None:
            self._there.close()

    def make(self, size: int) -> tuple[Block, dict[str, Any]]:
        """A block of ``size`` bytes, already on its way, and what the child must be told. Raises OSError."""
        if self._here is None:
            tag = f"Local\\odimaging-{secrets.token_hex(16)}"
            return mmap.mmap(-1, size, tagname=tag), {"tag": tag, "size": size}  # type: ignore[call-arg,unused-ignore]  # Windows
        descriptor = _anonymous_file(size)
        try:
            block = mmap.mmap(descriptor, size)
            socket.send_fds(self._here, [b"b"], [descriptor])
        finally:
            os.close(descriptor)
        return block, {"size": size}

    def close(self) -> None:
        """The child is gone."""
        for end in (self._here, self._there):
            if end is not None:
                end.close()


def _anonymous_file(size: int) -> int:
    """In memory where the system can, else a nameless temporary file."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("odimaging")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.truncate(descriptor, size)
    return descriptor


class BlockReceiver:
    """The child's end. ``descriptor``: as inherited; None on Windows."""

    def __init__(self, descriptor: int | None) -> None:
        self._socket = None if descriptor is None else socket.socket(fileno=descriptor)

    def take(self, told: dict[str, Any]) -> Block:
        """Map the block the parent has just made."""
        if self._socket is None:
            return mmap.mmap(-1, told["size"], tagname=told["tag"])  # type: ignore[call-arg,unused-ignore]  # Windows
        _, descriptors, _, _ = socket.recv_fds(self._socket, 1, 1)
        try:
            return mmap.mmap(descriptors[0], told["size"])
        finally:
            os.close(descriptors[0])
