"""Webhooks and their deliveries on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from booking_adapters.messages.catalogue import EVENTS
from booking_core.application.webhooks.keep_webhooks import Issued, WebhookWish
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.webhook.delivery import WebhookDelivery
from booking_core.domain.webhook.event_types import PATTERNS_MAX, matches
from booking_core.domain.webhook.reach import URL_LONGEST
from booking_core.domain.webhook.webhook import Webhook
from booking_core.ports.webhook_deliveries import Claimed
from booking_http.instants import Instant
from booking_http.strict_body import Body, View


class WebhookBody(Body, frozen=True, kw_only=True):
    """Where to, and of what: types of events, `booking.*` for all of a kind, `*` for all."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=URL_LONGEST)]
    events: Annotated[
        tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=300)], ...],
        msgspec.Meta(min_length=1, max_length=PATTERNS_MAX),
    ]

    def wish(self) -> WebhookWish:
        """What it means, or InvalidInput for events that nothing ever tells of."""
        for number, pattern in enumerate(self.events):
            if not any(matches((pattern,), known) for known in EVENTS):
                expected = f"a type of event, such as {next(iter(EVENTS))}, or booking.*, or *"
                raise InvalidInput(f"events[{number}]", expected)
        return WebhookWish(url=self.url, events=self.events)


class ReplayRequest(Body, frozen=True, kw_only=True):
    """What was told in that period and failed; or what was delivered, too."""

    start: Instant
    end: Instant
    delivered_too: bool = False


class WebhookView(View, frozen=True, kw_only=True):
    """`failures` counts attempts since the last that did not fail; two secrets sign for a day."""

    id: str
    url: str
    events: tuple[str, ...]
    state: Literal["active", "disabled"]
    disabled_because: Literal["requested", "gone", "failing"] | None
    created_at: datetime
    failures: int
    failing_since: datetime | None
    old_secret_until: datetime | None
    revision: int


class WebhookIssued(View, frozen=True, kw_only=True):
    """`secret` is shown to the request that made it, and never again; null where it is past."""

    webhook: WebhookView
    secret: str | None


class WebhookPage(View, frozen=True, kw_only=True):
    """Some webhooks, and the cursor of those that follow."""

    items: list[WebhookView]
    next: str | None


class DeliveryView(View, frozen=True, kw_only=True):
    """The last attempt had a `lastStatus`, or a `lastFailure` that says why there was no answer."""

    id: str
    webhook_id: str
    event_id: str
    event_type: str
    state: Literal["pending", "delivered", "failed"]
    attempts: int
    created_at: datetime
    next_at: datetime | None
    last_at: datetime | None
    last_status: int | None
    last_failure: str | None
    last_milliseconds: float | None


class DeliveryPage(View, frozen=True, kw_only=True):
    """Some deliveries, and the cursor of those before them."""

    items: list[DeliveryView]
    next: str | None


class DeliveryInFull(View, frozen=True, kw_only=True):
    """A delivery, and the very text that is sent."""

    delivery: DeliveryView
    url: str
    body: str


class Replayed(View, frozen=True, kw_only=True):
    """How many are due again; where it is 10000, there may be more."""

    count: int


def view(webhook: Webhook) -> WebhookView:
    """All of it but its secrets."""
    return WebhookView(
        id=webhook.id,
        url=webhook.url,
        events=webhook.events,
        state=webhook.state.value,
        disabled_because=None if webhook.disabled is None else webhook.disabled.value,
        created_at=webhook.created_at,
        failures=webhook.health.failures,
        failing_since=webhook.health.failing_since,
        old_secret_until=webhook.secrets[-1].until,
        revision=webhook.revision,
    )


def issued(it: Issued) -> WebhookIssued:
    """With the secret."""
    return WebhookIssued(webhook=view(it.webhook), secret=it.secret)


def delivery_view(delivery: WebhookDelivery) -> DeliveryView:
    """All of it."""
    last = delivery.last
    outcome = None if last is None else last.outcome
    failure = None if outcome is None else outcome.failure
    return DeliveryView(
        id=delivery.id,
        webhook_id=delivery.webhook_id,
        event_id=delivery.event_id,
        event_type=delivery.event_type,
        state=delivery.state.value,
        attempts=delivery.attempts,
        created_at=delivery.created_at,
        next_at=delivery.next_at,
        last_at=None if last is None else last.at,
        last_status=None if outcome is None else outcome.status,
        last_failure=None if failure is None else failure.value,
        last_milliseconds=None if outcome is None else outcome.took.total_seconds() * 1000,
    )


def in_full(claimed: Claimed) -> DeliveryInFull:
    """With what it tells."""
    return DeliveryInFull(
        delivery=delivery_view(claimed.delivery),
        url=claimed.webhook.url,
        body=claimed.message.body.decode(),
    )
