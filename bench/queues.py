"""RabbitMQ for benchmarks: an exchange of their own, of which nothing is left."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

import amqp

RABBITMQ = os.environ.get("BOOKING_TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//")


def by_hand(*, confirm_publish: bool = False) -> Any:
    """A connection without any adapter of ours."""
    parts = urlsplit(RABBITMQ)
    connection = amqp.Connection(
        f"{parts.hostname}:{parts.port or 5672}",
        userid=parts.username,
        password=parts.password,
        virtual_host=parts.path[1:] or "/",
        confirm_publish=confirm_publish,
    )
    connection.connect()
    return connection


@contextmanager
def cleared(exchange: str, queue: str) -> Iterator[None]:
    """Whatever is made by these names is gone afterwards."""
    try:
        yield
    finally:
        with closing(by_hand()) as connection, connection.channel() as channel:
            names = (exchange, queue, *(f"{exchange}.{net}" for net in ("unrouted", "dead")))
            for name in (*names, f"{queue}.dead"):
                channel.queue_delete(name)
                channel.exchange_delete(name)
