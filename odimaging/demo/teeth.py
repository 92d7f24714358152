"""The permanent teeth as a radiograph shows them: sizes, outlines, roots and pulps, by Universal number.

Millimetres. A tooth's own frame: ``u`` along the arch, positive towards distal; ``w`` from the biting edge towards the
apex. The sizes are the textbook averages.
"""

from dataclasses import dataclass
from enum import Enum

from odimaging.demo.fields import Bead, Point


class Kind(Enum):
    """What a tooth is; the order is that from the midline outwards."""

    CENTRAL = 0
    LATERAL = 1
    CANINE = 2
    FIRST_PREMOLAR = 3
    SECOND_PREMOLAR = 4
    FIRST_MOLAR = 5
    SECOND_MOLAR = 6
    THIRD_MOLAR = 7

    @property
    def is_molar(self) -> bool:
        """Several roots, wide crown."""
        return self.value >= Kind.FIRST_MOLAR.value

    @property
    def is_premolar(self) -> bool:
        """Two cusps."""
        return self in (Kind.FIRST_PREMOLAR, Kind.SECOND_PREMOLAR)

    @property
    def is_incisor(self) -> bool:
        """A cutting edge."""
        return self.value <= Kind.LATERAL.value


_UPPER_SIZES = [(8.6, 10.6, 13), (6.7, 9.2, 13.2), (7.7, 10.2, 17), (7.1, 8.6, 14), (6.7, 8.3, 14.2),
                (10.3, 7.6, 12.8), (9.4, 7.2, 12), (8.6, 6.6, 10.5)]  # fmt: skip
_LOWER_SIZES = [(5.3, 9.0, 12.6), (5.8, 9.4, 13.8), (6.9, 10.8, 16), (7.1, 8.7, 14.2), (7.2, 8.1, 14.6),
                (11.1, 7.5, 14), (10.6, 7.1, 13.2), (10.0, 6.8, 11.2)]  # fmt: skip

_INCISOR: list[Point] = [
    (-0.47, 0.02), (-0.2, 0.0), (0.2, 0.01), (0.43, 0.05), (0.5, 0.24), (0.46, 0.5), (0.41, 0.78), (0.37, 1.0),
    (0.3, 1.25), (-0.3, 1.25), (-0.37, 1.0), (-0.42, 0.75), (-0.47, 0.48), (-0.5, 0.18)]  # fmt: skip
_CANINE: list[Point] = [
    (0.0, 0.0), (0.2, 0.08), (0.44, 0.24), (0.5, 0.4), (0.45, 0.66), (0.39, 1.0), (0.32, 1.25), (-0.32, 1.25),
    (-0.39, 1.0), (-0.46, 0.62), (-0.5, 0.34), (-0.43, 0.18), (-0.18, 0.06)]  # fmt: skip
_PREMOLAR: list[Point] = [
    (-0.02, 0.0), (0.16, 0.06), (0.36, 0.17), (0.48, 0.3), (0.5, 0.44), (0.43, 0.74), (0.36, 1.0), (0.31, 1.25),
    (-0.31, 1.25), (-0.36, 1.0), (-0.44, 0.72), (-0.5, 0.4), (-0.47, 0.26), (-0.34, 0.13), (-0.16, 0.04)]  # fmt: skip
_UPPER_MOLAR: list[Point] = [
    (-0.27, 0.0), (-0.12, 0.09), (0.0, 0.17), (0.1, 0.12), (0.25, 0.03), (0.41, 0.12), (0.49, 0.27), (0.5, 0.42),
    (0.44, 0.75), (0.39, 1.0), (0.375, 1.2), (0.36, 1.42), (0.22, 1.56), (0.0, 1.46), (-0.22, 1.56), (-0.36, 1.42),
    (-0.375, 1.2), (-0.39, 1.0), (-0.45, 0.72), (-0.5, 0.38), (-0.48, 0.22),
    (-0.4, 0.07)]  # fmt: skip
_LOWER_MOLAR: list[Point] = [
    (-0.3, 0.0), (-0.18, 0.07), (-0.09, 0.15), (0.02, 0.08), (0.12, 0.03), (0.22, 0.1), (0.28, 0.13), (0.36, 0.08),
    (0.45, 0.17), (0.5, 0.32), (0.49, 0.45), (0.43, 0.75), (0.385, 1.0),
    (0.37, 1.2), (0.34, 1.4), (0.2, 1.52), (0.0, 1.40), (-0.2, 1.52), (-0.34, 1.4),
    (-0.37, 1.2), (-0.385, 1.0),
    (-0.44, 0.72), (-0.5, 0.38), (-0.48, 0.2), (-0.41, 0.05)]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tooth:
    """One tooth. ``side`` is -1 on the patient's right, which a mount shows on the left."""

    number: int
    kind: Kind
    upper: bool
    side: int
    width: float
    crown: float
    root: float

    def outline(self) -> list[Point]:
        """The crown's corners, down to just below the neck."""
        if self.kind.is_incisor:
            shape = _INCISOR
        elif self.kind is Kind.CANINE:
            shape = _CANINE
        elif self.kind.is_premolar:
            shape = _PREMOLAR
        else:
            shape = _UPPER_MOLAR if self.upper else _LOWER_MOLAR
        trunk = 0.8 if self.kind is Kind.THIRD_MOLAR else 1.0
        return [(u * self.width * (trunk if w > 1.1 else 1.0), w * self.crown) for u, w in shape]

    def roots(self, bend: float) -> list[list[Bead]]:
        """Each root from the neck to its apex; ``bend`` about -1 to 1 varies the curve. Palatal root last."""
        if not self.kind.is_molar:
            return self._single_roots(bend)
        return self._upper_molar_roots(bend) if self.upper else self._lower_molar_roots(bend)

    def _single_roots(self, bend: float) -> list[list[Bead]]:
        neck = self.width * 0.365
        reach = 0.35 + 0.35 * bend
        if self.upper and self.kind is Kind.FIRST_PREMOLAR:
            return [
                self._taper(0, neck, -0.9, reach - 0.9, neck, 0.45, self.root, split=0.5),
                self._taper(0, neck, 0.8, reach + 0.7, neck, 0.45, self.root * 0.95, split=0.5),
            ]
        return [self._taper(0, neck, 0.0, reach, neck, 0.5, self.root)]

    def _lower_molar_roots(self, bend: float) -> list[list[Bead]]:
        apart, neck = self.width * 0.2, self.width * 0.185
        spread = {Kind.FIRST_MOLAR: 1.15, Kind.SECOND_MOLAR: 0.85, Kind.THIRD_MOLAR: 0.4}[self.kind]
        return [
            self._taper(-apart, neck, -apart * 1.25 * spread - 0.3, -apart + spread * 0.1 + 0.9 + bend * 0.3,
                        neck * 0.8, 0.55, self.root, split=0.45),
            self._taper(apart, neck, apart * 1.1 * spread + 0.5, apart + spread * 0.9 + 0.6 + bend * 0.4,
                        neck * 0.75, 0.5, self.root * 0.94, split=0.45),
        ]  # fmt: skip

    def _upper_molar_roots(self, bend: float) -> list[list[Bead]]:
        apart, neck = self.width * 0.21, self.width * 0.18
        spread = {Kind.FIRST_MOLAR: 1.3, Kind.SECOND_MOLAR: 0.95, Kind.THIRD_MOLAR: 0.4}[self.kind]
        return [
            self._taper(-apart, neck, -apart * 1.2 * spread - 0.2, -apart * spread + 0.5 + 0.3 * bend,
                        neck * 0.86, 0.5, self.root * 0.93, split=0.5),
            self._taper(apart, neck, apart * 1.15 * spread + 0.3, apart * spread + 0.9 + 0.3 * bend,
                        neck * 0.78, 0.5, self.root * 0.9, split=0.5),
            self._taper(0, neck * 1.35, 0.1, 0.3 + 0.3 * bend, neck * 1.0, 0.6, self.root * 1.06, split=0.5),
        ]  # fmt: skip

    def _taper(
        self,
        u0: float,
        r0: float,
        u1: float,
        u2: float,
        r1: float,
        r2: float,
        length: float,
        split: float = 0.4,
    ) -> list[Bead]:
        """From (u0, r0) at the neck over u1 in the middle to u2 at the apex, as a quadratic curve."""
        beads = []
        for step in range(11):
            t = step / 10
            u = u0 * (1 - t) ** 2 + 2 * (2 * u1 - (u0 + u2) / 2) * t * (1 - t) + u2 * t**2
            radius = r0 + (r1 - r0) * t / split if t < split else r1
            radius *= 1 - 0.25 * t
            end = max(0.0, (t - 0.3) / 0.7)
            radius = radius * (1 - end**2.2) + r2 * end**2.2
            beads.append((u, self.crown * 0.96 + length * t * (1 - r2 / length), radius))
        return beads

    @property
    def neck(self) -> float:
        """Half the width at the neck."""
        return self.width * 0.375


def tooth(number: int) -> Tooth:
    """The tooth of a Universal number, 1 to 32."""
    upper = number <= 16
    place = number - 1 if upper else 32 - number
    side = -1 if place < 8 else 1
    kind = Kind(7 - place if place < 8 else place - 8)
    width, crown, root = (_UPPER_SIZES if upper else _LOWER_SIZES)[kind.value]
    return Tooth(number, kind, upper, side, width, crown, root)


def centre(which: Tooth) -> float:
    """Where the tooth's middle stands along the arch, from the midline; negative on the patient's right."""
    sizes = _UPPER_SIZES if which.upper else _LOWER_SIZES
    before = sum(width for width, _, _ in sizes[: which.kind.value])
    return which.side * (before + which.width / 2)
