"""What is on its way to webhooks, and what became of it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from booking_core.domain.kernel.ids import TenantId
from booking_core.domain.kernel.span import Span
from booking_core.domain.webhook.delivery import DeliveryState, WebhookDelivery
from booking_core.domain.webhook.ids import DeliveryId, WebhookId
from booking_core.domain.webhook.message import WebhookMessage
from booking_core.domain.webhook.webhook import Webhook
from booking_core.ports.outbox import Backlog
from booking_core.ports.page import Page, PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A delivery to be attempted, whereto, and what is told; its attempt is counted already."""

    delivery: WebhookDelivery
    webhook: Webhook
    message: WebhookMessage


class WebhookDeliveries(Protocol):
    """Contract: tests/contract/test_webhook_deliveries.py, run over every storage."""

    @abstractmethod
    def add(
        self,
        message: WebhookMessage,
        deliveries: Sequence[WebhookDelivery],
        within: Any | None = None,
    ) -> None:
        """Store the message and its deliveries, by that transaction's connection if there is one.

        One that there is already for that webhook and event stays as it stands. For a webhook that
        is gone there is none.
        """
        ...

    @abstractmethod
    def claim(
        self, now: datetime, until: datetime, most: int, but: Collection[WebhookId] = ()
    ) -> Sequence[Claimed]:
        """Deliveries that are due, the longest due first, but to none of those webhooks.

        Each attempt is counted, durably, before it is made, and each is nobody else's until the
        instant that is given: then it is due again, if nothing was recorded.
        """
        ...

    @abstractmethod
    def record(self, delivery: WebhookDelivery) -> bool:
        """How it stands after its last attempt. False, and no effect, where that attempt is not
        the last one any more, or was recorded: somebody else has claimed or replayed it."""
        ...

    @abstractmethod
    def get(self, tenant_id: TenantId, delivery_id: DeliveryId) -> Claimed:
        """One of them with its webhook and its message, or NotFound."""
        ...

    @abstractmethod
    def of_webhook(
        self,
        tenant_id: TenantId,
        webhook_id: WebhookId,
        page: PageRequest,
        state: DeliveryState | None = None,
    ) -> Page[WebhookDelivery]:
        """A webhook's deliveries, the latest first; none where there is no such webhook."""
        ...

    @abstractmethod
    def replay(self, tenant_id: TenantId, delivery_id: DeliveryId, now: datetime) -> None:
        """It is due now, with all its attempts before it; NotFound."""
        ...

    @abstractmethod
    def replay_all(
        self,
        tenant_id: TenantId,
        webhook_id: WebhookId,
        during: Span,
        states: Collection[DeliveryState],
        now: datetime,
        most: int,
    ) -> int:
        """The same for at most so many that were made in that period and are in such a state.

        The first ones first; how many it were.
        """
        ...

    @abstractmethod
    def backlog(self, most: int) -> Backlog:
        """What waits for an attempt, of all tenants, counted no further than `most`.

        `oldest` is when the first of them is due, or was.
        """
        ...

    @abstractmethod
    def forget(self, before: datetime, most: int) -> int:
        """Purge at most so many that were made before, and do not wait; how many it were.

        A message goes with the last of its deliveries.
        """
        ...
