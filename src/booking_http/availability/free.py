"""What is free of a resource, or of a service's resources."""

from __future__ import annotations

from datetime import timedelta

from litestar import get
from litestar.params import FromPath

from booking_core.application.caller import Caller
from booking_core.domain.availability.anywhere import slots_anywhere
from booking_core.domain.kernel.ids import ResourceId, ServiceId
from booking_core.domain.kernel.span import Span, from_microseconds
from booking_core.engine import BookingEngine
from booking_http.availability.questions import (
    From,
    Length,
    Quantity,
    SlotLimit,
    To,
    length,
    window,
)
from booking_http.availability.view import (
    QuantityView,
    ResourceAvailability,
    ServiceAvailability,
    anywhere_view,
    periods,
    slots_view,
)
from booking_http.call import Call
from booking_http.instants import shown_duration
from booking_http.refused import refused

SLOTS_USUAL = 1000


@get(
    "/resources/{resource_id:str}/availability",
    operation_id="findFreeOfResource",
    summary="When a resource is free",
    tags=["Availability"],
    responses=refused(404),
)
async def find_free_of_resource(
    resource_id: FromPath[str],
    request: Call,
    since: From,
    until: To,
    duration: Length = None,
    quantity: Quantity = 1,
    limit: SlotLimit = SLOTS_USUAL,
) -> ResourceAvailability:
    """What is offered here can be booked, and what can be booked is offered here."""
    asked = window(since, until), length(duration), quantity, limit
    return await request.ask(
        _of_resource, request.engine, ResourceId(resource_id), request.user, *asked
    )


@get(
    "/services/{service_id:str}/availability",
    operation_id="findFreeOfService",
    summary="When a service can be had",
    tags=["Availability"],
    responses=refused(404),
)
async def find_free_of_service(
    service_id: FromPath[str],
    request: Call,
    since: From,
    until: To,
    duration: Length = None,
    quantity: Quantity = 1,
    limit: SlotLimit = SLOTS_USUAL,
) -> ServiceAvailability:
    """On any of its resources, and on each; a service of fixed length needs no `duration`."""
    asked = window(since, until)
    found = await request.ask(
        request.engine.find_free.service_slots,
        ServiceId(service_id),
        asked,
        request.user,
        duration=length(duration),
        quantity=quantity,
        limit=limit,
    )
    anywhere = slots_anywhere(found, limit)
    return ServiceAvailability(
        service_id=service_id,
        start=asked.start,
        end=asked.end,
        quantity=quantity,
        slots=anywhere_view(anywhere),
        is_complete=anywhere.is_complete,
        resources=[slots_view(resource_id, slots) for resource_id, slots in found.items()],
    )


def _of_resource(
    engine: BookingEngine,
    resource_id: ResourceId,
    by: Caller,
    asked: Span,
    long: timedelta | None,
    quantity: int,
    limit: int,
) -> ResourceAvailability:
    find = engine.find_free
    zone = engine.read_catalogue.resource(resource_id, by).zone
    if long is not None:
        found = find.slots([resource_id], asked, long, by, quantity=quantity, limit=limit)
        slots = found[resource_id]
        return ResourceAvailability(
            resource_id=resource_id,
            zone=zone,
            start=asked.start,
            end=asked.end,
            quantity=quantity,
            duration=shown_duration(long),
            slots=periods(slots),
            is_complete=slots.is_complete,
            periods=None,
            quantities=None,
        )
    return ResourceAvailability(
        resource_id=resource_id,
        zone=zone,
        start=asked.start,
        end=asked.end,
        quantity=quantity,
        duration=None,
        slots=None,
        is_complete=True,
        periods=periods(find.periods(resource_id, asked, by, quantity=quantity)),
        quantities=[
            QuantityView(start=from_microseconds(start), end=from_microseconds(end), free=free)
            for start, end, free in find.quantities(resource_id, asked, by)
        ],
    )
