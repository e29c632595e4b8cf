"""Many processes want the same few things at once: `python -m campaign.race --database URL`.

Every process creates, reschedules, cancels and pays at random on hot slots, ranges, seats and
pools of one PostgreSQL database. Afterwards what is stored is asked whether the promises hold.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

from booking_adapters.sqlalchemy.migrate import migrate
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_core.application.booking.cancel_booking import CancelBooking
from booking_core.application.booking.create_booking import CreateBooking
from booking_core.application.booking.line import Line
from booking_core.application.booking.reschedule_booking import RescheduleBooking
from booking_core.application.caller import Caller, customer, system
from booking_core.application.payment.complete_payment import CompletePayment
from booking_core.application.payment.start_payment import StartPayment
from booking_core.domain.kernel.errors import BookingError, Busy
from booking_core.domain.kernel.ids import BookingId, CustomerId
from booking_core.domain.kernel.money import Money
from booking_core.engine import BookingEngine
from campaign.world import (
    DOCTOR,
    HOUR,
    ROOMS,
    SEATS,
    SHOW,
    engine_on,
    furnish,
    hour_of,
    tomorrow,
)

LIVE_MOST = 6  # Bookings that one process keeps before it cancels the oldest: slots stay hot.


@dataclass(slots=True)
class Racer:
    """One process's customer: what it wants is random, and what it has it may give back."""

    engine: BookingEngine
    choice: random.Random
    caller: Caller
    mine: list[BookingId] = field(default_factory=list)

    def attempt(self) -> str:
        """One act; what came of it."""
        act = self.choice.choices(
            (self.create, self.reschedule, self.cancel, self.pay), weights=(70, 12, 10, 8)
        )[0]
        try:
            return act() if act == self.create or self.mine else self.create()
        except Busy as busy:
            return f"busy: {busy.reason}"
        except BookingError as refusal:
            return refusal.code

    def create(self) -> str:
        """Want something hot; once there is enough, give the oldest back."""
        if len(self.mine) >= LIVE_MOST:
            self.cancel(0)
        command = CreateBooking(customer_id=CustomerId(self.caller.id), items=self._wish())
        key = f"{self.choice.getrandbits(64):x}" if self.choice.random() < 0.3 else None
        outcome = self.engine.create_booking(command, self.caller, key)
        self.mine.append(outcome.dossier.booking.id)
        return "created"

    def reschedule(self) -> str:
        """Move one of mine to another hot hour."""
        booking_id = self.choice.choice(self.mine)
        start = tomorrow() + self.choice.randrange(0, 8) * HOUR / 2
        self.engine.reschedule_booking(
            RescheduleBooking(booking_id=booking_id, start=start), self.caller
        )
        return "rescheduled"

    def cancel(self, index: int | None = None) -> str:
        """Give one of mine back."""
        at = self.choice.randrange(len(self.mine)) if index is None else index
        self.engine.cancel_booking(CancelBooking(booking_id=self.mine.pop(at)), self.caller)
        return "cancelled"

    def pay(self) -> str:
        """Pay for one of mine."""
        booking_id = self.choice.choice(self.mine)
        started = self.engine.start_payment(StartPayment(booking_id=booking_id), self.caller)
        amount: Money = started.attempt.amount
        self.engine.complete_payment(
            CompletePayment(payment_id=started.attempt.id, amount=amount, provider_ref="r"),
            system(),
        )
        return "paid"

    def _wish(self) -> tuple[Line, ...]:
        pick = self.choice.random()
        hour = self.choice.randrange(0, 8) / 2
        if pick < 0.35:
            return (hour_of(DOCTOR, hour),)
        if pick < 0.5:
            return (hour_of(DOCTOR, hour, self.choice.choice((0.5, 1.5, 2))),)
        if pick < 0.75:
            quantity = self.choice.choice((1, 1, 2, 4))
            return (hour_of(ROOMS, hour, self.choice.choice((1, 2)), quantity),)
        if pick < 0.85:
            return hour_of(DOCTOR, hour), hour_of(ROOMS, hour)
        if pick < 0.95:
            seats = tuple(self.choice.sample(SEATS, self.choice.randrange(1, 5)))
            return (Line(performance_id=SHOW, unit_ids=seats),)
        return (Line(performance_id=SHOW, quantity=self.choice.randrange(1, 5)),)


def race_one(url: str, seed: int, attempts: int) -> Counter[str]:
    """One process's part: what came of its attempts, by code."""
    storage = SqlStorage.open(url, pool_size=1)
    racer = Racer(engine_on(storage), random.Random(seed), customer(f"racer-{seed}"))
    told = Counter(racer.attempt() for _ in range(attempts))
    storage.close()
    return told


@dataclass(frozen=True, slots=True)
class Report:
    """What the race came to."""

    attempts: int
    seconds: float
    told: Counter[str]
    deadlocks: int
    violations: tuple[str, ...]

    @property
    def sent_away(self) -> int:
        """How often somebody was told to come again."""
        return sum(times for code, times in self.told.items() if code.startswith("busy"))

    @property
    def is_clean(self) -> bool:
        """No promise broken, no deadlock, and nobody sent away as if the engine were down."""
        return not self.violations and self.deadlocks == 0 and not self.sent_away


def race(url: str, *, processes: int, attempts: int) -> Report:
    """Run it on a fresh database; `attempts` in all."""
    migrate(url)
    storage = SqlStorage.open(url)
    engine = engine_on(storage)
    furnish(engine)
    deadlocks = _deadlocks(url)
    began = time.monotonic()
    told: Counter[str] = Counter()
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        each = [
            pool.submit(race_one, url, seed, attempts // processes) for seed in range(processes)
        ]
        for part in each:
            told += part.result()
    seconds = time.monotonic() - began
    found = engine.verify().violations
    report = Report(
        attempts=told.total(),
        seconds=seconds,
        told=told,
        deadlocks=_deadlocks(url) - deadlocks,
        violations=tuple(f"{v.promise}: {v.subject}: {v.detail}" for v in found),
    )
    storage.close()
    return report


def _deadlocks(url: str) -> int:
    """How many deadlocks the database has ever broken; SQLite has none to break."""
    if not url.startswith("postgresql"):
        return 0
    import psycopg

    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("SELECT pg_stat_force_next_flush()")
        row = connection.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    return int(row[0])


def main() -> int:
    """Race, print what came of it, and fail if a promise broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True, help="URL of an empty database")
    parser.add_argument("--processes", type=int, default=16)
    parser.add_argument("--attempts", type=int, default=500_000)
    options = parser.parse_args()
    report = race(options.database, processes=options.processes, attempts=options.attempts)
    json.dump(
        {
            "attempts": report.attempts,
            "seconds": round(report.seconds, 1),
            "told": dict(report.told.most_common()),
            "deadlocks": report.deadlocks,
            "violations": report.violations,
            "clean": report.is_clean,
        },
        sys.stdout,
        indent=2,
    )
    print()
    return 0 if report.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
