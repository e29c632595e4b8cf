"""Send again what was delivered or given up."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.application.caller import Caller
from booking_core.domain.kernel.span import Span
from booking_core.domain.webhook.delivery import DeliveryState, WebhookDelivery
from booking_core.domain.webhook.ids import DeliveryId, WebhookId
from booking_core.ports.clock import Clock
from booking_core.ports.webhook_deliveries import WebhookDeliveries
from booking_core.ports.webhooks import Webhooks

REPLAYED_MOST = 10_000
FAILED = frozenset({DeliveryState.FAILED})
ENDED = frozenset({DeliveryState.FAILED, DeliveryState.DELIVERED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayDeliveries:
    """Each is due at once, to the webhook as it is now, and has all its attempts before it."""

    webhooks: Webhooks
    deliveries: WebhookDeliveries
    clock: Clock

    def one(self, delivery_id: DeliveryId, by: Caller) -> WebhookDelivery:
        """Also one that waits; NotFound."""
        by.run()
        self.deliveries.replay(by.tenant_id, delivery_id, self.clock.now())
        return self.deliveries.get(by.tenant_id, delivery_id).delivery

    def period(
        self, webhook_id: WebhookId, during: Span, by: Caller, *, delivered_too: bool = False
    ) -> int:
        """Of what was told in that period, all that failed; how many, at most REPLAYED_MOST."""
        by.run()
        self.webhooks.get(by.tenant_id, webhook_id)
        return self.deliveries.replay_all(
            by.tenant_id,
            webhook_id,
            during,
            ENDED if delivered_too else FAILED,
            self.clock.now(),
            REPLAYED_MOST,
        )
