"""What happens to a bug: a line in the log with type, modules and lines, never values; the window stays.

No memory dumps: they hold patient data (contract §4.7.5).
"""

import faulthandler
import logging
import sys
import threading
from pathlib import Path
from types import TracebackType

from odimaging.logs import trace_of

log = logging.getLogger(__name__)


def watch(folder: Path) -> None:
    """Catch what nobody caught, in any thread, and hard crashes (without values) in ``folder/crash.log``."""
    sys.excepthook = _hook
    threading.excepthook = lambda arguments: crashed(arguments.exc_value)
    sys.unraisablehook = lambda arguments: crashed(arguments.exc_value)
    _no_memory_dumps()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        faulthandler.enable((folder / "crash.log").open("a", encoding="utf-8"))
    except OSError:
        log.warning("no crash log can be written")


def crashed(error: BaseException | None) -> None:
    """Write a bug down."""
    if error is not None:
        log.critical("a bug: %s", trace_of(error))


def _no_memory_dumps() -> None:
    if sys.platform == "win32":
        import ctypes

        no_box_no_report = 0x0001 | 0x0002  # SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX
        ctypes.windll.kernel32.SetErrorMode(no_box_no_report)
    else:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    crashed(error)
    sys.stderr.write(f"odimaging made a mistake ({kind.__name__}); the log says where.\n")
