"""Making bookings and reading them."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from booking_core.application.booking.create_booking import CreateBooking
from booking_core.application.caller import Caller
from booking_core.application.once import Outcome
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.ids import BookingId, CustomerId, ProviderId, ResourceId
from booking_core.engine import BookingEngine
from booking_core.ports.booking_repository import BookingFilter
from booking_http.bookings.requests import BookingRequest, lines
from booking_http.bookings.view import BookingPage, BookingView, view
from booking_http.call import Call
from booking_http.headers import IdempotencyKey, versioned
from booking_http.paging import After, Limit, cursor, page_request
from booking_http.refused import refused
from booking_http.strict_body import Strict

State: TypeAlias = Annotated[
    str | None,
    QueryParameter(name="state", schema_extra={"enum": [state.value for state in BookingState]}),
]


@post(
    "/bookings",
    operation_id="createBooking",
    summary="Hold what you wish, or book it where nothing is due",
    tags=["Bookings"],
    dto=Strict[BookingRequest],
    return_dto=None,
    responses=refused(403, 404, 409, body=True),
)
async def create_booking(
    data: JSONBody[BookingRequest], request: Call, key: IdempotencyKey = None
) -> Response[BookingView]:
    """All of the items or none; a hold ends at `expiresAt` unless it is paid for."""
    outcome = await request.ask(_create, request.engine, data, request.user, key)
    return answered(outcome, 201)


@get(
    "/bookings",
    operation_id="listBookings",
    summary="Your bookings, newest first",
    tags=["Bookings"],
    responses=refused(),
)
async def list_bookings(
    request: Call,
    limit: Limit = 50,
    after: After = None,
    customer_id: Annotated[str | None, QueryParameter(name="customerId")] = None,
    provider_id: Annotated[str | None, QueryParameter(name="providerId")] = None,
    resource_id: Annotated[str | None, QueryParameter(name="resourceId")] = None,
    in_state: State = None,
) -> BookingPage:
    """A customer sees what they booked, a provider what they sold."""
    wanted = BookingFilter(
        customer_id=None if customer_id is None else CustomerId(customer_id),
        provider_id=None if provider_id is None else ProviderId(provider_id),
        resource_id=None if resource_id is None else ResourceId(resource_id),
        state=None if in_state is None else _state(in_state),
    )
    page = await request.ask(
        request.engine.read_bookings.page, wanted, page_request(limit, after), request.user
    )
    return BookingPage(items=[view(each) for each in page.entries], next=cursor(page.next))


@get(
    "/bookings/{booking_id:str}",
    operation_id="getBooking",
    summary="One booking",
    tags=["Bookings"],
    responses=refused(404),
)
async def get_booking(booking_id: FromPath[str], request: Call) -> Response[BookingView]:
    """As it stands now; its ETag is what If-Match wants."""
    dossier = await request.ask(
        request.engine.read_bookings.one, BookingId(booking_id), request.user
    )
    return Response(view(dossier), headers=versioned(dossier.booking.version))


def answered(outcome: Outcome, status: int = 200) -> Response[BookingView]:
    """The booking as the act left it."""
    booking = outcome.dossier.booking
    location = f"/bookings/{booking.id}" if status == 201 else None
    return Response(
        view(outcome.dossier),
        status_code=status,
        headers=versioned(booking.version, replayed=outcome.replayed, location=location),
    )


def _state(name: str) -> BookingState:
    try:
        return BookingState(name)
    except ValueError:
        raise InvalidInput("state", f"one of {', '.join(BookingState)}") from None


def _create(engine: BookingEngine, data: BookingRequest, by: Caller, key: str | None) -> Outcome:
    customer_id = CustomerId(by.id if data.customer_id is None else data.customer_id)
    command = CreateBooking(customer_id=customer_id, items=lines(data.items, engine, by))
    return engine.create_booking(command, by, key)
