"""Appointments and their payments, flat: `{"type": "PAYMENT_COMPLETED", "appointmentId": …}`.

A message has no id: one is derived from what it tells, so that the same message sent again is the
same; ours bear an `eventId` beside, which others pass over. An appointment is a booking.
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
    item_facts,
    known,
    period,
    reason_facts,
    state_facts,
    written,
)
from booking_adapters.messages.shapes import CurrencyCode, Id, Instant, Number, Text
from booking_adapters.messages.structure import Structure
from booking_core.domain.kernel.events import DomainEvent, Json
from booking_core.domain.kernel.ids import BookingId, EventId, TenantId
from booking_core.domain.kernel.incoming import Incoming, UnknownMessage
from booking_core.ports.publisher import Message


@frozen(kw_only=True)
class Typed:
    """What says which shape the rest has."""

    type: Text


@frozen(kw_only=True)
class Told:
    """What every message tells."""

    type: Text
    tenant_id: Id
    appointment_id: Id
    customer_id: Id
    status: Text
    timestamp: Instant
    event_id: Id | None = None


@frozen(kw_only=True)
class Payment(Told):
    """A payment; `amount` is in units of the currency: 75.00."""

    payment_id: Id
    amount: Number
    currency: CurrencyCode


@frozen(kw_only=True)
class FailedPayment(Payment):
    """A payment that failed, and why."""

    error: Text


@frozen(kw_only=True)
class RefundedPayment(Payment):
    """A payment of which `amount` went back."""

    refund_id: Id
    reason: Text


@frozen(kw_only=True)
class Appointment(Told):
    """An appointment as it then stood."""

    provider_id: Text
    start_time: Instant
    end_time: Instant
    reason: Text | None = None


# What they call it, what we call it, its shape, and their status for it where we must say one.
TYPES: Final[Mapping[str, tuple[str, type[Told], str]]] = {
    "PAYMENT_CREATED": ("payment.created", Payment, "created"),
    "PAYMENT_COMPLETED": ("payment.completed", Payment, "succeeded"),
    "PAYMENT_FAILED": ("payment.failed", FailedPayment, "failed"),
    "PAYMENT_REFUNDED": ("payment.refunded", RefundedPayment, "refunded"),
    "PAYMENT_CANCELLED": ("payment.cancelled", Payment, "cancelled"),
    "APPOINTMENT_CREATED": ("booking.created", Appointment, ""),
    "APPOINTMENT_CONFIRMED": ("booking.confirmed", Appointment, "confirmed"),
    "APPOINTMENT_RESCHEDULED": ("booking.rescheduled", Appointment, ""),
    "APPOINTMENT_CANCELLED": ("booking.cancelled", Appointment, "cancelled"),
}
_NAMES: Final = {ours: theirs for theirs, (ours, _, _) in TYPES.items()}


class AppointmentsCodec:
    """Needs to be told nothing: the messages name their tenant and their currency."""

    def __init__(self) -> None:
        self._structure = Structure(closed=False)

    def encode(self, event: DomainEvent) -> Message | None:
        """The event in this dialect, on the topic payment.… or appointment.…, or None."""
        name = _NAMES.get(event.type)
        if name is None:
            return None
        data, (_, shape, status) = data_of(event), TYPES[name]
        facts = {
            "type": name,
            "tenantId": event.tenant_id,
            "appointmentId": event.booking_id,
            "customerId": data["customerId"],
            "status": status or data["state"].lower(),
            "timestamp": written(event.at),
            "eventId": event.event_id,
        } | _WRITE[shape](data)
        return Message(
            key=event.booking_id,
            topic=event.type.replace("booking.", "appointment."),
            body=write_object(event, facts),
            headers={CONTENT_TYPE: JSON},
        )

    def decode(self, message: Message) -> Incoming:
        """What the message tells, in our words."""
        facts = read_object(message, frozenset({JSON}))
        name = self._structure(facts, Typed).type
        if name not in TYPES:
            raise UnknownMessage(name[:100], 1)
        type, shape, _ = TYPES[name]
        told = self._structure(facts, shape)
        derived = derived_id(
            *(name, told.tenant_id, told.appointment_id, told.timestamp.isoformat()),
            *(facts.get("paymentId"), facts.get("refundId")),
        )
        return Incoming(
            event_id=EventId(told.event_id) if told.event_id else derived,
            type=type,
            tenant_id=TenantId(told.tenant_id),
            booking_id=BookingId(told.appointment_id),
            at=told.timestamp,
            data=known(bookingId=told.appointment_id, customerId=told.customer_id) | _read(told),
        )


def _payment(data: Any) -> dict[str, Any]:
    return {
        "paymentId": data["paymentId"],
        "amount": amount_of(data["amount"]),
        "currency": currency_of(data["amount"]),
    }


def _failed(data: Any) -> dict[str, Any]:
    return _payment(data) | {"error": data["reason"]}


def _refunded(data: Any) -> dict[str, Any]:
    return _payment(data) | {"refundId": data["refundId"], "reason": data["reason"]}


def _appointment(data: Any) -> dict[str, Any]:
    start, end = period(data["items"])
    return known(
        providerId=data["providerId"],
        startTime=written(start),
        endTime=written(end),
        reason=data.get("reason"),
    )


_WRITE: Final[Mapping[type[Told], Callable[[Any], dict[str, Any]]]] = {
    Payment: _payment,
    FailedPayment: _failed,
    RefundedPayment: _refunded,
    Appointment: _appointment,
}


def _read(told: Told) -> dict[str, Json]:
    match told:
        case FailedPayment():
            return _read_payment(told) | reason_facts(told.error, "payment_failed")
        case RefundedPayment():
            refund = known(refundId=told.refund_id)
            return _read_payment(told) | refund | reason_facts(told.reason, "refunded")
        case Payment():
            return _read_payment(told)
        case Appointment():
            items = (item_facts(told.start_time, told.end_time),)
            why = reason_facts(told.reason, "cancelled") if told.reason else {}
            return known(providerId=told.provider_id, items=items) | state_facts(told.status) | why
        case _:
            raise AssertionError(told)  # TYPES has no other.


def _read_payment(told: Payment) -> dict[str, Json]:
    return known(paymentId=told.payment_id) | money_facts("amount", told.amount, told.currency)
