"""From the click on a patient to the first painted thumbnails: 400 documents and 5,000."""

import statistics
from pathlib import Path

from odimaging.model.ids import PatNum
from tests.bench.filling import practice_with
from tests.bench.front_desk import FrontDesk, front_desk, in_view
from tests.bench.report import Row, ms
from tests.bench.samples import small

ROUNDS = 9
FEW, MANY = PatNum(1), PatNum(2)
COUNTS = {FEW: 400, MANY: 5000}
TARGET_S, ALIKE = 0.150, 1.3


def measure(folder: Path) -> list[Row]:
    """Warm: the second time. Tiles come from the private cache on disk; in the last rows they are still in memory."""
    practice = practice_with(folder, COUNTS, small)
    with front_desk(practice, folder) as desk:
        for pat_num in COUNTS:
            desk.choose(pat_num)
        return [*_rows(desk, "", True), *_rows(desk, ", tiles in memory", False)]


def _rows(desk: FrontDesk, how: str, from_disk: bool) -> list[Row]:
    taken: dict[PatNum, list[tuple[float, float]]] = {pat_num: [] for pat_num in COUNTS}
    for _ in range(ROUNDS):
        for pat_num, times in taken.items():
            times.append(_choose(desk, pat_num, from_disk))
    few, many = ([statistics.median(one) for one in zip(*taken[p], strict=True)] for p in COUNTS)
    alike = max(few[0], many[0]) / min(few[0], many[0])
    rows = [
        Row(
            f"patient of {COUNTS[pat_num]:,} documents{how}",
            f"{ms(first)}, all in view {ms(everything)}",
            "",
            "",
            f"≤ {ms(TARGET_S)}",
            first <= TARGET_S,
        )
        for pat_num, (first, everything) in ((FEW, few), (MANY, many))
    ]
    name = f"5,000 documents against 400{how}"
    return [
        *rows,
        Row(name, ms(many[0]), ms(few[0]), f"{alike:.2f}x", f"≤ {ALIKE}x", alike <= ALIKE),
    ]


def _choose(desk: FrontDesk, pat_num: PatNum, from_disk: bool) -> tuple[float, float]:
    """The grid forgets this patient's pixmaps first, if they are to come from the disk."""
    if from_disk:
        desk.grid.looks_different([item.key for item in in_view(desk.grid)])
        desk.grid.forget_all()
    return desk.choose(pat_num)
