"""What a stored drawing says: facts §7.2 and §7.4, read and written. Standard library only; `ink` puts it on pixels."""

import math
import re
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]
MIN_FONT, MAX_FONT = 1.0, 100.0
_POSITION = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*,\s*(\d+(?:\.\d*)?|\.\d+)\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class DrawnText:
    """A text and the whole pixel its upper left corner stands on."""

    x: int
    y: int
    text: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Pixels per unit, decimals to show, and the unit."""

    pixels_per_unit: float
    decimals: int
    units: str = ""

    def length(self, points: tuple[Point, ...]) -> str:
        """The length of a line as it is shown; no scale (0): in pixels."""
        total = sum(math.dist(a, b) for a, b in pairwise(points))
        shown = f"{total / (self.pixels_per_unit or 1.0):.{max(0, self.decimals)}f}"
        return f"{shown} {self.units}" if self.units else shown


def read_points(segment: str) -> tuple[Point, ...]:
    """Points of a line, pen stroke or polygon: empty if any of them is not a pair; what is no number reads as 0."""
    pairs = [chunk.split(",") for chunk in segment.split(";")]
    if any(len(pair) != 2 for pair in pairs):
        return ()
    return tuple((_number(x), _number(y)) for x, y in pairs)


def write_points(points: tuple[Point, ...]) -> str:
    """At most one decimal, none where it is 0, always a dot."""
    return ";".join(f"{_short(x)},{_short(y)}" for x, y in points)


def read_text(draw_text: str) -> DrawnText:
    """The text lies between the first and the second ``;``; a position that cannot be read is (0, 0)."""
    parts = draw_text.split(";")
    if len(parts) < 2:
        return DrawnText(0, 0, "")
    position = _POSITION.fullmatch(parts[0])
    if position is None:
        return DrawnText(0, 0, parts[1])
    return DrawnText(int(float(position[1])), int(float(position[2])), parts[1])


def write_text(drawn: DrawnText) -> str:
    """The other way round. A ``;`` would cut the text short, so it becomes a comma."""
    return f"{drawn.x},{drawn.y};{drawn.text.replace(';', ',')}"


def read_scale(segment: str) -> Scale:
    """Units only if there are exactly three parts, as Open Dental reads them."""
    parts = segment.split(" ")
    decimals = int(parts[1]) if len(parts) > 1 and parts[1].isdecimal() else 0
    return Scale(_number(parts[0]), decimals, parts[2] if len(parts) == 3 else "")


def font_points(stored: float) -> float:
    """A font size as it is drawn: 1 to 100 points."""
    return min(MAX_FONT, max(MIN_FONT, stored)) if math.isfinite(stored) else MIN_FONT


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return number if math.isfinite(number) else 0.0


def _short(number: float) -> str:
    rounded = round(number, 1)
    return str(int(rounded)) if rounded == int(rounded) else str(rounded)
