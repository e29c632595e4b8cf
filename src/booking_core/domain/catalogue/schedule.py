"""When a resource is open, in its own wall-clock time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from booking_core.domain.kernel.errors import InvalidInput

DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class OpeningHours:
    """Open from one minute of the local day to another; past 1440 it is the next day's morning.

    22:00 to 02:00 is ``OpeningHours(1320, 1560)``: it belongs to the day on which it begins.
    """

    opens_minute: int
    closes_minute: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens_minute < DAY_MINUTES:
            raise InvalidInput("opensMinute", "0 to 1439 minutes after local midnight")
        if not self.opens_minute < self.closes_minute <= self.opens_minute + DAY_MINUTES:
            raise InvalidInput("closesMinute", "after the opening, by at most 24 hours")


ALL_DAY = (OpeningHours(0, DAY_MINUTES),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Weekly hours (Monday first) and dated exceptions that replace that day's hours.

    An exception of no hours means closed. Spans that touch or overlap are one open period.
    """

    weekly: tuple[tuple[OpeningHours, ...], ...]
    exceptions: Mapping[date, tuple[OpeningHours, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )

    def __post_init__(self) -> None:
        if len(self.weekly) != 7:
            raise InvalidInput("weekly", "seven days, Monday first")
        if len(self.exceptions) > 1000 or max(map(len, self.weekly)) > 24:
            raise InvalidInput("exceptions", "at most 1000 dates and 24 spans a day")
        object.__setattr__(self, "exceptions", MappingProxyType(dict(self.exceptions)))

    def hours_on(self, day: date) -> tuple[OpeningHours, ...]:
        """The hours that begin on that local date."""
        excepted = self.exceptions.get(day)
        return self.weekly[day.weekday()] if excepted is None else excepted

    @property
    def always_open(self) -> bool:
        """Whether no wish can ever fall outside it: then nobody needs to unroll it."""
        return not self.exceptions and self.weekly == EVERY_DAY


EVERY_DAY = (ALL_DAY,) * 7
ALWAYS_OPEN = Schedule(weekly=EVERY_DAY)
