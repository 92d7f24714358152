"""From the start of the process to a window that is painted and takes keys, against a bare Qt window."""

import compileall
import os
import subprocess
import sys
import time
from pathlib import Path

import odimaging
from odimaging.app.office import make_practice
from tests.bench.report import Row, at_most, interleaved

ROUNDS = 11
HERE = Path(__file__).parent
TARGET = 1.15


def measure(folder: Path) -> list[Row]:
    """Both on the same display, byte-compiled, files in the page cache."""
    for place in (Path(odimaging.__file__).parent, HERE):
        compileall.compile_dir(place, quiet=1)
    practice = folder / "start.toml"
    make_practice(f"sqlite:///{folder}/start.db", folder / "start", practice)
    ours, bare = interleaved(
        ROUNDS,
        lambda: _start("start_ours", str(practice)),
        lambda: _start("start_bare"),
    )
    return [at_most("start to first usable window", ours, bare, TARGET, "bare Qt window")]


def _start(module: str, *arguments: str) -> float:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", f"tests.bench.{module}", *arguments]
    started = time.time()
    done = subprocess.run(
        command, stdout=subprocess.PIPE, check=True, env=environment, timeout=60, text=True
    )
    return float(done.stdout.split()[0]) - started
