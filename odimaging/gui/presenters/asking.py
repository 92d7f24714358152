"""What sending asks of the user: may it leave, with which password, is this their server. No Qt.

Nothing here waits: a question is put to the `Asker` and the answer starts what comes next. Vault and known servers are
asked on workers only, both may be slow.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from odimaging.gui.presenters.submit import Submit
from odimaging.gui.presenters.transfer_rows import megabytes
from odimaging.gui.presenters.words import images, plural
from odimaging.jobs import Job, JobProgress, Lane
from odimaging.model.errors import HostKeyChanged, HostKeyUnknown
from odimaging.model.ports import HostKeys, Vault
from odimaging.model.sftp_address import SftpAddress, parse_sftp_address
from odimaging.settings import Destination

ASK_ABOVE_BYTES = 200_000_000


class Asker(Protocol):
    """Questions to the user. Each returns at once; an answer comes by callback, silence means no."""

    def confirm(self, words: str, verb: str, answer: Callable[[bool], None]) -> None:
        """One question; ``verb`` is the button's."""

    def password(
        self,
        destination: Destination,
        reason: str,
        can_remember: bool,
        answer: Callable[[str | None, bool], None],
    ) -> None:
        """``answer(password, remember)``, or None if the user gave up."""

    def unknown_host(
        self, destination: str, host: str, fingerprint: str, answer: Callable[[bool], None]
    ) -> None:
        """First contact: pin, or not (decision 39)."""

    def refused(self, title: str, words: str, codes: Sequence[tuple[str, str]]) -> None:
        """There is no button to go on."""


class Nobody:
    """Before a window is there nobody can be asked: every answer is no."""

    def confirm(self, words: str, verb: str, answer: Callable[[bool], None]) -> None:
        """No."""
        answer(False)

    def password(
        self,
        destination: Destination,
        reason: str,
        can_remember: bool,
        answer: Callable[[str | None, bool], None],
    ) -> None:
        """No."""
        answer(None, False)

    def unknown_host(
        self, destination: str, host: str, fingerprint: str, answer: Callable[[bool], None]
    ) -> None:
        """No."""
        answer(False)

    def refused(self, title: str, words: str, codes: Sequence[tuple[str, str]]) -> None:
        """Nobody to tell."""


@dataclass(frozen=True, slots=True)
class Known:
    """What this computer knows of a destination: its password, None if it must be asked for, and its server."""

    password: str | None = field(repr=False)
    server: bool


class Asking:
    """GUI thread, but for `known`. ``asker`` is whoever can show a question."""

    def __init__(self, submit: Submit, vault: Vault, host_keys: HostKeys) -> None:
        self._submit = submit
        self._vault = vault
        self._host_keys = host_keys
        self.asker: Asker = Nobody()

    def known(self, destination: Destination) -> Known:
        """On a worker: what need not be asked."""
        address = address_of(destination)
        service = service_of(address)
        password = self._vault.get(service, destination.username) if self._vault.available else None
        return Known(password, bool(self._host_keys.fingerprints(address.host, address.port)))

    def whether(
        self,
        count: int,
        patients: int,
        size: int,
        destination: Destination,
        known: Known,
        answer: Callable[[bool], None],
    ) -> None:
        """Much, or to a server nothing has been sent to: one question. Else the answer is yes."""
        if known.server and size <= ASK_ABOVE_BYTES:
            answer(True)
            return
        of = "one patient" if patients == 1 else plural(patients, "patient", "patients")
        amount = f", {megabytes(size)}" if size > ASK_ABOVE_BYTES else ""
        first = "" if known.server else " Nothing has been sent there before."
        verb = f"Send {images(count)}"
        self.asker.confirm(f"{verb} of {of}{amount} to {destination.name}?{first}", verb, answer)

    def password(
        self, destination: Destination, reason: str, answer: Callable[[str | None, bool], None]
    ) -> None:
        """``answer(password, remember)``, or None if the user gave up."""
        self.asker.password(destination, reason, self._vault.available, answer)

    def host(
        self, destination: Destination, error: HostKeyUnknown, then: Callable[[], None]
    ) -> None:
        """Show the server's code; once it is pinned go on."""
        address = address_of(destination)

        def pin(_progress: JobProgress) -> None:
            self._host_keys.pin(address.host, address.port, error.fingerprint)

        def answered(yes: bool) -> None:
            if yes:
                self._submit(Job("pin", Lane.STORE, pin), done=lambda _nothing: then())

        self.asker.unknown_host(destination.name, address.host, error.fingerprint, answered)

    def changed(self, destination: Destination, error: HostKeyChanged) -> None:
        """The server shows another code than the pinned one: there is no way on."""
        name = destination.name
        self.asker.refused(
            f"Nothing was sent. {name} shows a different code than before.",
            "This happens when a server is replaced, and also when someone pretends to be it."
            f" Call {name} before going on.",
            [("Code until now", error.pinned), ("Code now", error.fingerprint)],
        )


def address_of(destination: Destination) -> SftpAddress:
    """The destination's place; always a folder. Raises InvalidField, MissingField."""
    address = destination.sftp_address
    return parse_sftp_address(address if address.endswith("/") else f"{address}/")


def service_of(address: SftpAddress) -> str:
    """Under which name the vault keeps the password."""
    return f"odimaging sftp://{address.host}:{address.port}"


def same_code(pasted: str, fingerprint: str) -> bool:
    """Whether a pasted code is this server's; blanks, the ``SHA256:`` in front and ``=`` at the end do not matter."""

    def bare(code: str) -> str:
        joined = "".join(code.split())
        head, colon, rest = joined.partition(":")
        return (rest if colon and head.upper() == "SHA256" else joined).rstrip("=")

    return bool(bare(pasted)) and bare(pasted) == bare(fingerprint)
