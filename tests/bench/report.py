"""One table for all benchmarks: what was measured, against what, and the target."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """``ratio`` is ours over the peer's unless the name says otherwise; ``met`` None where there is no target."""

    name: str
    ours: str
    peer: str
    ratio: str
    target: str
    met: bool | None = None


def show(rows: Sequence[Row]) -> None:
    """Print them aligned."""
    head = Row("what", "ours", "peer or limit", "ratio", "target")
    table = [(row.name, row.ours, row.peer, row.ratio, row.target, _verdict(row)) for row in (head, *rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip(), flush=True)


def _verdict(row: Row) -> str:
    return {True: "met", False: "MISSED", None: ""}[row.met]


def interleaved(rounds: int, *cases: Callable[[], float]) -> list[float]:
    """The median of each case, every case once a round, so that a busy moment hits all alike."""
    taken: list[list[float]] = [[] for _ in cases]
    for _ in range(rounds):
        for case, times in zip(cases, taken, strict=True):
            times.append(case())
    return [statistics.median(times) for times in taken]


def percentile(times: Sequence[float], percent: float) -> float:
    """Nearest rank."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def ms(seconds: float) -> str:
    """Milliseconds in words."""
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"
