"""The decoder processes as the `Decoder` port: kept warm, limited in time, replaced when they end.

One worker serves one caller at a time; who finds none free waits. A job that takes longer than `JOB_S` ends its process
and fails as damaged; the next job gets a fresh one.
"""

import logging
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import odimaging
from odimaging.imaging import wire
from odimaging.imaging.blocks import Block, Blocks
from odimaging.imaging.limits import JOB_S
from odimaging.model.errors import DecodeFailed, UnsupportedFormat
from odimaging.model.mount import Mount, MountItem
from odimaging.model.picture import Picture, PictureInfo
from odimaging.model.ports import MountPicture, PictureSource

log = logging.getLogger(__name__)

START_S = 30.0
"""A process that is not ready after so long never will be."""
END_S = 2.0
PIPE_BYTES, INBOX_BYTES = 256 << 10, 64 << 20
"""Files between these sizes reach the child through shared memory, the others through the pipe."""
Fit = tuple[int, int] | None
Payloads = Sequence[wire.Payload]


def interpreter(executable: str, prefix: str) -> str:
    """The Python to start: a launcher that embeds it would start the whole program again."""
    if Path(executable).stem.lower().startswith("python"):
        return executable
    for name in ("pythonw.exe", "python.exe", "bin/python3"):
        bundled = Path(prefix) / name
        if bundled.exists():
            return str(bundled)
    return executable


def decoder_command() -> tuple[str, ...]:
    """How a decoder process is started. ``-P``: nothing is imported from the folder one happens to be in."""
    return (interpreter(sys.executable, sys.base_prefix), "-P", "-m", "odimaging.imaging.decoder")


def _environment() -> dict[str, str]:
    """The same package as ours, one thread for arithmetic, nothing else changed."""
    package = str(Path(odimaging.__file__).parents[1])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1"}


class Worker:
    """One decoder process, started at its first job. One caller at a time."""

    def __init__(self, command: Sequence[str], job_s: float = JOB_S) -> None:
        self._command = command
        self._job_s = job_s
        self.process: subprocess.Popen[bytes] | None = None
        """As far as it was started."""
        self._blocks: Blocks | None = None

    @property
    def pid(self) -> int | None:
        """Of the running process."""
        return None if self.process is None else self.process.pid

    def ask(self, header: wire.Header, payloads: Payloads = ()) -> tuple[wire.Header, memoryview]:
        """One command; its reply and what came with it. Raises DecodeFailed, UnsupportedFormat."""
        process = self._ready()
        timer = threading.Timer(self._job_s, process.kill)
        timer.daemon = True
        timer.start()
        try:
            return self._converse(process, header, payloads)
        except (OSError, ValueError) as error:  # the pipe broke, or what came through it did
            raise self._lost(type(error).__name__) from error
        finally:
            timer.cancel()

    def start(self) -> None:
        """Start the process if it does not run, without waiting for it."""
        if self.process is not None and self.process.poll() is None:
            return
        self.end()
        self._blocks = Blocks()
        inherited = self._blocks.inherited
        options: dict[str, Any] = {"creationflags": 0x08000000} if sys.platform == "win32" else {}
        self.process = subprocess.Popen(
            [*self._command, *map(str, inherited)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=inherited,
            env=_environment(),
            **options,
        )
        self._blocks.started()
        self._greeted = False

    def kill(self) -> None:
        """End the process, whoever is waiting for it. Any thread."""
        process = self.process
        if process is not None:
            process.kill()

    def end(self) -> None:
        """Kill the process, if any, and wait for it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                _close(pipe)
            self.process = None
        if self._blocks is not None:
            self._blocks.close()
            self._blocks = None

    def _ready(self) -> subprocess.Popen[bytes]:
        self.start()
        process = self.process
        assert process is not None
        if not self._greeted:
            timer = threading.Timer(START_S, process.kill)
            timer.daemon = True
            timer.start()
            greeting = wire.receive(process.stdout)  # type: ignore[arg-type]  # a pipe: asked for above
            timer.cancel()
            if greeting is None:
                raise self._lost("start")
            self._greeted = True
        return process

    def _converse(
        self, process: subprocess.Popen[bytes], header: wire.Header, payloads: Payloads
    ) -> tuple[wire.Header, memoryview]:
        requests: Any = process.stdin
        replies: Any = process.stdout
        assert self._blocks is not None
        inbox = self._send(requests, self._blocks, header, payloads)
        lent: Block | None = None
        wanted = 0
        try:
            while (message := wire.receive(replies)) is not None:
                reply, payload = message
                if "block" in reply:
                    wanted = reply["block"]
                    lent, told = _lend(self._blocks, wanted)
                    wire.send(requests, told)
                elif "error" in reply:
                    raise _error(reply)
                elif lent is not None and reply.get("shared"):
                    shared, lent = lent, None
                    return reply, self._blocks.view(shared, wanted)
                else:
                    return reply, payload
            raise self._lost("ended")
        finally:
            for block in (inbox, lent):
                if block is not None and self._blocks is not None:
                    self._blocks.give_back(block)

    def _send(
        self, requests: Any, blocks: Blocks, header: wire.Header, payloads: Payloads
    ) -> Block | None:
        """A command. Its payload goes through shared memory where that is quicker."""
        size = sum(len(payload) for payload in payloads)
        if not PIPE_BYTES < size <= INBOX_BYTES:
            wire.send(requests, header, payloads)
            return None
        inbox, told = _lend(blocks, size)
        if inbox is None:
            wire.send(requests, header, payloads)
            return None
        done = 0
        for payload in payloads:
            inbox.memory[done : done + len(payload)] = payload
            done += len(payload)
        wire.send(requests, {**header, "input": {**told, "used": size}})
        return inbox

    def _lost(self, why: str) -> DecodeFailed:
        code = None if self.process is None else self.process.poll()
        self.end()
        log.warning("decoder process lost: %s, code %s", why, code)
        return DecodeFailed(detail=f"decoder lost: {why}")


def _lend(blocks: Blocks, size: int) -> tuple[Block | None, wire.Header]:
    try:
        return blocks.lend(size)
    except (OSError, OverflowError):
        log.warning("no memory for a picture of %d bytes", size)
        return None, {"error": "memory"}


def _close(pipe: Any) -> None:
    try:
        pipe.close()
    except OSError:  # what was still to be flushed has nowhere to go
        log.debug("a decoder's pipe was broken")


def _error(reply: wire.Header) -> DecodeFailed | UnsupportedFormat:
    kind = UnsupportedFormat if reply["error"] == "UnsupportedFormat" else DecodeFailed
    return kind(reply["user_text"], reply["detail"])


class DecoderPool:
    """The `Decoder` port over ``processes`` workers. Any thread."""

    def __init__(
        self,
        processes: int = 2,
        command: Sequence[str] | None = None,
        job_s: float = JOB_S,
    ) -> None:
        self.workers = [Worker(command or decoder_command(), job_s) for _ in range(processes)]
        self._idle: queue.LifoQueue[Worker] = queue.LifoQueue()
        self._closed = False
        for worker in self.workers:
            self._idle.put(worker)

    def warm_up(self) -> None:
        """Start the processes in the background: the first is ready in half a second, the other soon after."""
        threading.Thread(target=self._warm, name="decoder-warm-up", daemon=True).start()

    def inspect(self, data: bytes, extension: str) -> PictureInfo:
        """See `odimaging.model.ports.Decoder`."""
        header = {"command": "inspect", "extension": extension}
        return wire.unpack_info(self.ask(header, [data])[0]["info"])

    def picture(self, source: PictureSource, fit: Fit = None) -> Picture:
        """See `odimaging.model.ports.Decoder`."""
        return self._picture("picture", source, fit)

    def rendered(self, source: PictureSource, fit: Fit = None) -> Picture:
        """See `odimaging.model.ports.Decoder`."""
        return self._picture("rendered", source, fit)

    def encoded(self, source: PictureSource, extension: str) -> bytes:
        """See `odimaging.model.ports.Decoder`."""
        return self._file("encoded", source, extension)

    def thumbnail(self, source: PictureSource, extension: str) -> bytes:
        """See `odimaging.model.ports.Decoder`."""
        return self._file("thumbnail", source, extension)

    def mount_rendered(self, mount: MountPicture, fit: Fit = None) -> Picture:
        """See `odimaging.model.ports.Decoder`."""
        header, payloads = wire.pack_mount_picture(mount)
        return _as_picture(self.ask({"command": "mount_rendered", "fit": fit, **header}, payloads))

    def mount_encoded(self, mount: MountPicture, extension: str) -> bytes:
        """See `odimaging.model.ports.Decoder`."""
        header, payloads = wire.pack_mount_picture(mount)
        command = {"command": "mount_encoded", "extension": extension, **header}
        return bytes(self.ask(command, payloads)[1])

    def text_item(self, mount: Mount, item: MountItem, text: str) -> Picture:
        """See `odimaging.model.ports.Decoder`."""
        header = {
            "command": "text_item",
            "mount": wire.pack_mount(mount),
            "item": wire.pack_item(item),
            "text": text,
        }
        return _as_picture(self.ask(header))

    def close(self) -> None:
        """End the processes, busy ones too: their callers get DecodeFailed."""
        self._closed = True
        for worker in self.workers:
            worker.kill()
        for _ in self.workers:
            try:
                self._idle.get(timeout=END_S).end()
            except queue.Empty:
                log.warning("a decoder process did not end")

    def _picture(self, command: str, source: PictureSource, fit: Fit) -> Picture:
        header = {"command": command, "fit": fit, "source": wire.pack_source(source)}
        return _as_picture(self.ask(header, [source.data]))

    def _file(self, command: str, source: PictureSource, extension: str) -> bytes:
        header = {
            "command": command,
            "extension": extension,
            "source": wire.pack_source(source),
        }
        return bytes(self.ask(header, [source.data])[1])

    def ask(self, header: wire.Header, payloads: Payloads = ()) -> tuple[wire.Header, memoryview]:
        """Any command, as `odimaging.imaging.commands` names them: its reply and what came with it."""
        if self._closed:
            raise DecodeFailed("The program is being closed.", "closed")
        worker = self._idle.get()
        try:
            return worker.ask(header, payloads)
        finally:
            self._idle.put(worker)

    def _warm(self) -> None:
        """Only a worker that was taken from the idle ones is touched: a caller may be starting the other."""
        taken = [self._idle.get() for _ in self.workers]
        for worker in taken:
            if not self._closed:
                worker.start()
        for worker in taken:
            try:
                if not self._closed:
                    worker.ask({"command": "warm"})
            except DecodeFailed:
                log.warning("a decoder process could not be started")
            finally:
                self._idle.put(worker)


def _as_picture(answer: tuple[wire.Header, memoryview]) -> Picture:
    reply, pixels = answer
    return wire.unpack_picture(reply["picture"], pixels)
