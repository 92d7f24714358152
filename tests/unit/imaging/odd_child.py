"""A decoder process with commands no real one has: hang, die, crash, greed and disobedience, for the tests of the limits."""

import mmap
import os
import time
from pathlib import Path

import numpy as np

from odimaging.imaging.child import Call, Command, Reply, serve
from odimaging.imaging.commands import COMMANDS


def hang(call: Call) -> Reply:
    while True:
        time.sleep(1)


def die(call: Call) -> Reply:
    os._exit(9)
    return {}, None


def crash(call: Call) -> Reply:
    raise AssertionError("a bug of our own, with SECRETNAME in its text")


def greed(call: Call) -> Reply:
    return {"got": len(np.ones(4 << 30, np.uint8))}, None


def write(call: Call) -> Reply:
    Path(call.header["path"]).write_bytes(b"x" * 10)
    return {}, None


def shout(call: Call) -> Reply:
    print("chatter of a library")
    return {"printed": True}, None


def blocks(call: Call) -> Reply:
    """A large picture that is never finished."""
    call.allocate((3000, 4000, 4), "u1")
    return die(call)


def limits(call: Call) -> Reply:
    import resource

    names = ("RLIMIT_AS", "RLIMIT_CORE", "RLIMIT_FSIZE")
    return {name: resource.getrlimit(getattr(resource, name))[0] for name in names} | {
        "nice": os.nice(0),
        "page": mmap.PAGESIZE,
    }, None


ODD: dict[str, Command] = {
    "hang": hang,
    "die": die,
    "crash": crash,
    "greed": greed,
    "write": write,
    "shout": shout,
    "blocks": blocks,
    "limits": limits,
}

if __name__ == "__main__":
    serve({**COMMANDS, **ODD})
