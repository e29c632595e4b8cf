"""A webhook: a URL of a tenant's, and the events that it is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from booking_core.domain.kernel.ids import TenantId
from booking_core.domain.kernel.lifecycle import Lifecycle
from booking_core.domain.webhook.event_types import matches, valid_patterns
from booking_core.domain.webhook.ids import WebhookId
from booking_core.domain.webhook.secret import BOTH_FOR, SigningSecret

SECRETS_MAX = 2
DISABLED_AFTER = timedelta(days=3)
FAILURES_LEAST = 10


class WebhookState(StrEnum):
    """Whether anything is sent to it."""

    ACTIVE = "active"
    DISABLED = "disabled"


class WebhookTrigger(StrEnum):
    """Both may be asked for twice."""

    DISABLE = "disable"
    ENABLE = "enable"


class Disabled(StrEnum):
    """Why it is disabled."""

    REQUESTED = "requested"  # By its tenant.
    GONE = "gone"  # It answered 410.
    FAILING = "failing"  # For days nothing could be delivered.


S, T = WebhookState, WebhookTrigger

WEBHOOK_LIFECYCLE = Lifecycle(
    name="webhook",
    table={
        (S.ACTIVE, T.DISABLE): S.DISABLED,
        (S.DISABLED, T.DISABLE): S.DISABLED,
        (S.ACTIVE, T.ENABLE): S.ACTIVE,
        (S.DISABLED, T.ENABLE): S.ACTIVE,
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How many attempts have failed since the last one that did not, and since when."""

    failures: int = 0
    failing_since: datetime | None = None

    def is_lost(self, at: datetime) -> bool:
        """Nothing came through for three days, in at least ten attempts."""
        since = self.failing_since
        return (
            since is not None and self.failures >= FAILURES_LEAST and at - since >= DISABLED_AFTER
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """`secrets`: the newest first; of two the older one ends. `revision` is that of what its
    tenant decides; `health` changes by itself."""

    tenant_id: TenantId
    id: WebhookId
    url: str
    events: tuple[str, ...]
    secrets: tuple[SigningSecret, ...]
    created_at: datetime
    state: WebhookState = WebhookState.ACTIVE
    disabled: Disabled | None = None
    health: Health = Health()
    revision: int = 1

    def __post_init__(self) -> None:
        valid_patterns(self.events)

    def wants(self, event_type: str) -> bool:
        """Whether it is told of such events."""
        return self.state is WebhookState.ACTIVE and matches(self.events, event_type)

    def signing(self, at: datetime) -> tuple[SigningSecret, ...]:
        """The secrets that sign at that moment."""
        return tuple(each for each in self.secrets if each.until is None or at < each.until)

    def changed(self, url: str, events: tuple[str, ...]) -> Webhook:
        """To that URL, and of those events, from now on: also what waits already."""
        return self._next(replace(self, url=url, events=events))

    def rotated(self, text: str, at: datetime, made_by: str | None) -> Webhook:
        """With a new secret; the one before signs too for a day, any older one no more."""
        newest, *_ = self.secrets
        old = replace(newest, until=at + BOTH_FOR)
        new = SigningSecret(text=text, made_by=made_by)
        return self._next(replace(self, secrets=(new, old)[:SECRETS_MAX]))

    def enable(self) -> Webhook:
        """Told again, of what happens from now on."""
        state = WEBHOOK_LIFECYCLE.after(self.state, WebhookTrigger.ENABLE)
        return self._next(replace(self, state=state, disabled=None))

    def disable(self, why: Disabled) -> Webhook:
        """Told nothing; the first reason stands."""
        state = WEBHOOK_LIFECYCLE.after(self.state, WebhookTrigger.DISABLE)
        return self._next(replace(self, state=state, disabled=self.disabled or why))

    def _next(self, changed: Webhook) -> Webhook:
        return self if changed == self else replace(changed, revision=self.revision + 1)
