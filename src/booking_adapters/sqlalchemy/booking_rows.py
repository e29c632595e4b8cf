"""From rows to bookings and their money."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from booking_adapters.sqlalchemy.codec import decode_data, decode_items, decode_terms
from booking_adapters.sqlalchemy.driver import Driver
from booking_adapters.sqlalchemy.keys import Keys
from booking_adapters.sqlalchemy.statement import json_row, json_rows
from booking_adapters.sqlalchemy.tables import booking, event, payment, refund, transfer
from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.code import Code
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import BookingId, CustomerId, ProviderId, TenantId
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.account import EMPTY_ACCOUNT, Account
from booking_core.domain.payment.attempt import Attempt, Refund
from booking_core.domain.payment.ledger import LedgerAccount, Transfer
from booking_core.domain.payment.lifecycle import PaymentState, RefundState
from booking_core.ports.booking_repository import Dossier

BOOKING_COLUMNS = (
    booking.c.id,
    booking.c.code,
    booking.c.customer_id,
    booking.c.provider_id,
    booking.c.state,
    booking.c.version,
    booking.c.sequence,
    booking.c.created_at,
    booking.c.expires_at,
    booking.c.checked_in_at,
    booking.c.price_minor,
    booking.c.currency,
    booking.c.reason_code,
    booking.c.flag,
    booking.c["items"],
    booking.c.terms,
)


def _all_of(table: sa.Table, *columns: str) -> sa.ScalarSelect[Any]:
    """The booking's rows of that table as one document; `number` comes first, to sort by."""
    return (
        sa.select(json_rows(json_row(table.c.number, *(table.c[name] for name in columns))))
        .where(table.c.tenant_id == booking.c.tenant_id, table.c.booking_id == booking.c.id)
        .correlate(booking)
        .scalar_subquery()
    )


_payments = _all_of(
    payment,
    *("id", "amount_minor", "currency", "provider", "created_at", "state", "provider_ref"),
    *("checkout_url", "captured_minor", "captured_currency", "failure"),
)
_refunds = _all_of(
    refund,
    *("id", "payment_id", "amount_minor", "currency", "reason", "created_at", "state"),
    *("provider_ref", "failure"),
)
_transfers = _all_of(
    transfer, "debit", "credit", "amount_minor", "currency", "at", "payment_id", "refund_id"
)
# One query, so that a booking and its money are of one moment.
DOSSIER_COLUMNS = (*BOOKING_COLUMNS, _payments, _refunds, _transfers)

EVENT_COLUMNS = (
    event.c.event_id,
    event.c.type,
    event.c.sequence,
    event.c.at,
    event.c.correlation_id,
    event.c.actor,
    event.c.data,
    event.c.causation_id,
    event.c.schema_version,
)


class BookingReader:
    """Knows how the driver gives an instant."""

    def __init__(self, driver: Driver, keys: Keys) -> None:
        self._when: Callable[[Any], Any] = driver.from_instant
        self._json_when = driver.from_json_instant
        self._keys = keys

    def dossier(self, tenant_id: TenantId, row: Sequence[Any]) -> Dossier:
        """From a row of DOSSIER_COLUMNS."""
        account = self._account(*row[-3:])
        return Dossier(booking=self.booking(tenant_id, row[:-3]), account=account)

    def booking(self, tenant_id: TenantId, row: Sequence[Any]) -> Booking:
        """From a row of BOOKING_COLUMNS."""
        when = self._when
        return Booking(
            tenant_id=tenant_id,
            id=BookingId(row[0]),
            code=Code(row[1]),
            customer_id=CustomerId(row[2]),
            provider_id=ProviderId(row[3]),
            state=BookingState(row[4]),
            version=row[5],
            sequence=row[6],
            created_at=when(row[7]),
            expires_at=when(row[8]),
            checked_in_at=when(row[9]),
            price=_money(row[10], row[11]),
            reason_code=row[12],
            flag=row[13],
            items=decode_items(row[14]),
            terms=decode_terms(row[15]),
        )

    def event(self, tenant_id: TenantId, booking_id: BookingId, row: Sequence[Any]) -> DomainEvent:
        """From a row of EVENT_COLUMNS."""
        return DomainEvent(
            event_id=row[0],
            type=row[1],
            tenant_id=tenant_id,
            booking_id=booking_id,
            sequence=row[2],
            at=self._when(row[3]),
            correlation_id=row[4],
            actor=row[5],
            data=decode_data(row[6]),
            causation_id=row[7],
            schema_version=row[8],
        )

    def _account(self, attempts: str | None, refunds: str | None, transfers: str | None) -> Account:
        if not (attempts and attempts != "[]"):
            return EMPTY_ACCOUNT
        return Account(
            attempts=tuple(map(self._attempt, _sorted(attempts))),
            refunds=tuple(map(self._refund, _sorted(refunds))),
            transfers=tuple(map(self._transfer, _sorted(transfers))),
        )

    def _attempt(self, row: Sequence[Any]) -> Attempt:
        number, id, minor, currency, provider, created_at, state, ref, url, *rest = row
        captured_minor, captured_currency, failure = rest
        return Attempt(
            id=id,
            number=number,
            amount=Money(minor, currency),
            provider=provider,
            created_at=self._json_when(created_at),
            state=PaymentState(state),
            provider_ref=ref,
            checkout_url=url,
            captured=_money(captured_minor, captured_currency),
            failure=failure,
        )

    def _refund(self, row: Sequence[Any]) -> Refund:
        _, id, payment_id, minor, currency, reason, created_at, state, ref, failure = row
        return Refund(
            id=id,
            payment_id=payment_id,
            amount=Money(minor, currency),
            reason=reason,
            created_at=self._json_when(created_at),
            state=RefundState(state),
            provider_ref=ref,
            failure=failure,
        )

    def _transfer(self, row: Sequence[Any]) -> Transfer:
        _, debit, credit, minor, currency, at, payment_id, refund_id = row
        return Transfer(
            debit=LedgerAccount(debit),
            credit=LedgerAccount(credit),
            amount=Money(minor, currency),
            at=self._json_when(at),
            payment_id=payment_id,
            refund_id=refund_id,
        )


def _money(minor: int | None, currency: str | None) -> Money | None:
    return None if minor is None or currency is None else Money(minor, currency)


def _sorted(document: str | None) -> list[Any]:
    return sorted(msgspec.json.decode(document), key=lambda row: row[0]) if document else []
