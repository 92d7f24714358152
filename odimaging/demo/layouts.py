"""Mount layouts of the demo: Open Dental's own numbers for X-ray series, and a photo grid with text (facts §9.10)."""

from dataclasses import dataclass

from odimaging.demo.radiograph import FMX_VIEWS
from odimaging.model.ids import MountItemNum, MountNum
from odimaging.model.mount import MountItem

W, H = 1700, 1300
"""An X-ray position, in mount pixels."""
BLACK, WHITE = -16777216, -1


@dataclass(frozen=True, slots=True)
class Layout:
    """A mount's size, colours and positions."""

    description: str
    width: int
    height: int
    color_back: int
    color_fore: int
    color_text_back: int
    items: tuple[MountItem, ...]


def _item(
    order: int, x: int, y: int, width: int, height: int, turn: int = 0, teeth: str = ""
) -> MountItem:
    return MountItem(MountItemNum(0), MountNum(0), x, y, width, height, order, turn, teeth)


def _words(x: int, y: int, width: int, height: int, text: str, size: float) -> MountItem:
    return MountItem(MountItemNum(0), MountNum(0), x, y, width, height, 0, 0, "", text, size)


_FMX_PLACES = {
    1: (0, H, 0), 2: (W, H, 0), 3: (3 * W + 3 * H, H, 180), 4: (2 * W + 3 * H, H, 180),
    5: (0, 0, 0), 6: (W, 0, 0), 7: (3 * W + 3 * H, 2 * H, 180), 8: (2 * W + 3 * H, 2 * H, 180),
    9: (0, 2 * H, 0), 10: (W, 2 * H, 0), 11: (3 * W + 3 * H, 0, 180), 12: (2 * W + 3 * H, 0, 180),
    13: (2 * W, 0, 90), 14: (2 * W + H, 0, 90), 15: (2 * W + 2 * H, 0, 90),
    16: (2 * W, 3 * H - W, 270), 17: (2 * W + H, 3 * H - W, 270), 18: (2 * W + 2 * H, 3 * H - W, 270),
}  # fmt: skip


def fmx() -> Layout:
    """18 images, bitewings lying."""
    items = []
    for order, (x, y, turn) in _FMX_PLACES.items():
        view = FMX_VIEWS[order]
        size = (H, W) if view.portrait else (W, H)
        items.append(_item(order, x, y, *size, turn, view.teeth))
    name = "[NameLF]\n[PatNum]\n[MountDate]\n[MountProv]"
    items.append(_words(2 * W + H, W, W, 3 * H - 2 * W, name, 80))
    return Layout("FMX", 4 * W + 3 * H, 3 * H, BLACK, WHITE, BLACK, tuple(items))


def four_bitewings() -> Layout:
    """4BW, lying."""
    places = {1: (0, 0), 2: (W, 0), 3: (3 * W, 180), 4: (2 * W, 180)}
    items = tuple(_item(o, x, 0, W, H, turn, FMX_VIEWS[o].teeth) for o, (x, turn) in places.items())
    return Layout("4BW", 4 * W, H, BLACK, WHITE, BLACK, items)


PHOTO_GRID_SHOTS = (
    "face",
    "smile",
    "retracted",
    "right",
    "upper",
    "left",
    "smile",
    "lower",
    "retracted",
)
_CAPTIONS = (
    "Face",
    "Smile",
    "Front",
    "Right",
    "Upper arch",
    "Left",
    "Smile, later",
    "Lower arch",
    "Front, later",
)


def photo_grid() -> Layout:
    """Nine photographs with a heading and a caption below each."""
    wide, high, caption = 1600, 1200, 110
    items = [_words(0, 0, 3 * wide, 200, "[NameLF]    [MountDescript]    [MountDate]", 72)]
    for place, words in enumerate(_CAPTIONS):
        x, y = place % 3 * wide, 200 + place // 3 * (high + caption)
        items.append(_item(place + 1, x, y, wide, high))
        items.append(_words(x, y + high, wide, caption, words, 48))
    return Layout("Photos", 3 * wide, 200 + 3 * (high + caption), WHITE, BLACK, WHITE, tuple(items))
