"""Bookings through the whole saga: `python -m campaign.saga --database URL --broker URL`.

Clients book and cancel; two relays tell of it; another team's payment service takes the money and
gives it back, in a dialect of its own; a worker of the engine hears of that, and confirms; yet
another team keeps a copy. Each is a process. In the end all sides have to agree.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from uuid import uuid4

from campaign.saga.clients import book
from campaign.saga.stage import Stage
from campaign.saga.sums import Sums

BROKER = "amqp://guest:guest@127.0.0.1:5672//"
STANDS_STILL_SECONDS = 120.0  # Then it is not going to settle.
STOPS_WITHIN_SECONDS = 20.0
REHEARSED = 8  # Bookings, before the clock starts: by then all processes are at work.


@contextmanager
def cast(stage: Stage, relays: int, workers: int) -> Iterator[Sequence[subprocess.Popen[bytes]]]:
    """Everybody but the clients."""
    booking = str(Path(sys.executable).parent / "booking")
    where = stage.database, stage.broker, stage.name
    commands = [
        [sys.executable, "-m", "campaign.saga.mirror", *where],
        [sys.executable, "-m", "campaign.saga.service", *where],
        [booking, "worker", "--queue", "payments-from-appointments", "--processes", str(workers)],
    ]
    environment = os.environ | stage.variables
    players = [_started(command, environment) for command in commands]
    players += [_started([booking, "relay"], environment) for _ in range(relays)]
    try:
        yield players
    finally:
        for player in players:
            player.terminate()
        for player in players:
            player.wait(STOPS_WITHIN_SECONDS)


def _started(command: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)


def rehearse(stage: Stage, sums: Sums) -> None:
    """A few bookings, of which none is counted among those that are timed."""
    book(stage, range(REHEARSED), 0)
    settle(sums)


def run(stage: Stage, bookings: int, clients: int, per_second: float) -> float:
    """Book all others; how many seconds it took until the last was booked."""
    begun = time.monotonic()
    share = max(1, -(-(bookings - REHEARSED) // clients))
    firsts = range(REHEARSED, bookings, share)
    parts = [range(first, min(first + share, bookings)) for first in firsts]
    with ProcessPoolExecutor(clients, mp_context=get_context("spawn")) as pool:
        list(pool.map(book, [stage] * len(parts), parts, [per_second / clients] * len(parts)))
    return time.monotonic() - begun


def settle(sums: Sums) -> float:
    """Wait until all is told, however long it takes as long as it goes on; how many seconds."""
    begun = moved = time.monotonic()
    last = sums.progress()
    while not sums.is_settled() and time.monotonic() - moved < STANDS_STILL_SECONDS:
        time.sleep(0.5)
        now = sums.progress()
        if now != last:
            last, moved = now, time.monotonic()
    return time.monotonic() - begun


def main() -> int:
    """Run it, and print what came of it; fail if the sides do not agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True, help="an empty PostgreSQL database")
    parser.add_argument("--broker", default=BROKER)
    parser.add_argument("--bookings", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=2)
    parser.add_argument("--relays", type=int, default=2)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--per-second", type=float, default=0, help="0: as fast as can be")
    options = parser.parse_args()
    stage = Stage(
        database=options.database.replace("+psycopg", ""),
        broker=options.broker,
        name=f"booking_saga.{uuid4().hex}",
    )
    stage.furnish()
    stage.open_queues()
    with closing(stage), closing(Sums(stage)) as sums:
        with cast(stage, options.relays, options.workers) as players:
            rehearse(stage, sums)
            timed_from = datetime.now(UTC)
            seconds = run(stage, options.bookings, options.clients, options.per_second)
            settled = settle(sums)
            died = [str(player.args) for player in players if player.poll() is not None]
        report = sums.report(timed_from)
    report["faults"] += [f"it died: {command}" for command in died]
    print(
        json.dumps(
            {
                "bookings": options.bookings,
                "booked_in_seconds": round(seconds, 1),
                "settled_seconds_later": round(settled, 1),
                **report,
            },
            indent=2,
        )
    )
    return 1 if report["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
