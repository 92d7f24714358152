"""Facts §13.6 and §6.6."""

import pytest

from odimaging.imaging.transform import (
    Affine,
    canvas_scale,
    convert_old_crop,
    document_affine,
    document_size,
    expand_to_fill,
    fit,
    fit_canvas,
    shrink_to_fit,
    shrunk,
    zoom_crop,
)
from odimaging.model.document import Crop
from odimaging.model.picture import Edits


@pytest.mark.parametrize(
    ("width", "height", "degrees", "size"),
    [
        (100, 50, 0, (100, 50)),
        (100, 50, 90, (50, 100)),
        (100, 50, 180, (100, 50)),
        (100, 50, 45, (106, 106)),
        (100, 100, 30, (137, 137)),
        (3, 5, 270.0, (5, 3)),
        (100, 50, 450, (50, 100)),
    ],
)
def test_fit(width: int, height: int, degrees: float, size: tuple[int, int]) -> None:
    assert fit(width, height, degrees) == size


def test_fit_with_canvas() -> None:
    assert fit_canvas(100, 50, 0, (200, 200)) == (100, 100)
    assert canvas_scale(100, 50, 0, (200, 200)) == 2
    assert fit_canvas(100, 50, 90, (240, 100)) == (240, 100)
    assert canvas_scale(100, 50, 90, (240, 100)) == 1
    assert fit_canvas(100, 50, 90, (0, 100)) == (50, 100)


def test_expand_to_fill_and_zoom() -> None:
    assert expand_to_fill(100, 50, 0, (200, 200)) == (50, 50)
    assert expand_to_fill(100, 50, 90, (100, 400)) == (25, 100)
    assert expand_to_fill(100, 50, 0, (400, 100)) == (100, 25)
    assert zoom_crop(100, 50, 0, (200, 100), 200) == (50, 25)
    assert zoom_crop(100, 50, 0, (200, 100), 100) == (100, 50)


def upper_left(width: int, height: int, edits: Edits) -> tuple[int, int]:
    """Where the middle of the source's upper left pixel is shown."""
    x, y = document_affine(width, height, edits)(0.5, 0.5)
    return int(x // 1), int(y // 1)


def test_turned_and_flipped() -> None:
    assert upper_left(4, 2, Edits()) == (0, 0)
    assert upper_left(4, 2, Edits(degrees_rotated=90)) == (1, 0)
    assert upper_left(4, 2, Edits(degrees_rotated=180)) == (3, 1)
    assert upper_left(4, 2, Edits(degrees_rotated=270)) == (0, 3)
    assert upper_left(4, 2, Edits(is_flipped=True)) == (3, 0)
    assert upper_left(4, 2, Edits(is_flipped=True, degrees_rotated=90)) == (1, 3)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize("flipped", [False, True])
@pytest.mark.parametrize("size", [(4, 2), (5, 3), (5, 2), (1, 1)])
def test_nothing_is_lost_at_right_angles(
    size: tuple[int, int], degrees: float, flipped: bool
) -> None:
    edits = Edits(is_flipped=flipped, degrees_rotated=degrees)
    bounds = document_affine(*size, edits).bounds(*size)
    assert bounds == (0.0, 0.0, *map(float, document_size(*size, edits)))


def test_crop_is_the_upper_right_corner_after_turning() -> None:
    crop = Crop(40, 40, 20, 20)
    back = document_affine(100, 100, Edits(crop=crop)).inverse()
    assert (back(0, 0), back(20, 20)) == ((80, 0), (100, 20))
    back = document_affine(100, 100, Edits(crop=crop, degrees_rotated=90)).inverse()
    assert (back(0, 0), back(20, 20)) == ((0, 20), (20, 0))
    assert document_size(100, 100, Edits(crop=crop)) == (20, 20)


def test_crop_moves_even_without_a_size() -> None:
    assert document_affine(10, 10, Edits(crop=Crop(3, 2)))(0, 0) == (-3, 2)
    assert document_size(10, 10, Edits(crop=Crop(3, 2))) == (10, 10)


def test_an_unturned_crop_lies_on_whole_pixels() -> None:
    for crop in (Crop(1, 1, 2, 2), Crop(1, 1, 3, 3), Crop(0, 0, 2, 3)):
        x, y = document_affine(5, 4, Edits(crop=crop))(0, 0)
        assert (x, y) == (int(x), int(y))


@pytest.mark.parametrize(
    ("degrees", "flipped", "crop"),
    [
        (0, False, Crop(-40, 20, 20, 10)),
        (0, True, Crop(40, 20, 20, 10)),
        (90, False, Crop(20, 40, 10, 20)),
        (90, True, Crop(20, -40, 10, 20)),
        (180, False, Crop(40, -20, 20, 10)),
        (180, True, Crop(-40, -20, 20, 10)),
        (270, False, Crop(-20, -40, 10, 20)),
        (270, True, Crop(-20, 40, 10, 20)),
    ],
)
def test_old_crop(degrees: float, flipped: bool, crop: Crop) -> None:
    old = Edits(flipped, degrees, Crop(0, 0, 20, 10), is_crop_old=True)
    new = convert_old_crop(100, 50, old)
    assert new.crop == crop
    assert not new.is_crop_old
    left, top, right, bottom = document_affine(100, 50, old).inverse().bounds(crop.w, crop.h)
    assert (left, top, right, bottom) == (0, 0, 20, 10), "still the upper left of the stored pixels"


def test_old_crop_left_alone() -> None:
    assert convert_old_crop(100, 50, Edits(crop=Crop(1, 2, 3, 4))).crop == Crop(1, 2, 3, 4)
    assert convert_old_crop(100, 50, Edits(crop=Crop(1, 2, 0, 4), is_crop_old=True)) == Edits(
        crop=Crop(1, 2, 0, 4)
    )
    tilted = Edits(degrees_rotated=10, crop=Crop(1, 2, 3, 4), is_crop_old=True)
    assert convert_old_crop(100, 50, tilted) == tilted


def test_affine() -> None:
    turn = Affine(0.0, -1.0, 5.0, 1.0, 0.0, 7.0)
    assert turn.then(turn.inverse())(3, 4) == (3, 4)
    assert turn.is_upright
    assert not Affine(0.5, -0.5, 0, 0.5, 0.5, 0).is_upright
    assert Affine().scaled(2, 3)(1, 1) == (2, 3)
    assert Affine().scaled(2).scale == 2


def test_shrinking() -> None:
    assert shrink_to_fit((400, 300), None) == 1
    assert shrink_to_fit((400, 300), (100, 100)) == 0.25
    assert shrink_to_fit((40, 30), (100, 100)) == 1
    assert shrunk((400, 1), 0.25) == (100, 1)
