"""Which tests run where."""

import sys

import pytest

posix_only = pytest.mark.skipif(
    sys.platform == "win32", reason="needs pipes, modes and links as POSIX has them"
)
