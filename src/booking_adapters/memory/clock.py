"""A clock that stands still until it is set."""

from __future__ import annotations

from datetime import datetime, timedelta

from booking_core.domain.kernel.span import in_utc
from booking_core.ports.clock import Clock


class ManualClock(Clock):
    """For tests, simulations and replays."""

    def __init__(self, now: datetime) -> None:
        """Begin at that instant; InvalidInput unless it is in UTC."""
        self.set(now)

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        """Jump there, forwards or backwards."""
        self._now = in_utc("now", now)

    def advance(self, by: timedelta) -> None:
        """Jump so far."""
        self.set(self._now + by)
