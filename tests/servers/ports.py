"""Ports of this computer for the servers of a test run."""

import socket


def free_port() -> int:
    """One the kernel has just given."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
