"""What the benchmarks book: many doctors, ten euros an hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from booking_adapters.simulated.payment_gateway import SimulatedGateway
from booking_adapters.sqlalchemy.migrate import migrate
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_adapters.system.clock import SystemClock
from booking_adapters.system.randomness import SystemRandomness
from booking_core.application.caller import admin, customer
from booking_core.domain.booking.terms import Terms
from booking_core.domain.catalogue.offer import Offer
from booking_core.domain.catalogue.resource import Resource, Unit
from booking_core.domain.catalogue.tenant import Tenant
from booking_core.domain.kernel.ids import DEFAULT_TENANT, ProviderId, ResourceId, UnitId
from booking_core.domain.kernel.money import Money
from booking_core.engine import BookingEngine, Ports
from booking_core.ports.storage import Storage

ANN = customer("ann")
TEN_EUROS = Offer(price=Money(1000, "EUR"))


def engine_on(storage: Storage) -> BookingEngine:
    """An engine as a service runs it."""
    clock, randomness = SystemClock(), SystemRandomness()
    gateway = SimulatedGateway(clock, randomness)
    return BookingEngine(
        Ports(storage=storage, payments=gateway, clock=clock, randomness=randomness)
    )


def resource_id(number: int) -> ResourceId:
    """The name of the n-th."""
    return ResourceId(f"bench-{number:04}")


def furnish(url: str, resources: int, units: int = 1) -> None:
    """Migrate, and add so many resources of so many units; the n-th gets the key n + 1."""
    migrate(url)
    storage = SqlStorage.open(url)
    keep = engine_on(storage).keep_catalogue
    keep.tenant(Tenant(id=DEFAULT_TENANT, name="Bench"), admin())
    for number in range(resources):
        keep.resource(
            Resource(
                tenant_id=DEFAULT_TENANT,
                id=resource_id(number),
                provider_id=ProviderId("owner"),
                name="Bench",
                zone="UTC",
                units=tuple(Unit(UnitId(str(unit + 1))) for unit in range(units)),
                offer=TEN_EUROS,
            ),
            admin(),
        )
    storage.close()


def midnight() -> datetime:
    """The midnight after next, UTC."""
    today = SystemClock().now().date()
    return datetime(today.year, today.month, today.day, tzinfo=UTC) + timedelta(days=2)


def terms_of() -> tuple[str, str]:
    """The terms of a hold here, as text and hash."""
    terms = Terms(
        zone="UTC",
        cancellation=TEN_EUROS.cancellation,
        hold_for=TEN_EUROS.hold_for,
        attempts_max=TEN_EUROS.attempts_max,
        releases_on_payment_failure=False,
        releases_on_no_show=False,
        text="",
    )
    return terms.canonical(), terms.hash
