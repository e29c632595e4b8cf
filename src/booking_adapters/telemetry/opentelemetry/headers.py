"""The trace context of messages on their way to others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from booking_adapters.telemetry.opentelemetry.ids import TRACEPARENT, traceparent, written
from booking_core.domain.kernel.events import DomainEvent
from booking_core.ports.publisher import Message


def with_traceparent(
    encode: Callable[[DomainEvent], Message | None],
) -> Callable[[DomainEvent], Message | None]:
    """The same, with the header by which other systems continue the trace."""

    def encoded(event: DomainEvent) -> Message | None:
        message = encode(event)
        if message is None:
            return None
        context = written(event.correlation_id, event.event_id)
        headers = {**message.headers, TRACEPARENT: traceparent(context)}
        return replace(message, headers=headers)

    return encoded
