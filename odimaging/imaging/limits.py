"""What a decoder process may use at most; it binds itself before it sees the first foreign byte (contract §4.3 D1).

POSIX: resource limits. Windows: a job object that also ends the process with its last handle. Either way a watchdog
inside ends a process whose parent was killed while it was busy.
"""

import ctypes
import faulthandler
import os
import sys
from pathlib import Path

MEMORY_BYTES = 3 << 29
"""1.5 GiB of address space."""
JOB_S = 10.0
"""A job takes at most so long; the parent ends it then."""
ORPHAN_S = JOB_S + 5
"""So long a job goes on when nobody is left to end it."""
NICENESS = 5


def bind() -> None:
    """Take on the limits, for good."""
    if sys.platform == "win32":
        _bind_windows()
    else:
        _bind_posix()


class Watchdog:
    """Ends this process if a job goes on for `ORPHAN_S`. It needs no lock of the interpreter, so no decoder can stop it."""

    def __init__(self) -> None:
        self._nowhere = Path(os.devnull).open("w")  # noqa: SIM115  open as long as the process lives

    def job_started(self) -> None:
        """From now on it counts."""
        faulthandler.dump_traceback_later(ORPHAN_S, exit=True, file=self._nowhere)

    def job_ended(self) -> None:
        """It rests."""
        faulthandler.cancel_dump_traceback_later()


def _bind_posix() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    os.nice(NICENESS)
    if sys.platform == "linux":
        # Never gain rights through a program, and no other process of the user may look inside.
        no_new_privileges, dumpable = 38, 4
        libc = ctypes.CDLL(None)
        libc.prctl(no_new_privileges, 1, 0, 0, 0)
        libc.prctl(dumpable, 0, 0, 0, 0)


class _BasicLimits(ctypes.Structure):
    _fields_ = (
        ("per_process_user_time", ctypes.c_int64),
        ("per_job_user_time", ctypes.c_int64),
        ("limit_flags", ctypes.c_uint32),
        ("minimum_working_set", ctypes.c_size_t),
        ("maximum_working_set", ctypes.c_size_t),
        ("active_process_limit", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority_class", ctypes.c_uint32),
        ("scheduling_class", ctypes.c_uint32),
    )


class _ExtendedLimits(ctypes.Structure):
    _fields_ = (
        ("basic", _BasicLimits),
        ("io_counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


def _bind_windows() -> None:
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION: memory, no children, below-normal priority, no crash box, no survivors."""
    if sys.platform != "win32":
        return
    active_process, priority_class, process_memory = 0x8, 0x20, 0x100
    die_on_unhandled, kill_on_close = 0x400, 0x2000
    limits = _ExtendedLimits()
    limits.basic.limit_flags = (
        active_process | priority_class | process_memory | die_on_unhandled | kill_on_close
    )
    limits.basic.active_process_limit = 1
    limits.basic.priority_class = 0x4000
    limits.process_memory = MEMORY_BYTES
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateJobObjectW.restype = ctypes.c_void_p
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    job = ctypes.c_void_p(kernel.CreateJobObjectW(None, None))
    extended_limit_information = 9
    kernel.SetInformationJobObject(
        job, extended_limit_information, ctypes.byref(limits), ctypes.sizeof(limits)
    )
    if not kernel.AssignProcessToJobObject(job, ctypes.c_void_p(kernel.GetCurrentProcess())):
        raise ctypes.WinError(ctypes.get_last_error())
