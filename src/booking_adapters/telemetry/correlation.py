"""Which request, or message, the work in hand belongs to: what every log line says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar

from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import CorrelationId
from booking_core.domain.kernel.incoming import Incoming
from booking_core.ports.telemetry import NoTelemetry, Watched

_correlation: ContextVar[str | None] = ContextVar("correlation", default=None)


def correlation_in_hand() -> str | None:
    """Of the request or the message that this thread, or task, works on."""
    return _correlation.get()


@contextmanager
def correlated(correlation_id: str | None) -> Iterator[None]:
    """What is logged within belongs to it."""
    token = _correlation.set(correlation_id)
    try:
        yield
    finally:
        _correlation.reset(token)


class CorrelatingTelemetry(NoTelemetry):
    """Log lines that a consumer, or a relay, causes say to what they belong, where it is one."""

    def publishing(self, events: Sequence[DomainEvent]) -> Watched:
        return _of([event.correlation_id for event in events])

    def handling(self, consumer: str, messages: Sequence[Incoming]) -> Watched:
        return _of([message.correlation_id for message in messages])


def _of(ids: Sequence[CorrelationId | None]) -> Watched:
    return correlated(ids[0]) if len(set(ids)) == 1 else nullcontext()
