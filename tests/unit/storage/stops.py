"""Ends an operation at a failpoint, as a kill would."""

import contextlib
from collections.abc import Iterator

import pytest

from odimaging import failpoints


class Stopped(BaseException):
    """The process ends here: nothing that would run after a kill may run."""


@contextlib.contextmanager
def stopped_at(name: str) -> Iterator[None]:
    assert name in failpoints.FAILPOINTS

    def hook(step: str) -> None:
        if step == name:
            raise Stopped

    failpoints.arm(hook)
    try:
        with pytest.raises(Stopped):
            yield
    finally:
        failpoints.arm(None)
