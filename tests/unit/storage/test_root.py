"""Roots: made, completed, found (facts §2.1)."""

import string
import threading
from pathlib import Path

import pytest

from odimaging.model.errors import StoreError, StoreUnavailable
from odimaging.storage.atoz import LocalAtoZ
from odimaging.storage.root import adopt_root, create_root, find_root, other_volumes


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_root(tmp_path: Path) -> None:
    share_id = create_root(str(tmp_path / "new" / "root"))
    assert names(tmp_path / "new" / "root") == [".odimaging", *string.ascii_uppercase]
    assert names(tmp_path / "new" / "root" / ".odimaging") == [
        "ops",
        "share-id",
        "shelf",
        "stage",
        "tmp",
    ]
    LocalAtoZ(str(tmp_path / "new" / "root"), pinned_share_id=share_id).check()


def test_twice_keeps_the_share_id(tmp_path: Path) -> None:
    assert create_root(str(tmp_path)) == create_root(str(tmp_path))


def test_an_existing_root_only_gets_a_side_store(tmp_path: Path) -> None:
    (tmp_path / "A" / "Adams1").mkdir(parents=True)
    (tmp_path / "EOBs").mkdir()
    create_root(str(tmp_path))
    assert names(tmp_path) == [".odimaging", "A", "EOBs"]


def test_first_contact_adds_a_side_store_only(tmp_path: Path) -> None:
    (tmp_path / "A").mkdir()
    share_id = adopt_root(str(tmp_path))
    assert names(tmp_path) == [".odimaging", "A"]
    assert adopt_root(str(tmp_path)) == create_root(str(tmp_path)) == share_id


@pytest.mark.parametrize("name", ["", ".", "none"])
def test_first_contact_with_nothing_makes_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreUnavailable):
        adopt_root(str(tmp_path / name) if name else "")
    assert names(tmp_path) == []


def test_everybody_who_makes_it_gets_the_same(tmp_path: Path) -> None:
    barrier = threading.Barrier(8)
    found: list[str] = []

    def run() -> None:
        barrier.wait()
        found.append(create_root(str(tmp_path / "root")))

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_damaged_share_id_is_not_replaced(tmp_path: Path) -> None:
    create_root(str(tmp_path))
    (tmp_path / ".odimaging" / "share-id").write_text("damaged")
    with pytest.raises(StoreUnavailable):
        create_root(str(tmp_path))
    assert (tmp_path / ".odimaging" / "share-id").read_text() == "damaged"


@pytest.mark.parametrize("root", ["", "  "])
def test_no_root_is_never_here(root: str) -> None:
    with pytest.raises(StoreUnavailable):
        create_root(root)


def test_a_root_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError):
        create_root(str(tmp_path / "file"))


def test_the_first_path_with_a_folder_a_wins(tmp_path: Path) -> None:
    (tmp_path / "b" / "A").mkdir(parents=True)
    (tmp_path / "c" / "A").mkdir(parents=True)
    (tmp_path / "d").mkdir()
    doc_path = f";; {tmp_path / 'none'} ;{tmp_path / 'd'}; {tmp_path / 'b'} ;{tmp_path / 'c'}"
    assert find_root(doc_path) == str(tmp_path / "b")


@pytest.mark.parametrize("doc_path", ["", ";", " ; "])
def test_there_may_be_no_root(doc_path: str) -> None:
    assert find_root(doc_path) is None


def test_this_computers_own_path_wins_unchecked(tmp_path: Path) -> None:
    assert find_root(str(tmp_path), r"  Z:\img ") == r"Z:\img"
    assert find_root("", "  ") is None


def test_one_volume(tmp_path: Path) -> None:
    create_root(str(tmp_path))
    assert other_volumes(str(tmp_path)) == ()
