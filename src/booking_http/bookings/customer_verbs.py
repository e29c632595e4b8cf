"""What a customer does with a booking where it is: cancel it, or keep its hold."""

from __future__ import annotations

from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody

from booking_core.application.booking.cancel_booking import CancelBooking, QuoteCancellation
from booking_core.application.booking.extend_hold import ExtendHold
from booking_core.domain.kernel.ids import BookingId
from booking_http.bookings.making import answered
from booking_http.bookings.quote import QuoteView, quote_view
from booking_http.bookings.requests import CancelRequest
from booking_http.bookings.view import BookingView
from booking_http.call import Call
from booking_http.headers import IdempotencyKey, IfMatch, expected_version
from booking_http.refused import refused
from booking_http.strict_body import Strict


@get(
    "/bookings/{booking_id:str}/cancellation-quote",
    operation_id="quoteCancellation",
    summary="What a cancellation would give back now",
    tags=["Bookings"],
    responses=refused(404, 409),
)
async def quote_cancellation(booking_id: FromPath[str], request: Call) -> QuoteView:
    """By the very function that a cancellation is judged by."""
    question = QuoteCancellation(booking_id=BookingId(booking_id))
    return quote_view(await request.ask(request.engine.quote_cancellation, question, request.user))


@post(
    "/bookings/{booking_id:str}/cancel",
    operation_id="cancelBooking",
    summary="Cancel, and get back what the terms say",
    tags=["Bookings"],
    status_code=200,
    dto=Strict[CancelRequest],
    return_dto=None,
    responses=refused(404, 409, 412, body=True),
)
async def cancel_booking(
    booking_id: FromPath[str],
    request: Call,
    data: JSONBody[CancelRequest] = CancelRequest(),  # noqa: B008 - immutable
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response[BookingView]:
    """The same as DELETE, with a reason."""
    return await _cancel(request, booking_id, data.reason, key, if_match)


@delete(
    "/bookings/{booking_id:str}",
    operation_id="deleteBooking",
    summary="Cancel, and get back what the terms say",
    tags=["Bookings"],
    status_code=200,
    responses=refused(404, 409, 412),
)
async def delete_booking(
    booking_id: FromPath[str],
    request: Call,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response[BookingView]:
    """The same as cancelling; the booking itself stays on record."""
    return await _cancel(request, booking_id, "cancelled", key, if_match)


@post(
    "/bookings/{booking_id:str}/extend",
    operation_id="extendHold",
    summary="Keep the hold while a payment is under way",
    tags=["Bookings"],
    status_code=200,
    responses=refused(404, 409, 412),
)
async def extend_hold(
    booking_id: FromPath[str],
    request: Call,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response[BookingView]:
    """Within bounds, so that a buyer at the bank's page does not lose it."""
    command = ExtendHold(
        booking_id=BookingId(booking_id), expected_version=expected_version(if_match)
    )
    return answered(await request.ask(request.engine.extend_hold, command, request.user, key))


async def _cancel(
    request: Call, booking_id: str, reason: str, key: str | None, if_match: str | None
) -> Response[BookingView]:
    command = CancelBooking(
        booking_id=BookingId(booking_id),
        reason=reason,
        expected_version=expected_version(if_match),
    )
    return answered(await request.ask(request.engine.cancel_booking, command, request.user, key))
