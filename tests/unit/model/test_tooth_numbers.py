"""Tooth numbers: the published pairs of facts §13.2, and what follows from §8."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odimaging.model.errors import InvalidField
from odimaging.model.tooth_numbers import PRIMARY, display, parse

ALL_PERMANENT = ",".join(map(str, range(1, 33)))
LONG = "2,4,5,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,25"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        (
            "1-5,7-9,11,12,15,16,17,18,21-23",
            "1,2,3,4,5,7,8,9,11,12,15,16,17,18,21,22,23",
        ),
        ("2,4,5,7-9,11-16,17-23,25", LONG),
        ("4,2,5,7-9 ,11-16,25 ,  17-23", LONG),
        ("4,S,2,A,B,5,7-9,11-16,25,17-23", f"{LONG},A,B,S"),
        ("4,s,2,a,b,5,7-9,11-16,25,17-23", f"{LONG},A,B,S"),
        ("1-32", ALL_PERMANENT),
        ("12-15,20,21", "12,13,14,15,20,21"),
        ("1-5,8", "1,2,3,4,5,8"),
        ("1-C", "1,2,3,4,5,6"),
        ("4-A", "4"),
        ("51-53", "1,2,3"),
        ("A-C", "A,B,C"),
        ("k-t", "K,L,M,N,O,P,Q,R,S,T"),
        ("1-3-9", "1,2,3"),
        ("", ""),
        (None, ""),
        ("   ", ""),
        ("1,1", "1,1"),
        ("a", "A"),
        ("51,AS", "AS,51"),
    ],
)
def test_parse(text: str | None, stored: str) -> None:
    assert parse(text) == stored


@pytest.mark.parametrize(
    "text",
    [
        "1,junk",
        "5-1",
        "1-",
        "-5",
        "1,,2",
        ",",
        "33",
        "01",
        "0",
        "U",
        "83",
        "50",
        "A-5",
        "1-999999999",
        "AS-BS",
        "١",
        "1;2",
        "--",
        "\u202e1",
        "1" * 5000,
    ],
)
def test_not_teeth(text: str) -> None:
    with pytest.raises(InvalidField) as caught:
        parse(text)
    assert caught.value.user_text.isprintable()
    assert len(caught.value.user_text) < 80


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (
            "1,2,3,4,5,7,8,9,11,12,15,16,17,18,21,22,23",
            "1-5,7-9,11,12,15,16,17,18,21-23",
        ),
        (LONG, "2,4,5,7-9,11-16,17-23,25"),
        (
            "4,5,2, 7,8,9,11 ,13,12,14,15,16,17,18 ,20, 21,22,23,19,25",
            "2,4,5,7-9,11-16,17-23,25",
        ),
        (
            "2,4,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,25,A,B,C,S",
            "2,4,7-9,11-16,17-23,25,A-C,S",
        ),
        ("3,1", "3,1"),
        ("14,15,16,17", "14-16,17"),
        ("30,31,32,A,B,C", "30-32,A-C"),
        ("", ""),
        ("7", "7"),
        ("AS,BS,CS", "AS,BS,CS"),
        ("9,odd,8", "odd,8,9"),
    ],
)
def test_display(stored: str, shown: str) -> None:
    assert display(stored) == shown


@given(st.sets(st.sampled_from([*map(str, range(1, 33)), *PRIMARY])))
def test_what_is_shown_is_read_back(teeth: set[str]) -> None:
    stored = parse(",".join(teeth))
    assert parse(display(stored)) == stored


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidField):
        assert parse(parse(text)) == parse(text)
