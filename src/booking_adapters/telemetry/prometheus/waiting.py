"""What waits in storage, asked for when Prometheus asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from attrs import frozen
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from booking_adapters.telemetry.patient import Patient
from booking_core.domain.webhook.webhook import WebhookState
from booking_core.ports.awaited import AwaitedCount
from booking_core.ports.booking_repository import HoldCount
from booking_core.ports.clock import Clock
from booking_core.ports.inbox import LetterCount
from booking_core.ports.outbox import Backlog
from booking_core.ports.storage import Storage

COUNTED_MOST = 100_000  # More than that is too much, however much it is.


@frozen
class _Seen:
    now: datetime
    backlog: Backlog
    letters: Sequence[LetterCount]
    holds: HoldCount
    webhooks: Mapping[WebhookState, int]
    deliveries: Backlog
    awaited: Sequence[AwaitedCount]


class WaitingMetrics(Collector):
    """The same in every process, so that any of them can be scraped: take the maximum."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        """Ask that storage, which may be away."""

        def look() -> _Seen:
            now = clock.now()
            return _Seen(
                now=now,
                backlog=storage.outbox.backlog(),
                letters=tuple(storage.inbox.counts()),
                holds=storage.bookings.holds(now, COUNTED_MOST),
                webhooks=storage.webhooks.counts(COUNTED_MOST),
                deliveries=storage.webhook_deliveries.backlog(COUNTED_MOST),
                awaited=tuple(storage.awaited.counts()),
            )

        self._look = Patient(look)

    def describe(self) -> Iterable[Metric]:
        """Without asking storage."""
        return self._metrics(None)

    def collect(self) -> Iterable[Metric]:
        return self._metrics(self._look())

    def _metrics(self, seen: _Seen | None) -> Iterable[Metric]:
        up = _gauge("booking_storage_up", "Whether storage could say what waits")
        unsent = _gauge("booking_outbox_unsent_events", "Events no broker has, to a million")
        oldest = _gauge(
            "booking_outbox_oldest_unsent_seconds", "For how long the first of them has waited"
        )
        letters = _gauge(
            "booking_letters", "Messages kept for another try, or dead", ("consumer", "state")
        )
        overdue = _gauge(
            "booking_letters_overdue_seconds",
            "For how long the first of those that wait has been due",
            ("consumer",),
        )
        holds = _gauge(
            "booking_holds",
            "Holds that stand, or are overdue and not expired yet; each to 100,000",
            ("state",),
        )
        webhooks = _gauge("booking_webhooks", "Tenants' webhooks, to 100,000", ("state",))
        deliveries = _gauge(
            "booking_webhook_deliveries_waiting",
            "Deliveries to webhooks that wait for their next attempt, to 100,000",
        )
        undelivered = _gauge(
            "booking_webhook_deliveries_overdue_seconds",
            "For how long the first of them has been due",
        )
        receipts = _gauge(
            "booking_receipts_awaited",
            "Receipts that are awaited, to a million in all",
            ("consumer",),
        )
        since = _gauge(
            "booking_receipts_oldest_awaited_seconds",
            "For how long the first of them has been told",
            ("consumer",),
        )
        up.add_metric((), 0 if seen is None else 1)
        if seen is not None:
            unsent.add_metric((), seen.backlog.count)
            oldest.add_metric((), _age(seen.now, seen.backlog.oldest))
            for count in seen.letters:
                letters.add_metric((count.consumer, "waiting"), count.waiting)
                letters.add_metric((count.consumer, "dead"), count.dead)
                overdue.add_metric((count.consumer,), _age(seen.now, count.oldest_due))
            holds.add_metric(("live",), seen.holds.live)
            holds.add_metric(("overdue",), seen.holds.overdue)
            for state, number in seen.webhooks.items():
                webhooks.add_metric((state.value,), number)
            deliveries.add_metric((), seen.deliveries.count)
            undelivered.add_metric((), _age(seen.now, seen.deliveries.oldest))
            for owed in seen.awaited:
                receipts.add_metric((owed.consumer,), owed.count)
                since.add_metric((owed.consumer,), _age(seen.now, owed.oldest))
        return (
            *(up, unsent, oldest, letters, overdue, receipts, since),
            *(holds, webhooks, deliveries, undelivered),
        )


def _gauge(name: str, said: str, labels: Sequence[str] = ()) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, said, labels=labels)


def _age(now: datetime, since: datetime | None) -> float:
    return 0.0 if since is None else max((now - since).total_seconds(), 0.0)
