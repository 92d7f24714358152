import subprocess
import sys
import threading
from pathlib import Path

import pytest

from odimaging.model.errors import InvalidField, StoreUnavailable
from odimaging.transfer import host_keys
from odimaging.transfer.host_keys import KnownHosts

CODE = "SHA256:" + "aB3+/" * 8 + "xyz"
OTHER = "SHA256:" + "z" * 43


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "practice.known_hosts"


def test_nobody_is_known_at_first(path: Path) -> None:
    assert KnownHosts(path).fingerprints("host", 22) == ()
    assert not path.exists()


def test_what_is_pinned_is_known_by_host_and_port_alone(path: Path) -> None:
    hosts = KnownHosts(path)
    hosts.pin("Host.Example", 2222, f" {CODE}= ")
    assert KnownHosts(path).fingerprints("host.example", 2222) == (CODE,)
    assert hosts.fingerprints("host.example", 22) == ()
    assert hosts.fingerprints("other.example", 2222) == ()
    assert path.read_text() == f"[host.example]:2222 {CODE}\n"


def test_a_server_may_have_several_codes(path: Path) -> None:
    hosts = KnownHosts(path)
    for code in (CODE, OTHER, CODE):
        hosts.pin("::1", 22, code)
    assert hosts.fingerprints("::1", 22) == (CODE, OTHER)
    assert len(path.read_text().splitlines()) == 2


def test_what_people_wrote_is_kept(path: Path) -> None:
    text = f"# Dr Lee, since May: ü\n\n[lee]:22 {CODE} by phone\nwhat is this\n#[no]:22 {OTHER}\n[x]:22"
    path.write_text(text, encoding="utf-8")
    hosts = KnownHosts(path)
    assert hosts.fingerprints("lee", 22) == (CODE,)
    assert hosts.fingerprints("no", 22) == hosts.fingerprints("x", 22) == ()
    hosts.pin("new", 22, OTHER)
    assert path.read_text(encoding="utf-8") == f"{text}\n[new]:22 {OTHER}\n"


@pytest.mark.parametrize(
    "code", ["", "SHA256:", CODE[:-1], CODE + "x", "MD5:" + "a" * 43, f"{CODE}\n[evil]:22 {OTHER}"]
)
def test_what_is_no_code_is_refused(path: Path, code: str) -> None:
    with pytest.raises(InvalidField):
        KnownHosts(path).pin("host", 22, code)
    assert not path.exists()


def test_a_file_that_cannot_be_read_is_not_taken_for_an_empty_one(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00")
    for call in (
        lambda: KnownHosts(path).fingerprints("host", 22),
        lambda: KnownHosts(path).pin("host", 22, CODE),
    ):
        with pytest.raises(StoreUnavailable):
            call()
    assert path.read_bytes() == b"\xff\xfe\x00"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        KnownHosts(tmp_path / "none" / "known_hosts").pin("host", 22, CODE)


def test_who_never_lets_go_is_not_waited_for_for_ever(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_keys, "_LOCK_S", 0.05)
    with path.with_name(f"{path.name}.lock").open("a+b") as file:
        host_keys._try_lock(file)
        with pytest.raises(StoreUnavailable):
            KnownHosts(path).pin("host", 22, CODE)
    KnownHosts(path).pin("host", 22, CODE)


def test_many_threads_lose_no_server(path: Path) -> None:
    threads = [
        threading.Thread(target=KnownHosts(path).pin, args=(f"host{number}", 22, CODE))
        for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(path.read_text().splitlines()) == 20
    assert sorted(one.name for one in path.parent.iterdir()) == [path.name, f"{path.name}.lock"]


def test_many_programs_lose_no_server(path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from odimaging.transfer.host_keys import KnownHosts\n"
        "for number in range(10): KnownHosts(Path(sys.argv[1])).pin(sys.argv[2], number + 1, sys.argv[3])"
    )
    programs = [
        subprocess.Popen([sys.executable, "-c", script, str(path), f"host{number}", CODE])
        for number in range(3)
    ]
    assert [program.wait(60) for program in programs] == [0, 0, 0]
    assert len(path.read_text().splitlines()) == 30
