"""Facts §13.8 and §7.4."""

import pytest

from odimaging.imaging.drawing import (
    DrawnText,
    Scale,
    font_points,
    read_points,
    read_scale,
    read_text,
    write_points,
    write_text,
)


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("10,20;Hello", DrawnText(10, 20, "Hello")),
        ("10.7,20;a;b", DrawnText(10, 20, "a")),
        ("-5,20;Hi", DrawnText(0, 0, "Hi")),
        ("no separator", DrawnText(0, 0, "")),
        ("", DrawnText(0, 0, "")),
        ("1,2,3;x", DrawnText(0, 0, "x")),
        ("①,2;x", DrawnText(0, 0, "x")),
        ("10,20;", DrawnText(10, 20, "")),
    ],
)
def test_text(stored: str, read: DrawnText) -> None:
    assert read_text(stored) == read


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("1,2;3.5,4", ((1, 2), (3.5, 4))),
        ("1,2;3", ()),
        ("1,x;3,4", ((1, 0), (3, 4))),
        ("", ()),
        ("nan,1;inf,2", ((0, 1), (0, 2))),
    ],
)
def test_points(stored: str, read: tuple[tuple[float, float], ...]) -> None:
    assert read_points(stored) == read


def test_scale() -> None:
    line = ((0.0, 0.0), (60.0, 80.0))
    assert read_scale("12.5 1 mm").length(line) == "8.0 mm"
    assert read_scale("12.5 0").length(line) == "8"
    assert read_scale("12.5 1 sq mm") == Scale(12.5, 1, "")
    assert read_scale("x y z") == Scale(0, 0, "z")
    assert read_scale("").length(line) == "100"


def test_writing() -> None:
    assert write_points(((1.25, 3.0), (12, -0.04))) in ("1.3,3;12,0", "1.2,3;12,0")
    assert write_text(DrawnText(3, 4, "a;b")) == "3,4;a,b"
    assert read_text(write_text(DrawnText(3, 4, "a b"))) == DrawnText(3, 4, "a b")


def test_font() -> None:
    assert [font_points(size) for size in (0, 12, 500, float("nan"))] == [1, 12, 100, 1]
