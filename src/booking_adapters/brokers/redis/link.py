"""One connection to Redis, by Kombu, with deadlines on all that it does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, cast

from kombu.connection import Connection
from kombu.transport import redis as redis_transport
from kombu.transport import virtual

CONNECT_SECONDS = 5.0
IO_SECONDS = 5.0
VISIBILITY_SECONDS = 600


class Link:
    """Made anew after every failure: Kombu's own recovery hides what was lost."""

    def __init__(self, url: str, visibility_seconds: float = VISIBILITY_SECONDS) -> None:
        self._url = url
        self._visibility_seconds = visibility_seconds
        self._connection: Connection | None = None
        self._channel: Any = None

    @property
    def is_up(self) -> bool:
        """Whether there is a channel to use."""
        return self._channel is not None

    def channel(self) -> Any:
        """Kombu's channel; connects if there is none."""
        if self._channel is None:
            self._connection = Connection(
                self._url,
                transport_options={
                    "socket_connect_timeout": CONNECT_SECONDS,
                    "socket_timeout": IO_SECONDS,
                    "socket_keepalive": True,
                    "visibility_timeout": self._visibility_seconds,
                    "unacked_restore_throttle": 1,  # Or what is overdue waits for ten idle seconds.
                    "max_retries": 0,
                },
            )
            self._connection.transport.Channel = ThriftyChannel
            transport = self._connection.transport.establish_connection()
            self._channel = transport.create_channel(transport)
            self._channel.Message = RawMessage
        return self._channel

    def drain(self, seconds: float) -> None:
        """Let consumers on the channel have one message; TimeoutError if none comes."""
        assert self._connection is not None
        transport = self._connection.transport
        transport.drain_events(transport, timeout=seconds)

    def drop(self) -> None:
        """Close; what was unacknowledged goes back where Redis can be reached."""
        connection, channel = self._connection, self._channel
        self._connection = self._channel = None
        try:
            if channel is not None:
                channel.close()
        finally:
            if connection is not None:
                connection.collect()


class ThriftyChannel(redis_transport.Channel):
    """Kombu makes a client for each act, which costs more than the act: this one keeps one."""

    @cached_property
    def _one_client(self) -> Any:
        return self._create_client()  # type: ignore[no-untyped-call]  # Kombu says no types here.

    @contextmanager
    def conn_or_acquire(self, client: Any = None) -> Iterator[Any]:
        """That one, or the only one."""
        yield client or self._one_client


class RawMessage(virtual.Message):
    """A message whose body Kombu neither decodes nor unpacks, whatever its headers ask for."""

    def __init__(self, payload: dict[str, Any], channel: Any = None, **named: Any) -> None:
        headers = dict(cast("dict[str, Any]", payload.get("headers") or {}))
        headers.pop("compression", None)
        super().__init__({**payload, "headers": headers}, channel, **named)  # type: ignore[no-untyped-call]  # Kombu says no types here.
        self._raw = payload
