"""What was sent to webhooks, and what became of it."""

from __future__ import annotations

from typing import Annotated

from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.span import Span
from booking_core.domain.webhook.delivery import DeliveryState
from booking_core.domain.webhook.ids import DeliveryId, WebhookId
from booking_http.call import Call
from booking_http.headers import IdempotencyKey, checked
from booking_http.instants import utc
from booking_http.paging import After, Limit, cursor, page_request
from booking_http.refused import refused
from booking_http.strict_body import Strict
from booking_http.webhooks.bodies import (
    DeliveryInFull,
    DeliveryPage,
    DeliveryView,
    Replayed,
    ReplayRequest,
    delivery_view,
    in_full,
)

TAGS = ["Webhooks"]
STATES = [state.value for state in DeliveryState]


@get(
    "/webhooks/{webhook_id:str}/deliveries",
    operation_id="listWebhookDeliveries",
    summary="What was told, and how that ended",
    tags=TAGS,
    responses=refused(403, 404),
)
async def list_deliveries(
    webhook_id: FromPath[str],
    request: Call,
    only: Annotated[
        str | None,
        QueryParameter(name="state", description="Only those in it", schema_extra={"enum": STATES}),
    ] = None,
    limit: Limit = 50,
    after: After = None,
) -> DeliveryPage:
    """The latest first; kept for a month."""
    page = await request.ask(
        request.engine.read_webhooks.log,
        WebhookId(webhook_id),
        page_request(limit, after),
        _state(only),
        request.user,
    )
    return DeliveryPage(
        items=[delivery_view(each) for each in page.entries], next=cursor(page.next)
    )


@get(
    "/webhook-deliveries/{delivery_id:str}",
    operation_id="getWebhookDelivery",
    summary="One delivery, and what is sent",
    tags=TAGS,
    responses=refused(403, 404),
)
async def get_delivery(delivery_id: FromPath[str], request: Call) -> DeliveryInFull:
    """The body is the text that is signed, byte for byte."""
    found = await request.ask(
        request.engine.read_webhooks.delivery, DeliveryId(delivery_id), request.user
    )
    return in_full(found)


@post(
    "/webhook-deliveries/{delivery_id:str}/replay",
    operation_id="replayWebhookDelivery",
    summary="Send it again",
    tags=TAGS,
    status_code=200,
    responses=refused(403, 404),
)
async def replay_delivery(
    delivery_id: FromPath[str], request: Call, key: IdempotencyKey = None
) -> DeliveryView:
    """Whatever became of it: due at once, with all its attempts before it."""
    checked(key)
    delivery = await request.ask(
        request.engine.replay_deliveries.one, DeliveryId(delivery_id), request.user
    )
    return delivery_view(delivery)


@post(
    "/webhooks/{webhook_id:str}/replay",
    operation_id="replayWebhookDeliveries",
    summary="Send again what failed in a period",
    tags=TAGS,
    dto=Strict[ReplayRequest],
    return_dto=None,
    status_code=200,
    responses=refused(403, 404, body=True),
)
async def replay_deliveries(
    webhook_id: FromPath[str],
    data: JSONBody[ReplayRequest],
    request: Call,
    key: IdempotencyKey = None,
) -> Replayed:
    """By when it was first told; at most 10000 at once, the first ones first."""
    checked(key)
    during = Span(utc("start", data.start), utc("end", data.end))
    count = await request.ask(
        request.engine.replay_deliveries.period,
        WebhookId(webhook_id),
        during,
        request.user,
        delivered_too=data.delivered_too,
    )
    return Replayed(count=count)


def _state(text: str | None) -> DeliveryState | None:
    if text is None:
        return None
    if text not in STATES:
        raise InvalidInput("state", f"one of {', '.join(STATES)}")
    return DeliveryState(text)
