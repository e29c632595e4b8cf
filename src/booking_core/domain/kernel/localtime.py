"""Wall-clock time in a zone, turned into an instant by an explicit policy."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from booking_core.domain.kernel.errors import InvalidInput


class Gap(StrEnum):
    """What to do with a local time that the clocks skipped."""

    REFUSE = "refuse"
    LATER = "later"  # The instant at which the clocks were put forward.


class Fold(StrEnum):
    """What to do with a local time that happens twice."""

    REFUSE = "refuse"
    FIRST = "first"
    SECOND = "second"


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name, or InvalidInput."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput("zone", "an IANA time zone such as Europe/Paris") from None


def resolve(local: datetime, tz: ZoneInfo, *, gap: Gap, fold: Fold, field: str) -> datetime:
    """The UTC instant of a naive local time, or InvalidInput naming the field.

    zoneinfo itself never refuses: it moves a skipped time by the size of the gap, and takes the
    first of two. PEP 495 tells the cases apart by comparing both folds' offsets.
    """
    if local.tzinfo is not None:
        raise InvalidInput(field, "a local time without an offset")
    first = local.replace(tzinfo=tz, fold=0)
    second = local.replace(tzinfo=tz, fold=1)
    offset_first, offset_second = first.utcoffset(), second.utcoffset()
    if offset_first == offset_second:
        return first.astimezone(UTC)
    assert offset_first is not None and offset_second is not None
    if offset_first > offset_second:
        return _folded(first, second, fold, field)
    if gap is Gap.REFUSE:
        raise InvalidInput(field, "a local time that exists: the clocks skip this one")
    return _end_of_gap(first, second)


def _folded(first: datetime, second: datetime, fold: Fold, field: str) -> datetime:
    if fold is Fold.REFUSE:
        raise InvalidInput(field, "which of the two: this local time happens twice")
    return (first if fold is Fold.FIRST else second).astimezone(UTC)


def _end_of_gap(first: datetime, second: datetime) -> datetime:
    """The transition instant: the two readings of a skipped time lie on either side of it."""
    tz = first.tzinfo
    low, high = second.astimezone(UTC), first.astimezone(UTC)
    offset_before = low.astimezone(tz).utcoffset()
    while high - low > datetime.resolution:
        middle = low + (high - low) / 2
        if middle.astimezone(tz).utcoffset() == offset_before:
            low = middle
        else:
            high = middle
    return high
