"""The port at which operators see a command that runs for long."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryDirectory

from attrs import evolve

from booking_adapters.composition import Composition, compose
from booking_adapters.health import health_of
from booking_adapters.settings import Settings
from booking_adapters.telemetry.port import WatchPort
from booking_adapters.telemetry.watch import require_metrics

SHARED = "PROMETHEUS_MULTIPROC_DIR"  # So the client calls it.


@contextmanager
def watch_port(composition: Composition, folder: str | None = None) -> Iterator[None]:
    """If the settings name a port; of all that count into the `folder`, or of this process."""
    telemetry = composition.settings.telemetry
    if telemetry.metrics_port is None:
        yield
        return
    from prometheus_client import make_wsgi_app

    from booking_adapters.telemetry.prometheus.scraped import scraped

    port = WatchPort(
        telemetry.metrics_host,
        telemetry.metrics_port,
        make_wsgi_app(scraped(composition, folder)),
        health_of(composition),
    )
    try:
        yield
    finally:
        port.close()


@contextmanager
def counted_together(settings: Settings) -> Iterator[None]:
    """Around processes that this one starts: they count into files, and one port tells of all.

    They must be started within, and must not be forks: the client looks for the files' folder when
    it is imported.
    """
    telemetry = settings.telemetry
    if not telemetry.counts:
        yield
        return
    require_metrics()
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="booking-metrics-"))
        stack.enter_context(_variable(SHARED, folder))
        if telemetry.metrics_port is not None:
            # This process counts nothing itself.
            quiet = evolve(telemetry, metrics_port=None, serves=False)
            composition = stack.enter_context(compose(evolve(settings, telemetry=quiet)))
            composition = evolve(composition, settings=settings)
            stack.enter_context(watch_port(composition, folder))
        yield


def counted_folder(settings: Settings) -> str | None:
    """Where a process that others were started beside counts; None where it is alone."""
    return os.environ[SHARED] if settings.http.workers > 1 else None


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
