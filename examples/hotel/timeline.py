"""What happened when: the stays of a file as acts in the order of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hotel.stay import Ending, Stay

ZONE = "Europe/Lisbon"
CHECK_IN_FROM = time(14)
CHECK_OUT_UNTIL = time(11)


class Act(IntEnum):
    """What a hotel does with a stay, in the order of its day.

    Rooms come free before others are sold, and are sold before guests move in, so that stays
    collide in the engine exactly where their half-open spans of dates do.
    """

    CHECK_OUT = 1
    CANCEL = 2
    BOOK = 3
    CANCEL_AT_ONCE = 4
    CHECK_IN = 5
    MARK_NO_SHOW = 6
    CHECK_OUT_AT_ONCE = 7


HOURS = {
    Act.CHECK_OUT: CHECK_OUT_UNTIL,
    Act.CANCEL: time(12),
    Act.BOOK: time(12),
    Act.CANCEL_AT_ONCE: time(13),
    Act.CHECK_IN: CHECK_IN_FROM,
    Act.MARK_NO_SHOW: time(23),
    Act.CHECK_OUT_AT_ONCE: time(23),
}


class Happening(NamedTuple):
    """An act on a stay. Sorts by day, then act, then row."""

    day: date
    act: Act
    row: int
    stay: Stay

    @property
    def at(self) -> datetime:
        """When on that day, in UTC."""
        return instant(self.day, HOURS[self.act])

    @property
    def frees_from(self) -> date:
        """The first night that the stay does not need any more."""
        match self.act:
            case Act.CHECK_OUT:
                return self.day
            case Act.CHECK_OUT_AT_ONCE:
                return self.day + timedelta(days=1)
            case Act.CANCEL | Act.CANCEL_AT_ONCE:
                return self.stay.arrival
            case _:
                return self.stay.departure


def instant(day: date, hour: time) -> datetime:
    """That hour of the hotel's day, in UTC."""
    return datetime.combine(day, hour, ZoneInfo(ZONE)).astimezone(UTC)


def timeline(stays: Iterable[Stay]) -> tuple[Happening, ...]:
    """All that happens, first things first."""
    return tuple(sorted(happening for stay in stays for happening in _of(stay)))


def _of(stay: Stay) -> Iterator[Happening]:
    """A status that was noted before it can have come about came about as soon as it could."""
    yield Happening(stay.booked_on, Act.BOOK, stay.row, stay)
    match stay.ending:
        case Ending.CANCELLED:
            day = max(stay.ended_on, stay.booked_on)
            act = Act.CANCEL if day > stay.booked_on else Act.CANCEL_AT_ONCE
            yield Happening(day, act, stay.row, stay)
        case Ending.CHECKED_OUT:
            yield Happening(stay.arrival, Act.CHECK_IN, stay.row, stay)
            day = max(stay.ended_on, stay.arrival)
            act = Act.CHECK_OUT if day > stay.arrival else Act.CHECK_OUT_AT_ONCE
            yield Happening(day, act, stay.row, stay)
        case Ending.NO_SHOW:
            day = max(stay.ended_on, stay.arrival)
            yield Happening(day, Act.MARK_NO_SHOW, stay.row, stay)
