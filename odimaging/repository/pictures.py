"""Pixels of documents and mounts, for the window. A pending document has none until it is materialised."""

from odimaging.model.ids import DocNum, MountItemNum, MountNum
from odimaging.model.picture import Picture, PictureInfo
from odimaging.model.ports import Decoder, Store, TileCache, UnitOfWorkFactory


class Pictures:
    """Any thread. Raises DecodeFailed, FileMissing, UnsupportedFormat, StoreUnavailable and the NotFounds."""

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        store: Store,
        decoder: Decoder,
        cache: TileCache | None = None,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._store = store
        self._decoder = decoder
        self._cache = cache

    def tile(self, doc_num: DocNum, pixels: int) -> Picture:
        """BGRA with edits, fitted into ``pixels`` × ``pixels``; from the private cache if nothing changed."""
        raise NotImplementedError

    def mount_tile(self, mount_num: MountNum, pixels: int) -> Picture:
        """The same for a mount."""
        raise NotImplementedError

    def picture(
        self, doc_num: DocNum, page: int = 0, fit: tuple[int, int] | None = None
    ) -> Picture:
        """The stored pixels, without edits."""
        raise NotImplementedError

    def info(self, doc_num: DocNum) -> PictureInfo:
        """What the header says."""
        raise NotImplementedError

    def drawn(self, doc_num: DocNum, page: int = 0, fit: tuple[int, int] | None = None) -> Picture:
        """BGRA with edits and drawings."""
        raise NotImplementedError

    def text(self, mount_num: MountNum, mount_item_num: MountItemNum) -> Picture:
        """A text item alone, BGRA, item size."""
        raise NotImplementedError
