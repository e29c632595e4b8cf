"""Pools that are nine tenths full of short stays, so that a long one fits only if others move."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

from bench.town import ANN, resource_id
from booking_core.application.booking.create_booking import CreateBooking
from booking_core.application.booking.line import Line
from booking_core.application.new_ids import NewIds
from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.item import Item
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import (
    DEFAULT_TENANT,
    BookingId,
    CorrelationId,
    CustomerId,
    EventId,
    UnitId,
)
from booking_core.domain.kernel.span import Span
from booking_core.domain.payment.account import EMPTY_ACCOUNT
from booking_core.engine import BookingEngine
from booking_core.ports.unit_of_work import Changes, Saved

STAYS_PER_UNIT = 10
STAY_DAYS = (2, 3, 4, 5, 6)
GAP_DAYS = (0, 0, 1)  # Never two: whoever wants more finds no unit as it is.
FIRST_DAYS = 5  # Within which every unit's first stay begins.
AT_ONCE = 200
DAY = timedelta(days=1)


class Stay(NamedTuple):
    """From one day to another, counted from the first that is for sale."""

    unit: int
    first: int
    last: int


def stays(random: Random, units: int) -> Iterator[Stay]:
    """Ten stays on every unit, one close after the other."""
    for unit in range(units):
        day = random.randrange(FIRST_DAYS)
        for _ in range(STAYS_PER_UNIT):
            last = day + random.choice(STAY_DAYS)
            yield Stay(unit, day, last)
            day = last + random.choice(GAP_DAYS)


def crowded(stays: Sequence[Stay], units: int, days: int) -> Iterator[int]:
    """The days from which so many find no unit as it is, though none of them is sold out."""
    edge = min(max(s.last for s in stays if s.unit == unit) for unit in range(units))
    for first in range(FIRST_DAYS, edge - days):
        beside = [s for s in stays if s.first < first + days and first < s.last]
        busiest = max(sum(s.first <= day < s.last for s in beside) for day in range(first, edge))
        if busiest < units and len({s.unit for s in beside}) == units:
            yield first


def fill(
    engine: BookingEngine, ids: NewIds, pool: int, stays: Sequence[Stay], on: datetime
) -> None:
    """Have them booked, as the engine itself writes bookings, a few hundred a commit."""
    pattern = _pattern(engine, pool, on)
    for first in range(0, len(stays), AT_ONCE):
        made = [_booking(pattern, ids, stay, on) for stay in stays[first : first + AT_ONCE]]
        engine.ports.storage.unit_of_work.commit(
            Changes(
                tenant_id=DEFAULT_TENANT,
                now=datetime.now(UTC),
                saved=tuple(Saved(booking=booking, account=EMPTY_ACCOUNT) for booking in made),
                claimed=tuple(claim for booking in made for claim in booking.claims()),
                events=tuple(_event(booking, ids) for booking in made),
            )
        )


def _pattern(engine: BookingEngine, pool: int, on: datetime) -> Booking:
    """A booking of that pool, long after all others."""
    start = on + 400 * DAY
    line = Line(resource_id=resource_id(pool), start=start, end=start + DAY)
    command = CreateBooking(customer_id=CustomerId(ANN.id), items=(line,))
    return engine.create_booking(command, ANN).dossier.booking


def _booking(pattern: Booking, ids: NewIds, stay: Stay, on: datetime) -> Booking:
    span = Span(on + stay.first * DAY, on + stay.last * DAY)
    (item,) = pattern.items
    return replace(
        pattern,
        id=BookingId(ids.one()),
        code=ids.code(),
        state=BookingState.CONFIRMED,
        items=(_at(item, span, stay.unit),),
        price=None,
        expires_at=None,
        version=1,
        sequence=1,
    )


def _at(item: Item, span: Span, unit: int) -> Item:
    return replace(item, span=span, claimed=span, unit_ids=(UnitId(str(unit + 1)),))


def _event(booking: Booking, ids: NewIds) -> DomainEvent:
    return DomainEvent(
        event_id=EventId(ids.one()),
        type="booking.confirmed",
        tenant_id=booking.tenant_id,
        booking_id=booking.id,
        sequence=1,
        at=booking.created_at,
        correlation_id=CorrelationId(booking.id),
        actor=ANN.label,
        data={"bookingId": booking.id},
    )
