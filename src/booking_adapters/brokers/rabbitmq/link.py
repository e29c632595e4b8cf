"""One connection to RabbitMQ, with deadlines on all that it does."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kombu.connection import Connection

from booking_adapters.brokers.rabbitmq.connection import Connection as ReadingConnection
from booking_adapters.brokers.rabbitmq.connection import unread

CONNECT_SECONDS = 5.0
IO_SECONDS = 5.0  # For an answer, the rest of a frame that has begun, or room to write one.


class Link:
    """Where to connect, by one URL or several with `;` between them; used by one thread."""

    def __init__(self, url: str, heartbeat_seconds: float) -> None:
        self._client = Connection(
            url,
            heartbeat=heartbeat_seconds,
            connect_timeout=CONNECT_SECONDS,
        )
        self.connection: Any = None  # What Kombu makes: py-amqp's.
        self._ear: select.poll

    def connect(self) -> Any:
        """A new connection in place of the old; after a failure the next URL is tried next."""
        self.drop()
        try:
            transport: Any = self._client.transport
            transport.Connection = ReadingConnection
            self.connection = transport.establish_connection()
            # py-amqp waits for the broker's answers without a deadline of its own.
            self.connection.sock.settimeout(IO_SECONDS)
            self._ear = select.poll()
            self._ear.register(self.connection.sock, select.POLLIN)
        except BaseException:
            self._client.maybe_switch_next()
            raise
        return self.connection

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Whatever is said meanwhile goes out in as few packets as hold it, where the system can.

        py-amqp writes each message by itself, and the broker would be woken by each.
        """
        cork: int | None = getattr(socket, "TCP_CORK", None)
        if cork is None:
            yield
            return
        sock = self.connection.sock
        sock.setsockopt(socket.IPPROTO_TCP, cork, 1)
        yield
        sock.setsockopt(socket.IPPROTO_TCP, cork, 0)  # After an error the connection is dropped.

    def is_readable(self) -> bool:
        """Whether the broker has said something that we have not read; its farewell perhaps."""
        return unread(self.connection) or bool(self._ear.poll(0))

    def drop(self) -> None:
        """Let go, without a word to the broker: whatever was under way on it is void."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.collect()
