"""Thumbnails, opening and mounts through the decoder processes, against decoding alone and against Qt."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import simplejpeg
from PIL import Image
from PySide6.QtGui import QImage, QImageReader

from odimaging.demo.layouts import fmx
from odimaging.imaging.pool import DecoderPool
from odimaging.model.ids import DefNum, MountItemNum, MountNum, PatNum
from odimaging.model.mount import Mount
from odimaging.model.ports import MountPicture, PictureSource
from tests.bench.report import Row, at_most, faster, interleaved
from tests.bench.samples import photo, radiograph

ROUNDS = 9
codec: Any = simplejpeg
TILE = 160
VIEW = (1280, 900)
MOUNT_WIDTH = 2000


def measure(folder: Path) -> list[Row]:
    """One process for what is told per core, two for the mount."""
    file = folder / "photo.jpg"
    file.write_bytes(photo())
    with closing(DecoderPool(1)) as one, closing(DecoderPool(2)) as two:
        for pool in (one, two):
            pool.warm_up()
        return [*_thumbnails(one), *_opening(one, file), *_mount(two)]


def _thumbnails(pool: DecoderPool) -> Iterator[Row]:
    source = PictureSource(photo(), ".jpg")
    tile, limit = interleaved(
        ROUNDS,
        timed(lambda: pool.rendered(source, (TILE, TILE))),
        timed(lambda: codec.decode_jpeg(source.data, "GRAY", True, True, 375, 500)),
    )
    yield faster("tile of a 12 MP photo, one core", tile, limit, 0.85, "DCT 1/8 decode alone")


def _opening(pool: DecoderPool, file: Path) -> Iterator[Row]:
    source = PictureSource(file.read_bytes(), ".jpg")
    first, full, qt = interleaved(
        ROUNDS,
        timed(lambda: pool.picture(source, VIEW)),
        timed(lambda: pool.picture(source)),
        timed(lambda: _read_by_qt(file)),
    )
    yield faster("12 MP photo, first pixels", first, qt, 3.5, "QImageReader")
    yield faster("12 MP photo, all pixels", full, qt, 2.5, "QImageReader")


def _read_by_qt(file: Path) -> QImage:
    picture = QImageReader(str(file)).read()
    assert not picture.isNull()
    return picture


def _mount(pool: DecoderPool) -> Iterator[Row]:
    mount = _full_mouth()
    ours, limit = interleaved(
        ROUNDS, timed(lambda: pool.mount_encoded(mount, ".jpg")), timed(lambda: _decoded(mount))
    )
    yield at_most(
        "FMX of 18 to a JPEG of 2000 px", ours, limit, 1.1, "18 decodes and 1 encode, 1 thread"
    )


def _decoded(mount: MountPicture) -> None:
    """The limit: every picture decoded at the scale its position needs, in gray, and one JPEG written."""
    for source in mount.sources.values():
        codec.decode_jpeg(source.data, "GRAY", True, True, 205, 268)
    canvas = Image.new("L", (mount.mount.width, mount.mount.height))
    canvas.save(BytesIO(), "JPEG", quality=95)


def _full_mouth() -> MountPicture:
    layout = fmx()
    scale = MOUNT_WIDTH / layout.width

    def scaled(length: int) -> int:
        return round(length * scale)

    items = tuple(
        replace(
            item,
            mount_item_num=MountItemNum(number),
            xpos=scaled(item.xpos),
            ypos=scaled(item.ypos),
            width=scaled(item.width),
            height=scaled(item.height),
        )
        for number, item in enumerate(layout.items, 1)
        if item.takes_image
    )
    size = (scaled(layout.width), scaled(layout.height))
    mount = Mount(
        MountNum(1),
        PatNum(1),
        DefNum(1),
        datetime(2026, 1, 2),
        "FMX",
        width=size[0],
        height=size[1],
    )
    source = PictureSource(radiograph(), ".jpg")
    return MountPicture(mount, items, {item.mount_item_num: source for item in items})


def timed(call: Callable[[], object]) -> Callable[[], float]:
    """Seconds of a call; what it gives is let go of after the clock stopped."""

    def run() -> float:
        started = time.perf_counter()
        kept = call()
        taken = time.perf_counter() - started
        del kept
        return taken

    return run
