"""Memory shared with a decoder process, without a name that could stay behind.

The parent makes a block, the child maps it. On POSIX it is an anonymous file whose descriptor crosses a socket; on
Windows a mapping with a random tag, which lives no longer than the last process that has it mapped. ``SharedMemory`` of
the standard library is not used: its resource tracker starts a process of its own and unlinks behind our back.

A block whose picture nobody holds any more is used again, and both sides keep it mapped: the first touch of 48 fresh
megabytes costs more than decoding into them.
"""

import ctypes
import itertools
import mmap
import os
import socket
import sys
import tempfile
import weakref
from collections import deque
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

Told = dict[str, Any]
"""What the child must be told of a block; JSON."""
ROUND_TO = 1 << 20
KEPT_BYTES = 192 << 20
"""So much stays mapped for each child, lent out or waiting: it counts against the child's limit."""
LOOSE = 2
"""A waiting block may be so many times larger than asked for."""


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of shared memory. ``kept``: the child keeps it mapped after its job."""

    number: int
    size: int
    memory: mmap.mmap
    kept: bool
    tag: str = ""


class Blocks:
    """The parent's end, one for each child. One caller at a time; blocks come back from any thread."""

    def __init__(self) -> None:
        self._here: socket.socket | None = None
        self._there: socket.socket | None = None
        if sys.platform != "win32":
            self._here, self._there = socket.socketpair()
        self._numbers = itertools.count()
        self._waiting: deque[Block] = deque()
        self._kept_bytes = 0

    @property
    def inherited(self) -> tuple[int, ...]:
        """Descriptors the child must inherit; what it is told on its command line."""
        return () if self._there is None else (self._there.fileno(),)

    def started(self) -> None:
        """The child has its end now."""
        if self._there is not None:
            self._there.close()
            self._there = None

    def lend(self, size: int) -> tuple[Block, Told]:
        """A block of at least ``size`` bytes, already on its way to the child. Raises OSError if there is no memory."""
        waiting = self._take_waiting(size)
        if waiting is not None:
            return waiting, {"number": waiting.number, "size": waiting.size}
        dropped = self._make_room(size)
        block = self._make(size)
        told = {
            "number": block.number,
            "size": block.size,
            "kept": block.kept,
            "new": True,
            "drop": dropped,
            "tag": block.tag,
        }
        return block, told

    def view(self, block: Block, size: int) -> memoryview:
        """The first bytes of a block; when nobody holds any part of the view any more, the block waits for the next."""
        owner = (ctypes.c_ubyte * size).from_buffer(block.memory)
        if block.kept:
            weakref.finalize(owner, self._waiting.append, block)
        return memoryview(owner).cast("B")

    def give_back(self, block: Block) -> None:
        """Of a block that was lent and never viewed."""
        if block.kept:
            self._waiting.append(block)

    def close(self) -> None:
        """The child is gone."""
        for end in (self._here, self._there):
            if end is not None:
                end.close()
        self._waiting.clear()

    def _take_waiting(self, size: int) -> Block | None:
        for _ in range(len(self._waiting)):
            block = self._waiting.popleft()
            if size <= block.size <= LOOSE * size + ROUND_TO:
                return block
            self._waiting.append(block)
        return None

    def _make_room(self, size: int) -> list[int]:
        """Give up waiting blocks of other sizes until a new one may be kept."""
        dropped: list[int] = []
        while self._waiting and self._kept_bytes + size > KEPT_BYTES:
            block = self._waiting.popleft()
            self._kept_bytes -= block.size
            dropped.append(block.number)
        return dropped

    def _make(self, size: int) -> Block:
        size = -(-size // ROUND_TO) * ROUND_TO
        kept = self._kept_bytes + size <= KEPT_BYTES
        number, tag = next(self._numbers), ""
        if self._here is None:
            tag = f"Local\\odimaging-{token_hex(16)}"
            memory = mmap.mmap(-1, size, tagname=tag)  # type: ignore[call-arg,unused-ignore]  # Windows
        else:
            memory = _send_memory(self._here, size)
        self._kept_bytes += size if kept else 0
        return Block(number, size, memory, kept, tag)


def _send_memory(there: socket.socket, size: int) -> mmap.mmap:
    descriptor = _anonymous_file(size)
    try:
        memory = mmap.mmap(descriptor, size)
        socket.send_fds(there, [b"b"], [descriptor])
        return memory
    finally:
        os.close(descriptor)


def _anonymous_file(size: int) -> int:
    """In memory where the system can, and then of a size nobody can change any more; else a nameless temporary file."""
    if sys.platform == "linux":
        import fcntl

        descriptor = os.memfd_create("odimaging", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.truncate(descriptor, size)
        # A child that shrank it would take us down at the next touch.
        fcntl.fcntl(
            descriptor,
            fcntl.F_ADD_SEALS,
            fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL,
        )
        return descriptor
    with tempfile.TemporaryFile() as file:
        descriptor = os.dup(file.fileno())
    os.truncate(descriptor, size)
    return descriptor


class MappedBlocks:
    """The child's end. ``descriptor``: as inherited; None on Windows."""

    def __init__(self, descriptor: int | None) -> None:
        self._socket = None if descriptor is None else socket.socket(fileno=descriptor)
        self._kept: dict[int, mmap.mmap] = {}

    def take(self, told: Told) -> mmap.mmap:
        """The block the parent told of."""
        for number in told.get("drop", ()):
            self._kept.pop(number, None)
        if not told.get("new"):
            return self._kept[told["number"]]
        memory = self._map(told)
        if told["kept"]:
            self._kept[told["number"]] = memory
        return memory

    def close(self) -> None:
        """No more blocks; those that are mapped stay as long as somebody holds them."""
        if self._socket is not None:
            self._socket.close()
        self._kept.clear()

    def _map(self, told: Told) -> mmap.mmap:
        if self._socket is None:
            return mmap.mmap(-1, told["size"], tagname=told["tag"])  # type: ignore[call-arg,unused-ignore]  # Windows
        _, descriptors, _, _ = socket.recv_fds(self._socket, 1, 1)
        try:
            return mmap.mmap(descriptors[0], told["size"])
        finally:
            os.close(descriptors[0])
