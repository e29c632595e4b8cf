"""C# events in MassTransit's envelope: `BookingCreatedEvent` and its kin.

MassTransit writes camelCase, decimals as texts, and reads names in any case; so do we, but that
only the first letter's case is free. Where C# has no null, an absent id is the empty Guid and an
absent text the empty one. A receiver with `Guid` properties needs ids that are UUIDs: see the docs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, time
from decimal import Decimal
from typing import Any, Final, cast

from attrs import frozen

from booking_adapters.messages.amounts import money_facts
from booking_adapters.messages.codec import CONTENT_TYPE, JSON, read_object, write_object
from booking_adapters.messages.dialects import masstransit_messages as cs
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
from booking_adapters.messages.shapes import AnyObject, Id, Instant, Text
from booking_adapters.messages.structure import Structure
from booking_core.domain.kernel.events import DomainEvent, Json
from booking_core.domain.kernel.ids import BookingId, CorrelationId, EventId, TenantId
from booking_core.domain.kernel.incoming import Incoming, UnknownMessage, WrongMessage
from booking_core.ports.publisher import Message

CONTENT: Final = "application/vnd.masstransit+json"
NO_GUID: Final = "00000000-0000-0000-0000-000000000000"
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_URN: Final = "urn:message:"


@frozen(kw_only=True)
class Envelope:
    """MassTransit's own, as far as it concerns us."""

    message_id: Id
    message_type: tuple[Text, ...]
    message: AnyObject
    correlation_id: Id | None = None
    conversation_id: Id | None = None
    initiator_id: Id | None = None
    sent_time: Instant | None = None


# Their class's name, what we call it, its shape, and which of its instants is when it happened.
TYPES: Final[Mapping[str, tuple[str, type[cs.Told], str]]] = {
    "BookingCreatedEvent": ("booking.created", cs.BookingCreated, "createdAt"),
    "BookingConfirmedEvent": ("booking.confirmed", cs.BookingConfirmed, "confirmedAt"),
    "BookingCancelledEvent": ("booking.cancelled", cs.BookingCancelled, "cancelledAt"),
    "BookingRescheduledEvent": ("booking.rescheduled", cs.BookingRescheduled, "rescheduledAt"),
    "BookingReminderEvent": ("booking.reminder", cs.BookingReminder, "reminderAt"),
    "PaymentProcessedEvent": ("payment.completed", cs.PaymentProcessed, "processedAt"),
    "PaymentFailedEvent": ("payment.failed", cs.PaymentFailed, "failedAt"),
    "PaymentRefundedEvent": ("payment.refunded", cs.PaymentRefunded, "refundedAt"),
    "NotificationSentEvent": ("notification.sent", cs.NotificationSent, "sentAt"),
    "NotificationFailedEvent": ("notification.failed", cs.NotificationFailed, "failedAt"),
}
_NAMES: Final = {ours: theirs for theirs, (ours, _, _) in TYPES.items()}


class MassTransitCodec:
    """`namespace` is the C# namespace of the event classes: a part of each message's type."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self._structure = Structure(closed=False)

    def encode(self, event: DomainEvent) -> Message | None:
        """The event in this dialect, on MassTransit's exchange for its class, or None."""
        name = _NAMES.get(event.type)
        write = _WRITE.get(event.type)
        if name is None or write is None:
            return None
        data, when = data_of(event), TYPES[name][2]
        kind = f"{self._namespace}:{name}"
        facts = {
            "messageId": event.event_id,
            **known(
                correlationId=_guid(event.correlation_id),
                conversationId=_guid(event.correlation_id),
                initiatorId=_guid(event.causation_id),
            ),
            "messageType": [_URN + kind],
            "message": {
                "bookingId": event.booking_id,
                "customerId": data["customerId"],
                "providerId": data["providerId"],
                "tenantId": event.tenant_id,
                **write(data),
                when: written(event.at),
            },
            "sentTime": written(event.at),
            "headers": {},
        }
        body = write_object(event, facts)
        return Message(key=event.booking_id, topic=kind, body=body, headers={CONTENT_TYPE: CONTENT})

    def decode(self, message: Message) -> Incoming:
        """What the message tells, in our words; of several types, the first that we know."""
        facts = _first_letters_low(read_object(message, frozenset({JSON, CONTENT})), "")
        envelope = self._structure(facts, Envelope)
        name = _known_name(envelope.message_type)
        type, shape, when = TYPES[name]
        body = _first_letters_low(envelope.message, "message.")
        told = self._structure(body, shape, "message")
        booking_id = told.booking_id if isinstance(told, cs.OfBooking) else None
        correlation_id = envelope.correlation_id or told.correlation_id or envelope.conversation_id
        return Incoming(
            event_id=EventId(envelope.message_id),
            type=type,
            tenant_id=TenantId(told.tenant_id),
            booking_id=BookingId(booking_id) if booking_id else None,
            at=cast(datetime, getattr(told, cs.python_name(when))),
            correlation_id=CorrelationId(correlation_id) if correlation_id else None,
            causation_id=EventId(envelope.initiator_id) if envelope.initiator_id else None,
            data=_whose(told) | _read(told),
        )


def _known_name(types: tuple[str, ...]) -> str:
    names = [type.removeprefix(_URN).rpartition(":")[2] for type in types]
    for name in names:
        if name in TYPES:
            return name
    if not names:
        raise WrongMessage("messageType", "given")
    raise UnknownMessage(names[0][:100], 1)


def _first_letters_low(facts: dict[str, Any], at: str) -> dict[str, Any]:
    found = {name[:1].lower() + name[1:]: value for name, value in facts.items()}
    if len(found) != len(facts):
        twice = next(name for name in facts if name[:1].lower() + name[1:] != name)
        raise WrongMessage(f"{at}{twice[:50]}", "given once, in one case")
    return found


def _guid(id: str | None) -> str | None:
    """Ids that are UUIDs: MassTransit's envelope takes no others."""
    return id if id is not None and _GUID.fullmatch(id) else None


def _slot(items: Any, prefix: str = "slot") -> dict[str, Any]:
    start, end = period(items)
    return {f"{prefix}StartDateTime": written(start), f"{prefix}EndDateTime": written(end)}


def _service(data: Any) -> dict[str, Any]:
    return {"serviceId": data["items"][0]["serviceId"] or NO_GUID}


def _booked(data: Any) -> dict[str, Any]:
    start, _ = period(data["items"])
    day = datetime.combine(start.date(), time(), start.tzinfo)
    return {**_service(data), "bookingDate": written(day), **_slot(data["items"])}


def _digits(amount: Decimal | None) -> str:
    return "0" if amount is None else f"{amount:f}"


def _created(data: Any) -> dict[str, Any]:
    return {
        **_booked(data),
        "slotId": data["items"][0]["resourceId"],
        "price": _digits(amount_of(data["price"])),
        "currency": currency_of(data["price"]) or "",
        "status": _STATUS[data["state"]],
    }


def _cancelled(data: Any) -> dict[str, Any]:
    return {
        **_service(data),
        "cancellationReason": data["reason"],
        "isCustomerCancelled": data["by"] == "customer",
        "refundAmount": _digits(amount_of(data["refund"])),
    }


def _rescheduled(data: Any) -> dict[str, Any]:
    return {
        **_service(data),
        **_slot(data["oldItems"], "oldSlot"),
        **_slot(data["items"], "newSlot"),
    }


def _paid(data: Any) -> dict[str, Any]:
    return {
        "paymentId": data["paymentId"],
        "amount": _digits(amount_of(data["amount"])),
        "currency": currency_of(data["amount"]),
        "paymentMethod": "",
    }


def _processed(data: Any) -> dict[str, Any]:
    reference = {"transactionId": data["providerRef"] or "", "paymentGateway": data["provider"]}
    return {**_paid(data), **reference}


def _failed(data: Any) -> dict[str, Any]:
    return {**_paid(data), "failureReason": data["reason"]}


def _refunded(data: Any) -> dict[str, Any]:
    return {
        "paymentId": data["paymentId"],
        "refundAmount": _digits(amount_of(data["amount"])),
        "currency": currency_of(data["amount"]),
        "refundReason": data["reason"],
        "transactionId": data["refundId"],
    }


_STATUS: Final = {
    "PENDING": "Pending",
    "PENDING_CONFIRMATION": "PendingConfirmation",
    "CONFIRMED": "Confirmed",
}
_STATES: Final = {theirs: ours for ours, theirs in _STATUS.items()}
_WRITE: Final[Mapping[str, Callable[[Any], dict[str, Any]]]] = {
    "booking.created": _created,
    "booking.confirmed": _booked,
    "booking.cancelled": _cancelled,
    "booking.rescheduled": _rescheduled,
    "payment.completed": _processed,
    "payment.failed": _failed,
    "payment.refunded": _refunded,
}
_HOURS_BEFORE: Final = {1: 24, 2: 1}


def _some(text: str) -> str | None:
    return None if text in ("", NO_GUID) else text


def _whose(told: cs.Told) -> dict[str, Json]:
    match told:
        case cs.OfBooking():
            return known(
                bookingId=told.booking_id, customerId=told.customer_id, providerId=told.provider_id
            )
        case _:
            return {}


def _item(told: Any, prefix: str = "slot") -> Mapping[str, Json]:
    return item_facts(
        getattr(told, f"{prefix}_start_date_time"),
        getattr(told, f"{prefix}_end_date_time"),
        resourceId=getattr(told, "slot_id", None),
        serviceId=_some(told.service_id),
    )


def _read(told: cs.Told) -> dict[str, Json]:
    match told:
        case cs.BookingCreated():
            total = money_facts("message.price", told.price, cs.currency(told.currency))
            price = {name.replace("amount", "price", 1): fact for name, fact in total.items()}
            state = state_facts(_STATES.get(told.status, told.status))
            return known(items=(_item(told),)) | state | price
        case cs.BookingCancelled():
            back = money_facts("message.refundAmount", told.refund_amount, None)
            by = known(by="customer" if told.is_customer_cancelled else None)
            refund = {name.replace("amount", "refund", 1): fact for name, fact in back.items()}
            return by | reason_facts(_some(told.cancellation_reason), "cancelled") | refund
        case cs.BookingRescheduled():
            new, old = _item(told, "new_slot"), _item(told, "old_slot")
            return known(items=(new,), oldItems=(old,))
        case cs.BookingReminder():
            hours = _HOURS_BEFORE.get(told.reminder_type)
            return known(items=(_item(told),), hoursBefore=hours)
        case cs.BookingConfirmed():
            return known(items=(_item(told),))
        case _:
            return _read_money(told)


def _read_money(told: cs.Told) -> dict[str, Json]:
    match told:
        case cs.PaymentProcessed():
            return _read_payment(told) | known(
                providerRef=_some(told.transaction_id), provider=_some(told.payment_gateway)
            )
        case cs.PaymentFailed():
            return _read_payment(told) | reason_facts(_some(told.failure_reason), "payment_failed")
        case cs.PaymentRefunded():
            return (
                known(paymentId=told.payment_id, providerRef=_some(told.transaction_id))
                | reason_facts(_some(told.refund_reason), "refunded")
                | money_facts("message.refundAmount", told.refund_amount, told.currency)
            )
        case cs.Notification():
            return known(
                notificationId=told.notification_id,
                userId=told.user_id,
                notificationType=told.notification_type,
                channel=told.channel,
                provider=_some(told.provider),
                failure=getattr(told, "failure_reason", None),
            )
        case _:
            raise AssertionError(told)  # TYPES has no other.


def _read_payment(told: cs.Payment) -> dict[str, Json]:
    return known(paymentId=told.payment_id, method=_some(told.payment_method)) | money_facts(
        "message.amount", told.amount, told.currency
    )
