"""Zoom, pan and fit as numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odimaging.gui.presenters.camera import FIT_AT_MOST, MAX_ZOOM, Camera


def test_fit_shows_everything_centred() -> None:
    camera = Camera(800, 600, 4000, 1000).fit()
    assert camera.zoom == pytest.approx(0.2)
    assert camera.to_view(0, 0) == pytest.approx((0, 200))
    assert camera.to_view(4000, 1000) == pytest.approx((800, 400))


def test_fit_enlarges_a_tiny_picture_only_so_far() -> None:
    assert Camera(800, 600, 10, 10).fit().zoom == FIT_AT_MOST


@given(
    x=st.integers(300, 500),
    y=st.integers(200, 400),
    zooms=st.lists(st.floats(1.0, 20.0), min_size=1, max_size=5),
)
def test_the_point_under_the_cursor_stays(x: int, y: int, zooms: list[float]) -> None:
    camera = Camera(800, 600, 4000, 3000).fit()
    before = camera.to_content(x, y)
    for zoom in zooms:
        camera = camera.zoomed(zoom, x, y)
    assert camera.to_content(x, y) == pytest.approx(before, abs=1e-6)


@given(dx=st.integers(-5000, 5000), dy=st.integers(-5000, 5000), zoom=st.floats(0.1, 30))
def test_a_pan_never_leaves_the_picture(dx: int, dy: int, zoom: float) -> None:
    camera = Camera(800, 600, 4000, 3000).fit().zoomed(zoom, 400, 300).panned(dx, dy)
    left, top = camera.to_content(0, 0)
    right, bottom = camera.to_content(800, 600)
    if camera.width * camera.zoom >= 800:
        assert left >= -1e-6 and right <= 4000 + 1e-6
    else:
        assert camera.x == 2000
    if camera.height * camera.zoom >= 600:
        assert top >= -1e-6 and bottom <= 3000 + 1e-6


def test_zoom_has_limits() -> None:
    camera = Camera(800, 600, 4000, 3000).fit()
    assert camera.zoomed(1e9, 0, 0).zoom == MAX_ZOOM
    assert camera.zoomed(1e-9, 0, 0).zoom == pytest.approx(0.1)


def test_at_one_to_one_stored_pixels_meet_device_pixels() -> None:
    camera = Camera(801, 601, 4000, 3001).fit().zoomed(1.0, 13, 17)
    left, top = camera.origin
    assert left == int(left)
    assert top == int(top)


def test_a_resize_keeps_a_fitted_picture_fitted_and_another_zoom() -> None:
    fitted = Camera(800, 600, 4000, 3000).fit()
    assert fitted.resized(400, 300).zoom == pytest.approx(0.1)
    zoomed = fitted.zoomed(1.0, 400, 300)
    assert zoomed.resized(400, 300).zoom == 1.0


def test_finer_pixels_of_the_same_picture_do_not_move_it() -> None:
    camera = Camera(800, 600, 4000, 3000).fit().zoomed(2.0, 100, 100)
    assert camera.over(4000, 3000) is camera
    assert camera.over(3000, 4000).fitted


def test_showing_a_part() -> None:
    camera = Camera(800, 600, 4000, 3000).fit().showing(100, 200, 400, 300)
    assert camera.zoom == 2.0
    assert camera.to_content(0, 0) == (100, 200)
