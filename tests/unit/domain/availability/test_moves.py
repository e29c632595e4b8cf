"""Several plans to make room as one."""

from __future__ import annotations

from booking_core.domain.availability.rearrange import Move, composed, moved
from booking_core.domain.kernel.ids import UnitId
from tests.unit.domain.availability.pools import stay

FIRST, SECOND, THIRD = UnitId("u0"), UnitId("u1"), UnitId("u2")


def test_claims_lie_where_their_moves_put_them() -> None:
    """All at once, so that one may take the unit which another leaves."""
    one, other, still = stay("u0", 1, 4), stay("u1", 2, 5), stay("u2", 1, 5)
    swap = [Move(claim=one, to=SECOND), Move(claim=other, to=FIRST)]
    assert moved([one, still, other], swap) == [stay("u1", 1, 4), still, stay("u0", 2, 5)]


def test_a_claim_that_moves_twice_moves_from_where_it_was_to_where_it_ends() -> None:
    """Storage knows it only by its first place."""
    claim = stay("u0", 1, 4)
    both = composed([Move(claim=claim, to=SECOND)], [Move(claim=stay("u1", 1, 4), to=THIRD)])
    assert both == (Move(claim=claim, to=THIRD),)


def test_a_claim_that_moves_back_does_not_move() -> None:
    """Nobody is told of a move that came to nothing."""
    there, back = Move(claim=stay("u0", 1, 4), to=SECOND), Move(claim=stay("u1", 1, 4), to=FIRST)
    assert composed([there], [back]) == ()


def test_moves_of_different_claims_stay_side_by_side() -> None:
    """Also where the second takes the place that the first has left."""
    first = Move(claim=stay("u0", 1, 4), to=SECOND)
    second = Move(claim=stay("u2", 1, 4), to=FIRST)
    assert composed([first], [second]) == (first, second)
