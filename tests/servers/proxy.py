"""A TCP proxy that spoils a connection: cuts it after so many bytes or a request, falls silent, delays."""

import contextlib
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator


class Proxy:
    """Between a client and a server on 127.0.0.1. Settings may change while it runs.

    ``cuts``: for each connection in turn, after how many bytes in all it is reset; then no more cuts.
    """

    def __init__(self, port: int, cuts: Iterable[int] = (), delay_s: float = 0.0) -> None:
        self._target = port
        self._cuts = deque(cuts)
        self._delay_s = delay_s
        self._silent = threading.Event()
        self._fatal: bytes | None = None
        self._closing = threading.Event()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.connections = 0
        self.accepting = True
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(0.05)
        self.port = int(self._server.getsockname()[1])
        self._start(self._accept)

    def fall_silent(self) -> None:
        """From now on nothing goes through, and nobody is told."""
        self._silent.set()

    def speak(self) -> None:
        """As before."""
        self._silent.clear()

    def cut_after(self, request: bytes) -> None:
        """Pass the next request with these bytes on, wait for its answer, and give the client a closed line instead."""
        self._fatal = request

    def cut_now(self) -> None:
        """Reset what is open."""
        for sock in list(self._open):
            _reset(sock)
        self._open.clear()

    def close(self) -> None:
        """End it, and its threads."""
        self._closing.set()
        self.cut_now()
        for thread in self._threads:
            thread.join(5)
        self._server.close()

    def _start(self, work: object, *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)  # type: ignore[arg-type]  # callables only
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                client, _ = self._server.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self.connections += 1
            if not self.accepting:
                _reset(client)
                continue
            server = socket.create_connection(("127.0.0.1", self._target))
            pair = _Pair(client, server, self._cuts.popleft() if self._cuts else None)
            self._open += [client, server]
            self._start(self._pump, pair, client, server, True)
            self._start(self._pump, pair, server, client, False)

    def _pump(self, pair: "_Pair", here: socket.socket, there: socket.socket, asks: bool) -> None:
        later: deque[tuple[float, bytes]] = deque()
        look_s = 0.002 if self._delay_s else 0.05
        with contextlib.suppress(OSError, ValueError):  # a closed socket has no number to look at
            while not self._closing.is_set():
                if select.select([here], [], [], look_s)[0]:
                    data = here.recv(1 << 16)
                    if not data or (pair.doomed.is_set() and not asks):
                        break
                    if asks and self._fatal is not None and self._fatal in data:
                        self._fatal = None
                        pair.doomed.set()
                    later.append((time.monotonic() + self._delay_s, data))
                while later and later[0][0] <= time.monotonic() and not self._silent.is_set():
                    pair.pass_on(there, later.popleft()[1])
        pair.close()


class _Pair:
    def __init__(self, client: socket.socket, server: socket.socket, left: int | None) -> None:
        self._sockets = (client, server)
        self._left = left
        self._lock = threading.Lock()
        self.doomed = threading.Event()
        """The next answer is not passed on."""

    def pass_on(self, there: socket.socket, data: bytes) -> None:
        with self._lock:
            if self._left is not None:
                data = data[: self._left]
                self._left -= len(data)
            over = self._left == 0
        if data:
            there.sendall(data)
        if over:
            for sock in self._sockets:
                _reset(sock)
            raise ConnectionError("cut")

    def close(self) -> None:
        for sock in self._sockets:
            with contextlib.suppress(OSError):
                sock.close()


def _reset(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        sock.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        sock.close()


@contextlib.contextmanager
def proxy(port: int, cuts: Iterable[int] = (), delay_s: float = 0.0) -> Iterator[Proxy]:
    """A proxy to a port of 127.0.0.1."""
    running = Proxy(port, cuts, delay_s)
    try:
        yield running
    finally:
        running.close()
