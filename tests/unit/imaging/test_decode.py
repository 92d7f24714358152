"""Every format to pixels, and what is damaged or hostile to a sentence. In this process: the limits are `test_pool`'s."""

import io
import zlib

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.uid import UID

from odimaging.imaging import decode as decoding
from odimaging.imaging.allocation import MAX_PIXELS, TOO_LARGE, check_bytes
from odimaging.imaging.damage import DAMAGED
from odimaging.imaging.decode import Wanted, decode, full_size, inspect
from odimaging.imaging.raster import Raster
from odimaging.model.errors import DecodeFailed, UnsupportedFormat
from odimaging.model.picture import Edits, WindowRule
from tests.unit.imaging import samples

RGB = samples.gradient()
GRAY = RGB[..., 0].copy()
FAILS = (DecodeFailed, *DAMAGED)


def pixels(data: bytes, extension: str = ".jpg", **wanted: object) -> Raster:
    return decode(memoryview(data), extension, Wanted(**wanted))  # type: ignore[arg-type]  # of Wanted's own


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_exact_colours(kind: str) -> None:
    raster = pixels(samples.file_of(RGB, kind))
    assert np.array_equal(raster.pixels[..., 2::-1], RGB)
    assert raster.pixels[..., 3].min() == 255
    assert raster.opaque
    raster = pixels(samples.file_of(GRAY, kind))
    assert np.array_equal(raster.pixels, GRAY)


@pytest.mark.parametrize(
    ("kind", "options"), [("JPEG", {"quality": 98}), ("WEBP", {"quality": 98})]
)
def test_lossy_colours(kind: str, options: dict[str, int]) -> None:
    raster = pixels(samples.file_of(RGB, kind, **options))
    assert np.abs(raster.pixels[..., 2::-1].astype(int) - RGB).mean() < 4


def test_gray_jpeg_stays_gray() -> None:
    raster = pixels(samples.file_of(GRAY, "JPEG", quality=98))
    assert raster.pixels.shape == GRAY.shape
    assert np.abs(raster.pixels.astype(int) - GRAY).max() < 6


def test_gif_palette_and_transparency() -> None:
    image = Image.fromarray(np.array([[0, 1], [1, 0]], np.uint8)).convert("P")
    image.putpalette([255, 0, 0, 0, 255, 0])
    raster = pixels(samples.saved(image, "GIF"), ".gif")
    assert raster.pixels[0].tolist() == [[0, 0, 255, 255], [0, 255, 0, 255]]
    raster = pixels(samples.saved(image, "GIF", transparency=0), ".gif")
    assert raster.pixels[0, :, 3].tolist() == [0, 255]
    assert not raster.opaque


def test_alpha_is_kept() -> None:
    rgba = np.dstack([RGB, np.full(GRAY.shape, 77, np.uint8)])
    raster = pixels(samples.file_of(rgba, "PNG"), ".png")
    assert raster.pixels[..., 3].max() == 77
    assert not raster.opaque


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled(kind: str) -> None:
    deep = np.array([[0, 256, 65535]], np.uint16)
    assert pixels(samples.file_of(deep, kind)).pixels.tolist() == [[0, 1, 255]]
    twelve = np.array([[0, 2048, 4095]], np.uint16)
    assert pixels(samples.file_of(twelve, kind)).pixels.tolist() == [[0, 128, 255]]


def test_floats_by_their_range() -> None:
    image = samples.file_of(np.array([[-1.0, 0.0, 1.0]], np.float32), "TIFF")
    assert pixels(image, ".tif").pixels.tolist() == [[0, 128, 255]]


def test_one_bit_and_cmyk() -> None:
    bits = Image.fromarray(np.array([[0, 255]], np.uint8)).convert("1")
    assert pixels(samples.saved(bits, "PNG")).pixels.tolist() == [[0, 255]]
    cmyk = samples.saved(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=95)
    blue, green, red, alpha = pixels(cmyk).pixels[8, 8].tolist()
    assert red > 200
    assert max(blue, green) < 60
    assert alpha == 255


def test_pages_of_a_tiff() -> None:
    pages = [Image.fromarray(GRAY), Image.fromarray(255 - GRAY)]
    data = samples.saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    assert inspect(data, ".tif").pages == 2
    assert np.array_equal(pixels(data, page=1).pixels, 255 - GRAY)
    with pytest.raises(DecodeFailed, match="page"):
        pixels(data, page=2)
    with pytest.raises(DecodeFailed, match="page"):
        pixels(samples.file_of(GRAY, "PNG"), page=1)


def test_too_many_pages() -> None:
    dot = Image.new("L", (1, 1))
    data = samples.saved(dot, "TIFF", save_all=True, append_images=[dot] * 500)
    with pytest.raises(DecodeFailed, match="too many pages"):
        inspect(data, ".tif")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_is_told_and_never_applied(orientation: int) -> None:
    data = samples.jpeg_with_exif(RGB, orientation)
    assert inspect(data, ".jpg").exif_orientation == orientation
    assert pixels(data).pixels.shape[:2] == RGB.shape[:2]


def test_mpo_is_its_first_picture() -> None:
    first, second = Image.fromarray(RGB), Image.fromarray(255 - RGB)
    data = samples.saved(first, "MPO", save_all=True, append_images=[second], quality=95)
    assert inspect(data, ".jpg").pages == 1
    assert np.abs(pixels(data).pixels[..., 2::-1].astype(int) - RGB).mean() < 8


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "TIFF", "WEBP"])
@pytest.mark.parametrize("mode", ["L", "RGB", "1"])
def test_reduced_never_below_the_box(kind: str, mode: str) -> None:
    large = samples.gradient(400, 300)
    image = Image.fromarray(large).convert(mode)
    if mode == "1" and kind in ("JPEG", "WEBP"):
        image = image.convert("L")
    raster = pixels(samples.saved(image, kind), fit=(90, 50))
    assert (raster.source_width, raster.source_height) == (400, 300)
    assert raster.width >= 90
    assert raster.height >= 50
    assert raster.width <= 200, "really fewer"
    assert full_size(samples.saved(image, kind), ".x") == (400, 300)


def test_a_box_larger_than_the_picture_takes_all() -> None:
    assert pixels(samples.file_of(RGB, "PNG"), fit=(4000, 10)).width == 40


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP"])
def test_half_a_file_is_damaged(kind: str) -> None:
    noise = np.random.default_rng(7).integers(0, 256, (60, 80, 3), np.uint8)
    whole = samples.file_of(noise, kind)
    half = whole[: len(whole) // 2]
    with pytest.raises(FAILS):
        pixels(half)
    with pytest.raises(FAILS):
        inspect(half, ".jpg")


def test_bombs() -> None:
    for side in (11_000, 15_492, 30_000):
        with pytest.raises(DecodeFailed, match="too large"):
            inspect(samples.lying_png(side, side), ".png")
    with pytest.raises(DecodeFailed, match="too large"):
        pixels(samples.one_bit_bomb(30_000))
    with pytest.raises(FAILS):
        pixels(samples.lying_png(5000, 5000))
    assert MAX_PIXELS == 120_000_000


def test_a_jpeg_that_lies_about_its_size() -> None:
    data = bytearray(samples.file_of(RGB, "JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = b"\xff\xff\xff\xff"
    with pytest.raises(DecodeFailed, match="too large"):
        pixels(bytes(data))


@pytest.mark.parametrize(
    "head",
    [
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        b"\xc5\xd0\xd3\xc6" + bytes(30),
        b"hello, I am no picture",
        b"<html></html>",
        b"\0\0\0\x18ftypheic" + bytes(20),
        b"P6 1 1 255 abc",
    ],
)
def test_no_picture_named_as_one(head: bytes) -> None:
    with pytest.raises(DecodeFailed):
        pixels(head)


def test_what_never_was_a_picture() -> None:
    with pytest.raises(UnsupportedFormat):
        pixels(b"PK\x03\x04", ".docx")
    with pytest.raises(DecodeFailed):
        pixels(b"", ".jpg")
    with pytest.raises(DecodeFailed, match=TOO_LARGE):
        check_bytes((512 << 20) + 1)


def test_camera_preview_serves_a_thumbnail() -> None:
    data = with_preview(np.full((1200, 1600, 3), 200, np.uint8), (160, 120))
    small = decoding.decode(data, ".jpg", Wanted(fit=(100, 75), preview=True))
    assert (small.width, small.height) == (160, 120)
    assert small.pixels[5, 5, 0] < 100, "the preview, which is darker in this test"
    large = decoding.decode(data, ".jpg", Wanted(fit=(200, 150), preview=True))
    assert large.pixels[5, 5, 0] > 150
    edited = with_preview(np.full((1200, 1600, 3), 200, np.uint8), (160, 120), edited=True)
    assert (
        decoding.decode(edited, ".jpg", Wanted(fit=(100, 75), preview=True)).pixels[5, 5, 0] > 150
    )
    other = with_preview(np.full((1200, 1600, 3), 200, np.uint8), (160, 140))
    assert decoding.decode(other, ".jpg", Wanted(fit=(100, 75), preview=True)).pixels[5, 5, 0] > 150


def with_preview(pixels_: samples.Array, size: tuple[int, int], edited: bool = False) -> bytes:
    """A JPEG with a dark preview in its EXIF block, laid out by hand: Pillow does not write one."""
    preview = samples.file_of(np.full((size[1], size[0], 3), 50, np.uint8), "JPEG")
    taken, changed = b"2024:01:01 10:00:00\0", b"2024:01:01 10:00:00\0"
    if edited:
        changed = b"2025:01:01 10:00:00\0"
    height, width = pixels_.shape[:2]

    def entry(tag: int, kind: int, count: int, value: int) -> bytes:
        return b"".join(
            number.to_bytes(length, "little")
            for number, length in ((tag, 2), (kind, 2), (count, 4), (value, 4))
        )

    first = 8
    inner = first + 2 + 12 * 2 + 4
    third = inner + 2 + 12 * 3 + 4
    texts = third + 2 + 12 * 2 + 4
    tiff = b"II*\0" + first.to_bytes(4, "little")
    tiff += b"\2\0" + entry(0x0132, 2, 20, texts) + entry(0x8769, 4, 1, inner)
    tiff += third.to_bytes(4, "little")
    tiff += b"\3\0" + entry(0x9003, 2, 20, texts + 20)
    tiff += entry(0xA002, 4, 1, width) + entry(0xA003, 4, 1, height) + bytes(4)
    tiff += b"\2\0" + entry(0x0201, 4, 1, texts + 40) + entry(0x0202, 4, 1, len(preview)) + bytes(4)
    tiff += changed + taken + preview
    return samples.file_of(pixels_, "JPEG", quality=90, exif=b"Exif\0\0" + tiff)


# ---------------------------------------------------------------- DICOM

DEEP = np.random.default_rng(3).integers(0, 4096, (64, 48), np.uint16)


@pytest.mark.parametrize(
    "syntax",
    [
        samples.RAW,
        samples.JPEG_LOSSLESS,
        samples.JPEG_LS,
        samples.JPEG_2000,
        samples.RLE,
        samples.DEFLATED,
    ],
)
def test_twelve_bits_exactly(syntax: UID) -> None:
    raster = pixels(samples.dicom(DEEP, syntax, 12), ".dcm")
    assert np.array_equal(raster.pixels, DEEP)
    assert raster.pixels.dtype == np.uint16
    assert raster.window_rule is WindowRule.DICOM16
    assert raster.bits_stored == 12


@pytest.mark.parametrize("syntax", [samples.RAW, samples.JPEG_LOSSLESS, samples.RLE])
def test_eight_and_sixteen_bits(syntax: UID) -> None:
    eight = (DEEP >> 4).astype(np.uint8)
    raster = pixels(samples.dicom(eight, syntax), ".dcm")
    assert np.array_equal(raster.pixels, eight)
    assert raster.window_rule is WindowRule.DICOM8
    sixteen = DEEP << 4
    assert np.array_equal(pixels(samples.dicom(sixteen, syntax), ".dcm").pixels, sixteen)


def test_dicom_colour_is_the_mean() -> None:
    rgb = np.array([[[10, 20, 31], [255, 255, 255]]], np.uint8)
    assert pixels(samples.dicom(rgb), ".dcm").pixels.tolist() == [[20, 255]]
    planar = samples.dicom(rgb, PlanarConfiguration=1, PixelData=bytes([10, 255, 20, 255, 31, 255]))
    assert pixels(planar, ".dcm").pixels.tolist() == [[20, 255]]
    flat = np.full((16, 16, 3), 90, np.uint8)
    shown = pixels(samples.dicom(flat, samples.JPEG_BASELINE), ".dcm").pixels
    assert np.abs(shown.astype(int) - 90).max() <= 2


def test_dicom_stored_bits_are_freed_of_others() -> None:
    overlaid = np.array([[0xF005, 0x0FFF]], np.uint16)
    assert pixels(samples.dicom(overlaid, bits_stored=12), ".dcm").pixels.tolist() == [[5, 4095]]
    high = samples.dicom(np.array([[0x0050, 0xFFF0]], np.uint16), bits_stored=12, HighBit=15)
    assert pixels(high, ".dcm").pixels.tolist() == [[5, 4095]]


def test_monochrome1_is_inverted_at_display() -> None:
    data = samples.dicom(
        np.array([[0, 4095]], np.uint16), bits_stored=12, photometric="MONOCHROME1"
    )
    raster = pixels(data, ".dcm")
    assert raster.inverted
    assert raster.windowed(Edits()).pixels.tolist() == [[255, 0]]


def test_first_frame_only() -> None:
    frames = np.stack([np.full((4, 4), 1, np.uint8), np.full((4, 4), 2, np.uint8)])
    data = samples.dicom(frames[0], NumberOfFrames=2, PixelData=frames.tobytes())
    assert pixels(data, ".dcm").pixels.max() == 1
    assert inspect(data, ".dcm").pages == 1


def test_initial_windows() -> None:
    eight = samples.dicom(np.zeros((4, 4), np.uint8))
    assert inspect(eight, ".dcm").window == (0, 255)
    sixteen = samples.dicom(np.zeros((4, 4), np.uint16), bits_stored=16)
    assert inspect(sixteen, ".dcm").window == (0, 4095)
    for photometric in ("MONOCHROME2", "MONOCHROME1"):
        data = samples.dicom(peaked(), bits_stored=12, photometric=photometric)
        info = inspect(data, ".dcm")
        assert info.window == (1599 // 16, 2400 // 16), photometric
        assert info.window_rule is WindowRule.DICOM16


def peaked() -> samples.Array:
    """A background at 3, and 200 pixels of each value from 1600 to 2399, 1700 most."""
    values = np.concatenate(
        [np.full(300_000, 3), np.repeat(np.arange(1600, 2400), 200), np.full(1000, 1700)]
    )
    return values.astype(np.uint16).reshape(461, 1000)


def test_initial_window_without_slopes() -> None:
    values = np.repeat(np.arange(4096), 200).astype(np.uint16).reshape(800, 1024)
    # The first highest bin is 0: background, and so no longer many.
    assert inspect(samples.dicom(values, bits_stored=12), ".dcm").window == (0, 4095)


@pytest.mark.parametrize("syntax", [samples.RAW, samples.JPEG_2000])
def test_dicom_reduced(syntax: UID) -> None:
    smooth = np.linspace(0, 4095, 256 * 256).astype(np.uint16).reshape(256, 256)
    raster = pixels(samples.dicom(smooth, syntax, 12), ".dcm", fit=(60, 60))
    assert 60 <= raster.width < 130
    factor = 256 // raster.width
    mean = smooth.reshape(256 // factor, factor, 256 // factor, factor).mean(axis=(1, 3))
    assert np.abs(raster.pixels - mean).max() < 64


def test_dicom_without_preamble() -> None:
    data = samples.dicom(DEEP, bits_stored=12)
    dataset = dcmread(io.BytesIO(data))
    stream = io.BytesIO()
    dataset.save_as(stream, implicit_vr=False, little_endian=True)
    body = stream.getvalue()[132:] if stream.getvalue()[128:132] == b"DICM" else stream.getvalue()
    assert np.array_equal(pixels(body, ".dcm").pixels, DEEP)


@pytest.mark.parametrize(
    "elements",
    [
        {"PixelRepresentation": 1},
        {"PhotometricInterpretation": "PALETTE COLOR"},
        {"BitsAllocated": 32, "BitsStored": 32},
        {"BitsStored": 4},
    ],
)
def test_dicom_that_cannot_be_shown(elements: dict[str, object]) -> None:
    with pytest.raises(DecodeFailed, match="DICOM"):
        pixels(samples.dicom(DEEP, **elements), ".dcm")  # type: ignore[arg-type]  # elements by keyword


def test_dicom_damaged() -> None:
    with pytest.raises(FAILS):
        pixels(samples.dicom(DEEP, bits_stored=12)[:3000], ".dcm")
    with pytest.raises(FAILS):
        pixels(samples.dicom(DEEP, samples.JPEG_LOSSLESS, 12)[:2000], ".dcm")
    with pytest.raises(FAILS):
        pixels(samples.dicom(DEEP, Rows=640), ".dcm")
    with pytest.raises(DecodeFailed, match="too large"):
        pixels(samples.dicom(DEEP, Rows=60000, Columns=60000), ".dcm")
    with pytest.raises(DecodeFailed, match="no image"):
        pixels(bytes(128) + b"DICM", ".dcm")


def test_nesting() -> None:
    assert pixels(deep_bytes(32), ".dcm").width == 4
    for depth in (40, 1000):
        with pytest.raises(RecursionError):
            pixels(deep_bytes(depth), ".dcm")


def deep_bytes(depth: int) -> bytes:
    """Sequences of undefined length inside each other, by hand: the writer cannot go so deep."""
    whole = samples.dicom(np.zeros((4, 4), np.uint8))
    start = b"\x08\x00\x10\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    end = b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0"
    place = whole.index(b"\x28\x00\x02\x00US")
    return whole[:place] + start * depth + end * depth + whole[place:]


def test_deflated_bomb() -> None:
    header = samples.dicom(DEEP, samples.DEFLATED, 12)
    place = header.index(bytes(samples.DEFLATED, "ascii")) + 22
    packer = zlib.compressobj(9, wbits=-15)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(300)) + packer.flush()
    meta_end = 132 + 12 + int.from_bytes(header[140:144], "little")
    assert place <= meta_end
    with pytest.raises(DecodeFailed, match="too large"):
        pixels(header[:meta_end] + bomb, ".dcm")


# ---------------------------------------------------------------- PDF


def test_pdf_pages() -> None:
    data = samples.pdf(3)
    info = inspect(data, ".pdf")
    assert (info.width, info.height, info.pages) == (200, 400, 3)
    raster = pixels(data, ".pdf", page=2)
    assert raster.pixels.shape == (400, 200, 4)
    assert raster.pixels[390, 10].tolist() == [0, 0, 0, 255]
    assert raster.pixels[10, 190].tolist() == [255, 255, 255, 255]
    assert full_size(data, ".pdf", 1) == (200, 400)
    with pytest.raises(DecodeFailed, match="page"):
        pixels(data, ".pdf", page=3)


def test_pdf_is_drawn_as_large_as_wanted() -> None:
    raster = pixels(samples.pdf(), ".pdf", fit=(50, 50))
    assert (raster.width, raster.height) == (50, 100)
    raster = pixels(samples.pdf(), ".pdf", fit=(400, 100))
    assert (raster.width, raster.height) == (400, 800)
    assert (raster.source_width, raster.source_height) == (200, 400)


def test_a_page_of_a_billion_points() -> None:
    data = samples.pdf(box="0 0 1000000000 1000000000")
    info = inspect(data, ".pdf")
    assert info.width * info.height <= 60_000_000


def test_pdf_damaged_and_encrypted() -> None:
    with pytest.raises(DecodeFailed, match="PDF"):
        pixels(b"%PDF-1.4 nothing follows", ".pdf")
    locked = samples.pdf(
        extra="/Encrypt << /Filter /Standard /V 1 /R 2 /Length 40 /P -1 /O <"
        + "41" * 32
        + "> /U <"
        + "42" * 32
        + "> >> /ID [<00><00>] "
    )
    with pytest.raises(DecodeFailed, match="password"):
        pixels(locked, ".pdf")
