"""Halves of a picture, and pixels as shown."""

import numpy as np
import pytest

from odimaging.gui.presenters.pyramid import pyramid, windowed
from odimaging.model.picture import PixelFormat, WindowRule
from tests.fakes.viewer_repository import colour, gray


def test_each_level_is_half_the_one_before() -> None:
    made = pyramid(gray(np.zeros((333, 500), np.uint8)))
    assert [level.shape for level in made.levels] == [(333, 500), (167, 250), (84, 125), (42, 63)]


def test_a_level_is_the_mean_of_four() -> None:
    pixels = np.array([[0, 4, 9], [8, 12, 9]], np.uint8).repeat(40, 0).repeat(40, 1)
    made = pyramid(gray(pixels))
    assert made.levels[1][0, 0] == 0
    assert set(np.unique(made.levels[1])) == {0, 4, 8, 9, 12}
    tiny = pyramid(gray(np.array([[0, 4] * 40, [8, 12] * 40], np.uint8)))
    assert (tiny.levels[1] == 6).all()


def test_colour_halves_do_not_drift_and_stay_opaque() -> None:
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 256, (256, 256, 4)).astype(np.uint8)
    pixels[..., 3] = 255
    made = pyramid(colour(pixels))
    last = made.levels[-1]
    assert (last[..., 3] == 255).all()
    assert last[..., :3].mean() == pytest.approx(pixels[..., :3].mean(), abs=0.5)


def test_sixteen_bits_stay_sixteen() -> None:
    made = pyramid(gray(np.full((200, 200), 40_000, np.uint16)))
    assert made.levels[-1].dtype == np.uint16
    assert (made.levels[-1] == 40_000).all()


def test_transparent_pixels_stand_on_white() -> None:
    pixels = np.zeros((4, 4, 4), np.uint8)
    pixels[0, 0] = (10, 20, 30, 255)
    pixels[0, 1] = (0, 0, 0, 128)
    level = pyramid(colour(pixels)).levels[0]
    assert level[0, 0].tolist() == [10, 20, 30, 255]
    assert level[0, 1].tolist() == [127, 127, 127, 255]
    assert level[3, 3].tolist() == [255, 255, 255, 255]


def test_padding_at_the_end_of_rows_is_no_pixel() -> None:
    picture = gray(np.arange(12, dtype=np.uint8).reshape(3, 4))
    narrow = type(picture)(3, 3, 4, PixelFormat.GRAY8, picture.pixels, 3, 3, WindowRule.PLAIN)
    assert pyramid(narrow).levels[0].tolist() == [[0, 1, 2], [4, 5, 6], [8, 9, 10]]


@pytest.mark.parametrize(
    ("zoom", "scale", "level"),
    [(1.0, 1, 0), (0.51, 1, 0), (0.5, 1, 1), (0.26, 1, 1), (0.1, 1, 3), (0.25, 4, 0), (4, 1, 0)],
)
def test_the_level_is_never_coarser_than_the_screen(zoom: float, scale: int, level: int) -> None:
    picture = gray(
        np.zeros((600, 800), np.uint8), source_width=800 * scale, source_height=600 * scale
    )
    assert pyramid(picture).level_for(zoom) == level


def test_gray_is_windowed_as_documented() -> None:
    picture = gray(np.array([[64, 65, 128, 191, 192]], np.uint8))
    shown = windowed(picture, pyramid(picture).levels[0], 64, 192)
    assert [hex(value) for value in shown[0]] == [
        "0xff000000",
        "0xff020202",
        "0xff808080",
        "0xfffdfdfd",
        "0xffffffff",
    ]


def test_dicom_of_twelve_bits() -> None:
    picture = gray(np.array([[0, 2048, 4095]], np.uint16), bits_stored=12)
    shown = windowed(picture, pyramid(picture).levels[0], 0, 255)
    assert [value & 0xFF for value in shown[0]] == [0, 128, 255]


def test_monochrome1_is_shown_inverted() -> None:
    picture = gray(np.array([[0, 4095]], np.uint16), bits_stored=12, inverted=True)
    shown = windowed(picture, pyramid(picture).levels[0], 0, 0)
    assert [value & 0xFF for value in shown[0]] == [255, 0]


def test_each_colour_channel_is_windowed_and_the_fourth_byte_kept() -> None:
    picture = colour(np.array([[[64, 128, 192, 255], [0, 255, 65, 255]]], np.uint8))
    level = pyramid(picture).levels[0]
    shown = windowed(picture, level, 64, 192)
    assert [hex(value) for value in shown[0]] == ["0xffff8000", "0xff02ff00"]
    assert [hex(value) for value in windowed(picture, level, 0, 0)[0]] == [
        "0xffc08040",
        "0xff41ff00",
    ]


def test_a_buffer_of_the_right_size_is_used_again() -> None:
    picture = gray(np.zeros((4, 6), np.uint8))
    level = pyramid(picture).levels[0]
    first = windowed(picture, level, 0, 100)
    assert windowed(picture, level, 0, 50, first) is first
    assert windowed(picture, level[:2], 0, 50, first).shape == (2, 6)
