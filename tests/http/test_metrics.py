"""What anyone may read of what the service does: numbers, and of nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from threading import Event
from uuid import UUID

import pytest
from litestar.testing import TestClient
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from booking_adapters.memory.storage import MemoryStorage
from booking_adapters.telemetry.prometheus.requests import PrometheusRequests
from booking_adapters.telemetry.prometheus.telemetry import PrometheusTelemetry
from booking_adapters.telemetry.prometheus.waiting import WaitingMetrics
from booking_http.app import create_app
from tests.http.site import ANN, OWNER, PLACE, SLOT, TOKENS, Site

LABELS = {
    "consumer",
    "state",
    "event_type",
    "fate",
    "route",
    "method",
    "status",
    "code",
    "use_case",
    "outcome",
    "le",
}
ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}|\d{4}")


@pytest.fixture
def counted() -> Iterator[Site]:
    """A furnished site of which everything is counted."""
    registry, storage = CollectorRegistry(), MemoryStorage()
    site = Site(
        storage,
        telemetry=PrometheusTelemetry(registry),
        watchers=(PrometheusRequests(registry),),
        metrics=lambda: generate_latest(registry),
    )
    registry.register(WaitingMetrics(storage, site.clock))
    with site.client:
        site.furnish()
        yield site


def test_anyone_may_read_the_numbers(counted: Site) -> None:
    """Without a token, in the format that Prometheus reads, and as they are now."""
    counted.book(ANN, PLACE)
    found = counted.call("GET", "/metrics")
    assert found.status_code == 200
    assert found.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert found.headers["cache-control"] == "no-store"
    families = {family.name: family for family in text_string_to_metric_families(found.text)}
    (written,) = families["booking_events_written"].samples
    assert (written.labels, written.value) == ({"event_type": "booking.created"}, 1)
    (unsent,) = families["booking_outbox_unsent_events"].samples
    assert unsent.value == 1


def test_no_label_tells_of_a_tenant_or_a_customer(counted: Site) -> None:
    """Nor of a booking, a payment, a resource, or what a request held."""
    correlation = UUID(int=4711)
    for who, wish in ((ANN, PLACE), (OWNER, SLOT)):
        booking = counted.book(who, wish)
        counted.pay(who, booking)
        for path in (f"/bookings/{booking['id']}", f"/bookings/{booking['id']}/history", "/canary"):
            counted.call("GET", path, who, headers={"X-Correlation-ID": str(correlation)})
    counted.call("GET", "/resources?canary=1", ANN)
    counted.call("POST", "/bookings", ANN, json={"customerId": "canary"})
    told = counted.call("GET", "/metrics").text
    families = list(text_string_to_metric_families(told))
    labels = [sample.labels for family in families for sample in family.samples]
    assert {name for each in labels for name in each} <= LABELS
    values = {value for each in labels for name, value in each.items() if name != "le"}
    assert {"CreateBooking", "/bookings/{booking_id}"} <= values
    people = {"acme", "globex", "ann", "owner", "doctor", "car-park", "canary", str(correlation)}
    assert not {value for value in values if value in people or ID.search(value)}


def test_what_is_read_often_is_written_seldom() -> None:
    """By however many at once: whoever reads cannot keep the service busy."""
    count, written = 0, Event()

    def write() -> bytes:
        nonlocal count
        count += 1
        written.wait(0.05)
        return b"booking_reads 1\n"

    site = Site(MemoryStorage(), metrics=write)
    with site.client:
        told = {site.call("GET", "/metrics").content for _ in range(20)}
    assert told == {b"booking_reads 1\n"}
    assert count == 1


def test_what_is_not_for_anyone_is_no_route() -> None:
    """A service that shows its numbers to operators alone has nothing there."""
    with TestClient(create_app(Site(MemoryStorage()).engine, TOKENS)) as client:
        assert client.get("/metrics").json()["code"] == "unknown-route"
        assert "/metrics" not in client.get("/schema/openapi.json").json()["paths"]
