"""The service: one engine behind one Litestar application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from litestar import Litestar
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from booking_adapters.settings import TokenSettings
from booking_core.domain.kernel.errors import BookingError
from booking_core.engine import BookingEngine
from booking_http.auth import Authentication
from booking_http.call import Call
from booking_http.documentation import documented
from booking_http.edge import Edge
from booking_http.problems import BODY_BYTES_MAX, answer, from_fault, from_litestar
from booking_http.routes import ROUTES
from booking_http.threads import Threads

WAITING_PER_THREAD = 32


def create_app(
    engine: BookingEngine,
    tokens: TokenSettings,
    *,
    threads: int = 10,
) -> Litestar:
    """The application; InvalidSetting if no token could be judged by these settings.

    `threads` is how many requests reach the engine at once: as many as the storage has connections.
    Closing the engine remains with whoever opened it.
    """
    pool = Threads(count=threads, waiting_max=threads * WAITING_PER_THREAD)
    app = Litestar(
        route_handlers=ROUTES,
        guards=[Authentication(tokens)],
        request_class=Call,
        state=State({"engine": engine, "threads": pool}),
        lifespan=[_running(pool)],
        exception_handlers={
            BookingError: answer,
            HTTPException: from_litestar,
            Exception: from_fault,
        },
        openapi_config=documented(),
        request_max_body_size=BODY_BYTES_MAX,
        logging_config=None,
    )
    app.asgi_handler = Edge(app.asgi_handler)
    return app


def _running(pool: Threads) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        pool.start()
        try:
            yield
        finally:
            pool.stop()

    return lifespan
