"""Making room in a pool by moving bookings that nobody has moved into yet."""

from __future__ import annotations

import random

from hypothesis import given

from booking_core.domain.availability.fit import fit
from booking_core.domain.availability.rearrange import Move, NoRoom, Rearrangement, rearrange
from tests.unit.domain.availability.given import NOW
from tests.unit.domain.availability.pools import (
    Crowd,
    crowds,
    hours,
    may_move,
    overlap_free,
    repair,
    some_arrangement_exists,
    spans_by_unit,
    stay,
    units,
)


def rearranged(crowd: Crowd) -> Rearrangement | NoRoom:
    """What becomes of it now."""
    return rearrange(crowd.unit_ids, crowd.claims, crowd.span, crowd.quantity, NOW)


def test_a_stay_across_two_half_free_units_gets_one_whole() -> None:
    """Two units, each free for one half of the wish, become one that is free for all of it."""
    early, late = stay("u1", 1, 3), stay("u0", 3, 5)
    outcome = rearrange(units(2), [early, late], hours(2, 4), 1, NOW)
    assert outcome == Rearrangement(units=("u0",), moves=(Move(claim=late, to="u1"),))


def test_a_full_pool_is_refused_for_certain() -> None:
    """One instant at which every unit is taken is proof."""
    claims = [stay("u0", 1, 4), stay("u1", 3, 5)]
    assert rearrange(units(2), claims, hours(2, 9), 1, NOW) == NoRoom(certain=True)


def test_who_has_begun_stays_checked_in_or_not() -> None:
    """Nobody is moved out of a unit that they may be in."""
    guest, later = stay("u0", -1, 3), stay("u1", 4, 6)
    outcome = rearrange(units(2), [guest, later], hours(2, 5), 1, NOW)
    assert outcome == Rearrangement(units=("u1",), moves=(Move(claim=later, to="u0"),))


def test_a_period_that_has_begun_needs_a_unit_that_was_free_then() -> None:
    """A stay that is over kept its unit; moving others cannot undo that."""
    over, guest = stay("u0", -2, -1), stay("u1", 0, 5)
    assert rearrange(units(2), [over, guest], hours(-2, 3), 1, NOW) == NoRoom(certain=True)


def test_units_that_only_promised_stays_have_are_refused_for_certain() -> None:
    """Where something that cannot move is in the way on every unit, nothing is left to try."""
    claims = [stay("u0", 2, 3, pinned=True), repair("u1", 3, 4)]
    assert rearrange(units(2), claims, hours(2, 4), 1, NOW) == NoRoom(certain=True)


def test_a_refusal_that_a_promise_caused_is_not_called_certain() -> None:
    """No instant has every unit taken, and yet there is no room: only trying all would prove it."""
    claims = [
        stay("u0", 1, 7),
        stay("u0", 11, 15, pinned=True),
        stay("u1", 0, 5),
        stay("u1", 5, 11),
    ]
    assert rearrange(units(2), claims, hours(9, 14), 1, NOW) == NoRoom(certain=False)


def test_claims_on_units_that_the_pool_has_no_longer_are_no_matter() -> None:
    """A unit taken out of the pool takes its bookings with it."""
    claims = [stay("u0", 1, 3), stay("gone", 1, 9), stay("u1", 3, 5)]
    outcome = rearrange(units(2), claims, hours(2, 4), 1, NOW)
    assert isinstance(outcome, Rearrangement)
    assert {move.claim.unit_id for move in outcome.moves} <= {"u0", "u1"}


def test_a_hundred_forced_moves_are_found() -> None:
    """However many must move, a pool that is not full takes the wish."""
    chain = [stay(f"u{(start + 1) % 2}", start, start + 2) for start in range(2, 102)]
    outcome = rearrange(units(2), [stay("u0", 0, 2), *chain], hours(1, 3), 1, NOW)
    assert isinstance(outcome, Rearrangement)
    assert [move.claim for move in outcome.moves] == chain


@given(crowds(promised=False))
def test_a_pool_is_refused_only_when_it_is_full(crowd: Crowd) -> None:
    """With nothing promised ahead there is room unless at some instant too few units are left."""
    fits = crowd.most_taken_at_once() + crowd.quantity <= len(crowd.unit_ids)
    outcome = rearranged(crowd)
    assert isinstance(outcome, Rearrangement) is fits
    assert fits or outcome == NoRoom(certain=True)


@given(crowds(promised=True))
def test_nobody_shares_a_unit_afterwards(crowd: Crowd) -> None:
    """Once every move is made no two claims on one unit overlap, the new ones included."""
    outcome = rearranged(crowd)
    if isinstance(outcome, Rearrangement):
        assert len(set(outcome.units)) == crowd.quantity
        assert all(overlap_free(spans) for spans in spans_by_unit(crowd, outcome).values())


@given(crowds(promised=True))
def test_only_bookings_that_are_free_to_move_do(crowd: Crowd) -> None:
    """Promised units, blocks and what has begun stay; whoever moves does so once, elsewhere."""
    outcome = rearranged(crowd)
    if isinstance(outcome, Rearrangement):
        moved = [move.claim for move in outcome.moves]
        assert all(claim in crowd.claims and may_move(claim) for claim in moved)
        assert len({id(claim) for claim in moved}) == len(moved)
        assert all(move.to != move.claim.unit_id for move in outcome.moves)


@given(crowds(promised=True))
def test_nobody_moves_where_a_plain_fit_will_do(crowd: Crowd) -> None:
    """The wish gets what fit would pick, and no moves."""
    free = fit(crowd.unit_ids, crowd.claims, crowd.span, crowd.quantity)
    if free is not None:
        assert rearranged(crowd) == Rearrangement(units=free, moves=())


@given(crowds(promised=True))
def test_a_certain_refusal_is_right(crowd: Crowd) -> None:
    """What is refused for certain, no arrangement at all could have met."""
    if rearranged(crowd) == NoRoom(certain=True):
        assert not some_arrangement_exists(crowd)


def test_promises_hide_room_in_less_than_one_crowd_of_a_hundred() -> None:
    """The heuristics find nearly all the room that trying every arrangement finds."""
    dice = random.Random(2)
    made = missed = 0
    for _ in range(1_500):
        crowd = packed(dice)
        outcome = rearranged(crowd)
        if isinstance(outcome, Rearrangement):
            made += bool(outcome.moves)
        elif not outcome.certain:
            missed += some_arrangement_exists(crowd)
    assert made >= 50
    assert missed * 100 < made


def packed(dice: random.Random) -> Crowd:
    """Two to five units, taken three quarters of the time, half of it promised."""
    claims = []
    unit_ids = units(dice.randint(2, 5))
    for unit_id in unit_ids:
        end = dice.randint(-3, 3)
        while end < 14:
            start = max(0, end) + dice.choice([0, 0, 1, 1, 2, 3, 4])
            end = start + dice.randint(1, 6)
            claims.append(stay(unit_id, start, end, pinned=dice.random() < 0.5))
    start = dice.randint(1, 14)
    return Crowd(
        unit_ids=unit_ids,
        claims=tuple(claims),
        span=hours(start, start + dice.randint(1, 6)),
        quantity=dice.choice([1, 1, 1, 2]),
    )
