"""A run of seats: free, in one row, side by side."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from booking_core.domain.catalogue.resource import Unit
from booking_core.domain.kernel.ids import UnitId


class Rank(NamedTuple):
    """How good a block is: smaller is better, the earlier field weighs more."""

    singles: int  # Free seats beside it that lose their last free neighbour.
    row: int
    off_centre: int  # Twice the distance from the centre of its row.
    number: int  # Of its left-most seat.


class Block(NamedTuple):
    """Seats side by side."""

    rank: Rank
    seats: tuple[Unit, ...]


BY_RANK = attrgetter("rank")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRun:
    """As many neighbours as there are; on both sides a seat that cannot be had, or nothing.

    `centre_twice` is first plus last number of the whole row, so that halves stay integers.
    """

    seats: tuple[Unit, ...]
    centre_twice: int

    @property
    def row(self) -> int:
        return self.seats[0].row

    def best(self, quantity: int) -> Block:
        """The best so many seats of it, which must be at most all."""
        spare = len(self.seats) - quantity
        rank, first = min((self._rank(at, at + quantity - 1), at) for at in range(spare + 1))
        return Block(rank, self.seats[first : first + quantity])

    def _rank(self, first: int, last: int) -> Rank:
        left, right = self.seats[first].number, self.seats[last].number
        return Rank(
            singles=(first == 1) + (len(self.seats) - last == 2),
            row=self.row,
            off_centre=abs(left + right - self.centre_twice),
            number=left,
        )


def free_runs(
    units: Sequence[Unit], taken: Collection[UnitId], category: str | None
) -> list[SeatRun]:
    """All runs of what is left (of one category if asked), front row first, left to right.

    Seats whose numbers are not consecutive are not neighbours: a gap in the numbers is an aisle.
    """
    off_sale = frozenset(taken)
    free = [unit for unit in units if unit.id not in off_sale and category in (None, unit.category)]
    centre_twice = _centres(units)
    runs: list[list[Unit]] = []
    before: Unit | None = None
    for seat in sorted(free, key=attrgetter("row", "number", "id")):
        if before and (before.row, before.number + 1) == (seat.row, seat.number):
            runs[-1].append(seat)
        else:
            runs.append([seat])
        before = seat
    return [SeatRun(seats=tuple(run), centre_twice=centre_twice[run[0].row]) for run in runs]


def _centres(units: Iterable[Unit]) -> dict[int, int]:
    ends: dict[int, tuple[int, int]] = {}
    for unit in units:
        first, last = ends.get(unit.row, (unit.number, unit.number))
        ends[unit.row] = min(first, unit.number), max(last, unit.number)
    return {row: first + last for row, (first, last) in ends.items()}
