"""All that a scrape finds: what the processes of one command counted, and what waits in storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

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
    return shown
