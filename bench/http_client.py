"""A client that costs little: some keep-alive connections in one thread, one request on each."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

LENGTH = b"content-length:"


@dataclass(slots=True)
class Answers:
    """What came back; latencies in milliseconds."""

    statuses: dict[int, int] = field(default_factory=dict)
    latencies_ms: list[float] = field(default_factory=list)


@dataclass(slots=True)
class _Line:
    socket: socket.socket
    sent_at: float = 0.0
    received: bytes = b""


def ask(port: int, request: Callable[[], bytes], *, connections: int, seconds: float) -> Answers:
    """Keep so many connections busy for so long."""
    answers = Answers()
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        line = _Line(socket.create_connection(("127.0.0.1", port)))
        line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(line.socket, selectors.EVENT_READ, line)
        _send(line, request)
    end = time.perf_counter() + seconds
    busy = connections
    while busy:
        for key, _ in selector.select():
            line = key.data
            line.received += line.socket.recv(65_536)
            status = _status(line.received)
            if status is None:
                continue
            now = time.perf_counter()
            answers.latencies_ms.append((now - line.sent_at) * 1000)
            answers.statuses[status] = answers.statuses.get(status, 0) + 1
            if now < end:
                _send(line, request)
            else:
                selector.unregister(line.socket)
                line.socket.close()
                busy -= 1
    return answers


def _send(line: _Line, request: Callable[[], bytes]) -> None:
    line.received = b""
    line.sent_at = time.perf_counter()
    line.socket.sendall(request())


def _status(received: bytes) -> int | None:
    """The status of an answer that is there in full."""
    head, blank, body = received.partition(b"\r\n\r\n")
    if not blank:
        return None
    at = head.lower().index(LENGTH) + len(LENGTH)
    length = int(head[at:].split(b"\r\n", 1)[0])
    return int(head[9:12]) if len(body) >= length else None
