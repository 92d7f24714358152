"""Both ends of the shared memory, in one process."""

import gc
import os
import sys
from collections.abc import Iterator

import pytest

from odimaging.imaging.blocks import KEPT_BYTES, ROUND_TO, Block, Blocks, MappedBlocks, Told

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="descriptors cross a socket")


class Ends:
    """A parent and its child."""

    def __init__(self) -> None:
        self.parent = Blocks()
        self.child = MappedBlocks(os.dup(self.parent.inherited[0]))
        self.parent.started()

    def written(self, told: Told, text: bytes) -> None:
        self.child.take(told)[: len(text)] = text

    def lend(self, size: int) -> tuple[Block, Told]:
        return self.parent.lend(size)


@pytest.fixture
def ends() -> Iterator[Ends]:
    ends = Ends()
    yield ends
    ends.parent.close()
    ends.child.close()


def test_what_the_child_writes_the_parent_sees(ends: Ends) -> None:
    block, told = ends.lend(5)
    assert block.size == ROUND_TO
    ends.written(told, b"hello")
    view = ends.parent.view(block, 5)
    assert bytes(view) == b"hello"
    assert len(view) == 5


def test_a_block_comes_back_with_its_last_reader(ends: Ends) -> None:
    block, told = ends.lend(5)
    ends.written(told, b"first")
    part = ends.parent.view(block, 5)[1:3]
    other, told = ends.lend(5)
    assert other.number != block.number
    ends.written(told, b"other")
    ends.parent.give_back(other)
    assert ends.lend(5)[0].number == other.number
    assert bytes(part) == b"ir"
    del part
    gc.collect()
    again, told = ends.lend(5)
    assert again.number == block.number
    assert "new" not in told
    ends.written(told, b"again")
    assert bytes(block.memory[:5]) == b"again"


def test_a_much_larger_block_waits_for_a_larger_picture(ends: Ends) -> None:
    large, told = ends.lend(8 * ROUND_TO)
    ends.written(told, b"x")
    ends.parent.give_back(large)
    assert ends.lend(ROUND_TO)[0].number != large.number
    assert ends.lend(8 * ROUND_TO)[0].number == large.number


def test_room_is_made_by_dropping_what_waits(ends: Ends) -> None:
    first, told = ends.lend(KEPT_BYTES // 2)
    ends.written(told, b"x")
    ends.parent.give_back(first)
    second, told = ends.lend(KEPT_BYTES - ROUND_TO * 2)
    assert told["drop"] == [first.number]
    assert second.kept
    ends.written(told, b"y")
    third, told = ends.lend(8 * ROUND_TO)
    assert not third.kept, "no room while the second is out"
    ends.written(told, b"z")
    ends.parent.give_back(third)
    assert ends.lend(8 * ROUND_TO)[0].number != third.number
    with pytest.raises(KeyError):
        ends.child.take({"number": first.number, "size": first.size})


@pytest.mark.skipif(sys.platform != "linux", reason="seals are Linux's")
def test_a_child_cannot_shrink_what_we_read() -> None:
    import socket

    parent = Blocks()
    there = socket.socket(fileno=os.dup(parent.inherited[0]))
    parent.lend(10)
    _, descriptors, _, _ = socket.recv_fds(there, 1, 1)
    with pytest.raises(PermissionError):
        os.truncate(descriptors[0], 0)
    os.close(descriptors[0])
    there.close()
    parent.close()
