"""All pictures of the demo, made once on a few threads and lent to many patients with cheap variation.

Two mouths are painted; seen in a mirror they are two more, since right and left change places. What differs between
patients is which mouth, which exposure, how bright, and the file format.
"""

import io
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from odimaging.demo import pages, photos
from odimaging.demo.mouth import mouth
from odimaging.demo.panoramic import panoramic
from odimaging.demo.radiograph import (
    FMX_VIEWS,
    Jaws,
    as_8_bit,
    as_12_bit,
    expose,
    paint_jaws,
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
_TWICE = frozenset({1, 2, 3, 4, 6, 9, 10, 12, 14})
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


def make_library(progress: Progress | None = None, first: int = 0, total: int = 1) -> Library:
    """Everything, while ``progress`` goes from ``first`` in steps towards ``total``. Raises Cancelled."""
    library = Library()
    with ThreadPoolExecutor(_WORKERS) as pool:
        jobs: list[Future[None]] = []
        try:
            jobs += [pool.submit(_paint_mouth, library, which) for which in range(len(MOUTHS))]
            jobs += [pool.submit(work) for work in _others(library)]
            for count, job in enumerate(as_completed(jobs)):
                job.result()
                if progress is not None:
                    progress.report(
                        first + (total - first) * count // (2 * len(jobs)),
                        total,
                        "Drawing pictures",
                    )
        finally:
            for job in jobs:
                job.cancel()
    return library


def _paint_mouth(library: Library, which: int) -> None:
    jaws = paint_jaws(mouth(MOUTHS[which]))
    library.panoramics[which] = as_8_bit(panoramic(jaws))
    for order, view in FMX_VIEWS.items():
        for series in range(SERIES):
            if not series or order in _TWICE:
                library.views[which, order, series] = as_8_bit(expose(jaws, view, series))
    _paint_deep(library, which, jaws)


def _paint_deep(library: Library, which: int, jaws: Jaws) -> None:
    for order in _DICOM_VIEWS:
        library.deep[which, order] = as_12_bit(expose(jaws, FMX_VIEWS[order], 5, pixels_mm=40))


def _others(library: Library) -> Iterator[Callable[[], None]]:
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
        yield lambda shot=shot, turns=turns: _take(library, shot, turns)  # type: ignore[misc]  # bound now
    for number in range(FACES):
        yield lambda number=number: _portrait(library, number)  # type: ignore[misc]  # bound now
    yield lambda: _paper(library)


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
