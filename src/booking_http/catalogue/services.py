"""Services: what a customer buys on services."""

from __future__ import annotations

from litestar import Response, get, post, put
from litestar.params import FromPath, JSONBody

from booking_core.application.caller import Caller
from booking_core.domain.catalogue.service import Service
from booking_core.domain.kernel.ids import ServiceId
from booking_core.engine import BookingEngine
from booking_http.call import Call
from booking_http.catalogue.keeping import Kept, Shelf, name_for
from booking_http.catalogue.service_body import (
    NewService,
    ServiceBody,
    ServicePage,
    ServiceView,
    view,
)
from booking_http.headers import IdempotencyKey, IfMatch, checked, expected_version, versioned
from booking_http.paging import After, Limit, cursor, page_request
from booking_http.refused import refused
from booking_http.strict_body import Strict


@get(
    "/services",
    operation_id="listServices",
    summary="What customers buy",
    tags=["Catalogue"],
    responses=refused(),
)
async def list_services(request: Call, limit: Limit = 50, after: After = None) -> ServicePage:
    """By name."""
    page = await request.ask(
        request.engine.read_catalogue.services, page_request(limit, after), request.user
    )
    return ServicePage(items=[view(each) for each in page.entries], next=cursor(page.next))


@get(
    "/services/{service_id:str}",
    operation_id="getService",
    summary="One service",
    tags=["Catalogue"],
    responses=refused(404),
)
async def get_service(service_id: FromPath[str], request: Call) -> Response[ServiceView]:
    """Its ETag is what If-Match wants."""
    service = await request.ask(
        request.engine.read_catalogue.service, ServiceId(service_id), request.user
    )
    return Response(view(service), headers=versioned(service.revision))


@post(
    "/services",
    operation_id="createService",
    summary="Offer something new",
    tags=["Catalogue"],
    dto=Strict[NewService],
    return_dto=None,
    responses=refused(403, 404, 409, 412, body=True),
)
async def create_service(
    data: JSONBody[NewService], request: Call, key: IdempotencyKey = None
) -> Response[ServiceView]:
    """Without an `id` it gets one."""
    kept = await request.ask(_create, request.engine, data, request.user, checked(key))
    return Response(
        view(kept.noun),
        status_code=201,
        headers=versioned(
            kept.noun.revision,
            replayed=kept.was_there,
            location=f"/services/{kept.noun.id}",
        ),
    )


@put(
    "/services/{service_id:str}",
    operation_id="putService",
    summary="Offer it so",
    tags=["Catalogue"],
    dto=Strict[ServiceBody],
    return_dto=None,
    responses=refused(403, 404, 409, 412, body=True),
)
async def put_service(
    service_id: FromPath[str],
    data: JSONBody[ServiceBody],
    request: Call,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response[ServiceView]:
    """New or changed, whole; bookings keep the terms that they were made on."""
    checked(key)
    version = expected_version(if_match)
    kept = await request.ask(_put, request.engine, service_id, data, version, request.user)
    return Response(view(kept.noun), headers=versioned(kept.noun.revision))


def _create(engine: BookingEngine, data: NewService, by: Caller, key: str | None) -> Kept[Service]:
    service_id = name_for("service", data.id, key, by)
    shelf = _shelf(engine, ServiceId(service_id), by)
    return shelf.post(data.service(service_id, by), key if data.id is None else None)


def _put(
    engine: BookingEngine, service_id: str, data: ServiceBody, version: int | None, by: Caller
) -> Kept[Service]:
    shelf = _shelf(engine, ServiceId(service_id), by)
    return shelf.put(data.service(service_id, by), version)


def _shelf(engine: BookingEngine, service_id: ServiceId, by: Caller) -> Shelf[Service]:
    return Shelf(
        read=lambda: engine.read_catalogue.service(service_id, by, fresh=True),
        save=engine.keep_catalogue.service,
        by=by,
    )
