"""The provider's payments, by its own names and by ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from booking_adapters.simulated.payment import Payment
from booking_adapters.simulated.script import Travel
from booking_core.domain.kernel.ids import BookingId, PaymentId, TenantId
from booking_core.domain.kernel.money import Money
from booking_core.domain.kernel.span import MICROSECOND, from_microseconds, to_microseconds
from booking_core.domain.payment.lifecycle import PaymentState
from booking_core.ports.payment_gateway import IntentRequest, ProviderRefund

SCHEMA = """
CREATE TABLE IF NOT EXISTS payment (
    ref TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    payment_id TEXT NOT NULL,
    booking_id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    expires_us INTEGER,
    token TEXT NOT NULL,
    changed_us INTEGER NOT NULL,
    state TEXT NOT NULL,
    captured_minor INTEGER,
    captured_currency TEXT,
    failure TEXT,
    refund_refusal TEXT,
    refund_delay_us INTEGER NOT NULL,
    refund_copies INTEGER NOT NULL,
    events INTEGER NOT NULL,
    UNIQUE (payment_id, tenant_id),
    UNIQUE (tenant_id, booking_id, attempt)
);
CREATE INDEX IF NOT EXISTS payment_by_change ON payment (changed_us, ref);
CREATE TABLE IF NOT EXISTS refund (
    ref TEXT PRIMARY KEY,
    payment_ref TEXT NOT NULL REFERENCES payment,
    refund_id TEXT,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS refund_by_payment ON refund (payment_ref);
"""


class Payments:
    """Within one transaction of the provider's book."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def find(self, tenant_id: TenantId, payment_id: PaymentId) -> Payment | None:
        """The payment of that tenant."""
        found = self._where("payment_id = ? AND tenant_id = ?", (payment_id, tenant_id))
        return found[0] if found else None

    def of_attempt(
        self, tenant_id: TenantId, booking_id: BookingId, attempt: int
    ) -> Payment | None:
        """The payment that this key opened."""
        found = self._where(
            "tenant_id = ? AND booking_id = ? AND attempt = ?", (tenant_id, booking_id, attempt)
        )
        return found[0] if found else None

    def named(self, payment_id: PaymentId) -> Sequence[Payment]:
        """The payments of that id, whichever tenant's."""
        return self._where("payment_id = ?", (payment_id,))

    def changed_since(self, since: datetime, after: str | None, limit: int) -> Sequence[Payment]:
        """By (changed, ref), beyond that pair; of all tenants."""
        us = to_microseconds(since)
        return self._where(
            "changed_us > ? OR changed_us = ? AND ref > ? ORDER BY changed_us, ref LIMIT ?",
            (us, us, after or "", limit),
        )

    def put(self, payment: Payment) -> None:
        """Store the payment as it is now; what it refunded is only ever added to."""
        row = _row(payment)
        columns, places = ", ".join(row), ", ".join("?" * len(row))
        changed = ", ".join(f"{column} = excluded.{column}" for column in row)
        self._connection.execute(
            f"INSERT INTO payment ({columns}) VALUES ({places})"
            f" ON CONFLICT (ref) DO UPDATE SET {changed}",
            tuple(row.values()),
        )
        self._connection.executemany(
            "INSERT OR IGNORE INTO refund VALUES (?, ?, ?, ?, ?)",
            [
                (r.ref, payment.ref, r.refund_id, r.amount.amount_minor, r.amount.currency)
                for r in payment.refunds
            ],
        )

    def _where(self, condition: str, values: tuple[object, ...]) -> list[Payment]:
        rows = self._connection.execute(f"SELECT * FROM payment WHERE {condition}", values)
        return [_payment(row, self._refunds(row["ref"])) for row in rows.fetchall()]

    def _refunds(self, ref: str) -> tuple[ProviderRefund, ...]:
        rows = self._connection.execute(
            "SELECT * FROM refund WHERE payment_ref = ? ORDER BY rowid", (ref,)
        )
        return tuple(
            ProviderRefund(
                ref=row["ref"],
                amount=Money(row["amount_minor"], row["currency"]),
                refund_id=row["refund_id"],
            )
            for row in rows.fetchall()
        )


def _row(payment: Payment) -> dict[str, object]:
    asked, captured = payment.asked, payment.captured
    return {
        "ref": payment.ref,
        "tenant_id": asked.tenant_id,
        "payment_id": asked.payment_id,
        "booking_id": asked.booking_id,
        "attempt": asked.attempt,
        "amount_minor": asked.amount.amount_minor,
        "currency": asked.amount.currency,
        "expires_us": asked.expires_at and to_microseconds(asked.expires_at),
        "token": payment.token,
        "changed_us": to_microseconds(payment.changed_at),
        "state": payment.state.value,
        "captured_minor": captured and captured.amount_minor,
        "captured_currency": captured and captured.currency,
        "failure": payment.failure,
        "refund_refusal": payment.refund_refusal,
        "refund_delay_us": payment.refund_travel.delay // MICROSECOND,
        "refund_copies": payment.refund_travel.copies,
        "events": payment.events,
    }


def _payment(row: sqlite3.Row, refunds: tuple[ProviderRefund, ...]) -> Payment:
    expires_us, captured = row["expires_us"], row["captured_minor"]
    asked = IntentRequest(
        tenant_id=row["tenant_id"],
        booking_id=row["booking_id"],
        payment_id=row["payment_id"],
        attempt=row["attempt"],
        amount=Money(row["amount_minor"], row["currency"]),
        expires_at=None if expires_us is None else from_microseconds(expires_us),
    )
    return Payment(
        asked=asked,
        ref=row["ref"],
        token=row["token"],
        changed_at=from_microseconds(row["changed_us"]),
        state=PaymentState(row["state"]),
        captured=None if captured is None else Money(captured, row["captured_currency"]),
        failure=row["failure"],
        refunds=refunds,
        refund_refusal=row["refund_refusal"],
        refund_travel=Travel(
            delay=row["refund_delay_us"] * MICROSECOND, copies=row["refund_copies"]
        ),
        events=row["events"],
    )
