"""Seat a party that no row can take together: few groups, near each other."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from booking_core.domain.availability.seat_run import BY_RANK, Rank, SeatRun
from booking_core.domain.catalogue.resource import Unit


def seats_apart(runs: Sequence[SeatRun], quantity: int) -> tuple[Unit, ...]:
    """So many seats, where the sum of groups and rows spanned is smallest.

    One more group weighs as much as being one row further apart: two pairs behind each other are
    better than four single seats of one row, and than three seats and one twenty rows away.
    Among equals the front-most rows win, and in them what is near the centre, so that the groups
    are near each other too. The runs, in the order of their rows, must hold `quantity` seats at
    least. Time: rows × the best sum.
    """
    near = deque(sorted(_tightest_rows(runs, quantity), key=_largest_first))
    seats: list[Unit] = []
    while len(near[0].seats) < quantity - len(seats):
        seats += near.popleft().seats
    missing = quantity - len(seats)
    last_groups = (run.best(missing) for run in near if len(run.seats) >= missing)
    return (*seats, *min(last_groups, key=BY_RANK).seats)


def _largest_first(run: SeatRun) -> tuple[int, Rank]:
    size = len(run.seats)
    return -size, run.best(size).rank


def _tightest_rows(runs: Sequence[SeatRun], quantity: int) -> list[SeatRun]:
    """The runs of the neighbouring rows in which the party sits tightest."""
    rows = [list(row) for _, row in groupby(runs, key=attrgetter("row"))]
    groups_least = -(-quantity // max(len(run.seats) for run in runs))
    best_sum, best = quantity + rows[-1][0].row - rows[0][0].row + 2, rows
    for top in range(len(rows)):
        run_lengths: Counter[int] = Counter()
        for bottom in range(top, len(rows)):
            spanned = rows[bottom][0].row - rows[top][0].row + 1
            if spanned + groups_least >= best_sum:
                break
            run_lengths.update(len(run.seats) for run in rows[bottom])
            groups = _fewest_groups(run_lengths, quantity)
            if groups is not None and spanned + groups < best_sum:
                best_sum, best = spanned + groups, rows[top : bottom + 1]
    return [run for row in best for run in row]


def _fewest_groups(run_lengths: Counter[int], quantity: int) -> int | None:
    """How many runs it takes to seat so many, None if all of them are too few."""
    groups, missing = 0, quantity
    for length in sorted(run_lengths, reverse=True):
        used = min(run_lengths[length], -(-missing // length))
        groups += used
        missing -= used * length
        if missing <= 0:
            return groups
    return None
