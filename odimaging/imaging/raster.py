"""Decoded pixels inside a decoder process, before they become a `Picture`, and their way to Pillow and back.

Pillow has no BGRA: its RGBA images here hold blue where they say red and the other way round. Scaling, turning and
windowing treat all three alike; only who names a colour must swap it, and `drawing` and `encode` do.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from odimaging.imaging.windowing import apply_window
from odimaging.model.picture import Edits, Picture, PixelFormat, WindowRule


@dataclass(frozen=True, slots=True)
class Raster:
    """``pixels``: height × width, ``uint8`` or ``uint16``, or height × width × 4, ``uint8``, blue green red alpha.

    ``opaque``: alpha is 255 throughout, known without looking. The rest as in `Picture`.
    """

    pixels: NDArray[Any]
    source_width: int
    source_height: int
    window_rule: WindowRule = WindowRule.PLAIN
    inverted: bool = False
    bits_stored: int = 8
    opaque: bool = False

    @property
    def width(self) -> int:
        """Pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Pixels."""
        return int(self.pixels.shape[0])

    def with_pixels(self, pixels: NDArray[Any]) -> "Raster":
        """The same picture at another size."""
        return replace(self, pixels=pixels)

    def windowed(self, edits: Edits) -> "Raster":
        """As it is shown: gray or BGRA, 8 bits."""
        shown = apply_window(
            self.pixels,
            self.window_rule,
            edits.windowing_min,
            edits.windowing_max,
            self.inverted,
            self.bits_stored,
        )
        return Raster(shown, self.source_width, self.source_height, opaque=self.opaque)

    def picture(self, pixels: NDArray[Any]) -> Picture:
        """The value of the port, over ``pixels``: contiguous and in the shape of these."""
        return Picture(
            self.width,
            self.height,
            int(pixels.strides[0]),
            self._format(),
            pixels.data,
            self.source_width,
            self.source_height,
            self.window_rule,
            self.inverted,
            self.bits_stored,
        )

    def _format(self) -> PixelFormat:
        if self.pixels.ndim == 3:
            return PixelFormat.BGRA
        return PixelFormat.GRAY16 if self.pixels.dtype == np.uint16 else PixelFormat.GRAY8


def to_image(pixels: NDArray[Any], opaque: bool = False) -> Image.Image:
    """Over the same memory where Pillow can: ``L``, ``I;16``, ``RGBA``, or ``RGBX`` if opaque (no premultiplying then)."""
    height, width = pixels.shape[:2]
    if pixels.ndim == 3:
        mode = "RGBX" if opaque else "RGBA"
    else:
        mode = "I;16" if pixels.dtype == np.uint16 else "L"
    data = np.ascontiguousarray(pixels)
    return Image.frombuffer(mode, (width, height), data, "raw", mode, 0, 1)


def to_array(image: Image.Image) -> NDArray[Any]:
    """Height × width, or height × width × 4."""
    return np.asarray(image)
