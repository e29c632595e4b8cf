"""What the engine's services tell, as Prometheus counts it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

from booking_adapters.messages.catalogue import EVENTS
from booking_adapters.telemetry.prometheus.series import Series
from booking_adapters.telemetry.prometheus.timed import Timed
from booking_adapters.telemetry.prometheus.words import Words
from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import CorrelationId
from booking_core.domain.kernel.incoming import Incoming
from booking_core.ports.publisher import NotPublished
from booking_core.ports.telemetry import Fate, Telemetry, Watched

OK, FAULT = "ok", "fault"
ACT_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
PUBLISH_SECONDS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
DELAY_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0, 300.0, 3600.0)
HANDLE_SECONDS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0)
BATCH_EVENTS: Final = (1, 3, 10, 30, 100, 300, 1000, 10_000)


class PrometheusTelemetry(Telemetry):
    """One set of metrics, in the registry that it is given."""

    def __init__(self, registry: CollectorRegistry) -> None:
        type = Words(known=frozenset(EVENTS))
        self._watch_use_cases(registry, type)
        self._watch_relays(registry, type)
        self._watch_consumers(registry, type)

    def _watch_use_cases(self, registry: CollectorRegistry, type: Words) -> None:
        self.acts = Series(
            Histogram(
                "booking_use_case_seconds",
                "How long use cases took, by the code of the refusal that ended them, ok or fault",
                ("use_case", "outcome"),
                registry=registry,
                buckets=ACT_SECONDS,
            ),
            Words(),
            Words(),
        )
        self.written = Series(
            Counter(
                "booking_events_written_total",
                "Events that were committed into the outbox",
                ("event_type",),
                registry=registry,
            ),
            type,
        )

    def _watch_relays(self, registry: CollectorRegistry, type: Words) -> None:
        self.published = Series(
            Counter(
                "booking_events_published_total",
                "Events that a broker has confirmed; one told again counts again",
                ("event_type",),
                registry=registry,
            ),
            type,
        )
        self.unpublished = Series(
            Counter(
                "booking_events_publish_failed_total",
                "Events that a broker did not confirm; they are told again",
                ("event_type",),
                registry=registry,
            ),
            type,
        )
        self.delays = Series(
            Histogram(
                "booking_events_publish_delay_seconds",
                "From when an event happened until a broker had confirmed it",
                ("event_type",),
                registry=registry,
                buckets=DELAY_SECONDS,
            ),
            type,
        )
        self.publishes = Histogram(
            "booking_publish_seconds",
            "How long it took to publish what was published at once, failures included",
            registry=registry,
            buckets=PUBLISH_SECONDS,
        )
        self.batches = Histogram(
            "booking_publish_batch_events",
            "How many events were published at once",
            registry=registry,
            buckets=BATCH_EVENTS,
        )

    def _watch_consumers(self, registry: CollectorRegistry, type: Words) -> None:
        consumer = Words()
        self.handles = Series(
            Histogram(
                "booking_handle_seconds",
                "How long consumers worked on messages, as long as on all handled together",
                ("consumer", "event_type"),
                registry=registry,
                buckets=HANDLE_SECONDS,
            ),
            consumer,
            type,
        )
        self.fates = Series(
            Counter(
                "booking_messages_total",
                "What became of the messages that consumers received",
                ("consumer", "event_type", "fate"),
                registry=registry,
            ),
            consumer,
            type,
            Words(),
        )

    def acting(self, use_case: str, correlation_id: CorrelationId | None) -> Watched:
        return _Acting(self, use_case)

    def committing(self, events: Sequence[DomainEvent]) -> Watched:
        return _Committing(self, events)

    def publishing(self, events: Sequence[DomainEvent]) -> Watched:
        return _Publishing(self, events)

    def handling(self, consumer: str, messages: Sequence[Incoming]) -> Watched:
        return _Handling(self, consumer, messages)

    def fared(self, consumer: str, topic: str, fate: Fate, count: int = 1) -> None:
        self.fates.of(consumer, topic, fate).inc(count)


class _Acting(Timed):
    __slots__ = ("telemetry", "use_case")

    def __init__(self, telemetry: PrometheusTelemetry, use_case: str) -> None:
        self.telemetry, self.use_case = telemetry, use_case

    def ended(self, seconds: float, error: BaseException | None) -> None:
        outcome = OK
        if error is not None:
            outcome = error.code if isinstance(error, BookingError) else FAULT
        self.telemetry.acts.of(self.use_case, outcome).observe(seconds)


class _Committing:
    __slots__ = ("events", "telemetry")

    def __init__(self, telemetry: PrometheusTelemetry, events: Sequence[DomainEvent]) -> None:
        self.telemetry, self.events = telemetry, events

    def __enter__(self) -> None:
        return

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            for event in self.events:
                self.telemetry.written.of(event.type).inc()


class _Publishing(Timed):
    __slots__ = ("events", "telemetry")

    def __init__(self, telemetry: PrometheusTelemetry, events: Sequence[DomainEvent]) -> None:
        self.telemetry, self.events = telemetry, events

    def ended(self, seconds: float, error: BaseException | None) -> None:
        telemetry, now = self.telemetry, datetime.now(UTC)
        telemetry.publishes.observe(seconds)
        telemetry.batches.observe(len(self.events))
        arrived = error.confirmed if isinstance(error, NotPublished) else frozenset()
        for place, event in enumerate(self.events):
            if error is None or place in arrived:
                telemetry.published.of(event.type).inc()
                # Whoever wrote it may have a clock that is ahead of ours.
                delay = max((now - event.at).total_seconds(), 0.0)
                telemetry.delays.of(event.type).observe(delay)
            else:
                telemetry.unpublished.of(event.type).inc()


class _Handling(Timed):
    __slots__ = ("consumer", "messages", "telemetry")

    def __init__(
        self, telemetry: PrometheusTelemetry, consumer: str, messages: Sequence[Incoming]
    ) -> None:
        self.telemetry, self.consumer, self.messages = telemetry, consumer, messages

    def ended(self, seconds: float, error: BaseException | None) -> None:
        for message in self.messages:
            self.telemetry.handles.of(self.consumer, message.type).observe(seconds)
