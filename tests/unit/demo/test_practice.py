"""The demo as a whole: what it holds, that every row has its file, that it is made whole or not at all."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from odimaging import practice
from odimaging.db.engine import Database, open_database
from odimaging.demo.layouts import fmx, four_bitewings, photo_grid
from odimaging.demo.people import people
from odimaging.demo.plan import plan
from odimaging.demo.practice import make_demo
from odimaging.imaging.pool import DecoderPool
from odimaging.model.document import ImgType, PendingKind
from odimaging.model.errors import BadRequest, Cancelled
from odimaging.model.ids import PatNum
from odimaging.model.naming import category_prefix, image_folder_name
from odimaging.model.picture import Edits
from odimaging.model.ports import PictureSource, Place
from odimaging.storage.atoz import LocalAtoZ

pytestmark = pytest.mark.timeout(300)  # the demo is drawn here; a busy machine takes its time


class Steps:
    """A progress that remembers, and stops at ``limit`` of a thousand."""

    def __init__(self, limit: int = 2000) -> None:
        self.seen: list[tuple[int, int]] = []
        self._limit = limit

    def report(self, done: int, total: int, text: str = "") -> None:
        if done >= self._limit:
            raise Cancelled
        self.seen.append((done, total))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    steps = Steps()
    made = Path(make_demo(str(tmp_path_factory.mktemp("demo") / "practice"), steps))
    assert steps.seen == sorted(steps.seen)
    assert steps.seen[-1] == (1000, 1000)
    return made


@pytest.fixture
def database(demo: Path) -> Iterator[Database]:
    opened = open_database(practice.read(demo).database_url, None, comp_name="TEST")
    yield opened
    opened.close()


@pytest.fixture
def store(demo: Path) -> LocalAtoZ:
    found = practice.read(demo)
    return LocalAtoZ(found.root, pinned_share_id=found.share_id)


def test_the_practice_file_names_its_own_folder(demo: Path) -> None:
    found = practice.read(demo)
    assert found.storage_kind == "LocalAtoZ"
    assert Path(found.root) == demo.parent / "images"
    assert 'url = "sqlite:///demo.db"' in demo.read_text(encoding="utf-8")


def test_counts(demo: Path) -> None:
    with sqlite3.connect(demo.parent / "demo.db") as rows:

        def count(sql: str) -> int:
            return int(rows.execute(sql).fetchone()[0])

        assert count("SELECT COUNT(*) FROM patient") >= 40
        assert count("SELECT COUNT(*) FROM document") >= 400
        assert count("SELECT MAX(n) FROM (SELECT COUNT(*) n FROM document GROUP BY PatNum)") >= 100
        assert count("SELECT COUNT(*) FROM patient WHERE Guarantor <> PatNum") >= 10
        assert count("SELECT COUNT(*) FROM document WHERE IsFlipped = 1") > 0
        assert count("SELECT COUNT(*) FROM imagedraw") == 1
        mounts = Counter(row[0] for row in rows.execute("SELECT Description FROM mount"))
        endings = {
            row[0].rpartition(".")[2]
            for row in rows.execute("SELECT FileName FROM document WHERE FileName LIKE '%.%'")
        }
    assert mounts["4BW"] >= 1
    assert mounts["FMX"] >= 2
    assert mounts["Photos"] >= 1
    assert endings == {"jpg", "png", "tif", "bmp", "gif", "dcm", "pdf", "docx", "txt"}


def test_every_row_has_its_file_and_every_kind_decodes(
    database: Database, store: LocalAtoZ
) -> None:
    decoder, seen = DecoderPool(1), set[tuple[str, int, int]]()
    try:
        with database.unit_of_work() as unit:
            for person in people():
                folder = store.folder_for(unit.patients.get(person.pat_num))
                for document in unit.documents.of_patient(person.pat_num):
                    if document.pending:
                        assert document.file_name.strip("x") == ""
                        continue
                    with store.open(Place(folder, document.file_name)) as file:
                        data = file.read()
                    assert data
                    if document.can_thumbnail:
                        info = decoder.inspect(data, document.extension)
                        key = (document.extension, info.exif_orientation, info.pages)
                        if key not in seen:
                            source = PictureSource(data, document.extension, Edits.of(document))
                            assert decoder.rendered(source, (64, 64)).width > 0
                        seen.add(key)
                        if document.is_dicom:
                            assert (document.windowing_min, document.windowing_max) == info.window
    finally:
        decoder.close()
    assert {orientation for extension, orientation, _ in seen if extension == ".jpg"} == set(
        range(1, 9)
    )
    assert any(extension == ".tif" and pages > 1 for extension, _, pages in seen)


def test_radiographs_print_a_heading(database: Database) -> None:
    with database.unit_of_work() as unit:
        for person in people():
            for document in unit.documents.of_patient(person.pat_num):
                assert document.print_heading == (document.img_type is ImgType.RADIOGRAPH)


def test_a_mounts_images_stand_as_their_positions_say(database: Database) -> None:
    taken = {}
    with database.unit_of_work() as unit:
        for person in people():
            for mount in unit.mounts.of_patient(person.pat_num):
                items = {item.mount_item_num: item for item in unit.mounts.items(mount.mount_num)}
                documents = unit.documents.in_mount(mount.mount_num)
                assert len({d.mount_item_num for d in documents}) == len(documents)
                for document in documents:
                    assert document.doc_category == mount.doc_category
                    if mount.description != "Photos":
                        item = items[document.mount_item_num]
                        assert document.degrees_rotated == item.rotate_on_acquire
                        assert document.tooth_numbers == item.tooth_numbers
                taken[mount.mount_num] = (mount.description, len(documents))
    assert ("FMX", 18) in taken.values()
    assert ("FMX", 10) in taken.values()
    assert ("Photos", 9) in taken.values()


def test_files_without_a_row(database: Database, store: LocalAtoZ) -> None:
    prefixes = set()
    with database.unit_of_work() as unit:
        categories = {category.def_num for category in unit.definitions.image_categories()}
        for person in people():
            names = unit.documents.file_names(person.pat_num)
            for found in store.new_files(store.folder_for(unit.patients.get(person.pat_num))):
                if found.file_name not in names:
                    prefixes.add(category_prefix(found.file_name)[0])
    assert {None, 0} < prefixes
    assert prefixes - {None, 0} <= categories


def test_pending_documents_carry_their_bytes(database: Database) -> None:
    with database.unit_of_work() as unit:
        listed = [
            d for person in people() for d in unit.documents.of_patient(person.pat_num) if d.pending
        ]
        notes = [unit.documents.get(document.doc_num).note for document in listed]
    assert notes
    assert all(note.startswith(PendingKind.RAW_BASE64.value) and len(note) > 100 for note in notes)


def test_made_once(demo: Path) -> None:
    before = demo.stat().st_mtime_ns
    steps = Steps()
    assert make_demo(str(demo.parent), steps) == str(demo)
    assert steps.seen == []
    assert demo.stat().st_mtime_ns == before


def test_cancelled_leaves_nothing_and_clears_what_an_earlier_stop_left(tmp_path: Path) -> None:
    half_made = tmp_path / ".demo-unfinished" / "images" / "R"
    half_made.mkdir(parents=True)
    (half_made / "half.jpg").write_bytes(b"half")
    with pytest.raises(Cancelled):
        make_demo(str(tmp_path / "demo"), Steps(limit=1))
    assert list(tmp_path.iterdir()) == []


def test_somebody_elses_folder_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "letter.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(BadRequest):
        make_demo(str(folder))
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_the_plan_is_the_same_every_time() -> None:
    def words() -> list[object]:
        return [
            (d.category, d.extension, d.moment, d.description, d.teeth, d.edits, d.order)
            for one in plan(people())
            for d in [*one.documents, *(d for m in one.mounts for d in m.documents)]
        ]

    assert words() == words()


def test_names_trip_programs_up() -> None:
    everybody = people()
    names = [person.lname for person in everybody]
    assert any(not any(char.isalpha() for char in name) for name in names if name)
    assert any("'" in name for name in names)
    assert any(ord(char) > 0x2E80 for name in names for char in name)
    assert max(map(len, names)) > 60
    assert len({person.pat_num for person in everybody}) == len(everybody) >= 40
    assert all(person.head <= person.pat_num for person in everybody)


def test_layouts_are_open_dentals() -> None:
    layout = fmx()
    assert (layout.width, layout.height) == (10700, 3900)
    images = [item for item in layout.items if item.takes_image]
    assert [item.item_order for item in images] == list(range(1, 19))
    for one in images:
        for other in images:
            if one is not other:
                apart = one.xpos + one.width <= other.xpos or other.xpos + other.width <= one.xpos
                below = one.ypos + one.height <= other.ypos or other.ypos + other.height <= one.ypos
                assert apart or below
        assert one.xpos + one.width <= layout.width
        assert 0 <= one.ypos <= layout.height - one.height
    assert (four_bitewings().width, four_bitewings().height) == (6800, 1300)
    assert sum(item.is_text for item in photo_grid().items) == 10


def test_a_patient_without_letters_gets_a_folder_of_digits(demo: Path, database: Database) -> None:
    number = next(person.pat_num for person in people() if person.lname == "---")
    with database.unit_of_work() as unit:
        patient = unit.patients.get(PatNum(number))
    assert patient.image_folder == image_folder_name(patient) == str(number)
    assert (demo.parent / "images" / str(number)[0] / str(number)).is_dir()
