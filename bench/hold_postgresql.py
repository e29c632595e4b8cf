"""Create a hold on PostgreSQL: `python -m bench.hold_postgresql`.

The engine's use case beside R, the same rows in one hand-written psycopg statement, and S, the
same in a transaction of four. Every hold is keyed, and durable when it is answered.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import datetime, timedelta

import psycopg

from bench import clients
from bench.database import database
from bench.raw_hold import RawHold
from bench.town import ANN, engine_on, furnish, midnight, resource_id, terms_of
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_core.application.booking.create_booking import CreateBooking
from booking_core.application.booking.line import Line
from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.ids import CustomerId

RESOURCES = 200
HOURS = 24 * 600
CLIENTS_MOST = 64


class Hours:
    """Hours that no other client wants."""

    def __init__(
        self, seed: int, clients_most: int = CLIENTS_MOST, resources: int = RESOURCES
    ) -> None:
        self.number, self.step, self.resources = seed, clients_most, resources
        self.midnight = midnight()

    def next(self) -> tuple[int, datetime]:
        """A resource's number, and an hour of it that nobody has."""
        self.number += self.step
        hour, resource = divmod(self.number, self.resources)
        return resource, self.midnight + timedelta(hours=hour % HOURS)


class Engine:
    """The use case, as a host calls it."""

    keyed = True

    def __init__(self, url: str, hours: Hours) -> None:
        self.storage = SqlStorage.open(url, pool_size=1)
        self.engine = engine_on(self.storage)
        self.hours = hours
        self.pid = backend_of(url, self.storage)

    def once(self) -> bool:
        resource, start = self.hours.next()
        line = Line(resource_id=resource_id(resource), start=start, end=start + timedelta(hours=1))
        command = CreateBooking(customer_id=CustomerId(ANN.id), items=(line,))
        key = f"{self.hours.step}-{self.hours.number}" if self.keyed else None
        try:
            self.engine.create_booking(command, ANN, key)
        except BookingError:
            return False
        return True

    def server_pid(self) -> int | None:
        return self.pid


class Raw:
    """Psycopg by hand."""

    def __init__(self, url: str, hours: Hours, *, in_one: bool) -> None:
        self.raw = RawHold(url, *terms_of())
        self.hold = self.raw.in_one if in_one else self.raw.in_four
        self.hours = hours

    def once(self) -> bool:
        resource, start = self.hours.next()
        return self.hold(resource + 1, start)

    def server_pid(self) -> int | None:
        return self.raw.connection.info.backend_pid


def backend_of(url: str, storage: SqlStorage) -> int:
    """The server process of the engine's only connection."""
    # A host has no business with it, so it is not public; a benchmark has to know whom to time.
    with storage._database.connection() as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
    assert row is not None
    return int(row[0])


def settle(url: str, holds: int = 1000, resources: int = RESOURCES) -> None:
    """Some holds, and statistics: a plan made on empty tables would slow the raw side down."""
    engine = Engine(url, Hours(CLIENTS_MOST - 1, resources=resources))
    for _ in range(holds):
        engine.once()
    engine.storage.close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE")


def sides(url: str, seed: int) -> Mapping[str, clients.Side]:
    """The three of one client."""
    hours = Hours(seed)
    return {
        "R, one statement": Raw(url, hours, in_one=True),
        "S, a transaction": Raw(url, hours, in_one=False),
        "engine": Engine(url, hours),
    }


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with database() as url:
        furnish(url, RESOURCES)
        settle(url)
        told = clients.run(
            sides, url, clients=options.clients, seconds=options.seconds, rounds=options.rounds
        )
    print(clients.table(told, of="R, one statement"))


if __name__ == "__main__":
    main()
