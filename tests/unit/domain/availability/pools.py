"""Small crowded pools to try allocation on, and slow oracles that are right by being plain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from hypothesis import strategies as st

from booking_core.domain.availability.chart import Bar, Chart, Plan
from booking_core.domain.availability.rearrange import Rearrangement
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.ids import BlockId, BookingId, ResourceId, UnitId
from booking_core.domain.kernel.span import Span
from tests.unit.domain.availability.given import HOUR, NOW


def hours(start: int, end: int) -> Span:
    """From so many hours after now to so many hours after now."""
    return Span(NOW + start * HOUR, NOW + end * HOUR)


def units(count: int) -> tuple[UnitId, ...]:
    """u0, u1, …"""
    return tuple(UnitId(f"u{index}") for index in range(count))


def stay(unit: str, start: int, end: int, *, pinned: bool = False) -> Claim:
    """A booking's claim, in hours after now."""
    return Claim(
        resource_id=ResourceId("r"),
        unit_id=UnitId(unit),
        span=hours(start, end),
        booking_id=BookingId("b"),
        pinned=pinned,
    )


def repair(unit: str, start: int, end: int) -> Claim:
    """A block's claim, in hours after now; that it is a block must do to keep it in place."""
    return Claim(
        resource_id=ResourceId("r"),
        unit_id=UnitId(unit),
        span=hours(start, end),
        block_id=BlockId("x"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """A pool with its claims, and what is wanted of it."""

    unit_ids: tuple[UnitId, ...]
    claims: tuple[Claim, ...]
    span: Span
    quantity: int

    def beside(self) -> list[Claim]:
        """The claims that overlap what is wanted."""
        return [claim for claim in self.claims if claim.span.overlaps(self.span)]

    def free_units(self) -> list[UnitId]:
        """The units that nobody has at any time of the wanted period."""
        taken = {claim.unit_id for claim in self.beside()}
        return [unit_id for unit_id in self.unit_ids if unit_id not in taken]

    def most_taken_at_once(self) -> int:
        """How many units are taken when most are, within the wanted period."""
        beside = self.beside()
        instants = [self.span.start, *(claim.span.start for claim in beside)]
        return max(
            sum(claim.span.start <= instant < claim.span.end for claim in beside)
            for instant in instants
            if self.span.start <= instant
        )


@st.composite
def crowds(draw: st.DrawFn, *, promised: bool) -> Crowd:
    """Up to five units with hardly a gap; with `promised`, some later claims may not move.

    Most have as many claims as leave the wish some room at every instant, and no more.
    """
    unit_ids = units(draw(st.integers(1, 5)))
    start = draw(st.integers(-2, 9))
    span = hours(start, start + draw(st.integers(1, 8)))
    quantity = draw(st.sampled_from([1, 1, 1, 2]))
    crowd = Crowd(unit_ids=unit_ids, claims=(), span=span, quantity=quantity)
    is_roomy = draw(st.integers(0, 3)) > 0
    for claim in draw(st.permutations(draw(_claims(unit_ids, promised)))):
        fuller = replace(crowd, claims=(*crowd.claims, claim))
        if not is_roomy or fuller.most_taken_at_once() + quantity <= len(unit_ids):
            crowd = fuller
    return crowd


@st.composite
def _claims(draw: st.DrawFn, unit_ids: tuple[UnitId, ...], promised: bool) -> list[Claim]:
    claims = []
    for unit_id in unit_ids:
        end = draw(st.integers(-4, 3))
        gaps_and_lengths = st.tuples(st.sampled_from([0, 0, 0, 1, 1, 2]), st.integers(1, 5))
        for gap, length in draw(st.lists(gaps_and_lengths, min_size=2, max_size=6)):
            start = end + gap
            end = start + length
            kind = draw(st.sampled_from("bbbbpx")) if promised or start <= 0 else "b"
            claims.append(
                repair(unit_id, start, end)
                if kind == "x"
                else stay(unit_id, start, end, pinned=kind == "p")
            )
    return [claim for claim in claims if claim.span.end > NOW]


def may_move(claim: Claim) -> bool:
    """Whether it is a booking that has neither begun nor been promised its unit."""
    return claim.booking_id is not None and not claim.pinned and claim.span.start > NOW


def spans_by_unit(crowd: Crowd, outcome: Rearrangement) -> dict[UnitId, list[Span]]:
    """Who is where once all moves are made and the wish is met, by start."""
    moved = {id(move.claim): move.to for move in outcome.moves}
    spans: dict[UnitId, list[Span]] = {unit_id: [] for unit_id in crowd.unit_ids}
    for claim in crowd.claims:
        spans[moved.get(id(claim), claim.unit_id)].append(claim.span)
    for unit_id in outcome.units:
        spans[unit_id].append(crowd.span)
    return {unit_id: sorted(found) for unit_id, found in spans.items()}


def overlap_free(spans: Sequence[Span]) -> bool:
    """Whether no two of them overlap; they come by start."""
    return all(not one.overlaps(another) for one, another in pairwise(spans))


def chart_of(crowd: Crowd) -> Chart:
    """What the searches for room see of it."""
    return Chart.drawn(crowd.unit_ids, crowd.claims, crowd.span, crowd.quantity, NOW)


def plan_holds(chart: Chart, plan: Plan) -> bool:
    """Whether the wish gets its lanes, only bars that may move do, and no two bars overlap."""
    by_lane: list[list[Bar]] = [[] for _ in range(chart.lanes)]
    for bar in sorted((*chart.bars, *chart.wish)):
        by_lane[plan.get(bar, bar.lane)].append(bar)
    return (
        set(chart.wish) <= set(plan)
        and not any(bar.fixed or bar.lane == lane for bar, lane in plan.items())
        and all(one.end <= after.start for bars in by_lane for one, after in pairwise(bars))
    )


def some_arrangement_exists(crowd: Crowd) -> bool:
    """Whether any way to spread everyone over the units meets the wish: tries them all."""
    lanes: list[list[Span]] = [
        [claim.span for claim in crowd.claims if claim.unit_id == unit_id and not may_move(claim)]
        for unit_id in crowd.unit_ids
    ]
    to_place = [claim.span for claim in crowd.claims if may_move(claim)]
    return _placed(sorted(to_place + [crowd.span] * crowd.quantity), lanes)


def _placed(to_place: list[Span], lanes: list[list[Span]]) -> bool:
    if not to_place:
        return True
    span, rest = to_place[0], to_place[1:]
    tried = []
    for lane in lanes:
        if lane in tried or any(span.overlaps(other) for other in lane):
            continue
        tried.append(list(lane))
        lane.append(span)
        if _placed(rest, lanes):
            return True
        lane.pop()
    return False
