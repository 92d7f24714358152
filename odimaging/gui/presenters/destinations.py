"""Where to send to, and what must be asked of the user about it."""

from collections.abc import Callable, Sequence
from typing import Protocol

from odimaging.model.sftp_address import SftpAddress, parse_sftp_address
from odimaging.settings import Destination


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
