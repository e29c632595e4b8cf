"""py-amqp's connection, which reads whatever is there: by itself it asks nine times for a message.

Each time it lets go of the interpreter's lock, and waits for it while its owner works.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amqp.transport import TCPTransport
from kombu.transport.pyamqp import Connection as KombuConnection

READ_BYTES = 8192


class ReadingAhead(TCPTransport):  # type: ignore[misc]  # py-amqp says no types.
    """What was read too much stays in its buffer, as after a read that was interrupted."""

    def _setup_transport(self) -> None:
        super()._setup_transport()
        receive = self.sock.recv
        self._quick_recv = lambda wanted: receive(max(wanted, READ_BYTES))


class Connection(KombuConnection):
    """As Kombu makes it, but for that. TLS reads ahead by itself."""

    def Transport(  # noqa: N802  # py-amqp's name.
        self,
        host: str,
        connect_timeout: float,
        ssl: Any = False,
        read_timeout: float | None = None,
        write_timeout: float | None = None,
        socket_settings: Mapping[str, int] | None = None,
    ) -> Any:
        """How bytes come and go."""
        transport: Any = super().Transport if ssl else ReadingAhead
        return transport(
            host,
            connect_timeout,
            ssl=ssl,
            read_timeout=read_timeout,
            write_timeout=write_timeout,
            socket_settings=socket_settings,
        )


def unread(connection: Any) -> bool:
    """Whether bytes are here already that no selector sees: read with others, or decrypted."""
    return bool(connection.transport._read_buffer or getattr(connection.sock, "pending", int)())
