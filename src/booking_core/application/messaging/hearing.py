"""Whether what is missing could have come: only somebody who listens can tell that it does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(slots=True)
class Hearing:
    """How long a broker has been heard, with no pause that was longer than `pause_most`."""

    pause_most: timedelta
    _since: datetime | None = field(default=None, init=False)
    _last: datetime | None = field(default=None, init=False)

    def heard(self, now: datetime) -> None:
        """It answered just now, if only that there is nothing."""
        if not self.lasts(now):
            self._since = now
        self._last = now

    def broke(self) -> None:
        """It does not answer: whatever was under way comes later."""
        self._since = self._last = None

    def lasts(self, now: datetime) -> timedelta:
        """Until now; nothing after a break, a long pause, or where a clock was set back."""
        if self._since is None or self._last is None:
            return timedelta(0)
        if not self._last <= now <= self._last + self.pause_most:
            return timedelta(0)
        return now - self._since
