"""Sending in the background: what is on its way, what must be asked first, what is offered when it fails. No Qt.

A batch is what one click sends to one place: one job, one connection. Jobs never wait for the user. One that needs an
answer ends; the question goes to `asking`, and the answer starts another job. Passwords live in one batch's jobs and in
the callbacks of the question that follows them, nowhere else.
"""

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from odimaging.gui.presenters.asking import Asking, Known, address_of, service_of
from odimaging.gui.presenters.destinations import Destinations, request_to
from odimaging.gui.presenters.kept_queue import KeptQueue
from odimaging.gui.presenters.submit import Submit
from odimaging.gui.presenters.transfer_rows import (
    KEPT,
    SendChoice,
    TransferRow,
    TransferRows,
    new_row,
)
from odimaging.jobs import Job, JobHandle, JobProgress, Lane
from odimaging.model.errors import (
    BadRequest,
    HostKeyChanged,
    HostKeyUnknown,
    LoginFailed,
    OdImagingError,
)
from odimaging.model.ids import DocNum
from odimaging.model.ports import HostKeys, TransferQueue, Vault
from odimaging.repository.repository import Repository
from odimaging.repository.send import Conflict, ItemState, SendItem, SendResult, SendState
from odimaging.settings import Destination, Settings

NO_PASSWORD = "No password was given."
NOT_SAVED = "This destination is no longer saved. Add it again, then retry."


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one job sends to one place. ``remember``: a password just typed is kept once it was right."""

    destination: Destination
    keys: tuple[str, ...]
    conflict: Conflict = Conflict.ASK
    password: str | None = field(default=None, repr=False)
    remember: bool = False


@dataclass(frozen=True, slots=True)
class _Prepared:
    known: Known
    sizes: Mapping[DocNum, int]


class TransfersPresenter(TransferRows):
    """GUI thread only. ``places``: the saved destinations; ``asking``: the questions."""

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
        super().__init__()
        self._repository = repository
        self._submit = submit
        self._vault = vault
        self._queue = KeptQueue(queue, submit)
        self._handles: dict[str, JobHandle] = {}
        self._keeping = False
        self._told: deque[ItemState] = deque()
        self._when_idle: list[Callable[[], None]] = []
        self._jobs = itertools.count()
        self.asking = Asking(submit, vault, host_keys)
        self.places = Destinations(
            repository, submit, vault, self.asking, load_settings, save_settings
        )

    @property
    def destinations(self) -> tuple[Destination, ...]:
        """Where to, the last used one first."""
        return self.places.saved

    # ------------------------------------------------------------ what the user may do

    def send(
        self, items: Sequence[SendChoice], destination: Destination, password: str | None = None
    ) -> None:
        """Rows appear at once; what must be asked is asked; then one job sends. ``password``: typed a moment ago."""
        if not items:
            return
        self._keeping = False
        self._forget_ended()
        self.places.note_used(destination)
        rows = [new_row(item, destination) for item in items]
        self._rows |= {row.key: row for row in rows}
        self._tell()
        batch = _Batch(destination, tuple(row.key for row in rows), password=password)
        self._prepare(batch, partial(self._whether, batch), rows)

    def retry(self, keys: Iterable[str] | None = None) -> None:
        """Those named, cancelled ones too; without names all that failed or were stopped by the program."""
        chosen = set(keys) if keys is not None else {row.key for row in self._uncancelled()}
        self._again([row for row in self.rows if row.key in chosen and row.can_retry])

    def resolve(self, keys: Iterable[str], conflict: Conflict) -> None:
        """Keep both, replace or skip what is already there."""
        rows = [self._rows[key] for key in keys if key in self._rows]
        rows = [row for row in rows if row.state is SendState.ALREADY_THERE]
        if conflict is not Conflict.SKIP:
            self._again(rows, conflict)
            return
        for row in rows:
            self._change(row.key, state=SendState.SKIPPED, ended=self.clock())
        self._queue.remove(row.key for row in rows)
        self._tell()

    def cancel(self, keys: Iterable[str] | None = None) -> None:
        """Stop some, or all; the others of a batch go on."""
        wanted = None if keys is None else set(keys)
        chosen = [row for row in self.rows if row.is_active]
        chosen = [row for row in chosen if wanted is None or row.key in wanted]
        self._cancelled |= {row.key for row in chosen}
        for row in chosen:
            self._change(row.key, state=SendState.STOPPED, reason="")
        self._stop_jobs(row.key for row in chosen)
        self._tell()

    def clear_ended(self) -> None:
        """Rows nobody needs any more."""
        keys = [row.key for row in self.rows if not row.is_active]
        for key in keys:
            self._forget(key)
        self._queue.remove(keys)
        self._tell()

    def stop_and_keep(self) -> None:
        """The program closes: what is not sent waits in the queue (decision 53)."""
        self._keeping = True
        self._stop_jobs(list(self._handles))
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

        def show(kept: tuple[TransferRow, ...]) -> None:
            for row in kept:
                self._rows.setdefault(row.key, row)
            self._tell()

        self._queue.read(show)

    def poll(self) -> None:
        """Take over what the jobs have told; a timer calls it while anything is active."""
        told = False
        while self._told:
            told |= self._take(self._told.popleft())
        if told:
            self._tell()

    # ------------------------------------------------------------ before the job

    def _prepare(
        self,
        batch: _Batch,
        then: Callable[[_Prepared], None],
        new: Sequence[TransferRow] = (),
    ) -> None:
        """Queue, vault, known servers and files are looked at in the background: all may be slow."""
        try:
            address_of(batch.destination)
        except BadRequest as error:  # a settings file somebody wrote by hand
            self._fail(batch, error.user_text)
            return
        doc_nums = [row.doc_num for row in new if row.doc_num is not None]

        def work(_progress: JobProgress) -> _Prepared:
            self._queue.add(new)
            sizes = self._repository.browse.sizes(doc_nums) if doc_nums else {}
            return _Prepared(self.asking.known(batch.destination), sizes)

        self._submit(
            Job("prepare sending", Lane.STORE, work),
            done=then,
            failed=lambda error: self._fail(batch, error.user_text),
            cancelled=lambda: self._fail(batch, KEPT),
        )

    def _whether(self, batch: _Batch, prepared: _Prepared) -> None:
        if self._keeping:  # closing: nothing is asked any more, the rows wait in the queue
            return
        rows = [self._rows[key] for key in batch.keys if key in self._rows]
        for row in rows:
            if row.doc_num is not None and row.doc_num in prepared.sizes:
                self._change(row.key, total=prepared.sizes[row.doc_num])
        self._tell()

        def answered(yes: bool) -> None:
            if yes:
                self._with_password(batch, prepared)
            else:
                self._give_up(batch)

        patients, size = len({row.pat_num for row in rows}), sum(prepared.sizes.values())
        where, known = batch.destination, prepared.known
        self.asking.whether(len(batch.keys), patients, size, where, known, answered)

    def _with_password(self, batch: _Batch, prepared: _Prepared) -> None:
        password = batch.password or prepared.known.password
        if password is None:
            self._ask_password(batch)
        else:
            self._start(replace(batch, password=password))

    def _ask_password(self, batch: _Batch, reason: str = "") -> None:
        def answered(given: str | None, remember: bool) -> None:
            if given is None:
                self._fail(batch, NO_PASSWORD)
            else:
                self._resume(replace(batch, password=given, remember=remember))

        self.asking.password(batch.destination, reason, answered)

    # ------------------------------------------------------------ the job

    def _start(self, batch: _Batch) -> None:
        keys = self._wanted(batch)
        if not keys or self._keeping:
            self._tell()
            return
        batch = replace(batch, keys=keys)
        handle = self._submit(
            Job(f"send {next(self._jobs)}", Lane.TRANSFER, self._work_of(batch)),
            done=lambda _result: self._ended(batch),
            failed=lambda error: self._refused(batch, error),
            progressed=lambda _done, _total, _text: self.poll(),
            cancelled=lambda: self._stopped(batch),
        )
        for key in keys:
            if self._rows[key].is_active:
                self._handles[key] = handle
        self._tell()

    def _work_of(self, batch: _Batch) -> Callable[[JobProgress], SendResult]:
        destination, password = batch.destination, batch.password or ""
        items = tuple(self._send_item(key, batch.conflict) for key in batch.keys)
        request = request_to(destination, password, items)

        def work(progress: JobProgress) -> SendResult:
            result = self._repository.send(request, progress, self._on_item)
            if batch.remember:
                service = service_of(address_of(destination))
                self._vault.set(service, destination.username, password)
            return result

        return work

    def _on_item(self, state: ItemState) -> None:
        """On the worker: the queue's file at once, the rows when the GUI thread polls."""
        self._told.append(state)
        self._queue.take(state)

    def _ended(self, batch: _Batch) -> None:
        self.poll()
        self._release(batch)
        self._tell()

    def _stopped(self, batch: _Batch) -> None:
        """By `cancel` or `stop_and_keep`; what was not meant goes on in another job."""
        self.poll()
        self._release(batch)
        left = [self._rows[key] for key in self._wanted(batch)]
        rest = [row.key for row in left if row.is_active or row.state is SendState.STOPPED]
        if self._keeping:
            for key in rest:
                self._change(key, state=SendState.STOPPED, reason=KEPT)
        elif rest:
            self._wait(rest)
            self._start(replace(batch, keys=tuple(rest)))
        self._tell()

    def _refused(self, batch: _Batch, error: OdImagingError) -> None:
        """Connecting failed: nothing was sent."""
        self.poll()
        self._release(batch)
        self._fail(batch, error.user_text)
        if isinstance(error, HostKeyUnknown):
            self.asking.host(batch.destination, error, lambda: self._resume(batch))
        elif isinstance(error, HostKeyChanged):
            self.asking.changed(batch.destination, error)
        elif isinstance(error, LoginFailed):
            name = batch.destination.name
            reason = f"{name} did not accept the user name or password. Nothing was sent."
            self._ask_password(batch, reason)

    def _resume(self, batch: _Batch) -> None:
        if self._keeping:
            return
        keys = self._wanted(batch)
        self._wait(keys)
        self._start(replace(batch, keys=keys))

    # ------------------------------------------------------------ small parts

    def _again(self, rows: Sequence[TransferRow], conflict: Conflict = Conflict.ASK) -> None:
        self._keeping = False
        saved = {one.name: one for one in self.places.saved}
        for name in dict.fromkeys(row.destination for row in rows):
            keys = tuple(row.key for row in rows if row.destination == name)
            if name in saved:
                batch = _Batch(saved[name], keys, conflict)
                self._wait(keys)
                self._prepare(batch, partial(self._with_password, batch))
            else:
                for key in keys:
                    self._change(key, state=SendState.FAILED, reason=NOT_SAVED)
        self._tell()

    def _fail(self, batch: _Batch, reason: str) -> None:
        self._fail_active(batch.keys, reason)
        self._queue.note_failed(self._wanted(batch), reason)
        self._tell()

    def _give_up(self, batch: _Batch) -> None:
        """The user said no to the first question: as if nothing had been asked."""
        for key in batch.keys:
            self._forget(key)
        self._queue.remove(batch.keys)
        self._tell()

    def _wanted(self, batch: _Batch) -> tuple[str, ...]:
        """Without what the user cancelled meanwhile; that leaves the queue here, where its entry is sure to be there."""
        self._queue.remove(key for key in batch.keys if key in self._cancelled)
        return tuple(key for key in batch.keys if key in self._rows and key not in self._cancelled)

    def _send_item(self, key: str, conflict: Conflict) -> SendItem:
        row = self._rows[key]
        return SendItem(key, row.doc_num, row.mount_num, conflict)

    def _stop_jobs(self, keys: Iterable[str]) -> None:
        handles = [self._handles[key] for key in keys if key in self._handles]
        for handle in {id(handle): handle for handle in handles}.values():
            handle.cancel()

    def _release(self, batch: _Batch) -> None:
        for key in batch.keys:
            self._handles.pop(key, None)

    def _tell(self) -> None:
        super()._tell()
        if self.active == 0 and not self._handles and self._when_idle:
            waiting, self._when_idle = self._when_idle, []
            for callback in waiting:
                callback()
