"""Performances: dated events in a hall."""

from __future__ import annotations

from litestar import Response, get, post, put
from litestar.params import FromPath, JSONBody

from booking_core.application.caller import Caller
from booking_core.domain.catalogue.performance import Performance
from booking_core.domain.kernel.ids import PerformanceId
from booking_core.engine import BookingEngine
from booking_http.call import Call
from booking_http.catalogue.keeping import Kept, Shelf, name_for
from booking_http.catalogue.performance_body import (
    NewPerformance,
    PerformanceBody,
    PerformancePage,
    PerformanceView,
    view,
)
from booking_http.headers import IdempotencyKey, IfMatch, checked, expected_version, versioned
from booking_http.paging import After, Limit, cursor, page_request
from booking_http.refused import refused
from booking_http.strict_body import Strict


@get(
    "/performances",
    operation_id="listPerformances",
    summary="Dated events",
    tags=["Catalogue"],
    responses=refused(),
)
async def list_performances(
    request: Call, limit: Limit = 50, after: After = None
) -> PerformancePage:
    """By name."""
    page = await request.ask(
        request.engine.read_catalogue.performances, page_request(limit, after), request.user
    )
    return PerformancePage(items=[view(each) for each in page.entries], next=cursor(page.next))


@get(
    "/performances/{performance_id:str}",
    operation_id="getPerformance",
    summary="One performance",
    tags=["Catalogue"],
    responses=refused(404),
)
async def get_performance(
    performance_id: FromPath[str], request: Call
) -> Response[PerformanceView]:
    """Its ETag is what If-Match wants."""
    performance = await request.ask(
        request.engine.read_catalogue.performance, PerformanceId(performance_id), request.user
    )
    return Response(view(performance), headers=versioned(performance.revision))


@post(
    "/performances",
    operation_id="createPerformance",
    summary="Offer something new",
    tags=["Catalogue"],
    dto=Strict[NewPerformance],
    return_dto=None,
    responses=refused(403, 404, 409, 412, body=True),
)
async def create_performance(
    data: JSONBody[NewPerformance], request: Call, key: IdempotencyKey = None
) -> Response[PerformanceView]:
    """Without an `id` it gets one."""
    kept = await request.ask(_create, request.engine, data, request.user, checked(key))
    return Response(
        view(kept.noun),
        status_code=201,
        headers=versioned(
            kept.noun.revision,
            replayed=kept.was_there,
            location=f"/performances/{kept.noun.id}",
        ),
    )


@put(
    "/performances/{performance_id:str}",
    operation_id="putPerformance",
    summary="Offer it so",
    tags=["Catalogue"],
    dto=Strict[PerformanceBody],
    return_dto=None,
    responses=refused(403, 404, 409, 412, body=True),
)
async def put_performance(
    performance_id: FromPath[str],
    data: JSONBody[PerformanceBody],
    request: Call,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response[PerformanceView]:
    """New or changed, whole; bookings keep the terms that they were made on."""
    checked(key)
    version = expected_version(if_match)
    kept = await request.ask(_put, request.engine, performance_id, data, version, request.user)
    return Response(view(kept.noun), headers=versioned(kept.noun.revision))


def _create(
    engine: BookingEngine, data: NewPerformance, by: Caller, key: str | None
) -> Kept[Performance]:
    performance_id = name_for("performance", data.id, key, by)
    shelf = _shelf(engine, PerformanceId(performance_id), by)
    return shelf.post(
        data.performance(performance_id, engine, by), key if data.id is None else None
    )


def _put(
    engine: BookingEngine,
    performance_id: str,
    data: PerformanceBody,
    version: int | None,
    by: Caller,
) -> Kept[Performance]:
    shelf = _shelf(engine, PerformanceId(performance_id), by)
    return shelf.put(data.performance(performance_id, engine, by), version)


def _shelf(engine: BookingEngine, performance_id: PerformanceId, by: Caller) -> Shelf[Performance]:
    return Shelf(
        read=lambda: engine.read_catalogue.performance(performance_id, by, fresh=True),
        save=engine.keep_catalogue.performance,
        by=by,
    )
