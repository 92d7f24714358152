"""A decoded picture in halves: what the views paint from. Made by the job that decodes, never in the GUI thread.

No Qt: arrays only. numpy is imported when the first picture opens.
"""

from dataclasses import dataclass
from typing import Any

from odimaging.model.picture import Picture, PixelFormat

SMALLEST = 64
"""Halving ends below this many pixels of the longer side."""


@dataclass(frozen=True, slots=True)
class Pyramid:
    """``levels[k]``: height × width (× 4, BGRX) arrays, C-contiguous, each half the one before; not windowed, no edits.

    ``uint8``, or ``uint16`` for GRAY16. Transparent pictures stand on white. The arrays may be the picture's shared memory.
    """

    picture: Picture
    levels: tuple[Any, ...]

    @property
    def scale(self) -> float:
        """Source pixels a pixel of ``levels[0]``."""
        return self.picture.source_width / self.picture.width

    @property
    def is_full(self) -> bool:
        """Nothing more can be decoded."""
        return self.picture.width >= self.picture.source_width

    def level_for(self, zoom: float) -> int:
        """The level nearest ``zoom`` device pixels a source pixel: never coarser than the screen."""
        index, step = 0, self.scale * zoom
        while step <= 0.5 and index < len(self.levels) - 1:
            index, step = index + 1, step * 2
        return index


def pyramid(picture: Picture) -> Pyramid:
    """Halve until small. About 60 ms for 12 megapixels in colour."""
    level = _array(picture)
    levels = [level]
    while max(level.shape[:2]) > SMALLEST and min(level.shape[:2]) > 1:
        level = _half(level)
        levels.append(level)
    return Pyramid(picture, tuple(levels))


def windowed(
    picture: Picture, raw: Any, minimum: int, maximum: int, reuse: Any | None = None
) -> Any:
    """Pixels of a level or a part of one, as shown: height × width ``uint32``, 0xFFRRGGBB.

    The curve is `imaging.windowing`'s; only its application is faster: one look-up a gray pixel gives all four bytes,
    one a *pair* of channels a colour one (255 stays 255 under every curve, so the unused byte does too).
    ``reuse``: an earlier result to write into if it has the right size.
    """
    import numpy as np

    from odimaging.imaging.windowing import changes_nothing

    height, width = raw.shape[:2]
    shown: Any = reuse
    if reuse is None or reuse.shape != (height, width):
        shown = np.empty((height, width), np.uint32)
    if raw.ndim == 3 and changes_nothing(picture.window_rule, minimum, maximum):
        shown[...] = raw.view("<u4")[..., 0]
        return shown
    table = _table(picture, raw.ndim, minimum, maximum)
    if raw.ndim == 3:
        np.take(
            table, raw.view("<u2"), out=shown.view("<u2").reshape(height, width, 2), mode="clip"
        )
    else:
        np.take(table, raw, out=shown, mode="clip")
    return shown


def _table(picture: Picture, dimensions: int, minimum: int, maximum: int) -> Any:
    import numpy as np

    from odimaging.imaging.windowing import lookup_table

    inverted = picture.inverted and dimensions == 2
    table = lookup_table(picture.window_rule, minimum, maximum, inverted, picture.bits_stored)
    if dimensions == 3:
        return ((table.astype(np.uint16) << 8)[:, None] | table[None, :]).ravel()
    gray = table.astype(np.uint32)
    return 0xFF000000 | gray << 16 | gray << 8 | gray


def _array(picture: Picture) -> Any:
    import numpy as np

    wide = picture.pixel_format is PixelFormat.GRAY16
    flat = np.frombuffer(picture.pixels, dtype="<u2" if wide else np.uint8)
    row = picture.stride // flat.itemsize
    rows = flat[: row * picture.height].reshape(picture.height, row)
    if picture.pixel_format is not PixelFormat.BGRA:
        return np.ascontiguousarray(rows[:, : picture.width])
    pixels = rows[:, : picture.width * 4].reshape(picture.height, picture.width, 4)
    return _on_white(np.ascontiguousarray(pixels))


def _on_white(pixels: Any) -> Any:
    import numpy as np

    if pixels.view("<u4").min() >> 24 == 255:  # alpha is the highest byte: one fast pass
        return pixels
    share = pixels[..., 3:].astype(np.uint16)
    opaque = np.empty_like(pixels)
    opaque[..., :3] = (pixels[..., :3] * share + 255 * (255 - share) + 127) // 255
    opaque[..., 3] = 255
    return opaque


def _half(pixels: Any) -> Any:
    """Mean of 2 × 2; an odd last row or column counts twice."""
    import numpy as np

    odd = [(0, size % 2) for size in pixels.shape[:2]] + [(0, 0)] * (pixels.ndim - 2)
    if any(after for _, after in odd):
        pixels = np.pad(pixels, odd, mode="edge")
    if pixels.ndim == 3:
        packed = pixels.view("<u4")[..., 0]
        across = _mean_down(packed[0::2], packed[1::2])
        mean = _mean_up(across[:, 0::2], across[:, 1::2])
        return mean.view(np.uint8).reshape(*mean.shape, 4)
    wide = np.uint16 if pixels.dtype == np.uint8 else np.uint32
    total = np.add(pixels[0::2, 0::2], pixels[1::2, 0::2], dtype=wide)
    total += pixels[0::2, 1::2]
    total += pixels[1::2, 1::2]
    total += 2
    total >>= 2
    return total.astype(pixels.dtype)


_ALL_BUT_LOWEST = 0xFEFEFEFE
"""Four bytes in one word: six times as fast as a mean of each channel. Down, then up, so that no brightness drifts."""


def _mean_down(one: Any, other: Any) -> Any:
    return (one & other) + (((one ^ other) & _ALL_BUT_LOWEST) >> 1)


def _mean_up(one: Any, other: Any) -> Any:
    return (one | other) - (((one ^ other) & _ALL_BUT_LOWEST) >> 1)
