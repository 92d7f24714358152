"""Pixels to a file: facts §6.7. Nothing but pixels is written, so no position, comment or preview leaks (D6)."""

import io
from typing import Any

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from odimaging.imaging.formats import WRITABLE
from odimaging.model.errors import UnsupportedFormat

JPEG_QUALITY = 90
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
    alpha = pixels[..., 3:]
    if alpha.min(initial=255) == 255:
        return pixels
    cover = alpha.astype(np.uint16)
    out = np.full_like(pixels, 255)
    out[..., :3] = (pixels[..., :3] * cover + 255 * (255 - cover) + 127) // 255
    return out


def _is_gray(pixels: NDArray[Any]) -> bool:
    blue, green, red, alpha = (pixels[..., channel] for channel in range(4))
    same = np.array_equal(blue, green) and np.array_equal(green, red)
    return bool(same and alpha.min(initial=255) == 255)


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
    return image.convert("RGB") if pixels[..., 3].min(initial=255) == 255 else image
