"""Tooth numbers as places of the mouth."""

import pytest

from odimaging.gui.presenters.teeth import area


@pytest.mark.parametrize(
    ("teeth", "words"),
    [
        ("", ""),
        ("2,3", "Upper right molar area"),
        ("14,15", "Upper left molar area"),
        ("4,5", "Upper right premolar area"),
        ("6", "Upper right canine area"),
        ("8,9", "Upper incisor area"),
        ("24,25", "Lower incisor area"),
        ("18,19", "Lower left molar area"),
        ("28,29", "Lower right premolar area"),
        ("2,3,30,31", "Right molar bitewing"),
        ("A,B", "Upper right molar area"),
        ("K", "Lower left molar area"),
        ("E,F", "Upper incisor area"),
        ("51", ""),
        ("x,3", "Upper right molar area"),
    ],
)
def test_area(teeth: str, words: str) -> None:
    assert area(teeth) == words
