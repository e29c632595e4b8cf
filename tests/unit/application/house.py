"""A small house to book in: an engine in memory, a clock in hand, and people who call."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from booking_adapters.memory.clock import ManualClock
from booking_adapters.memory.randomness import SeededRandomness
from booking_adapters.memory.storage import MemoryStorage
from booking_adapters.simulated.outages import Outages
from booking_adapters.simulated.payment_gateway import SimulatedGateway
from booking_adapters.simulated.script import LOST, Script, Step, pay
from booking_core.application.booking.create_booking import CreateBooking
from booking_core.application.booking.line import Line
from booking_core.application.caller import Caller, admin, customer, provider, system
from booking_core.application.payment.start_payment import StartPayment
from booking_core.domain.booking.booking import Booking
from booking_core.domain.catalogue.offer import Offer
from booking_core.domain.catalogue.performance import Performance
from booking_core.domain.catalogue.resource import Assignment, Resource, Unit
from booking_core.domain.catalogue.rules import Rules
from booking_core.domain.catalogue.service import Service
from booking_core.domain.catalogue.tenant import Tenant
from booking_core.domain.kernel.cancellation_policy import CancellationPolicy, RefundTier
from booking_core.domain.kernel.ids import (
    DEFAULT_TENANT,
    BookingId,
    CustomerId,
    PaymentId,
    PerformanceId,
    ProviderId,
    ResourceId,
    ServiceId,
    UnitId,
)
from booking_core.domain.kernel.money import Money
from booking_core.domain.kernel.span import Span
from booking_core.engine import BookingEngine, Ports
from booking_core.ports.booking_repository import Dossier
from booking_core.ports.page import PageRequest
from booking_core.ports.payment_webhook import Told
from booking_core.ports.telemetry import NO_TELEMETRY, Telemetry

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ANN, BOB = customer("ann"), customer("bob")
OWNER, OFFICE, SYSTEM = provider("owner"), admin(), system()
ROOM, CELLAR, BARN, HALL = (ResourceId(name) for name in ("room", "cellar", "barn", "hall"))
ANY_ROOM, ON_REQUEST = ServiceId("any-room"), ServiceId("on-request")
CONCERT = PerformanceId("concert")
HALF_A_DAY_BEFORE = CancellationPolicy(
    tiers=(
        RefundTier(notice=DAY, share_bp=10_000),
        RefundTier(notice=timedelta(hours=12), share_bp=5_000, fee_minor=100),
    )
)
TEN_EUROS = Offer(price=Money(1000, "EUR"), cancellation=HALF_A_DAY_BEFORE)


def euros(minor: int) -> Money:
    """So many cents."""
    return Money(minor, "EUR")


@dataclass(slots=True)
class House:
    """A room and a cellar (one unit each), a barn (a pool of three), a hall with six seats."""

    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON))
    storage: MemoryStorage = field(default_factory=MemoryStorage)
    telemetry: Telemetry = NO_TELEMETRY
    gateway: SimulatedGateway = field(init=False)
    engine: BookingEngine = field(init=False)

    def __post_init__(self) -> None:
        randomness = SeededRandomness(1)
        self.gateway = SimulatedGateway(self.clock, randomness)
        self.engine = BookingEngine(
            Ports(
                storage=self.storage,
                payments=self.gateway,
                clock=self.clock,
                randomness=randomness,
                telemetry=self.telemetry,
            )
        )
        keep = self.engine.keep_catalogue
        keep.tenant(Tenant(id=DEFAULT_TENANT, name="House"), OFFICE)
        for resource in (
            place(ROOM, "1"),
            place(CELLAR, "1", rules=Rules(buffer_before=HOUR / 2, buffer_after=HOUR / 2)),
            place(BARN, "1", "2", "3"),
            Resource(
                tenant_id=DEFAULT_TENANT,
                id=HALL,
                provider_id=ProviderId("owner"),
                name="Hall",
                zone="Europe/Paris",
                assignment=Assignment.NAMED,
                units=tuple(
                    Unit(
                        UnitId(f"{row}{n}"),
                        category="front" if row == "A" else "back",
                        row="AB".index(row),
                        number=n,
                    )
                    for row in "AB"
                    for n in (1, 2, 3)
                ),
            ),
        ):
            keep.resource(resource, OWNER)
        keep.service(service(ANY_ROOM, TEN_EUROS), OWNER)
        keep.service(service(ON_REQUEST, Offer(price=euros(1000), needs_approval=True)), OWNER)
        keep.performance(
            Performance(
                tenant_id=DEFAULT_TENANT,
                id=CONCERT,
                provider_id=ProviderId("owner"),
                resource_id=HALL,
                name="Concert",
                during=Span(NOON + 7 * DAY, NOON + 7 * DAY + 2 * HOUR),
                prices={"front": euros(3000), "back": euros(2000)},
                offer=Offer(),
            ),
            OWNER,
        )

    def with_outages(self, outages: Outages) -> None:
        """From now on with a provider that does not always answer, and knows of nothing yet."""
        self.gateway = SimulatedGateway(self.clock, SeededRandomness(2), outages=outages)
        self.engine = BookingEngine(replace(self.engine.ports, payments=self.gateway))

    def book(
        self, *lines: Line, by: Caller = ANN, key: str | None = None, of: str | None = None
    ) -> Booking:
        """A new booking of these lines."""
        command = CreateBooking(customer_id=CustomerId(of or by.id), items=lines)
        return self.engine.create_booking(command, by, key).dossier.booking

    def start(self, booking: Booking, by: Caller = ANN) -> PaymentId:
        """A payment that the customer has begun."""
        return self.engine.start_payment(StartPayment(booking_id=booking.id), by).attempt.id

    def send(self, payment_id: PaymentId) -> None:
        """The customer sends the money: it is on its way, cannot be stopped, and nobody is told."""
        on_its_way = Step(told=Told.PROCESSING, travel=LOST)
        self.gateway.play(DEFAULT_TENANT, payment_id, Script(steps=(on_its_way,)))

    def pay(self, payment_id: PaymentId, amount: Money) -> Dossier:
        """The customer pays so much, and the provider tells of it."""
        self.gateway.play(DEFAULT_TENANT, payment_id, pay(amount=amount))
        assert self.gateway.deliver_due(self.engine.apply_callback)
        return self.storage.bookings.of_payment(DEFAULT_TENANT, payment_id)

    def confirmed(self, *lines: Line, by: Caller = ANN) -> Booking:
        """A new booking, paid for."""
        booking = self.book(*lines, by=by)
        assert booking.price is not None
        return self.pay(self.start(booking, by), booking.price).booking

    def see(self, booking_id: BookingId) -> Dossier:
        """The booking as it is now."""
        return self.engine.read_bookings.one(booking_id, OFFICE)

    def told(self, booking_id: BookingId) -> list[str]:
        """The types of its events, in order."""
        page = self.engine.read_bookings.history(booking_id, PageRequest(limit=100), OFFICE)
        return [event.type for event in page.entries]


def place(id: ResourceId, *units: str, rules: Rules | None = None) -> Resource:
    """A resource of interchangeable units that costs ten euros."""
    return Resource(
        tenant_id=DEFAULT_TENANT,
        id=id,
        provider_id=ProviderId("owner"),
        name=id.title(),
        zone="Europe/Paris",
        units=tuple(Unit(UnitId(unit)) for unit in units),
        rules=rules or Rules(),
        offer=TEN_EUROS,
    )


def service(id: ServiceId, offer: Offer) -> Service:
    """An hour in the room or in the cellar."""
    return Service(
        tenant_id=DEFAULT_TENANT,
        id=id,
        provider_id=ProviderId("owner"),
        name=id,
        resource_ids=(ROOM, CELLAR),
        duration=HOUR,
        offer=offer,
    )


def stay(id: ResourceId, after: timedelta = 2 * DAY, hours: float = 1, quantity: int = 1) -> Line:
    """Some hours in a resource, beginning so long after noon."""
    start = NOON + after
    return Line(resource_id=id, start=start, end=start + hours * HOUR, quantity=quantity)
