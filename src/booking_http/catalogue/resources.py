"""Resources: what can be booked."""

from __future__ import annotations

from litestar import Response, get, post, put
from litestar.params import FromPath, JSONBody

from booking_core.application.caller import Caller
from booking_core.domain.catalogue.resource import Resource
from booking_core.domain.kernel.ids import ResourceId
from booking_core.engine import BookingEngine
from booking_http.call import Call
from booking_http.catalogue.keeping import Kept, Shelf, name_for
from booking_http.catalogue.resource_body import (
    NewResource,
    ResourceBody,
    ResourcePage,
    ResourceView,
    summary,
    view,
)
from booking_http.headers import IdempotencyKey, IfMatch, checked, expected_version, versioned
from booking_http.paging import After, Limit, cursor, page_request
from booking_http.refused import refused
from booking_http.strict_body import Strict


@get(
    "/resources",
    operation_id="listResources",
    summary="What can be booked",
    tags=["Catalogue"],
    responses=refused(),
)
async def list_resources(request: Call, limit: Limit = 50, after: After = None) -> ResourcePage:
    """By name, without their units."""
    page = await request.ask(
        request.engine.read_catalogue.resources, page_request(limit, after), request.user
    )
    return ResourcePage(items=[summary(each) for each in page.entries], next=cursor(page.next))


@get(
    "/resources/{resource_id:str}",
    operation_id="getResource",
    summary="One resource with its units",
    tags=["Catalogue"],
    responses=refused(404),
)
async def get_resource(resource_id: FromPath[str], request: Call) -> Response[ResourceView]:
    """Its ETag is what If-Match wants."""
    resource = await request.ask(
        request.engine.read_catalogue.resource, ResourceId(resource_id), request.user
    )
    return Response(view(resource), headers=versioned(resource.revision))


@post(
    "/resources",
    operation_id="createResource",
    summary="Offer something new",
    tags=["Catalogue"],
    dto=Strict[NewResource],
    return_dto=None,
    responses=refused(403, 404, 409, 412, body=True),
)
async def create_resource(
    data: JSONBody[NewResource], request: Call, key: IdempotencyKey = None
) -> Response[ResourceView]:
    """Without an `id` it gets one."""
    kept = await request.ask(_create, request.engine, data, request.user, checked(key))
    return Response(
        view(kept.noun),
        status_code=201,
        headers=versioned(
            kept.noun.revision,
            replayed=kept.was_there,
            location=f"/resources/{kept.noun.id}",
        ),
    )


@put(
    "/resources/{resource_id:str}",
    operation_id="putResource",
    summary="Offer it so",
    tags=["Catalogue"],
    dto=Strict[ResourceBody],
    return_dto=None,
    responses=refused(403, 404, 409, 412, body=True),
)
async def put_resource(
    resource_id: FromPath[str],
    data: JSONBody[ResourceBody],
    request: Call,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response[ResourceView]:
    """New or changed, whole; bookings keep the terms that they were made on."""
    checked(key)
    version = expected_version(if_match)
    kept = await request.ask(_put, request.engine, resource_id, data, version, request.user)
    return Response(view(kept.noun), headers=versioned(kept.noun.revision))


def _create(
    engine: BookingEngine, data: NewResource, by: Caller, key: str | None
) -> Kept[Resource]:
    resource_id = name_for("resource", data.id, key, by)
    shelf = _shelf(engine, ResourceId(resource_id), by)
    return shelf.post(data.resource(resource_id, by), key if data.id is None else None)


def _put(
    engine: BookingEngine, resource_id: str, data: ResourceBody, version: int | None, by: Caller
) -> Kept[Resource]:
    shelf = _shelf(engine, ResourceId(resource_id), by)
    return shelf.put(data.resource(resource_id, by), version)


def _shelf(engine: BookingEngine, resource_id: ResourceId, by: Caller) -> Shelf[Resource]:
    return Shelf(
        read=lambda: engine.read_catalogue.resource(resource_id, by, fresh=True),
        save=engine.keep_catalogue.resource,
        by=by,
    )
