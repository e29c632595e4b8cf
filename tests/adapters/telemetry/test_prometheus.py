"""What Prometheus finds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from booking_adapters.memory.clock import ManualClock
from booking_adapters.memory.outbox import MemoryOutbox
from booking_adapters.memory.state import State
from booking_adapters.memory.storage import MemoryStorage
from booking_adapters.telemetry.asked import Asked
from booking_adapters.telemetry.prometheus.requests import PrometheusRequests
from booking_adapters.telemetry.prometheus.telemetry import PrometheusTelemetry
from booking_adapters.telemetry.prometheus.waiting import WaitingMetrics
from booking_core.domain.kernel.errors import Busy
from booking_core.domain.webhook.webhook import Disabled
from booking_core.ports.awaited import Awaiting
from booking_core.ports.inbox import NewLetter
from booking_core.ports.outbox import SHARDS, Backlog
from booking_core.ports.publisher import Message, NotPublished
from booking_core.ports.telemetry import Fate
from tests.contract import builders as b
from tests.contract.test_telemetry import CORRELATION, event, incoming
from tests.contract.webhook_builders import a_delivery, a_webhook, keep, tell

ODD = "\0 \n\"'{}\\" + "x" * 1000 + "\ud800"


@pytest.fixture
def registry() -> CollectorRegistry:
    """Nothing is counted yet."""
    return CollectorRegistry()


def test_a_use_case_is_counted_by_its_end(registry: CollectorRegistry) -> None:
    """Ok, the code of its refusal, or a fault."""
    told = PrometheusTelemetry(registry)
    with told.acting("CreateBooking", None):
        pass
    for error in (Busy("away"), KeyError("fault")):
        with pytest.raises(type(error)), told.acting("CreateBooking", None):
            raise error
    for outcome in ("ok", "busy", "fault"):
        labels = {"use_case": "CreateBooking", "outcome": outcome}
        assert registry.get_sample_value("booking_use_case_seconds_count", labels) == 1


def test_a_commit_that_fails_wrote_nothing(registry: CollectorRegistry) -> None:
    """Its events do not count."""
    told = PrometheusTelemetry(registry)
    with pytest.raises(Busy), told.committing([event()]):
        raise Busy("away")
    with told.committing([event(1), event(2)]):
        pass
    labels = {"event_type": "booking.created"}
    assert registry.get_sample_value("booking_events_written_total", labels) == 2


def test_what_a_broker_took_and_what_it_refused_is_counted(registry: CollectorRegistry) -> None:
    """Of one batch too."""
    told = PrometheusTelemetry(registry)
    with pytest.raises(NotPublished), told.publishing([event(1), event(2), event(3)]):
        raise NotPublished("no", frozenset({1}))
    with pytest.raises(Busy), told.publishing([event()]):
        raise Busy("something else")
    labels = {"event_type": "booking.created"}
    assert registry.get_sample_value("booking_events_published_total", labels) == 1
    assert registry.get_sample_value("booking_events_publish_failed_total", labels) == 3
    assert registry.get_sample_value("booking_publish_seconds_count") == 2
    assert registry.get_sample_value("booking_publish_batch_events_sum") == 4
    assert registry.get_sample_value("booking_events_publish_delay_seconds_count", labels) == 1


def test_messages_are_counted_by_consumer_type_and_fate(registry: CollectorRegistry) -> None:
    """And the time that it took to handle them."""
    told = PrometheusTelemetry(registry)
    told.fared("payments", "booking.created", Fate.DUPLICATE, 3)
    with told.handling("payments", [incoming()]):
        pass
    labels = {"consumer": "payments", "event_type": "booking.created"}
    found = registry.get_sample_value("booking_messages_total", {**labels, "fate": "duplicate"})
    assert found == 3
    assert registry.get_sample_value("booking_handle_seconds_count", labels) == 1


def test_what_comes_from_outside_makes_no_time_series(registry: CollectorRegistry) -> None:
    """Unknown types are one; so is what is odd, or one consumer too many; all can be scraped."""
    told = PrometheusTelemetry(registry)
    for number in range(1000):
        told.fared(f"consumer-{number}", f"type-{number}", Fate.DEAD)
        told.fared(ODD + str(number), ODD, Fate.DEAD)
    scraped = generate_latest(registry).decode()
    lines = [line for line in scraped.splitlines() if line.startswith("booking_messages_total{")]
    assert len(lines) <= 101
    labels = {"consumer": "other", "event_type": "other", "fate": "dead"}
    assert registry.get_sample_value("booking_messages_total", labels) == 1900
    assert len(told.fates._made) <= 101


def test_requests_are_counted_by_route_and_never_by_path(registry: CollectorRegistry) -> None:
    """What nobody is at is one series; a refusal counts by its code."""
    watcher = PrometheusRequests(registry)
    asked = Asked(method="GET", correlation_id=CORRELATION)
    with watcher.answering(asked):
        asked.route, asked.status, asked.refusal = "/bookings/{booking_id}", 404, "not-found"
    with watcher.answering(Asked(method="BREW", correlation_id=CORRELATION)):
        pass
    labels = {"route": "/bookings/{booking_id}", "method": "GET", "status": "4xx"}
    assert registry.get_sample_value("booking_http_request_seconds_count", labels) == 1
    labels = {"route": "other", "method": "other", "status": "5xx"}
    assert registry.get_sample_value("booking_http_request_seconds_count", labels) == 1
    assert registry.get_sample_value("booking_http_refusals_total", {"code": "not-found"}) == 1


def test_what_waits_is_asked_for_when_it_is_scraped(registry: CollectorRegistry) -> None:
    """The outbox with the age of its eldest, and letters by consumer."""
    storage = MemoryStorage()
    clock = ManualClock(datetime(2030, 1, 7, 12, tzinfo=UTC))
    storage.inbox.keep(
        [
            NewLetter(
                consumer="payments",
                message=Message(key="k", topic="booking.created", body=body),
                attempts=1,
                due_at=due_at,
                code="x",
                cause="y",
                at=clock.now(),
            )
            for body, due_at in ((b"1", clock.now() - timedelta(minutes=1)), (b"2", None))
        ]
    )
    registry.register(WaitingMetrics(storage, clock))
    assert registry.get_sample_value("booking_storage_up") == 1
    assert registry.get_sample_value("booking_outbox_unsent_events") == 0
    assert registry.get_sample_value("booking_outbox_oldest_unsent_seconds") == 0
    for state in ("waiting", "dead"):
        labels = {"consumer": "payments", "state": state}
        assert registry.get_sample_value("booking_letters", labels) == 1
    labels = {"consumer": "payments"}
    assert registry.get_sample_value("booking_letters_overdue_seconds", labels) == 60


def test_holds_and_webhooks_are_asked_for_too(registry: CollectorRegistry) -> None:
    """By whether they stand, are active, and wait."""
    storage, clock = MemoryStorage(), ManualClock(b.NOW + timedelta(minutes=2))
    b.furnish(storage)
    for minutes in (1, 2, 3):
        until = b.NOW + timedelta(minutes=minutes)
        span = b.span(minutes, minutes + 1)
        b.make(storage, b.a_hold(f"hold-{minutes}", span, expires_at=until))
    keep(storage, a_webhook("hook"), a_webhook("gone"))
    storage.webhooks.save(a_webhook("gone").disable(Disabled.GONE))
    tell(storage, a_delivery("one", event="one"), a_delivery("two", event="two"))
    registry.register(WaitingMetrics(storage, clock))
    value = registry.get_sample_value
    assert value("booking_holds", {"state": "live"}) == 1
    assert value("booking_holds", {"state": "overdue"}) == 2
    assert value("booking_webhooks", {"state": "active"}) == 1
    assert value("booking_webhooks", {"state": "disabled"}) == 1
    assert value("booking_webhook_deliveries_waiting") == 2
    assert value("booking_webhook_deliveries_overdue_seconds") == 120


def test_receipts_that_are_owed_are_counted_by_consumer(registry: CollectorRegistry) -> None:
    """With the age of the first telling that none has answered."""
    storage, clock = MemoryStorage(), ManualClock(b.NOW)
    b.furnish(storage)
    b.make(storage, b.a_hold("b", b.span(9, 10)))
    (unsent,) = storage.outbox.unsent(range(SHARDS), 10)
    awaiting = Awaiting(positions={"payments": [unsent.position]}, due_at=b.NOW)
    storage.outbox.mark_sent([unsent.position], b.NOW, awaiting)
    clock.advance(timedelta(seconds=90))
    registry.register(WaitingMetrics(storage, clock))
    labels = {"consumer": "payments"}
    assert registry.get_sample_value("booking_receipts_awaited", labels) == 1
    assert registry.get_sample_value("booking_receipts_oldest_awaited_seconds", labels) == 90


class Away(MemoryOutbox):
    """One whose storage cannot be reached."""

    def __init__(self) -> None:
        """There is nothing in it."""
        super().__init__(State())

    def backlog(self) -> Backlog:
        """Nobody can tell."""
        raise Busy("storage is away")


def test_a_storage_that_is_away_is_said_to_be_down(registry: CollectorRegistry) -> None:
    """The scrape goes well: what this process counts is told, and of what waits nothing."""
    storage = MemoryStorage()
    storage.outbox = Away()
    registry.register(WaitingMetrics(storage, ManualClock(b.NOW)))
    assert registry.get_sample_value("booking_storage_up") == 0
    assert registry.get_sample_value("booking_outbox_unsent_events") is None
