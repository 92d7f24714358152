"""Distance fields and noise fields: the arithmetic under the demo's radiographs.

A field is ``float32``, rows × columns. Distances are millimetres, negative inside a shape, positive outside.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Field = NDArray[Any]
"""``float32``; spelled loosely, because numpy's stubs lose the type in mixed arithmetic."""

Point = tuple[float, float]
Bead = tuple[float, float, float]
"""A circle: x, y, radius in millimetres."""


def chain_distance(x: Field, y: Field, beads: Sequence[Bead]) -> Field:
    """Distance to the union of round cones that join one bead to the next (a root, a canal)."""
    nearest = np.full(x.shape, np.inf, np.float32)
    for (x0, y0, r0), (x1, y1, r1) in pairwise(beads):
        dx, dy = x1 - x0, y1 - y0
        length = max(dx * dx + dy * dy, 1e-6)
        along = np.clip(((x - x0) * dx + (y - y0) * dy) / length, 0, 1)
        gap = np.sqrt((x - x0 - along * dx) ** 2 + (y - y0 - along * dy) ** 2)
        gap -= r0 + along * (r1 - r0)
        np.minimum(nearest, gap, out=nearest)
    return nearest


def polygon_distance(x: Field, y: Field, corners: Sequence[Point]) -> Field:
    """Signed distance to a closed polygon."""
    nearest = np.full(x.shape, np.inf, np.float32)
    inside = np.zeros(x.shape, bool)
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        dx, dy = x1 - x0, y1 - y0
        away_x, away_y = x - np.float32(x0), y - np.float32(y0)
        along = away_x * np.float32(dx / max(dx * dx + dy * dy, 1e-9))
        along += away_y * np.float32(dy / max(dx * dx + dy * dy, 1e-9))
        np.clip(along, 0, 1, out=along)
        if dy:
            crossed = (away_y >= 0) != (away_y >= dy)
            crossed &= away_x < away_y * np.float32(dx / dy)
            inside ^= crossed
        away_x -= along * np.float32(dx)
        away_y -= along * np.float32(dy)
        np.minimum(nearest, away_x * away_x + away_y * away_y, out=nearest)
    distance: Field = np.sqrt(nearest)
    return np.where(inside, -distance, distance)


def rounded(corners: Sequence[Point], steps: int = 4) -> list[Point]:
    """A closed Catmull-Rom curve through the corners."""
    count = len(corners)
    curve = []
    for index in range(count):
        p0, p1, p2, p3 = (corners[(index + k) % count] for k in (-1, 0, 1, 2))
        for step in range(steps):
            t = step / steps
            curve.append((_spline(t, p0, p1, p2, p3, 0), _spline(t, p0, p1, p2, p3, 1)))
    return curve


def _spline(t: float, p0: Point, p1: Point, p2: Point, p3: Point, axis: int) -> float:
    a, b, c, d = p0[axis], p1[axis], p2[axis], p3[axis]
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )


def union(first: Field, second: Field, blend_mm: float = 0.0) -> Field:
    """Both shapes together; with ``blend_mm`` the corner between them is filleted."""
    if not blend_mm:
        return np.minimum(first, second)
    share = np.clip(0.5 + 0.5 * (second - first) / blend_mm, 0, 1)
    mixed: Field = second + share * (first - second) - blend_mm * share * (1 - share)
    return mixed


def cover(distance: Field, soft_mm: float = 0.12) -> Field:
    """1 inside, 0 outside, with a soft rim."""
    t = np.clip(0.5 - distance / (2 * soft_mm), 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def band(distance: Field, centre_mm: float, width_mm: float) -> Field:
    """A bell along the line at ``centre_mm`` from the shape's edge."""
    return np.exp(-(((distance - centre_mm) / width_mm) ** 2)).astype(np.float32)


def thickness(distance: Field, radius_mm: float) -> Field:
    """How much of a round body a ray passes: 0 at its edge, 1 where it is ``radius_mm`` deep."""
    depth = np.clip(-distance / radius_mm, 0, 1)
    return np.sqrt(1 - (1 - depth) ** 2).astype(np.float32)


def enlarged(field: Field, size: tuple[int, int]) -> Field:
    """Smoothly resampled to ``size``, columns × rows."""
    picture = Image.fromarray(np.ascontiguousarray(field, np.float32))
    return np.asarray(picture.resize(size, Image.Resampling.BICUBIC), np.float32)


def noise(rng: np.random.Generator, shape: tuple[int, int], cell: Point) -> Field:
    """Smooth noise about N(0, 1); ``cell`` is its grain in columns × rows."""
    rows, columns = shape
    coarse = (max(2, round(rows / cell[1])), max(2, round(columns / cell[0])))
    return enlarged(rng.standard_normal(coarse, np.float32), (columns, rows))


def trabeculae(rng: np.random.Generator, shape: tuple[int, int], cell: Point) -> Field:
    """The net of a spongy bone, about 0 to 1: bright where noises change sign, as plates seen edge on."""
    wide = noise(rng, shape, cell)
    fine = noise(rng, shape, (cell[0] * 0.5, cell[1] * 0.5))
    cloud = noise(rng, shape, (cell[0] * 2.2, cell[1] * 2.2))
    net = np.exp(-((wide / 0.75) ** 2)) * np.exp(-((fine / 1.3) ** 2))
    return (0.27 + 0.40 * net + 0.085 * fine + 0.08 * cloud).astype(np.float32)
