"""Free slots, periods and quantities of resources and services, and the seats of a performance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from booking_core.application.booking.line import Line
from booking_core.application.booking.offered import Shelf
from booking_core.application.caller import Caller
from booking_core.domain.availability.busy import Busy, BusyByUnit, busy_by_unit
from booking_core.domain.availability.explain import Explanation, claims_needed, explain
from booking_core.domain.availability.free_periods import Periods, free_periods
from booking_core.domain.availability.quantity import Step, free_quantity
from booking_core.domain.availability.seat_map import Seat, seat_map
from booking_core.domain.availability.slots import Slots, free_slots
from booking_core.domain.availability.window import reach
from booking_core.domain.availability.wish import Wish
from booking_core.domain.catalogue.resource import Resource
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.ids import PerformanceId, ResourceId, ServiceId
from booking_core.domain.kernel.span import Span
from booking_core.ports.catalogue_repository import CatalogueRepository
from booking_core.ports.clock import Clock
from booking_core.ports.occupancy import Occupancy

SLOTS_DEFAULT = 10_000
RESOURCES_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FindFree:
    """Judged by the same rules that a booking is judged by: what is offered can be booked.

    Every question raises NotFound for what is not the tenant's, and InvalidInput for a window
    out of bounds.
    """

    catalogue: CatalogueRepository
    occupancy: Occupancy
    clock: Clock

    def slots(
        self,
        resource_ids: Sequence[ResourceId],
        window: Span,
        duration: timedelta,
        by: Caller,
        *,
        quantity: int = 1,
        limit: int = SLOTS_DEFAULT,
    ) -> Mapping[ResourceId, Slots]:
        """Per resource the slots of that length that start in the window; one query for all."""
        if not 1 <= len(resource_ids) <= RESOURCES_MOST:
            raise InvalidInput("resourceIds", f"1 to {RESOURCES_MOST} resources")
        resources = [self.catalogue.resource(by.tenant_id, id) for id in resource_ids]
        now = self.clock.now()
        taken = self._taken(resources, window, duration, by, now)
        return {
            resource.id: free_slots(
                resource,
                taken[resource.id].by_all,
                window,
                duration,
                quantity,
                now,
                limit,
                pinned=taken[resource.id].pinned,
            )
            for resource in resources
        }

    def service_slots(
        self,
        service_id: ServiceId,
        window: Span,
        by: Caller,
        *,
        duration: timedelta | None = None,
        quantity: int = 1,
        limit: int = SLOTS_DEFAULT,
    ) -> Mapping[ResourceId, Slots]:
        """The same for each resource of a service; its own length, where it has one."""
        service = self.catalogue.service(by.tenant_id, service_id)
        length = service.duration or duration
        if length is None or (service.duration and duration not in (None, service.duration)):
            raise InvalidInput("duration", f"{service.duration or 'how long it shall be'}")
        return self.slots(service.resource_ids, window, length, by, quantity=quantity, limit=limit)

    def periods(
        self, resource_id: ResourceId, window: Span, by: Caller, *, quantity: int = 1
    ) -> Periods:
        """The longest periods in which so many units can be booked."""
        resource = self.catalogue.resource(by.tenant_id, resource_id)
        now = self.clock.now()
        taken = self._taken([resource], window, timedelta(minutes=1), by, now)
        return free_periods(resource, taken[resource_id].by_all, window, quantity, now)

    def quantities(self, resource_id: ResourceId, window: Span, by: Caller) -> list[Step]:
        """How many units are free, as it changes over the window."""
        resource = self.catalogue.resource(by.tenant_id, resource_id)
        taken = self.occupancy.busy(by.tenant_id, [resource_id], window, self.clock.now())
        return free_quantity(resource, taken[resource_id], window)

    def seats(self, performance_id: PerformanceId, by: Caller) -> tuple[Seat, ...]:
        """Every seat of the hall: free, held, taken or blocked, and its price."""
        performance = self.catalogue.performance(by.tenant_id, performance_id)
        hall = self.catalogue.resource(by.tenant_id, performance.resource_id)
        kept = Wish(resource=hall, span=performance.during, on_schedule=False).claimed
        now = self.clock.now()
        claims = self.occupancy.claims(by.tenant_id, hall.id, kept, now)
        return seat_map(hall, performance, claims, now)

    def explain(self, line: Line, by: Caller) -> tuple[tuple[ResourceId, Explanation], ...]:
        """Per candidate of the line: what stands against it, and the nearest alternatives."""
        now = self.clock.now()
        shelf = Shelf(catalogue=self.catalogue, tenant_id=by.tenant_id)
        explained = []
        for offered in shelf.offered(line):
            wish = offered.wish
            needed = claims_needed(wish, now)
            claims = self.occupancy.claims(by.tenant_id, wish.resource.id, needed, now)
            explained.append((wish.resource.id, explain(wish, now, claims)))
        return tuple(explained)

    def _taken(
        self,
        resources: Sequence[Resource],
        window: Span,
        duration: timedelta,
        by: Caller,
        now: datetime,
    ) -> Mapping[ResourceId, Takings]:
        """One query for all that have a single unit; the others' units have to be told apart."""
        around = [reach(resource, window, duration) for resource in resources]
        widest = Span(min(span.start for span in around), max(span.end for span in around))
        single = [resource.id for resource in resources if resource.is_exclusive]
        taken: dict[ResourceId, Takings] = {}
        if single:
            busy = self.occupancy.busy(by.tenant_id, single, widest, now)
            taken |= {resource_id: Takings(by_all=busy[resource_id]) for resource_id in single}
        for resource in resources:
            if not resource.is_exclusive:
                claims = self.occupancy.claims(by.tenant_id, resource.id, widest, now)
                pinned = [claim for claim in claims if claim.pinned or claim.booking_id is None]
                taken[resource.id] = Takings(
                    by_all=busy_by_unit(claims, now), pinned=busy_by_unit(pinned, now)
                )
        return taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Takings:
    """What is taken of a resource, and what of it cannot be moved to another unit."""

    by_all: Busy | BusyByUnit
    pinned: BusyByUnit = field(default_factory=dict)
