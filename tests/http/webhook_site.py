"""A webhook of the town's, and something that it was told."""

from __future__ import annotations

from typing import Any

from booking_core.domain.kernel.ids import EventId, TenantId, uuid7
from booking_core.domain.webhook.message import WebhookMessage
from tests.http.site import ACME, OFFICE, Site

HOOK = {"url": "https://hooks.example.com/booking", "events": ["booking.*"]}
BODY = '{"eventType":"booking.created","data":{"note":"à côté"}}'.encode()


def tell(site: Site, number: int = 1, tenant: str = ACME) -> None:
    """Something happened, and has been fanned out."""
    message = WebhookMessage(
        tenant_id=TenantId(tenant),
        event_id=EventId(uuid7(1_900_000_000_000 + number, number)),
        event_type="booking.created",
        body=BODY,
    )
    site.engine.fan_out(message)


def a_webhook(site: Site, **changed: Any) -> Any:
    """What the interface says to a new one."""
    made = site.call("POST", "/webhooks", OFFICE, json=HOOK | changed)
    assert made.status_code == 201, made.text
    return made.json()


def a_delivery(site: Site) -> dict[str, str]:
    """The ids of a webhook, and of a delivery to it."""
    webhook_id = a_webhook(site)["webhook"]["id"]
    tell(site)
    log = site.call("GET", f"/webhooks/{webhook_id}/deliveries", OFFICE).json()
    return {"webhook_id": webhook_id, "delivery_id": log["items"][0]["id"]}
