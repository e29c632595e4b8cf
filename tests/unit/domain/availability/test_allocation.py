"""The two ways in which a pool may pick units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hypothesis import given

from booking_core.domain.availability.allocation import PoolWish, first_fit_only, fit_or_rearrange
from booking_core.domain.availability.fit import first_fit
from booking_core.domain.availability.rearrange import Move, NoRoom, Rearrangement, rearrange
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.span import Span
from tests.unit.domain.availability.given import NOW
from tests.unit.domain.availability.pools import Crowd, crowds, hours, stay, units

# No unit is free from 2 to 6, though never more than one is taken: one of the two must move.
EARLY, LATE = stay("u0", 2, 4), stay("u1", 4, 6)


@dataclass(slots=True)
class Readings:
    """Claims to read by window, as storage would show them, and which windows were read."""

    stored: Iterable[Claim]
    windows: list[Span] = field(default_factory=list)

    def __call__(self, window: Span) -> Sequence[Claim]:
        """The claims that overlap the window."""
        self.windows.append(window)
        return [claim for claim in self.stored if claim.span.overlaps(window)]


def wish(readings: Readings, span: Span, quantity: int = 1, pool: int = 2) -> PoolWish:
    """A wish for units of a small pool."""
    return PoolWish(unit_ids=units(pool), span=span, quantity=quantity, now=NOW, claims=readings)


def test_a_plain_fit_reads_no_more_than_the_wanted_period() -> None:
    """The common case costs one small query and moves nobody."""
    readings = Readings([EARLY, LATE])
    assert fit_or_rearrange(wish(readings, hours(4, 6))) == Rearrangement(units=("u0",), moves=())
    assert readings.windows == [hours(4, 6)]


def test_others_move_only_when_too_few_units_are_free() -> None:
    """What first fit refuses is taken, and whoever has not moved in makes way."""
    readings = Readings([EARLY, LATE])
    assert fit_or_rearrange(wish(readings, hours(2, 6))) == Rearrangement(
        units=("u1",), moves=(Move(claim=LATE, to="u0"),)
    )


def test_the_whole_future_is_read_before_anybody_moves() -> None:
    """Whoever moves must not land on a claim that lies beyond the wanted period."""
    beyond = stay("u0", 6, 9)
    readings = Readings([EARLY, stay("u1", 4, 8), beyond])
    plan = fit_or_rearrange(wish(readings, hours(2, 6)))
    assert isinstance(plan, Rearrangement)
    assert Move(claim=beyond, to="u1") in plan.moves


def test_a_full_pool_is_refused_by_what_lies_in_the_wanted_period() -> None:
    """However many have booked for later: the commonest refusal costs one small query."""
    later = [stay(unit, 7, 9) for unit in units(2)]
    readings = Readings([stay("u0", 3, 6), stay("u1", 1, 5), *later])
    assert fit_or_rearrange(wish(readings, hours(4, 8))) == NoRoom(certain=True)
    assert readings.windows == [hours(4, 8)]


def test_first_fit_takes_the_lowest_units_in_the_order_of_the_pool() -> None:
    """However tight a gap another unit would offer."""
    readings = Readings([stay("u2", 1, 4), stay("u2", 6, 9), stay("u0", 3, 5)])
    assert first_fit_only(wish(readings, hours(4, 6), 2, pool=4)) == Rearrangement(
        units=("u1", "u2"), moves=()
    )


def test_first_fit_moves_nobody() -> None:
    """It says that there is no room where another could still make some, and claims no proof."""
    assert first_fit_only(wish(Readings([EARLY, LATE]), hours(2, 6))) == NoRoom(certain=False)


@given(crowd=crowds(promised=True))
def test_each_way_answers_as_the_search_that_it_names(crowd: Crowd) -> None:
    """Reading claims window by window decides nothing that reading them all would not."""
    wanted = PoolWish(
        unit_ids=crowd.unit_ids,
        span=crowd.span,
        quantity=crowd.quantity,
        now=NOW,
        claims=Readings(crowd.claims),
    )
    plan = fit_or_rearrange(wanted)
    whole = rearrange(crowd.unit_ids, crowd.claims, crowd.span, crowd.quantity, NOW)
    if isinstance(plan, NoRoom) or isinstance(whole, NoRoom):
        assert plan == whole
    first = first_fit(crowd.unit_ids, crowd.claims, crowd.span, crowd.quantity)
    only = first_fit_only(wanted)
    assert (only.units if isinstance(only, Rearrangement) else None) == first
