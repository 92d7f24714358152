"""Every icon keeps to one grid and one stroke, takes the theme's colour and reaches for nothing outside itself."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

ICONS = Path(__file__).parents[3] / "resources" / "icons"
SVG = "{http://www.w3.org/2000/svg}"
NEEDED = [
    "import",
    "paste",
    "send",
    "save-copies",
    "print",
    "undo",
    "redo",
    "search",
    "filter",
    "rotate-left",
    "rotate-right",
    "flip",
    "zoom-in",
    "zoom-out",
    "fit",
    "one-to-one",
    "previous",
    "next",
    "back",
    "close",
    "delete",
    "restore",
    "details",
    "categories",
    "mount",
    "xray",
    "photo",
    "document",
    "pdf",
    "file",
    "dicom",
    "folder",
    "folder-web",
    "settings",
    "retry",
    "cancel",
    "check",
    "warning",
    "clock",
    "lock",
    "patient",
    "invert",
    "window-level",
    "new-mount",
    "help",
]
LINE_ICONS = sorted(path.stem for path in ICONS.glob("*.svg") if path.stem != "odimaging")


def test_every_needed_icon_is_drawn() -> None:
    assert not set(NEEDED) - set(LINE_ICONS)


@pytest.mark.parametrize("name", LINE_ICONS)
def test_one_grid_one_stroke_one_colour(name: str) -> None:
    root = ElementTree.parse(ICONS / f"{name}.svg").getroot()
    assert root.get("viewBox") == "0 0 24 24"
    assert root.get("stroke-width") == "1.75"
    assert (root.get("stroke-linecap"), root.get("stroke-linejoin")) == ("round", "round")
    assert root.get("stroke") == "currentColor"
    assert all(part.get("stroke-width") is None for part in root.iter() if part is not root)
    assert {part.get("fill", "none") for part in root.iter()} <= {"none", "currentColor"}
    assert len(root) > 0


@pytest.mark.parametrize("path", sorted(ICONS.glob("*.svg")), ids=lambda path: path.stem)
def test_no_scripts_no_references_outside(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tags = {part.tag.removeprefix(SVG) for part in ElementTree.fromstring(text).iter()}
    assert tags <= {"svg", "path", "rect", "circle", "defs", "linearGradient", "stop"}
    assert not re.search(r"href|<!|\bon\w+=|javascript:", text)
    assert not re.search(r"url\((?!#)", text)


@pytest.mark.parametrize("name", LINE_ICONS)
def test_strokes_stay_on_the_grid(name: str) -> None:
    """Absolute start points lie at least a stroke's half inside the 24 pixel square."""
    root = ElementTree.parse(ICONS / f"{name}.svg").getroot()
    for part in root.iter(f"{SVG}path"):
        for x, y in re.findall(r"M\s*([\d.]+)[ ,]([\d.]+)", part.get("d", "")):
            assert 0.875 <= float(x) <= 23.125
            assert 0.875 <= float(y) <= 23.125
