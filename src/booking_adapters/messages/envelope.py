"""The canonical envelope: an event of ours as JSON (SPEC §5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any, Final, cast

from attrs import frozen as attrs_frozen

from booking_adapters.messages.catalogue import EVENTS, Told
from booking_adapters.messages.codec import CONTENT_TYPE, JSON, frozen, read_object, write_object
from booking_adapters.messages.shapes import AnyObject, Count, EventType, Id, Instant, Text
from booking_adapters.messages.structure import Structure
from booking_adapters.messages.upcasts import UPCASTS, Upcasts
from booking_core.domain.kernel.events import DomainEvent, Json
from booking_core.domain.kernel.ids import BookingId, CorrelationId, EventId, TenantId
from booking_core.domain.kernel.incoming import Incoming, UnknownMessage, WrongMessage
from booking_core.ports.publisher import Message

READABLE: Final = frozenset({JSON})
_HEADERS: Final[Mapping[str, str]] = {CONTENT_TYPE: JSON}


@attrs_frozen(kw_only=True)
class Envelope:
    """What stands around every event's data."""

    event_id: Id
    event_type: EventType
    schema_version: Count
    timestamp: Instant
    tenant_id: Id
    correlation_id: Text
    causation_id: Id | None
    aggregate_id: Id
    sequence: Count
    data: AnyObject


class EnvelopeCodec:
    """Strict: of a version that it knows it takes exactly the fields of that version."""

    def __init__(self, events: Mapping[str, Told] = EVENTS, upcasts: Upcasts = UPCASTS) -> None:
        self._events = events
        self._upcasts = upcasts
        self._structure = Structure(closed=True)

    def encode(self, event: DomainEvent) -> Message:
        """The event as a message; OversizedMessage if it takes more than 64 KiB."""
        at = event.at
        body = write_object(
            event,
            {
                "eventId": event.event_id,
                "eventType": event.type,
                "schemaVersion": event.schema_version,
                "timestamp": at if at.tzinfo is UTC else at.astimezone(UTC),
                "tenantId": event.tenant_id,
                "correlationId": event.correlation_id,
                "causationId": event.causation_id,
                "aggregateId": event.booking_id,
                "sequence": event.sequence,
                "data": event.data,
            },
        )
        return Message(key=event.booking_id, topic=event.type, body=body, headers=_HEADERS)

    def decode(self, message: Message) -> Incoming:
        """What the message tells, its data as today's version has it."""
        envelope = self._structure(read_object(message, READABLE), Envelope)
        version, data = self._today(envelope)
        self._structure(data, self._events[envelope.event_type].data, "data")
        if data["bookingId"] != envelope.aggregate_id:
            raise WrongMessage("data.bookingId", "the aggregateId")
        return Incoming(
            event_id=EventId(envelope.event_id),
            type=envelope.event_type,
            tenant_id=TenantId(envelope.tenant_id),
            booking_id=BookingId(envelope.aggregate_id),
            data=cast(Mapping[str, Json], frozen(data)),
            sequence=envelope.sequence,
            at=envelope.timestamp,
            correlation_id=CorrelationId(envelope.correlation_id),
            causation_id=None if envelope.causation_id is None else EventId(envelope.causation_id),
            schema_version=version,
        )

    def _today(self, envelope: Envelope) -> tuple[int, dict[str, Any]]:
        """The data brought to the version that is told today, or UnknownMessage."""
        type, data = envelope.event_type, envelope.data
        version: int = envelope.schema_version
        told = self._events.get(type)
        if told is None or version > told.version:
            raise UnknownMessage(type, version)
        while version < told.version:
            upcast = self._upcasts.get((type, version))
            if upcast is None:
                raise UnknownMessage(type, version)
            try:
                data = cast(Any, dict(upcast(data)))
            except (LookupError, TypeError, ValueError, AttributeError):
                raise WrongMessage("data", f"that of version {version}") from None
            version += 1
        return version, data
