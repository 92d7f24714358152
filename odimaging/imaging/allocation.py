"""Where a decoder puts its final pixels, and the limits every picture meets before it is given any."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from odimaging.model.errors import DecodeFailed

MAX_PIXELS = 120_000_000
MAX_FILE_BYTES = 512 << 20
MAX_PAGES = 500
TOO_LARGE = "This image is too large to be shown safely."


Allocate = Callable[[tuple[int, ...], Any], NDArray[Any]]
"""Shape and dtype → memory for the final pixels, shared with the parent if they are many. Contiguous, uninitialised."""


def allocate_here(shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
    """Ordinary memory: for pixels that are only a step on the way."""
    return np.empty(shape, dtype)


def check_pixels(width: int, height: int) -> None:
    """Raises DecodeFailed if a picture says it has no pixels, or more than are safe."""
    if width <= 0 or height <= 0:
        raise DecodeFailed(detail="no pixels")
    if width * height > MAX_PIXELS:
        raise DecodeFailed(TOO_LARGE, f"{width} x {height}")


def check_bytes(size: int) -> None:
    """Raises DecodeFailed if a file is larger than any picture needs."""
    if size > MAX_FILE_BYTES:
        raise DecodeFailed(TOO_LARGE, f"{size} bytes")
    if size == 0:
        raise DecodeFailed(detail="empty")
