"""How many rooms of each type there are, or have to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from hotel.stay import Stay
from hotel.timeline import Act, Happening

ROOMS_MOST = 10_000


def parse_rooms(text: str) -> dict[str, int]:
    """`A=134,C=9` as rooms by type; ValueError for anything else."""
    rooms: dict[str, int] = {}
    for part in text.split(","):
        room_type, _, count = part.partition("=")
        if not room_type or room_type in rooms or not count.isdecimal():
            raise ValueError(f"{part!r} is not a room type, told once, with its number of rooms")
        if not 1 <= int(count) <= ROOMS_MOST:
            raise ValueError(f"{part!r} is not 1 to {ROOMS_MOST} rooms")
        rooms[room_type] = int(count)
    return rooms


def fewest_rooms(happenings: Iterable[Happening]) -> dict[str, int]:
    """The fewest rooms of each type with which nobody has to be refused.

    As many as are sold for one night when most are. No fewer will do, for all of those have to
    sleep somewhere; and no more are needed by whoever moves bookings between rooms until their
    guests arrive, because intervals need no more rooms than overlap at one moment.
    """
    sold: Counter[tuple[str, date]] = Counter()
    most: Counter[str] = Counter()
    for happening in happenings:
        stay = happening.stay
        if happening.act is Act.BOOK:
            for night in _nights(stay, stay.arrival):
                sold[stay.room_type, night] += 1
                most[stay.room_type] = max(most[stay.room_type], sold[stay.room_type, night])
        else:
            sold.subtract((stay.room_type, night) for night in _nights(stay, happening.frees_from))
    return dict(sorted(most.items()))


def _nights(stay: Stay, first: date) -> Iterator[date]:
    for number in range((stay.departure - first).days):
        yield first + timedelta(days=number)
