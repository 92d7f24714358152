"""A decoder in this process, for tests: reads and writes PNG only, by numpy and zlib, and obeys the same geometry.

``png`` makes a test picture. Names and extensions are believed only as far as the port says; everything `encoded` is a PNG
stream whatever its extension. DICOM, PDF and JPEG are ``DecodeFailed`` here.
"""

import struct
import zlib
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from odimaging.imaging import layout, transform, windowing
from odimaging.imaging.formats import Kind, can_write, sniff
from odimaging.model.errors import DecodeFailed, UnsupportedFormat
from odimaging.model.mount import Mount, MountItem
from odimaging.model.picture import Edits, Picture, PictureInfo, PixelFormat, WindowRule
from odimaging.model.ports import MountPicture, PictureSource

Array = NDArray[np.uint8]
SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 6: 4}


def png(pixels: NDArray[Any]) -> bytes:
    """A PNG file of ``uint8`` pixels: height × width (gray), × 3 (RGB) or × 4 (RGBA)."""
    pixels = np.asarray(pixels, np.uint8)
    colour_type = 0 if pixels.ndim == 2 else {3: 2, 4: 6}[pixels.shape[2]]
    height, width = pixels.shape[:2]
    rows = np.hstack([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)])
    header = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes())), (b"IEND", b"")
    return SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def plain_png(width: int, height: int, red: int = 128, green: int = 128, blue: int = 128) -> bytes:
    """A PNG file of one colour."""
    return png(np.broadcast_to(np.array([red, green, blue], np.uint8), (height, width, 3)))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def read_png(data: bytes) -> Array:
    """height × width × 4, blue green red alpha. Raises DecodeFailed."""
    try:
        return _read_png(data)
    except (struct.error, zlib.error, KeyError, ValueError, IndexError) as error:
        raise DecodeFailed from error


def _read_png(data: bytes) -> Array:
    if not data.startswith(SIGNATURE):
        raise DecodeFailed
    position, compressed, header = 8, b"", b""
    while position < len(data):
        size, kind = struct.unpack_from(">I4s", data, position)
        body = data[position + 8 : position + 8 + size]
        header = body if kind == b"IHDR" else header
        compressed += body if kind == b"IDAT" else b""
        position += size + 12
    width, height, _depth, colour_type = struct.unpack_from(">IIBB", header)
    channels = CHANNELS[colour_type]
    lines = np.frombuffer(zlib.decompress(compressed), np.uint8).reshape(height, -1)
    return _bgra(_unfiltered(lines, channels).reshape(height, width, channels))


def _unfiltered(lines: Array, channels: int) -> Array:
    rows = np.zeros((lines.shape[0], lines.shape[1] - 1), np.uint8)
    above = np.zeros(rows.shape[1], np.uint8)
    for number, line in enumerate(lines):
        rows[number] = above = _unfilter(int(line[0]), line[1:], above, channels)
    return rows


def _unfilter(kind: int, line: Array, above: Array, channels: int) -> Array:
    if kind == 0:
        return line
    if kind == 2:
        return line + above
    out = line.astype(int)
    for i in range(len(out)):
        left = int(out[i - channels]) if i >= channels else 0
        corner = int(above[i - channels]) if i >= channels else 0
        out[i] = (out[i] + _predicted(kind, left, int(above[i]), corner)) & 255
    return out.astype(np.uint8)


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 1:
        return left
    if kind == 3:
        return (left + up) // 2
    guess = left + up - corner
    return min((left, up, corner), key=lambda value: abs(guess - value))


def _bgra(pixels: Array) -> Array:
    height, width, channels = pixels.shape
    out = np.full((height, width, 4), 255, np.uint8)
    out[..., :3] = pixels[..., :3][..., ::-1] if channels >= 3 else pixels
    if channels == 4:
        out[..., 3] = pixels[..., 3]
    return out


def picture_of(pixels: Array, source: tuple[int, int] | None = None) -> Picture:
    """A BGRA picture over an array."""
    height, width = pixels.shape[:2]
    full_width, full_height = source or (width, height)
    data = memoryview(np.ascontiguousarray(pixels).tobytes())
    return Picture(width, height, width * 4, PixelFormat.BGRA, data, full_width, full_height)


def paint(canvas: Array, pixels: Array, affine: transform.Affine, clip: layout.Rectangle) -> None:
    """Draw by the nearest source pixel of each canvas pixel's centre; transparent ones are left out."""
    back = affine.inverse()
    ys, xs = np.mgrid[0 : canvas.shape[0], 0 : canvas.shape[1]]
    sx = np.floor(back.a * (xs + 0.5) + back.b * (ys + 0.5) + back.c).astype(int)
    sy = np.floor(back.d * (xs + 0.5) + back.e * (ys + 0.5) + back.f).astype(int)
    inside = (sx >= 0) & (sy >= 0) & (sx < pixels.shape[1]) & (sy < pixels.shape[0])
    inside &= (xs >= clip.x) & (ys >= clip.y)
    inside &= (xs < clip.x + clip.width) & (ys < clip.y + clip.height)
    inside[inside] &= pixels[sy[inside], sx[inside], 3] > 0
    canvas[inside] = pixels[sy[inside], sx[inside]]


class FakeDecoder:
    """The `Decoder` port in this process. ``calls`` names what was asked, in order."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.closed = False

    def warm_up(self) -> None:
        """Nothing to start."""

    def inspect(self, data: bytes, extension: str) -> PictureInfo:
        self.calls.append("inspect")
        pixels = self._read(data, extension)
        return PictureInfo(pixels.shape[1], pixels.shape[0])

    def picture(self, source: PictureSource, fit: tuple[int, int] | None = None) -> Picture:
        self.calls.append("picture")
        return picture_of(self._read(source.data, source.extension))

    def rendered(self, source: PictureSource, fit: tuple[int, int] | None = None) -> Picture:
        self.calls.append("rendered")
        pixels = self._windowed(source)
        height, width = pixels.shape[:2]
        size = transform.document_size(width, height, source.edits)
        factor = transform.shrink_to_fit(size, fit)
        out_width, out_height = transform.shrunk(size, factor)
        canvas = np.zeros((out_height, out_width, 4), np.uint8)
        affine = transform.document_affine(width, height, source.edits).scaled(
            out_width / size[0], out_height / size[1]
        )
        paint(canvas, pixels, affine, layout.Rectangle(0, 0, out_width, out_height))
        return picture_of(canvas, (width, height))

    def encoded(self, source: PictureSource, extension: str) -> bytes:
        self.calls.append("encoded")
        return self._png(self.rendered(source), extension)

    def mount_rendered(self, mount: MountPicture, fit: tuple[int, int] | None = None) -> Picture:
        self.calls.append("mount_rendered")
        size = (mount.mount.width, mount.mount.height)
        factor = transform.shrink_to_fit(size, fit)
        width, height = transform.shrunk(size, factor)
        canvas = np.empty((height, width, 4), np.uint8)
        red, green, blue, alpha = layout.colour(mount.mount.color_back)
        canvas[:] = (blue, green, red, alpha)
        for item in layout.drawn(mount.items):
            self._draw_item(canvas, mount, item, factor)
        return picture_of(canvas, size)

    def _draw_item(
        self, canvas: Array, mount: MountPicture, item: MountItem, factor: float
    ) -> None:
        source = mount.sources.get(item.mount_item_num)
        if source is None or item.is_text:
            return
        try:
            pixels = self._windowed(source)
        except (DecodeFailed, UnsupportedFormat):
            return
        placed = layout.place(item, pixels.shape[1], pixels.shape[0], source.edits)
        clip = replace(
            placed.clip,
            x=round(placed.clip.x * factor),
            y=round(placed.clip.y * factor),
            width=round(placed.clip.width * factor),
            height=round(placed.clip.height * factor),
        )
        paint(canvas, pixels, placed.affine.scaled(factor), clip)

    def mount_encoded(self, mount: MountPicture, extension: str) -> bytes:
        self.calls.append("mount_encoded")
        return self._png(self.mount_rendered(mount), extension)

    def text_item(self, mount: Mount, item: MountItem, text: str) -> Picture:
        self.calls.append("text_item")
        red, green, blue, alpha = layout.colour(mount.color_text_back)
        canvas = np.empty((item.height, item.width, 4), np.uint8)
        canvas[:] = (blue, green, red, alpha)
        return picture_of(canvas)

    def thumbnail(self, source: PictureSource, extension: str) -> bytes:
        self.calls.append("thumbnail")
        small = windowing.array_of(self.rendered(replace(source, drawings=()), (100, 100)))
        place = layout.letterbox((small.shape[1], small.shape[0]), (100, 100))
        canvas = np.zeros((100, 100, 4), np.uint8)
        canvas[place.y : place.y + place.height, place.x : place.x + place.width] = small
        return self._png(picture_of(canvas), ".png")

    def close(self) -> None:
        self.closed = True

    def _read(self, data: bytes, extension: str) -> Array:
        if sniff(data) in (Kind.TEXT, Kind.ZIP, Kind.OLE) or extension in (".txt", ".docx"):
            raise UnsupportedFormat("This kind of file cannot be shown as an image.")
        return read_png(data)

    def _windowed(self, source: PictureSource) -> Array:
        pixels = self._read(source.data, source.extension)
        edits: Edits = source.edits
        rule = WindowRule.PLAIN
        return windowing.apply_window(pixels, rule, edits.windowing_min, edits.windowing_max)

    def _png(self, picture: Picture, extension: str) -> bytes:
        if not can_write(extension):
            raise UnsupportedFormat(f"An image cannot be written as {extension}.")
        return png(windowing.array_of(picture)[..., [2, 1, 0, 3]])
