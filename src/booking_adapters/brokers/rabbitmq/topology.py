"""What must stand in RabbitMQ; what stands there already, made by others, is taken as it is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from amqp.exceptions import PreconditionFailed

from booking_core.ports.receiver import Subscription

QUORUM = {"x-queue-type": "quorum"}
UNROUTED_MOST = 100_000  # The oldest make room.
DELIVERIES_MOST = 20  # Then it is the broker's dead letter; the engine gives up long before.

_logger = logging.getLogger(__name__)


def declare_exchange(connection: Any, exchange: str) -> None:
    """The exchange, and the queue that gets what no other queue is bound for."""
    unrouted = f"{exchange}.unrouted"
    with connection.channel() as channel:
        channel.exchange_declare(unrouted, "fanout", durable=True, auto_delete=False)
    _declare_queue(
        connection, unrouted, {**QUORUM, "x-max-length": UNROUTED_MOST, "x-overflow": "drop-head"}
    )
    with connection.channel() as channel:
        channel.queue_bind(unrouted, unrouted)
    _declare(
        connection,
        exchange,
        lambda channel, passive: channel.exchange_declare(
            exchange,
            "topic",
            durable=True,
            auto_delete=False,
            passive=passive,
            arguments={"alternate-exchange": unrouted},
        ),
    )


def declare_own_exchange(connection: Any, topic: str) -> None:
    """The exchange of one kind of message, as MassTransit makes it: there is no net under it."""
    _declare(
        connection,
        topic,
        lambda channel, passive: channel.exchange_declare(
            topic, "fanout", durable=True, auto_delete=False, passive=passive
        ),
    )


def declare_queue(connection: Any, exchange: str, subscription: Subscription, queue: str) -> None:
    """The consumer's queue with its topics, and the net under it.

    A topic that the consumer no longer wants stays bound until an operator unbinds it.
    """
    dead = f"{queue}.dead"
    with connection.channel() as channel:
        channel.exchange_declare(f"{exchange}.dead", "direct", durable=True, auto_delete=False)
    _declare_queue(connection, dead, QUORUM)
    net = {
        "x-delivery-limit": DELIVERIES_MOST,
        "x-dead-letter-exchange": f"{exchange}.dead",
        "x-dead-letter-routing-key": queue,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",  # at-least-once needs it.
    }
    _declare_queue(connection, queue, {**QUORUM, **net})
    with connection.channel() as channel:
        channel.queue_bind(dead, f"{exchange}.dead", queue)
        for topic in subscription.topics:
            channel.queue_bind(queue, exchange, topic)


def _declare_queue(connection: Any, queue: str, arguments: Mapping[str, object]) -> None:
    _declare(
        connection,
        queue,
        lambda channel, passive: channel.queue_declare(
            queue, durable=True, auto_delete=False, passive=passive, arguments=arguments
        ),
    )


def _declare(connection: Any, name: str, declare: Callable[[Any, bool], object]) -> None:
    try:
        with connection.channel() as channel:  # A refusal closes the channel.
            declare(channel, False)
    except PreconditionFailed as refusal:
        _logger.warning("%s stands with other arguments, used as it is: %s", name, refusal)
        with connection.channel() as channel:
            declare(channel, True)
