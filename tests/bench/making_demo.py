"""The demo practice from nothing."""

import time
from pathlib import Path

from odimaging.demo.practice import make_demo
from tests.bench.report import Row, within

LIMIT_S = 20.0


def measure(folder: Path) -> list[Row]:
    """Once: it is long enough."""
    wall, work = time.monotonic(), time.process_time()
    make_demo(str(folder / "demo"))
    work = time.process_time() - work
    return [within("demo practice made", time.monotonic() - wall, LIMIT_S, f"CPU {work:.1f} s")]
