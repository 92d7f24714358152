"""Where tiles and visit headers stand in the grid: arithmetic on uniform tiles, so any number of them costs the same.

Logical pixels, origin top left of the whole content, y down.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of a tile with its words, a visit's header and the space around everything."""

    tile_width: int
    tile_height: int
    header: int = 38
    margin: int = 12
    gap: int = 10


class GridLayout:
    """Visits below each other, each a header and rows of tiles. ``counts``: tiles of each visit."""

    def __init__(self, counts: Sequence[int], width: int, sizes: Sizes) -> None:
        self.counts = tuple(counts)
        self.width = width
        self.sizes = sizes
        room = width - 2 * sizes.margin
        self.columns = max(1, room // sizes.tile_width)
        self.pitch = min(max(sizes.tile_width, room // self.columns), sizes.tile_width * 5 // 4)
        heights = [
            sizes.header + self._lines(count) * sizes.tile_height + sizes.gap for count in counts
        ]
        self._tops = list(accumulate(heights, initial=0))
        self._firsts = list(accumulate(counts, initial=0))

    @property
    def count(self) -> int:
        """Tiles in all."""
        return self._firsts[-1]

    @property
    def height(self) -> int:
        """Of the whole content."""
        return self._tops[-1]

    def visit_of(self, row: int) -> int:
        """The visit a tile belongs to."""
        return bisect_right(self._firsts, row) - 1

    def rows_of(self, visit: int) -> range:
        """The tiles of a visit."""
        return range(self._firsts[visit], self._firsts[visit + 1])

    def box(self, row: int) -> Box:
        """Where a tile stands."""
        visit = self.visit_of(row)
        line, column = divmod(row - self._firsts[visit], self.columns)
        sizes = self.sizes
        y = self._tops[visit] + sizes.header + line * sizes.tile_height
        return Box(sizes.margin + column * self.pitch, y, sizes.tile_width, sizes.tile_height)

    def header(self, visit: int) -> Box:
        """Where a visit's header stands."""
        return Box(0, self._tops[visit], self.width, self.sizes.header)

    def row_at(self, x: int, y: int) -> int:
        """The tile there; -1 if there is none."""
        visit = self._visit_at(y)
        below = y - self._tops[visit] - self.sizes.header if visit >= 0 else -1
        column, inside = divmod(x - self.sizes.margin, self.pitch)
        if below < 0 or not 0 <= column < self.columns or inside >= self.sizes.tile_width:
            return -1
        place = below // self.sizes.tile_height * self.columns + column
        return self._firsts[visit] + place if place < self.counts[visit] else -1

    def header_at(self, y: int) -> int:
        """The visit whose header is there; -1 if there is none."""
        visit = self._visit_at(y)
        return visit if visit >= 0 and y - self._tops[visit] < self.sizes.header else -1

    def visits_between(self, top: int, bottom: int) -> range:
        """Visits any part of which lies there."""
        if not self.counts:
            return range(0)
        first = max(0, self._visit_at(max(0, top)))
        last = self._visit_at(max(0, bottom))
        return range(first, (len(self.counts) - 1 if last < 0 else last) + 1)

    def rows_between(self, top: int, bottom: int) -> Iterator[int]:
        """Tiles any part of which lies there, in their order."""
        for visit in self.visits_between(top, bottom):
            start = self._tops[visit] + self.sizes.header
            first = max(0, (top - start) // self.sizes.tile_height) * self.columns
            last = ((bottom - start) // self.sizes.tile_height + 1) * self.columns
            for place in range(first, max(first, min(last, self.counts[visit]))):
                yield self._firsts[visit] + place

    def rows_in(self, box: Box) -> Iterator[int]:
        """Tiles a rectangle touches."""
        for row in self.rows_between(box.y, box.y + box.height):
            tile = self.box(row)
            if tile.x < box.x + box.width and box.x < tile.x + tile.width:
                yield row

    def above(self, row: int, lines: int = 1) -> int:
        """The tile ``lines`` lines higher (lower if negative) in about the same column, or the nearest there is."""
        for _ in range(abs(lines)):
            row = self._up(row) if lines > 0 else self._down(row)
        return row

    def _up(self, row: int) -> int:
        visit = self.visit_of(row)
        place = row - self._firsts[visit]
        if place >= self.columns:
            return row - self.columns
        if visit == 0:
            return row
        count = self.counts[visit - 1]
        last_line = (count - 1) // self.columns * self.columns
        return self._firsts[visit - 1] + min(count - 1, last_line + place)

    def _down(self, row: int) -> int:
        visit = self.visit_of(row)
        place, count = row - self._firsts[visit], self.counts[visit]
        if place + self.columns < count:
            return row + self.columns
        if place // self.columns < (count - 1) // self.columns:
            return self._firsts[visit] + count - 1
        if visit + 1 == len(self.counts):
            return row
        column = place % self.columns
        return self._firsts[visit + 1] + min(column, self.counts[visit + 1] - 1)

    def _visit_at(self, y: int) -> int:
        if not 0 <= y < self.height:
            return -1
        return bisect_right(self._tops, y) - 1

    def _lines(self, count: int) -> int:
        return -(-count // self.columns)
