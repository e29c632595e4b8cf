"""Re-arrange a pool of 200 units, 2,000 bookings: `python -m bench.rearrange_postgresql`.

On no day is every unit taken, but no unit is free for a week. Each pool is asked for a day, which
fits as it is; for more units of a day than are left, which is refused; and for a week, for which
others have to move: the events decide whether they did. A wish is the whole use case, keyed and
durable. Each pool is asked once, so that none has been put in order by the wish before; what the
catalogue says of it has been read, as in a service that runs.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import psycopg

from bench.crowded_pool import DAY, crowded, fill, stays
from bench.database import database
from bench.hold_postgresql import backend_of
from bench.stopwatch import Stopwatch, Timed, cpu_of
from bench.town import ANN, furnish, midnight, resource_id
from booking_adapters.simulated.payment_gateway import SimulatedGateway
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_adapters.system.clock import SystemClock
from booking_adapters.system.randomness import SystemRandomness
from booking_core.application.booking.create_booking import CreateBooking
from booking_core.application.booking.line import Line
from booking_core.application.new_ids import NewIds
from booking_core.domain.availability.allocation import fit_or_rearrange
from booking_core.domain.kernel.ids import CustomerId
from booking_core.engine import BookingEngine, Ports
from booking_core.ports.unit_of_work import Taken

PARTS = ("reading", "allocating", "committing", "the rest")
READERS = ("catalogue", "occupancy", "bookings", "idempotency")
TOLD = "SELECT count(*) FROM booking_event WHERE type = 'booking.rearranged'"


@dataclass(frozen=True, slots=True)
class Sample:
    """One wish: milliseconds, of which each part's; how many bookings moved; CPU, ms."""

    took_ms: float
    parts_ms: Mapping[str, float]
    moved: int
    refused: bool
    client_ms: float
    server_ms: float


class Watched:
    """A storage whose ports are timed."""

    def __init__(self, storage: SqlStorage, watch: Stopwatch) -> None:
        self._storage = storage
        for name in READERS:
            setattr(self, name, Timed(watch, "reading", getattr(storage, name)))
        self.unit_of_work = Timed(watch, "committing", storage.unit_of_work)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)


class House:
    """An engine that is timed, and a look at what it told."""

    def __init__(self, url: str) -> None:
        storage = SqlStorage.open(url, pool_size=1)
        self.watch = Stopwatch()
        clock, randomness = SystemClock(), SystemRandomness()
        watched: Any = Watched(storage, self.watch)
        self.engine = BookingEngine(
            Ports(
                storage=watched,
                payments=SimulatedGateway(clock, randomness),
                clock=clock,
                randomness=randomness,
            ),
            allocation=self.watch.timed("allocating", fit_or_rearrange),
        )
        self.ids = NewIds(clock=clock, randomness=randomness)
        self.pid = backend_of(url, storage)
        self.look = psycopg.connect(url, autocommit=True)
        self.monday = midnight()

    def moved(self) -> int:
        """How many bookings have been moved so far."""
        row = self.look.execute(TOLD).fetchone()
        return int(row[0]) if row else 0

    def wish(self, pool: int, day: int, days: int, units: int = 1) -> Sample:
        """Hold units of that pool from that day on."""
        start = self.monday + day * DAY
        end = start + days * DAY
        line = Line(resource_id=resource_id(pool), start=start, end=end, quantity=units)
        command = CreateBooking(customer_id=CustomerId(ANN.id), items=(line,))
        moved, server, client = self.moved(), cpu_of(self.pid), time.process_time()
        self.watch.start()
        refused = False
        try:
            self.engine.create_booking(command, ANN, f"{pool}-{day}-{days}-{units}")
        except Taken:
            refused = True
        took, client = self.watch.stop(), time.process_time() - client
        return Sample(
            took_ms=took * 1e3,
            parts_ms={part: seconds * 1e3 for part, seconds in self.watch.spent.items()},
            moved=self.moved() - moved,
            refused=refused,
            client_ms=client * 1e3,
            server_ms=(cpu_of(self.pid) - server) * 1e3,
        )


def ask(house: House, pool: int, units: int, days: int) -> tuple[Sample, Sample, Sample]:
    """Fill a pool; then a day of it, half the units of one, then days that none fits."""
    random = Random(pool)
    full = list(stays(random, units))
    fill(house.engine, house.ids, pool, full, house.monday)
    first = random.choice(list(crowded(full, units, days)))
    plain = house.wish(pool, first + 1, 1)
    greedy = house.wish(pool, first + 1, 1, units // 2)
    crowd = house.wish(pool, first, days)
    if plain.moved or not crowd.moved:
        raise SystemExit(f"moved for a day: {plain.moved}, for {days}: {crowd.moved}")
    if [plain.refused, greedy.refused, crowd.refused] != [False, True, False]:
        raise SystemExit("refused is not what had to be")
    return plain, greedy, crowd


def table(told: Mapping[str, Sequence[Sample]]) -> str:
    """Medians as Markdown, and the 95th of a hundred."""
    rows = [
        f"| wish | median ms | p95 ms | longest ms | {' | '.join(PARTS)} | client CPU | server CPU"
        " | moved |",
        "| --- | ---: | ---: | ---: |" + " ---: |" * (len(PARTS) + 3),
    ]
    for name, samples in told.items():
        took = sorted(sample.took_ms for sample in samples)
        parts = (statistics.median(s.parts_ms.get(part, 0.0) for s in samples) for part in PARTS)
        moved = [sample.moved for sample in samples]
        rows.append(
            f"| {name} | {statistics.median(took):.1f} | {took[int(len(took) * 0.95)]:.1f}"
            f" | {took[-1]:.1f} | {' | '.join(f'{ms:.1f}' for ms in parts)}"
            f" | {statistics.median(s.client_ms for s in samples):.1f}"
            f" | {statistics.median(s.server_ms for s in samples):.1f}"
            f" | {statistics.median(moved):.0f} [{min(moved)}–{max(moved)}] |"
        )
    return "\n".join(rows)


def main() -> None:
    """Fill and ask pool after pool, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pools", type=int, default=30, help="wishes of each kind")
    parser.add_argument("--units", type=int, default=200)
    parser.add_argument("--days", type=int, default=7)
    options = parser.parse_args()
    with database() as url:
        furnish(url, options.pools + 1, units=options.units)
        house = House(url)
        ask(house, options.pools, options.units, options.days)  # The first warms up.
        house.look.execute("ANALYZE")
        asked = [ask(house, n, options.units, options.days) for n in range(options.pools)]
        house.engine.close()
        house.look.close()
    plain, greedy, crowd = zip(*asked, strict=True)
    print(f"{options.pools} pools of {options.units} units, {options.units * 10:,} bookings each\n")
    wishes = {
        "a day: fits as it is": plain,
        "a day, more than is left: refused": greedy,
        f"{options.days} days: others move": crowd,
    }
    print(table(wishes))


if __name__ == "__main__":
    main()
