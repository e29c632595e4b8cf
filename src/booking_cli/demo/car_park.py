"""A car park: forty places, all alike, by the hour."""

from __future__ import annotations

from datetime import timedelta

from booking_cli.demo.town import PROVIDER, TENANT, UNTIL_THE_DAY_BEFORE, ZONE, euros
from booking_core.domain.catalogue.offer import Offer, Per
from booking_core.domain.catalogue.resource import Resource, Unit
from booking_core.domain.catalogue.rules import Rules
from booking_core.domain.kernel.ids import ResourceId, UnitId

CAR_PARK = Resource(
    tenant_id=TENANT,
    id=ResourceId("car-park"),
    provider_id=PROVIDER,
    name="Riverside car park",
    zone=ZONE,
    units=tuple(Unit(UnitId(f"P{number:02}")) for number in range(1, 41)),
    rules=Rules(
        step=timedelta(minutes=15),
        duration_min=timedelta(minutes=30),
        duration_max=timedelta(days=14),
        units_max=5,
        holds_max=5,
    ),
    offer=Offer(price=euros(2, 50), per=Per.HOUR, cancellation=UNTIL_THE_DAY_BEFORE),
)
