"""Thumbnails: in view first, cancelled when scrolled away, arriving by key, damaged ones in words."""

from odimaging.gui.presenters import items
from odimaging.gui.presenters.items import GridItem
from odimaging.gui.presenters.tiles import TilePresenter
from odimaging.model.ids import DocNum, MountNum
from odimaging.model.picture import Picture
from tests.fakes.inline_runner import InlineSubmit
from tests.gui.desk_fakes import MemoryDesk, document, mount


class Wall:
    """A tile presenter, and what arrived."""

    def __init__(self) -> None:
        self.desk = MemoryDesk()
        self.submit = InlineSubmit(hold=True)
        self.arrived: list[tuple[str, bool, str]] = []
        self.tiles = TilePresenter(self.desk.repository(), self.submit, self._on_arrived)

    def _on_arrived(self, key: str, pixels: int, picture: Picture | None, reason: str) -> None:
        self.arrived.append((key, picture is not None, reason))


def tile(number: int) -> GridItem:
    return items.of_document(document(number), "X-rays")


def test_tiles_arrive_by_key_and_are_asked_for_once() -> None:
    wall = Wall()
    wall.tiles.want([tile(1), tile(2)], 160)
    wall.tiles.want([tile(2), tile(1)], 160)
    wall.submit.release()
    assert wall.desk.asked == ["d1", "d2"]
    assert wall.arrived == [("d1", True, ""), ("d2", True, "")]


def test_what_scrolled_away_is_never_made() -> None:
    wall = Wall()
    wall.tiles.want([tile(1), tile(2)], 160)
    wall.tiles.want([tile(2), tile(3)], 160)
    wall.submit.release()
    assert wall.desk.asked == ["d2", "d3"]


def test_those_nearby_come_after_those_in_view() -> None:
    wall = Wall()
    wall.tiles.want([tile(1), tile(2), tile(3)], 160, nearby=1)
    assert [job.priority for job in wall.submit.jobs] == [0, 0, 1]


def test_a_damaged_one_says_so() -> None:
    wall = Wall()
    wall.desk.damaged.add(DocNum(4))
    wall.tiles.want([tile(4)], 160)
    wall.submit.release()
    assert wall.arrived == [("d4", False, "This image is damaged and cannot be shown.")]


def test_an_answer_from_before_an_edit_is_dropped_and_asked_again() -> None:
    wall = Wall()
    wall.tiles.want([tile(1)], 160)
    wall.tiles.forget({"d1"})
    wall.tiles.want([tile(1)], 160)
    wall.submit.release()
    assert wall.arrived == [("d1", True, "")]


def test_a_mount_has_its_own_tile() -> None:
    wall = Wall()
    wall.submit.hold = False
    wall.tiles.want([items.of_mount(mount(3), (), "X-rays")], 160)
    assert wall.desk.asked == [f"m{MountNum(3)}"]
    assert wall.arrived == [("m3", True, "")]


def test_nothing_is_wanted_any_more() -> None:
    wall = Wall()
    wall.tiles.want([tile(1)], 160)
    wall.tiles.cancel()
    wall.submit.release()
    assert wall.arrived == []
