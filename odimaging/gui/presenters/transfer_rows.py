"""What is being sent, row by row, as frozen values: from a choice to its end, and as the queue keeps it."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from odimaging.model.ids import DocNum, MountNum, PatNum
from odimaging.model.ports import QueuedTransfer
from odimaging.repository.send import SendState
from odimaging.settings import Destination

KEPT = "Stopped when the program was closed."
"""Reason of a row that waits in the queue."""


@dataclass(frozen=True, slots=True)
class SendChoice:
    """One thing to send: a document or a mount. ``size_hint`` in bytes, 0 if unknown."""

    doc_num: DocNum | None
    mount_num: MountNum | None
    pat_num: PatNum
    size_hint: int = 0


@dataclass(frozen=True, slots=True)
class TransferRow:
    """One item on its way, or at its end. ``remote_name`` as soon as it is known."""

    key: str
    destination: str
    doc_num: DocNum | None
    mount_num: MountNum | None
    pat_num: PatNum | None
    state: SendState = SendState.WAITING
    done: int = 0
    total: int = 0
    reason: str = ""
    remote_name: str = field(default="", repr=False)
    ended: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Something still happens to it by itself."""
        return not self.state.is_final

    @property
    def can_retry(self) -> bool:
        """Failed or stopped."""
        return self.state in (SendState.FAILED, SendState.STOPPED)

    @property
    def label(self) -> str:
        """Its name there, or what it is."""
        if self.remote_name:
            return self.remote_name
        return f"Image {self.doc_num}" if self.doc_num is not None else f"Mount {self.mount_num}"

    @property
    def words(self) -> str:
        """Its state in words."""
        if self.state in (SendState.SENT, SendState.SENT_UNCHECKED) and self.ended is not None:
            sent = "Sent and checked" if self.state is SendState.SENT else "Sent, not checkable"
            words = f"{sent}, {self.ended:%H:%M}"
            return f"{words}. {self.reason}" if self.reason else words
        if self.state is SendState.SENDING and self.total:
            return f"{self.state.value} {100 * self.done // self.total} %"
        return f"{self.state.value}: {self.reason}" if self.reason else self.state.value


def megabytes(size: int) -> str:
    """``11 MB``, ``0.4 MB``."""
    amount = size / 1_000_000
    return f"{amount:,.0f} MB" if amount >= 10 else f"{amount:.1f} MB"


def new_row(item: SendChoice, destination: Destination) -> TransferRow:
    """A row that waits, under a key of its own."""
    return TransferRow(
        uuid.uuid4().hex,
        destination.name,
        item.doc_num,
        item.mount_num,
        item.pat_num,
        total=item.size_hint,
    )


def queued(row: TransferRow) -> QueuedTransfer:
    """As the queue keeps it: numbers only."""
    return QueuedTransfer(
        row.key, row.destination, row.doc_num, row.mount_num, "", SendState.WAITING.value
    )


def kept_row(kept: QueuedTransfer) -> TransferRow:
    """A row of an earlier run: it waits for a click."""
    waiting = kept.state not in (SendState.FAILED.value, SendState.ALREADY_THERE.value)
    state = SendState.STOPPED if waiting else SendState(kept.state)
    return TransferRow(
        kept.key,
        kept.destination,
        kept.doc_num,
        kept.mount_num,
        None,
        state,
        reason=kept.reason or (KEPT if waiting else ""),
        remote_name=kept.remote_name,
    )
