"""Commit to published, on an idle system: `python -m bench.relay_latency`.

`booking relay` in a process of its own, on PostgreSQL and on SQLite, to RabbitMQ. One booking at a
time, with pauses in between; the clock starts when the engine has answered, and stops when a
consumer has the message, so it includes the way from the broker to him. Then nothing happens for a
while, and what the relay does meanwhile is counted.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg

from bench.at_work import at_work
from bench.database import database
from bench.hold_postgresql import Hours
from bench.queues import RABBITMQ, cleared
from bench.town import ANN, engine_on, furnish, resource_id
from booking_adapters.brokers.rabbitmq.receiver import RabbitReceiver
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_core.application.booking.create_booking import CreateBooking
from booking_core.application.booking.line import Line
from booking_core.domain.kernel.ids import CustomerId
from booking_core.engine import BookingEngine
from booking_core.ports.receiver import Subscription

RESOURCES = 50
WARM_UP = 10
PATIENCE_SECONDS = 10.0
TICKS = os.sysconf("SC_CLK_TCK")
# Counts of transactions are published by each server process once it has been idle for a while.
SETTLE_SECONDS = 11.0


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bookings", type=int, default=500)
    parser.add_argument("--pause", type=float, default=0.2, help="Seconds at most.")
    parser.add_argument("--idle", type=float, default=30, help="Seconds.")
    parser.add_argument("--only", choices=("PostgreSQL", "SQLite"))
    asked = parser.parse_args()
    rows = []
    for name, urls in (("PostgreSQL", database), ("SQLite", sqlite)):
        if asked.only in (None, name):
            with urls() as url:
                rows.append(measured(name, url, asked))
    heads = "| on | p50 ms | p99 ms | longest | idle: CPU of one core | transactions/s |"
    print("\n".join((heads, "| --- | ---: | ---: | ---: | ---: | ---: |", *rows)))


@contextmanager
def sqlite() -> Iterator[str]:
    """The URL of a file that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'bench.db'}"


def measured(name: str, url: str, asked: argparse.Namespace) -> str:
    """One row of the table."""
    exchange = f"booking_bench.{uuid4().hex}"
    queue = f"{exchange}.all"
    furnish(url, RESOURCES)
    with ExitStack() as stack:
        stack.enter_context(cleared(exchange, queue))
        subscription = Subscription(consumer="all", topics=("#",))
        receiver = RabbitReceiver(RABBITMQ, exchange, subscription, queue)
        stack.enter_context(closing(receiver))
        receiver.receive(1, 0)  # It declares all that must stand.
        storage = stack.enter_context(closing(SqlStorage.open(url, pool_size=2, rings=True)))
        variables = {
            "BOOKING_DATABASE_URL": url,
            "BOOKING_BROKER_URL": RABBITMQ,
            "BOOKING_EXCHANGE": exchange,
        }
        relay = stack.enter_context(at_work(["relay"], variables))
        waits = [one(engine_on(storage), hour, receiver, asked.pause) for hour in hours(asked)]
        busy, transactions = idle(url, relay.pid, asked.idle)
    waits = sorted(waits[WARM_UP:])
    p50, p99 = statistics.median(waits), waits[int(len(waits) * 0.99)]
    milliseconds = " | ".join(f"{1000 * wait:.1f}" for wait in (p50, p99, waits[-1]))
    return f"| {name} | {milliseconds} | {busy:.1%} | {transactions} |"


def hours(asked: argparse.Namespace) -> Iterator[Line]:
    """What is booked, one after the other."""
    free = Hours(0, 1, RESOURCES)
    for _ in range(asked.bookings + WARM_UP):
        resource, start = free.next()
        yield Line(resource_id=resource_id(resource), start=start, end=start + timedelta(hours=1))


def one(engine: BookingEngine, line: Line, receiver: RabbitReceiver, pause: float) -> float:
    """Seconds from the commit to the consumer, after a pause."""
    time.sleep(random.uniform(pause / 4, pause))
    command = CreateBooking(customer_id=CustomerId(ANN.id), items=(line,))
    booking = engine.create_booking(command, ANN).dossier.booking
    begun = time.perf_counter()
    deliveries = receiver.receive(1, PATIENCE_SECONDS)
    took = time.perf_counter() - begun
    if [delivery.message.key for delivery in deliveries] != [booking.id]:
        raise SystemExit(f"{booking.id} was not published within {PATIENCE_SECONDS:g} s")
    receiver.accept(deliveries)
    return took


def idle(url: str, pid: int, seconds: float) -> tuple[float, str]:
    """What part of a core the process takes, and what it asks of the database, while idle."""
    time.sleep(SETTLE_SECONDS)
    transactions, cpu = transactions_of(url), cpu_of(pid)
    time.sleep(seconds)
    busy = (cpu_of(pid) - cpu) / seconds
    if transactions is None:
        return busy, ""
    time.sleep(SETTLE_SECONDS)
    asked = (transactions_of(url) or 0) - transactions
    return busy, f"{asked / (seconds + SETTLE_SECONDS):.1f}"


def transactions_of(url: str) -> int | None:
    """How many there were, in this database."""
    if not url.startswith("postgresql"):
        return None
    server, _, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        row = connection.execute(
            "SELECT xact_commit FROM pg_stat_database WHERE datname = %s", [name]
        ).fetchone()
    assert row is not None
    return int(row[0])


def cpu_of(pid: int) -> float:
    """Seconds, of all threads of the process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    main()
