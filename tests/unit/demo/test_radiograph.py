"""The painted radiographs show what they should, where they should, and always the same."""

import hashlib
from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from odimaging.demo.library import _OPPOSITE
from odimaging.demo.mouth import Mouth, Work, mouth
from odimaging.demo.radiograph import (
    FMX_VIEWS,
    PIXELS_MM,
    Aim,
    Jaws,
    as_8_bit,
    as_12_bit,
    expose,
    paint_jaws,
    turned,
)
from odimaging.demo.teeth import Kind, centre, tooth

SEED = 2


@lru_cache(maxsize=1)
def jaws() -> Jaws:
    return paint_jaws(mouth(SEED))


def view(order: int) -> NDArray[np.uint8]:
    return as_8_bit(expose(jaws(), FMX_VIEWS[order], 0))


def untouched(teeth: Mouth, upper: bool) -> list[int]:
    """Incisors and canines without a filling."""
    numbers = range(6, 12) if upper else range(22, 28)
    return [n for n in numbers if not teeth.standing[n].works]


@pytest.mark.parametrize("upper", [True, False])
def test_enamel_is_brighter_than_dentine_is_brighter_than_pulp(upper: bool) -> None:
    teeth, jaw = jaws().mouth, jaws().upper if upper else jaws().lower
    assert untouched(teeth, upper)
    for number in untouched(teeth, upper):
        which, standing = tooth(number), teeth.standing[number]
        x, top = centre(which), standing.rise
        enamel = jaw.at(x, top + 0.9)
        dentine = jaw.at(x + 0.24 * which.width, top + which.crown * 0.8)
        pulp = jaw.at(x, top + which.crown * 0.85)
        air = jaw.at(x, top - 3)
        assert enamel > dentine + 0.05, number
        assert dentine > pulp + 0.03, number
        assert pulp > air + 0.1, number


def test_metal_is_the_brightest() -> None:
    teeth = jaws().mouth
    crowned = [
        n for n, s in teeth.standing.items() if Work.CROWN in s.works and n not in teeth.missing
    ]
    assert crowned
    for number in crowned:
        jaw = jaws().upper if number <= 16 else jaws().lower
        which = tooth(number)
        assert jaw.at(centre(which), teeth.standing[number].rise + which.crown * 0.5) > 0.9


@pytest.mark.parametrize("order", [o for o, v in FMX_VIEWS.items() if v.aim is Aim.UPPER])
def test_upper_views_have_their_crowns_below_and_roots_above(order: int) -> None:
    rows = view(order).mean(axis=1)
    assert rows[-30:-15].mean() < 30, "air below the biting edges"
    assert rows[: len(rows) // 2].mean() > 60, "bone and roots above"


@pytest.mark.parametrize("order", [o for o, v in FMX_VIEWS.items() if v.aim is Aim.LOWER])
def test_lower_views_have_their_crowns_above_and_roots_below(order: int) -> None:
    picture = view(order)
    rows = picture.mean(axis=1)
    assert rows[12:24].mean() < 30, "air above the biting edges"
    assert rows[len(rows) // 2 : -len(rows) // 6].mean() > 60, "bone and roots below"


@pytest.mark.parametrize("order", [o for o, v in FMX_VIEWS.items() if v.aim is Aim.BITEWING])
def test_bitewings_have_teeth_above_and_below(order: int) -> None:
    rows = view(order).mean(axis=1)
    third = len(rows) // 3
    assert rows[20:third].mean() > 70
    assert rows[-third:-20].mean() > 70


@pytest.mark.parametrize("order", FMX_VIEWS)
def test_a_view_is_aimed_at_the_teeth_its_position_names(order: int) -> None:
    aimed = FMX_VIEWS[order]
    half = aimed.size_mm[0] / 2
    for number in map(int, aimed.teeth.split(",")):
        assert abs(centre(tooth(number)) - aimed.middle_mm) < half - 3, number
    assert aimed.portrait == (order >= 13)


def test_the_patients_right_is_at_the_viewers_left() -> None:
    assert centre(tooth(3)) < 0 < centre(tooth(14))
    assert centre(tooth(30)) < 0 < centre(tooth(19))
    assert tooth(3).kind is tooth(14).kind is tooth(19).kind is tooth(30).kind is Kind.FIRST_MOLAR


def test_roots_by_kind_of_tooth() -> None:
    counts = {n: len(tooth(n).roots(0.0)) for n in (3, 5, 6, 8, 19, 21, 24)}
    assert counts == {3: 3, 5: 2, 6: 1, 8: 1, 19: 2, 21: 1, 24: 1}
    for number in range(1, 33):
        which = tooth(number)
        for root in which.roots(0.0):
            assert root[0][2] > root[-1][2], "thinner at the apex"
            assert root[-1][1] > which.crown + 0.8 * which.root


def test_neighbouring_views_show_the_same_teeth() -> None:
    """The overlap of two views of one jaw is alike where it is the same millimetre."""
    one, other = FMX_VIEWS[9], FMX_VIEWS[10]
    first, second = view(9).astype(float), view(10).astype(float)
    shift = round((other.middle_mm - one.middle_mm) * PIXELS_MM)
    overlap = first[100:600, shift:], second[100:600, : first.shape[1] - shift]
    best = max(
        np.corrcoef(
            overlap[0][40:-40, 60:-60].ravel(),
            np.roll(overlap[1], (dy, dx), (0, 1))[40:-40, 60:-60].ravel(),
        )[0, 1]
        for dy in range(-36, 37, 6)
        for dx in range(-54, 55, 6)
    )
    assert best > 0.8


def test_the_same_seed_paints_the_same_picture() -> None:
    again = paint_jaws(mouth(SEED))
    for order in (2, 14):
        first = hashlib.sha256(view(order).tobytes()).digest()
        second = hashlib.sha256(as_8_bit(expose(again, FMX_VIEWS[order], 0)).tobytes()).digest()
        assert first == second


def test_visits_differ_in_exposure_but_not_in_teeth() -> None:
    first, second = (as_8_bit(expose(jaws(), FMX_VIEWS[9], visit)) for visit in (0, 1))
    assert not np.array_equal(first, second)
    assert abs(float(first.mean()) - float(second.mean())) < 20


def test_twelve_bits() -> None:
    pixels = as_12_bit(expose(jaws(), FMX_VIEWS[6], 0))
    assert pixels.dtype == np.uint16
    assert pixels.max() <= 4095
    assert len(np.unique(pixels)) > 2000


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_turned_picture_reads_right_after_rotating_clockwise(degrees: int) -> None:
    upright = np.arange(6).reshape(2, 3)
    stored = turned(upright, degrees)
    assert np.array_equal(np.rot90(stored, -degrees // 90), upright)


def test_a_mirrored_mouth_changes_sides() -> None:
    for order, opposite in _OPPOSITE.items():
        assert FMX_VIEWS[order].middle_mm == -FMX_VIEWS[opposite].middle_mm
        assert FMX_VIEWS[order].aim is FMX_VIEWS[opposite].aim
