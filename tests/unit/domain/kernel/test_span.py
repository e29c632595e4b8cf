"""Periods are half-open, in UTC and never empty."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.span import Span, from_microseconds, to_microseconds

START = datetime(2030, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
instants = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


def test_neighbours_do_not_overlap() -> None:
    """One ends when the other begins: that is no conflict."""
    assert not Span(START, START + HOUR).overlaps(Span(START + HOUR, START + 2 * HOUR))


@given(instants, instants, instants, instants)
def test_overlap_means_a_common_instant(a: datetime, b: datetime, c: datetime, d: datetime) -> None:
    """Two periods overlap if and only if the later start lies before the earlier end."""
    if a < b and c < d and max(b - a, d - c) < timedelta(days=3700):
        assert Span(a, b).overlaps(Span(c, d)) == (max(a, c) < min(b, d))


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        (START, START, "end"),
        (START + HOUR, START, "end"),
        (START.replace(tzinfo=None), START, "start"),
        (START, START.replace(tzinfo=None) + HOUR, "end"),
        (START.astimezone(timezone(HOUR)), START + HOUR, "start"),
        (START, START + timedelta(days=36_500), "end"),
    ],
    ids=["empty", "backwards", "naive start", "naive end", "not UTC", "a century"],
)
def test_what_is_no_period_is_refused_by_name(start: datetime, end: datetime, field: str) -> None:
    """Empty, backwards, naive, elsewhere than UTC, or endless."""
    with pytest.raises(InvalidInput) as refused:
        Span(start, end)
    assert refused.value.field == field


@given(instants)
def test_microseconds_are_exact(instant: datetime) -> None:
    """Counting and counting back gives the same instant, to the microsecond."""
    assert from_microseconds(to_microseconds(instant)) == instant
