"""What was told to a watcher, to be read by tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import CorrelationId
from booking_core.domain.kernel.incoming import Incoming
from booking_core.ports.publisher import NotPublished
from booking_core.ports.telemetry import Fate, Telemetry, Watched

FAULT = "fault"  # An error that is no refusal.


@dataclass(slots=True)
class MemoryTelemetry(Telemetry):
    """Counts by what was told: no durations, so that two runs count alike."""

    acts: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    published: Counter[str] = field(default_factory=Counter)
    unpublished: Counter[str] = field(default_factory=Counter)
    handled: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    fates: Counter[tuple[str, str, Fate]] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def acting(self, use_case: str, correlation_id: CorrelationId | None) -> Watched:
        return self._acting(use_case)

    def committing(self, events: Sequence[DomainEvent]) -> Watched:
        return self._committing(events)

    def publishing(self, events: Sequence[DomainEvent]) -> Watched:
        return self._publishing(events)

    def handling(self, consumer: str, messages: Sequence[Incoming]) -> Watched:
        return self._handling(consumer, messages)

    def fared(self, consumer: str, topic: str, fate: Fate, count: int = 1) -> None:
        with self._lock:
            self.fates[consumer, topic, fate] += count

    @contextmanager
    def _acting(self, use_case: str) -> Iterator[None]:
        code: str | None = FAULT
        try:
            yield
            code = None
        except BookingError as refusal:
            code = refusal.code
            raise
        finally:
            with self._lock:
                self.acts[use_case, code] += 1

    @contextmanager
    def _committing(self, events: Sequence[DomainEvent]) -> Iterator[None]:
        yield
        with self._lock:
            self.written.update(event.type for event in events)

    @contextmanager
    def _publishing(self, events: Sequence[DomainEvent]) -> Iterator[None]:
        arrived: frozenset[int] = frozenset()
        try:
            yield
            arrived = frozenset(range(len(events)))
        except NotPublished as refusal:
            arrived = refusal.confirmed
            raise
        finally:
            with self._lock:
                for place, event in enumerate(events):
                    (self.published if place in arrived else self.unpublished)[event.type] += 1

    @contextmanager
    def _handling(self, consumer: str, messages: Sequence[Incoming]) -> Iterator[None]:
        well = False
        try:
            yield
            well = True
        finally:
            with self._lock:
                self.handled.update((consumer, message.type, well) for message in messages)
