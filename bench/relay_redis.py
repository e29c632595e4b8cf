"""Relay a backlog to Redis: `python -m bench.relay_redis`.

The relay reads events from PostgreSQL, writes them as messages, publishes and marks them. Beside it
redis-py by hand pushes the same bodies, ready made, onto a list, each batch in one pipeline; and a
relay by hand does it all.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack, closing
from uuid import uuid4

import redis

from bench.backlog import ALONE, BY_HAND, ENGINE, backlog, options, table
from booking_adapters.brokers.redis.publisher import RedisPublisher
from booking_adapters.brokers.redis.receiver import RedisReceiver
from booking_core.ports.publisher import Message
from booking_core.ports.receiver import Subscription

URL = os.environ.get("BOOKING_TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
RAW = "redis-py, a pipeline per batch"


def main() -> None:
    """Measure, and print the table."""
    asked = options(__doc__)
    exchange = f"booking_bench.{uuid4().hex}"
    queue = f"{exchange}.all"
    with ExitStack() as stack:
        waiting = stack.enter_context(backlog(asked))
        client = stack.enter_context(redis.Redis.from_url(URL))
        subscription = Subscription(consumer="all", topics=("#",))
        with closing(RedisReceiver(URL, exchange, subscription, queue)) as receiver:
            receiver.receive(1, 0)  # It declares all that must stand.
        publisher = stack.enter_context(closing(RedisPublisher(URL, exchange)))

        def arrived() -> int:
            count = client.llen(queue)
            client.delete(queue)
            assert isinstance(count, int)
            return count

        def push(batch: Sequence[Message]) -> None:
            pushed(client, queue, batch)

        sides = {
            RAW: lambda: waiting.publish(push),
            ALONE: lambda: waiting.publish(publisher.publish),
            BY_HAND: lambda: waiting.by_hand(push),
            ENGINE: lambda: waiting.relay(publisher),
        }
        try:
            print(table(sides, waiting, asked.rounds, arrived))
        finally:
            client.delete(
                queue,
                *(f"_kombu.{word}.{exchange}" for word in ("binding", "binding_permanent")),
            )


def pushed(client: redis.Redis, queue: str, batch: Sequence[Message]) -> None:
    """By hand."""
    with client.pipeline(transaction=False) as pipeline:
        for message in batch:
            pipeline.lpush(queue, message.body)
        pipeline.execute()


if __name__ == "__main__":
    main()
