"""Fixtures shared by all tests; servers come from `tests.servers`."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

pytest_plugins = ["tests.servers.mariadb", "tests.servers.openssh"]
