"""Pixels to a file: facts §6.7. Nothing but pixels is written, so no position, comment or preview leaks (D6)."""

import io
from typing import Any

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from odimaging.imaging.formats import WRITABLE
from odimaging.imaging.paint import is_full
from odimaging.model.errors import UnsupportedFormat

JPEG_QUALITY = 90
BAND_ROWS = 64
WITH_ALPHA = ("PNG", "TIFF", "GIF")
jpeg_codec: Any = simplejpeg


def encoded(pixels: NDArray[Any], extension: str) -> bytes:
    """A BGRA canvas as a file of this extension; gray where no pixel has a colour. Raises UnsupportedFormat."""
    kind = WRITABLE.get(extension.lower())
    if kind is None:
        raise UnsupportedFormat(f"An image cannot be saved as “{extension[:20]}”.", "extension")
    if kind not in WITH_ALPHA:
        pixels = on_white(pixels)
    gray = _is_gray(pixels)
    if kind == "JPEG":
        return _jpeg(pixels, gray)
    stream = io.BytesIO()
    image = _image(pixels, gray)
    options: dict[str, Any] = {"compression": "tiff_lzw"} if kind == "TIFF" else {}
    image.save(stream, kind, **options)
    return stream.getvalue()


def on_white(pixels: NDArray[Any]) -> NDArray[Any]:
    """What is transparent becomes white, as paper is."""
    if is_full(pixels):
        return pixels
    cover = pixels[..., 3:].astype(np.uint16)
    out = np.full_like(pixels, 255)
    out[..., :3] = (pixels[..., :3] * cover + 255 * (255 - cover) + 127) // 255
    return out


def _is_gray(pixels: NDArray[Any]) -> bool:
    """Whether every pixel is opaque and without a colour; in bands, so that the first coloured one ends it."""
    for top in range(0, len(pixels), BAND_ROWS):
        words = np.ascontiguousarray(pixels[top : top + BAND_ROWS]).view(np.uint32)
        if not np.array_equal((words & 255) * 0x00010101 | 0xFF000000, words):
            return False
    return True


def _jpeg(pixels: NDArray[Any], gray: bool) -> bytes:
    if gray:
        values = np.ascontiguousarray(pixels[..., :1])
        return bytes(jpeg_codec.encode_jpeg(values, JPEG_QUALITY, "GRAY", "Gray"))
    values = np.ascontiguousarray(pixels)
    return bytes(jpeg_codec.encode_jpeg(values, JPEG_QUALITY, "BGRA", "444"))


def _image(pixels: NDArray[Any], gray: bool) -> Image.Image:
    height, width = pixels.shape[:2]
    if gray:
        return Image.fromarray(np.ascontiguousarray(pixels[..., 0]))
    data = np.ascontiguousarray(pixels)
    image = Image.frombytes("RGBA", (width, height), data.data, "raw", "BGRA")
    return image.convert("RGB") if is_full(pixels) else image
