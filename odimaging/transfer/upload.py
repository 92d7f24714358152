"""One file to a server: whole under its final name, or not there (contract §1.3, row DownloadSftp).

`.<name>.<op>.part` is written exclusively, flushed if the server can, its size (if wished, its content) read back, then
renamed over the name. A cut leaves the part; the next try continues it a little before its end and reads it back as a whole.
"""

import hashlib
import re
import uuid
from typing import BinaryIO

from odimaging import failpoints
from odimaging.model.errors import RemotePathError
from odimaging.model.ports import PutResult
from odimaging.model.sftp_address import MAX_SEGMENT_BYTES, join_remote
from odimaging.transfer.refusals import Step, error_of, error_of_write
from odimaging.transfer.session import BROKEN, Session
from odimaging.transfer.streams import (
    Meter,
    confirm_one,
    hash_of_source,
    receive_pieces,
    send_pieces,
)
from odimaging.transfer.wire import (
    FSYNC,
    POSIX_RENAME,
    Attributes,
    Code,
    Handle,
    Kind,
    Mode,
    Refused,
    RequestId,
    Wire,
    text,
)

failpoints.declare(
    send_part_opened="the file is begun under a temporary name on the server",
    send_part_written="all bytes are under the temporary name on the server",
    send_checked="the server's size of the temporary file is right",
    send_renamed="the file has its final name on the server",
)

PART = re.compile(r"\..*\.[0-9a-f]{32}\.part", re.DOTALL)
OVERLAP = 1 << 20
"""Bytes sent again at a resume: what was last on its way may not have been stored."""
BLOCK = 32 << 10


def split(path: str) -> tuple[str, str]:
    """Folder ('' for the login folder) and name."""
    folder, slash, name = path.rpartition("/")
    return folder or slash, name


def part_name(name: str, operation: str) -> str:
    """The temporary name; a long name is cut so that it stays allowed."""
    tail = f".{operation}.part"
    kept = name.encode()[: MAX_SEGMENT_BYTES - len(tail) - 1].decode("utf-8", "ignore")
    return f".{kept}{tail}"


class Upload:
    """One file's way, over as many connections as it takes. ``read_back``: the content is compared, resumed or not."""

    def __init__(
        self, source: BinaryIO, path: str, meter: Meter, *, read_back: bool = False
    ) -> None:
        self.meter = meter
        self.server_time: int | None = None
        """The server's clock when the last byte was written, where it tells."""
        self._source = source
        self._path = path
        self._folder, name = split(path)
        self._part = join_remote(self._folder, part_name(name, uuid.uuid4().hex))
        self._backup = self._part.removesuffix(".part") + ".bak"
        self._begun = False
        self._compares_content = read_back
        self._handle: Handle | None = None

    def attempt(self, session: Session) -> PutResult:
        """From where the last try got to. Raises what `BROKEN` names for a cut, else errors of the tree."""
        self._handle = None
        try:
            found = self._send(session)
            failpoints.failpoint("send.part_written")
            checked = self._check(session, found)
            failpoints.failpoint("send.checked")
            self._rename(session.wire)
        except BROKEN:
            raise  # the part stays: the next try goes on with it
        except BaseException:
            self._clear_away(session.wire)
            raise
        failpoints.failpoint("send.renamed")
        return PutResult(checked)

    def _send(self, session: Session) -> Attributes | None:
        """All bytes, flush, close and stat without waiting in between; None where the server hides the file."""
        wire = session.wire
        try:
            self._handle = handle = self._open(wire)
            failpoints.failpoint("send.part_opened")
            last = send_pieces(wire, handle, self._source, self.meter, session.request_size)
            flushed = wire.ask_extended(FSYNC, text(handle)) if wire.offers(FSYNC) else None
            closed = wire.ask_close(handle)
            looked = wire.ask_stat(self._part)
            while last:
                confirm_one(wire, last, self.meter)
            self._flushed(wire, flushed)
            wire.reply(closed)
        except Refused as refusal:
            missing = self.meter.total - self.meter.position
            wire.abandon()
            raise error_of_write(refusal, wire, self._folder, missing) from refusal
        self._handle = None
        return _seen(wire, looked)

    def _open(self, wire: Wire) -> Handle:
        if not self._begun:
            handle = wire.open(self._part, Mode.WRITE | Mode.CREATE | Mode.EXCLUSIVE)
            self._begun = True
            self.meter.start_at(0)
            return handle
        self._compares_content = True
        found = _seen(wire, wire.ask_stat(self._part))
        kept = min(found.size or 0, self.meter.total) if found else 0
        handle = wire.open(self._part, Mode.WRITE | Mode.CREATE)
        self.meter.start_at(max(0, kept - OVERLAP) // BLOCK * BLOCK, arrived=kept)
        return handle

    @staticmethod
    def _flushed(wire: Wire, request: RequestId | None) -> None:
        if request is None:
            return
        try:
            wire.reply(request)
        except Refused as refusal:
            if refusal.code != Code.OP_UNSUPPORTED:
                raise

    def _check(self, session: Session, found: Attributes | None) -> bool:
        """The size, and where it is called for the content. False: the server does not let us look."""
        if found is None or found.size is None:
            return False
        self.server_time = found.modified
        if found.size != self.meter.total:
            raise _incomplete("size differs")
        return self._same_content(session) if self._compares_content else True

    def _same_content(self, session: Session) -> bool:
        wire, digest = session.wire, hashlib.sha256()
        try:
            handle = wire.open(self._part, Mode.READ)
        except Refused:
            return False
        back = self.meter.silent()
        for data in receive_pieces(wire, handle, back, session.request_size):
            digest.update(data)
        wire.reply(wire.ask_close(handle))
        if digest.digest() != hash_of_source(self._source, self.meter.total):
            raise _incomplete("content differs")
        return True

    def _rename(self, wire: Wire) -> None:
        try:
            if wire.offers(POSIX_RENAME):
                wire.extended(POSIX_RENAME, text(self._part), text(self._path))
            else:
                self._rename_without_replacing(wire)
        except Refused as refusal:
            raise error_of(refusal, Step.RENAME) from refusal

    def _rename_without_replacing(self, wire: Wire) -> None:
        """Version 3 refuses a taken name: put the old file aside, and back if the new one does not take its place."""
        names = (text(self._part), text(self._path))
        try:
            wire.do(Kind.RENAME, *names)
        except Refused:
            if _seen(wire, wire.ask_stat(self._path)) is None:
                raise
        else:
            return
        aside = (text(self._path), text(self._backup))
        wire.do(Kind.RENAME, *aside)
        try:
            wire.do(Kind.RENAME, *names)
        except Refused:
            wire.do(Kind.RENAME, *reversed(aside))
            raise
        wire.do(Kind.REMOVE, text(self._backup))

    def _clear_away(self, wire: Wire) -> None:
        """Best effort: what stays is swept after a day."""
        try:
            wire.abandon()
            if self._handle is not None:
                _quietly(wire, Kind.CLOSE, text(self._handle))
            if self._begun:
                _quietly(wire, Kind.REMOVE, text(self._part))
        except BROKEN:
            return


def _quietly(wire: Wire, kind: Kind, field: bytes) -> None:
    try:
        wire.do(kind, field)
    except Refused:
        return


def _seen(wire: Wire, request: RequestId) -> Attributes | None:
    try:
        return wire.attributes(request)
    except Refused:
        return None


def _incomplete(detail: str) -> RemotePathError:
    return RemotePathError("The file did not arrive whole, so it was taken away again.", detail)
