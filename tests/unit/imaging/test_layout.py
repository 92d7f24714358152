"""Mount geometry, facts §6.5."""

import pytest

from odimaging.imaging import layout
from odimaging.model.document import Crop
from odimaging.model.ids import MountItemNum, MountNum
from odimaging.model.mount import UNMOUNTED, MountItem
from odimaging.model.picture import Edits


def item(**values: float | int | str) -> MountItem:
    defaults: dict[str, object] = {"xpos": 10, "ypos": 20, "width": 200, "height": 100}
    return MountItem(MountItemNum(1), MountNum(1), **(defaults | values))  # type: ignore[arg-type]  # one builder


def test_a_picture_of_the_same_shape_fills_its_item() -> None:
    placed = layout.place(item(), 400, 200, Edits())
    assert placed.scale == 0.5
    assert placed.affine.bounds(400, 200) == (10, 20, 210, 120)
    assert placed.clip == layout.Rectangle(10, 20, 200, 100)


def test_a_narrow_picture_is_centred() -> None:
    placed = layout.place(item(), 100, 100, Edits())
    assert placed.scale == 1
    assert placed.affine.bounds(100, 100) == (60, 20, 160, 120)


def test_a_turned_picture_fits() -> None:
    placed = layout.place(item(), 100, 200, Edits(degrees_rotated=90))
    assert placed.affine.bounds(100, 200) == (10, 20, 210, 120)


def test_a_crop_sets_scale_and_offset_only() -> None:
    placed = layout.place(item(), 100, 100, Edits(crop=Crop(40, 40, 20, 20)))
    assert placed.scale == 10
    left, top, right, bottom = placed.affine.bounds(100, 100)
    assert (left, right) == (110 - 900, 110 + 100)
    assert (top, bottom) == (70 - 100, 70 + 900)


def test_old_crops_are_converted_first() -> None:
    old = Edits(crop=Crop(0, 0, 20, 10), is_crop_old=True)
    new = Edits(crop=Crop(-40, 20, 20, 10))
    assert layout.place(item(), 100, 50, old) == layout.place(item(), 100, 50, new)


def test_drawing_order() -> None:
    items = [item(item_order=order) for order in (3, 0, UNMOUNTED, 1)]
    assert [one.item_order for one in layout.drawn(items)] == [0, 1, 3]


def test_fonts_and_colours() -> None:
    assert layout.number_font_pixels(item()) == pytest.approx(100 / 15 * (96 / 72) ** 2)
    assert layout.text_font_pixels(item(font_size=12)) == 16
    assert layout.text_font_pixels(item(font_size=0)) == layout.SMALLEST_FONT
    assert layout.colour(-16777216) == (0, 0, 0, 255)
    assert layout.colour(-1) == (255, 255, 255, 255)
    assert layout.colour(16777215) == (255, 255, 255, 0)


def test_letterbox() -> None:
    assert layout.letterbox((200, 100), (100, 100)) == layout.Rectangle(0, 25, 100, 50)
    assert layout.letterbox((10, 40), (100, 100), enlarge=True) == layout.Rectangle(37, 0, 25, 100)
    assert layout.letterbox((10, 40), (100, 100)) == layout.Rectangle(45, 30, 10, 40)
