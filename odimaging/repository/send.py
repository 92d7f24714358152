"""The window's Send: one connection, many documents and mounts, one after another, each standing for itself.

A state is told for every item; *Sent* only after the server's copy was looked at. What a server hides from us is said.
"""

import itertools
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import PurePosixPath

from odimaging import failpoints
from odimaging.model.changes import Changes
from odimaging.model.errors import (
    Cancelled,
    ConnectFailed,
    DatabaseError,
    HostKeyChanged,
    HostKeyUnknown,
    LoginFailed,
    MissingField,
    OdImagingError,
    TimedOut,
)
from odimaging.model.ids import DocNum, MountNum
from odimaging.model.ports import (
    Progress,
    RemoteConnector,
    RemoteFiles,
    SftpTarget,
    UnitOfWorkFactory,
)
from odimaging.model.sftp_address import join_remote
from odimaging.repository import audit
from odimaging.repository.export import Export, Exporter

log = logging.getLogger(__name__)

failpoints.declare(
    send_prepared="an item's bytes are ready locally, nothing of it is on the server",
    send_logged="the item is on the server and in the audit log, the window does not know it yet",
)

TELL_EVERY_S = 0.1
"""An item's progress is told at most this often; a change of state at once."""

DEAD = (ConnectFailed, TimedOut, LoginFailed, HostKeyUnknown, HostKeyChanged)
"""After one of these no further item can be sent."""


class SendState(Enum):
    """Where an item is; the value is its word."""

    WAITING = "Waiting"
    SENDING = "Sending"
    CHECKING = "Checking"
    SENT = "Sent"
    SENT_UNCHECKED = "Sent, not checkable"
    ALREADY_THERE = "Already there"
    SKIPPED = "Skipped"
    FAILED = "Failed"
    STOPPED = "Stopped"

    @property
    def is_final(self) -> bool:
        """Nothing more happens to it in this job."""
        return self not in (SendState.WAITING, SendState.SENDING, SendState.CHECKING)

    @property
    def went_well(self) -> bool:
        """Ended as the user wished; nobody needs it any more."""
        return self in (SendState.SENT, SendState.SENT_UNCHECKED, SendState.SKIPPED)


class Conflict(Enum):
    """What to do if a file of this name is there (decision 38)."""

    ASK = "ask"
    KEEP_BOTH = "keep both"
    REPLACE = "replace"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class SendItem:
    """One document or one mount. ``key`` is the sender's own name for it, unique in the request."""

    key: str
    doc_num: DocNum | None = None
    mount_num: MountNum | None = None
    conflict: Conflict = Conflict.ASK


@dataclass(frozen=True, slots=True)
class SendRequest:
    """``folder`` starts at the login folder, or at the root with a leading slash; '' is the login folder.

    ``read_back``: the content of every file is fetched and compared, not only its size (decision 36).
    """

    target: SftpTarget
    folder: str
    items: tuple[SendItem, ...]
    read_back: bool = False


@dataclass(frozen=True, slots=True)
class ItemState:
    """``done`` and ``total`` in bytes. ``reason``: a sentence for Failed, and what is being waited for otherwise."""

    key: str
    state: SendState
    done: int = 0
    total: int = 0
    reason: str = ""
    remote_name: str = ""

    def __repr__(self) -> str:
        """Without the name: it may be a patient's."""
        return f"ItemState({self.key}, {self.state.name})"


@dataclass(frozen=True, slots=True)
class SendResult:
    """The last state of every item, in the request's order."""

    outcomes: tuple[ItemState, ...]
    changes: Changes = Changes()


OnItem = Callable[[ItemState], None]


class Send:
    """Any thread; blocks until all is sent. ``on_item`` is called on the same thread."""

    def __init__(
        self, exporter: Exporter, connector: RemoteConnector, unit_of_work: UnitOfWorkFactory
    ) -> None:
        self._exporter = exporter
        self._connector = connector
        self._unit_of_work = unit_of_work

    def __call__(
        self,
        request: SendRequest,
        progress: Progress | None = None,
        on_item: OnItem = lambda _state: None,
    ) -> SendResult:
        """Raises what connecting raises, and RemotePathError if the folder cannot be made; then nothing was sent.

        A stop by the user raises Cancelled: what is sent stays, nothing partial does.
        """
        run = _Run(self._exporter, self._unit_of_work, request, progress, on_item)
        with run.stopping(), self._connector.connect(request.target) as files:
            if request.folder:
                files.make_folders(request.folder)
            for item in request.items:
                run.send(files, item)
        return SendResult(run.outcomes, run.changes)


class _Total:
    """Bytes of all items. What is not measured yet counts as much as the others do on average."""

    def __init__(self, items: int, progress: Progress | None) -> None:
        self._items = items
        self._progress = progress
        self._ended = 0
        self._bytes_of_ended = 0

    def report(self, done: int = 0, total: int = 0, text: str = "") -> None:
        """Of the item that is on its way. Raises Cancelled."""
        if self._progress is None:
            return
        measured = self._ended + 1
        known = self._bytes_of_ended + total
        whole = known * max(self._items, measured) // measured
        words = text or f"{min(measured, self._items)} of {self._items}"
        self._progress.report(self._bytes_of_ended + done, whole, words)

    def end_item(self, size: int) -> None:
        """One more is done with, however it went."""
        self._ended += 1
        self._bytes_of_ended += size


class _ItemProgress:
    """One item's bytes to its state; the last byte begins the check."""

    def __init__(self, state: ItemState, tell: OnItem, total: _Total) -> None:
        self._state = state
        self._tell = tell
        self._total = total
        self._next = 0.0

    def report(self, done: int, total: int, text: str = "") -> None:
        """See `odimaging.model.ports.Progress`."""
        self._total.report(done, total, text)
        moved = SendState.CHECKING if done >= total else SendState.SENDING
        now = time.monotonic()
        if moved is not self._state.state or now >= self._next:
            self._next = now + TELL_EVERY_S
            self._state = replace(self._state, state=moved, done=done, total=total, reason=text)
            self._tell(self._state)


class _Run:
    """One call: what became of each item so far."""

    def __init__(
        self,
        exporter: Exporter,
        unit_of_work: UnitOfWorkFactory,
        request: SendRequest,
        progress: Progress | None,
        on_item: OnItem,
    ) -> None:
        self.changes = Changes()
        self._exporter = exporter
        self._unit_of_work = unit_of_work
        self._request = request
        self._on_item = on_item
        self._total = _Total(len(request.items), progress)
        self._states: dict[str, ItemState] = {}
        self._names: set[str] = set()
        self._dead: OdImagingError | None = None

    @property
    def outcomes(self) -> tuple[ItemState, ...]:
        """In the request's order."""
        return tuple(self._states.values())

    @contextmanager
    def stopping(self) -> Iterator[None]:
        """All wait at first; a stop by the user is told for each that has not ended."""
        for item in self._request.items:
            self._tell(ItemState(item.key, SendState.WAITING))
        try:
            yield
        except Cancelled:
            for state in self.outcomes:
                if not state.state.is_final:
                    self._tell(replace(state, state=SendState.STOPPED))
            raise

    def send(self, files: RemoteFiles, item: SendItem) -> None:
        """One item. Raises Cancelled only: an error is the item's own."""
        try:
            if self._dead is not None:
                raise self._dead
            outcome = self._sent(files, item)
        except OdImagingError as error:
            if isinstance(error, DEAD):
                self._dead = error
            log.error("item not sent: %s %s", type(error).__name__, error.detail)
            outcome = ItemState(item.key, SendState.FAILED, reason=error.user_text)
        self._tell(outcome)
        self._total.end_item(outcome.total)

    def _sent(self, files: RemoteFiles, item: SendItem) -> ItemState:
        self._total.report()
        export = self._export(item)
        self.changes |= export.changes
        failpoints.failpoint("send.prepared")
        name = self._free_name(files, item.conflict, export.file_name)
        state = ItemState(item.key, SendState.SENDING, 0, export.size, "", name or export.file_name)
        if name is None:
            asked = item.conflict is Conflict.ASK
            return replace(state, state=SendState.ALREADY_THERE if asked else SendState.SKIPPED)
        self._tell(state)
        with export.open() as source:
            path = join_remote(self._request.folder, name)
            follow = _ItemProgress(state, self._tell, self._total)
            put = files.put(source, export.size, path, follow, read_back=self._request.read_back)
        self._names.add(name)
        reason = self._log(export)
        failpoints.failpoint("send.logged")
        word = SendState.SENT if put.checked else SendState.SENT_UNCHECKED
        return replace(state, state=word, done=export.size, reason=reason)

    def _export(self, item: SendItem) -> Export:
        if item.doc_num is not None:
            return self._exporter.export_document(item.doc_num, progress=self._total)
        if item.mount_num is not None:
            return self._exporter.export_mount(item.mount_num, progress=self._total)
        raise MissingField("Nothing was chosen to be sent.")

    def _free_name(self, files: RemoteFiles, conflict: Conflict, name: str) -> str | None:
        """The name to send under; None: it is taken and stays. Two items of one run never replace each other."""
        if name in self._names:
            return self._next_free(files, name)
        if conflict is Conflict.REPLACE or not self._is_taken(files, name):
            return name
        return self._next_free(files, name) if conflict is Conflict.KEEP_BOTH else None

    def _next_free(self, files: RemoteFiles, name: str) -> str:
        path = PurePosixPath(name)
        numbered = (f"{path.stem} ({number}){path.suffix}" for number in itertools.count(2))
        return next(one for one in numbered if not self._is_taken(files, one))

    def _is_taken(self, files: RemoteFiles, name: str) -> bool:
        path = join_remote(self._request.folder, name)
        return name in self._names or files.stat(path) is not None

    def _log(self, export: Export) -> str:
        """The audit entry (contract A2). It has been sent all the same if the database is away: then that is said."""
        target = self._request.target
        where = f"sftp://{target.host}:{target.port}/{self._request.folder}"
        try:
            with self._unit_of_work() as work:
                work.log.add(audit.exported(work, export.subject, where))
                work.commit()
        except DatabaseError as error:
            log.error("export not in the audit log: %s", type(error).__name__)
            return "Sent, but the database could not be reached to note it in the audit log."
        return ""

    def _tell(self, state: ItemState) -> None:
        self._states[state.key] = state
        self._on_item(state)
