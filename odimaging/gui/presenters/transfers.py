"""Sending in the background: what is on its way, what must be asked first, what is offered when it fails. No Qt.

A batch is what one click sends to one place: one job, one connection. Jobs never wait for the user. One that needs an
answer ends; the question goes to the `Asker`, and the answer starts another job. Passwords live in one job's arguments
and in the callbacks of the question that follows it, nowhere else.
"""

import itertools
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from odimaging.gui.presenters.destinations import Asker, Nobody, address_of, same_code, service_of
from odimaging.gui.presenters.submit import Submit
from odimaging.gui.presenters.transfer_rows import (
    KEPT,
    SendChoice,
    TransferRow,
    kept_row,
    megabytes,
    new_row,
    queued,
)
from odimaging.gui.presenters.words import images, plural
from odimaging.jobs import Job, JobHandle, JobProgress, Lane
from odimaging.model.errors import (
    BadRequest,
    DatabaseError,
    HostKeyChanged,
    HostKeyUnknown,
    LoginFailed,
    OdImagingError,
)
from odimaging.model.ports import HostKeys, QueuedTransfer, SftpTarget, TransferQueue, Vault
from odimaging.model.sftp_address import SftpAddress
from odimaging.repository.repository import Repository
from odimaging.repository.send import (
    Conflict,
    ItemState,
    SendItem,
    SendRequest,
    SendResult,
    SendState,
)
from odimaging.settings import Destination, Settings

__all__ = [
    "KEPT",
    "NO_PASSWORD",
    "Asker",
    "SendChoice",
    "TransferRow",
    "TransfersPresenter",
    "address_of",
    "megabytes",
    "same_code",
    "service_of",
]

log = logging.getLogger(__name__)

ASK_ABOVE_BYTES = 200_000_000
NO_PASSWORD = "No password was given."


@dataclass(frozen=True, slots=True)
class _Prepared:
    password: str | None = field(repr=False)
    is_known: bool


@dataclass(slots=True)
class _Batch:
    """What one job sends to one place."""

    destination: Destination
    keys: tuple[str, ...]
    conflict: Conflict = Conflict.ASK
    is_new: bool = False


class TransfersPresenter:
    """GUI thread only. ``rows_changed`` and ``summary_changed``: who wants to know."""

    def __init__(
        self,
        repository: Repository,
        submit: Submit,
        vault: Vault,
        host_keys: HostKeys,
        queue: TransferQueue,
        load_settings: Callable[[], Settings],
        save_settings: Callable[[Settings], None],
    ) -> None:
        self._repository = repository
        self._submit = submit
        self._vault = vault
        self._host_keys = host_keys
        self._queue = queue
        self._load_settings = load_settings
        self._save_settings = save_settings
        self._rows: dict[str, TransferRow] = {}
        self._handles: dict[str, JobHandle] = {}
        self._dropped: set[str] = set()
        self._keeping = False
        self._told: deque[ItemState] = deque()
        self._when_idle: list[Callable[[], None]] = []
        self._jobs = itertools.count()
        self.asker: Asker = Nobody()
        self.rows_changed: list[Callable[[], None]] = []
        self.summary_changed: list[Callable[[], None]] = []
        self.clock: Callable[[], datetime] = datetime.now

    # ------------------------------------------------------------ what is shown

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
        """Whether `retry` without a choice would do anything."""
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
        to = self._places(self._rows.values())
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

    # ------------------------------------------------------------ destinations

    @property
    def destinations(self) -> tuple[Destination, ...]:
        """The last used one first, the others by name."""
        settings = self._load_settings()
        return tuple(
            sorted(
                settings.destinations,
                key=lambda one: (one.name != settings.last_destination, one.name.casefold()),
            )
        )

    @property
    def can_remember(self) -> bool:
        """Whether this computer has a vault."""
        return self._vault.available

    def save_destination(self, destination: Destination, instead_of: str = "") -> None:
        """A new one, or in place of the one of that name."""
        settings = self._load_settings()
        gone = {destination.name, instead_of}
        kept = tuple(one for one in settings.destinations if one.name not in gone)
        self._save_settings(replace(settings, destinations=(*kept, destination)))

    def remove_destination(self, name: str) -> None:
        """And its password."""
        settings = self._load_settings()
        gone = [one for one in settings.destinations if one.name == name]
        kept = tuple(one for one in settings.destinations if one.name != name)
        self._save_settings(replace(settings, destinations=kept))

        def forget() -> None:
            for destination in gone:
                with suppress(BadRequest):
                    self._vault.delete(service_of(address_of(destination)), destination.username)

        self._later("forget", forget)

    def test(
        self,
        destination: Destination,
        password: str,
        done: Callable[[str], None],
        failed: Callable[[str], None],
    ) -> None:
        """Connect, sign in, look at the folder; an unknown server is asked about first."""
        address = address_of(destination)
        request = SendRequest(_target(address, destination, password), address.remote_folder, ())

        def work(progress: JobProgress) -> SendResult:
            return self._repository.send(request, progress)

        def refused(error: OdImagingError) -> None:
            if isinstance(error, HostKeyUnknown):
                self._ask_host(destination, error, lambda: self._submit_test(work, done, refused))
            failed(error.user_text)

        self._submit_test(work, done, refused)

    def remember_password(self, destination: Destination, password: str) -> None:
        """In the vault of this computer."""
        service = service_of(address_of(destination))
        self._later("remember", lambda: self._vault.set(service, destination.username, password))

    # ------------------------------------------------------------ sending

    def send(
        self, items: Sequence[SendChoice], destination: Destination, password: str | None = None
    ) -> None:
        """Rows appear at once; what must be asked is asked; then one job sends. ``password``: typed a moment ago."""
        if not items:
            return
        self._keeping = False
        self._forget_ended()
        self._save_settings(replace(self._load_settings(), last_destination=destination.name))
        rows = [new_row(item, destination) for item in items]
        for row in rows:
            self._rows[row.key] = row
        self._tell()
        batch = _Batch(destination, tuple(row.key for row in rows), is_new=True)
        size = sum(item.size_hint for item in items)
        patients = len({item.pat_num for item in items})
        self._prepare(
            batch,
            lambda prepared: self._confirm(
                batch, replace(prepared, password=password or prepared.password), size, patients
            ),
        )

    def retry(self, keys: Iterable[str] | None = None) -> None:
        """Those named, cancelled ones too; without names all that failed or were stopped by the program."""
        chosen = set(keys) if keys is not None else {row.key for row in self._uncancelled()}
        self._again([row for row in self.rows if row.key in chosen and row.can_retry])

    def resolve(self, keys: Iterable[str], conflict: Conflict) -> None:
        """Keep both, replace or skip what is already there."""
        rows = [self._rows[key] for key in keys if key in self._rows]
        rows = [row for row in rows if row.state is SendState.ALREADY_THERE]
        if conflict is Conflict.SKIP:
            for row in rows:
                self._change(row.key, state=SendState.SKIPPED, ended=self.clock())
            self._unqueue([row.key for row in rows])
            self._tell()
        else:
            self._again(rows, conflict)

    def cancel(self, keys: Iterable[str] | None = None) -> None:
        """Stop some, or all; the others of a batch go on."""
        chosen = [
            row for row in self.rows if (keys is None or row.key in set(keys)) and row.is_active
        ]
        self._dropped |= {row.key for row in chosen}
        handles = {
            id(self._handles[row.key]): row.key for row in chosen if row.key in self._handles
        }
        for row in chosen:
            self._change(row.key, state=SendState.STOPPED, reason="")
        for key in handles.values():
            self._handles[key].cancel()
        self._tell()

    def clear_ended(self) -> None:
        """Rows nobody needs any more."""
        keys = [row.key for row in self.rows if not row.is_active]
        for key in keys:
            self._rows.pop(key)
        self._unqueue(keys)
        self._tell()

    # ------------------------------------------------------------ closing and starting

    def stop_and_keep(self) -> None:
        """The program closes: what is not sent waits in the queue (decision 53)."""
        self._keeping = True
        for handle in {id(handle): handle for handle in self._handles.values()}.values():
            handle.cancel()
        for row in self.rows:
            if row.is_active and row.key not in self._handles:
                self._change(row.key, state=SendState.STOPPED, reason=KEPT)
        self._tell()

    def when_idle(self, callback: Callable[[], None]) -> None:
        """Once nothing is on its way; at once if that is now."""
        self._when_idle.append(callback)
        self._tell()

    def restore(self) -> None:
        """Rows the last run left in the queue. They wait for a click: nothing leaves the building by itself."""

        def read(_progress: JobProgress) -> tuple[QueuedTransfer, ...]:
            return self._queue.open_transfers()

        def show(kept: tuple[QueuedTransfer, ...]) -> None:
            for one in kept:
                self._rows.setdefault(one.key, kept_row(one))
            self._tell()

        self._submit(Job("transfer queue", Lane.STORE, read), done=show)

    # ------------------------------------------------------------ asking

    def _prepare(self, batch: _Batch, then: Callable[[_Prepared], None]) -> None:
        """Vault and known servers are looked at in the background: both may be slow."""
        try:
            address = address_of(batch.destination)
        except BadRequest as error:  # a settings file somebody wrote by hand
            self._fail(batch, error.user_text)
            return
        service, username = service_of(address), batch.destination.username
        new = [self._rows[key] for key in batch.keys] if batch.is_new else []

        def work(_progress: JobProgress) -> _Prepared:
            with _queue_matters_less():
                for row in new:
                    self._queue.add(queued(row))
            password = self._vault.get(service, username) if self._vault.available else None
            known = bool(self._host_keys.fingerprints(address.host, address.port))
            return _Prepared(password, known)

        self._submit(
            Job("prepare sending", Lane.STORE, work),
            done=then,
            failed=lambda error: self._fail(batch, error.user_text),
            cancelled=lambda: self._fail(batch, KEPT),
        )

    def _confirm(self, batch: _Batch, prepared: _Prepared, size: int, patients: int) -> None:
        if prepared.is_known and size <= ASK_ABOVE_BYTES:
            self._ask_password(batch, prepared.password)
            return
        count = len(batch.keys)
        of = "" if patients == 1 else f" of {plural(patients, 'patient', 'patients')}"
        if patients == 1:
            of = " of one patient"
        amount = f", {megabytes(size)}" if size > ASK_ABOVE_BYTES else ""
        first = "" if prepared.is_known else " Nothing has been sent there before."
        words = f"Send {images(count)}{of}{amount} to {batch.destination.name}?{first}"

        def answered(yes: bool) -> None:
            if yes:
                self._ask_password(batch, prepared.password)
            else:
                self._give_up(batch)

        self.asker.confirm(words, f"Send {images(count)}", answered)

    def _ask_password(self, batch: _Batch, password: str | None, reason: str = "") -> None:
        if password is not None:
            self._start(batch, password, remember=False)
            return

        def answered(given: str | None, remember: bool) -> None:
            if given is None:
                self._fail(batch, NO_PASSWORD)
            else:
                self._start(batch, given, remember)

        self.asker.password(batch.destination, reason, self._vault.available, answered)

    def _ask_host(
        self, destination: Destination, error: HostKeyUnknown, then: Callable[[], None]
    ) -> None:
        address = address_of(destination)

        def answered(pin: bool) -> None:
            if pin:
                self._later(
                    "pin",
                    lambda: self._host_keys.pin(address.host, address.port, error.fingerprint),
                    then,
                )

        self.asker.unknown_host(destination.name, address.host, error.fingerprint, answered)

    # ------------------------------------------------------------ the job

    def _start(self, batch: _Batch, password: str, remember: bool) -> None:
        keys = [key for key in batch.keys if key in self._rows and key not in self._dropped]
        if not keys or self._keeping:
            self._tell()
            return
        address, service = address_of(batch.destination), service_of(address_of(batch.destination))
        request = SendRequest(
            _target(address, batch.destination, password),
            address.remote_folder,
            tuple(self._send_item(key, batch.conflict) for key in keys),
            batch.destination.read_back,
        )
        username = batch.destination.username

        def work(progress: JobProgress) -> SendResult:
            result = self._repository.send(request, progress, self._on_item)
            if remember:
                self._vault.set(service, username, password)
            return result

        handle = self._submit(
            Job(f"send {next(self._jobs)}", Lane.TRANSFER, work),
            done=lambda _result: self._ended(keys),
            failed=lambda error: self._refused(batch, keys, password, remember, error),
            progressed=lambda _done, _total, _text: self.poll(),
            cancelled=lambda: self._stopped(batch, keys, password, remember),
        )
        for key in keys:
            if self._rows[key].is_active:
                self._handles[key] = handle
        self._tell()

    def _on_item(self, state: ItemState) -> None:
        """On the worker: the queue's file at once, the rows when the GUI thread polls."""
        self._told.append(state)
        with _queue_matters_less():
            if state.state in (SendState.SENT, SendState.SENT_UNCHECKED, SendState.SKIPPED):
                self._queue.remove(state.key)
            elif state.state.is_final:
                self._queue.set_state(state.key, state.state.value, state.reason)

    def poll(self) -> None:
        """Take over what the jobs have told; a timer calls it while anything is active."""
        told = False
        while self._told:
            state = self._told.popleft()
            if state.key in self._rows and state.key not in self._dropped:
                self._take(state)
                told = True
        if told:
            self._tell()

    def _take(self, state: ItemState) -> None:
        row = self._rows[state.key]
        ended = self.clock() if state.state.is_final else None
        self._change(
            state.key,
            state=state.state,
            done=state.done,
            total=state.total or row.total,
            reason=state.reason,
            remote_name=state.remote_name or row.remote_name,
            ended=ended,
        )

    def _ended(self, keys: Sequence[str]) -> None:
        self.poll()
        self._release(keys)
        self._tell()

    def _stopped(self, batch: _Batch, keys: Sequence[str], password: str, remember: bool) -> None:
        """By `cancel` or `stop_and_keep`; what was not meant goes on in another job."""
        self.poll()
        self._release(keys)
        gone = [key for key in keys if key in self._dropped]
        rest = tuple(
            key
            for key in keys
            if key not in self._dropped
            and (self._rows[key].is_active or self._rows[key].state is SendState.STOPPED)
        )
        self._unqueue(gone)
        if self._keeping:
            for key in rest:
                self._change(key, state=SendState.STOPPED, reason=KEPT)
        elif rest:
            for key in rest:
                self._change(key, state=SendState.WAITING, done=0)
            self._start(replace(batch, keys=rest), password, remember)
        self._tell()

    def _refused(
        self,
        batch: _Batch,
        keys: Sequence[str],
        password: str,
        remember: bool,
        error: OdImagingError,
    ) -> None:
        """Connecting failed: nothing was sent."""
        self.poll()
        self._release(keys)
        self._fail(replace(batch, keys=tuple(keys)), error.user_text)
        name = batch.destination.name
        if isinstance(error, HostKeyUnknown):
            again = replace(batch, keys=tuple(keys))
            self._ask_host(
                batch.destination, error, lambda: self._resume(again, password, remember)
            )
        elif isinstance(error, HostKeyChanged):
            self.asker.refused(
                f"Nothing was sent. {name} shows a different code than before.",
                "This happens when a server is replaced, and also when someone pretends to be it."
                f" Call {name} before going on.",
                [("Code until now", error.pinned), ("Code now", error.fingerprint)],
            )
        elif isinstance(error, LoginFailed):
            reason = f"{name} did not accept the user name or password. Nothing was sent."
            self._ask_password(replace(batch, keys=tuple(keys)), None, reason)

    def _resume(self, batch: _Batch, password: str, remember: bool) -> None:
        self._wait(batch.keys)
        self._start(batch, password, remember)

    # ------------------------------------------------------------ small parts

    def _uncancelled(self) -> tuple[TransferRow, ...]:
        return tuple(row for row in self._rows.values() if row.key not in self._dropped)

    def _again(self, rows: Sequence[TransferRow], conflict: Conflict = Conflict.ASK) -> None:
        self._keeping = False
        known = {one.name: one for one in self._load_settings().destinations}
        for name in dict.fromkeys(row.destination for row in rows):
            keys = tuple(row.key for row in rows if row.destination == name)
            if name not in known:
                for key in keys:
                    self._change(
                        key,
                        state=SendState.FAILED,
                        reason="This destination is no longer saved. Add it again, then retry.",
                    )
                continue
            batch = _Batch(known[name], keys, conflict)
            self._wait(keys)
            self._prepare(batch, self._password_asker(batch))
        self._tell()

    def _password_asker(self, batch: _Batch) -> Callable[[_Prepared], None]:
        return lambda prepared: self._ask_password(batch, prepared.password)

    def _wait(self, keys: Iterable[str]) -> None:
        self._dropped -= set(keys)
        for key in keys:
            if key in self._rows:
                self._change(key, state=SendState.WAITING, reason="", done=0, ended=None)

    def _fail(self, batch: _Batch, reason: str) -> None:
        for key in batch.keys:
            if key in self._rows and key not in self._dropped and self._rows[key].is_active:
                self._change(key, state=SendState.FAILED, reason=reason, ended=self.clock())
        kept = [key for key in batch.keys if key in self._rows]

        def note() -> None:
            with _queue_matters_less():
                for key in kept:
                    self._queue.set_state(key, SendState.FAILED.value, reason)

        self._later("note failure", note)
        self._tell()

    def _give_up(self, batch: _Batch) -> None:
        """The user said no to the first question: as if nothing had been asked."""
        for key in batch.keys:
            self._rows.pop(key, None)
        self._unqueue(batch.keys)
        self._tell()

    def _forget_ended(self) -> None:
        """Rows of an earlier sending that went well make room for the next."""
        well = (SendState.SENT, SendState.SENT_UNCHECKED, SendState.SKIPPED)
        if self.active:
            return
        for key in [row.key for row in self.rows if row.state in well or row.key in self._dropped]:
            self._rows.pop(key)
            self._dropped.discard(key)

    def _send_item(self, key: str, conflict: Conflict) -> SendItem:
        row = self._rows[key]
        return SendItem(key, row.doc_num, row.mount_num, conflict)

    def _change(self, key: str, **values: object) -> None:
        self._rows[key] = replace(self._rows[key], **values)  # type: ignore[arg-type]  # fields of the row

    def _release(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._handles.pop(key, None)

    def _places(self, rows: Iterable[TransferRow]) -> str:
        names = dict.fromkeys(row.destination for row in rows)
        return next(iter(names)) if len(names) == 1 else f"{len(names)} places"

    def _submit_test(
        self,
        work: Callable[[JobProgress], SendResult],
        done: Callable[[str], None],
        failed: Callable[[OdImagingError], None],
    ) -> None:
        self._submit(
            Job("test connection", Lane.TRANSFER, work),
            done=lambda _result: done("Connected. The server and its folder are ready."),
            failed=failed,
        )

    def _unqueue(self, keys: Iterable[str]) -> None:
        gone = tuple(keys)

        def remove() -> None:
            with _queue_matters_less():
                for key in gone:
                    self._queue.remove(key)

        if gone:
            self._later("forget", remove)

    def _later(
        self, name: str, call: Callable[[], object], then: Callable[[], None] = lambda: None
    ) -> None:
        """Files and vaults are touched in the background."""

        def work(_progress: JobProgress) -> None:
            call()

        self._submit(Job(name, Lane.STORE, work), done=lambda _nothing: then())

    def _tell(self) -> None:
        for changed in self.rows_changed:
            changed()
        for changed in self.summary_changed:
            changed()
        if self.active == 0 and not self._handles and self._when_idle:
            waiting, self._when_idle = self._when_idle, []
            for callback in waiting:
                callback()


@contextmanager
def _queue_matters_less() -> Iterator[None]:
    """The queue's file is a convenience of this workstation: without it sending goes on."""
    try:
        yield
    except DatabaseError as error:
        log.warning("transfer queue not written: %s", type(error).__name__)


def _target(address: SftpAddress, destination: Destination, password: str) -> SftpTarget:
    return SftpTarget(address.host, address.port, destination.username, password)
