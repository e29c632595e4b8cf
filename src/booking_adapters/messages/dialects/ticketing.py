"""Seats of performances: `{"eventType", "eventId", "payload"}`; `payment.success` is a payment.

The `eventId` beside the payload is the message's; the one in it is the performance's. A message
names no tenant and, in most, no amount or currency: see the parking dialect.
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
    derived_id,
    known,
    reason_facts,
    written,
)
from booking_adapters.messages.shapes import AnyObject, CurrencyCode, Id, Instant, Number, Text
from booking_adapters.messages.structure import Structure
from booking_core.application.booking.facts import instant
from booking_core.domain.kernel.events import DomainEvent, Json
from booking_core.domain.kernel.ids import BookingId, EventId, TenantId
from booking_core.domain.kernel.incoming import Incoming, UnknownMessage, WrongMessage
from booking_core.ports.publisher import Message


@frozen(kw_only=True)
class Envelope:
    """What stands around a payload; without a type, the topic is it."""

    event_type: Text | None = None
    event_id: Id | None = None
    timestamp: Instant | None = None
    payload: AnyObject


@frozen(kw_only=True)
class Told:
    """What every payload tells."""

    booking_id: Id


@frozen(kw_only=True)
class Booked(Told):
    """Seats of one performance, which is `event_id` here."""

    user_id: Id
    event_id: Id
    seat_ids: tuple[Id, ...]


@frozen(kw_only=True)
class Created(Booked):
    """Seats that are held until they are paid; `total_amount` is in units of the currency."""

    total_amount: Number
    currency: CurrencyCode | None = None
    expires_at: Instant | None = None


@frozen(kw_only=True)
class Confirmed(Booked):
    """Seats that are sold."""

    ticket_reference: Text


@frozen(kw_only=True)
class Cancelled(Booked):
    """Seats that were given up, and why."""

    reason: Text | None = None


@frozen(kw_only=True)
class Paid(Told):
    """Money came."""

    transaction_id: Text
    amount: Number | None = None
    currency: CurrencyCode | None = None


@frozen(kw_only=True)
class Failed(Told):
    """No money came."""

    reason: Text | None = None


# What they call it, what we call it, and its shape.
TYPES: Final[Mapping[str, tuple[str, type[Told]]]] = {
    "booking.created": ("booking.created", Created),
    "booking.confirmed": ("booking.confirmed", Confirmed),
    "booking.cancelled": ("booking.cancelled", Cancelled),
    "payment.success": ("payment.completed", Paid),
    "payment.failed": ("payment.failed", Failed),
}
_NAMES: Final = {ours: theirs for theirs, (ours, _) in TYPES.items()}


class TicketingCodec:
    """Speaks for one tenant; `currency` is that of amounts without one, None if nobody knows."""

    def __init__(self, tenant_id: TenantId, currency: str | None = None) -> None:
        self._tenant_id = tenant_id
        self._currency = currency
        self._structure = Structure(closed=False)

    def encode(self, event: DomainEvent) -> Message | None:
        """The event in this dialect; None if it has no word for it.

        None, too, if it is another tenant's, or of a booking that is not for one performance.
        """
        name = _NAMES.get(event.type)
        data = data_of(event)
        if name is None or event.tenant_id != self._tenant_id or not _is_of_one(data):
            return None
        facts = {
            "eventType": name,
            "eventId": event.event_id,
            "timestamp": written(event.at),
            "payload": {"bookingId": event.booking_id, **_WRITE[TYPES[name][1]](data)},
        }
        body = write_object(event, facts)
        return Message(key=event.booking_id, topic=name, body=body, headers={CONTENT_TYPE: JSON})

    def decode(self, message: Message) -> Incoming:
        """What the message tells, in our words."""
        facts = read_object(message, frozenset({JSON}))
        envelope = self._structure(facts, Envelope)
        name = envelope.event_type or message.topic
        if name not in TYPES:
            raise UnknownMessage(name[:100], 1)
        type, shape = TYPES[name]
        told = self._structure(envelope.payload, shape, "payload")
        return Incoming(
            event_id=self._id(name, envelope, told),
            type=type,
            tenant_id=self._tenant_id,
            booking_id=BookingId(told.booking_id),
            at=envelope.timestamp,
            data=known(bookingId=told.booking_id) | _read(told, self._currency),
        )

    def _id(self, name: str, envelope: Envelope, told: Told) -> EventId:
        if envelope.event_id is not None:
            return EventId(envelope.event_id)
        if isinstance(told, Booked):  # Told once in a booking's life, and published without an id.
            return derived_id(name, self._tenant_id, told.booking_id)
        raise WrongMessage("eventId", "given")


def _is_of_one(data: Any) -> bool:
    performances = {item["performanceId"] for item in data.get("items", ())}
    return len(performances) <= 1 and None not in performances


def _booked(data: Any) -> dict[str, Any]:
    return {
        "userId": data["customerId"],
        "eventId": data["items"][0]["performanceId"],
        "seatIds": [unit for item in data["items"] for unit in item["unitIds"]],
    }


def _created(data: Any) -> dict[str, Any]:
    return {
        **_booked(data),
        "totalAmount": amount_of(data["price"]) or 0,
        **known(currency=currency_of(data["price"]), expiresAt=data["expiresAt"]),
    }


def _confirmed(data: Any) -> dict[str, Any]:
    return {**_booked(data), "ticketReference": data["code"]}


def _cancelled(data: Any) -> dict[str, Any]:
    return {**_booked(data), "reason": data["reason"]}


def _paid(data: Any) -> dict[str, Any]:
    return {
        "transactionId": data["providerRef"] or data["paymentId"],
        "amount": amount_of(data["amount"]),
        "currency": currency_of(data["amount"]),
    }


def _failed(data: Any) -> dict[str, Any]:
    return {"reason": data["reason"]}


_WRITE: Final[Mapping[type[Told], Callable[[Any], dict[str, Any]]]] = {
    Created: _created,
    Confirmed: _confirmed,
    Cancelled: _cancelled,
    Paid: _paid,
    Failed: _failed,
}


def _read(told: Told, default: str | None) -> dict[str, Json]:
    match told:
        case Created():
            total = money_facts("payload.totalAmount", told.total_amount, told.currency or default)
            price = {name.replace("amount", "price", 1): fact for name, fact in total.items()}
            return _read_booked(told) | price | known(expiresAt=instant(told.expires_at))
        case Confirmed():
            return _read_booked(told) | known(code=told.ticket_reference)
        case Cancelled():
            return _read_booked(told) | reason_facts(told.reason, "cancelled")
        case Paid():
            money = money_facts("payload.amount", told.amount, told.currency or default)
            return known(providerRef=told.transaction_id) | money
        case Failed():
            return reason_facts(told.reason, "payment_failed")
        case _:
            raise AssertionError(told)  # TYPES has no other.


def _read_booked(told: Booked) -> dict[str, Json]:
    item = known(performanceId=told.event_id, unitIds=told.seat_ids)
    return known(customerId=told.user_id, items=(item,))
