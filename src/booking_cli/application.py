"""The ASGI application of one serving process."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from litestar import Litestar

from booking_adapters.composition import Composition, compose
from booking_adapters.health import health_of
from booking_adapters.settings import Settings
from booking_adapters.telemetry.correlation import correlation_in_hand
from booking_cli.in_process import InProcess
from booking_cli.sweeper import Sweeper
from booking_cli.watch_port import counted_folder, watch_port
from booking_core.domain.kernel.ids import CorrelationId
from booking_http.app import create_app
from booking_http.payments.checkout import Checkout


def application(settings: Settings) -> Litestar:
    """The HTTP edge over an engine of its own, which a sweeper keeps in order."""
    composition = compose(settings)
    sweeper, in_process = Sweeper(composition), InProcess(composition)
    engine, pages = composition.engine, composition.checkout
    app = create_app(
        engine,
        settings.tokens,
        threads=settings.database.pool_size,
        watchers=composition.watch.requests,
        parts=health_of(composition),
        metrics=_metrics(composition),
        webhooks=() if composition.webhook is None else (composition.webhook,),
        checkout=None
        if pages is None
        else Checkout(
            pages,
            # What is decided on the page belongs to the request that decides it.
            lambda: composition.gateway.deliver_due(
                lambda callback: engine.apply_callback(callback, _correlation())
            ),
        ),
    )
    app.on_startup += [sweeper.start, in_process.start]
    port = ExitStack()
    if settings.http.workers == 1:  # Else one process tells of all of them.
        port.enter_context(watch_port(composition))
    # In this order, after the last answer.
    app.on_shutdown += [sweeper.stop, in_process.stop, port.close, composition.close]
    return app


def _metrics(composition: Composition) -> Callable[[], bytes] | None:
    """What anyone may read, if anyone may."""
    settings = composition.settings
    if not settings.telemetry.shows_anyone:
        return None
    from prometheus_client import generate_latest

    from booking_adapters.telemetry.prometheus.scraped import scraped

    registry = scraped(composition, counted_folder(settings))
    return lambda: generate_latest(registry)


def _correlation() -> CorrelationId | None:
    in_hand = correlation_in_hand()
    return None if in_hand is None else CorrelationId(in_hand)
