"""What a customer takes along: the code as a picture, the time for a calendar."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import ClassVar

import segno
from icalendar import Calendar, Event
from litestar import Response, get
from litestar.params import FromPath

from booking_core.application.caller import Caller
from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.item import Item
from booking_core.domain.kernel.errors import BookingError, Kind
from booking_core.domain.kernel.ids import BookingId
from booking_core.domain.kernel.localtime import zone
from booking_core.engine import BookingEngine
from booking_http.bookings.view import is_ticket
from booking_http.call import Call
from booking_http.headers import versioned
from booking_http.refused import refused

SVG = "image/svg+xml"
CALENDAR = "text/calendar"
PRODUCT = "-//booking-core//booking//EN"


@dataclass(eq=False)
class NotConfirmed(BookingError):
    """The booking is {state}: it has no ticket"""

    code: ClassVar[str] = "not-confirmed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    state: str


@get(
    "/bookings/{booking_id:str}/qr.svg",
    operation_id="getTicketCode",
    summary="The confirmation code as a QR code",
    tags=["Bookings"],
    media_type=SVG,
    responses=refused(404, 409),
)
async def get_ticket_code(booking_id: FromPath[str], request: Call) -> Response[bytes]:
    """An SVG picture that nothing has to be loaded for."""
    booking = await _ticket(booking_id, request)
    picture = io.BytesIO()
    segno.make(booking.code, error="m", micro=False).save(
        picture, kind="svg", scale=8, title=booking.code, xmldecl=False
    )
    return Response(picture.getvalue(), media_type=SVG, headers=versioned(booking.version))


@get(
    "/bookings/{booking_id:str}/calendar.ics",
    operation_id="getCalendarFile",
    summary="The booking for a calendar",
    tags=["Bookings"],
    media_type=CALENDAR,
    responses=refused(404, 409),
)
async def get_calendar_file(booking_id: FromPath[str], request: Call) -> Response[bytes]:
    """One event per item, in the time zone where it takes place."""
    booking = await _ticket(booking_id, request)
    content = await request.ask(_calendar, request.engine, booking, request.user)
    headers = versioned(booking.version)
    headers["Content-Disposition"] = f'attachment; filename="{booking.code}.ics"'
    return Response(content, media_type=CALENDAR, headers=headers)


async def _ticket(booking_id: str, request: Call) -> Booking:
    dossier = await request.ask(
        request.engine.read_bookings.one, BookingId(booking_id), request.user
    )
    if not is_ticket(dossier.booking):
        raise NotConfirmed(dossier.booking.state.value)
    return dossier.booking


def _calendar(engine: BookingEngine, booking: Booking, by: Caller) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    tz = zone(booking.terms.zone)
    for number, item in enumerate(booking.items, start=1):
        event = Event()
        event.add("uid", f"{booking.id}-{number}@booking")
        event.add("summary", _what(engine, item, by))
        event.add("description", booking.code)
        event.add("dtstart", item.span.start.astimezone(tz))
        event.add("dtend", item.span.end.astimezone(tz))
        event.add("dtstamp", booking.created_at)
        event.add("sequence", booking.version)
        event.add("status", "CONFIRMED")
        calendar.add_component(event)
    calendar.add_missing_timezones()
    content: bytes = calendar.to_ical()
    return content


def _what(engine: BookingEngine, item: Item, by: Caller) -> str:
    catalogue = engine.read_catalogue
    if item.performance_id is not None:
        return catalogue.performance(item.performance_id, by).name
    if item.service_id is not None:
        return catalogue.service(item.service_id, by).name
    return catalogue.resource(item.resource_id, by).name
