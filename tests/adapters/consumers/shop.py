"""Something to pay for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from booking_core.application.booking.create_booking import CreateBooking
from booking_core.application.booking.line import Line
from booking_core.application.caller import admin, customer
from booking_core.domain.booking.booking import Booking
from booking_core.domain.catalogue.offer import Offer
from booking_core.domain.catalogue.resource import Resource, Unit
from booking_core.domain.catalogue.tenant import Tenant
from booking_core.domain.kernel.ids import (
    DEFAULT_TENANT,
    CustomerId,
    ProviderId,
    ResourceId,
    TenantId,
    UnitId,
)
from booking_core.domain.kernel.money import Money
from booking_core.engine import BookingEngine

PLACE = ResourceId("place")
HOUR = timedelta(hours=1)


def order(engine: BookingEngine, price: Money, tenant_id: TenantId = DEFAULT_TENANT) -> Booking:
    """A booking at that price, which awaits its payment."""
    office = admin(tenant_id=tenant_id)
    engine.keep_catalogue.tenant(Tenant(id=tenant_id, name="Shop"), office)
    engine.keep_catalogue.resource(
        Resource(
            tenant_id=tenant_id,
            id=PLACE,
            provider_id=ProviderId("owner"),
            name="Place",
            zone="UTC",
            units=(Unit(UnitId("1")),),
            offer=Offer(price=price),
        ),
        office,
    )
    start = (datetime.now(UTC) + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    line = Line(resource_id=PLACE, start=start, end=start + HOUR)
    command = CreateBooking(customer_id=CustomerId("ann"), items=(line,))
    return engine.create_booking(command, customer("ann", tenant_id)).dossier.booking
