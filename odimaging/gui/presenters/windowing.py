"""What a right-drag over a picture means for WindowingMin and WindowingMax. Pure numbers."""

from dataclasses import dataclass

FULL = (0, 255)
PER_PIXEL = 0.5
"""Levels a logical pixel of the drag."""


@dataclass(frozen=True, slots=True)
class Window:
    """WindowingMin and WindowingMax (facts §6.3); 0/0 is not set."""

    minimum: int = 0
    maximum: int = 0

    @property
    def started(self) -> tuple[int, int]:
        """What a drag starts from: the full range where nothing is set."""
        unset = self.maximum == 0
        return FULL if unset else (min(self.minimum, 255), min(self.maximum, 255))

    def dragged(self, dx: float, dy: float) -> "Window":
        """Right: more contrast. Up: brighter. Each end stays within 0–255, so a full window narrows as it moves."""
        low, high = self.started
        half = max(0.5, (high - low) / 2 - dx * PER_PIXEL / 2)
        middle = min(max((low + high) / 2 + dy * PER_PIXEL, 1), 254)
        minimum = min(max(round(middle - half), 0), 254)
        return Window(minimum, min(max(round(middle + half), minimum + 1), 255))

    @property
    def brightness(self) -> int:
        """Percent, 0 in the middle."""
        low, high = self.started
        return round((127.5 - (low + high) / 2) / 127.5 * 100)

    @property
    def contrast(self) -> int:
        """Percent above the picture as it was taken: 0 to 99."""
        low, high = self.started
        return round((255 - (high - low)) / 255 * 100)

    @property
    def words(self) -> str:
        """For the corner of the picture while dragging."""
        return (
            f"Brightness {self.brightness:+d} %   Contrast {self.contrast:+d} %"
            f"   ({self.started[0]}–{self.started[1]})"
        )
