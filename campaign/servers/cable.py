"""A cable between clients and a server: it is cut, and frozen, while both are well."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Event, Lock, Thread

CHUNK = 65536


class Cable:
    """Carries TCP connections from a port of its own; where nobody answers, it ends them."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        """To that port, of the loopback if it is not told otherwise."""
        self._server = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._ends: set[socket.socket] = set()
        self._lock = Lock()
        self._flows = Event()
        self._flows.set()
        self._is_plugged = True
        Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End all connections at once; new ones can be made."""
        with self._lock:
            ends, self._ends = self._ends, set()
        for end in ends:
            _shut(end)

    def unplug(self) -> None:
        """End all connections, and every new one too."""
        with self._lock:
            self._is_plugged = False
        self.cut()

    def plug(self) -> None:
        """Let new connections be made again."""
        with self._lock:
            self._is_plugged = True

    def freeze(self) -> None:
        """Carry nothing any more, without ending anything."""
        self._flows.clear()

    def thaw(self) -> None:
        """Go on with what was held up."""
        self._flows.set()

    def close(self) -> None:
        """Take it away."""
        self.unplug()
        self._flows.set()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._server)
        except OSError:
            client.close()
            return
        with self._lock:
            if self._is_plugged:
                self._ends |= {client, server}
        if server not in self._ends:
            client.close()
            server.close()
            return
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = Thread(target=self._carry, args=(server, client), daemon=True)
        back.start()
        self._carry(client, server)
        back.join()
        with self._lock:
            self._ends -= {client, server}
        client.close()
        server.close()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                self._flows.wait()
                target.sendall(data)
        # An end is the end of both ways: nobody here speaks to one that has hung up.
        _shut(source)
        _shut(target)


def _shut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
