"""A cable between a client and a server, which tests can cut."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Event, Lock, Thread

CHUNK = 65536


class Cable:
    """Carries TCP connections from a port of its own to a server."""

    def __init__(self, host: str, port: int) -> None:
        """Listen on a free port of the loopback."""
        self._server = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._ends: list[socket.socket] = []
        self._lock = Lock()
        self._is_plugged = True
        self._flows = Event()
        self._flows.set()
        Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End all connections at once; new ones can be made."""
        with self._lock:
            ends, self._ends = self._ends, []
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def unplug(self) -> None:
        """End all connections, and every new one too."""
        self._is_plugged = False
        self.cut()

    def plug(self) -> None:
        """Let new connections be made again."""
        self._is_plugged = True

    def freeze(self) -> None:
        """Carry nothing any more, without ending anything."""
        self._flows.clear()

    def thaw(self) -> None:
        """Go on with what was held up."""
        self._flows.set()

    def close(self) -> None:
        """Take the cable away."""
        self.unplug()
        self._flows.set()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if not self._is_plugged:
                client.close()
                continue
            server = socket.create_connection(self._server)
            with self._lock:
                self._ends += [client, server]
            for source, target in ((client, server), (server, client)):
                Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                self._flows.wait()
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
