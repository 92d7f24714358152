"""A proxy between a client and a server on this computer that cuts the line at a chosen moment."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self


class TcpProxy:
    """Forwards to ``target`` on 127.0.0.1. After `cut_after` the first request with those bytes gets no answer."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._cut: bytes | None = None
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def cut_after(self, request: bytes) -> None:
        """Pass this request on, wait for its answer, and give the client a closed line instead."""
        self._cut = request

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for found in (self._listener, *self._sockets):
            _shut(found)
        for thread in self._threads:
            thread.join(10)

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            self._sockets += [client, server]
            swallow = threading.Event()
            self._start(self._requests, client, server, swallow)
            self._start(self._answers, server, client, swallow)

    def _requests(
        self, client: socket.socket, server: socket.socket, swallow: threading.Event
    ) -> None:
        while data := _read(client):
            if self._cut is not None and self._cut in data:
                self._cut = None
                swallow.set()
            with suppress(OSError):  # the other direction may have shut it meanwhile
                server.sendall(data)
        _shut(server)

    def _answers(
        self, server: socket.socket, client: socket.socket, swallow: threading.Event
    ) -> None:
        while data := _read(server):
            if swallow.is_set():
                break
            with suppress(OSError):
                client.sendall(data)
        _shut(client)
        _shut(server)


def _read(line: socket.socket) -> bytes:
    try:
        return line.recv(65536)
    except OSError:
        return b""


def _shut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()
