"""Moving bookings: to another time, to other items, or to each other's place."""

from __future__ import annotations

from litestar import Response, post, put
from litestar.params import FromPath, JSONBody

from booking_core.application.booking.reschedule_booking import RescheduleBooking
from booking_core.application.booking.swap_bookings import SwapBookings
from booking_core.application.caller import Caller
from booking_core.application.once import Outcome
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.ids import BookingId
from booking_core.engine import BookingEngine
from booking_http.bookings.making import answered
from booking_http.bookings.requests import RescheduleRequest, SwapRequest, lines
from booking_http.bookings.view import BookingView
from booking_http.call import Call
from booking_http.headers import IdempotencyKey, IfMatch, expected_version
from booking_http.instants import at
from booking_http.refused import refused
from booking_http.strict_body import Strict


@post(
    "/bookings/{booking_id:str}/reschedule",
    operation_id="rescheduleBooking",
    summary="Move to another time, or to other items",
    tags=["Bookings"],
    status_code=200,
    dto=Strict[RescheduleRequest],
    return_dto=None,
    responses=refused(404, 409, 412, body=True),
)
async def reschedule_booking(
    booking_id: FromPath[str],
    data: JSONBody[RescheduleRequest],
    request: Call,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response[BookingView]:
    """The old place is given up only if the new one is had."""
    version = expected_version(if_match)
    return answered(await request.ask(_reschedule, request, booking_id, data, key, version))


@put(
    "/bookings/{booking_id:str}/reschedule",
    operation_id="putReschedule",
    summary="Move to another time, or to other items",
    tags=["Bookings"],
    dto=Strict[RescheduleRequest],
    return_dto=None,
    responses=refused(404, 409, 412, body=True),
)
async def put_reschedule(
    booking_id: FromPath[str],
    data: JSONBody[RescheduleRequest],
    request: Call,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response[BookingView]:
    """The same as rescheduling."""
    version = expected_version(if_match)
    return answered(await request.ask(_reschedule, request, booking_id, data, key, version))


@put(
    "/bookings/{booking_id:str}",
    operation_id="putBooking",
    summary="Move to another time, or to other items",
    tags=["Bookings"],
    dto=Strict[RescheduleRequest],
    return_dto=None,
    responses=refused(404, 409, 412, body=True),
)
async def put_booking(
    booking_id: FromPath[str],
    data: JSONBody[RescheduleRequest],
    request: Call,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response[BookingView]:
    """The same as rescheduling."""
    version = expected_version(if_match)
    return answered(await request.ask(_reschedule, request, booking_id, data, key, version))


@post(
    "/bookings/{booking_id:str}/swap",
    operation_id="swapBookings",
    summary="Let two bookings change places",
    tags=["Bookings"],
    status_code=200,
    dto=Strict[SwapRequest],
    return_dto=None,
    responses=refused(404, 409, body=True),
)
async def swap_bookings(
    booking_id: FromPath[str],
    data: JSONBody[SwapRequest],
    request: Call,
    key: IdempotencyKey = None,
) -> Response[BookingView]:
    """At once: neither is ever without a place."""
    command = SwapBookings(booking_id=BookingId(booking_id), with_id=BookingId(data.with_id))
    return answered(await request.ask(request.engine.swap_bookings, command, request.user, key))


def _reschedule(
    request: Call,
    booking_id: str,
    data: RescheduleRequest,
    key: str | None,
    version: int | None,
) -> Outcome:
    engine, by = request.engine, request.user
    command = _moved(BookingId(booking_id), data, version, engine, by)
    return engine.reschedule_booking(command, by, key)


def _moved(
    booking_id: BookingId,
    data: RescheduleRequest,
    version: int | None,
    engine: BookingEngine,
    by: Caller,
) -> RescheduleBooking:
    def zone_name() -> str:
        return engine.read_bookings.one(booking_id, by).booking.terms.zone

    if data.items is not None and (data.start or data.end):
        raise InvalidInput("items", "either a new start or new items")
    return RescheduleBooking(
        booking_id=booking_id,
        start=None if data.start is None else at("start", data.start, zone_name),
        end=None if data.end is None else at("end", data.end, zone_name),
        items=() if data.items is None else lines(data.items, engine, by),
        expected_version=version,
    )
