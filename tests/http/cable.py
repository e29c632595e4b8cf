"""A cable to a server that can be cut, and mended."""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread

PIECE_BYTES = 65_536


@dataclass
class Cable:
    """Passes bytes on between whoever connects to `port` and the server."""

    host: str
    server_port: int
    port: int = 0
    _listener: socket.socket | None = None
    _ends: list[socket.socket] = field(default_factory=list)

    def mend(self) -> None:
        """From now on it carries."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        """From now on nobody gets through, and whoever is connected is torn off."""
        if self._listener is None:
            return
        # Closing alone would leave the thread that accepts waiting, and so the port open.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._listener = None
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection((self.host, self.server_port))
                self._ends += [near, far]
                Thread(target=_carry, args=(near, far), daemon=True).start()
                Thread(target=_carry, args=(far, near), daemon=True).start()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(PIECE_BYTES):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
