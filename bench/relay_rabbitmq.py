"""Relay a backlog to RabbitMQ, confirmed: `python -m bench.relay_rabbitmq`.

The relay reads events from PostgreSQL, writes them as messages, publishes and marks them. Beside it
py-amqp by hand publishes the same messages, ready made, to the same quorum queue: with confirms
pipelined, as many under way as the relay has, and one by one; and a relay by hand does it all.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from typing import Any
from uuid import uuid4

import amqp

from bench.backlog import ALONE, BY_HAND, ENGINE, Backlog, backlog, options, table
from bench.queues import RABBITMQ, by_hand, cleared
from booking_adapters.brokers.rabbitmq.publisher import UNDER_WAY_MOST, RabbitPublisher
from booking_adapters.brokers.rabbitmq.receiver import RabbitReceiver
from booking_core.ports.publisher import Message
from booking_core.ports.receiver import Subscription

PIPELINED, ONE_BY_ONE = "py-amqp, pipelined", "py-amqp, one by one"
SHARE = 10  # One by one takes its time.


class Raw:
    """py-amqp by hand."""

    def __init__(self, exchange: str, *, confirm_publish: bool) -> None:
        self.connection = by_hand(confirm_publish=confirm_publish)
        self.channel: Any = self.connection.channel()
        self.exchange = exchange
        self.acked = 0
        if not confirm_publish:
            self.channel.confirm_select()
            self.channel.events["basic_ack"].add(self.on_ack)
        self.sent = 0

    def on_ack(self, tag: int, multiple: bool) -> None:
        """Confirms come in the order of the tags, or many at once."""
        self.acked = tag if multiple else self.acked + 1

    def send(self, message: Message) -> None:
        """One message."""
        properties = {"booking-key": message.key}
        self.channel.basic_publish(
            amqp.Message(message.body, delivery_mode=2, application_headers=properties),
            self.exchange,
            message.topic,
            mandatory=True,
        )

    def publish(self, batch: Sequence[Message]) -> None:
        """Many under way at once, and all of them confirmed."""
        for message in batch:
            while self.sent - self.acked >= UNDER_WAY_MOST:
                self.connection.drain_events(timeout=5)
            self.send(message)
            self.sent += 1
        while self.acked < self.sent:
            self.connection.drain_events(timeout=5)

    def one_by_one(self, waiting: Backlog) -> None:
        """Each confirmed before the next is sent."""
        for message in waiting.messages[: len(waiting.messages) // SHARE]:
            self.send(message)


def main() -> None:
    """Measure, and print the table."""
    asked = options(__doc__)
    exchange = f"booking_bench.{uuid4().hex}"
    queue = f"{exchange}.all"
    with ExitStack() as stack:
        waiting = stack.enter_context(backlog(asked))
        stack.enter_context(cleared(exchange, queue))
        subscription = Subscription(consumer="all", topics=("#",))
        with closing(RabbitReceiver(RABBITMQ, exchange, subscription, queue)) as receiver:
            receiver.receive(1, 0)  # It declares all that must stand.
        publisher = stack.enter_context(closing(RabbitPublisher(RABBITMQ, exchange)))
        pipelined, one_by_one = (Raw(exchange, confirm_publish=one) for one in (False, True))
        for raw in (pipelined, one_by_one):
            stack.enter_context(closing(raw.connection))
        counting = stack.enter_context(closing(by_hand()))

        def arrived() -> int:
            with counting.channel() as channel:
                return int(channel.queue_purge(queue))

        sides = {
            PIPELINED: lambda: waiting.publish(pipelined.publish),
            ALONE: lambda: waiting.publish(publisher.publish),
            BY_HAND: lambda: waiting.by_hand(pipelined.publish),
            ONE_BY_ONE: lambda: one_by_one.one_by_one(waiting),
            ENGINE: lambda: waiting.relay(publisher),
        }
        print(table(sides, waiting, asked.rounds, arrived, shares={ONE_BY_ONE: SHARE}))


if __name__ == "__main__":
    main()
