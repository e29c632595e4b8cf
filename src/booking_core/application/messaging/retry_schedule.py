"""How often a message is tried, when again, and when nobody tries any longer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from booking_core.domain.kernel.errors import BookingError, Kind
from booking_core.ports.randomness import Randomness

STEPS = 1 << 20
SECOND = timedelta(seconds=1)
# The message itself is at fault, and will be tomorrow. What is missing, in conflict or stale may
# be there, settled or read afresh at the next try.
FINAL = frozenset({Kind.INVALID, Kind.UNAUTHENTICATED, Kind.FORBIDDEN, Kind.MISMATCH})


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrySchedule:
    """One interval per retry; with jitter a wait is between a half and all of it.

    What is busy has not been tried at all, so it is not counted: it is tried again after as long
    as it has waited already, within the longest interval, until an outage has lasted too long.
    What comes too early is looked at again in the same way, until its gap is given up.
    """

    intervals: tuple[timedelta, ...] = (SECOND, 10 * SECOND, 60 * SECOND)
    has_jitter: bool = True
    gap: timedelta = timedelta(minutes=3)
    outage: timedelta = timedelta(days=1)

    @property
    def attempts_max(self) -> int:
        """The first try, and one per interval."""
        return 1 + len(self.intervals)

    def after(self, attempts: int, randomness: Randomness) -> timedelta | None:
        """How long to wait after so many failures, from 1; None when it was the last."""
        if attempts >= self.attempts_max:
            return None
        return self._shaken(self.intervals[attempts - 1], randomness)

    def while_busy(self, age: timedelta, randomness: Randomness) -> timedelta | None:
        """How long to leave somebody alone who could not work; None when it takes too long."""
        if age >= self.outage:
            return None
        longest = max(self.intervals, default=60 * SECOND)
        return self._shaken(min(max(age, SECOND), longest), randomness)

    def while_early(self, age: timedelta, randomness: Randomness) -> timedelta:
        """How long to wait for the one before it."""
        return self._shaken(min(max(age, SECOND / 10), 2 * SECOND), randomness)

    def _shaken(self, interval: timedelta, randomness: Randomness) -> timedelta:
        if not self.has_jitter:
            return interval
        return interval / 2 + interval * randomness.below(STEPS + 1) / STEPS / 2


def is_final(error: Exception) -> bool:
    """Whether the same message can only fail in the same way."""
    return isinstance(error, BookingError) and error.kind in FINAL


def is_busy(error: Exception) -> bool:
    """Whether nothing was tried: storage or somebody else's service is away."""
    return isinstance(error, BookingError) and error.kind is Kind.BUSY
