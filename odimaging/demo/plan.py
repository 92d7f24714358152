"""Who has which documents from which visit: the whole practice as a list, before a single file is written."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from odimaging.demo.layouts import PHOTO_GRID_SHOTS, Layout, fmx, four_bitewings, photo_grid
from odimaging.demo.library import DENTITIONS, FACES, Library, encoded
from odimaging.demo.people import Person
from odimaging.demo.photos import taken_at
from odimaging.demo.radiograph import FMX_VIEWS
from odimaging.model.document import Crop, ImgType
from odimaging.model.picture import Edits
from odimaging.repository.derived import EXIF_TURNS

TODAY = date(2026, 11, 2)
"""The demo's newest visit."""

Make = Callable[[Library], bytes]


@dataclass(frozen=True)
class PlannedDocument:
    """A document to be: its row's words, and how to make its bytes. ``order`` is its position in a planned mount."""

    category: str
    extension: str
    moment: datetime
    make: Make
    description: str = ""
    img_type: ImgType = ImgType.DOCUMENT
    teeth: str = ""
    edits: Edits = Edits()
    note: str = ""
    prov_num: int = 0
    order: int = 0
    pending: bool = False
    dicom: tuple[int, int, bool] | None = None
    """(mouth, order, lossless JPEG): drawn by the writer, who then knows the window."""


@dataclass(frozen=True)
class PlannedMount:
    """A mount to be and what stands in it."""

    layout: Layout
    category: str
    moment: datetime
    documents: tuple[PlannedDocument, ...]


@dataclass(frozen=True)
class LooseFile:
    """A file somebody put into the patient's folder. ``{category}`` in its name becomes that DefNum."""

    name: str
    make: Make
    category: str = ""


@dataclass
class PatientPlan:
    """All of one patient."""

    person: Person
    documents: list[PlannedDocument] = field(default_factory=list)
    mounts: list[PlannedMount] = field(default_factory=list)
    loose: list[LooseFile] = field(default_factory=list)


def plan(people: tuple[Person, ...]) -> list[PatientPlan]:
    """The same at every call."""
    return [_Planner(person).planned() for person in people]


_RICH = 1
"""PatNum of the patient with the long history."""
_WITHOUT_DOCUMENTS = frozenset({"Test", "Null"})
_FMX_PATIENTS = {1: 18, 5: 18, 21: 10, 12: 18}
"""PatNum → how many of the 18 positions are taken."""
_BW_EVERY = 3


class _Planner:
    """Plans one patient; its random numbers depend on the PatNum alone."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self._random = random.Random(person.pat_num)
        self._plan = PatientPlan(person)
        self._dentition = person.pat_num * 7 // 3 % DENTITIONS
        self._brightness = self._random.uniform(0.88, 1.14)

    def planned(self) -> PatientPlan:
        """Everything of this patient."""
        if self._person.lname in _WITHOUT_DOCUMENTS:
            self._loose_files()
            return self._plan
        rich = self._person.pat_num == _RICH
        for index, day in enumerate(self._visits(9 if rich else self._random.choice((1, 2, 2)))):
            self._visit(index, day, rich)
        self._special()
        self._loose_files()
        return self._plan

    def _visits(self, count: int) -> list[date]:
        last = TODAY - timedelta(days=self._random.randrange(0, 200))
        return [
            last - timedelta(days=182 * back + self._random.randrange(30)) for back in range(count)
        ]

    def _at(self, day: date) -> datetime:
        """A moment in office hours."""
        return datetime.combine(day, time(8)) + timedelta(seconds=self._random.randrange(9 * 3600))

    def _visit(self, index: int, day: date, rich: bool) -> None:
        number = self._person.pat_num
        if index == 0:
            self._portrait(day)
        if index in ((0, 4) if rich else (0,)) and number in _FMX_PATIENTS:
            self._full_mouth(day, _FMX_PATIENTS[number])
        elif (rich and index < 4) or (number % _BW_EVERY == 0 and not index):
            self._bitewings(day, index)
        else:
            for order in self._random.sample(range(5, 19), 4 if rich else 2):
                self._add(
                    self._periapical(
                        order, day, index, self._random.choice((".jpg", ".png", ".tif"))
                    )
                )
        self._papers(day, 4 if rich else 1 + index % 2)
        if rich or (index == 0 and number % 3 == 1):
            self._photos(day, 2 if rich else 1)
        if index == 1 or (rich and index % 3 == 0):
            self._panoramic(day, index)
        if rich and index in (1, 5):
            self._photo_mount(day)

    def _special(self) -> None:
        number = self._person.pat_num
        day = TODAY - timedelta(days=number)
        if number % 8 == 1:
            for lossless in (False, True):
                self._add(self._dicom(day, lossless))
        if number % 9 == 2:
            self._pending(day)
        if number % 4 == 0:
            self._chart_and_card(day)
        if number == 12:
            self._photo_mount(day)

    # ------------------------------------------------ radiographs

    def _xray(self, order: int, series: int, extension: str, degrees: int) -> Make:
        dentition, brightness = self._dentition, self._brightness
        return lambda library: encoded(
            library.radiograph(dentition, order, series, brightness), extension, degrees
        )

    def _periapical(self, order: int, day: date, series: int, extension: str) -> PlannedDocument:
        degrees = self._random.choice((0, 0, 0, 90, 180, 270))
        return PlannedDocument(
            "X-rays", extension, self._at(day), self._xray(order, series, extension, degrees),
            f"PA {FMX_VIEWS[order].teeth.replace(',', ' ')}", ImgType.RADIOGRAPH, FMX_VIEWS[order].teeth,
            Edits(degrees_rotated=degrees), prov_num=1 + series % 3,
        )  # fmt: skip

    def _mounted(
        self, layout: Layout, day: date, series: int, extension: str, taken: int, category: str
    ) -> None:
        begin = self._at(day)
        positions = [item for item in layout.items if item.takes_image][:taken]
        documents = [
            PlannedDocument(
                category, extension, begin + timedelta(seconds=25 * place),
                self._xray(item.item_order, series, extension, item.rotate_on_acquire), "", ImgType.RADIOGRAPH,
                item.tooth_numbers, Edits(degrees_rotated=item.rotate_on_acquire), order=item.item_order,
            )
            for place, item in enumerate(positions)
        ]  # fmt: skip
        self._plan.mounts.append(PlannedMount(layout, category, begin, tuple(documents)))

    def _full_mouth(self, day: date, taken: int) -> None:
        self._mounted(
            fmx(), day, 0, ".tif" if self._person.pat_num == _RICH else ".jpg", taken, "FMXs"
        )

    def _bitewings(self, day: date, index: int) -> None:
        self._mounted(four_bitewings(), day, index, ".jpg", 4, "BWs")

    def _panoramic(self, day: date, index: int) -> None:
        dentition, brightness = self._dentition, self._brightness
        self._add(
            PlannedDocument(
                "Panos",
                ".jpg",
                self._at(day),
                lambda library: encoded(library.panoramic(dentition, brightness), ".jpg"),
                "Panoramic",
                ImgType.RADIOGRAPH,
                "1-32" if index else "",
            )
        )

    def _dicom(self, day: date, lossless: bool) -> PlannedDocument:
        order = self._random.choice((6, 9, 14))
        return PlannedDocument(
            "X-rays", ".dcm", self._at(day), lambda _: b"", "Sensor, 12 bits", ImgType.RADIOGRAPH, FMX_VIEWS[order].teeth,
            prov_num=1, dicom=(self._person.pat_num // 8 % 2, order, lossless),
        )  # fmt: skip

    # ------------------------------------------------ photographs

    def _portrait(self, day: date) -> None:
        face = self._person.pat_num % FACES
        moment = self._at(day)
        self._add(PlannedDocument("Patient Pictures", ".jpg", moment, lambda library: taken_at(library.faces[face], moment),
                                  "Portrait", ImgType.PHOTO))  # fmt: skip

    def _photo(
        self, shot: str, orientation: int, moment: datetime, order: int = 0, words: str = ""
    ) -> PlannedDocument:
        flipped, degrees = EXIF_TURNS.get(orientation, (False, 0.0))
        return PlannedDocument(
            "Photos", ".jpg", moment, lambda library: taken_at(library.photos[shot, orientation], moment),
            words or f"{shot.capitalize()} view", ImgType.PHOTO, "", Edits(flipped, degrees), order=order,
        )  # fmt: skip

    def _photos(self, day: date, count: int) -> None:
        for shot, orientation in self._random.sample(_SHOTS_TAKEN, count):
            self._add(self._photo(shot, orientation, self._at(day)))

    def _photo_mount(self, day: date) -> None:
        begin, turns = self._at(day), dict(reversed(_SHOTS_TAKEN))
        documents = [
            self._photo(
                shot,
                turns[shot],
                begin + timedelta(seconds=20 * place),
                place + 1,
                shot.capitalize(),
            )
            for place, shot in enumerate(PHOTO_GRID_SHOTS)
        ]
        self._plan.mounts.append(PlannedMount(photo_grid(), "Photos", begin, tuple(documents)))

    # ------------------------------------------------ paper and the rest

    def _papers(self, day: date, count: int) -> None:
        for category, name, words in self._random.sample(_PAPERS, count):
            note = "Copy sent to the patient." if self._random.random() < 0.2 else ""
            paper = self._paper(category, name, words, day)
            self._add(replace(paper, note=note, prov_num=self._random.randrange(4)))

    def _paper(self, category: str, name: str, words: str, day: date) -> PlannedDocument:
        extension = f".{name.rpartition('.')[2]}"
        kind = ImgType.FILE if extension == ".docx" else ImgType.DOCUMENT
        return PlannedDocument(category, extension, self._at(day), _of_paper(name), words, kind)

    def _chart_and_card(self, day: date) -> None:
        self._add(self._paper("Tooth Charts", "chart.png", "Tooth chart", day))
        card = f"card{self._person.pat_num % 3}.gif"
        self._add(self._paper("Insurance", card, "Insurance card", day))
        form = self._paper("Patient Forms", "scan.bmp", "Health history", day)
        cropped = Edits(crop=Crop(0, 120, 560, 400), windowing_min=20, windowing_max=220)
        self._add(replace(form, edits=cropped) if self._person.pat_num % 8 == 0 else form)

    def _pending(self, day: date) -> None:
        face = (self._person.pat_num + 1) % FACES
        picture = PlannedDocument(
            "Photos", ".jpg", self._at(day), _of_face(face), "Sent by the patient", ImgType.PHOTO
        )
        letter = self._paper("Letters", "note.txt", "Sent by a colleague", day)
        for document in (picture, letter):
            self._add(replace(document, pending=True))

    def _loose_files(self) -> None:
        if self._person.pat_num % 10 == 3:
            self._plan.loose.append(
                LooseFile("scan from the front desk.pdf", _of_paper("claim.pdf"))
            )
            self._plan.loose.append(
                LooseFile("_{category}_portrait.jpg", _of_face(0), "Patient Pictures")
            )
        if self._person.lname in _WITHOUT_DOCUMENTS:
            self._plan.loose.append(LooseFile("__referral.txt", _of_paper("note.txt")))

    def _add(self, document: PlannedDocument) -> None:
        self._plan.documents.append(document)


def _of_paper(name: str) -> Make:
    return lambda library: library.paper[name]


def _of_face(face: int) -> Make:
    return lambda library: library.faces[face]


_SHOTS_TAKEN = [("face", 6), ("face", 8), ("smile", 1), ("smile", 5), ("retracted", 1), ("retracted", 3), ("right", 2),
                ("left", 4), ("upper", 7), ("lower", 1)]  # fmt: skip
_PAPERS = [
    ("Letters", "referral.pdf", "Referral letter"),
    ("Treatment Plans", "plan.pdf", "Treatment plan"),
    ("Insurance", "claim.pdf", "Insurance claim"),
    ("Patient Forms", "consent.tif", "Consent form"),
    ("Letters", "letter.docx", "Letter to a colleague"),
    ("Miscellaneous", "note.txt", "Phone note"),
]
