"""Connections to the very addresses that were judged, all within one time."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpcore2

from booking_core.domain.webhook.address import Address, address
from booking_core.domain.webhook.reach import Reach

Resolve = Callable[[str, int], Sequence[str]]


class ForbiddenAddress(Exception):
    """The name leads to an address that may not be called."""


class UnknownHost(Exception):
    """The name leads nowhere."""


class NoTls(Exception):
    """It speaks no TLS, or its certificate is not good for that host."""


def look_up(host: str, port: int) -> Sequence[str]:
    """All addresses of the host, as the operating system finds them; UnknownHost."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise UnknownHost from None
    return tuple(dict.fromkeys(str(place[0]) for *_, place in found))


@dataclass(slots=True)
class Deadline:
    """When all of it has to be over."""

    seconds: float
    _ends: float = field(init=False)

    def __post_init__(self) -> None:
        self.shorten(self.seconds, anew=True)

    def shorten(self, seconds: float, *, anew: bool = False) -> None:
        """It ends so many seconds from now, unless it would have ended before."""
        ends = time.monotonic() + seconds
        self._ends = ends if anew else min(ends, self._ends)

    def at_most(self, seconds: float | None) -> float:
        """What is left of the time, or that if it is less; a timeout if nothing is left."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the time is over")
        return left if seconds is None else min(seconds, left)


class Network(httpcore2.NetworkBackend):
    """Looks a name up once, judges every address of it, and connects to these and no others."""

    def __init__(self, reach: Reach, deadline: Deadline, resolve: Resolve = look_up) -> None:
        self._reach = reach
        self._deadline = deadline
        self._resolve = resolve
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """One after the other, until one answers."""
        refused: httpcore2.ConnectError | httpcore2.ConnectTimeout | None = None
        for place in self._addresses(host, port):
            try:
                stream = self._sockets.connect_tcp(
                    str(place), port, self._deadline.at_most(timeout), None, ()
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                refused = error
            else:
                return _Stream(stream, self._deadline)
        raise refused or UnknownHost

    def _addresses(self, host: str, port: int) -> Sequence[Address]:
        """All of them may be called, or none is: a name with both kinds is a trick."""
        spelt = address(host)
        found = [spelt] if spelt is not None else [address(it) for it in self._resolve(host, port)]
        allowed = [it for it in found if it is not None and self._reach.allows(it)]
        if len(allowed) < len(found):
            raise ForbiddenAddress
        return allowed


class _Stream(httpcore2.NetworkStream):
    """No read and no write outlasts the deadline, however little each of them brings."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.at_most(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.at_most(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        timeout = self._deadline.at_most(timeout)
        try:
            stream = self._stream.start_tls(ssl_context, server_hostname, timeout)
        except httpcore2.ConnectError:
            raise NoTls from None
        return _Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
