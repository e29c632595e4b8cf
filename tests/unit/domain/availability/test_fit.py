"""Picking free units of a pool without moving anybody."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from booking_core.domain.availability.fit import first_fit, fit
from tests.unit.domain.availability.pools import Crowd, crowds, hours, stay, units


def test_the_tightest_gap_is_taken() -> None:
    """A short stay goes between two others, not where a long one could still go."""
    claims = [stay("u1", 1, 5), stay("u1", 8, 9), stay("u2", 1, 5), stay("u2", 7, 9)]
    assert fit(units(3), claims, hours(5, 7), 1) == ("u2",)


def test_a_gap_is_what_lies_between_the_nearest_neighbours() -> None:
    """Claims further away, in whatever order they come, do not make a gap look wider or tighter."""
    near = [stay("u0", 3, 4), stay("u0", 9, 10), stay("u1", 4, 5), stay("u1", 8, 9)]
    far = [stay("u0", 2, 3), stay("u0", 10, 11), stay("u1", 1, 2), stay("u1", 20, 21)]
    assert fit(units(2), near + far, hours(5, 8), 1) == ("u1",)
    assert fit(units(2), far + near, hours(5, 8), 1) == ("u1",)


def test_an_untouched_unit_is_the_last_to_be_broken_into() -> None:
    """A gap with one open side is tighter than one with two."""
    assert fit(units(2), [stay("u1", 1, 2)], hours(5, 7), 1) == ("u1",)


def test_equals_are_taken_in_the_order_of_the_pool() -> None:
    """Without a tie-break the same call has the same answer."""
    assert fit(units(4), [stay("u0", 5, 6)], hours(5, 7), 2) == ("u1", "u2")


def test_the_tie_break_picks_among_all_free_units() -> None:
    """Who lost a race can reach every free unit, not only the tightest."""
    claims = [stay("u1", 1, 5), stay("u2", 5, 6)]
    picks = {fit(units(4), claims, hours(5, 7), 1, tie_break=lambda n, i=i: i) for i in range(3)}
    assert picks == {("u1",), ("u0",), ("u3",)}


def test_first_fit_takes_the_lowest_free_units() -> None:
    """The baseline looks at nothing but the order of the pool."""
    claims = [stay("u0", 5, 6), stay("u2", 4, 5), stay("u3", 6, 8)]
    assert first_fit(units(5), claims, hours(5, 7), 2) == ("u1", "u2")
    assert first_fit(units(5), claims, hours(5, 7), 4) is None


@given(crowds(promised=True), st.randoms(use_true_random=False))
def test_only_units_free_for_the_whole_span_are_picked(
    crowd: Crowd, randoms: random.Random
) -> None:
    """Every way to pick gives as many free units as asked, each once; None if there are fewer."""
    free = crowd.free_units()
    asked = (crowd.unit_ids, crowd.claims, crowd.span, crowd.quantity)
    for picked in (fit(*asked), first_fit(*asked), fit(*asked, tie_break=randoms.randrange)):
        if picked is None:
            assert len(free) < crowd.quantity
        else:
            assert len(set(picked)) == crowd.quantity
            assert set(picked) <= set(free)
