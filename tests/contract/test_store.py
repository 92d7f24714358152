"""What every store promises (reliability contract §1), over the fake and the real ones."""

import hashlib
import itertools
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from odimaging.model.errors import (
    BadRequest,
    Cancelled,
    FileMissing,
    InvalidField,
    NameTaken,
    OdImagingError,
    StoreUnavailable,
)
from odimaging.model.ids import DefNum, DocNum, OperationNumber, PatNum
from odimaging.model.naming import next_free
from odimaging.model.patient import Patient
from odimaging.model.ports import OpsNote, Place, ShelfEntry, Staged, Store
from tests.contract.stores import KINDS, StoreCase
from tests.fakes.memory_store import MemorySource

PAT = PatNum(15)
FOLDER = "SmithJohn15"
PLACE = Place(FOLDER, "SmithJohn389.jpg", DocNum(389))
_numbers = itertools.count(1)


def new_operation() -> OperationNumber:
    return OperationNumber(f"{next(_numbers):032x}")


@pytest.fixture(params=sorted(KINDS))
def case(request: pytest.FixtureRequest, tmp_path: Path) -> StoreCase:
    return KINDS[request.param](tmp_path)


@pytest.fixture
def store(case: StoreCase) -> Store:
    return case.store


def stage(store: Store, data: bytes, extension: str = ".jpg") -> Staged:
    return store.stage(MemorySource(f"a{extension}", data), new_operation(), PAT, extension)


def publish(store: Store, data: bytes, place: Place = PLACE) -> Staged:
    staged = stage(store, data)
    store.publish(staged, place)
    return staged


def content(store: Store, place: Place = PLACE) -> bytes:
    with store.open(place) as file:
        return file.read()


def entry_of(staged: Staged, doc_num: int = 389, day: int = 1) -> ShelfEntry:
    return ShelfEntry(
        staged.operation,
        "deleted",
        staged.pat_num,
        DocNum(doc_num),
        staged.extension,
        staged.size,
        datetime(2026, 11, day, 10, 30),
        {"DocNum": doc_num, "Note": "ü", "DegreesRotated": 0.5, "SigBox": None},
        "Front tooth",
        DefNum(135),
    )


def note_of(operation: OperationNumber, kind: str = "delete") -> OpsNote:
    return OpsNote(operation, kind, DocNum(389), PAT, "SmithJohn389.jpg", {"Note": "é\n", "X": 1})


# ---------------------------------------------------------------- names


def test_folder_for_keeps_the_one_assigned(store: Store) -> None:
    assert store.folder_for(Patient(PAT, "New", "Name", image_folder="Old15")) == "Old15"


def test_folder_for_assigns_letters_and_number(store: Store) -> None:
    patient = Patient(PatNum(7), "O'Brien-Lee", "Mary Ann")
    assert store.folder_for(patient) == "OBrienLeeMaryAnn7"


@pytest.mark.parametrize("folder", ["../x", "a/b", "..", ".odimaging", "C:", "CON", "x.", "a\0b"])
def test_folder_for_refuses_what_somebody_wrote(store: Store, folder: str) -> None:
    with pytest.raises(InvalidField):
        store.folder_for(Patient(PAT, "A", "B", image_folder=folder))


def test_file_path_is_letter_folder_name(store: Store) -> None:
    path = store.file_path(Place("smithJohn15", "x"))
    assert Path(path).parts[-3:] == ("S", "smithJohn15", "x")


def test_file_path_of_a_bad_row_is_blank(store: Store) -> None:
    assert store.file_path(Place("..", "x.jpg")) == ""
    assert store.file_path(Place(FOLDER, "../x.jpg")) == ""


BAD_NAMES = [
    "",
    ".",
    "..",
    "a/b.jpg",
    "a\\b.jpg",
    "/etc/passwd",
    "..\\..\\x",
    "\\\\server\\share\\x",
    "a:b",
    "C:x.jpg",
    "a\0.jpg",
    "a\n.jpg",
    "\x1b[2J.jpg",
    "CON",
    "con.jpg",
    "nul.jpg",
    "COM1.tif",
    "COM¹",
    "LPT9.x.y",
    "x.jpg.",
    "x.jpg ",
    "\ud800.jpg",
    "n" * 256,
]


@pytest.mark.parametrize("name", BAD_NAMES, ids=ascii)
def test_a_bad_name_in_a_row_reads_as_missing(store: Store, name: str) -> None:
    publish(store, b"one")
    assert store.new_files(name) == ()
    for place in (Place(FOLDER, name), Place(name, "SmithJohn389.jpg")):
        assert store.stat(place) is None
        assert store.read_thumbnail(place) is None
        store.remove_thumbnail(place)
        with pytest.raises(FileMissing):
            store.open(place)
        with pytest.raises(FileMissing):
            store.park(place, new_operation(), PAT)


@pytest.mark.parametrize("name", BAD_NAMES, ids=ascii)
def test_a_bad_name_is_never_written(store: Store, name: str) -> None:
    staged = stage(store, b"one")
    for place in (Place(FOLDER, name), Place(name, "a.jpg")):
        with pytest.raises(InvalidField):
            store.publish(staged, place)
        with pytest.raises(InvalidField):
            store.write_thumbnail(place, b"png")
    assert list(store.live_files()) == []
    assert store.staged_copy(staged.operation) == staged


@pytest.mark.parametrize(
    "name",
    ["a b.jpg", "Ünïcode.png", "e\u0301.png", "日本.tif", "_135_a.png", "x", "n" * 255, "ß.jpg"],
    ids=ascii,
)
def test_a_good_name_comes_back_as_it_is(store: Store, name: str) -> None:
    place = Place(FOLDER, name)
    publish(store, b"data", place)
    assert content(store, place) == b"data"
    assert [found.file_name for found in store.new_files(FOLDER)] == [name]


@pytest.mark.parametrize("folder", ["SmithJohn15", "42", "ßen7", "élan9"])
def test_every_first_character_makes_a_letter_folder(store: Store, folder: str) -> None:
    publish(store, b"data", Place(folder, "a.jpg"))
    assert list(store.live_files()) == [(folder, "a.jpg")]


def test_case_twins_are_two_files(store: Store) -> None:
    taken: set[str] = set()
    for name, data in (("Scan.jpg", b"one"), ("scan.jpg", b"two")):
        free = next_free(name, taken)
        try:
            publish(store, data, Place(FOLDER, free))
        except NameTaken:
            free = f"x{free}"  # a file system that does not tell case apart
            publish(store, data, Place(FOLDER, free))
        taken.add(free)
        assert content(store, Place(FOLDER, free)) == data
    assert len(taken) == 2
    assert len(store.new_files(FOLDER)) == 2


# ---------------------------------------------------------------- in


def test_stage_hashes_and_lists(store: Store) -> None:
    data = bytes(range(256)) * 10_000
    staged = stage(store, data, ".TIF")
    assert staged.size == len(data)
    assert staged.sha256 == hashlib.sha256(data).hexdigest()
    assert staged.raw_base64 == ""
    [found] = store.staged()
    assert (found.operation, found.pat_num, found.extension, found.size) == (
        staged.operation,
        PAT,
        ".TIF",
        len(data),
    )
    assert 0 <= found.age_s < 60
    assert store.staged_copy(staged.operation) == staged


def test_nothing_staged_is_live(store: Store) -> None:
    stage(store, b"data")
    assert list(store.live_files()) == []
    assert store.new_files(FOLDER) == ()


def test_staging_without_an_extension(store: Store) -> None:
    staged = stage(store, b"data", "")
    assert store.staged_copy(staged.operation) == staged
    publish_again = Place(FOLDER, "noext")
    store.publish(staged, publish_again)
    assert content(store, publish_again) == b"data"


def test_a_source_that_changed_is_refused_and_leaves_nothing(store: Store) -> None:
    source = MemorySource("a.jpg", b"data")
    source.changes = True
    with pytest.raises(BadRequest):
        store.stage(source, new_operation(), PAT, ".jpg")
    assert store.staged() == ()


class CancelAt:
    """A progress whose n-th report strikes."""

    def __init__(self, n: int) -> None:
        self.left = n
        self.reports: list[tuple[int, int]] = []

    def report(self, done: int, total: int, text: str = "") -> None:
        self.reports.append((done, total))
        self.left -= 1
        if self.left == 0:
            raise Cancelled


def test_cancelled_while_staging_leaves_nothing(store: Store) -> None:
    with pytest.raises(Cancelled):
        store.stage(
            MemorySource("a.jpg", b"x" * 3_000_000), new_operation(), PAT, ".jpg", CancelAt(1)
        )
    assert store.staged() == ()


def test_progress_ends_at_the_whole_size(store: Store) -> None:
    progress = CancelAt(0)
    store.stage(MemorySource("a.jpg", b"x" * 3_000_000), new_operation(), PAT, ".jpg", progress)
    assert progress.reports[-1] == (3_000_000, 3_000_000)


def test_an_operation_number_stages_once(store: Store) -> None:
    operation = new_operation()
    store.stage(MemorySource("a.jpg", b"one"), operation, PAT, ".jpg")
    with pytest.raises(NameTaken):
        store.stage(MemorySource("b.jpg", b"two"), operation, PAT, ".jpg")
    again = store.staged_copy(operation)
    assert again is not None
    assert again.sha256 == hashlib.sha256(b"one").hexdigest()


def test_unstage_drops_and_forgives(store: Store) -> None:
    staged = stage(store, b"data")
    store.unstage(staged.operation)
    store.unstage(staged.operation)
    assert store.staged() == ()
    assert store.staged_copy(staged.operation) is None


def test_publish_makes_it_live_and_empties_the_stage(store: Store) -> None:
    publish(store, b"data")
    assert content(store) == b"data"
    found = store.stat(PLACE)
    assert found is not None
    assert found.size == 4
    assert list(store.live_files()) == [(FOLDER, "SmithJohn389.jpg")]
    assert store.staged() == ()


def test_publish_twice_is_done_once(store: Store) -> None:
    staged = publish(store, b"data")
    store.publish(staged, PLACE)
    assert content(store) == b"data"


def test_publish_of_the_same_content_is_done(store: Store) -> None:
    publish(store, b"data")
    publish(store, b"data")
    assert store.staged() == ()


def test_publish_never_replaces(store: Store) -> None:
    publish(store, b"first")
    second = stage(store, b"other")
    with pytest.raises(NameTaken):
        store.publish(second, PLACE)
    assert content(store) == b"first"
    assert store.staged_copy(second.operation) == second
    store.publish(second, Place(FOLDER, "xSmithJohn389.jpg"))
    assert content(store, Place(FOLDER, "xSmithJohn389.jpg")) == b"other"


def test_publish_of_what_is_nowhere_is_missing(store: Store) -> None:
    staged = stage(store, b"data")
    store.unstage(staged.operation)
    with pytest.raises(FileMissing):
        store.publish(staged, PLACE)


def test_open_can_seek(store: Store) -> None:
    publish(store, b"0123456789")
    with store.open(PLACE) as file:
        file.seek(4)
        assert file.read(2) == b"45"


def test_missing_is_missing(store: Store) -> None:
    assert store.stat(PLACE) is None
    with pytest.raises(FileMissing):
        store.open(PLACE)
    publish(store, b"data", Place(FOLDER, "other.jpg"))
    assert store.stat(PLACE) is None


# ---------------------------------------------------------------- out


def test_park_takes_it_out_of_sight(store: Store) -> None:
    publish(store, b"data")
    operation = new_operation()
    parked = store.park(PLACE, operation, PAT)
    assert parked == Staged(operation, PAT, ".jpg", 4, hashlib.sha256(b"data").hexdigest())
    assert store.stat(PLACE) is None
    assert store.staged_copy(operation) == parked
    assert list(store.live_files()) == []


def test_a_parked_file_is_young(case: StoreCase) -> None:
    case.drop(FOLDER, "old.jpg", b"data")
    case.store.park(Place(FOLDER, "old.jpg"), new_operation(), PAT)
    assert case.store.staged()[0].age_s < 60


def test_parked_goes_back_under_its_name(store: Store) -> None:
    publish(store, b"data")
    store.publish(store.park(PLACE, new_operation(), PAT), PLACE)
    assert content(store) == b"data"


def test_park_of_nothing_is_missing(store: Store) -> None:
    with pytest.raises(FileMissing):
        store.park(PLACE, new_operation(), PAT)
    assert store.staged() == ()


def test_park_never_replaces_a_staged_file(store: Store) -> None:
    publish(store, b"live")
    staged = stage(store, b"staged")
    with pytest.raises(NameTaken):
        store.park(PLACE, staged.operation, PAT)
    assert content(store) == b"live"
    assert store.staged_copy(staged.operation) == staged


def test_shelve_keeps_bytes_and_row(store: Store) -> None:
    staged = stage(store, b"data")
    entry = entry_of(staged)
    store.shelve(staged, entry)
    assert store.shelf() == (entry,)
    assert store.shelf(PAT) == (entry,)
    assert store.shelf(PatNum(16)) == ()
    assert store.staged() == ()


def test_shelve_twice_is_done_once(store: Store) -> None:
    staged = stage(store, b"data")
    store.shelve(staged, entry_of(staged))
    store.shelve(staged, entry_of(staged))
    assert len(store.shelf()) == 1


def test_shelve_of_nothing_is_missing(store: Store) -> None:
    staged = stage(store, b"data")
    store.unstage(staged.operation)
    with pytest.raises(FileMissing):
        store.shelve(staged, entry_of(staged))
    assert store.shelf() == ()


def test_shelf_is_newest_first(store: Store) -> None:
    for day in (2, 9, 5):
        staged = stage(store, b"data%d" % day)
        store.shelve(staged, entry_of(staged, doc_num=day, day=day))
    assert [entry.doc_num for entry in store.shelf()] == [9, 5, 2]


def test_from_the_shelf_and_back_to_life(store: Store) -> None:
    staged = stage(store, b"data")
    entry = entry_of(staged)
    store.shelve(staged, entry)
    operation = new_operation()
    again = store.stage_from_shelf(entry, operation)
    assert again == replace(staged, operation=operation)
    assert store.shelf() == (entry,)
    store.publish(again, PLACE)
    assert store.shelf() == (entry,)
    store.unshelve(entry.operation)
    store.unshelve(entry.operation)
    assert store.shelf() == ()
    assert content(store) == b"data"


def test_giving_a_restore_up_keeps_the_shelf(store: Store) -> None:
    staged = stage(store, b"data")
    entry = entry_of(staged)
    store.shelve(staged, entry)
    store.unstage(store.stage_from_shelf(entry, new_operation()).operation)
    assert store.shelf() == (entry,)
    assert store.stage_from_shelf(entry, new_operation()).size == 4


def test_from_the_shelf_what_is_gone_is_missing(store: Store) -> None:
    staged = stage(store, b"data")
    with pytest.raises(FileMissing):
        store.stage_from_shelf(entry_of(staged), new_operation())


def test_from_the_shelf_never_replaces_a_staged_file(store: Store) -> None:
    staged = stage(store, b"data")
    entry = entry_of(staged)
    store.shelve(staged, entry)
    busy = stage(store, b"busy")
    with pytest.raises(NameTaken):
        store.stage_from_shelf(entry, busy.operation)
    assert store.staged_copy(busy.operation) == busy


def test_notes_are_kept_replaced_and_dropped(store: Store) -> None:
    first, second = new_operation(), new_operation()
    store.write_note(note_of(first))
    store.write_note(note_of(second))
    store.write_note(note_of(first, "restore"))
    assert set(store_notes(store)) == {(first, "restore"), (second, "delete")}
    assert note_of(second) in store.notes()
    store.remove_note(first)
    store.remove_note(first)
    assert store_notes(store) == [(second, "delete")]


def store_notes(store: Store) -> list[tuple[OperationNumber, str]]:
    return [(note.operation, note.kind) for note in store.notes()]


# ---------------------------------------------------------------- discovery, thumbnails


def test_new_files_are_the_plain_ones_at_the_top(case: StoreCase) -> None:
    for name in ("scan.jpg", "_135_a.png", "Thumbs.db", "myTHUMBS.DB", ".hidden"):
        case.drop(FOLDER, name, name.encode())
    case.store.write_thumbnail(Place(FOLDER, "scan.jpg"), b"png")
    found = {file.file_name: file.size for file in case.store.new_files(FOLDER)}
    assert found == {"scan.jpg": 8, "_135_a.png": 10}


def test_new_files_say_what_stat_says(case: StoreCase) -> None:
    place = case.drop(FOLDER, "scan.jpg", b"data")
    [found] = case.store.new_files(FOLDER)
    known = case.store.stat(place)
    assert known is not None
    assert (found.size, found.modified_ns) == (known.size, known.modified_ns)


def test_no_folder_no_files(store: Store) -> None:
    assert store.new_files("Nobody99") == ()


def test_live_files_of_all_patients(case: StoreCase) -> None:
    case.drop("A1", "a.jpg", b"1")
    case.drop("B2", "b.jpg", b"2")
    case.drop("B2", ".hidden", b"2")
    assert sorted(case.store.live_files()) == [("A1", "a.jpg"), ("B2", "b.jpg")]


def test_thumbnails_are_replaced(store: Store) -> None:
    assert store.read_thumbnail(PLACE) is None
    store.write_thumbnail(PLACE, b"one")
    store.write_thumbnail(PLACE, b"two")
    assert store.read_thumbnail(PLACE) == b"two"
    assert list(store.live_files()) == []
    store.remove_thumbnail(PLACE)
    store.remove_thumbnail(PLACE)
    assert store.read_thumbnail(PLACE) is None


def test_sweep_leaves_stage_shelf_notes_and_live(store: Store) -> None:
    publish(store, b"live")
    staged, shelved = stage(store, b"staged"), stage(store, b"shelved")
    store.shelve(shelved, entry_of(shelved))
    store.write_note(note_of(staged.operation))
    store.sweep(0.0)
    assert content(store) == b"live"
    assert store.staged_copy(staged.operation) == staged
    assert len(store.shelf()) == len(store.notes()) == 1


# ---------------------------------------------------------------- the share goes away


CALLS: dict[str, Callable[[Store, Staged], object]] = {
    "check": lambda store, _: store.check(),
    "stat": lambda store, _: store.stat(PLACE),
    "open": lambda store, _: store.open(PLACE),
    "stage": lambda store, _: stage(store, b"more"),
    "unstage": lambda store, staged: store.unstage(staged.operation),
    "staged": lambda store, _: store.staged(),
    "staged_copy": lambda store, staged: store.staged_copy(staged.operation),
    "publish": lambda store, staged: store.publish(staged, PLACE),
    "park": lambda store, _: store.park(PLACE, new_operation(), PAT),
    "shelve": lambda store, staged: store.shelve(staged, entry_of(staged)),
    "shelf": lambda store, _: store.shelf(),
    "stage_from_shelf": lambda store, staged: store.stage_from_shelf(
        entry_of(staged), new_operation()
    ),
    "unshelve": lambda store, staged: store.unshelve(staged.operation),
    "write_note": lambda store, staged: store.write_note(note_of(staged.operation)),
    "notes": lambda store, _: store.notes(),
    "remove_note": lambda store, staged: store.remove_note(staged.operation),
    "new_files": lambda store, _: store.new_files(FOLDER),
    "live_files": lambda store, _: list(store.live_files()),
    "read_thumbnail": lambda store, _: store.read_thumbnail(PLACE),
    "write_thumbnail": lambda store, _: store.write_thumbnail(PLACE, b"png"),
    "remove_thumbnail": lambda store, _: store.remove_thumbnail(PLACE),
    "sweep": lambda store, _: store.sweep(0.0),
}


@pytest.mark.parametrize("call", sorted(CALLS))
def test_a_lost_share_is_never_an_empty_one(case: StoreCase, call: str) -> None:
    case.drop(FOLDER, "found.jpg", b"found")
    staged = stage(case.store, b"data")
    case.lose()
    with pytest.raises(StoreUnavailable):
        CALLS[call](case.store, staged)
    case.find_again()  # fails if anything was written into the empty folder
    case.store.check()
    assert case.store.staged_copy(staged.operation) == staged


def test_every_call_is_tried_without_the_share() -> None:
    names = {name for name in vars(Store) if not name.startswith("_")}
    assert names - set(CALLS) == {"folder_for", "file_path", "identity", "keeps_deleted"}


def test_identity_is_that_of_the_share(case: StoreCase) -> None:
    assert case.store.identity == case.other().identity != ""
    assert case.store.keeps_deleted


# ---------------------------------------------------------------- many at once


def together(count: int, work: Callable[[int], object]) -> list[object]:
    """Runs ``work(n)`` in threads that start at the same moment; results or errors by number."""
    barrier = threading.Barrier(count)
    results: list[object] = [None] * count

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = work(number)
        except OdImagingError as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.parametrize("attempt", range(10))
def test_eight_publish_the_same_name_and_one_wins(case: StoreCase, attempt: int) -> None:
    stores = [case.other() for _ in range(8)]
    staged = [stage(store, b"content %d" % number) for number, store in enumerate(stores)]
    results = together(8, lambda number: stores[number].publish(staged[number], PLACE))
    [winner] = [number for number, result in enumerate(results) if result is None]
    assert content(case.store) == b"content %d" % winner
    losers = [one for number, one in enumerate(staged) if number != winner]
    assert all(isinstance(result, NameTaken) for result in results if result is not None)
    assert sorted(one.operation for one in case.store.staged()) == sorted(
        one.operation for one in losers
    )


@pytest.mark.parametrize("attempt", range(5))
def test_eight_finish_the_same_operation(case: StoreCase, attempt: int) -> None:
    staged = stage(case.store, b"data")
    stores = [case.other() for _ in range(8)]
    results = together(8, lambda number: stores[number].publish(staged, PLACE))
    assert results == [None] * 8
    assert content(case.store) == b"data"


@pytest.mark.parametrize("attempt", range(5))
def test_eight_park_the_same_file_and_one_wins(case: StoreCase, attempt: int) -> None:
    publish(case.store, b"data")
    operations = [new_operation() for _ in range(8)]
    results = together(8, lambda number: case.other().park(PLACE, operations[number], PAT))
    winners = [result for result in results if isinstance(result, Staged)]
    assert len(winners) == 1
    assert case.store.stat(PLACE) is None
    assert [one.operation for one in case.store.staged()] == [winners[0].operation]
    assert sum(isinstance(result, FileMissing) for result in results) == 7
