"""What payment providers tell: signed over the raw bytes, and harmless when told again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from litestar import post
from litestar.params import FromPath, RawBody

from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.ids import CorrelationId
from booking_core.engine import BookingEngine
from booking_core.ports.payment_webhook import PaymentWebhook
from booking_http.auth import ANYBODY, PUBLIC
from booking_http.call import Call
from booking_http.correlation import correlation_of
from booking_http.refused import refused


@post(
    "/payments/webhooks/{provider:str}",
    operation_id="receiveCallback",
    summary="What a payment provider tells",
    tags=["Payments"],
    status_code=204,
    opt=PUBLIC,
    security=ANYBODY,
    responses=refused(401, 404, 409, body=True),
)
async def receive_callback(provider: FromPath[str], body: RawBody, request: Call) -> None:
    """Nothing is acknowledged before it is stored."""
    webhooks = cast("Mapping[str, PaymentWebhook]", request.app.state.webhooks)
    webhook = webhooks.get(provider)
    if webhook is None:
        raise NotFound("payment provider", provider)
    headers = dict(request.headers.items())
    correlation_id = CorrelationId(correlation_of(request.scope))
    await request.ask(_apply, request.engine, webhook, headers, body, correlation_id)


def _apply(
    engine: BookingEngine,
    webhook: PaymentWebhook,
    headers: Mapping[str, str],
    body: bytes,
    correlation_id: CorrelationId,
) -> None:
    for callback in webhook.callbacks(headers, body):
        engine.apply_callback(callback, correlation_id)
