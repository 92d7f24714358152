"""Every check, one line a step, stopping at the first failure: ``python -m tests [paths and pytest options]``.

The tests run in two processes each: those without a screen first, then the stories in a real window on a virtual display.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STORIES = "tests/features"


def main(arguments: list[str]) -> int:
    """Run the steps; returns the first exit code that is not 0."""
    for name, command, extra in steps(arguments):
        started = time.monotonic()
        print(f"── {name}", flush=True)
        code = subprocess.call(command, cwd=ROOT, env={**os.environ, **extra})
        print(
            f"   {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s",
            flush=True,
        )
        if code:
            return code
    return 0


def steps(arguments: list[str]) -> list[tuple[str, list[str], dict[str, str]]]:
    """What is run: name, command, environment."""
    python = [sys.executable, "-m"]
    pytest = [*python, "pytest", "-n", "2", "--dist", "worksteal"]
    off_screen, on_screen = {"QT_QPA_PLATFORM": "offscreen"}, {"QT_QPA_PLATFORM": "xcb"}
    if arguments:
        story = any(STORIES in argument for argument in arguments)
        return [("tests", [*pytest, *arguments], on_screen if story else off_screen)]
    found = [
        ("format", [*python, "ruff", "format", "--check", "-q", "."], {}),
        ("lint", [*python, "ruff", "check", "-q", "."], {}),
        ("types", [*python, "mypy", "--no-error-summary"], {}),
        ("tests", [*pytest, "tests", f"--ignore={STORIES}"], off_screen),
    ]
    if sys.platform.startswith("linux"):
        found.append(("stories in the window", [*pytest, STORIES], on_screen))
    return found


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
