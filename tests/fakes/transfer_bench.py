"""A transfers presenter over a scripted Send, a vault, known servers and a queue in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import cast

from odimaging.gui.presenters.transfer_rows import SendChoice
from odimaging.gui.presenters.transfers import TransfersPresenter
from odimaging.model.errors import DatabaseUnavailable, OdImagingError
from odimaging.model.ids import DocNum, MountNum, PatNum
from odimaging.model.ports import Progress, QueuedTransfer
from odimaging.repository.repository import Repository
from odimaging.repository.send import (
    Conflict,
    ItemState,
    OnItem,
    SendRequest,
    SendResult,
    SendState,
)
from odimaging.settings import Destination, Settings
from tests.fakes.inline_runner import InlineSubmit

LEE = Destination("Dr Lee", "sftp://lee.example/incoming/", "office")
LAB = Destination("Lab & Co", "sftp://lab.example:2222/", "lab")
CODE = "SHA256:n0K4rT9cYtWmQWwq4y0gJkW8m1v3bVb9m6Z1m3X2abc"


@dataclass
class MemoryVault:
    """Passwords in memory."""

    available: bool = True
    kept: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)

    def get(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set(self, service: str, username: str, password: str) -> bool:
        self.kept[service, username] = password
        return True

    def delete(self, service: str, username: str) -> None:
        self.kept.pop((service, username), None)


@dataclass
class MemoryHostKeys:
    """Pinned codes in memory."""

    pinned: dict[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)

    def fingerprints(self, host: str, port: int) -> tuple[str, ...]:
        return self.pinned.get((host, port), ())

    def pin(self, host: str, port: int, fingerprint: str) -> None:
        self.pinned[host, port] = (fingerprint,)


@dataclass
class MemoryQueue:
    """What was waiting, in memory; ``broken``: its file cannot be written."""

    kept: dict[str, QueuedTransfer] = field(default_factory=dict)
    broken: bool = False

    def add(self, transfer: QueuedTransfer) -> None:
        self._check()
        self.kept[transfer.key] = transfer

    def set_state(self, key: str, state: str, reason: str = "") -> None:
        self._check()
        if key in self.kept:
            old = self.kept[key]
            self.kept[key] = QueuedTransfer(
                key, old.destination, old.doc_num, old.mount_num, old.remote_name, state, reason
            )

    def open_transfers(self) -> tuple[QueuedTransfer, ...]:
        return tuple(self.kept.values())

    def remove(self, key: str) -> None:
        self._check()
        self.kept.pop(key, None)

    def _check(self) -> None:
        if self.broken:
            raise DatabaseUnavailable


Script = Callable[[int], ItemState | None]


class ScriptedSend:
    """Sends everything, except what ``taken``, ``refused`` and ``errors`` say; keeps each request."""

    def __init__(self) -> None:
        self.requests: list[SendRequest] = []
        self.errors: list[OdImagingError | None] = []
        """One for each coming call: raised instead of connecting."""
        self.taken: set[DocNum] = set()
        self.refused: dict[DocNum, str] = {}
        self.unchecked: set[DocNum] = set()
        self.before_item: Callable[[int], object] = lambda _number: None

    def __call__(
        self,
        request: SendRequest,
        progress: Progress | None = None,
        on_item: OnItem = lambda _state: None,
    ) -> SendResult:
        self.requests.append(request)
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error
        ended: dict[str, ItemState] = {}
        try:
            for number, item in enumerate(request.items):
                self.before_item(number)
                if progress is not None:
                    progress.report(number, len(request.items))
                name = f"RiA{item.doc_num or item.mount_num}.jpg"
                on_item(ItemState(item.key, SendState.SENDING, 5, 10, "", name))
                on_item(ItemState(item.key, SendState.CHECKING, 10, 10, "", name))
                ended[item.key] = self._end(item.key, item.doc_num, item.conflict, name)
                on_item(ended[item.key])
        finally:
            for item in request.items:
                if item.key not in ended:
                    on_item(ItemState(item.key, SendState.STOPPED))
        return SendResult(tuple(ended.values()))

    def _end(self, key: str, doc_num: DocNum | None, conflict: Conflict, name: str) -> ItemState:
        if doc_num in self.refused:
            return ItemState(key, SendState.FAILED, 0, 10, self.refused[doc_num], name)
        if doc_num in self.taken and conflict is Conflict.ASK:
            return ItemState(key, SendState.ALREADY_THERE, 0, 10, "", name)
        state = SendState.SENT_UNCHECKED if doc_num in self.unchecked else SendState.SENT
        return ItemState(key, state, 10, 10, "", name)


class ScriptedAsker:
    """Answers at once, as told, and keeps every question."""

    def __init__(self) -> None:
        self.yes = True
        self.pin = True
        self.passwords: list[tuple[str | None, bool]] = []
        self.confirmed: list[tuple[str, str]] = []
        self.asked: list[tuple[str, str, bool]] = []
        self.hosts: list[tuple[str, str, str]] = []
        self.refusals: list[tuple[str, Sequence[tuple[str, str]]]] = []

    def confirm(self, words: str, verb: str, answer: Callable[[bool], None]) -> None:
        self.confirmed.append((words, verb))
        answer(self.yes)

    def password(
        self,
        destination: Destination,
        reason: str,
        can_remember: bool,
        answer: Callable[[str | None, bool], None],
    ) -> None:
        self.asked.append((destination.name, reason, can_remember))
        answer(*(self.passwords.pop(0) if self.passwords else (None, False)))

    def unknown_host(
        self, destination: str, host: str, fingerprint: str, answer: Callable[[bool], None]
    ) -> None:
        self.hosts.append((destination, host, fingerprint))
        answer(self.pin)

    def refused(self, title: str, words: str, codes: Sequence[tuple[str, str]]) -> None:
        self.refusals.append((title, codes))


class TransferBench:
    """Dr Lee and the lab are saved; Dr Lee's server is known and the password in the vault."""

    def __init__(self, *, hold: bool = False, known: bool = True) -> None:
        self.submit = InlineSubmit(hold=hold)
        self.sender = ScriptedSend()
        self.vault = MemoryVault()
        self.host_keys = MemoryHostKeys()
        self.queue = MemoryQueue()
        self.asker = ScriptedAsker()
        self.settings = Settings(destinations=(LAB, LEE))
        if known:
            self.host_keys.pin("lee.example", 22, CODE)
            self.vault.set("odimaging sftp://lee.example:22", "office", "secret-of-lee")
        self.sizes: dict[DocNum, int] = {}
        """Bytes of the stored files; those not named are missing."""
        self.sizes_fail: OdImagingError | None = None
        browse = SimpleNamespace(sizes=self._sizes_of)
        self.repository = cast("Repository", SimpleNamespace(send=self.sender, browse=browse))
        self.presenter = TransfersPresenter(
            self.repository,
            self.submit,
            self.vault,
            self.host_keys,
            self.queue,
            lambda: self.settings,
            self.save,
        )
        self.presenter.asking.asker = self.asker
        self.presenter.clock = lambda: datetime(2025, 5, 12, 14, 7)

    def save(self, settings: Settings) -> None:
        self.settings = settings

    def _sizes_of(self, doc_nums: Sequence[DocNum]) -> dict[DocNum, int]:
        if self.sizes_fail is not None:
            raise self.sizes_fail
        return {one: self.sizes[one] for one in doc_nums if one in self.sizes}

    def release(self) -> None:
        """Let all jobs run that wait, and those they start."""
        for _ in range(6):
            self.submit.release()

    @property
    def states(self) -> list[SendState]:
        """Of the rows."""
        return [row.state for row in self.presenter.rows]


def choices(count: int) -> list[SendChoice]:
    """Images of one patient."""
    return [SendChoice(DocNum(n), None, PatNum(7)) for n in range(1, count + 1)]


def mount_choice() -> SendChoice:
    """A mount."""
    return SendChoice(None, MountNum(3), PatNum(7))
