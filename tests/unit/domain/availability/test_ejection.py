"""Making room by ejection, where units are promised ahead."""

from __future__ import annotations

from hypothesis import given

from booking_core.domain.availability.ejection import eject
from tests.unit.domain.availability.pools import Crowd, chart_of, crowds, plan_holds


@given(crowds(promised=True))
def test_its_plan_holds_by_itself(crowd: Crowd) -> None:
    """Whatever it answers is a plan that can be carried out, however rarely it is asked."""
    chart = chart_of(crowd)
    plan = eject(chart)
    assert plan is None or plan_holds(chart, plan)
