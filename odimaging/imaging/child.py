"""The loop of a decoder process: reads commands on a pipe, hands pixels back through shared memory.

Everything foreign bytes can break is loaded in this process and nowhere in the program itself. What a decoder raises on damaged
bytes is answered as ``DecodeFailed``; what is not in that table ends the process, and the parent answers for it.
"""

import mmap
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from odimaging.imaging import limits, wire
from odimaging.imaging.allocation import TOO_LARGE, Allocate
from odimaging.imaging.blocks import MappedBlocks
from odimaging.imaging.damage import DAMAGED
from odimaging.imaging.raster import Raster
from odimaging.model.errors import DecodeFailed, ImagingError, UnsupportedFormat

INLINE_BYTES = 1 << 20
"""Smaller pictures cross the pipe: cheaper than a block, and no descriptor each."""


@dataclass(frozen=True, slots=True)
class Call:
    """One command with its payload, and the way to memory the parent can see."""

    header: wire.Header
    payload: memoryview
    allocate: Allocate

    @property
    def fit(self) -> tuple[int, int] | None:
        """The wished-for box, if any."""
        box = self.header.get("fit")
        return None if box is None else (int(box[0]), int(box[1]))


Reply = tuple[wire.Header, "Raster | bytes | None"]
Command = Callable[[Call], Reply]


class Child:
    """The loop around the commands."""

    def __init__(
        self,
        commands: dict[str, Command],
        requests: BinaryIO,
        replies: BinaryIO,
        blocks: MappedBlocks,
    ) -> None:
        self._commands = commands
        self._requests = requests
        self._replies = replies
        self._blocks = blocks
        self._watchdog = limits.Watchdog()
        self._block: mmap.mmap | None = None

    def run(self) -> None:
        """Until the parent is gone."""
        wire.send(self._replies, {"ready": os.getpid()})
        while (message := wire.receive(self._requests)) is not None:
            self._watchdog.job_started()
            self._answer(message[0], self._payload(*message))
            self._block = None
            self._watchdog.job_ended()

    def _payload(self, header: wire.Header, payload: memoryview) -> memoryview:
        """What came with a command: through the pipe, or in a block if it is much."""
        told = header.get("input")
        return payload if told is None else memoryview(self._blocks.take(told))[: told["used"]]

    def _answer(self, header: wire.Header, payload: memoryview) -> None:
        try:
            reply, result = self._commands[header["command"]](Call(header, payload, self._allocate))
            self._send(reply, result)
        except ImagingError as error:
            self._fail("DecodeFailed", error.user_text, error.detail)
        except UnsupportedFormat as error:
            self._fail("UnsupportedFormat", error.user_text, error.detail)
        except MemoryError:
            self._fail("DecodeFailed", TOO_LARGE, "memory")
        except DAMAGED as error:
            self._fail("DecodeFailed", DecodeFailed.default_text, type(error).__name__)

    def _fail(self, kind: str, user_text: str, detail: str) -> None:
        wire.send(self._replies, {"error": kind, "user_text": user_text, "detail": detail})

    def _send(self, reply: wire.Header, result: Raster | bytes | None) -> None:
        if isinstance(result, Raster):
            self._send_picture(reply, result)
        else:
            wire.send(self._replies, reply, [result or b""])

    def _send_picture(self, reply: wire.Header, raster: Raster) -> None:
        pixels = self._shared(raster.pixels)
        picture = raster.picture(pixels)
        reply = {**reply, "picture": wire.pack_picture(picture), "shared": self._block is not None}
        wire.send(self._replies, reply, [] if self._block is not None else [pixels.data.cast("B")])

    def _shared(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """The pixels where the parent can see them, or as they are if they are few."""
        if self._is_in_block(pixels):
            return pixels
        self._block = None
        target = self._allocate(pixels.shape, pixels.dtype)
        np.copyto(target, pixels)
        return target

    def _is_in_block(self, pixels: NDArray[Any]) -> bool:
        if self._block is None:
            return False
        start = np.frombuffer(self._block, np.uint8).ctypes.data
        return pixels.ctypes.data == start and pixels.flags.c_contiguous

    def _allocate(self, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
        """An array for the final pixels: in a block of the parent's if it is large."""
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if size <= INLINE_BYTES or self._block is not None:
            return np.empty(shape, dtype)
        wire.send(self._replies, {"block": size})
        answer = wire.receive(self._requests)
        if answer is None:
            raise SystemExit(1)
        if "error" in answer[0]:
            raise MemoryError
        self._block = self._blocks.take(answer[0])
        return np.frombuffer(self._block, dtype, int(np.prod(shape))).reshape(shape)


def serve(commands: dict[str, Command]) -> None:
    """Answer on the pipes this process was started with."""
    requests, replies = _private_pipes()
    descriptor = int(sys.argv[1]) if len(sys.argv) > 1 else None
    limits.bind()
    Child(commands, requests, replies, MappedBlocks(descriptor)).run()


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output under other numbers, so that a library's chatter cannot get between the messages."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    return requests, replies
