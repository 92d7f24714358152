"""Passwords in the operating system's own vault: Credential Manager, Keychain, Secret Service or KWallet. Never a file.

keyring chooses among whatever back ends are installed, some of which write plain text; only those named here are used.
"""

import logging
import sys
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

log = logging.getLogger(__name__)

TRUSTED = frozenset(
    {
        ("keyring.backends.Windows", "WinVaultKeyring"),
        ("keyring.backends.macOS", "Keyring"),
        ("keyring.backends.SecretService", "Keyring"),
        ("keyring.backends.libsecret", "Keyring"),
        ("keyring.backends.kwallet", "DBusKeyring"),
        ("keyring.backends.kwallet", "DBusKeyringKWallet4"),
    }
)
"""Module and class of the back ends that hand passwords to the operating system."""

LONGEST = 1280
"""Characters Windows keeps of one password."""


class SystemVault:
    """The `Vault` port. Looked for at the first use, which may take seconds; who asks meanwhile waits. Any thread."""

    def __init__(self, backend: "KeyringBackend | None" = None) -> None:
        self._backend = backend
        self._looked = backend is not None
        self._looking = Lock()

    @property
    def available(self) -> bool:
        """False: passwords are asked for each time."""
        return self._trusted() is not None

    def get(self, service: str, username: str) -> str | None:
        """None if it is not known, or the vault stays locked."""
        backend = self._trusted()
        if backend is None:
            return None
        try:
            return backend.get_password(service, username)
        except _failures() as error:
            log.warning("vault could not be read: %s", type(error).__name__)
            return None

    def set(self, service: str, username: str, password: str) -> bool:
        """False if it could not be kept."""
        backend = self._trusted()
        if backend is None or len(password) > LONGEST:
            return False
        try:
            backend.set_password(service, username, password)
        except _failures() as error:
            log.warning("vault could not be written: %s", type(error).__name__)
            return False
        return True

    def delete(self, service: str, username: str) -> None:
        """Nothing if it is not there."""
        backend = self._trusted()
        if backend is None:
            return
        try:
            backend.delete_password(service, username)
        except _failures() as error:
            log.warning("vault could not be changed: %s", type(error).__name__)

    def _trusted(self) -> "KeyringBackend | None":
        with self._looking:
            if not self._looked:
                self._backend = _best()
                self._looked = True
        backend = self._backend
        return backend if backend is not None and is_trusted(backend) else None


def is_trusted(backend: "KeyringBackend") -> bool:
    """Whether it is one of the operating systems' own."""
    kind = type(backend)
    return (kind.__module__, kind.__qualname__) in TRUSTED


def _best() -> "KeyringBackend | None":
    """The trusted back end that works here with the highest priority; plain-text ones are not even asked."""
    import keyring.backend

    try:
        found = [one for one in keyring.backend.get_all_keyring() if is_trusted(one)]
    except _failures() as error:
        log.warning("no vault: %s", type(error).__name__)
        return None
    return max(found, key=lambda one: float(one.priority), default=None)


_FOREIGN = (
    ("keyring.errors", "KeyringError"),
    ("win32ctypes.pywintypes", "error"),
    ("pywintypes", "error"),
    ("secretstorage.exceptions", "SecretStorageException"),
    ("dbus", "DBusException"),
)


def _failures() -> tuple[type[Exception], ...]:
    """What the back ends let through besides keyring's own errors; only those that are loaded here."""
    loaded = [(sys.modules[module], name) for module, name in _FOREIGN if module in sys.modules]
    return (OSError, RuntimeError, *(getattr(module, name) for module, name in loaded))
