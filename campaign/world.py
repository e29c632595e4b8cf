"""What the campaigns fight over: few slots, few rooms, few seats, wanted by everybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from booking_adapters.simulated.payment_gateway import SimulatedGateway
from booking_adapters.system.clock import SystemClock
from booking_adapters.system.randomness import SystemRandomness
from booking_core.application.booking.line import Line
from booking_core.application.caller import admin, provider
from booking_core.domain.catalogue.offer import Offer
from booking_core.domain.catalogue.performance import Performance
from booking_core.domain.catalogue.resource import Assignment, Resource, Unit
from booking_core.domain.catalogue.tenant import Tenant
from booking_core.domain.kernel.ids import (
    DEFAULT_TENANT,
    PerformanceId,
    ProviderId,
    ResourceId,
    UnitId,
)
from booking_core.domain.kernel.money import Money
from booking_core.domain.kernel.span import Span
from booking_core.engine import BookingEngine, Ports
from booking_core.ports.storage import Storage

OWNER = provider("owner")
DOCTOR, ROOMS, HALL, SHOW = (
    ResourceId("doctor"),
    ResourceId("rooms"),
    ResourceId("hall"),
    PerformanceId("show"),
)
HOUR = timedelta(hours=1)
SEATS = tuple(UnitId(f"{row}{number}") for row in "ABC" for number in range(1, 9))
TEN_EUROS = Offer(price=Money(1000, "EUR"))


def engine_on(storage: Storage) -> BookingEngine:
    """An engine as a server would run it; its payment provider lives in this process."""
    clock, randomness = SystemClock(), SystemRandomness()
    gateway = SimulatedGateway(clock, randomness)
    return BookingEngine(
        Ports(storage=storage, payments=gateway, clock=clock, randomness=randomness)
    )


def tomorrow() -> datetime:
    """Midnight after next, UTC: the day that everybody wants."""
    now = SystemClock().now()
    return datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=2)


def furnish(engine: BookingEngine) -> None:
    """One doctor, a pool of four rooms, a hall of 24 seats with one performance."""
    keep = engine.keep_catalogue
    keep.tenant(Tenant(id=DEFAULT_TENANT, name="Campaign"), admin())
    keep.resource(_resource(DOCTOR, ("1",)), OWNER)
    keep.resource(_resource(ROOMS, ("1", "2", "3", "4")), OWNER)
    keep.resource(_resource(HALL, SEATS, Assignment.NAMED), OWNER)
    keep.performance(
        Performance(
            tenant_id=DEFAULT_TENANT,
            id=SHOW,
            provider_id=ProviderId("owner"),
            resource_id=HALL,
            name="Show",
            during=Span(tomorrow() + 20 * HOUR, tomorrow() + 22 * HOUR),
            prices={"all": Money(2000, "EUR")},
            offer=Offer(),
        ),
        OWNER,
    )


def hour_of(resource_id: ResourceId, hour: float, length: float = 1, quantity: int = 1) -> Line:
    """Some hours of that day in a resource."""
    start = tomorrow() + hour * HOUR
    return Line(resource_id=resource_id, start=start, end=start + length * HOUR, quantity=quantity)


def _resource(
    id: ResourceId, units: tuple[str, ...], assignment: Assignment = Assignment.ANY
) -> Resource:
    return Resource(
        tenant_id=DEFAULT_TENANT,
        id=id,
        provider_id=ProviderId("owner"),
        name=id,
        zone="UTC",
        assignment=assignment,
        units=tuple(
            Unit(UnitId(unit), category="all", row=ord(unit[0]), number=int(unit[-1]))
            for unit in units
        ),
        offer=TEN_EUROS,
    )
