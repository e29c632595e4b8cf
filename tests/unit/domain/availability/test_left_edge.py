"""Making room by the left-edge algorithm."""

from __future__ import annotations

from hypothesis import given

from booking_core.domain.availability.chart import Bar, Chart
from booking_core.domain.availability.left_edge import left_edge
from tests.unit.domain.availability.pools import Crowd, chart_of, crowds, plan_holds


@given(crowds(promised=True))
def test_its_plan_holds_by_itself(crowd: Crowd) -> None:
    """Whatever it answers is a plan that can be carried out."""
    chart = chart_of(crowd)
    plan = left_edge(chart)
    assert plan is None or plan_holds(chart, plan)


@given(crowds(promised=False))
def test_it_is_exact_while_nothing_is_promised_ahead(crowd: Crowd) -> None:
    """It needs no second heuristic to find the room that there is."""
    chart = chart_of(crowd)
    assert (left_edge(chart) is None) is chart.is_full


def test_only_as_many_move_as_meet_somebody_displaced() -> None:
    """Once all are back on their own lanes the rest of the pool is left alone."""
    later = [
        Bar(start, start + 2, lane, start * 2 + lane) for start in (6, 8, 10) for lane in (0, 1)
    ]
    bars = (Bar(1, 3, 1, 0), Bar(3, 5, 0, 1), *later)
    chart = Chart(lanes=2, bars=bars, wish=(Bar(2, 4, -1, -1),))
    assert left_edge(chart) == {chart.wish[0]: 0, bars[1]: 1}


def test_whoever_comes_back_last_is_displaced() -> None:
    """Taking the lane that is needed last disturbs fewer than taking one that is needed soon."""
    soon, again, last = Bar(4, 5, 0, 0), Bar(6, 7, 0, 1), Bar(7, 8, 1, 2)
    chart = Chart(lanes=2, bars=(soon, again, last), wish=(Bar(3, 8, -1, -1),))
    assert left_edge(chart) == {chart.wish[0]: 1, last: 0}
