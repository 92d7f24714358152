"""The longest the window was away while 500 files travel to a real OpenSSH server, against the same window idle."""

import statistics
from dataclasses import replace
from pathlib import Path

from odimaging.gui.presenters.transfer_rows import SendChoice
from odimaging.model.ids import PatNum
from odimaging.repository.send import SendState
from odimaging.settings import Destination
from odimaging.transfer.host_keys import KnownHosts
from tests.bench.filling import practice_with
from tests.bench.front_desk import FrontDesk, Gaps, front_desk
from tests.bench.report import Row, ms
from tests.bench.samples import padded, small
from tests.servers.openssh import OpenSsh, openssh

PATIENT, FILES, SIZE = PatNum(1), 500, 200_000
IDLE_S = 3.0
MEDIAN_S, WORST_S = 0.008, 0.050


def measure(folder: Path) -> list[Row]:
    """The patient's grid and the list of transfers are both on screen."""
    practice = practice_with(folder, {PATIENT: FILES}, lambda number: padded(small(number), SIZE))
    with openssh("ed25519") as server:
        if server.password is None:
            return [Row("window while 500 files are sent", "needs root", "", "", "")]
        KnownHosts(practice.with_suffix(".known_hosts")).pin(
            server.host, server.port, server.host_key
        )
        with front_desk(practice, folder) as desk:
            return _rows(desk, server)


def _rows(desk: FrontDesk, server: OpenSsh) -> list[Row]:
    desk.choose(PATIENT)
    desk.rest()
    desk.program.window.do("transfers")
    desk.live(0.5)
    idle = Gaps()
    desk.live(IDLE_S)
    idle.stop()
    busy = _sent(desk, server)
    median, worst = statistics.median(busy), max(busy)
    calm, worst_calm = statistics.median(idle.seconds), max(idle.seconds)
    name = "window away while 500 files are sent"
    return [
        Row(
            f"{name}, median",
            ms(median),
            f"idle {ms(calm)}",
            f"{median / calm:.2f}x",
            f"≤ {ms(MEDIAN_S)}",
            median <= MEDIAN_S,
        ),
        Row(
            f"{name}, worst",
            ms(worst),
            f"idle {ms(worst_calm)}",
            f"{worst / worst_calm:.2f}x",
            f"≤ {ms(WORST_S)}",
            worst <= WORST_S,
        ),
    ]


def _sent(desk: FrontDesk, server: OpenSsh) -> list[float]:
    """Seconds between ticks from the click to the last file's *Sent*."""
    settings = desk.program.settings
    there = Destination("Dr Lee", f"{server.host}:{server.port}/incoming/", server.user)
    settings.save(replace(settings.load(), destinations=(there,)))
    transfers = desk.desk.practice.transfers
    assert transfers is not None
    items = [item for item in desk.desk.browser.visible if item.doc_num is not None]
    choices = [SendChoice(item.doc_num, None, PATIENT) for item in items]
    gaps = Gaps()
    ended: list[bool] = []
    transfers.send(choices, there, server.password)
    transfers.when_idle(lambda: ended.append(True))
    desk.wait(ended)
    gaps.stop()
    states = [row.state for row in transfers.rows]
    assert states == [SendState.SENT] * FILES, states
    return gaps.seconds
