import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import cast

import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError, PasswordSetError

from odimaging.transfer import vault
from odimaging.transfer.vault import LONGEST, SystemVault, is_trusted


class Named:
    """A back end in memory. No subclass of keyring's: that would register it for every other test."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.fails: Exception | None = None

    def _step(self) -> None:
        if self.fails is not None:
            raise self.fails

    def get_password(self, service: str, username: str) -> str | None:
        self._step()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._step()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._step()
        if (service, username) not in self.kept:
            raise PasswordDeleteError
        del self.kept[service, username]


@pytest.fixture
def backend() -> Named:
    """Passes for one of the operating systems' own by its name."""
    module, name = sorted(vault.TRUSTED)[0]
    made: Named = type(name, (Named,), {"__module__": module})()
    return made


def over(backend: object) -> SystemVault:
    return SystemVault(cast(KeyringBackend, backend))


def test_what_is_kept_comes_back(backend: Named) -> None:
    kept = over(backend)
    assert kept.available
    assert kept.set("odimaging sftp", "user", "Geheimnis")
    assert kept.get("odimaging sftp", "user") == "Geheimnis"
    assert kept.get("odimaging sftp", "other") is None
    kept.delete("odimaging sftp", "user")
    kept.delete("odimaging sftp", "user")
    assert kept.get("odimaging sftp", "user") is None


def test_who_asks_while_it_is_looked_for_waits(
    monkeypatch: pytest.MonkeyPatch, backend: Named
) -> None:
    looking, go_on = Event(), Event()
    calls: list[None] = []

    def slow() -> object:
        calls.append(None)
        looking.set()
        assert go_on.wait(20)
        return backend

    monkeypatch.setattr(vault, "_best", slow)
    kept = SystemVault()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(lambda: kept.available)
        assert looking.wait(20)
        second = threads.submit(lambda: kept.available)
        with pytest.raises(TimeoutError):
            second.result(0.1)
        go_on.set()
        assert first.result(20)
        assert second.result(20)
    assert len(calls) == 1


@pytest.mark.parametrize(
    "make", [keyring.backends.fail.Keyring, keyring.backends.null.Keyring, Named]
)
def test_nothing_else_is_trusted(make: Callable[[], object]) -> None:
    other = make()
    kept = over(other)
    assert not is_trusted(cast(KeyringBackend, other))
    assert not kept.available
    assert kept.set("service", "user", "Geheimnis") is False
    assert kept.get("service", "user") is None
    kept.delete("service", "user")
    assert getattr(other, "kept", {}) == {}


def test_no_back_end_that_writes_files_is_on_the_list() -> None:
    words = " ".join(f"{module} {name}" for module, name in vault.TRUSTED).lower()
    assert not any(word in words for word in ("alt", "plain", "file", "null", "fail", "chain"))


@pytest.mark.parametrize(
    "error", [KeyringLocked("Geheimnis"), PasswordSetError("x"), OSError(5, "x"), RuntimeError("x")]
)
def test_a_vault_that_fails_is_one_that_does_not_know(
    backend: Named, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    kept = over(backend)
    backend.fails = error
    assert kept.get("service", "user") is None
    assert kept.set("service", "user", "Geheimnis") is False
    kept.delete("service", "user")
    assert type(error).__name__ in caplog.text
    assert "Geheimnis" not in caplog.text


def test_what_windows_would_cut_is_not_kept(backend: Named) -> None:
    kept = over(backend)
    assert kept.set("service", "user", "x" * LONGEST)
    assert kept.set("service", "user", "x" * (LONGEST + 1)) is False


def test_the_vault_is_loaded_only_when_used() -> None:
    script = (
        "import sys; from odimaging.transfer.vault import SystemVault; kept = SystemVault()\n"
        "assert 'keyring' not in sys.modules; kept.available; assert 'keyring' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
