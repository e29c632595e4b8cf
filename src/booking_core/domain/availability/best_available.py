"""Choose the best seats that are left."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from booking_core.domain.availability.seat_run import BY_RANK, free_runs
from booking_core.domain.availability.seats_apart import seats_apart
from booking_core.domain.catalogue.resource import Unit
from booking_core.domain.kernel.ids import UnitId


def best_available(
    units: Sequence[Unit], taken: Collection[UnitId], quantity: int, category: str | None
) -> tuple[UnitId, ...] | None:
    """The best `quantity` seats that are left, None if there are not so many.

    What makes seats better, the weightiest first:

    1. together: side by side in one row, where a missing number is an aisle;
    2. no single free seat is left over beside them, for single seats are hard to sell;
    3. the row nearest to the front (the smallest);
    4. the place nearest to the centre of its row, taken or not; of two, the left one.

    If no row has room for all together, the party is split: see `seats_apart`. `units` are the
    seats of the hall, all or those on sale; `category` None takes any, also mixed. The same call
    has the same answer.
    """
    runs = free_runs(units, taken, category)
    if sum(len(run.seats) for run in runs) < quantity:
        return None
    together = [run.best(quantity) for run in runs if len(run.seats) >= quantity]
    seats = min(together, key=BY_RANK).seats if together else seats_apart(runs, quantity)
    return tuple(seat.id for seat in seats)
