"""One suite for the database: in memory, SQLite, MariaDB with InnoDB and with MyISAM."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import pytest

from odimaging.db.engine import Database, open_database
from odimaging.model.definition import Definition, Provider
from odimaging.model.document import Crop, Document, ImgType, PendingKind
from odimaging.model.errors import (
    DocumentNotFound,
    InvalidField,
    LockBusy,
    MountNotFound,
    PatientNotFound,
)
from odimaging.model.ids import (
    DefNum,
    DocNum,
    MountItemNum,
    MountNum,
    OperationNumber,
    PatNum,
    ProvNum,
)
from odimaging.model.mount import DrawType, ImageDraw, Mount, MountItem
from odimaging.model.patient import Gender, Patient, PatStatus
from odimaging.model.ports import Locks, LogEntry, UnitOfWork, UnitOfWorkFactory
from tests.fakes.memory_unit_of_work import MemoryDatabase
from tests.servers.mariadb import MakePractice, PracticeDatabase

T = TypeVar("T")

MADE = datetime(2025, 5, 12, 14, 30, 5)
OPERATION = OperationNumber("0123456789abcdef" * 2)
OTHER_OPERATION = OperationNumber("fedcba9876543210" * 2)
ANNA = PatNum(7)
LOG_COLUMNS = "PermType, LogText, PatNum, FKey, LogSource, CompName, UserNum, DateTPrevious"


@dataclass
class Bench:
    """A database and what the ports cannot put into it."""

    kind: str
    unit_of_work: UnitOfWorkFactory
    locks: Locks
    seed: Callable[[Any], Any]
    log: Callable[[], list[tuple[Any, ...]]]

    def write(self, change: Callable[[UnitOfWork], T]) -> T:
        """One unit that commits."""
        with self.unit_of_work() as work:
            result = change(work)
            work.commit()
        return result

    def document(self, **fields: Any) -> Document:
        """A new document, as the database gives it back."""
        return self.write(
            lambda work: work.documents.get(work.documents.insert(document(**fields)))
        )

    def read(self, doc_num: DocNum) -> Document:
        """In a unit of its own."""
        with self.unit_of_work() as work:
            return work.documents.get(doc_num)


def document(**fields: Any) -> Document:
    whole: dict[str, Any] = {
        "doc_num": DocNum(0),
        "pat_num": ANNA,
        "doc_category": DefNum(3),
        "date_created": MADE,
        "file_name": "BakerAnn1.jpg",
    }
    return Document(**whole | fields)


def every_field() -> Document:
    return document(
        description="Bitewing “left”",
        img_type=ImgType.RADIOGRAPH,
        is_flipped=True,
        degrees_rotated=12.5,
        tooth_numbers="1,2,A",
        note="a note\nof two lines",
        crop=Crop(-3, 4, 50, 60),
        windowing_min=10,
        windowing_max=200,
        mount_item_num=MountItemNum(0),
        prov_num=ProvNum(2),
        is_crop_old=True,
        print_heading=True,
        external_guid="abc",
        external_source="XVWeb",
    )


# ---------------------------------------------------------------- the four


def _memory_bench() -> Bench:
    database = MemoryDatabase()

    def seed(what: Any) -> Any:
        tables = database._tables
        match what:
            case Patient():
                tables.patients[what.pat_num] = what
            case Definition():
                tables.definitions[what.def_num] = what
            case Provider():
                tables.providers[what.prov_num] = what
            case ImageDraw():
                database.add_drawing(what)
            case (name, value):
                database.set_preference(name, value)

    def log() -> list[tuple[Any, ...]]:
        return [
            (
                row.perm_type,
                row.log_text,
                row.pat_num,
                row.fkey,
                row.log_source,
                "PC1",
                0,
                str(row.date_previous),
            )
            for row in database.log
        ]

    return Bench("memory", database.unit_of_work, database.locks, seed, log)


def _seed(database: Database, what: Any) -> None:
    with database.unit_of_work() as work:
        match what:
            case Patient():
                work.seed.patient(what)
            case Definition():
                work.seed.category(what)
            case Provider():
                work.seed.provider(what)
            case ImageDraw():
                work.seed.drawing(what)
            case (name, value):
                work.seed.preference(name, value)
        work.commit()


def rows_of(practice: PracticeDatabase, statement: str) -> list[tuple[Any, ...]]:
    """What is committed, asked for past the program."""
    if practice.server is not None:
        return practice.server.execute(statement, database=practice.name)
    with closing(sqlite3.connect(Path(practice.url.removeprefix("sqlite:///")))) as connection:
        return connection.execute(statement).fetchall()


def _log_rows(practice: PracticeDatabase) -> list[tuple[Any, ...]]:
    rows = rows_of(practice, f"SELECT {LOG_COLUMNS} FROM securitylog ORDER BY SecurityLogNum")
    return [(*row[:-1], str(row[-1])) for row in rows]


@pytest.fixture(
    params=[
        "memory",
        "sqlite",
        pytest.param("innodb", marks=pytest.mark.mariadb),
        pytest.param("myisam", marks=pytest.mark.mariadb),
    ]
)
def bench(
    request: pytest.FixtureRequest, make_practice_database: MakePractice, tmp_path: Path
) -> Iterator[Bench]:
    if request.param == "memory":
        yield _memory_bench()
        return
    practice = make_practice_database(request.param)
    if practice.server is not None:
        practice.server.execute(
            "DELETE FROM definition", "DELETE FROM preference", database=practice.name
        )
    else:
        with closing(sqlite3.connect(tmp_path / "practice.db")) as connection:
            connection.executescript("DELETE FROM definition; DELETE FROM preference")
    database = open_database(practice.url, practice.password, comp_name="PC1")
    yield Bench(
        request.param,
        database.unit_of_work,
        database.locks,
        lambda what: _seed(database, what),
        lambda: _log_rows(practice),
    )
    database.close()


# ---------------------------------------------------------------- unit of work


def test_committed_is_there_for_others(bench: Bench) -> None:
    made = bench.document()
    assert bench.read(made.doc_num) == made


def test_leaving_without_commit_rolls_back(bench: Bench) -> None:
    with bench.unit_of_work() as work:
        doc_num = work.documents.insert(document())
    with bench.unit_of_work() as work:
        left = [row.doc_num for row in work.documents.of_patient(ANNA)]
    # MyISAM keeps what was written: operations order their steps for that.
    assert left == ([doc_num] if bench.kind == "myisam" else [])


def test_an_error_rolls_back(bench: Bench) -> None:
    made = bench.document()
    with pytest.raises(DocumentNotFound), bench.unit_of_work() as work:
        work.documents.update(made.doc_num, {"description": "new"})
        work.documents.get(DocNum(made.doc_num + 1000))
    assert bench.read(made.doc_num).description == ("new" if bench.kind == "myisam" else "")


def test_a_unit_sees_its_own_writes_and_what_others_commit_meanwhile(bench: Bench) -> None:
    with bench.unit_of_work() as looking:
        assert looking.documents.of_patient(ANNA) == ()
        made = bench.document()
        assert looking.documents.get(made.doc_num) == made
        looking.documents.update(made.doc_num, {"description": "mine"})
        assert looking.documents.get(made.doc_num).description == "mine"


def test_now_is_whole_seconds_and_not_in_the_past_of_a_row(bench: Bench) -> None:
    with bench.unit_of_work() as work:
        before = work.now()
        doc_num = work.documents.insert(document())
        made = work.documents.get(doc_num)
        work.commit()
    assert before.microsecond == 0
    assert before <= made.date_tstamp <= before + timedelta(seconds=60)


# ---------------------------------------------------------------- documents


def test_every_field_comes_back(bench: Bench) -> None:
    made = bench.document(**{f: getattr(every_field(), f) for f in _FIELDS})
    assert replace(made, doc_num=DocNum(0), date_tstamp=datetime(1, 1, 1)) == every_field()


_FIELDS = [name for name in Document.__slots__ if name not in ("doc_num", "date_tstamp")]


def test_numbers_differ_and_an_unknown_one_is_not_found(bench: Bench) -> None:
    first, second = bench.document(), bench.document()
    assert first.doc_num != second.doc_num
    with pytest.raises(DocumentNotFound):
        bench.read(DocNum(second.doc_num + 1))


def test_parts_of_a_second_are_cut_and_not_rounded(bench: Bench) -> None:
    made = bench.document(date_created=datetime(2025, 5, 12, 23, 59, 59, 999_999))
    assert made.date_created == datetime(2025, 5, 12, 23, 59, 59)


def test_of_patient_is_sorted_and_shows_no_payload(bench: Bench) -> None:
    late = bench.document(date_created=MADE + timedelta(days=1), note="plain")
    early = bench.document(date_created=MADE, mount_item_num=MountItemNum(5))
    pending = bench.document(note=f"{PendingKind.RAW_BASE64.value}.jpg_{'A' * 100_000}")
    bench.document(pat_num=PatNum(8))
    with bench.unit_of_work() as work:
        found = work.documents.of_patient(ANNA)
    assert [row.doc_num for row in found] == [early.doc_num, pending.doc_num, late.doc_num]
    assert [row.note for row in found] == ["", "_rawBase64_:.jpg_…", "plain"]
    assert found[1].pending is PendingKind.RAW_BASE64


def test_a_marker_in_other_letters_is_an_ordinary_note(bench: Bench) -> None:
    text = f"_RAWBASE64_:.jpg_{'A' * 200}"
    bench.document(note=text)
    with bench.unit_of_work() as work:
        assert work.documents.of_patient(ANNA)[0].note == text


def test_get_and_in_mount_have_the_whole_note(bench: Bench) -> None:
    note = f"{PendingKind.RAW_BASE64.value}.jpg_{'A' * 100_000}"
    _, items = bench.write(lambda work: work.mounts.insert(mount(), [item(1), item(2)]))
    mount_num, _ = bench.write(lambda work: work.mounts.insert(mount(), [item(1)]))
    made = bench.document(note=note, mount_item_num=items[1])
    with bench.unit_of_work() as work:
        assert work.documents.get(made.doc_num).note == note
        first = work.mounts.of_patient(ANNA)[0].mount_num
        assert work.documents.in_mount(first) == (made,)
        assert work.documents.in_mount(mount_num) == ()


def test_file_names_are_told_apart_by_case(bench: Bench) -> None:
    bench.document(file_name="a.jpg")
    bench.document(file_name="A.JPG")
    bench.document(file_name="b.jpg", pat_num=PatNum(8))
    with bench.unit_of_work() as work:
        assert work.documents.file_names(ANNA) == {"a.jpg", "A.JPG"}


def test_a_name_is_discovered_once_and_exactly(bench: Bench) -> None:
    def find(name: str, pat_num: PatNum = ANNA) -> DocNum | None:
        found = document(file_name=name, pat_num=pat_num)
        return bench.write(lambda work: work.documents.insert_discovered(found))

    first = find("scan.jpg")
    assert first is not None
    assert bench.read(first).file_name == "scan.jpg"
    assert find("scan.jpg") is None
    others = [find("SCAN.JPG"), find("scän.jpg"), find("scan.jpg "), find("scan.jpg", PatNum(8))]
    assert len({first, *others}) == 5
    assert None not in others


def test_update_changes_the_named_fields_and_the_stamp(bench: Bench) -> None:
    made = bench.document(description="old", note="kept")
    changes: dict[str, Any] = {
        "description": "new",
        "crop": Crop(1, -2, 3, 4),
        "degrees_rotated": 90.0,
        "is_flipped": True,
        "img_type": ImgType.PHOTO,
        "date_created": datetime(2024, 2, 29),
        "external_source": "",
    }
    assert bench.write(lambda work: work.documents.update(made.doc_num, changes)) is True
    after = bench.read(made.doc_num)
    assert after.date_tstamp >= made.date_tstamp
    assert after == replace(made, **changes, date_tstamp=after.date_tstamp)


def test_update_tells_whether_the_row_matched_even_if_nothing_changed(bench: Bench) -> None:
    made = bench.document(description="same")
    with bench.unit_of_work() as work:
        assert work.documents.update(made.doc_num, {"description": "same"}) is True
        assert work.documents.update(made.doc_num, {}) is True
        assert work.documents.update(DocNum(made.doc_num + 1), {"description": "same"}) is False
        assert work.documents.update(DocNum(made.doc_num + 1), {}) is False
        work.commit()


@pytest.mark.parametrize(
    ("name", "differs"),
    [
        ("file_name", "BAKERANN1.JPG"),
        ("file_name", "BakerAnn1.jpg "),
        ("description", "Bitewing “Left”"),
        ("note", "a note"),
        ("tooth_numbers", "1,2,a"),
        ("degrees_rotated", 12.6),
        ("crop", Crop(-3, 4, 50, 61)),
        ("is_flipped", False),
        ("img_type", ImgType.PHOTO),
        ("date_created", MADE + timedelta(seconds=1)),
        ("pat_num", PatNum(8)),
        ("external_source", ""),
        ("print_heading", False),
        ("note_sha256", sha256(b"a note").hexdigest()),
    ],
)
def test_update_only_while_the_condition_holds(bench: Bench, name: str, differs: Any) -> None:
    whole = {f: getattr(every_field(), f) for f in _FIELDS}
    made = bench.document(**whole)
    holds = whole | {"note_sha256": sha256(made.note.encode()).hexdigest()}
    change = {"windowing_max": 99}
    with bench.unit_of_work() as work:
        assert work.documents.update(made.doc_num, change, {name: differs}) is False
        assert work.documents.get(made.doc_num) == made
        assert work.documents.update(made.doc_num, change, {name: holds[name]}) is True
        work.commit()
    assert bench.read(made.doc_num).windowing_max == 99


def test_the_whole_row_as_condition(bench: Bench) -> None:
    made = bench.document(degrees_rotated=359.123, description="ä😀", note="")
    holds = {f: getattr(made, f) for f in [*_FIELDS, "date_tstamp"]}
    assert bench.write(lambda work: work.documents.update(made.doc_num, {"note": "x"}, holds))
    assert not bench.write(lambda work: work.documents.update(made.doc_num, {"note": "y"}, holds))


def test_text_that_does_not_fit_is_refused_whole(bench: Bench) -> None:
    made = bench.document()
    long_text = "x" * 256
    for fields in ({"description": long_text}, {"note": "x" * 16_777_216}):
        with pytest.raises(InvalidField), bench.unit_of_work() as work:
            work.documents.update(made.doc_num, fields)
    with pytest.raises(InvalidField), bench.unit_of_work() as work:
        work.documents.insert(document(file_name=long_text))
    assert bench.read(made.doc_num) == made


def test_255_characters_of_any_plane_fit(bench: Bench) -> None:
    assert bench.document(description="😀" * 255).description == "😀" * 255


def test_delete_takes_the_row_and_its_drawings(bench: Bench) -> None:
    made, other = bench.document(), bench.document()
    for row in (made, other):
        bench.seed(ImageDraw(row.doc_num, MountNum(0), DrawType.LINE, drawing_segment="1,1;2,2"))
    assert bench.write(lambda work: work.documents.delete(made.doc_num)) is True
    assert bench.write(lambda work: work.documents.delete(made.doc_num)) is False
    with bench.unit_of_work() as work:
        assert work.documents.of_patient(ANNA) == (other,)
        assert work.mounts.drawings(doc_num=made.doc_num) == ()
        assert len(work.mounts.drawings(doc_num=other.doc_num)) == 1


def test_delete_run_again_removes_drawings_left_by_a_stop(bench: Bench) -> None:
    orphan = DocNum(4711)
    bench.seed(ImageDraw(orphan, MountNum(0), DrawType.LINE))
    assert bench.write(lambda work: work.documents.delete(orphan)) is False
    with bench.unit_of_work() as work:
        assert work.mounts.drawings(doc_num=orphan) == ()


def test_a_snapshot_is_the_row_in_open_dentals_words(bench: Bench) -> None:
    made = bench.document(**{f: getattr(every_field(), f) for f in _FIELDS})
    with bench.unit_of_work() as work:
        row = work.documents.snapshot(made.doc_num)
    expected = {
        "DocNum": made.doc_num,
        "PatNum": 7,
        "DateCreated": "2025-05-12 14:30:05",
        "ImgType": 1,
        "IsFlipped": 1,
        "DegreesRotated": 12.5,
        "CropX": -3,
        "CropH": 60,
        "Note": "a note\nof two lines",
        "ExternalSource": "XVWeb",
        "RawBase64": "",
    }
    assert {name: row[name] for name in expected} == expected
    with pytest.raises(DocumentNotFound), bench.unit_of_work() as work:
        work.documents.snapshot(DocNum(made.doc_num + 1))


def test_what_was_deleted_comes_back_under_its_number_with_its_drawings(bench: Bench) -> None:
    whole = {f: getattr(every_field(), f) for f in _FIELDS} | {
        "external_guid": "",
        "external_source": "",
    }
    made = bench.document(**whole)
    line = ImageDraw(made.doc_num, MountNum(0), DrawType.LINE, drawing_segment="1,1;2,2.5")
    bench.seed(line)
    with bench.unit_of_work() as work:
        row = work.documents.snapshot(made.doc_num)
        work.documents.delete(made.doc_num)
        work.commit()
    assert bench.write(lambda work: work.documents.reinsert(row, OPERATION)) == made.doc_num
    back = bench.read(made.doc_num)
    assert back.operation == OPERATION
    assert replace(back, external_guid="", date_tstamp=made.date_tstamp) == made
    with bench.unit_of_work() as work:
        assert work.mounts.drawings(doc_num=made.doc_num) == (line,)


def test_a_number_that_is_taken_gives_way(bench: Bench) -> None:
    made = bench.document(file_name="first.jpg")
    with bench.unit_of_work() as work:
        row = dict(work.documents.snapshot(made.doc_num))
    again = bench.write(lambda work: work.documents.reinsert(row, OPERATION))
    assert again != made.doc_num
    assert bench.read(again).file_name == "first.jpg"
    assert bench.read(made.doc_num) == made


def test_tokens(bench: Bench) -> None:
    plain = bench.document()
    doc_num = bench.write(lambda work: work.documents.insert(document(), token=OPERATION))
    with bench.unit_of_work() as work:
        found = work.documents.with_token(OPERATION)
        assert found is not None
        assert (found.doc_num, found.operation) == (doc_num, OPERATION)
        assert work.documents.with_token(OTHER_OPERATION) is None
        assert work.documents.tokens() == ((doc_num, OPERATION),)
        work.documents.clear_token(doc_num, OTHER_OPERATION)
        assert work.documents.get(doc_num).operation == OPERATION
        work.documents.clear_token(doc_num, OPERATION)
        work.documents.clear_token(plain.doc_num, OPERATION)
        assert work.documents.get(doc_num).external_guid == ""
        assert work.documents.tokens() == ()
        work.commit()


def test_a_token_does_not_displace_another_programs_number(bench: Bench) -> None:
    theirs = document(external_guid="id-1", external_source="XVWeb")
    doc_num = bench.write(lambda work: work.documents.insert(theirs, token=OPERATION))
    assert bench.read(doc_num).external_guid == "id-1"
    sourced = document(external_source="Dropbox")
    doc_num = bench.write(lambda work: work.documents.insert(sourced, token=OPERATION))
    assert bench.read(doc_num).external_guid == ""


def test_stored_bytes(bench: Bench) -> None:
    data = "QUJD" * 50_000
    doc_num = bench.write(lambda work: work.documents.insert(document(), raw_base64=data))
    with bench.unit_of_work() as work:
        assert work.documents.raw_base64(doc_num) == data
        with pytest.raises(DocumentNotFound):
            work.documents.raw_base64(DocNum(doc_num + 1))


def test_places(bench: Bench) -> None:
    bench.seed(Patient(ANNA, "Baker", "Ann", image_folder="BakerAnn7"))
    first = bench.document(file_name="a.jpg")
    second = bench.document(file_name="b.jpg", pat_num=PatNum(99))
    with bench.unit_of_work() as work:
        assert list(work.documents.places()) == [
            (first.doc_num, ANNA, "BakerAnn7", "a.jpg"),
            (second.doc_num, 99, "", "b.jpg"),
        ]


def test_nothing_refers_to_a_new_document(bench: Bench) -> None:
    made = bench.document()
    with bench.unit_of_work() as work:
        assert work.documents.references(made.doc_num) == ()


# ---------------------------------------------------------------- mounts


def mount(**fields: Any) -> Mount:
    whole: dict[str, Any] = {
        "mount_num": MountNum(0),
        "pat_num": ANNA,
        "doc_category": DefNum(3),
        "date_created": MADE,
        "width": 800,
        "height": 600,
    }
    return Mount(**whole | fields)


def item(order: int, **fields: Any) -> MountItem:
    return MountItem(
        MountItemNum(0), MountNum(0), 10 * order, 20, 100, 90, item_order=order, **fields
    )


def test_a_mount_comes_back_with_its_items_by_order(bench: Bench) -> None:
    whole = mount(
        description="4BW",
        note="n",
        color_back=-1,
        color_fore=5,
        color_text_back=6,
        prov_num=ProvNum(4),
        flip_on_acquire=True,
        adj_mode_after_series=True,
    )
    items = [
        item(2, tooth_numbers="1,2", rotate_on_acquire=90),
        item(1),
        item(-1),
        item(0, text_showing="[NameLF]", font_size=12.5),
    ]
    mount_num, numbers = bench.write(lambda work: work.mounts.insert(whole, items))
    with bench.unit_of_work() as work:
        assert work.mounts.get(mount_num) == replace(whole, mount_num=mount_num)
        expected = [
            replace(row, mount_num=mount_num, mount_item_num=number)
            for row, number in zip(items, numbers, strict=True)
        ]
        in_order = sorted(expected, key=lambda row: row.item_order)
        assert work.mounts.items(mount_num) == tuple(in_order)
        with pytest.raises(MountNotFound):
            work.mounts.get(MountNum(mount_num + 1))


def test_mounts_of_a_patient_by_date(bench: Bench) -> None:
    late, _ = bench.write(
        lambda work: work.mounts.insert(mount(date_created=MADE + timedelta(1)), [])
    )
    early, _ = bench.write(lambda work: work.mounts.insert(mount(), []))
    bench.write(lambda work: work.mounts.insert(mount(pat_num=PatNum(8)), []))
    with bench.unit_of_work() as work:
        assert [row.mount_num for row in work.mounts.of_patient(ANNA)] == [early, late]


def test_a_mount_takes_its_documents_into_the_category(bench: Bench) -> None:
    mount_num, items = bench.write(lambda work: work.mounts.insert(mount(), [item(1)]))
    inside = bench.document(mount_item_num=items[0])
    outside = bench.document()
    set_category = [
        bench.write(
            lambda work: work.mounts.set_category(mount_num, DefNum(9), expected=DefNum(4))
        ),
        bench.write(
            lambda work: work.mounts.set_category(mount_num, DefNum(9), expected=DefNum(3))
        ),
        bench.write(lambda work: work.mounts.set_category(MountNum(mount_num + 1), DefNum(9))),
    ]
    assert set_category == [False, True, False]
    with bench.unit_of_work() as work:
        assert work.mounts.get(mount_num).doc_category == 9
        assert work.documents.get(inside.doc_num).doc_category == 9
        assert work.documents.get(outside.doc_num).doc_category == 3


def test_drawings_of_a_mount(bench: Bench) -> None:
    drawing = ImageDraw(
        DocNum(0), MountNum(5), DrawType.TEXT, -5, 16777215, "", "10,20;Hello", 11.5
    )
    bench.seed(drawing)
    bench.seed(ImageDraw(DocNum(5), MountNum(0), DrawType.PEN))
    with bench.unit_of_work() as work:
        assert work.mounts.drawings(mount_num=MountNum(5)) == (drawing,)
        assert len(work.mounts.drawings(doc_num=DocNum(5))) == 1


# ---------------------------------------------------------------- lookups


PATIENTS = [
    Patient(
        PatNum(1), "Smith", "John", "P", "Jack", date(1980, 2, 29), Gender.MALE, chart_number="C1"
    ),
    Patient(PatNum(2), "Smithers", "Ann", pat_status=PatStatus.ARCHIVED, guarantor=PatNum(1)),
    Patient(PatNum(3), "O'Brien_%", "smith", birthdate=date(1980, 2, 29)),
    Patient(PatNum(12), "Xu", "Li", image_folder="XuLi12"),
]


@pytest.fixture
def patients(bench: Bench) -> list[Patient]:
    seeded = [replace(row, guarantor=row.guarantor or row.pat_num) for row in PATIENTS]
    for patient in seeded:
        bench.seed(patient)
    return seeded


def test_patients(bench: Bench, patients: list[Patient]) -> None:
    with bench.unit_of_work() as work:
        assert work.patients.get(PatNum(1)) == patients[0]
        with pytest.raises(PatientNotFound):
            work.patients.get(PatNum(4))
        assert work.patients.after(PatNum(1), 2) == tuple(patients[1:3])
        assert work.patients.after(PatNum(12), 2) == ()
        assert work.patients.newest_change() == (12, 4)
        assert work.patients.born(date(1980, 2, 29), 9) == (patients[2], patients[0])
        assert work.patients.born(date(1980, 3, 1), 9) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("smi", [3, 1, 2]),
        ("SMITHE", [2]),
        ("jack", [1]),
        ("12", [12]),
        ("1", [1]),
        ("o'brien_%", [3]),
        ("o'brien%", []),
        ("_", []),
        ("mith", []),
    ],
)
def test_patients_by_the_start_of_a_name(
    bench: Bench, patients: list[Patient], text: str, found: list[int]
) -> None:
    with bench.unit_of_work() as work:
        assert [row.pat_num for row in work.patients.with_prefix(text, 10)] == found
        assert [row.pat_num for row in work.patients.with_prefix(text, 1)] == found[:1]


def test_the_image_folder_is_set_once(bench: Bench, patients: list[Patient]) -> None:
    bench.write(lambda work: work.patients.set_image_folder(PatNum(1), "SmithJohn1"))
    bench.write(lambda work: work.patients.set_image_folder(PatNum(1), "Other1"))
    bench.write(lambda work: work.patients.set_image_folder(PatNum(12), "Other12"))
    with bench.unit_of_work() as work:
        assert work.patients.get(PatNum(1)).image_folder == "SmithJohn1"
        assert work.patients.get(PatNum(12)).image_folder == "XuLi12"


def test_categories_by_order_hidden_ones_too(bench: Bench) -> None:
    rows = [
        Definition(DefNum(5), "Second", 2, "XM"),
        Definition(DefNum(9), "First", 1, "", is_hidden=True),
    ]
    for row in rows:
        bench.seed(row)
    with bench.unit_of_work() as work:
        assert work.definitions.image_categories() == (rows[1], rows[0])


def test_providers(bench: Bench) -> None:
    rows = [Provider(ProvNum(1), "DOC"), Provider(ProvNum(2), "HYG", is_hidden=True)]
    for row in rows:
        bench.seed(row)
    with bench.unit_of_work() as work:
        assert work.definitions.providers() == tuple(rows)


def test_preferences(bench: Bench) -> None:
    bench.seed(("DocPath", "/images;/more"))
    with bench.unit_of_work() as work:
        assert work.preferences.get("DocPath") == "/images;/more"
        assert work.preferences.get("Nothing") is None


# ---------------------------------------------------------------- audit and locks


def test_the_log_takes_entries(bench: Bench) -> None:
    entry = LogEntry(202, "Photo Created: a.jpg", ANNA, 5, MADE, log_source=23)
    bench.write(lambda work: work.log.add(entry))
    bench.write(lambda work: work.log.add(LogEntry(44, "x", ANNA)))
    assert bench.log() == [
        (202, "Photo Created: a.jpg", 7, 5, 23, "PC1", 0, "2025-05-12 14:30:05"),
        (44, "x", 7, 0, 0, "PC1", 0, "0001-01-01 00:00:00"),
    ]


def test_a_lock_has_one_holder(bench: Bench) -> None:
    with bench.locks.hold("doc:5"), bench.locks.hold("doc:6"):
        with pytest.raises(LockBusy), bench.locks.hold("doc:5"):
            pass
        with pytest.raises(LockBusy), bench.locks.hold("doc:5", wait_s=0.1):
            pass
    with bench.locks.hold("doc:5"):
        pass


def test_a_lock_is_waited_for(bench: Bench) -> None:
    order: list[str] = []
    taken, waiting = threading.Event(), threading.Event()

    def holder() -> None:
        with bench.locks.hold("pat:1"):
            taken.set()
            waiting.wait(10)
            order.append("first")

    thread = threading.Thread(target=holder)
    thread.start()
    assert taken.wait(10)
    waiting.set()
    with bench.locks.hold("pat:1", wait_s=10):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_a_lock_is_free_after_an_error(bench: Bench) -> None:
    with pytest.raises(DocumentNotFound), bench.locks.hold("op:1"):
        raise DocumentNotFound
    with bench.locks.hold("op:1"):
        pass


def test_a_unit_writes_under_a_lock(bench: Bench) -> None:
    with bench.locks.hold(f"op:{OPERATION}"):
        assert bench.document().doc_num
