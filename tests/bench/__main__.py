"""``python -m tests.bench [names]``: every benchmark or those named, as one table of ratios."""

import argparse
import atexit
import importlib
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.bench.report import Row, heading, show
from tests.servers.display import display, needs

BENCHMARKS = {
    "start": "starting",
    "decode": "decoding",
    "window": "windowing",
    "search": "searching",
    "sftp": "transferring",
    "demo": "making_demo",
    "choose": "choosing",
    "send": "sending",
}
"""Name → module of this package, whose ``measure(folder)`` gives the rows. Those that open a window here come last."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 if a target was missed."""
    options = parser().parse_args(arguments)
    missing = needs()
    if missing:
        print(f"The benchmarks need {', '.join(missing)}.", file=sys.stderr)
        return 2
    print(heading(), flush=True)
    kept = ExitStack()
    atexit.register(kept.close)  # after the window: Qt ends a process whose display goes away
    folder = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="odimaging-bench-")))
    kept.enter_context(display("1500x950"))
    settle_in(folder)
    rows: list[Row] = []
    for name in options.names or BENCHMARKS:
        rows += measured(name, folder)
    show(rows)
    return int(any(row.met is False for row in rows))


def parser() -> argparse.ArgumentParser:
    """Names of benchmarks."""
    made = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    made.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    return made


def settle_in(folder: Path) -> None:
    """A window system, and a user without a history."""
    os.environ["QT_QPA_PLATFORM"] = "xcb"
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        os.environ[f"XDG_{name}_HOME"] = str(folder / name.lower())


def measured(name: str, folder: Path) -> list[Row]:
    """One benchmark, in a folder of its own."""
    own = folder / name
    own.mkdir()
    started = time.monotonic()
    rows: list[Row] = importlib.import_module(f"tests.bench.{BENCHMARKS[name]}").measure(own)
    print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    return rows


if __name__ == "__main__":
    raise SystemExit(main())
