"""Resources, claims and times to begin a test with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from booking_core.domain.availability.wish import Wish
from booking_core.domain.catalogue.resource import Assignment, Resource, Unit
from booking_core.domain.catalogue.rules import Rules
from booking_core.domain.catalogue.schedule import ALWAYS_OPEN, OpeningHours, Schedule
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.ids import (
    BlockId,
    BookingId,
    ProviderId,
    ResourceId,
    TenantId,
    UnitId,
)
from booking_core.domain.kernel.span import Span

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOW = datetime(2026, 10, 1, tzinfo=UTC)  # A Thursday.
CLOSED: tuple[OpeningHours, ...] = ()
OFFICE = Schedule(weekly=((OpeningHours(540, 720), OpeningHours(780, 1020)),) * 5 + (CLOSED,) * 2)


def utc(text: str) -> datetime:
    """The instant that an ISO text says, in UTC where it says no offset."""
    instant = datetime.fromisoformat(text)
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def span(start: str, end: str) -> Span:
    """From one ISO text to another."""
    return Span(utc(start), utc(end))


def resource(
    *,
    units: int = 1,
    zone: str = "UTC",
    schedule: Schedule = ALWAYS_OPEN,
    rules: Rules | None = None,
    assignment: Assignment = Assignment.ANY,
) -> Resource:
    """A resource with units u0, u1, …"""
    return Resource(
        tenant_id=TenantId("t"),
        id=ResourceId("r"),
        provider_id=ProviderId("p"),
        name="A resource",
        zone=zone,
        units=tuple(Unit(UnitId(f"u{index}")) for index in range(units)),
        assignment=assignment,
        schedule=schedule,
        rules=rules or Rules(),
    )


def wish(wanted: Resource, start: str, end: str, *unit_ids: str, quantity: int = 1) -> Wish:
    """So many units of it, or those named, from one ISO text to another."""
    named = tuple(UnitId(unit_id) for unit_id in unit_ids)
    return Wish(resource=wanted, span=span(start, end), quantity=quantity, unit_ids=named)


def claim(unit: str, start: str, end: str, *, held_until: datetime | None = None) -> Claim:
    """A booking's claim on a unit of resource(): a hold if it ends at some time."""
    return Claim(
        resource_id=ResourceId("r"),
        unit_id=UnitId(unit),
        span=span(start, end),
        booking_id=BookingId("b"),
        held_until=held_until,
    )


def block(unit: str, start: str, end: str) -> Claim:
    """A block's claim on a unit of resource()."""
    return Claim(
        resource_id=ResourceId("r"),
        unit_id=UnitId(unit),
        span=span(start, end),
        block_id=BlockId("x"),
        pinned=True,
    )
