"""Hold on PostgreSQL while others work on what happens: `python -m bench.beside_postgresql`.

The engine's use case alone, and beside a relay to RabbitMQ and a consumer with an inbox, which tell
and hear of every hold. Each has a database of its own; a round begins when all has been told.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from uuid import uuid4

import psycopg

from bench import clients
from bench.at_work import at_work
from bench.database import database
from bench.hold_postgresql import RESOURCES, Engine, Hours, settle
from bench.queues import RABBITMQ, cleared
from bench.town import furnish
from booking_adapters.brokers.rabbitmq.receiver import RabbitReceiver
from booking_core.ports.receiver import Subscription

ALONE, BESIDE = "alone", "beside a relay and a consumer"
LEFT = "SELECT count(*) FROM booking_event WHERE published_at IS NULL"


def sides(urls: str, seed: int) -> Mapping[str, clients.Side]:
    """The two of one client; the URLs have a blank between them."""
    alone, beside = urls.split()
    hours = Hours(seed)
    return {ALONE: Engine(alone, hours), BESIDE: Engine(beside, hours)}


@contextmanager
def told(url: str) -> Iterator[None]:
    """A relay and a consumer, in processes of their own."""
    name = f"booking_bench.{uuid4().hex}"
    queue = f"{name}.log"
    variables = {
        "BOOKING_DATABASE_URL": url,
        "BOOKING_BROKER_URL": RABBITMQ,
        "BOOKING_EXCHANGE": name,
        "BOOKING_QUEUE_LOG": queue,
        "BOOKING_LOG_LEVEL": "warning",
    }
    subscription = Subscription(consumer="log", topics=("#",))
    with cleared(name, queue):
        with closing(RabbitReceiver(RABBITMQ, name, subscription, queue)) as receiver:
            receiver.receive(1, 0)  # It declares all that must stand.
        with at_work(["relay"], variables), at_work(["worker", "--queue", "log"], variables):
            yield


def wait_until_told(url: str) -> None:
    """Until the relay has nothing left."""
    with psycopg.connect(url, autocommit=True) as connection:
        while True:
            row = connection.execute(LEFT).fetchone()
            if row is not None and row[0] == 0:
                return
            time.sleep(0.1)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with database() as alone, database() as beside:
        for url in (alone, beside):
            furnish(url, RESOURCES)
            settle(url)
        with told(beside):
            found = clients.run(
                sides,
                f"{alone} {beside}",
                clients=options.clients,
                seconds=options.seconds,
                rounds=options.rounds,
                before=lambda: wait_until_told(beside),
            )
    print(clients.table(found, of=ALONE))


if __name__ == "__main__":
    main()
