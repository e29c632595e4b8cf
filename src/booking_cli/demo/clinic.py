"""A clinic: two doctors with opening hours and a lunch break, and what they offer."""

from __future__ import annotations

from datetime import timedelta

from booking_cli.demo.town import PROVIDER, TENANT, UNTIL_THE_DAY_BEFORE, ZONE, euros
from booking_core.domain.catalogue.offer import Offer
from booking_core.domain.catalogue.resource import Resource, Unit
from booking_core.domain.catalogue.rules import Rules
from booking_core.domain.catalogue.schedule import OpeningHours, Schedule
from booking_core.domain.catalogue.service import Service
from booking_core.domain.kernel.ids import ResourceId, ServiceId, UnitId

WORKDAY = (OpeningHours(9 * 60, 12 * 60 + 30), OpeningHours(13 * 60 + 30, 17 * 60))
SATURDAY = (OpeningHours(9 * 60, 12 * 60),)
HALF_AN_HOUR = timedelta(minutes=30)

DOCTORS = tuple(
    Resource(
        tenant_id=TENANT,
        id=ResourceId(id),
        provider_id=PROVIDER,
        name=name,
        zone=ZONE,
        units=(Unit(UnitId(id)),),
        schedule=Schedule(weekly=(WORKDAY,) * 5 + (SATURDAY, ())),
        rules=Rules(
            step=HALF_AN_HOUR,
            duration_min=HALF_AN_HOUR,
            duration_max=timedelta(hours=2),
            advance_max=timedelta(days=90),
            holds_max=3,
        ),
        offer=Offer(price=euros(80), needs_approval=True),
    )
    for id, name in (("dr-adams", "Dr. Adams"), ("dr-baker", "Dr. Baker"))
)

CONSULTATION = Service(
    tenant_id=TENANT,
    id=ServiceId("consultation"),
    provider_id=PROVIDER,
    name="Consultation with any doctor",
    resource_ids=tuple(doctor.id for doctor in DOCTORS),
    duration=HALF_AN_HOUR,
    offer=Offer(
        price=euros(40),
        cancellation=UNTIL_THE_DAY_BEFORE,
        text="Free of charge to cancel until the day before.",
    ),
)

SMALL_SURGERY = Service(
    tenant_id=TENANT,
    id=ServiceId("small-surgery"),
    provider_id=PROVIDER,
    name="Small surgery, once Dr. Adams has agreed",
    resource_ids=(DOCTORS[0].id,),
    duration=timedelta(hours=1),
    offer=Offer(price=euros(180), needs_approval=True, cancellation=UNTIL_THE_DAY_BEFORE),
)
