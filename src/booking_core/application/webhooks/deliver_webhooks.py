"""Send what is due, and judge what came of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.webhook.delivery import WebhookDelivery
from booking_core.domain.webhook.ids import WebhookId
from booking_core.domain.webhook.outcome import GONE, Failure, Outcome
from booking_core.domain.webhook.schedule import A_DAY, JITTER_STEPS, RetrySchedule
from booking_core.domain.webhook.secret import signed_headers
from booking_core.domain.webhook.webhook import Disabled, Webhook, WebhookState
from booking_core.ports.clock import Clock
from booking_core.ports.randomness import Randomness
from booking_core.ports.webhook_deliveries import Claimed, WebhookDeliveries
from booking_core.ports.webhook_sender import WebhookSender
from booking_core.ports.webhooks import StaleWebhook, Webhooks

CLAIMED_FOR = timedelta(minutes=2)  # Longer than any attempt takes, with the look-up of a name.
KEPT_FOR = timedelta(days=30)
FORGOTTEN_AT_ONCE = 1000
TURNS_MAX = 8
AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverWebhooks:
    """For any number of threads and processes: each delivery is claimed by one at a time.

    Whoever dies over one has used up an attempt; another sends it when the claim ends. So a
    receiver may get an event twice, and out of order.
    """

    webhooks: Webhooks
    deliveries: WebhookDeliveries
    sender: WebhookSender
    clock: Clock
    randomness: Randomness
    schedule: RetrySchedule = A_DAY

    def claim(self, most: int, but: Collection[WebhookId] = ()) -> Sequence[Claimed]:
        """At most so many that are due, to none of those webhooks."""
        now = self.clock.now()
        return self.deliveries.claim(now, now + CLAIMED_FOR, most, but)

    def attempt(self, claimed: Claimed) -> WebhookDelivery:
        """Send it, and record what came of it; as it stands then."""
        outcome = self._send(claimed)
        at = self.clock.now()
        chance = self.randomness.below(JITTER_STEPS)
        judged = claimed.delivery.judged(outcome, at, self.schedule, chance)
        if self.deliveries.record(judged) and outcome.failure is not Failure.DISABLED:
            self._note(claimed.webhook, outcome, at)
        return judged

    def turn(self, most: int) -> int:
        """Claim and attempt so many, one after the other; how many it were."""
        claimed = self.claim(most)
        for each in claimed:
            self.attempt(each)
        return len(claimed)

    def tidy(self) -> int:
        """Forget a part of what ended a month ago; how many deliveries it were."""
        return self.deliveries.forget(self.clock.now() - KEPT_FOR, FORGOTTEN_AT_ONCE)

    def _send(self, claimed: Claimed) -> Outcome:
        webhook, message = claimed.webhook, claimed.message
        if webhook.state is not WebhookState.ACTIVE:
            return Outcome(took=AT_ONCE, failure=Failure.DISABLED)
        if claimed.delivery.attempts > self.schedule.attempts_max:
            return Outcome(took=AT_ONCE, failure=Failure.INTERRUPTED)
        now = self.clock.now()
        headers = {
            "content-type": "application/json",
            **signed_headers(webhook.signing(now), message.event_id, now, message.body),
        }
        return self.sender.send(webhook.url, headers, message.body)

    def _note(self, webhook: Webhook, outcome: Outcome, at: datetime) -> None:
        if outcome.is_success:
            self.webhooks.note_success(webhook.tenant_id, webhook.id)
            return
        health = self.webhooks.note_failure(webhook.tenant_id, webhook.id, at)
        if outcome.status == GONE:
            self._disable(webhook, Disabled.GONE)
        elif health.is_lost(at):
            self._disable(webhook, Disabled.FAILING)

    def _disable(self, webhook: Webhook, why: Disabled) -> None:
        for _ in range(TURNS_MAX):
            try:
                standing = self.webhooks.get(webhook.tenant_id, webhook.id)
                disabled = standing.disable(why)
                if disabled != standing and standing.url == webhook.url:
                    self.webhooks.save(disabled)
            except StaleWebhook:
                continue
            except NotFound:
                pass  # Nobody is told anything there any more.
            return
