"""The ids of traces and spans, so that processes agree on them with nothing stored or sent.

See docs/adr for why: a trace is called after its correlation id, and the span in which an event was
written after the event's id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import blake2b

from opentelemetry.context import Context
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.trace import SpanContext, TraceFlags, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

TRACEPARENT = "traceparent"
SAMPLED = TraceFlags(TraceFlags.SAMPLED)

_UUID = re.compile(r"[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}")
_W3C = TraceContextTextMapPropagator()
_forced: ContextVar[tuple[int, int] | None] = ContextVar("forced", default=None)


def trace_id_of(correlation_id: str) -> int:
    """A UUID is itself; of any other text it is a digest."""
    if _UUID.fullmatch(correlation_id):
        own = int(correlation_id.replace("-", ""), 16)
        if own:
            return own
    return _digest(correlation_id, 16)


def span_id_of(event_id: str) -> int:
    """The span in which that event was written."""
    return _digest(event_id, 8)


def written(correlation_id: str, event_id: str) -> SpanContext:
    """Where an event began, as whoever hears of it computes it."""
    return SpanContext(
        trace_id_of(correlation_id), span_id_of(event_id), is_remote=True, trace_flags=SAMPLED
    )


def traceparent(context: SpanContext) -> str:
    """The header of W3C Trace Context."""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


def parent_in(header: str | None) -> SpanContext | None:
    """What a caller's header says, as OpenTelemetry reads it; None where it says nothing of use.

    Whether the caller keeps its trace is not followed: our own share decides.
    """
    if header is None:
        return None
    found = get_current_span(_W3C.extract({TRACEPARENT: header}, Context())).get_span_context()
    return SpanContext(found.trace_id, found.span_id, True, SAMPLED) if found.is_valid else None


@contextmanager
def forced(trace_id: int, span_id: int = 0) -> Iterator[None]:
    """The span that is begun within has these ids; 0: its own."""
    token = _forced.set((trace_id, span_id))
    try:
        yield
    finally:
        _forced.reset(token)


class OurIds(IdGenerator):
    """Random, but where they are forced."""

    def __init__(self) -> None:
        self._random = RandomIdGenerator()

    def generate_trace_id(self) -> int:
        ids = _forced.get()
        return (ids and ids[0]) or self._random.generate_trace_id()

    def generate_span_id(self) -> int:
        ids = _forced.get()
        return (ids and ids[1]) or self._random.generate_span_id()

    def is_trace_id_random(self) -> bool:
        return False


def _digest(text: str, size: int) -> int:
    # What came from outside may hold half a character.
    digest = blake2b(text.encode(errors="surrogatepass"), digest_size=size).digest()
    return int.from_bytes(digest, "big") or 1  # 0 would be no id at all.
