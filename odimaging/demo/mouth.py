"""One patient's teeth and what dentists did to them: decided once, so that every picture of the patient agrees."""

from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from odimaging.demo.teeth import Kind, Tooth, tooth


class Work(Enum):
    """What was done to a tooth, or befell it."""

    AMALGAM = "amalgam"
    AMALGAM_MESIAL = "amalgam to the mesial side"
    AMALGAM_DISTAL = "amalgam to the distal side"
    COMPOSITE = "composite"
    CROWN = "crown"
    ROOT_FILLING = "root filling"
    CARIES_MESIAL = "caries on the mesial side"
    CARIES_DISTAL = "caries on the distal side"
    LESION = "dark halo at the apex"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one tooth stands: shift and tilt in millimetres and degrees, its roots' bend, its works."""

    tooth: Tooth
    tilt: float
    rise: float
    bend: float
    works: frozenset[Work] = frozenset()


@dataclass(frozen=True)
class Mouth:
    """All teeth of a patient. ``bone_loss`` in millimetres beyond the healthy 1.5; ``sinus`` lowers its floor."""

    seed: int
    standing: dict[int, Standing]
    bone_loss: float = 0.0
    sinus: float = 0.0
    grain: float = 1.0
    missing: frozenset[int] = field(default_factory=frozenset)


def mouth(seed: int) -> Mouth:
    """The mouth that belongs to ``seed``: always the same."""
    rng = np.random.default_rng([seed, 32])
    standing = {number: _standing(tooth(number), rng) for number in range(1, 33)}
    missing = frozenset(n for n, s in standing.items() if Work.MISSING in s.works)
    return Mouth(
        seed,
        standing,
        float(rng.uniform(0, 0.9)),
        float(rng.uniform(-1, 1.5)),
        float(rng.uniform(0.9, 1.15)),
        missing,
    )


def _standing(which: Tooth, rng: np.random.Generator) -> Standing:
    lean = _lean(which)
    return Standing(
        which,
        tilt=lean + float(rng.normal(0, 1.1)),
        rise=float(rng.normal(0, 0.15)) + _curve(which),
        bend=float(rng.normal(0, 0.45)),
        works=_works(which, rng),
    )


def _lean(which: Tooth) -> float:
    """Degrees by which the apex leans towards distal: what the beam makes of each tooth's tilt."""
    if which.upper:
        return (2.0, 4.5, 5.0, 3.5, 3.5, 2.5, 0.0, -5.0)[which.kind.value]
    return (0.5, 1.5, 4.0, 4.0, 6.0, 7.5, 9.5, 13.0)[which.kind.value]


def _curve(which: Tooth) -> float:
    """The biting edge's height along the arch, positive towards the root."""
    if which.upper:
        return (0.0, 0.7, -0.3, 0.3, 0.5, 0.6, 0.9, 1.8)[which.kind.value]
    return (0.0, 0.0, -0.4, 0.3, 0.6, 0.7, 0.4, 0.0)[which.kind.value]


def _works(which: Tooth, rng: np.random.Generator) -> frozenset[Work]:
    draw, second = rng.random(2)
    if which.kind is Kind.THIRD_MOLAR:
        return frozenset({Work.MISSING}) if draw < 0.45 else frozenset()
    if which.kind.is_molar:
        return _molar_works(draw, second)
    if which.kind.is_premolar:
        table = [
            (0.07, Work.ROOT_FILLING),
            (0.2, Work.AMALGAM_DISTAL),
            (0.3, Work.COMPOSITE),
            (0.42, Work.CARIES_DISTAL),
        ]
        return _first(table, draw)
    return _first([(0.04, Work.ROOT_FILLING), (0.12, Work.COMPOSITE)], draw)


def _molar_works(draw: float, second: float) -> frozenset[Work]:
    table = [(0.12, Work.CROWN), (0.34, Work.AMALGAM), (0.44, Work.AMALGAM_MESIAL), (0.52, Work.AMALGAM_DISTAL),
             (0.62, Work.COMPOSITE), (0.7, Work.CARIES_MESIAL)]  # fmt: skip
    works = _first(table, draw)
    if Work.CROWN in works and second < 0.7:
        works |= {Work.ROOT_FILLING}
    return works


def _first(table: list[tuple[float, Work]], draw: float) -> frozenset[Work]:
    for limit, work in table:
        if draw < limit:
            return frozenset(
                {work, Work.CROWN} if work is Work.ROOT_FILLING and limit == 0.07 else {work}
            )
    return frozenset()
