"""Words as pixels, for mounts and drawings, on screen and in exports alike (decision 43).

Pillow's built-in scalable font has no accented letters. A text it cannot write is set as a whole in the first
usable font of the system; where there is none either, accents are dropped rather than shown as boxes.
"""

import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

SYSTEM_FONTS = (
    "DejaVuSans.ttf",
    "LiberationSans-Regular.ttf",
    "NotoSans-Regular.ttf",
    "segoeui.ttf",
    "arial.ttf",
    "Arial.ttf",
)
Font = ImageFont.FreeTypeFont
Colour = tuple[int, int, int, int]
"""Red, green, blue, alpha."""
NOT_A_CHARACTER = "\uffff"
MAX_LETTERS = 5000


@lru_cache(maxsize=32)
def _font(pixels: float, name: str = "") -> Font | None:
    if not name:
        built_in = ImageFont.load_default(pixels)
        return built_in if isinstance(built_in, Font) else None
    file = _system_file(name)
    return None if file is None else ImageFont.truetype(file, pixels)


@lru_cache(maxsize=32)
def _system_file(name: str) -> str | None:
    """Pillow searches the system's font folders: once a name, not once a size."""
    try:
        return str(ImageFont.truetype(name, 10).path)
    except OSError:
        return None


@lru_cache(maxsize=4096)
def _writes(name: str, letter: str) -> bool:
    font = _font(16.0, name)
    if font is None:
        return False
    box, missing = font.getmask(letter), font.getmask(NOT_A_CHARACTER)
    return box.size != missing.size or bytes(box) != bytes(missing)


def _can_write(name: str, text: str) -> bool:
    return all(letter.isspace() or _writes(name, letter) for letter in set(text))


def plain_letters(text: str) -> str:
    """Without accents, and what is still foreign as a question mark."""
    bare = unicodedata.normalize("NFKD", text)
    letters = (letter for letter in bare if not unicodedata.combining(letter))
    return "".join(letter if letter.isspace() or _writes("", letter) else "?" for letter in letters)


def font_and_text(text: str, pixels: float) -> tuple[Font, str]:
    """A font that can write the text, and the text as it can be written."""
    text = "".join(
        letter for letter in text[:MAX_LETTERS] if letter == "\n" or letter.isprintable()
    )
    for name in ("", *SYSTEM_FONTS):
        font = _font(round(pixels, 2), name) if _can_write(name, text) else None
        if font is not None:
            return font, text
    built_in = _font(round(pixels, 2))
    if built_in is None:
        raise OSError("no scalable font")
    return built_in, plain_letters(text)


def wrapped(text: str, font: Font, width: float) -> str:
    """Broken into lines at blanks, and inside words that are wider than a line."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and font.getlength(longer) > width:
                lines.append(line)
                longer = word
            line = _broken(longer, font, width, lines)
        lines.append(line)
    return "\n".join(lines)


def _broken(line: str, font: Font, width: float, lines: list[str]) -> str:
    while len(line) > 1 and font.getlength(line) > width:
        fits = 1
        while fits < len(line) and font.getlength(line[: fits + 1]) <= width:
            fits += 1
        lines.append(line[:fits])
        line = line[fits:]
    return line


def written(
    text: str, pixels: float, size: tuple[int, int], fore: Colour, back: Colour
) -> NDArray[np.uint8]:
    """A text in a box: wrapped, top left, cut to it. height × width × 4, blue green red alpha."""
    font, text = font_and_text(text, pixels)
    return _drawn(wrapped(text, font, size[0]), font, size, (0.0, 0.0), fore, back)


def label(text: str, pixels: float, fore: Colour, back: Colour) -> NDArray[np.uint8]:
    """A text on a background just as large as it needs."""
    font, text = font_and_text(text, pixels)
    width, height = measured(text, font)
    return _drawn(text, font, (max(1, width), max(1, height)), (0.0, 0.0), fore, back)


def centred(text: str, pixels: float, size: tuple[int, int], fore: Colour) -> NDArray[np.uint8]:
    """A text in the middle of a transparent box."""
    font, text = font_and_text(text, pixels)
    left, top, right, bottom = font.getbbox(text)
    start = (size[0] - left - right) / 2, (size[1] - top - bottom) / 2
    return _drawn(text, font, size, start, fore, (0, 0, 0, 0))


def measured(text: str, font: Font) -> tuple[int, int]:
    """Width and height in pixels, all lines."""
    _, _, right, bottom = ImageDraw.Draw(Image.new("L", (1, 1))).multiline_textbbox(
        (0, 0), text, font=font
    )
    return round(right + 0.5), round(bottom + 0.5)


def _drawn(
    text: str,
    font: Font,
    size: tuple[int, int],
    start: tuple[float, float],
    fore: Colour,
    back: Colour,
) -> NDArray[np.uint8]:
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).multiline_text(start, text, 255, font)
    cover = np.asarray(mask, np.float32)[..., None] / 255 * (fore[3] / 255)
    under = (1 - cover) * (back[3] / 255)
    total = cover + under
    front, behind = np.array(fore[2::-1], np.float32), np.array(back[2::-1], np.float32)
    out = np.empty((size[1], size[0], 4), np.uint8)
    out[..., :3] = np.rint((front * cover + behind * under) / np.where(total > 0, total, 1))
    out[..., 3:] = np.rint(total * 255)
    return out
