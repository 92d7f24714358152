"""What crosses the pipe to a decoder process: a JSON header and raw bytes, never a pickle.

Only what the decoder needs is put into a header: numbers, edits, drawings and the words of text items.
"""

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, BinaryIO

from odimaging.model.document import Crop
from odimaging.model.ids import DefNum, DocNum, MountItemNum, MountNum, PatNum
from odimaging.model.mount import DrawType, ImageDraw, Mount, MountItem
from odimaging.model.picture import Edits, Picture, PictureInfo, PixelFormat, WindowRule
from odimaging.model.ports import MountPicture, PictureSource

Header = dict[str, Any]
Payload = bytes | bytearray | memoryview
_FRAME = struct.Struct("<IQ")
MAX_HEADER = 64 << 20


def send(stream: BinaryIO, header: Header, payloads: Sequence[Payload] = ()) -> None:
    """One message. Raises OSError if the other side is gone."""
    text = json.dumps(header, separators=(",", ":")).encode()
    stream.write(_FRAME.pack(len(text), sum(len(payload) for payload in payloads)))
    stream.write(text)
    for payload in payloads:
        stream.write(payload)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[Header, memoryview] | None:
    """The next message; None if the other side is gone, even in the middle of one."""
    frame = stream.read(_FRAME.size)
    if len(frame) < _FRAME.size:
        return None
    header_size, payload_size = _FRAME.unpack(frame)
    if header_size > MAX_HEADER:
        return None
    text = stream.read(header_size)
    payload = memoryview(bytearray(payload_size))
    if len(text) < header_size or _fill(stream, payload) < payload_size:
        return None
    return json.loads(text), payload


def _fill(stream: BinaryIO, target: memoryview) -> int:
    done = 0
    while done < len(target):
        count = stream.readinto(target[done:])  # type: ignore[attr-defined]  # every buffered reader has it
        if not count:
            break
        done += count
    return done


# ---------------------------------------------------------------- pictures to be decoded


def pack_source(source: PictureSource) -> Header:
    """Without its bytes, which travel as a payload of ``size``."""
    return {
        "size": len(source.data),
        "extension": source.extension,
        "edits": asdict(source.edits),
        "drawings": [pack_drawing(drawing) for drawing in source.drawings],
        "page": source.page,
    }


def unpack_source(header: Header, data: Payload) -> PictureSource:
    """The other way round; ``data`` is not copied."""
    return PictureSource(
        data,  # type: ignore[arg-type]  # a view of the message: every decoder takes it as bytes
        header["extension"],
        _edits(header["edits"]),
        tuple(_drawing(values) for values in header["drawings"]),
        header["page"],
    )


def _edits(values: Mapping[str, Any]) -> Edits:
    return Edits(**{**values, "crop": Crop(**values["crop"])})


def pack_drawing(drawing: ImageDraw) -> Header:
    """A drawing of nobody's: whose it is is no business of the decoder's."""
    return {name: getattr(drawing, name) for name in DRAW_FIELDS}


def _drawing(values: Mapping[str, Any]) -> ImageDraw:
    draw_type = DrawType(values["draw_type"])
    return ImageDraw(DocNum(0), MountNum(0), **{**values, "draw_type": draw_type})


DRAW_FIELDS = (
    "draw_type",
    "color_draw",
    "color_back",
    "drawing_segment",
    "draw_text",
    "font_size",
)


MOUNT_FIELDS = ("width", "height", "color_back", "color_fore", "color_text_back")
ITEM_FIELDS = (
    "mount_item_num",
    "xpos",
    "ypos",
    "width",
    "height",
    "item_order",
    "text_showing",
    "font_size",
)


def pack_mount(mount: Mount) -> Header:
    """Its size and colours; whose it is stays here."""
    return {name: getattr(mount, name) for name in MOUNT_FIELDS}


def unpack_mount(values: Header) -> Mount:
    """A mount of nobody's."""
    return Mount(MountNum(0), PatNum(0), DefNum(0), datetime.min, **values)


def pack_item(item: MountItem) -> Header:
    """Its place and text size."""
    return {name: getattr(item, name) for name in ITEM_FIELDS}


def unpack_item(values: Header) -> MountItem:
    """The other way round."""
    return MountItem(mount_num=MountNum(0), **values)


def pack_mount_picture(mount: MountPicture) -> tuple[Header, list[Payload]]:
    """Header and payloads of a mount with everything that stands in it."""
    header = {
        "mount": pack_mount(mount.mount),
        "items": [pack_item(item) for item in mount.items],
        "sources": [[number, pack_source(source)] for number, source in mount.sources.items()],
        "texts": [[number, text] for number, text in mount.texts.items()],
        "drawings": [pack_drawing(drawing) for drawing in mount.drawings],
    }
    return header, [source.data for source in mount.sources.values()]


def unpack_mount_picture(header: Header, payload: memoryview) -> MountPicture:
    """The other way round."""
    sizes = [source["size"] for _, source in header["sources"]]
    parts = split(payload, sizes)
    return MountPicture(
        unpack_mount(header["mount"]),
        tuple(unpack_item(item) for item in header["items"]),
        {
            MountItemNum(number): unpack_source(source, data)
            for (number, source), data in zip(header["sources"], parts, strict=True)
        },
        {MountItemNum(number): text for number, text in header["texts"]},
        tuple(_drawing(values) for values in header["drawings"]),
    )


def split(payload: memoryview, sizes: Sequence[int]) -> Iterator[memoryview]:
    """Consecutive parts of a payload."""
    start = 0
    for size in sizes:
        yield payload[start : start + size]
        start += size


# ---------------------------------------------------------------- what comes back

PICTURE_FIELDS = ("width", "height", "stride", "source_width", "source_height", "inverted")


def pack_picture(picture: Picture) -> Header:
    """Everything but the pixels."""
    return {
        **{name: getattr(picture, name) for name in (*PICTURE_FIELDS, "bits_stored")},
        "pixel_format": picture.pixel_format.value,
        "window_rule": picture.window_rule.value,
    }


def unpack_picture(values: Header, pixels: memoryview) -> Picture:
    """With its pixels; raises ValueError if they are too few for what the header says."""
    picture = Picture(
        pixels=pixels,
        **{
            **values,
            "pixel_format": PixelFormat(values["pixel_format"]),
            "window_rule": WindowRule(values["window_rule"]),
        },
    )
    if picture.height * picture.stride > len(pixels):
        raise ValueError("too few pixels")
    return picture


def pack_info(info: PictureInfo) -> Header:
    """What a header said."""
    return {**asdict(info), "window_rule": info.window_rule.value}


def unpack_info(values: Header) -> PictureInfo:
    """The other way round."""
    window = values["window"]
    return PictureInfo(
        **{
            **values,
            "window": None if window is None else (window[0], window[1]),
            "window_rule": WindowRule(values["window_rule"]),
        }
    )
