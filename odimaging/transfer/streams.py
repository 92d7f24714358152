"""Bytes of one file over an open handle, many requests under way at once (performance.md §5).

The sliding window is what makes one connection as fast as OpenSSH's own client: the next pieces are asked for before
the oldest has been answered.
"""

import hashlib
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

from odimaging.model.errors import FileInUse, RemotePathError, StoreFull, StoreUnavailable
from odimaging.model.ports import Progress
from odimaging.transfer.wire import Handle, RequestId, Wire

BYTES_UNDER_WAY = 8 << 20


class Meter:
    """Bytes of one file known to have arrived; reports them."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self.total = total
        self.position = 0
        self.furthest = 0
        """The most that was ever known to have arrived: tells progress from standing still."""
        self._progress = progress

    def start_at(self, position: int, arrived: int = 0) -> None:
        """A new try begins here; ``arrived`` bytes were found there."""
        self.position = position
        self.furthest = max(self.furthest, arrived)

    def silent(self) -> "Meter":
        """For reading the same bytes back: only the user's wish to stop still comes through."""
        return _Standing(self)

    def add(self, count: int) -> None:
        """So many bytes further. Raises Cancelled."""
        self.position += count
        self.furthest = max(self.furthest, self.position)
        self.report()

    def report(self, text: str = "") -> None:
        """Where we are. Raises Cancelled."""
        if self._progress is not None:
            self._progress.report(self.position, self.total, text)


class _Standing(Meter):
    def __init__(self, shown: Meter) -> None:
        super().__init__(shown.total, None)
        self._shown = shown

    def report(self, text: str = "") -> None:
        self._shown.report(text)


def send_pieces(
    wire: Wire, handle: Handle, source: BinaryIO, meter: Meter, piece: int
) -> deque[tuple[RequestId, int]]:
    """Send the source from where the meter stands; returns what is still to be confirmed.

    Raises Refused for a piece the server does not take, FileInUse if the source is not as long as the meter says.
    """
    under_way: deque[tuple[RequestId, int]] = deque()
    most = max(2, BYTES_UNDER_WAY // piece)
    _seek(source, meter.position)
    offset = meter.position
    while data := _read(source, piece):
        if offset + len(data) > meter.total:
            break
        under_way.append((wire.ask_write(handle, offset, data), len(data)))
        offset += len(data)
        while len(under_way) >= most or (under_way and wire.has_answers()):
            confirm_one(wire, under_way, meter)
        meter.report()
    if data or offset != meter.total:
        raise FileInUse("The file changed while it was being sent.", "source size changed")
    return under_way


def confirm_one(wire: Wire, under_way: deque[tuple[RequestId, int]], meter: Meter) -> None:
    """Wait for the oldest piece's answer."""
    request, size = under_way.popleft()
    wire.reply(request)
    meter.add(size)


def receive_pieces(wire: Wire, handle: Handle, meter: Meter, piece: int) -> Iterator[memoryview]:
    """The file from where the meter stands to its total, in order; short answers are asked for again."""
    under_way: deque[tuple[RequestId, int, int]] = deque()
    most = max(2, BYTES_UNDER_WAY // piece)
    ahead = meter.position
    while meter.position < meter.total:
        if ahead < meter.total and len(under_way) <= most // 2:
            end = min(meter.total, ahead + piece * (most - len(under_way)))
            starts = range(ahead, end, piece)
            under_way += wire.ask_reads(handle, [(at, min(piece, end - at)) for at in starts])
            ahead = end
        request, offset, size = under_way.popleft()
        data = wire.data(request)
        if not data:
            raise RemotePathError("The file changed on the server while it was being fetched.")
        if len(data) < size:
            offset, size = offset + len(data), size - len(data)
            under_way.appendleft((wire.ask_read(handle, offset, size), offset, size))
        yield data
        meter.add(len(data))


def hash_of_source(source: BinaryIO, size: int) -> bytes:
    """SHA-256 of the first ``size`` bytes of a local file."""
    _seek(source, 0)
    digest = hashlib.sha256()
    while size and (data := _read(source, min(size, 1 << 20))):
        digest.update(data)
        size -= len(data)
    return digest.digest()


def write_local(target: BinaryIO, data: memoryview) -> None:
    """Into the local file; its failures are the store's, not the connection's."""
    try:
        target.write(data)
    except OSError as error:
        raise StoreFull(detail=f"local write errno {error.errno}") from error


def truncate_local(target: BinaryIO, size: int) -> None:
    """Back to where the received bytes are certain."""
    try:
        target.seek(size)
        target.truncate()
    except OSError as error:
        raise StoreUnavailable(detail=f"local seek errno {error.errno}") from error


def _seek(source: BinaryIO, position: int) -> None:
    try:
        source.seek(position)
    except OSError as error:
        raise StoreUnavailable(detail=f"local seek errno {error.errno}") from error


def _read(source: BinaryIO, size: int) -> bytes:
    try:
        return source.read(size)
    except OSError as error:
        raise StoreUnavailable(detail=f"local read errno {error.errno}") from error
