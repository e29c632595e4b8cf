"""Look at webhooks, and at the log of what was sent to them."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.application.caller import Caller
from booking_core.domain.webhook.delivery import DeliveryState, WebhookDelivery
from booking_core.domain.webhook.ids import DeliveryId, WebhookId
from booking_core.domain.webhook.webhook import Webhook
from booking_core.ports.page import Page, PageRequest
from booking_core.ports.webhook_deliveries import Claimed, WebhookDeliveries
from booking_core.ports.webhooks import Webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadWebhooks:
    """For an admin of the tenant alone."""

    webhooks: Webhooks
    deliveries: WebhookDeliveries

    def one(self, webhook_id: WebhookId, by: Caller) -> Webhook:
        """The webhook, or NotFound."""
        by.run()
        return self.webhooks.get(by.tenant_id, webhook_id)

    def all(self, page: PageRequest, by: Caller) -> Page[Webhook]:
        """Webhooks by id."""
        by.run()
        return self.webhooks.of_tenant(by.tenant_id, page)

    def log(
        self, webhook_id: WebhookId, page: PageRequest, state: DeliveryState | None, by: Caller
    ) -> Page[WebhookDelivery]:
        """What was or is to be sent there, the latest first; NotFound."""
        by.run()
        self.webhooks.get(by.tenant_id, webhook_id)
        return self.deliveries.of_webhook(by.tenant_id, webhook_id, page, state)

    def delivery(self, delivery_id: DeliveryId, by: Caller) -> Claimed:
        """One delivery with what it tells, or NotFound."""
        by.run()
        return self.deliveries.get(by.tenant_id, delivery_id)
