"""Work that goes on turn after turn, whoever else is away meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from booking_cli.complaint import complain
from booking_core.application.messaging.back_off import BackOff
from booking_core.domain.kernel.errors import BookingError, Kind


def keep_at_it(
    turn: Callable[[], object],
    back_off: BackOff,
    is_stopped: Callable[[], bool],
    wait: Callable[[float], object],
    complain: Callable[[BookingError, float], None] = complain,
) -> None:
    """Until it is stopped. What is Busy is complained of, and left alone for a while: `wait` is
    given the seconds. Any other error is raised."""
    failures = 0
    while not is_stopped():
        try:
            turn()
        except BookingError as refusal:
            if refusal.kind is not Kind.BUSY:
                raise
            failures += 1
            seconds = back_off.seconds(failures)
            complain(refusal, seconds)
            wait(seconds)
        else:
            failures = 0
