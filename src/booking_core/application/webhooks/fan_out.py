"""One event becomes a delivery for every webhook that wants it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from booking_core.application.new_ids import NewIds
from booking_core.domain.webhook.delivery import WebhookDelivery
from booking_core.domain.webhook.ids import DeliveryId
from booking_core.domain.webhook.message import WebhookMessage
from booking_core.ports.clock import Clock
from booking_core.ports.webhook_deliveries import WebhookDeliveries
from booking_core.ports.webhooks import Webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOut:
    """Safe to be told the same again: there is one delivery per webhook and event."""

    webhooks: Webhooks
    deliveries: WebhookDeliveries
    clock: Clock
    ids: NewIds

    def __call__(self, message: WebhookMessage, within: Any | None = None) -> int:
        """How many webhooks want it; durable with the transaction of that connection."""
        wanting = [
            webhook
            for webhook in self.webhooks.active(message.tenant_id, within)
            if webhook.wants(message.event_type)
        ]
        if not wanting:
            return 0
        now = self.clock.now()
        deliveries = [
            WebhookDelivery(
                tenant_id=message.tenant_id,
                id=DeliveryId(self.ids.one()),
                webhook_id=webhook.id,
                event_id=message.event_id,
                event_type=message.event_type,
                created_at=now,
                next_at=now,
            )
            for webhook in wanting
        ]
        self.deliveries.add(message, deliveries, within)
        return len(deliveries)
