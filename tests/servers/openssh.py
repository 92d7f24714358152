"""A private OpenSSH server for the run: own configuration, keys and folders, a free port on 127.0.0.1.

As root it takes passwords, for an account made for the run and removed after it; otherwise the key of whoever runs the
tests. Files lie in a folder of their own, whose path on disk the fixture gives.
"""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from odimaging.model.ports import SftpTarget
from tests.servers.ports import free_port

if sys.platform != "win32":
    import pwd

CONFIG = """\
{more}
Port {port}
ListenAddress 127.0.0.1
{host_keys}
PidFile {root}/pid
AuthorizedKeysFile {root}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication {passwords}
PubkeyAuthentication yes
KbdInteractiveAuthentication no
PermitRootLogin yes
AllowUsers {user}
AllowTcpForwarding no
PermitTTY no
UseDNS no
LogLevel DEBUG1
MaxStartups 200
Subsystem sftp internal-sftp
ForceCommand internal-sftp {denied}-d {folder}
"""


@dataclass(frozen=True)
class OpenSsh:
    """A running server. ``password`` is None where only the key works; ``folder`` is where a login starts, on disk."""

    host: str
    port: int
    user: str
    password: str | None = field(repr=False)
    private_key: str
    host_key: str
    other_host_key: str
    folder: Path
    log: Path
    pid: int

    def target(self, **changes: object) -> SftpTarget:
        values = {
            "host": self.host,
            "port": self.port,
            "username": self.user,
            "password": self.password,
            "host_key": self.host_key,
        }
        return SftpTarget(**{**values, **changes})  # type: ignore[arg-type]  # of a test's choice

    def logged(self) -> str:
        return self.log.read_text(errors="replace")


@contextlib.contextmanager
def openssh(*key_types: str, more: str = "", denied: Sequence[str] = ()) -> Iterator[OpenSsh]:
    """A server showing host keys of these types, ``ed25519`` if none is named. ``more``: lines that win over the usual ones.

    ``denied``: requests of the SFTP protocol it refuses.
    """
    with contextlib.ExitStack() as stack:
        root = Path(tempfile.mkdtemp(prefix="sshd-"))
        stack.callback(shutil.rmtree, root, ignore_errors=True)
        root.chmod(0o755)
        user, password = stack.enter_context(_account())
        folder = root / "files"
        folder.mkdir()
        if os.geteuid() == 0:
            account = pwd.getpwnam(user)
            os.chown(folder, account.pw_uid, account.pw_gid)
        types = key_types or ("ed25519",)
        names = [_make_key(root, f"host_{kind}", kind) for kind in types]
        _make_key(root, "user_key", "ed25519")
        shutil.copy(root / "user_key.pub", root / "authorized_keys")
        (root / "authorized_keys").chmod(0o644)
        port, log = free_port(), root / "sshd.log"
        config = CONFIG.format(
            port=port,
            root=root,
            user=user,
            folder=folder,
            more=more,
            denied=f"-P {','.join(denied)} " if denied else "",
            passwords="yes" if password else "no",
            host_keys="\n".join(f"HostKey {root / name}" for name in names),
        )
        (root / "sshd_config").write_text(config)
        process = stack.enter_context(_running(root / "sshd_config", log, port))
        prints = [_fingerprint(root / f"{name}.pub") for name in names]
        yield OpenSsh(
            "127.0.0.1",
            port,
            user,
            password,
            str(root / "user_key"),
            prints[0],
            prints[-1],
            folder,
            log,
            process.pid,
        )


@contextlib.contextmanager
def _account() -> Iterator[tuple[str, str | None]]:
    """As root an account for the run that may log in by password; else oneself."""
    if os.geteuid() != 0:
        yield pwd.getpwuid(os.geteuid()).pw_name, None
        return
    name, password = f"odi{secrets.token_hex(4)}", secrets.token_urlsafe(12)
    command = ["useradd", "--no-create-home", "--home-dir", "/", "--shell", "/bin/sh", name]
    subprocess.run(command, check=True, capture_output=True)
    try:
        subprocess.run(["chpasswd"], input=f"{name}:{password}\n", text=True, check=True)
        yield name, password
    finally:
        # By force: a session of the server that just ended may be on its way out still.
        subprocess.run(["userdel", "--force", name], check=True, capture_output=True)


def _make_key(root: Path, name: str, kind: str) -> str:
    command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", name, "-f", str(root / name)]
    subprocess.run(command, check=True)
    return name


def _fingerprint(public_key: Path) -> str:
    shown = subprocess.run(
        ["ssh-keygen", "-l", "-E", "sha256", "-f", str(public_key)],
        check=True,
        capture_output=True,
        text=True,
    )
    return shown.stdout.split()[1]


@contextlib.contextmanager
def _running(config: Path, log: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, parents=True, exist_ok=True)  # its empty folder
    with log.open("wb") as out:
        command = [str(_executable()), "-D", "-e", "-f", str(config)]
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        _wait_until_up(process, log, port)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_up(process: subprocess.Popen[bytes], log: Path, port: int) -> None:
    pause = threading.Event()
    for _ in range(500):
        if process.poll() is not None:
            raise RuntimeError(f"sshd ended:\n{log.read_text(errors='replace')[-2000:]}")
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        pause.wait(0.02)
    raise RuntimeError("sshd did not come up")


def _executable() -> Path | None:
    found = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
    return Path(found) if found else None


def needs_openssh() -> None:
    """Skip by name where there is no sshd; with CI=true that is a failure."""
    if sys.platform != "win32" and _executable() is not None and shutil.which("ssh-keygen"):
        return
    if os.environ.get("CI") == "true":
        pytest.fail("OpenSSH's sshd is not installed")
    pytest.skip("OpenSSH's sshd is not installed")


@pytest.fixture(scope="session")
def openssh_server() -> Iterator[OpenSsh]:
    """One server for the run. Use a folder of your own in it: `sftp_folder`."""
    needs_openssh()
    with openssh("ed25519", "rsa") as server:
        yield server


@pytest.fixture
def sftp_folder(openssh_server: OpenSsh) -> Iterator[Path]:
    """An empty folder of this test on the server, as a path on disk; its name is the remote path."""
    folder = openssh_server.folder / secrets.token_hex(6)
    folder.mkdir()
    if os.geteuid() == 0:
        account = pwd.getpwnam(openssh_server.user)
        os.chown(folder, account.pw_uid, account.pw_gid)
    yield folder
    subprocess.run(["chmod", "-R", "u+rwx", str(folder)], check=False)
    shutil.rmtree(folder, ignore_errors=True)
