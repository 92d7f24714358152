"""Logging in to real servers: whose key, which ciphers, and that a wrong server never sees the password."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from odimaging.model.errors import (
    ConnectFailed,
    HostKeyChanged,
    HostKeyUnknown,
    LoginFailed,
    TimedOut,
    TransferError,
)
from odimaging.model.ports import SftpTarget
from odimaging.transfer.host_keys import KnownHosts
from odimaging.transfer.session import DISABLED, Patience, open_session
from odimaging.transfer.sftp import SftpConnector
from tests.servers.openssh import OpenSsh, needs_openssh, openssh
from tests.servers.ports import free_port
from tests.servers.proxy import proxy

pytestmark = pytest.mark.openssh
QUICK = Patience(login_s=1.0, idle_s=0.3, waits_s=())


@pytest.fixture
def hosts(tmp_path: Path) -> KnownHosts:
    return KnownHosts(tmp_path / "known_hosts")


@pytest.fixture
def with_password(openssh_server: OpenSsh) -> OpenSsh:
    if openssh_server.password is None:
        pytest.skip("password login needs sshd started as root")
    return openssh_server


def log_in(server: OpenSsh, hosts: KnownHosts, target: SftpTarget) -> None:
    with SftpConnector(hosts, private_key=server.private_key).connect(target) as files:
        assert files.stat("") is not None


def logins_asked_for(server: OpenSsh) -> int:
    """How often a client got as far as naming a user, which it does before any password."""
    return server.logged().count("userauth-request for user")


def test_an_unknown_server_is_named_by_its_code_and_gets_no_login(
    openssh_server: OpenSsh, hosts: KnownHosts
) -> None:
    before = logins_asked_for(openssh_server)
    with pytest.raises(HostKeyUnknown) as caught:
        log_in(openssh_server, hosts, openssh_server.target(host_key=None))
    assert caught.value.fingerprint == openssh_server.host_key
    assert logins_asked_for(openssh_server) == before


def test_a_pinned_server_is_known(openssh_server: OpenSsh, hosts: KnownHosts) -> None:
    hosts.pin(openssh_server.host, openssh_server.port, openssh_server.host_key)
    log_in(openssh_server, hosts, openssh_server.target(host_key=None))


def test_a_code_with_padding_is_the_same_code(openssh_server: OpenSsh, hosts: KnownHosts) -> None:
    log_in(openssh_server, hosts, openssh_server.target(host_key=f" {openssh_server.host_key}= "))


def test_a_changed_key_is_refused_and_the_password_stays_here(hosts: KnownHosts) -> None:
    needs_openssh()
    with openssh() as old, openssh() as new:
        hosts.pin(new.host, new.port, old.host_key)
        with pytest.raises(HostKeyChanged) as caught:
            log_in(new, hosts, new.target(host_key=None))
        assert (caught.value.fingerprint, caught.value.pinned) == (new.host_key, old.host_key)
        assert logins_asked_for(new) == 0
        assert "Connection from 127.0.0.1" in new.logged()


def test_a_code_in_the_request_must_match(openssh_server: OpenSsh, hosts: KnownHosts) -> None:
    hosts.pin(openssh_server.host, openssh_server.port, openssh_server.host_key)
    before = logins_asked_for(openssh_server)
    with pytest.raises(HostKeyChanged):
        log_in(openssh_server, hosts, openssh_server.target(host_key="SHA256:" + "A" * 43))
    assert logins_asked_for(openssh_server) == before


def test_a_server_that_suddenly_shows_another_kind_of_key_is_refused(hosts: KnownHosts) -> None:
    needs_openssh()
    with openssh("ecdsa") as server, openssh("rsa") as other:
        hosts.pin(other.host, other.port, server.host_key)
        with pytest.raises(HostKeyChanged):
            log_in(other, hosts, other.target(host_key=None))
        assert logins_asked_for(other) == 0
        log_in(other, hosts, other.target())
        log_in(server, hosts, server.target())


def test_a_wrong_password_says_so_once_and_shows_it_nowhere(
    with_password: OpenSsh, hosts: KnownHosts
) -> None:
    before = with_password.logged().count("Failed password")
    target = with_password.target(password="not the password")
    with pytest.raises(LoginFailed) as caught:
        log_in(with_password, hosts, target)
    assert with_password.logged().count("Failed password") == before + 1
    told = f"{caught.value!r} {caught.value.user_text} {caught.value.detail} {target!r}"
    assert "not the password" not in told


def test_without_password_and_key_nothing_is_tried(
    openssh_server: OpenSsh, hosts: KnownHosts
) -> None:
    with (
        pytest.raises(LoginFailed),
        SftpConnector(hosts).connect(openssh_server.target(password=None)),
    ):
        pytest.fail("logged in")


def test_negotiated_names_are_modern(openssh_server: OpenSsh, hosts: KnownHosts) -> None:
    session = open_session(openssh_server.target(), hosts, Patience(), openssh_server.private_key)
    try:
        transport = session.transport
        assert transport.local_cipher == "aes128-gcm@openssh.com"
        for way in ("client->server", "server->client"):
            assert f"{way} cipher: aes128-gcm@openssh.com" in openssh_server.logged()
        options = transport.get_security_options()
        assert not set(DISABLED["ciphers"]) & set(options.ciphers)
    finally:
        session.close()


@pytest.mark.parametrize(
    ("line", "works"),
    [
        ("Ciphers aes128-cbc", False),
        ("Ciphers aes256-ctr\nMACs hmac-sha1", False),
        ("Ciphers aes256-ctr\nMACs hmac-md5-96,hmac-sha1-96", False),
        ("Ciphers aes256-ctr\nMACs hmac-sha2-256", True),
        ("Ciphers aes256-gcm@openssh.com", True),
    ],
)
def test_outdated_encryption_is_refused_in_plain_words(
    hosts: KnownHosts, line: str, works: bool
) -> None:
    needs_openssh()
    with openssh(more=line) as server:
        if works:
            log_in(server, hosts, server.target())
            return
        with pytest.raises(ConnectFailed, match="outdated encryption"):
            log_in(server, hosts, server.target())
        assert logins_asked_for(server) == 0


def sentence(target: SftpTarget, hosts: KnownHosts, patience: Patience = QUICK) -> TransferError:
    with pytest.raises(TransferError) as caught, SftpConnector(hosts, patience).connect(target):
        pytest.fail("connected")
    return caught.value


@contextmanager
def talking(answer: bytes) -> Iterator[int]:
    """A port on which something else answers, and then waits or hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def serve() -> None:
            client, _ = server.accept()
            with client:
                client.sendall(answer)
                client.settimeout(5)
                try:
                    while answer == b"" and client.recv(1000):
                        pass
                except TimeoutError:
                    pass

        thread = threading.Thread(target=serve)
        thread.start()
        yield int(server.getsockname()[1])
        thread.join()


def test_each_failure_has_its_own_sentence(hosts: KnownHosts) -> None:
    target = SftpTarget("127.0.0.1", free_port(), "user", "secret word")
    with talking(b"") as silent, talking(b"HTTP/1.1 400 Bad Request\r\n\r\n") as web:
        errors = [
            sentence(target, hosts),
            sentence(replace(target, host="no-such-host.invalid"), hosts),
            sentence(replace(target, port=silent), hosts),
            sentence(replace(target, port=web), hosts),
        ]
    assert [type(error) for error in errors] == [
        ConnectFailed,
        ConnectFailed,
        TimedOut,
        ConnectFailed,
    ]
    assert len({error.user_text for error in errors}) == 4
    assert len({error.detail for error in errors}) == 4
    assert not any("secret" in f"{error!r}{error.detail}" for error in errors)


def test_a_login_takes_no_longer_than_it_may(openssh_server: OpenSsh, hosts: KnownHosts) -> None:
    with proxy(openssh_server.port) as line:
        line.fall_silent()
        began = time.monotonic()
        error = sentence(openssh_server.target(port=line.port), hosts)
        assert isinstance(error, TimedOut)
        assert time.monotonic() - began < 3


def test_a_server_without_sftp_says_so(hosts: KnownHosts) -> None:
    needs_openssh()
    with (
        openssh(more="ForceCommand /bin/true") as server,
        pytest.raises(ConnectFailed, match="no file transfer"),
    ):
        log_in(server, hosts, server.target())


def test_nothing_is_left_running(openssh_server: OpenSsh, hosts: KnownHosts) -> None:
    before = threading.active_count()
    for _ in range(3):
        log_in(openssh_server, hosts, openssh_server.target())
        with pytest.raises(HostKeyUnknown):
            log_in(openssh_server, hosts, openssh_server.target(host_key=None))
    for thread in threading.enumerate():
        if thread.name.startswith("Thread-") and thread is not threading.current_thread():
            thread.join(2)
    assert threading.active_count() <= before


@pytest.mark.parametrize("cut", [1, 30, 800, 1500, 2200, 2600, 2900, 3200, 3500])
def test_a_line_cut_anywhere_during_the_login_ends_in_a_sentence(
    openssh_server: OpenSsh, hosts: KnownHosts, cut: int
) -> None:
    with proxy(openssh_server.port, [cut]) as line:
        target = openssh_server.target(port=line.port)
        connector = SftpConnector(hosts, Patience(login_s=5.0), openssh_server.private_key)
        with pytest.raises(ConnectFailed), connector.connect(target):
            pytest.fail("connected")
        assert line.connections == 1


def test_a_server_that_takes_no_passwords_says_so(
    with_password: OpenSsh, hosts: KnownHosts
) -> None:
    with openssh(more="PasswordAuthentication no") as server:
        with pytest.raises(LoginFailed, match="does not accept a password"):
            log_in(server, hosts, server.target(password="x"))
        log_in(server, hosts, server.target(password=None))


def test_a_server_that_wants_a_second_proof_says_so(hosts: KnownHosts) -> None:
    needs_openssh()
    with (
        openssh(more="AuthenticationMethods publickey,publickey") as server,
        pytest.raises(LoginFailed, match="second proof"),
    ):
        log_in(server, hosts, server.target(password=None))
