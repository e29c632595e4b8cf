"""What time it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from booking_adapters.memory.clock import ManualClock
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.span import Span
from booking_core.ports.clock import Clock

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)


def test_now_is_an_instant_in_utc(clock: Clock) -> None:
    """It is aware and in UTC, so that a span can be made of it as it is."""
    now = clock.now()
    assert now.tzinfo is UTC
    assert Span(now, now + timedelta(seconds=1)).start is now


def test_a_manual_clock_stands_still_until_it_is_set() -> None:
    """It shows what it was set to, and moves by as much as it is told, either way."""
    clock = ManualClock(NOON)
    assert (clock.now(), clock.now()) == (NOON, NOON)
    clock.advance(timedelta(minutes=5))
    assert clock.now() == NOON + timedelta(minutes=5)
    clock.advance(-timedelta(hours=1))
    assert clock.now() == NOON - timedelta(minutes=55)
    clock.set(NOON)
    assert clock.now() == NOON


@pytest.mark.parametrize(
    "elsewhere", [datetime(2030, 1, 7, 12), datetime.fromisoformat("2030-01-07T12:00+01:00")]
)
def test_a_manual_clock_shows_utc_alone(elsewhere: datetime) -> None:
    """A naive or a local time is refused when it is set, not when it does harm."""
    with pytest.raises(InvalidInput):
        ManualClock(elsewhere)
    clock = ManualClock(NOON)
    with pytest.raises(InvalidInput):
        clock.set(elsewhere)
    assert clock.now() == NOON
