"""What is being sent, row by row, as frozen values: from a choice to its end, and as the queue keeps it. No Qt."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from odimaging.gui.presenters.words import images
from odimaging.model.ids import DocNum, MountNum, PatNum
from odimaging.model.ports import QueuedTransfer
from odimaging.repository.send import ItemState, SendState
from odimaging.settings import Destination

KEPT = "Stopped when the program was closed."
"""Reason of a row that waits in the queue."""


@dataclass(frozen=True, slots=True)
class SendChoice:
    """One thing to send: a document or a mount."""

    doc_num: DocNum | None
    mount_num: MountNum | None
    pat_num: PatNum


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


class TransferRows:
    """All rows in the order they were sent, and what is told of them together.

    ``rows_changed`` and ``summary_changed``: who wants to know. Cancelled rows are shown, but need nobody.
    """

    def __init__(self) -> None:
        self._rows: dict[str, TransferRow] = {}
        self._cancelled: set[str] = set()
        self.rows_changed: list[Callable[[], None]] = []
        self.summary_changed: list[Callable[[], None]] = []
        self.clock: Callable[[], datetime] = datetime.now

    @property
    def rows(self) -> tuple[TransferRow, ...]:
        """In the order they were sent."""
        return tuple(self._rows.values())

    @property
    def active(self) -> int:
        """How many are still on their way."""
        return sum(row.is_active for row in self._rows.values())

    @property
    def failed(self) -> int:
        """How many need somebody; what the user cancelled does not."""
        needing = (SendState.FAILED, SendState.ALREADY_THERE, SendState.STOPPED)
        return sum(row.state in needing for row in self._uncancelled())

    @property
    def can_retry(self) -> bool:
        """Whether retrying without a choice would do anything."""
        return any(row.can_retry for row in self._uncancelled())

    @property
    def conflicts(self) -> tuple[TransferRow, ...]:
        """Rows that wait for Keep both, Replace or Skip (decision 38)."""
        return tuple(row for row in self.rows if row.state is SendState.ALREADY_THERE)

    @property
    def progress(self) -> tuple[int, int]:
        """(ended, all) of what is shown."""
        return len(self._rows) - self.active, len(self._rows)

    @property
    def summary(self) -> str:
        """For the status bar: ``▲ 12 of 18 to Dr Lee · Checking``; '' if there is nothing to tell."""
        if not self._rows:
            return ""
        to = self._places()
        if self.active:
            ended, total = self.progress
            states = {row.state for row in self._rows.values()}
            busy = (SendState.CHECKING, SendState.SENDING, SendState.WAITING)
            now = next(state for state in busy if state in states)
            return f"▲ {min(ended + 1, total)} of {total} to {to} · {now.value}"
        there, failed = len(self.conflicts), self.failed - len(self.conflicts)
        if self.failed:
            words = [f"{failed} of {len(self._rows)} not sent"] if failed else []
            words += [f"{there} already there"] if there else []
            return f"▲ {', '.join(words)} · {to}"
        cancelled = len(self._rows) - len(self._uncancelled())
        if cancelled == len(self._rows):
            return f"▲ Nothing sent to {to}: cancelled"
        also = f", {cancelled} cancelled" if cancelled else ""
        return f"▲ {images(len(self._rows) - cancelled)} sent to {to}{also}"

    def _uncancelled(self) -> tuple[TransferRow, ...]:
        return tuple(row for row in self._rows.values() if row.key not in self._cancelled)

    def _places(self) -> str:
        names = dict.fromkeys(row.destination for row in self._rows.values())
        return next(iter(names)) if len(names) == 1 else f"{len(names)} places"

    def _take(self, state: ItemState) -> bool:
        """What a job told of a row; False if nobody listens to it any more."""
        row = self._rows.get(state.key)
        if row is None or row.key in self._cancelled:
            return False
        self._change(
            state.key,
            state=state.state,
            done=state.done,
            total=state.total or row.total,
            reason=state.reason,
            remote_name=state.remote_name or row.remote_name,
            ended=self.clock() if state.state.is_final else None,
        )
        return True

    def _wait(self, keys: Iterable[str]) -> None:
        self._cancelled -= set(keys)
        for key in keys:
            if key in self._rows:
                self._change(key, state=SendState.WAITING, reason="", done=0, ended=None)

    def _fail_active(self, keys: Iterable[str], reason: str) -> None:
        for key in keys:
            if key in self._rows and key not in self._cancelled and self._rows[key].is_active:
                self._change(key, state=SendState.FAILED, reason=reason, ended=self.clock())

    def _forget_ended(self) -> None:
        """Rows of an earlier sending that went well make room for the next."""
        if self.active:
            return
        for row in self.rows:
            if row.state.went_well or row.key in self._cancelled:
                self._forget(row.key)

    def _forget(self, key: str) -> None:
        self._rows.pop(key, None)
        self._cancelled.discard(key)

    def _change(self, key: str, **values: object) -> None:
        self._rows[key] = replace(self._rows[key], **values)  # type: ignore[arg-type]  # fields of the row

    def _tell(self) -> None:
        for changed in (*self.rows_changed, *self.summary_changed):
            changed()
