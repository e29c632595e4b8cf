"""The seat map: what a customer sees of the claims on a hall."""

from dataclasses import replace

import pytest

from booking_core.domain.availability.seat_map import SeatState, seat_map
from booking_core.domain.catalogue.offer import FREE
from booking_core.domain.catalogue.performance import Performance
from booking_core.domain.catalogue.resource import Assignment, Unit
from booking_core.domain.catalogue.rules import Rules
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.ids import PerformanceId, ProviderId, ResourceId, TenantId, UnitId
from booking_core.domain.kernel.money import Money
from tests.unit.domain.availability.given import HOUR, MINUTE, NOW, block, claim, resource, span

STALLS, BALCONY = Money(5000, "EUR"), Money(2000, "EUR")
HALL = replace(
    resource(assignment=Assignment.NAMED),
    units=(
        Unit(UnitId("u0"), "stalls", 1, 1),
        Unit(UnitId("u1"), "stalls", 1, 2),
        Unit(UnitId("u2"), "balcony", 1, 1),
        Unit(UnitId("u3"), "staff", 1, 1),
    ),
)
PLAY = Performance(
    tenant_id=TenantId("t"),
    id=PerformanceId("play"),
    provider_id=ProviderId("p"),
    resource_id=ResourceId("r"),
    name="A play",
    during=span("2026-10-05T20:00", "2026-10-05T22:00"),
    prices={"stalls": STALLS, "balcony": BALCONY},
    offer=FREE,
)


def states(*claims: Claim) -> dict[str, str]:
    """The state of each seat that is not as it is in an empty hall."""
    seats = zip(seat_map(HALL, PLAY, claims, NOW), seat_map(HALL, PLAY, (), NOW), strict=True)
    return {seat.unit.id: seat.state for seat, empty in seats if seat != empty}


def test_an_empty_hall_sells_what_has_a_price() -> None:
    """Every unit is listed in the hall's order; a category without a price is not for sale."""
    assert [(seat.unit.id, seat.state, seat.price) for seat in seat_map(HALL, PLAY, (), NOW)] == [
        ("u0", SeatState.FREE, STALLS),
        ("u1", SeatState.FREE, STALLS),
        ("u2", SeatState.FREE, BALCONY),
        ("u3", SeatState.BLOCKED, None),
    ]


def test_claims_say_who_keeps_a_seat() -> None:
    """A hold may lapse, a booking stays, a block is not for sale."""
    during = ("2026-10-05T20:00", "2026-10-05T22:00")
    assert states(
        claim("u0", *during, held_until=NOW + MINUTE), claim("u1", *during), block("u2", *during)
    ) == {"u0": "held", "u1": "taken", "u2": "blocked"}


def test_an_overdue_hold_keeps_no_seat() -> None:
    """A hold is over at its time, whether or not anybody has swept it away."""
    assert states(claim("u0", "2026-10-05T20:00", "2026-10-05T22:00", held_until=NOW)) == {}


def test_another_performance_keeps_the_seat_if_it_overlaps() -> None:
    """A matinee that ends as the play begins does not count; one that runs late does."""
    on_time, late = (
        ("2026-10-05T17:00", "2026-10-05T20:00"),
        ("2026-10-05T17:00", "2026-10-05T20:01"),
    )
    assert states(claim("u0", *on_time), claim("u1", *late)) == {"u1": "taken"}


def test_the_buffers_of_the_hall_count() -> None:
    """A hall that is aired for an hour before each play is not free for what ends in that hour."""
    aired = replace(HALL, rules=Rules(buffer_before=HOUR))
    matinee = claim("u0", "2026-10-05T17:00", "2026-10-05T19:30")
    assert seat_map(aired, PLAY, (matinee,), NOW)[0].state is SeatState.TAKEN


@pytest.mark.parametrize("backwards", [False, True])
def test_of_several_claims_the_firmest_counts(backwards: bool) -> None:
    """Whatever their order: a seat that is booked for half of the play is not merely held."""
    claims = [
        claim("u0", "2026-10-05T19:00", "2026-10-05T20:30", held_until=NOW + MINUTE),
        claim("u0", "2026-10-05T20:30", "2026-10-05T21:00"),
    ]
    assert states(*(reversed(claims) if backwards else claims)) == {"u0": "taken"}


def test_a_performance_elsewhere_is_refused() -> None:
    """The map of one hall says nothing of a play in another."""
    with pytest.raises(InvalidInput, match="resourceId"):
        seat_map(replace(HALL, id=ResourceId("other")), PLAY, (), NOW)
