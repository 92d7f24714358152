"""What else a dental film shows of the jaws: sinus, nose, sutures, canals, borders. Placed in the strip of `jaw`.

Everything is gathered at a few points a millimetre and laid over the bone once; these borders are soft in life too.
"""

from dataclasses import dataclass

import numpy as np

from odimaging.demo.fields import (
    Bead,
    Field,
    Point,
    band,
    chain_distance,
    cover,
    polygon_distance,
    rounded,
    union,
)


@dataclass
class Overlay:
    """How landmarks change bone: ``gain`` times its brightness plus ``add``; ``calm`` 1 where no sponge is seen."""

    x: Field
    y: Field
    gain: Field
    add: Field
    calm: Field

    @classmethod
    def empty(cls, x: Field, y: Field) -> "Overlay":
        """Nothing yet, on a grid of millimetres."""
        return cls(x, y, np.ones_like(x), np.zeros_like(x), np.zeros_like(x))

    def darken(self, distance: Field, share: float, soft_mm: float, calm: float = 0.0) -> None:
        """A hollow."""
        inside = cover(distance, soft_mm)
        self.gain *= 1 - share * inside
        self.calm = np.maximum(self.calm, calm * inside)

    def brighten(self, distance: Field, amount: float, soft_mm: float) -> None:
        """A thicker place."""
        self.add += amount * cover(distance, soft_mm)

    def line(self, distance: Field, amount: float, width_mm: float, centre_mm: float = 0.0) -> None:
        """A plate of dense bone seen edge on."""
        self.add += amount * band(distance, centre_mm, width_mm)


def upper_landmarks(over: Overlay, sinus: float) -> None:
    """Maxillary sinuses, cheek bones, tuberosities, nose, suture, incisive foramen. ``sinus`` mm lowers its floor."""
    for side in (-1, 1):
        _sinus(over, over.x * side, sinus)
        _cheek_bone(over, over.x * side)
        _nasal_fossa(over, over.x * side)
    x, y = over.x, over.y
    bent = x + 0.5 * np.sin((y - 24) / 5)
    over.brighten(np.maximum(np.abs(bent) - 0.8, 25.0 - y), 0.14, 0.7)
    over.brighten(
        polygon_distance(x, y, [(-2.4, 25.8), (0.0, 23.0), (2.4, 25.8), (0.0, 27.0)]), 0.10, 0.8
    )
    suture = np.maximum(np.abs(x + 0.1 * np.sin(y * 2.2)) - 0.1, np.maximum(y - 23.0, 13.4 - y))
    over.add -= 0.08 * cover(suture, 0.2)
    over.line(np.abs(x) - 0.55, 0.02, 0.2)
    foramen = np.hypot(x * 1.3, (y - 17.6) * 0.72) - 1.5
    over.darken(foramen.astype(np.float32), 0.24, 1.1, 0.3)
    nose = np.hypot(x * 0.72, y - 30.0) - 12.0
    over.brighten(nose.astype(np.float32), 0.025, 1.6)


def _sinus(over: Overlay, x: Field, low: float) -> None:
    floor = 20.4 - low
    corners: list[Point] = [
        (25.0, 44.0), (25.4, floor + 9), (27.2, floor + 3.8), (30.0, floor + 2.0), (33.0, floor + 1.3), (35.6, floor + 0.2),
        (38.2, floor - 1.4), (40.8, floor - 1.1), (43.4, floor - 2.0), (46.2, floor - 0.8), (49.0, floor - 2.1),
        (52.0, floor - 1.6), (55.0, floor - 0.6), (58.5, floor + 1.0), (61.8, floor + 4.6),
        (63.0, floor + 10), (63.4, 44)]  # fmt: skip
    distance = polygon_distance(x, over.y, rounded(corners))
    over.darken(distance, 0.40, 0.55, 0.85)
    over.line(distance, 0.12, 0.32)
    wall: list[Bead] = [(35.5, floor, 0.1), (34.4, floor + 6, 0.1), (35.2, floor + 13, 0.1)]
    over.line(chain_distance(x, over.y, wall), 0.06, 0.35)
    over.line(
        chain_distance(x, over.y, [(27, 40, 0.1), (30, 33, 0.1), (36, 30, 0.1), (44, 31.5, 0.1)]),
        0.05,
        0.5,
    )


def _cheek_bone(over: Overlay, x: Field) -> None:
    """The zygomatic process: a bright U whose bottom hangs over the first molar."""
    oval = (np.hypot((x - 47.2) / 6.0, (over.y - 39.0) / 13.0) - 1) * 6.0
    arm = polygon_distance(x, over.y, [(49, 32), (58, 36), (66, 43), (50, 46)])
    distance = union(oval.astype(np.float32), arm, 2.0)
    over.line(distance, 0.11, 0.8, -0.6)
    over.brighten(distance, 0.13, 1.5)


def _nasal_fossa(over: Overlay, x: Field) -> None:
    corners = [
        (1.3, 46.0),
        (1.5, 28.0),
        (3.2, 25.9),
        (6.5, 25.3),
        (10.4, 26.9),
        (12.8, 30.6),
        (13.6, 36),
        (13.4, 46),
    ]
    distance = polygon_distance(x, over.y, rounded(corners))
    over.darken(distance, 0.42, 0.9, 0.8)
    over.line(distance, 0.10, 0.4)
    concha = np.hypot((x - 9.5) * 0.9, (over.y - 36.5) * 0.7) - 2.6
    over.brighten(concha.astype(np.float32), 0.09, 1.0)


def lower_landmarks(over: Overlay) -> None:
    """The mandible's lower border, chin ridge, genial tubercles, nerve canals with their foramina, oblique ridges."""
    x, y = over.x, over.y
    base = (
        37.0
        - 4.0 * np.clip(np.abs(x) / 45, 0, 1) ** 2
        - 3.2 * np.exp(-(((np.abs(x) - 47) / 11) ** 2))
    )
    below = (y - base).astype(np.float32)
    over.line(below, 0.20, 1.1, -1.2)
    over.line(below, 0.06, 2.6, -2.6)
    over.gain *= 1 - 0.97 * cover(-below, 0.7)
    over.add *= 1 - 0.97 * cover(-below, 0.7)
    chin: list[Bead] = [
        (-12, 29.0, 0.3),
        (-6, 26.6, 0.6),
        (0, 25.2, 0.8),
        (6, 26.6, 0.6),
        (12, 29.0, 0.3),
    ]
    over.brighten(chain_distance(x, y, chin), 0.07, 1.6)
    tubercle = np.hypot(x, y - 29.2).astype(np.float32)
    over.line(tubercle, 0.13, 0.6, 1.2)
    over.add -= 0.10 * cover(tubercle - 0.35, 0.3)
    for side in (-1, 1):
        _mandible_side(over, x * side)


def _mandible_side(over: Overlay, x: Field) -> None:
    canal: list[Bead] = [
        (74.0, 10.0, 1.1), (66, 16.5, 1.15), (58, 21.8, 1.2), (49, 25.6, 1.2), (40, 27.2, 1.15), (32.5, 26.6, 1.05),
        (28.4, 24.6, 0.95)]  # fmt: skip
    distance = chain_distance(x, over.y, canal)
    over.darken(distance, 0.17, 0.55, 0.35)
    over.line(distance, 0.05, 0.28, 0.1)
    foramen = np.hypot((x - 27.0) * 0.95, over.y - 23.7) - 1.2
    over.darken(foramen.astype(np.float32), 0.34, 0.8, 0.6)
    outer: list[Bead] = [
        (75.0, -4.0, 1.2),
        (67, 6.0, 1.0),
        (59, 11.8, 0.7),
        (51, 15.5, 0.3),
        (45, 17.5, 0.1),
    ]
    over.brighten(chain_distance(x, over.y, outer), 0.10, 1.3)
    inner: list[Bead] = [(72.0, 8.0, 0.6), (62, 16.2, 0.7), (53, 20.4, 0.6), (45, 22.8, 0.3)]
    over.brighten(chain_distance(x, over.y, inner), 0.055, 1.3)
    fossa = np.hypot((x - 50) * 0.45, over.y - 28.4) - 2.6
    over.darken(fossa.astype(np.float32), 0.1, 2.0)
