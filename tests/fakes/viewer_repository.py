"""What the viewer calls of a repository, from values in memory: pictures are arrays, updates follow the port's rules."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from odimaging.model.changes import Changes
from odimaging.model.document import Document, ImgType
from odimaging.model.errors import (
    ChangedMeanwhile,
    DocumentNotFound,
    MountNotFound,
    OdImagingError,
    UnsupportedFormat,
)
from odimaging.model.ids import DefNum, DocNum, MountItemNum, MountNum, PatNum
from odimaging.model.mount import ImageDraw, Mount, MountItem
from odimaging.model.patient import Patient
from odimaging.model.picture import Picture, PictureInfo, PixelFormat, WindowRule
from odimaging.repository.browse import MountContents
from odimaging.repository.materialise import MaterialiseResult
from odimaging.repository.repository import Repository
from odimaging.repository.update import UpdateRequest, UpdateResult

PAT_NUM = PatNum(7)
MOMENT = datetime(2025, 5, 12, 9, 30)


def document(number: int, file_name: str = "a.jpg", **values: Any) -> Document:
    """A document of the patient."""
    return Document(DocNum(number), PAT_NUM, DefNum(1), MOMENT, file_name=file_name, **values)


def gray(pixels: Any, rule: WindowRule = WindowRule.PLAIN, **values: Any) -> Picture:
    """A gray picture of an array height × width, ``uint8`` or ``uint16``."""
    array = np.ascontiguousarray(pixels)
    wide = array.dtype == np.uint16
    height, width = array.shape
    return Picture(
        width,
        height,
        array.strides[0],
        PixelFormat.GRAY16 if wide else PixelFormat.GRAY8,
        array.tobytes(),
        values.pop("source_width", width),
        values.pop("source_height", height),
        WindowRule.DICOM16 if wide and rule is WindowRule.PLAIN else rule,
        **values,
    )


def colour(pixels: Any) -> Picture:
    """A colour picture of an array height × width × 4, blue green red alpha."""
    array = np.ascontiguousarray(pixels, np.uint8)
    height, width = array.shape[:2]
    return Picture(width, height, width * 4, PixelFormat.BGRA, array.tobytes(), width, height)


def reduced(picture: Picture, fit: tuple[int, int]) -> Picture:
    """Every n-th pixel, never below ``fit``."""
    step = max(1, min(picture.width // fit[0], picture.height // fit[1]))
    wide = picture.pixel_format is PixelFormat.GRAY16
    flat = np.frombuffer(picture.pixels, np.uint16 if wide else np.uint8)
    rows = flat.reshape(picture.height, picture.width, -1)[::step, ::step]
    rows = np.ascontiguousarray(rows)
    return replace(
        picture,
        width=rows.shape[1],
        height=rows.shape[0],
        stride=rows.strides[0],
        pixels=rows.tobytes(),
    )


class ViewerRepository:
    """Documents, mounts and pictures by number; ``errors`` by DocNum are raised where pixels are asked for."""

    def __init__(self) -> None:
        self.documents: dict[DocNum, Document] = {}
        self.pages: dict[DocNum, tuple[Picture, ...]] = {}
        self.errors: dict[DocNum, OdImagingError] = {}
        self.mounts: dict[MountNum, tuple[Mount, tuple[MountItem, ...]]] = {}
        self.drawings: dict[MountNum, tuple[ImageDraw, ...]] = {}
        self.drawn_on: dict[DocNum, tuple[ImageDraw, ...]] = {}
        self.texts: dict[MountItemNum, Picture] = {}
        self.windows: dict[DocNum, tuple[int, int]] = {}
        self.updates: list[UpdateRequest] = []
        self.materialised: list[DocNum] = []
        self.asked: list[tuple[DocNum, int, tuple[int, int] | None]] = []

    def add(self, row: Document, *pages: Picture) -> Document:
        """A document with its pictures."""
        self.documents[row.doc_num] = row
        self.pages[row.doc_num] = pages
        return row

    @property
    def repository(self) -> Repository:
        """As presenters take it."""
        browse = SimpleNamespace(
            document=self.document,
            drawings=lambda num: self.drawn_on.get(num, ()),
            mount=self.mount,
            file_path=lambda _num: "",
        )
        pictures = SimpleNamespace(
            picture=self.picture,
            info=self.info,
            tile=lambda num, pixels: self.picture(num, 0, (pixels, pixels)),
            mount_tile=self.mount_tile,
            text=lambda _mount, item: self.texts[item],
        )
        return cast(
            "Repository",
            SimpleNamespace(
                browse=browse, pictures=pictures, update=self.update, materialise=self.materialise
            ),
        )

    def document(self, doc_num: DocNum) -> Document:
        if doc_num not in self.documents:
            raise DocumentNotFound
        return self.documents[doc_num]

    def mount(self, mount_num: MountNum) -> MountContents:
        if mount_num not in self.mounts:
            raise MountNotFound
        mount, items = self.mounts[mount_num]
        numbers = {item.mount_item_num for item in items}
        standing: Mapping[MountItemNum, Document] = {
            row.mount_item_num: row
            for row in self.documents.values()
            if row.mount_item_num in numbers
        }
        patient = Patient(PAT_NUM, "Rivera", "Ana")
        return MountContents(mount, items, standing, {}, self.drawings.get(mount_num, ()), patient)

    def info(self, doc_num: DocNum) -> PictureInfo:
        self._refuse(doc_num)
        first = self.pages[doc_num][0]
        return PictureInfo(
            first.source_width,
            first.source_height,
            len(self.pages[doc_num]),
            window=self.windows.get(doc_num),
            window_rule=first.window_rule,
        )

    def picture(
        self, doc_num: DocNum, page: int = 0, fit: tuple[int, int] | None = None
    ) -> Picture:
        self.asked.append((doc_num, page, fit))
        self._refuse(doc_num)
        if not self.pages.get(doc_num):
            raise UnsupportedFormat
        picture = self.pages[doc_num][page]
        return reduced(picture, fit) if fit else picture

    def mount_tile(self, mount_num: MountNum, pixels: int) -> Picture:
        return colour(np.full((pixels // 2, pixels, 4), 255, np.uint8))

    def update(self, request: UpdateRequest) -> UpdateResult:
        self.updates.append(request)
        before = self.document(request.doc_num)
        for name, value in (request.expected or {}).items():
            if getattr(before, name) != value:
                raise ChangedMeanwhile
        after = replace(before, **request.values)
        self.documents[request.doc_num] = after
        return UpdateResult(before, after, Changes.of_document(before.pat_num, before.doc_num))

    def materialise(self, doc_num: DocNum, progress: object = None) -> MaterialiseResult:
        self._refuse(doc_num)
        self.materialised.append(doc_num)
        after = replace(self.document(doc_num), note="", file_name=f"RiA{doc_num}.jpg")
        self.documents[doc_num] = after
        return MaterialiseResult(after, Changes.of_document(after.pat_num, doc_num))

    def _refuse(self, doc_num: DocNum) -> None:
        if doc_num in self.errors:
            raise self.errors[doc_num]


def radiograph(width: int = 600, height: int = 400, seed: int = 1) -> Picture:
    """Something gray with structure, 8 bit."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    waves = 110 + 60 * np.sin(x / 40 + seed) + 50 * np.cos(y / 55) + rng.normal(0, 5, x.shape)
    return gray(waves.clip(0, 255).astype(np.uint8))


def four_positions() -> tuple[Mount, tuple[MountItem, ...]]:
    """A mount of 2 × 2 positions, a text under them, one unmounted."""
    mount = Mount(MountNum(3), PAT_NUM, DefNum(1), MOMENT, "4 bitewings", width=820, height=640)
    places = [(10, 10), (415, 10), (10, 295), (415, 295)]
    teeth = ["2,3", "14,15", "30,31", "18,19"]
    items = [
        MountItem(MountItemNum(20 + i), MountNum(3), x, y, 395, 275, i + 1, tooth_numbers=teeth[i])
        for i, (x, y) in enumerate(places)
    ]
    text = MountItem(
        MountItemNum(30), MountNum(3), 10, 580, 800, 50, 0, text_showing="[NameLF]", font_size=14
    )
    spare = MountItem(MountItemNum(31), MountNum(3), 0, 0, 100, 100, -1)
    return mount, (text, *items, spare)


RADIOGRAPH = ImgType.RADIOGRAPH
