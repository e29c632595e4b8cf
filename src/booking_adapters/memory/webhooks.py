"""Where tenants' webhooks rest, in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from booking_adapters.memory.listing import first_page
from booking_adapters.memory.state import State
from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.ids import TenantId
from booking_core.domain.webhook.ids import WebhookId
from booking_core.domain.webhook.webhook import Health, Webhook, WebhookState
from booking_core.ports.page import Page, PageRequest
from booking_core.ports.webhooks import StaleWebhook, Webhooks


@dataclass(frozen=True, slots=True)
class MemoryWebhooks(Webhooks):
    """One act after another."""

    state: State

    def get(self, tenant_id: TenantId, webhook_id: WebhookId) -> Webhook:
        with self.state.lock:
            found = self.state.webhooks.webhooks.get((tenant_id, webhook_id))
        if found is None:
            raise NotFound("webhook", webhook_id)
        return found

    def of_tenant(self, tenant_id: TenantId, page: PageRequest) -> Page[Webhook]:
        following = [each for each in self._of_tenant(tenant_id) if each.id > (page.after or "")]
        return first_page(following, page.limit, lambda each: each.id)

    def active(self, tenant_id: TenantId, within: Any | None = None) -> Sequence[Webhook]:
        return [each for each in self._of_tenant(tenant_id) if each.state is WebhookState.ACTIVE]

    def counts(self, most: int) -> Mapping[WebhookState, int]:
        with self.state.lock:
            webhooks = islice(self.state.webhooks.webhooks.values(), most)
            found = Counter(each.state for each in webhooks)
        return {state: found[state] for state in WebhookState}

    def save(self, webhook: Webhook) -> None:
        key = (webhook.tenant_id, webhook.id)
        with self.state.lock:
            if webhook.tenant_id not in self.state.tenants:
                raise NotFound("tenant", webhook.tenant_id)
            standing = self.state.webhooks.webhooks.get(key)
            if webhook.revision != (standing.revision if standing else 0) + 1:
                raise StaleWebhook(webhook.id)
            health = standing.health if standing else Health()
            self.state.webhooks.webhooks[key] = replace(webhook, health=health)

    def delete(self, tenant_id: TenantId, webhook_id: WebhookId) -> None:
        with self.state.lock:
            self.get(tenant_id, webhook_id)
            for delivery in self.state.webhooks.of_webhook(tenant_id, webhook_id):
                self.state.webhooks.drop(delivery)
            del self.state.webhooks.webhooks[tenant_id, webhook_id]

    def note_success(self, tenant_id: TenantId, webhook_id: WebhookId) -> None:
        self._note(tenant_id, webhook_id, Health())

    def note_failure(self, tenant_id: TenantId, webhook_id: WebhookId, at: datetime) -> Health:
        with self.state.lock:
            standing = self.state.webhooks.webhooks.get((tenant_id, webhook_id))
            before = standing.health if standing else Health()
            health = Health(failures=before.failures + 1, failing_since=before.failing_since or at)
            self._note(tenant_id, webhook_id, health)
        return health

    def _note(self, tenant_id: TenantId, webhook_id: WebhookId, health: Health) -> None:
        with self.state.lock:
            standing = self.state.webhooks.webhooks.get((tenant_id, webhook_id))
            if standing is not None:
                noted = replace(standing, health=health)
                self.state.webhooks.webhooks[tenant_id, webhook_id] = noted

    def _of_tenant(self, tenant_id: TenantId) -> list[Webhook]:
        with self.state.lock:
            found = [
                webhook
                for (owner, _), webhook in self.state.webhooks.webhooks.items()
                if owner == tenant_id
            ]
        return sorted(found, key=lambda each: each.id)
