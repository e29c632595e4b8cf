"""A real server that receives webhooks on this machine, and behaves as badly as it is told to."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_network

from booking_core.domain.webhook.reach import Reach

HERE = Reach(http=True, networks=(ip_network("127.0.0.0/8"), ip_network("::1/128")))
PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Received:
    """One request, byte for byte; names of headers in lower case."""

    line: str
    headers: Mapping[str, str]
    body: bytes


Behaviour = Callable[[socket.socket, Received], None]


class Receiver:
    """`received` has every request that came in whole; `behave` is what happens then."""

    def __init__(self, trust: ssl.SSLContext | None = None) -> None:
        """Listen on a free port of this machine; with a certificate it speaks TLS."""
        self.received: list[Received] = []
        self.behave: Behaviour = answering(204)
        self.connections = 0
        self.closing = threading.Event()
        self._trust = trust
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Where webhooks are to be sent."""
        return f"{'http' if self._trust is None else 'https'}://127.0.0.1:{self.port}/hook?a=b;c"

    def close(self) -> None:
        """Hang up on everybody who was made to wait."""
        self.closing.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # Or whoever waits in accept has one more.
        self._socket.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE_SECONDS)
        with suppress(OSError):
            if self._trust is not None:
                connection = self._trust.wrap_socket(connection, server_side=True)
            request = _read(connection)
            self.received.append(request)
            self.behave(connection, request)
        connection.close()


def _read(connection: socket.socket) -> Received:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _some(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    line, *lines = head.decode("ascii").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (it.partition(":") for it in lines)
    }
    while len(body) < int(headers["content-length"]):
        body += _some(connection)
    return Received(line=line, headers=headers, body=body)


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise OSError
    return data


def answering(status: int, *headers: str, body: bytes = b"") -> Behaviour:
    """One answer, and a hang-up."""

    def behave(connection: socket.socket, _: Received) -> None:
        lines = [f"HTTP/1.1 {status} Whatever", *headers, f"Content-Length: {len(body)}", "", ""]
        connection.sendall("\r\n".join(lines).encode() + body)

    return behave


@contextmanager
def receiving(trust: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Have one, and close it at the end."""
    receiver = Receiver(trust)
    try:
        yield receiver
    finally:
        receiver.close()
