"""Where tenants' webhooks rest."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from booking_core.domain.kernel.errors import BookingError, Kind
from booking_core.domain.kernel.ids import TenantId
from booking_core.domain.webhook.ids import WebhookId
from booking_core.domain.webhook.webhook import Health, Webhook, WebhookState
from booking_core.ports.page import Page, PageRequest


@dataclass(eq=False)
class StaleWebhook(BookingError):
    """The webhook {webhook_id} was changed by somebody else meanwhile"""

    code = "stale-webhook"
    kind = Kind.STALE
    webhook_id: str


class Webhooks(Protocol):
    """Contract: tests/contract/test_webhooks.py, run over every storage."""

    @abstractmethod
    def get(self, tenant_id: TenantId, webhook_id: WebhookId) -> Webhook:
        """The webhook, or NotFound."""
        ...

    @abstractmethod
    def of_tenant(self, tenant_id: TenantId, page: PageRequest) -> Page[Webhook]:
        """A tenant's webhooks by id, and so by age."""
        ...

    @abstractmethod
    def active(self, tenant_id: TenantId, within: Any | None = None) -> Sequence[Webhook]:
        """All of a tenant's that are active, as that transaction's connection sees them."""
        ...

    @abstractmethod
    def counts(self, most: int) -> Mapping[WebhookState, int]:
        """How many of all tenants are in each state; no more than `most` are looked at."""
        ...

    @abstractmethod
    def save(self, webhook: Webhook) -> None:
        """Store revision 1 as new, or revision n over n - 1, all but its health.

        Raises StaleWebhook when another revision stands, or none; NotFound for a tenant that does
        not exist.
        """
        ...

    @abstractmethod
    def delete(self, tenant_id: TenantId, webhook_id: WebhookId) -> None:
        """Forget it with all its deliveries, or NotFound."""
        ...

    @abstractmethod
    def note_success(self, tenant_id: TenantId, webhook_id: WebhookId) -> None:
        """It is well; harmless for one that is gone."""
        ...

    @abstractmethod
    def note_failure(self, tenant_id: TenantId, webhook_id: WebhookId, at: datetime) -> Health:
        """Count one more, from that instant if it is the first; how it stands then."""
        ...
