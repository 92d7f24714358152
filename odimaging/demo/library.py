"""All pictures of the demo, made once on a few threads and lent to many patients with cheap variation.

Two mouths are painted; seen in a mirror they are two more, since right and left change places. What differs between
patients is which mouth, which exposure, how bright, and the file format.
"""

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from odimaging.demo import pages, photos
from odimaging.demo.jaw import Jaw, paint_jaw
from odimaging.demo.mouth import mouth
from odimaging.demo.panoramic import panoramic
from odimaging.demo.radiograph import (
    FMX_VIEWS,
    Jaws,
    as_8_bit,
    as_12_bit,
    expose,
    turned,
)
from odimaging.model.ports import Progress

MOUTHS = (2, 7)
SERIES = 2
"""Exposures of the whole set of views, for visits that differ."""
DENTITIONS = 2 * len(MOUTHS)
FACES = 6
_WORKERS = 2

_OPPOSITE = {1: 3, 2: 4, 3: 1, 4: 2, 5: 11, 6: 12, 7: 9, 8: 10, 9: 7, 10: 8, 11: 5, 12: 6,
             13: 15, 14: 14, 15: 13, 16: 18, 17: 17, 18: 16}  # fmt: skip
"""Which view of the mirrored mouth each view is."""
_DICOM_VIEWS = (6, 9, 14)
_TWICE = frozenset({1, 2, 3, 4, 9, 14})
"""Views of which there are two exposures."""

Gray = NDArray[np.uint8]


@dataclass
class Library:
    """The finished pictures."""

    views: dict[tuple[int, int, int], Gray] = field(default_factory=dict)
    """(mouth, order, series) → upright, 8 bits."""
    deep: dict[tuple[int, int], NDArray[np.uint16]] = field(default_factory=dict)
    """(mouth, order) → upright, 12 bits."""
    panoramics: dict[int, Gray] = field(default_factory=dict)
    photos: dict[tuple[str, int], bytes] = field(default_factory=dict)
    """(shot, EXIF orientation) → a camera's JPEG."""
    faces: dict[int, bytes] = field(default_factory=dict)
    paper: dict[str, bytes] = field(default_factory=dict)

    def radiograph(self, dentition: int, order: int, series: int, brightness: float) -> Gray:
        """A view of one of the `DENTITIONS`, upright."""
        which, mirrored = divmod(dentition % DENTITIONS, 2)
        seen = _OPPOSITE[order] if mirrored else order
        source = self.views[which, seen, series % SERIES if seen in _TWICE else 0]
        return _brighter(source[:, ::-1] if mirrored else source, brightness)

    def panoramic(self, dentition: int, brightness: float) -> Gray:
        """The same teeth in one picture."""
        which, mirrored = divmod(dentition % DENTITIONS, 2)
        source = self.panoramics[which]
        return _brighter(source[:, ::-1] if mirrored else source, brightness)


def _brighter(picture: Gray, brightness: float) -> Gray:
    curve = (np.linspace(0, 1, 256) ** (1 / brightness) * 255 + 0.5).astype(np.uint8)
    return np.ascontiguousarray(curve[picture])


def encoded(picture: Gray, extension: str, degrees: int = 0) -> bytes:
    """The stored file: turned as the sensor was held, so that ``degrees`` clockwise read right."""
    image = Image.fromarray(turned(picture, degrees))
    target = io.BytesIO()
    if extension == ".jpg":
        image.save(target, "JPEG", quality=90, dpi=(635, 635))
    elif extension == ".png":
        image.save(target, "PNG", compress_level=1)
    elif extension == ".tif":
        image.save(target, "TIFF", compression="packbits", dpi=(635, 635))
    else:
        image.save(target, "BMP")
    return target.getvalue()


def make_library(progress: Progress | None = None, parts: int = 1000) -> Library:
    """Everything, while ``progress`` goes through the first half of ``parts``. Raises Cancelled."""
    library = Library()
    painted: dict[tuple[int, bool], Jaw] = {}
    with ThreadPoolExecutor(_WORKERS) as pool:
        first = [*_jaws(painted), *_others(library)]
        share = parts // 8
        _run(pool, first, lambda done: _report(progress, share * done // len(first), parts))
        jaws = [Jaws(mouth(seed), painted[seed, True], painted[seed, False]) for seed in MOUTHS]
        then = list(_exposures(library, jaws))
        rest = parts // 2 - share
        _run(pool, then, lambda done: _report(progress, share + rest * done // len(then), parts))
    return library


def _report(progress: Progress | None, done: int, parts: int) -> None:
    if progress is not None:
        progress.report(done, parts, "Drawing pictures")


Work = Callable[[], None]


def _run(pool: ThreadPoolExecutor, works: list[Work], report: Callable[[int], None]) -> None:
    """All of them, in any order; what has not begun is dropped once ``report`` or a work raises."""
    jobs = [pool.submit(work) for work in works]
    try:
        for count, job in enumerate(as_completed(jobs)):
            job.result()
            report(count)
    finally:
        for job in jobs:
            job.cancel()


def _jaws(painted: dict[tuple[int, bool], Jaw]) -> Iterator[Work]:
    def paint(seed: int, upper: bool) -> None:
        painted[seed, upper] = paint_jaw(mouth(seed), upper)

    for seed in MOUTHS:
        for upper in (True, False):
            yield partial(paint, seed, upper)


def _exposures(library: Library, jaws: list[Jaws]) -> Iterator[Work]:
    def panorama(which: int) -> None:
        library.panoramics[which] = as_8_bit(panoramic(jaws[which]))

    def deep(which: int, order: int) -> None:
        light = expose(jaws[which], FMX_VIEWS[order], 5, pixels_mm=40)
        library.deep[which, order] = as_12_bit(light)

    def view(which: int, order: int, series: int) -> None:
        library.views[which, order, series] = as_8_bit(
            expose(jaws[which], FMX_VIEWS[order], series)
        )

    for which in range(len(jaws)):
        yield partial(panorama, which)
        for order in _DICOM_VIEWS:
            yield partial(deep, which, order)
        for order in FMX_VIEWS:
            for series in range(SERIES if order in _TWICE else 1):
                yield partial(view, which, order, series)


def _others(library: Library) -> Iterator[Work]:
    orientations = {
        "face": (6, 8),
        "smile": (1, 5),
        "retracted": (1, 3),
        "right": (2,),
        "left": (4,),
        "upper": (7,),
        "lower": (1,),
    }
    for shot, turns in orientations.items():
        yield partial(_take, library, shot, turns)
    for number in range(FACES):
        yield partial(_portrait, library, number)
    yield partial(_paper, library)


def _take(library: Library, shot: str, orientations: tuple[int, ...]) -> None:
    upright = photos.photo(shot, 1)
    for orientation in orientations:
        library.photos[shot, orientation] = photos.camera_jpeg(upright, orientation)


def _portrait(library: Library, number: int) -> None:
    library.faces[number] = photos.camera_jpeg(photos.photo("face", 10 + number, long=800), 1)


def _paper(library: Library) -> None:
    tints = [(250, 249, 243), (244, 240, 226), (250, 249, 243), (205, 214, 230)]
    library.paper |= {
        "referral.pdf": pages.pdf("Referral letter", 1),
        "plan.pdf": pages.pdf("Treatment plan", 3),
        "claim.pdf": pages.pdf("Insurance claim", 2),
        "consent.tif": pages.tiff("Consent form", 4),
        "chart.png": pages.tooth_chart(tints),
        "scan.bmp": pages.scan_bmp(),
        "letter.docx": pages.docx(
            ["Dear colleague,", "Thank you for seeing our patient.", "Demo Dental Group"]
        ),
        "note.txt": pages.text(),
        **{f"card{n}.gif": pages.insurance_card(1000 + n) for n in range(3)},
    }
