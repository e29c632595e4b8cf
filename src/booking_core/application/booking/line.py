"""One line of a request to book: what, when, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from booking_core.domain.booking.item import Item
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.ids import PerformanceId, ResourceId, ServiceId, UnitId

LINES_MOST = 50
UNITS_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A service (on a resource or on any of its own), a resource, or seats of a performance.

    Of a pool `quantity` units; of a hall exactly `unit_ids`, or the best `quantity` together,
    within `category` if that is given. A performance has its own times; a service of fixed length
    needs no `end`.
    """

    service_id: ServiceId | None = None
    resource_id: ResourceId | None = None
    performance_id: PerformanceId | None = None
    start: datetime | None = None
    end: datetime | None = None
    quantity: int = 1
    unit_ids: tuple[UnitId, ...] = ()
    category: str | None = None

    def __post_init__(self) -> None:
        if self.performance_id is None and self.service_id is None and self.resource_id is None:
            raise InvalidInput("items", "a serviceId, a resourceId or a performanceId in each")
        if self.performance_id is not None:
            if self.service_id is not None or self.resource_id is not None:
                raise InvalidInput("performanceId", "a performance alone: it has its own hall")
            if self.start is not None or self.end is not None:
                raise InvalidInput("start", "nothing: a performance has its own times")
        elif self.start is None:
            raise InvalidInput("start", "when it shall begin")
        if type(self.quantity) is not int or not 1 <= self.quantity <= UNITS_MOST:
            raise InvalidInput("quantity", f"1 to {UNITS_MOST}")
        if len(self.unit_ids) > UNITS_MOST or len(set(self.unit_ids)) != len(self.unit_ids):
            raise InvalidInput("unitIds", f"at most {UNITS_MOST} units, each once")


def shifted(item: Item, by: timedelta, end: datetime | None = None) -> Line:
    """The line that asks for the same thing at another time, and perhaps for longer."""
    units = item.unit_ids if item.promised else ()
    if item.performance_id is not None:
        return Line(performance_id=item.performance_id, unit_ids=item.unit_ids)
    return Line(
        service_id=item.service_id,
        resource_id=item.resource_id,
        start=item.span.start + by,
        end=end or item.span.end + by,
        quantity=len(item.unit_ids),
        unit_ids=units,
    )
