"""Documents, mounts, drawings and thumbnails as pixels; screen, export and a second implementation must agree."""

import io
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from PIL import Image

from odimaging.imaging import composite, encode, layout, lettering
from odimaging.imaging.allocation import allocate_here
from odimaging.imaging.ink import draw
from odimaging.imaging.paint import new_canvas
from odimaging.imaging.render import rendered
from odimaging.imaging.thumbnail import thumbnail
from odimaging.imaging.transform import Affine, document_affine, document_size
from odimaging.imaging.windowing import array_of
from odimaging.model.document import Crop
from odimaging.model.errors import DecodeFailed, UnsupportedFormat
from odimaging.model.ids import DefNum, DocNum, MountItemNum, MountNum, PatNum
from odimaging.model.mount import UNMOUNTED, DrawType, ImageDraw, Mount, MountItem
from odimaging.model.picture import Edits
from odimaging.model.ports import MountPicture, PictureSource
from tests.fakes.fake_decoder import FakeDecoder
from tests.unit.imaging import samples

CORNERS = np.array([[10, 20, 30, 40], [50, 60, 70, 80]], np.uint8)
AS_IT_IS = Affine()
BLACK, WHITE, TRANSPARENT = -16777216, -1, 16777215


def source(pixels: samples.Array, edits: Edits = Edits(), *drawings: ImageDraw) -> PictureSource:
    return PictureSource(samples.file_of(pixels, "PNG"), ".png", edits, drawings)


def shown(pixels: samples.Array, edits: Edits = Edits(), *drawings: ImageDraw) -> samples.Array:
    return rendered(source(pixels, edits, *drawings), None).pixels


# ---------------------------------------------------------------- single documents


def test_turn_and_flip_move_whole_pixels() -> None:
    assert np.array_equal(shown(CORNERS)[..., 0], CORNERS)
    assert np.array_equal(shown(CORNERS, Edits(degrees_rotated=90))[..., 0], np.rot90(CORNERS, -1))
    assert np.array_equal(shown(CORNERS, Edits(is_flipped=True))[..., 0], CORNERS[:, ::-1])
    both = shown(CORNERS, Edits(is_flipped=True, degrees_rotated=90))[..., 0]
    assert np.array_equal(both, np.rot90(CORNERS[:, ::-1], -1))
    assert both[3, 1] == 10, "the source's upper left ends lower right"


def test_crop() -> None:
    field = np.arange(10000, dtype=np.uint16).reshape(100, 100).astype(np.uint8)
    crop = Crop(40, 40, 20, 20)
    assert np.array_equal(shown(field, Edits(crop=crop))[..., 0], field[:20, 80:])
    turned = shown(field, Edits(crop=crop, degrees_rotated=90))[..., 0]
    assert np.array_equal(turned, np.rot90(field, -1)[:20, 80:])


def test_crop_beyond_the_picture_is_transparent() -> None:
    out = shown(np.full((4, 4), 9, np.uint8), Edits(crop=Crop(2, 0, 4, 4)))
    assert out[:, :2, 0].tolist() == [[9, 9]] * 4
    assert out[:, 2:, 3].max() == 0
    assert shown(CORNERS, Edits(crop=Crop(500, 0, 2, 2)))[..., 3].max() == 0


def test_old_crop_is_converted_on_the_way() -> None:
    out = shown(CORNERS, Edits(crop=Crop(0, 0, 2, 2), is_crop_old=True))
    assert np.array_equal(out[..., 0], CORNERS[:, :2])


def test_window_comes_with_it() -> None:
    out = shown(
        np.array([[64, 65, 128, 191, 192]], np.uint8), Edits(windowing_min=64, windowing_max=192)
    )
    assert out[0, :, 1].tolist() == [0, 2, 128, 253, 255]
    deep = samples.dicom(np.array([[2048, 4095, 0]], np.uint16), bits_stored=12)
    out = rendered(PictureSource(deep, ".dcm", Edits(windowing_max=255)), None).pixels
    assert out[0, :, 0].tolist() == [128, 255, 0]
    out = rendered(PictureSource(deep, ".dcm"), None).pixels
    assert out[0, :, 0].tolist() == [128, 255, 0], "0/0 is the full range"


@pytest.mark.parametrize("degrees", [0, 90, 180, 270, 30, 45.5, 300])
@pytest.mark.parametrize("flipped", [False, True])
@pytest.mark.parametrize("crop", [Crop(), Crop(10, -5, 30, 40)])
def test_a_second_implementation_agrees(degrees: float, flipped: bool, crop: Crop) -> None:
    field = samples.gradient(60, 40)
    one = source(field, Edits(flipped, degrees, crop, 30, 220))
    out = rendered(one, None).pixels.astype(int)
    other = array_of(FakeDecoder().rendered(one)).astype(int)
    assert out.shape == other.shape
    both = (out[..., 3] == 255) & (other[..., 3] == 255)
    apart = np.abs(out - other)[both]
    assert apart.mean() <= (0 if degrees % 90 == 0 else 2), "half a pixel would be 3"
    assert ((out[..., 3] > 127) != (other[..., 3] > 127)).mean() < 0.01


@pytest.mark.parametrize("edits", [Edits(degrees_rotated=90), Edits(True, 30, Crop(5, 5, 50, 30))])
def test_the_affine_of_the_screen_is_that_of_the_renderer(edits: Edits) -> None:
    field = np.zeros((40, 60), np.uint8)
    field[12:15, 33:36] = 255
    out = shown(field, edits)
    x, y = document_affine(60, 40, edits)(34.5, 13.5)
    brightest = np.argwhere(out[..., 0].astype(int) * (out[..., 3] > 0) > 200)
    assert np.abs(brightest.mean(axis=0) + 0.5 - (y, x)).max() < 0.5
    assert out.shape[1::-1] == document_size(60, 40, edits)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("edits", [Edits(), Edits(degrees_rotated=270), Edits(degrees_rotated=20)])
def test_brought_into_a_box(kind: str, edits: Edits) -> None:
    field = samples.gradient(400, 300)
    one = PictureSource(samples.file_of(field, kind), ".jpg", edits)
    small = rendered(one, (80, 80)).pixels
    full = rendered(one, None).pixels
    assert max(small.shape[:2]) == 80
    height, width = small.shape[:2]
    expected = np.asarray(Image.fromarray(full).resize((width, height), Image.Resampling.BOX))
    inner = (slice(5, -5), slice(5, -5))
    solid = (expected[inner][..., 3] == 255) & (small[inner][..., 3] == 255)
    assert solid.mean() > 0.4
    assert np.abs(small[inner].astype(int) - expected[inner])[solid].mean() < 3


def test_alpha_survives() -> None:
    rgba = np.dstack([samples.gradient(), np.full((30, 40), 60, np.uint8)])
    assert shown(rgba)[..., 3].max() == 60
    assert (np.abs(shown(rgba)[..., 2].astype(int) - rgba[..., 0]) <= 2).all()


# ---------------------------------------------------------------- drawings


def drawing(kind: DrawType, segment: str = "", text: str = "", **colours: int) -> ImageDraw:
    values = {"color_draw": WHITE} | colours
    return ImageDraw(
        DocNum(1), MountNum(0), kind, drawing_segment=segment, draw_text=text, font_size=8, **values
    )


def on_black(*drawings: ImageDraw, affine: Affine = AS_IT_IS, degrees: float = 0) -> samples.Array:
    canvas = new_canvas(60, 40, (0, 0, 0, 255), allocate_here)
    draw(canvas, drawings, affine, degrees)
    return canvas


def test_a_line_is_two_pixels_wide() -> None:
    out = on_black(drawing(DrawType.LINE, "10,20;50,20", color_draw=-65536))
    assert out[19:21, 20:40, 2].min() == 255, "red"
    assert out[..., :2].max() == 0
    assert out[18, 30, 2] == out[21, 30, 2] == 0
    assert out[:, 5].max(axis=0).tolist() == [0, 0, 0, 255]


def test_a_line_grows_with_the_zoom() -> None:
    out = on_black(drawing(DrawType.PEN, "5,5;12.5,5"), affine=Affine().scaled(4))
    assert out[16:24, 30, 0].min() == 255
    assert out[14, 30, 0] == 0


def test_a_line_beyond_all_measure_ends_nowhere() -> None:
    out = on_black(drawing(DrawType.LINE, "0,0;9e9,9e9"), drawing(DrawType.LINE, "1;2"))
    assert out[..., 0].max() == 0


def test_a_long_line_has_no_gaps() -> None:
    canvas = new_canvas(2000, 8, (0, 0, 0, 255), allocate_here)
    draw(canvas, [drawing(DrawType.LINE, "0,4;2000,4")], Affine())
    assert canvas[3:5, :, 0].min() == 255


def test_a_polygon_is_filled_with_its_alpha() -> None:
    out = on_black(
        drawing(DrawType.POLYGON, "10,10;30,10;30,30;10,30", color_draw=0x80FFFFFF - 2**32)
    )
    assert abs(int(out[20, 20, 0]) - 128) <= 1
    assert out[5, 5, 0] == 0
    assert on_black(drawing(DrawType.POLYGON, "1,1;2,2"))[..., 0].max() == 0


def test_text_and_its_background() -> None:
    out = on_black(drawing(DrawType.TEXT, text="5,6;Hi", color_back=-16711936))
    assert out[7, 5].tolist() == [0, 255, 0, 255], "the background starts at the point"
    assert out[5, 5].tolist() == [0, 0, 0, 255]
    assert (out.min(axis=2) == 255).any(), "white letters"
    plain = on_black(drawing(DrawType.TEXT, text="5,6;Hi", color_back=TRANSPARENT))
    assert not (plain[..., 1] > plain[..., 2]).any()
    assert on_black(drawing(DrawType.TEXT, text="5,6;"))[..., 0].max() == 0
    assert on_black(drawing(DrawType.SCALE_VALUE, "12.5 1 mm"))[..., 0].max() == 0


def test_text_stands_upright_on_a_turned_document() -> None:
    field = np.zeros((60, 60), np.uint8)
    text = drawing(DrawType.TEXT, text="30,30;HHHH")
    for degrees in (0, 90, 180, 270):
        ink = shown(field, Edits(degrees_rotated=degrees), text)[..., 0] > 100
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        assert np.ptp(columns) > np.ptp(rows), degrees
        assert rows.min() >= 29
        assert columns.min() >= 29, "it starts at its point, whichever way the picture lies"


def test_drawings_move_with_the_picture() -> None:
    line = drawing(DrawType.LINE, "0,10;40,10")
    out = shown(np.zeros((30, 40), np.uint8), Edits(degrees_rotated=90), line)
    assert out[:, 19:21, 0].min() > 200
    assert out[:, :18, 0].max() == 0


# ---------------------------------------------------------------- lettering


def test_accents_are_drawn() -> None:
    plain, accented = (
        lettering.label(text, 24, (0, 0, 0, 255), (0, 0, 0, 0)) for text in ("Joze", "José")
    )
    assert plain[..., 3].max() == 255
    font, text = lettering.font_and_text("José Müller", 24)
    if text == "José Müller":
        assert accented[:8, -14:, 3].max() > 0
    else:
        assert text == "Jose Muller", "no font of the system: no boxes either"
    assert font.getlength(text) > 50


def test_plain_letters() -> None:
    assert lettering.plain_letters("Ångström ß 漢") == "Angstrom ? ?"


def test_wrapping() -> None:
    font, _ = lettering.font_and_text("x", 16)
    lines = lettering.wrapped("one two\nthree " + "w" * 40, font, 80).split("\n")
    assert lines[:2] == ["one two", "three"]
    assert "".join(lines[2:]) == "w" * 40
    assert all(font.getlength(line) <= 80 for line in lines)
    assert lettering.wrapped("", font, 80) == ""


def test_unprintable_letters_are_left_out() -> None:
    assert lettering.font_and_text("a\u202eb\x00c\nd", 12)[1] == "abc\nd"


# ---------------------------------------------------------------- mounts


EMPTY_MOUNT = Mount(MountNum(1), PatNum(1), DefNum(1), datetime(2024, 1, 1), width=300, height=200)


def item(number: int, x: int, y: int, width: int, height: int) -> MountItem:
    return MountItem(MountItemNum(number), MountNum(1), x, y, width, height, number)


def text_of(place: MountItem, font_size: float) -> MountItem:
    return replace(place, item_order=0, text_showing="[MountDate]", font_size=font_size)


def test_a_position_equals_the_single_picture() -> None:
    field = samples.gradient(200, 100)
    for edits in (
        Edits(),
        Edits(is_flipped=True),
        Edits(degrees_rotated=180, windowing_min=40, windowing_max=180),
    ):
        place = item(1, 30, 40, 200, 100)
        picture = MountPicture(EMPTY_MOUNT, (place,), {place.mount_item_num: source(field, edits)})
        out = composite.composed(picture, None).pixels[41:139, 31:229]
        alone = shown(field, edits)[1:99, 1:199]
        assert np.array_equal(out, alone)


def test_a_reduced_position_equals_the_reduced_picture() -> None:
    field = samples.gradient(400, 200)
    place = item(1, 30, 40, 200, 100)
    picture = MountPicture(EMPTY_MOUNT, (place,), {place.mount_item_num: source(field)})
    out = composite.composed(picture, None).pixels[41:139, 31:229].astype(int)
    alone = rendered(source(field), (200, 100)).pixels[1:99, 1:199]
    assert np.abs(out - alone).max() <= 2


def test_the_canvas_shares_its_geometry_with_the_screen() -> None:
    field = np.zeros((100, 100), np.uint8)
    field[40:50, 30:40] = 255
    edits = Edits(degrees_rotated=90, crop=Crop(5, 5, 80, 40))
    place = item(1, 50, 20, 200, 100)
    out = composite.composed(
        MountPicture(EMPTY_MOUNT, (place,), {place.mount_item_num: source(field, edits)}), None
    )
    x, y = layout.place(place, 100, 100, edits).affine(35, 45)
    bright = np.argwhere(out.pixels[..., 0] > 250)
    assert bright.size
    assert np.abs(bright.mean(axis=0) + 0.5 - (y, x)).max() < 1


def test_everything_in_a_mount() -> None:
    picture, empty = item(1, 0, 0, 100, 100), item(2, 150, 0, 100, 100)
    text = text_of(item(3, 0, 120, 150, 60), 12)
    strip = replace(item(4, 0, 0, 300, 200), item_order=UNMOUNTED)
    damaged = item(5, 160, 110, 60, 60)
    sources = {
        picture.mount_item_num: source(
            np.full((50, 50), 200, np.uint8), Edits(), drawing(DrawType.LINE, "0,0;50,50")
        ),
        strip.mount_item_num: source(np.full((50, 50), 99, np.uint8)),
        damaged.mount_item_num: PictureSource(b"damaged", ".jpg"),
    }
    line = drawing(DrawType.LINE, "280,0;280,200", color_draw=-65536)
    whole = MountPicture(
        replace(EMPTY_MOUNT, color_back=BLACK, color_fore=WHITE, color_text_back=-16776961),
        (strip, damaged, text, empty, picture),
        sources,
        {text.mount_item_num: "1/2/2024"},
        (line,),
    )
    out = composite.composed(whole, None).pixels
    assert out[50, 50].tolist() == [200, 200, 200, 255], "without the document's own drawings"
    assert out[0, 50].tolist() == [100, 100, 100, 255], "outlined"
    assert out[100, 100].tolist() == [100, 100, 100, 255], "x + width is part of the outline"
    assert out[10, 290].tolist() == [0, 0, 0, 255], "the strip is not drawn"
    assert out[1:99, 151:249, :3].max() in range(120, 129), "a gray number"
    assert out[111:169, 161:219, :3].max() in range(60, 129), "damaged: its number too"
    assert out[121, 149 - 1].tolist() == [255, 0, 0, 255], "background of the text"
    assert (out[121:150, 1:149].min(axis=2) > 200).any(), "white words"
    assert out[10, 279:281, 2].min() == 255, "drawings of the mount"
    half = composite.composed(whole, (150, 100)).pixels
    assert half.shape == (100, 150, 4)
    assert half[25, 25].tolist() == [200, 200, 200, 255]


def test_a_text_item_alone_is_what_the_composite_draws() -> None:
    text = text_of(item(1, 20, 30, 120, 50), 14)
    canvas = replace(EMPTY_MOUNT, color_back=BLACK, color_text_back=-16776961)
    whole = composite.composed(
        MountPicture(canvas, (text,), {}, {text.mount_item_num: "Größe [1]"}), None
    ).pixels
    alone = composite.text_item(canvas, text, "Größe [1]").pixels
    assert np.array_equal(whole[31:80, 21:140], alone[1:, 1:])


def test_items_of_no_size_and_mounts_of_none() -> None:
    odd = (item(1, 0, 0, 0, 10), item(2, -50, -50, 20, 20), item(3, 290, 190, 500, 500))
    assert composite.composed(MountPicture(EMPTY_MOUNT, odd, {}), None).pixels.shape == (
        200,
        300,
        4,
    )
    for width, height in ((0, 0), (100_000, 100_000)):
        with pytest.raises(DecodeFailed):
            composite.composed(
                MountPicture(replace(EMPTY_MOUNT, width=width, height=height), (), {}), None
            )


# ---------------------------------------------------------------- thumbnails and files


def read(data: bytes) -> samples.Array:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))


def test_thumbnail_letterbox() -> None:
    small = read(thumbnail(source(np.full((100, 200), 70, np.uint8)), ".png"))
    assert small.shape == (100, 100, 4)
    assert small[24, :, 3].max() == 0
    assert small[25:75, :, 3].min() == 255
    assert small[75, :, 3].max() == 0
    tall = read(thumbnail(source(np.full((40, 10), 70, np.uint8)), ".png"))
    filled = np.flatnonzero(tall[50, :, 3])
    assert filled.tolist() == list(range(37, 62))
    assert tall[:, 50, 3].min() == 255, "enlarged"


def test_thumbnail_formats_and_edits() -> None:
    picture = source(
        CORNERS, Edits(degrees_rotated=90), drawing(DrawType.POLYGON, "0,0;4,0;4,4;0,4")
    )
    white = read(thumbnail(picture, ".jpg"))
    assert white[50, 2].tolist() == [255] * 4, "JPEG margins are white"
    assert white[5, 70, 0] < 40, "the upper left came to the right; no drawings"
    assert thumbnail(picture, ".tga").startswith(b"\x89PNG")
    assert thumbnail(picture, ".gif").startswith(b"GIF8")


@pytest.mark.parametrize(
    ("extension", "kind", "mode"),
    [
        (".jpg", "JPEG", "RGB"),
        (".JPEG", "JPEG", "RGB"),
        (".png", "PNG", "RGB"),
        (".bmp", "BMP", "RGB"),
        (".tif", "TIFF", "RGB"),
        (".gif", "GIF", "P"),
    ],
)
def test_written_as_the_extension_says(extension: str, kind: str, mode: str) -> None:
    pixels = shown(samples.gradient())
    image = Image.open(io.BytesIO(encode.encoded(pixels, extension)))
    assert (image.format, image.mode) == (kind, mode)
    values = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(values - samples.gradient()).mean() < 6


def test_gray_is_written_gray_and_transparency_kept_where_it_can_be() -> None:
    gray = shown(CORNERS)
    for extension in (".jpg", ".png", ".bmp", ".tif"):
        assert Image.open(io.BytesIO(encode.encoded(gray, extension))).mode == "L"
    holed = gray.copy()
    holed[0, 0] = 0
    assert read(encode.encoded(holed, ".png"))[0, 0, 3] == 0
    assert read(encode.encoded(holed, ".bmp"))[0, 0].tolist() == [255] * 4
    with pytest.raises(UnsupportedFormat):
        encode.encoded(gray, ".dcm")


def test_exports_drop_everything_but_pixels() -> None:
    picture = PictureSource(
        samples.jpeg_with_exif(samples.gradient(), 6), ".jpg", Edits(degrees_rotated=90)
    )
    data = encode.encoded(rendered(picture, None).pixels, ".jpg")
    assert b"SECRETNAME" not in data
    assert b"Exif" not in data
    assert not dict(Image.open(io.BytesIO(data)).getexif())


def test_drawn_only_where_there_is_ink() -> None:
    nothing = replace(drawing(DrawType.LINE, "1,1;5,5"), color_draw=TRANSPARENT)
    assert on_black(nothing)[..., 0].max() == 0
