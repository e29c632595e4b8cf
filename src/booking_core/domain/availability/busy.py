"""What is taken of a resource, as numbers: sorted (start, end) of its live claims, with buffers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from booking_core.domain.availability.intervals import Interval
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.ids import UnitId
from booking_core.domain.kernel.span import to_microseconds

Busy: TypeAlias = Sequence[Interval]  # Of all units together, by start.
BusyByUnit: TypeAlias = Mapping[UnitId, Busy]  # A unit without claims may be left out.


def busy(claims: Iterable[Claim], now: datetime) -> list[Interval]:
    """The periods of the claims, one per claim; an overdue hold blocks nobody."""
    return sorted(_interval(claim) for claim in claims if not claim.is_overdue(now))


def busy_by_unit(claims: Iterable[Claim], now: datetime) -> dict[UnitId, list[Interval]]:
    """The same, apart for each unit."""
    by_unit: dict[UnitId, list[Interval]] = {}
    for claim in claims:
        if not claim.is_overdue(now):
            by_unit.setdefault(claim.unit_id, []).append(_interval(claim))
    for intervals in by_unit.values():
        intervals.sort()
    return by_unit


def _interval(claim: Claim) -> Interval:
    return to_microseconds(claim.span.start), to_microseconds(claim.span.end)
