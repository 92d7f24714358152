"""A virtual display with a window manager for the stories: Xvfb and openbox, one a process, on a free number."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def needs() -> list[str]:
    """Which of its programs are not here."""
    return [name for name in ("Xvfb", "openbox", "xdotool") if shutil.which(name) is None]


@contextmanager
def display(size: str = "1280x900") -> Iterator[str]:
    """Start both; yields the display's name and sets ``DISPLAY`` meanwhile."""
    reading, writing = os.pipe()
    with tempfile.TemporaryDirectory() as folder:
        log = (Path(folder) / "log").open("wb")
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{size}x24", "-nolisten", "tcp"],
            pass_fds=[writing],
            stdout=log,
            stderr=log,
        )
        os.close(writing)
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()
        name = f":{number}"
        before = os.environ.get("DISPLAY")
        os.environ["DISPLAY"] = name
        manager = subprocess.Popen(["openbox", "--sm-disable"], stdout=log, stderr=log)
        try:
            yield name
        finally:
            for process in (manager, server):
                process.terminate()
                process.wait(10)
            log.close()
            if before is None:
                del os.environ["DISPLAY"]
            else:
                os.environ["DISPLAY"] = before
