"""Webhooks to keep, and deliveries to them."""

from __future__ import annotations

from datetime import datetime, timedelta

from booking_core.domain.kernel.ids import EventId, TenantId
from booking_core.domain.webhook.delivery import WebhookDelivery
from booking_core.domain.webhook.ids import DeliveryId, WebhookId
from booking_core.domain.webhook.message import WebhookMessage
from booking_core.domain.webhook.outcome import Failure, Outcome
from booking_core.domain.webhook.schedule import A_DAY
from booking_core.domain.webhook.secret import SigningSecret, secret_from
from booking_core.domain.webhook.webhook import Webhook
from booking_core.ports.storage import Storage
from tests.contract.builders import ACME, NOW, id_of

SECRET = secret_from(12345)
A_WHILE = timedelta(minutes=2)
BODY = '{"eventType":"booking.created","data":{"note":"Chaises à côté 🪑"}}'.encode()
GOOD = Outcome(took=timedelta(milliseconds=7), status=204)
BAD = Outcome(took=timedelta(seconds=15), status=500)
SILENT = Outcome(took=timedelta(seconds=15), failure=Failure.TIMEOUT)


def a_webhook(
    name: str = "hook", tenant_id: TenantId = ACME, events: tuple[str, ...] = ("*",)
) -> Webhook:
    """New, and not stored."""
    return Webhook(
        tenant_id=tenant_id,
        id=WebhookId(id_of(name)),
        url=f"https://{name}.example/hook?a=b",
        events=events,
        secrets=(SigningSecret(text=SECRET),),
        created_at=NOW,
    )


def a_message(name: str = "event", tenant_id: TenantId = ACME) -> WebhookMessage:
    """Something that happened."""
    return WebhookMessage(
        tenant_id=tenant_id,
        event_id=EventId(id_of(name)),
        event_type="booking.created",
        body=BODY,
    )


def a_delivery(
    name: str = "delivery",
    *,
    hook: str = "hook",
    event: str = "event",
    at: datetime = NOW,
    tenant_id: TenantId = ACME,
) -> WebhookDelivery:
    """Due at once."""
    return WebhookDelivery(
        tenant_id=tenant_id,
        id=DeliveryId(id_of(name)),
        webhook_id=WebhookId(id_of(hook)),
        event_id=EventId(id_of(event)),
        event_type="booking.created",
        created_at=at,
        next_at=at,
    )


def keep(store: Storage, *webhooks: Webhook) -> None:
    """Store these, new."""
    for webhook in webhooks:
        store.webhooks.save(webhook)


def tell(store: Storage, *deliveries: WebhookDelivery) -> None:
    """Each with a message of its own."""
    for delivery in deliveries:
        message = WebhookMessage(
            tenant_id=delivery.tenant_id,
            event_id=delivery.event_id,
            event_type=delivery.event_type,
            body=BODY,
        )
        store.webhook_deliveries.add(message, [delivery])


def attempt(store: Storage, outcome: Outcome, at: datetime = NOW) -> WebhookDelivery:
    """Claim the one that is due, and record that it ended so."""
    (claimed,) = store.webhook_deliveries.claim(at, at + A_WHILE, 1)
    judged = claimed.delivery.judged(outcome, at, A_DAY, 0)
    assert store.webhook_deliveries.record(judged)
    return judged
