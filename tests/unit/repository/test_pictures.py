"""Pixels for the window: tiles from the cache, whole pictures, mounts."""

from dataclasses import replace

import numpy as np
import pytest

from odimaging import failpoints
from odimaging.model.errors import (
    DecodeFailed,
    DocumentNotFound,
    FileMissing,
    MountNotFound,
    UnsupportedFormat,
)
from odimaging.model.ids import DocNum, MountItemNum, MountNum
from odimaging.model.mount import DrawType, ImageDraw, Mount
from odimaging.model.picture import Picture
from odimaging.model.ports import FileStat
from odimaging.repository.derived import MAX_DECODED_BYTES
from odimaging.repository.update import UpdateRequest
from tests.fakes.fake_decoder import plain_png
from tests.unit.repository.conftest import PNG, Practice, StopAt, Stopped


class MemoryTiles:
    """A tile cache without a file."""

    def __init__(self) -> None:
        self.kept: dict[str, Picture] = {}

    def get(self, key: str) -> Picture | None:
        return self.kept.get(key)

    def put(self, key: str, picture: Picture) -> None:
        self.kept[key] = picture


@pytest.fixture
def tiles(practice: Practice) -> MemoryTiles:
    cache = MemoryTiles()
    practice.build(cache=cache)
    return cache


def test_a_tile_is_made_once(practice: Practice, tiles: MemoryTiles) -> None:
    document = practice.import_png()
    first = practice.ops.pictures.tile(document.doc_num, 64)
    opened = practice.store.calls["open"]
    assert practice.ops.pictures.tile(document.doc_num, 64) is first
    assert practice.store.calls["open"] == opened
    practice.ops.pictures.tile(document.doc_num, 32)
    assert len(tiles.kept) == 2
    assert not any("Smith" in key for key in tiles.kept)


@pytest.mark.parametrize(
    "values", [{"is_flipped": True}, {"windowing_min": 9, "windowing_max": 90}]
)
def test_an_edit_makes_a_new_tile(
    practice: Practice, tiles: MemoryTiles, values: dict[str, object]
) -> None:
    document = practice.import_png()
    practice.ops.pictures.tile(document.doc_num, 64)
    practice.ops.update(UpdateRequest(document.doc_num, values))
    practice.ops.pictures.tile(document.doc_num, 64)
    assert len(tiles.kept) == 2


def test_new_details_do_not(practice: Practice, tiles: MemoryTiles) -> None:
    document = practice.import_png()
    practice.ops.pictures.tile(document.doc_num, 64)
    practice.ops.update(UpdateRequest(document.doc_num, {"description": "Pano"}))
    practice.ops.pictures.tile(document.doc_num, 64)
    assert len(tiles.kept) == 1


def test_whole_pictures(practice: Practice) -> None:
    document = practice.import_png(data=plain_png(6, 2))
    practice.ops.update(UpdateRequest(document.doc_num, {"degrees_rotated": 90.0}))
    pictures = practice.ops.pictures
    assert pictures.info(document.doc_num).width == 6
    plain = pictures.picture(document.doc_num)
    assert (plain.width, plain.height) == (6, 2)
    drawn = pictures.drawn(document.doc_num)
    assert (drawn.width, drawn.height) == (2, 6)


def test_drawings_are_handed_on(practice: Practice) -> None:
    document = practice.import_png()
    drawing = ImageDraw(document.doc_num, MountNum(0), DrawType.LINE)
    practice.database.add_drawing(drawing)
    seen: list[tuple[ImageDraw, ...]] = []
    rendered = practice.decoder.rendered

    def looking(source: object, fit: object = None) -> Picture:
        seen.append(source.drawings)  # type: ignore[attr-defined]  # a PictureSource
        return rendered(source, fit)  # type: ignore[arg-type]  # passed on

    practice.decoder.rendered = looking  # type: ignore[method-assign]  # looks on
    practice.ops.pictures.drawn(document.doc_num)
    practice.ops.pictures.tile(document.doc_num, 8)
    assert seen == [(drawing,), ()]


def test_missing_damaged_too_large(practice: Practice) -> None:
    document, damaged = practice.import_png(), practice.import_png("d.png", PNG[:-20])
    with pytest.raises(DecodeFailed):
        practice.ops.pictures.tile(damaged.doc_num, 64)
    practice.store.live.pop(("SmithJohn15", document.file_name))
    with pytest.raises(FileMissing):
        practice.ops.pictures.tile(document.doc_num, 64)
    huge = FileStat(MAX_DECODED_BYTES + 1, 0)
    practice.store.stat = lambda place: huge  # type: ignore[method-assign]  # a huge file
    with pytest.raises(DecodeFailed, match="too large"):
        practice.ops.pictures.tile(damaged.doc_num, 64)
    with pytest.raises(DocumentNotFound):
        practice.ops.pictures.tile(DocNum(999), 64)


def test_what_has_no_pixels_is_not_read_whole(practice: Practice) -> None:
    film = practice.import_png("film.mp4", b"\0\0\0\x20ftypisom" + bytes(10_000))
    with pytest.raises(UnsupportedFormat, match="cannot be shown"):
        practice.ops.pictures.tile(film.doc_num, 64)
    picture = practice.import_png("really a picture.dat")
    assert practice.ops.pictures.info(picture.doc_num).width == 4


def test_a_pending_one_is_never_fetched_for_a_tile(practice: Practice) -> None:
    document = practice.database.add_document(
        practice.patient.pat_num, "x", note="_download_:https://h/a.jpg"
    )
    with pytest.raises(FileMissing, match="fetched"):
        practice.ops.pictures.tile(document.doc_num, 64)


def test_a_reader_publishes_what_a_stop_left(practice: Practice) -> None:
    failpoints.arm(StopAt("import.committed"))
    with pytest.raises(Stopped):
        practice.import_png()
    failpoints.arm(None)
    (doc_num,) = practice.database.documents
    assert practice.ops.pictures.tile(doc_num, 64).width
    assert practice.ops.check().findings == ()


def test_an_import_at_this_moment_is_left_alone(practice: Practice) -> None:
    failpoints.arm(StopAt("import.committed"))
    with pytest.raises(Stopped):
        practice.import_png()
    failpoints.arm(None)
    (operation,) = practice.store.stages
    practice.database.locks.take(f"op:{operation}")
    (doc_num,) = practice.database.documents
    with pytest.raises(FileMissing):
        practice.ops.pictures.tile(doc_num, 64)


# ---------------------------------------------------------------- mounts


def mounted(practice: Practice) -> tuple[Mount, MountItemNum, DocNum]:
    mount, (item, _) = practice.database.add_mount(
        practice.patient.pat_num, [(0, 0, 4, 4), (4, 0, 4, 4)], width=8, height=4
    )
    image = practice.import_png(data=plain_png(4, 4, 200, 10, 10))
    with practice.database.unit_of_work() as work:
        work.documents.update(image.doc_num, {"mount_item_num": item.mount_item_num})
        work.commit()
    words = practice.database.add_mount_item(
        mount.mount_num, (0, 0, 3, 2), 0, text_showing="[NameLF]"
    )
    return mount, words.mount_item_num, image.doc_num


def test_a_mount_tile(practice: Practice, tiles: MemoryTiles) -> None:
    mount, _, doc_num = mounted(practice)
    tile = practice.ops.pictures.mount_tile(mount.mount_num, 8)
    assert np.asarray(tile.pixels).max() > 0
    assert practice.ops.pictures.mount_tile(mount.mount_num, 8) is tile
    practice.ops.update(UpdateRequest(doc_num, {"is_flipped": True}))
    assert practice.ops.pictures.mount_tile(mount.mount_num, 8) is not tile
    practice.store.live.clear()
    assert practice.ops.pictures.mount_tile(mount.mount_num, 8).width == 8
    assert len(tiles.kept) == 3


def test_a_text_item(practice: Practice) -> None:
    mount, words, _ = mounted(practice)
    assert practice.ops.pictures.text(mount.mount_num, words).width == 3
    with pytest.raises(MountNotFound):
        practice.ops.pictures.text(mount.mount_num, MountItemNum(999))


def test_an_image_that_goes_while_the_mount_is_drawn(practice: Practice) -> None:
    mount, _, _ = mounted(practice)
    practice.store.raise_at("open", FileMissing())
    assert practice.ops.pictures.mount_tile(mount.mount_num, 8).width == 8
    assert replace(mount).width == 8
