"""Publish to RabbitMQ, confirmed: `python -m bench.publish_rabbitmq`.

The engine's publisher beside py-amqp by hand, with confirms pipelined and one by one. All send the
same messages, persistent and mandatory, to one quorum queue, emptied between two turns. The
ratio of each pair is of two turns that follow each other; the table has the median of the rounds.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import amqp

from booking_adapters.brokers.rabbitmq.publisher import RabbitPublisher
from booking_adapters.brokers.rabbitmq.receiver import RabbitReceiver
from booking_core.ports.publisher import Message
from booking_core.ports.receiver import Subscription

URL = os.environ.get("BOOKING_TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//")
TOPIC = "booking.created"
BODY = b"x" * 800  # About an event's envelope.
WINDOW = 500
PIPELINED, ONE_BY_ONE, ENGINE = "py-amqp, pipelined", "py-amqp, one by one", "the engine"


class Raw:
    """py-amqp by hand: `pipelined` counts confirms itself, `one_by_one` waits for each."""

    def __init__(self, exchange: str, *, confirm_publish: bool) -> None:
        parts = urlsplit(URL)
        self.connection = amqp.Connection(
            f"{parts.hostname}:{parts.port or 5672}",
            userid=parts.username,
            password=parts.password,
            confirm_publish=confirm_publish,
        )
        self.connection.connect()
        self.channel: Any = self.connection.channel()
        self.exchange = exchange
        self.sent = self.acked = 0
        if not confirm_publish:
            self.channel.confirm_select()
            self.channel.events["basic_ack"].add(self.on_ack)

    def on_ack(self, tag: int, multiple: bool) -> None:
        """Confirms come in the order of the tags, or many at once."""
        self.acked = tag if multiple else self.acked + 1

    def send(self, number: int) -> None:
        """One message."""
        headers = {"booking-key": f"key-{number}"}
        message = amqp.Message(BODY, delivery_mode=2, application_headers=headers)
        self.channel.basic_publish(message, self.exchange, TOPIC, mandatory=True)

    def pipelined(self, count: int) -> None:
        """Many under way at once."""
        self.sent = self.acked = 0
        self.channel.close()
        self.channel = self.connection.channel()
        self.channel.confirm_select()
        self.channel.events["basic_ack"].add(self.on_ack)
        for number in range(count):
            while self.sent - self.acked >= WINDOW:
                self.connection.drain_events(timeout=5)
            self.send(number)
            self.sent += 1
        while self.acked < self.sent:
            self.connection.drain_events(timeout=5)

    def one_by_one(self, count: int) -> None:
        """Each confirmed before the next is sent."""
        for number in range(count):
            self.send(number)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--messages", type=int, default=4000)
    parser.add_argument("--batch", type=int, default=500)
    asked = parser.parse_args()
    exchange = f"booking_bench.{uuid4().hex}"
    queue = f"{exchange}.all"
    subscription = Subscription(consumer="all", topics=("#",))
    with closing(RabbitReceiver(URL, exchange, subscription, queue)) as receiver:
        receiver.receive(1, 0)  # It declares all that must stand.
    engine = RabbitPublisher(URL, exchange)
    pipelined, one_by_one = (Raw(exchange, confirm_publish=one) for one in (False, True))
    turns: Mapping[str, tuple[int, Callable[[int], None]]] = {
        PIPELINED: (asked.messages, pipelined.pipelined),
        ENGINE: (asked.messages, lambda count: publish(engine, count, asked.batch)),
        ONE_BY_ONE: (asked.messages // 10, one_by_one.one_by_one),
    }
    try:
        print(table(rounds(turns, asked.rounds, pipelined.connection, queue)))
    finally:
        engine.close()
        clear(pipelined.connection, exchange, queue)


def publish(engine: RabbitPublisher, count: int, batch: int) -> None:
    """As a relay does: batch after batch."""
    for first in range(0, count, batch):
        numbers = range(first, min(first + batch, count))
        engine.publish([Message(key=f"key-{one}", topic=TOPIC, body=BODY) for one in numbers])


def rounds(
    turns: Mapping[str, tuple[int, Callable[[int], None]]], most: int, by_hand: Any, queue: str
) -> list[dict[str, float]]:
    """Messages per second by side, round after round; the first warms up and does not count."""
    found = []
    for number in range(most + 1):
        speeds = {}
        # Whoever follows another finds the broker busy yet: each is first in its turn.
        for side in sorted(turns, reverse=bool(number % 2)):
            count, act = turns[side]
            begun = time.perf_counter()
            act(count)
            speeds[side] = count / (time.perf_counter() - begun)
            with by_hand.channel() as channel:
                left = channel.queue_purge(queue)
            if left != count:
                raise SystemExit(f"{side}: {left} arrived, of {count}")
        found.append(speeds)
    return found[1:]


def clear(by_hand: Any, exchange: str, queue: str) -> None:
    """Leave nothing."""
    with by_hand.channel() as channel:
        for name in (exchange, queue, f"{exchange}.unrouted", f"{exchange}.dead", f"{queue}.dead"):
            channel.queue_delete(name)
            channel.exchange_delete(name)


def table(found: list[dict[str, float]]) -> str:
    """The table as Markdown; ratios of the same round, with their range."""
    lines = [
        "| side | per second | the engine is so many times as fast |",
        "| --- | ---: | ---: |",
    ]
    for side in (PIPELINED, ONE_BY_ONE, ENGINE):
        speed = statistics.median(speeds[side] for speeds in found)
        ratios = [speeds[ENGINE] / speeds[side] for speeds in found]
        spread = f"{statistics.median(ratios):.2f} [{min(ratios):.2f}–{max(ratios):.2f}]"
        lines.append(f"| {side} | {speed:,.0f} | {'' if side == ENGINE else spread} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
