"""Sixteen clients race for one slot on PostgreSQL: `python -m bench.race_postgresql`.

Each is a process of its own, connected and warm; all are released at one moment of the system's
monotonic clock and have one shot each at the same free hour. Beside the engine's use case the same
race by hand, in one psycopg statement.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection

import psycopg

from bench.database import database
from bench.hold_postgresql import settle
from bench.raw_hold import RawHold
from bench.town import ANN, engine_on, furnish, midnight, resource_id, terms_of
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_core.application.booking.create_booking import CreateBooking
from booking_core.application.booking.line import Line
from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.ids import CustomerId

RESOURCES = 10
WARM_UPS = 10
GET_READY_SECONDS = 0.1
SIDES = ("raw, one statement", "engine")


@dataclass(frozen=True, slots=True)
class Shot:
    """Whether it won, and how long after the start it knew."""

    won: bool
    ms: float


def shooters(url: str, seed: int) -> Mapping[str, Callable[[int, datetime], bool]]:
    """How one client tries to hold an hour of a resource, by side."""
    raw = RawHold(url, *terms_of())
    engine = engine_on(SqlStorage.open(url, pool_size=1))

    def by_engine(resource: int, start: datetime) -> bool:
        line = Line(resource_id=resource_id(resource), start=start, end=start + timedelta(hours=1))
        command = CreateBooking(customer_id=CustomerId(ANN.id), items=(line,))
        try:
            engine.create_booking(command, ANN, f"{resource}-{start}-{seed}")
        except BookingError:
            return False
        return True

    def by_hand(resource: int, start: datetime) -> bool:
        return raw.in_one(resource + 1, start)

    return dict(zip(SIDES, (by_hand, by_engine), strict=True))


def client(url: str, seed: int, pipe: Connection) -> None:
    """Shoot as often as it is told to, each time at the told moment."""
    shoot = shooters(url, seed)
    pipe.send(None)
    while (order := pipe.recv()) is not None:
        side, resource, hour, begin = order
        start = midnight() + timedelta(hours=hour)
        time.sleep(max(0.0, begin - time.monotonic()))
        won = shoot[side](resource, start)
        pipe.send(Shot(won, (time.monotonic() - begin) * 1000))


def race(url: str, *, clients: int, races: int) -> Mapping[str, Sequence[Sequence[Shot]]]:
    """Per side the shots of each race; the sides take turns."""
    context = get_context("spawn")
    pairs = [context.Pipe() for _ in range(clients)]
    workers = [
        context.Process(target=client, args=(url, seed, theirs), daemon=True)
        for seed, (_, theirs) in enumerate(pairs)
    ]
    for worker in workers:
        worker.start()
    ours = [our for our, _ in pairs]
    for our in ours:
        our.recv()
    told: dict[str, list[list[Shot]]] = {side: [] for side in SIDES}
    # `settle` took hours from the first on; these nobody has.
    hour = 1000
    for number in range(WARM_UPS + races):
        for side in SIDES:
            hour += 1
            begin = time.monotonic() + GET_READY_SECONDS
            for our in ours:
                our.send((side, hour % RESOURCES, hour, begin))
            shots = [our.recv() for our in ours]
            if number >= WARM_UPS:
                told[side].append(shots)
    for our in ours:
        our.send(None)
    for worker in workers:
        worker.join()
    return told


def deadlocks(url: str) -> int:
    """How many the server has counted in this database."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    return int(row[0])


def table(told: Mapping[str, Sequence[Sequence[Shot]]]) -> str:
    """Times in milliseconds from the start, as Markdown."""
    rows = [
        "| side | winner p50 | winner p95 | all p50 | all p95 | max | winners / races |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for side, races in told.items():
        winners = sorted(shot.ms for shots in races for shot in shots if shot.won)
        everyone = sorted(shot.ms for shots in races for shot in shots)
        figures = (
            *(_share(winners, 0.5), _share(winners, 0.95)),
            *(_share(everyone, 0.5), _share(everyone, 0.95), everyone[-1]),
        )
        told_ms = " | ".join(f"{figure:.1f}" for figure in figures)
        rows.append(f"| {side} | {told_ms} | {len(winners)} / {len(races)} |")
    return "\n".join(rows)


def _share(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def main() -> None:
    """Race, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--races", type=int, default=60)
    options = parser.parse_args()
    with database() as url:
        furnish(url, RESOURCES)
        settle(url, resources=RESOURCES)
        told = race(url, clients=options.clients, races=options.races)
        time.sleep(1)  # The server's counters come a moment later.
        print(table(told))
        print(f"\ndeadlocks: {deadlocks(url)}")


if __name__ == "__main__":
    main()
