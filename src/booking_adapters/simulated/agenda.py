"""What is still to come: steps that will happen, callbacks that will arrive."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking_adapters.simulated.callback_json import decoded, encoded
from booking_adapters.simulated.script import Script, Step, Travel
from booking_core.domain.kernel.ids import PaymentId, TenantId
from booking_core.domain.kernel.money import Money
from booking_core.domain.kernel.span import MICROSECOND, from_microseconds, to_microseconds
from booking_core.ports.payment_webhook import Callback, Told

SCHEMA = """
CREATE TABLE IF NOT EXISTS step (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    due_us INTEGER NOT NULL,
    tenant_id TEXT NOT NULL,
    payment_id TEXT NOT NULL,
    told TEXT NOT NULL,
    amount_minor INTEGER,
    currency TEXT,
    reason TEXT NOT NULL,
    delay_us INTEGER NOT NULL,
    copies INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS step_by_due ON step (due_us, number);
CREATE INDEX IF NOT EXISTS step_by_payment ON step (tenant_id, payment_id, due_us);
CREATE TABLE IF NOT EXISTS letter (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    due_us INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS letter_by_due ON letter (due_us, number);
"""

TRIES_MOST = 8
FIRST_RETRY = timedelta(seconds=10)  # Doubled from try to try: the last comes after 21 minutes.


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A step whose time has come."""

    at: datetime
    tenant_id: TenantId
    payment_id: PaymentId
    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A callback on its way."""

    number: int
    callback: Callback


class Agenda:
    """Within one transaction of the provider's book."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def follow(
        self, tenant_id: TenantId, payment_id: PaymentId, script: Script, begun: datetime
    ) -> None:
        """Put every step of the script on the agenda."""
        for step in script.steps:
            self._connection.execute(
                "INSERT INTO step (due_us, tenant_id, payment_id, told, amount_minor, currency,"
                " reason, delay_us, copies) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    to_microseconds(begun + step.after),
                    tenant_id,
                    payment_id,
                    step.told.value,
                    step.amount and step.amount.amount_minor,
                    step.amount and step.amount.currency,
                    step.reason,
                    step.travel.delay // MICROSECOND,
                    step.travel.copies,
                ),
            )

    def take_step(self, now: datetime) -> Due | None:
        """The earliest step that is due, taken off the agenda."""
        row = self._connection.execute(
            "SELECT * FROM step WHERE due_us <= ? ORDER BY due_us, number LIMIT 1",
            (to_microseconds(now),),
        ).fetchone()
        if row is None:
            return None
        self._connection.execute("DELETE FROM step WHERE number = ?", (row["number"],))
        return _due(row)

    def next_step(self, tenant_id: TenantId, payment_id: PaymentId) -> datetime | None:
        """When something will happen to that payment; None if nothing will."""
        (due_us,) = self._connection.execute(
            "SELECT min(due_us) FROM step WHERE tenant_id = ? AND payment_id = ?",
            (tenant_id, payment_id),
        ).fetchone()
        return None if due_us is None else from_microseconds(due_us)

    def post(self, callback: Callback, travel: Travel, at: datetime) -> None:
        """Send the callback on its way, in as many copies as it travels in."""
        letter = (to_microseconds(at + travel.delay), encoded(callback))
        self._connection.executemany(
            "INSERT INTO letter (due_us, body) VALUES (?, ?)", [letter] * travel.copies
        )

    def take_letter(self, now: datetime) -> Letter | None:
        """The earliest callback that is due.

        It is put off before it is delivered: whoever fails in between delivers it again, later.
        """
        row = self._connection.execute(
            "SELECT number, tries, body FROM letter WHERE due_us <= ?"
            " ORDER BY due_us, number LIMIT 1",
            (to_microseconds(now),),
        ).fetchone()
        if row is None:
            return None
        letter = Letter(number=row["number"], callback=decoded(row["body"]))
        tries = row["tries"] + 1
        if tries == TRIES_MOST:
            self.drop(letter)
        else:
            again = to_microseconds(now + FIRST_RETRY * 2 ** row["tries"])
            self._connection.execute(
                "UPDATE letter SET due_us = ?, tries = ? WHERE number = ?",
                (again, tries, letter.number),
            )
        return letter

    def drop(self, letter: Letter) -> None:
        """It was delivered, or is given up."""
        self._connection.execute("DELETE FROM letter WHERE number = ?", (letter.number,))

    def next_due(self) -> datetime | None:
        """When the next thing happens or arrives; None if nothing will."""
        (due_us,) = self._connection.execute(
            "SELECT min(due_us) FROM (SELECT due_us FROM step UNION ALL SELECT due_us FROM letter)"
        ).fetchone()
        return None if due_us is None else from_microseconds(due_us)


def _due(row: sqlite3.Row) -> Due:
    amount = row["amount_minor"]
    return Due(
        at=from_microseconds(row["due_us"]),
        tenant_id=row["tenant_id"],
        payment_id=row["payment_id"],
        step=Step(
            told=Told(row["told"]),
            amount=None if amount is None else Money(amount, row["currency"]),
            reason=row["reason"],
            travel=Travel(delay=row["delay_us"] * MICROSECOND, copies=row["copies"]),
        ),
    )
