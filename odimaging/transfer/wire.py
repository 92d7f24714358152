"""SFTP version 3, packet by packet, over a paramiko channel.

paramiko's own SFTPClient hides what a careful transfer needs: which extensions the server offers, which status code it
gave, and many requests under way at once. This module speaks the protocol itself, over the public `send`, `recv` and
`recv_ready` of a paramiko channel. Nothing private of paramiko is used, so there is nothing to fall back from: that is how
decision 37's "own loop, public calls" is kept. It knows nothing of retries, temporary names or sentences.

Source: draft-ietf-secsh-filexfer-02; OpenSSH's extensions in its file PROTOCOL, section 4.
"""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import NewType, Protocol

RequestId = NewType("RequestId", int)
Handle = NewType("Handle", bytes)

MAX_PACKET = 1 << 20
"""A longer reply is not one: what answers there does not speak SFTP."""

READ_AHEAD = 1 << 16
"""Bytes taken from the channel at once where less is asked for."""

POSIX_RENAME = "posix-rename@openssh.com"
FSYNC = "fsync@openssh.com"
STATVFS = "statvfs@openssh.com"
LIMITS = "limits@openssh.com"

_SIZE, _OWNER, _MODE, _TIMES, _EXTENDED = 0x1, 0x2, 0x4, 0x8, 0x80000000
_FOLDER_MODE, _MODE_MASK = 0o040000, 0o170000


class Kind(IntEnum):
    """Packet types."""

    INIT = 1
    VERSION = 2
    OPEN = 3
    CLOSE = 4
    READ = 5
    WRITE = 6
    OPENDIR = 11
    READDIR = 12
    REMOVE = 13
    MKDIR = 14
    STAT = 17
    RENAME = 18
    STATUS = 101
    HANDLE = 102
    DATA = 103
    NAME = 104
    ATTRS = 105
    EXTENDED = 200
    EXTENDED_REPLY = 201


class Code(IntEnum):
    """Status codes; 14 and 15 are from later drafts, sent by some servers all the same."""

    OK = 0
    EOF = 1
    NO_SUCH_FILE = 2
    PERMISSION_DENIED = 3
    FAILURE = 4
    OP_UNSUPPORTED = 8
    NO_SPACE = 14
    QUOTA_EXCEEDED = 15


class Mode(IntFlag):
    """How a file is opened."""

    READ = 0x01
    WRITE = 0x02
    CREATE = 0x08
    EXCLUSIVE = 0x20


class Refused(Exception):
    """The server said no to one request. ``code`` as sent; its text is not kept, it may hold names."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"status {code}")


class Channel(Protocol):
    """The part of `paramiko.Channel` used here."""

    def send(self, s: bytes) -> int:
        """Some of the bytes; 0 once it is closed."""

    def recv(self, nbytes: int) -> bytes:
        """What is there, at most so many; b'' once it is closed."""

    def recv_ready(self) -> bool:
        """Whether something is there."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: its type and what follows the request number."""

    kind: int
    body: memoryview


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a server tells of a file; None: not told. Times in the server's seconds."""

    size: int | None
    mode: int | None
    modified: int | None

    @property
    def is_folder(self) -> bool:
        """By its mode."""
        return self.mode is not None and self.mode & _MODE_MASK == _FOLDER_MODE


def text(value: str | bytes) -> bytes:
    """A string field: UTF-8 with its length."""
    data = value.encode() if isinstance(value, str) else value
    return struct.pack(">I", len(data)) + data


class Wire:
    """Requests out, replies in, matched by number. One thread."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._next = 0
        self._unanswered: set[int] = set()
        self._early: dict[int, Reply] = {}
        self._ahead = memoryview(b"")
        self.extensions: Mapping[str, bytes] = self._greet()

    def offers(self, extension: str) -> bool:
        """Whether the server named this extension."""
        return extension in self.extensions

    def ask(self, kind: Kind, *fields: bytes) -> RequestId:
        """Send a request without waiting."""
        number = self._number()
        self._send(kind, struct.pack(">I", number), *fields)
        return number

    def reply(self, request: RequestId) -> Reply:
        """The answer to a request; others that come before it are kept. Raises Refused for every status but OK."""
        while request not in self._early:
            kind, packet = self._receive()
            number = _number(packet)
            if number in self._unanswered:
                self._unanswered.discard(number)
                self._early[number] = Reply(kind, packet[4:])
        answer = self._early.pop(request)
        if answer.kind == Kind.STATUS:
            code = _number(answer.body)
            if code != Code.OK:
                raise Refused(code)
        return answer

    def has_answers(self) -> bool:
        """Whether something can be read without a long wait."""
        return bool(self._ahead) or self._channel.recv_ready()

    def abandon(self) -> None:
        """After a step went wrong: drop every answer still to come."""
        self._unanswered.clear()
        self._early.clear()

    def open(self, path: str, mode: Mode) -> Handle:
        """A file's handle; new files get the server's default permissions."""
        fields = (text(path), struct.pack(">II", mode, 0))
        return self._handle(self.reply(self.ask(Kind.OPEN, *fields)))

    def open_folder(self, path: str) -> Handle:
        """A handle to read names with."""
        return self._handle(self.reply(self.ask(Kind.OPENDIR, text(path))))

    def ask_write(self, handle: Handle, offset: int, data: bytes) -> RequestId:
        """Send a piece."""
        head = text(handle) + struct.pack(">QI", offset, len(data))
        return self.ask(Kind.WRITE, head, data)

    def ask_reads(
        self, handle: Handle, pieces: Iterable[tuple[int, int]]
    ) -> list[tuple[RequestId, int, int]]:
        """Ask for pieces, offset and size each, all in one go; gives each its request."""
        asked: list[tuple[RequestId, int, int]] = []
        packets: list[bytes] = []
        for offset, size in pieces:
            request = self._number()
            body = struct.pack(">I", request) + text(handle) + struct.pack(">QI", offset, size)
            packets.append(struct.pack(">IB", 1 + len(body), Kind.READ) + body)
            asked.append((request, offset, size))
        self._deliver(b"".join(packets))
        return asked

    def ask_read(self, handle: Handle, offset: int, size: int) -> RequestId:
        """Ask for one piece."""
        ((request, _, _),) = self.ask_reads(handle, [(offset, size)])
        return request

    def data(self, request: RequestId) -> memoryview:
        """The piece a read brought, perhaps shorter than asked; empty at the end of the file."""
        try:
            answer = self.reply(request)
        except Refused as refusal:
            if refusal.code == Code.EOF:
                return memoryview(b"")
            raise
        size = _number(answer.body)
        return answer.body[4 : 4 + size]

    def ask_close(self, handle: Handle) -> RequestId:
        """Ask for the end of a handle."""
        return self.ask(Kind.CLOSE, text(handle))

    def ask_stat(self, path: str) -> RequestId:
        """Ask what lies there, links followed."""
        return self.ask(Kind.STAT, text(path))

    def attributes(self, request: RequestId) -> Attributes:
        """What a stat brought."""
        return _attributes(self.reply(request).body, 0)[0]

    def names(self, handle: Handle) -> tuple[tuple[str, Attributes], ...]:
        """The next names of a folder, '.' and '..' too; empty at its end."""
        try:
            answer = self.reply(self.ask(Kind.READDIR, text(handle)))
        except Refused as refusal:
            if refusal.code == Code.EOF:
                return ()
            raise
        return _names(answer.body)

    def do(self, kind: Kind, *fields: bytes) -> Reply:
        """Ask and wait."""
        return self.reply(self.ask(kind, *fields))

    def ask_extended(self, extension: str, *fields: bytes) -> RequestId:
        """Ask for something beyond version 3."""
        return self.ask(Kind.EXTENDED, text(extension), *fields)

    def extended(self, extension: str, *fields: bytes) -> Reply:
        """The same, and wait."""
        return self.reply(self.ask_extended(extension, *fields))

    @staticmethod
    def _handle(answer: Reply) -> Handle:
        return Handle(_text(answer.body, 0)[0])

    def _greet(self) -> Mapping[str, bytes]:
        self._send(Kind.INIT, struct.pack(">I", 3))
        kind, packet = self._receive()
        if kind != Kind.VERSION:
            raise EOFError("no SFTP version")
        offset, found = 4, {}
        while offset < len(packet):
            name, offset = _text(packet, offset)
            value, offset = _text(packet, offset)
            found[name.decode("ascii", "replace")] = value
        return found

    def _number(self) -> RequestId:
        number = RequestId(self._next)
        self._next = (number + 1) & 0xFFFFFFFF
        self._unanswered.add(number)
        return number

    def _send(self, kind: Kind, *fields: bytes) -> None:
        length = 1 + sum(len(part) for part in fields)
        self._deliver(b"".join((struct.pack(">IB", length, kind), *fields)))

    def _deliver(self, data: bytes) -> None:
        packet = memoryview(data)
        while packet:
            sent = self._channel.send(packet)  # type: ignore[arg-type]  # takes any buffer, whatever its hints say
            if not sent:
                raise EOFError("channel closed")
            packet = packet[sent:]

    def _receive(self) -> tuple[int, memoryview]:
        length, kind = struct.unpack(">IB", self._exactly(5))
        if not 5 <= length <= MAX_PACKET:
            raise EOFError("not SFTP")
        return kind, self._exactly(length - 1)

    def _exactly(self, size: int) -> memoryview:
        """The next bytes; a little more than asked is taken at once, so that small answers come in bunches."""
        parts: list[memoryview] = []
        while size:
            if not self._ahead:
                data = self._channel.recv(max(size, READ_AHEAD))
                if not data:
                    raise EOFError("channel closed")
                self._ahead = memoryview(data)
            parts.append(self._ahead[:size])
            self._ahead = self._ahead[size:]
            size -= len(parts[-1])
        return parts[0] if len(parts) == 1 else memoryview(b"".join(parts))


def _unpack(form: str, body: memoryview, offset: int = 0) -> tuple[int, ...]:
    try:
        return struct.unpack_from(form, body, offset)
    except struct.error as error:
        raise EOFError("not SFTP") from error


def _number(body: memoryview, offset: int = 0) -> int:
    return _unpack(">I", body, offset)[0]


def _text(body: memoryview, offset: int) -> tuple[bytes, int]:
    start = offset + 4
    end = start + _number(body, offset)
    if end > len(body):
        raise EOFError("not SFTP")
    return bytes(body[start:end]), end


def _attributes(body: memoryview, offset: int) -> tuple[Attributes, int]:
    flags = _number(body, offset)
    offset += 4
    size = mode = modified = None
    if flags & _SIZE:
        (size,) = _unpack(">Q", body, offset)
        offset += 8
    if flags & _OWNER:
        offset += 8
    if flags & _MODE:
        mode = _number(body, offset)
        offset += 4
    if flags & _TIMES:
        modified = _number(body, offset + 4)
        offset += 8
    if flags & _EXTENDED:
        count = _number(body, offset)
        offset += 4
        for _ in range(2 * count):
            _, offset = _text(body, offset)
    return Attributes(size, mode, modified), offset


def _names(body: memoryview) -> tuple[tuple[str, Attributes], ...]:
    offset, found = 4, []
    for _ in range(_number(body)):
        name, offset = _text(body, offset)
        _, offset = _text(body, offset)  # the long form, for people
        attributes, offset = _attributes(body, offset)
        found.append((name.decode("utf-8", "replace"), attributes))
    return tuple(found)
