"""One connection: name lookup, socket, encryption, host key, login, SFTP. In this order, each failure with its sentence.

The host key is compared before anything secret leaves this computer. No agent, no key search, no known_hosts of the
user: what is trusted is what the practice pinned.
"""

import logging
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import paramiko

from odimaging.model.errors import (
    ConnectFailed,
    HostKeyChanged,
    HostKeyUnknown,
    LoginFailed,
    TimedOut,
    TransferError,
)
from odimaging.model.ports import HostKeys, SftpTarget
from odimaging.transfer.wire import LIMITS, Wire

logging.getLogger("paramiko").setLevel(logging.WARNING)  # its DEBUG prints file names

T = TypeVar("T")

DISABLED = {
    "ciphers": ["3des-cbc", "aes128-cbc", "aes192-cbc", "aes256-cbc"],
    "macs": ["hmac-sha1", "hmac-md5", "hmac-sha1-96", "hmac-md5-96"],
}
"""Contract O5."""
CIPHERS = (
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "aes128-ctr",
    "aes256-ctr",
    "aes192-ctr",
)
"""Fastest first: GCM spares the separate checksum."""

LARGE_REQUEST = 255_000
"""What OpenSSH takes at once; eight times fewer packets to handle in Python."""
SMALL_REQUEST = 32_000
"""What every server takes; 32,768 would need two SSH packets."""

WINDOW_SIZE = 64 << 20
MAX_PACKET_SIZE = 256 << 10

BROKEN = (EOFError, OSError, paramiko.SSHException)
"""A cut surfaces as any of these (contract §1.5); TimeoutError is an OSError."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a server, in seconds (contract §1.4, §1.5, decision 37).

    ``login_s`` covers name lookup, connection and login together. ``waits_s``: pauses between tries without progress.
    ``before_first_byte``: whether to try again at all while nothing has been moved; the API does not.
    """

    login_s: float = 10.0
    idle_s: float = 20.0
    keepalive_s: float = 15.0
    waits_s: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 16.0)
    before_first_byte: bool = True


API_PATIENCE = Patience(login_s=8.0, before_first_byte=False)
"""Who calls the API waits for the answer: decision 37."""


@dataclass(frozen=True, slots=True)
class Session:
    """A logged-in connection with one SFTP channel. ``request_size``: bytes of one read or write the server takes."""

    transport: paramiko.Transport
    wire: Wire
    request_size: int

    def close(self) -> None:
        """End it; never raises."""
        self.transport.close()


class _Deadline:
    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds, never none: a wait of 0 would mean something else."""
        return max(0.05, self._end - time.monotonic())

    @property
    def over(self) -> bool:
        return time.monotonic() >= self._end


def open_session(
    target: SftpTarget, host_keys: HostKeys, patience: Patience, private_key: str | None = None
) -> Session:
    """Connect and log in. Raises ConnectFailed, TimedOut, HostKeyUnknown, HostKeyChanged, LoginFailed."""
    deadline = _Deadline(patience.login_s)
    sock = _connected(target, deadline)
    transport = None
    try:
        transport = _started(sock, deadline)
        _check_host_key(transport, target, host_keys)
        _log_in(transport, target, private_key, deadline)
        return _with_sftp(transport, patience, deadline)
    except BaseException:
        if transport is not None:
            transport.close()
        sock.close()
        raise


def fingerprint(text: str) -> str:
    """A code as compared: ``SHA256:`` and base64 without the padding some programs print."""
    return text.strip().rstrip("=")


def _connected(target: SftpTarget, deadline: _Deadline) -> socket.socket:
    addresses = _resolved(target, deadline)
    failure: OSError = ConnectionError()
    for family, kind, protocol, _, address in addresses:
        sock = socket.socket(family, kind, protocol)
        sock.settimeout(deadline.left())
        try:
            sock.connect(address)
        except OSError as error:
            sock.close()
            failure = error
        else:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
    raise _not_connected(failure) from failure


def _resolved(target: SftpTarget, deadline: _Deadline) -> list[tuple[int, int, int, str, tuple]]:  # type: ignore[type-arg]  # getaddrinfo's own
    """Look the name up in a thread of its own: the system's lookup knows no time-out."""
    found: list[object] = []

    def look_up() -> None:
        try:
            found.append(socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.append(error)

    thread = threading.Thread(target=look_up, name="sftp-lookup", daemon=True)
    thread.start()
    thread.join(deadline.left())
    if not found:
        raise TimedOut("The server's name could not be looked up in time.", "lookup timed out")
    if isinstance(found[0], Exception):
        raise ConnectFailed(
            "There is no server of this name. Check how it is written.", "lookup failed"
        ) from found[0]
    return found[0]  # type: ignore[return-value]  # the list of getaddrinfo


def _not_connected(error: OSError) -> TransferError:
    if isinstance(error, TimeoutError):
        return TimedOut("The server did not answer in time.", "connect timed out")
    if isinstance(error, ConnectionRefusedError):
        return ConnectFailed(
            "The server refused the connection. Its file transfer may be off, or the port is wrong.",
            "connection refused",
        )
    return ConnectFailed(
        "The server cannot be reached from here. Check the network connection.",
        f"connect errno {error.errno}",
    )


def _started(sock: socket.socket, deadline: _Deadline) -> paramiko.Transport:
    """Agree on encryption; nothing secret has been sent yet."""
    transport = paramiko.Transport(
        sock,
        default_window_size=WINDOW_SIZE,
        default_max_packet_size=MAX_PACKET_SIZE,
        disabled_algorithms=DISABLED,
    )
    transport.get_security_options().ciphers = CIPHERS
    transport.banner_timeout = transport.handshake_timeout = deadline.left()
    try:
        transport.start_client(timeout=deadline.left())
        transport.get_remote_server_key()
    except paramiko.ssh_exception.IncompatiblePeer as error:
        transport.close()
        raise ConnectFailed(
            "The server only offers outdated encryption. Ask its operator to update it.",
            "no common algorithms",
        ) from error
    except BROKEN as error:
        transport.close()
        if deadline.over:
            raise TimedOut(detail="handshake timed out") from error
        raise ConnectFailed(
            "What answers there is not an SFTP server, or it hung up.", "handshake failed"
        ) from error
    return transport


def _check_host_key(transport: paramiko.Transport, target: SftpTarget, host_keys: HostKeys) -> None:
    shown = fingerprint(str(transport.get_remote_server_key().fingerprint))
    trusted = (
        (target.host_key,) if target.host_key else host_keys.fingerprints(target.host, target.port)
    )
    accepted = [fingerprint(code) for code in trusted]
    if not accepted:
        raise HostKeyUnknown(shown, detail="host key unknown")
    if shown not in accepted:
        raise HostKeyChanged(shown, accepted[0], detail="host key differs")


def _log_in(
    transport: paramiko.Transport,
    target: SftpTarget,
    private_key: str | None,
    deadline: _Deadline,
) -> None:
    transport.auth_timeout = deadline.left()
    try:
        more = _authenticate(transport, target, private_key)
    except paramiko.BadAuthenticationType as error:
        raise LoginFailed(
            "The server does not accept a password for this user.", "method refused"
        ) from error
    except paramiko.AuthenticationException as error:
        if deadline.over:
            raise TimedOut(detail="login timed out") from error
        if not transport.is_active():
            raise ConnectFailed("The server hung up during the login.", "cut at login") from error
        raise LoginFailed(detail="login refused") from error
    except BROKEN as error:
        raise ConnectFailed("The server hung up during the login.", "cut at login") from error
    if more:
        raise LoginFailed("The server asks for a second proof besides the password.", "partial")


def _authenticate(
    transport: paramiko.Transport, target: SftpTarget, private_key: str | None
) -> list[str]:
    if target.password is not None:
        return transport.auth_password(target.username, target.password)
    if private_key is not None:
        key = paramiko.PKey.from_path(private_key)
        return transport.auth_publickey(target.username, key)
    raise LoginFailed("A password is needed for this server.", "no password")


def _with_sftp(transport: paramiko.Transport, patience: Patience, deadline: _Deadline) -> Session:
    transport.set_keepalive(int(patience.keepalive_s))
    return _translated(lambda: _opened(transport, patience, deadline), deadline)


def _opened(transport: paramiko.Transport, patience: Patience, deadline: _Deadline) -> Session:
    channel = transport.open_session(timeout=deadline.left())
    channel.settimeout(deadline.left())
    channel.invoke_subsystem("sftp")
    wire = Wire(channel)
    size = _request_size(wire, transport.remote_version)
    channel.settimeout(patience.idle_s)
    return Session(transport, wire, size)


def _request_size(wire: Wire, remote_version: str) -> int:
    if not wire.offers(LIMITS):
        return LARGE_REQUEST if "OpenSSH" in remote_version else SMALL_REQUEST
    body = wire.extended(LIMITS).body
    read, write = (int.from_bytes(body[at : at + 8], "big") for at in (8, 16))
    return min(LARGE_REQUEST, read or LARGE_REQUEST, write or LARGE_REQUEST)


def _translated(step: Callable[[], T], deadline: _Deadline) -> T:
    try:
        return step()
    except BROKEN as error:
        if deadline.over:
            raise TimedOut(detail="SFTP start timed out") from error
        raise ConnectFailed(
            "The server accepted the login but offers no file transfer (SFTP).", "no subsystem"
        ) from error
