"""Decoded pixels made fewer by whole factors, for previews: the mean of each cell, or of four samples of a large one."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Fit = tuple[int, int] | None
"""The box a picture may be reduced to, never below, in both directions; None: all pixels."""


def whole_factor(width: int, height: int, fit: Fit) -> int:
    """By how much a picture may be divided without falling below ``fit``."""
    if fit is None:
        return 1
    return max(1, min(width // max(1, fit[0]), height // max(1, fit[1])))


def reduced(pixels: NDArray[Any], factor: int) -> NDArray[Any]:
    """The picture divided by ``factor`` in both directions; a rest at the right and lower edge is left out."""
    if factor == 1:
        return pixels
    height, width = pixels.shape[0] // factor, pixels.shape[1] // factor
    first, second = factor // 4, factor - 1 - factor // 4
    cells = pixels[: height * factor, : width * factor]
    total = cells[first::factor, first::factor].astype(np.uint32)
    for y, x in ((first, second), (second, first), (second, second)):
        total += cells[y::factor, x::factor]
    return ((total + 2) >> 2).astype(pixels.dtype)
