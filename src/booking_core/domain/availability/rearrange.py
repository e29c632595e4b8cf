"""Make room in a pool by moving bookings that nobody has moved into yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from booking_core.domain.availability.chart import NOWHERE, Chart
from booking_core.domain.availability.ejection import eject
from booking_core.domain.availability.fit import fit
from booking_core.domain.availability.left_edge import left_edge
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.ids import UnitId
from booking_core.domain.kernel.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A claim changes its unit; its period stays."""

    claim: Claim
    to: UnitId


@dataclass(frozen=True, slots=True, kw_only=True)
class Rearrangement:
    """The wish gets `units` once every move is made, all or none.

    One move may need the unit that another leaves, so they are applied together.
    """

    units: tuple[UnitId, ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoRoom:
    """There is no room. `certain`: proven; else units promised ahead hid it from the search."""

    certain: bool


def rearrange(
    unit_ids: Sequence[UnitId],
    claims: Sequence[Claim],
    span: Span,
    quantity: int,
    now: datetime,
) -> Rearrangement | NoRoom:
    """Room for `quantity` units over the span, with nobody moved where a plain fit will do.

    `claims`: every live claim of the pool that ends after `now` or overlaps the span, without
    those that the wish itself gives up. Blocks, pinned claims and claims that have begun stay.

    Exact unless a promised unit (pinned, or a block) begins after the span does: then the pool
    is refused only if somewhere in the span too few units are left over. With promised units
    ahead two heuristics are tried, and `NoRoom.certain` tells whether the refusal is proven.
    """
    free = fit(unit_ids, claims, span, quantity)
    if free is not None:
        return Rearrangement(units=free, moves=())
    chart = Chart.drawn(unit_ids, claims, span, quantity, now)
    if chart.is_full:
        return NoRoom(certain=True)
    plan = left_edge(chart) or eject(chart)
    if plan is None:
        return NoRoom(certain=False)
    return Rearrangement(
        units=tuple(unit_ids[plan[bar]] for bar in chart.wish),
        moves=tuple(
            Move(claim=claims[bar.number], to=unit_ids[lane])
            for bar, lane in plan.items()
            if bar.lane != NOWHERE
        ),
    )


def moved(claims: Iterable[Claim], moves: Iterable[Move]) -> list[Claim]:
    """The claims as they lie once the moves are made."""
    to = {move.claim: move.to for move in moves}
    return [replace(claim, unit_id=to.get(claim, claim.unit_id)) for claim in claims]


def composed(earlier: Iterable[Move], later: Iterable[Move]) -> tuple[Move, ...]:
    """The moves that do both, where the later ones were found once the earlier were made."""
    moves = {replace(move.claim, unit_id=move.to): move for move in earlier}
    for move in later:
        begun = moves.get(move.claim, move)
        moves[move.claim] = Move(claim=begun.claim, to=move.to)
    return tuple(move for move in moves.values() if move.to != move.claim.unit_id)
