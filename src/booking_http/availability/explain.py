"""Why a wish cannot be met, and what could be had instead."""

from __future__ import annotations

from typing import Any

from litestar import post
from litestar.params import JSONBody

from booking_core.application.caller import Caller
from booking_core.domain.availability.explain import Explanation
from booking_core.domain.kernel.ids import ResourceId
from booking_core.engine import BookingEngine
from booking_http.availability.view import PeriodView, periods
from booking_http.bookings.requests import ItemRequest
from booking_http.call import Call
from booking_http.problems import problem
from booking_http.refused import refused
from booking_http.strict_body import Strict, View


class ExplanationView(View, frozen=True, kw_only=True):
    """What stands against the wish on one resource: rules, and periods with too few free units.

    `alternatives` can be booked, the nearest first.
    """

    resource_id: str
    is_possible: bool
    refusals: list[dict[str, Any]]
    blocked: list[PeriodView]
    free_units: int
    alternatives: list[PeriodView]


class Explanations(View, frozen=True, kw_only=True):
    """Of each resource on which the wish could be met."""

    is_possible: bool
    resources: list[ExplanationView]


@post(
    "/availability/explain",
    operation_id="explainAvailability",
    summary="Why a wish cannot be met",
    tags=["Availability"],
    status_code=200,
    dto=Strict[ItemRequest],
    return_dto=None,
    responses=refused(404, body=True),
)
async def explain_availability(data: JSONBody[ItemRequest], request: Call) -> Explanations:
    """By the rules that a booking is judged by; never by whom it is taken."""
    explained = await request.ask(_explain, request.engine, data, request.user)
    views = [_view(resource_id, explanation) for resource_id, explanation in explained]
    return Explanations(is_possible=any(each.is_possible for each in views), resources=views)


def _explain(
    engine: BookingEngine, data: ItemRequest, by: Caller
) -> tuple[tuple[ResourceId, Explanation], ...]:
    return engine.find_free.explain(data.line(engine, by), by)


def _view(resource_id: str, explanation: Explanation) -> ExplanationView:
    return ExplanationView(
        resource_id=resource_id,
        is_possible=explanation.is_possible,
        refusals=[problem(refusal) for refusal in explanation.refusals],
        blocked=periods(explanation.blocked),
        free_units=explanation.free_units,
        alternatives=periods(explanation.alternatives),
    )
