"""The window's tiles: kept, bounded, never in the way."""

import sqlite3
import threading
from pathlib import Path

import pytest

from odimaging.model.picture import Picture, PixelFormat, WindowRule
from odimaging.storage.thumbnail_cache import TileCache
from tests.unit.storage.platforms import posix_only


def tile(value: int = 7, side: int = 8) -> Picture:
    pixels = memoryview(bytes([value]) * (side * side * 4))
    return Picture(
        side, side, side * 4, PixelFormat.BGRA, pixels, 4000, 3000, WindowRule.DICOM16, True
    )


def test_a_tile_comes_back_whole(tmp_path: Path) -> None:
    cache = TileCache(tmp_path / "cache")
    assert cache.get("a") is None
    cache.put("a", tile())
    found = cache.get("a")
    assert found is not None
    assert (found.width, found.height, found.stride, found.pixel_format) == (
        8,
        8,
        32,
        PixelFormat.BGRA,
    )
    assert (found.source_width, found.source_height) == (4000, 3000)
    assert (found.window_rule, found.inverted) == (WindowRule.DICOM16, True)
    assert bytes(found.pixels) == bytes([7]) * 256
    cache.close()


@posix_only
def test_it_outlives_the_program_and_is_private(tmp_path: Path) -> None:
    cache = TileCache(tmp_path / "cache")
    cache.put("a", tile())
    cache.close()
    again = TileCache(tmp_path / "cache")
    assert again.get("a") is not None
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700
    again.close()


def test_a_newer_tile_replaces(tmp_path: Path) -> None:
    cache = TileCache(tmp_path)
    cache.put("a", tile(1))
    cache.put("a", tile(2))
    found = cache.get("a")
    assert found is not None
    assert bytes(found.pixels)[:1] == b"\2"
    cache.close()


def test_the_longest_unused_leave_first(tmp_path: Path) -> None:
    cache = TileCache(tmp_path, limit_bytes=10 * 256)
    for number in range(10):
        cache.put(str(number), tile(number))
    assert cache.get("0") is not None
    cache.put("10", tile(10))
    kept = {number for number in range(11) if cache.get(str(number))}
    assert kept == {0, 3, 4, 5, 6, 7, 8, 9, 10}
    cache.close()


def test_what_was_used_is_remembered_over_a_restart(tmp_path: Path) -> None:
    cache = TileCache(tmp_path, limit_bytes=3 * 256)
    for name in "abc":
        cache.put(name, tile())
    cache.get("a")
    cache.close()
    cache = TileCache(tmp_path, limit_bytes=3 * 256)
    cache.put("d", tile())
    assert {name for name in "abcd" if cache.get(name)} == {"a", "d"}
    cache.close()


def test_clear_forgets(tmp_path: Path) -> None:
    cache = TileCache(tmp_path)
    cache.put("a", tile())
    cache.clear()
    assert cache.get("a") is None
    cache.put("b", tile())
    assert cache.get("b") is not None
    cache.close()


def test_a_damaged_file_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "tiles.sqlite").write_bytes(b"this is no database" * 100)
    cache = TileCache(tmp_path)
    cache.put("a", tile())
    assert cache.get("a") is not None
    cache.close()


def change(folder: Path, statement: str, *values: object) -> None:
    connection = sqlite3.connect(folder / "tiles.sqlite")
    with connection:
        connection.execute(statement, values)
    connection.close()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("header", "no json"),
        ("header", "[1]"),
        ("header", '[8, 8, 32, "tga", 1, 1, "plain", false]'),
        ("pixels", b"short"),
    ],
)
def test_a_damaged_tile_is_made_again(tmp_path: Path, column: str, value: object) -> None:
    cache = TileCache(tmp_path)
    cache.put("a", tile())
    change(tmp_path, f"UPDATE tile SET {column} = ?", value)
    assert cache.get("a") is None
    cache.put("a", tile())
    assert cache.get("a") is not None
    cache.close()


def test_a_file_that_turned_bad_while_open(tmp_path: Path) -> None:
    cache = TileCache(tmp_path)
    cache.put("a", tile())
    change(tmp_path, "DROP TABLE tile")
    assert cache.get("a") is None
    cache.put("a", tile())
    cache.close()


def test_nothing_is_kept_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = TileCache(tmp_path / "file" / "cache")
    cache.put("a", tile())
    assert cache.get("a") is None
    cache.clear()
    cache.close()


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "tiles.sqlite").mkdir()
    cache = TileCache(tmp_path)
    cache.put("a", tile())
    assert cache.get("a") is None
    cache.close()


def test_another_window_holds_it(tmp_path: Path) -> None:
    cache = TileCache(tmp_path)
    cache.put("a", tile(1))
    other = sqlite3.connect(tmp_path / "tiles.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    cache.put("b", tile(2))
    found = cache.get("a")
    assert found is not None
    assert cache.get("b") is None
    other.rollback()
    other.close()
    cache.put("b", tile(2))
    assert cache.get("b") is not None
    cache.close()


def test_any_thread(tmp_path: Path) -> None:
    cache = TileCache(tmp_path, limit_bytes=50 * 256)
    wrong: list[int] = []

    def run(number: int) -> None:
        for turn in range(20):
            cache.put(f"{number}-{turn}", tile(number))
            found = cache.get(f"{number}-{turn}")
            if found is not None and bytes(found.pixels)[:1] != bytes([number]):
                wrong.append(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    cache.close()
