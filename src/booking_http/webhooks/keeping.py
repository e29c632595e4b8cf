"""Make, change, switch and delete webhooks."""

from __future__ import annotations

from litestar import Response, delete, get, post, put
from litestar.params import FromPath, JSONBody

from booking_core.domain.webhook.ids import WebhookId
from booking_http.call import Call
from booking_http.headers import IdempotencyKey, IfMatch, checked, expected_version, versioned
from booking_http.paging import After, Limit, cursor, page_request
from booking_http.refused import refused
from booking_http.strict_body import Strict
from booking_http.webhooks.bodies import (
    WebhookBody,
    WebhookIssued,
    WebhookPage,
    WebhookView,
    issued,
    view,
)

TAGS = ["Webhooks"]


@get(
    "/webhooks",
    operation_id="listWebhooks",
    summary="Who is told what happens",
    tags=TAGS,
    responses=refused(403),
)
async def list_webhooks(request: Call, limit: Limit = 50, after: After = None) -> WebhookPage:
    """By id."""
    page = await request.ask(
        request.engine.read_webhooks.all, page_request(limit, after), request.user
    )
    return WebhookPage(items=[view(each) for each in page.entries], next=cursor(page.next))


@get(
    "/webhooks/{webhook_id:str}",
    operation_id="getWebhook",
    summary="One webhook",
    tags=TAGS,
    responses=refused(403, 404),
)
async def get_webhook(webhook_id: FromPath[str], request: Call) -> Response[WebhookView]:
    """Its ETag is what If-Match wants; its secrets are not shown."""
    webhook = await request.ask(
        request.engine.read_webhooks.one, WebhookId(webhook_id), request.user
    )
    return Response(view(webhook), headers=versioned(webhook.revision))


@post(
    "/webhooks",
    operation_id="createWebhook",
    summary="Have a URL told what happens",
    tags=TAGS,
    dto=Strict[WebhookBody],
    return_dto=None,
    responses=refused(403, 409, 412, body=True),
)
async def create_webhook(
    data: JSONBody[WebhookBody], request: Call, key: IdempotencyKey = None
) -> Response[WebhookIssued]:
    """An https URL on the public internet. Keep the secret: it is not shown again."""
    made = await request.ask(
        request.engine.keep_webhooks.create, data.wish(), request.user, checked(key)
    )
    headers = versioned(
        made.webhook.revision, replayed=made.replayed, location=f"/webhooks/{made.webhook.id}"
    )
    return Response(issued(made), status_code=201, headers=headers)


@put(
    "/webhooks/{webhook_id:str}",
    operation_id="putWebhook",
    summary="Tell another URL, or of other events",
    tags=TAGS,
    dto=Strict[WebhookBody],
    return_dto=None,
    responses=refused(403, 404, 412, body=True),
)
async def put_webhook(
    webhook_id: FromPath[str],
    data: JSONBody[WebhookBody],
    request: Call,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response[WebhookView]:
    """Changed whole, but for its secrets; what waits already goes to the new URL."""
    checked(key)
    webhook = await request.ask(
        request.engine.keep_webhooks.change,
        WebhookId(webhook_id),
        data.wish(),
        expected_version(if_match),
        request.user,
    )
    return Response(view(webhook), headers=versioned(webhook.revision))


@post(
    "/webhooks/{webhook_id:str}/rotate-secret",
    operation_id="rotateWebhookSecret",
    summary="Sign with a new secret",
    tags=TAGS,
    status_code=200,
    responses=refused(403, 404),
)
async def rotate_webhook_secret(
    webhook_id: FromPath[str], request: Call, key: IdempotencyKey = None
) -> Response[WebhookIssued]:
    """The one before signs beside it for a day, any older one no more."""
    made = await request.ask(
        request.engine.keep_webhooks.rotate_secret,
        WebhookId(webhook_id),
        request.user,
        checked(key),
    )
    headers = versioned(made.webhook.revision, replayed=made.replayed)
    return Response(issued(made), headers=headers)


@post(
    "/webhooks/{webhook_id:str}/enable",
    operation_id="enableWebhook",
    summary="Tell it again",
    tags=TAGS,
    status_code=200,
    responses=refused(403, 404),
)
async def enable_webhook(
    webhook_id: FromPath[str], request: Call, key: IdempotencyKey = None
) -> Response[WebhookView]:
    """Of what happens from now on; what failed before can be replayed."""
    checked(key)
    webhook = await request.ask(
        request.engine.keep_webhooks.enable, WebhookId(webhook_id), request.user
    )
    return Response(view(webhook), headers=versioned(webhook.revision))


@post(
    "/webhooks/{webhook_id:str}/disable",
    operation_id="disableWebhook",
    summary="Tell it nothing",
    tags=TAGS,
    status_code=200,
    responses=refused(403, 404),
)
async def disable_webhook(
    webhook_id: FromPath[str], request: Call, key: IdempotencyKey = None
) -> Response[WebhookView]:
    """What is on its way is given up when it is due."""
    checked(key)
    webhook = await request.ask(
        request.engine.keep_webhooks.disable, WebhookId(webhook_id), request.user
    )
    return Response(view(webhook), headers=versioned(webhook.revision))


@delete(
    "/webhooks/{webhook_id:str}",
    operation_id="deleteWebhook",
    summary="Forget it",
    tags=TAGS,
    responses=refused(403, 404),
)
async def delete_webhook(
    webhook_id: FromPath[str], request: Call, key: IdempotencyKey = None
) -> None:
    """With all that is known of its deliveries."""
    checked(key)
    await request.ask(request.engine.keep_webhooks.delete, WebhookId(webhook_id), request.user)
