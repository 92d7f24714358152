import threading
from pathlib import Path

import pytest

from odimaging.app.later_queue import LaterQueue
from odimaging.db.queue import WorkstationQueue
from odimaging.model.errors import DatabaseUnavailable
from odimaging.model.ports import QueuedTransfer, TransferQueue

ONE = QueuedTransfer("k1", "Dr Lee", None, None, "", "Waiting")


def test_the_queue_is_opened_by_the_first_who_needs_it_and_once(tmp_path: Path) -> None:
    opened: list[WorkstationQueue] = []

    def open_queue() -> TransferQueue:
        opened.append(WorkstationQueue(tmp_path / "queue.sqlite"))
        return opened[-1]

    queue = LaterQueue(open_queue)
    assert opened == []
    threads = [threading.Thread(target=queue.add, args=(ONE,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 1
    queue.set_state("k1", "Failed", "away")
    assert [(one.state, one.reason) for one in queue.open_transfers()] == [("Failed", "away")]
    queue.remove("k1")
    assert opened[0].open_transfers() == ()
    opened[0].close()


def test_a_queue_that_cannot_be_opened_is_tried_again() -> None:
    tries: list[int] = []

    def open_queue() -> TransferQueue:
        tries.append(1)
        raise DatabaseUnavailable

    queue = LaterQueue(open_queue)
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable):
            queue.open_transfers()
    assert len(tries) == 2
