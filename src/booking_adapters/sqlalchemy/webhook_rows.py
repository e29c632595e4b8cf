"""Webhooks, messages and deliveries as rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from booking_adapters.sqlalchemy.codec import decode
from booking_adapters.sqlalchemy.driver import Driver
from booking_adapters.sqlalchemy.tables import webhook, webhook_delivery, webhook_message
from booking_core.domain.kernel.ids import EventId, TenantId
from booking_core.domain.webhook.delivery import DeliveryState, LastAttempt, WebhookDelivery
from booking_core.domain.webhook.ids import DeliveryId, WebhookId
from booking_core.domain.webhook.message import WebhookMessage
from booking_core.domain.webhook.outcome import Failure, Outcome
from booking_core.domain.webhook.secret import SigningSecret
from booking_core.domain.webhook.webhook import Disabled, Health, Webhook, WebhookState

WEBHOOK_COLUMNS = (
    *(webhook.c.id, webhook.c.url, webhook.c.events, webhook.c.secrets, webhook.c.created_at),
    *(webhook.c.state, webhook.c.disabled, webhook.c.failures, webhook.c.failing_since),
    webhook.c.revision,
)
_delivery = webhook_delivery.c
DELIVERY_COLUMNS = (
    *(_delivery.id, _delivery.webhook_id, _delivery.event_id, webhook_message.c.type),
    *(_delivery.created_at, _delivery.state, _delivery.attempts, _delivery.next_at),
    *(_delivery.last_at, _delivery.last_status, _delivery.last_failure, _delivery.last_took_us),
)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class WebhookReader:
    """Rows of those columns, in that order."""

    driver: Driver

    def webhook(self, tenant_id: TenantId, row: Sequence[Any]) -> Webhook:
        """The webhook that the row is."""
        id, url, events, secrets, created_at, state, disabled, failures, since, revision = row
        when = self.driver.from_instant
        return Webhook(
            tenant_id=tenant_id,
            id=WebhookId(id),
            url=url,
            events=decode(events, tuple[str, ...]),
            secrets=decode(secrets, tuple[SigningSecret, ...]),
            created_at=when(created_at),
            state=WebhookState(state),
            disabled=None if disabled is None else Disabled(disabled),
            health=Health(failures=failures, failing_since=when(since)),
            revision=revision,
        )

    def delivery(self, tenant_id: TenantId, row: Sequence[Any]) -> WebhookDelivery:
        """The delivery that the row is."""
        id, webhook_id, event_id, type, created_at, state, attempts, next_at, *last = row
        when = self.driver.from_instant
        return WebhookDelivery(
            tenant_id=tenant_id,
            id=DeliveryId(id),
            webhook_id=WebhookId(webhook_id),
            event_id=EventId(event_id),
            event_type=type,
            created_at=when(created_at),
            next_at=when(next_at),
            state=DeliveryState(state),
            attempts=attempts,
            last=self._last(*last),
        )

    def message(self, delivery: WebhookDelivery, body: bytes) -> WebhookMessage:
        """What the delivery tells."""
        return WebhookMessage(
            tenant_id=delivery.tenant_id,
            event_id=delivery.event_id,
            event_type=delivery.event_type,
            body=bytes(body),
        )

    def _last(
        self, at: Any, status: int | None, failure: str | None, took_us: int | None
    ) -> LastAttempt | None:
        if took_us is None:
            return None
        outcome = Outcome(
            took=took_us * MICROSECOND,
            status=status,
            failure=None if failure is None else Failure(failure),
        )
        return LastAttempt(at=self.driver.from_instant(at), outcome=outcome)
