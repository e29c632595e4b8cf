"""What waits in storage, asked for when Prometheus asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from attrs import frozen
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from booking_adapters.telemetry.patient import Patient
from booking_core.ports.clock import Clock
from booking_core.ports.inbox import LetterCount
from booking_core.ports.outbox import Backlog
from booking_core.ports.storage import Storage


@frozen
class _Seen:
    now: datetime
    backlog: Backlog
    letters: Sequence[LetterCount]


class WaitingMetrics(Collector):
    """The same in every process, so that any of them can be scraped: take the maximum."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        """Ask that storage, which may be away."""

        def look() -> _Seen:
            return _Seen(clock.now(), storage.outbox.backlog(), tuple(storage.inbox.counts()))

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
        up.add_metric((), 0 if seen is None else 1)
        if seen is not None:
            unsent.add_metric((), seen.backlog.count)
            oldest.add_metric((), _age(seen.now, seen.backlog.oldest))
            for count in seen.letters:
                letters.add_metric((count.consumer, "waiting"), count.waiting)
                letters.add_metric((count.consumer, "dead"), count.dead)
                overdue.add_metric((count.consumer,), _age(seen.now, count.oldest_due))
        return (up, unsent, oldest, letters, overdue)


def _gauge(name: str, said: str, labels: Sequence[str] = ()) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, said, labels=labels)


def _age(now: datetime, since: datetime | None) -> float:
    return 0.0 if since is None else max((now - since).total_seconds(), 0.0)
