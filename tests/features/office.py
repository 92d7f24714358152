"""The practice of the stories: Ana Rivera with a full-mouth series and two photos, and neighbours with similar names."""

import io
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import numpy as np
from PIL import Image

from odimaging import practice
from odimaging.db.engine import open_database
from odimaging.demo.layouts import fmx
from odimaging.demo.library import encoded
from odimaging.demo.mouth import mouth
from odimaging.demo.radiograph import FMX_VIEWS, as_8_bit, expose, paint_jaws
from odimaging.model.document import Document, ImgType
from odimaging.model.ids import DefNum, DocNum, MountItemNum, MountNum, PatNum
from odimaging.model.mount import Mount
from odimaging.model.patient import Patient
from odimaging.storage.root import create_root
from tests.servers.mariadb import PracticeDatabase

ANA = PatNum(1524)
PEOPLE = (
    Patient(ANA, "Rivera", "Ana", birthdate=date(1981, 5, 4), image_folder="RiveraAna1524"),
    Patient(PatNum(7), "Rivers", "Joan", birthdate=date(1961, 5, 4)),
    Patient(PatNum(8), "O'Brien", "Mary Ann", birthdate=date(1990, 12, 1)),
    Patient(PatNum(9), "Ångström", "Åsa", birthdate=date(1975, 1, 2)),
)
WHEN = datetime(2026, 10, 5, 9, 30)


@dataclass(frozen=True)
class Pictures:
    """Painted once a run: bytes of the 18 views by order, and of two photos."""

    views: dict[int, bytes]
    photos: tuple[bytes, bytes]


@dataclass(frozen=True)
class StoryOffice:
    """A filled practice. ``folder`` is Ana's; ``files`` maps DocNum to what was filed."""

    file: Path
    root: Path
    folder: Path
    database: PracticeDatabase
    mount_num: MountNum
    photos: tuple[DocNum, DocNum]
    files: dict[DocNum, bytes] = field(repr=False)


def paint() -> Pictures:
    """A mouth as 18 radiographs, small enough to be quick, and two photos."""
    jaws = paint_jaws(mouth(2))
    views = {
        order: encoded(as_8_bit(expose(jaws, view, 0)), ".jpg", _turn(order))
        for order, view in FMX_VIEWS.items()
    }
    return Pictures(views, (_photo((40, 90, 160)), _photo((180, 120, 60))))


def _turn(order: int) -> int:
    return next(item.rotate_on_acquire for item in fmx().items if item.item_order == order)


def _photo(colour: tuple[int, int, int]) -> bytes:
    shade = np.linspace(0.4, 1.0, 900)[:, None, None] * np.ones((1, 1200, 1))
    pixels = (shade * np.array(colour)).astype(np.uint8)
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "JPEG", quality=92)
    return target.getvalue()


def fill(database: PracticeDatabase, folder: Path, pictures: Pictures) -> StoryOffice:
    """Rows and files of Ana's visit, and the practice file."""
    root = folder / "images"
    share_id = create_root(str(root))
    home = root / "R" / "RiveraAna1524"
    home.mkdir()
    files: dict[DocNum, bytes] = {}
    opened = open_database(database.url, database.password, comp_name="STORY")
    try:
        with opened.unit_of_work() as work:
            for patient in PEOPLE:
                work.seed.patient(patient)
            names = {c.item_name: c.def_num for c in work.definitions.image_categories()}

            def add(row: Document, data: bytes) -> DocNum:
                number = work.documents.insert(row)
                (home / row.file_name).write_bytes(data)
                files[number] = data
                return number

            layout, series = fmx(), names["FMXs"]
            mount_num, items = work.mounts.insert(
                Mount(
                    MountNum(0), ANA, series, WHEN, "FMX", width=layout.width, height=layout.height
                ),
                layout.items,
            )
            for item, number in zip(layout.items, items, strict=True):
                if item.item_order:
                    name = f"view{item.item_order}.jpg"
                    row = _row(series, name, ImgType.RADIOGRAPH, number, item.rotate_on_acquire)
                    add(row, pictures.views[item.item_order])
            first, second = (
                add(_row(names["Photos"], f"smile{number}.jpg", ImgType.PHOTO), data)
                for number, data in enumerate(pictures.photos, 1)
            )
            work.commit()
    finally:
        opened.close()
    file = folder / "story.toml"
    practice.write(file, database.url, str(root), share_id)
    return StoryOffice(file, root, home, database, mount_num, (first, second), files)


def _row(
    category: DefNum,
    file_name: str,
    img_type: ImgType,
    item: MountItemNum = MountItemNum(0),
    degrees: float = 0.0,
) -> Document:
    return Document(
        DocNum(0),
        ANA,
        category,
        WHEN,
        file_name,
        img_type=img_type,
        description=file_name.partition(".")[0],
        mount_item_num=item,
        degrees_rotated=degrees,
    )
