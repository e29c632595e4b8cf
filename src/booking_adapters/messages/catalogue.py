"""Every event that the engine tells, and what it tells: one attrs class per shape of data.

A field that is added, taken away or changed makes a new version: `Told.version` rises, the engine
writes it, and `upcasts.py` learns how to read the old one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attrs import frozen

from booking_adapters.messages.shapes import (
    Count,
    CurrencyCode,
    Id,
    Instant,
    MinorUnits,
    ReasonCode,
    Text,
)
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.booking.quote import CancelledBy


@frozen(kw_only=True)
class MoneyData:
    """An amount in whole minor units of one currency: cents of EUR, yen of JPY."""

    amount_minor: MinorUnits
    currency: CurrencyCode


@frozen(kw_only=True)
class ItemData:
    """One line of a booking: units of a resource from `start` until, not including, `end`."""

    resource_id: Id
    service_id: Id | None
    performance_id: Id | None
    unit_ids: tuple[Id, ...]
    start: Instant
    end: Instant


@frozen(kw_only=True)
class BookingData:
    """A booking as it then stood."""

    booking_id: Id
    customer_id: Id
    provider_id: Text
    state: BookingState
    items: tuple[ItemData, ...]
    price: MoneyData | None
    expires_at: Instant | None


@frozen(kw_only=True)
class ConfirmedData(BookingData):
    """A booking that stands, with the code that its customer shows."""

    code: Text


@frozen(kw_only=True)
class RescheduledData(BookingData):
    """A booking as it is now, and the lines that it had."""

    old_items: tuple[ItemData, ...]


@frozen(kw_only=True)
class CancelledData:
    """A booking that is given up; `refund` is what is given back of what was paid."""

    booking_id: Id
    customer_id: Id
    provider_id: Text
    items: tuple[ItemData, ...]
    reason: ReasonCode
    by: CancelledBy
    refund: MoneyData | None


@frozen(kw_only=True)
class ExtendedData:
    """A hold that lasts longer."""

    booking_id: Id
    expires_at: Instant


@frozen(kw_only=True)
class RearrangedData:
    """A booking that was moved to other units of the same pool; its times are as they were."""

    booking_id: Id
    items: tuple[ItemData, ...]


@frozen(kw_only=True)
class HappenedData:
    """A booking to which it happened at that instant."""

    booking_id: Id
    at: Instant


@frozen(kw_only=True)
class EndedData:
    """A booking that came to nothing, and why."""

    booking_id: Id
    reason: ReasonCode


@frozen(kw_only=True)
class LatePaymentData:
    """Money that came when the units were sold to others; it goes back."""

    booking_id: Id
    amount: MoneyData


@frozen(kw_only=True)
class PaymentData:
    """One attempt to pay; `attempt` counts those of a booking from 1."""

    booking_id: Id
    customer_id: Id
    provider_id: Text
    payment_id: Id
    attempt: Count
    amount: MoneyData
    provider: Text
    provider_ref: Text | None


@frozen(kw_only=True)
class PaymentFailedData(PaymentData):
    """An attempt that brought no money, and why."""

    reason: ReasonCode


@frozen(kw_only=True)
class RefundData:
    """Money on its way back by the way it came."""

    booking_id: Id
    customer_id: Id
    provider_id: Text
    payment_id: Id
    refund_id: Id
    amount: MoneyData
    reason: ReasonCode


@frozen(kw_only=True)
class RefundFailedData(RefundData):
    """A refund that the payment provider would not make, in its own words."""

    failure: Text


@frozen
class Told:
    """What an event means in a sentence, the shape of its data, and the version of that shape."""

    meaning: str
    data: type
    version: int = 1


EVENTS: Final[Mapping[str, Told]] = MappingProxyType(
    {
        "booking.created": Told("A booking was made.", BookingData),
        "booking.approval_requested": Told("Its provider is asked whether it may be.", BookingData),
        "booking.approved": Told("Its provider agreed; it is to be paid now.", BookingData),
        "booking.rejected": Told("Its provider declined.", EndedData),
        "booking.confirmed": Told("It stands: nothing more is due or awaited.", ConfirmedData),
        "booking.extended": Told("Its hold lasts longer.", ExtendedData),
        "booking.rescheduled": Told("It was moved to another time or place.", RescheduledData),
        "booking.rearranged": Told("It made way within its pool.", RearrangedData),
        "booking.cancelled": Told("It was given up.", CancelledData),
        "booking.expired": Told("Its hold lapsed before it was confirmed.", EndedData),
        "booking.failed": Told("It could not be paid.", EndedData),
        "booking.late_payment": Told("It was paid too late.", LatePaymentData),
        "booking.checked_in": Told("Its customer arrived.", HappenedData),
        "booking.completed": Told("Its customer left.", HappenedData),
        "booking.no_show": Told("Its customer did not come.", HappenedData),
        "payment.created": Told("The customer was sent to pay.", PaymentData),
        "payment.processing": Told("The payment is under way.", PaymentData),
        "payment.completed": Told("Money came.", PaymentData),
        "payment.failed": Told("No money came.", PaymentFailedData),
        "payment.cancelled": Told("Nobody waits for this payment any more.", PaymentData),
        "payment.refund_requested": Told("Money is to go back.", RefundData),
        "payment.refunded": Told("Money went back.", RefundData),
        "payment.refund_failed": Told("Money could not be given back.", RefundFailedData),
    }
)
