"""Times and durations on the wire: instants with an offset, or wall-clock times of a resource."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, TypeAlias

import msgspec

from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.localtime import Fold, Gap, resolve, zone
from booking_http.strict_body import Body
from booking_http.texts import Local

Instant: TypeAlias = Annotated[
    datetime,
    msgspec.Meta(
        tz=True,
        description="RFC 3339, with an offset from UTC",
        examples=["2030-06-03T09:00:00Z"],
    ),
]


class LocalTime(Body, frozen=True, kw_only=True):
    """A time by the wall clock where the resource is.

    One that the clocks skip does not exist and is refused; of one that happens twice, `fold` says
    which is meant.
    """

    local: Local
    fold: Literal["first", "second"] | None = None


When: TypeAlias = Instant | LocalTime


def utc(field: str, instant: datetime) -> datetime:
    """The same instant in UTC, or InvalidInput for one that no calendar of ours reaches."""
    if instant.tzinfo is UTC:
        return instant
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise InvalidInput(field, "a time in the years 1900 to 9000") from None


def at(field: str, when: datetime | LocalTime, zone_name: Callable[[], str]) -> datetime:
    """The instant that is meant, in UTC; the zone is asked for only where it matters."""
    if isinstance(when, datetime):
        return utc(field, when)
    try:
        local = datetime.fromisoformat(when.local)
    except ValueError:
        raise InvalidInput(f"{field}.local", "a time such as 2030-06-03T09:00") from None
    fold = Fold.REFUSE if when.fold is None else Fold(when.fold)
    try:
        return resolve(local, zone(zone_name()), gap=Gap.REFUSE, fold=fold, field=f"{field}.local")
    except OverflowError:
        raise InvalidInput(f"{field}.local", "a time in the years 1900 to 9000") from None


def instant(field: str, text: str) -> datetime:
    """An instant out of a query, in UTC."""
    try:
        found = msgspec.convert(text, Instant)
    except msgspec.ValidationError:
        hint = "; write + as %2B" if " " in text else ""
        raise InvalidInput(
            field, f"an RFC 3339 time with an offset, such as 2030-06-03T09:00:00Z{hint}"
        ) from None
    return utc(field, found)


def duration(field: str, text: str) -> timedelta:
    """A duration in ISO 8601, or InvalidInput."""
    try:
        return msgspec.convert(text, timedelta)
    except msgspec.ValidationError:
        raise InvalidInput(
            field, "an ISO 8601 duration such as PT30M, of bearable length"
        ) from None


def shown_duration(length: timedelta) -> str:
    """ISO 8601 in hours, minutes and seconds: PT1H30M; a day is 24 hours here."""
    seconds, microseconds = divmod(length // timedelta(microseconds=1), 1_000_000)
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes)
    if microseconds:
        parts += f"{seconds}.{microseconds:06d}".rstrip("0") + "S"
    elif seconds or not parts:
        parts += f"{seconds}S"
    return f"PT{parts}"
