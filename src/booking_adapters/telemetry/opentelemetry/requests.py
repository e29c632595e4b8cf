"""Requests over HTTP, as spans."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.trace import Link, NonRecordingSpan, SpanKind, Status, StatusCode

from booking_adapters.telemetry.asked import Asked, RequestWatcher
from booking_adapters.telemetry.opentelemetry.ids import forced, parent_in, trace_id_of
from booking_adapters.telemetry.opentelemetry.telemetry import NOWHERE
from booking_core.ports.telemetry import Watched


class OtelRequests(RequestWatcher):
    """The trace is that of the correlation id; a caller who is in another is linked to."""

    def __init__(self, tracer: trace.Tracer) -> None:
        self._tracer = tracer

    def answering(self, asked: Asked) -> Watched:
        return self._answering(asked)

    @contextmanager
    def _answering(self, asked: Asked) -> Iterator[None]:
        trace_id, caller = trace_id_of(asked.correlation_id), parent_in(asked.traceparent)
        parent, links = NOWHERE, []
        if caller is not None and caller.trace_id == trace_id:
            parent = trace.set_span_in_context(NonRecordingSpan(caller), NOWHERE)
        elif caller is not None:
            links.append(Link(caller))
        said = {"http.request.method": asked.method, "booking.correlation_id": asked.correlation_id}
        with forced(trace_id):
            span = self._tracer.start_span(asked.method, parent, SpanKind.SERVER, said, links)
        try:
            with trace.use_span(span, record_exception=False, set_status_on_exception=False):
                yield
        finally:
            self._end(span, asked)

    def _end(self, span: trace.Span, asked: Asked) -> None:
        span.set_attribute("http.response.status_code", asked.status)
        if asked.route is not None:
            span.update_name(f"{asked.method} {asked.route}")
            span.set_attribute("http.route", asked.route)
        if asked.refusal is not None:
            span.set_attribute("error.type", asked.refusal)
        if asked.status >= 500:
            span.set_status(Status(StatusCode.ERROR))
        span.end()
