"""One tooth on a jaw's layers: root in its ligament, dentine, enamel, pulp, and what a dentist put into it.

Shapes are worked out at 6 points a millimetre and enlarged: distances are smooth, so their edges stay sharp.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np

from odimaging.demo.fields import (
    Bead,
    Field,
    band,
    chain_distance,
    cover,
    enlarged,
    noise,
    polygon_distance,
    rounded,
    thickness,
    union,
)
from odimaging.demo.mouth import Standing, Work
from odimaging.demo.teeth import Tooth, centre

COARSE = 6
"""Points a millimetre at which distances are worked out."""
MARGIN_MM = 2.2

DENTINE, ENAMEL, PULP = 0.43, 0.40, 0.16
"""What each adds to (the pulp: takes from) the brightness of a ray, 1 being white."""


@dataclass(frozen=True)
class Layers:
    """A jaw being painted: brightness of soft tissue and bone, and of teeth. Rows are ``w``, columns ``x``."""

    scale: int
    left_mm: float
    top_mm: float
    bone: Field
    hard: Field
    metal: Field
    crest: Field
    """Per column: where the bone begins, in millimetres."""


@dataclass(frozen=True)
class _Window:
    """The part of the layers a tooth touches, with its own coordinates."""

    rows: slice
    columns: slice
    u: Field
    w: Field
    size: tuple[int, int]

    def full(self, coarse: Field) -> Field:
        return enlarged(coarse, self.size)


def paint_tooth(layers: Layers, standing: Standing, rng: np.random.Generator) -> None:
    """Paint one tooth over the bone; neighbours may already be there."""
    which = standing.tooth
    window = _window(layers, standing)
    roots = [chain_distance(window.u, window.w, root) for root in which.roots(standing.bend)]
    crown = polygon_distance(window.u, window.w, rounded(which.outline()))
    body = window.full(_body(crown, roots))
    _ligament(layers, window, body, _bone_depth(layers, window))
    if Work.LESION in standing.works:
        _lesion(layers, window, which)
    tissue = _dentine(window, which, crown, roots)
    tissue += _enamel(window, which, crown, rng)
    tissue -= _pulp(window, which, standing)
    tissue *= _caries(window, which, standing)
    target = layers.hard[window.rows, window.columns]
    np.maximum(target, tissue, out=target)
    overlap = cover(body, 0.1) * (target > tissue)
    target += 0.12 * overlap * np.minimum(tissue, target)
    _fill(layers, window, standing, crown)


def _window(layers: Layers, standing: Standing) -> _Window:
    which = standing.tooth
    middle, half = centre(which), which.width / 2 + MARGIN_MM + 2.5
    length = which.crown + which.root + 2 * MARGIN_MM
    first = round((middle - half - layers.left_mm) * layers.scale)
    top = round((standing.rise - MARGIN_MM - layers.top_mm) * layers.scale)
    size = (round(2 * half * layers.scale), round(length * layers.scale))
    columns = slice(max(first, 0), min(first + size[0], layers.bone.shape[1]))
    rows = slice(max(top, 0), min(top + size[1], layers.bone.shape[0]))
    size = (columns.stop - columns.start, rows.stop - rows.start)
    x = np.linspace(
        columns.start, columns.stop, max(2, size[0] * COARSE // layers.scale), dtype=np.float32
    )
    y = np.linspace(
        rows.start, rows.stop, max(2, size[1] * COARSE // layers.scale), dtype=np.float32
    )
    grid_x, grid_y = np.meshgrid(
        x / layers.scale + layers.left_mm, y / layers.scale + layers.top_mm
    )
    u = (grid_x - middle) * which.side
    w = grid_y - standing.rise
    turn = radians(standing.tilt)
    pivot = which.crown
    u, w = u * cos(turn) - (w - pivot) * sin(turn), u * sin(turn) + (w - pivot) * cos(turn) + pivot
    return _Window(rows, columns, u.astype(np.float32), w.astype(np.float32), size)


def _body(crown: Field, roots: list[Field]) -> Field:
    body = roots[0]
    for root in roots[1:]:
        body = union(body, root, 0.5)
    return union(body, crown, 0.8)


def _bone_depth(layers: Layers, window: _Window) -> Field:
    """In half millimetres below the crest."""
    rows = (
        np.arange(window.rows.start, window.rows.stop, dtype=np.float32) / layers.scale
        + layers.top_mm
    )
    return (rows[:, None] - layers.crest[None, window.columns]) / np.float32(0.5)


def _ligament(layers: Layers, window: _Window, body: Field, in_bone: Field) -> None:
    """The dark line around the root and the bright one around that; inside, less bone is left."""
    bone = layers.bone[window.rows, window.columns]
    deep = np.clip(in_bone / 8, 0, 1)
    in_bone = np.clip(in_bone, 0, 1)
    bone *= 1 - 0.30 * band(body, 0.10, 0.13) * in_bone
    bone += 0.085 * band(body, 0.45, 0.16) * in_bone
    bone *= 1 - (0.4 + 0.45 * (1 - deep)) * cover(body, 0.1)


def _lesion(layers: Layers, window: _Window, which: Tooth) -> None:
    beads = [root[-1] for root in which.roots(0.0)[:1]]
    x, y, _ = beads[0]
    distance = window.full(np.hypot(window.u - x, window.w - y) - 2.2)
    bone = layers.bone[window.rows, window.columns]
    bone *= 1 - 0.5 * cover(distance, 0.7)


def _dentine(window: _Window, which: Tooth, crown: Field, roots: list[Field]) -> Field:
    """Round bodies: a root's middle is thicker than its rim; a palatal root lies behind the others."""
    along = window.full(window.w) / which.crown
    trunk = thickness(window.full(crown), which.width * 0.3)
    edge = 0.72 if which.kind.is_incisor else 0.95
    solid = trunk * np.clip(edge + (1.12 - edge) * along / 0.8, edge, 1.12)
    deep = np.clip((along - 1.0) / 0.5, 0, 1)
    for root in roots:
        part = 0.95 * thickness(window.full(root), max(1.2, which.width * 0.2))
        solid = np.maximum(solid, part) + 0.2 * np.minimum(solid, part) * deep
    return (DENTINE * solid).astype(np.float32)


def _enamel(window: _Window, which: Tooth, crown: Field, rng: np.random.Generator) -> Field:
    """A cap: thickest at the biting edge, running out at the neck; its inner border is the dentine's horns."""
    along = np.clip(window.w / which.crown, -0.2, 1.2)
    side, top = (1.2, 2.0) if which.kind.is_molar else (1.05, 1.9)
    thick = side * np.clip(1.02 - along, 0, 1) ** 0.6
    thick += (top - side) * np.exp(-((np.clip(along, 0, 1) / 0.3) ** 2))
    depth = window.full((crown + thick).astype(np.float32))
    rim = window.full(crown)
    fine = window.full(along)
    shell = cover(-depth, 0.36) * np.clip(-rim / 0.3, 0, 1) ** 0.7
    front = 0.62 if not (which.kind.is_molar or which.kind.is_premolar) else 0.42
    veil = front * np.clip((0.98 - fine) / 0.75, 0, 1) * np.clip(-rim / 0.3, 0, 1)
    grain = 1 + 0.03 * noise(rng, (window.size[1], window.size[0]), (9, 14))
    cap = veil + (1 - veil) * shell
    return (ENAMEL * cap * np.clip((1.03 - fine) / 0.14, 0, 1) * grain).astype(np.float32)


def _pulp(window: _Window, which: Tooth, standing: Standing) -> Field | float:
    """Chamber and canals, darkest in their middle. A filled root has none."""
    if Work.ROOT_FILLING in standing.works:
        return 0.0
    dark = 0.9 * thickness(window.full(_chamber(window, which)), 0.9)
    for canal in _canals(which, standing.bend):
        strength = 0.45 if which.kind.is_molar else 0.66
        dark = np.maximum(
            dark,
            strength
            * thickness(window.full(chain_distance(window.u, window.w, canal)) - 0.05, 0.35),
        )
    return (PULP * dark).astype(np.float32)


def _chamber(window: _Window, which: Tooth) -> Field:
    crown, width = which.crown, which.width
    if which.kind.is_molar:
        return _molar_chamber(window, which)
    wide = width * (0.085 if which.kind.is_incisor else 0.095)
    beads = [
        (0.0, crown * 0.46, 0.1),
        (0.0, crown * 0.66, wide * 0.7),
        (0.0, crown * 0.95, wide),
        (0.0, crown * 1.25, wide * 0.85),
    ]
    return chain_distance(window.u, window.w, [*beads, (0.0, crown * 1.55, wide * 0.4)])


def _molar_chamber(window: _Window, which: Tooth) -> Field:
    """A flat room with a horn towards each outer cusp and a funnel into each outer canal."""
    half, middle = which.width * 0.135, which.crown * 0.98
    high = which.crown * 0.115
    room = chain_distance(window.u, window.w, [(-half, middle, high), (half, middle, high * 0.95)])
    for side in (-1, 1):
        horn = [(side * half, middle, high * 0.7), (side * half * 1.45, middle - high * 2.3, 0.12)]
        funnel = [
            (side * half * 1.1, middle, high * 0.75),
            (side * which.width * 0.2, middle + high * 2.6, 0.3),
        ]
        room = union(room, chain_distance(window.u, window.w, horn), 0.6)
        room = union(room, chain_distance(window.u, window.w, funnel), 0.6)
    return room


def _canals(which: Tooth, bend: float) -> list[list[Bead]]:
    """Along each root's middle, thinning out just short of the apex."""
    canals = []
    for root in which.roots(bend):
        wide = 0.4 if which.kind.is_molar else which.width * 0.085
        last = len(root) - 1
        canals.append(
            [(u, w, wide * (1 - 0.72 * i / last)) for i, (u, w, _) in enumerate(root) if i]
        )
    return canals


def _caries(window: _Window, which: Tooth, standing: Standing) -> Field | float:
    """A dark notch just below the contact, spreading under the enamel."""
    sides = {Work.CARIES_MESIAL: -1, Work.CARIES_DISTAL: 1}
    left = [side for work, side in sides.items() if work in standing.works]
    if not left:
        return 1.0
    u, w = left[0] * which.width * 0.5, which.crown * 0.5
    inward = -left[0]
    beads = [
        (u + 0.1 * inward, w, 0.45),
        (u + 0.9 * inward, w + 0.05, 0.25),
        (u + 1.5 * inward, w + 0.1, 0.6),
    ]
    return 1 - 0.36 * cover(window.full(chain_distance(window.u, window.w, beads)), 0.5)


def _fill(layers: Layers, window: _Window, standing: Standing, crown: Field) -> None:
    metal = layers.metal[window.rows, window.columns]
    for work in sorted(standing.works, key=lambda work: work.value):
        painter = _FILLINGS.get(work)
        if painter is not None:
            np.maximum(metal, painter(window, standing, crown), out=metal)


def _amalgam(mesial: float, distal: float) -> Callable[[_Window, Standing, Field], Field]:
    """``mesial`` and ``distal``: how far it reaches, in widths from the middle; beyond 0.4 it has a box on that side."""

    def paint(window: _Window, standing: Standing, crown: Field) -> Field:
        width, height = standing.tooth.width, standing.tooth.crown
        shape = polygon_distance(
            window.u, window.w, rounded(_cavity(width, height, mesial, distal), 3)
        )
        shape = np.maximum(shape, crown + 0.1)
        return cover(window.full(shape), 0.14) * np.float32(0.985)

    return paint


def _cavity(width: float, height: float, mesial: float, distal: float) -> list[tuple[float, float]]:
    corners = [(-width * mesial * 1.1, -1.2), (width * distal * 1.1, -1.2)]
    for reach, sign in ((distal, 1), (mesial, -1)):
        box, side = reach > 0.4, []
        side.append((sign * width * reach, height * (0.66 if box else 0.28)))
        if box:
            side += [
                (sign * width * 0.44, height * 0.7),
                (sign * width * 0.3, height * 0.64),
                (sign * width * 0.26, height * 0.42),
            ]
        else:
            side += [(sign * width * reach * 0.9, height * 0.38)]
        corners += side if sign > 0 else [(0.0, height * 0.36), *reversed(side)]
    return corners


def _composite(window: _Window, standing: Standing, crown: Field) -> Field:
    which = standing.tooth
    if which.kind.is_molar or which.kind.is_premolar:
        place, deep, radius = 0.0, which.crown * 0.18, which.width * 0.19
    else:
        place, deep, radius = which.width * 0.42, which.crown * 0.42, which.width * 0.2
    spot = np.hypot((window.u - place) * 1.1, (window.w - deep) * 0.85) - radius
    shape = np.maximum(spot, crown + 0.12)
    return cover(window.full(shape.astype(np.float32)), 0.2) * np.float32(0.83)


def _crown(window: _Window, standing: Standing, crown: Field) -> Field:
    """A metal cap under porcelain."""
    margin = window.w - standing.tooth.crown * 0.95
    outer = window.full(np.maximum(crown - 0.15, margin))
    inner = window.full(np.maximum(crown + 0.75, margin))
    return np.maximum(cover(inner, 0.2) * np.float32(0.99), cover(outer, 0.2) * np.float32(0.84))


def _root_filling(window: _Window, standing: Standing, crown: Field) -> Field:
    which = standing.tooth
    filled = _chamber(window, which) + 0.15
    for canal in _canals(which, standing.bend):
        gutta_percha = [(u, w, r * 0.8 + 0.16) for u, w, r in canal[:-1]]
        filled = union(filled, chain_distance(window.u, window.w, gutta_percha), 0.5)
    return cover(window.full(filled), 0.15) * np.float32(0.93)


_FILLINGS: dict[Work, Callable[[_Window, Standing, Field], Field]] = {
    Work.AMALGAM: _amalgam(0.3, 0.28),
    Work.AMALGAM_MESIAL: _amalgam(0.55, 0.26),
    Work.AMALGAM_DISTAL: _amalgam(0.28, 0.55),
    Work.COMPOSITE: _composite,
    Work.CROWN: _crown,
    Work.ROOT_FILLING: _root_filling,
}
