"""What a dental camera sees: retracted teeth, a smile, both arches from above, a face. Small pictures; `photos` enlarges.

A scene is a height and a colour for every point of a grid in millimetres; light falls on it from the upper left.
"""

from dataclasses import dataclass
from math import cos, sin

import numpy as np

from odimaging.demo.fields import (
    Field,
    Point,
    band,
    chain_distance,
    cover,
    noise,
    polygon_distance,
    rounded,
    thickness,
)
from odimaging.demo.teeth import Tooth, centre, tooth

Colour = tuple[float, float, float]
GUM: Colour = (0.83, 0.50, 0.50)
LIP: Colour = (0.76, 0.40, 0.39)
TONGUE: Colour = (0.80, 0.47, 0.46)
ENAMEL: Colour = (0.93, 0.90, 0.82)
SKINS: tuple[Colour, ...] = (
    (0.89, 0.71, 0.60),
    (0.76, 0.56, 0.43),
    (0.55, 0.38, 0.28),
    (0.93, 0.77, 0.68),
)
POINTS = 6
"""A millimetre."""
WIDE, HIGH = 84.0, 63.0


@dataclass
class Scene:
    """A relief being built. ``height`` in millimetres towards the camera."""

    x: Field
    y: Field
    height: Field
    colour: Field
    rng: np.random.Generator

    @classmethod
    def of(cls, rng: np.random.Generator, colour: Colour) -> "Scene":
        """A flat one, ``WIDE`` × ``HIGH`` millimetres, centre at (0, 0), y down."""
        columns, rows = round(WIDE * POINTS), round(HIGH * POINTS)
        x = np.linspace(-WIDE / 2, WIDE / 2, columns, dtype=np.float32)
        y = np.linspace(-HIGH / 2, HIGH / 2, rows, dtype=np.float32)
        grid_x, grid_y = np.meshgrid(x, y)
        flat = np.zeros_like(grid_x)
        return cls(grid_x, grid_y, flat, np.ones((*flat.shape, 3), np.float32) * colour, rng)

    def part(self, left: float, top: float, right: float, bottom: float) -> "Scene":
        """A window onto it: painting there is painting here."""
        columns = slice(
            max(0, round((left + WIDE / 2) * POINTS)), max(1, round((right + WIDE / 2) * POINTS))
        )
        rows = slice(
            max(0, round((top + HIGH / 2) * POINTS)), max(1, round((bottom + HIGH / 2) * POINTS))
        )
        at = (rows, columns)
        return Scene(self.x[at], self.y[at], self.height[at], self.colour[at], self.rng)

    def body(
        self,
        distance: Field,
        colour: Colour | Field,
        rise: float,
        radius: float,
        soft: float = 0.25,
    ) -> None:
        """Lay a rounded body over what is there."""
        inside = cover(distance, soft)
        self.height *= 1 - inside
        self.height += inside * rise * (0.25 + 0.75 * thickness(distance, radius))
        self.colour *= 1 - inside[..., None]
        self.colour += inside[..., None] * np.asarray(colour, np.float32)

    def shade(self, mask: Field, factor: float) -> None:
        """Darken (or redden) where ``mask`` is 1."""
        self.colour *= (1 - (1 - factor) * mask)[..., None]

    def lit(self) -> Field:
        """RGB, 0 to 1: diffuse light, a wet shine, and a ring flash that falls off towards the edge."""
        slope_y, slope_x = np.gradient(self.height * POINTS)
        steep = np.sqrt(1 + slope_x**2 + slope_y**2)
        facing = np.clip((1 - 0.35 * slope_x + 0.45 * slope_y) / steep / 1.15, 0, 1.1)
        shine = np.clip((1 - 0.15 * slope_x + 0.30 * slope_y) / steep / 1.055, 0, 1) ** 60
        fall = 1.05 - 0.35 * ((self.x / WIDE * 2) ** 2 + (self.y / HIGH * 2) ** 2) / 2
        mottled = 1 + 0.03 * noise(self.rng, self.x.shape, (14, 14))
        light: Field = self.colour * ((0.25 + 0.78 * facing) * fall * mottled)[..., None]
        light += 0.22 * (shine * (self.height > 0.4))[..., None]
        light.clip(0, 1, out=light)
        return light


def _front_tooth(scene: Scene, which: Tooth, rise_mm: float, shade: float) -> None:
    """A crown seen from the front; towards the cheeks it is foreshortened and falls into shadow."""
    radius = 31.0
    angle = centre(which) / radius
    middle, narrow = radius * sin(angle), max(cos(angle), 0.32)
    up = -1 if which.upper else 1
    box = scene.part(middle - 7, -18 if which.upper else -6, middle + 7, 6 if which.upper else 18)
    u = (box.x - middle) / narrow * which.side
    w = (box.y - rise_mm) * up
    crown = polygon_distance(u, w, rounded(which.outline(), 3))
    neck = w - which.crown * (0.97 - 0.16 * (2 * u / which.width) ** 2)
    distance = np.maximum(crown, neck)
    along = np.clip(w / which.crown, 0, 1)[..., None]
    warm = np.asarray(ENAMEL, np.float32) * shade * (1 - along * (0.02, 0.06, 0.16))
    warm = warm * (1 - np.clip(1 - along * 7, 0, 1) * (0.10, 0.05, 0.02))
    depth = 0.42 + 0.58 * cos(angle) ** 1.5
    box.body(distance, (warm * depth).astype(np.float32), 2.6 * depth, which.width * 0.36)


def _row_of_teeth(scene: Scene, upper: bool, edge_mm: float, shade: float) -> None:
    numbers = range(3, 15) if upper else range(30, 18, -1)
    for number in sorted(numbers, key=lambda n: -abs(centre(tooth(n)))):
        _front_tooth(scene, tooth(number), edge_mm + scene.rng.normal(0, 0.12), shade)


def _gums(scene: Scene) -> None:
    scene.shade(np.clip(np.abs(scene.x) / 44, 0, 1) ** 2, 0.45)
    for x in range(-30, 31, 6):
        for y in (-15, 15):
            ridge = np.hypot((scene.x - x) * 1.5, (scene.y - y) * 0.6) - 3.0
            scene.height += 0.7 * cover(ridge.astype(np.float32), 2.2)
    vessels = band(noise(scene.rng, scene.x.shape, (26, 34)), 0, 0.06)
    scene.shade(vessels * np.clip(np.abs(scene.y) / 26 - 0.35, 0, 1), 0.86)
    scene.shade(cover(np.abs(scene.y - 0.5) - 4.5, 2.0), 0.25)


def retracted(rng: np.random.Generator) -> Field:
    """Lips held away: both rows from the front."""
    scene = Scene.of(rng, GUM)
    _gums(scene)
    shade = float(rng.uniform(0.9, 1.0))
    _row_of_teeth(scene, False, -1.6, shade * 0.97)
    _row_of_teeth(scene, True, 1.2, shade)
    opening = (np.hypot(scene.x / 39, scene.y / 27.5) - 1) * 27
    scene.body(-opening.astype(np.float32), LIP, 4.0, 5.0, 0.8)
    return scene.lit()


def smile(rng: np.random.Generator) -> Field:
    """The lower face, smiling."""
    skin = SKINS[int(rng.integers(len(SKINS)))]
    scene = Scene.of(rng, (0.16, 0.06, 0.06))
    _row_of_teeth(scene, False, 1.5, 0.7)
    gum = polygon_distance(
        scene.x, scene.y, [(-40, -30), (40, -30), (40, -7.5), (0, -9), (-40, -7.5)]
    )
    scene.body(gum, GUM, 0.5, 3)
    _row_of_teeth(scene, True, 2.0, float(rng.uniform(0.92, 1.0)))
    lips = _curve(
        [(-33, -4), (-16, -9.5), (0, -8.3), (16, -9.5), (33, -4), (17, 7.5), (0, 10.5), (-17, 7.5)]
    )
    opening = _curve(
        [
            (-27, -2.8),
            (-14, -5.6),
            (0, -5.0),
            (14, -5.6),
            (27, -2.8),
            (14, 4.5),
            (0, 6.6),
            (-14, 4.5),
        ]
    )
    inside = polygon_distance(scene.x, scene.y, opening)
    scene.body(-inside, LIP, 3.5, 4.0, 0.5)
    scene.body(-polygon_distance(scene.x, scene.y, lips), skin, 3.0, 6.0, 1.1)
    for side in (-1, 1):
        fold = chain_distance(
            scene.x * side, scene.y, [(20, -32, 0.5), (30, -18, 0.8), (37, -4, 0.6), (38, 5, 0.3)]
        )
        scene.shade(cover(fold, 3.0), 0.86)
        nostril = np.hypot((scene.x - side * 6.5) / 3.0, (scene.y + 27.5) / 1.5) - 1
        scene.shade(cover(nostril.astype(np.float32), 0.6), 0.4)
    scene.shade(cover(np.hypot(scene.x / 16, (scene.y - 16) / 3) - 1, 0.7), 0.92)
    return scene.lit()


def _curve(corners: list[Point]) -> list[Point]:
    return rounded(corners, 5)


def occlusal(rng: np.random.Generator, upper: bool) -> Field:
    """An arch from above, in a mirror."""
    scene = Scene.of(rng, (0.62, 0.30, 0.30) if upper else (0.55, 0.25, 0.25))
    _floor(scene, upper)
    for number in range(2, 16) if upper else range(31, 17, -1):
        _from_above(scene, tooth(number))
    return scene.lit()


def _floor(scene: Scene, upper: bool) -> None:
    """Palate with its folds, or the tongue."""
    dome = (np.hypot(scene.x / 24, (scene.y - 14) / 38) - 1) * 24
    scene.body(dome.astype(np.float32), GUM if upper else TONGUE, 1.0 if upper else 5.0, 16, 2.0)
    outer = (np.hypot(scene.x / 33, (scene.y - 16) / 44) - 1) * 33
    scene.body(np.abs(outer + 6.0).astype(np.float32) - 6.5, GUM, 2.0, 5, 1.5)
    if upper:
        for index, y in enumerate((-12, -8, -4.5)):
            for side in (-1, 1):
                fold = chain_distance(
                    scene.x * side,
                    scene.y,
                    [(1.5, y, 0.4), (6, y - 1.0 + index * 0.4, 0.7), (11, y + 2, 0.3)],
                )
                scene.height += 0.6 * cover(fold, 0.9)
        scene.height += 0.4 * cover(np.abs(scene.x) - 0.5, 0.6) * (scene.y < 20)


def _from_above(scene: Scene, which: Tooth) -> None:
    """On a parabola; deep fissures on molars and premolars, an edge on the front teeth."""
    along = abs(centre(which)) / 64
    angle = along * 1.52
    wide, deep = (27.5, 50.0) if which.upper else (25.5, 47.0)
    x, y = which.side * wide * sin(angle) ** 0.86, 27.0 - deep * cos(angle) ** 1.05
    box = scene.part(x - 9, y - 9, x + 9, y + 9)
    lean = which.side * min(angle * 1.12, 1.5)
    u = (box.x - x) * cos(lean) + (box.y - y) * sin(lean)
    v = -(box.x - x) * sin(lean) + (box.y - y) * cos(lean)
    thick = {True: which.width * 1.06, False: 8.6 if which.kind.is_premolar else 6.4}[
        which.kind.is_molar
    ]
    power = 3.2 if which.kind.is_molar else 2.4
    distance = (
        (
            (np.abs(u / which.width * 2.06) ** power + np.abs(v / thick * 2) ** power)
            ** (1 / power)
            - 1
        )
        * which.width
        / 2
    )
    box.body(distance.astype(np.float32), ENAMEL, 3.4, which.width * 0.42)
    fissures = _fissures(which, u, v, thick)
    inside = cover(distance.astype(np.float32) + 1.4, 0.8)
    box.height -= 1.1 * cover(fissures, 0.9) * inside
    box.shade(cover(fissures - 0.05, 0.25) * inside, 0.62)


def _fissures(which: Tooth, u: Field, v: Field, thick: float) -> Field:
    w = which.width
    main = chain_distance(u, v, [(-w * 0.3, 0.3, 0.05), (0, -0.2, 0.1), (w * 0.3, 0.2, 0.05)])
    if which.kind.is_molar:
        across = chain_distance(
            u, v, [(-w * 0.08, -thick * 0.36, 0.04), (0.1, 0, 0.1), (w * 0.1, thick * 0.36, 0.04)]
        )
        return np.minimum(main, across)
    if which.kind.is_premolar:
        return main
    return chain_distance(
        u,
        v,
        [(-w * 0.25, thick * 0.2, 0.02), (0, thick * 0.25, 0.05), (w * 0.25, thick * 0.2, 0.02)],
    )


def side(rng: np.random.Generator, right: bool) -> Field:
    """The bite from one side: the front view shifted to the premolars."""
    scene = Scene.of(rng, GUM)
    _gums(scene)
    turn = -1 if right else 1
    for upper in (False, True):
        for number in range(2, 9) if upper else range(31, 24, -1):
            which = tooth(number)
            _side_tooth(scene, which, (-centre(which) - 24) * turn, 0.9 if upper else -0.6)
    opening = (np.hypot((scene.x - turn * 2) / 40, scene.y / 25) - 1) * 25
    scene.body(-opening.astype(np.float32), LIP, 4.0, 5.0, 0.8)
    return scene.lit()


def _side_tooth(scene: Scene, which: Tooth, x: float, edge: float) -> None:
    up = -1 if which.upper else 1
    box = scene.part(x - 8, -16, x + 8, 16)
    u, w = (box.x - x) * 1.0, (box.y - edge) * up
    crown = polygon_distance(u, w, rounded(which.outline(), 3))
    neck = w - which.crown * (0.97 - 0.16 * (2 * u / which.width) ** 2)
    along = np.clip(w / which.crown, 0, 1)[..., None]
    warm = np.asarray(ENAMEL, np.float32) * (1 - along * (0.03, 0.08, 0.18))
    box.body(np.maximum(crown, neck), warm.astype(np.float32), 2.6, which.width * 0.36)


def face(rng: np.random.Generator) -> Field:
    """A portrait for the patient bar, three quarters of the frame high; cut it upright from the middle."""
    skin = SKINS[int(rng.integers(len(SKINS)))]
    hair = ((0.16, 0.11, 0.08), (0.35, 0.22, 0.12), (0.62, 0.48, 0.28), (0.45, 0.44, 0.43))[
        int(rng.integers(4))
    ]
    cloth = ((0.20, 0.34, 0.50), (0.45, 0.20, 0.24), (0.24, 0.40, 0.32), (0.5, 0.5, 0.55))[
        int(rng.integers(4))
    ]
    scene = Scene.of(rng, (0.62, 0.72, 0.80))
    x, y = scene.x, scene.y
    long = float(rng.uniform(0, 1)) > 0.5
    scene.body((np.hypot(x / 15.5, (y + 6) / (24 if long else 18)) - 1) * 15, hair, 3, 8, 0.6)
    scene.body((np.hypot(x / 25, (y - 36) / 19) - 1) * 19, cloth, 3, 10, 0.6)
    shadow = np.asarray(skin) * 0.86
    scene.body((np.hypot(x / 6.5, (y - 14) / 9) - 1) * 6.5, shadow, 2, 6, 0.8)
    scene.body((np.hypot(x / 12.6, (y + 2) / 17.2) - 1) * 12.6, skin, 6, 14, 0.5)
    scene.body(
        np.maximum((np.hypot(x / 13.2, (y + 4.5) / 16.0) - 1) * 13, y + 13.6 - 0.025 * x**2),
        hair,
        6.5,
        8,
        0.6,
    )
    for turn in (-1, 1):
        eye = np.hypot((x - turn * 5.1) / 2.3, (y + 3.6) / 1.1) - 1
        scene.body((eye * 1.1).astype(np.float32), (0.96, 0.95, 0.93), 6.2, 2, 0.2)
        scene.body(
            (np.hypot(x - turn * 5.1, y + 3.6) - 1.05).astype(np.float32),
            (0.22, 0.16, 0.12),
            6.2,
            1,
            0.2,
        )
        brow = chain_distance(x * turn, y, [(2.8, -6.6, 0.2), (5.2, -7.1, 0.3), (7.6, -6.4, 0.12)])
        scene.body(brow, hair, 6.3, 1, 0.3)
    nose = chain_distance(x, y, [(0, -3, 0.6), (0.2, 2.6, 1.6)])
    scene.height += 1.6 * cover(nose, 1.4)
    lips = np.minimum(
        chain_distance(
            x, y, [(-4.6, 7.3, 0.35), (-1.5, 7.9, 0.75), (1.5, 7.9, 0.75), (4.6, 7.3, 0.35)]
        ),
        chain_distance(x, y, [(-4.0, 7.9, 0.3), (0, 9.3, 0.85), (4.0, 7.9, 0.3)]),
    )
    scene.body(lips, (np.asarray(LIP) + skin) / 2, 6.1, 2, 0.4)
    return scene.lit()
