"""Our start: prints when the window was painted and its search box takes keys, then ends. Argument: the practice file."""

import sys
import time
from pathlib import Path

from odimaging.app import run_window


def painted(close: object) -> None:
    print(time.time(), flush=True)
    assert callable(close)
    close()


run_window(Path(sys.argv[1]), shown=painted)
