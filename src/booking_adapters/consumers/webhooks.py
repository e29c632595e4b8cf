"""The consumer that has tenants' webhooks told of what happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from booking_adapters.messages.envelope import EnvelopeCodec
from booking_adapters.messages.formats import CANONICAL
from booking_core.application.messaging.consumer import Consumer, Writes
from booking_core.application.webhooks.fan_out import FanOut
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.incoming import Incoming
from booking_core.domain.webhook.message import WebhookMessage
from booking_core.ports.inbox import Reception

if TYPE_CHECKING:
    from booking_adapters.settings import Settings
    from booking_core.engine import BookingEngine

NAME = "webhooks"
NOBODY = ""  # Who acted is in no message.


def webhooks_consumer(engine: BookingEngine, settings: Settings) -> Consumer:
    """Deliveries keep no order, so it needs none."""
    return Consumer(
        name=NAME,
        topics=("#",),
        decode=settings.messages.codec(CANONICAL).decode,
        handler=Writes(Telling(engine.fan_out)),
    )


@frozen
class Telling:
    """Each event becomes its deliveries, with the receipt that it was taken on."""

    fan_out: FanOut

    def __call__(self, incoming: Incoming, reception: Reception) -> None:
        """Only what our own engines tell: others' messages become events of ours, or nothing."""
        message = webhook_message(incoming)
        if message is not None:
            self.fan_out(message, reception.connection)


def webhook_message(incoming: Incoming) -> WebhookMessage | None:
    """What webhooks are told of it: the envelope, in today's version; None of others' messages."""
    booking_id, sequence = incoming.booking_id, incoming.sequence
    at, correlation_id = incoming.at, incoming.correlation_id
    if booking_id is None or sequence is None or at is None or correlation_id is None:
        return None
    event = DomainEvent(
        event_id=incoming.event_id,
        type=incoming.type,
        tenant_id=incoming.tenant_id,
        booking_id=booking_id,
        sequence=sequence,
        at=at,
        correlation_id=correlation_id,
        causation_id=incoming.causation_id,
        schema_version=incoming.schema_version,
        actor=NOBODY,
        data=incoming.data,
    )
    return WebhookMessage(
        tenant_id=incoming.tenant_id,
        event_id=incoming.event_id,
        event_type=incoming.type,
        body=EnvelopeCodec().encode(event).body,
    )
