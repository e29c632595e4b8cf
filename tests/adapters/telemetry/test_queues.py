"""What Prometheus finds of brokers' queues."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from booking_adapters.brokers.settings import BrokerSettings
from booking_adapters.secret import Secret
from booking_adapters.telemetry.prometheus.queues import QueueMetrics
from tests.brokers import Broker, messages


def of_queue(url: str, queue: str) -> CollectorRegistry:
    """A registry in which there is what waits for the consumer log, in that queue."""
    registry = CollectorRegistry()
    registry.register(QueueMetrics(BrokerSettings(url=Secret(url), queues={"log": queue}), ["log"]))
    return registry


@pytest.mark.parametrize("kind", ["rabbitmq", "redis"])
def test_what_waits_in_a_queue_is_told(kind: str, request: pytest.FixtureRequest) -> None:
    """By the consumer and the name of its queue."""
    broker: Broker = request.getfixturevalue(f"{kind}_broker")
    broker.receiver(consumer="log").close()
    broker.publisher().publish(messages(3))
    queue = broker.queue("log")
    labels = {"consumer": "log", "queue": queue}
    registry = of_queue(broker.url, queue)
    assert registry.get_sample_value("booking_queue_messages", labels) == 3


@pytest.mark.parametrize("url", ["memory://x", "kafka://127.0.0.1:1", "amqp://127.0.0.1:1"])
def test_a_broker_that_cannot_tell_tells_nothing(url: str) -> None:
    """Nor one that is away: the scrape goes well, and nothing is said to be empty."""
    told = generate_latest(of_queue(url, "q")).decode()
    assert "# TYPE booking_queue_messages gauge" in told
    assert "booking_queue_messages{" not in told
