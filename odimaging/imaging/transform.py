"""Where a picture's pixels come to lie: facts §6.1, §6.2 and §6.6 as pure functions.

One affine map carries crop, rotation and flip; the view on screen and the renderer use the same one and so cannot
disagree. Pixels are areas: the pixel (0, 0) covers the square from (0, 0) to (1, 1). Standard library only; which pixels
are read along the way is `render`'s business.
"""

import math
from dataclasses import dataclass, replace

from odimaging.model.document import Crop
from odimaging.model.picture import Edits

Size = tuple[int, int]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

RIGHT_ANGLES = {0: (1.0, 0.0), 90: (0.0, 1.0), 180: (-1.0, 0.0), 270: (0.0, -1.0)}


@dataclass(frozen=True, slots=True)
class Affine:
    """x' = ``a``·x + ``b``·y + ``c``, y' = ``d``·x + ``e``·y + ``f``; x right, y down. Qt: ``QTransform(a, d, b, e, c, f)``."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 1.0
    f: float = 0.0

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        """Where a point comes to lie."""
        return self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f

    def then(self, after: "Affine") -> "Affine":
        """This map followed by ``after``."""
        return Affine(
            after.a * self.a + after.b * self.d,
            after.a * self.b + after.b * self.e,
            after.a * self.c + after.b * self.f + after.c,
            after.d * self.a + after.e * self.d,
            after.d * self.b + after.e * self.e,
            after.d * self.c + after.e * self.f + after.f,
        )

    def scaled(self, x: float, y: float | None = None) -> "Affine":
        """Followed by an enlargement about the origin."""
        return self.then(Affine(a=x, e=x if y is None else y))

    def moved(self, x: float, y: float) -> "Affine":
        """Followed by a shift."""
        return self.then(Affine(c=x, f=y))

    def inverse(self) -> "Affine":
        """The way back. Raises ZeroDivisionError if everything lands on a line, which no document does."""
        determinant = self.a * self.e - self.b * self.d
        a, b = self.e / determinant, -self.b / determinant
        d, e = -self.d / determinant, self.a / determinant
        return Affine(a, b, -(a * self.c + b * self.f), d, e, -(d * self.c + e * self.f))

    def bounds(self, width: float, height: float) -> Box:
        """The smallest upright box around the picture ``width`` × ``height``, mapped."""
        corners = [self(x, y) for x in (0.0, width) for y in (0.0, height)]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def is_upright(self) -> bool:
        """Whether rectangles stay upright: turned by a multiple of 90° at most."""
        return (self.b == 0 and self.d == 0) or (self.a == 0 and self.e == 0)

    @property
    def scale(self) -> float:
        """How much larger a pixel becomes in each direction, on average."""
        return math.sqrt(abs(self.a * self.e - self.b * self.d))


def cosine_and_sine(degrees: float) -> tuple[float, float]:
    """Of a clockwise angle; exact at right angles, so that whole pixels stay whole."""
    turned = degrees % 360
    if turned in RIGHT_ANGLES:
        return RIGHT_ANGLES[int(turned)]
    return math.cos(math.radians(turned)), math.sin(math.radians(turned))


def fit(width: int, height: int, degrees: float) -> Size:
    """The size of the turned picture: its bounding box, rounded half to even (facts §6.1)."""
    cosine, sine = (abs(value) for value in cosine_and_sine(degrees))
    return round(width * cosine + height * sine), round(width * sine + height * cosine)


def fit_canvas(width: int, height: int, degrees: float, canvas: Size) -> Size:
    """`fit`, widened in one direction to the shape of ``canvas``; canvas width 0: plain (facts §6.2)."""
    turned_width, turned_height = fit(width, height, degrees)
    canvas_width, canvas_height = canvas
    if canvas_width == 0 or canvas_height == 0:
        return turned_width, turned_height
    if canvas_width * turned_height > turned_width * canvas_height:
        return round(turned_height * canvas_width / canvas_height), turned_height
    return turned_width, round(turned_width * canvas_height / canvas_width)


def canvas_scale(width: int, height: int, degrees: float, canvas: Size) -> float:
    """How much the turned picture is scaled to fit ``canvas`` (facts §6.2)."""
    return canvas[0] / max(1, fit_canvas(width, height, degrees, canvas)[0])


def expand_to_fill(width: int, height: int, degrees: float, canvas: Size) -> Size:
    """The largest size in the shape of ``canvas`` the turned picture fills; near right angles only (facts §6.2)."""
    cosine, sine = cosine_and_sine(degrees)
    corners = [(-width / 2, -height / 2), (-width / 2, height / 2)]
    filled_width = round(2 * min(abs(x * cosine - y * sine) for x, y in corners))
    filled_height = round(2 * min(abs(x * sine + y * cosine) for x, y in corners))
    if canvas[0] * filled_height > filled_width * canvas[1]:
        return filled_width, round(filled_width * canvas[1] / canvas[0])
    return round(filled_height * canvas[0] / canvas[1]), filled_height


def zoom_crop(width: int, height: int, degrees: float, canvas: Size, percent: float) -> Size:
    """CropW × CropH for a zoom in a mount position: 100 shows the whole picture (facts §6.2)."""
    crop_width = fit_canvas(width, height, degrees, canvas)[0] / percent * 100
    return round(crop_width), round(crop_width / canvas[0] * canvas[1])


def centred(width: int, height: int, edits: Edits) -> Affine:
    """Source pixels to pixels about the crop's centre: mirrored, turned clockwise, moved (facts §6.1, steps 1 to 4)."""
    cosine, sine = cosine_and_sine(edits.degrees_rotated)
    mirror = Affine(a=-1.0) if edits.is_flipped else Affine()
    turn = Affine(cosine, -sine, 0.0, sine, cosine, 0.0)
    start = Affine(c=-width / 2, f=-height / 2)
    return start.then(mirror).then(turn).moved(-edits.crop.x, edits.crop.y)


def document_size(width: int, height: int, edits: Edits) -> Size:
    """How large a single document is shown: its crop, else the whole turned picture (facts §6.1)."""
    crop = convert_old_crop(width, height, edits).crop
    if crop.w > 0 and crop.h > 0:
        return crop.w, crop.h
    return fit(width, height, edits.degrees_rotated)


def document_affine(width: int, height: int, edits: Edits) -> Affine:
    """Source pixels to pixels of the shown document, whose size is `document_size`; what lies outside is cut (facts §6.1).

    Deviation: Open Dental halves the *source* size in whole pixels, and so loses a row or column of an odd-sized
    picture that is turned or flipped. Here the *turned* size is halved so: the same for even sizes, and for all
    pictures that are not turned; nothing is lost for the others.
    """
    edits = convert_old_crop(width, height, edits)
    out_width, out_height = document_size(width, height, edits)
    turned_width, turned_height = fit(width, height, edits.degrees_rotated)
    middle_x = out_width // 2 + turned_width / 2 - turned_width // 2
    middle_y = out_height // 2 + turned_height / 2 - turned_height // 2
    return centred(width, height, edits).moved(middle_x, middle_y)


def shrink_to_fit(size: Size, box: Size | None) -> float:
    """The factor, at most 1, that brings ``size`` into ``box``."""
    if box is None:
        return 1.0
    return min(1.0, box[0] / max(1, size[0]), box[1] / max(1, size[1]))


def shrunk(size: Size, factor: float) -> Size:
    """A size times a factor, at least one pixel."""
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def _half(number: int) -> int:
    """Divided by two, truncated towards zero, as the conversion was defined."""
    return int(number / 2)


def convert_old_crop(width: int, height: int, edits: Edits) -> Edits:
    """Edits with a crop of before version 21.4 in today's form (facts §6.6); unchanged where there is none.

    Other angles than the four are left untouched, flag and all, as Open Dental leaves them.
    """
    if not edits.is_crop_old:
        return edits
    old = edits.crop
    if old.w == 0 or old.h == 0:
        return replace(edits, is_crop_old=False)
    degrees = edits.degrees_rotated % 360
    if degrees not in RIGHT_ANGLES:
        return edits
    right = -_half(width) + (old.x + _half(old.w))
    if edits.is_flipped:
        right = -_half(width) + (width - old.x - _half(old.w))
    up = _half(height) - (old.y + _half(old.h))
    new = _turned_crop(right, up, old, int(degrees), edits.is_flipped, (width, height))
    return replace(edits, crop=new, is_crop_old=False)


def _turned_crop(right: int, up: int, old: Crop, degrees: int, flipped: bool, size: Size) -> Crop:
    x_out = _half(size[0]) - old.x - _half(old.w)
    x_in = -_half(size[0]) + old.x + _half(old.w)
    if degrees == 0:
        return Crop(right, up, old.w, old.h)
    if degrees == 90:
        return Crop(up, x_in if flipped else x_out, old.h, old.w)
    if degrees == 180:
        return Crop(x_in if flipped else x_out, -up, old.w, old.h)
    return Crop(-up, x_out if flipped else x_in, old.h, old.w)
