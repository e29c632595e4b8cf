"""What a campaign made in a broker that is not its own."""

from __future__ import annotations

from collections.abc import Iterable

from kombu.connection import Connection


def clear(broker: str, names: Iterable[str]) -> None:
    """Delete the queues and exchanges of these names, and those that are made with them."""
    with Connection(broker) as connection, connection.channel() as channel:
        for name in names:
            if connection.transport.driver_type == "redis":
                for key in channel.client.scan_iter(f"*{name}*"):
                    channel.client.delete(key)
                continue
            for each in (name, f"{name}.dead", f"{name}.unrouted"):
                channel.queue_delete(each)
                channel.exchange_delete(each)
