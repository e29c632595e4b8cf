"""How many messages wait in queues of RabbitMQ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from amqp.exceptions import AMQPError, NotFound

from booking_adapters.brokers.rabbitmq.link import Link

HEARTBEAT_SECONDS = 10.0


def queue_depth(url: str, queues: Sequence[str]) -> Mapping[str, int]:
    """Of the queues that stand; nothing where RabbitMQ is away."""
    link = Link(url, HEARTBEAT_SECONDS)
    found = {}
    try:
        connection = link.connect()
        for queue in queues:
            try:
                with connection.channel() as channel:  # A refusal closes the channel.
                    found[queue] = channel.queue_declare(queue, passive=True).message_count
            except NotFound:
                continue
    except (OSError, AMQPError):
        return {}
    finally:
        link.drop()
    return found
