"""Create a hold on SQLite: `python -m bench.hold_sqlite`.

The engine's use case, keyed, beside the same rows by hand through sqlite3, in a file, with the
same schema and its triggers; with synchronous FULL and NORMAL, and one client and several.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import clients
from bench.hold_postgresql import Hours
from bench.raw_hold_sqlite import RawSqliteHold
from bench.town import ANN, engine_on, furnish, resource_id, terms_of
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_core.application.booking.create_booking import CreateBooking
from booking_core.application.booking.line import Line
from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.ids import CustomerId

RESOURCES = 200
CLIENTS = 8  # At most: each has the hours to itself that leave its number over.
RAW, ENGINE = "raw sqlite3", "engine"


class Engine:
    """The use case, as a host calls it."""

    def __init__(self, path: str, synchronous: str, hours: Hours) -> None:
        storage = SqlStorage.open(f"sqlite:///{path}", pool_size=1, sqlite_synchronous=synchronous)
        self.engine = engine_on(storage)
        self.hours = hours

    def once(self) -> bool:
        resource, start = self.hours.next()
        line = Line(resource_id=resource_id(resource), start=start, end=start + timedelta(hours=1))
        command = CreateBooking(customer_id=CustomerId(ANN.id), items=(line,))
        try:
            self.engine.create_booking(command, ANN, str(self.hours.number))
        except BookingError:
            return False
        return True

    def server_pid(self) -> int | None:
        return None


class Raw:
    """Sqlite3 by hand."""

    def __init__(self, path: str, synchronous: str, hours: Hours) -> None:
        self.raw = RawSqliteHold(path, synchronous, *terms_of())
        self.hours = hours

    def once(self) -> bool:
        resource, start = self.hours.next()
        return self.raw.hold(resource + 1, start)

    def server_pid(self) -> int | None:
        return None


def sides(where: str, seed: int) -> Mapping[str, clients.Side]:
    """The two of one client; `where` is how synchronous, a blank, and the file."""
    synchronous, _, path = where.partition(" ")
    hours = Hours(seed, CLIENTS, RESOURCES)
    return {RAW: Raw(path, synchronous, hours), ENGINE: Engine(path, synchronous, hours)}


def main() -> None:
    """Measure, and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    for synchronous in ("FULL", "NORMAL"):
        for count in options.clients:
            with TemporaryDirectory() as folder:
                path = str(Path(folder) / "bench.db")
                furnish(f"sqlite:///{path}", RESOURCES)
                told = clients.run(
                    sides,
                    f"{synchronous} {path}",
                    clients=count,
                    seconds=options.seconds,
                    rounds=options.rounds,
                )
            print(f"synchronous {synchronous}, clients: {count}\n")
            print(clients.table(told, of=RAW), end="\n\n")


if __name__ == "__main__":
    main()
