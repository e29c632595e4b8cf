"""How long to leave somebody alone who is not well."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.ports.randomness import Randomness

STEPS = 1 << 20
DOUBLINGS_MAX = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class BackOff:
    """At most twice as long after each failure, and anything below that by chance.

    Full jitter: of many who failed at one moment, few come back at one moment. However
    long somebody was away, that they are well again is noticed within `most_seconds`.
    """

    randomness: Randomness
    first_seconds: float = 0.1
    most_seconds: float = 4.0

    def seconds(self, failures: int) -> float:
        """How long to wait after so many failures in a row, from 1."""
        doubled = 1 << min(failures - 1, DOUBLINGS_MAX)
        longest = min(self.first_seconds * doubled, self.most_seconds)
        return longest * self.randomness.below(STEPS + 1) / STEPS
