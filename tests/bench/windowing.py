"""One tick of a brightness drag: what the view asks for while the mouse moves, against the whole picture by one table."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from odimaging.imaging.windowing import lookup_table, window_region
from odimaging.model.picture import Picture, PixelFormat, WindowRule
from tests.bench.decoding import timed
from tests.bench.report import Row, interleaved, ms

ROUNDS = 31
VIEW = (1280, 900)
WHOLE = (3800, 2700)
"""10 megapixels."""
TARGET_S, TIMES = 0.004, 10.0


def measure(_folder: Path) -> list[Row]:
    """8-bit gray, 16-bit DICOM, colour."""
    return [
        *_tick("8-bit gray", PixelFormat.GRAY8, WindowRule.PLAIN, 8),
        *_tick("16-bit DICOM", PixelFormat.GRAY16, WindowRule.DICOM16, 12),
        *_tick("colour", PixelFormat.BGRA, WindowRule.PLAIN, 8),
    ]


def _tick(name: str, kind: PixelFormat, rule: WindowRule, bits: int) -> Iterator[Row]:
    view, whole = (_picture(*size, kind, rule, bits) for size in (VIEW, WHOLE))
    table = lookup_table(rule, 40, 200, False, bits)
    minimum = iter(range(10**6))
    ours, peer = interleaved(
        ROUNDS,
        timed(lambda: window_region(view, 0, 0, *VIEW, 1, 20 + next(minimum) % 40, 200)),
        timed(lambda: table[whole.pixels]),
    )
    times = peer / ours
    told = f"10 MP through a table {ms(peer)}"
    target = f"≤ {ms(TARGET_S)} and ≥ {TIMES:g}x as fast"
    met = ours <= TARGET_S and times >= TIMES
    yield Row(f"windowing tick at 1280x900, {name}", ms(ours), told, f"{times:.1f}x", target, met)


def _picture(width: int, height: int, kind: PixelFormat, rule: WindowRule, bits: int) -> Picture:
    noise = np.random.default_rng(3)
    shape = (height, width, 4) if kind is PixelFormat.BGRA else (height, width)
    dtype: Any = np.uint16 if kind is PixelFormat.GRAY16 else np.uint8
    pixels = noise.integers(0, 1 << bits, shape, dtype)
    if kind is PixelFormat.BGRA:
        pixels[..., 3] = 255
    stride = pixels.strides[0]
    return Picture(width, height, stride, kind, pixels, width, height, rule, False, bits)
