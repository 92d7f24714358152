"""The grid's arithmetic: where tiles and headers stand, and back."""

import pytest

from odimaging.gui.presenters.grid_layout import Box, GridLayout, Sizes

SIZES = Sizes(100, 80, header=30, margin=10, gap=5)


@pytest.fixture
def layout() -> GridLayout:
    """Three columns; visits of 4, 1 and 5 tiles."""
    return GridLayout((4, 1, 5), 320, SIZES)


def test_tiles_stand_below_their_header(layout: GridLayout) -> None:
    assert layout.columns == 3
    assert layout.box(0) == Box(10, 30, 100, 80)
    assert layout.box(2) == Box(210, 30, 100, 80)
    assert layout.box(3) == Box(10, 110, 100, 80)
    assert layout.header(1) == Box(0, 195, 320, 30)
    assert layout.box(4) == Box(10, 225, 100, 80)
    assert layout.height == 195 + 115 + 195


def test_every_tile_is_found_at_its_middle(layout: GridLayout) -> None:
    for row in range(layout.count):
        box = layout.box(row)
        assert layout.row_at(box.x + 50, box.y + 40) == row


@pytest.mark.parametrize("point", [(5, 40), (50, 10), (150, 150), (50, 5000), (50, -3), (315, 40)])
def test_between_tiles_there_is_none(layout: GridLayout, point: tuple[int, int]) -> None:
    assert layout.row_at(*point) == -1


def test_headers_are_found(layout: GridLayout) -> None:
    assert [layout.header_at(y) for y in (0, 29, 30, 195, 224, 225, 9999)] == [
        0,
        0,
        -1,
        1,
        1,
        -1,
        -1,
    ]


def test_only_tiles_in_view_are_named(layout: GridLayout) -> None:
    assert list(layout.rows_between(0, 100)) == [0, 1, 2]
    assert list(layout.rows_between(111, 200)) == [3]
    assert list(layout.rows_between(0, 10_000)) == list(range(10))
    assert list(layout.rows_in(Box(120, 40, 10, 90))) == [1]
    assert list(layout.visits_between(200, 240)) == [1]


def test_up_and_down_keep_the_column_across_visits(layout: GridLayout) -> None:
    assert layout.above(1, -1) == 3
    assert layout.above(3, -1) == 4
    assert layout.above(4, -1) == 5
    assert layout.above(7, 1) == 4
    assert layout.above(4, 1) == 3
    assert layout.above(0, 1) == 0
    assert layout.above(9, -1) == 9
    assert layout.above(0, -3) == 5


def test_visits_know_their_tiles(layout: GridLayout) -> None:
    assert list(layout.rows_of(2)) == [5, 6, 7, 8, 9]
    assert [layout.visit_of(row) for row in (0, 3, 4, 9)] == [0, 0, 1, 2]


def test_nothing_at_all() -> None:
    layout = GridLayout((), 320, SIZES)
    assert (layout.count, layout.height) == (0, 0)
    assert layout.row_at(5, 5) == layout.header_at(5) == -1
    assert list(layout.rows_between(0, 100)) == []


def test_room_left_over_is_spread_between_the_columns() -> None:
    layout = GridLayout((6,), 380, SIZES)
    assert layout.columns == 3
    assert layout.box(1).x == 10 + 120
    assert layout.row_at(125, 40) == -1


def test_a_hundred_thousand_tiles_cost_nothing_extra() -> None:
    layout = GridLayout((100_000,), 1000, SIZES)
    assert len(list(layout.rows_between(400_000, 400_800))) < 120
