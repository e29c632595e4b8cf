"""Receive from Redis: `python -m bench.receive_redis`.

The engine's receiver beside Kombu's own consumer, each with a queue of the same messages. Both hold
at most 128 that are not accepted, and accept each.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any
from uuid import uuid4

import kombu as untyped_kombu
import redis

from bench.consume_rabbitmq import messages
from booking_adapters.brokers.redis.publisher import RedisPublisher
from booking_adapters.brokers.redis.receiver import PREFETCH, RedisReceiver
from booking_core.ports.receiver import Subscription

kombu: Any = untyped_kombu

URL = os.environ.get("BOOKING_TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
KOMBU, ENGINE = "Kombu's consumer", "the engine's receiver"
BATCH = 100

Drain = Callable[[int], None]


@contextmanager
def by_kombu(exchange: str, queue: str) -> Iterator[Drain]:
    """One message after the other, as Kombu has it."""
    with closing(_receiver(exchange, queue)) as declaring:
        declaring.receive(1, 0)
    hand: list[Any] = []
    with kombu.Connection(URL) as connection:
        channel = connection.channel()
        channel.basic_qos(0, PREFETCH, False)
        wanted = [kombu.Queue(queue, no_declare=True)]
        consumer = kombu.Consumer(channel, queues=wanted, on_message=hand.append, accept=["json"])
        consumer.consume()

        def drain(count: int) -> None:
            for _ in range(count):
                while not hand:
                    connection.drain_events(timeout=10)
                hand.pop().ack()

        yield drain


@contextmanager
def by_engine(exchange: str, queue: str) -> Iterator[Drain]:
    """In batches, as a worker has it."""
    with closing(_receiver(exchange, queue)) as receiver:
        receiver.receive(1, 0)

        def drain(count: int) -> None:
            while count > 0:
                found = receiver.receive(BATCH, 10)
                receiver.accept(found)
                count -= len(found)

        yield drain


def _receiver(exchange: str, queue: str) -> RedisReceiver:
    subscription = Subscription(consumer=queue, topics=("#",))
    return RedisReceiver(URL, exchange, subscription, queue)


def table(speeds: Mapping[str, list[float]]) -> str:
    """Medians, and the ratio of the two sides of each round."""
    ratios = [ours / theirs for ours, theirs in zip(speeds[ENGINE], speeds[KOMBU], strict=True)]
    lines = ["| side | per second | × Kombu |", "| --- | ---: | ---: |"]
    lines += [f"| {KOMBU} | {statistics.median(speeds[KOMBU]):,.0f} | |"]
    spread = f"{statistics.median(ratios):.1f} [{min(ratios):.1f}–{max(ratios):.1f}]"
    return "\n".join(
        [*lines, f"| {ENGINE} | {statistics.median(speeds[ENGINE]):,.0f} | {spread} |"]
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--messages", type=int, default=3000)
    asked = parser.parse_args()
    speeds: dict[str, list[float]] = {KOMBU: [], ENGINE: []}
    exchanges = {side: f"booking_bench.{uuid4().hex}" for side in speeds}
    queues = {side: f"{exchange}.all" for side, exchange in exchanges.items()}
    told = messages(asked.messages)
    with (
        by_kombu(exchanges[KOMBU], queues[KOMBU]) as theirs,
        by_engine(exchanges[ENGINE], queues[ENGINE]) as ours,
    ):
        for number in range(asked.rounds + 1):
            for side, drain in ((KOMBU, theirs), (ENGINE, ours)):
                with closing(RedisPublisher(URL, exchanges[side])) as publisher:
                    publisher.publish(told)
                begun = time.perf_counter()
                drain(len(told))
                if number:  # The first warms up.
                    speeds[side].append(len(told) / (time.perf_counter() - begun))
    print(table(speeds))
    with redis.Redis.from_url(URL) as client:
        for exchange in exchanges.values():
            client.delete(
                *(f"_kombu.{word}.{exchange}" for word in ("binding", "binding_permanent"))
            )


if __name__ == "__main__":
    main()
