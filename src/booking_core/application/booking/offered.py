"""What a line asks for, looked up in the catalogue: candidates, each on the same terms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from booking_core.application.booking.line import Line
from booking_core.domain.availability.wish import Wish
from booking_core.domain.catalogue.offer import Offer
from booking_core.domain.catalogue.performance import Performance
from booking_core.domain.catalogue.resource import Assignment, Resource
from booking_core.domain.catalogue.service import Service
from booking_core.domain.kernel.errors import InvalidInput, NotFound
from booking_core.domain.kernel.ids import (
    PerformanceId,
    ProviderId,
    ResourceId,
    ServiceId,
    TenantId,
    UnitId,
)
from booking_core.domain.kernel.money import Money
from booking_core.domain.kernel.span import Span
from booking_core.ports.catalogue_repository import CatalogueRepository
from booking_core.ports.unit_of_work import JudgedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A line on one resource: the wish to judge, and on what it is sold."""

    line: Line
    wish: Wish
    offer: Offer
    provider_id: ProviderId
    judged_by: tuple[JudgedBy, ...]
    service_id: ServiceId | None = None
    performance: Performance | None = None

    @property
    def performance_id(self) -> PerformanceId | None:
        return self.performance.id if self.performance else None

    @property
    def wants_best(self) -> bool:
        """Whether the engine is asked to choose seats that somebody else could name."""
        return self.wish.resource.assignment is Assignment.NAMED and not self.line.unit_ids

    def price(self, unit_ids: tuple[UnitId, ...]) -> Money | None:
        """What these units cost; InvalidInput for a seat that is not for sale."""
        if self.performance is None:
            return self.offer.price_of(self.wish.span.duration, len(unit_ids))
        units = self.wish.resource.units_by_id
        prices = [self.performance.prices.get(units[unit_id].category) for unit_id in unit_ids]
        total = Money(0, next(iter(self.performance.prices.values())).currency)
        for price in prices:
            if price is None:
                raise InvalidInput("unitIds", "seats that are for sale at this performance")
            total += price
        return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where a tenant's offers are found; `fresh` asks past what the catalogue has kept."""

    catalogue: CatalogueRepository
    tenant_id: TenantId
    fresh: bool = False

    def offered(self, line: Line) -> Iterator[Offered]:
        """The candidates in order of preference, or NotFound, or InvalidInput."""
        if line.performance_id is not None:
            yield self._performance(line, line.performance_id)
        elif line.service_id is not None:
            yield from self._service(line, line.service_id)
        elif line.resource_id is not None:
            resource = self._resource(line.resource_id)
            yield Offered(
                line=line,
                wish=_wish(line, resource, _span(line, None)),
                offer=resource.offer,
                provider_id=resource.provider_id,
                judged_by=(_resource_judged(resource),),
            )

    def _performance(self, line: Line, performance_id: PerformanceId) -> Offered:
        performance = self.catalogue.performance(self.tenant_id, performance_id, fresh=self.fresh)
        hall = self._resource(performance.resource_id)
        return Offered(
            line=line,
            wish=_wish(line, hall, performance.during, on_schedule=False),
            offer=performance.offer,
            provider_id=performance.provider_id,
            judged_by=(
                JudgedBy(noun="performance", id=performance.id, revision=performance.revision),
                _resource_judged(hall),
            ),
            performance=performance,
        )

    def _service(self, line: Line, service_id: ServiceId) -> Iterator[Offered]:
        service = self.catalogue.service(self.tenant_id, service_id, fresh=self.fresh)
        span = _span(line, service)
        for resource_id in _resources(line, service):
            resource = self._resource(resource_id)
            yield Offered(
                line=line,
                wish=_wish(line, resource, span),
                offer=service.offer,
                provider_id=service.provider_id,
                judged_by=(
                    JudgedBy(noun="service", id=service.id, revision=service.revision),
                    _resource_judged(resource),
                ),
                service_id=service.id,
            )

    def _resource(self, resource_id: ResourceId) -> Resource:
        return self.catalogue.resource(self.tenant_id, resource_id, fresh=self.fresh)


def _resources(line: Line, service: Service) -> tuple[ResourceId, ...]:
    if line.resource_id is None:
        return service.resource_ids
    if line.resource_id not in service.resource_ids:
        raise NotFound("resource of this service", line.resource_id)
    return (line.resource_id,)


def _span(line: Line, service: Service | None) -> Span:
    start = line.start
    assert start is not None  # Line sees to it.
    return Span(start, _end(line, start, service))


def _end(line: Line, start: datetime, service: Service | None) -> datetime:
    if service is None or service.duration is None:
        if line.end is None:
            raise InvalidInput("end", "when it shall end: the length is not fixed")
        return line.end
    end = start + service.duration
    if line.end is not None and line.end != end:
        raise InvalidInput("end", f"nothing, or {service.duration} after the start")
    return end


def _wish(line: Line, resource: Resource, span: Span, *, on_schedule: bool = True) -> Wish:
    return Wish(
        resource=resource,
        span=span,
        quantity=line.quantity,
        unit_ids=line.unit_ids,
        on_schedule=on_schedule,
    )


def _resource_judged(resource: Resource) -> JudgedBy:
    return JudgedBy(noun="resource", id=resource.id, revision=resource.revision)
