"""One event on its way to one webhook."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from booking_core.domain.kernel.ids import EventId, TenantId
from booking_core.domain.kernel.lifecycle import Lifecycle
from booking_core.domain.webhook.ids import DeliveryId, WebhookId
from booking_core.domain.webhook.outcome import Outcome
from booking_core.domain.webhook.schedule import RetrySchedule


class DeliveryState(StrEnum):
    """Both ends may be left again, by a replay."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class DeliveryTrigger(StrEnum):
    """What can happen to a delivery."""

    SUCCEED = "succeed"
    RETRY = "retry"
    GIVE_UP = "give up"
    REPLAY = "replay"


S, T = DeliveryState, DeliveryTrigger

DELIVERY_LIFECYCLE = Lifecycle(
    name="webhook delivery",
    table={
        (S.PENDING, T.SUCCEED): S.DELIVERED,
        (S.PENDING, T.RETRY): S.PENDING,
        (S.PENDING, T.GIVE_UP): S.FAILED,
        (S.PENDING, T.REPLAY): S.PENDING,
        (S.DELIVERED, T.REPLAY): S.PENDING,
        (S.FAILED, T.REPLAY): S.PENDING,
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastAttempt:
    """When the last attempt was, and how it ended."""

    at: datetime
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDelivery:
    """`attempts` counts those that began; `next_at` is None where none is to follow."""

    tenant_id: TenantId
    id: DeliveryId
    webhook_id: WebhookId
    event_id: EventId
    event_type: str
    created_at: datetime
    next_at: datetime | None
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    last: LastAttempt | None = None

    def judged(
        self, outcome: Outcome, at: datetime, schedule: RetrySchedule, chance: int
    ) -> WebhookDelivery:
        """As it stands after an attempt that ended so."""
        trigger, wait = DeliveryTrigger.SUCCEED, None
        if not outcome.is_success:
            if not outcome.is_final:
                wait = schedule.wait(self.attempts, chance, outcome.retry_after)
            trigger = DeliveryTrigger.GIVE_UP if wait is None else DeliveryTrigger.RETRY
        return replace(
            self,
            state=DELIVERY_LIFECYCLE.after(self.state, trigger),
            next_at=None if wait is None else at + wait,
            last=LastAttempt(at=at, outcome=replace(outcome, retry_after=None)),
        )

    def replayed(self, now: datetime) -> WebhookDelivery:
        """Due now, with all its attempts before it."""
        state = DELIVERY_LIFECYCLE.after(self.state, DeliveryTrigger.REPLAY)
        return replace(self, state=state, next_at=now, attempts=0)
