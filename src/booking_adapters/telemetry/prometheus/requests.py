"""Requests over HTTP, as Prometheus counts them."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

from booking_adapters.telemetry.asked import Asked, RequestWatcher
from booking_adapters.telemetry.prometheus.series import Series
from booking_adapters.telemetry.prometheus.telemetry import ACT_SECONDS
from booking_adapters.telemetry.prometheus.timed import Timed
from booking_adapters.telemetry.prometheus.words import OTHER, Words
from booking_core.ports.telemetry import Watched

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class PrometheusRequests(RequestWatcher):
    """By the template of the route: what a path says is never a label."""

    def __init__(self, registry: CollectorRegistry) -> None:
        route, method = Words(most=200), Words(known=METHODS)
        self.requests = Series(
            Histogram(
                "booking_http_request_seconds",
                "How long requests took, by the first digit of the answer's status",
                ("route", "method", "status"),
                registry=registry,
                buckets=ACT_SECONDS,
            ),
            route,
            method,
            Words(),
        )
        self.refusals = Series(
            Counter(
                "booking_http_refusals_total",
                "Requests that were refused, by the code of the problem",
                ("code",),
                registry=registry,
            ),
            Words(most=500),
        )

    def answering(self, asked: Asked) -> Watched:
        return _Answering(self, asked)


class _Answering(Timed):
    __slots__ = ("asked", "requests")

    def __init__(self, requests: PrometheusRequests, asked: Asked) -> None:
        self.requests, self.asked = requests, asked

    def ended(self, seconds: float, error: BaseException | None) -> None:
        asked = self.asked
        status = f"{asked.status // 100}xx"
        self.requests.requests.of(asked.route or OTHER, asked.method, status).observe(seconds)
        if asked.refusal is not None:
            self.requests.refusals.of(asked.refusal).inc()
