"""Colour photographs of twelve megapixels with the grain and the EXIF of a camera held every which way."""

import io
from datetime import datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from odimaging.demo import scenes
from odimaging.demo.fields import Field

LONG, SHORT = 4000, 3000
UPRIGHT = frozenset({"face"})
"""Shots taken with the camera on its side."""

SHOTS = ("face", "smile", "retracted", "right", "left", "upper", "lower")

_STORED_BY = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270,
}  # fmt: skip
"""How the sensor saw an upright picture."""


def scene(shot: str, subject: int) -> Field:
    """The small picture of a shot, RGB, 0 to 1."""
    rng = np.random.default_rng([subject, SHOTS.index(shot)])
    if shot in ("upper", "lower"):
        return scenes.occlusal(rng, shot == "upper")
    if shot == "left":
        return scene("right", subject)[:, ::-1]
    if shot == "right":
        return scenes.side(rng, True)
    return {"face": scenes.face, "smile": scenes.smile, "retracted": scenes.retracted}[shot](rng)


def photo(shot: str, subject: int, long: int = LONG) -> Image.Image:
    """A shot as the camera delivers it, upright, in YCbCr (as JPEG keeps it); the long side has ``long`` pixels."""
    light = scene(shot, subject)
    short = long * SHORT // LONG
    size = (long, short)
    if shot in UPRIGHT:
        rows, columns, _ = light.shape
        width = rows * 3 // 4
        light, size = light[:, (columns - width) // 2 : (columns + width) // 2], (short, long)
    small = Image.fromarray((light * 255 + 0.5).astype(np.uint8)).convert("YCbCr")
    luma, blue, red = (band.resize(size, Image.Resampling.BICUBIC) for band in small.split())
    return Image.merge("YCbCr", (_grained(luma, subject), blue, red))


def _grained(luma: Image.Image, subject: int) -> Image.Image:
    """With the sensor's noise: a tile is enough, nobody sees it repeat."""
    tile = np.roll(_grain(), subject * 97, 1)
    rows, columns = luma.height, luma.width
    times = (-(-rows // tile.shape[0]), -(-columns // tile.shape[1]))
    noisy = np.asarray(luma, np.int16) + np.tile(tile, times)[:rows, :columns]
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


@lru_cache(maxsize=1)
def _grain() -> NDArray[np.int16]:
    rng = np.random.default_rng(12)
    return np.round(rng.standard_normal((997, 1009), np.float32) * 4.0).astype(np.int16)


def camera_jpeg(upright: Image.Image, orientation: int, quality: int = 88) -> bytes:
    """The file a camera writes when it was held so that this EXIF orientation turns the picture upright."""
    turn = _STORED_BY.get(orientation)
    stored = upright if turn is None else upright.transpose(turn)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "Demo"
    exif[ExifTags.Base.Model] = "Synthetic intraoral camera"
    exif[ExifTags.Base.DateTime] = _PLACE_OF_TIME
    target = io.BytesIO()
    stored.save(target, "JPEG", quality=quality, exif=exif)
    return target.getvalue()


_PLACE_OF_TIME = "0000:00:00 00:00:00"


def taken_at(jpeg: bytes, moment: datetime) -> bytes:
    """The same file with its EXIF time set: copies of one picture differ, and cost nothing."""
    stamp = moment.strftime("%Y:%m:%d %H:%M:%S").encode()
    return jpeg.replace(_PLACE_OF_TIME.encode(), stamp, 1)
