"""What watchers see of a request."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry

from booking_adapters.memory.storage import MemoryStorage
from booking_adapters.telemetry.correlation import correlation_in_hand
from booking_adapters.telemetry.opentelemetry.requests import OtelRequests
from booking_adapters.telemetry.opentelemetry.telemetry import OtelTelemetry
from booking_adapters.telemetry.opentelemetry.tracing import tracer_provider
from booking_adapters.telemetry.prometheus.requests import PrometheusRequests
from booking_core.domain.kernel.ids import CorrelationId
from booking_core.ports.telemetry import NoTelemetry
from booking_core.ports.telemetry import Watched as Acting
from tests.http.site import ANN, PLACE, Site

TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = f"00-{TRACE}-b7ad6b7169203331-01"


class Watched:
    """A site, and what its watchers were told."""

    def __init__(self) -> None:
        """Nobody has asked anything but the owner, who furnished it."""
        self.exporter, self.registry = InMemorySpanExporter(), CollectorRegistry()
        provider = tracer_provider()
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        tracer = provider.get_tracer("test")
        self.site = Site(
            MemoryStorage(),
            telemetry=OtelTelemetry(tracer),
            watchers=(PrometheusRequests(self.registry), OtelRequests(tracer)),
        )

    def spans(self) -> dict[str, ReadableSpan]:
        """All that have ended, by their names."""
        return {span.name: span for span in self.exporter.get_finished_spans()}

    def count(self, route: str, method: str, status: str) -> float | None:
        """How many requests were like that."""
        labels = {"route": route, "method": method, "status": status}
        return self.registry.get_sample_value("booking_http_request_seconds_count", labels)


@pytest.fixture
def watched() -> Iterator[Watched]:
    """A furnished site."""
    watched = Watched()
    with watched.site.client:
        watched.site.furnish()
        watched.exporter.clear()
        yield watched


def test_a_callers_trace_goes_on_to_the_event(watched: Watched) -> None:
    """Through the threads in which the engine works; the correlation id is that trace's."""
    header = {"traceparent": CALLER}
    made = watched.site.call("POST", "/bookings", ANN, json={"items": [PLACE]}, headers=header)
    assert made.headers["x-correlation-id"] == str(UUID(TRACE))
    spans = watched.spans()
    request, act = spans["POST /bookings"], spans["CreateBooking"]
    written = spans["write booking.created"]
    assert {span.context and f"{span.context.trace_id:032x}" for span in spans.values()} == {TRACE}
    assert request.parent is not None
    assert f"{request.parent.span_id:016x}" == "b7ad6b7169203331"
    assert act.parent == request.context
    assert written.parent == act.context


@pytest.mark.parametrize("more", ["", "-", "-what.comes=later"])
def test_a_later_version_is_followed_as_the_first(watched: Watched, more: str) -> None:
    """What it says beyond that is not ours to read."""
    later = f"cc{CALLER[2:]}{more}"
    answer = watched.site.call("GET", "/health/live", headers={"traceparent": later})
    assert answer.headers["x-correlation-id"] == str(UUID(TRACE))
    span = watched.spans()["GET /health/live"]
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == "b7ad6b7169203331"


@pytest.mark.parametrize(
    "odd",
    [
        *("", "00-x", f"00-{TRACE}-b7ad6b7169203331", f"ff{CALLER[2:]}", CALLER.upper()),
        *(f"00-{'0' * 32}-b7ad6b7169203331-01", f"00-{TRACE}-{'0' * 16}-01"),
        *(CALLER + "-", CALLER + "-x", CALLER + "0", f"cc{CALLER[2:]}.x", f"cc{CALLER[2:]}-é"),
        f"cc{CALLER[2:]}-{'x' * 500}",
    ],
)
def test_an_odd_trace_is_none(watched: Watched, odd: str) -> None:
    """The request gets an id of its own, and begins a trace that is linked to nothing."""
    headers = [("traceparent", odd.encode("latin-1"))]
    answer = watched.site.client.get("/health/live", headers=headers)  # type: ignore[arg-type]
    assert answer.headers["x-correlation-id"] != str(UUID(TRACE))
    assert UUID(answer.headers["x-correlation-id"])
    span = watched.spans()["GET /health/live"]
    assert (span.parent, list(span.links)) == (None, [])


def test_two_traces_are_none(watched: Watched) -> None:
    """Nobody knows which of them was meant, not even where they are the same."""
    headers = [("traceparent", CALLER), ("traceparent", CALLER)]
    answer = watched.site.client.get("/health/live", headers=headers)  # type: ignore[arg-type]
    assert answer.headers["x-correlation-id"] != str(UUID(TRACE))
    span = watched.spans()["GET /health/live"]
    assert (span.parent, list(span.links)) == (None, [])


def test_a_correlation_id_goes_before_a_trace(watched: Watched) -> None:
    """The caller's trace is linked to then."""
    headers = {"traceparent": CALLER, "X-Correlation-ID": "order-4711"}
    answer = watched.site.call("GET", "/health/live", headers=headers)
    assert answer.headers["x-correlation-id"] == "order-4711"
    span = watched.spans()["GET /health/live"]
    assert span.parent is None
    assert [f"{link.context.trace_id:032x}" for link in span.links] == [TRACE]


def test_requests_are_counted_by_route(watched: Watched) -> None:
    """Whether the route exists, the caller may use it, or something went wrong."""
    for path, caller in (("/bookings/x", ANN), ("/bookings/y", ANN), ("/x/y", ANN)):
        watched.site.call("GET", path, caller)
    watched.site.call("HEAD", "/health/live")
    assert watched.count("/bookings/{booking_id}", "GET", "4xx") == 2
    assert watched.count("other", "GET", "4xx") == 1
    assert watched.count("/health/live", "HEAD", "2xx") == 1
    refusals = watched.registry.get_sample_value
    assert refusals("booking_http_refusals_total", {"code": "not-found"}) == 2
    assert refusals("booking_http_refusals_total", {"code": "unknown-route"}) == 1


class InHand(NoTelemetry):
    """Notes which request each use case belongs to, as a log line would."""

    def __init__(self) -> None:
        """Nothing was done yet."""
        self.seen: list[str | None] = []

    def acting(self, use_case: str, correlation_id: CorrelationId | None) -> Acting:
        """Note it."""
        self.seen.append(correlation_in_hand())
        return super().acting(use_case, correlation_id)


def test_what_the_engine_logs_belongs_to_the_request() -> None:
    """In whichever thread it works, and to nothing afterwards."""
    in_hand = InHand()
    site = Site(MemoryStorage(), telemetry=in_hand)
    with site.client:
        site.furnish()
        mine = {"X-Correlation-ID": "order-4711"}
        site.call("POST", "/bookings", ANN, json={"items": [PLACE]}, headers=mine)
    assert in_hand.seen == ["order-4711"]
    assert correlation_in_hand() is None
