"""Webhooks, what is told to them, and how far each telling is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from booking_core.domain.kernel.ids import EventId, TenantId
from booking_core.domain.webhook.delivery import WebhookDelivery
from booking_core.domain.webhook.ids import DeliveryId, WebhookId
from booking_core.domain.webhook.message import WebhookMessage
from booking_core.domain.webhook.webhook import Webhook


@dataclass(slots=True)
class WebhookShelf:
    """`told` has the deliveries of each webhook by their events: one of each."""

    webhooks: dict[tuple[TenantId, WebhookId], Webhook] = field(default_factory=dict)
    messages: dict[tuple[TenantId, EventId], WebhookMessage] = field(default_factory=dict)
    deliveries: dict[DeliveryId, WebhookDelivery] = field(default_factory=dict)
    told: defaultdict[tuple[TenantId, WebhookId], dict[EventId, DeliveryId]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def of_webhook(self, tenant_id: TenantId, webhook_id: WebhookId) -> list[WebhookDelivery]:
        """All its deliveries."""
        ids = self.told.get((tenant_id, webhook_id), {})
        return [self.deliveries[id] for id in ids.values()]

    def add(self, message: WebhookMessage, deliveries: tuple[WebhookDelivery, ...]) -> None:
        """Those that are new, to webhooks that there are."""
        for delivery in deliveries:
            webhook = (delivery.tenant_id, delivery.webhook_id)
            if webhook not in self.webhooks or message.event_id in self.told[webhook]:
                continue
            self.messages.setdefault((message.tenant_id, message.event_id), message)
            self.deliveries[delivery.id] = delivery
            self.told[webhook][message.event_id] = delivery.id

    def drop(self, delivery: WebhookDelivery) -> None:
        """Forget it, and its message with the last of its deliveries."""
        del self.deliveries[delivery.id]
        del self.told[delivery.tenant_id, delivery.webhook_id][delivery.event_id]
        if not any(
            tenant_id == delivery.tenant_id and delivery.event_id in told
            for (tenant_id, _), told in self.told.items()
        ):
            del self.messages[delivery.tenant_id, delivery.event_id]
