"""Pixmaps of thumbnails, the least recently shown dropped first. GUI thread."""

from collections import OrderedDict

from PySide6.QtGui import QPixmap

LIMIT_BYTES = 64 * 2**20
"""About 23 screenfuls of small tiles."""


class TileCache:
    """By item key and device pixels: a tile made for one screen is not shown blurred on another."""

    def __init__(self, limit: int = LIMIT_BYTES) -> None:
        self._limit = limit
        self._size = 0
        self._pixmaps: OrderedDict[tuple[str, int], QPixmap] = OrderedDict()

    def get(self, key: str, pixels: int) -> QPixmap | None:
        """None if it must be asked for."""
        pixmap = self._pixmaps.get((key, pixels))
        if pixmap is not None:
            self._pixmaps.move_to_end((key, pixels))
        return pixmap

    def put(self, key: str, pixels: int, pixmap: QPixmap) -> None:
        """Keep it, and drop old ones beyond the limit."""
        self._drop((key, pixels))
        self._pixmaps[key, pixels] = pixmap
        self._size += _bytes(pixmap)
        while self._size > self._limit and len(self._pixmaps) > 1:
            self._drop(next(iter(self._pixmaps)))

    def forget(self, key: str) -> None:
        """All sizes of one item: it looks different now."""
        for entry in [entry for entry in self._pixmaps if entry[0] == key]:
            self._drop(entry)

    def clear(self) -> None:
        """Another patient or practice."""
        self._pixmaps.clear()
        self._size = 0

    def _drop(self, entry: tuple[str, int]) -> None:
        pixmap = self._pixmaps.pop(entry, None)
        if pixmap is not None:
            self._size -= _bytes(pixmap)


def _bytes(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4
