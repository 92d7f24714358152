"""Makes the demo practice: an embedded database, an image folder and the practice file, whole or not at all."""

import base64
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, time
from functools import partial
from pathlib import Path

from odimaging import practice
from odimaging.db.engine import open_database
from odimaging.db.schema import create_practice_tables
from odimaging.demo.dicom import dicom
from odimaging.demo.layouts import Layout
from odimaging.demo.library import Library, make_library
from odimaging.demo.people import Person, people
from odimaging.demo.plan import TODAY, PatientPlan, PlannedDocument, PlannedMount, plan
from odimaging.demo.rows import add_drawing, add_people, settle_time
from odimaging.imaging.dicom import inspect
from odimaging.model import tooth_numbers
from odimaging.model.document import Document, ImgType, PendingKind
from odimaging.model.errors import BadRequest
from odimaging.model.ids import DefNum, DocNum, MountItemNum, MountNum, PatNum, ProvNum
from odimaging.model.mount import DrawType, Mount
from odimaging.model.naming import generated_name, image_folder_name, letter_folder, pending_name
from odimaging.model.patient import Patient
from odimaging.model.picture import Edits
from odimaging.model.ports import Progress, UnitOfWork
from odimaging.storage import files, foreign_errors
from odimaging.storage.root import create_root

PRACTICE_FILE = "demo.toml"
DATABASE, ROOT = "demo.db", "images"
_PARTS = 1000
"""Of the progress: half of them are drawing, half filing."""
_AHEAD = 16
"""Files made before they are written: bounds what lies in memory."""


def make_demo(folder: str, progress: Progress | None = None) -> str:
    """Make the demo practice in ``folder`` unless it is there; the path of its practice file.

    Everything is made beside it and renamed at the end: a folder with a practice file is whole. What an interrupted
    attempt left is made anew. Raises BadRequest if the folder holds something else, Cancelled, `OdImagingError`s.
    """
    target = Path(folder)
    if (target / PRACTICE_FILE).is_file():
        return str(target / PRACTICE_FILE)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BadRequest("The demo needs an empty folder. The one named holds something else.")
    unfinished = target.with_name(f".{target.name}-unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        with foreign_errors.translated():
            unfinished.mkdir(parents=True)
            _make(unfinished, progress)
            if target.exists():
                target.rmdir()
            # A virus scanner may still be reading what was just written.
            files.retried(
                partial(unfinished.rename, target), lambda error: isinstance(error, PermissionError)
            )
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return str(target / PRACTICE_FILE)


def _make(folder: Path, progress: Progress | None) -> None:
    database, root = folder / DATABASE, folder / ROOT
    everybody = people()
    create_practice_tables(f"sqlite:///{database}", doc_path=ROOT)
    add_people(database, everybody)
    share_id = create_root(str(root))
    library = make_library(progress, _PARTS)
    opened = open_database(f"sqlite:///{database}", None, comp_name="DEMO")
    try:
        filing = _Filing(opened.unit_of_work(), root, library, progress)
        filing.file_all(plan(everybody))
    finally:
        opened.close()
    add_drawing(database, _measurement(filing.first_periapical))
    settle_time(database, datetime.combine(TODAY, time(18)))
    shutil.rmtree(database.parent / ".odimaging", ignore_errors=True)
    practice.write(folder / PRACTICE_FILE, f"sqlite:///{DATABASE}", ROOT, share_id)
    if progress is not None:
        progress.report(_PARTS, _PARTS, "Ready")


def _measurement(doc_num: DocNum) -> dict[str, str | int | float]:
    """A line along a root, so that drawings can be seen."""
    return {
        "DocNum": doc_num,
        "ColorDraw": -16711936,
        "DrawingSegment": "420,180;450,560",
        "DrawType": int(DrawType.LINE),
    }


class _Filing:
    """Rows in one transaction; files made and written on two threads meanwhile."""

    def __init__(
        self, unit: UnitOfWork, root: Path, library: Library, progress: Progress | None
    ) -> None:
        self._unit = unit
        self._root = root
        self._library = library
        self._progress = progress
        self._categories: dict[str, DefNum] = {}
        self._doc_num = 0
        self._done = 0
        self.first_periapical = DocNum(0)

    def file_all(self, plans: list[PatientPlan]) -> None:
        """Everything that was planned."""
        total = sum(len(one.documents) + sum(len(m.documents) for m in one.mounts) for one in plans)
        with self._unit as unit, ThreadPoolExecutor(2) as pool:
            self._categories = {c.item_name: c.def_num for c in unit.definitions.image_categories()}
            jobs = list(self._jobs(plans))
            for start in range(0, len(jobs), _AHEAD):
                some = jobs[start : start + _AHEAD]
                for document in pool.map(self._written, some):
                    number = unit.documents.insert(document)
                    assert number == document.doc_num  # its file is named after it
                    self._report(total)
            unit.commit()

    def _jobs(self, plans: list[PatientPlan]) -> Iterator["_Job"]:
        for one in plans:
            folder = self._folder(one.person)
            self._loose(one, folder)
            pending = set[str]()
            for planned in one.documents:
                yield self._job(one.person, folder, planned, MountItemNum(0), pending)
            for mount in one.mounts:
                places = self._mount(one.person.pat_num, mount)
                for planned in mount.documents:
                    yield self._job(one.person, folder, planned, places[planned.order], pending)

    def _folder(self, person: Person) -> Path:
        name = image_folder_name(_patient(person))
        self._unit.patients.set_image_folder(person.pat_num, name)
        folder = self._root / letter_folder(name) / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _loose(self, one: PatientPlan, folder: Path) -> None:
        for loose in one.loose:
            name = loose.name.format(category=self._categories.get(loose.category, 0))
            (folder / name).write_bytes(loose.make(self._library))

    def _mount(self, pat_num: PatNum, planned: PlannedMount) -> dict[int, MountItemNum]:
        """The mount's row; its items' numbers by their order."""
        layout: Layout = planned.layout
        mount = Mount(
            MountNum(0), pat_num, self._categories[planned.category], planned.moment, layout.description, "", layout.width,
            layout.height, layout.color_back, layout.color_fore, layout.color_text_back, ProvNum(1),
        )  # fmt: skip
        _, numbers = self._unit.mounts.insert(mount, layout.items)
        return {
            item.item_order: number
            for item, number in zip(layout.items, numbers, strict=True)
            if item.item_order
        }

    def _job(
        self,
        person: Person,
        folder: Path,
        planned: PlannedDocument,
        item: MountItemNum,
        pending: set[str],
    ) -> "_Job":
        self._doc_num += 1
        number = DocNum(self._doc_num)
        if planned.pending:
            name = pending_name(pending)
            pending.add(name)
        else:
            name = generated_name(person.lname, person.fname, number, planned.extension)
        if (
            not self.first_periapical
            and planned.extension == ".jpg"
            and planned.description.startswith("PA ")
        ):
            self.first_periapical = number
        return _Job(
            person.pat_num, folder, planned, item, number, name, self._categories[planned.category]
        )

    def _written(self, job: "_Job") -> Document:
        return job.write(self._library)

    def _report(self, total: int) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress.report(
                _PARTS // 2 + self._done * (_PARTS // 2 - 1) // total, _PARTS, "Filing pictures"
            )


@dataclass(frozen=True)
class _Job:
    """One document on its way from the plan to its row and file."""

    pat_num: PatNum
    folder: Path
    planned: PlannedDocument
    item: MountItemNum
    doc_num: DocNum
    file_name: str
    category: DefNum

    def write(self, library: Library) -> Document:
        """Makes the bytes and, unless pending, writes the file under its final name; its row."""
        edits, note = self.planned.edits, self.planned.note
        data = self.planned.make(library)
        if self.planned.dicom is not None:
            which, order, lossless = self.planned.dicom
            pixels = library.deep[which, order]
            data = dicom(pixels, self.planned.moment, self.pat_num, lossless)
            low, high = inspect(data).window or (0, 0)
            edits = Edits(windowing_min=low, windowing_max=high)
        if self.planned.pending:
            note = f"{PendingKind.RAW_BASE64.value}{self.planned.extension}_{base64.b64encode(data).decode()}"
            return self._document(edits, note)
        (self.folder / self.file_name).write_bytes(data)
        return self._document(edits, note)

    def _document(self, edits: Edits, note: str) -> Document:
        planned = self.planned
        return Document(
            self.doc_num,
            self.pat_num,
            self.category,
            planned.moment,
            self.file_name,
            planned.description,
            planned.img_type,
            edits.is_flipped,
            float(edits.degrees_rotated),
            tooth_numbers.parse(planned.teeth),
            note,
            edits.crop,
            edits.windowing_min,
            edits.windowing_max,
            self.item,
            prov_num=ProvNum(planned.prov_num),
            print_heading=planned.img_type is ImgType.RADIOGRAPH,
        )


def _patient(person: Person) -> Patient:
    return Patient(person.pat_num, person.lname, person.fname)
