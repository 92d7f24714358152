"""Bytes to and from a real OpenSSH server, against its own client with the same cipher."""

import io
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from odimaging.transfer.host_keys import KnownHosts
from odimaging.transfer.sftp import SftpConnector
from tests.bench.report import Row, interleaved
from tests.servers.openssh import OpenSsh, openssh

ROUNDS = 3
LARGE, SMALL, FILES = 200_000_000, 200_000, 500
TARGET = 0.9


def measure(folder: Path) -> list[Row]:
    """Both connect anew for each sample and sign in with the same key."""
    with openssh("ed25519") as server:
        hosts = KnownHosts(folder / "known_hosts")
        hosts.pin(server.host, server.port, server.host_key)
        place = server.folder / "bench"
        place.mkdir()
        place.chmod(0o777)
        bench = _Bench(SftpConnector(hosts, private_key=server.private_key), server, folder)
        return list(bench.rows())


class _Bench:
    def __init__(self, connector: SftpConnector, server: OpenSsh, folder: Path) -> None:
        self._connector = connector
        self._server = server
        self._folder = folder
        self._large = folder / "large.bin"
        self._large.write_bytes(os.urandom(LARGE))
        self._back = folder / "back.bin"
        self._small = folder / "small"
        self._small.mkdir()
        for number in range(FILES):
            (self._small / f"{number}.bin").write_bytes(os.urandom(SMALL))

    def rows(self) -> Iterator[Row]:
        names = sorted(file.name for file in self._small.iterdir())
        up = f"put {self._large} bench/theirs.bin\n"
        down = f"get bench/theirs.bin {self._back}\n"
        many = "".join(f"put {self._small / name} bench/their-{name}\n" for name in names)
        yield self._row("SFTP 200 MB up", LARGE, self._put_large, lambda: self._sftp(up))
        yield self._row("SFTP 200 MB down", LARGE, self._get_large, lambda: self._sftp(down))
        self._large.unlink()
        yield self._row(
            "SFTP 500 x 200 KB up", SMALL * FILES, self._put_many, lambda: self._sftp(many)
        )

    def _row(
        self, name: str, size: int, ours: Callable[[], float], theirs: Callable[[], float]
    ) -> Row:
        mine, peer = interleaved(ROUNDS, ours, theirs)
        rate, other = size / mine / 1e6, size / peer / 1e6
        met = rate / other >= TARGET
        told = f"OpenSSH aes128-gcm {other:.0f} MB/s"
        return Row(name, f"{rate:.0f} MB/s", told, f"{rate / other:.2f}", f"≥ {TARGET}", met)

    def _put_large(self) -> float:
        started = time.perf_counter()
        with (
            self._connector.connect(self._server.target(password=None)) as files,
            self._large.open("rb") as source,
        ):
            files.put(source, LARGE, "bench/ours.bin")
        return time.perf_counter() - started

    def _get_large(self) -> float:
        started = time.perf_counter()
        target = self._server.target(password=None)
        with self._connector.connect(target) as files, self._back.open("wb") as back:
            files.get("bench/ours.bin", back)
        return time.perf_counter() - started

    def _put_many(self) -> float:
        started = time.perf_counter()
        with self._connector.connect(self._server.target(password=None)) as files:
            for file in sorted(self._small.iterdir()):
                files.put(io.BytesIO(file.read_bytes()), SMALL, f"bench/our-{file.name}")
        return time.perf_counter() - started

    def _sftp(self, batch: str) -> float:
        server = self._server
        command = ["sftp", "-q", "-b", "-", "-P", str(server.port), "-i", server.private_key]
        command += [
            "-c",
            "aes128-gcm@openssh.com",
            "-o",
            "IdentitiesOnly=yes",
            "-o",
            "LogLevel=ERROR",
        ]
        command += [
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            f"UserKnownHostsFile={self._folder / 'known'}",
        ]
        command.append(f"{server.user}@{server.host}")
        started = time.perf_counter()
        subprocess.run(command, input=batch, text=True, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - started
