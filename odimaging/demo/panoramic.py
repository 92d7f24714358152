"""A panoramic radiograph: both whole jaws in one sweep, with the joints, the palate and the spine's shadow."""

import numpy as np

from odimaging.demo.fields import (
    Field,
    band,
    chain_distance,
    cover,
    enlarged,
    noise,
    polygon_distance,
    rounded,
)
from odimaging.demo.jaw import AIR, LEFT_MM, RIGHT_MM, SCALE, TOP_MM
from odimaging.demo.radiograph import Jaws, curve

POINTS = 10
"""A millimetre."""
ABOVE, BELOW, BEYOND = 44.0, 46.0, 26.0


def panoramic(jaws: Jaws) -> Field:
    """Light, 0 to 1; the jaws' ends rise, as they do in a tomogram."""
    columns, rows = (
        round((RIGHT_MM - LEFT_MM + 2 * BEYOND) * POINTS),
        round((ABOVE + BELOW) * POINTS),
    )
    x = np.linspace(LEFT_MM - BEYOND, RIGHT_MM + BEYOND, columns, dtype=np.float32)
    y = np.linspace(-ABOVE, BELOW, rows, dtype=np.float32)
    grid_x, level = np.meshgrid(x, y)
    grid_y: Field = level + 9.0 * (grid_x / 70) ** 2
    upper = _strip(jaws.upper.rays, grid_x, -grid_y + 0.6)
    lower = _strip(jaws.lower.rays, grid_x, grid_y + 0.6)
    rays: Field = np.maximum(upper, lower) + 0.25 * (np.minimum(upper, lower) - AIR)
    coarse = grid_x[::4, ::4], grid_y[::4, ::4]
    rays = np.maximum(rays, enlarged(_rami(*coarse), (columns, rows)))
    rays += enlarged(_around(*coarse), (columns, rows))
    rng = np.random.default_rng([jaws.mouth.seed, 77])
    rays *= 1 + 0.05 * noise(rng, rays.shape, (300, 200))
    light: Field = curve(0.85 * rays + 0.05) + 0.012 * rng.standard_normal(rays.shape, np.float32)
    light.clip(0, 1, out=light)
    return light


def _strip(rays: Field, x: Field, w: Field) -> Field:
    columns = np.clip((x - LEFT_MM) * SCALE, 0, rays.shape[1] - 1).astype(np.int32)
    rows = np.clip((w - TOP_MM) * SCALE, 0, rays.shape[0] - 1).astype(np.int32)
    there = cover(-w - 7, 0.3) * cover(np.abs(x) - 68, 6.0)
    found: Field = np.maximum(rays[rows, columns] * there, AIR)
    return found


def _rami(x: Field, y: Field) -> Field:
    """Each side's ramus with its coronoid and condyle, down to the mandibular angle."""
    out: Field = np.zeros_like(x)
    for side in (-1, 1):
        u = x * side
        ramus = polygon_distance(
            u, y, rounded([(60, 31), (66, 31.5), (84, 26), (90, 4), (95, -20),
                           (97.5, -31), (93, -35), (88.5, -31), (86, -19),
                           (81.5, -16), (77, -26),
                           (73.5, -22), (69, -4), (64, 8), (58, 20)]))  # fmt: skip
        inner = np.clip((u - 54) / 9, 0, 1)
        out += 0.33 * cover(ramus, 1.2) * inner + 0.12 * band(ramus, -0.6, 0.9) * inner
    return out


def _around(x: Field, y: Field) -> Field:
    """Joint sockets, the palate, the spine's shadow."""
    out: Field = np.zeros_like(x)
    for side in (-1, 1):
        out += 0.10 * band(
            chain_distance(
                x * side, y, [(76, -42, 0.1), (88, -39.5, 0.1), (93, -38.5, 0.1), (99, -40, 0.1)]
            ),
            0,
            0.9,
        )
    out += 0.13 * band(y + 30.5 - 0.0016 * x * x, 0, 0.8) * cover(np.abs(x) - 56, 6)
    return out + 0.07 * np.exp(-((x / 15) ** 2))
