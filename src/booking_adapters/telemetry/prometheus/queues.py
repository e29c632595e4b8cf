"""What waits in the broker, asked for when Prometheus asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from booking_adapters.brokers.depth import queue_depth
from booking_adapters.brokers.settings import BrokerSettings
from booking_adapters.telemetry.patient import Patient

FRESH_SECONDS = 15.0  # Each look connects anew.


class QueueMetrics(Collector):
    """The same in every process, like what waits in storage; nothing where nobody can tell."""

    def __init__(self, broker: BrokerSettings, consumers: Iterable[str]) -> None:
        """Of the queues of these."""
        self._consumers = {broker.queue(consumer): consumer for consumer in consumers}
        url, queues = broker.url, tuple(self._consumers)
        self._look = Patient(lambda: queue_depth(url.reveal(), queues), FRESH_SECONDS)

    def describe(self) -> Iterable[Metric]:
        """Without asking the broker."""
        return self._metrics({})

    def collect(self) -> Iterable[Metric]:
        return self._metrics(self._look() or {})

    def _metrics(self, depths: Mapping[str, int]) -> Iterable[Metric]:
        waiting = GaugeMetricFamily(
            "booking_queue_messages",
            "Messages in the broker that no consumer has in hand; RabbitMQ and Redis can tell",
            labels=("consumer", "queue"),
        )
        for queue, depth in depths.items():
            waiting.add_metric((self._consumers[queue], queue), depth)
        return (waiting,)
