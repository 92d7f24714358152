"""The far end of an SFTP channel, packet by packet: for servers no distribution ships."""

import struct
from collections import deque
from collections.abc import Callable, Iterable

from odimaging.transfer.wire import FSYNC, LIMITS, POSIX_RENAME, STATVFS, Code, Kind, Mode, text

Answer = Callable[[int, int, bytes], bytes]
"""Kind, request number and what follows it → packets to be sent back."""


def packed(kind: int, body: bytes) -> bytes:
    return struct.pack(">IB", len(body) + 1, kind) + body


def reply(kind: int, number: int, body: bytes = b"") -> bytes:
    return packed(kind, struct.pack(">I", number) + body)


def status(number: int, code: int) -> bytes:
    return reply(Kind.STATUS, number, struct.pack(">I", code) + text("words") + text(""))


class Line:
    """A channel whose other end is a function; takes and gives in pieces of ``piece`` bytes."""

    def __init__(self, answer: Answer, offers: Iterable[str] = (FSYNC,), piece: int = 7) -> None:
        self._answer = answer
        self._offers = b"".join(text(name) + text("1") for name in offers)
        self._piece = piece
        self._came = bytearray()
        self._waiting = bytearray()
        self.requests: deque[tuple[int, bytes]] = deque()
        self.closed = False

    def send(self, s: bytes) -> int:
        if self.closed:
            return 0
        data = bytes(s[: self._piece])
        self._came += data
        while len(self._came) >= 4:
            size = int.from_bytes(self._came[:4], "big")
            if len(self._came) < 4 + size:
                break
            packet = bytes(self._came[4 : 4 + size])
            del self._came[: 4 + size]
            self._take(packet)
        return len(data)

    def _take(self, packet: bytes) -> None:
        kind = packet[0]
        if kind == Kind.INIT:
            self._waiting += packed(Kind.VERSION, struct.pack(">I", 3) + self._offers)
            return
        self.requests.append((kind, packet[5:]))
        self._waiting += self._answer(kind, int.from_bytes(packet[1:5], "big"), packet[5:])

    def recv(self, nbytes: int) -> bytes:
        data = bytes(self._waiting[: min(nbytes, self._piece)])
        del self._waiting[: len(data)]
        return data

    def recv_ready(self) -> bool:
        return bool(self._waiting)


class MemorySftp:
    """An SFTP server over ``files``, as a `Line`'s answer.

    ``refuse`` gives a step of its own code: (kind, or an extension's name) → codes, used up one after another.
    ``longest_read``: answers are never longer. Renaming never replaces, as version 3 says.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytearray] = {}
        self.refuse: dict[int | str, list[int]] = {}
        self.longest_read = 1 << 20
        self.free_bytes = 1 << 40
        self._handles: dict[bytes, str] = {}

    def __call__(self, kind: int, number: int, body: bytes) -> bytes:
        first, rest = _cut(body)
        key: int | str = first.decode() if kind == Kind.EXTENDED else kind
        codes = self.refuse.get(key)
        if codes and (code := codes.pop(0)) != Code.OK:
            return status(number, code)
        steps: dict[int | str, Callable[[int, bytes, bytes], bytes]] = {
            Kind.OPEN: self._open,
            Kind.CLOSE: lambda number, _handle, _rest: status(number, Code.OK),
            Kind.WRITE: self._write,
            Kind.READ: self._read,
            Kind.STAT: self._stat,
            Kind.REMOVE: self._remove,
            Kind.RENAME: lambda number, old, rest: self._rename(number, old, _cut(rest)[0], False),
            POSIX_RENAME: lambda number, _name, rest: self._rename(
                number, _cut(rest)[0], _cut(_cut(rest)[1])[0], True
            ),
            FSYNC: lambda number, _name, _rest: status(number, Code.OK),
            STATVFS: self._statvfs,
            LIMITS: lambda number, _name, _rest: reply(
                Kind.EXTENDED_REPLY, number, struct.pack(">4Q", 0, 50, 40, 0)
            ),
        }
        step = steps.get(key)
        return step(number, first, rest) if step else status(number, Code.OP_UNSUPPORTED)

    def _open(self, number: int, path: bytes, rest: bytes) -> bytes:
        (mode,) = struct.unpack_from(">I", rest)
        name = path.decode()
        if mode & Mode.EXCLUSIVE and name in self.files:
            return status(number, Code.FAILURE)
        if mode & Mode.CREATE:
            self.files.setdefault(name, bytearray())
        if name not in self.files:
            return status(number, Code.NO_SUCH_FILE)
        handle = struct.pack(">I", len(self._handles))
        self._handles[handle] = name
        return reply(Kind.HANDLE, number, text(handle))

    def _write(self, number: int, handle: bytes, rest: bytes) -> bytes:
        (offset,) = struct.unpack_from(">Q", rest)
        data = _cut(rest[8:])[0]
        file = self.files[self._handles[handle]]
        file.extend(bytes(max(0, offset - len(file))))
        file[offset : offset + len(data)] = data
        return status(number, Code.OK)

    def _read(self, number: int, handle: bytes, rest: bytes) -> bytes:
        offset, size = struct.unpack_from(">QI", rest)
        file = self.files[self._handles[handle]]
        data = bytes(file[offset : offset + min(size, self.longest_read)])
        return reply(Kind.DATA, number, text(data)) if data else status(number, Code.EOF)

    def _stat(self, number: int, path: bytes, _rest: bytes) -> bytes:
        file = self.files.get(path.decode())
        if file is None:
            return status(number, Code.NO_SUCH_FILE)
        return reply(Kind.ATTRS, number, struct.pack(">IQ", 1, len(file)))

    def _remove(self, number: int, path: bytes, _rest: bytes) -> bytes:
        gone = self.files.pop(path.decode(), None)
        return status(number, Code.NO_SUCH_FILE if gone is None else Code.OK)

    def _rename(self, number: int, old: bytes, new: bytes, replaces: bool) -> bytes:
        if old.decode() not in self.files:
            return status(number, Code.NO_SUCH_FILE)
        if new.decode() in self.files and not replaces:
            return status(number, Code.FAILURE)
        self.files[new.decode()] = self.files.pop(old.decode())
        return status(number, Code.OK)

    def _statvfs(self, number: int, _name: bytes, _rest: bytes) -> bytes:
        values = (1, 1, 0, 0, self.free_bytes, 0, 0, 0, 0, 0, 255)
        return reply(Kind.EXTENDED_REPLY, number, struct.pack(">11Q", *values))


def _cut(body: bytes) -> tuple[bytes, bytes]:
    size = int.from_bytes(body[:4], "big")
    return body[4 : 4 + size], body[4 + size :]
