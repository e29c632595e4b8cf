"""When a delivery is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

_s, _m, _h = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
JITTER_STEPS = 1 << 20
JITTER_PARTS = 10  # At most a tenth is added.
RETRY_AFTER_MOST = 6 * _h


@dataclass(frozen=True, slots=True)
class RetrySchedule:
    """How long to wait after the first failed attempt, the second, and so on; after the last none.

    Each wait is up to a tenth longer by chance: of many that failed at one moment, few come back
    at one moment.
    """

    waits: tuple[timedelta, ...]

    @property
    def attempts_max(self) -> int:
        return len(self.waits) + 1

    def wait(
        self, attempts: int, chance: int, at_least: timedelta | None = None
    ) -> timedelta | None:
        """How long to wait after so many attempts, or None: that was the last one.

        `chance` is below JITTER_STEPS. A receiver may ask for a longer wait, within bounds.
        """
        if attempts > len(self.waits):
            return None
        wait = self.waits[attempts - 1]
        wait += wait * chance / (JITTER_STEPS * JITTER_PARTS)
        return wait if at_least is None else max(wait, min(at_least, RETRY_AFTER_MOST))


# At once, and ten times more within a day.
A_DAY = RetrySchedule(
    (5 * _s, 30 * _s, 2 * _m, 10 * _m, 30 * _m, 1 * _h, 3 * _h, 6 * _h, 6 * _h, 7 * _h)
)
