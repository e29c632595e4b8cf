"""The service: one engine behind one Litestar application."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import version

from litestar import Litestar
from litestar.datastructures import ResponseHeader, State
from litestar.exceptions import HTTPException
from litestar.middleware import DefineMiddleware

from booking_adapters.health import Health
from booking_adapters.settings import TokenSettings
from booking_adapters.telemetry.asked import RequestWatcher
from booking_core.domain.kernel.errors import BookingError
from booking_core.engine import BookingEngine
from booking_core.ports.payment_webhook import PaymentWebhook
from booking_http.auth import Authentication
from booking_http.call import Call
from booking_http.documentation import documented
from booking_http.edge import Edge
from booking_http.gate import Gate
from booking_http.health import Probes
from booking_http.metrics import Exposition
from booking_http.payments.checkout import Checkout
from booking_http.problems import BODY_BYTES_MAX, answer, from_fault, from_litestar
from booking_http.routes import DEVELOPMENT_ROUTES, METRICS_ROUTES, ROUTES
from booking_http.threads import Threads

WAITING_PER_THREAD = 32


def create_app(
    engine: BookingEngine,
    tokens: TokenSettings,
    *,
    threads: int = 10,
    webhooks: Sequence[PaymentWebhook] = (),
    checkout: Checkout | None = None,
    watchers: Sequence[RequestWatcher] = (),
    parts: Health | None = None,
    metrics: Callable[[], bytes] | None = None,
) -> Litestar:
    """The application, or InvalidSetting if no token could be judged by these settings.

    `threads` is how many requests reach the engine at once: as many as storage has connections.
    `webhooks` are the payment providers that may tell something; `checkout` is the simulated
    provider's page, for development only. `watchers` are told of every request,
    and `parts` of what is around the engine are in its health. `metrics` writes what Prometheus
    reads; without it there is no such route. Closing the engine remains with whoever opened it.
    """
    pool = Threads(count=threads, waiting_max=threads * WAITING_PER_THREAD)
    probes = Probes(engine, parts)
    exposition = None if metrics is None else Exposition(metrics)
    app = Litestar(
        route_handlers=[
            *ROUTES,
            *(() if exposition is None else METRICS_ROUTES),
            *(() if checkout is None else DEVELOPMENT_ROUTES),
        ],
        middleware=[DefineMiddleware(Gate, authentication=Authentication(tokens))],
        request_class=Call,
        state=State(
            {
                "engine": engine,
                "threads": pool,
                "probes": probes,
                "metrics": exposition,
                "webhooks": {webhook.name: webhook for webhook in webhooks},
                "checkout": checkout,
            }
        ),
        on_shutdown=[
            pool.stop,
            probes.threads.stop,
            *(() if exposition is None else (exposition.threads.stop,)),
        ],
        exception_handlers={
            BookingError: answer,
            HTTPException: from_litestar,
            Exception: from_fault,
        },
        response_headers=[
            ResponseHeader(
                name="X-Correlation-ID",
                description="The caller's, or a new one; it is in every event and log line",
                documentation_only=True,
            )
        ],
        openapi_config=documented(version("booking-core")),
        request_max_body_size=BODY_BYTES_MAX,
        logging_config=None,
    )
    app.asgi_handler = Edge(app.asgi_handler, tuple(watchers))
    return app
