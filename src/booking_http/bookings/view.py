"""What is shown of a booking and its money."""

from __future__ import annotations

from datetime import datetime

from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.item import Item
from booking_core.domain.payment.account import Account
from booking_core.domain.payment.attempt import Attempt, Refund
from booking_core.ports.booking_repository import Dossier
from booking_http.amounts import Amount, shown
from booking_http.strict_body import View


class ItemView(View, frozen=True, kw_only=True):
    """Some units of one resource, for one period."""

    resource_id: str
    service_id: str | None
    performance_id: str | None
    unit_ids: tuple[str, ...]
    start: datetime
    end: datetime


class PaymentView(View, frozen=True, kw_only=True):
    """One attempt to pay; `captured` is what really came."""

    id: str
    number: int
    state: str
    amount: Amount
    captured: Amount | None
    provider: str
    checkout_url: str | None
    failure: str | None


class RefundView(View, frozen=True, kw_only=True):
    """Money on its way back, or there."""

    id: str
    payment_id: str
    state: str
    amount: Amount
    reason: str


class BookingView(View, frozen=True, kw_only=True):
    """A booking. `zone` is where it takes place; `code` is there once it is confirmed.

    `due` is what is still to be paid, `expiresAt` by when; `termsHash` tells terms apart.
    """

    id: str
    state: str
    payment_state: str
    customer_id: str
    provider_id: str
    items: list[ItemView]
    zone: str
    price: Amount | None
    due: Amount | None
    code: str | None
    created_at: datetime
    expires_at: datetime | None
    checked_in_at: datetime | None
    reason_code: str | None
    terms_text: str
    terms_hash: str
    payments: list[PaymentView]
    refunds: list[RefundView]
    version: int


class BookingPage(View, frozen=True, kw_only=True):
    """Some bookings, and the cursor of those that follow."""

    items: list[BookingView]
    next: str | None


def view(dossier: Dossier) -> BookingView:
    """The booking as its customer, its provider and the office see it."""
    booking, account = dossier.booking, dossier.account
    return BookingView(
        id=booking.id,
        state=booking.state.value,
        payment_state=account.state.value,
        customer_id=booking.customer_id,
        provider_id=booking.provider_id,
        items=[_item(item) for item in booking.items],
        zone=booking.terms.zone,
        price=shown(booking.price),
        due=_due(booking, account),
        code=booking.code if is_ticket(booking) else None,
        created_at=booking.created_at,
        expires_at=booking.expires_at,
        checked_in_at=booking.checked_in_at,
        reason_code=booking.reason_code,
        terms_text=booking.terms.text,
        terms_hash=booking.terms.hash,
        payments=[_payment(attempt) for attempt in account.attempts],
        refunds=[_refund(refund) for refund in account.refunds],
        version=booking.version,
    )


def is_ticket(booking: Booking) -> bool:
    """Whether the code opens a door: it is not held any more, and not given up either."""
    return booking.is_live and not booking.is_held


def _due(booking: Booking, account: Account) -> Amount | None:
    return shown(account.due(booking.price)) if booking.is_live else None


def _item(item: Item) -> ItemView:
    return ItemView(
        resource_id=item.resource_id,
        service_id=item.service_id,
        performance_id=item.performance_id,
        unit_ids=item.unit_ids,
        start=item.span.start,
        end=item.span.end,
    )


def _payment(attempt: Attempt) -> PaymentView:
    return PaymentView(
        id=attempt.id,
        number=attempt.number,
        state=attempt.state.value,
        amount=Amount.of(attempt.amount),
        captured=shown(attempt.captured),
        provider=attempt.provider,
        checkout_url=attempt.checkout_url if attempt.is_open else None,
        failure=attempt.failure,
    )


def _refund(refund: Refund) -> RefundView:
    return RefundView(
        id=refund.id,
        payment_id=refund.payment_id,
        state=refund.state.value,
        amount=Amount.of(refund.amount),
        reason=refund.reason,
    )
