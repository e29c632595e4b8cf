"""Making room by ejection, where units are promised ahead."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given

from booking_core.domain.availability.chart import Bar, Chart
from booking_core.domain.availability.ejection import eject
from tests.unit.domain.availability.given import NOW
from tests.unit.domain.availability.pools import Crowd, crowds


@given(crowds(promised=True))
def test_its_plan_holds_by_itself(crowd: Crowd) -> None:
    """All that is wished for gets a lane, fixed bars keep theirs, no two bars of a lane overlap."""
    chart = Chart.drawn(crowd.unit_ids, crowd.claims, crowd.span, crowd.quantity, NOW)
    plan = eject(chart)
    if plan is None:
        return
    assert set(chart.wish) <= set(plan)
    assert not any(bar.fixed for bar in plan)
    by_lane: dict[int, list[Bar]] = {}
    for bar in sorted((*chart.bars, *chart.wish)):
        by_lane.setdefault(plan.get(bar, bar.lane), []).append(bar)
    assert set(by_lane) <= set(range(chart.lanes))
    for bars in by_lane.values():
        assert all(one.end <= after.start for one, after in pairwise(bars))
