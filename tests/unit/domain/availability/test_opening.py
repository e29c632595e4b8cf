"""Opening hours in UTC: midnight, skipped and repeated times, exceptions, and the fast answer."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_core.domain.availability.opening import is_open, open_spans
from booking_core.domain.catalogue.schedule import ALL_DAY, ALWAYS_OPEN, OpeningHours, Schedule
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.span import Span, from_microseconds, to_microseconds
from tests.unit.domain.availability.given import CLOSED, DAY, MINUTE, OFFICE, span, utc
from tests.unit.domain.availability.strategies import moments, schedules, window_from, zones


def only(day: str, *hours: OpeningHours) -> Schedule:
    """A schedule that is open on one date and on no other."""
    return Schedule(weekly=(CLOSED,) * 7, exceptions={date.fromisoformat(day): hours})


def shown(schedule: Schedule, zone: str, window: Span) -> list[str]:
    """The open periods as UTC texts."""
    return [
        f"{from_microseconds(start):%d %H:%M}-{from_microseconds(end):%d %H:%M}"
        for start, end in open_spans(schedule, zone, window)
    ]


def test_hours_are_the_wall_clocks_of_the_zone() -> None:
    """Nine o'clock is two hours earlier in UTC in the summer of Paris, and one in its winter."""
    assert shown(OFFICE, "Europe/Paris", span("2026-07-01", "2026-07-02")) == [
        "01 07:00-01 10:00",
        "01 11:00-01 15:00",
    ]
    assert shown(OFFICE, "Europe/Paris", span("2026-12-01", "2026-12-02"))[0] == "01 08:00-01 11:00"


def test_the_window_cuts_what_reaches_out_of_it() -> None:
    """Nothing outside the window is called open."""
    window = span("2026-07-01T08:30", "2026-07-01T11:30")
    assert shown(OFFICE, "Europe/Paris", window) == ["01 08:30-01 10:00", "01 11:00-01 11:30"]


def test_hours_past_midnight_belong_to_the_day_on_which_they_begin() -> None:
    """A bar that opens on Friday at 22:00 until 2:00 is open on Saturday's morning, no other."""
    friday = Schedule(weekly=(CLOSED,) * 4 + ((OpeningHours(1320, 1560),),) + (CLOSED,) * 2)
    assert shown(friday, "UTC", span("2026-10-01", "2026-10-06")) == ["02 22:00-03 02:00"]


def test_an_exception_replaces_the_hours_that_begin_on_its_date() -> None:
    """A closed date ends nothing that began the evening before."""
    nightly = Schedule(
        weekly=((OpeningHours(1320, 1560),),) * 7, exceptions={date(2026, 10, 2): CLOSED}
    )
    assert shown(nightly, "UTC", span("2026-10-01T12:00", "2026-10-04T12:00")) == [
        "01 22:00-02 02:00",
        "03 22:00-04 02:00",
    ]


def test_periods_that_touch_or_overlap_are_one() -> None:
    """Hours given in pieces, within a day or across midnight, leave no seam."""
    pieces = (OpeningHours(720, 1440), OpeningHours(0, 600), OpeningHours(540, 720))
    schedule = Schedule(weekly=(pieces,) * 7)
    window = span("2026-10-01", "2026-10-09")
    assert open_spans(schedule, "Asia/Kathmandu", window) == [
        (to_microseconds(window.start), to_microseconds(window.end))
    ]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (OpeningHours(150, 240), ["29 01:00-29 02:00"]),  # Begins at a skipped time.
        (OpeningHours(60, 150), ["29 00:00-29 01:00"]),  # Ends at a skipped time.
        (OpeningHours(130, 170), []),  # Lies within the gap.
    ],
)
def test_a_skipped_time_is_when_the_clocks_were_put_forward(
    hours: OpeningHours, expected: list[str]
) -> None:
    """On the night that has no 2:30, what shall happen then happens at 3:00."""
    night = span("2026-03-28T12:00", "2026-03-29T12:00")
    assert shown(only("2026-03-29", hours), "Europe/Paris", night) == expected


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (OpeningHours(150, 240), ["25 00:30-25 03:00"]),  # Begins at the first 2:30.
        (OpeningHours(60, 150), ["24 23:00-25 01:30"]),  # Ends at the second 2:30.
        (OpeningHours(60, 120), ["24 23:00-25 00:00"]),  # Ends where the repeated hour begins.
        (OpeningHours(60, 180), ["24 23:00-25 02:00"]),  # Ends where it ends.
    ],
)
def test_a_repeated_time_opens_the_first_and_closes_the_second_time(
    hours: OpeningHours, expected: list[str]
) -> None:
    """On the night that has two 2:30s no hour of opening is lost, and none is added."""
    night = span("2026-10-24T12:00", "2026-10-25T12:00")
    assert shown(only("2026-10-25", hours), "Europe/Paris", night) == expected


def test_a_day_that_the_calendar_skipped_has_no_hours() -> None:
    """Samoa went from the 29th to the 31st of December 2011: nothing was open on the 30th."""
    window = span("2011-12-28", "2012-01-02")
    office = (OpeningHours(540, 1020),)
    assert shown(only("2011-12-30", *office), "Pacific/Apia", window) == []
    assert shown(only("2011-12-30", *ALL_DAY), "Pacific/Apia", window) == []
    always = Schedule(weekly=(ALL_DAY,) * 7, exceptions={date(2000, 1, 1): ALL_DAY})
    assert len(open_spans(always, "Pacific/Apia", window)) == 1


def test_an_unknown_zone_is_refused_by_name() -> None:
    """A zone that does not exist is the request's fault, and is said so."""
    with pytest.raises(InvalidInput, match="zone"):
        open_spans(OFFICE, "Europe/Atlantis", span("2026-10-01", "2026-10-02"))


@given(schedules(), zones, moments, st.integers(1, 3000), st.data())
def test_the_fast_answer_is_the_thorough_one(
    schedule: Schedule, zone: str, start: datetime, minutes: int, data: st.DataObject
) -> None:
    """A period is open if and only if one of the open spans around it covers it."""
    around = Span(start - DAY, start + minutes * MINUTE + DAY)
    spans = open_spans(schedule, zone, around)
    period = window_from(start, minutes)
    at_an_edge = data.draw(st.booleans())  # Chance alone seldom hits one.
    if spans and at_an_edge:
        opens, closes = data.draw(st.sampled_from(spans))
        shift = data.draw(st.sampled_from([0, 0, 1]))
        period = Span(from_microseconds(opens), from_microseconds(closes + shift))
    begin, end = to_microseconds(period.start), to_microseconds(period.end)
    covered = any(opens <= begin and end <= closes for opens, closes in spans)
    if end <= to_microseconds(around.end):
        assert is_open(schedule, zone, period) is covered


@given(schedules(), zones, moments, st.integers(1, 5000), st.integers(1, 4999))
def test_a_window_cut_in_two_shows_the_same_hours(
    schedule: Schedule, zone: str, start: datetime, minutes: int, cut: int
) -> None:
    """What is open does not depend on the window through which one looks."""
    whole = window_from(start, minutes)
    middle = start + min(cut, minutes - 1) * MINUTE
    if middle == start:
        return
    left = open_spans(schedule, zone, Span(start, middle))
    right = open_spans(schedule, zone, Span(middle, whole.end))
    if left and right and left[-1][1] == right[0][0]:
        left, right = [*left[:-1], (left[-1][0], right[0][1])], right[1:]
    assert [*left, *right] == open_spans(schedule, zone, whole)


def test_always_open_needs_no_unrolling() -> None:
    """Ten years around the clock are one period."""
    assert is_open(ALWAYS_OPEN, "Europe/Paris", Span(utc("2026-01-01"), utc("2026-12-31")))
