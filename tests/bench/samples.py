"""Files to measure with: as large as in an office, the same in every run."""

import io
from functools import cache

import numpy as np
from PIL import Image


@cache
def photo(width: int = 4000, height: int = 3000) -> bytes:
    """A camera's JPEG: soft texture and sensor noise, quality 89, 4:2:0, about 3 MB at 12 megapixels."""
    noise = np.random.default_rng(7)
    soft = np.zeros((height, width, 3), np.float32)
    for cells in (6, 24, 96, 384):
        coarse = noise.normal(0, 60, (cells * 3 // 4, cells, 3)).clip(-128, 127) + 128
        layer = Image.fromarray(coarse.astype(np.uint8)).resize(
            (width, height), Image.Resampling.BICUBIC
        )
        soft += (np.asarray(layer, np.float32) - 128) * (6 / cells) ** 0.5
    grain = noise.normal(0, 4, (height, width, 1)).astype(np.float32)
    return _jpeg(Image.fromarray((soft + 128 + grain).clip(0, 255).astype(np.uint8)), 89)


@cache
def radiograph(width: int = 1536, height: int = 1024) -> bytes:
    """An 8-bit gray JPEG, about 260 KB."""
    noise = np.random.default_rng(8)
    coarse = (noise.random((12, 18)) * 255).astype(np.uint8)
    soft = np.asarray(
        Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC), float
    )
    grain = noise.normal(0, 6, (height, width))
    return _jpeg(Image.fromarray((soft + grain).clip(0, 255).astype(np.uint8)), 85)


def small(number: int) -> bytes:
    """A thumbnail-sized photo of its own colour."""
    colour = (number * 37 % 256, number * 91 % 256, number * 53 % 256)
    return _jpeg(Image.new("RGB", (320, 240), colour), 80)


def padded(data: bytes, size: int) -> bytes:
    """A JPEG followed by noise: still that picture, but as large as wanted and nothing a cipher could spare."""
    return data + np.random.default_rng(len(data)).bytes(size - len(data))


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=quality)
    return target.getvalue()
