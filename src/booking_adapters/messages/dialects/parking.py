"""Bookings of parking places: `{"eventType", "eventId", "timestamp", "data"}`.

A message names no tenant, and not always a currency: the codec is one tenant's, and knows the
currency of amounts that come without; if it does not, such an amount stays decimal. What ours leave
out are names and addresses: the receiver looks them up by the ids when it needs them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import frozen

from booking_adapters.messages.amounts import money_facts
from booking_adapters.messages.codec import CONTENT_TYPE, JSON, read_object, write_object
from booking_adapters.messages.dialects.words import (
    amount_of,
    currency_of,
    data_of,
    item_facts,
    known,
    period,
    reason_facts,
    state_facts,
    written,
)
from booking_adapters.messages.shapes import (
    AnyObject,
    Count,
    CurrencyCode,
    Id,
    Instant,
    Number,
    Text,
)
from booking_adapters.messages.structure import Structure
from booking_core.domain.kernel.events import DomainEvent, Json
from booking_core.domain.kernel.ids import BookingId, EventId, TenantId
from booking_core.domain.kernel.incoming import Incoming, UnknownMessage
from booking_core.ports.publisher import Message


@frozen(kw_only=True)
class Envelope:
    """What stands around the data of every message."""

    event_type: Text
    event_id: Id
    timestamp: Instant
    data: AnyObject


@frozen(kw_only=True)
class Told:
    """What all data tells: whose booking it is about."""

    booking_id: Id
    user_id: Id


@frozen(kw_only=True)
class Created(Told):
    """A booking that awaits its payment; `total_amount` is in units of the currency: 45.50."""

    start_date: Instant
    end_date: Instant
    total_amount: Number
    currency: CurrencyCode | None = None
    status: Text


@frozen(kw_only=True)
class Confirmed(Told):
    """A booking that stands."""

    start_date: Instant
    end_date: Instant
    confirmation_code: Text


@frozen(kw_only=True)
class Cancelled(Told):
    """A booking that was given up, and what is given back."""

    cancellation_reason: Text
    refund_amount: Number | None = None
    currency: CurrencyCode | None = None


@frozen(kw_only=True)
class Reminded(Told):
    """A booking that begins soon."""

    hours_until_start: Count


@frozen(kw_only=True)
class Received(Told):
    """Money came."""

    payment_id: Id
    amount: Number
    currency: CurrencyCode | None = None
    payment_method: Text | None = None
    transaction_id: Text | None = None
    last4_digits: Text | None = None


@frozen(kw_only=True)
class Failed(Told):
    """No money came."""

    payment_id: Id
    amount: Number
    currency: CurrencyCode | None = None
    failure_reason: Text
    failure_code: Text | None = None


@frozen(kw_only=True)
class Refunded(Told):
    """Money went back."""

    refund_id: Id
    payment_id: Id
    refund_amount: Number
    currency: CurrencyCode | None = None
    refund_reason: Text


# What they call it, what we call it, and its shape.
TYPES: Final[Mapping[str, tuple[str, type[Told]]]] = {
    "booking.created": ("booking.created", Created),
    "booking.confirmed": ("booking.confirmed", Confirmed),
    "booking.cancelled": ("booking.cancelled", Cancelled),
    "booking.reminder": ("booking.reminder", Reminded),
    "payment.received": ("payment.completed", Received),
    "payment.failed": ("payment.failed", Failed),
    "payment.refunded": ("payment.refunded", Refunded),
}
_NAMES: Final = {ours: theirs for theirs, (ours, _) in TYPES.items()}


class ParkingCodec:
    """Speaks for one tenant; `currency` is that of amounts without one, None if nobody knows."""

    def __init__(self, tenant_id: TenantId, currency: str | None = None) -> None:
        self._tenant_id = tenant_id
        self._currency = currency
        self._structure = Structure(closed=False)

    def encode(self, event: DomainEvent) -> Message | None:
        """The event in this dialect; None if it has no word for it, or it is another tenant's."""
        name = _NAMES.get(event.type)
        if name is None or event.tenant_id != self._tenant_id:
            return None
        data = data_of(event)
        facts = {
            "eventType": name,
            "eventId": event.event_id,
            "timestamp": written(event.at),
            "data": {
                "bookingId": event.booking_id,
                "userId": data["customerId"],
                **_WRITE[TYPES[name][1]](data),
            },
        }
        body = write_object(event, facts)
        return Message(key=event.booking_id, topic=name, body=body, headers={CONTENT_TYPE: JSON})

    def decode(self, message: Message) -> Incoming:
        """What the message tells, in our words."""
        facts = read_object(message, frozenset({JSON}))
        envelope = self._structure(facts, Envelope)
        if envelope.event_type not in TYPES:
            raise UnknownMessage(envelope.event_type[:100], 1)
        type, shape = TYPES[envelope.event_type]
        told = self._structure(envelope.data, shape, "data")
        whose = known(bookingId=told.booking_id, customerId=told.user_id)
        return Incoming(
            event_id=EventId(envelope.event_id),
            type=type,
            tenant_id=self._tenant_id,
            booking_id=BookingId(told.booking_id),
            at=envelope.timestamp,
            data=whose | _read(told, self._currency),
        )


def _created(data: Any) -> dict[str, Any]:
    start, end = period(data["items"])
    return known(
        startDate=written(start),
        endDate=written(end),
        status=data["state"].lower(),
        currency=currency_of(data["price"]),
    ) | {"totalAmount": amount_of(data["price"]) or 0}


def _confirmed(data: Any) -> dict[str, Any]:
    start, end = period(data["items"])
    return {
        "startDate": written(start),
        "endDate": written(end),
        "confirmationCode": data["code"],
    }


def _cancelled(data: Any) -> dict[str, Any]:
    return {
        "cancellationReason": data["reason"],
        "refundAmount": amount_of(data["refund"]) or 0,
        **known(currency=currency_of(data["refund"])),
    }


def _received(data: Any) -> dict[str, Any]:
    return {
        "paymentId": data["paymentId"],
        "amount": amount_of(data["amount"]),
        "currency": currency_of(data["amount"]),
        **known(transactionId=data["providerRef"]),
    }


def _failed(data: Any) -> dict[str, Any]:
    return {
        "paymentId": data["paymentId"],
        "amount": amount_of(data["amount"]),
        "currency": currency_of(data["amount"]),
        "failureReason": data["reason"],
        "failureCode": data["reason"],
    }


def _refunded(data: Any) -> dict[str, Any]:
    return {
        "refundId": data["refundId"],
        "paymentId": data["paymentId"],
        "refundAmount": amount_of(data["amount"]),
        "currency": currency_of(data["amount"]),
        "refundReason": data["reason"],
    }


_WRITE: Final[Mapping[type[Told], Callable[[Any], dict[str, Any]]]] = {
    Created: _created,
    Confirmed: _confirmed,
    Cancelled: _cancelled,
    Received: _received,
    Failed: _failed,
    Refunded: _refunded,
}


def _read(told: Told, default: str | None) -> dict[str, Json]:
    match told:
        case Created():
            items = (item_facts(told.start_date, told.end_date),)
            total = _priced("totalAmount", told.total_amount, told.currency or default, "price")
            return known(items=items) | state_facts(told.status) | total
        case Confirmed():
            items = (item_facts(told.start_date, told.end_date),)
            return known(items=items, code=told.confirmation_code)
        case Cancelled():
            back = _priced("refundAmount", told.refund_amount, told.currency or default, "refund")
            return reason_facts(told.cancellation_reason, "cancelled") | back
        case Reminded():
            return known(hoursBefore=told.hours_until_start)
        case _:
            return _read_payment(told, default)


def _read_payment(told: Told, default: str | None) -> dict[str, Json]:
    match told:
        case Received():
            return known(
                paymentId=told.payment_id,
                method=told.payment_method,
                providerRef=told.transaction_id,
                last4Digits=told.last4_digits,
            ) | money_facts("data.amount", told.amount, told.currency or default)
        case Failed():
            why = reason_facts(told.failure_code or told.failure_reason, "payment_failed")
            said = known(paymentId=told.payment_id, explanation=told.failure_reason)
            return why | said | money_facts("data.amount", told.amount, told.currency or default)
        case Refunded():
            return (
                known(paymentId=told.payment_id, refundId=told.refund_id)
                | reason_facts(told.refund_reason, "refunded")
                | money_facts("data.refundAmount", told.refund_amount, told.currency or default)
            )
        case _:
            raise AssertionError(told)  # TYPES has no other.


def _priced(field: str, amount: Any, currency: str | None, name: str) -> dict[str, Json]:
    facts = money_facts(f"data.{field}", amount, currency)
    return {part.replace("amount", name, 1): fact for part, fact in facts.items()}
