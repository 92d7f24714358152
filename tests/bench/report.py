"""One table for all benchmarks: what was measured, against what, and the target."""

import os
import platform
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version


@dataclass(frozen=True, slots=True)
class Row:
    """One line. ``ratio`` is ours over the peer's unless the name says otherwise; ``met`` None where there is no target."""

    name: str
    ours: str
    peer: str
    ratio: str
    target: str
    met: bool | None = None


Clock = Callable[[], float]
"""One sample in seconds."""


def heading() -> str:
    """The machine, before anything is measured."""
    load = ", ".join(f"{average:.2f}" for average in os.getloadavg())
    parts = (
        f"{os.cpu_count()} cores {platform.machine()}",
        f"Python {platform.python_version()}",
        f"PySide6 {version('PySide6-Essentials')}",
        f"load average before {load}",
    )
    return ", ".join(parts)


def show(rows: Sequence[Row]) -> None:
    """Print them aligned."""
    lines = [(row.name, row.ours, row.peer, row.ratio, row.target, _verdict(row)) for row in rows]
    table = [("what", "ours", "peer or limit", "ratio", "target", ""), *lines]
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    for line in table:
        cells = zip(line, widths, strict=True)
        print("  ".join(cell.ljust(width) for cell, width in cells).rstrip(), flush=True)


def _verdict(row: Row) -> str:
    return {True: "met", False: "MISSED", None: ""}[row.met]


def interleaved(rounds: int, *cases: Clock) -> list[float]:
    """The median of each case, every case once a round, so that a busy moment hits all alike."""
    return [statistics.median(times) for times in samples(rounds, *cases)]


def samples(rounds: int, *cases: Clock) -> list[list[float]]:
    """All times of each case, every case once a round; a first round warms up and does not count."""
    taken: list[list[float]] = [[] for _ in cases]
    for number in range(rounds + 1):
        for case, times in zip(cases, taken, strict=True):
            seconds = case()
            if number:
                times.append(seconds)
    return taken


def percentile(times: Sequence[float], percent: float) -> float:
    """Nearest rank."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def ms(seconds: float) -> str:
    """Milliseconds in words."""
    if seconds < 0.001:
        return f"{seconds * 1000:.3f} ms"
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"


def at_most(name: str, ours: float, peer: float, limit: float, peer_name: str) -> Row:
    """Ours against a peer's time: the ratio may be ``limit`` and no more."""
    ratio = ours / peer
    told = f"{peer_name} {ms(peer)}"
    return Row(name, ms(ours), told, f"{ratio:.2f}x", f"≤ {limit:g}x", ratio <= limit)


def faster(name: str, ours: float, peer: float, times: float, peer_name: str) -> Row:
    """How many times faster than a peer; below 1 for a share of a limit that cannot be reached."""
    ratio = peer / ours
    told = f"{peer_name} {ms(peer)}"
    return Row(name, ms(ours), told, f"{ratio:.2f}x", f"≥ {times:g}x as fast", ratio >= times)


def within(name: str, ours: float, limit: float, peer: str = "", ratio: str = "") -> Row:
    """A time against a fixed limit."""
    told = f"≤ {ms(limit)}" if limit < 1 else f"≤ {limit:g} s"
    mine = ms(ours) if limit < 1 else f"{ours:.1f} s"
    return Row(name, mine, peer, ratio or f"{ours / limit:.2f} of the limit", told, ours <= limit)
