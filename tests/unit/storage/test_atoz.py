"""LocalAtoZ beyond what every store promises: links, modes, hidden things, stops in the middle, hostile side stores."""

import json
import os
from datetime import datetime
from pathlib import Path

import pytest

from odimaging.model.errors import (
    FileMissing,
    InvalidField,
    NameTaken,
    StoreError,
    StoreUnavailable,
)
from odimaging.model.ids import DocNum, OperationNumber, PatNum
from odimaging.model.ports import OpsNote, Place, ShelfEntry, Staged
from odimaging.storage import files
from odimaging.storage.atoz import LocalAtoZ, _seen
from odimaging.storage.root import create_root
from odimaging.storage.stage import hashed
from tests.fakes.memory_store import MemorySource
from tests.unit.storage.platforms import posix_only
from tests.unit.storage.stops import stopped_at

PAT = PatNum(15)
PLACE = Place("SmithJohn15", "SmithJohn389.jpg", DocNum(389))
OP, OTHER = OperationNumber("a" * 32), OperationNumber("b" * 32)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    create_root(str(tmp_path / "root"))
    return tmp_path / "root"


@pytest.fixture
def store(root: Path) -> LocalAtoZ:
    return LocalAtoZ(str(root), pinned_share_id=None)


def stage(store: LocalAtoZ, data: bytes = b"data", operation: OperationNumber = OP) -> Staged:
    return store.stage(MemorySource("a.jpg", data), operation, PAT, ".jpg")


def entry_of(staged: Staged) -> ShelfEntry:
    when = datetime(2026, 11, 1)
    return ShelfEntry(staged.operation, "deleted", PAT, DocNum(389), ".jpg", staged.size, when)


def live(root: Path) -> Path:
    return root / "S" / "SmithJohn15" / "SmithJohn389.jpg"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# ---------------------------------------------------------------- identity


def test_the_first_share_met_is_pinned(root: Path, tmp_path: Path) -> None:
    store = LocalAtoZ(str(root), pinned_share_id=None)
    store.check()
    root.rename(tmp_path / "away")
    create_root(str(root))
    with pytest.raises(StoreUnavailable):
        store.check()


def test_another_share_is_not_the_pinned_one(root: Path) -> None:
    with pytest.raises(StoreUnavailable):
        LocalAtoZ(str(root), pinned_share_id="0" * 32).check()


@pytest.mark.parametrize("text", [b"", b"short", b"\xff" * 100, b"g" * 32])
def test_a_damaged_share_id_is_no_share(root: Path, store: LocalAtoZ, text: bytes) -> None:
    store.check()
    (root / ".odimaging" / "share-id").write_bytes(text)
    with pytest.raises(StoreUnavailable):
        store.check()


def test_tidied_folders_come_back(root: Path, store: LocalAtoZ) -> None:
    for name in ("stage", "ops", "shelf", "tmp"):
        (root / ".odimaging" / name).rmdir()
    stage(store)
    assert store.notes() == ()
    assert store.shelf() == ()


def test_no_root_is_unavailable() -> None:
    with pytest.raises(StoreUnavailable):
        LocalAtoZ(" ", pinned_share_id=None)


# ---------------------------------------------------------------- links, modes, hidden


@posix_only
def test_a_link_out_of_the_root_is_not_followed(
    root: Path, store: LocalAtoZ, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.jpg").write_bytes(b"secret")
    (root / "S" / "SmithJohn15").symlink_to(outside)
    place = Place("SmithJohn15", "secret.jpg")
    assert store.stat(place) is None
    with pytest.raises(FileMissing):
        store.open(place)
    with pytest.raises(FileMissing):
        store.park(place, OP, PAT)
    with pytest.raises(InvalidField):
        store.publish(stage(store), PLACE)
    assert store.new_files("SmithJohn15") == ()
    assert names(outside) == ["secret.jpg"]
    assert list(store.live_files()) == []


@posix_only
def test_a_linked_thumbnails_folder_is_not_followed(
    root: Path, store: LocalAtoZ, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    store.publish(stage(store), PLACE)
    (live(root).parent / "Thumbnails").symlink_to(outside)
    with pytest.raises(InvalidField):
        store.write_thumbnail(PLACE, b"png")
    assert names(outside) == []


@posix_only
def test_links_within_the_root_are_fine(root: Path, store: LocalAtoZ) -> None:
    store.publish(stage(store), PLACE)
    (live(root).parent / "again.jpg").symlink_to("SmithJohn389.jpg")
    with store.open(Place("SmithJohn15", "again.jpg")) as file:
        assert file.read() == b"data"
    assert [found.file_name for found in store.new_files("SmithJohn15")] == ["SmithJohn389.jpg"]


@posix_only
def test_a_linked_root_is_fine(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    store = LocalAtoZ(str(tmp_path / "link"), pinned_share_id=None)
    store.publish(stage(store), PLACE)
    assert live(root).read_bytes() == b"data"
    assert store.file_path(PLACE) == str(tmp_path / "link" / "S" / "SmithJohn15" / live(root).name)


@posix_only
def test_what_is_no_plain_file_is_missing(root: Path, store: LocalAtoZ) -> None:
    live(root).mkdir(parents=True)
    os.mkfifo(live(root).with_name("pipe.jpg"))
    for place in (PLACE, Place("SmithJohn15", "pipe.jpg")):
        assert store.stat(place) is None
        with pytest.raises(FileMissing):
            store.open(place)
        with pytest.raises(FileMissing):
            store.park(place, OP, PAT)
    with pytest.raises(NameTaken):
        store.publish(stage(store), PLACE)
    assert store.new_files("SmithJohn15") == ()


@posix_only
@pytest.mark.parametrize(("folder_mode", "mode"), [(0o755, 0o644), (0o2770, 0o660), (0o700, 0o600)])
def test_live_files_are_as_open_as_their_folder(
    root: Path, store: LocalAtoZ, folder_mode: int, mode: int
) -> None:
    live(root).parent.mkdir()
    live(root).parent.chmod(folder_mode)
    staged = stage(store)
    [stage_file] = (root / ".odimaging" / "stage").iterdir()
    assert stage_file.stat().st_mode & 0o777 == 0o600
    store.publish(staged, PLACE)
    store.write_thumbnail(PLACE, b"png")
    assert live(root).stat().st_mode & 0o777 == mode
    assert (live(root).parent / "Thumbnails" / PLACE.file_name).stat().st_mode & 0o777 == mode


@posix_only
def test_files_whose_names_cannot_be_used_are_passed_by(root: Path, store: LocalAtoZ) -> None:
    folder = live(root).parent
    folder.mkdir()
    for name in (b"a:b.jpg", b"a\\b.jpg", b"trailing.", b"\xff.jpg", b"good.jpg"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b"x")
    assert [found.file_name for found in store.new_files("SmithJohn15")] == ["good.jpg"]
    assert len(list(store.live_files())) == 5


@posix_only
def test_a_name_too_long_for_this_file_system(store: LocalAtoZ) -> None:
    staged = stage(store)
    for place in (Place("SmithJohn15", "李" * 100), Place("李" * 100, "a.jpg")):
        assert store.stat(place) is None
        assert store.read_thumbnail(place) is None
        with pytest.raises(FileMissing):
            store.open(place)
        with pytest.raises(FileMissing):
            store.park(place, OTHER, PAT)
        with pytest.raises(InvalidField):
            store.publish(staged, place)
    assert store.new_files("李" * 100) == ()
    assert store.staged_copy(OP) == staged


def test_a_thumbnail_far_too_large_is_none(root: Path, store: LocalAtoZ) -> None:
    store.write_thumbnail(PLACE, b"png")
    with (live(root).parent / "Thumbnails" / PLACE.file_name).open("wb") as file:
        file.truncate(5 << 20)
    assert store.read_thumbnail(PLACE) is None


def test_looking_makes_the_patient_folder(root: Path, store: LocalAtoZ) -> None:
    assert store.new_files("42") == ()
    assert (root / "4" / "42").is_dir()


def test_only_letter_folders_are_live(root: Path, store: LocalAtoZ) -> None:
    (root / "EOBs" / "x").mkdir(parents=True)
    (root / "EOBs" / "x" / "a.pdf").write_bytes(b"x")
    (root / "S" / "loose.jpg").write_bytes(b"x")
    (root / "S" / ".odimaging").mkdir()
    (root / "S" / ".odimaging" / "left").write_bytes(b"x")
    assert list(store.live_files()) == []


# ---------------------------------------------------------------- the stage


def test_the_stage_name_tells_all(root: Path, store: LocalAtoZ) -> None:
    stage(store)
    assert names(root / ".odimaging" / "stage") == [f"{OP}.15.jpg"]


@pytest.mark.parametrize("extension", [".jp/g", ".a.b", ".", ".ä", "." + "x" * 60, "/../../x"])
def test_an_odd_extension_stays_out_of_the_stage_name(
    root: Path, store: LocalAtoZ, extension: str
) -> None:
    staged = store.stage(MemorySource("a", b"data"), OP, PAT, extension)
    assert names(root / ".odimaging" / "stage") == [f"{OP}.15"]
    assert staged.extension == extension
    store.publish(staged, PLACE)
    assert live(root).read_bytes() == b"data"


@pytest.mark.parametrize("number", ["", "a" * 31, "A" * 32, "../" + "a" * 29, "a" * 33])
def test_only_operation_numbers_name_files(store: LocalAtoZ, number: str) -> None:
    operation = OperationNumber(number)
    with pytest.raises(InvalidField):
        stage(store, operation=operation)
    with pytest.raises(InvalidField):
        store.unstage(operation)
    with pytest.raises(InvalidField):
        store.staged_copy(operation)
    with pytest.raises(InvalidField):
        store.unshelve(operation)
    with pytest.raises(InvalidField):
        store.remove_note(operation)


def test_strangers_in_the_stage_are_left_alone(root: Path, store: LocalAtoZ) -> None:
    folder = root / ".odimaging" / "stage"
    for name in ("readme.txt", f"{OP}", f"{OP}.x.jpg", f"{OP}.15.jpg.bak"):
        (folder / name).write_bytes(b"x")
    (folder / f"{OTHER}.15.jpg").mkdir()
    assert store.staged() == ()
    assert store.staged_copy(OP) is None
    store.unstage(OP)
    store.sweep(0.0)
    assert len(names(folder)) == 5


def test_ages_are_the_stores_own(root: Path, store: LocalAtoZ) -> None:
    stage(store)
    path = root / ".odimaging" / "stage" / f"{OP}.15.jpg"
    future = path.stat().st_mtime + 1e6
    os.utime(path, (future, future))
    assert store.staged()[0].age_s == 0.0


def test_a_stage_file_that_goes_while_it_is_looked_at(tmp_path: Path) -> None:
    assert hashed(tmp_path / f"{OP}.15.jpg") is None


class Shorten:
    """Somebody cuts the stage file while it is written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def report(self, done: int, total: int, text: str = "") -> None:
        os.truncate(self.folder / f"{OP}.15.jpg", 1)


def test_the_size_is_read_back(root: Path, store: LocalAtoZ) -> None:
    progress = Shorten(root / ".odimaging" / "stage")
    with pytest.raises(StoreError, match="did not keep"):
        store.stage(MemorySource("a.jpg", b"data"), OP, PAT, ".jpg", progress)
    assert store.staged() == ()


@posix_only
def test_a_file_that_goes_while_it_is_listed(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    [entry] = os.scandir(tmp_path)
    (tmp_path / "a.jpg").unlink()
    assert _seen(entry) is None


def test_a_thumbnail_that_cannot_be_replaced_leaves_nothing(root: Path, store: LocalAtoZ) -> None:
    (live(root).parent / "Thumbnails" / PLACE.file_name).mkdir(parents=True)
    with pytest.raises(StoreError):
        store.write_thumbnail(PLACE, b"png")
    assert names(root / ".odimaging" / "tmp") == []


def test_sweep_removes_old_temporary_files_only(root: Path, store: LocalAtoZ) -> None:
    folder = root / ".odimaging" / "tmp"
    for name in ("old", "new"):
        (folder / name).write_bytes(b"x")
    os.utime(folder / "old", (0, 0))
    store.sweep(3600.0)
    assert names(folder) == ["new"]


# ---------------------------------------------------------------- stopped in the middle


def test_stopped_after_the_rename_is_done(root: Path, store: LocalAtoZ) -> None:
    staged = stage(store)
    with stopped_at("store.renamed"):
        store.publish(staged, PLACE)
    store.publish(staged, PLACE)
    assert live(root).read_bytes() == b"data"
    assert store.staged() == ()


@posix_only
def test_stopped_between_link_and_unlink_is_finished(root: Path, store: LocalAtoZ) -> None:
    staged = stage(store)
    source = root / ".odimaging" / "stage" / f"{OP}.15.jpg"
    live(root).parent.mkdir()
    with stopped_at("store.linked"):
        files.rename_no_replace(source, live(root), files.POSIX_WAYS[1:])
    store.publish(staged, PLACE)
    assert store.staged() == ()
    assert live(root).read_bytes() == b"data"


def test_stopped_while_the_name_was_reserved_is_taken(root: Path, store: LocalAtoZ) -> None:
    staged = stage(store)
    live(root).parent.mkdir()
    live(root).touch()
    with pytest.raises(NameTaken):
        store.publish(staged, PLACE)
    assert store.staged_copy(OP) == staged


def test_stopped_after_parking_can_go_back(root: Path, store: LocalAtoZ) -> None:
    store.publish(stage(store), PLACE)
    with stopped_at("store.parked"):
        store.park(PLACE, OTHER, PAT)
    parked = store.staged_copy(OTHER)
    assert parked is not None
    assert not live(root).exists()
    store.publish(parked, PLACE)
    assert live(root).read_bytes() == b"data"


def test_stopped_before_the_shelf_has_the_file_is_finished(store: LocalAtoZ) -> None:
    staged = stage(store)
    with stopped_at("store.entered"):
        store.shelve(staged, entry_of(staged))
    assert store.shelf() == ()
    assert store.staged_copy(OP) == staged
    store.shelve(staged, entry_of(staged))
    assert store.shelf() == (entry_of(staged),)
    assert store.staged() == ()


def test_stopped_while_unshelving_is_finished(root: Path, store: LocalAtoZ) -> None:
    staged = stage(store)
    store.shelve(staged, entry_of(staged))
    with stopped_at("store.emptied"):
        store.unshelve(OP)
    assert store.shelf() == ()
    store.unshelve(OP)
    assert names(root / ".odimaging" / "shelf") == []


# ---------------------------------------------------------------- what others wrote


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"operation": 1}',
        b'{"operation": "../../x"}',
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_damaged_notes_and_entries_are_not_read(root: Path, store: LocalAtoZ, text: bytes) -> None:
    staged = stage(store)
    store.shelve(staged, entry_of(staged))
    side = root / ".odimaging"
    (side / "ops" / f"{OP}.json").write_bytes(text)
    (side / "shelf" / f"{OP}.15.entry.json").write_bytes(text)
    assert store.notes() == ()
    assert store.shelf() == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("operation", OTHER),
        ("kind", 5),
        ("doc_num", "389"),
        ("doc_num", True),
        ("doc_num", 2**63),
        ("doc_num", 1.5),
        ("pat_num", None),
        ("row", []),
        ("row", {"Note": []}),
    ],
)
def test_a_note_must_look_exactly_right(
    root: Path, store: LocalAtoZ, field: str, value: object
) -> None:
    store.write_note(OpsNote(OP, "delete", DocNum(389), PAT, "a.jpg", {"Note": "x"}))
    path = root / ".odimaging" / "ops" / f"{OP}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {field: value}))
    assert store.notes() == ()
    path.write_text(json.dumps({"operation": OP}))
    assert store.notes() == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("operation", OTHER),
        ("pat_num", 16),
        ("shelved_at", "yesterday"),
        ("size", "4"),
        ("doc_category", {}),
        ("row", {"x": {}}),
    ],
)
def test_an_entry_must_look_exactly_right(
    root: Path, store: LocalAtoZ, field: str, value: object
) -> None:
    staged = stage(store)
    store.shelve(staged, entry_of(staged))
    path = root / ".odimaging" / "shelf" / f"{OP}.15.entry.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {field: value}))
    assert store.shelf() == ()


def test_a_shelved_file_without_its_entry_is_not_shown(root: Path, store: LocalAtoZ) -> None:
    staged = stage(store)
    store.shelve(staged, entry_of(staged))
    (root / ".odimaging" / "shelf" / f"{OP}.15.entry.json").unlink()
    assert store.shelf() == ()
    store.unshelve(OP)
    assert names(root / ".odimaging" / "shelf") == []


def test_a_huge_note_is_not_read(root: Path, store: LocalAtoZ) -> None:
    path = root / ".odimaging" / "ops" / f"{OP}.json"
    with path.open("wb") as file:
        file.truncate((64 << 20) + 1)
    assert store.notes() == ()


def test_nothing_of_the_store_shows_names(store: LocalAtoZ) -> None:
    with pytest.raises(FileMissing) as caught:
        store.open(PLACE)
    assert "Smith" not in repr(caught.value) + caught.value.user_text + caught.value.detail
