"""What is on its way to webhooks, in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from booking_adapters.memory.listing import first_page
from booking_adapters.memory.state import State
from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.ids import TenantId
from booking_core.domain.kernel.span import Span
from booking_core.domain.webhook.delivery import DeliveryState, WebhookDelivery
from booking_core.domain.webhook.ids import DeliveryId, WebhookId
from booking_core.domain.webhook.message import WebhookMessage
from booking_core.ports.outbox import Backlog
from booking_core.ports.page import Page, PageRequest
from booking_core.ports.webhook_deliveries import Claimed, WebhookDeliveries


@dataclass(frozen=True, slots=True)
class MemoryWebhookDeliveries(WebhookDeliveries):
    """Within a transaction what is added is done with the receipts, at its end."""

    state: State

    def add(
        self,
        message: WebhookMessage,
        deliveries: Sequence[WebhookDelivery],
        within: Any | None = None,
    ) -> None:
        added = tuple(deliveries)
        if within is not None:
            within.append(lambda: self.state.webhooks.add(message, added))
            return
        with self.state.lock:
            self.state.webhooks.add(message, added)

    def claim(
        self, now: datetime, until: datetime, most: int, but: Collection[WebhookId] = ()
    ) -> Sequence[Claimed]:
        with self.state.lock:
            due = sorted(
                (each.next_at, each.id)
                for each in self.state.webhooks.deliveries.values()
                if each.next_at is not None and each.next_at <= now and each.webhook_id not in but
            )[:most]
            claimed = []
            for _, id in due:
                delivery = self.state.webhooks.deliveries[id]
                counted = replace(delivery, attempts=delivery.attempts + 1, next_at=until)
                self.state.webhooks.deliveries[id] = counted
                claimed.append(self._claimed(counted))
        return claimed

    def record(self, delivery: WebhookDelivery) -> bool:
        with self.state.lock:
            standing = self.state.webhooks.deliveries.get(delivery.id)
            if (
                standing is None
                or standing.state is not DeliveryState.PENDING
                or standing.attempts != delivery.attempts
            ):
                return False
            self.state.webhooks.deliveries[delivery.id] = delivery
        return True

    def get(self, tenant_id: TenantId, delivery_id: DeliveryId) -> Claimed:
        with self.state.lock:
            return self._claimed(self._one(tenant_id, delivery_id))

    def of_webhook(
        self,
        tenant_id: TenantId,
        webhook_id: WebhookId,
        page: PageRequest,
        state: DeliveryState | None = None,
    ) -> Page[WebhookDelivery]:
        with self.state.lock:
            found = [
                each
                for each in self.state.webhooks.of_webhook(tenant_id, webhook_id)
                if (state is None or each.state is state)
                and (page.after is None or each.id < page.after)
            ]
        latest_first = sorted(found, key=lambda each: each.id, reverse=True)
        return first_page(latest_first, page.limit, lambda each: each.id)

    def replay(self, tenant_id: TenantId, delivery_id: DeliveryId, now: datetime) -> None:
        with self.state.lock:
            delivery = self._one(tenant_id, delivery_id)
            self.state.webhooks.deliveries[delivery_id] = delivery.replayed(now)

    def replay_all(
        self,
        tenant_id: TenantId,
        webhook_id: WebhookId,
        during: Span,
        states: Collection[DeliveryState],
        now: datetime,
        most: int,
    ) -> int:
        with self.state.lock:
            wanted = [
                each
                for each in self.state.webhooks.of_webhook(tenant_id, webhook_id)
                if each.state in states and during.start <= each.created_at < during.end
            ]
            first = sorted(wanted, key=lambda each: each.id)[:most]
            for each in first:
                self.state.webhooks.deliveries[each.id] = each.replayed(now)
        return len(first)

    def backlog(self, most: int) -> Backlog:
        with self.state.lock:
            deliveries = self.state.webhooks.deliveries.values()
            due = [each.next_at for each in deliveries if each.next_at is not None]
        return Backlog(count=min(len(due), most), oldest=min(due, default=None))

    def forget(self, before: datetime, most: int) -> int:
        with self.state.lock:
            old = [
                each
                for each in self.state.webhooks.deliveries.values()
                if each.created_at < before and each.state is not DeliveryState.PENDING
            ][:most]
            for each in old:
                self.state.webhooks.drop(each)
        return len(old)

    def _one(self, tenant_id: TenantId, delivery_id: DeliveryId) -> WebhookDelivery:
        found = self.state.webhooks.deliveries.get(delivery_id)
        if found is None or found.tenant_id != tenant_id:
            raise NotFound("delivery", delivery_id)
        return found

    def _claimed(self, delivery: WebhookDelivery) -> Claimed:
        shelf = self.state.webhooks
        return Claimed(
            delivery=delivery,
            webhook=shelf.webhooks[delivery.tenant_id, delivery.webhook_id],
            message=shelf.messages[delivery.tenant_id, delivery.event_id],
        )
