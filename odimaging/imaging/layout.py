"""Mount geometry: facts §6.5 as pure functions, shared by the mount on screen and its exported composite.

Mount pixels, origin top left, y down. Which pixels are drawn is `composite`'s business; colours are told here because
screen and export must agree on them too. Standard library only.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from odimaging.imaging.transform import (
    Affine,
    Size,
    canvas_scale,
    centred,
    convert_old_crop,
    shrink_to_fit,
)
from odimaging.model.mount import MountItem
from odimaging.model.picture import Edits

PIXELS_PER_POINT = 96 / 72
OUTLINE = (100, 100, 100)
"""Red, green, blue of the one-pixel line around every item, in exports too."""
NUMBER_COLOUR = (128, 128, 128)
"""Of the number on an empty position."""
SMALLEST_FONT = 1.0


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Mount pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def centre(self) -> tuple[float, float]:
        """Exact halves."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a picture stands: source to mount pixels by ``affine``, cut to ``clip``. ``scale``: mount per source pixel."""

    clip: Rectangle
    affine: Affine
    scale: float


def rectangle(item: MountItem) -> Rectangle:
    """An item's rectangle: clip of its picture, box of its text, frame of its outline."""
    return Rectangle(item.xpos, item.ypos, item.width, item.height)


def scale_in_item(item: MountItem, width: int, height: int, edits: Edits) -> float:
    """Mount pixels per source pixel: by the crop's width where there is a crop, else the whole turned picture fits."""
    if edits.crop.w > 0 and edits.crop.h > 0:
        return item.width / edits.crop.w
    return canvas_scale(width, height, edits.degrees_rotated, (item.width, item.height))


def place(item: MountItem, width: int, height: int, edits: Edits) -> Placement:
    """A picture whose stored size is ``width`` × ``height`` in its position (facts §6.5, step 3)."""
    edits = convert_old_crop(width, height, edits)
    scale = scale_in_item(item, width, height, edits)
    clip = rectangle(item)
    affine = centred(width, height, edits).scaled(scale).moved(*clip.centre)
    return Placement(clip, affine, scale)


def drawn(items: Iterable[MountItem]) -> tuple[MountItem, ...]:
    """What stands on the canvas, in drawing order: by ItemOrder, unmounted images left out."""
    return tuple(
        sorted((item for item in items if not item.is_unmounted), key=lambda item: item.item_order)
    )


def number_font_pixels(item: MountItem) -> float:
    """Font size of a position's number, in pixels."""
    points = min(item.width, item.height) / 15 * PIXELS_PER_POINT
    return max(SMALLEST_FONT, points * PIXELS_PER_POINT)


def text_font_pixels(item: MountItem) -> float:
    """Font size of a text item, in pixels."""
    return max(SMALLEST_FONT, item.font_size * PIXELS_PER_POINT)


def colour(argb: int) -> tuple[int, int, int, int]:
    """Red, green, blue, alpha of a stored colour: signed 32-bit ARGB (facts §1.1)."""
    bits = argb & 0xFFFFFFFF
    return bits >> 16 & 0xFF, bits >> 8 & 0xFF, bits & 0xFF, bits >> 24


def letterbox(size: Size, box: Size, enlarge: bool = False) -> Rectangle:
    """A size brought into ``box``, shape kept, centred; smaller ones are enlarged only if asked (facts §5.2)."""
    factor = min(box[0] / max(1, size[0]), box[1] / max(1, size[1]))
    if not enlarge:
        factor = shrink_to_fit(size, box)
    width = min(box[0], max(1, round(size[0] * factor)))
    height = min(box[1], max(1, round(size[1] * factor)))
    return Rectangle((box[0] - width) // 2, (box[1] - height) // 2, width, height)
