"""Names of webhooks and their deliveries: UUIDs, made by the engine."""

from __future__ import annotations

from typing import NewType

WebhookId = NewType("WebhookId", str)
DeliveryId = NewType("DeliveryId", str)
