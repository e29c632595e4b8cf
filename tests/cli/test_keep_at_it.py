"""Work that goes on turn after turn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from booking_adapters.memory.randomness import SeededRandomness
from booking_cli.keep_at_it import keep_at_it
from booking_core.application.messaging.back_off import BackOff
from booking_core.domain.kernel.errors import BookingError, Busy, InvalidInput

BACK_OFF = BackOff(randomness=SeededRandomness(1))
AWAY = Busy("it is away")


class Work:
    """Turns that end as they are told to, and then it is stopped."""

    def __init__(self, *ends: BaseException | None) -> None:
        """None is a turn that went well."""
        self._ends = list(ends)
        self.complaints: list[tuple[BookingError, float]] = []
        self.waits: list[float] = []

    def turn(self) -> None:
        """End as the next one has to."""
        end = self._ends.pop(0)
        if end is not None:
            raise end

    def complain(self, refusal: BookingError, seconds: float) -> None:
        """Note what was said."""
        self.complaints.append((refusal, seconds))

    def keep(self) -> None:
        """Do all of it."""
        keep_at_it(self.turn, BACK_OFF, lambda: not self._ends, self.waits.append, self.complain)


def limits(waits: list[float]) -> Iterator[bool]:
    """Whether each was within what a back-off allows after so many failures in a row."""
    return (seconds <= 0.1 * 2**place for place, seconds in enumerate(waits))


def test_who_is_away_is_left_alone_and_asked_again() -> None:
    """Longer each time, and each time it is said for how long."""
    work = Work(None, *[AWAY] * 6, None)
    work.keep()
    assert [seconds for _, seconds in work.complaints] == work.waits
    assert len(work.waits) == 6
    assert all(limits(work.waits))
    assert max(work.waits) > 0.1


def test_a_turn_that_goes_well_ends_the_back_off() -> None:
    """The next failure is a first one."""
    work = Work(*[AWAY] * 6, None, AWAY)
    work.keep()
    assert work.waits[-1] <= 0.1


@pytest.mark.parametrize("fault", [InvalidInput("x", "y"), ValueError("z")])
def test_what_is_not_busy_is_raised(fault: Exception) -> None:
    """Nobody complains, waits or tries again: somebody has to look."""
    work = Work(fault, None)
    with pytest.raises(type(fault)):
        work.keep()
    assert not work.complaints
    assert not work.waits
