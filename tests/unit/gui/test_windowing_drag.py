"""What a right-drag means."""

from hypothesis import given
from hypothesis import strategies as st

from odimaging.gui.presenters.windowing import Window


def test_unset_starts_from_the_full_range() -> None:
    assert Window(0, 0).started == (0, 255)
    assert Window(0, 0).dragged(0, 0) == Window(0, 255)


def test_right_is_more_contrast_up_is_brighter() -> None:
    start = Window(50, 200)
    more = start.dragged(40, 0)
    assert (more.minimum, more.maximum) == (60, 190)
    brighter = start.dragged(0, -40)
    assert (brighter.minimum, brighter.maximum) == (30, 180)


def test_brightness_moves_from_the_full_range_too() -> None:
    assert Window(0, 0).dragged(0, -40) == Window(0, 235)
    assert Window(0, 0).dragged(0, 40) == Window(20, 255)


@given(
    low=st.integers(0, 254),
    width=st.integers(1, 255),
    dx=st.integers(-2000, 2000),
    dy=st.integers(-2000, 2000),
)
def test_the_result_can_always_be_stored(low: int, width: int, dx: int, dy: int) -> None:
    window = Window(low, min(255, low + width)).dragged(dx, dy)
    assert 0 <= window.minimum < window.maximum <= 255


def test_a_row_beyond_the_column_is_drawn_in() -> None:
    assert Window(0, 4095).started == (0, 255)


def test_words() -> None:
    assert Window(0, 0).words == "Brightness +0 %   Contrast +0 %   (0–255)"
    assert Window(0, 128).words == "Brightness +50 %   Contrast +50 %   (0–128)"
