"""Intraoral radiographs and the panoramic: windows onto a patient's jaws, exposed, grained and framed as a sensor does.

Pictures come out as they read in a mount: the patient's right at the viewer's left, upper roots up. How a sensor was
held is a matter of the stored file, see `turned`.
"""

from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from odimaging.demo.fields import Field, noise
from odimaging.demo.jaw import AIR, LEFT_MM, SCALE, TOP_MM, Jaw, paint_jaw
from odimaging.demo.mouth import Mouth

PIXELS_MM = 22.0
"""Of an 8-bit radiograph: 898 × 686 on a number 2 sensor."""


class Aim(Enum):
    """What a view shows."""

    UPPER = "upper"
    LOWER = "lower"
    BITEWING = "bitewing"


@dataclass(frozen=True, slots=True)
class View:
    """One exposure. ``middle_mm`` along the arch; ``width_mm`` × ``height_mm`` on the sensor; ``turn`` degrees of tilt."""

    aim: Aim
    middle_mm: float
    teeth: str
    portrait: bool = False
    turn: float = 0.0

    @property
    def size_mm(self) -> tuple[float, float]:
        """Of the sensor: number 2, 40.8 × 31.2."""
        return (31.2, 40.8) if self.portrait else (40.8, 31.2)


def _pa(aim: Aim, middle: float, teeth: str, portrait: bool = False) -> View:
    return View(aim, middle, teeth, portrait)


FMX_VIEWS: dict[int, View] = {
    1: _pa(Aim.BITEWING, -47.5, "2,3,30,31"),
    2: _pa(Aim.BITEWING, -33.0, "4,5,28,29"),
    3: _pa(Aim.BITEWING, 47.5, "14,15,18,19"),
    4: _pa(Aim.BITEWING, 33.0, "12,13,20,21"),
    5: _pa(Aim.UPPER, -48.5, "2,3"),
    6: _pa(Aim.UPPER, -32.5, "4,5"),
    7: _pa(Aim.LOWER, 47.5, "18,19"),
    8: _pa(Aim.LOWER, 31.0, "20,21"),
    9: _pa(Aim.LOWER, -47.5, "30,31"),
    10: _pa(Aim.LOWER, -31.0, "28,29"),
    11: _pa(Aim.UPPER, 48.5, "14,15"),
    12: _pa(Aim.UPPER, 32.5, "12,13"),
    13: _pa(Aim.UPPER, -18.0, "6,7", True),
    14: _pa(Aim.UPPER, 0.0, "8,9", True),
    15: _pa(Aim.UPPER, 18.0, "10,11", True),
    16: _pa(Aim.LOWER, -14.5, "26,27", True),
    17: _pa(Aim.LOWER, 0.0, "24,25", True),
    18: _pa(Aim.LOWER, 14.5, "22,23", True),
}
"""By ItemOrder of the FMX layouts (facts §9.10); 1 to 4 are the bitewings of 4BW too."""


_CURVE = (
    (0.0, 0.04, 0.10, 0.20, 0.32, 0.42, 0.52, 0.60, 0.70, 0.80, 0.92, 1.0),
    (0.0, 0.010, 0.055, 0.17, 0.35, 0.50, 0.625, 0.715, 0.805, 0.875, 0.935, 0.955),
)
"""Rays to light."""
_STEPS = np.interp(np.linspace(0, 1, 2001), *_CURVE).astype(np.float32)


@dataclass(frozen=True)
class Jaws:
    """A patient's painted jaws."""

    mouth: Mouth
    upper: Jaw
    lower: Jaw


def paint_jaws(mouth: Mouth) -> Jaws:
    """Both; about a second."""
    return Jaws(mouth, paint_jaw(mouth, True), paint_jaw(mouth, False))


def expose(jaws: Jaws, view: View, visit: int, pixels_mm: float = PIXELS_MM) -> Field:
    """A view as the sensor read it: 0 black to 1 white. ``visit`` varies aim, exposure and grain, not the teeth."""
    rng = np.random.default_rng(
        [jaws.mouth.seed, visit, round(view.middle_mm * 10) + 4000, ord(view.aim.value[0])]
    )
    view = replace(
        view, middle_mm=view.middle_mm + rng.normal(0, 0.5), turn=float(rng.normal(0, 1.2))
    )
    size = (round(view.size_mm[0] * pixels_mm), round(view.size_mm[1] * pixels_mm))
    if view.aim is Aim.BITEWING:
        rays = _bitewing(jaws, view, size, pixels_mm, rng)
    else:
        jaw = jaws.upper if view.aim is Aim.UPPER else jaws.lower
        rays = _periapical(jaw, view, size, pixels_mm, rng)
    return _film(rays, rng)


def _periapical(
    jaw: Jaw, view: View, size: tuple[int, int], pixels_mm: float, rng: np.random.Generator
) -> Field:
    """The biting edges stand 2 to 3 mm inside the frame; the jaw's strip is turned over for the upper one."""
    edge = float(rng.uniform(1.9, 3.0))
    stretch = float(rng.uniform(0.98, 1.06))
    rays = _window(
        jaw, view.middle_mm, view.size_mm[1] / 2 - edge, size, pixels_mm, view.turn, stretch
    )
    return rays[::-1] if jaw.upper else rays


def _bitewing(
    jaws: Jaws, view: View, size: tuple[int, int], pixels_mm: float, rng: np.random.Generator
) -> Field:
    """Both jaws closed on the film's tab: the crowns meet, the cusps overlap a little."""
    shift = float(rng.normal(0, 0.4))
    bite = 0.75
    upper = _window(jaws.upper, view.middle_mm, shift + bite, size, pixels_mm, -view.turn, 1.0)[
        ::-1
    ]
    lower = _window(jaws.lower, view.middle_mm, bite - shift, size, pixels_mm, view.turn, 1.0)
    both = upper + lower - AIR - 0.12 * np.minimum(upper, lower)
    tab = (
        abs(
            np.linspace(-1, 1, size[1], dtype=np.float32)[:, None] * size[1] / 2 / pixels_mm - shift
        )
        < 1.1
    )
    return (np.maximum(upper, lower) * 0.35 + both * 0.65 + 0.02 * tab).astype(np.float32)


def _window(
    jaw: Jaw,
    x_mm: float,
    w_mm: float,
    size: tuple[int, int],
    pixels_mm: float,
    turn: float,
    stretch: float,
) -> Field:
    """The strip around (x, w), turned about it, at ``pixels_mm``; beyond the strip there is air."""
    step = SCALE / pixels_mm
    angle = np.radians(turn)
    a, b = float(np.cos(angle)) * step, float(-np.sin(angle)) * step
    d, e = float(np.sin(angle)) * step, float(np.cos(angle)) * step / stretch
    cx, cy = (x_mm - LEFT_MM) * SCALE, (w_mm - TOP_MM) * SCALE
    matrix = (
        a,
        b,
        cx - a * size[0] / 2 - b * size[1] / 2,
        d,
        e,
        cy - d * size[0] / 2 - e * size[1] / 2,
    )
    picture = Image.fromarray(jaw.rays).transform(
        size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR
    )
    return np.maximum(np.asarray(picture, np.float32), np.float32(AIR))


def _film(rays: Field, rng: np.random.Generator) -> Field:
    """Exposure, falling off to one side, the sensor's curve, its grain, and its round corners."""
    rows, columns = rays.shape
    x = np.linspace(-1, 1, columns, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, rows, dtype=np.float32)[:, None]
    fall = 1 + 0.04 * (rng.normal() * x + rng.normal() * y) - 0.04 * (x * x + y * y)
    gain = float(rng.normal(1.0, 0.035))
    light = np.clip(rays * fall * gain, 0, 1.15)
    light = curve(light)
    quantum = noise(rng, (rows, columns), (1.6, 1.6)) * 0.55 + rng.standard_normal(
        (rows, columns), np.float32
    )
    light = light + quantum * (0.010 + 0.012 * np.sqrt(np.clip(1 - light, 0, 1)))
    light = 0.025 + 0.965 * np.clip(light, 0, 1)
    return (light * _frame(rows, columns)).astype(np.float32)


def curve(light: Field) -> Field:
    """The sensor's tone curve: steep through bone and dentine, flat in enamel and metal."""
    steps: Field = _STEPS[np.clip(light * 2000, 0, 2000).astype(np.int32)]
    return steps


@lru_cache(maxsize=4)
def _frame(rows: int, columns: int) -> Field:
    """1 on the sensor, 0 beyond its round corners."""
    radius = 0.075 * min(rows, columns)
    x = np.abs(np.arange(columns, dtype=np.float32) - (columns - 1) / 2)[None, :] - (
        columns / 2 - radius
    )
    y = np.abs(np.arange(rows, dtype=np.float32) - (rows - 1) / 2)[:, None] - (rows / 2 - radius)
    outside = np.hypot(np.maximum(x, 0), np.maximum(y, 0)) - radius
    inside: Field = np.clip(0.5 - outside, 0, 1).astype(np.float32)
    return inside


def turned(picture: NDArray[np.generic], degrees: int) -> NDArray[np.generic]:
    """The stored picture that reads right once it is rotated clockwise by ``degrees`` (a multiple of 90)."""
    return np.ascontiguousarray(np.rot90(picture, degrees // 90))


def as_8_bit(light: Field) -> NDArray[np.uint8]:
    """0 to 255."""
    return (np.clip(light, 0, 1) * 255 + 0.5).astype(np.uint8)


def as_12_bit(light: Field) -> NDArray[np.uint16]:
    """0 to 4095; bare rays saturate, as such sensors do, so that the histogram's peak is tissue."""
    return (np.clip((light - 0.07) / 0.93, 0, 1) * 4095 + 0.5).astype(np.uint16)
