"""A whole jaw as one long strip: bone, landmarks and teeth. Every radiograph of a patient is a window onto it.

Rows run from the biting plane (0) into the jaw, columns along the arch from the patient's right (-) to the left (+),
in millimetres; a picture of the upper jaw is this strip turned upside down.
"""

from dataclasses import dataclass

import numpy as np

from odimaging.demo.fields import Field, band, cover, enlarged, noise, trabeculae
from odimaging.demo.landmarks import Overlay, lower_landmarks, upper_landmarks
from odimaging.demo.mouth import Mouth, Standing
from odimaging.demo.teeth import centre
from odimaging.demo.tooth_painter import Layers, paint_tooth

SCALE = 20
"""Points a millimetre."""
LEFT_MM, RIGHT_MM, TOP_MM, BOTTOM_MM = -74.0, 74.0, -7.0, 41.0
ROWS, COLUMNS = round((BOTTOM_MM - TOP_MM) * SCALE), round((RIGHT_MM - LEFT_MM) * SCALE)
COARSE = 4
"""Points a millimetre for landmarks."""
AIR = 0.04
"""What lips and cheeks leave on a ray that meets nothing else."""


@dataclass(frozen=True)
class Jaw:
    """A painted jaw. ``rays`` is the brightness of each ray, 0 air to about 1 metal."""

    upper: bool
    rays: Field

    def at(self, x_mm: float, w_mm: float) -> float:
        """The brightness at a place of the strip."""
        return float(self.rays[round((w_mm - TOP_MM) * SCALE), round((x_mm - LEFT_MM) * SCALE)])


def paint_jaw(mouth: Mouth, upper: bool) -> Jaw:
    """The upper or lower jaw of a mouth."""
    rng = np.random.default_rng([mouth.seed, int(upper)])
    numbers = range(1, 17) if upper else range(32, 16, -1)
    standing = [mouth.standing[n] for n in numbers if n not in mouth.missing]
    crest = _crest(mouth, standing, upper)
    bone = _bone(mouth, crest, upper, rng)
    layers = Layers(SCALE, LEFT_MM, TOP_MM, bone, np.zeros_like(bone), np.zeros_like(bone), crest)
    for one in sorted(standing, key=lambda s: -s.tooth.kind.value):
        paint_tooth(layers, one, rng)
    return Jaw(upper, _rays(layers, _soft(crest, rng)))


def _rays(layers: Layers, soft: Field) -> Field:
    """All a ray passes, one after the other; metal lets nothing through."""
    rays: Field = soft + layers.bone * (1 - soft)
    rays += layers.hard * (1 - 0.62 * rays)
    rays += layers.metal * np.maximum(layers.metal - rays, 0)
    return rays


def _crest(mouth: Mouth, standing: list[Standing], upper: bool) -> Field:
    """Per column: where the bone begins, 1.5 mm below the necks; behind the last tooth it turns away."""
    knots = []
    for one in standing:
        neck = one.rise + one.tooth.crown + mouth.bone_loss
        for u, lift in ((-0.5, 0.9), (0.0, 2.0), (0.5, 0.9)):
            knots.append((centre(one.tooth) + u * one.tooth.width, neck + lift))
    ends = (
        ((3, 0.8), (6, 2.5), (8.5, 7), (10, 14), (11, 30))
        if upper
        else ((4, -0.6), (9, -5), (14, -14), (20, -30))
    )
    for side, (edge, level) in ((-1, min(knots)), (1, max(knots))):
        knots += [(edge + side * away, level + lift) for away, lift in ends]
    knots.sort()
    x = np.linspace(LEFT_MM, RIGHT_MM, COLUMNS)
    line = np.interp(x, [x for x, _ in knots], [level for _, level in knots])
    kernel = np.hanning(int(1.8 * SCALE) | 1)
    smooth = np.convolve(
        np.pad(line, len(kernel) // 2, mode="edge"), kernel / kernel.sum(), "valid"
    )
    return smooth.astype(np.float32)


def _bone(mouth: Mouth, crest: Field, upper: bool, rng: np.random.Generator) -> Field:
    """Two plates with sponge between them, a bright edge at the crest, and the landmarks."""
    depth = np.linspace(TOP_MM, BOTTOM_MM, ROWS, dtype=np.float32)[:, None] - crest[None, :]
    grain = mouth.grain * SCALE
    cell = (0.5 * grain, 0.55 * grain) if upper else (0.82 * grain, 0.62 * grain)
    over = _landmarks(mouth, upper)
    gain, add, calm = (
        enlarged(field, (COLUMNS, ROWS)) for field in (over.gain, over.add, over.calm)
    )
    sponge = (0.21 if upper else 0.24) * (
        trabeculae(rng, (ROWS, COLUMNS), cell) * (1 - calm) + 0.40 * calm
    )
    plates = (
        0.13
        + 0.09 * np.clip(depth / 7, 0, 1)
        + 0.02 * noise(rng, (ROWS, COLUMNS), (5 * SCALE, 4 * SCALE))
    )
    there = cover(-depth, 0.45)
    bone = (plates + sponge * np.clip(depth / 1.5, 0.35, 1)) * gain + add
    shown: Field = bone * there + 0.07 * band(depth, 0.4, 0.3)
    return shown


def _landmarks(mouth: Mouth, upper: bool) -> Overlay:
    x = np.linspace(LEFT_MM, RIGHT_MM, COLUMNS * COARSE // SCALE, dtype=np.float32)
    y = np.linspace(TOP_MM, BOTTOM_MM, ROWS * COARSE // SCALE, dtype=np.float32)
    over = Overlay.empty(*np.meshgrid(x, y))
    if upper:
        upper_landmarks(over, mouth.sinus)
    else:
        lower_landmarks(over)
    return over


def _soft(crest: Field, rng: np.random.Generator) -> Field:
    """Cheek or lip over everything, gum up to the necks, air between the crowns."""
    y = np.linspace(TOP_MM, BOTTOM_MM, ROWS, dtype=np.float32)[:, None]
    gum = cover(-(y - crest[None, :] + 2.5), 0.9)
    cheek = AIR + 0.04 * np.clip((y - 1) / 12, 0, 1)
    return (cheek + 0.10 * gum) * (1 + 0.12 * noise(rng, (ROWS, COLUMNS), (14 * SCALE, 9 * SCALE)))
