"""What a provider does with a booking: decide about it, and note what became of it."""

from __future__ import annotations

from litestar import Response, post
from litestar.params import FromPath, JSONBody

from booking_core.application.booking.approve_booking import ApproveBooking
from booking_core.application.booking.check_in_booking import CheckInBooking
from booking_core.application.booking.complete_booking import CompleteBooking
from booking_core.application.booking.mark_no_show import MarkNoShow
from booking_core.application.booking.reject_booking import RejectBooking
from booking_core.domain.kernel.ids import BookingId
from booking_http.bookings.making import answered
from booking_http.bookings.requests import RejectRequest
from booking_http.bookings.view import BookingView
from booking_http.call import Call
from booking_http.headers import IdempotencyKey, IfMatch, expected_version
from booking_http.refused import refused
from booking_http.strict_body import Strict

REFUSED = refused(403, 404, 409, 412)


@post(
    "/bookings/{booking_id:str}/approve",
    operation_id="approveBooking",
    summary="Agree to a booking that awaits it",
    tags=["Provider"],
    status_code=200,
    responses=REFUSED,
)
async def approve_booking(
    booking_id: FromPath[str], request: Call, key: IdempotencyKey = None, if_match: IfMatch = None
) -> Response[BookingView]:
    """Confirmed, or held anew where money is due."""
    command = ApproveBooking(
        booking_id=BookingId(booking_id), expected_version=expected_version(if_match)
    )
    return answered(await request.ask(request.engine.approve_booking, command, request.user, key))


@post(
    "/bookings/{booking_id:str}/reject",
    operation_id="rejectBooking",
    summary="Decline a booking that awaits it",
    tags=["Provider"],
    status_code=200,
    dto=Strict[RejectRequest],
    return_dto=None,
    responses=refused(403, 404, 409, 412, body=True),
)
async def reject_booking(
    booking_id: FromPath[str],
    request: Call,
    data: JSONBody[RejectRequest] = RejectRequest(),  # noqa: B008 - immutable
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response[BookingView]:
    """What it held is free again."""
    command = RejectBooking(
        booking_id=BookingId(booking_id),
        reason=data.reason,
        expected_version=expected_version(if_match),
    )
    return answered(await request.ask(request.engine.reject_booking, command, request.user, key))


@post(
    "/bookings/{booking_id:str}/check-in",
    operation_id="checkInBooking",
    summary="Somebody has come",
    tags=["Provider"],
    status_code=200,
    responses=REFUSED,
)
async def check_in_booking(
    booking_id: FromPath[str], request: Call, key: IdempotencyKey = None, if_match: IfMatch = None
) -> Response[BookingView]:
    """From now on its units are promised."""
    command = CheckInBooking(
        booking_id=BookingId(booking_id), expected_version=expected_version(if_match)
    )
    return answered(await request.ask(request.engine.check_in_booking, command, request.user, key))


@post(
    "/bookings/{booking_id:str}/complete",
    operation_id="completeBooking",
    summary="It is over",
    tags=["Provider"],
    status_code=200,
    responses=REFUSED,
)
async def complete_booking(
    booking_id: FromPath[str], request: Call, key: IdempotencyKey = None, if_match: IfMatch = None
) -> Response[BookingView]:
    """What is left of its time is free again."""
    command = CompleteBooking(
        booking_id=BookingId(booking_id), expected_version=expected_version(if_match)
    )
    return answered(await request.ask(request.engine.complete_booking, command, request.user, key))


@post(
    "/bookings/{booking_id:str}/no-show",
    operation_id="markNoShow",
    summary="Nobody has come",
    tags=["Provider"],
    status_code=200,
    responses=REFUSED,
)
async def mark_no_show(
    booking_id: FromPath[str], request: Call, key: IdempotencyKey = None, if_match: IfMatch = None
) -> Response[BookingView]:
    """Its time stays taken, unless the terms say otherwise."""
    command = MarkNoShow(
        booking_id=BookingId(booking_id), expected_version=expected_version(if_match)
    )
    return answered(await request.ask(request.engine.mark_no_show, command, request.user, key))
