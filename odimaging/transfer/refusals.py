"""A server's refusal to a sentence. By a table: which answer to which step means what."""

import struct
from enum import Enum

from odimaging.model.errors import RemoteFull, RemotePathError, TransferError
from odimaging.transfer.wire import STATVFS, Code, Refused, Wire, text


class Step(Enum):
    """What was being tried."""

    FOLDER = "folder"
    WRITE = "write"
    RENAME = "rename"
    READ = "read"
    REMOVE = "remove"
    LOOK = "look"


_SENTENCES = {
    (
        Step.FOLDER,
        Code.PERMISSION_DENIED,
    ): "The server does not let us make this folder. Ask its operator to allow it, or choose another folder.",
    (Step.FOLDER, None): "The folder could not be made on the server.",
    (
        Step.WRITE,
        Code.PERMISSION_DENIED,
    ): "The server does not let us save in this folder. Ask its operator to allow it, or choose another folder.",
    (Step.WRITE, Code.NO_SUCH_FILE): "This folder is not there on the server.",
    (Step.WRITE, None): "The server did not store the file.",
    (
        Step.RENAME,
        Code.PERMISSION_DENIED,
    ): "The server does not let us give the file its final name there.",
    (Step.RENAME, None): "The server did not give the file its final name.",
    (Step.READ, Code.PERMISSION_DENIED): "The server does not let us read this file.",
    (Step.READ, Code.NO_SUCH_FILE): "This file is not there on the server.",
    (Step.READ, None): "The server did not hand out the file.",
    (Step.REMOVE, Code.PERMISSION_DENIED): "The server does not let us remove this file.",
    (Step.REMOVE, Code.NO_SUCH_FILE): "This file is not there on the server.",
    (Step.REMOVE, None): "The server did not remove the file.",
    (Step.LOOK, Code.PERMISSION_DENIED): "The server does not let us look into this folder.",
    (Step.LOOK, Code.NO_SUCH_FILE): "This folder is not there on the server.",
    (Step.LOOK, None): "The server did not list the folder.",
}

_FULL = (Code.NO_SPACE, Code.QUOTA_EXCEEDED)


def error_of(refusal: Refused, step: Step) -> TransferError:
    """The error for a refused step."""
    detail = f"{step.value} refused, status {refusal.code}"
    if refusal.code in _FULL:
        return RemoteFull(detail=detail)
    known = next((code for code in Code if code == refusal.code), None)
    sentence = _SENTENCES.get((step, known)) or _SENTENCES[step, None]
    return RemotePathError(sentence, detail)


def error_of_write(refusal: Refused, wire: Wire, folder: str, missing: int) -> TransferError:
    """The same for a piece that was not taken: OpenSSH says only "failure" when its disk is full, so ask how much is free."""
    if refusal.code == Code.FAILURE and is_full(wire, folder, missing):
        return RemoteFull(detail="write failed, no space")
    return error_of(refusal, Step.WRITE)


def is_full(wire: Wire, folder: str, needed: int) -> bool:
    """Whether the server says that so many bytes do not fit; False where it does not tell."""
    if not wire.offers(STATVFS):
        return False
    try:
        answer = wire.extended(STATVFS, text(folder or "."))
    except Refused:
        return False
    _, fragment, _, _, available = struct.unpack_from(">5Q", answer.body)
    return bool(fragment * available < needed)
