"""The kinds of store the contract suite runs over; a new kind is one class and one line in ``KINDS``."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from odimaging.model.ports import Place, Store
from odimaging.storage.atoz import LocalAtoZ
from odimaging.storage.root import create_root
from tests.fakes.memory_store import MemoryStore


class StoreCase(Protocol):
    """A store under test and what others may do to it."""

    store: Store

    def drop(self, folder: str, name: str, data: bytes) -> Place:
        """Somebody puts a file into a patient folder."""

    def lose(self) -> None:
        """The share goes away, and its mount point is an empty folder."""

    def find_again(self) -> None:
        """The share is back."""

    def other(self) -> Store:
        """The same store as another workstation sees it."""


class MemoryCase:
    def __init__(self, _tmp_path: Path) -> None:
        self._memory = MemoryStore()
        self.store: Store = self._memory

    def drop(self, folder: str, name: str, data: bytes) -> Place:
        return self._memory.put_live(folder, name, data)

    def lose(self) -> None:
        self._memory.available = False

    def find_again(self) -> None:
        self._memory.available = True

    def other(self) -> Store:
        return self._memory


class LocalCase:
    def __init__(self, tmp_path: Path) -> None:
        self.root = tmp_path / "root"
        self._away = tmp_path / "away"
        self.share_id = create_root(str(self.root))
        self.store: Store = self.other()

    def drop(self, folder: str, name: str, data: bytes) -> Place:
        where = self.root / folder[0].upper() / folder
        where.mkdir(parents=True, exist_ok=True)
        (where / name).write_bytes(data)
        return Place(folder, name)

    def lose(self) -> None:
        self.root.rename(self._away)
        self.root.mkdir()

    def find_again(self) -> None:
        self.root.rmdir()
        self._away.rename(self.root)

    def other(self) -> Store:
        return LocalAtoZ(str(self.root), pinned_share_id=self.share_id)


KINDS: dict[str, Callable[[Path], StoreCase]] = {"memory": MemoryCase, "local": LocalCase}
