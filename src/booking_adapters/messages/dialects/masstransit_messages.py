"""The C# event classes, property by property, under Python's names for them."""

from __future__ import annotations

import re

from attrs import frozen

from booking_adapters.messages.shapes import (
    Count,
    CurrencyCode,
    Flag,
    Id,
    Instant,
    NumberOrText,
    Text,
    Unfit,
    read_currency,
)
from booking_core.domain.kernel.incoming import WrongMessage


def python_name(name: str) -> str:
    """`createdAt` is `created_at` here."""
    return re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), name)


def currency(code: str) -> str | None:
    """None of the empty text: C# has no other way to say that there is no price."""
    try:
        return read_currency(code) if code else None
    except Unfit as unfit:
        raise WrongMessage("message.currency", str(unfit)) from None


@frozen(kw_only=True)
class Told:
    """What all of them tell."""

    tenant_id: Id
    correlation_id: Id | None = None


@frozen(kw_only=True)
class OfBooking(Told):
    """Whose booking it is about."""

    booking_id: Id
    customer_id: Id
    provider_id: Id


@frozen(kw_only=True)
class BookingConfirmed(OfBooking):
    """A booking that stands."""

    service_id: Id
    booking_date: Instant
    slot_start_date_time: Instant
    slot_end_date_time: Instant
    confirmed_at: Instant


@frozen(kw_only=True)
class BookingCreated(OfBooking):
    """A booking that was made."""

    service_id: Id
    slot_id: Id
    booking_date: Instant
    slot_start_date_time: Instant
    slot_end_date_time: Instant
    price: NumberOrText
    currency: Text
    status: Text
    created_at: Instant


@frozen(kw_only=True)
class BookingCancelled(OfBooking):
    """A booking that was given up; the amount's currency is not told."""

    service_id: Id
    cancellation_reason: Text
    is_customer_cancelled: Flag
    refund_amount: NumberOrText
    cancelled_at: Instant


@frozen(kw_only=True)
class BookingRescheduled(OfBooking):
    """A booking that was moved."""

    service_id: Id
    old_slot_start_date_time: Instant
    old_slot_end_date_time: Instant
    new_slot_start_date_time: Instant
    new_slot_end_date_time: Instant
    rescheduled_at: Instant


@frozen(kw_only=True)
class BookingReminder(OfBooking):
    """A booking that begins soon: type 1 in 24 hours, type 2 in one."""

    service_id: Id
    slot_start_date_time: Instant
    slot_end_date_time: Instant
    reminder_type: Count
    reminder_at: Instant


@frozen(kw_only=True)
class Payment(OfBooking):
    """A payment that came to something, or not."""

    payment_id: Id
    amount: NumberOrText
    currency: CurrencyCode
    payment_method: Text


@frozen(kw_only=True)
class PaymentProcessed(Payment):
    """Money came."""

    transaction_id: Text
    payment_gateway: Text
    processed_at: Instant


@frozen(kw_only=True)
class PaymentFailed(Payment):
    """No money came."""

    failure_reason: Text
    failed_at: Instant


@frozen(kw_only=True)
class PaymentRefunded(OfBooking):
    """Money went back."""

    payment_id: Id
    refund_amount: NumberOrText
    currency: CurrencyCode
    refund_reason: Text
    transaction_id: Text
    refunded_at: Instant


@frozen(kw_only=True)
class Notification(Told):
    """Somebody was told something; what, we pass over: it may be about a person."""

    notification_id: Id
    user_id: Id
    notification_type: Text
    channel: Text
    title: Text
    message: Text
    provider: Text


@frozen(kw_only=True)
class NotificationSent(Notification):
    """It arrived."""

    sent_at: Instant


@frozen(kw_only=True)
class NotificationFailed(Notification):
    """It did not arrive."""

    failure_reason: Text
    failed_at: Instant
