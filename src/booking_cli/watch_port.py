"""The port at which operators see a command that runs for long."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from attrs import evolve

from booking_adapters.composition import Composition, compose
from booking_adapters.health import health_of
from booking_adapters.settings import Settings
from booking_adapters.telemetry.port import WatchPort
from booking_adapters.telemetry.watch import require_metrics

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

SHARED = "PROMETHEUS_MULTIPROC_DIR"


@contextmanager
def watch_port(composition: Composition) -> Iterator[None]:
    """Of a command that is one process, if the settings name a port."""
    registry = composition.watch.registry
    if registry is None:
        yield
    else:
        with _opened(composition, registry):
            yield


@contextmanager
def shared_watch_port(settings: Settings) -> Iterator[None]:
    """Of one that only starts others, for all of them: they count into files that it reads.

    They must be started within, and must not be forks: the client looks for the files' folder when
    it is imported.
    """
    if settings.telemetry.metrics_port is None:
        yield
        return
    require_metrics()
    from prometheus_client import CollectorRegistry
    from prometheus_client.multiprocess import MultiProcessCollector

    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="booking-metrics-"))
        stack.enter_context(_variable(SHARED, folder))
        quiet = evolve(settings, telemetry=evolve(settings.telemetry, metrics_port=None))
        composition = stack.enter_context(compose(quiet))
        composition = evolve(composition, settings=settings)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
        stack.enter_context(_opened(composition, registry))
        yield


@contextmanager
def _opened(composition: Composition, registry: CollectorRegistry) -> Iterator[None]:
    from prometheus_client import make_wsgi_app

    from booking_adapters.telemetry.prometheus.waiting import WaitingMetrics

    storage, telemetry = composition.storage, composition.settings.telemetry
    assert telemetry.metrics_port is not None  # Else there is no registry.
    clock = composition.engine.ports.clock
    registry.register(WaitingMetrics(lambda: storage.outbox, lambda: storage.inbox, clock))
    port = WatchPort(
        telemetry.metrics_host,
        telemetry.metrics_port,
        make_wsgi_app(registry),
        health_of(composition),
    )
    try:
        yield
    finally:
        port.close()


@contextmanager
def _variable(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
