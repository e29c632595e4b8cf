"""Expire overdue holds on PostgreSQL: `python -m bench.expire_postgresql`.

The engine's use case beside one hand-written statement of the same batch size, which does the
same: it skips who is being changed, ends the booking, frees its claims and writes the event that
tells of it. Both eat from one heap of holds, a batch each in turn, oldest first.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg

from bench.database import database
from bench.hold_postgresql import backend_of
from bench.raw_expire import LEFT_OVER, RawExpire, fill
from bench.stopwatch import cpu_of
from bench.town import engine_on, furnish, terms_of
from booking_adapters.sqlalchemy.storage import SqlStorage

RESOURCES = 200


@dataclass(slots=True)
class Side:
    """One way to expire a batch, and what it has taken. Times in seconds, one per batch."""

    expire: Callable[[int], int]
    pid: int
    done: int = 0
    client_cpu: float = 0.0
    server_cpu: float = 0.0
    batches: list[float] = field(default_factory=list)

    def once(self, batch: int) -> int:
        """Expire one batch; how many it was."""
        server, client, begun = cpu_of(self.pid), time.process_time(), time.perf_counter()
        count = self.expire(batch)
        if not count:
            return 0
        self.batches.append(time.perf_counter() - begun)
        self.client_cpu += time.process_time() - client
        self.server_cpu += cpu_of(self.pid) - server
        self.done += count
        return count


def race(url: str, batch: int) -> Mapping[str, Side]:
    """A batch each in turn, until nothing is left."""
    storage = SqlStorage.open(url, pool_size=1)
    engine, raw = engine_on(storage), RawExpire(url)
    sides = {
        "raw statement": Side(raw.once, raw.connection.info.backend_pid),
        "engine": Side(engine.lapse_holds, backend_of(url, storage)),
    }
    # Whoever goes first in a pair finds the caches colder.
    for number in range(1 << 30):
        pair = list(sides.values())
        if not sum(side.once(batch) for side in (pair if number % 2 else reversed(pair))):
            break
    storage.close()
    raw.connection.close()
    return sides


def check(url: str, holds: int) -> None:
    """Both have done the same: every hold has ended, told once, and claims nothing."""
    with psycopg.connect(url) as connection:
        row = connection.execute(LEFT_OVER).fetchone()
    if row != (holds, holds, 0):
        raise SystemExit(f"expired, told, still claimed: {row}, of {holds}")


def table(sides: Mapping[str, Side], batch: int, rounds: int) -> str:
    """The table as Markdown; the ratio is of throughputs, the median of that many rounds."""
    rows = [
        "| side | bookings per second | client µs | server µs | batch, median ms | longest ms"
        " | × raw |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    raw = sides["raw statement"]
    batches = min(len(side.batches) for side in sides.values())
    size = max(1, batches // rounds)
    for name, side in sides.items():
        ratios = [
            sum(raw.batches[at : at + size]) / sum(side.batches[at : at + size])
            for at in range(0, batches - size + 1, size)
        ]
        client_us, server_us = side.client_cpu / side.done * 1e6, side.server_cpu / side.done * 1e6
        rows.append(
            f"| {name} | {side.done / sum(side.batches):,.0f}"
            f" | {client_us:,.1f} | {server_us:,.1f}"
            f" | {statistics.median(side.batches) * 1e3:.1f} | {max(side.batches) * 1e3:.1f}"
            f" | {statistics.median(ratios):.2f} [{min(ratios):.2f}–{max(ratios):.2f}] |"
        )
    return "\n".join(rows)


def main() -> None:
    """Fill, race, check, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--holds", type=int, default=100_000, help="for each side")
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    with database() as url:
        furnish(url, RESOURCES)
        begun = time.perf_counter()
        fill(url, 2 * options.holds, RESOURCES, *terms_of(), now=datetime.now(UTC))
        print(f"{2 * options.holds:,} overdue holds in {time.perf_counter() - begun:.0f} s")
        sides = race(url, options.batch)
        check(url, 2 * options.holds)
    print(f"\n{options.holds:,} each, batches of {options.batch:,}\n")
    print(table(sides, options.batch, options.rounds))


if __name__ == "__main__":
    main()
