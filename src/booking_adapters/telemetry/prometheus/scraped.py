"""All that a scrape finds: what the processes of a command counted, and what waits around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from booking_adapters.consumers.registry import CONSUMERS
from booking_adapters.telemetry.prometheus.queues import QueueMetrics
from booking_adapters.telemetry.prometheus.waiting import WaitingMetrics

if TYPE_CHECKING:
    from booking_adapters.composition import Composition


def scraped(composition: Composition, folder: str | None = None) -> CollectorRegistry:
    """A registry of its own, so that any number may show the same.

    With a `folder`, into which several processes count, it is all of them, those that died too;
    without it, this one.
    """
    shown = CollectorRegistry()
    if folder is not None:
        MultiProcessCollector(shown, path=folder)  # type: ignore[no-untyped-call]
    elif composition.watch.registry is not None:
        # It has all that is asked of a collector.
        shown.register(cast("Collector", composition.watch.registry))
    shown.register(WaitingMetrics(composition.storage, composition.engine.ports.clock))
    settings = composition.settings
    if settings.broker is not None:
        set_up = [name for name, consumer in CONSUMERS.items() if consumer.is_set_up(settings)]
        shown.register(QueueMetrics(settings.broker, set_up))
    return shown
