"""Opening hours on the wire."""

from __future__ import annotations

from datetime import date

import msgspec

from booking_core.domain.catalogue.schedule import OpeningHours, Schedule
from booking_core.domain.kernel.errors import InvalidInput
from booking_http.strict_body import Body
from booking_http.texts import Closes, Opens

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Hours(Body, frozen=True, kw_only=True):
    """Open from one local time to another; 22:00 to 26:00 ends at 2 o'clock the next day."""

    opens: Opens
    closes: Closes

    @classmethod
    def of(cls, hours: OpeningHours) -> Hours:
        return cls(opens=_clock(hours.opens_minute), closes=_clock(hours.closes_minute))

    def hours(self, field: str) -> OpeningHours:
        """What they mean, or InvalidInput."""
        try:
            return OpeningHours(_minutes(self.opens), _minutes(self.closes))
        except InvalidInput as refused:
            raise InvalidInput(f"{field}.closes", refused.expected) from None


Day = tuple[Hours, ...]


class Week(Body, frozen=True, kw_only=True):
    """A day without hours is closed."""

    monday: Day = ()
    tuesday: Day = ()
    wednesday: Day = ()
    thursday: Day = ()
    friday: Day = ()
    saturday: Day = ()
    sunday: Day = ()


class Timetable(Body, frozen=True, kw_only=True):
    """Weekly hours, and dates on which others hold; a date without hours is closed."""

    weekly: Week
    exceptions: dict[date, Day] = msgspec.field(default_factory=dict)

    @classmethod
    def of(cls, schedule: Schedule) -> Timetable:
        weekly = dict(zip(DAYS, map(_shown, schedule.weekly), strict=True))
        exceptions = {day: _shown(hours) for day, hours in schedule.exceptions.items()}
        return cls(weekly=Week(**weekly), exceptions=exceptions)

    def schedule(self) -> Schedule:
        """What it means, or InvalidInput."""
        return Schedule(
            weekly=tuple(
                _meant(getattr(self.weekly, day), f"schedule.weekly.{day}") for day in DAYS
            ),
            exceptions={
                day: _meant(hours, f"schedule.exceptions.{day}")
                for day, hours in self.exceptions.items()
            },
        )


def _shown(hours: tuple[OpeningHours, ...]) -> tuple[Hours, ...]:
    return tuple(map(Hours.of, hours))


def _meant(hours: tuple[Hours, ...], field: str) -> tuple[OpeningHours, ...]:
    return tuple(each.hours(f"{field}[{index}]") for index, each in enumerate(hours))


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
