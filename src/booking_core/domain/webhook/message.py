"""What is told: an event, in the very bytes that every webhook gets."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.domain.kernel.ids import EventId, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookMessage:
    """`body` is the event's envelope as JSON in UTF-8: signed and sent byte for byte."""

    tenant_id: TenantId
    event_id: EventId
    event_type: str
    body: bytes
