"""Consume from RabbitMQ into PostgreSQL: `python -m bench.consume_rabbitmq`.

The engine's consumer, with its inbox and an effect of one row, beside the same by hand: Kombu and
psycopg, at 1, 10 and 100 messages a transaction. Both read the same messages from quorum queues,
and write a receipt and the effect in one transaction that is durable before they acknowledge.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import uuid4

import psycopg

from bench.database import database
from bench.raw_consume import SCHEMA, RawConsumer
from bench.town import furnish
from booking_adapters.brokers.rabbitmq.publisher import RabbitPublisher
from booking_adapters.brokers.rabbitmq.receiver import RabbitReceiver
from booking_adapters.messages.envelope import EnvelopeCodec
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_adapters.system.clock import SystemClock
from booking_adapters.system.randomness import SystemRandomness
from booking_core.application.messaging.consume_events import ConsumeEvents
from booking_core.application.messaging.consumer import Consumer, Writes
from booking_core.application.new_ids import NewIds
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import DEFAULT_TENANT, BookingId, CorrelationId, EventId
from booking_core.domain.kernel.incoming import Incoming
from booking_core.ports.inbox import Reception
from booking_core.ports.publisher import Message
from booking_core.ports.receiver import Subscription

URL = os.environ.get("BOOKING_TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//")
EFFECT = "INSERT INTO bench_effect (event_id, booking_id, type) VALUES (%s, %s, %s)"
BATCHES = (1, 10, 100)
PUBLISHED_AT_ONCE = 500

Drain = Callable[[int], None]


def write(incoming: Incoming, reception: Reception) -> None:
    """The effect, by the transaction that holds the receipt."""
    reception.connection.execute(EFFECT, (incoming.event_id, incoming.booking_id, incoming.type))


def messages(count: int) -> list[Message]:
    """The first events of so many bookings."""
    ids, encode = NewIds(clock=SystemClock(), randomness=SystemRandomness()), EnvelopeCodec().encode
    now = datetime.now(UTC)
    return [encode(confirmed(BookingId(ids.one()), EventId(ids.one()), now)) for _ in range(count)]


def confirmed(booking_id: BookingId, event_id: EventId, at: datetime) -> DomainEvent:
    """An event of about the usual size."""
    return DomainEvent(
        event_id=event_id,
        type="booking.completed",
        tenant_id=DEFAULT_TENANT,
        booking_id=booking_id,
        sequence=1,
        at=at,
        correlation_id=CorrelationId(event_id),
        actor="customer:ann",
        data={"bookingId": booking_id, "at": at.replace(tzinfo=None).isoformat() + "Z"},
    )


@contextmanager
def engine(storage: SqlStorage, exchange: str, queue: str, batch: int) -> Iterator[Drain]:
    """The engine's consumer, as a worker runs it."""
    consumer = Consumer(
        name=queue, topics=("#",), decode=EnvelopeCodec().decode, handler=Writes(write)
    )
    subscription = Subscription(consumer=queue, topics=("#",))
    consume = ConsumeEvents(
        consumer=consumer,
        inbox=storage.inbox,
        receiver=RabbitReceiver(URL, exchange, subscription, queue),
        clock=SystemClock(),
        randomness=SystemRandomness(),
        batch=batch,
    )
    consume.receiver.receive(1, 0)  # It declares all that must stand.

    def drain(count: int) -> None:
        while count > 0:
            count -= consume.turn()

    try:
        yield drain
    finally:
        consume.close()


@contextmanager
def by_hand(database_url: str, exchange: str, queue: str, batch: int) -> Iterator[Drain]:
    """Kombu and psycopg, on a queue of the same kind."""
    subscription = Subscription(consumer=queue, topics=("#",))
    declaring = RabbitReceiver(URL, exchange, subscription, queue)
    declaring.receive(1, 0)
    declaring.close()
    raw = RawConsumer(URL, queue, database_url, batch)
    try:
        yield raw.drain
    finally:
        raw.close()


def speed(publisher: RabbitPublisher, drain: Drain, count: int) -> float:
    """Messages per second, of messages that wait in the queue."""
    told = messages(count)
    for first in range(0, count, PUBLISHED_AT_ONCE):
        publisher.publish(told[first : first + PUBLISHED_AT_ONCE])
    begun = time.perf_counter()
    drain(count)
    return count / (time.perf_counter() - begun)


def ratios(storage: SqlStorage, url: str, batch: int, count: int, rounds: int) -> str:
    """One line of the table: both sides in turn, each on an exchange of its own."""
    found: list[tuple[float, float]] = []
    ours, theirs = (f"booking_bench.{uuid4().hex}" for _ in range(2))
    to_us, to_them = RabbitPublisher(URL, ours), RabbitPublisher(URL, theirs)
    with (
        engine(storage, ours, f"{ours}.all", batch) as mine,
        by_hand(url, theirs, f"{theirs}.all", batch) as raw,
    ):
        for number in range(rounds + 1):
            pair = speed(to_us, mine, count), speed(to_them, raw, count)
            if number:  # The first warms up.
                found.append(pair)
    for publisher, exchange in ((to_us, ours), (to_them, theirs)):
        publisher.close()
        clear(exchange)
    engine_speed, raw_speed = (statistics.median(side) for side in zip(*found, strict=True))
    told = sorted(mine / raw for mine, raw in found)
    return (
        f"| {batch} | {raw_speed:,.0f} | {engine_speed:,.0f}"
        f" | {statistics.median(told):.2f} [{told[0]:.2f}–{told[-1]:.2f}] |"
    )


def clear(exchange: str) -> None:
    """Leave nothing."""
    import amqp

    with amqp.Connection("127.0.0.1:5672", userid="guest", password="guest") as connection:
        channel = connection.channel()
        for name in (exchange, f"{exchange}.unrouted", f"{exchange}.dead"):
            channel.exchange_delete(name)
        for name in (f"{exchange}.all", f"{exchange}.all.dead", f"{exchange}.unrouted"):
            channel.queue_delete(name)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=2000)
    asked = parser.parse_args()
    print("| messages a transaction | by hand, per second | engine, per second | × by hand |")
    print("| ---: | ---: | ---: | ---: |")
    with database() as url:
        furnish(url, 1)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(SCHEMA)
        storage = SqlStorage.open(url, pool_size=2)
        for batch in BATCHES:
            print(ratios(storage, url, batch, asked.messages, asked.rounds), flush=True)
        storage.close()


if __name__ == "__main__":
    main()
