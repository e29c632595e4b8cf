"""Local times become instants by an explicit policy, in every zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.localtime import Fold, Gap, resolve, zone

PARIS = ZoneInfo("Europe/Paris")
SKIPPED = datetime(2026, 3, 29, 2, 30)
TWICE = datetime(2026, 10, 25, 2, 30)


def in_paris(local: datetime, gap: Gap = Gap.REFUSE, fold: Fold = Fold.REFUSE) -> datetime:
    """The instant of that local time in Paris."""
    return resolve(local, PARIS, gap=gap, fold=fold, field="start")


@given(st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1)), st.timezone_keys())
def test_an_instant_shows_its_local_time_again(local: datetime, key: str) -> None:
    """What was resolved is what the wall clock shows, except within a gap."""
    tz = ZoneInfo(key)
    instant = resolve(local, tz, gap=Gap.LATER, fold=Fold.FIRST, field="start")
    shown = instant.astimezone(tz).replace(tzinfo=None)
    assert shown == local or shown > local  # Later only in a gap, then it is the gap's end.
    if shown > local:
        before = (instant - timedelta(microseconds=1)).astimezone(tz).replace(tzinfo=None)
        assert before < local


def test_a_skipped_time_is_refused_by_name() -> None:
    """02:30 does not exist in the night in which 02:00 becomes 03:00."""
    with pytest.raises(InvalidInput, match="start: a local time that exists"):
        in_paris(SKIPPED)


def test_a_skipped_time_can_mean_the_end_of_the_gap() -> None:
    """A shop that opens at 02:30 opens when the clocks have gone forward."""
    assert in_paris(SKIPPED, gap=Gap.LATER) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_an_ambiguous_time_must_say_which() -> None:
    """02:30 happens twice in the night in which 03:00 becomes 02:00."""
    with pytest.raises(InvalidInput, match="start: which of the two"):
        in_paris(TWICE)
    first, second = in_paris(TWICE, fold=Fold.FIRST), in_paris(TWICE, fold=Fold.SECOND)
    assert second - first == timedelta(hours=1)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../../etc/passwd", "Europe/Paris\0"])
def test_an_unknown_zone_is_refused_by_name(name: str) -> None:
    """Also one that tries to be a path."""
    with pytest.raises(InvalidInput, match="zone"):
        zone(name)
