"""What a client wishes to book, or to book in its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

import msgspec

from booking_core.application.booking.line import Line
from booking_core.application.caller import Caller
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.ids import PerformanceId, ResourceId, ServiceId, UnitId
from booking_core.engine import BookingEngine
from booking_http.instants import When, at
from booking_http.strict_body import Body
from booking_http.texts import Category, Name, Reason


class ItemRequest(Body, frozen=True, kw_only=True):
    """A service (on one of its resources, or on any), a resource, or seats of a performance.

    Of a pool `quantity` units; of a hall exactly `unitIds`, or the best `quantity` together,
    within `category` if that is given. A performance has its own times; a service of fixed length
    needs no `end`.
    """

    service_id: Name | None = None
    resource_id: Name | None = None
    performance_id: Name | None = None
    start: When | None = None
    end: When | None = None
    quantity: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    unit_ids: tuple[Name, ...] = ()
    category: Category | None = None

    def line(self, engine: BookingEngine, by: Caller) -> Line:
        """What it means in UTC, or InvalidInput."""
        zone_name = self._zone(engine, by)
        return Line(
            service_id=None if self.service_id is None else ServiceId(self.service_id),
            resource_id=None if self.resource_id is None else ResourceId(self.resource_id),
            performance_id=(
                None if self.performance_id is None else PerformanceId(self.performance_id)
            ),
            start=None if self.start is None else at("start", self.start, zone_name),
            end=None if self.end is None else at("end", self.end, zone_name),
            quantity=self.quantity,
            unit_ids=tuple(map(UnitId, self.unit_ids)),
            category=self.category,
        )

    def _zone(self, engine: BookingEngine, by: Caller) -> Callable[[], str]:
        def read() -> str:
            resource_id = self.resource_id
            if resource_id is None and self.service_id is not None:
                service = engine.read_catalogue.service(ServiceId(self.service_id), by)
                resource_id = service.resource_ids[0]
            if resource_id is None:
                raise InvalidInput("start", "a time with an offset: no resource gives a zone")
            return engine.read_catalogue.resource(ResourceId(resource_id), by).zone

        return read


class BookingRequest(Body, frozen=True, kw_only=True):
    """All of the items, or none. Without a customer it is for the caller."""

    items: Annotated[list[ItemRequest], msgspec.Meta(min_length=1)]
    customer_id: Name | None = None


class CancelRequest(Body, frozen=True, kw_only=True):
    """Why."""

    reason: Reason = "cancelled"


class RejectRequest(Body, frozen=True, kw_only=True):
    """Why."""

    reason: Reason = "rejected"


class RescheduleRequest(Body, frozen=True, kw_only=True):
    """Another start (and end, where it is one item), by the wall clock of the booking; or items."""

    start: When | None = None
    end: When | None = None
    items: Annotated[list[ItemRequest], msgspec.Meta(min_length=1)] | None = None


class SwapRequest(Body, frozen=True, kw_only=True):
    """The booking to change places with."""

    with_id: Name


def lines(items: Sequence[ItemRequest], engine: BookingEngine, by: Caller) -> tuple[Line, ...]:
    """What the items mean, or InvalidInput that says in which one."""
    found = []
    for index, item in enumerate(items):
        try:
            found.append(item.line(engine, by))
        except InvalidInput as refused:
            raise InvalidInput(f"items[{index}].{refused.field}", refused.expected) from None
    return tuple(found)
