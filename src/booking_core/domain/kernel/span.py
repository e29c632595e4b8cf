"""A half-open period of time, in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from booking_core.domain.kernel.errors import InvalidInput

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LONGEST = timedelta(days=3700)  # Ten years and a little: what a query may look at.
# Arithmetic with days, buffers and zones around a span never leaves what a datetime can say.
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start` (included) to `end` (excluded), both aware and in UTC; never empty.

    Raises InvalidInput naming `start` or `end` for anything else.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is not UTC:
            object.__setattr__(self, "start", in_utc("start", self.start))
        if self.end.tzinfo is not UTC:
            object.__setattr__(self, "end", in_utc("end", self.end))
        if self.start >= self.end:
            raise InvalidInput("end", "a time after the start")
        if self.end - self.start > LONGEST:
            raise InvalidInput("end", f"at most {LONGEST.days} days after the start")
        if self.start < EARLIEST or self.end > LATEST:
            field = "start" if self.start < EARLIEST else "end"
            raise InvalidInput(field, f"a time from {EARLIEST.year} to {LATEST.year}")

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end

    def covers(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end

    @property
    def duration(self) -> timedelta:
        return self.end - self.start

    def widened(self, before: timedelta, after: timedelta) -> Span:
        """The span with a buffer on each side."""
        return Span(self.start - before, self.end + after)

    def __str__(self) -> str:
        return f"[{self.start.isoformat()}, {self.end.isoformat()})"


def in_utc(field: str, instant: datetime) -> datetime:
    """The instant in UTC itself, or InvalidInput for one that is naive or elsewhere.

    A zone that is at zero now is not UTC: it counts hours by its own clock.
    """
    if instant.tzinfo is None:
        raise InvalidInput(field, "a time with an offset from UTC")
    if instant.utcoffset():
        raise InvalidInput(field, "a time in UTC")
    return instant.astimezone(UTC)


def to_microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970 in UTC: what sweeps and storage count in."""
    delta = instant - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def from_microseconds(count: int) -> datetime:
    """The instant so many microseconds after 1970 began, in UTC."""
    return EPOCH + timedelta(microseconds=count)
