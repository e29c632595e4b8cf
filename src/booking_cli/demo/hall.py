"""A hall: two hundred numbered seats in three categories, and two evenings."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from booking_cli.demo.town import PROVIDER, TENANT, UNTIL_THE_DAY_BEFORE, ZONE, euros
from booking_core.domain.catalogue.offer import Offer
from booking_core.domain.catalogue.performance import Performance
from booking_core.domain.catalogue.resource import Assignment, Resource, Unit
from booking_core.domain.catalogue.rules import Rules
from booking_core.domain.kernel.ids import PerformanceId, ResourceId, UnitId
from booking_core.domain.kernel.localtime import Fold, Gap, resolve, zone
from booking_core.domain.kernel.span import Span

ROWS = "ABCDEFGHIJ"
SEATS_A_ROW = 20
CATEGORIES = {"A": "gold", "B": "gold"} | dict.fromkeys("CDEF", "silver")
PRICES = {"gold": euros(75), "silver": euros(50), "bronze": euros(30)}
FRIDAY = 4
CURTAIN, LENGTH = time(20, 0), timedelta(hours=2, minutes=30)

HALL = Resource(
    tenant_id=TENANT,
    id=ResourceId("grand-hall"),
    provider_id=PROVIDER,
    name="Grand hall",
    zone=ZONE,
    units=tuple(
        Unit(UnitId(f"{row}-{number}"), CATEGORIES.get(row, "bronze"), index, number)
        for index, row in enumerate(ROWS, start=1)
        for number in range(1, SEATS_A_ROW + 1)
    ),
    assignment=Assignment.NAMED,
    rules=Rules(units_max=10, holds_max=4, buffer_after=timedelta(minutes=30)),
    offer=Offer(needs_approval=True),  # Seats are sold by performance; the rest by agreement.
)


def performances(today: date) -> tuple[Performance, Performance]:
    """The coming Friday's and Saturday's, two to nine days from today."""
    friday = today + timedelta(days=2 + (FRIDAY - today.weekday() - 2) % 7)
    return (
        _performance("string-quartet", "String quartet", friday),
        _performance("jazz-night", "Jazz night", friday + timedelta(days=1)),
    )


def _performance(id: str, name: str, day: date) -> Performance:
    curtain = datetime.combine(day, CURTAIN)
    start = resolve(curtain, zone(ZONE), gap=Gap.LATER, fold=Fold.FIRST, field="start")
    return Performance(
        tenant_id=TENANT,
        id=PerformanceId(f"{id}-{day.isoformat()}"),
        provider_id=PROVIDER,
        resource_id=HALL.id,
        name=f"{name}, {day:%d.%m.%Y}",
        during=Span(start, start + LENGTH),
        prices=PRICES,
        offer=Offer(cancellation=UNTIL_THE_DAY_BEFORE),
    )
