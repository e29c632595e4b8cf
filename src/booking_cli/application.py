"""The ASGI application of one serving process."""

from __future__ import annotations

from litestar import Litestar

from booking_adapters.composition import compose
from booking_adapters.settings import Settings
from booking_cli.sweeper import Sweeper
from booking_http.app import create_app


def application(settings: Settings) -> Litestar:
    """The HTTP edge over an engine of its own, which a sweeper keeps in order."""
    composition = compose(settings)
    sweeper = Sweeper(composition)
    app = create_app(composition.engine, settings.tokens, threads=settings.database.pool_size)
    app.on_startup.append(sweeper.start)
    app.on_shutdown += [sweeper.stop, composition.close]  # In this order, after the last answer.
    return app
