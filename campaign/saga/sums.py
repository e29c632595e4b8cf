"""Whether all sides say the same in the end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg

from booking_adapters.sqlalchemy.storage import SqlStorage
from campaign.saga.stage import Stage
from campaign.world import engine_on

EVENTS = "SELECT count(*), count(published_at) FROM booking_event"
MIRROR = "SELECT count(*) FROM saga_mirror"
INVERSIONS = """SELECT count(*) FROM (SELECT sequence,
    lag(sequence, 1, 0) OVER (PARTITION BY booking_id ORDER BY place) AS before FROM saga_mirror) AS
    pair WHERE sequence <> before + 1"""
STATES = "SELECT state, count(*) FROM booking GROUP BY state ORDER BY state"
# What the copy says that each booking came to.
TOLD_STATES = """SELECT CASE WHEN 'booking.cancelled' = ANY(types) THEN 'CANCELLED'
      WHEN 'booking.confirmed' = ANY(types) THEN 'CONFIRMED' ELSE 'PENDING' END AS state, count(*)
    FROM (SELECT array_agg(type) AS types FROM saga_mirror GROUP BY booking_id) AS told
    GROUP BY 1 ORDER BY 1"""
LEDGER = """SELECT coalesce(sum(amount_minor) FILTER (WHERE debit = 'PROVIDER'), 0),
    coalesce(sum(amount_minor) FILTER (WHERE credit = 'PROVIDER'), 0) FROM booking_transfer"""
TILL = "SELECT coalesce(sum(captured), 0), coalesce(sum(refunded), 0) FROM saga_till"
UNPAID = "SELECT count(*) FROM booking WHERE state = 'PENDING'"
OWED = "SELECT count(*) FROM booking_refund WHERE state <> 'SUCCEEDED'"
LATENCY = """SELECT percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (
      ORDER BY extract(epoch FROM confirmed.seen_at - created.at) * 1000)
    FROM saga_mirror AS created JOIN saga_mirror AS confirmed USING (booking_id)
    WHERE created.type = 'booking.created' AND confirmed.type = 'booking.confirmed'
      AND created.at >= %s"""


class Sums:
    """Asked while it runs, and at the end."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._connection = psycopg.connect(stage.database, autocommit=True)

    def is_settled(self) -> bool:
        """Whether everything is paid, told and copied, and no money is on its way."""
        (events, published), (copied,) = self._one(EVENTS), self._one(MIRROR)
        captured, refunded = self._one(LEDGER)
        return bool(
            events == published == copied
            and (captured, refunded) == self._one(TILL)
            and self._one(OWED) == self._one(UNPAID) == (0,)
        )

    def progress(self) -> tuple[Any, ...]:
        """Differs from the last as long as anybody gets on."""
        return (*self._one(EVENTS), *self._one(MIRROR), *self._one(TILL))

    def latency_ms(self, since: datetime) -> list[float]:
        """From a booking's making until another process has seen it confirmed: p50, p95, p99."""
        (found,) = self._one(LATENCY, since)
        return [round(each, 1) for each in found or ()]

    def report(self, timed_from: datetime) -> dict[str, Any]:
        """Everything by all sides; `faults` are sentences about what does not agree."""
        events, published = self._one(EVENTS)
        (copied,), (inversions,) = self._one(MIRROR), self._one(INVERSIONS)
        states, told = self._all(STATES), self._all(TOLD_STATES)
        ledger, till = self._one(LEDGER), self._one(TILL)
        storage = SqlStorage.open(self._stage.database)
        engine = engine_on(storage)
        violations = [str(each) for each in engine.verify().violations]
        letters = {each.consumer: (each.waiting, each.dead) for each in storage.inbox.counts()}
        storage.close()
        faults = [
            sentence
            for sentence, is_so in {
                f"{events} events happened, {published} were published": events != published,
                f"{events} events happened, {copied} were copied": events != copied,
                f"{inversions} were copied out of their order": inversions != 0,
                f"bookings are {states}, and were told to be {told}": states != told,
                f"the ledger has {ledger}, the payment service {till}": ledger != till,
                f"promises are broken: {violations}": bool(violations),
                f"letters are left: {letters}": bool(letters),
            }.items()
            if is_so
        ]
        return {
            "events": events,
            "states": dict(states),
            "captured_minor": int(ledger[0]),
            "refunded_minor": int(ledger[1]),
            "created_to_seen_confirmed_ms": self.latency_ms(timed_from),
            "faults": faults,
        }

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def _one(self, query: str, *asked: object) -> tuple[Any, ...]:
        (row,) = self._connection.execute(query.encode(), asked).fetchall()
        return tuple(row)

    def _all(self, query: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._connection.execute(query.encode()).fetchall()]
