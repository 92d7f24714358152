"""Facts §13.7."""

import numpy as np
import pytest

from odimaging.imaging.windowing import (
    apply_window,
    array_of,
    full_range,
    lookup_table,
    window_region,
)
from odimaging.model.picture import Picture, PixelFormat, WindowRule

PLAIN, DICOM8, DICOM16 = WindowRule.PLAIN, WindowRule.DICOM8, WindowRule.DICOM16


@pytest.mark.parametrize("window", [(0, 0), (0, 255), (50, 0)])
def test_plain_unchanged(window: tuple[int, int]) -> None:
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert apply_window(pixels, PLAIN, *window) is pixels


def test_plain() -> None:
    table = lookup_table(PLAIN, 64, 192)
    assert [table[v] for v in (0, 64, 65, 128, 191, 192, 255)] == [0, 0, 2, 128, 253, 255, 255]
    table = lookup_table(PLAIN, 100, 100)
    assert (table[99], table[100], table[101]) == (0, 0, 255)
    assert lookup_table(PLAIN, 200, 100)[150] == 0, "a reversed window is a hard threshold"
    assert lookup_table(PLAIN, 200, 100)[201] == 255


def test_dicom() -> None:
    table = lookup_table(DICOM16, 0, 255, bits_stored=12)
    assert (table[0], table[2048], table[4095]) == (0, 128, 255)
    assert lookup_table(DICOM8, 50, 150)[100] == 100, "clipped, not stretched"
    assert lookup_table(DICOM8, 50, 150)[49] == 0
    assert lookup_table(DICOM8, 50, 150)[151] == 255
    assert lookup_table(DICOM16, 0, 4095, bits_stored=16)[32768] == round(255 * 2048 / 4095)


def test_full_range_where_nothing_is_set() -> None:
    assert np.array_equal(
        lookup_table(DICOM16, 0, 0, bits_stored=12), lookup_table(DICOM16, 0, 255, bits_stored=12)
    )
    assert full_range(DICOM16, 16) == (0, 4095)
    assert full_range(PLAIN) == (0, 255)
    assert np.array_equal(lookup_table(DICOM8, 0, 0), np.arange(256))


def test_inverted() -> None:
    assert np.array_equal(lookup_table(DICOM8, 0, 0, inverted=True), np.arange(256)[::-1])
    pixels = np.array([[0, 4095]], np.uint16)
    assert apply_window(pixels, DICOM16, 0, 255, True, 12).tolist() == [[255, 0]]


def test_deep_values_beyond_the_stored_bits_are_white() -> None:
    pixels = np.array([[0, 65535]], np.uint16)
    assert apply_window(pixels, DICOM16, 0, 255, bits_stored=12).tolist() == [[0, 255]]


def test_colours_keep_their_alpha() -> None:
    pixels = np.array([[[10, 128, 200, 100], [10, 128, 200, 255]]], np.uint8)
    shown = apply_window(pixels, PLAIN, 64, 192)
    assert shown.tolist() == [[[0, 128, 255, 100], [0, 128, 255, 255]]]


def picture(pixels: np.ndarray, pixel_format: PixelFormat, rule: WindowRule) -> Picture:
    height, width = pixels.shape[:2]
    return Picture(
        width, height, pixels.strides[0], pixel_format, pixels, width, height, rule, bits_stored=12
    )


@pytest.mark.parametrize(
    ("pixel_format", "shape", "dtype", "rule"),
    [
        (PixelFormat.GRAY8, (300, 401), np.uint8, PLAIN),
        (PixelFormat.GRAY16, (300, 401), np.uint16, DICOM16),
        (PixelFormat.BGRA, (300, 401, 4), np.uint8, PLAIN),
    ],
)
def test_region(
    pixel_format: PixelFormat, shape: tuple[int, ...], dtype: type, rule: WindowRule
) -> None:
    pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]] = (
        np.random.default_rng(1).integers(0, 256, shape).astype(dtype)
    )
    whole = apply_window(pixels, rule, 5, 9, bits_stored=12)
    region = window_region(picture(pixels, pixel_format, rule), 10, 20, 1000, 200, 3, 5, 9)
    expected = whole[20:220:3, 10::3]
    assert (region.height, region.width) == expected.shape[:2]
    assert region.stride == expected[0].nbytes
    assert bytes(region.pixels) == np.ascontiguousarray(expected).tobytes()
    assert region.pixel_format is (
        PixelFormat.BGRA if pixel_format is PixelFormat.BGRA else PixelFormat.GRAY8
    )


def test_region_outside_is_empty() -> None:
    region = window_region(
        picture(np.zeros((2, 2), np.uint8), PixelFormat.GRAY8, PLAIN), 5, 5, 3, 3
    )
    assert (region.width, region.height, bytes(region.pixels)) == (0, 0, b"")


def test_array_obeys_the_stride() -> None:
    data = bytes(range(24))
    view = array_of(Picture(2, 3, 8, PixelFormat.GRAY16, data, 2, 3))
    assert view.tolist() == [[0x0100, 0x0302], [0x0908, 0x0B0A], [0x1110, 0x1312]]
