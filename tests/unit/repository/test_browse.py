"""What the window looks at: search, contents, mounts."""

from datetime import date, datetime

import pytest

from odimaging.model.errors import DocumentNotFound, MountNotFound, PatientNotFound
from odimaging.model.ids import DocNum, MountNum, PatNum
from odimaging.model.mount import DrawType, ImageDraw, Mount
from odimaging.model.patient import Patient, PatStatus
from odimaging.repository.birthdates import birthdate_of, take_birthdate
from odimaging.repository.mount_text import substituted
from odimaging.repository.patient_index import fold
from tests.fakes.memory_unit_of_work import MemoryDatabase
from tests.unit.repository.conftest import NOBODY, PNG, CancelAt, Practice

TODAY = date(2026, 3, 2)
BORN = date(1981, 5, 4)


def seed(database: MemoryDatabase) -> dict[str, PatNum]:
    people = {
        "rivera": ("Rivera", "Ana", "Annie", date(1981, 5, 4)),
        "obrien": ("O'Brien-Lee", "Mary Ann", "", date(1990, 12, 31)),
        "mueller": ("Müller", "Zoë", "", date(1975, 2, 28)),
        "ana": ("Smithson", "Rivka", "", None),
        "berg": ("van der Berg", "Jan", "", date(2001, 1, 1)),
        "strasse": ("Strauß", "Øyvind", "", None),
        "nameless": ("42", "", "", None),
    }
    return {
        key: database.add_patient(
            last, first, preferred=preferred, birthdate=born, chart_number=f"CH-{key[:2].upper()}"
        ).pat_num
        for key, (last, first, preferred, born) in people.items()
    }


@pytest.fixture(params=["filled", "live"])
def people(practice: Practice, request: pytest.FixtureRequest) -> dict[str, PatNum]:
    found = seed(practice.database)
    if request.param == "filled":
        practice.ops.browse.fill_index()
    return found


def hits(practice: Practice, text: str, **options: object) -> list[PatNum]:
    found = practice.ops.browse.search(text, **options)  # type: ignore[arg-type]  # named options
    return [patient.pat_num for patient in found.patients]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("rivera", "rivera"),
        ("RIVERA", "rivera"),
        ("rivera ana", "rivera"),
        ("ana riv", "rivera"),
        ("annie", "rivera"),
        ("5/4/1981", "rivera"),
        ("1981-05-04", "rivera"),
        ("4 May 1981", "rivera"),
        ("rivera 5/4/81", "rivera"),
        ("05041981 ana", "rivera"),
    ],
)
def test_found_with_or_without_the_index(
    practice: Practice, people: dict[str, PatNum], text: str, who: str
) -> None:
    assert hits(practice, text)[0] == people[who]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("obrien", "obrien"),
        ("o'brien", "obrien"),
        ("o’brien-lee", "obrien"),
        ("brien lee", "obrien"),
        ("ann lee", "obrien"),
        ("muller", "mueller"),
        ("mu\u0308ller", "mueller"),
        ("zoe", "mueller"),
        ("berg jan", "berg"),
        ("der van", "berg"),
        ("strauss", "strasse"),
        ("oyvind", "strasse"),
        ("ivr", None),
        ("iver", "rivera"),
        ("ch-be", "berg"),
        ("rivera 81", "rivera"),
        ("rivera 5/5/1981", None),
        ("42", "nameless"),
    ],
)
def test_any_part_of_a_name(practice: Practice, text: str, who: str | None) -> None:
    people = seed(practice.database)
    practice.ops.browse.fill_index()
    found = hits(practice, text)
    assert found[0] == people[who] if who else not found


def test_best_first(practice: Practice) -> None:
    people = seed(practice.database)
    extra = practice.database.add_patient("Arivelo", "Bo").pat_num
    practice.ops.browse.fill_index()
    by_last, by_first, inside = people["rivera"], people["ana"], extra
    assert hits(practice, "riv") == [by_last, by_first, inside]
    assert hits(practice, "riv", recent=[inside]) == [inside, by_last, by_first]


def test_exact_number_before_all(practice: Practice) -> None:
    people = seed(practice.database)
    number = str(people["berg"])
    other = practice.database.add_patient(f"{number} Street", "A").pat_num
    practice.ops.browse.fill_index()
    assert hits(practice, number, recent=[other])[0] == people["berg"]
    assert hits(practice, f"berg {number}") == [people["berg"]]
    assert hits(practice, "9" * 30) == []


def test_inactive_ones_only_when_asked(practice: Practice) -> None:
    for status in PatStatus:
        practice.database.add_patient(f"Status{status.name}", "A", pat_status=status)
    practice.ops.browse.fill_index()
    assert len(hits(practice, "status")) == 3
    assert len(hits(practice, "status", include_inactive=True)) == 6


def test_limit(practice: Practice) -> None:
    for number in range(7):
        practice.database.add_patient("Same", f"A{number}")
    practice.ops.browse.fill_index()
    found = practice.ops.browse.search("same", 5)
    assert (len(found.patients), found.more) == (5, True)
    assert not practice.ops.browse.search("same", 7).more


def test_newcomers_are_found_at_once(practice: Practice) -> None:
    practice.ops.browse.fill_index()
    new = practice.database.add_patient("Newman", "Nora", 100, birthdate=BORN).pat_num
    assert hits(practice, "wman") == [new]
    assert hits(practice, "nora") == [new]
    assert hits(practice, "5/4/1981") == [new]
    assert hits(practice, str(new)) == [new]


def test_newcomers_among_random_keys(practice: Practice) -> None:
    practice.database.set_preference("RandomPrimaryKeys", "1")
    practice.database.add_patient("Zander", "A", pat_num=2**40)
    practice.ops.browse.fill_index()
    new = practice.database.add_patient("Newman", "Nora", pat_num=2**30).pat_num
    assert hits(practice, "newm") == [new]


def test_nothing_typed_shows_the_recent_ones(practice: Practice) -> None:
    people = seed(practice.database)
    practice.ops.browse.fill_index()
    recent = [people["berg"], PatNum(999), people["ana"], people["berg"]]
    assert hits(practice, " ", recent=recent) == [people["berg"], people["ana"]]
    assert hits(practice, "") == []


def test_filling_reports(practice: Practice) -> None:
    progress = CancelAt(99)
    practice.ops.browse.fill_index(progress)
    assert progress.reports == [(1, 1)]


def test_fold() -> None:
    assert fold("D'Ångelo-Łęcki") == "dangelolecki"


USUAL = "1981-05-04|5/4/1981|5/4/81|05/04/1981|05041981|19810504|4.5.1981|4.5.81|5-4-1981"
IN_WORDS = "4 may 1981|may 4 1981|may 4, 1981|4. may 1981"


@pytest.mark.parametrize("text", f"{USUAL}|{IN_WORDS}".split("|"))
def test_birthdates(text: str) -> None:
    assert birthdate_of(text, TODAY) == BORN


@pytest.mark.parametrize("text", ["13/32/1981", "1981", "81", "4 mai 1981", "0504", "1/1/0001", ""])
def test_not_birthdates(text: str) -> None:
    assert birthdate_of(text, TODAY) is None


def test_two_digits_mean_the_past() -> None:
    assert birthdate_of("1/2/25", TODAY) == date(2025, 1, 2)
    assert birthdate_of("1/2/27", TODAY) == date(1927, 1, 2)


def test_a_birthdate_among_words() -> None:
    assert take_birthdate(["ana", "4", "may", "1981", "riv"], TODAY) == (BORN, ["ana", "riv"])
    assert take_birthdate(["ana"], TODAY) == (None, ["ana"])


# ---------------------------------------------------------------- contents


def test_contents(practice: Practice) -> None:
    pat_num = practice.patient.pat_num
    document = practice.import_png()
    mount, (item, _) = practice.database.add_mount(pat_num, [(0, 0, 5, 5), (5, 0, 5, 5)])
    empty, _ = practice.database.add_mount(pat_num)
    image = practice.database.add_document(pat_num, "i.png", mount_item_num=item.mount_item_num)
    contents = practice.ops.browse.contents(pat_num)
    assert contents.documents == (practice.row(document),)
    assert [one.mount_num for one in contents.mounts] == [mount.mount_num, empty.mount_num]
    assert contents.mount_documents == {mount.mount_num: (image,), empty.mount_num: ()}
    assert len(contents.categories) == 3
    assert (contents.can_edit, contents.read_only_reason) == (True, "")


def test_contents_without_the_root(practice: Practice) -> None:
    practice.import_png()
    practice.store.available = False
    contents = practice.ops.browse.contents(practice.patient.pat_num)
    assert (len(contents.documents), contents.deleted) == (1, ())


def test_a_mount(practice: Practice) -> None:
    pat_num = practice.patient.pat_num
    mount, (item,) = practice.database.add_mount(pat_num, [(0, 0, 5, 5)], description="FMX")
    words = practice.database.add_mount_item(
        mount.mount_num, (0, 5, 5, 5), 0, text_showing="[NameLF] [MountDescript] [Odd]"
    )
    drawing = ImageDraw(DocNum(0), mount.mount_num, DrawType.LINE)
    practice.database.add_drawing(drawing)
    image = practice.database.add_document(pat_num, mount_item_num=item.mount_item_num)
    found = practice.ops.browse.mount(mount.mount_num)
    assert found.documents == {item.mount_item_num: image}
    assert found.texts == {words.mount_item_num: "Smith, John FMX [Odd]"}
    assert found.drawings == (drawing,)
    assert found.patient.pat_num == pat_num


def test_what_is_drawn_on_a_document(practice: Practice) -> None:
    image = practice.database.add_document(practice.patient.pat_num)
    drawing = ImageDraw(image.doc_num, MountNum(0), DrawType.PEN)
    practice.database.add_drawing(drawing)
    assert practice.ops.browse.drawings(image.doc_num) == (drawing,)
    assert practice.ops.browse.drawings(DocNum(999)) == ()


def test_text_fields(practice: Practice) -> None:
    provider = practice.database.add_provider("DrA")
    patient = Patient(PatNum(7), "Smith", "John", preferred="Jack", birthdate=BORN)
    mount = Mount(
        MountNum(1),
        PatNum(7),
        practice.photos.def_num,
        datetime(2024, 1, 2),
        "4BW",
        prov_num=provider.prov_num,
    )
    text = "[NameF]|[NameFL]|[PatNum]|[Birthdate]|[MountDate]|[MountProv]"
    shown = "Jack|John Smith|7|5/4/1981|1/2/2024|DrA"
    assert substituted(text, patient, mount, [provider]) == shown
    assert substituted("[Birthdate]", Patient(PatNum(8), "A", ""), mount) == ""


def test_single_things(practice: Practice) -> None:
    document = practice.import_png()
    assert practice.ops.browse.document(document.doc_num) == practice.row(document)
    path = practice.ops.browse.file_path(document.doc_num)
    assert path == f"/images/S/SmithJohn15/{document.file_name}"
    found = practice.ops.browse.patients([NOBODY, practice.patient.pat_num])
    assert [one.pat_num for one in found] == [practice.patient.pat_num]


def test_sizes_of_what_is_there(practice: Practice) -> None:
    document = practice.import_png()
    missing = practice.database.add_document(practice.patient.pat_num, "gone.png")
    asked = [document.doc_num, missing.doc_num, DocNum(999)]
    assert practice.ops.browse.sizes(asked) == {document.doc_num: len(PNG)}
    practice.store.available = False
    assert practice.ops.browse.sizes(asked) == {}


def test_unknown_things(practice: Practice) -> None:
    with pytest.raises(PatientNotFound):
        practice.ops.browse.contents(NOBODY)
    with pytest.raises(MountNotFound):
        practice.ops.browse.mount(MountNum(999))
    with pytest.raises(DocumentNotFound):
        practice.ops.browse.document(DocNum(999))
