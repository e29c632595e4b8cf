"""The order in which the hotel's days go, and the rooms that they need."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hotel.rooms import fewest_rooms, parse_rooms
from hotel.stay import Ending, Stay
from hotel.timeline import Act, timeline
from tests.examples.stays import FIRST, a_stay

CHECKED_OUT, CANCELLED, NO_SHOW = Ending


def acts(*stays: Stay) -> list[tuple[int, int, Act]]:
    """What happens, as (day, row, act)."""
    return [(h.day.toordinal() - FIRST.toordinal(), h.row, h.act) for h in timeline(stays)]


def test_rooms_come_free_before_they_are_sold_and_are_sold_before_guests_arrive() -> None:
    """On one day: departures, cancellations, bookings, second thoughts, arrivals, no-shows."""
    happened = acts(
        a_stay(1, booked=0, nights=(5, 9), ending=NO_SHOW),
        a_stay(2, booked=0, nights=(5, 9)),
        a_stay(3, booked=5, nights=(7, 8), ending=CANCELLED, ended=5),
        a_stay(4, booked=5, nights=(5, 6)),
        a_stay(5, booked=0, nights=(9, 12), ending=CANCELLED, ended=5),
        a_stay(6, booked=0, nights=(1, 5)),
        a_stay(7, booked=0, nights=(5, 9), ended=5),
    )
    assert [(row, act) for day, row, act in happened if day == 5] == [
        (6, Act.CHECK_OUT),
        (5, Act.CANCEL),
        (3, Act.BOOK),
        (4, Act.BOOK),
        (3, Act.CANCEL_AT_ONCE),
        (2, Act.CHECK_IN),
        (4, Act.CHECK_IN),
        (7, Act.CHECK_IN),
        (1, Act.MARK_NO_SHOW),
        (7, Act.CHECK_OUT_AT_ONCE),
    ]


@pytest.mark.parametrize(
    ("stay", "end"),
    [
        (a_stay(1, booked=3, nights=(5, 9), ending=CANCELLED, ended=1), (3, Act.CANCEL_AT_ONCE)),
        (a_stay(1, booked=3, nights=(5, 9), ending=NO_SHOW, ended=1), (5, Act.MARK_NO_SHOW)),
        (a_stay(1, booked=3, nights=(5, 9), ended=1), (5, Act.CHECK_OUT_AT_ONCE)),
        (a_stay(1, booked=3, nights=(5, 9), ended=11), (11, Act.CHECK_OUT)),
    ],
)
def test_a_status_noted_too_early_holds_from_when_it_can(stay: Stay, end: tuple[int, Act]) -> None:
    """No booking ends before it is made, nor its stay before it begins; it may end late."""
    day, _, act = acts(stay)[-1]
    assert (day, act) == end


def test_the_clock_is_the_hotels_own() -> None:
    """Guests come at two by the hotel's wall clock, in winter and in summer."""
    stay = a_stay(1, booked=0, nights=(0, 90))
    arrival, departure = (h.at for h in timeline([stay]) if h.act in (Act.CHECK_IN, Act.CHECK_OUT))
    assert arrival == datetime(2020, 2, 1, 14, tzinfo=UTC)
    assert departure == datetime(2020, 5, 1, 10, tzinfo=UTC)


def needed(*stays: Stay) -> int:
    """The rooms of type A that these stays need."""
    return fewest_rooms(timeline(stays))["A"]


def test_stays_that_only_touch_share_a_room() -> None:
    """A night is sold once; who leaves in the morning makes room for who comes that day."""
    first, second = a_stay(1, booked=0, nights=(3, 5)), a_stay(2, booked=0, nights=(5, 6))
    assert needed(first, second) == 1
    assert needed(first, second, a_stay(3, booked=0, nights=(4, 6))) == 2


def test_what_is_cancelled_later_has_needed_a_room() -> None:
    """A room is kept from booking to cancellation, also for who never comes."""
    cancelled = a_stay(1, booked=0, nights=(8, 9), ending=CANCELLED, ended=4)
    assert needed(cancelled, a_stay(2, booked=4, nights=(8, 9))) == 1
    assert needed(cancelled, a_stay(2, booked=3, nights=(8, 9))) == 2


def test_leaving_early_frees_the_nights_that_are_left() -> None:
    """But not the night of arrival, nor anything for a booking that was made before."""
    left = a_stay(1, booked=0, nights=(2, 9), ended=2)
    assert needed(left, a_stay(2, booked=3, nights=(3, 9))) == 1
    assert needed(left, a_stay(2, booked=2, nights=(3, 9))) == 2


def test_each_type_is_counted_for_itself() -> None:
    """And they are listed by name."""
    stays = [a_stay(n, booked=0, nights=(1, 2), room_type=t) for n, t in enumerate("BAB")]
    assert list(fewest_rooms(timeline(stays)).items()) == [("A", 1), ("B", 2)]


def test_rooms_are_read_as_types_and_numbers() -> None:
    """As in the file's README."""
    assert parse_rooms("A=134,C=9") == {"A": 134, "C": 9}


@pytest.mark.parametrize(
    "text", ["", "A", "A=", "=3", "A=0", "A=-1", "A=1.5", "A=1,A=2", "A=10001"]
)
def test_other_texts_are_not_rooms(text: str) -> None:
    """Each type once, with at least one room."""
    with pytest.raises(ValueError, match="is not"):
        parse_rooms(text)
